"""Numbers quoted from other papers, in a small TOML or CSV file that the author writes by hand.

TOML: an entry a number. A key above the first entry holds for all entries that lack it.

    metric = "accuracy"

    [[quoted]]
    method = "LoRA"
    dataset = "MNLI"          # may be missing, as may split
    value = 90.30             # as printed: two decimals are two decimals
    spread = 0.2              # may be missing; or value = "90.30 ± 0.20"
    kind = "sd"               # what the spread is: sd, se or ci (half its width), ci90
    n = 5                     # how many runs, may be missing
    cite = "hu2022lora"       # the key in refs.bib
    where = "Table 2"         # may be missing

CSV: a header with at least method, metric, value and cite, then the same names. Other keys are kept
as they are. Every row has the status `quoted` and no seed; what was printed is in the columns
quoted.value, .digits, .spread, .spread_digits, .kind, .n, .cite and .where. A value may be a word
for none ("not reported", "n/a", "OOM", "-"): the cell says why it is empty.
https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.numbers import words
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "quoted results"
SUFFIXES = (".toml", ".csv", ".tsv")

_NEEDED = ("method", "metric", "value", "cite")
_KNOWN = (*_NEEDED, "dataset", "split", "spread", "kind", "n", "where")
_ALSO = {"spread_kind": "kind", "citation": "cite", "bibkey": "cite"}
_KINDS = {
    "sd": "sd", "std": "sd", "stdev": "sd", "se": "se", "sem": "se", "stderr": "se",
    "ci": "ci", "ci95": "ci", "95% ci": "ci",
}  # fmt: skip
_LEVEL = re.compile(r"ci\d\d")
_ENTRY = re.compile(r"^\s*\[\[\s*quoted\s*\]\]", re.MULTILINE)
_TOML = re.compile(rb"^\s*(\[\[\s*quoted\s*\]\]|quoted\s*=\s*\[)", re.MULTILINE)
_NUMBER = r"[+\-−]?(?:\d+\.?\d*|\.\d+)(?:[eE][+\-]?\d+)?"
_PRINTED = re.compile(
    rf"(?P<value>{_NUMBER})\s*(?P<unit>%?)"
    rf"(?:\s*(?:±|\+/?-|\\pm|\()\s*(?P<spread>{_NUMBER})\s*%?\s*\)?)?\s*%?"
)
_LARGEST = 1 << 20
_MOST_DOTS = 1000
"""In a line: the time that a dotted key takes grows with the square of its parts."""
_HEAD = 64 << 10
_LONGEST = 9
"""Letters of a whole number that is read as one."""
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One number: the author's words, and the line where they begin."""

    line: int | None
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Quoted:
    """One quoted number, as it is printed."""

    metric: str
    method: str
    dataset: str
    """Empty: none is named."""
    printed: str
    """The author's own words: "90.30 ± 0.20"."""
    value: float
    decimals: int
    """Of the value; below zero where its last digit stands before the point (1.5e3)."""
    percent: bool
    """Whether a % stands behind it."""
    spread: float | None
    kind: str
    """Of the spread: "sd", "se", "ci" (or "ci90"), "unknown"."""
    n: int | None
    cite: str
    where: str
    """In the paper: "Table 2"."""
    place: str
    """In the file: "quoted.toml line 6"."""


def numbers(path: Path) -> tuple[Quoted, ...]:
    """Every number of a file, in its order; words for none are left out. Raises as `read` does."""
    entries = _toml(path) if path.suffix.lower() == ".toml" else _csv(path)
    return tuple(_quoted(entry, path) for entry in entries if not _absent(entry))


def recognises(path: Path) -> bool:
    """TOML with [[quoted]] entries; CSV whose header has method, metric, value and cite."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        return False
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if suffix == ".toml":
        return _TOML.search(head) is not None
    return set(_NEEDED) <= set(_names(_first(head)))


def lacking(path: Path) -> tuple[str, ...]:
    """Needed columns that a CSV does not have; none where it has no needed column, or is no CSV."""
    if path.suffix.lower() not in (".csv", ".tsv"):
        return ()
    with path.open("rb") as stream:
        names = set(_names(_first(stream.read(_HEAD))))
    lacks = tuple(name for name in _NEEDED if name not in names)
    return lacks if len(lacks) < len(_NEEDED) else ()


def _first(head: bytes) -> str:
    """The first line of a file."""
    return head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].decode("utf-8", "replace")


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One row a quoted number.

    Raises InputError, with the line, for a number that is none, a needed word that is missing, a
    kind of spread that is not known and a key that looks like a slip.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        read_entries = _toml if path.suffix.lower() == ".toml" else _csv
        for entry in read_entries(path):
            _add(out, path, entry)
    if not out.runs:
        raise NothingToRead("holds no quoted numbers", found.root.name)
    return out.relation(place="line", name="")


def _add(out: Collector, path: Path, entry: _Entry) -> None:
    said = entry.said
    why = _absent(entry)
    if why:
        _add_absent(out, path, entry, why)
        return
    one = _quoted(entry, path)
    printed = _printed(said["value"], one.place)
    settings = {name: text for name, text in said.items() if name not in _KNOWN}
    settings |= {name: said[name] for name in ("n", "cite", "where") if said.get(name)}
    settings |= {"value": said["value"], "digits": str(one.decimals), "unit": printed["unit"]}
    if one.spread is not None:
        spread = _spread(said, printed)
        settings |= {"spread": spread, "spread_digits": str(_decimals(spread)), "kind": one.kind}
    run = out.run(
        f"{one.cite} {len(out.runs) + 1}",
        place=out.found.place(path),
        status="quoted",
        settings={"quoted": {name: text for name, text in settings.items() if text}},
    )
    roles: dict[str, Any] = {role: said.get(role) or None for role in ("dataset", "split")}
    out.add(run, one.metric, one.value, at=entry.line, method=one.method, **roles)


def _absent(entry: _Entry) -> str:
    """Why a paper has no number here, where its value is a word for that: "not reported"."""
    return words()["missing"].get(entry.said.get("value", "").strip().lower(), "")


def _add_absent(out: Collector, path: Path, entry: _Entry, why: str) -> None:
    """A cell of a paper without a number."""
    said = entry.said
    _check(said, f"{path.name} line {entry.line}" if entry.line else path.name)
    quoted = {name: said[name] for name in ("cite", "where", "value") if said.get(name)}
    run = out.run(
        f"{said['cite']} {len(out.runs) + 1}",
        place=out.found.place(path),
        status=why,
        settings={"quoted": quoted},
    )
    roles: dict[str, Any] = {role: said.get(role) or None for role in ("dataset", "split")}
    out.add(run, said["metric"], None, at=entry.line, method=said["method"], **roles)


def _quoted(entry: _Entry, path: Path) -> Quoted:
    """Judge one entry. Raises InputError for what it cannot mean."""
    place = f"{path.name} line {entry.line}" if entry.line else path.name
    said = entry.said
    _check(said, place)
    printed = _printed(said["value"], place)
    spread = _spread(said, printed)
    if spread and not (re.fullmatch(_NUMBER, spread) and math.isfinite(float(spread))):
        raise InputError(f"{spread!r} is not a spread", place, "write the number alone: 0.2")
    value = float(_plain(printed["value"]))
    if math.isinf(value):
        raise InputError(f"{printed['value']} is too large", place)
    return Quoted(
        metric=said["metric"],
        method=said["method"],
        dataset=said.get("dataset", ""),
        printed=said["value"],
        value=value,
        decimals=_decimals(printed["value"]),
        percent="%" in said["value"],
        spread=float(spread) if spread else None,
        kind=_kind(said.get("kind", ""), place) if spread else "",
        n=int(said["n"]) if said.get("n") else None,
        cite=said["cite"],
        where=said.get("where", ""),
        place=place,
    )


def _spread(said: Mapping[str, str], printed: Mapping[str, str]) -> str:
    return _plain(said.get("spread") or printed["spread"] or "")


def _check(said: Mapping[str, str], where: str) -> None:
    """Raise InputError for what is missing, misspelt, or no whole number of runs."""
    for name in said:
        near = get_close_matches(name, _KNOWN, 1, 0.75)
        if name not in _KNOWN and near and near[0] not in said:
            raise InputError(f"{name!r} is no key of a quoted number", where, f"{near[0]}?")
    for name in _NEEDED:
        if not said.get(name):
            hint = f'write its {name}, for example {name} = "{_EXAMPLES[name]}"'
            raise InputError(f"a quoted number has no {name}", where, hint)
    runs = said.get("n")
    if runs and not (runs.isascii() and runs.isdigit() and len(runs) <= _LONGEST and int(runs)):
        raise InputError(f"n is {runs!r}", where, "n is how many runs there were: 5")


_EXAMPLES = {"method": "LoRA", "metric": "accuracy", "value": "90.3", "cite": "hu2022lora"}


def _printed(text: str, where: str) -> Mapping[str, str]:
    """The parts of a number as papers print it."""
    found = _PRINTED.fullmatch(text.strip().strip("$").strip())
    if found is None:
        hint = "write it as it is printed, with a point for decimals: 90.3, or 90.3 ± 0.2"
        raise InputError(f"{text!r} is not a number", where, hint)
    return found.groupdict(default="")


def _plain(number: str) -> str:
    return number.replace("−", "-").rstrip("%").strip()


def _decimals(number: str) -> int:
    """How many decimals are printed; below zero where its last digit stands before the point."""
    return len(re.split(r"[eE]", number)[0].partition(".")[2]) - _power(number)


def _power(number: str) -> int:
    """The power of ten behind a number; 0 where it is beyond every float."""
    power = re.split(r"[eE]", number)[1:]
    return int(power[0]) if power and len(power[0]) <= _LONGEST else 0


def _kind(text: str, where: str) -> str:
    kind = _KINDS.get(text.lower(), text.lower())
    if kind and kind not in _KINDS.values() and not _LEVEL.fullmatch(kind):
        raise InputError(
            f"a spread cannot be {text!r}",
            where,
            "kind is sd (standard deviation), se (standard error) or ci (half the 95% interval)",
        )
    return kind or "unknown"


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror or error}", path.name) from None
    if len(data) > _LARGEST:
        raise InputError("is too large for numbers written by hand", path.name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", path.name, "save it as UTF-8") from None


def _toml(path: Path) -> Iterator[_Entry]:
    """The entries; floats stay as they are written."""
    import tomllib

    text = _text(path)
    if max(line.count(".") for line in text.splitlines() or [""]) > _MOST_DOTS:
        raise InputError("has a line of nothing but dots", path.name)
    try:
        content = tomllib.loads(text, parse_float=str)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise InputError(f"is not TOML: {error}", path.name) from None
    entries = content.get("quoted")
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise InputError("quoted must be entries", path.name, "write [[quoted]] above each")
    shared = {name: v for name, v in content.items() if not isinstance(v, dict | list)}
    lines = [text.count("\n", 0, found.end()) + 1 for found in _ENTRY.finditer(text)]
    for number, entry in enumerate(entries):
        said = {_name(k): _word(v, k, path) for k, v in {**shared, **entry}.items()}
        yield _Entry(lines[number] if len(lines) == len(entries) else None, said)


def _word(value: object, key: str, path: Path) -> str:
    if isinstance(value, dict | list):
        raise InputError(f"{key!r} must be a text or a number", path.name)
    return str(value).strip()


def _csv(path: Path) -> Iterator[_Entry]:
    text = _text(path)
    first = text.partition("\n")[0]
    names = _names(first)
    if len(set(names)) < len(names):
        raise InputError("two columns have one name", f"{path.name} line 1", "rename one")
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(first), strict=True)
    try:
        for row in reader:
            line = reader.line_num
            if line == 1 or not any(cell.strip() for cell in row):
                continue
            if len(row) != len(names):
                text = f"has {len(row)} fields, the header has {len(names)}"
                raise InputError(text, f"{path.name} line {line}")
            yield _Entry(line, dict(zip(names, (cell.strip() for cell in row), strict=True)))
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", f"{path.name} line {reader.line_num}") from None


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _names(header: str) -> list[str]:
    try:
        cells = next(csv.reader([header.strip("\r\n")], delimiter=_delimiter(header)), [])
    except csv.Error:
        return []
    return [_name(cell) for cell in cells]


def _name(key: str) -> str:
    bare = key.strip().lower().replace(" ", "_")
    return _ALSO.get(bare, bare)
