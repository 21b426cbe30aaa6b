"""Which curves a figure shows, and how far along the steps each of them goes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.figures import outline, select, written
from paperforge.model.wording import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.model import Curve, Diagnostic
    from paperforge.spec import Dataset, FigureSpec, Metric

MOST_TOLD = 6
MOST_ROWS = 50_000
EACH = 4
SPLITS = {"train": "training", "val": "validation", "test": "test"}
"""What the splits are called in a sentence."""


def split(spec: FigureSpec, curves: Sequence[Curve]) -> str:
    """Return the split to draw: the one asked for, else validation, else the first.

    Raises InputError where no curve is of the split asked for.
    """
    present = list(dict.fromkeys(c.split for c in curves))
    if spec.split and spec.split not in present:
        raise select.unknown("split with steps", spec.split, present, spec)
    return spec.split or ("val" if "val" in present else present[0])


def on_split(name: str) -> str:
    """Return " on the training split" for sentences; nothing where the split has no name."""
    if name in SPLITS:
        return f" on the {SPLITS[name]} split"
    return f" on the split {name}" if name else ""


def of_split(metric: Metric, name: str) -> Metric:
    """Return the metric labelled with its split, "Training loss"; as it is where it says so."""
    word = SPLITS.get(name, name)
    if not word or word.casefold() in metric.label.casefold():
        return metric
    if name not in SPLITS:
        return replace(metric, label=f"{metric.label} on {name}")
    return replace(metric, label=f"{word.capitalize()} {spoken(metric)}")


def finite(curve: Curve) -> Curve:
    """Return the curve without points that have no finite mean: they cannot be drawn."""
    if all(map(math.isfinite, curve.mean)):
        return curve
    at = [i for i, mean in enumerate(curve.mean) if math.isfinite(mean)]
    steps, mean = (tuple(v[i] for i in at) for v in (curve.steps, curve.mean))
    low, high = (tuple(v[i] for i in at) for v in (curve.low, curve.high))
    n = tuple(curve.n[i] for i in at)
    return replace(curve, steps=steps, mean=mean, low=low, high=high, n=n)


def common(curve: Curve) -> Curve:
    """Return the curve up to the last step of all runs: later, the mean is of the survivors."""
    end = len(curve.n) - curve.n[::-1].index(max(curve.n))
    if end == len(curve.n):
        return curve
    return replace(
        curve,
        steps=curve.steps[:end],
        mean=curve.mean[:end],
        low=curve.low[:end],
        high=curve.high[:end],
        n=curve.n[:end],
    )


def rows(curve: Curve) -> Sequence[int]:
    """Return which steps of a curve stand in a figure's data: all, or at most MOST_ROWS.

    Of longer curves the first, the lowest, the highest and the last of equal parts.
    """
    import numpy as np

    count = len(curve.steps)
    if count <= MOST_ROWS:
        return range(count)
    mean = np.asarray(curve.mean)
    part = np.arange(count) * (MOST_ROWS // EACH) // count
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    ends = np.append(starts[1:], count) - 1
    found = [starts, ends, outline.highest(part, mean), outline.highest(part, -mean)]
    return [int(i) for i in np.unique(np.concatenate(found))]


def fewer(spec: FigureSpec, curves: Sequence[Curve]) -> tuple[Diagnostic, ...]:
    """Return the note that not all steps of the curves stand in the figure's data."""
    most = max(len(curve.steps) for curve in curves)
    if most <= MOST_ROWS:
        return ()
    text = (
        f"the longest line has {most:,} steps: what the pen hides is not drawn, and the figure's "
        f"data has at most {MOST_ROWS:,} of a line, extremes among them"
    )
    return (written.note(spec, text),)


def shorter(
    spec: FigureSpec,
    panels: Sequence[tuple[Dataset, Sequence[Curve]]],
    labels: Mapping[str, str],
) -> tuple[Diagnostic, ...]:
    """Return the note that names lines which end before the longest one of their panel."""
    told = []
    for dataset, curves in panels:
        last = max(c.steps[-1] for c in curves)
        place = f" on {dataset.label}" if dataset.label and len(panels) > 1 else ""
        told += [
            f"{labels.get(c.method, c.method)}{place} at step {c.steps[-1]:g} of {last:g}"
            for c in curves
            if c.steps[-1] < last
        ]
    if not told:
        return ()
    listed = "; ".join(told[:MOST_TOLD]) + ("; …" if len(told) > MOST_TOLD else "")
    return (written.note(spec, f"lines that end early: {listed}"),)
