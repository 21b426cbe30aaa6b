"""What grouped bars draw, say and refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import audit
from paperforge.figures.bars import HATCHES
from paperforge.model import Severity
from paperforge.model.order import ours_last
from paperforge.spec import FigureSpec

SPEC = FigureSpec("f", "bars", width="text")


def heights(axes):
    return [bar.get_height() for bar in axes.patches]


def lines(axes, points):
    """The lines of so many points, but for the one at zero."""
    return [x for x in axes.lines if len(x.get_xdata()) == points and x.get_ydata()[0] != 0.0]


def with_means(analysis, means):
    """The analysis with other means of its cells, in order, and nothing else."""
    cells = [a for a in analysis.aggregates if a.dataset is not None]
    made = (
        replace(a, mean=m, half_width=None, values=(), interval=None)
        for a, m in zip(cells, means, strict=True)
    )
    return replace(analysis, aggregates=tuple(made))


def test_bars_begin_at_zero_and_end_at_the_means(study, paint):
    analysis = study(3, 2)
    with paint(SPEC, analysis) as page:
        (axes,) = page.figure.axes
        cells = [
            analysis.aggregate("accuracy", m.name, d)
            for d in (*(x.name for x in analysis.datasets), None)
            for m in analysis.methods
        ]
        assert heights(axes) == [c.mean for c in cells]
        assert {bar.get_y() for bar in axes.patches} == {0.0}
        assert axes.get_ylim()[0] == 0.0
        ends = [tuple(x.get_ydata()) for x in lines(axes, 2) if x.get_color() != "white"]
        assert ends == [(c.mean - c.half_width, c.mean + c.half_width) for c in cells]
        points = [sorted(x.get_ydata()) for x in lines(axes, 10)]
        assert points == [sorted(c.values) for c in cells if c.values]
        assert [t.get_text() for t in axes.get_xticklabels()] == [
            *("Digits", "Digits, rotated", "Average")
        ]


def test_a_methods_hatch_is_its_own_and_the_same_everywhere(study, paint):
    analysis = study(12)
    with paint(SPEC, analysis) as page:
        hatches = [bar.get_hatch() or "" for bar in page.figure.axes[0].patches]
        own = [HATCHES[analysis.methods.index(m)] for m in ours_last(analysis.methods)]
        assert len(set(hatches)) == 12 and hatches == own
    with paint(replace(SPEC, methods=("m3", "m5")), analysis) as page:
        bars = page.figure.axes[0].patches
        assert [bar.get_hatch() for bar in bars] == [HATCHES[3], HATCHES[5]]


def test_a_missing_cell_is_a_cross_and_says_why(study, gone, paint):
    analysis = gone(study(3, 2), "m1", "Digits")
    with paint(SPEC, analysis) as page:
        crosses = [x for x in page.figure.axes[0].lines if x.get_marker() == "x"]
        assert len(crosses) == 1 and len(page.figure.axes[0].patches) == 8
    figure = figures.draw(SPEC, analysis)
    assert "×: no number (crashed)." in figure.note
    assert "crashed" in figure.data


def test_several_reasons_are_told_with_their_places(study, gone):
    analysis = gone(study(3, 2), "m1", "Digits")
    cells = tuple(
        replace(a, mean=None, missing="out of memory")
        if (a.method, a.dataset) == ("m0", "Digits")
        else a
        for a in analysis.aggregates
    )
    note = figures.draw(SPEC, replace(analysis, aggregates=cells)).note
    names = [method.label for method in analysis.methods]
    told = f"out of memory: {names[0]} on Digits; crashed: {names[1]} on Digits"
    assert f"×: no number ({told})." in note


def test_groups_wrap_into_rows_of_one_scale(study, paint):
    sets = tuple(f"a long name {i}" for i in range(9))
    with paint(replace(SPEC, width="column"), study(3, sets)) as page:
        assert len(page.figure.axes) > 1
        assert len({axes.get_ylim() for axes in page.figure.axes}) == 1
        assert sum(len(heights(axes)) for axes in page.figure.axes) == 30
        assert audit.overlaps(page.figure) == ()


def test_negative_means_go_down_from_zero(study, paint):
    with paint(SPEC, with_means(study(3), (-2.0, 1.0, -0.5))) as page:
        axes = page.figure.axes[0]
        assert heights(axes) == [-2.0, 1.0, -0.5]
        low, high = axes.get_ylim()
        assert low < -2.0 and high > 1.0


@pytest.mark.parametrize("mean", [0.0, 1e-9, 5.0, 1e12])
def test_equal_means_are_drawn(study, mean, paint):
    with paint(SPEC, with_means(study(3), (mean,) * 3)) as page:
        assert heights(page.figure.axes[0]) == [mean] * 3


@pytest.mark.parametrize(
    ("change", "means", "said"),
    [
        ({}, (94.0, 94.5, 95.0), "differ by at most 1% of their length"),
        ({"log": "y"}, (1.0, 2.0, 3.0), "a logarithmic scale does not have"),
    ],
)
def test_what_bars_cannot_show_is_sent_to_intervals(study, change, means, said):
    with pytest.raises(InputError, match=said) as caught:
        figures.draw(replace(SPEC, **change), with_means(study(3), means))
    assert "--kind intervals" in caught.value.hint


def test_groups_of_other_sizes_are_refused(study):
    with pytest.raises(InputError, match=r"half of the bars are less than 0\.5%"):
        figures.draw(SPEC, with_means(study(2, 2), (1e-9, 2e-9, 1e12, 2e12)))


def test_more_bars_than_can_be_told_apart_are_refused(study):
    with pytest.raises(InputError, match="20 bars a group cannot be told apart"):
        figures.draw(SPEC, study(tuple(f"m {i}" for i in range(20))))


def test_what_is_told(study):
    figure = figures.draw(SPEC, study(2))
    assert figure.note == (
        "Bars: mean over 10 seeds; whiskers: 95% t intervals; points: one seed each. The arrow "
        "points to better values."
    )
    assert figure.alt.startswith("Grouped bars of Accuracy in % for 2 methods. Full fine-tuning 94")
    assert [d for d in figure.diagnostics if d.severity is not Severity.NOTE] == []
    single = figures.draw(SPEC, study(2, seeds=1))
    assert single.note.startswith("Bars: a single run each, so there are no intervals.")


def test_values_of_other_sizes_are_said_to_share_an_axis(study):
    """A group whose bars differ visibly, beside a far larger one, is not called alike."""
    analysis = study(2, 2)
    sizes = {d.name: (1e-9, 1e12)[i] for i, d in enumerate(analysis.datasets)}
    cells = tuple(
        replace(
            a,
            mean=sizes[a.dataset]
            * (1 + (a.method == analysis.methods[0].name) * 1e-3 ** (sizes[a.dataset] > 1)),
        )
        for a in analysis.aggregates
        if a.dataset is not None
    )
    with pytest.raises(InputError, match="stand on one axis"):
        figures.draw(SPEC, replace(analysis, aggregates=cells))
