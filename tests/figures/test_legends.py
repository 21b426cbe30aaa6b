"""Legends of the author's own drawings: the side on which they leave the page, and the move."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from paperforge.figures import audit, legends


def drawn(labels=("one", "two", "three", "four"), size=(3, 3), **how):
    figure = Figure(figsize=size, dpi=72)
    axes = figure.add_axes((0.15, 0.15, 0.5, 0.5))
    for place, label in enumerate(labels):
        axes.plot([0, 1], [place, place], label=label)
    axes.legend(**how)
    figure.draw_without_rendering()
    return figure


@pytest.mark.parametrize(
    ("how", "side", "move"),
    [
        ({"loc": "lower left", "bbox_to_anchor": (0, 1.02), "ncols": 4}, "on the right",
         "it is wider than the figure: give it fewer columns, legend(..., ncols=3)"),
        ({"loc": "upper left", "bbox_to_anchor": (1.2, 1)}, "on the right",
         "place it further to the left (bbox_to_anchor)"),
        ({"loc": "upper right", "bbox_to_anchor": (0, 1), "ncols": 2}, "on the left",
         "place it further to the right (bbox_to_anchor), or give it fewer columns (ncols)"),
        ({"loc": "lower left", "bbox_to_anchor": (0, 1.4)}, "above",
         "place it lower, or make the figure higher: paper.subplots(height_pt=...)"),
        ({"loc": "upper left", "bbox_to_anchor": (0, 0)}, "below",
         "place it higher, or make the figure higher: paper.subplots(height_pt=...)"),
    ],
)  # fmt: skip
def test_a_legend_that_leaves_the_page_says_where(how, side, move):
    figure = drawn(**how)
    assert legends.problems(figure) == [
        (f'the legend of "one", "two", "three" leaves the page {side}', move)
    ]
    assert not any("leaves" in text for text in audit.overlaps(figure))


def test_one_column_of_long_labels_asks_for_shorter_ones():
    figure = drawn(("a label of many words that no figure holds at all",), size=(2, 4))
    (found,) = legends.problems(figure)
    assert found[1] == "it is wider than the figure: give shorter labels in paper.toml"


def test_a_legend_of_half_the_figure_is_too_large():
    many = [f"method {i}" for i in range(10)]
    figure = drawn(many, size=(5, 3), loc="lower left", bbox_to_anchor=(1.01, -0.2))
    ((text, hint),) = legends.problems(figure)
    assert text.startswith('the legend of "method 0", "method 1", "method 2" takes ')
    assert text.endswith("% of the figure's height")
    assert hint.startswith("more columns (ncols=...)")
    assert (
        legends.problems(drawn(many, size=(5, 9), loc="lower left", bbox_to_anchor=(1.01, 0))) == []
    )


def test_a_legend_over_the_data_is_told_to_stand_above():
    ((text, hint),) = legends.problems(drawn(loc="center"))
    assert text == 'the legend of "one", "two", "three" lies over the data'
    assert hint.startswith("place it above: axes.legend(")
