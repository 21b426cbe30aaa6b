"""From what the author names to what is read: folders opened, stores read, columns mapped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from paperforge import columns, stores
from paperforge.engine import identifier
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.names import prompt_of, resolve
from paperforge.numbers import Look, Style, look
from paperforge.results import examples, patterns, repeated, strays
from paperforge.results.answers import with_hits
from paperforge.results.axes import against, check_asked, with_axis
from paperforge.results.cells import Odd
from paperforge.results.merge import merged
from paperforge.results.nested import with_repeats, with_samples
from paperforge.results.plusminus import with_spread
from paperforge.results.raters import with_raters
from paperforge.spec import ROLES, Direction
from paperforge.stores.nothing import NothingToRead
from paperforge.sums import corpus_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from paperforge.columns import Mapped
    from paperforge.model import Found, Meter, Raw
    from paperforge.spec import Metric, Project, Source

_SAMPLE = 10_000
"""Rows that are looked at to decide how a column is written; every row is checked against it."""
_SAMPLE_CELLS = 400_000
_ZONE = "WITH TIME ZONE"
_NO_NUMBERS = ("TIMESTAMP", "DATE", "TIME", "INTERVAL", "BLOB", "UUID")
"""Types that the engine takes for no number at all."""
_SAID = ("method", "dataset", *(role for role in ROLES if role not in ("method", "dataset")))


@dataclass(frozen=True, slots=True)
class File:
    """One file of a source."""

    source: Source
    """With the file's own path and name; those of the folder where files are read together."""
    parent: int
    """Which of the given sources it belongs to."""
    alone: bool
    """Whether it is the whole source, not one file of a folder."""
    found: Found


@dataclass(frozen=True, slots=True)
class Input:
    """One file, read and understood."""

    file: File
    raw: Raw
    mapped: Mapped
    types: Mapping[str, str]
    styles: Mapping[str, Style]
    """Value column -> how its numbers are written."""
    lacking: Mapping[str, str] = field(default_factory=dict)
    """Role -> the column that is declared for it, which this store of a folder does not have."""

    @property
    def source(self) -> Source:
        """The file as a source."""
        return self.file.source

    @property
    def prompts(self) -> str:
        """The column of the prompts, where the examples are samples of them; else empty."""
        return prompt_of(self.mapped.roles.get("example", ""))

    @property
    def spare(self) -> tuple[str, ...]:
        """Columns without a role."""
        taken = {*self.mapped.roles.values(), *self.styles}
        return tuple(
            column
            for column in self.raw.columns
            if column not in taken and not column.startswith(("mlflow.", "hydra.", "column "))
        )


def expand(given: Sequence[Source]) -> tuple[tuple[File, ...], list[Diagnostic]]:
    """The files of the sources, folders opened. Raises InputError where there is none."""
    found: list[File] = []
    notes: list[Diagnostic] = []
    taken: dict[tuple[str, Path], int] = {}
    for number, source in enumerate(given):
        try:
            inside, said = stores.find(source.path, source.pattern, source.table)
        except InputError as error:
            raise _placed(error, source) from None
        notes += [replace(d, where=source.shown) for d in said]
        kept, said = repeated.without(inside, number, source, taken)
        notes += said
        for one in kept:
            path = one.root if stores.is_together(one) else one.files[0]
            shown = source.shown.rstrip("/") + one.place(path)
            file = replace(source, path=path, shown=shown)
            found.append(File(file, number, path == one.root and not inside[1:], one))
    return tuple(found), notes


def read(
    files: Sequence[File],
    project: Project,
    engine: duckdb.DuckDBPyConnection,
    meter: Meter,
    *,
    quick: bool = False,
) -> tuple[tuple[Input, ...], list[Diagnostic]]:
    """Every file as a relation raw0, raw1, ... with its columns mapped.

    A file of a folder in which there is nothing to read is skipped, and so are the files of a
    tracker none of which can be read, which the warnings say; the last that is left must hold
    something. `quick`: for one pass (stores.glance).
    """
    found: list[Input] = []
    skipped = []
    left = Counter(file.parent for file in files)
    ends = [0, *accumulate(sum(map(_size, file.found.files)) for file in files)]
    for number, file in enumerate(files):
        meter.begin(file.source.shown, ends[number], ends[-1])
        file = replace(file, found=replace(file.found, meter=meter))  # noqa: PLW2901  the same file
        try:
            found.append(_read(file, f"raw{number}", project, engine, quick=quick))
        except (NothingToRead, _Unread) as error:
            left[file.parent] -= 1
            said = error.args[0] if isinstance(error, _Unread) else error
            if file.alone or not left[file.parent]:
                raise said from None
            count = len(file.found.files)
            text = f"skipped{f' ({count} files)' if count > 1 else ''}: {said.message}"
            skipped.append(Diagnostic(Severity.WARNING, said.where, text, said.hint))
    found, beside = strays.without(found, project)
    return tuple(found), [*skipped, *beside, *strays.lacking(found), *patterns.check(found)]


class _Unread(Exception):
    """The InputError for which a tracker's files could not be read at all."""


def size(paths: Iterable[Path]) -> int:
    """Bytes of files; one that has gone does not count."""
    return sum(map(_size, paths))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read(
    file: File, table: str, project: Project, engine: duckdb.DuckDBPyConnection, *, quick: bool
) -> Input:
    source = file.source
    read = stores.glance if quick else stores.read
    try:
        raw = read(file.found, engine, table)
    except InputError as error:
        placed = _placed(error, source)
        if isinstance(error, NothingToRead) or not stores.is_together(file.found):
            raise placed from None
        raise _Unread(placed) from None
    raw = with_axis(engine, raw, source)
    raw, source = with_spread(engine, raw, source, quick=quick)
    raw, source = with_samples(engine, raw, source, quick=quick)
    raw, source = with_raters(engine, raw, source, quick=quick)
    file = replace(file, source=source)
    lacking = {} if file.alone else strays.absent(raw, source)
    kept = {role: name for role, name in source.columns.items() if role not in lacking}
    source = replace(source, columns=kept)
    looks = {} if "value" in raw.known else _looks(raw, engine)
    summed = [name for keys in project.metrics.values() for name in corpus_parts(keys)]
    declared = [*project.metrics, *summed, *against(project)]
    try:
        mapped = examples.guess(engine, raw, looks, source, declared, sizes=against(project))
    except InputError as error:
        if source.pattern and not patterns.fits(raw):
            raise patterns.fits_nothing(file) from None
        hits = with_hits(engine, raw, source)
        if hits is None:
            raise strays.with_left_out(error, raw) from None
        if quick:
            raise Odd("true and predicted classes") from None
        raw, looks = hits, _looks(hits, engine)
        mapped = examples.guess(engine, raw, looks, source, declared, sizes=against(project))
    described = engine.execute(f"DESCRIBE {identifier(raw.table)}").fetchall()
    types = {row[0]: row[1] for row in described}
    raw, mapped, types = merged(engine, raw, mapped, types)
    if not quick:  # one pass finds rows that repeat by itself, and gives up
        raw, mapped, types = with_repeats(engine, raw, mapped, types, source)
    _check(mapped, types, source)
    check_asked(raw, mapped, source)
    return Input(file, raw, mapped, types, _styles(mapped, types, looks), lacking)


def _placed(error: InputError, source: Source) -> InputError:
    """The same error, with the file named as the user named it."""
    where = error.where
    if where.startswith(source.path.name):
        where = source.shown + where.removeprefix(source.path.name)
    return type(error)(error.message, where, error.hint)


def _looks(raw: Raw, engine: duckdb.DuckDBPyConnection) -> dict[str, Look]:
    described = engine.execute(f"DESCRIBE {identifier(raw.table)}").fetchall()
    # A time with its zone as Python's own takes the engine a package that nobody may have.
    zoned = {row[0] for row in described if _ZONE in row[1]}
    chosen = ", ".join(
        identifier(name) + ("::VARCHAR" if name in zoned else "") for name in raw.columns
    )
    rows = max(1000, min(_SAMPLE, _SAMPLE_CELLS // max(1, len(raw.columns))))
    cursor = engine.execute(f"SELECT {chosen} FROM {identifier(raw.table)} LIMIT {rows}")
    sample = cursor.fetchall()
    if not sample:
        return {name: Look("empty") for name in raw.columns}
    looks = {}
    for name, values in zip(raw.columns, zip(*sample, strict=True), strict=True):
        plain = all(isinstance(v, str | int | float | None.__class__) for v in islice(values, 50))
        looks[name] = look(values) if plain else look(str(v) for v in values if v is not None)
    return looks


def _check(mapped: Mapped, types: Mapping[str, str], source: Source) -> None:
    used = [*mapped.roles.values(), *(value.column for value in mapped.values)]
    for column in used:
        if types[column].startswith(("STRUCT", "MAP", "UNION")) or types[column].endswith("]"):
            raise InputError(
                f"column {column!r} holds lists or records, not single values",
                source.shown,
                "write one row per value",
            )
    numbers = [
        mapped.roles.get("step"),
        mapped.roles.get("value"),
        *(v.column for v in mapped.values),
    ]
    for column in filter(None, numbers):
        if types[column].startswith(_NO_NUMBERS):
            raise InputError(
                f"column {column!r} holds times or bytes ({types[column]}), not numbers",
                source.shown,
                "take another column, or write the time as a number of seconds",
            )


def _styles(
    mapped: Mapped, types: Mapping[str, str], looks: Mapping[str, Look]
) -> dict[str, Style]:
    """How each value column is written; one sure decimal comma decides for unsure columns."""
    chosen = [value.column for value in mapped.values] or [mapped.roles["value"]]
    comma = any(one.comma == "sure" and one.style.comma for one in looks.values())
    styles = {}
    for column in chosen:
        seen = looks.get(column, Look("number", Style(typed=True)))
        style = seen.style
        if types[column] != "VARCHAR":
            style = Style(typed=True)
        elif comma and seen.comma in ("sure", "unsure"):
            style = replace(style, comma=True)
        styles[column] = style
    return styles


def notes(inputs: Sequence[Input]) -> list[Diagnostic]:
    """What the stores and the guesses have to say, and how unusual numbers were read."""
    said: dict[tuple[str, str], Diagnostic] = {}
    for one in inputs:
        kept = [d for d in one.raw.notes if not _followed(d.hint, one)]
        found = [replace(d, where=_shown(one, d.where)) for d in kept]
        found += one.mapped.notes
        by_style: dict[str, list[str]] = {}
        for column, style in one.styles.items():
            for is_so, text in (
                (style.comma, "numbers have a decimal comma"),
                (style.percent, "numbers have a percent sign, taken as the unit"),
                (style.truth, "true and false count as 1 and 0"),
            ):
                if is_so:
                    by_style.setdefault(text, []).append(column)
        found += [
            Diagnostic(Severity.NOTE, one.source.shown, f"{', '.join(names)}: {text}")
            for text, names in by_style.items()
        ]
        for diagnostic in found:
            # The same said of every file of a folder is said once.
            said.setdefault((diagnostic.message, _folder(one)), diagnostic)
    return list(said.values())


def _followed(hint: str, one: Input) -> bool:
    """Whether a hint asks for a filter that the author has set already."""
    known, shown = one.raw.columns, one.source.shown
    filters = [
        one.mapped.column_of(name) or resolve(name, known, shown) for name in one.source.where
    ]
    return any(f"--where {column}=" in hint for column in filters)


def _shown(one: Input, where: str) -> str:
    return one.source.shown + where.removeprefix(one.source.path.name)


def _folder(one: Input) -> str:
    return one.source.shown if one.file.alone else f"folder {one.file.parent}"


def guesses(inputs: Sequence[Input], metrics: Sequence[Metric]) -> list[Diagnostic]:
    """What each column was taken for, said once for files that agree."""
    directions = {
        Direction.HIGHER: "higher is better",
        Direction.LOWER: "lower is better",
        None: "direction not known",
    }
    listed = ", ".join(f"{m.name} ({directions[m.direction]})" for m in metrics)
    files: dict[str, list[str]] = {}
    for one in inputs:
        if one.mapped.guessed or (one.mapped.values and not one.source.metrics):
            shown = {
                role: c for role, c in one.mapped.roles.items() if c not in one.raw.known.values()
            }
            crossed = [v.column for v in one.mapped.values if v.dataset]
            if crossed:
                shown["dataset"] = f"the columns {', '.join(crossed)}"
            roles = ", ".join(f"{role} <- {shown[role]}" for role in _SAID if role in shown)
            files.setdefault(roles, []).append(one.source.shown)
    found = []
    told = f"metrics: {listed}"
    for roles, names in files.items():
        where = names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        parts = [part for part in (roles, told if len(files) == 1 else "") if part]
        if parts:
            found.append(Diagnostic(Severity.NOTE, where, "; ".join(parts)))
    if len(files) > 1:
        found.append(Diagnostic(Severity.NOTE, "results", told))
    return found


def declared(given: Sequence[Source], inputs: Sequence[Input]) -> tuple[Source, ...]:
    """The given sources with the guessed columns written in: what --save keeps."""
    of: dict[int, list[Input]] = {}
    for one in inputs:
        of.setdefault(one.file.parent, []).append(one)
    return tuple(
        replace(source, columns=_shared(of[number], source), metrics=_metrics(of[number], source))
        if number in of
        else source
        for number, source in enumerate(given)
    )


def _shared(inputs: Sequence[Input], source: Source) -> dict[str, str]:
    """The columns of the roles on which all stores of the source agree, without what they know."""
    found = [_columns(one) for one in inputs]
    same = {
        role: column
        for role, column in found[0].items()
        if all(other.get(role) == column for other in found)
    }
    samples = prompt_of(same.get("example", "")) and {"example": same["example"]}
    return {**same, **source.columns, **(samples or {})}


def _columns(one: Input) -> dict[str, str]:
    mapped = one.mapped
    crossed = any(value.dataset for value in mapped.values)
    told = {role: c for role, c in mapped.roles.items() if one.raw.known.get(role) != c}
    return {**told, **({"dataset": columns.EACH_COLUMN} if crossed else {})}


def _metrics(inputs: Sequence[Input], source: Source) -> tuple[str, ...]:
    """The value columns, where all stores of the source have the same.

    Where the columns are datasets: what they measure, and then the columns.
    """
    mapped = inputs[0].mapped
    names = tuple(value.column for value in mapped.values)
    if any(tuple(v.column for v in one.mapped.values) != names for one in inputs):
        return source.metrics
    if any(value.dataset for value in mapped.values):
        return (mapped.values[0].metric, *names)
    return source.metrics or names
