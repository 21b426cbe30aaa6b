import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from paperforge.stats.contrast import Ask
from paperforge.stats.exact import interval, mcnemar_p
from paperforge.stats.ladder import said
from paperforge.stats.proportions import (
    Counts,
    Possible,
    counts,
    independent,
    margins,
    pairings,
    wilson,
)

REFERENCES = Path(__file__).parents[1] / "references"
REFERENCE = json.loads((REFERENCES / "margins.json").read_text())
NEWCOMBE = json.loads((REFERENCES / "newcombe.json").read_text())
EXACT = Ask(mcnemar="exact")
ALPHAS = st.sampled_from([0.01, 0.05, 0.2])


@st.composite
def two_margins(draw, most=14, spread=2):
    n = draw(st.integers(1, most))
    rows = []
    for _ in "ab":
        low = draw(st.integers(0, n))
        rows.append(Counts(low, min(n, low + draw(st.integers(0, spread))), n))
    return rows


def every_table(a, b):
    """(wins, losses) of every pairing of every pair of counts, by counting who is right where."""
    for k_a in range(a.low, a.high + 1):
        for k_b in range(b.low, b.high + 1):
            for both in range(max(0, k_a + k_b - a.n), min(k_a, k_b) + 1):
                yield k_a - both, k_b - both


def test_a_p_that_hangs_on_the_rounding_is_no_upper_bound():
    """.95 against a printed .7 (13 to 15 of 20): p is from 2^-6 to .125, and is said to be."""
    bounds = pairings(Counts(19, 19, 20), Counts(13, 15, 20), Ask())
    assert bounds.possible is Possible.DEPENDS
    assert (bounds.smallest_p, bounds.largest_p) == pytest.approx((2**-6, 0.125))
    assert said(bounds, 20, [2]).startswith("p is anything from .015 to .13")
    decided = pairings(Counts(19, 19, 20), Counts(9, 9, 20), Ask())
    assert said(decided, 20, [2]).startswith("p is at most .00")


@given(st.integers(1, 400), st.data(), ALPHAS)
def test_wilson_is_statsmodels_and_scipys(n, data, alpha):
    k = data.draw(st.integers(0, n))
    theirs = proportion_confint(k, n, alpha=alpha, method="wilson")
    assert wilson(k, n, alpha) == pytest.approx(theirs, abs=1e-12)
    theirs = scipy_stats.binomtest(k, n).proportion_ci(1 - alpha, method="wilsoncc")
    assert wilson(k, n, alpha, continuity=True) == pytest.approx(
        (theirs.low, theirs.high), abs=1e-12
    )


def test_wilson_of_no_example_says_nothing():
    assert wilson(0, 0, 0.05) == (0, 1)


@given(st.integers(1, 3000), st.data(), st.integers(0, 3))
def test_every_count_that_prints_so(n, data, decimals):
    printed = round(data.draw(st.floats(0, 100)), decimals)
    found = counts(printed, decimals, n)
    prints = [k for k in range(n + 1) if f"{100 * k / n:.{decimals}f}" == f"{printed:.{decimals}f}"]
    assert set(prints) <= set(range(found.low, found.high + 1))
    if found.printable:  # a tie may have been rounded either way; nothing else is added
        half = 0.5 * 10**-decimals * (1 + 1e-9) + 1e-12
        assert all(abs(100 * k / n - printed) <= half for k in (found.low, found.high))
    else:
        assert not prints
        assert found.low == found.high
        assert abs(found.low - printed * n / 100) <= 0.5 + 1e-9


def test_published_cases():
    one = REFERENCE["humaneval"]
    a, b = (counts(one[m], 1, one["n"]) for m in "ab")
    found = pairings(a, b, EXACT)
    assert found.smallest_p == one["smallest_p"]
    assert found.possible is Possible.UNDECIDABLE
    assert not found.printable  # neither is k / 164: runs were averaged, or somebody misprinted
    assert margins(a, b, EXACT).smallest_p == one["smallest_p"]
    other = REFERENCE["gsm8k"]
    a, b = (counts(other[m], 1, other["n"]) for m in "ab")
    assert [a.low, a.high, b.low, b.high] == [c for c in other["counts"] for _ in "12"]
    found = pairings(a, b, EXACT)
    assert found.possible is Possible.DEPENDS
    assert found.significant_up_to == other["significant_up_to"]
    assert mcnemar_p(9, 21, exact=True) < 0.05 < mcnemar_p(10, 22, exact=True)


@settings(deadline=None)
@given(two_margins(), st.booleans(), ALPHAS)
def test_bounds_are_those_of_every_pairing(rows, exact, alpha):
    a, b = rows
    ask = Ask(alpha=alpha, mcnemar="exact" if exact else "mid-p")
    found = pairings(a, b, ask)
    ps = {t: mcnemar_p(*t, exact=exact) for t in every_table(a, b)}
    assert found.smallest_p == pytest.approx(min(ps.values()))
    assert found.largest_p == pytest.approx(max(ps.values()))
    sizes = [sum(t) for t in ps]
    assert (found.fewest, found.most) == (min(sizes), max(sizes))
    reached = [sum(t) for t, p in ps.items() if p < alpha]
    assert found.significant_up_to == (max(reached) if reached else None)
    expected = Possible.DEPENDS if reached else Possible.UNDECIDABLE
    assert found.possible is (Possible.DECIDED if len(reached) == len(ps) else expected)


@settings(deadline=None, max_examples=60)
@given(two_margins(most=12), st.booleans())
def test_interval_holds_that_of_every_pairing_and_agrees_with_p(rows, exact):
    a, b = rows
    found = margins(a, b, Ask(mcnemar="exact" if exact else "mid-p"))
    assert (found.low > 0 or found.high < 0) == (found.p < 0.05)
    assert found.low <= found.estimate <= found.high
    for wins, losses in every_table(a, b):
        low, high = interval(wins, losses, a.n, 0.025, exact=exact)
        assert found.low <= low + 1e-9
        assert high <= found.high + 1e-9


def test_a_wide_gap_is_decided_whatever_the_pairing():
    a, b = counts(90.0, 1, 1000), counts(60.0, 1, 1000)
    found = pairings(a, b, Ask())
    assert found.possible is Possible.DECIDED
    contrast = margins(a, b, Ask(margin=0.5))
    assert contrast.low > 0.2
    assert contrast.p_equivalent < 1e-3
    assert margins(b, a, Ask()).high == -contrast.low


def test_the_same_accuracy_and_rounding_over_zero():
    same = counts(50.0, 1, 10)
    found = pairings(same, same, Ask())
    assert found.smallest_p == found.largest_p == 1
    assert found.possible is Possible.UNDECIDABLE
    wide = pairings(counts(50.0, 0, 10_000), counts(50.0, 0, 10_000), Ask())
    assert wide.largest_p == 1
    assert wide.possible is Possible.DEPENDS


def test_one_example_and_different_numbers_of_them():
    one = margins(counts(100.0, 1, 1), counts(0.0, 1, 1), EXACT)
    assert one.p == one.smallest_p == 1
    with pytest.raises(ValueError, match="cannot be paired"):
        pairings(counts(50.0, 1, 10), counts(50.0, 1, 20), Ask())
    with pytest.raises(ValueError, match="at least one"):
        counts(50.0, 1, 0)


def test_many_examples_printed_coarsely_take_moments():
    start = time.process_time()
    margins(counts(84.0, 0, 200_000), counts(85.0, 0, 200_000), Ask(margin=0.02))
    assert time.process_time() - start < 3


@given(st.integers(1, 60), st.integers(1, 60), st.data(), ALPHAS)
def test_independent_interval_is_newcombes(n_a, n_b, data, alpha):
    k_a, k_b = data.draw(st.integers(0, n_a)), data.draw(st.integers(0, n_b))
    ask = Ask(alpha=alpha, margin=0.1)
    found = independent(Counts(k_a, k_a, n_a), Counts(k_b, k_b, n_b), ask)
    a, b = wilson(k_a, n_a, alpha, continuity=True), wilson(k_b, n_b, alpha, continuity=True)
    d = k_a / n_a - k_b / n_b
    low = d - np.hypot(k_a / n_a - a[0], b[1] - k_b / n_b)
    high = d + np.hypot(a[1] - k_a / n_a, k_b / n_b - b[0])
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    assert (found.low > 0 or found.high < 0) == (found.p < alpha)
    theirs = confint_proportions_2indep(k_a, n_a, k_b, n_b, method="newcomb", alpha=alpha)
    assert found.low <= theirs[0] + 1e-9  # theirs has no continuity correction
    assert found.high >= theirs[1] - 1e-9
    assert 0 < found.p_equivalent <= 1


@pytest.mark.parametrize(("k_a", "n_a", "k_b", "n_b", "low", "high"), NEWCOMBE["cases"])
def test_independent_interval_is_another_programs(k_a, n_a, k_b, n_b, low, high):
    found = independent(Counts(k_a, k_a, n_a), Counts(k_b, k_b, n_b), Ask())
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-7)


@pytest.mark.parametrize(("n_a", "n_b"), [(10, 10), (10, 40), (50, 50), (100, 30)])
def test_size_of_independent_enumerated(n_a, n_b):
    """At most .042 over these; conservative, for the continuity correction is."""
    p = [
        [independent(Counts(i, i, n_a), Counts(j, j, n_b), Ask()).p for j in range(n_b + 1)]
        for i in range(n_a + 1)
    ]
    found = np.array(p) < 0.05
    sizes = [
        scipy_stats.binom.pmf(np.arange(n_a + 1), n_a, q)
        @ found
        @ scipy_stats.binom.pmf(np.arange(n_b + 1), n_b, q)
        for q in np.linspace(0.02, 0.98, 49)
    ]
    assert 0.015 < max(sizes) <= 0.05


@pytest.mark.parametrize("kind", ["mid-p", "exact"])
def test_the_interval_of_equivalence_is_that_of_every_pairing_and_agrees_with_its_p(kind):
    """It was missing: equivalent was said, and its interval at 1 - 2 alpha was null."""
    a, b = counts(0.8, 2, 50, 1.0), counts(0.84, 2, 50, 1.0)
    for margin in (0.12, 0.16, 0.18, 0.2, 0.3):
        found = margins(a, b, Ask(margin=margin, mcnemar=kind))
        low, high = found.equivalence
        assert (found.p_equivalent < 0.05) == (-margin < low and high < margin)
        each = [interval(*table, 50, 0.05, exact=kind == "exact") for table in every_table(a, b)]
        assert low == pytest.approx(min(x for x, _ in each), abs=1e-9)
        assert high == pytest.approx(max(x for _, x in each), abs=1e-9)
