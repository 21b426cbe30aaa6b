"""A drawing function of an author: paperforge figure SOURCE --kind script --file gallery_own.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from paperforge.figures.script import Paper


def draw(paper: Paper) -> Figure:
    """How the accuracies of all runs are distributed, a step function a method."""
    figure, axes = paper.subplots(height_pt=130)
    rows = paper.frame()
    metric = paper.analysis.metrics[0]
    rows = rows[rows["metric"] == metric.name]
    for method in paper.analysis.methods:
        values = np.sort(rows.loc[rows["method"] == method.name, "value"]) * metric.scale
        share = np.arange(1, len(values) + 1) / len(values)
        look = paper.looks[method.name]
        how = {"color": look.colour, "linestyle": look.line, "marker": look.marker}
        how |= {"markersize": look.size, "markevery": 10, "linewidth": 0.8}
        axes.step(values, share, where="post", label=method.label, **how)
    axes.set(xlabel=f"{metric.label} ({metric.unit})", ylabel="Share of runs", ylim=(0, 1.02))
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    paper.say(
        alt="Distribution of the accuracy over all runs, by method.",
        note="Each step: one run on one dataset.",
        data=rows.to_csv(index=False),
    )
    return figure
