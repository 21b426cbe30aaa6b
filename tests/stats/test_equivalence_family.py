"""Beside a corrected p of equivalence stands the interval that agrees with it."""

import numpy as np
import pytest

from paperforge.spec import DesignSpec, Direction, Metric, Unit
from paperforge.stats import analyse
from paperforge.stats.adjust import CORRECTIONS, divisors

METHODS = ("ours", "b1", "b2", "b3", "b4")


@pytest.fixture(scope="module")
def study(fake):
    def make(values, margin, unit=Unit.SEED, *, scale=1.0):
        metric = Metric("acc", "accuracy", Direction.HIGHER, scale=scale, margin=margin * scale)
        cells = {(m, "d"): {"values": v} for m, v in zip(METHODS, values, strict=True)}
        return fake(cells, unit=unit, metric=metric, roles={"ours": "ours"})

    return make


def agreement(results, spec, least=0):
    """How many were found equivalent; asserts that every interval says the same."""
    found = analyse(results, spec, signed=True)
    margin = found.metrics[0].margin
    family = [d for d in found.primary() if d.equivalence_adjusted is not None]
    assert len(family) >= least
    for d in family:
        low, high = d.equivalence_adjusted
        assert d.equivalent == (d.p_equivalence_adjusted < spec.alpha)
        assert d.equivalent == (-margin < low and high < margin), d
        assert low <= d.equivalence[0]
        assert high >= d.equivalence[1]
        assert d.equivalence_level >= 1 - 2 * spec.alpha - 1e-12
    return sum(d.equivalent for d in family), len(family)


@pytest.mark.parametrize("correction", ["holm", "bonferroni", "bh", "none", "max-t"])
def test_interval_within_the_margin_iff_adjusted_p_below_alpha_of_runs(study, correction):
    found = []
    for seed in range(25):
        rng = np.random.default_rng(seed)
        values = [rng.normal(rng.normal(0, 0.3), 1, rng.integers(4, 12)) for _ in METHODS]
        results = study(values, float(rng.uniform(0.5, 2.5)))
        draws = 200 if correction == "max-t" else 0
        spec = DesignSpec(correction=correction, alpha=0.05, draws=draws)
        found.append(agreement(results, spec, least=4))
    equivalent, all_ = map(sum, zip(*found, strict=True))
    assert 0.1 < equivalent / all_ < 0.9  # both happen often
    if correction != "none":
        assert any(0 < yes < family for yes, family in found)


@pytest.mark.parametrize("kind", ["0/1", "graded", "lattice"])
def test_interval_within_the_margin_iff_adjusted_p_below_alpha_of_examples(study, kind):
    found = []
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        base = rng.normal(0, 1, 80)
        rows = [base + rng.normal(rng.normal(0, 0.1), 0.5, 80) for _ in METHODS]
        if kind == "0/1":
            rows = [(row > 0).astype(float) for row in rows]
        if kind == "lattice":
            rows = [np.round(row) for row in rows]
        results = study(rows, float(rng.uniform(0.05, 0.4)), Unit.EXAMPLE, scale=100.0)
        found.append(agreement(results, DesignSpec(), least=4))
    equivalent, all_ = map(sum, zip(*found, strict=True))
    assert 0.05 < equivalent / all_ < 0.95


def test_nothing_is_corrected_in_a_family_of_one(fake):
    rng = np.random.default_rng(1)
    metric = Metric("acc", "accuracy", Direction.HIGHER, margin=2.0)
    cells = {(m, "d"): rng.normal(0, 1, 6) for m in ("a", "b")}
    (one,) = analyse(fake(cells, metric=metric), DesignSpec(), signed=True).primary()
    assert one.equivalence_adjusted == one.equivalence
    assert one.equivalence_level == pytest.approx(0.9)


def test_without_a_margin_there_is_no_interval(fake):
    rng = np.random.default_rng(1)
    cells = {(m, "d"): rng.normal(0, 1, 6) for m in ("a", "b")}
    (one,) = analyse(fake(cells), DesignSpec(), signed=True).primary()
    assert one.equivalence_adjusted is None
    assert one.equivalence_level is None


@pytest.mark.parametrize("correction", list(CORRECTIONS))
def test_a_p_below_its_part_of_alpha_is_a_corrected_p_below_alpha(correction):
    rng = np.random.default_rng(7)
    for _ in range(2000):
        size = int(rng.integers(1, 9))
        ps = list(rng.beta(0.3, 3, int(rng.integers(1, size + 1))))
        adjusted = CORRECTIONS[correction](ps, size)
        for p, after, by in zip(ps, adjusted, divisors(ps, size, correction, 0.05), strict=True):
            assert (p < 0.05 / by) == (after < 0.05)
            assert 1 <= by <= size


def test_holms_steps():
    """Of five, two found: theirs are 5 and 4; he stops at 3, and the others are judged there."""
    ps = [0.2, 0.001, 0.9, 0.012, 0.029]
    assert divisors(ps, 5, "holm", 0.05) == [3, 5, 3, 4, 3]
    assert divisors(ps, 5, "bh", 0.05) == [5 / 3] * 5  # 0.029 is below 3/5 of 0.05


def test_the_interval_of_rounded_summaries_is_as_wide_as_its_p():
    """Quoted means: p is of the margin less the rounding, the interval has the rounding added."""
    from paperforge.stats.contrast import Ask
    from paperforge.stats.summaries import Summary, welch

    a, b = (Summary(m, 0.4, 5, mean_unit=0.05, sd_unit=0.05) for m in (80.1, 79.9))
    last = None
    for margin in np.linspace(0.02, 2, 100):
        one = welch(a, b, Ask(margin=float(margin)), rounded=True)
        low, high = one.equivalence
        assert (one.p_equivalent < 0.05) == (-margin < low and high < margin)
        last = one
    assert last.p_equivalent < 0.05
