"""The summary of results stays readable, whatever the size of the grid."""

import random

import click
import pytest

from paperforge.commands import summary
from paperforge.results.survey import Cell, Failed, Survey


def render(found, width):
    """The summary without its colours."""
    return click.unstyle(summary.render(found, width))


SEEDS = frozenset("01234")
FULL = Cell(5, SEEDS)


def survey(methods, datasets, cell, metrics=("accuracy",), **more):
    """A survey in which `cell(place of the method, of the dataset)` says what is there."""
    names = [f"a-long-method-name-{i}" for i in range(methods)]
    benchmarks = [f"benchmark-{i}" for i in range(datasets)]
    cells = {
        (metric, name, benchmark): found
        for metric in metrics
        for i, name in enumerate(names)
        for j, benchmark in enumerate(benchmarks)
        if (found := cell(i, j)) is not None
    }
    given = {"replaced": 0, "replaced_at": "", "not_finite": 0, "not_finite_at": "", "failed": ()}
    return Survey(
        100, 50, 5, tuple(metrics), tuple(names), tuple(benchmarks), cells, **{**given, **more}
    )


def test_a_small_grid():
    holes = {(1, 0): Cell(4, SEEDS - {"3"}), (2, 0): None, (2, 1): Cell(0, status="crashed")}
    text = render(survey(3, 2, lambda i, j: holes.get((i, j), FULL)), 80)
    assert text.splitlines()[2:6] == [
        "                        benchmark-0  benchmark-1",
        "  a-long-method-name-0            5            5",
        "  a-long-method-name-1          4/5            5",
        "  a-long-method-name-2            –            ×",
    ]
    assert "seed 3 missing for a-long-method-name-1 on benchmark-0" in text
    assert text.splitlines()[-1] == "  – none, × crashed, 4/5: 4 of 5 seeds"
    text = render(survey(2, 1, lambda i, _: Cell(3, frozenset("014")) if i else FULL), 80)
    assert text.splitlines()[-1] == "  3/5: 3 of 5 seeds"


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("holes", ["none", "one", "many"])
def test_fifty_by_fifty_stays_readable(width, holes):
    random.seed(3)

    def cell(i, j):
        if (holes == "one" and (i, j) == (1, 1)) or (holes == "many" and random.random() < 0.1):
            return Cell(3, frozenset("014"))
        return FULL

    text = render(survey(50, 50, cell), width)
    lines = text.splitlines()
    assert len(lines) < 45
    grid = [line for line in lines if line.startswith("  ")]
    assert all(len(line) <= width for line in grid)
    if holes != "none" and width > 60:
        assert "3/5" in text and "seeds 2, 3 missing for a-long-method-name-" in text


def test_methods_with_different_seeds_miss_none():
    own = [frozenset("012"), frozenset("789")]
    text = render(survey(2, 2, lambda i, _: Cell(3, own[i])), 80)
    assert "missing" not in text and "/" not in text


def test_examples_are_counted():
    text = render(survey(2, 1, lambda *_: Cell(1, frozenset(), 1319)), 80)
    assert "1 (1,319)" in text and "(n): examples" in text


def test_many_metrics_that_differ_are_cut_short():
    metrics = [f"m{i}" for i in range(9)]
    whole = survey(6, 5, lambda *_: FULL, metrics)
    cells = {
        place: found
        for place, found in whole.cells.items()
        if hash((int(place[0][1:]) * 31, place[1], place[2])) % 3 or place[0] == "m0"
    }
    lines = render(
        Survey(1, 1, 5, whole.metrics, whole.methods, whole.datasets, cells, 0, "", 0, "", ()), 100
    )
    assert "with other holes; --metric NAME shows one" in lines


def test_names_stay_different_when_they_are_cut():
    text = render(
        Survey(
            1, 2, 0, ("f1",), ("m",), tuple(f"the-same-start-{c}-the-same-end" for c in "abcdef"),
            {("f1", "m", f"the-same-start-{c}-the-same-end"): Cell(1) for c in "abcdef"},
            0, "", 0, "", (),
        ),
        80,
    )  # fmt: skip
    assert "the-same-start-a-the-same-end, the-same-start-b" in text


def test_a_flood_of_failures_is_cut():
    failed = (Failed("crashed", 40, ("a on b", "c on d", "e on f")), Failed("deleted", 1, ("x",)))
    text = render(survey(1, 1, lambda *_: FULL, failed=failed), 80)
    assert "40 runs crashed: a on b; c on d; e on f; and 37 more" in text
    assert "1 run deleted: x" in text


def test_nothing_at_all():
    assert "0 rows" in render(Survey(0, 0, 0, (), (), (), {}, 0, "", 0, "", ()), 80)
