"""The probability of improvement as it is drawn and said."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.spec import Metric


def test_dots_and_bars_are_the_analysis(study, wealth, spec_of, paint):
    analysis = wealth(study(5, 3))
    want = [i for i in analysis.improvements if i.scope is None]
    with paint(spec_of("improvement"), analysis) as page:
        [axes] = page.figure.axes
        dots = [x for x in axes.lines if len(x.get_xdata()) == 1]
        bars = [tuple(x.get_xdata()) for x in axes.lines if len(set(x.get_ydata())) == 1]
        assert [x.get_xdata()[0] for x in dots] == [i.estimate for i in want]
        assert [b for b in bars if len(b) == 2] == [(i.low, i.high) for i in want]
        assert [x.get_markerfacecolor() == "white" for x in dots] == [i.low <= 0.5 for i in want]
        assert [tuple(x.get_xdata()) for x in axes.lines if set(x.get_xdata()) == {0.5}] == [
            (0.5, 0.5)
        ]


def test_datasets_get_a_panel_each(study, wealth, spec_of, paint):
    analysis = wealth(study(3, 3))
    names = tuple(d.name for d in analysis.datasets[:2])
    with paint(spec_of("improvement", datasets=names, width="text"), analysis) as page:
        assert len(page.figure.axes) == 2


def test_words_say_what_a_win_is(study, wealth, spec_of):
    analysis = wealth(study(3, 2))
    note = figures.draw(spec_of("improvement"), analysis).note
    assert "a run of Bias only is better than one of the other, ties half, averaged" in note
    assert "unadjusted 95% intervals" in note
    blind = replace(analysis, metrics=(Metric("accuracy", "Score"), *analysis.metrics[1:]))
    assert "is larger than" in figures.draw(spec_of("improvement"), blind).note
    matched = replace(
        analysis, improvements=tuple(replace(i, paired=True) for i in analysis.improvements)
    )
    assert "share of matched seeds" in figures.draw(spec_of("improvement"), matched).note


def test_without_intervals_the_reason_is_said(study, wealth, spec_of):
    analysis = wealth(study(3))
    bare = tuple(replace(i, low=None, high=None, reason="one run") for i in analysis.improvements)
    figure = figures.draw(spec_of("improvement"), replace(analysis, improvements=bare))
    assert "No intervals: one run." in figure.note
    assert [r["low"] for r in csv.DictReader(io.StringIO(figure.data))] == ["", ""]


def test_nothing_to_draw_names_the_roles(study, wealth, spec_of):
    with pytest.raises(InputError, match="no probability") as caught:
        figures.draw(spec_of("improvement"), replace(wealth(study(3)), improvements=()))
    assert "baseline" in caught.value.hint
    with pytest.raises(InputError, match="no method"):
        figures.draw(spec_of("improvement", baseline="nobody"), wealth(study(3)))
