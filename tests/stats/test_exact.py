import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar

from paperforge.stats.contrast import SMALLEST_FLOAT, Ask
from paperforge.stats.exact import binomial_lower, interval, mcnemar, mcnemar_p, smallest_p

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "mcnemar.json").read_text())
COUNTS = st.integers(0, 60)


@pytest.mark.parametrize("method", ["exact", "mid-p"])
def test_published_example(method):
    ours = mcnemar(REFERENCE["wins"], REFERENCE["losses"], REFERENCE["n"], Ask(mcnemar=method))
    assert ours.p == pytest.approx(REFERENCE[method], rel=1e-12)
    assert ours.test == f"McNemar {method}"
    assert ours.estimate == pytest.approx(-6 / 21)
    assert ours.discordant == 8


@given(COUNTS, COUNTS)
def test_exact_p_is_statsmodels(wins, losses):
    theirs = their_mcnemar([[5, wins], [losses, 5]], exact=True).pvalue
    assert mcnemar_p(wins, losses, exact=True) == pytest.approx(min(1.0, theirs), rel=1e-9)


@given(COUNTS, COUNTS)
def test_mid_p_takes_off_the_probability_of_what_was_seen(wins, losses):
    m = wins + losses
    half = scipy_stats.binom.pmf(wins, m, 0.5)
    expected = min(1.0, mcnemar_p(wins, losses, exact=True) - half) if wins != losses else 1.0
    assert mcnemar_p(wins, losses, exact=False) == pytest.approx(expected, rel=1e-9)


def test_exact_limits_are_clopper_and_pearsons():
    for k, n in [(0, 9), (3, 10), (50, 80), (12, 12)]:
        theirs = scipy_stats.binomtest(k, n).proportion_ci(0.95, method="exact")
        assert binomial_lower(k, n, 0.025, exact=True) == pytest.approx(theirs.low, rel=1e-9)
        assert 1 - binomial_lower(n - k, n, 0.025, exact=True) == pytest.approx(
            theirs.high, rel=1e-9
        )


@pytest.mark.parametrize(("k", "n"), [(1, 5), (3, 10), (50, 80), (12, 12), (400, 30_000)])
def test_mid_p_limit_solves_its_equation(k, n):
    x = binomial_lower(k, n, 0.025, exact=False)
    tail = scipy_stats.binom.sf(k, n, x) + 0.5 * scipy_stats.binom.pmf(k, n, x)
    assert tail == pytest.approx(0.025, rel=1e-8)


@given(COUNTS, COUNTS, st.integers(0, 300), st.booleans(), st.sampled_from([0.01, 0.05, 0.25, 0.5]))
def test_interval_and_p_agree(wins, losses, rest, exact, alpha):
    n = max(1, wins + losses + rest)
    ours = mcnemar(wins, losses, n, Ask(alpha=alpha, mcnemar="exact" if exact else "mid-p"))
    assert (ours.low > 0 or ours.high < 0) == (ours.p < alpha)
    assert -1 <= ours.low <= ours.estimate + 1e-12
    assert ours.estimate - 1e-12 <= ours.high <= 1
    assert ours.smallest_p <= ours.p <= 1


@given(COUNTS, COUNTS, st.integers(1, 300), st.booleans())
def test_swapping_mirrors_the_interval(wins, losses, rest, exact):
    n = wins + losses + rest
    low, high = interval(wins, losses, n, 0.025, exact=exact)
    assert interval(losses, wins, n, 0.025, exact=exact) == (-high, -low)


@pytest.mark.parametrize("exact", [True, False])
def test_size_enumerated(exact):
    """The share of outcomes with p < .05 where neither is better; all tables of 60 examples."""
    n = 60
    sizes = []
    for share in (0.1, 0.3, 0.6, 0.9):
        weights = scipy_stats.binom.pmf(np.arange(n + 1), n, share)
        sizes.append(
            sum(
                weights[m] * scipy_stats.binom.pmf(b, m, 0.5)
                for m in range(n + 1)
                for b in range(m + 1)
                if mcnemar_p(b, m - b, exact=exact) < 0.05
            )
        )
    assert max(sizes) <= (0.05 if exact else 0.0525)
    assert max(sizes) > (0.03 if exact else 0.045)


@pytest.mark.slow
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("n", [20, 60, 120])
def test_coverage_enumerated(n, exact):
    """Every table of n pairs, weighted by its probability; also away from no difference, where an
    interval that takes the discordant count for known covers 88 %."""
    wins, losses = (x.ravel() for x in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    there = wins + losses <= n
    wins, losses = wins[there], losses[there]
    limits = np.array(
        [interval(int(b), int(c), n, 0.025, exact=exact) for b, c in zip(wins, losses, strict=True)]
    )
    counts = np.column_stack([wins, losses, n - wins - losses])
    for share in (0.05, 0.2, 0.5, 0.9):
        for side in (0.0, 0.3, 0.6, 0.9, 1.0):
            p = [share * (1 + side) / 2, share * (1 - side) / 2, 1 - share]
            weight = scipy_stats.multinomial.pmf(counts, n, p)
            true = share * side
            covered = weight[(limits[:, 0] <= true) & (true <= limits[:, 1])].sum()
            assert covered >= (0.95 if exact else 0.945), (share, side)


def test_no_discordant_examples_bounds_the_difference():
    ours = mcnemar(0, 0, 1000, Ask(mcnemar="exact", margin=0.01))
    assert ours.p == 1
    assert ours.smallest_p == 1
    assert ours.high == pytest.approx(1 - 0.025 ** (1 / 1000))  # the rule of three
    assert ours.low == -ours.high
    assert ours.p_equivalent < 0.05


def test_floor_is_all_on_one_side():
    for m in range(1, 12):
        for exact in (True, False):
            assert smallest_p(m, exact=exact) == pytest.approx(mcnemar_p(m, 0, exact=exact))
    assert smallest_p(5000, exact=False) == SMALLEST_FLOAT
    assert mcnemar_p(5000, 0, exact=False) == SMALLEST_FLOAT


@pytest.mark.parametrize("exact", [True, False])
def test_equivalence_p_is_where_the_interval_touches_the_margin(exact):
    for wins, losses, n, margin in [(30, 25, 1000, 0.03), (2, 9, 400, 0.05), (100, 100, 900, 0.02)]:
        p = mcnemar(
            wins, losses, n, Ask(margin=margin, mcnemar="exact" if exact else "mid-p")
        ).p_equivalent
        low, high = interval(wins, losses, n, p, exact=exact)
        assert max(-low, high) == pytest.approx(margin, rel=1e-6)
    assert mcnemar(60, 0, 100, Ask(margin=0.3)).p_equivalent == 1


def test_hundred_thousand_pairs_take_milliseconds():
    import time

    rng = np.random.default_rng(0)
    a, b = rng.random((2, 100_000)) < 0.8
    times = []
    for _ in range(5):
        start = time.process_time()
        mcnemar(int((a > b).sum()), int((a < b).sum()), len(a), Ask())
        times.append(time.process_time() - start)
    assert min(times) < 0.01
