"""Metrics of one analysis that replicate different things: seeds of one, examples of another."""

from dataclasses import replace

import numpy as np
import pytest

from paperforge.narrative import methods, moves
from paperforge.spec import DesignSpec, Direction, Metric, Unit
from paperforge.stats.decide import analyse

F1 = Metric("f1", "F1", Direction.HIGHER)
SEEDS = {("a", "d"): [0.912, 0.917, 0.909], ("b", "d"): [0.925, 0.922, 0.921]}


@pytest.fixture
def mixed(fake):
    """Per-example answers of one run, and F1 of three seeds."""
    rng = np.random.default_rng(3)
    answers = {(m, "d"): rng.integers(0, 2, 80) for m in "ab"}
    scored = fake(answers, unit=Unit.EXAMPLE)
    runs = fake(SEEDS, metric=F1)
    return replace(
        scored,
        metrics=(*scored.metrics, F1),
        by_seed=scored.by_seed | runs.by_seed,
        varies=frozenset({"example", "seed"}),
    )


def test_seeds_are_no_examples(mixed, fake):
    analysis = analyse(mixed, DesignSpec())
    accuracy, f1 = analysis.primary("acc")[0], analysis.primary("f1")[0]
    assert (accuracy.unit, accuracy.test, accuracy.n) == (Unit.EXAMPLE, "McNemar mid-p", (80, 80))
    assert (f1.unit, f1.test, f1.n, f1.paired) == (Unit.SEED, "Welch t", (3, 3), False)
    assert f1.generalises == "new seeds on this benchmark"
    assert accuracy.generalises == "new examples, not to retraining"
    alone = analyse(fake(SEEDS, metric=F1), DesignSpec()).primary("f1")[0]
    assert (f1.p, f1.low, f1.high) == (alone.p, alone.low, alone.high)


@pytest.mark.parametrize("declared", [None, Unit.EXAMPLE])
def test_the_design_names_both(mixed, declared):
    design = analyse(mixed, DesignSpec(replicate=declared)).design
    assert design.mixed
    assert [(one.metric, one.unit, one.replicates) for one in design.metrics] == [
        ("acc", Unit.EXAMPLE, (80, 80)),
        ("f1", Unit.SEED, (3, 3)),
    ]
    assert design.sentences[0].startswith("accuracy: the unit of replication is the example")
    assert design.sentences[1] == (
        "F1: the unit of replication is the seed (inferred: 3 runs a cell). It has no example ids."
    )
    assert design.of("f1").unit is Unit.SEED
    assert "in F1 to new seeds on this benchmark" in design.generalises


def test_the_paper_says_both(mixed):
    said = methods.sentence(analyse(mixed, DesignSpec()))
    assert "In accuracy, methods were compared by the two-sided McNemar mid-p test (80 ex" in said
    assert "In F1, methods were compared by the two-sided Welch t test (3 seeds a method)" in said


def test_graded_scores_are_not_right_or_wrong(fake):
    shifts = np.array([0.1, 0.12, 0.11, 0.13, 0.14])
    graded = {("a", "d"): 0.5 + shifts, ("b", "d"): np.full(5, 0.5)}
    analysis = analyse(fake(graded, unit=Unit.EXAMPLE), DesignSpec())
    (one,) = analysis.primary()
    assert one.reason == "5 examples on which the two differ: p cannot be below .06"
    assert moves.sentences(analysis) == (
        "Score more examples: it takes 6 at least on which the two differ.",
    )
