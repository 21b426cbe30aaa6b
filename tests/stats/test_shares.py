"""Averages of accuracies with their numbers of examples: intervals, and bounds on every pairing."""

from itertools import product

import numpy as np
import pytest
from scipy.special import ndtri

from paperforge.stats.contrast import Ask
from paperforge.stats.proportions import Counts, wilson
from paperforge.stats.shares import Gap, averaged, compare_averages, limit

Z = float(ndtri(0.975))


def exact(k, n):
    return Counts(k, k, n)


def test_newcombes_interval_of_56_of_70_less_48_of_80():
    """Newcombe 1998, Stat. Med. 17(8):873-890, method 10: .05243147 to .33387265.

    Limits of statsmodels 0.15.0: confint_proportions_2indep(56, 70, 48, 80, method="newcomb").
    p - q is twice the average of p and 1 - q, less 1, and Wilson's limits turn with the share.
    """
    low, high = averaged([exact(56, 70), exact(32, 80)], 0.05)
    assert 2 * low - 1 == pytest.approx(0.05243147, abs=5e-9)
    assert 2 * high - 1 == pytest.approx(0.33387265, abs=5e-9)


def test_one_dataset_has_wilsons_interval():
    assert averaged([exact(80, 100)], 0.05) == pytest.approx(wilson(80, 100, 0.05))


def test_rounded_shares_have_the_wider_interval():
    low, high = averaged([Counts(79, 81, 100), exact(50, 100)], 0.05)
    tight = averaged([exact(80, 100), exact(50, 100)], 0.05)
    assert low < tight[0] < tight[1] < high


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("gap", [0, 3, 8, 15, 30])
def test_the_interval_leaves_zero_out_where_p_is_below_alpha(alpha, gap):
    a, b = [exact(60 + gap, 100), exact(150 + gap, 200)], [exact(60, 100), exact(150, 200)]
    found, turned = (compare_averages(x, y, Ask(alpha)) for x, y in ((a, b), (b, a)))
    assert (found.low > 0 or found.high < 0) == (found.p < alpha)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    assert turned.p == pytest.approx(found.p)
    assert found.smallest_p <= found.p


def test_every_pairing_lies_within_the_bounds():
    """Of small tables: p of the known correlation is between that of the two extreme pairings."""
    for up, down in product((12, 17), (9, 15)):
        n = 20
        gap = Gap(up, down, n)
        worst, best = gap.reach(Z, "worst"), gap.reach(Z, "best")
        p, q = up / n, down / n
        spread = (p * (1 - p) * q * (1 - q)) ** 0.5
        below, above = p - wilson(up, n, 0.05)[0], wilson(down, n, 0.05)[1] - q
        for both in range(max(0, up + down - n), min(up, down) + 1):
            phi = (both / n - p * q) / spread
            own = (below**2 - 2 * phi * below * above + above**2) ** 0.5
            assert best - 1e-12 <= own <= worst + 1e-12


def test_a_margin_is_tested_by_the_same_limits():
    a, b = [exact(800, 1000), exact(900, 1000)], [exact(801, 1000), exact(899, 1000)]
    found = compare_averages(a, b, Ask(0.05, margin=0.05))
    low, high = found.equivalence
    assert -0.05 < low < 0 < high < 0.05
    assert found.p_equivalent < 0.05
    assert compare_averages(a, b, Ask(0.05, margin=high * 0.9)).p_equivalent > 0.05


@pytest.mark.parametrize(("shares", "n"), [((0.5, 0.5), 200), ((0.8, 0.6), 30), ((0.9, 0.8), 100)])
def test_the_size_is_held_under_the_least_favourable_pairing(shares, n):
    """Nominal .05; where one of the two is right as often as can be where the other is wrong."""
    draw = np.random.default_rng(7)
    runs, wrong = 1500, 0
    for _ in range(runs):
        a, b = [], []
        for share in shares:
            u = draw.random(n)
            a.append(int((u < share).sum()))
            b.append(int((u >= 1 - share).sum()))
        rows = list(zip(a, b, strict=True))
        lower, upper = [Gap(x, y, n) for x, y in rows], [Gap(y, x, n) for x, y in rows]
        wrong += limit(lower, Z) > 0 or limit(upper, Z) > 0
    assert wrong / runs < 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5
