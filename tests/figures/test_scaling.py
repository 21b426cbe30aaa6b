"""Scaling laws as they are drawn and said."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.spec import Dataset


def test_points_and_lines_are_the_analysis_and_beyond_is_dashed(study, wealth, spec_of, paint):
    analysis = wealth(study(2))
    with paint(spec_of("scaling"), analysis) as page:
        [axes] = page.figure.axes
        assert axes.get_xscale() == "log"
        points = [x for x in axes.lines if x.get_linestyle() == "None"]
        for line, s in zip(points, analysis.scalings, strict=True):
            assert tuple(line.get_xdata()) == s.sizes
            assert tuple(line.get_ydata()) == s.mean
        laws = [x for x in axes.lines if len(x.get_xdata()) > 2 and x.get_linestyle() == "-"]
        beyond = [x for x in axes.lines if x.get_linestyle() == "--"]
        for line, dashed, s in zip(laws, beyond, analysis.scalings, strict=True):
            assert max(line.get_xdata()) == max(s.sizes) == min(dashed.get_xdata())
            assert max(dashed.get_xdata()) == s.fit.grid[-1][0]
        assert len(axes.collections) == 4  # a band within and beyond, a series


def test_the_note_holds_the_law_and_its_test_on_the_largest_size(study, wealth, spec_of):
    note = figures.draw(spec_of("scaling"), wealth(study(1))).note
    assert "α = 0.200 [0.180, 0.220], E = 90.0 [88.0, 92.0]" in note
    assert "fitted without the largest size, the law misses it by −2.0%" in note
    assert "Dashed: beyond the largest size, where nothing was measured." in note
    assert "least squares" in note


def test_without_a_fit_points_are_joined_and_the_reason_is_said(study, wealth, spec_of, paint):
    analysis = wealth(study(1))
    bare = replace(analysis.scalings[0], fit=None, reason="3 sizes: a fit needs 4")
    analysis = replace(analysis, scalings=(bare,))
    with paint(spec_of("scaling"), analysis) as page:
        assert not page.figure.axes[0].collections
    assert "no fit (3 sizes: a fit needs 4)" in figures.draw(spec_of("scaling"), analysis).note


def test_families_are_said_and_named(study, wealth, spec_of):
    analysis = wealth(study(3))
    methods = ("m0", "m1", "m2", "m0", "m1")
    one = replace(analysis.scalings[0], series="pythia", methods=methods)
    figure = figures.draw(spec_of("scaling"), replace(analysis, scalings=(one,)))
    assert any("one series, by the names: m0, m1, m2" in d.message for d in figure.diagnostics)
    assert {r["series"] for r in csv.DictReader(io.StringIO(figure.data))} == {"pythia"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"x": ""}, "what the metric scales with"),
        ({"x": "parms"}, 'no metric "parms"'),
        ({"x": "accuracy"}, "both axes"),
        ({"x": "step"}, "nothing of"),
    ],
)
def test_wrong_axes_are_named(study, wealth, spec_of, more, message):
    with pytest.raises(InputError, match=message):
        figures.draw(replace(spec_of("scaling"), **more), wealth(study(2)))


def test_a_line_outside_the_intervals_of_points_is_said(study, wealth, spec_of):
    analysis = wealth(study(1))
    [one, *_] = analysis.scalings
    missing = replace(one, fit=replace(one.fit, missed=2, p_floor=None, floor=None))
    note = figures.draw(spec_of("scaling"), replace(analysis, scalings=(missing,))).note
    assert "the line lies outside the intervals of 2 of 5 points" in note
    assert "where sizes are too few to ask for E" in note


def rising(analysis, *, share, unit=""):
    """One series of 0.4 to 0.8 whose law reaches 1.1 beyond the largest size."""
    [one, *_] = analysis.scalings
    sizes = tuple(10.0**k for k in range(6, 6 + len(one.sizes)))
    alpha = -math.log(2) / math.log(sizes[-1] / sizes[0])
    scale = 100 if unit else 1
    law = [scale * 0.4 * (x / sizes[0]) ** -alpha for x in (*sizes, sizes[-1] * 30)]
    grid = tuple(
        (x, y, y * 0.9, y * 1.1) for x, y in zip((*sizes, sizes[-1] * 30), law, strict=True)
    )
    made = replace(
        one, sizes=sizes, mean=tuple(law[:-1]), low=(None,) * len(sizes), high=(None,) * len(sizes),
        fit=replace(one.fit, floor=None, floor_limits=None, alpha=alpha, grid=grid),
    )  # fmt: skip
    metric = replace(analysis.metrics[0], share=share, unit=unit)
    return replace(analysis, scalings=(made,), metrics=(metric, *analysis.metrics[1:]))


@pytest.mark.parametrize(("share", "unit", "most"), [(True, "", 1.0), (False, "%", 100.0)])
def test_a_law_ends_where_its_metric_does(study, wealth, spec_of, paint, share, unit, most):
    analysis = rising(wealth(study(1)), share=share, unit=unit)
    assert analysis.scalings[0].fit.grid[-1][1] > most
    with paint(spec_of("scaling"), analysis) as page:
        [axes] = page.figure.axes
        assert max(max(x.get_ydata()) for x in axes.lines) <= most
        assert max(c.get_paths()[0].vertices[:, 1].max() for c in axes.collections) <= most
    figure = figures.draw(spec_of("scaling"), analysis)
    [said] = [d for d in figure.diagnostics if "passes" in d.message]
    assert f"passes {most:g}{unit}, which" in said.message
    assert f"{most:g} minus it" in said.hint
    assert f"A line ends where its law passes {most:g}{unit}" in figure.note
    rows = [r for r in csv.DictReader(io.StringIO(figure.data)) if r["what"] == "line"]
    assert max(float(r["value"]) for r in rows) <= most


def test_a_metric_without_an_end_goes_on(study, wealth, spec_of):
    analysis = rising(wealth(study(1)), share=False)
    figure = figures.draw(spec_of("scaling"), analysis)
    assert not any("passes" in d.message for d in figure.diagnostics)


def test_names_stand_beside_lines_that_end_together(study, wealth, spec_of, paint):
    analysis = wealth(study(2))
    with paint(spec_of("scaling"), analysis) as page:
        [axes] = page.figure.axes
        edge = axes.get_position().x1
        for method in analysis.methods:
            [name] = [t for t in page.figure.texts if t.get_text() == method.label]
            assert name.get_position()[0] > edge
    first, second = analysis.scalings
    short = replace(second, fit=replace(second.fit, grid=second.fit.grid[:-1]))
    with paint(spec_of("scaling"), replace(analysis, scalings=(first, short))) as page:
        top = page.figure.axes[0].get_position().y1
        [name] = [t for t in page.figure.texts if t.get_text() == analysis.methods[0].label]
        assert name.get_position()[1] > top


def test_each_dataset_with_sizes_of_its_own_has_a_panel(study, wealth, spec_of, paint):
    analysis = wealth(study(2))
    places = [f"{name} at {size}" for name in ("wiki", "code") for size in (1000, 2000)]
    datasets = tuple(Dataset(p, p.replace("wiki", "WikiText")) for p in places)
    laws = [replace(s, dataset=place) for place in ("WikiText", "code") for s in analysis.scalings]
    analysis = replace(analysis, datasets=datasets, scalings=tuple(laws))
    with paint(spec_of("scaling"), analysis) as page:
        texts = [t.get_text() for t in page.figure.texts]
        assert len(page.figure.axes) == 2
        assert {"WikiText", "code"} <= set(texts)
        assert all(texts.count(m.label) == 1 for m in analysis.methods)
        assert [len(a.collections) for a in page.figure.axes] == [4, 4]
    one = replace(spec_of("scaling"), datasets=("wiki",))
    figure = figures.draw(one, analysis)
    assert "A panel a dataset" not in figure.note and "on WikiText" in figure.note
    with pytest.raises(InputError, match='there is no dataset "wikki"'):
        figures.draw(replace(one, datasets=("wikki",)), analysis)


@pytest.mark.parametrize(("floor", "said"), [(None, True), (90.0, False)])
def test_five_sizes_say_that_a_floor_is_easily_missed(study, wealth, spec_of, floor, said):
    analysis = wealth(study(1))
    [one, *_] = analysis.scalings
    assert len(one.sizes) == 5
    fit = replace(one.fit, floor=floor, p_floor=0.2)
    note = figures.draw(
        spec_of("scaling"), replace(analysis, scalings=(replace(one, fit=fit),))
    ).note
    assert ("of 5 sizes an E is easily missed" in note) == said
