"""Families corrected by their joint distribution, through the analysis."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge.results import load
from paperforge.spec import DesignSpec, Direction, Metric, Project, Role, Source, Unit
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


def test_paired_runs_are_corrected_by_their_own_flips(fake):
    """Ten paired runs of alike methods: less than Bonferroni asks for, and never below own p."""
    shared = RNG.normal(0, 1, 12)
    cells = {(f"m{i}", "d"): shared + RNG.normal(0.3 * (i == 0), 0.3, 12) for i in range(7)}
    roles = {f"m{i}": Role.OURS if i == 0 else Role.BASELINE for i in range(7)}
    results = fake(cells, roles=roles)
    made = {}
    for correction in ("none", "max-t", "romano-wolf", "bonferroni"):
        spec = DesignSpec(correction=correction, pair_by=("seed",))
        analysis = analyse(results, spec)
        assert analysis.design.correction == correction
        made[correction] = {d.b: d for d in analysis.primary()}
    for name, alone in made["none"].items():
        assert alone.test == "paired t"
        most = made["bonferroni"][name].p_adjusted
        single, down = (made[c][name].p_adjusted for c in ("max-t", "romano-wolf"))
        assert alone.p <= down <= single <= max(most, 24 / 2**11)  # of so few flips p is coarse
        low, high = made["max-t"][name].simultaneous
        assert (low > 0 or high < 0) == (single < 0.05)
    total = {c: sum(d.p_adjusted for d in found.values()) for c, found in made.items()}
    assert total["romano-wolf"] <= total["max-t"] < total["bonferroni"]


@pytest.mark.slow
def test_family_wise_error_of_ten_paired_runs(fake):
    rng = np.random.default_rng(10)
    runs, wrong = 4_000, 0
    spec = DesignSpec(correction="max-t", draws=999, pair_by=("seed",))
    for _ in range(runs):
        shared = rng.normal(0, 1, 10)
        cells = {(f"m{i}", "d"): shared + rng.normal(0, 0.5, 10) for i in range(5)}
        wrong += any(one.decided for one in analyse(fake(cells), spec).primary())
    assert 0.02 <= wrong / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_what_has_no_joint_distribution_is_corrected_without(fake):
    cells = {
        (m, "d"): {"values": RNG.normal(0, 1, 30), "repeats": np.full(30, 2), "within": np.ones(30)}
        for m in "xyz"
    }
    runs = {(m, "d"): RNG.normal(0, 1, 2) for m in "xyz"}
    results = fake(cells, unit=Unit.EXAMPLE, runs=runs, varies={"seed", "example"})
    holm = analyse(results, DesignSpec()).primary()
    analysis = analyse(results, DesignSpec(correction="romano-wolf"))
    assert analysis.design.correction == "holm"
    assert any("Holm's step-down takes" in note.message for note in analysis.notes)
    assert [d.p_adjusted for d in analysis.primary()] == [d.p_adjusted for d in holm]
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


def answers(n, *wrong):
    """Right answers but for those at these places."""
    found = np.ones(n)
    found[list(wrong)] = 0
    return found


@pytest.mark.parametrize("correction", ["max-t", "romano-wolf"])
def test_too_few_discordant_examples_cannot_be_decided_jointly_either(fake, correction):
    """Of five, flips give no p below 1/16, though McNemar's mid-p alone could be .03."""
    cells = {
        ("x", "d"): answers(80),
        ("y", "d"): answers(80, *range(5)),
        ("z", "d"): answers(80, *range(40)),
    }
    found = analyse(fake(cells, unit=Unit.EXAMPLE), DesignSpec(correction=correction)).primary()
    by_pair = {(d.a, d.b): d for d in found}
    few = by_pair["x", "y"]
    assert few.smallest_p < 0.05
    assert few.p_adjusted >= 0.0625
    assert few.verdict == "undecidable"
    assert few.reason.endswith("(.06 after the correction)")
    if correction == "max-t":
        assert few.simultaneous[0] <= 0 <= few.simultaneous[1]
    assert by_pair["x", "z"].verdict == "better"


@pytest.mark.parametrize("correction", ["max-t", "holm", "bonferroni"])
@pytest.mark.parametrize("runs", [1, 2])
def test_no_interval_of_shares_goes_beyond_one(load_shares, correction, runs):
    found = load_shares(runs)
    spec = DesignSpec(correction=correction)
    analysis = analyse(found, spec)
    ends = [
        end
        for d in analysis.decisions
        for pair in ((d.low, d.high), d.simultaneous, d.equivalence)
        if pair
        for end in pair
    ]
    assert max(map(abs, ends)) <= 1.0
    if runs > 1 or correction == "max-t":  # McNemar's own intervals end before
        assert max(map(abs, ends)) == 1.0
    assert all(d.low <= d.estimate <= d.high for d in analysis.decisions)


@pytest.fixture
def load_shares(tmp_path):
    """Three methods of which one is right nearly always and one nearly never, in few runs."""

    def call(runs):
        rows = ["method,example,seed,acc"]
        rng = np.random.default_rng(2)
        for method, p in (("x", 0.97), ("y", 0.03), ("z", 0.5)):
            for seed in range(runs):
                q = min(0.999, max(0.001, p + (seed - 0.5) * 0.4 * (runs > 1) * (method != "x")))
                right = rng.random(60) < q
                rows += [f"{method},e{i},{seed},{int(v)}" for i, v in enumerate(right)]
        path = tmp_path / "r.csv"
        path.write_text("\n".join(rows) + "\n")
        project = Project(root=tmp_path, metrics={"acc": {"margin": 0.1}})
        return load([Source(path, "r.csv")], project)

    return call
