"""Odd data in the kinds that show means: a good figure, or a refusal with the next move."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import audit, numerals, sheet
from paperforge.model import Severity
from paperforge.spec import Direction, FigureSpec, Metric

KINDS = ("intervals", "differences", "learning-curves")
LOSS = Metric("loss", "Loss", Direction.LOWER)
LONG = tuple(
    f"A method whose name is eighty letters long, number {i:02d} of a series" for i in range(6)
)


def mapped(analysis, change):
    """The analysis with every mean, curve and difference changed."""

    def of(one):
        return None if one is None else change(one)

    cells = tuple(replace(a, mean=of(a.mean)) for a in analysis.aggregates)
    curves = tuple(
        replace(c, **{k: tuple(map(change, getattr(c, k))) for k in ("mean", "low", "high")})
        for c in analysis.curves
    )
    decisions = tuple(
        replace(d, estimate=of(d.estimate), low=of(d.low), high=of(d.high))
        for d in analysis.decisions
    )
    return replace(analysis, aggregates=cells, curves=curves, decisions=decisions)


def warnings(figure):
    return [d.message for d in figure.diagnostics if d.severity is not Severity.NOTE]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "change",
    [lambda x: 50.0, lambda x: 0.0, lambda x: -x, lambda x: x * 1e-11, lambda x: x * 1e10,
     lambda x: 1e6 + x * 1e-4],
    ids=["equal", "zero", "negative", "tiny", "huge", "close"],
)  # fmt: skip
def test_any_size_of_values_is_drawn_cleanly(kind, change, study, paint):
    analysis, spec = mapped(study(4, 2, metric=LOSS), change), FigureSpec("f", kind)
    assert warnings(figures.draw(spec, analysis)) == []
    with paint(spec, analysis) as page:
        assert audit.overlaps(page.figure) == ()
        for axes in page.figure.axes:
            for axis in (axes.xaxis, axes.yaxis):
                said = [t for t in (label.get_text() for label in axis.get_ticklabels()) if t]
                assert len(said) == len(set(said))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_mean_that_is_not_finite_is_said_in_its_row(bad, study, paint):
    analysis = mapped(study(4, 1), lambda x: bad if x > 91 else x)
    with paint(FigureSpec("f", "intervals"), analysis) as page:
        assert "not finite" in [t.get_text() for t in page.figure.texts]
    drawn = figures.draw(FigureSpec("f", "intervals"), analysis)
    assert "nan" not in drawn.alt
    for kind in KINDS[1:]:
        assert figures.draw(FigureSpec("f", kind), analysis).pdf


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_finite_is_refused(kind, study):
    with pytest.raises(InputError) as caught:
        figures.draw(FigureSpec("f", kind), mapped(study(3), lambda x: math.nan))
    assert caught.value.hint


@pytest.mark.parametrize("kind", KINDS)
def test_long_names_that_begin_alike_stay_different(kind, study, paint):
    with paint(FigureSpec("f", kind), study(LONG, 2)) as page:
        texts = [t.get_text() for t in page.figure.texts]
        texts += [t.get_text() for t in page.figure.axes[0].get_yticklabels()]
        assert audit.overlaps(page.figure) == ()
    names = [t for t in texts if "of a" in t]
    assert len(set(names)) == len(names) >= 5
    assert all(t.startswith("…") for t in names)


def test_of_names_that_begin_alike_as_much_of_the_end_stays_as_fits(study, paint):
    alike = tuple(f"{'A name of many words that nobody has shortened, ' * 2}{i}" for i in range(3))
    with paint(FigureSpec("f", "intervals"), study(alike, 1)) as page:
        said = [t.get_text() for t in page.figure.axes[0].get_yticklabels()]
        assert len(set(said)) == 3
        assert all(
            len(text) > 15 and name.endswith(text[1:])
            for name, text in zip(alike, said, strict=True)
        )


def test_short_names_are_left_as_they_are(study, paint):
    with paint(FigureSpec("f", "intervals"), study(("LoRA 1", "LoRA 2"), 1)) as page:
        assert [t.get_text() for t in page.figure.axes[0].get_yticklabels()] == ["LoRA 1", "LoRA 2"]


@pytest.mark.parametrize("kind", KINDS)
def test_values_too_far_apart_for_one_scale_get_a_log_axis_or_are_refused(kind, study, paint):
    analysis = study(6, metric=LOSS)
    size = {m.name: 10.0 ** (4 * place - 9) for place, m in enumerate(analysis.methods)}
    analysis = replace(
        analysis,
        aggregates=tuple(replace(a, mean=size[a.method]) for a in analysis.aggregates),
        curves=tuple(
            replace(c, mean=(size[c.method],) * len(c.mean), low=c.mean, high=c.mean)
            for c in analysis.curves
        ),
        decisions=tuple(
            replace(d, estimate=size[d.a] - size[d.b], low=None, high=None)
            if d.b != analysis.methods[5].name
            else replace(d, estimate=size[d.b], low=None, high=None)
            for d in analysis.decisions
        ),
    )
    if kind == "differences":  # of both signs: no logarithm
        with pytest.raises(InputError, match="share a scale: most are not seen"):
            figures.draw(FigureSpec("f", kind), analysis)
        return
    axis = {"intervals": "x", "learning-curves": "y"}[kind]
    with paint(FigureSpec("f", kind), analysis) as page:
        axes = page.figure.axes[0]
        assert (axes.get_xscale() if axis == "x" else axes.get_yscale()) == "log"
        assert audit.overlaps(page.figure) == ()
    assert "ogarithmic" in figures.draw(FigureSpec("f", kind), analysis).note
    with pytest.raises(InputError, match="share a scale") as caught:
        figures.draw(FigureSpec("f", kind, log="none"), analysis)
    assert f'log = "{axis}"' in caught.value.hint


@pytest.mark.parametrize("kind", ["learning-curves", "profile"])
def test_sixty_lines_in_one_panel_are_refused(kind, study, wealth):
    many = tuple(f"method {i:02d}" for i in range(60))
    with pytest.raises(InputError, match="60 lines in one panel cannot be told apart"):
        figures.draw(FigureSpec("f", kind), wealth(study(many, seeds=1)))
    few = figures.draw(FigureSpec("f", "learning-curves"), study(many[:24], seeds=1))
    assert warnings(few) == []


def test_a_log_axis_that_a_kind_does_not_have_is_refused(study):
    with pytest.raises(InputError, match="has no such axis") as caught:
        figures.draw(FigureSpec("f", "intervals", log="y"), study(2))
    assert caught.value.hint == 'log = "x"'
    with pytest.raises(InputError, match="has no such axis"):
        figures.draw(FigureSpec("f", "differences", log="x"), study(2))


def test_curves_on_two_log_axes_hold_the_same_numbers(study, paint):
    analysis = study(2, metric=LOSS)
    curves = tuple(replace(c, steps=tuple(s + 1 for s in c.steps)) for c in analysis.curves)
    spec = FigureSpec("f", "learning-curves", log="xy")
    with paint(spec, replace(analysis, curves=curves)) as page:
        axes = page.figure.axes[0]
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        assert list(axes.lines[0].get_xdata()) == list(curves[0].steps)
    with pytest.raises(InputError, match="not above 0"):
        figures.draw(spec, analysis)


def test_what_has_no_number_is_named(study, wealth):
    analysis = wealth(study(4, 2))
    name = analysis.decisions[0].b
    gone = tuple(replace(d, estimate=None) if d.b == name else d for d in analysis.decisions)
    figure = figures.draw(FigureSpec("f", "differences"), replace(analysis, decisions=gone))
    assert any("for want of numbers" in d.message for d in figure.diagnostics)


def test_a_line_that_ends_early_is_named(study):
    analysis = study(3, 1)
    curves = list(analysis.curves)
    half = {k: getattr(curves[1], k)[:9] for k in ("steps", "mean", "low", "high", "n")}
    curves[1] = replace(curves[1], **half)
    figure = figures.draw(
        FigureSpec("f", "learning-curves"), replace(analysis, curves=tuple(curves))
    )
    assert any("lines that end early" in d.message for d in figure.diagnostics)


@pytest.mark.parametrize("kind", ["intervals", "learning-curves"])
def test_a_hundred_datasets_are_refused_with_the_next_move(kind, study):
    many = tuple(f"set {i}" for i in range(100))
    with pytest.raises(InputError, match="a page holds") as caught:
        figures.draw(FigureSpec("f", kind), study(6, many, steps=2))
    assert "fewer" in caught.value.hint


def test_ticks_that_differ_print_differently():
    close = (1e6 + 0.001, 1e6 + 0.002)
    assert numerals.linear(close) == ("1,000,000.001", "1,000,000.002")
    assert numerals.linear((999_999, 1_000_001)) == ("999,999", "1,000,001")
    assert numerals.linear((0.0, 1e12, 2e12)) == ("0", "1×10¹²", "2×10¹²")
    assert numerals.linear((0.0, 1e12, 2e12), numerals.COUNT) == ("0", "1T", "2T")
    assert numerals.linear((0.0, 1e20)) == ("0", "1×10²⁰")


@pytest.mark.parametrize(
    "kind", ["intervals", "learning-curves", "distributions", "bars", "slopes"]
)
def test_long_names_of_datasets_that_begin_alike_stay_different(kind, study, paint, wealth):
    many = tuple(
        f"A dataset with a name that takes eighty letters, number {i} of it" for i in (1, 2)
    )
    with paint(FigureSpec("f", kind), wealth(study(2, many))) as page:
        texts = [t.get_text() for t in page.figure.texts]
        texts += [t.get_text() for t in page.figure.axes[0].get_xticklabels()]
    names = [t for t in texts if "of it" in t]
    assert len(set(names)) == len(names) == 2


@pytest.mark.parametrize("size", [0.5, 1e300])
def test_numbers_of_panels_beside_each_other_keep_apart_and_on_the_page(size, study, paint):
    """Equal values have ticks at the very edges of their panels."""
    analysis = mapped(study(3, 4, metric=LOSS), lambda _: size)
    with paint(FigureSpec("f", "intervals", log="none"), analysis) as page:
        assert audit.overlaps(page.figure) == ()
        pen = sheet.renderer()
        left, right, *_ = page.figure.axes
        last = max(t.get_window_extent(pen).x1 for t in left.get_xticklabels() if t.get_text())
        first = min(t.get_window_extent(pen).x0 for t in right.get_xticklabels() if t.get_text())
        beside = left.get_position().y0 == right.get_position().y0
        assert first - last > 4.5 or not beside  # a power of ten has air around its sign


def test_a_loss_that_falls_over_many_decades_has_a_logarithmic_axis(study):
    analysis = study(2, metric=LOSS)
    falling = tuple(
        replace(
            c,
            mean=tuple(10 * (k + 1) ** -4.0 for k in range(len(c.mean))),
            low=tuple(9 * (k + 1) ** -4.0 for k in range(len(c.mean))),
            high=tuple(11 * (k + 1) ** -4.0 for k in range(len(c.mean))),
        )
        for c in analysis.curves
    )
    analysis = replace(analysis, curves=falling)
    spec = FigureSpec("f", "learning-curves")
    assert "Logarithmic: the y axis." in figures.draw(spec, analysis).note
    assert "Logarithmic" not in figures.draw(replace(spec, log="none"), analysis).note
    below = mapped(analysis, lambda x: x - 1e-3)
    assert "Logarithmic" not in figures.draw(spec, below).note


def test_a_long_baseline_leaves_room_for_what_is_measured(study, paint):
    analysis = study(LONG)
    with paint(FigureSpec("f", "differences"), analysis) as page:
        [label] = [t.get_text() for t in page.figure.texts if "ifference" in t.get_text()]
    assert label.endswith((" →", " ←"))
    assert "in accuracy" in label
