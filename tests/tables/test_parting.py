"""Parts of columns: as few as fit, averages beside what they are of, and even ones."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import venues
from paperforge.model import Cell, Column, Row, Table
from paperforge.tables.fit import fit
from paperforge.tables.measure import Measure, total
from paperforge.tables.parting import lonely, parted
from paperforge.tables.trial import Page

MEASURE, GAP = Measure("times", 10.0), 6.0


def heads(count, group="Accuracy", average=True):
    single = [Column(f"d{i}", group, group, f"d{i}") for i in range(count)]
    return (*single, *([Column("Avg.", group, group)] if average else []))


def parts(columns, room, width=40.0, stub=100.0):
    return parted(columns, (), [stub, *[width] * len(columns)], MEASURE, gap=GAP, room=room)


def test_an_average_has_a_column_beside_it():
    """Two columns to a part: the last of three would hold the average alone."""
    assert parts(heads(4), 210.0) == ((0, 1), (2,), (3, 4))
    assert lonely(heads(4), ((0, 1), (2, 3), (4,))) == 1


def test_without_an_average_the_last_part_is_the_short_one():
    assert parts(heads(5, average=False), 210.0) == ((0, 1), (2, 3), (4,))


def test_parts_are_even():
    found = parts(heads(9, average=False), 420.0)
    assert [len(part) for part in found] == [5, 4]
    two = (*heads(3), *heads(3, "F1"), *heads(3, "AUC"), *heads(3, "Recall"))
    assert [len(part) for part in parts(two, 800.0)] == [8, 8]


def test_one_column_a_part_leaves_the_average_alone():
    assert parts(heads(2), 170.0) == ((0,), (1,), (2,))
    assert parts(heads(2), 140.0) is None


def test_a_metric_that_fits_is_not_parted():
    assert parts((*heads(3), *heads(3, "F1")), 360.0) == ((0, 1, 2, 3), (4, 5, 6, 7))


@given(
    st.lists(st.floats(20, 120), min_size=1, max_size=7),
    st.floats(160, 500),
    st.booleans(),
)
def test_no_way_takes_fewer_parts_or_leaves_fewer_averages_alone(widths, room, average):
    columns = heads(len(widths) - average, average=average)
    every = [60.0, *widths]

    def fits(part):
        chosen = [every[0], *(every[i + 1] for i in part)]
        return total(chosen, [columns[i] for i in part], MEASURE, GAP) <= room

    ways = [
        [tuple(range(a, b)) for a, b in pairwise((0, *cuts, len(widths)))]
        for count in range(len(widths))
        for cuts in combinations(range(1, len(widths)), count)
    ]
    ways = [way for way in ways if all(map(fits, way))]
    found = parted(columns, (), every, MEASURE, gap=GAP, room=room)
    assert (found is None) == (not ways)
    if found is not None:
        best = min((len(way), lonely(columns, way)) for way in ways)
        assert (len(found), lonely(columns, found)) == best
        assert [i for part in found for i in part] == list(range(len(widths)))


@pytest.mark.parametrize("count", [4, 6, 7, 9])
def test_long_names_leave_no_average_alone(count):
    """Names of 85 letters without a place to break them: they stand in lines."""
    cells = tuple(Cell(0.6, 0.01, 5, "0.600", "0.010") for _ in range(count + 1))
    rows = tuple(Row(f"{letter * 84}{i}", cells) for i, letter in enumerate("abcd"))
    table = Table("t", "Method", heads(count), rows)
    made = fit(table, Page.of(venues.find("neurips-2026")), "text").fit
    assert (made.names and made.points > 7) or not made.parts
    assert lonely(table.columns, made.parts) == 0
    sizes = [len(part) for part in made.parts] or [0]
    assert max(sizes) - min(sizes) <= 1
