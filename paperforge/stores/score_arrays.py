"""Arrays of scores by method (.npz, .npy or JSON), and .npz files of named columns.

The form of rliable (https://github.com/google-research/rliable): {method: array[runs, tasks]}, more
axes at will. What an axis is, the file does not say: it is asked, unless the array has one axis, or
a list of as many names lies beside it (tasks, games, envs, seeds, ...). An .npz of lists of one
length that are called like columns (seed, step, accuracy) is a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paperforge.engine import identifier
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.names import is_setting, plain, roles, well_known
from paperforge.stores import arrays, arrow, documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import numpy as np
    import pyarrow as pa

    from paperforge.model import Found

NAME = "arrays of scores"
ALONE = True
TOGETHER = False
SUFFIXES = (".npz", ".npy", ".json")
_METRIC = "score"
_SHOWN = 4
_MOST_AXES = 4
_MOST_SCORES = 4_000_000
_MOST_CELLS = 4_000_000
_LARGEST_JSON = 4 << 20
"""Bytes of a JSON document: its lists take up to fifty times as much."""
_DATASETS = ("tasks", "games", "envs", "environments", "datasets", "benchmarks")
_SEEDS = ("seeds", "runs", "trials", "replicates")
_STEPS = ("steps", "frames", "timesteps", "iterations", "epochs")
_METHODS = ("methods", "algorithms", "algos", "agents", "models")
_COMPANIONS = {
    name.removesuffix(end): role
    for role, names in (
        ("dataset", _DATASETS),
        ("seed", _SEEDS),
        ("step", _STEPS),
        ("method", _METHODS),
    )
    for name in names
    for end in ("", "s")
}
"""What a list of an axis's names is called -> the axis's role."""


def recognises(path: Path) -> bool:
    """An .npz or .npy file, or JSON of nested lists of numbers by method."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".npy":
            return arrays.is_npy(path)
        if suffix == ".npz":
            with path.open("rb") as stream:
                return stream.read(2) == b"PK"
        return suffix == ".json" and _is_json(path)
    except (OSError, InputError):
        return False


def _is_json(path: Path) -> bool:
    """Whether a JSON document holds nothing but lists of scores and names of their axes."""
    with path.open("rb") as stream:
        start = stream.read(64)
    if not start.lstrip().startswith(b"{") or path.stat().st_size > _LARGEST_JSON:
        return False
    content = documents.mapping(documents.json_file(path))
    held = _json(path)
    # A key that is a role is a column's, however long its list is.
    named = {word for words in roles().values() for word in words}
    if any(plain(name) in named for name in held):
        return False
    return len(held) == len(content) and bool(_methods(held)) and not _are_columns(held)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """A row a score: method, axis0, axis1, ... (each the place in that axis, or its name), value.

    Raises InputError where the file is damaged or holds neither scores nor columns.
    """
    path = found.files[0]
    held = _json(path) if path.suffix.lower() == ".json" else arrays.load(path)
    methods = _methods(held)
    if methods and not _are_columns(held):
        return _scores(_Scores(methods, _names(held, methods), path), engine, table)
    if all(array.ndim <= 1 for array in held.values()):
        return _columns(held, path, engine, table)
    listing = ", ".join(f"{name}{list(array.shape)}" for name, array in list(held.items())[:8])
    raise InputError(
        f"holds neither scores by method nor columns of one length: {listing}",
        path.name,
        "save one array a method, runs x tasks: np.savez(FILE, ppo=scores, sac=scores)",
    )


def _json(path: Path) -> dict[str, np.ndarray]:
    if path.stat().st_size > _LARGEST_JSON:
        raise InputError("is too large for JSON", path.name, "save the arrays with np.savez")
    content = documents.mapping(documents.json_file(path))
    held = {str(name): _nested(value) for name, value in content.items()}
    return {name: array for name, array in held.items() if array is not None}


def _nested(value: object) -> np.ndarray | None:
    """Nested lists of numbers, or a list of texts, as an array; None: neither."""
    import numpy as np

    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(one, str) for one in value):
        return np.array(value)
    shape, inside = [], value
    while isinstance(inside, list):
        shape.append(len(inside))
        inside = inside[0] if inside else None
        if len(shape) > _MOST_AXES:
            return None
    try:
        # `None` (null) is a score that is missing.
        array = np.array(value, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        return None
    return array if array.shape == tuple(shape) else None


def _methods(held: Mapping[str, np.ndarray | None]) -> dict[str, np.ndarray]:
    """The arrays of scores: those with the most axes, if all have as many; else none."""
    numeric = {n: a for n, a in held.items() if a is not None and arrays.numeric(a) and a.size}
    most = max((array.ndim for array in numeric.values()), default=0)
    if not 0 < most <= _MOST_AXES:
        return {}
    chosen = {
        name: array
        for name, array in numeric.items()
        if array.ndim == most and (most > 1 or name.lower() not in _COMPANIONS)
    }
    rest = [name for name, array in held.items() if name not in chosen and _has_axes(array)]
    return chosen if all(name.lower() in _COMPANIONS for name in rest) else {}


def _has_axes(array: np.ndarray | None) -> bool:
    """Whether it is more than a single value, which says nothing of the scores."""
    return array is None or array.ndim > 0


def _are_columns(held: Mapping[str, np.ndarray]) -> bool:
    """Whether lists are columns of a table: of one length, and some called as columns are."""
    lengths = {array.size for array in held.values() if array.ndim}
    if any(array.ndim > 1 for array in held.values()) or len(lengths) > 1:
        return False
    known = {name for names in roles().values() for name in names}
    return any(
        name.lower() in known or is_setting(name) or well_known(name) is not None for name in held
    ) or not all(arrays.numeric(array) for array in held.values())


@dataclass(frozen=True, slots=True)
class _Axis:
    """What is known of one axis."""

    role: str = ""
    names: tuple[str, ...] = ()


def _names(held: Mapping[str, np.ndarray], methods: Mapping[str, np.ndarray]) -> list[_Axis]:
    """The axes, named where a list of names fits one of them and no other."""
    shapes = {array.shape for array in methods.values()}
    axes = [_Axis() for _ in next(iter(shapes))]
    for name, array in held.items():
        role = _COMPANIONS.get(name.lower())
        if role is None or name in methods or array.ndim != 1:
            continue
        fitting = [n for n in range(len(axes)) if all(s[n] == len(array) for s in shapes)]
        if len(fitting) == 1 and not axes[fitting[0]].role:
            texts = tuple(str(value) for value in array.tolist())
            axes[fitting[0]] = _Axis(role, texts)
    open_axes = [n for n, axis in enumerate(axes) if not axis.role]
    if len(open_axes) == 1 and "seed" not in [axis.role for axis in axes]:
        # All that is left after tasks and steps are named is the runs.
        axes[open_axes[0]] = _Axis("seed")
    return axes


@dataclass(frozen=True, slots=True)
class _Scores:
    methods: Mapping[str, np.ndarray]
    axes: Sequence[_Axis]
    path: Path

    @property
    def stub(self) -> str:
        """What the arrays' own names are: methods, but where an axis is the methods'."""
        return "metric" if any(axis.role == "method" for axis in self.axes) else "method"

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, array by array."""
        import numpy as np
        import pyarrow as pa

        for method, array in self.methods.items():
            places: Sequence[Any] = np.indices(array.shape, sparse=True)
            columns: dict[str, Any] = {self.stub: arrow.texts([method] * array.size)}
            for number, place in enumerate(places):
                names = self.axes[number].names or tuple(map(str, range(array.shape[number])))
                index = np.broadcast_to(place, array.shape).ravel().astype(np.int32)
                texts = arrow.texts(names)
                columns[f"axis{number}"] = texts.take(arrow.numbers(index))
            columns["value"] = arrow.numbers(array.astype(np.float64).ravel())
            yield pa.RecordBatch.from_pydict(columns)


def _scores(scores: _Scores, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """The scores as a long table."""
    axes = [f"axis{number}" for number in range(len(scores.axes))]
    total = sum(array.size for array in scores.methods.values())
    if total > _MOST_SCORES:
        raise InputError(f"holds more than {_MOST_SCORES} scores", scores.path.name)
    typed = ", ".join(f"{name} VARCHAR" for name in (scores.stub, *axes))
    parts = identifier(f"{table} scores")
    engine.execute(f"CREATE TABLE {parts} ({typed}, value DOUBLE)")
    for batch in scores.batches():
        engine.register("__batch", batch)
        engine.execute(f"INSERT INTO {parts} BY NAME SELECT * FROM __batch")
        engine.unregister("__batch")
    metric = "" if scores.stub == "metric" else f", '{_METRIC}' AS metric"
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS SELECT *{metric}, rowid + 1 AS __row FROM {parts}"
    )
    known = {scores.stub: scores.stub, "metric": "metric", "value": "value"}
    known |= {axis.role: name for name, axis in zip(axes, scores.axes, strict=True) if axis.role}
    asked = [n for n, axis in zip(axes, scores.axes, strict=True) if not axis.role]
    hint = _hint(scores, asked)
    return Raw(
        table,
        tuple(dict.fromkeys((scores.stub, *axes, "metric", "value"))),
        known,
        _notes(scores),
        place="score",
        asks=dict.fromkeys(asked, hint),
    )


def _hint(scores: _Scores, asked: Sequence[str]) -> str:
    """How to say what the axes are, in the order that most files have."""
    shape = next(iter(scores.methods.values())).shape
    usual = ("seed", "dataset", "step", "example")
    options = " ".join(f"--map {n}={role}" for n, role in zip(asked, usual, strict=False))
    size = " x ".join(map(str, shape))
    return f"the arrays are {size}; if that is runs x tasks: {options}"


def _notes(scores: _Scores) -> tuple[Diagnostic, ...]:
    shown = list(scores.methods)[:_SHOWN] + ["…"] * (len(scores.methods) > _SHOWN)
    said = [f"an array for each {scores.stub}: {', '.join(shown)}"]
    for number, axis in enumerate(scores.axes):
        names = [*axis.names[:_SHOWN], *["…"] * (len(axis.names) > _SHOWN)]
        listing = f": {', '.join(names)}" if names else ""
        said += [f"axis{number} is the {axis.role}{listing}"] if axis.role else []
    return (Diagnostic(Severity.NOTE, scores.path.name, "; ".join(said)),)


def _columns(
    held: Mapping[str, np.ndarray], path: Path, engine: duckdb.DuckDBPyConnection, table: str
) -> Raw:
    """Lists of one length as a table of text; single values are the same in every row."""
    import numpy as np
    import pyarrow as pa

    length = max((array.size for array in held.values()), default=0)
    if any(array.size not in (1, length) for array in held.values()) or not length:
        sizes = ", ".join(f"{name}: {array.size}" for name, array in list(held.items())[:8])
        raise InputError(
            f"holds lists of several lengths ({sizes})",
            path.name,
            "save columns of one length, or one array of scores a method",
        )
    if length * len(held) > _MOST_CELLS:
        raise InputError(f"holds more than {_MOST_CELLS} cells", path.name, "write Parquet")
    columns: dict[str, pa.Array] = {}
    for array, name in zip(held.values(), _distinct(held), strict=True):
        texts = [_text(value) for value in array.ravel().tolist()]
        columns[name] = arrow.texts(texts * (length // len(texts)))
    columns["__row"] = arrow.numbers(np.arange(1, length + 1))
    engine.register("__batch", pa.table(columns))
    engine.execute(f"CREATE TABLE {identifier(table)} AS SELECT * FROM __batch")
    engine.unregister("__batch")
    return Raw(table, tuple(name for name in columns if name != "__row"), place="row")


def _distinct(names: Iterable[str]) -> list[str]:
    """Names as columns of the engine, which does not tell A from a."""
    seen: dict[str, str] = {"__row": ""}
    for name in names:
        own = name or "column"
        while own.lower() in seen:
            own += "_"
        seen[own.lower()] = own
    return list(seen.values())[1:]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
