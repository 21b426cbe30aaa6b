"""Odd data in the kinds that show means: a good figure, or a refusal with the next move."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import audit, scale
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


def test_short_names_are_left_as_they_are(study, paint):
    with paint(FigureSpec("f", "intervals"), study(("LoRA 1", "LoRA 2"), 1)) as page:
        assert [t.get_text() for t in page.figure.axes[0].get_yticklabels()] == ["LoRA 1", "LoRA 2"]


@pytest.mark.parametrize("kind", KINDS)
def test_values_too_far_apart_for_one_scale_are_said(kind, study):
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
    found = warnings(figures.draw(FigureSpec("f", kind), analysis))
    assert any("share a scale: most are not seen" in one for one in found)


def test_sixty_lines_in_one_panel_are_said(study):
    many = tuple(f"method {i:02d}" for i in range(60))
    found = warnings(figures.draw(FigureSpec("f", "learning-curves"), study(many, seeds=1)))
    assert found == ["60 lines in one panel cannot be told apart"]
    few = figures.draw(FigureSpec("f", "learning-curves"), study(many[:24], seeds=1))
    assert warnings(few) == []


@pytest.mark.parametrize("kind", ["intervals", "learning-curves"])
def test_a_hundred_datasets_are_refused_with_the_next_move(kind, study):
    many = tuple(f"set {i}" for i in range(100))
    with pytest.raises(InputError, match="a page holds") as caught:
        figures.draw(FigureSpec("f", kind), study(6, many, steps=2))
    assert "fewer" in caught.value.hint


def test_ticks_that_differ_print_differently():
    close = (1e6 + 0.001, 1e6 + 0.002)
    assert scale.numbers(close) == ("1000000.001", "1000000.002")
    assert scale.numbers((0.0, 1e12, 2e12)) == ("0", "1T", "2T")
    assert scale.numbers((0.0, 1e20)) == ("0", "1e+20")


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
