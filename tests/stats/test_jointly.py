"""Families corrected by their joint distribution, through the analysis."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge.errors import InputError
from paperforge.spec import DesignSpec, Direction, Metric, Role, Unit
from paperforge.stats import analyse

RNG = np.random.default_rng(11)


def test_max_t_is_dunnetts_where_variances_are_alike(fake):
    a, b, c = RNG.normal(0, 1, 30), RNG.normal(0.7, 1, 30), RNG.normal(0.4, 1, 30)
    cells = {("x", "d"): a, ("y", "d"): b, ("z", "d"): c}
    roles = {"x": Role.BASELINE, "y": Role.OURS, "z": Role.OURS}
    analysis = analyse(fake(cells, roles=roles), DesignSpec(correction="max-t"))
    theirs = scipy_stats.dunnett(b, c, control=a, rng=np.random.default_rng(1))
    found = {d.a: d for d in analysis.primary()}
    assert [found[m].p_adjusted for m in "yz"] == pytest.approx(list(theirs.pvalue), abs=0.01)
    low, high = theirs.confidence_interval()
    for i, m in enumerate("yz"):
        assert found[m].simultaneous == pytest.approx((low[i], high[i]), abs=0.05)


@pytest.mark.parametrize("correction", ["max-t", "romano-wolf"])
@pytest.mark.parametrize("unit", [Unit.SEED, Unit.EXAMPLE, Unit.DATASET])
def test_adjusted_p_and_intervals_agree_in_every_design(fake, correction, unit):
    metric = Metric("acc", "accuracy", Direction.HIGHER, scale=100)
    datasets = [f"d{i}" for i in range(12)] if unit is Unit.DATASET else ["d1", "d2"]
    n = {Unit.SEED: 5, Unit.EXAMPLE: 60, Unit.DATASET: 1}[unit]
    cells = {(m, d): RNG.normal(0.1 * i, 0.1, n) for i, m in enumerate("xyz") for d in datasets}
    example = Unit.EXAMPLE if unit is Unit.EXAMPLE else Unit.SEED
    results = fake(cells, unit=example, metric=metric)
    if (correction, unit) == ("romano-wolf", Unit.DATASET):
        with pytest.raises(InputError, match="joint distribution"):
            analyse(results, DesignSpec(replicate=unit, correction=correction))
        return
    holm = analyse(results, DesignSpec(replicate=unit)).primary()
    made = analyse(results, DesignSpec(replicate=unit, correction=correction)).primary()
    for one, other in zip(made, holm, strict=True):
        assert one.p == pytest.approx(other.p)
        assert one.p_adjusted >= one.p
        if correction == "romano-wolf":
            assert one.simultaneous is None
        elif one.simultaneous:
            low, high = one.simultaneous
            assert (low > 0 or high < 0) == (one.p_adjusted < 0.05)
            assert low <= one.low < one.estimate < one.high <= high


def test_what_has_no_joint_distribution_is_refused(fake):
    cells = {
        (m, "d"): {"values": RNG.normal(0, 1, 30), "repeats": np.full(30, 2), "within": np.ones(30)}
        for m in "xyz"
    }
    runs = {(m, "d"): RNG.normal(0, 1, 2) for m in "xyz"}
    results = fake(cells, unit=Unit.EXAMPLE, runs=runs, varies={"seed", "example"})
    with pytest.raises(InputError, match="joint distribution"):
        analyse(results, DesignSpec(correction="romano-wolf"))
    analysis = analyse(results, DesignSpec(correction="max-t"))
    assert analysis.design.correction == "bonferroni"  # and it says so
    assert any("joint distribution is not known" in note.message for note in analysis.notes)
    for one in analysis.primary():
        assert one.p_adjusted == pytest.approx(min(1, 3 * one.p))  # Bonferroni's single step
        assert one.simultaneous[0] < one.low < one.high < one.simultaneous[1]


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(2, 10), (2, 5, 5), (3, 3, 3), (5, 5, 5)])
def test_family_wise_error_with_few_and_unequal_runs(fake, sizes):
    rng = np.random.default_rng(sizes)
    runs, spec = 10_000, DesignSpec(correction="max-t", draws=999)
    wrong = 0
    for _ in range(runs):
        cells = {(f"m{i}", "d"): rng.normal(0, 1, n) for i, n in enumerate(sizes)}
        found = analyse(fake(cells), spec).primary()
        wrong += any(one.decided for one in found)
        assert all(one.p_adjusted >= one.p for one in found)
    assert wrong / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
