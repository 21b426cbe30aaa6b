"""What is set: tables, figures and numbers in the text; no files yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from paperforge.model.analysis import Decision
    from paperforge.model.messages import Diagnostic
    from paperforge.model.reading import Missing
    from paperforge.spec import Direction


class Mark(StrEnum):
    """What a cell carries besides its number."""

    BEST = "best"
    SECOND = "second"
    BETTER = "†"
    WORSE = "‡"
    BEST_SET = "•"
    """Not found worse than the best."""


class Rare(NamedTuple):
    """What few cells carry; all the others share COMMON."""

    kind: str = ""
    """A key of spec.COLUMNS or "reported"; empty: the metric itself, or its average."""
    missing: Missing | None = None
    note: str = ""
    """A symbol that points to one of the table's notes, or nothing."""
    interval: tuple[float, float] | None = None
    printed_interval: tuple[str, str] | None = None
    """Its ends, printed after the number: of a difference."""
    heat: float | None = None
    """Where the value lies within its column: 0 the worst, 1 the best; None: not shaded."""
    cite: str = ""
    """The key of the paper that the number is quoted from, in refs.bib."""
    decisions: tuple[Decision, ...] = ()
    """What its marks, or the difference that it prints, are read from."""


COMMON = Rare()


class _Number(NamedTuple):
    """The fields of every cell."""

    value: float | None = None
    spread: float | None = None
    n: int = 0
    printed: str = ""
    """The value in the column's rounding; for a missing cell its symbol."""
    printed_spread: str = ""
    marks: frozenset[Mark] = frozenset()
    metric: str = ""
    method: str = ""
    dataset: str | None = None
    rare: Rare = COMMON


class Cell(_Number):
    """One cell: the number, how it is printed, and what it carries. No TeX.

    A tuple of ten, for a table has thousands: made in a tenth of a frozen dataclass's time. What
    few cells carry is given and read by its own name all the same: Cell(missing=…), cell.missing.
    """

    __slots__ = ()

    def __new__(cls, *fields: Any, **named: Any) -> Self:  # noqa: ANN401 - as a NamedTuple
        """Fields of _Number in their order or by name, and those of Rare by name."""
        more = {name: named.pop(name) for name in Rare._fields if name in named}
        if more:
            named["rare"] = named.get("rare", COMMON)._replace(**more)
        return super().__new__(cls, *fields, **named)

    def _replace(self, **changes: Any) -> Self:  # noqa: ANN401 - as a NamedTuple
        """The same with other fields, also those of Rare."""
        more = {name: changes.pop(name) for name in Rare._fields if name in changes}
        if more:
            changes["rare"] = self.rare._replace(**more)
        return super()._replace(**changes)

    @property
    def kind(self) -> str:
        """See Rare, also for those below."""
        return self.rare.kind

    @property
    def missing(self) -> Missing | None:
        """Why there is no number."""
        return self.rare.missing

    @property
    def note(self) -> str:
        """A note's symbol."""
        return self.rare.note

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval of a difference."""
        return self.rare.interval

    @property
    def printed_interval(self) -> tuple[str, str] | None:
        """Its ends as printed."""
        return self.rare.printed_interval

    @property
    def heat(self) -> float | None:
        """The place of the value in its column."""
        return self.rare.heat

    @property
    def cite(self) -> str:
        """The paper of a quoted number."""
        return self.rare.cite

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What its marks are read from."""
        return self.rare.decisions


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers."""

    label: str
    group: str = ""
    """The header above it; neighbours of one group share it."""
    metric: str = ""
    dataset: str | None = None
    direction: Direction | None = None
    unit: str = ""
    words: bool = False
    """Whether its cells are words, which stand to the left."""


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled row, one cell a column."""

    label: str
    cells: tuple[Cell, ...]
    group: str = ""
    cite: str = ""
    """Where all its numbers are quoted from one paper: the key in refs.bib."""
    cited: str = ""
    """That citation as styles of authors and years print it, where the entry is known."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence under the table; `symbol` is what points to it from a cell."""

    text: str
    symbol: str = ""
    cites: tuple[str, ...] = ()
    """Keys that the text names as [key]: citations where the format has them."""


@dataclass(frozen=True, slots=True)
class TableFit:
    """How a table is set in LaTeX so that it fits its place. Lengths in TeX points."""

    room: float
    width: float
    """Of the tabular, or of the widest of its parts."""
    size: str = "normalsize"
    """LaTeX's command for the size of the text."""
    points: float = 10.0
    r"""That size; spreads are in \scriptsize (7 pt) at any size."""
    gap: float = 6.0
    r"""\tabcolsep."""
    heads: tuple[tuple[str, ...], ...] = ()
    """The lines of each column's header; empty: one line each."""
    parts: tuple[tuple[int, ...], ...] = ()
    """The columns of each part, one under the other; empty: one part."""
    wide: bool = False
    """Across both columns of the page: it needs table*."""
    turned: bool = False
    """Turned by 90 degrees: it needs graphicx."""
    chunks: tuple[tuple[int, int], ...] = ()
    """First row and the one after the last, where rows go on over pages; empty: all together."""
    each: int = 0
    """Tabulars to a page, of parts within chunks; 0: all stand together."""
    beside: int = 1
    """So many of them stand side by side."""
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Names of rows that take several lines, with these."""

    @property
    def deep(self) -> int:
        """Lines of the highest row."""
        return max((len(lines) for _, lines in self.names), default=1)

    @property
    def tabulars(self) -> int:
        """Parts of chunks."""
        return max(1, len(self.parts)) * max(1, len(self.chunks))

    @property
    def pages(self) -> int:
        """Floats that it takes."""
        return -(-self.tabulars // self.each) if self.each else 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table apart from its rendering; plain text throughout, renderers escape."""

    name: str
    stub: str
    """Header of the first column."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()
    caption: str = ""
    label: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    fit: TableFit | None = None
    """How it fits the page; None: as it is."""
    headings: bool = False
    """Whether the names of the rows' groups stand above them; otherwise only a rule parts them."""
    compared: str = "column"
    """Within what the best value is the best: "column", "row" or "row and metric"."""
    names: tuple[str, ...] = ()
    """Labels for which the author gave TeX, which stand in its sentences too."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn figure."""

    name: str
    pdf: bytes
    width_pt: float
    """TeX points, 72.27 an inch."""
    height_pt: float
    alt: str
    data: str
    """The numbers behind it, as CSV."""
    note: str = ""
    """What the bands, bars and points are: for the caption."""
    diagnostics: tuple[Diagnostic, ...] = ()
    other: bytes = b""
    """The same as PNG or PGF, where that was asked for."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A number for the text."""

    key: str
    """"accuracy/lora-r8/digits"."""
    printed: str
    value: float | None
    source: str = ""
