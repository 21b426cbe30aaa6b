"""The methods sentence says all that was done, and nothing twice."""

import numpy as np

from paperforge.narrative import blocks, findings, methods, robust
from paperforge.spec import DesignSpec, Unit
from paperforge.stats import analyse
from paperforge.stats.fragile import fragile


def cells(names="xyz", datasets=("d",), n=5, gap=1.0):
    rng = np.random.default_rng(3)
    return {(m, d): rng.normal(gap * i, 1, n) for i, m in enumerate(names) for d in datasets}


def test_the_best_set_is_a_family_of_its_own_and_is_said(fake):
    told = methods.sentence(analyse(fake(cells()), DesignSpec(best_set=True)))
    assert "multiple comparisons with the best (Hsu 1984; max-t against the best)" in told
    assert "Resampling was keyed by seed 0" in told
    assert "Hsu" not in methods.sentence(analyse(fake(cells()), DesignSpec()))


def test_an_aggregate_is_named_once_and_its_resampling_is_said(fake):
    rl = fake(cells("xy", ("t1", "t2", "t3")))
    told = methods.sentence(analyse(rl, DesignSpec(aggregate="iqm")))
    assert "bootstrap t test of the IQM over 3 tasks" in told
    assert "Resampling was keyed by seed 0" in told
    assert "Resampling" not in methods.sentence(analyse(rl, DesignSpec()))


def test_one_comparison_has_no_adjusted_p_to_flip(fake):
    for names, word in (("xy", "inconclusive, p "), ("xyz", "inconclusive, adjusted p ")):
        one = fake(cells(names, gap=0.2))
        found = fragile(one, DesignSpec(), analyse(one, DesignSpec()))
        (passage,) = robust.fragility(analyse(one, DesignSpec()), found)
        assert word in passage.lines[0]


def test_what_is_not_corrected_is_not_called_adjusted(fake):
    results = fake(cells("xyz", gap=0.2))
    for correction in ("none", "holm"):
        analysis = analyse(results, DesignSpec(correction=correction))
        shown = [*findings.sentences(analysis), *(b.title for b in blocks.complete(analysis))]
        heads = [cell for b in blocks.complete(analysis) for row in b.rows for cell in row[5:6]]
        assert ("adjusted" in " ".join(shown)) is (correction == "holm")
        assert any(heads) is (correction == "holm")


def test_one_example_is_one(fake):
    rng = np.random.default_rng(2)
    hard = rng.random(120)
    one = fake(
        {(m, "d"): (rng.random(120) < 0.35 + 0.5 * hard + 0.13 * i).astype(float)
         for i, m in enumerate("xy")}, unit=Unit.EXAMPLE,
    )  # fmt: skip
    analysis = analyse(one, DesignSpec())
    (passage,) = robust.fragility(analysis, fragile(one, DesignSpec(), analyse(one, DesignSpec())))
    assert "1 examples" not in passage.lines[0] and "example that speak " not in passage.lines[0]


def test_signed_ranks_are_said_in_few_words(fake):
    rng = np.random.default_rng(5)
    hard = rng.normal(50, 9, 12)
    given = {(m, f"d{i}"): [hard[i] + rng.normal(j, 1)] for j, m in enumerate("xy")
             for i in range(12)}  # fmt: skip
    spec = DesignSpec(replicate=Unit.DATASET)
    told = methods.sentence(analyse(fake(given, varies={"dataset"}), spec))
    assert told.startswith(
        "Methods were compared by the two-sided Wilcoxon signed-rank test (12 datasets); its 95% "
        "intervals are of the pseudomedian, differences are of means. There was one"
    )
    few = {at: v for at, v in given.items() if at[1] in ("d1", "d2", "d3", "d4", "d5", "d6", "d7")}
    told = methods.sentence(analyse(fake(few, varies={"dataset"}), spec))
    assert "95% intervals of the same procedure" in told
    assert "pseudomedian" not in told
