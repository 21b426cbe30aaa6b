"""Quality against cost: points, front, names that touch nothing, and what the words claim."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import audit, scatter
from paperforge.figures.logscale import ARROW_PT
from paperforge.figures.pareto import Point, corners
from paperforge.figures.style import FAINT
from paperforge.model import Severity, Verdict
from paperforge.spec import Direction, Metric, Role

COST = Metric("latency", "Latency", Direction.LOWER, "ms", tested=False)


def placed(study, wealth, points, *, cost=COST, half=0.0):
    """An analysis of one dataset with these (cost, quality) means."""
    names = tuple(f"method {i}" for i in range(len(points)))
    base = wealth(study(names))
    cells = []
    for a in base.aggregates:
        x, y = points[names.index(a.method)]
        mean = x if a.metric == "latency" else y
        cells.append(replace(a, mean=mean, half_width=half or None))
    return replace(base, metrics=(base.metrics[0], cost), aggregates=tuple(cells))


POINTS = [(1.0, 50.0), (2.0, 60.0), (3.0, 55.0), (4.0, 70.0), (4.0, 65.0)]


def markers(page):
    points = [x for x in page.figure.axes[0].lines if len(x.get_xdata()) == 1]
    return [x for x in points if x.get_markersize() != ARROW_PT]


def arrows(page):
    heads = [x for x in page.figure.axes[0].lines if x.get_markersize() == ARROW_PT]
    return [(x.get_marker(), x.get_xdata()[0], x.get_ydata()[0]) for x in heads]


def test_hollow_markers_of_look_alike_colours_are_told_apart_by_the_audit(study, wealth, spec_of):
    """The colours of the second and the fifth method are alike in greyscale; both are beaten."""
    points = [(1.0, 70.0), (4.0, 50.0), (2.0, 66.0), (3.0, 60.0), (2.5, 64.0)]
    drawn = figures.draw(spec_of("pareto"), placed(study, wealth, points, half=1.0))
    assert audit.of_colours(audit.inspect(drawn.pdf), "here") == ()


def test_points_and_front_are_the_means(study, wealth, spec_of, paint):
    analysis = placed(study, wealth, POINTS)
    with paint(spec_of("pareto"), analysis) as page:
        found = {(x.get_xdata()[0], x.get_ydata()[0]): x for x in markers(page)}
        assert set(found) == set(POINTS)
        hollow = {at for at, x in found.items() if x.get_markerfacecolor() == "white"}
        assert hollow == {(3.0, 55.0), (4.0, 65.0)}
        steps = page.figure.axes[0].lines[0]
        assert list(zip(steps.get_xdata(), steps.get_ydata(), strict=True)) == [
            (1.0, 50.0), (2.0, 50.0), (2.0, 60.0), (4.0, 60.0), (4.0, 70.0),
        ]  # fmt: skip
        names = {t.get_text() for t in page.figure.texts}
        assert {f"method {i}" for i in range(5)} <= names
    rows = list(csv.DictReader(io.StringIO(figures.draw(spec_of("pareto"), analysis).data)))
    assert {r["method"]: r["beaten_by"] for r in rows}["method 2"] == "method 1"


def test_where_more_of_both_is_better_the_front_falls():
    speed = replace(COST, direction=Direction.HIGHER)
    front = [Point("a", 1.0, 70.0, None, None), Point("b", 2.0, 60.0, None, None)]
    assert corners(front, speed) == [(1.0, 70.0), (1.0, 60.0), (2.0, 60.0)]


def test_equal_points_beat_each_other_not(study, wealth, spec_of, paint):
    with paint(spec_of("pareto"), placed(study, wealth, [(1.0, 5.0)] * 3)) as page:
        assert all(x.get_markerfacecolor() != "white" for x in markers(page))


def test_a_wide_cost_is_logarithmic_unless_told(study, wealth, spec_of, paint):
    wide = placed(study, wealth, [(1.0, 5.0), (31.0, 6.0)])
    with paint(spec_of("pareto"), wide) as page:
        assert page.figure.axes[0].get_xscale() == "log"
    with paint(spec_of("pareto", log="none"), wide) as page:
        assert page.figure.axes[0].get_xscale() == "linear"
    narrow = placed(study, wealth, [(1.0, 5.0), (29.0, 6.0)])
    with paint(spec_of("pareto"), narrow) as page:
        assert page.figure.axes[0].get_xscale() == "linear"
    free = placed(study, wealth, [(0.0, 5.0), (31.0, 6.0)])
    with paint(spec_of("pareto"), free) as page:
        assert page.figure.axes[0].get_xscale() == "linear"
    with pytest.raises(InputError, match="not above 0"):
        figures.draw(spec_of("pareto", log="x"), free)


@pytest.mark.parametrize("count", [1, 2, 8, 20, 60])
@pytest.mark.parametrize("log", ["none", "x"])
def test_no_name_touches_another_or_a_point(study, wealth, spec_of, paint, count, log):
    points = [(1.0 + (i * 7919) % 53 * 3.1, 50.0 + (i * 104729) % 47) for i in range(count)]
    analysis = placed(study, wealth, points, half=1.0)
    with paint(spec_of("pareto", log=log), analysis) as page:
        assert audit.overlaps(page.figure) == ()
        assert len(markers(page)) == count


@pytest.mark.parametrize(
    "points",
    [
        [(1e-9, 1e12), (1e12, 1e-9)],
        [(5.0, -3.0), (6.0, -2.0)],
        [(1e9, 0.0), (1e9 + 1, 1e-9)],
        [(7.0, 7.0)],
    ],
    ids=str,
)
def test_values_of_any_size(study, wealth, spec_of, paint, points):
    with paint(spec_of("pareto"), placed(study, wealth, points)) as page:
        axes = page.figure.axes[0]
        for x, y in points:
            assert axes.get_xlim()[0] <= x <= axes.get_xlim()[1]
            assert axes.get_ylim()[0] <= y <= axes.get_ylim()[1]
        assert audit.overlaps(page.figure) == ()


def test_the_front_claims_means_alone_and_says_what_was_decided(study, wealth, spec_of):
    analysis = placed(study, wealth, POINTS)
    d = next(d for d in analysis.decisions if d.primary)
    yes = replace(d, a="method 1", b="method 2", verdict=Verdict.BETTER)
    no = replace(d, a="method 4", b="method 3", verdict=Verdict.INCONCLUSIVE)
    note = figures.draw(spec_of("pareto"), replace(analysis, decisions=(yes, no))).note
    assert "beaten by means alone" in note
    assert (
        "Of the 2 beaten methods that were tested against a method that beats them, 1 was" in note
    )
    assert "Of the" not in figures.draw(spec_of("pareto"), replace(analysis, decisions=())).note


@pytest.mark.parametrize(
    ("more", "message", "hint"),
    [
        ({"x": ""}, "what quality costs is not said", "latency"),
        ({"x": "latncy"}, 'no metric "latncy"', 'did you mean "latency"'),
        ({"x": "accuracy"}, "both axes", "another metric"),
    ],
)
def test_wrong_axes_are_named(study, wealth, spec_of, more, message, hint):
    with pytest.raises(InputError, match=message) as caught:
        figures.draw(replace(spec_of("pareto"), **more), wealth(study(2)))
    assert hint in caught.value.hint


def test_an_unknown_direction_is_asked_for(study, wealth, spec_of):
    blind = placed(study, wealth, POINTS, cost=replace(COST, direction=None))
    with pytest.raises(InputError, match='"latency" are better is not known') as caught:
        figures.draw(spec_of("pareto"), blind)
    assert "--lower latency" in caught.value.hint


def test_crowded_names_give_up_together():
    points = [(50.0, 50.0)] * 12
    room = scatter.Rect(0, 0, 100, 100)
    assert scatter.place(points, [40.0] * 12, 8.0, room, []) == []
    [place] = scatter.place(points[:1], [40.0], 8.0, room, [])
    assert place[0] > 50


@pytest.mark.parametrize("width", ["column", "text"])
def test_of_sixty_methods_the_front_and_ours_are_named_and_the_rest_counted(
    width, study, wealth, spec_of, paint
):
    """60 points, 5 on the front: no legend of 60 entries."""
    rng = random.Random(3)
    points = [(2.0**i, 60.0 + 5 * i) for i in range(5)]
    points += [(2.0 ** rng.uniform(1, 4.5), rng.uniform(40, 60)) for _ in range(55)]
    analysis = placed(study, wealth, points, half=0.5)
    ours = tuple(
        replace(m, role=Role.OURS if m.name == "method 9" else Role.BASELINE)
        for m in analysis.methods
    )
    analysis = replace(analysis, methods=ours)
    spec = replace(spec_of("pareto"), width=width)
    with paint(spec, analysis) as page:
        said = {t.get_text() for t in page.figure.texts if t.get_text().startswith("method")}
        assert said == {*(f"method {i}" for i in range(5)), "method 9"}
        assert audit.overlaps(page.figure) == ()
        found = markers(page)
        assert len(found) == 60
        assert sum(x.get_markeredgecolor() == FAINT for x in found) == 54
        assert page.height < 250
    figure = figures.draw(spec, analysis)
    assert "Grey, without intervals: 54 other methods, not on the front or ours." in figure.note
    assert figure.data.count("\n") == 61
    assert [d for d in figure.diagnostics if d.severity is not Severity.NOTE] == []


def test_a_front_of_sixty_is_refused(study, wealth, spec_of):
    analysis = placed(study, wealth, [(1.0 + i, 10.0 + i) for i in range(60)])
    with pytest.raises(InputError, match="60 points of the front in one panel"):
        figures.draw(spec_of("pareto"), analysis)


@pytest.mark.parametrize("log", ["", "xy"])
def test_the_axes_hold_every_interval_however_long(study, wealth, spec_of, paint, log):
    analysis = placed(study, wealth, [(10.0, 50.0), (12.0, 51.0), (15.0, 50.5)])
    halves = {"latency": 3.0, "accuracy": 20.0}
    cells = [replace(a, half_width=halves[a.metric]) for a in analysis.aggregates]
    analysis = replace(analysis, aggregates=tuple(cells))
    with paint(spec_of("pareto", log=log), analysis) as page:
        [axes] = page.figure.axes
        left, right = axes.get_xlim()
        low, high = axes.get_ylim()
        assert left < 7.0
        assert right > 18.0
        assert low < 30.0
        assert high > 71.0
        ends = [tuple(x.get_ydata()) for x in axes.lines if len(x.get_ydata()) == 2]
        assert (30.0, 70.0) in ends


@pytest.mark.parametrize("log", ["xy", "none"])
def test_an_interval_that_reaches_zero_has_an_arrowhead_on_a_logarithmic_axis(
    study, wealth, spec_of, paint, log
):
    analysis = placed(study, wealth, [(10.0, 50.0), (300.0, 60.0)])
    halves = {"latency": 11.0, "accuracy": 55.0}
    cells = [replace(a, half_width=halves[a.metric]) for a in analysis.aggregates]
    analysis = replace(analysis, aggregates=tuple(cells))
    with paint(spec_of("pareto", log=log), analysis) as page:
        [axes] = page.figure.axes
        left, low = axes.get_xlim()[0], axes.get_ylim()[0]
        heads = [("<", left, 50.0), ("v", 10.0, low)]
        assert arrows(page) == (heads if log == "xy" else [])
    note = figures.draw(spec_of("pareto", log=log), analysis).note
    assert ("Arrowhead at the axis" in note) == (log == "xy")


@pytest.mark.parametrize("named", [False, True])
def test_a_method_without_one_of_the_numbers_is_named(study, wealth, spec_of, named):
    whole = placed(study, wealth, POINTS)
    lost = "method 2"
    cells = tuple(
        replace(a, mean=None) if (a.method, a.metric) == (lost, "latency") else a
        for a in whole.aggregates
    )
    asked = tuple(m.name for m in whole.methods) if named else ()
    spec = replace(spec_of("pareto"), methods=asked)
    drawn = figures.draw(spec, replace(whole, aggregates=cells))
    assert f" Not drawn, for want of numbers: {lost}." in drawn.note
    assert any(d.message.endswith(f"one of the two numbers: {lost}") for d in drawn.diagnostics)
    others = tuple(m.name for m in whole.methods if m.name != lost)
    drawn = figures.draw(replace(spec, methods=others), replace(whole, aggregates=cells))
    assert "want of" not in drawn.note and not any("want" in d.message for d in drawn.diagnostics)
