"""Averages of accuracies with their numbers of examples: intervals, and bounds on every pairing."""

from itertools import product

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import t
from statsmodels.stats.proportion import confint_proportions_2indep

from paperforge.stats.contrast import Ask
from paperforge.stats.proportions import Counts
from paperforge.stats.shares import Scores, added_up, averaged, compare_averages, gaps

Z = float(ndtri(0.975))


def exact(k, n):
    return Counts(k, k, n)


def test_two_shares_have_the_middle_and_error_of_agresti_and_caffo():
    """56 of 70 less 48 of 80: statsmodels 0.15.0, confint_proportions_2indep (agresti-caffo).

    .05245 to .33576, of which the middle is ours (m = 2 proportions, 4 / m answers each), and the
    half-width but for t in place of the normal quantile and n + 1 in place of n + 2.
    """
    low, high = averaged([exact(56, 70), exact(32, 80)], 0.05)
    theirs = confint_proportions_2indep(56, 70, 48, 80, method="agresti-caffo")
    assert low + high - 1 == pytest.approx(sum(theirs) / 2, abs=1e-9)
    parts = [(57 / 72, 72), (49 / 82, 82)]
    normal = sum(p * (1 - p) / n for p, n in parts) ** 0.5 * Z
    assert normal == pytest.approx((theirs[1] - theirs[0]) / 2, abs=1e-9)
    ours = sum(p * (1 - p) / (n - 1) for p, n in parts)
    df = ours**2 / sum((p * (1 - p) / (n - 1)) ** 2 / (n - 1) for p, n in parts)
    assert high - low == pytest.approx(t.ppf(0.975, df) * ours**0.5)


def test_all_right_is_not_certain():
    low, high = averaged([exact(5, 5), exact(5, 5)], 0.05)
    assert high == 1.0
    assert 0.5 < low < 0.95


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
    """Of small tables: p of each pairing is between that of the two extreme ones."""
    n = 20
    for up, down in product((12, 17), (9, 15)):
        worst, best = (gaps([up, up], [down, down], [n, n], how) for how in ("worst", "best"))
        for both in range(max(0, up + down - n), min(up, down) + 1):
            one = Scores(up - down, up + down - 2 * both, n)
            own = added_up([one, one], 0.0, 2.0, 2.0)
            assert best.value == own.value == worst.value
            assert best.se - 1e-12 <= own.se <= worst.se + 1e-12


@pytest.mark.parametrize(("datasets", "n"), [(2, 5), (2, 20), (5, 5), (8, 5), (8, 20)])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_the_coverage_where_the_two_disagree_on_every_example(datasets, n, share):
    """Wilson's limits put together: .88 of two datasets of 5, .82 of eight."""
    draw = np.random.default_rng(11)
    runs, held = 1000, 0
    for wins in draw.binomial(n, share, (runs, datasets)).tolist():
        found = compare_averages(
            [exact(k, n) for k in wins], [exact(n - k, n) for k in wins], Ask()
        )
        held += found.low <= 2 * share - 1 <= found.high
    assert held / runs >= 0.95 - 3 * (0.05 * 0.95 / runs) ** 0.5


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
        found = compare_averages([exact(k, n) for k in a], [exact(k, n) for k in b], Ask())
        wrong += found.low > 0 or found.high < 0
    assert wrong / runs < 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5
