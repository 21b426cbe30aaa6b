"""What a correlation matrix draws: every number, with contrast, and its sign in greyscale."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import audit, heat
from paperforge.spec import Direction, FigureSpec, Metric

SPEC = FigureSpec("f", "correlation")


def numbers(page):
    """The texts in the cells, from above, and their colours."""
    (axes,) = page.figure.axes
    found = [t for t in page.figure.texts if t.get_rotation() == 0 and _is_number(t.get_text())]
    return [(t.get_text(), t.get_color()) for t in found], axes


def _is_number(text):
    return text in ("–", "1") or text.lstrip("−").replace(".", "").isdigit()


def test_the_lower_triangle_holds_every_number(study, paint):
    analysis = study(3)
    (matrix,) = analysis.correlations
    with paint(SPEC, analysis) as page:
        found, axes = numbers(page)
        expected = [
            "1" if i == j else "–" if matrix.values[i][j] is None else _shown(matrix.values[i][j])
            for i in range(4)
            for j in range(i + 1)
        ]
        assert [text for text, _ in found] == expected
        assert len(axes.patches) == 10
        shades = [p.get_facecolor()[:3] for p in axes.patches]
        for (text, colour), shade in zip(found, shades, strict=True):
            light, dark = 1.0 if colour == "white" else 0.0, heat.luminance(shade)
            contrast = (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
            assert contrast > 4.5, (text, shade)
            assert (text[0] == "−") == (shade[0] > shade[2])  # red below zero, blue above


def _shown(value):
    return f"{value:.2f}".replace("-", "−")


def test_shades_darken_with_size_and_alike_on_both_sides():
    for sign in (1, -1):
        steps = [heat.luminance(heat.shade(sign * i / 50)) for i in range(51)]
        assert all(a > b for a, b in itertools.pairwise(steps))
    ends = [heat.luminance(heat.shade(v)) for v in (1.0, -1.0)]
    assert abs(ends[0] - ends[1]) < 0.03


def test_numbers_in_every_shade_can_be_read():
    for i in range(-100, 101):
        shade = heat.luminance(heat.shade(i / 100))
        ink = 1.0 if heat._is_dark(heat.shade(i / 100)) else 0.0
        contrast = (max(shade, ink) + 0.05) / (min(shade, ink) + 0.05)
        assert contrast > 4.5, i


def test_what_is_told(study):
    analysis = replace(study(3), methods=())  # the matrix is not one of the fixture's methods
    figure = figures.draw(SPEC, analysis)
    assert figure.note == (
        "Spearman's rank correlation over 9 methods' means of Accuracy; no interval or test. –: too "
        "few, or all equal."
    )
    rows = list(csv.reader(io.StringIO(figure.data)))
    assert rows[0] == ["dataset_a", "dataset_b", "spearman", "n"]
    assert len(rows) == 1 + 6 and rows[1][:2] == ["letters", "digits"]
    assert "Forest and Digits" in figure.diagnostics[0].message
    assert figure.alt.startswith("Correlation matrix of 4 datasets: Letters and Digits −0.84")


def lacking(analysis, *cells):
    """The analysis without these means: (method, dataset)."""
    kept = (
        replace(a, mean=None) if (a.method, a.dataset) in cells else a for a in analysis.aggregates
    )
    return replace(analysis, aggregates=tuple(kept))


def test_methods_that_lack_numbers_are_named(study):
    analysis = study(3, 4)
    (matrix,) = analysis.correlations
    names = tuple(d.name for d in analysis.datasets)
    analysis = replace(analysis, correlations=(replace(matrix, names=names, labels=names),))
    whole = figures.draw(SPEC, analysis)
    assert "for want of numbers" not in whole.note
    assert not any("want of" in d.message for d in whole.diagnostics)
    first, second, third = (m.name for m in analysis.methods)
    cells = [(first, d) for d in names[1:]] + [(second, names[0])]
    label = {m.name: m.label for m in analysis.methods}
    figure = figures.draw(SPEC, lacking(analysis, *cells))
    assert figure.note.endswith(
        f" Not counted, for want of numbers: {label[first]}. "
        f"In some pairs only, for want of numbers: {label[second]}."
    )
    told = [d for d in figure.diagnostics if d.severity == "warning"]
    assert [d.message for d in told] == [
        f"not counted, for want of two numbers to pair: {label[first]}",
        f"in some pairs only, for want of numbers: {label[second]}",
    ]
    named = replace(SPEC, methods=(second, third))
    assert "Not counted" not in figures.draw(named, lacking(analysis, *cells)).note


def test_metrics_say_which_way_is_better(study, paint):
    analysis = study(3)
    (matrix,) = analysis.correlations
    of = replace(
        *(matrix,), of="metrics", names=("accuracy", "nll"), labels=("Accuracy", "NLL"), metric=""
    )
    of = replace(of, values=((1.0, -0.5), (-0.5, 1.0)), n=((9, 9), (9, 9)))
    metrics = (*analysis.metrics, Metric("nll", "NLL", Direction.LOWER))
    analysis = replace(analysis, metrics=metrics, correlations=(of,))
    with paint(SPEC, analysis) as page:
        names = [t.get_text() for t in page.figure.axes[0].get_yticklabels()]
        assert sorted(names) == ["Accuracy ↑", "NLL ↓"]
    assert "signs are not turned" in figures.draw(SPEC, analysis).note


def test_of_several_matrices_the_one_asked_for_is_drawn(study):
    analysis = study(3)
    (matrix,) = analysis.correlations
    other = replace(matrix, statistic="pearson")
    analysis = replace(analysis, correlations=(other, matrix))
    spec = replace(SPEC, statistic="pearson")
    assert figures.draw(spec, analysis).note.startswith("Pearson's correlation over")
    assert figures.draw(SPEC, analysis).note.startswith("Spearman's")


def test_too_few_and_too_many_are_refused(study):
    analysis = study(3)
    (matrix,) = analysis.correlations
    none = replace(matrix, values=((None,) * 4,) * 4, n=((2,) * 4,) * 4)
    with pytest.raises(InputError, match="2 methods are too few"):
        figures.draw(SPEC, replace(analysis, correlations=(none,)))
    with pytest.raises(InputError, match="nothing to correlate"):
        figures.draw(SPEC, replace(analysis, correlations=()))
    names = tuple(f"set {i}" for i in range(40))
    wide = replace(
        matrix, names=names, labels=names, values=((0.5,) * 40,) * 40, n=((9,) * 40,) * 40
    )
    with pytest.raises(InputError, match="leave no room") as caught:
        figures.draw(SPEC, replace(analysis, correlations=(wide,)))
    assert 'width = "text"' in caught.value.hint


def test_long_names_are_cut_and_nothing_touches(study, paint):
    analysis = study(3)
    (matrix,) = analysis.correlations
    names = tuple(
        f"a data set with a name of eighty characters or so, to be cut {i}" for i in range(4)
    )
    analysis = replace(analysis, correlations=(replace(matrix, labels=names),))
    with paint(SPEC, analysis) as page:
        assert audit.overlaps(page.figure) == ()
        assert page.ruler.cut


def test_one_method_is_not_called_methods(study):
    analysis = study(1)
    one = analysis.correlations[0]
    none = tuple((None,) * len(one.names) for _ in one.names)
    lone = replace(one, values=none, n=tuple((1,) * len(one.names) for _ in one.names))
    with pytest.raises(InputError, match="1 method is too few for a correlation"):
        figures.draw(SPEC, replace(analysis, correlations=(lone,)))
