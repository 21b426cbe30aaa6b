"""The appendix that reviewers ask for: the number of every run, and the mean under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.latex.escape import plain
from paperforge.model import Aggregate, Cell, Column, Missing, Note, Row
from paperforge.spec import Unit
from paperforge.tables import groups, notes, parts, quoting
from paperforge.tables.layouts import header
from paperforge.tables.view import choose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from paperforge.latex.rounding import Rounding
    from paperforge.model import Analysis, Table
    from paperforge.spec import Method, TableSpec
    from paperforge.tables.view import View

    Places = Sequence[tuple[str, str | None]]

NEEDS: tuple[str, ...] = ()
MEAN = "mean"


def arrange(analysis: Analysis, spec: TableSpec) -> Table:
    """A row a run, methods one below the other, datasets across under each metric.

    What is quoted is no run: it stands in the row of the means, as its paper prints it.

    Raises InputError where the numbers are those of examples, or no cell has its runs.
    """
    view = choose(analysis, spec)
    designs = [analysis.design.of(m.name) for m in view.metrics]
    design = next((one for one in designs if one.unit is not Unit.EXAMPLE), None)
    if design is None:
        raise InputError(
            "the numbers are means over examples: no cell has several runs",
            f"table {spec.name}",
            'runs are shown where they are replicated: replicate = "seed" (--replicate seed)',
        )
    slots = [slot for slot in view.slots if slot.dataset is not None]
    noun = notes.noun(design)
    rows: list[Row] = []
    places = [(slot.metric.name, slot.dataset) for slot in slots]
    stories = {m.name: _stories(view, m, places) for m in view.methods}
    letters = _letters(stories.values())
    for method in view.methods:
        rows += _rows(view, method, places, _noted(stories[method.name], letters))
    if not any(row.cells[0].printed != MEAN for row in rows):
        raise InputError(
            "no cell has the numbers of its runs", f"table {spec.name}", "see paperforge runs"
        )
    hint = "name fewer methods, or split it: methods = [...] of two tables"
    single = view.datasets[0] if len(view.datasets) == 1 else None
    columns = [Column(noun[0].upper() + noun[1:], words=True)]
    columns += [
        Column(header(s.metric), plain(single.label), s.metric.name, s.dataset)
        if single
        else Column(s.label, header(s.metric), s.metric.name, s.dataset)
        for s in slots
    ]
    what = notes.listed([plain(m.label) for m in view.metrics])
    parts.limited(len(rows), spec, "rows", hint)
    return parts.made(
        spec,
        "Method",
        columns,
        rows,
        caption=f"{what} of every {noun}.",
        said=[*_notes(view, rows), *_quoted(view, stories, letters)],
        diagnostics=[
            *(d for d in view.diagnostics if "average" not in d.message),
            *groups.without_headings(spec),
        ],
    )


def _rows(view: View, method: Method, places: Places, noted: Sequence[str]) -> Iterator[Row]:
    """A method's runs and its means; noted: the letter of each mean."""
    found = [view.find(metric, method.name, dataset) for metric, dataset in places]
    rules = [view.rules.get(place) for place in places]
    group = method.name
    label = plain(method.label)
    for name in _names(found):
        cells = [_run(one, name, rule) for one, rule in zip(found, rules, strict=True)]
        yield Row(label, (parts.words(_shown(name)), *cells), group)
        label = ""
    means = [
        parts.measured(one, rule, view.kinds[metric])
        for one, rule, (metric, _) in zip(found, rules, places, strict=True)
    ]
    means = [m._replace(note=note) if note else m for m, note in zip(means, noted, strict=True)]
    cites = {m.cite for m in means if m.value is not None}
    whole = label and len(cites) == 1  # a row without runs above it
    yield Row(label, (parts.words(MEAN), *means), group, cites.pop() if whole else "")


# ---------------------------------------------------------------------------------------------
# what is quoted
# ---------------------------------------------------------------------------------------------


def _stories(view: View, method: Method, places: Places) -> tuple[str, tuple[str, ...]]:
    """What is said of a method's row where it is quoted whole, and of each of its cells."""
    found = [view.find(metric, method.name, dataset) for metric, dataset in places]
    filled = [one for one in found if one is not None and one.mean is not None]
    whole = bool(filled) and all(one.quoted is not None for one in filled)
    row = quoting.shared(filled, view) if whole else ""
    said = (
        quoting.said(one, view, row) if one is not None and one.quoted is not None else ""
        for one in found
    )
    return row, tuple(said)


def _letters(stories: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    """What is said of single cells -> its letter."""
    told = dict.fromkeys(text for _, cells in stories for text in cells if text)
    return {text: notes.letter(place) for place, text in enumerate(told)}


def _noted(story: tuple[str, tuple[str, ...]], letters: Mapping[str, str]) -> list[str]:
    return [letters.get(text, "") for text in story[1]]


def _quoted(
    view: View, stories: Mapping[str, tuple[str, tuple[str, ...]]], letters: Mapping[str, str]
) -> Iterator[Note]:
    """The sentences about what is quoted."""
    rows = [(plain(m.label), row) for m in view.methods if (row := stories[m.name][0])]
    yield from quoting.notes(view, rows, averaged=False)
    for text, symbol in letters.items():
        yield Note(text, symbol, quoting.keys(text))


# ---------------------------------------------------------------------------------------------
# runs
# ---------------------------------------------------------------------------------------------


Name = str | int
"""A run's own name, or its place in a cell whose runs have none."""


def _names(found: Sequence[Aggregate | None]) -> list[Name]:
    """The runs of a method on all datasets: those with names in the order of these."""
    named: dict[Name, None] = {}
    most = 0
    for one in found:
        if one is None or one.only_mean:
            continue
        named.update(dict.fromkeys(key for key in one.keys if key))
        most = max(most, 0 if one.keys else len(one.values))
    return [*sorted(named, key=_order), *range(1, most + 1)]


def _order(name: Name) -> tuple[int, float, str]:
    text = str(name)
    try:
        return 0, float(text), text
    except ValueError:
        return 1, 0.0, text


def _shown(name: Name) -> str:
    return f"#{name}" if isinstance(name, int) else plain(name)


def _run(one: Aggregate | None, name: Name, rule: Rounding | None) -> Cell:
    """The number of one run; the symbol for "not run" where this cell has none of that name."""
    value = None
    if one is not None and one.only_mean:
        return parts.BLANK
    if one is not None and isinstance(name, int):
        value = one.values[name - 1] if not one.keys and name <= len(one.values) else None
    elif one is not None and name in one.keys:
        value = one.values[one.keys.index(name)]
    if value is None or rule is None:
        reason = (one and one.missing) or _lost(one)
        return Cell(printed=notes.SYMBOLS[reason], missing=reason)
    return Cell(value=value, n=1, printed=rule.show(value))


def _lost(one: Aggregate | None) -> Missing:
    """Why a run has no number in a cell that has a mean, as far as that is known."""
    if one is None or not (one.not_finite or one.failed):
        return Missing.NOT_RUN
    if one.not_finite and one.failed:
        return Missing.NOT_REPORTED
    return Missing.NOT_FINITE if one.not_finite else Missing.CRASHED


def _notes(view: View, rows: Sequence[Row]) -> Iterator[Note]:
    means = [row for row in rows if row.cells[0].printed == MEAN]
    sizes = {c.n for row in means for c in row.cells if c.value is not None and not c.cite}
    designs = {m.name: view.analysis.design.of(m.name) for m in view.metrics}
    runs = [name for name, one in designs.items() if one.unit is not Unit.EXAMPLE]
    first = [*runs, *designs][0]
    design = designs[first]
    spread = "none"
    if any(c.printed_spread and not c.cite for row in means for c in row.cells):
        spread = view.kinds[first]
    yield from notes.replication(design, spread, sizes)
    shown = {c.printed for row in rows for c in row.cells[:1]}
    if any(text.startswith("#") for text in shown):
        yield Note("#1, #2, …: runs without a name, in the order in which they were read")
    cells = [cell for row in rows for cell in row.cells]
    infinite = notes.SYMBOLS[Missing.NOT_FINITE]
    for one in parts.absent(cells):  # of a run beside others, only that it is one of both is known
        said = "diverged, or no finite value (NaN or infinity)"
        yield Note(said, infinite) if one.symbol == infinite else one
    lost = {(a.not_finite, a.failed) for a in view.analysis.aggregates if a.not_finite or a.failed}
    if lost:
        yield Note("Runs that failed or are not finite have no number here and are not in the mean")
