"""What the two dot-and-interval kinds draw and say."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.model import Verdict
from paperforge.spec import Direction, FigureSpec, Metric, Role, Unit

MEANS = FigureSpec("f", "intervals")
GAPS = FigureSpec("f", "differences")


def drawn(axes):
    """(value, low, high) of the rows from the top."""
    dots = {x.get_ydata()[0]: x.get_xdata()[0] for x in axes.lines if len(x.get_xdata()) == 1}
    bars = {
        x.get_ydata()[0]: tuple(x.get_xdata())
        for x in axes.lines
        if len(x.get_xdata()) == 2 and x.get_ydata()[0] == x.get_ydata()[1]
    }
    return [(dots[y], *bars.get(y, ())) for y in sorted(dots, reverse=True)]


def texts(page):
    return [t.get_text() for t in page.figure.texts]


def test_means_and_intervals_are_the_aggregates(study, paint):
    analysis = study(4, 3)
    with paint(MEANS, analysis) as page:
        assert len(page.figure.axes) == 4
        for axes, place in zip(
            page.figure.axes, (*(d.name for d in analysis.datasets), None), strict=True
        ):
            cells = [analysis.aggregate("accuracy", m.name, place) for m in analysis.methods]
            assert drawn(axes) == [
                (c.mean, c.mean - c.half_width, c.mean + c.half_width) for c in cells
            ]


def test_the_average_does_not_stand_beside_some_of_its_datasets(study):
    figure = figures.draw(replace(MEANS, datasets=("Digits", "Wine")), study(3, 4))
    panels = [r["panel"] for r in csv.DictReader(io.StringIO(figure.data))]
    assert sorted(set(panels)) == ["Digits", "Wine"]


def test_a_missing_cell_says_why(study, gone, paint):
    analysis = gone(study(4, 2), "m1", "Digits")
    with paint(MEANS, analysis) as page:
        assert texts(page).count("crashed") == 1
        assert len(drawn(page.figure.axes[0])) == 3
    assert "crashed" in figures.draw(MEANS, analysis).data


def test_single_runs_have_dots_alone(study, paint):
    analysis = study(3, seeds=1)
    with paint(MEANS, analysis) as page:
        assert all(len(row) == 1 for row in drawn(page.figure.axes[0]))
    assert figures.draw(MEANS, analysis).note.startswith(
        "Dots: a single run each, so there are no intervals."
    )


def test_notes_name_the_replicates(study):
    assert "mean over 10 seeds; bars: 95% t intervals." in figures.draw(MEANS, study(2)).note
    examples = figures.draw(MEANS, study(2, seeds=900, unit=Unit.EXAMPLE)).note
    assert "mean over 900 examples; bars: 95% intervals of the mean." in examples


def test_alt_holds_means_with_their_half_widths_best_first(study):
    alt = figures.draw(MEANS, study(3)).alt
    assert alt.startswith(
        "Dot-and-interval plot of Accuracy in % for 3 methods. Full fine-tuning 94.0 ± "
    )
    assert alt.index("Bias only") < alt.index("Linear probe")


def test_nothing_to_draw_is_an_error_with_the_next_move(study):
    with pytest.raises(InputError, match="no means") as caught:
        figures.draw(MEANS, replace(study(3), aggregates=()))
    assert "paperforge runs" in caught.value.hint


def test_differences_are_the_primary_decisions(study, paint):
    analysis = study(5, 3)
    with paint(GAPS, analysis) as page:
        [axes] = page.figure.axes
        assert drawn(axes) == [(d.estimate, d.low, d.high) for d in analysis.primary()]
        assert [x.get_xdata()[0] for x in axes.lines if tuple(x.get_xdata()) == (0.0, 0.0)] == [0.0]
        assert [str(d.verdict) for d in analysis.primary()] == [
            t for t in texts(page) if t in set(Verdict)
        ]


def test_filled_dots_are_decided_and_hollow_ones_are_not(study, paint):
    analysis = study(6, 2)
    with paint(GAPS, analysis) as page:
        dots = [x for x in page.figure.axes[0].lines if len(x.get_xdata()) == 1]
        hollow = [x.get_markerfacecolor() == "white" for x in dots]
    assert hollow == [d.verdict is Verdict.INCONCLUSIVE for d in analysis.primary()]
    note = figures.draw(GAPS, analysis).note
    assert (
        "filled: a difference or equivalence was found after Holm correction over 5 comparisons"
        in note
    )


def test_the_margin_is_shaded_and_said(study, paint):
    metric = Metric("accuracy", "Accuracy", Direction.HIGHER, "%", margin=1.5)
    analysis = study(3, 2, metric=metric)
    with paint(GAPS, analysis) as page:
        [band] = page.figure.axes[0].patches
        assert (band.get_x(), band.get_x() + band.get_width()) == (-1.5, 1.5)
        low, high = page.figure.axes[0].get_xlim()
        assert low < -1.5
        assert high > 1.5
    assert "within the margin of 1.5 points." in figures.draw(GAPS, analysis).note


def test_datasets_choose_the_comparisons_on_each_of_them(study, paint):
    with paint(replace(GAPS, datasets=("Wine", "Digits")), study(4, 4)) as page:
        titles = [t for t in texts(page) if t in ("Digits", "Wine", "Average")]
        assert titles == ["Digits", "Wine"]


def test_two_methods_of_ours_are_named_in_the_rows(study, paint):
    analysis = study(4, 2)
    other = tuple(replace(d, a="m0") for d in analysis.decisions if d.b == "m1")
    methods = (replace(analysis.methods[0], role=Role.OURS), *analysis.methods[1:])
    both = replace(analysis, methods=methods, decisions=(*analysis.decisions, *other))
    with paint(replace(GAPS, width="text"), both) as page:
        names = [t.get_text() for t in page.figure.axes[0].get_yticklabels()]
    assert "Full fine-tuning vs. Linear probe" in names
    assert "LoRA (r = 2) vs. Linear probe" in names


def test_differences_on_one_dataset_are_secondary_and_decide_nothing(study, paint):
    """An interval, and neither a word nor a filled dot."""
    analysis = study(5, 3)
    name = analysis.datasets[0].name
    spec = FigureSpec("f", "differences", datasets=(name,))
    beside = [d for d in analysis.decisions if d.scope == name]
    assert beside and not any(d.primary for d in beside)
    beside = [replace(d, low=1.0, high=2.0, estimate=1.5, verdict=Verdict.BETTER) for d in beside]
    analysis = replace(analysis, decisions=tuple(beside))
    with paint(spec, analysis) as page:
        [axes] = page.figure.axes
        assert drawn(axes) == [(d.estimate, d.low, d.high) for d in beside]
        assert not set(texts(page)) & set(Verdict)
    figure = figures.draw(spec, analysis)
    assert "secondary comparisons, each for itself: nothing is decided" in figure.note
    assert not any(verdict in figure.alt for verdict in Verdict)


def test_untested_differences_have_no_bars_and_say_so(study):
    analysis = study(3, seeds=1)
    bare = tuple(
        replace(d, low=None, high=None, verdict=Verdict.UNTESTED, p=None, p_adjusted=None)
        for d in analysis.decisions
    )
    figure = figures.draw(GAPS, replace(analysis, decisions=bare))
    assert figure.note.startswith("Dots: difference of single runs, so nothing is tested")
    assert "untested" in figure.alt


def test_no_comparison_is_an_error_with_the_next_move(study):
    with pytest.raises(InputError, match="no comparisons") as caught:
        figures.draw(GAPS, replace(study(3), decisions=()))
    assert 'role = "ours"' in caught.value.hint


def test_the_datas_numbers_are_the_decisions(study):
    analysis = study(3, 2)
    rows = list(csv.DictReader(io.StringIO(figures.draw(GAPS, analysis).data)))
    assert [
        (r["a"], r["b"], float(r["estimate"]), float(r["low"]), r["verdict"]) for r in rows
    ] == [(d.a, d.b, d.estimate, d.low, str(d.verdict)) for d in analysis.primary()]


@pytest.mark.parametrize("spec", [MEANS, GAPS, FigureSpec("f", "learning-curves")])
def test_the_metrics_that_are_left_out_are_named(study, spec):
    one = study(2)
    loss = Metric("loss", "Loss", Direction.LOWER)
    two = replace(
        one,
        metrics=(*one.metrics, loss),
        aggregates=(*one.aggregates, *(replace(a, metric="loss") for a in one.aggregates)),
        decisions=(*one.decisions, *(replace(d, metric="loss") for d in one.decisions)),
    )
    said = [d.message for d in figures.draw(spec, two).diagnostics]
    assert "drawn: Accuracy; --metric NAME for loss" in said
    for silent in (
        figures.draw(replace(spec, metric="accuracy"), two),
        figures.draw(spec, one),
    ):
        assert not any(d.message.startswith("drawn:") for d in silent.diagnostics)


def test_replicates_have_their_own_name(study):
    analysis = study(2)
    folds = replace(analysis, design=replace(analysis.design, noun="fold"))
    assert "mean over 10 folds" in figures.draw(MEANS, folds).note
    bare = tuple(replace(a, half_width=None) for a in folds.aggregates)
    note = figures.draw(MEANS, replace(folds, aggregates=bare)).note
    assert note.startswith("Dots: mean over 10 folds, without intervals.")


@pytest.mark.parametrize("width", ["column", "text"])
def test_pairs_of_long_names_are_told_apart_in_two_lines(study, paint, width):
    names = ("RoBERTa-large + LoRA rank 8", "RoBERTa-large + LoRA rank 16", "RoBERTa-large + full")
    analysis = study(names)
    plain = [replace(m, role=None) for m in analysis.methods]
    first = next(d for d in analysis.decisions if d.primary)
    pairs = [(names[0], names[1]), (names[0], names[2]), (names[1], names[2])]
    made = tuple(replace(first, a=a, b=b) for a, b in pairs)
    analysis = replace(analysis, methods=tuple(plain), decisions=made)
    spec = FigureSpec("f", "differences", width=width)
    with paint(spec, analysis) as page:
        rows = [t.get_text() for t in page.figure.axes[0].get_yticklabels()]
        cut = page.ruler.cut
    assert len(set(rows)) == 3
    lines = [row.split("\nvs. ") for row in rows]
    assert lines[0][0] == lines[1][0] != lines[2][0]
    assert lines[1][1] == lines[2][1] != lines[0][1]
    assert width == "column" or not cut
