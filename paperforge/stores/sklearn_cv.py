"""cv_results_ of scikit-learn's searches: a DataFrame as CSV or Parquet, or the dictionary as JSON.

Each row is a candidate (one setting of the grid), split0_test_METRIC, split1_test_METRIC, ... its
scores. Splits are folds of one data set, not seeds: their training sets overlap. mean_, std_ and
rank_ columns repeat them and are not read. Every candidate is a method of its own: to take the best
by its test folds would be a maximum over test data.
https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.GridSearchCV.html
"""

from __future__ import annotations

import csv
import io
import math
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.names import roles
from paperforge.stores import documents, logs
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "scikit-learn cv_results_"
SUFFIXES = (".csv", ".json", ".parquet", ".pq")
_TYPED = (".parquet", ".pq")
_SCORE = re.compile(r"split(\d+)_((?:test|train)_.+)")
_SIGN = re.compile(r"split0_test_.+")
_PARAM = "param_"
_HEAD = 1 << 16
_LARGEST = 32 << 20
_MOST = 20_000
"""Candidates of one search."""
_NAMELESS = frozenset(("cv_results", "cv_results_", "results", "grid_search", "search", "cv"))
_EMPTY = ("", "--", "nan")
"""What pandas and masked arrays write for a parameter that a candidate does not have."""


def recognises(path: Path) -> bool:
    """A table or document with keys mean_test_METRIC and split0_test_METRIC."""
    if path.suffix.lower() == ".csv":
        names = logs.header(path)
        return any(map(_SIGN.match, names)) and any(n.startswith("mean_test_") for n in names)
    if path.suffix.lower() in _TYPED:
        # The names of its columns stand at the end of the file.
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - _HEAD))
            return b"split0_test_" in stream.read(_HEAD)
    if path.suffix.lower() != ".json":
        return False
    with path.open("rb") as stream:
        start = stream.read(_HEAD)
    return start.lstrip()[:1] in (b"{", b"[") and b'"split0_test_' in start


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a candidate; the score of every fold is a value.

    Raises InputError where no file can be read.
    """
    out = Collector(found, engine, table)
    problems = []
    for path in found.files:
        try:
            candidates = (
                _typed(path, engine) if path.suffix.lower() in _TYPED else _candidates(path)
            )
        except InputError as error:
            problems.append(error)
            out.note(found.place(path), f"not read: {error.message}", error.hint)
            continue
        _add(out, path, candidates)
    if not out.runs and problems:
        raise problems[0]
    return out.relation(place="candidate", name="")


def _typed(path: Path, engine: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of a Parquet file; `params`, a record of what param_NAME says, is left out."""
    import duckdb

    try:
        scan = f"read_parquet({literal(str(path))})"
        said = engine.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
        names = [name for name, *_ in said if name.startswith((_PARAM, "split"))]
        chosen = ", ".join(map(identifier, names))
        if not chosen:
            raise InputError("has no scores of folds", path.name)
        rows = engine.execute(f"SELECT {chosen} FROM {scan} LIMIT {_MOST + 1}").fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].replace(str(path), path.name)[:200]
        raise InputError(f"is not a sound Parquet file ({reason})", path.name) from None
    _check_count(len(rows), path.name)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _candidates(path: Path) -> list[dict[str, Any]]:
    """The rows of the table, or the document turned into rows."""
    size = path.stat().st_size
    if size > _LARGEST:
        raise InputError(f"is too large to be read as a whole ({size >> 20} MB)", path.name)
    if path.suffix.lower() == ".json":
        return _of_json(documents.number_file(path), path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        found = [
            row for row in islice(rows, _MOST + 1) if None not in row and None not in row.values()
        ]
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", path.name) from None
    except csv.Error as error:
        raise InputError(f"is no table: {error}", path.name) from None
    if len(found) < rows.line_num - 1 and not found:
        raise InputError("has no whole row", path.name, "was it cut off?")
    _check_count(len(found), path.name)
    return found


def _check_count(candidates: int, where: str) -> None:
    if candidates > _MOST:
        raise InputError(f"has more than {_MOST} candidates", where)


def _of_json(content: object, where: str) -> list[dict[str, Any]]:
    """Lists or objects of columns, or a list of rows: what json and pandas make of the results."""
    if isinstance(content, list):
        _check_count(len(content), where)
        return [row for row in content if isinstance(row, dict)]
    columns = {
        str(name): list(column.values()) if isinstance(column, dict) else column
        for name, column in documents.mapping(content).items()
        if isinstance(column, dict | list)
    }
    scores = [column for name, column in columns.items() if _SCORE.fullmatch(name)]
    if not scores:
        raise InputError("has no scores of folds", where)
    count = len(scores[0])
    _check_count(count, where)
    if any(len(column) != count for column in scores):
        raise InputError("has scores for more candidates in one fold than in another", where)
    whole = {name: column for name, column in columns.items() if len(column) == count}
    return [{name: column[i] for name, column in whole.items()} for i in range(count)]


def _add(out: Collector, path: Path, candidates: Sequence[Mapping[str, Any]]) -> None:
    """The candidates of one search."""
    place = out.found.place(path)
    settings = [_settings(one) for one in candidates]
    varying = _varying(settings)
    texts = 0
    for number, (one, params) in enumerate(zip(candidates, settings, strict=True), 1):
        run = out.run(
            f"{place.lstrip('/') or path.name} candidate {number}",
            place=place,
            folder=path,
            settings={"params": params},
        )
        said = out.runs[run].settings
        key = _method_key(said)
        name = said[key] if key else _named(path)
        chosen = ", ".join(f"{key}={params[key]}" for key in varying if key in params)
        method = f"{name} ({chosen})" if chosen else name
        if key:
            # What the author says the method is, is so of all candidates: they stay apart.
            said[key] = method
        for column, value in one.items():
            score = _SCORE.fullmatch(column)
            if score is None:
                continue
            scored = _value(value)
            texts += scored is None
            out.add(run, score[2], scored, at=number, fold=score[1], method=method)
    if texts:
        out.note(place, f"{texts} scores are no numbers and were left out")
    if len(candidates) > 1:
        out.note(
            place,
            f"{len(candidates)} candidates of one search: each is a method of its own; to take the "
            "best by its test folds would be a maximum over test data",
            f"--where params.{[*varying, 'NAME'][0]}=VALUE keeps one that was chosen otherwise",
            warn=False,
        )


def _settings(candidate: Mapping[str, Any]) -> dict[str, str]:
    """The candidate's parameters, by the columns param_NAME."""
    found = {
        name.removeprefix(_PARAM): value
        for name, value in candidate.items()
        if name.startswith(_PARAM)
    }
    return {
        name: text
        for name, text in documents.flat(found).items()
        if text.strip().lower() not in _EMPTY
    }


def _varying(settings: Sequence[Mapping[str, str]]) -> list[str]:
    """The parameters in which the candidates differ, in the order of their columns."""
    names = dict.fromkeys(name for one in settings for name in one)
    return [name for name in names if len({one.get(name) for one in settings}) > 1]


def _method_key(said: Mapping[str, str]) -> str:
    """Which setting of the folder or of --path names the method; empty: none."""
    methods = roles()["method"]
    own = (key for key in said if not key.startswith("params."))
    return next((key for key in own if key.rpartition(".")[2] in methods), "")


def _named(path: Path) -> str:
    """What a search is called by its file, or its folder where the file has any search's name."""
    return path.parent.name if path.stem.lower() in _NAMELESS else path.stem


def _value(value: object) -> float | None:
    """A score; a fold in which the fit failed is not a number (pandas writes nothing for it)."""
    if value is None or value == "":
        return math.nan
    if isinstance(value, int | float):
        return value
    return logs.number(value) if isinstance(value, str) else None
