import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.stats.reproduction import Agreement, reproduce


def test_prediction_interval_of_a_run_by_hand():
    """Mean 3, s^2 2.5, n 5: half-width t_4(.975) sqrt(2.5 (1 + 1/5)) = 2.776445 * 1.732051.

    Half a unit of the last digit that is published comes to it.
    """
    found = reproduce(9.0, 1, np.array([1.0, 2, 3, 4, 5]))
    half = 2.776445 * 1.732051 + 0.05
    assert (found.low, found.high) == pytest.approx((3 - half, 3 + half), abs=1e-5)
    assert found.interval == "prediction interval of a run"
    assert found.agreement is Agreement.DIFFERENT
    assert found.df == 4
    t = (6 - 0.05) / np.sqrt(3)
    assert found.p == pytest.approx(2 * scipy_stats.t.sf(t, 4))
    assert reproduce(7.0, 1, np.array([1.0, 2, 3, 4, 5])).agreement is Agreement.INTERVAL


def test_with_a_published_spread_it_is_welch():
    x = np.array([84.0, 84.4, 83.7, 84.1])
    found = reproduce(85.3, None, x, spread=0.5, n=5)
    theirs = scipy_stats.ttest_ind_from_stats(
        x.mean(), x.std(ddof=1), 4, 85.3, 0.5, 5, equal_var=False
    )
    assert found.p == pytest.approx(theirs.pvalue)
    assert found.agreement is Agreement.DIFFERENT
    assert (found.low > 85.3 or found.high < 85.3) == (found.p < 0.05)


def test_a_mean_of_n_published_runs_without_spread():
    x = np.array([1.0, 2, 3, 4, 5])
    one, five = reproduce(5.2, None, x), reproduce(5.2, None, x, n=5)
    assert five.high - five.low == pytest.approx((one.high - one.low) / np.sqrt(1.2) * np.sqrt(0.4))
    assert five.interval == "prediction interval of the mean of 5 runs"


def test_one_reproduced_run_against_a_published_spread():
    found = reproduce(80.0, 1, np.array([81.0]), spread=0.5, n=5)
    assert found.agreement is Agreement.INTERVAL
    assert found.df == 4
    assert found.high - found.mean == pytest.approx(
        scipy_stats.t.ppf(0.975, 4) * 0.5 * np.sqrt(1.2) + 0.05
    )


@given(
    published=st.decimals(-3, 3, places=3, allow_nan=False),
    places=st.integers(0, 3),
    values=st.lists(st.floats(-3, 3), min_size=2, max_size=6),
)
def test_a_value_lies_outside_its_interval_exactly_where_p_says_so(published, places, values):
    found = reproduce(float(round(published, places)), places, np.array(values))
    if found.p is not None and abs(found.p - 0.05) > 1e-9:
        outside = found.published < found.low or found.published > found.high
        assert outside == (found.p < 0.05)


@pytest.mark.parametrize(
    ("values", "more", "agreement", "reason"),
    [
        ([], {}, Agreement.UNTESTED, "no run"),
        ([83.58], {}, Agreement.ROUNDING, "one run, and no spread is published"),
        ([84.0], {}, Agreement.UNTESTED, "one run, and no spread is published"),
        (
            [84.0],
            {"spread": 0.3, "n": 1},
            Agreement.UNTESTED,
            "one run, and no spread is published",
        ),
        ([84.0, 84.0], {}, Agreement.UNTESTED, "the runs do not vary"),
        ([83.6, 83.6], {}, Agreement.ROUNDING, "the runs do not vary"),
    ],
)
def test_without_a_spread_rounding_is_all_there_is(values, more, agreement, reason):
    found = reproduce(83.6, 1, np.array(values), **more)
    assert (found.agreement, found.reason) == (agreement, reason)
    assert found.p is None


def test_a_tie_may_have_been_rounded_either_way():
    assert reproduce(0.3, 1, np.array([0.35])).agreement is Agreement.ROUNDING
    assert reproduce(0.4, 1, np.array([0.35])).agreement is Agreement.ROUNDING
    assert reproduce(0.3, 1, np.array([0.351])).agreement is Agreement.UNTESTED


@given(
    st.lists(st.integers(0, 1000).map(lambda x: x / 10), min_size=2, max_size=8),
    st.integers(0, 100),
    st.integers(0, 2),
    st.sampled_from([0.01, 0.05, 0.2]),
)
def test_verdict_interval_and_p_agree(values, published, decimals, alpha):
    found = reproduce(float(published), decimals, np.array(values), alpha=alpha)
    if found.p is None:
        return
    unit = 0.5 * 10**-decimals
    outside = not found.low <= published - unit <= found.high
    outside = outside and not found.low <= published + unit <= found.high
    outside = outside and not (published - unit <= found.low <= published + unit)
    assert outside == (found.p < alpha)
    if found.agreement is Agreement.ROUNDING:
        assert found.p == 1
    else:
        assert (found.agreement is Agreement.DIFFERENT) == outside


@pytest.mark.parametrize("m", [2, 3, 5, 10])
def test_size(m):
    """A run of the same method is called different in 5 %, less what rounding takes."""
    rng = np.random.default_rng([11, m])
    n = 10_000
    runs, published = rng.normal(80, 1, (n, m)), rng.normal(80, 1, n)
    found = [
        reproduce(p, None, x).agreement is Agreement.DIFFERENT
        for p, x in zip(published, runs, strict=True)
    ]
    assert 0.04 < np.mean(found) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / n)
    coarse = [
        reproduce(round(p), 0, x).agreement is Agreement.DIFFERENT
        for p, x in zip(published, runs, strict=True)
    ]
    assert np.mean(coarse) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / n)
