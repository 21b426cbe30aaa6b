"""Answers that are all alike on one dataset, or of one method, beside others that are not."""

import numpy as np
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.proportion import confint_proportions_2indep

from paperforge.spec import DesignSpec, Unit
from paperforge.stats import added, analyse
from paperforge.stats.why import why

EXAMPLES = {"unit": Unit.EXAMPLE}
RUNS = 400


def answered(n, right):
    return (np.arange(n) < right).astype(float)


def apart(n, first):
    """Values with their own ids, so that nothing pairs."""
    return {"values": n, "keys": np.arange(len(n)) + first}


def primary(results):
    return analyse(results, DesignSpec()).primary()[0]


def test_two_answers_are_those_of_agresti_and_caffo():
    """The centre and standard error are statsmodels' (method "agresti-caffo"), the quantile is t's.

    Theirs divides by n + 2, ours by n + 1, as a variance that is estimated.
    """
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


def test_where_all_vary_it_is_welchs(fake):
    a, b = answered(50, 49), answered(500, 490)
    cells = {("x", "d"): apart(a, 0), ("y", "d"): apart(b, 1000)}
    found = primary(fake(cells, **EXAMPLES))
    assert found.p == pytest.approx(scipy_stats.ttest_ind(a, b, equal_var=False).pvalue)
    assert found.test == "Welch t"


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


def test_the_test_that_takes_them_for_certain_is_no_second_opinion(fake):
    cells = {("x", "d"): apart(answered(50, 50), 0), ("y", "d"): apart(answered(500, 490), 1000)}
    results = fake(cells, **EXAMPLES)
    (one,) = why(results, DesignSpec(), analyse(results, DesignSpec()))
    assert "the same t without them" in dict(one.rejected)
    assert "Welch t" not in [other.test for other in one.alternatives]
    assert not any(other.changes for other in one.alternatives)
