import json
import math
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.spec import DesignSpec
from paperforge.stats import analyse, measure
from paperforge.stats.effects import Spread, hedges, of_all, paired, sizes, two_samples

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "effects.json").read_text())
X, Y, Z = (REFERENCE[name] for name in "xyz")
VALUES = st.lists(st.integers(-6, 6).map(float), min_size=1, max_size=9)


def test_two_samples_are_pingouins():
    ours, theirs = two_samples(X, Y), REFERENCE["two samples"]
    assert ours.d == pytest.approx(theirs["d"], rel=1e-12)
    assert ours.probability == pytest.approx(theirs["P"], rel=1e-12)
    assert ours.cliff == pytest.approx(2 * theirs["P"] - 1)
    # pingouin's g is d (1 - 3 / (4 N - 9)), an approximation of the exact correction.
    assert ours.d * (1 - 3 / (4 * 12 - 9)) == pytest.approx(theirs["hedges"], rel=1e-12)
    assert ours.g == pytest.approx(theirs["hedges"], rel=1e-3)


def test_pairs():
    ours, x, z = paired(X, Z), np.array(X), np.array(Z)
    assert ours.d_average == pytest.approx(REFERENCE["paired"]["d_av"], rel=1e-12)
    t = scipy_stats.ttest_rel(x, z).statistic
    assert ours.d == pytest.approx(t / math.sqrt(len(x)), rel=1e-12)
    wins, losses = (x > z).sum(), (x < z).sum()
    assert ours.cliff == pytest.approx((wins - losses) / len(x))


@pytest.mark.parametrize("df", [2, 3, 4, 5, 10, 200])
def test_hedges_correction_undoes_the_bias_of_an_inverse_standard_deviation(df):
    """E(sigma / s) = sqrt(df) E(1 / chi), integrated by scipy."""
    bias = math.sqrt(df) * scipy_stats.chi(df).expect(lambda x: 1 / x)
    assert hedges(bias, df) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(("n", "m"), [(2, 2), (3, 5), (10, 10), (50, 4)])
def test_limits_put_alpha_over_two_in_each_tail(n, m, side):
    rng = np.random.default_rng([n, m])
    ours = two_samples(side * (rng.normal(1, 1, n)), side * rng.normal(0, 1, m), alpha=0.1)
    root, df = math.sqrt(n * m / (n + m)), n + m - 2
    tails = [scipy_stats.nct.sf(ours.d * root, df, end * root) for end in (ours.low, ours.high)]
    assert tails == pytest.approx([0.05, 0.95], rel=1e-6)


@given(VALUES, VALUES)
def test_probability_is_mann_whitneys_and_everything_turns_with_the_sign(a, b):
    ours, other = two_samples(a, b), two_samples(b, a)
    u = scipy_stats.mannwhitneyu(a, b).statistic
    assert ours.probability == pytest.approx(u / (len(a) * len(b)))
    assert other.probability == pytest.approx(1 - ours.probability)
    assert -1 <= ours.cliff <= 1
    for mine, theirs in ((ours.d, other.d), (ours.g, other.g), (ours.low, other.high)):
        assert (mine is None) == (theirs is None)
        assert mine is None or mine == pytest.approx(-theirs, rel=1e-6, abs=1e-6)
    if ours.low is not None:
        assert ours.low <= ours.d <= ours.high


def test_no_spread_has_no_d_and_still_a_probability():
    for ours in (
        two_samples([0.1 + 0.2] * 3, [0.1] * 4),
        paired(np.array([0.1, 0.2, 0.7]) + 0.1, [0.1, 0.2, 0.7]),
        two_samples([2.0], [1.0]),
        paired([2.0], [1.0]),
    ):
        assert (ours.d, ours.g, ours.low, ours.high) == (None,) * 4
        assert ours.probability == 1
    huge, usual = two_samples([1e300, 3e300], [0.0, 1e300]), two_samples([1, 3], [0, 1])
    assert (huge.d, huge.low) == pytest.approx((usual.d, usual.low))
    assert two_samples([0.0, 0], [0.0, 0]).d is None
    assert two_samples([1.0, 1], [1.0]).probability == 0.5
    assert two_samples([], [1.0]).probability is None
    assert paired([], []).probability is None
    assert paired([1.0, 3], [0.0, 1]).g is None  # one degree of freedom: no correction exists


def test_coverage_of_the_interval_of_d():
    rng, covered = np.random.default_rng(1), 0
    for _ in range(1500):
        ours = two_samples(rng.normal(0.8, 1, 4), rng.normal(0, 1, 6))
        covered += ours.low <= 0.8 <= ours.high
    assert abs(covered / 1500 - 0.95) < 3 * math.sqrt(0.95 * 0.05 / 1500)


def test_hundred_thousand_values_are_sorted_and_not_crossed():
    a, b = np.random.default_rng(0).normal(size=(2, 100_000))
    start = time.process_time()
    two_samples(a, b)
    assert time.process_time() - start < 1


@given(st.lists(VALUES, min_size=2, max_size=5), st.sampled_from([1.0, 1e-200, 1e300, 0.1 + 0.2]))
def test_all_pairs_of_samples_at_once_are_those_of_two_samples(samples, unit):
    """Ties, no spread, one value, numbers whose squares are none."""
    samples = [np.array(one) * unit for one in samples]
    spreads = [Spread.of(one) for one in samples]
    gs, chances = of_all(spreads)
    for i, x in enumerate(samples):
        for j, y in enumerate(samples):
            whole, (g, p) = two_samples(x, y, None), sizes(spreads[i], spreads[j])
            assert (p, chances[i, j]) == pytest.approx((whole.probability,) * 2, rel=1e-12)
            if whole.g is None:
                assert g is None
                assert np.isnan(gs[i, j])
            else:
                assert (g, gs[i, j]) == pytest.approx((whole.g, whole.g), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("pair_by", [(), ("seed",)])
def test_many_methods_have_the_effect_sizes_of_few(fake, monkeypatch, pair_by):
    """Measured at once or one by one; with a hole, a run alone and unequal numbers of runs."""
    rng = np.random.default_rng(3)
    cells = {
        (f"m{m}", d): rng.normal(m / 9, 1, 1 + (m * k + 2) % 5).round(1)
        for m in range(10)
        for k, d in enumerate(("d", "e"))
        if (m, d) != (4, "e")
    }
    found = []
    for many in (2, 99):
        monkeypatch.setattr(measure, "MANY", many)
        found.append(analyse(fake(cells), DesignSpec(pair_by=pair_by), effects=True).decisions)
    pairs = list(zip(*found, strict=True))
    assert sum(one.effect.d is not None for one, _ in pairs) > 60
    for one, other in pairs:
        for name in ("d", "superiority", "cliffs_delta"):
            ours, theirs = getattr(one.effect, name), getattr(other.effect, name)
            assert ours == (None if theirs is None else pytest.approx(theirs, rel=1e-9, abs=1e-12))
        assert one.effect.d_kind == other.effect.d_kind
