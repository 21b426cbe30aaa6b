"""Quoted means in figures: they are named, and are no seeds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.model import Quote, Verdict
from paperforge.stats.distributions import distributions


@pytest.fixture
def with_quoted(study):
    """Two methods with ten seeds, and one of which a paper prints means."""
    analysis = study(3, 2)
    name = analysis.methods[2].name
    cells = tuple(
        replace(a, n=1, values=(), keys=(), sd=None, half_width=None, quoted=Quote(n=5, cite="x24"))
        if a.method == name and a.dataset is not None
        else a
        for a in analysis.aggregates
    )
    return replace(analysis, aggregates=cells, distributions=distributions(cells))


@pytest.mark.parametrize("kind", ["intervals", "bars"])
def test_a_quoted_mean_is_no_seed_and_is_named(with_quoted, spec_of, kind):
    label = with_quoted.methods[2].label
    note = figures.draw(spec_of(kind), with_quoted).note
    assert "mean over 10 seeds;" in note
    assert f" Quoted from other papers: {label} (5 runs)." in note


def test_without_quoted_means_nothing_is_said(study, spec_of):
    assert "Quoted" not in figures.draw(spec_of("intervals"), study(3, 2)).note


@pytest.mark.parametrize("values", [(), (90.0,)])
def test_a_distribution_leaves_out_what_is_only_a_mean(with_quoted, spec_of, values):
    quoted = with_quoted.methods[2]
    cells = tuple(replace(a, values=values) if a.quoted else a for a in with_quoted.aggregates)
    analysis = replace(with_quoted, aggregates=cells, distributions=distributions(cells))
    figure = figures.draw(spec_of("distributions"), analysis)
    assert f"Only means are known of {quoted.label}: not shown." in figure.note
    assert "one seed each (10 seeds)" in figure.note
    assert f",{quoted.name}," not in figure.data


def test_bars_explain_the_cross_of_an_average(study, spec_of, gone):
    analysis = study(3, 2)
    name, place = analysis.methods[1].name, analysis.datasets[0].name
    lone = gone(analysis, name, None)
    note = figures.draw(spec_of("bars"), gone(lone, name, place)).note
    assert "×: no number (crashed; incomplete, so no average)." in note
    note = figures.draw(spec_of("bars"), lone).note
    assert "×: no number (incomplete, so no average)." in note


def test_differences_say_which_comparisons_are_not_drawn(study, spec_of):
    analysis = study(4, 2, ours=3)
    first = analysis.primary()[0]
    lost = replace(first, estimate=None, low=None, high=None, p=None, verdict=Verdict.UNDECIDABLE)
    decisions = tuple(lost if d is first else d for d in analysis.decisions)
    labels = {m.name: m.label for m in analysis.methods}
    note = figures.draw(spec_of("differences"), replace(analysis, decisions=decisions)).note
    pair = f"{labels[first.a]} against {labels[first.b]}"
    assert f" Not drawn, for want of numbers: {pair}." in note
    assert "over 3 comparisons, 1 of them not shown;" in note
    whole = figures.draw(spec_of("differences"), analysis).note
    assert "Not drawn" not in whole and "not shown" not in whole
