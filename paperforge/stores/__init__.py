"""Result stores: one file a format. What they read is untrusted; they know nothing of statistics.

`find` walks a source once and says which stores it holds, `read` makes one of them a relation,
`parts` names every file that the reading depends on. model/reading.py has the contract (Found,
Raw, Store).
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Found, Severity
from paperforge.stores import beside, folders, unreadable
from paperforge.stores.databases import is_sqlite
from paperforge.stores.kinds import STORES, Kind, may_be_read
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.others import others
from paperforge.stores.walk import is_text, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from paperforge.model import Raw, Store

__all__ = [
    "STORES",
    "check_readable",
    "find",
    "first_rows",
    "glance",
    "is_together",
    "parts",
    "read",
    "recognise",
    "store_of",
    "typed",
]

READABLE = (
    "tables (CSV, JSON, Parquet, Arrow, SQLite, DuckDB), trackers' stores (MLflow, W&B, "
    "TensorBoard, …) and evaluation logs (lm-eval, Inspect, …); docs/stores.md has all"
)
_SHOWN = 3


def store_of(kind: str) -> Store:
    """The store of that name; other packages are asked only for what is not ours."""
    if kind in STORES:
        return STORES[kind].store()
    return others(frozenset(STORES))[0][kind]


def find(
    root: Path, pattern: str = "", table: str = ""
) -> tuple[tuple[Found, ...], list[Diagnostic]]:
    """What a source holds, and what the reader should know of the search.

    A file is one Found; a folder one for each kind of store in it, each file counted once. Raises
    InputError where the source is missing, unreadable, empty or holds nothing that can be read.
    """
    if not root.is_dir():
        kind = recognise(root)
        path = root.resolve()
        return (Found(kind, path, (path,), pattern, table),), folders.notes(path, (), [path])
    root = root.resolve()
    seen = walk(root)
    files = tuple(file for file in seen.files if file.name not in folders.CONFIGS)
    claimed, notes = _claim(root, files)
    results = [file for files in claimed.values() for file in files]
    notes += folders.notes(root, seen.files, results)
    notes += beside.left_alone(root, sorted({*files} - {*results}))
    if outside := [path for path in seen.outside if _is_missed(path)]:
        shown = ", ".join(str(p.relative_to(root)) for p in outside[:_SHOWN])
        text = f"left out: {len(outside)} links that lead out of the folder ({shown})"
        notes.append(Diagnostic(Severity.WARNING, root.name, text, "copy the files there"))
    if seen.nameless:
        text = f"left out: {len(seen.nameless)} files whose names are no UTF-8 text"
        shown = ", ".join(repr(path.name) for path in seen.nameless[:_SHOWN])
        notes.append(Diagnostic(Severity.WARNING, root.name, f"{text} ({shown})", "rename them"))
    found: list[Found] = []
    for kind, mine in claimed.items():
        groups = _groups(store_of(kind), mine)
        found += [Found(kind, root, tuple(group), pattern, table) for group in groups]
    if not found:
        said = [note.message for note in notes if note.severity is Severity.WARNING]
        hint = "; ".join([*said, *beside.to_name(root, files), f"readable are {READABLE}"])
        raise InputError("the folder holds no results that can be read", root.name, hint)
    return tuple(found), notes


def _is_missed(link: Path) -> bool:
    """Whether results may lie behind a link: trackers link their own logs."""
    return link.is_dir() or (may_be_read(link) and link.suffix.lower() != ".log")


def is_together(found: Found) -> bool:
    """Whether its files are one relation, in which rows say which file they are from."""
    return len(found.files) > 1 or _is_tracker(store_of(found.kind))


def _is_tracker(store: Store) -> bool:
    """Whether all files of its kind are one relation; else each is, or those of one header."""
    return bool(getattr(store, "TOGETHER", True))


def _groups(store: Store, files: Sequence[Path]) -> Sequence[Sequence[Path]]:
    """The files that are read as one relation each."""
    if _is_tracker(store):
        return [files]
    groups: Callable[[Sequence[Path]], Sequence[Sequence[Path]]] | None
    groups = getattr(store, "groups", None)
    return [[file] for file in files] if groups is None else groups(files)


def _claim(root: Path, files: tuple[Path, ...]) -> tuple[dict[str, list[Path]], list[Diagnostic]]:
    """Kind -> its files, in the order of the registry; what a store owns is nobody else's."""
    claimed: dict[str, list[Path]] = {}
    owned: dict[Path, str] = {}
    maybe = [file for file in files if may_be_read(file)]
    left = _ask(STORES, maybe, claimed, owned)
    notes = []
    if len(left) + len(files) > len(maybe):
        more, complaints = others(frozenset(STORES))
        notes = [Diagnostic(Severity.WARNING, root.name, text) for text in complaints]
        _ask(more, sorted({*files} - {*maybe} | {*left}) if more else [], claimed, owned)
    for kind in list(claimed):
        claimed[kind] = [f for f in claimed[kind] if _owner(f, owned) in (None, kind)]
        if not claimed[kind]:
            del claimed[kind]
    taken = {file for mine in claimed.values() for file in mine}
    free = [f for f in files if f not in taken and _owner(f, owned) is None]
    return claimed, notes + beside.torn(root, free)


def _ask(
    asked: Mapping[str, Kind] | Mapping[str, Store],
    left: list[Path],
    claimed: dict[str, list[Path]],
    owned: dict[Path, str],
) -> list[Path]:
    """Let each store claim its files; those that nobody claims."""
    for kind, one in asked.items():
        maybe = [f for f in left if one.may_have(f)] if isinstance(one, Kind) else left
        store = one.store() if isinstance(one, Kind) and maybe else one
        if not maybe or isinstance(store, Kind) or getattr(store, "ALONE", False):
            continue
        suffixes = getattr(store, "SUFFIXES", None)
        mine = [
            file
            for file in maybe
            if (suffixes is None or file.suffix.lower() in suffixes) and _recognises(store, file)
        ]
        if not mine:
            continue
        claimed[kind] = mine
        taken = set(mine)
        left = [file for file in left if file not in taken]
        repeats = getattr(store, "repeats", None)
        if repeats is not None:
            owned |= {other: kind for file in mine for other in repeats(file)}
        owns = getattr(store, "owns", None)
        if owns is not None:
            owned |= {owns(file): kind for file in mine}
        if repeats is not None or owns is not None:
            left = [file for file in left if _owner(file, owned) is None]
    return left


def _recognises(store: Store, file: Path) -> bool:
    try:
        return store.recognises(file)
    except OSError:
        return False
    except Exception as error:
        if store.__name__.startswith(__name__):
            raise
        raise _foreign(store, file, error) from None


def _foreign(store: Store, file: Path, error: Exception) -> InputError:
    """What a store of another package raised, in the name of that package."""
    return InputError(
        f"the store {store.NAME!r} of the package {store.__name__.partition('.')[0]} failed "
        f"({type(error).__name__}: {error})",
        file.name,
        "report it to that package, or remove the package",
    )


def _owner(file: Path, owned: Mapping[Path, str]) -> str | None:
    """The store that the file belongs to, itself or by its folder: the outermost owner."""
    places = (*reversed(file.parents), file)
    return next((owned[place] for place in places if place in owned), None)


def recognise(path: Path) -> str:
    """The kind of store that reads this file: by its name, then by its first bytes.

    Raises InputError where the file is missing, unreadable, empty or of no known format.
    """
    check_readable(path)
    if not is_text(str(path)):
        raise InputError("the file's name is no UTF-8 text", repr(path.name), "rename the file")
    for kind, one in STORES.items():
        if one.may_have(path) and _recognises(one.store(), path):
            return kind
    # A name that says nothing, or the wrong thing: all are asked.
    for kind, one in STORES.items():
        if _recognises(one.store(), path):
            return kind
    for kind, store in others(frozenset(STORES))[0].items():
        if _recognises(store, path):
            return kind
    if known := unreadable.named(path):
        raise known
    what = "is an SQLite database of no known kind" if is_sqlite(path) else "is of no known format"
    raise InputError(f"the file {what}", path.name, f"readable are {READABLE}")


def read(
    found: Found, engine: duckdb.DuckDBPyConnection, table: str, *, quick: bool = False
) -> Raw:
    """Make the files' content a relation called `table` in the engine.

    A table file's place says more than its columns: settings of its folder become columns of one
    value each. `quick`: with a proof for later (Raw), where the store has a `glance` that gives it.
    Raises InputError where the files cannot be read or are damaged.
    """
    store = store_of(found.kind)
    if _is_tracker(store):
        return _read(store, found, engine, table)
    raw = _read(store, found, engine, f"{table} alone", quick=quick)
    from paperforge.stores import seeds, together

    raw = seeds.unfold(raw, engine, f"{table} by seed")
    if found.files[1:]:
        said_of_files = together.with_settings(found, raw, engine, table)
        columns = (*raw.columns, *said_of_files)
        return replace(raw, table=table, columns=columns, said=said_of_files)
    said = folders.settings_of_table(found, found.files[0])
    own = {column.lower() for column in raw.columns}
    more = {name: text for name, text in said.items() if name.lower() not in own}
    chosen = "".join(f", {literal(text)} AS {identifier(name)}" for name, text in more.items())
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS SELECT *{chosen} FROM {identifier(raw.table)}"
    )
    return replace(raw, table=table, columns=(*raw.columns, *more), said=tuple(more))


def _read(
    store: Store,
    found: Found,
    engine: duckdb.DuckDBPyConnection,
    table: str,
    *,
    quick: bool = False,
) -> Raw:
    """What the store makes of the files; an error that it should not raise names its package."""
    glance: Callable[..., Raw | None] | None = getattr(store, "glance", None) if quick else None
    try:
        raw = glance(found, engine, table) if glance is not None else None
        return raw or store.read(found, engine, table)
    except InputError:
        raise
    except Exception as error:
        if found.kind in STORES:
            raise
        raise _foreign(store, found.files[0], error) from None


def glance(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """`read` for one pass over big files: what such a pass finds out itself is not asked before.

    Raises InputError as read does, and the engine's own errors later, where rows are damaged.
    """
    if found.kind != "csv":
        return read(found, engine, table, quick=True)
    if folders.settings(found, found.files[0]):
        return read(found, engine, table)
    from paperforge.stores import csv_glance

    return csv_glance.glance(found, engine, table) or read(found, engine, table)


def typed(found: Found, kinds: Mapping[str, str]) -> str:
    """SQL of the rows of a `glance` that is streamed, columns as the engine's types `kinds`."""
    from paperforge.stores import csv_glance

    return csv_glance.typed(found, kinds)


def first_rows(found: Found, columns: Sequence[str]) -> list[dict[str, int]] | None:
    """Where each text of some columns of a `glance` stands first; None: not to be had quickly."""
    from paperforge.stores import csv_glance, jsonl

    read = csv_glance.first_rows if found.kind == "csv" else jsonl.first_rows
    return read(found, columns)


def parts(found: Found) -> Iterator[Path]:
    """Every file that the reading of a Found depends on, in a fixed order."""
    store = store_of(found.kind)
    owns = getattr(store, "owns", None)
    seen: dict[Path, None] = dict.fromkeys(found.files)
    by_folder: dict[Path, None] = {}
    for file in found.files:
        for ending in ("-wal", ".wal"):
            extra = file.with_name(file.name + ending)
            if extra.is_file():
                seen[extra] = None
        if found.root.is_dir():
            by_folder[file.parent] = None
            if owns is not None:
                seen |= dict.fromkeys(walk(owns(file)).files)
    for folder in by_folder:
        seen |= dict.fromkeys(folders.config_files(folder, found.root))
    yield from seen


def check_readable(path: Path) -> None:
    """Raise InputError unless the path is a file that can be opened and holds something."""
    if not path.exists():
        folder = path.parent
        names = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        near = get_close_matches(path.name, names, 1)
        raise InputError(
            "there is no such file",
            path.name,
            f"did you mean {near[0]}?" if near else f"the folder is {folder}",
        )
    if not path.is_file():
        raise InputError("is not a regular file", path.name, "save the results to a file first")
    try:
        with path.open("rb") as stream:
            start = stream.read(1)
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror or error}", path.name) from None
    if not start:
        raise NothingToRead(
            "the file is empty", path.name, "was the run that writes it interrupted?"
        )
