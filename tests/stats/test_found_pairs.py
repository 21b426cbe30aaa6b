"""The difference that unequal numbers of few runs find is found with power .8."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import stdtrit

from paperforge.stats.contrast import Ask
from paperforge.stats.found_pairs import OfPairs, own_df
from paperforge.stats.means import independent, is_risky, satterthwaite, together, unbalanced
from paperforge.stats.sums import joint_df


@dataclass(frozen=True)
class Mean:
    """As means.Mean."""

    n: int
    mean: float
    variance: float

    @property
    def df(self):
        return self.n - 1.0


def detectable(n, datasets, ratio, alpha):
    a, b = n
    pairs = [(Mean(a, 0.0, 1 / a), Mean(b, 0.0, ratio / b))] * datasets
    found = independent(1.0, pairs, Ask(alpha))
    return found.detects.at(alpha), is_risky(pairs)


def half_widths(n, datasets, ratio, alpha, runs, rng):
    """What the test does, for many studies at once."""
    (a, b), over = n, datasets**2
    df = (a - 1, b - 1)
    quantiles = [stdtrit(f, alpha / 2) ** 2 for f in df]
    usual = [stdtrit(f, 0.025) ** 2 for f in df]
    curve = 1 / np.linspace(1 / max(df), 1 / min(df), 4000)
    own, total, uncertain = np.zeros(runs), np.zeros(runs), np.zeros(runs)
    for _ in range(datasets):
        parts = [
            v / m / over * rng.chisquare(f, runs) / f
            for v, m, f in zip((1.0, ratio), n, df, strict=True)
        ]
        both = parts[0] + parts[1]
        own += sum(q * v for q, v in zip(quantiles, parts, strict=True))
        far = np.sqrt(sum(q * v for q, v in zip(usual, parts, strict=True)) / both)
        total += both
        uncertain += both**2 / np.interp(far, -stdtrit(curve, 0.025), curve)
    return np.sqrt(own), -stdtrit(total**2 / uncertain, alpha / 2) * np.sqrt(total)


@pytest.mark.slow
@pytest.mark.parametrize("n", [(2, 10), (3, 10), (5, 20)])
@pytest.mark.parametrize("datasets", [1, 2, 3, 10])
@pytest.mark.parametrize("ratio", [1 / 9, 1.0, 9.0])
@pytest.mark.parametrize("alpha", [0.05, 0.05 / 3])
def test_what_is_printed_is_found_with_power_eight_tenths(n, datasets, ratio, alpha):
    """Variances one to nine; the observed ones are the true ones. Standard error .003."""
    rng, runs = np.random.default_rng([*n, datasets, int(9 * ratio)]), 20_000
    d, risky = detectable(n, datasets, ratio, alpha)
    own, joined = half_widths(n, datasets, ratio, alpha, runs, rng)
    se = math.sqrt((1 / n[0] + ratio / n[1]) / datasets)
    found = np.abs(d + rng.normal(0, se, runs)) > (own if risky else joined)
    assert found.mean() == pytest.approx(0.8, abs=0.02)


def test_the_simulated_half_width_is_the_tests_own():
    """Of one study, by the analysis: satterthwaite() of together() of each pair."""
    rng = np.random.default_rng(5)
    rows = [[(float(v) / 9, 2.0), (float(w) / 9, 9.0)] for v, w in rng.chisquare(3, (3, 2))]
    se2, df = satterthwaite([together(row) for row in rows])
    columns = [[(np.array([v]), df) for v, df in row] for row in rows]
    own = [float(own_df(parts, 0.05)[0]) for parts in columns]
    assert own == pytest.approx([joint_df(row, 0.05) for row in rows], rel=1e-3)
    total = sum(v for row in rows for v, _ in row)
    sums = [sum(v for v, _ in row) for row in rows]
    joint = total**2 / sum(v**2 / f for v, f in zip(sums, own, strict=True))
    assert total == pytest.approx(se2)
    assert joint == pytest.approx(df, rel=1e-3)


def test_it_has_the_unit_of_the_scores_and_needs_no_variance_everywhere():
    rows = [((0.2, 1.0), (0.1, 9.0)), ((0.0, 1.0), (0.0, 9.0)), ((0.4, 1.0), (0.0, 9.0))]
    assert unbalanced(2, 10)
    one = OfPairs.of(rows, [True] * 3, 0.05)
    times = [[(100 * v, df) for v, df in row] for row in rows]
    assert OfPairs.of(times, [True] * 3, 0.05).at(0.05) == pytest.approx(10 * one.at(0.05))
    assert one.at(0.01) > one.at(0.05) > 2 * math.sqrt(0.7)
