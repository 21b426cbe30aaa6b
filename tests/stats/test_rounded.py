"""Scores of few decimals: p is that of the scores that round to them and say least."""

import numpy as np
import pytest
from scipy import stats

from paperforge.model import Quote
from paperforge.narrative import methods, moves
from paperforge.spec import DesignSpec, Direction, Metric
from paperforge.stats import analyse
from paperforge.stats.decimals import fewest, rounding

PAIRED = DesignSpec(pair_by=("seed",))
A, B = [83.1, 83.1, 83.1, 83.1], [82.7, 82.6, 82.9, 82.8]


def first(results, spec=DesignSpec()):  # noqa: B008 - frozen
    return analyse(results, spec).primary()[0]


def hidden(rng, values, half=0.05):
    """Scores that print as these do, where they are all alike; else themselves."""
    values = np.array(values)
    if np.ptp(values) > 0:
        return values
    kind = rng.integers(3)
    off = rng.uniform(-half, half, len(values))
    if kind == 1:
        off = half * rng.permutation([-1.0, 1.0, *rng.choice([-1.0, 1.0], len(values) - 2)])
    return values + (off if kind else rng.uniform(-half, half) + off * 1e-3)


def test_no_scores_that_round_to_these_have_a_larger_p(fake):
    rng = np.random.default_rng(4)
    d = first(fake({("a", "d"): A, ("b", "d"): B}))
    assert d.test == "Welch t, rounding counted"
    ps, ends = [], []
    for _ in range(400):
        a = hidden(rng, A)
        found = stats.ttest_ind(a, B, equal_var=False)
        ps.append(found.pvalue)
        ends.append(found.confidence_interval(0.95))
    alone = stats.ttest_ind_from_stats(
        A[0], 0, 4, np.mean(B), np.std(B, ddof=1), 4, equal_var=False
    )
    assert alone.pvalue < d.p
    assert max(ps) <= d.p
    assert d.low <= min(e.low for e in ends)
    assert d.high >= max(e.high for e in ends)
    assert max(ps) > d.p / 4  # and not far from it


def test_no_pairs_that_round_to_these_have_a_larger_p(fake):
    rng = np.random.default_rng(5)
    d = first(fake({("a", "d"): A, ("b", "d"): B}), PAIRED)
    assert d.test == "paired t, rounding counted"
    ps = [stats.ttest_rel(hidden(rng, A), B).pvalue for _ in range(400)]
    assert d.p / 4 < max(ps) <= d.p
    assert d.estimate == pytest.approx(np.mean(np.array(A) - B))


@pytest.mark.parametrize("spec", [DesignSpec(), PAIRED], ids=["unpaired", "paired"])
@pytest.mark.parametrize("own", [0, 100], ids=["seeds shared", "own seeds"])
def test_a_dataset_without_spread_is_not_known_without_error(fake, spec, own):
    cells = {
        (m, d): {"values": v, "keys": np.arange(4) + own * i}
        for i, d in enumerate("xy")
        for m, v in (("a", A if i else [71.4, 71.9, 71.2, 71.3]), ("b", [82.5] * 4 if i else B))
    }
    found = analyse(fake(cells), spec)
    d = found.primary()[0]
    assert "rounding counted" in d.test
    assert d.test.endswith("averages") == (spec is PAIRED and not own)
    bare = {at: v | {"values": np.array(v["values"]) + 1e-9} for at, v in cells.items()}
    plain = first(fake(bare), spec)
    assert "rounding" not in plain.test
    assert plain.p < d.p
    assert (d.low < plain.low, d.high > plain.high) == (True, True)
    assert (d.p < 0.05) == (d.low > 0 or d.high < 0)
    (note,) = [n for n in found.notes if "decimals of the scores are few" in n.message]
    assert note.hint == "give the scores with more decimals"
    assert "those that say least" in methods.sentence(found)


def test_where_nothing_varies_more_decimals_are_the_next_move(fake):
    found = analyse(fake({("a", "d"): A, ("b", "d"): [82.5] * 4}), DesignSpec())
    d = found.primary()[0]
    assert (d.p, d.reason) == (None, "a constant shift: nothing varies at 1 decimal")
    (move,) = moves.sentences(found)
    assert move.startswith("Give the scores of a and b with more decimals")
    alike = analyse(fake({("a", "d"): A, ("b", "d"): A}), DesignSpec())
    assert alike.primary()[0].reason == "identical outputs at 1 decimal"
    assert "more decimals, other examples" in moves.sentences(alike)[0]


def test_counts_and_full_precision_are_taken_as_they_are(fake):
    for a, b in (
        ([500.0] * 4, [480.0, 471, 490, 455]),
        ([0.5] * 4, [0.512345678, 0.48, 0.47, 0.46]),
    ):
        d = first(fake({("a", "d"): a, ("b", "d"): b}))
        assert d.test == "Welch t"
        moments = (np.mean(b), np.std(b, ddof=1), len(b))
        alone = stats.ttest_ind_from_stats(a[0], 0, len(a), *moments, equal_var=False)
        assert d.p == pytest.approx(alone.pvalue)


def test_a_spread_far_above_the_last_digit_is_not_touched(fake):
    d = first(fake({("a", "d"): [80.1] * 4, ("b", "d"): [70.2, 75.1, 88.4, 91.9]}))
    assert d.test == "Welch t"


def test_printed_means_whose_digit_is_their_deviation_are_not_told_apart(fake):
    def of(digits):
        quoted = {(m, "d"): Quote(0.1, "sd", 30, digits) for m in "ab"}
        return first(fake({("a", "d"): [80.1], ("b", "d"): [80.0]}, quoted=quoted))

    assert of(None).p < 0.001
    assert of(1).p > 0.5
    assert of(3).test == "Welch t"


def test_decimals_are_counted():
    metric = Metric("acc", "accuracy", Direction.HIGHER)
    assert [fewest(np.array(v)) for v in ([1, 2], [0.1, 0.25], [83.123456], [1 / 3])] == [
        0, 2, 6, None,
    ]  # fmt: skip
    rng = np.random.default_rng(1)
    for decimals in range(5):
        values = rng.normal(500, 100, 500).round(decimals)
        assert fewest(values) == decimals
    assert rounding([], metric) is None
