"""Analysis -> Table: which cells, how rounded, what is marked, what the notes say. No TeX."""

from __future__ import annotations

from dataclasses import replace

from paperforge.errors import InputError
from paperforge.latex.escape import plain, slug
from paperforge.model import Analysis, Table
from paperforge.spec import LAYOUTS as EVERY
from paperforge.spec import TableSpec
from paperforge.tables import marks
from paperforge.tables.cells import Given, columns
from paperforge.tables.doubts import doubts
from paperforge.tables.layouts import LAYOUTS, Grid, Slot
from paperforge.tables.sentences import caption, under
from paperforge.tables.view import View, choose


def arrange(analysis: Analysis, spec: TableSpec | None = None) -> Table:
    """One table of the analysis.

    Raises InputError where the table asks for a name that the results do not have, or nothing is
    left to show; UsageError for an unknown spread.
    """
    spec = spec or TableSpec()
    if spec.layout not in LAYOUTS:
        allowed = ", ".join(EVERY)
        raise InputError(f'there is no layout "{spec.layout}"', f"table {spec.name}", allowed)
    view = choose(analysis, spec)
    marking = marks.against_baseline(analysis, [m.name for m in view.metrics])
    homes = _homes(view, marking)
    shown = replace(marking, tested=tuple(d for d in marking.tested if d.metric in homes))
    given = Given.of(view, marking, homes)
    cells = columns(view, given)
    single = view.datasets[0] if len(view.datasets) == 1 else None
    shape = (view.groups, spec.arrows, analysis.design.place, given.quoted)
    grid = Grid(view.methods, view.slots, cells, single, *shape)
    placed = LAYOUTS[spec.layout](grid)
    return Table(
        name=spec.name,
        stub=placed.stub,
        columns=placed.columns,
        rows=placed.rows,
        notes=tuple(under(view, cells, placed.compared, replace(given, marking=shown))),
        caption=plain(spec.caption) or caption(view),
        label=spec.label or f"tab:{slug(spec.name)}",
        diagnostics=(*view.diagnostics, *doubts(view, marking, homes)),
        headings=placed.headings,
        compared=placed.compared,
    )


def _homes(view: View, marking: marks.Marking) -> dict[str, Slot]:
    """Metric -> the column of its primary comparison, where the table shows it."""
    homes = {}
    for decision in marking.tested:
        scope = decision.scope
        if scope is None and len(view.analysis.datasets) == 1:
            scope = view.analysis.datasets[0].name
        for slot in view.slots:
            if (slot.metric.name, slot.dataset, slot.kind) == (decision.metric, scope, ""):
                homes[decision.metric] = slot
    return homes
