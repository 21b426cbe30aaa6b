"""Reading a number that is written as text: what counts, what does not, and why not.

Nothing is guessed row by row. A column has one style (plain, percent, decimal comma, true/false);
a value that does not fit it is refused with its row.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.engine import pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

REFUSED = "refused"
"""What `word` gives for a text that is neither a number nor a known word."""

_EXPONENT = r"(?:[eE][+-]?\d+)?"
_PLAIN = re.compile(
    rf"[+-]?(?:\d+\.?\d*|\.\d+){_EXPONENT}|[+-]?(?:nan|inf|infinity)", re.IGNORECASE | re.ASCII
)
_COMMA = re.compile(rf"[+-]?\d+,\d+{_EXPONENT}", re.ASCII)
_GROUPED = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|[+-]?\d{1,3}(?:[. ']\d{3})+,\d+", re.ASCII
)
_SEPARATED = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:[.,' _\u00a0\u202f\u2019]\d{2,3})+(?:[.,]\d+)?", re.ASCII
)
_NUMBERS = re.compile(rf"(?:{_PLAIN.pattern})(?:\n(?:{_PLAIN.pattern}))*", re.IGNORECASE | re.ASCII)
_COUNTED = re.compile(r"[a-z][^\n%]*\d(?:\n[a-z][^\n%]*\d)*", re.IGNORECASE | re.ASCII)
"""Lines of names with a number behind: question-17."""
_MINUS = "\N{MINUS SIGN}"
_MARKED = re.compile(r"\W{0,2}([+-]?\d+(?:\.\d+)?)(?:[*†‡]+|\s?[a-zA-Zµ/]{1,6})", re.ASCII)
"""A number with a unit, a mark or markup around it."""
_MANY = 1000
_SPREAD = re.compile(
    r"\$?\s*[+-]?[\d.,]+\s*%?\s*(?:±|\+/?-|\\pm|\(|\[|±)\s*[\d.,]+\s*%?\s*[)\]]?\s*\$?", re.ASCII
)


@cache
def words() -> dict[str, dict[str, str]]:
    """The words of data/words.json: missing and status as texts."""
    found: dict[str, dict[str, str]] = _read("words.json")
    return found


@cache
def truth() -> dict[str, int]:
    """Answers that count as 1 or 0."""
    found: dict[str, int] = _read("words.json")["truth"]
    return found


def _read(name: str) -> dict[str, dict]:  # type: ignore[type-arg]  # the file's parts differ
    path = Path(__file__).parent / "data" / name
    content: dict[str, dict] = json.loads(path.read_text(encoding="utf-8"))  # type: ignore[type-arg]
    return content


@dataclass(frozen=True, slots=True)
class Style:
    """How the numbers of one column are written."""

    typed: bool = False
    """Numbers already (Parquet)."""
    percent: bool = False
    comma: bool = False
    truth: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What the first rows of a column look like.

    `kind` is "number", "truth", "text" or "empty"; `comma` is "sure", "unsure" (1,234 may be
    either) or "". `repeats` says whether a value occurs in more than one row.
    """

    kind: str
    style: Style = Style()
    comma: str = ""
    repeats: bool = False
    separated: str = ""
    """In a column of text: the first number with separators of thousands other than commas."""


def look(values: Iterable[object]) -> Look:
    """Decide from the first rows how a column is to be read."""
    counts = Counter(values)
    counts.pop(None, None)
    repeats = len(counts) < counts.total()
    if counts and not any(isinstance(v, str) for v in counts):
        if all(isinstance(v, bool) for v in counts):
            return Look("truth", Style(typed=True), repeats=repeats)
        if all(isinstance(v, int | float) or hasattr(v, "as_tuple") for v in counts):
            return Look("number", Style(typed=True), repeats=repeats)
        return Look("text", repeats=repeats)
    if len(counts) > _MANY and (kind := _alike(counts)):
        return Look(kind, repeats=repeats)
    shapes: Counter[str] = Counter()
    for value, count in counts.items():
        shapes[_shape(str(value))] += count
    found = _judge(shapes, repeats=repeats)
    if found.kind != "text":
        return found
    return replace(found, separated=next((str(v) for v in counts if _is_separated(str(v))), ""))


def _alike(values: Iterable[object]) -> str:
    """What all of many texts are, "number" or "text", where one look at them together tells."""
    texts = [str(value) for value in values]
    together = "\n".join(texts)
    if together.count("\n") >= len(texts):
        return ""
    if _NUMBERS.fullmatch(together):
        return "number"
    return "text" if _COUNTED.fullmatch(together) else ""


def _is_separated(text: str) -> bool:
    return _SEPARATED.fullmatch(text.strip()) is not None


def _judge(shapes: Counter[str], *, repeats: bool) -> Look:
    filled = shapes.total() - shapes["empty"] - shapes["missing"]
    if not filled:
        return Look("text" if shapes["missing"] else "empty", repeats=repeats)
    binary = shapes["truth"] + shapes["bit"]
    if shapes["truth"] and binary == filled:
        return Look("truth", Style(truth=True), repeats=repeats)
    number = filled - shapes["text"] - shapes["truth"]
    if number * 2 < filled:
        return Look("text", repeats=repeats)
    percent = sum(shapes[shape] for shape in set(_PERCENT.values()))
    comma = shapes["comma"] + shapes["percent comma"]
    sure = "sure" if comma else "unsure" if shapes["grouped"] else ""
    decimal_point = shapes["point"] + shapes["percent point"]
    style = Style(percent=percent == filled, comma=bool(comma) and not decimal_point)
    return Look("number", style, sure if not decimal_point else "", repeats)


_PERCENT = {
    "bit": "percent",
    "plain": "percent",
    "point": "percent point",
    "comma": "percent comma",
}


def _shape(text: str) -> str:
    """The one class that a text belongs to."""
    text = text.strip()
    if text.endswith("%"):
        inner = _bare_shape(text.rstrip("% "))
        return inner if inner == "spread" else _PERCENT.get(inner, "text")
    return _bare_shape(text)


def _bare_shape(text: str) -> str:
    # Thousands of texts are asked about at every start, and most are numbers.
    if text in ("0", "1"):
        return "bit"
    if _PLAIN.fullmatch(text):
        return "point" if "." in text else "plain"
    return _odd_shape(text) if text else "empty"


def _odd_shape(text: str) -> str:
    lowered = text.lower()
    if lowered in words()["missing"]:
        return "missing"
    if lowered in truth():
        return "truth"
    tests = (("grouped", _GROUPED), ("comma", _COMMA), ("spread", _SPREAD))
    return next((name for name, pattern in tests if pattern.fullmatch(text)), "text")


def prepare(engine: duckdb.DuckDBPyConnection) -> None:
    """Give the engine the word lists that `number` and `word` look things up in."""
    engine.execute(f"SET VARIABLE missing_words = {pairs(words()['missing'])}")
    engine.execute(f"SET VARIABLE truth_words = {pairs(truth())}")


def number(column: str, style: Style) -> str:
    """SQL that gives the column (already quoted) as DOUBLE, NULL where it is not a number."""
    if style.typed:
        return f"CAST({column} AS DOUBLE)"
    if style.truth:
        text = trimmed(column)
        known = f"getvariable('truth_words')[lower({text})]"
        return f"coalesce({known}, TRY_CAST({text} AS DOUBLE))::DOUBLE"
    # The engine's cast takes blanks around a number; it would also read 1_000 as 1000.
    text = f"CASE WHEN NOT contains({column}, '_') THEN {column} END"
    if style.percent:
        bare = trimmed(column)
        text = f"CASE WHEN ends_with({bare}, '%') THEN rtrim({bare}, '% ') END"
    if style.comma:
        text = f"CASE WHEN NOT contains({text}, '.') THEN replace({text}, ',', '.') END"
    return f"TRY_CAST({text} AS DOUBLE)"


def word(column: str, style: Style) -> str:
    """SQL for why there is no number: a Missing's text, or REFUSED."""
    if style.typed:
        return "'not reported'"
    text = trimmed(column)
    known = f"getvariable('missing_words')[lower({text})]"
    return (
        f"CASE WHEN {text} IS NULL OR {text} = '' THEN 'not reported' "
        f"ELSE coalesce({known}, '{REFUSED}') END"
    )


def trimmed(column: str) -> str:
    """SQL for a text without the blanks around it.

    Trimming is slow and hardly ever needed, so it is asked for first: blanks sort before "!".
    """
    blank = f"{column} < '!' OR ends_with({column}, ' ') OR ends_with({column}, '\t')"
    return f"CASE WHEN {blank} THEN trim({column}, ' \t\u00a0') ELSE {column} END"


def refusal(text: str, style: Style, column: str = "COLUMN") -> tuple[str, str]:
    """What is wrong with a text that is no number, and what to do: (message, hint)."""
    shown = f"{text!r}"
    shape = _shape(text)
    if shape == "spread":
        return (
            f"{shown} holds a mean and its spread, and does not say which spread",
            (
                f"--map '{column}=sd' says that it is the standard deviation (se: the standard "
                "error, ci: half of the 95% interval); a column n says how many runs there were. "
                "Or write them in columns: accuracy, accuracy_std (or _sem, _ci), n. Or, better, "
                "give one row per run with its own number"
            ),
        )
    if shape == "grouped" or (shape == "comma" and not style.comma):
        return (
            f"{shown} has a comma: thousands separator or decimal comma cannot be told apart",
            "write 1234.5 for numbers, without separators",
        )
    if _is_separated(text):
        return (
            f"{shown} has thousands separators",
            "write 1234567.5 for numbers, without separators",
        )
    if shape.startswith("percent") or style.percent:
        return (
            f"{shown} in a column where some numbers have a percent sign and some have none",
            "write all of them with %, or none",
        )
    if style.comma and shape == "point":
        return (
            f"{shown} in a column with decimal commas",
            "use one decimal sign in the whole file",
        )
    return _odd(text)


def _odd(text: str) -> tuple[str, str]:
    """The same for a text that is no number in any style."""
    shown = f"{text!r}"
    if _PLAIN.fullmatch(text.replace(_MINUS, "-")):
        return f"{shown} has a typographic minus sign", "write -0.5 with the minus of the keyboard"
    if marked := _MARKED.fullmatch(text):
        return (
            f"{shown} is more than a number",
            f"write {marked[1]} alone; a unit belongs into the column's name: time (s)",
        )
    return (
        f"{shown} is not a number",
        "correct the cell; a missing number is an empty cell, crashed, OOM, diverged or n/a",
    )
