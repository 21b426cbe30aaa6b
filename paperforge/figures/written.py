"""Words and numbers that several kinds write: the CSV of a drawing, a mean with its interval."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import scale, select
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from paperforge.model import Aggregate, Design
    from paperforge.spec import FigureSpec, Method, Metric, Unit

TOLD = 6
"""Panels or groups that an alt text tells of."""


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return CSV; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
    return out.getvalue()


def ends(cell: Aggregate) -> tuple[float, float] | None:
    """Return the interval of a mean; None where there is none."""
    if cell.mean is None:
        return None
    if cell.interval is not None:
        return cell.interval
    if cell.half_width is None or not math.isfinite(cell.half_width):
        return None
    return cell.mean - cell.half_width, cell.mean + cell.half_width


def with_interval(cell: Aggregate) -> str:
    """Return "91.2 ± 0.4", as precise as the interval says."""
    if cell.mean is None:
        return str(cell.missing or "not run")
    if not cell.half_width or not math.isfinite(cell.half_width):
        return scale.number(cell.mean, abs(cell.mean) / 100)
    half = scale.number(cell.half_width, cell.half_width)
    return f"{scale.number(cell.mean, cell.half_width)} ± {half}"


def absent(cell: Aggregate | None, having: Collection[str]) -> str:
    """Return why there is no number: of an average whether only some datasets lack one.

    having: the methods that have a mean on a dataset.
    """
    if cell is not None and cell.dataset is None and cell.method in having:
        return "incomplete"
    return str(cell.missing) if cell is not None and cell.missing else "not run"


def having(cells: Iterable[Aggregate]) -> frozenset[str]:
    """Return the methods that have a mean on a dataset."""
    return frozenset(a.method for a in cells if a.dataset is not None and a.mean is not None)


def over(cells: Iterable[Aggregate], unit: Unit, called: str) -> str:
    """Return over how many replicates the means on datasets are: "10 seeds", "a single run".

    Quoted means do not count: what they are over is their papers'. Empty: there are no others.
    """
    counts = [
        a.n for a in cells if a.dataset is not None and a.mean is not None and a.quoted is None
    ]
    return select.replicates(unit, counts, called) if counts else ""


def quoted(cells: Iterable[Aggregate], methods: Iterable[Method]) -> str:
    """Return the sentence that names the quoted methods, with their runs where papers say them.

    " Quoted from other papers: DLinear (3 runs), PatchTST."; nothing where there are none.
    """
    runs: dict[str, set[int]] = {}
    for a in cells:
        if a.quoted is not None and a.mean is not None:
            counted = a.quoted.n if a.quoted.kind != "examples" else 0
            runs.setdefault(a.method, set()).add(counted)
    told = []
    for label, counts in ((m.label, runs[m.name]) for m in methods if m.name in runs):
        low, high = min(counts), max(counts)
        n = str(low) if low == high else f"{low}–{high}"
        told.append(f"{label} ({n} run{'s' * (high > 1)})" if low else label)
    return f" Quoted from other papers: {', '.join(told)}." if told else ""


def bars_are(design: Design) -> str:
    """Return what the intervals of means are: "95% t intervals"."""
    level = f"{round(100 * (1 - design.alpha), 4):g}"
    kind = "t intervals" if design.unit.of_runs else "intervals of the mean"
    return f"{level}% {kind}"


def more_panels(count: int) -> list[str]:
    """Return the sentence about the panels that an alt text does not tell of."""
    return [f"{count - TOLD} more panels are in the figure's data."] if count > TOLD else []


def in_unit(metric: Metric) -> str:
    """Return "Accuracy in %" for sentences."""
    return f"{metric.label} in {metric.unit}" if metric.unit else metric.label


def note(spec: FigureSpec, message: str, hint: str = "") -> Diagnostic:
    """Return a note about a figure."""
    return Diagnostic(Severity.NOTE, select.where(spec), message, hint)


def left_out(spec: FigureSpec, names: Iterable[str]) -> tuple[Diagnostic, ...]:
    """Return the note that names what has no number to draw; nothing where there is none."""
    listed = list(names)
    if not listed:
        return ()
    text = f"not drawn, for want of numbers: {some(listed)}"
    return (note(spec, text, "`paperforge stats` says why"),)


def without(names: Sequence[str]) -> str:
    """Return the caption's sentence that names what has no number to draw, or nothing."""
    return f" Not drawn, for want of numbers: {some(names)}." if names else ""


def some(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more


def reasons(holes: Sequence[tuple[str, str]]) -> str:
    """Return why numbers are missing: "crashed: B on d1; not run: A on d2 and 3 more".

    holes: (reason, place) of each. One reason that holds for all needs no places.
    """
    places: dict[str, list[str]] = {}
    for why, where in holes:
        places.setdefault(why, []).append(where)
    if len(places) <= 1:
        return "".join(places)
    told = []
    for why, named in places.items():
        told.append(f"{why}: {some(named)}")
    return "; ".join(told)


def refused(spec: FigureSpec, message: str, hint: str) -> InputError:
    """Return the error for a figure that cannot be drawn well, with the next move."""
    return InputError(message, select.where(spec), hint)
