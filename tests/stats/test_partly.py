"""A metric of which one method has example ids and another only runs: never a silent mix."""

from dataclasses import replace

import numpy as np
import pytest

from paperforge import results
from paperforge.model import Verdict
from paperforge.narrative import moves
from paperforge.spec import DesignSpec, Direction, Metric, Project, Source, Unit
from paperforge.stats import analyse

HEAD = "method,seed,example_id,accuracy"


def read(tmp_path, runs_of_a):
    """A and C scored on 40 examples in so many runs, B in four runs of which the mean is known."""
    rng = np.random.default_rng(3)
    rows = [
        f"{m},{s},{i},{int(rng.random() < 0.7)}"
        for m in "AC"
        for s in range(runs_of_a)
        for i in range(40)
    ]
    rows += [f"B,{s},,{0.65 + rng.normal(0, 0.02):.4f}" for s in range(4)]
    (tmp_path / "r.csv").write_text("\n".join([HEAD, *rows]))
    return results.load([Source(tmp_path / "r.csv", "r.csv")], Project(root=tmp_path))


def test_seeds_are_not_matched_with_examples_of_the_same_number(tmp_path):
    found = analyse(read(tmp_path, 1), DesignSpec(), signed=True, effects=True)
    by = {(d.a, d.b): d for d in found.primary()}
    ids = by["A", "C"]
    assert (ids.unit, ids.n, ids.test) == (Unit.EXAMPLE, (40, 40), "McNemar mid-p")
    assert (ids.family, ids.unmatched) == (1, (0, 0))
    for pair in (("A", "B"), ("C", "B")) if ("C", "B") in by else (("A", "B"), ("B", "C")):
        one = by[pair]
        assert (one.p, one.verdict, one.reason) == (
            None,
            Verdict.UNDECIDABLE,
            "no example ids (B)",
        )
        assert one.estimate is not None
        assert one.effect.superiority is None
        assert one.unmatched == (0, 0)
    (note,) = [n for n in found.notes if "no example ids" in n.message]
    assert note.message.startswith("accuracy: B has no example ids, and the others are compared")
    (todo,) = moves.sentences(found)
    assert todo.startswith("Give the scores of B by example")
    assert found.aggregate("accuracy", "B", "").n == 4  # its mean is shown all the same


@pytest.mark.parametrize("declared", [None, Unit.BOTH])
def test_where_every_method_has_runs_all_are_compared_by_run(tmp_path, declared):
    given = read(tmp_path, 3)
    found = analyse(given, DesignSpec(replicate=declared))
    assert found.design.unit is Unit.SEED
    assert found.design.sentences[0] == (
        "The unit of replication is the seed (inferred: 3 to 4 runs a cell). Examples are averaged "
        "within each run: B has no example ids."
    )
    by_seed = analyse(given, DesignSpec(replicate=Unit.SEED))
    for one, other in zip(found.primary(), by_seed.primary(), strict=True):
        assert (one.unit, one.test, one.n) == (Unit.SEED, other.test, other.n)
        assert (one.p, one.low, one.high) == (other.p, other.low, other.high)


def test_declared_examples_compare_what_has_them(tmp_path):
    found = analyse(read(tmp_path, 3), DesignSpec(replicate=Unit.EXAMPLE))
    reasons = {(d.a, d.b): d.reason for d in found.primary() if d.p is None}
    assert set(reasons.values()) == {"no example ids (B)"}
    assert len(reasons) == 2
    assert found.design.sentences[0].endswith("each example's score is the mean of 3 runs.")


def test_beside_a_metric_that_all_have_by_example(fake):
    """Its sentence says who lacks ids; the other metric stays with its examples."""
    rng = np.random.default_rng(5)
    f1 = Metric("f1", "F1", Direction.HIGHER)
    scored = fake({(m, "d"): rng.integers(0, 2, 30) for m in "AB"}, unit=Unit.EXAMPLE)
    runs = fake({(m, "d"): rng.normal(0.6, 0.02, 3) for m in "AB"}, metric=f1)
    given = replace(
        scored,
        metrics=(*scored.metrics, f1),
        by_seed=scored.by_seed | runs.by_seed,
        by_example=scored.by_example
        | {("f1", "A", "d"): replace(scored.by_example["acc", "A", "d"], metric="f1")},
        varies=frozenset({"example", "seed"}),
    )
    design = analyse(given, DesignSpec()).design
    units = {one.metric: one.unit for one in design.metrics}
    assert units == {"acc": Unit.EXAMPLE, "f1": Unit.SEED}
    assert design.sentences[1] == (
        "F1: the unit of replication is the seed (inferred: 3 runs a cell). Examples are averaged "
        "within each run: B has no example ids."
    )
