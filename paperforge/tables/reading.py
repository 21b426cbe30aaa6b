r"""A table that was written before, read back from its .tex or JSON: what it printed.

The .tex may have been edited by its author: rows that cannot be read are named, not guessed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.latex.escape import SPECIAL, plain
from paperforge.tables.latex_fit import HANGING
from paperforge.tables.padding import MARKS
from paperforge.tables.pages import AGAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_TABULAR = re.compile(r"\\begin\{tabular\*?\}(?:\{[^{}]*\})?(.*?)\\end\{tabular\*?\}", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%.*")
_RULES = re.compile(
    r"\\(?:toprule|midrule|bottomrule|hline|addlinespace)(?:\[[^\]]*\])?"
    r"|\\cmidrule(?:\[[^\]]*\])?(?:\([^)]*\))?\{[^}]*\}"
)
_SPAN = re.compile(r"\\multicolumn\{(\d+)\}\{[^{}]*\}")
_SIGNS = "".join(MARKS)
_IN_LINES = re.compile(
    r"\\begin\{tabular\}\[[bt]\]\{@\{\}[cl]@\{\}\}(?!\s*\n)(.*?)\\end\{tabular\}"
)
"""A header or a name in lines."""
_RAISED = re.compile(r"\$\^\{((?:\\(?:dagger|ddagger|bullet) ?)+)\}\$")
_ENSURED = r"\\ensuremath{\g<0>}"
_NOTE_HEAD = "% Notes (--notes prints them):"
_HEAVY = re.compile(
    r"\\setbox0\\hbox\{(\$[-+]\$)\}\\hbox to\\wd0\{\\hss\\mathversion\{bold\}\$[-+]\$\\hss\}"
)
_CITATION = re.compile(r"\\ifdefined\\citep\\citep\{([^}]*)\}\\else\\cite\{[^}]*\}\\fi")


@dataclass(frozen=True, slots=True)
class Printed:
    """One cell as a reader sees it."""

    text: str
    bold: bool = False
    second: bool = False
    signs: str = ""
    """Its marks; the letters of notes are left out, for they change with their order."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as it was printed. Names of rows and columns are made unique with a number."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Printed]
    """(row, column) -> what stands there."""
    notes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """What could not be read, in words."""
    style: bool | str = field(default=False, compare=False)
    """How a .tex sets its notes: what render's `notes` was."""


def read(text: str, where: str) -> Shown:
    """A table of a file's text, by what it looks like.

    Raises InputError where it is neither a table's JSON nor holds a tabular.
    """
    if re.match(r"\s*\{(?!\\)", text):
        try:
            return from_json(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError):
            hint = "paperforge table --format json and --data write such files"
            raise InputError("is no table's JSON", where, hint) from None
    return from_tex(text, where)


def from_json(content: Mapping[str, Any]) -> Shown:
    """A table of its JSON. Raises KeyError or TypeError where that is not one."""
    columns = unique(joined(c["group"], c["label"]) for c in content["columns"])
    rows = unique(
        f"{r['label']} [{r['cite']}]" if r.get("cite") else r["label"] for r in content["rows"]
    )
    cells = {
        (row, column): _of_json(cell)
        for row, said in zip(rows, content["rows"], strict=True)
        for column, cell in zip(columns, said["cells"], strict=True)
    }
    notes = [_note(n["text"], n["symbol"]) for n in content["notes"]]
    return Shown(rows, columns, cells, tuple(notes))


def _of_json(cell: Mapping[str, Any]) -> Printed:
    text = cell["printed"]
    if cell["printed_spread"]:
        text += f" ± {cell['printed_spread']}"
    if cell.get("printed_interval"):
        text += " [{}, {}]".format(*cell["printed_interval"])
    marks = cell["marks"]
    signs = "".join(sign for sign in _SIGNS if sign in marks)
    return Printed(text, "best" in marks, "second" in marks, signs)


def _note(text: str, symbol: str) -> str:
    """A note without the letter of its cells."""
    return text if re.fullmatch("[a-z]*", symbol) else f"{symbol}: {text}"


def from_tex(text: str, where: str) -> Shown:
    """A table of a .tex with its parts. Raises InputError where there is no tabular."""
    style: bool | str = "threeparttable" if r"\begin{tablenotes}" in text else False
    style = style or (r"\setbox8" in text and r"\begin{minipage}" in text)
    notes = tuple(_notes(text, style))
    bare = "\n".join(_COMMENT.sub("", line) for line in text.splitlines())
    bare = _IN_LINES.sub(_in_a_line, _dropped(bare, "noalign").replace(HANGING, ""))
    found = [one[1] for one in _TABULAR.finditer(_without_spec(bare))]
    if not found:
        hint = "name a .tex, .json, .md or .html that paperforge table wrote"
        raise InputError("there is no tabular in it", where, hint)
    chunks = _chunks(found, where)
    columns = unique(column for grid in chunks[0] for column in grid.columns)
    names: list[str] = []
    cells: list[list[Printed]] = []
    for chunk in chunks:
        names += chunk[0].rows
        cells += [[c for grid in chunk for c in grid.cells[i]] for i in range(len(chunk[0].rows))]
    rows = unique(names)
    return Shown(
        rows,
        columns,
        {
            (row, column): cell
            for row, said in zip(rows, cells, strict=True)
            for column, cell in zip(columns, said, strict=True)
        },
        notes,
        tuple(dict.fromkeys(text for grids in chunks for grid in grids for text in grid.unread)),
        style,
    )


def _in_a_line(found: re.Match[str]) -> str:
    """A name that was set in lines: it goes on without a space behind a sign, or within a word."""
    text = re.sub(r"\\\\\*(?:\\quad )?|(?<=[-_/])\\\\(?:\\quad )?", "", found[1])
    return re.sub(r"\\\\(?:\\quad )?", " ", text)


def _chunks(tabulars: Sequence[str], where: str) -> list[list[_Grid]]:
    """The tabulars as they belong together: parts of one chunk of rows, then the next chunk's.

    What is neither more columns of the same rows nor more rows of the same columns is no part.
    """
    first = _grid(tabulars[0], where)
    chunks = [[first]]
    for one in tabulars[1:]:
        part, last = _grid(one, where), chunks[-1]
        if part.rows == last[0].rows and part.columns != last[0].columns:
            last.append(_without_lead(part, last[0]))
        elif part.columns == first.columns:
            chunks.append([part])
    widths = [sum(len(grid.columns) for grid in chunk) for chunk in chunks]
    return [chunk for chunk, wide in zip(chunks, widths, strict=True) if wide == widths[0]]


@dataclass(frozen=True, slots=True)
class _Grid:
    """One tabular."""

    rows: tuple[str, ...]
    columns: Sequence[str]
    cells: Sequence[Sequence[Printed]]
    unread: Sequence[str]


def _without_lead(part: _Grid, first: _Grid) -> _Grid:
    """A part without the columns that it repeats from the first one."""

    def column(grid: _Grid, at: int) -> tuple[str, list[Printed]]:
        return grid.columns[at], [cells[at] for cells in grid.cells]

    shared, most = 0, min(len(part.columns), len(first.columns))
    while shared < most and column(part, shared) == column(first, shared):
        shared += 1
    cells = [row[shared:] for row in part.cells]
    return replace(part, columns=part.columns[shared:], cells=cells)


def _grid(tabular: str, where: str) -> _Grid:
    """What a tabular holds. Raises InputError where it has no head."""
    head, _, body = tabular.partition(r"\midrule")
    heads = [_cells(row) for row in _rows(head)]
    if not heads or not body.strip():
        raise InputError("the tabular has no head above a \\midrule", where)
    columns = _heads(heads)
    rows, cells, unread = [], [], []
    for line in _rows(body):
        parts = _cells(line)
        name = plain(shown(parts[0]))
        name = "" if name.endswith(AGAIN) else name
        if len(parts) != len(columns) + 1:
            text = f"row {name!r} has {len(parts) - 1} cells and the head {len(columns)}: not read"
            unread.append(text)
            continue
        rows.append(name)
        cells.append([_cell(part) for part in parts[1:]])
    return _Grid(tuple(rows), columns, cells, unread)


def _without_spec(text: str) -> str:
    r"""Column specifications of a tabular blanked: they hold braces of their own."""
    parts = re.split(r"(\\begin\{tabular\*?\}(?:\[[^\]]*\])?)", text)
    for index in range(2, len(parts), 2):
        _, parts[index] = _group(parts[index])
    return "".join(parts)


def _rows(text: str) -> Iterator[str]:
    """The rows of a part of a tabular, without its rules."""
    for part in re.split(r"\\\\(?:\[[^\]]*\])?", _RULES.sub("", text)):
        if part.strip():
            yield part


def _cells(row: str) -> list[str]:
    """The cells of a row; one that spans several stands first in its place, empty ones after."""
    cells = []
    for part in _split(row):
        span = _SPAN.search(part)
        cells.append(part[: span.start()] + part[span.end() :] if span else part)
        cells += [""] * (int(span[1]) - 1 if span else 0)
    return cells


def _split(row: str) -> Iterator[str]:
    """What stands between the & of a row that no brace holds."""
    depth, start = 0, 0
    for found in re.finditer(r"\\.|[{}&]", row, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if found[0] == "&" and depth <= 0:
            yield row[start : found.start()]
            start = found.end()
    yield row[start:]


def _heads(heads: Sequence[list[str]]) -> list[str]:
    """The names of the columns: the header of the group, then their own."""
    labels = [shown(cell) for cell in heads[-1][1:]]
    groups, group = [""] * len(labels), ""
    for above in heads[:-1]:
        spans = [shown(cell) for cell in above[1 : len(labels) + 1]]
        for index, name in enumerate(spans):
            group = name or group
            groups[index] = group
    return [joined(g, label) for g, label in zip(groups, labels, strict=True)]


def joined(group: str, label: str) -> str:
    """The name of a column: the header of its group, then its own."""
    return f"{group}: {label}" if group else label


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names, with a number from the second on where one comes again."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(found)


def _cell(tex: str) -> Printed:
    bold = re.search(r"\\fontseries\{b\}|\\textbf|\\bfseries", tex) is not None
    tex = _dropped(tex, "vphantom")
    # A bold number has its power of ten in text.
    tex = re.sub(
        r"\$\\times\$10\\textsuperscript\{(?:\$(-)\$)?\\rlap\{(\d+)\}\\phantom\{\$\d+\$\}\}",
        r"$\\times10^{\1\2}$",
        tex,
    )
    tex = _RAISED.sub(_in_text, tex)
    raised = re.findall(r"\\textsuperscript(\{.*)", _dropped(tex, "phantom"))
    signs = "".join(shown(_group(rest)[0]) for rest in raised)
    text = shown(_dropped(_dropped(tex, "phantom"), "textsuperscript"))
    own = "".join(sign for sign in _SIGNS if sign in signs)
    return Printed(text, bold, r"\underline" in tex, own)


def _in_text(raised: re.Match[str]) -> str:
    """Raised signs of mathematics as text has them."""
    signs = re.sub(r"\\[a-z]+", _ENSURED, raised[1])
    return rf"\textsuperscript{{{signs}}}"


def _dropped(tex: str, command: str) -> str:
    """The text without a command and its argument, wherever it is."""
    head, found, rest = tex.partition(rf"\{command}")
    return head + _dropped(_group(rest)[1], command) if found else tex


def _group(text: str) -> tuple[str, str]:
    """What a brace at the start of the text holds, and what is after it."""
    if not text.startswith("{"):
        return "", text
    depth = 0
    for found in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return text[1 : found.start()], text[found.end() :]
    return text[1:], ""


@lru_cache(maxsize=1)
def _known() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """What escape() writes, turned round: a pattern of the commands, longest first, and signs."""
    from paperforge.latex.escape import _characters

    # Signs that are printed alike: the first of Unicode, which is the usual one.
    every = sorted((*_characters()[0].items(), *SPECIAL.items()))
    known = {_characters()[0][sign]: sign for sign in "–—"}
    for sign, tex in every:
        if "\\" in tex or "$" in tex or tex == "---":
            known.setdefault(tex, sign)
    known |= {r"\textquotedblleft{}": '"', r"\textquotedblright{}": '"'}
    known |= {f"{sign}{{}}": sign for sign in "-',"}
    longest = sorted(known, key=lambda tex: (-len(tex), tex))
    return re.compile("|".join(map(re.escape, longest))), known


_ACTIVE = {ord(sign): 0xE000 + ord(sign) for sign in r"\{}$&%#_^~"}
"""Signs of the text that TeX would act on, out of the way while commands are taken out."""
_BACK = {away: sign for sign, away in _ACTIVE.items()}


@lru_cache(maxsize=4096)
def shown(tex: str) -> str:
    """The text that a piece of a table prints: signs for commands, no braces."""
    tex = re.sub(r"\\cellcolor(?:\[[^\]]*\])?\{[^}]*\}|\\(?:fontseries|fontsize)\{[^}]*\}", "", tex)
    tex = _HEAVY.sub(r"\1", re.sub(r"\\scriptstyle ?", "", tex))
    tex = tex.replace(r"\pfscript\kern-\pfgap", "")
    tex = tex.replace(r"\pfscript", " ").replace(r"\pfpm", " ± ")
    tex = _CITATION.sub(r"[\1]", tex)
    tex = re.sub(r"\\citep?\{([^}]*)\}", r"[\1]", tex)
    tex = re.sub(r"\$?\\times ?10\^\{(-?\d+)\}\$?", r"e\1", tex)
    pattern, known = _known()
    tex = pattern.sub(lambda found: known[found[0]].translate(_ACTIVE), tex)
    tex = re.sub(r"\\[,;:! ]|~", " ", tex)
    tex = re.sub(r"\\[A-Za-z]+\*? ?", "", tex)
    tex = re.sub(r"[{}$]", "", tex).translate(_BACK)
    return " ".join(re.sub(r"(\d) ?± ?", r"\1 ± ", tex).split())


def _notes(text: str, style: bool | str) -> Iterator[str]:
    """The sentences under the table: printed, or in the comments."""
    lines: Iterable[str] = ()
    if style == "threeparttable":
        inside = text.partition(r"\begin{tablenotes}")[2].partition(r"\end{tablenotes}")[0]
        lines = re.sub(r"^\[[^\]]*\]\s*\\footnotesize", "", inside).split(r"\item")[1:]
    elif style:
        inside = text.partition(r"\raggedright\footnotesize")[2].partition(r"\end{minipage}")[0]
        lines = inside.splitlines()
    elif _NOTE_HEAD in text:
        after = text.partition(_NOTE_HEAD)[2].splitlines()[1:]
        told = [line.strip() for line in after if line.strip().startswith("%   ")]
        yield from (bare(plain(line[1:].strip())) for line in told)
        return
    yield from (note for line in lines if (note := bare(shown(line))))


def bare(sentence: str) -> str:
    """A sentence without its full stop and the letter of its cells."""
    sentence = re.sub(r"^\[([^\]a-z]+)\] ", r"\1: ", sentence)
    return re.sub(r"^(\[[a-z]+\]|[a-z]{1,2}:?) (?=\d|quoted)", "", sentence).removesuffix(".")
