"""What a figure shows: its metric, methods and datasets, checked against what the results have."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.model.order import ours_last
from paperforge.spec import Dataset, Direction, Method, Metric, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from paperforge.model import Analysis
    from paperforge.spec import FigureSpec

SPLITS = ("train", "val", "test")
MOST_NAMED = 6
MOST_LINES = 24
"""Of one panel: more looks than the palette has colours twice."""
LOG = {"intervals": "x", "distributions": "x", "profile": "x"}
LOG |= dict.fromkeys(("learning-curves", "pareto", "scaling", "bars", "script"), "xy")
"""Which axes of a kind can be logarithmic, where any can; bars say themselves why not."""
CRUSHED = 300.0
"""Half of the values lie within a dot's width of zero where the largest is so many times larger."""


def where(spec: FigureSpec) -> str:
    """Return what messages about a figure begin with."""
    return f"figure {spec.name}"


def metric_of(spec: FigureSpec, analysis: Analysis, having: Iterable[str]) -> Metric:
    """Return the metric that the figure shows: the one asked for, else the first to draw.

    having: the metrics with something to draw. Raises InputError where there is no such metric.
    """
    if not analysis.metrics:
        raise InputError(
            "the results have no metric to draw", where(spec), "add a results file with rows"
        )
    named = {metric.name: metric for metric in analysis.metrics}
    if not spec.metric:
        present = set(having)
        return next((m for m in analysis.metrics if m.name in present), analysis.metrics[0])
    if spec.metric not in named:
        raise unknown("metric", spec.metric, named, spec)
    return named[spec.metric]


def others(
    spec: FigureSpec, analysis: Analysis, having: Iterable[str], drawn: Metric
) -> tuple[Diagnostic, ...]:
    """Return the note that names the metrics left out, where nobody asked for one."""
    present = set(having) - {drawn.name}
    names = [metric.name for metric in analysis.metrics if metric.name in present]
    if spec.metric or not names:
        return ()
    listed = ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
    message = f"drawn: {drawn.label}; --metric NAME for {listed}"
    return (Diagnostic(Severity.NOTE, where(spec), message),)


def methods_of(spec: FigureSpec, analysis: Analysis, having: Iterable[str]) -> tuple[Method, ...]:
    """Return the methods asked for that have something to draw, in the order of the tables.

    That is the order asked for, else the paper's, with ours after the baselines.
    """
    known = {method.name: method for method in analysis.methods}
    present = list(dict.fromkeys(having))
    for name in spec.methods:
        if name not in known and name not in present:
            raise unknown("method", name, known, spec)
    wanted = [name for name in spec.methods or (*known, *present) if name in present]
    return ours_last([known.get(name, Method(name, name)) for name in dict.fromkeys(wanted)])


def datasets_of(spec: FigureSpec, analysis: Analysis, having: Iterable[str]) -> tuple[Dataset, ...]:
    """Return the datasets asked for that have something to draw, in the paper's order."""
    known = {dataset.name: dataset for dataset in analysis.datasets}
    present = list(dict.fromkeys(having))
    for name in spec.datasets:
        if name not in known and name not in present:
            raise unknown("dataset", name, known, spec)
    wanted = [name for name in (*known, *present) if not spec.datasets or name in spec.datasets]
    return tuple(
        known.get(name, Dataset(name, name)) for name in dict.fromkeys(wanted) if name in present
    )


def unknown(what: str, name: str, known: Iterable[str], spec: FigureSpec) -> InputError:
    """Return the error for a name that nothing has, with the nearest name and the allowed ones."""
    names = [one for one in known if one]
    folded = {one.casefold(): one for one in names}
    near = get_close_matches(name.casefold(), folded, n=1)
    meant = f'did you mean "{folded[near[0]]}"? ' if near else ""
    split, _, metric = name.replace("/", "_").partition("_")
    if what == "metric" and metric in names and split in SPLITS:
        meant = f"{name} is metric {metric}, split {split}: --metric {metric} --split {split}; "
    listed = ", ".join(names[:20]) or "none"
    return InputError(f'there is no {what} "{name}"', where(spec), f"{meant}known: {listed}")


def axis_label(metric: Metric, what: str = "") -> str:
    """Return "Accuracy (%) →": label, unit and the side of better values.

    The arrow is for a horizontal axis; turned with a vertical label it points up.
    """
    unit = f" ({metric.unit})" if metric.unit else ""
    return f"{what}{metric.label}{unit}{arrow(metric)}"


def arrow(metric: Metric) -> str:
    """Return the arrow towards better values along a rising axis; nothing where unknown."""
    if metric.direction is None:
        return ""
    return " →" if metric.direction is Direction.HIGHER else " ←"


def arrow_note(metric: Metric) -> str:
    """Return the sentence that explains the arrow, or nothing."""
    return " The arrow points to better values." if metric.direction else ""


def replicates(unit: Unit, counts: Sequence[int], called: str = "seed") -> str:
    """Return "10 seeds", "8–10 seeds" or "a single run" for the numbers of replicates.

    called: what a replicate is called where it is no example.
    """
    low, high = min(counts), max(counts)
    if high <= 1 and unit is not Unit.EXAMPLE:
        return "a single run"
    noun = "examples" if unit is Unit.EXAMPLE else f"{called}s" if unit.of_runs else "runs"
    return f"{low} {noun}" if low == high else f"{low}–{high} {noun}"


def told_apart(spec: FigureSpec, count: int, what: str = "lines") -> None:
    """Raise InputError where one panel has so many lines that nobody can tell them apart."""
    if count > MOST_LINES:
        raise InputError(
            f"{count} {what} in one panel cannot be told apart ({MOST_LINES} can)",
            where(spec),
            "name fewer methods (methods = …), or draw intervals, which have a row each",
        )


def logarithmic(
    spec: FigureSpec, panels: Iterable[Sequence[float]], what: str, axis: str = ""
) -> bool:
    """Return whether the axis of the values is logarithmic: as asked, else where it must be.

    It must be where values of one panel differ so much that most would lie on one spot. panels: the
    values of each; what: what they are called ("means"); axis: "x" or "y", "" for one that cannot
    be. Raises InputError where a logarithm is asked for or needed, and cannot be.
    """
    listed = [[v for v in values if math.isfinite(v)] for values in panels]
    above = bool(axis) and all(v > 0 for values in listed for v in values)
    if axis and axis in spec.log:
        log_axes(spec, "", ((axis, [v for values in listed for v in values]),))
        return True
    sizes = next((found for one in listed if (found := crushed(one))), None)
    if sizes is None or (above and not spec.log):
        return sizes is not None
    hint = "set them as a table, or draw methods of like size (methods = …)"
    text = f"{what} of sizes {sizes[0]:.3g} to {sizes[1]:.3g} share a scale: most are not seen"
    raise InputError(text, where(spec), f'log = "{axis}"; or {hint}' if above else hint)


def crushed(values: Sequence[float]) -> tuple[float, float] | None:
    """The smallest and the largest size where most values would lie on one spot."""
    import numpy as np

    sizes = np.abs(np.asarray(values, dtype=float))
    sizes = sizes[sizes != 0]
    half = len(sizes) // 2
    if len(sizes) <= 2:  # noqa: PLR2004  one of two is not most
        return None
    sizes.partition((0, half, len(sizes) - 1))
    if sizes[half] * CRUSHED < sizes[-1]:
        return float(sizes[0]), float(sizes[-1])
    return None


def check_log(spec: FigureSpec) -> None:
    """Raise InputError where `log` names an axis that the kind does not have."""
    able = LOG.get(spec.kind, "")
    if spec.log in {"", "none"} or set(spec.log) <= set(able):
        return
    axes = f'log = "{able}"' if able else "leave `log` out"
    text = f'log = "{spec.log}": the kind "{spec.kind}" has no such axis'
    raise InputError(text, where(spec), axes)


LOG_NOTE = " The axis is logarithmic."


def all_methods(analysis: Analysis, drawn: Iterable[Method]) -> tuple[Method, ...]:
    """Return the paper's methods, then any that only the drawn data name: the order of looks."""
    return tuple({m.name: m for m in (*analysis.methods, *drawn)}.values())


def log_axes(spec: FigureSpec, usual: str, values: Iterable[tuple[str, Sequence[float]]]) -> str:
    """Return which axes ("x", "y", "xy", "") are logarithmic: as asked, else as usual.

    values: what each of them must hold. Raises InputError where one that is asked for holds a
    value that has no logarithm.
    """
    asked = "" if spec.log == "none" else spec.log or usual
    for axis, held in values:
        if axis in asked and not all(v > 0 for v in held):
            if not spec.log:
                asked = asked.replace(axis, "")
                continue
            raise InputError(
                f'log = "{spec.log}": the {axis} axis has values that are not above 0',
                where(spec),
                f'take {axis} out of `log`, or use log = "none"',
            )
    return asked
