"""What the number of methods alone rules out: refused before anything is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.figures import bars, select
from paperforge.spec import Unit

if TYPE_CHECKING:
    from paperforge.model import Results
    from paperforge.spec import FigureSpec


def early(spec: FigureSpec, results: Results) -> None:
    """Raise InputError for more methods than a figure of this kind can show.

    Only of what is drawn for certain: whatever else cannot be drawn, `compose` refuses.
    """
    names = {m.name for m in results.methods}
    drawn = [name for name in dict.fromkeys(spec.methods or names) if name in names]
    if spec.kind == "bars":
        bars.told_apart(spec, len(drawn))
    elif spec.kind == "profile":
        select.told_apart(spec, len(set(drawn) & _replicated(spec, results)))


def _replicated(spec: FigureSpec, results: Results) -> set[str]:
    """The methods with two runs on every dataset, of the metric asked for or the first with any."""
    for metric in results.metrics:
        if spec.metric not in ("", metric.name):
            continue
        sizes = {
            (s.method, s.dataset): len(s.values) for s in results.samples(metric.name, Unit.SEED)
        }
        places = {dataset for (_, dataset), n in sizes.items() if n}
        every = {method for method, _ in sizes}
        found = {m for m in every if all(sizes.get((m, place), 0) > 1 for place in places)}
        if found:
            return found
    return set()
