"""Scaling laws as they are drawn and said."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError


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
