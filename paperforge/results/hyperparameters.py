"""The hyper-parameters of each method, as the result stores have them beside the numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperforge.engine import identifier
from paperforge.names import count_words, is_setting, is_told, listed, plain, roles, well_known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from paperforge.results.sources import Input

_PREFIXES = ("config.", "params.", "param.", "hparams.", "hyperparameters.", "cfg.")
_PLACES = (
    "path", "dir", "file", "filename", "folder", "root", "url", "uri", "output", "out", "ckpt",
    "checkpoint_dir", "cache", "log", "logger",
)  # fmt: skip
"""Last words of settings that say where something is kept, not how it was trained."""
_OTHER = (
    "name", "id", "tags", "notes", "group", "project", "entity", "user", "version", "device",
    "gpus", "n_gpus", "num_gpus", "gpu", "num_workers", "workers", "threads", "devices", "label",
    "labels", "prediction", "pred", "predicted", "gold", "target", "y_true", "y_pred", "config",
    "config_id", "year", "month", "day", "count", "verbose", "debug", "resume",
)  # fmt: skip
"""Settings of the bookkeeping and the machine."""
_MOST = 1000
"""Different values of a setting that are kept."""
_PLACE = re.compile(r"(?:[A-Za-z]:)?[~./\\]*[/\\].*|\w+://.*|0x[0-9a-f]{6,}|<.* object at .*>")


def read(
    engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Hyper-parameter -> method -> its different values, numbers in their order.

    Those of the rows that the numbers come from. Left out: seeds and the other roles, places of
    files, names, the machine; and a text that is another one in every run, which is an id. A column
    whose name says nothing is one where it has one value a method.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    unknown: set[str] = set()
    for file, one in enumerate(inputs):
        columns = {c: name for c in one.spare if (name := _name(c))}
        if not columns:
            continue
        unknown.update(name for c, name in columns.items() if not _is_known(c))
        listing = ", ".join(
            f"list(DISTINCT r.{identifier(c)}::VARCHAR) FILTER (r.{identifier(c)} IS NOT NULL)"
            for c in columns
        )
        rows = engine.execute(
            f"SELECT t.method, count(DISTINCT t.run), {listing} FROM "
            "(SELECT DISTINCT method::VARCHAR AS method, row, coalesce(run::VARCHAR, "
            f"seed::VARCHAR, row::VARCHAR) AS run FROM tidy_rows WHERE file = {file} AND used "
            f"AND method IS NOT NULL) t JOIN {identifier(one.raw.table)} r ON r.__row = t.row "
            "GROUP BY 1"
        ).fetchall()
        for method, runs, *values in rows:
            for name, texts in zip(columns.values(), values, strict=True):
                kept = [text for text in texts or () if text.strip()]
                if kept and not _is_place(kept) and not _is_id(kept, runs):
                    methods = found.setdefault(name, {})
                    both = {*methods.get(method, ()), *kept}
                    methods[method] = tuple(sorted(both, key=_order)[:_MOST])
    return {
        name: methods
        for name, methods in found.items()
        if name not in unknown or all(len(values) == 1 for values in methods.values())
    }


def _name(column: str) -> str:
    """A setting's own name; empty where the column is none."""
    head = _head(column)
    measured = not _is_known(column) and well_known(column) is not None
    if measured or (not head and is_told(column)):
        return ""
    name = column[len(head) :]
    last = plain(re.split(r"[./]", name)[-1])
    role = any(last in names for names in roles().values()) or "seed" in last
    kept_out = last in listed("bookkeeping") or last in _OTHER or last in count_words()
    where = last in _PLACES or last.rpartition("_")[2] in _PLACES or last.startswith("_")
    return "" if role or kept_out or where else name


def _head(column: str) -> str:
    return next((p for p in _PREFIXES if column.lower().startswith(p)), "")


def _is_known(column: str) -> bool:
    """Whether the name says that a column is a setting."""
    return bool(_head(column)) or is_setting(column) or plain(column) in listed("telling")


def _is_place(values: Sequence[str]) -> bool:
    return any(_PLACE.fullmatch(value) for value in values)


def _is_id(values: Sequence[str], runs: int) -> bool:
    """Texts of which every run has its own."""
    several = 3
    return len(values) == runs >= several and not any(map(_number, values))


def _order(text: str) -> tuple[int, float, str]:
    number = _number(text)
    return (1, 0.0, text) if number is None else (0, number, text)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def in_order(
    found: Mapping[str, Mapping[str, tuple[str, ...]]], methods: Sequence[str]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """The same with the methods in the paper's order."""
    return {
        name: {m: values[m] for m in methods if m in values}
        for name, values in found.items()
        if any(m in values for m in methods)
    }
