"""What the author of a table should know, and the table itself cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.escape import needs_unicode_engine, plain
from paperforge.latex.label import typeset
from paperforge.model import Diagnostic, Severity
from paperforge.tables import notes
from paperforge.tables.view import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paperforge.tables import marks
    from paperforge.tables.layouts import Slot
    from paperforge.tables.view import View


def doubts(view: View, marking: marks.Marking, homes: Mapping[str, Slot]) -> Iterable[Diagnostic]:
    """What the author should know and the table cannot say."""
    for metric in view.metrics:
        if metric.direction is None and len(view.methods) > 1:
            name = plain(metric.name)
            quoted = name if name.replace("_", "").isalnum() else f'"{name}"'
            yield Diagnostic(
                Severity.WARNING,
                f"table {view.spec.name}",
                f'which values of "{name}" are better is not known, so nothing is bold',
                f"--higher {quoted} or --lower {quoted}",
            )
    names = [one.label for many in (view.metrics, view.methods, view.datasets) for one in many]
    foreign = needs_unicode_engine(typeset(names))
    if foreign:
        message = f"names hold characters that pdfLaTeX cannot set: {' '.join(foreign[:10])}"
        hint = "LaTeX needs XeLaTeX or LuaLaTeX and a font that has them; or give the names a label"
        yield note(view.spec, message, hint)
    yield from _without_best_set(view)
    if marking.tested and not homes:
        message = "the differences were tested on the average, which the table leaves out: no marks"
        place = view.analysis.design.place
        yield note(view.spec, message, f"average = true shows it, with all {place}s")


def _without_best_set(view: View) -> Iterable[Diagnostic]:
    """Why a best-set that is asked for, or its mark, is not in the table."""
    found = {one.metric: one.methods for one in view.analysis.best}
    present = {m.name for m in view.methods}
    for metric in view.metrics:
        if metric.name not in found and view.spec.best_set and metric.tested:
            message = f"no best-set of {plain(metric.name)}: it needs a direction, and two methods"
            hint = "each of their cells needs two runs, so quoted numbers need their n and ±"
            yield note(view.spec, f"{message} with replicates on every dataset", hint)
        elif metric.name in found and not present & set(found[metric.name]):
            best = notes.listed([plain(m) for m in found[metric.name][: notes.MOST_NAMED]])
            message = f"none of its methods is in the best-set of {plain(metric.name)}: {best}"
            yield note(view.spec, message)
