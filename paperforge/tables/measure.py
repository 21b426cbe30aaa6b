r"""How wide a tabular will be, from the metrics of the face that it is set in: no TeX is run.

data/face_widths.json (scripts/face_widths.py) has the widths of Times, Palatino and Computer
Modern, and of the mathematical signs. Kerning is left out: names come out up to 1 % too wide. Of
TeX that an author gave for a name, the letters are measured (label.shape).
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.latex.escape import Label, plain
from paperforge.latex.label import shape
from paperforge.tables.padding import Frame, by_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Column, Row, Table
    from paperforge.tables.padding import Width

GAP_PT = 6.0
r"""\tabcolsep of LaTeX's classes and of all venues."""
SCRIPT_PT = 7.0
r"""\scriptsize, in which spreads are set at any size of the table."""
UNKNOWN = 1000.0
"""A character that no face here has: an em, as Chinese takes."""
FACES = {"palatino": "palatino", "pagella": "palatino", "times": "times"}
RAISED = {10: 7.0, 9: 6.0, 8: 6.0, 7: 5.0}
r"""Size of \textsuperscript at a size (LaTeX's \DeclareMathSizes)."""
RAISED_SIGNS = {"⁻": 640.0, **dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹", 440.0)}
"""Of a power of ten; wider than at 10 pt, for the raised letters of small text are not so small."""
AFTER_RAISED = 0.5
r"""\scriptspace."""
MODERN = "computer modern"
LETTERS = re.compile(r"[^\W\d_]+")
"""Of a key like zeng2023: the author."""
EM = "\u2003"


@dataclass(frozen=True, slots=True)
class Measure:
    """A face at a size, in TeX points."""

    face: str = MODERN
    size: float = 10.0

    @classmethod
    def of(cls, text_face: str, size: float) -> Measure:
        """The measure of a venue's face; what is not known is measured as Computer Modern."""
        name = text_face.casefold()
        return cls(next((f for word, f in FACES.items() if word in name), MODERN), size)

    def text(self, text: str, size: float = 0.0) -> float:
        """Width of a text; of `size` points, or this measure's."""
        size = size or self.size
        letters, signs = _letters(self.face, size), _signs(size)
        shown, wider = shape(text.tex) if isinstance(text, Label) else (text, 1.0)
        return sum(_wide(c, letters, signs) for c in plain(shown)) * wider * size / 1000

    def citation(self, row: Row) -> float:
        """Width of the citation behind a row's name; its key says as whose where nobody knows."""
        if not row.cite:
            return 0.0
        name = LETTERS.match(row.cite)
        guess = f"({name[0] if name else row.cite} et al., 2026)"
        return self.text(f" {row.cited or guess}")

    def number(self, width: Width, size: float = 0.0) -> float:
        """Width of a padded number."""
        size = size or self.size
        letters, signs = _letters(self.face, size), _signs(size)
        digits = (width.digits + width.decimals) * letters["0"]
        points = width.commas * letters[","] + bool(width.decimals) * letters["."]
        before = width.signs * signs["−"] + width.less * signs["<"]
        return (digits + points + before) * size / 1000 + self._power(width, size)

    def _power(self, width: Width, size: float) -> float:
        """Width of a power of ten behind a number."""
        if not width.power:
            return 0.0
        raised = RAISED.get(round(size), 0.7 * size)
        letters, signs = _letters(self.face, size), _signs(size)
        # the medium spaces around a binary sign are 4/18 em each
        ten = (signs["×"] + 2 * letters["0"] + 2 * 4 / 18 * letters[EM]) * size / 1000
        small, minus = _letters(MODERN, raised), _signs(raised)["−"]
        exponent = (width.power * small["0"] + width.power_signs * minus) * raised / 1000
        return ten + exponent + AFTER_RAISED

    def cell(self, frame: Frame) -> float:
        """Width of a column's cells with their padding, which makes them equally wide."""
        total = self.number(frame.value)
        if frame.spreads:
            thin = self.text(EM) / 6 + self.text(EM, SCRIPT_PT) / 6
            total += thin + self.text("±", SCRIPT_PT) + self.number(frame.spread, SCRIPT_PT)
        if frame.ends is not None:
            low, high = (self.number(end, SCRIPT_PT) for end in frame.ends)
            total += self.text(EM) / 6 + self.text("[, ]", SCRIPT_PT) + low + high
        raised = RAISED.get(round(self.size), 0.7 * self.size)
        return total + (self.text(frame.signs, raised) + AFTER_RAISED if frame.signs else 0.0)


@dataclass(frozen=True, slots=True)
class _Cells:
    """What decides how wide a column's cells are, at every size of them."""

    frames: tuple[Frame, ...]
    symbols: frozenset[str]
    """Of missing cells, which stand alone."""


class _Rows:
    """The rows of a table, equal where they are one object: hashing each cell takes long."""

    __slots__ = ("rows",)

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self.rows = rows

    def __hash__(self) -> int:
        return id(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rows) and self.rows is other.rows


@lru_cache(maxsize=4)
def _inside(of: _Rows) -> tuple[_Cells, ...]:
    """Each column's cells. A table is measured at many sizes, with the same rows."""
    found = []
    for cells in zip(*(row.cells for row in of.rows), strict=True):
        symbols = frozenset(cell.printed for cell in cells if cell.value is None)
        found.append(_Cells(tuple(map(Frame.of, by_kind(cells).values())), symbols))
    return tuple(found)


def columns(table: Table, measure: Measure, heads: Sequence[Sequence[str]] = ()) -> list[float]:
    """Widths of the stub and of each column without their group's header, in points.

    heads: the lines of each column's header; empty: one line each.
    """
    names = (measure.text(row.label) + measure.citation(row) for row in table.rows)
    stub = max(measure.text(table.stub), *names)
    found = [stub]
    for i, (column, cells) in enumerate(
        zip(table.columns, _inside(_Rows(table.rows)), strict=True)
    ):
        texts = (*(heads[i] if heads else (column.label,)), *cells.symbols)
        found.append(max([*map(measure.text, texts), *map(measure.cell, cells.frames)]))
    return found


def total(
    widths: Sequence[float],
    heads: Sequence[Column],
    measure: Measure,
    gap: float = GAP_PT,
) -> float:
    r"""Width of a tabular: stub and columns with 2 \tabcolsep between them, none at the edges.

    A group's header that is wider than its columns widens the last of them; at the table's edge it
    keeps the gap that its columns do without.
    """
    return list(growing(widths, heads, measure, gap))[-1]


def growing(
    widths: Sequence[float], heads: Sequence[Column], measure: Measure, gap: float = GAP_PT
) -> Iterator[float]:
    """The `total` width of the stub alone, with the first column, with the first two, and so on."""
    yield widths[0]
    before, place = widths[0], 1
    for label, members in groupby(heads, key=lambda column: column.group):
        header = measure.text(label) + (gap if label else 0.0)
        inside = -2 * gap
        for _ in members:
            inside += widths[place] + 2 * gap
            place += 1
            yield before + 2 * gap + max(inside, header)
        before += 2 * gap + max(inside, header - (gap if label else 0.0))


def width_pt(table: Table, measure: Measure | None = None) -> float:
    """The width of the whole tabular as it stands, in TeX points."""
    measure = measure or Measure()
    return total(columns(table, measure), table.columns, measure)


def _wide(char: str, letters: dict[str, float], signs: dict[str, float]) -> float:
    if char in signs and char not in "<>":
        return signs[char]
    if char in letters:
        return letters[char]
    if unicodedata.combining(char):
        return 0.0
    if char in RAISED_SIGNS:
        return RAISED_SIGNS[char]
    return letters.get(unicodedata.normalize("NFD", char)[0], UNKNOWN)


@cache
def _letters(face: str, size: float) -> dict[str, float]:
    return _nearest(_data()["faces"][face]["regular"], size)


@cache
def _signs(size: float) -> dict[str, float]:
    return _nearest(_data()["signs"], size)


def _nearest(by_size: dict[str, dict[str, float]], size: float) -> dict[str, float]:
    """The widths of the design size nearest to a size."""
    return by_size[min(by_size, key=lambda known: abs(float(known) - size))]


@cache
def _data() -> Any:  # noqa: ANN401 -- json
    path = Path(__file__).parents[1] / "data" / "face_widths.json"
    return json.loads(path.read_text(encoding="utf-8"))
