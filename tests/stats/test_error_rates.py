"""Simulated error rates and coverage of every default path, through the functions that decide.

Nominal .05 and .95. Bounds: nominal plus three Monte Carlo standard errors, unless said otherwise.
"""

import numpy as np
import pytest

from paperforge.model import Sample, Verdict
from paperforge.spec import DesignSpec, Direction, Metric, Role, Unit
from paperforge.stats import analyse
from paperforge.stats.cells import Grouping, cell, merge
from paperforge.stats.contrast import Ask
from paperforge.stats.means import match, paired, stratified_paired, stratified_welch, welch

pytestmark = pytest.mark.slow
ASK = Ask()
RUNS = 10_000


def build(values, dataset="d"):
    one = Sample("acc", "m", dataset, np.arange(len(values)), values)
    return cell(one, *merge(one), Grouping())


def above(rate, n=RUNS, nominal=0.05):
    return rate <= nominal + 3 * np.sqrt(nominal * (1 - nominal) / n)


def rates(contrasts, true=0.0):
    """Share of p < .05, and share of intervals that hold the true difference."""
    p = np.array([c.p for c in contrasts])
    covered = np.array([c.low <= true <= c.high for c in contrasts])
    return (p < 0.05).mean(), covered.mean()


@pytest.mark.parametrize(
    ("na", "nb", "ratio"), [(2, 2, 1), (3, 3, 1), (5, 5, 1), (3, 10, 2), (10, 10, 3)]
)
def test_welch(na, nb, ratio):
    rng = np.random.default_rng([1, na, nb])
    a, b = rng.normal(2, 1, (RUNS, na)), rng.normal(2, ratio, (RUNS, nb))
    size, _ = rates([welch(build(x), build(y), ASK) for x, y in zip(a, b, strict=True)])
    assert above(size)
    assert size > 0.018  # conservative with two or three seeds, not dead
    _, cover = rates(
        [welch(build(x + 1.5), build(y), ASK) for x, y in zip(a[:3000], b[:3000], strict=True)], 1.5
    )
    assert above(1 - cover, 3000)


@pytest.mark.parametrize("n", [3, 5, 10])
def test_paired(n):
    rng = np.random.default_rng([2, n])
    shared = rng.normal(0, 2, (RUNS, n))
    a, b = shared + rng.normal(0, 1, (RUNS, n)), shared + rng.normal(0, 1, (RUNS, n))
    size, _ = rates([paired(match(build(x), build(y)), ASK) for x, y in zip(a, b, strict=True)])
    assert above(size)
    assert size >= 0.04


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_stratified_over_five_datasets_of_unequal_spread(seeds):
    rng = np.random.default_rng([3, seeds])
    n, spreads = 3000, np.array([1, 1, 2, 0.5, 3])[:, None]
    a, b = (rng.normal(0, 1, (n, 5, seeds)) * spreads + np.arange(5)[:, None] for _ in "ab")
    tested = [
        stratified_welch([build(x) for x in xs], [build(y) for y in ys], ASK)
        for xs, ys in zip(a, b, strict=True)
    ]
    size, _ = rates(tested)
    assert above(size, n)
    assert size > 0.018
    tested = [
        stratified_paired([match(build(x), build(y)) for x, y in zip(xs, ys, strict=True)], ASK)
        for xs, ys in zip(a, b, strict=True)
    ]
    assert above(rates(tested)[0], n)


@pytest.mark.parametrize(
    ("paired_by", "shared_runs"), [((), True), (("seed",), True), (("seed",), False)]
)
def test_seeds_that_are_shared_over_datasets(fake, paired_by, shared_runs):
    """What a run shares over datasets correlates them; taking them for independent would give .32."""
    rng = np.random.default_rng(4)
    n, found = 1500, 0
    for _ in range(n):
        cells = {}
        for m in "xy":
            run = rng.normal(0, 1, 4)
            cells |= {(m, d): run + rng.normal(0, 0.3, 4) for d in ("d1", "d2", "d3", "d4")}
        analysis = analyse(fake(cells, shared_runs=shared_runs), DesignSpec(pair_by=paired_by))
        found += analysis.primary()[0].p < 0.05
    assert above(found / n, n)


@pytest.mark.parametrize(
    "sizes",
    [[20] * 3, [20] * 5, [20] * 10, [20] * 50, [4, 18, 32, 46, 60], [4] * 9 + [40]],
    ids=["3", "5", "10", "50", "unequal", "one big"],
)
def test_clustered_examples(fake, sizes):
    """Correlation .2 within clusters. CR1 with G - 1 degrees of freedom: .09 and .17 on the last two."""
    rng = np.random.default_rng([5, *sizes])
    n, codes = 2500, np.repeat(np.arange(len(sizes)), sizes)
    p = []
    for _ in range(n):
        gap = rng.normal(0, np.sqrt(0.2), len(sizes))[codes] + rng.normal(
            0, np.sqrt(0.8), len(codes)
        )
        base = rng.normal(0, 1, len(codes))
        cells = {
            ("x", "d"): {"values": base + gap, "clusters": codes},
            ("y", "d"): {"values": base, "clusters": codes},
        }
        p.append(analyse(fake(cells, unit=Unit.EXAMPLE), DesignSpec()).decisions[0].p)
    rate = (np.array(p) < 0.05).mean()
    assert above(rate, n)
    assert rate > 0.03


def test_the_average_over_datasets_of_examples():
    """0/1 scores, a fifth discordant: the stratified t."""
    rng = np.random.default_rng(6)
    n, found = 4000, []
    for _ in range(n):
        pairs = []
        for size in (60, 200):
            a = rng.random(size) < 0.7
            flip = rng.random(size) < 0.2
            swap = flip & (rng.random(size) < 0.5)
            x, y = np.where(flip, swap, a), np.where(flip, ~swap, a)
            pairs.append(match(build(x.astype(float)), build(y.astype(float))))
        found.append(stratified_paired(pairs, ASK))
    assert above(rates(found)[0], n)


@pytest.mark.parametrize("correction", ["holm", "bonferroni"])
def test_family_wise_error_against_four_baselines(fake, correction):
    rng = np.random.default_rng(7)
    roles = {"x": Role.OURS} | dict.fromkeys(("p", "q", "r", "s"), Role.BASELINE)
    n, wrong = 2000, 0
    for _ in range(n):
        cells = {(m, "d"): rng.normal(0, 1, 5) for m in roles}
        decisions = analyse(fake(cells, roles=roles), DesignSpec(correction=correction)).decisions
        wrong += any(d.decided for d in decisions)
    assert above(wrong / n, n)


def test_equivalence_at_the_edge_of_the_margin(fake):
    """Two methods that differ by just the margin are called equivalent in at most .05."""
    rng = np.random.default_rng(8)
    metric = Metric("acc", "accuracy", Direction.HIGHER, margin=3.0)
    n, wrong = 3000, 0
    for _ in range(n):
        cells = {("x", "d"): rng.normal(3, 1, 6), ("y", "d"): rng.normal(0, 1, 6)}
        wrong += (
            analyse(fake(cells, metric=metric), DesignSpec()).decisions[0].verdict
            is Verdict.EQUIVALENT
        )
    assert above(wrong / n, n)
