"""Analysis -> Table: which cells, how rounded, what is marked, what the notes say. No TeX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from paperforge.errors import InputError
from paperforge.latex.escape import needs_unicode_engine, plain, slug
from paperforge.latex.rounding import Rounding, spread_of
from paperforge.model import (
    Aggregate,
    Analysis,
    Cell,
    Decision,
    Diagnostic,
    Mark,
    Missing,
    Note,
    Severity,
    Table,
)
from paperforge.spec import Method, TableSpec
from paperforge.tables import marks, notes
from paperforge.tables.layouts import LAYOUTS, Grid, Slot
from paperforge.tables.view import View, choose, note

Cells = Mapping[Slot, Sequence[Cell]]

UNROUNDED = Rounding(0)
"""For a column without numbers: nothing is printed with it."""


def arrange(analysis: Analysis, spec: TableSpec | None = None) -> Table:
    """One table of the analysis.

    Raises InputError where the table asks for a name that the results do not have, or nothing is
    left to show; UsageError for an unknown spread.
    """
    spec = spec or TableSpec()
    if spec.layout not in LAYOUTS:
        allowed = ", ".join(LAYOUTS)
        raise InputError(f'there is no layout "{spec.layout}"', f"table {spec.name}", allowed)
    view = choose(analysis, spec)
    marking = marks.against_baseline(analysis, [m.name for m in view.metrics])
    homes = _homes(view, marking)
    shown = replace(marking, tested=tuple(d for d in marking.tested if d.metric in homes))
    letters = _letters(view)
    cells = {
        slot: _cells(view, slot, _marked(slot, marking, homes), letters) for slot in view.slots
    }
    single = view.datasets[0] if len(view.datasets) == 1 else None
    grid = Grid(view.methods, view.slots, cells, single, analysis.design.place)
    placed = LAYOUTS[spec.layout](grid)
    return Table(
        name=spec.name,
        stub=placed.stub,
        columns=placed.columns,
        rows=placed.rows,
        notes=tuple(_notes(view, cells, placed.compared, shown, letters)),
        caption=plain(spec.caption) or _caption(view),
        label=spec.label or f"tab:{slug(spec.name)}",
        diagnostics=(*view.diagnostics, *_warnings(view, marking, homes)),
    )


# ---------------------------------------------------------------------------------------------
# cells
# ---------------------------------------------------------------------------------------------


def _incomplete(view: View, metric: str, method: str) -> Missing | None:
    """Why a row has no average: the reason of its first empty cell; None where it is complete."""
    for slot in view.slots:
        if slot.metric.name == metric and slot.dataset is not None:
            found = view.index.get((metric, method, slot.dataset))
            if found is None or found.mean is None:
                return (found and found.missing) or Missing.NOT_RUN
    return None


def _number(view: View, slot: Slot, method: Method) -> Aggregate | None:
    """What a cell prints; None where it has no number, or averages an incomplete row."""
    found = view.index.get((slot.metric.name, method.name, slot.dataset))
    if found is None or found.mean is None:
        return None
    if slot.dataset is None and _incomplete(view, slot.metric.name, method.name) is not None:
        return None
    return found


def _hole(view: View, slot: Slot, method: Method) -> Cell:
    """A cell without a number: its symbol and the reason."""
    found = view.index.get((slot.metric.name, method.name, slot.dataset))
    reason = (found and found.missing) or Missing.NOT_RUN
    if slot.dataset is None:
        reason = _incomplete(view, slot.metric.name, method.name) or reason
        return Cell(printed=notes.NO_AVERAGE, missing=reason)
    return Cell(printed=notes.SYMBOLS[reason], missing=reason)


def _excluded(view: View, slot: Slot, method: Method) -> str:
    """What the mean of a cell leaves out; said where the cell is, not again at the average."""
    found = view.index.get((slot.metric.name, method.name, slot.dataset))
    if found is None or found.mean is None or slot.dataset is None:
        return ""
    bold = view.spec.bold and slot.metric.direction is not None
    unit = view.analysis.design.unit
    return notes.excluded(found.not_finite, found.failed, found.n, unit, bold=bold)


def _survivors(view: View, slot: Slot, method: Method) -> bool:
    """Whether a cell, or one that it averages, lost at least as many replicates as it kept."""
    scopes = [slot.dataset]
    if slot.dataset is None:
        scopes = [d.name for d in view.datasets]
    cells = (view.index.get((slot.metric.name, method.name, scope)) for scope in scopes)
    return any(c is not None and notes.survivors(c.not_finite, c.failed, c.n) for c in cells)


def _letters(view: View) -> dict[str, str]:
    """Text -> letter, in reading order; cells with the same story share one."""
    letters: dict[str, str] = {}
    for method in view.methods:
        for slot in view.slots:
            text = _excluded(view, slot, method)
            if text and text not in letters:
                letters[text] = notes.letter(len(letters))
    return letters


def _cells(
    view: View,
    slot: Slot,
    marked: Mapping[str, Mark],
    letters: Mapping[str, str],
) -> list[Cell]:
    """One column of the standard layout, one cell a method: rounded by one rule, then marked."""
    rule = view.rules.get((slot.metric.name, slot.dataset), UNROUNDED)
    found = [_number(view, slot, method) for method in view.methods]
    printed = ["" if one is None or one.mean is None else rule.show(one.mean) for one in found]
    direction = slot.metric.direction if view.spec.bold else None
    eligible = [
        "" if text and _survivors(view, slot, method) else text
        for text, method in zip(printed, view.methods, strict=True)
    ]
    ranked = marks.best(eligible, direction, second=view.spec.second)
    cells = []
    for method, one, text, rank in zip(view.methods, found, printed, ranked, strict=True):
        if one is None:
            cells.append(_hole(view, slot, method))
            continue
        mark = marked.get(method.name)
        spread = spread_of(one, view.kind)
        cells.append(
            Cell(
                value=one.mean,
                spread=spread,
                n=one.n,
                printed=text,
                printed_spread="" if spread is None else rule.show_spread(spread),
                marks=rank | {mark} if mark else rank,
                note=letters.get(_excluded(view, slot, method), "") if letters else "",
            )
        )
    return cells


def _marked(slot: Slot, marking: marks.Marking, homes: Mapping[str, Slot]) -> dict[str, Mark]:
    """Method -> its mark, in the column where the primary comparison is at home."""
    name = slot.metric.name
    if homes.get(name) != slot:
        return {}
    return {method: mark for (metric, method), mark in marking.marks.items() if metric == name}


def _homes(view: View, marking: marks.Marking) -> dict[str, Slot]:
    """Metric -> the column of its primary comparison, where the table shows it."""
    homes = {}
    for decision in marking.tested:
        scope = decision.scope
        if scope is None and len(view.analysis.datasets) == 1:
            scope = view.analysis.datasets[0].name
        for slot in view.slots:
            if (slot.metric.name, slot.dataset) == (decision.metric, scope):
                homes[decision.metric] = slot
    return homes


# ---------------------------------------------------------------------------------------------
# words
# ---------------------------------------------------------------------------------------------


def _notes(
    view: View,
    cells: Cells,
    compared: str,
    marking: marks.Marking,
    letters: Mapping[str, str],
) -> Iterable[Note]:
    """All sentences under the table, in reading order."""
    design = view.analysis.design
    single = [c for slot, column in cells.items() if slot.dataset is not None for c in column]
    every = [c for column in cells.values() for c in column]
    spread = view.kind if any(c.printed_spread for c in every) else "none"
    yield from notes.replication(design, spread, {c.n for c in single if c.missing is None})
    used = {mark for c in every for mark in c.marks}
    if Mark.BEST in used:
        ties = any(sum(Mark.BEST in c.marks for c in column) > 1 for column in cells.values())
        yield from notes.best(compared, ties=ties, second=Mark.SECOND in used)
    yield from notes.comparisons(marking, used, view.analysis, _averaged(view), view.metrics)
    yield from notes.open_questions(_asked(view), view.methods, design.unit)
    missing = {c.missing for c in single if c.missing is not None}
    yield from notes.absent(missing, refused=any(c.printed == notes.NO_AVERAGE for c in every))
    for text, symbol in letters.items():
        yield Note(text, symbol)


def _averaged(view: View) -> int:
    """Over how many datasets the averages are."""
    return len({slot.dataset for slot in view.slots if slot.dataset is not None})


def _asked(view: View) -> list[Decision]:
    """The primary comparisons between what the table shows."""
    metrics = {m.name for m in view.metrics}
    methods = {m.name for m in view.methods}
    return [
        d
        for d in view.analysis.decisions
        if d.primary and d.metric in metrics and {d.a, d.b} <= methods
    ]


def _caption(view: View) -> str:
    """What the table shows, in a line, for a float whose author gave no caption."""
    labels = [plain(m.label) for m in view.metrics]
    what = " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
    where = (
        f" on {notes.count(len(view.datasets), view.analysis.design.place)}"
        if len(view.datasets) > 1
        else ""
    )
    return f"{what} of {notes.count(len(view.methods), 'method')}{where}."


def _warnings(
    view: View, marking: marks.Marking, homes: Mapping[str, Slot]
) -> Iterable[Diagnostic]:
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
    foreign = needs_unicode_engine(" ".join(names))
    if foreign:
        message = f"names hold characters that pdfLaTeX cannot set: {' '.join(foreign[:10])}"
        hint = "LaTeX needs XeLaTeX or LuaLaTeX and a font that has them; or give the names a label"
        yield note(view.spec, message, hint)
    if marking.tested and not homes:
        message = "the differences were tested on the average, which the table leaves out: no marks"
        place = view.analysis.design.place
        yield note(view.spec, message, f"average = true shows it, with all {place}s")
