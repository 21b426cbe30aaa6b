"""What tests of equivalence gave is printed, above all where equivalence was not shown."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from paperforge import results
from paperforge.commands import analysis_json
from paperforge.narrative import methods, report, words
from paperforge.spec import DesignSpec, Metric, Project, Source
from paperforge.stats import analyse

GAPS = {"ours": 0.0, "near": -0.011, "far": -0.04}
NOISE = (-0.01, -0.005, 0.0, 0.005, 0.01)


@pytest.fixture
def study(tmp_path):
    def call(margin, methods=tuple(GAPS), design=None):
        path = tmp_path / "m.csv"
        lines = ["model,seed,accuracy"]
        lines += [f"{m},{i},{0.8 + GAPS[m] + x:.4f}" for m in methods for i, x in enumerate(NOISE)]
        path.write_text("\n".join(lines))
        project = Project(
            root=tmp_path,
            methods={"ours": {"role": "ours"}},
            metrics={} if margin is None else {"accuracy": {"margin": margin}},
        )
        return analyse(results.load([Source(path, "m.csv")], project), design or DesignSpec())

    return call


def tost(sd, n, gap, margin):
    """Two one-sided t tests of two samples with equal spread and n (Schuirmann 1987)."""
    from scipy.stats import t

    return float(t.sf((margin - abs(gap)) / (sd * np.sqrt(2 / n)), 2 * n - 2))


def test_p_of_equivalence_is_that_of_the_two_one_sided_tests(study):
    near, far = study(0.02).primary()
    sd = np.std(NOISE, ddof=1)
    assert near.p_equivalence == pytest.approx(tost(sd, 5, 0.011, 0.02), rel=1e-6)
    assert far.p_equivalence == pytest.approx(tost(sd, 5, 0.04, 0.02), rel=1e-6)
    assert near.p_equivalence_adjusted == pytest.approx(2 * near.p_equivalence, rel=1e-9)


def test_beside_an_interval_inside_the_margin_stands_the_one_that_decides(study):
    """Inside by itself, but not after Holm's correction over two comparisons."""
    found = study(0.0215)
    near, _ = found.primary()
    assert near.p_equivalence < 0.05 < near.p_equivalence_adjusted
    assert not near.equivalent
    for text in (report.text(found), report.markdown(found)):
        flat = " ".join(text.split())
        assert "Equivalence within ±0.0215 (two one-sided tests, p adjusted over 2 compar" in flat
        (line,) = [x for x in flat.split("ours − ") if x.startswith("near: 90% interval")]
        assert "; for the family 95% interval [" in line  # Holm's first step: 1 - 2 alpha / 2
        assert "adjusted p = " in line
        assert ": not shown" in line


def test_one_comparison_has_no_adjusted_p(study):
    found = study(0.0215, ("ours", "near"))
    (d,) = found.primary()
    assert d.equivalent
    text = " ".join(report.text(found).split())
    assert "Equivalence within ±0.0215 (two one-sided tests):" in text
    assert "ours − near: 90% interval [" in text
    assert ": equivalent" in text


def test_without_a_margin_nothing_is_said_and_the_keys_are_null(study):
    found = study(None)
    assert "Equivalence" not in report.text(found)
    made = json.loads(analysis_json.render(found))["decisions"]
    assert {d["p_equivalence"] for d in made} == {None}
    assert {d["p_equivalence_adjusted"] for d in made} == {None}
    assert {d["ci_equivalence_adjusted"] for d in made} == {None}
    assert {d["level_equivalence_adjusted"] for d in made} == {None}


def test_json_has_the_interval_of_the_corrected_test_in_stored_units(study):
    near, far = json.loads(analysis_json.render(study(0.0215)))["decisions"]
    for d in (near, far):
        low, high = d["ci_equivalence_adjusted"]
        assert low < d["ci_equivalence"][0] < d["ci_equivalence"][1] < high
        assert d["level_equivalence_adjusted"] == pytest.approx(1 - 2 * 0.05 / 2)
        assert d["equivalent"] == (low > -0.0215 and high < 0.0215)


def test_a_level_has_the_digits_that_it_needs():
    levels = (0.9, 0.95, 1 - 0.1 / 3, 1 - 0.1 / 40, 0.98)
    assert [words.level(x) for x in levels] == ["90%", "95%", "96.7%", "99.75%", "98%"]


@pytest.mark.parametrize(
    ("margin", "unit", "said"),
    [(1.0, "%", "1\u00a0point"), (0.5, "%", "0.5\u00a0points"), (2.0, "s", "2\u00a0s")],
)
def test_a_margin_of_one_is_one_point(margin, unit, said):
    assert words.margin(Metric("accuracy", "Accuracy", unit=unit, margin=margin)) == said


def test_a_margin_without_a_unit_is_bare():
    assert words.margin(Metric("rating", "Rating", margin=1.0)) == "1"


def test_the_sign_flip_interval_touches_the_margin_where_p_is_alpha(tmp_path):
    """Interval and p of equivalence come from one inversion: p just crosses alpha at its end."""
    rng = np.random.default_rng(3)
    scores = rng.integers(1, 6, (2, 60))
    path = tmp_path / "r.csv"
    rows = [f"m{m},{i},{x}" for m, row in enumerate(scores) for i, x in enumerate(row)]
    path.write_text("\n".join(["system,item_id,rating", *rows]))

    def decision(margin):
        project = Project(root=tmp_path, metrics={"rating": {"margin": margin}})
        found = results.load([Source(path, "r.csv")], project)
        (one,) = analyse(found, DesignSpec()).primary()
        return one

    low, high = decision(1.0).equivalence
    far = max(-low, high)
    assert decision(far * 0.98).p_equivalence > 0.05 > decision(far * 1.02).p_equivalence


def test_what_an_interval_is_of_is_said_where_it_is_not_of_the_mean():
    def one(estimate, of="pseudomedian"):
        return SimpleNamespace(estimate=estimate, low=0.2, high=0.4, interval_of=of)

    assert list(words.of_intervals([one(0.1, "")])) == []
    (line,) = words.of_intervals([one(0.1), one(0.3)])
    assert line == (
        "Difference: of the means; interval and p: of the pseudomedian of the differences "
        "(outside lies the mean in 1 of 2: the differences are skewed)"
    )


@pytest.mark.parametrize("correction", ["max-t", "romano-wolf", "holm"])
@pytest.mark.parametrize("several", [True, False])
def test_the_methods_sentence_says_how_equivalence_was_corrected(study, correction, several):
    """Under a correction by the joint distribution by another one, which nothing said."""
    found = study(0.02, tuple(GAPS)[: 3 if several else 2], DesignSpec(correction=correction))
    near = found.primary()[0]
    joint = correction != "holm" and several
    times = 2 if several else 1
    assert near.p_equivalence_adjusted == pytest.approx(times * near.p_equivalence, rel=1e-9)
    how = ", corrected by Bonferroni's correction over the 2 comparisons." if joint else "."
    assert f"two one-sided tests (Schuirmann 1987){how}" in methods.sentence(found)
