"""Names beside lines and legends."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.figures import audit, labels
from paperforge.spec import FigureSpec

PLACES = st.lists(st.floats(-50, 150), min_size=1, max_size=12)


@given(PLACES, st.floats(1, 9))
def test_dodged_places_are_apart_inside_and_in_order(places, apart):
    moved = labels.dodge(places, apart, 0.0, 108.0)
    ordered = sorted(moved)
    assert all(b - a >= apart - 1e-6 for a, b in pairwise(ordered))
    assert ordered[0] >= apart / 2 - 1e-6
    assert ordered[-1] <= 108 - apart / 2 + 1e-6
    order = sorted(range(len(places)), key=lambda i: places[i])
    assert [moved[i] for i in order] == ordered


def test_places_far_enough_apart_stay_and_two_that_meet_move_alike():
    assert labels.dodge([20.0, 70.0, 40.0], 10, 0, 100) == pytest.approx([20, 70, 40])
    assert labels.dodge([50.0, 50.0], 10, 0, 100) == pytest.approx([45, 55])
    assert labels.dodge([98.0], 10, 0, 100) == pytest.approx([95])


def test_no_room_gives_nothing():
    assert labels.dodge([1.0, 2.0, 3.0], 10, 0, 29) == []


def legend_of(page):
    """Texts of the page outside the axes, without axis labels and titles."""
    return [t for t in page.figure.texts if t.get_ha() == "left"]


@pytest.mark.parametrize("count", [2, 7, 12])
@pytest.mark.parametrize("spread", [0.0, 3.0])
def test_nearly_equal_ends_do_not_make_names_overlap(count, spread, study, venue, paint):
    for name in ("icml", "neurips"):
        spec, analysis = FigureSpec("f", "learning-curves"), study(count, 1, spread=spread)
        with paint(spec, analysis, venue(name)) as page:
            assert audit.overlaps(page.figure) == ()
            assert sorted(t.get_text() for t in legend_of(page)) == sorted(
                m.label for m in analysis.methods
            )


def test_few_well_spread_methods_are_named_beside_their_lines(study, venue, paint):
    analysis = study(3, 1, spread=30.0)
    with paint(FigureSpec("f", "learning-curves"), analysis, venue("icml")) as page:
        right = page.figure.axes[0].get_position().x1
        ends = {c.method: c.mean[-1] for c in analysis.curves}
        by_height = sorted(legend_of(page), key=lambda t: t.get_position()[1])
        assert all(t.get_position()[0] > right for t in by_height)
        wanted = [m.label for m in sorted(analysis.methods, key=lambda m: ends[m.name])]
        assert [t.get_text() for t in by_height] == wanted


def test_names_stand_in_the_free_place_of_the_last_row(study, venue, paint):
    """Three panels in two columns: the fourth place is free."""
    analysis = study(3, 3, spread=30.0)
    with paint(FigureSpec("f", "learning-curves"), analysis, venue("icml")) as page:
        last = page.figure.axes[-1].get_position()
        assert len(legend_of(page)) == 3
        assert all(t.get_position()[0] > last.x1 for t in legend_of(page))
        assert all(last.y0 - 0.1 < t.get_position()[1] < last.y1 for t in legend_of(page))
        assert audit.overlaps(page.figure) == ()
    long = replace(
        analysis,
        methods=tuple(
            replace(m, label=m.label + " of all attention layers" * 3) for m in analysis.methods
        ),
    )
    with paint(FigureSpec("f", "learning-curves"), long, venue("icml")) as page:
        top = max(axes.get_position().y1 for axes in page.figure.axes)
        assert all(t.get_position()[1] > top for t in legend_of(page))


def test_several_panels_share_one_legend_above_them(study, venue, paint):
    with paint(FigureSpec("f", "learning-curves"), study(6, 4), venue("icml")) as page:
        top = max(axes.get_position().y1 for axes in page.figure.axes)
        assert len(legend_of(page)) == 6
        assert all(t.get_position()[1] > top for t in legend_of(page))


def test_one_method_needs_no_legend(study, paint):
    with paint(FigureSpec("f", "learning-curves"), study(1, 2)) as page:
        assert legend_of(page) == []


def test_names_stand_once_beside_a_row_of_panels(study, venue, paint):
    spec = FigureSpec("f", "learning-curves", width="text")
    analysis = study(3, 2)
    with paint(spec, analysis, venue("neurips")) as page:
        edge = page.figure.axes[-1].get_position().x1
        for method in analysis.methods:
            [name] = [t for t in page.figure.texts if t.get_text() == method.label]
            assert name.get_position()[0] > edge
        assert audit.overlaps(page.figure) == ()
    several = study(3, 4)
    with paint(replace(spec, width="column"), several, venue("icml")) as page:
        assert len(legend_of(page)) == 3


def test_a_method_that_the_last_panel_lacks_is_named_in_a_legend(study, venue, paint):
    spec = FigureSpec("f", "learning-curves", width="text")
    analysis = study(3, 2)
    analysis = replace(analysis, curves=analysis.curves[:-1])
    with paint(spec, analysis, venue("neurips")) as page:
        assert {t.get_text() for t in legend_of(page)} == {m.label for m in analysis.methods}
