"""What strips, boxes and violins draw and say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.spec import FigureSpec, Unit
from paperforge.stats.distributions import distributions

SPEC = FigureSpec("f", "distributions")


def supplied(analysis):
    return replace(analysis, distributions=distributions(analysis.aggregates))


def points(axes):
    """Every drawn replicate, row by row from the top."""
    rows = [x for x in axes.lines if x.get_linestyle() == "None" and len(x.get_xdata()) > 1]
    return [sorted(x.get_xdata()) for x in rows]


@pytest.mark.parametrize(
    ("seeds", "shape", "begins"),
    [
        (3, "", "Points: one seed each (3 seeds); vertical bars: medians."),
        (9, "", "Points:"),
        (10, "", "Boxes: quartiles"),
        (49, "", "Boxes:"),
        (50, "", "Violins: Gaussian kernel density (Scott's bandwidth)"),
        (3, "box", "Boxes:"),
        (60, "strip", "Points:"),
        (10, "violin", "Violins:"),
    ],
)
def test_the_shape_follows_the_replicates_and_every_one_is_drawn(
    seeds, shape, begins, study, paint
):
    analysis = supplied(study(3, seeds=seeds))
    spec = replace(SPEC, shape=shape)
    assert figures.draw(spec, analysis).note.startswith(begins)
    with paint(spec, analysis) as page:
        expected = [sorted(a.values) for a in analysis.aggregates if a.dataset is not None]
        assert points(page.figure.axes[0]) == expected


def test_a_box_is_the_quartiles_with_whiskers(study, paint):
    analysis = supplied(study(2, seeds=12))
    with paint(SPEC, analysis) as page:
        axes = page.figure.axes[0]
        for box, one in zip(axes.patches, analysis.distributions, strict=True):
            assert box.get_x() == one.quartiles[0]
            assert box.get_x() + box.get_width() == pytest.approx(one.quartiles[2])
            ys = {y for x in axes.lines for y in x.get_ydata() if len(x.get_xdata()) == 2}
            middle = box.get_y() + box.get_height() / 2
            assert any(abs(y - middle) < 1e-9 for y in ys)
        ends = [tuple(x.get_xdata()) for x in axes.lines if len(x.get_xdata()) == 2]
        for one in analysis.distributions:
            assert (one.whiskers[0], one.quartiles[0]) in ends
            assert (one.quartiles[2], one.whiskers[1]) in ends
            assert (one.quartiles[1], one.quartiles[1]) in ends


def test_a_violin_is_the_density_and_nothing_beyond_the_data(study, paint):
    analysis = supplied(study(1, seeds=60))
    (one,) = analysis.distributions
    with paint(SPEC, analysis) as page:
        (violin,) = page.figure.axes[0].collections
        (path,) = violin.get_paths()
        xs, ys = path.vertices[:, 0], path.vertices[:, 1]
        assert (xs.min(), xs.max()) == (min(one.values), max(one.values))
        widest = xs[ys.argmax()]
        assert widest == pytest.approx(one.grid[one.density.index(max(one.density))])


def test_equal_replicates_are_drawn(study, paint):
    analysis = study(2, seeds=60)
    cells = tuple(replace(a, values=(5.0,) * 60) for a in analysis.aggregates)
    for shape in ("strip", "box", "violin"):
        with paint(
            replace(SPEC, shape=shape), supplied(replace(analysis, aggregates=cells))
        ) as page:
            assert points(page.figure.axes[0]) == [[5.0] * 60] * 2


def test_data_hold_every_replicate(study):
    analysis = supplied(study(2, 2, seeds=5))
    figure = figures.draw(SPEC, analysis)
    assert len(figure.data.splitlines()) == 1 + 2 * 2 * 5
    assert "Strip plot of Accuracy in % over seeds for 2 methods. Digits: " in figure.alt


@pytest.mark.parametrize("how", [{"seeds": 1}, {"seeds": 900, "unit": Unit.EXAMPLE}])
def test_without_replicates_it_is_refused(how, study):
    with pytest.raises(InputError, match="no replicates") as caught:
        figures.draw(SPEC, supplied(study(2, **how)))
    assert "--kind intervals" in caught.value.hint


def test_a_shape_of_another_kind_is_refused(study):
    with pytest.raises(InputError, match='shape "chain" is not known'):
        figures.draw(replace(SPEC, shape="chain"), supplied(study(2)))
