"""What a PDF's page shows: each text with its size and font, each colour with what it draws.

The graphics and text state of ISO 32000-1, 8.4 and 9.3, as far as sizes and colours need it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from math import hypot
from typing import TYPE_CHECKING

from paperforge.figures import pdf
from paperforge.figures.pdf import Name, Ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.figures.pdf import Document

Matrix = tuple[float, float, float, float, float, float]
Cell = tuple[int, int, int, int]
"""Left, lower edge, width and height of a rectangle on the page, in PDF points."""
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
TO_TEX = 72.27 / 72
FAINT = 0.5
"""What is less opaque than this is a band or a shadow: it names nothing."""
MOST_OPERATIONS = 2_000_000
DOT_PT = 12.0
"""A filled path that is no larger is a marker, and its outline tells it from others."""
DOT_STEPS = 40
ASIDE = 0.137
"""Outlines are rounded to whole points that begin here: at 0, half points would fall either way."""
CORNERS = (4, 5)
"""Points of a rectangle's path; the first may stand at its end again."""
FORM_PT = 200.0
"""What is drawn through a form may be larger: that is what forms are for."""
_LINE = rb"[-+]?[\d.]+\s+[-+]?[\d.]+\s+l\s+"
_LONG = re.compile(rb"((?:%s){%d})(?:%s)+" % (_LINE, DOT_STEPS, _LINE))
"""The lines of a path that is longer than any marker's; the first of them are kept."""
_PATH = frozenset((b"m", b"l", b"c", b"v", b"y", b"h", b"re"))
_FILL = frozenset((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"))
_CLOSED = frozenset((b"s", b"b", b"b*"))
_STROKE = frozenset((b"S", b"s", b"B", b"B*", b"b", b"b*"))
_SHOW = frozenset((b"Tj", b"TJ", b"'", b'"'))
_MAP = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_CODES = re.compile(rb"<([0-9A-Fa-f\s]*)>|\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Text:
    """A text as set. `size` in TeX points, as it stands on the page."""

    text: str
    size: float
    font: str


@dataclass(slots=True)
class Mark:
    """What is drawn in one colour."""

    dashes: set[tuple[float, ...]] = field(default_factory=set)
    """Of its lines."""
    shapes: set[str] = field(default_factory=set)
    """Outlines of the small paths drawn in it: its markers; "hollow": its rim alone."""
    filled: bool = False
    cells: list[Cell] = field(default_factory=list)
    """The upright rectangles filled with it."""
    others: bool = False
    """Whether anything else is drawn in it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows."""

    texts: tuple[Text, ...]
    marks: Mapping[str, Mark]
    """By colour, "#rrggbb"; what is faint is left out."""
    whole: bool
    """Whether all of it was read."""


@dataclass(frozen=True, slots=True)
class _State:
    matrix: Matrix = IDENTITY
    fill: str | None = "#000000"
    stroke: str | None = "#000000"
    fill_alpha: float = 1.0
    stroke_alpha: float = 1.0
    dash: tuple[float, ...] = ()
    font: object = None
    size: float = 0.0


def shown(document: Document, page: dict[str, object]) -> Shown:
    """Read the page's content streams and the forms that they draw."""
    reader = _Reader(document)
    data = b"\n".join(map(document.stream, _streams(document, page.get("Contents"))))
    resources = document.table(document.inherited(page, "Resources"))
    reader.run(data, resources, _State(), "", 0)
    return Shown(tuple(reader.texts), reader.marks, reader.left > 0)


def _streams(document: Document, contents: object) -> list[object]:
    found = document.get(contents)
    return found if isinstance(found, list) else [contents]


class _Reader:
    """Runs content streams; keeps what it saw."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.texts: list[Text] = []
        self.marks: dict[str, Mark] = {}
        self.left = MOST_OPERATIONS
        self._decoders: dict[int, _Decoder] = {}

    def run(  # noqa: C901  an operator a branch
        self, data: bytes, resources: dict[str, object], state: _State, form: str, depth: int
    ) -> None:
        """Run one stream. `form`: the name of the form that it is, empty for the page."""
        saved: list[_State] = []
        path: list[tuple[bytes, list[float]]] = []
        text = IDENTITY  # of which only the scale is of interest, so lines need not be followed
        for operator, operands in pdf.operations(self._shortened(data)):
            self.left -= 1
            if self.left <= 0:
                return
            numbers = [float(one) for one in operands if isinstance(one, int | float)]
            if operator in _PATH:
                path.append((operator, numbers))
            elif operator == b"q":
                saved.append(state)
            elif operator == b"Q":
                state = saved.pop() if saved else state
            elif operator == b"BT":
                text = IDENTITY
            elif operator == b"Tm" and len(numbers) == len(IDENTITY):
                text = _matrix(numbers)
            elif operator in _SHOW:
                self._show(operands, state, text)
            elif operator == b"Do" and operands and isinstance(operands[-1], Name):
                self._form(operands[-1], resources, state, depth)
            elif operator in _FILL or operator in _STROKE:
                cell = _cell(path, state.matrix) if operator in _FILL else None
                shape = _outline(path, FORM_PT if form else DOT_PT)
                self._paint(operator, state, shape, form, cell)
                path.clear()
            elif operator == b"n":
                path.clear()
            else:
                state = self._set(operator, operands, numbers, resources, state)

    def _shortened(self, data: bytes) -> bytes:
        """A stream without the later lines of very long paths: such a path is no marker, no cell.

        A line of 10⁵ points takes a second to read, and says no more than its first ones.
        """

        def first(found: re.Match[bytes]) -> bytes:
            self.left -= found[0].count(b"l") - DOT_STEPS
            return found[1]

        return _LONG.sub(first, data)

    def _set(  # noqa: PLR0911  an operator a return
        self,
        operator: bytes,
        operands: list[object],
        numbers: list[float],
        resources: dict[str, object],
        state: _State,
    ) -> _State:
        """Return the state after an operator that changes it."""
        if operator == b"cm" and len(numbers) == len(IDENTITY):
            return replace(state, matrix=_times(_matrix(numbers), state.matrix))
        if operator == b"Tf" and numbers and operands and isinstance(operands[0], Name):
            font = self._resource(resources, "Font", operands[0])
            return replace(state, font=font, size=numbers[-1])
        if operator == b"d" and operands and isinstance(operands[0], list):
            dash = tuple(float(x) for x in operands[0] if isinstance(x, int | float))
            return replace(state, dash=dash)
        if operator == b"gs" and operands:
            more = self.document.table(self._resource(resources, "ExtGState", operands[0]))
            return replace(
                state,
                fill_alpha=_number(more.get("ca"), state.fill_alpha),
                stroke_alpha=_number(more.get("CA"), state.stroke_alpha),
            )
        if operator in (b"g", b"rg", b"k", b"sc", b"scn"):
            return replace(state, fill=_colour(operands, numbers))
        if operator in (b"G", b"RG", b"K", b"SC", b"SCN"):
            return replace(state, stroke=_colour(operands, numbers))
        return state

    def _resource(self, resources: dict[str, object], kind: str, name: object) -> object:
        return self.document.table(resources.get(kind)).get(str(name))

    def _form(self, name: Name, resources: dict[str, object], state: _State, depth: int) -> None:
        """Run a form in the state that draws it."""
        form = self._resource(resources, "XObject", name)
        table = self.document.table(form)
        if table.get("Subtype") != "Form" or depth >= pdf.DEEPEST:
            return
        numbers = [one for one in self.document.items(table.get("Matrix")) if _is_number(one)]
        own = _matrix([_number(one, 0.0) for one in numbers] or list(IDENTITY))
        inner = replace(state, matrix=_times(own, state.matrix))
        inside = self.document.table(table.get("Resources")) or resources
        data = self.document.stream(form)
        self.run(data, inside, inner, str(name), depth + 1)

    def _show(self, operands: list[object], state: _State, text: Matrix) -> None:
        matrix = _times(text, state.matrix)
        size = abs(state.size) * hypot(matrix[2], matrix[3]) * TO_TEX
        pieces = operands[-1] if operands and isinstance(operands[-1], list) else operands[-1:]
        decoder = self._decoder(state.font)
        said = "".join(decoder.text(one) for one in pieces if isinstance(one, bytes))
        said = said.encode("utf-8", "replace").decode()  # a broken map may give half a character
        if said.strip():
            self.texts.append(Text(said, size, decoder.name))

    def _decoder(self, font: object) -> _Decoder:
        number = font.number if isinstance(font, Ref) else -1
        if number not in self._decoders:
            self._decoders[number] = _Decoder(self.document, font)
        return self._decoders[number]

    def _paint(
        self, operator: bytes, state: _State, shape: str, form: str, cell: Cell | None
    ) -> None:
        hollow = _is_hollow(operator, state, shape)
        for colour, alpha, lines in (
            (state.fill if operator in _FILL else None, state.fill_alpha, False),
            (state.stroke if operator in _STROKE else None, state.stroke_alpha, True),
        ):
            if colour is None or alpha < FAINT:
                continue
            mark = self.marks.setdefault(colour, Mark())
            if cell is None or lines:
                mark.others = True
            else:
                mark.cells.append(cell)
            if shape and (form or hollow or not lines):
                mark.shapes.add(f"hollow {shape}" if lines and hollow else shape)
            if lines and not (shape and form):
                mark.dashes.add(state.dash)
            mark.filled |= not (lines or shape)


def _outline(path: Sequence[tuple[bytes, list[float]]], limit: float) -> str:
    """Return the form of a path wherever it lies; empty for one that is no marker.

    limit: on its width and height, in points.
    """
    places = [number for operator, numbers in path if operator != b"re" for number in numbers]
    if not places or len(path) > DOT_STEPS:
        return ""
    xs, ys = places[::2], places[1::2]
    if len(xs) != len(ys) or max(max(xs) - min(xs), max(ys) - min(ys)) > limit:
        return ""
    steps = [
        f"{round(x - xs[0] + ASIDE)},{round(y - ys[0] + ASIDE)}"
        for x, y in zip(xs, ys, strict=True)
    ]
    letters = "".join(operator.decode() for operator, _ in path)
    return f"{letters} {' '.join(steps)}"


def _is_hollow(operator: bytes, state: _State, shape: str) -> bool:
    """Whether a marker is a closed rim around nothing, or around another colour."""
    rim = operator in _CLOSED or shape.partition(" ")[0].endswith("h")
    same = operator in _FILL and state.fill == state.stroke and state.fill_alpha >= FAINT
    return operator in _STROKE and rim and bool(shape) and not same


def _cell(path: Sequence[tuple[bytes, list[float]]], matrix: Matrix) -> Cell | None:
    """Return the upright rectangle that a path is on the page; None for any other path."""
    places = [number for operator, numbers in path if operator != b"re" for number in numbers]
    if len(path) == 1 and path[0][0] == b"re" and len(path[0][1]) == 4:  # noqa: PLR2004  x, y, width, height
        x, y, width, height = path[0][1]
        places = [x, y, x + width, y, x + width, y + height, x, y + height]
    points = list(zip(places[::2], places[1::2], strict=False))
    if len(points) not in CORNERS or len(set(points)) != 4:  # noqa: PLR2004  a rectangle's
        return None
    a, b, c, d, e, f = matrix
    xs = [round(a * x + c * y + e, 2) for x, y in points]
    ys = [round(b * x + d * y + f, 2) for x, y in points]
    if len(set(xs)) != 2 or len(set(ys)) != 2:  # noqa: PLR2004  left and right, up and down
        return None
    left, low = min(xs), min(ys)
    return round(left), round(low), round(max(xs) - left), round(max(ys) - low)


class _Decoder:
    """Codes of a font -> text: by its ToUnicode map (9.10.3), else as Latin letters."""

    def __init__(self, document: Document, font: object) -> None:
        table = document.table(font)
        self.name = re.sub(r"^[A-Z]{6}\+", "", str(table.get("BaseFont") or table.get("Name", "")))
        self.wide = table.get("Subtype") == "Type0"
        self.known = _unicode(document.stream(table.get("ToUnicode")))

    def text(self, codes: bytes) -> str:
        """Return the text of a string that is shown."""
        step = 2 if self.wide else 1
        numbers = [int.from_bytes(codes[i : i + step]) for i in range(0, len(codes), step)]
        return "".join(self.known.get(n, "?" if self.wide else chr(n)) for n in numbers)


def _unicode(data: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind, inside in _MAP.findall(data):
        codes = _CODES.findall(inside)
        size = 2 if kind == b"bfchar" else 3
        for group in zip(*(codes[i::size] for i in range(size)), strict=False):
            first, last = (int(one[0] or b"0", 16) for one in (group[0], group[-2]))
            if group[-1][1]:
                targets = [_utf16(one[0]) for one in _CODES.findall(group[-1][1])]
                found.update(zip(range(first, last + 1), targets, strict=False))
                continue
            start = _utf16(group[-1][0])
            for code in range(first, min(last, first + 0xFFFF) + 1) if start else ():
                found[code] = start[:-1] + chr(ord(start[-1]) + code - first)
    return found


def _utf16(digits: bytes) -> str:
    bare = b"".join(digits.split()).decode()
    return bytes.fromhex(bare + "0" * (len(bare) % 2)).decode("utf-16-be", errors="replace")


def _colour(operands: Sequence[object], numbers: Sequence[float]) -> str | None:
    """Return "#rrggbb" of grey, RGB or CMYK; None for patterns."""
    if any(isinstance(one, Name) for one in operands):
        return None
    if len(numbers) == 4:  # noqa: PLR2004  cyan, magenta, yellow, black
        rgb = [(1 - one) * (1 - numbers[3]) for one in numbers[:3]]
    else:
        rgb = [*numbers] * 3 if len(numbers) == 1 else [*numbers]
    if len(rgb) != 3:  # noqa: PLR2004  red, green, blue
        return None
    return "#" + "".join(f"{round(255 * min(max(one, 0.0), 1.0)):02x}" for one in rgb)


def _matrix(numbers: Sequence[float]) -> Matrix:
    a, b, c, d, e, f = [*numbers, *IDENTITY[len(numbers) :]][:6]
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    """Return the matrix that applies `one`, then `other`."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (
        a * p + b * r, a * q + b * s,
        c * p + d * r, c * q + d * s,
        e * p + f * r + t, e * q + f * s + u,
    )  # fmt: skip


def _is_number(one: object) -> bool:
    return isinstance(one, int | float)


def _number(one: object, other: float) -> float:
    return float(one) if isinstance(one, int | float) else other
