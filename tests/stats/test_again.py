"""A few cells changed in one reading: the answer is that of a whole analysis."""

from dataclasses import replace

import numpy as np
import pytest

from paperforge.spec import DesignSpec, Unit
from paperforge.stats import analyse
from paperforge.stats.again import Reading
from paperforge.stats.changes import Change, runs, substitute
from paperforge.stats.decide import decide

PINNED = DesignSpec(replicate=Unit.SEED)


def cells(datasets=("d",), n=7, shift=0.4):
    draw = np.random.default_rng(5)
    return {
        (m, d): (draw.normal(i * shift, 1, n)).round(3)
        for i, m in enumerate("xyz")
        for d in datasets
    }


def shown(decisions):
    return [(d.a, d.b, d.estimate, d.low, d.p, d.p_adjusted, d.verdict, d.n) for d in decisions]


@pytest.mark.parametrize("datasets", [("d",), ("d", "e", "f")])
@pytest.mark.parametrize("pair_by", [(), ("seed",)])
@pytest.mark.parametrize("shared", [False, True])
def test_every_run_that_is_left_out(fake, datasets, pair_by, shared):
    results = fake(cells(datasets), shared_runs=shared)
    spec = replace(PINNED, pair_by=pair_by)
    whole = analyse(results, spec)
    reading = Reading.of(results, results.metrics[0], spec)
    first = next(d for d in whole.decisions if d.primary)
    alone, jointly = runs(results, spec, first, "seed")
    assert len(alone) >= 7
    for change in [Change(), *(s.change for s in alone), jointly[0].change]:
        anew = analyse(substitute(results, results.metrics[0], Unit.SEED, change), spec)
        assert shown(decide(reading.cases(change), spec)) == shown(anew.primary())


def test_a_diverged_run_that_counts_as_a_score(fake):
    given = cells()
    given["x", "d"] = {"values": given["x", "d"], "failed": 1}
    results = fake(given)
    results = replace(results, metrics=(replace(results.metrics[0], diverged=-3.0),))
    reading = Reading.of(results, results.metrics[0], PINNED)
    change = Change(dropped=frozenset([("x", "d", 2), ("y", "d", 0)]))
    anew = analyse(substitute(results, results.metrics[0], Unit.SEED, change), PINNED)
    assert shown(decide(reading.cases(change), PINNED)) == shown(anew.primary())
    assert anew.primary()[0].n == (7, 6)


@pytest.mark.parametrize(
    "spec",
    [
        DesignSpec(replicate=Unit.EXAMPLE),
        replace(PINNED, correction="max-t"),
        replace(PINNED, aggregate="iqm"),
    ],
)
def test_what_reaches_further_is_analysed_whole(fake, spec):
    results = fake(cells(("d", "e")))
    assert Reading.of(results, results.metrics[0], spec) is None
    reading = Reading.of(results, results.metrics[0], PINNED)
    assert reading.cases(Change(datasets=frozenset("d"))) is None
