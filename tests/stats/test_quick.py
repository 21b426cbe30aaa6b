"""All pairs of methods after a change of runs at once: the numbers of the analysis itself."""

import numpy as np
import pytest

from paperforge.model import Meter
from paperforge.spec import DesignSpec, Unit
from paperforge.stats import analyse
from paperforge.stats.again import Reading
from paperforge.stats.changes import Change, substitute
from paperforge.stats.decide import decide, primary_cases
from paperforge.stats.fragile import fragile
from paperforge.stats.fragile_lab import Lab
from paperforge.stats.quick import Quick, own, table, together
from paperforge.stats.sums import joint_df, level

SEEDS = DesignSpec(replicate=Unit.SEED)


def study(fake, counts, datasets, seed=0):
    """Methods of so many runs each on every dataset, that spread unequally."""
    rng = np.random.default_rng(seed)
    return fake(
        {
            (f"m{i}", f"d{j}"): rng.normal(0.3 * i, 1 + j * i % 3, n)
            for i, n in enumerate(counts)
            for j in range(datasets)
        }
    )


def changes(counts):
    one = Change(dropped=frozenset([("m0", "d0", 1)]))
    two = Change(dropped=frozenset([("m1", "d0", 0), ("m2", "d0", 2)]))
    return [one, two, Change(datasets=frozenset(["d1"])), Change()]


@pytest.mark.parametrize("datasets", [1, 2, 3])
@pytest.mark.parametrize("counts", [(3, 3, 4), (4, 6, 9), (3, 10, 5), (5, 5, 5)])
@pytest.mark.parametrize("correction", ["holm", "bonferroni", "bh", "none"])
def test_a_change_has_the_p_that_a_whole_analysis_gives(fake, counts, datasets, correction):
    results = study(fake, counts, datasets)
    spec = DesignSpec(replicate=Unit.SEED, correction=correction)
    (metric,) = results.metrics
    quick = Quick.of(Reading.of(results, metric, spec))
    for change in changes(counts):
        if datasets == 1 and change.datasets:
            continue
        whole = decide(primary_cases(substitute(results, metric, Unit.SEED, change), spec), spec)
        estimate, p = quick.after(change)
        adjusted = quick.adjusted(p, (), len(p), correction)
        for one in whole:
            at = quick.pairs[one.a, one.b]
            assert estimate[at] * metric.scale == pytest.approx(one.estimate, rel=1e-12)
            assert p[at] == pytest.approx(one.p, rel=1e-9)
            assert adjusted[at] == pytest.approx(one.p_adjusted, rel=1e-9)


def test_what_flips_is_what_one_analysis_at_a_time_finds(fake, monkeypatch):
    results = study(fake, (4, 4, 5, 3), 2, seed=3)
    analysis = analyse(results, SEEDS)
    fast = fragile(results, SEEDS, analysis, work=100_000)
    monkeypatch.setattr(Lab, "quick", lambda *_: None)
    slow = fragile(results, SEEDS, analysis, work=100_000)
    assert any(one.flips for one in slow)
    for one, other in zip(fast, slow, strict=True):
        assert (one.a, one.b, one.complete) == (other.a, other.b, other.complete)
        for flip, same in zip(one.flips, other.flips, strict=True):
            assert flip.which == same.which and flip.verdict is same.verdict
            assert (flip.ways, flip.tried) == (same.ways, same.tried)
            assert flip.p_adjusted == pytest.approx(same.p_adjusted, rel=1e-9)


def test_many_methods_are_all_tried(fake):
    """25 methods of 3 runs on 3 datasets: 300 comparisons, each with every change it has."""
    results = study(fake, (3,) * 25, 3)
    meter = Meter()
    found = fragile(results, SEEDS, analyse(results, SEEDS), meter=meter)
    assert len(found) == meter.total == 300
    assert all(one.complete for one in found)


def test_degrees_of_freedom_and_p_are_those_of_single_sums():
    rng = np.random.default_rng(1)
    va, vb = rng.uniform(0.01, 5, (2, 200))
    fa, fb = rng.integers(1, 30, (2, 200)).astype(float)
    ours = together(va, fa, vb, fb)
    rows = list(zip(va, fa, vb, fb, strict=True))
    assert ours == pytest.approx(
        [joint_df([(a, x), (b, y)], 0.05) for a, x, b, y in rows], rel=1e-8
    )
    far = rng.uniform(0, 9, 200)
    p = own(np.stack([va, vb], axis=1), np.stack([fa, fb], axis=1), far)
    by_one = [level([(a, x), (b, y)], t) for (a, x, b, y), t in zip(rows, far, strict=True)]
    assert p == pytest.approx(by_one, rel=1e-9)
    assert len(table()) == 2


def test_what_is_no_plain_difference_is_left_to_the_analysis(fake):
    results = study(fake, (3, 3), 1)
    (metric,) = results.metrics
    paired = DesignSpec(replicate=Unit.SEED, pair_by=("seed",))
    assert Quick.of(Reading.of(results, metric, paired)) is None
    quick = Quick.of(Reading.of(results, metric, SEEDS))
    assert quick.after(Change(turned=frozenset([(("m0", "d0", 0), 1.0)]))) is None
    lost = frozenset([("m0", "d0", 0), ("m0", "d0", 1)])
    assert quick.after(Change(dropped=lost)) is None
    flat = fake({("a", "d"): [1.0, 1.0, 1.0], ("b", "d"): [2.0, 2.0, 2.0]})
    assert Quick.of(Reading.of(flat, flat.metrics[0], SEEDS)).after(Change()) is None
