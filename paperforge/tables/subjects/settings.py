"""Hyper-parameters as the result stores have them: those that all methods share once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.latex.escape import plain
from paperforge.model import Cell, Column, Hyperparameter, Note, Row
from paperforge.model.order import ours_last
from paperforge.tables import groups, notes, parts
from paperforge.tables.subjects.values import Scale, number, scales_of
from paperforge.tables.view import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paperforge.model import Analysis, Table
    from paperforge.spec import Method, TableSpec

NEEDS = ("settings",)

ACROSS = 6
"""More methods than this stand below each other, and what they share is in a note."""
LISTED = 4
"""Different values of one method that are listed; more are said as a range."""
UNSET = "–"
SHARED = "All methods"


def arrange(analysis: Analysis, spec: TableSpec) -> Table:
    """Settings down and methods across; many methods down, and what differs between them across.

    `spec.columns` names the settings to show. Raises InputError for one that is not there.
    """
    methods = ours_last(named(analysis.methods, spec.methods, "method", spec))
    headings = groups.read(spec, methods, analysis.datasets).methods
    methods = groups.ordered(methods, headings)
    settings = _chosen(analysis.settings, spec)
    below: Sequence[Hyperparameter] = ()
    scales = scales_of({s.name: [v for _, vs in s.values for v in vs] for s in settings})
    shared = [s for s in settings if _is_shared(s, methods)]
    apart = [s for s in settings if s not in shared and any(_of(s, m) for m in methods)]
    if len(methods) == 1 or not apart:
        columns = [Column("Value", words=True)]
        rows = [Row(plain(s.name), (_cell(s, methods[0], scales),)) for s in settings]
        stub = "Setting"
    elif len(methods) <= ACROSS:
        head = [Column(SHARED, words=True)] if shared else []
        columns = [
            *head,
            *(Column(plain(m.label), headings.get(m.name, ""), words=True) for m in methods),
        ]
        rows = list(_down(shared, apart, methods, scales))
        stub = "Setting"
    else:
        columns = [Column(plain(s.name), words=True) for s in apart]
        rows = [
            Row(plain(m.label), tuple(_cell(s, m, scales) for s in apart), headings.get(m.name, ""))
            for m in methods
        ]
        stub, below = "Method", shared
    hint = "columns = [...] names the settings to show"
    parts.limited(len(rows), spec, "settings", hint)
    return parts.made(
        spec,
        stub,
        columns,
        rows,
        caption=f"Hyper-parameters of {notes.count(len(methods), 'method')}.",
        said=_notes(rows, below, methods, apart, scales=scales),
        diagnostics=[] if headings else groups.without_headings(spec, "only methods are here,"),
        headings=stub == "Method" and bool(headings),
    )


def _chosen(settings: Sequence[Hyperparameter], spec: TableSpec) -> list[Hyperparameter]:
    known = {s.name: s for s in settings}
    for name in spec.columns:
        if name not in known:
            have = ", ".join(map(plain, known))
            text = f'the results have no setting "{plain(name)}"'
            raise InputError(text, f"table {spec.name}", f"they have {have}")
    return [known[name] for name in dict.fromkeys(spec.columns)] if spec.columns else list(settings)


def _of(setting: Hyperparameter, method: Method) -> tuple[str, ...]:
    """The method's values of a setting."""
    return dict(setting.values).get(method.name, ())


def _is_shared(setting: Hyperparameter, methods: Sequence[Method]) -> bool:
    said = {tuple(map(Scale().show, _of(setting, m))) for m in methods}
    return len(said) == 1 and bool(_of(setting, methods[0]))


def _down(
    shared: Sequence[Hyperparameter],
    apart: Sequence[Hyperparameter],
    methods: Sequence[Method],
    scales: Mapping[str, Scale],
) -> Iterator[Row]:
    for s in shared:
        blank = [parts.BLANK] * len(methods)
        yield Row(plain(s.name), (_cell(s, methods[0], scales), *blank), "shared")
    for s in apart:
        blank = [parts.BLANK] if shared else []
        yield Row(plain(s.name), (*blank, *(_cell(s, m, scales) for m in methods)), "apart")


def _cell(setting: Hyperparameter, method: Method, scales: Mapping[str, Scale]) -> Cell:
    return parts.words(_said(setting, method, scales[setting.name]) or UNSET)


def _said(setting: Hyperparameter, method: Method, scale: Scale) -> str:
    """A method's values as a cell says them: "0.01", "0.01, 0.03", "0.0003–0.03 (7 values)"."""
    values = _of(setting, method)
    texts = list(dict.fromkeys(map(scale.show, values)))
    if len(texts) <= LISTED:
        return ", ".join(texts)
    if all(number(value) is not None for value in values):
        return f"{texts[0]}–{texts[-1]} ({len(texts)} values)"
    return f"{', '.join(texts[:LISTED])}, … ({len(texts)} values)"


def _notes(
    rows: Sequence[Row],
    below: Sequence[Hyperparameter],
    methods: Sequence[Method],
    apart: Sequence[Hyperparameter],
    *,
    scales: Mapping[str, Scale],
) -> Iterator[Note]:
    if below:
        said = "; ".join(f"{plain(s.name)} = {_said(s, methods[0], scales[s.name])}" for s in below)
        yield Note(f"All methods: {said}")
    several = any(len(_of(s, m)) > 1 for s in (*apart, *below) for m in methods)
    if several:
        yield Note("Several values: they differ between the runs of a method")
    if any(cell.printed == UNSET for row in rows for cell in row.cells):
        yield Note("not set", UNSET)
