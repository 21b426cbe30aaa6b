"""Right or wrong answers to which two are added, unmatched or all alike on one dataset only."""

import numpy as np
import pytest
from rates.examples import alone
from scipy import stats as scipy_stats
from statsmodels.stats.proportion import confint_proportions_2indep

from paperforge.model import Verdict
from paperforge.spec import DesignSpec, Unit
from paperforge.stats import added, analyse
from paperforge.stats.contrast import Ask
from paperforge.stats.means import welch
from paperforge.stats.why import why

EXAMPLES = {"unit": Unit.EXAMPLE}
RUNS = 400


def answered(n, right):
    return (np.arange(n) < right).astype(float)


def sd_of(right, n):
    return answered(n, right).std(ddof=1)


def apart(n, first):
    """Values with their own ids, so that nothing pairs."""
    return {"values": n, "keys": np.arange(len(n)) + first}


def primary(results):
    return analyse(results, DesignSpec()).primary()[0]


def test_two_answers_are_those_of_agresti_and_caffo():
    """The centre and standard error are statsmodels' (method "agresti-caffo"), the quantile is t's.

    Theirs divides by n + 2, ours by n + 1, as a variance that is estimated.
    """
    low, high = confint_proportions_2indep(45, 50, 410, 500, method="agresti-caffo")
    one, two = added.share(50, 0.9, 1, sd_of(45, 50)), added.share(500, 0.82, 1, sd_of(410, 500))
    assert (one.mean - two.mean) == pytest.approx((low + high) / 2)
    both = one.variance * 51 / 52 + two.variance * 501 / 502
    assert 1.959964 * both**0.5 == pytest.approx((high - low) / 2, rel=1e-6)
    low, high = confint_proportions_2indep(20, 20, 180, 200, method="agresti-caffo")
    a, b = added.share(20, 1.0, 1), added.share(200, 1.0, 1)
    assert a.mean == pytest.approx(21 / 22)
    assert b.df == 201
    other = 181 / 202
    assert a.mean - other == pytest.approx((low + high) / 2)
    theirs = a.variance * 21 / 22 + other * (1 - other) / 202
    assert 1.959964 * theirs**0.5 == pytest.approx((high - low) / 2, rel=1e-6)


def test_all_right_is_not_certain(fake):
    """50 of 50 against 490 of 500: Welch's t from the second spread alone has p .0015."""
    a, b = answered(50, 50), answered(500, 490)
    plain = 2 * scipy_stats.t.sf(0.02 / (b.var(ddof=1) / 500) ** 0.5, 499)
    cells = {("x", "d"): apart(a, 0), ("y", "d"): apart(b, 1000)}
    found = primary(fake(cells, **EXAMPLES))
    assert plain < 0.002
    assert found.p > 0.3
    assert found.low < 0 < found.high
    assert found.estimate == pytest.approx(0.02)
    assert found.test == "Welch t, two answers added"


@pytest.mark.parametrize(("right", "of"), [(49, 490), (30, 250), (50, 500)])
def test_it_is_welchs_t_of_the_answers_with_two_more(fake, right, of):
    """One rule, whether all are right or not: 50 against 500 would differ in .08, .9 right."""
    a, b = answered(50, right), answered(500, of)
    cells = {("x", "d"): apart(a, 0), ("y", "d"): apart(b, 1000)}
    found = primary(fake(cells, **EXAMPLES))
    more = [np.append(x, (0, 1)) for x in (a, b)]
    theirs = scipy_stats.ttest_ind(*more, equal_var=False)
    low, high = theirs.confidence_interval(0.95)
    assert (found.p, found.df) == pytest.approx((theirs.pvalue, theirs.df))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.estimate == pytest.approx(a.mean() - b.mean())
    assert found.test == "Welch t, two answers added"


def test_graded_scores_stay_welchs(fake):
    rng = np.random.default_rng(4)
    a, b = rng.normal(0.5, 1, 50), rng.normal(0.5, 1, 500)
    found = primary(fake({("x", "d"): apart(a, 0), ("y", "d"): apart(b, 1000)}, **EXAMPLES))
    assert found.p == pytest.approx(scipy_stats.ttest_ind(a, b, equal_var=False).pvalue)
    assert found.test == "Welch t"


def test_averages_have_a_third_of_them_on_each_of_three_datasets(fake):
    sizes, rights = ((20, 200), (30, 300), (40, 50)), ((18, 150), (30, 299), (20, 25))
    cells = {}
    for d, (n, right) in enumerate(zip(sizes, rights, strict=True)):
        for i, m in enumerate("xy"):
            cells[m, f"d{d}"] = apart(answered(n[i], right[i]), 1000 * (2 * d + i))
    found = primary(fake(cells, **EXAMPLES))
    p = [[(r + 1 / 3) / (n + 2 / 3) for r, n in zip(*z, strict=True)]
         for z in zip(rights, sizes, strict=True)]  # fmt: skip
    v = [[q * (1 - q) / (n - 1 / 3) for q, n in zip(*z, strict=True)]
         for z in zip(p, sizes, strict=True)]  # fmt: skip
    moved = sum(one - two for one, two in p) / 3
    assert (found.low + found.high) / 2 == pytest.approx(moved)
    assert found.statistic == pytest.approx(moved / (sum(map(sum, v)) ** 0.5 / 3))
    assert found.test == "stratified Welch t, two answers added"


@pytest.mark.parametrize(("n", "m"), [(2, 2), (2, 30), (3, 3), (3, 10), (4, 2), (5, 5)])
def test_the_smallest_p_is_that_of_all_right_against_all_wrong(n, m):
    every = [[welch(alone(n, i), alone(m, j), Ask(), shares=True) for j in range(m + 1)]
             for i in range(n + 1)]  # fmt: skip
    flat = [one for row in every for one in row]
    assert {round(one.smallest_p, 12) for one in flat} == {round(min(o.p for o in flat), 12)}


def test_few_answers_cannot_decide_and_it_is_said(fake):
    cells = {("x", "d"): apart(answered(3, 3), 0), ("y", "d"): apart(answered(3, 0), 1000)}
    found = primary(fake(cells, **EXAMPLES))
    assert found.verdict is Verdict.UNDECIDABLE
    assert found.reason == "3 examples: p cannot be below .066"


def test_clusters_that_vary_stay_as_they_are(fake):
    rng = np.random.default_rng(6)
    cells = {
        (m, "d"): {"values": rng.permutation(answered(40, 30)), "clusters": np.arange(40) // 4,
                   "keys": np.arange(40) + 1000 * i}
        for i, m in enumerate("xy")
    }  # fmt: skip
    assert primary(fake(cells, **EXAMPLES)).test == "Welch t"


def averaged(fake, wins, sizes):
    cells = {}
    for d, (win, n) in enumerate(zip(wins, sizes, strict=True)):
        keys = np.arange(n) + 10_000 * d
        cells["x", f"d{d}"] = {"values": answered(n, win + n // 2), "keys": keys}
        cells["y", f"d{d}"] = {"values": answered(n, n // 2), "keys": keys}
    return primary(fake(cells, **EXAMPLES))


def test_a_small_dataset_without_a_difference_widens_the_interval(fake):
    """None of 20 and 25 of 500 differ: the 20 do not show that there is no difference on them."""
    found = averaged(fake, (0, 25), (20, 500))
    se = (0.05 * 0.95 / 499) ** 0.5 / 2
    assert found.test == "stratified paired t, two answers added"
    assert found.estimate == pytest.approx(0.025)
    assert found.high - found.low > 5 * se
    assert (found.low > 0 or found.high < 0) == (found.p < 0.05)


def test_the_level_and_the_coverage_are_held(fake):
    """Without the two answers: .45 of 50 against 500, and .65 of intervals over 20 and 500."""
    draw, wrong, held = np.random.default_rng(5), 0, 0
    for _ in range(RUNS):
        a, b = ((draw.random(n) < 0.99).astype(float) for n in (50, 500))
        one = primary(fake({("x", "d"): apart(a, 0), ("y", "d"): apart(b, 1000)}, **EXAMPLES))
        wrong += one.p is not None and one.p < 0.05
        wins = [draw.binomial(n, 0.04) for n in (20, 500)]
        two = averaged(fake, wins, (20, 500))
        held += two.low is None or two.low <= 0.04 <= two.high
    assert wrong / RUNS <= 0.05
    assert held / RUNS >= 0.93


def test_the_average_of_a_method_that_is_always_right_is_not_certain(fake):
    cells = {
        (m, f"d{d}"): {"values": answered(n, n), "keys": np.arange(n) + 1000 * d}
        for m in "xy"
        for d, n in enumerate((20, 500))
    }
    found = analyse(fake(cells, **EXAMPLES), DesignSpec())
    (whole,) = [a for a in found.aggregates if a.dataset is None and a.method == "x"]
    low, high = whole.interval
    assert (whole.mean, high) == (1.0, 1.0)
    assert low < 0.96


def test_the_plain_test_is_a_second_opinion_where_all_vary(fake):
    cells = {("x", "d"): apart(answered(50, 49), 0), ("y", "d"): apart(answered(500, 460), 1000)}
    results = fake(cells, **EXAMPLES)
    (one,) = why(results, DesignSpec(), analyse(results, DesignSpec()))
    assert "50 against 500, .9 right" in dict(one.rejected)["the same t without them"]
    assert "Welch t" in [other.test for other in one.alternatives]
    assert any("few do not pass for certain" in sentence for sentence in one.chosen)


def test_the_test_that_takes_them_for_certain_is_no_second_opinion(fake):
    cells = {("x", "d"): apart(answered(50, 50), 0), ("y", "d"): apart(answered(500, 490), 1000)}
    results = fake(cells, **EXAMPLES)
    (one,) = why(results, DesignSpec(), analyse(results, DesignSpec()))
    assert "the same t without them" in dict(one.rejected)
    assert "Welch t" not in [other.test for other in one.alternatives]
    assert not any(other.changes for other in one.alternatives)
