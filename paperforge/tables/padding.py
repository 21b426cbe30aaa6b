r"""What the numbers of one column take in LaTeX, and what to put beside each so that they align."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

from paperforge.model import COMMON, Cell, Mark, Rare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NOUGHTS = str.maketrans("123456789", "000000000")
_PLAIN = frozenset("0,.")
"""What of an outline digits() leaves alone."""

MARKS = (Mark.BETTER, Mark.WORSE, Mark.BEST_SET)
"""The marks that are printed as signs after a number, in this order."""


class Width(NamedTuple):
    """What a printed number takes: signs, digits and commas before the point; what is after it."""

    signs: int = 0
    """Minus or plus: they are equally wide."""
    digits: int = 0
    commas: int = 0
    decimals: int = 0
    less: int = 0
    power: int = 0
    """Digits of its power of ten; 0: it has none."""
    power_signs: int = 0

    @classmethod
    def widest(cls, printed: Iterable[str]) -> Width:
        """The width that holds every one of them."""
        every = list(map(_width, set(printed))) or [cls()]
        return every[0] if len(every) == 1 else cls(*map(max, zip(*every, strict=True)))

    def padded(
        self, printed: Sequence[str], outlines: Sequence[str], *, flush: bool = False
    ) -> list[str]:
        """Each number as TeX with what makes it this wide; outlines: those of the numbers.

        flush: the room of a "<" that others have is behind, for behind a ± it would be a hole.
        """
        beside = {outline: self.pads(outline, flush=flush) for outline in set(outlines)}
        texts = list(printed if _PLAIN.issuperset("".join(beside)) else map(digits, printed))
        before = {outline: pads[0] for outline, pads in beside.items()}
        after = {outline: pads[1] for outline, pads in beside.items()}
        if any(before.values()):
            texts = list(map(add, map(before.__getitem__, outlines), texts))
        if any(after.values()):
            texts = list(map(add, texts, map(after.__getitem__, outlines)))
        return texts

    def pads(self, printed: str, *, flush: bool = False) -> tuple[str, str]:
        """What to put before and after a number so that it is this wide."""
        own = _width(printed)
        if own == self:
            return "", ""
        less = "$<$" * (self.less - own.less)
        before = "" if flush else less
        before += "$-$" * (self.signs - own.signs)
        before += "0" * (self.digits - own.digits)
        before += "," * (self.commas - own.commas)
        after = "." if self.decimals and not own.decimals else ""
        after += "0" * (self.decimals - own.decimals)
        return phantom(before), phantom(after + self._powers(own) + (less if flush else ""))

    def _powers(self, own: Width) -> str:
        """What the power of ten of another number of the column takes more."""
        sign = "-" * (self.power_signs - own.power_signs)
        missing = sign + "0" * (self.power - own.power)
        if not missing:
            return ""
        # A second exponent brings TeX's space after exponents once more.
        return (
            rf"\kern-\scriptspace${{}}^{{{missing}}}$"
            if own.power
            else rf"$\times10^{{{missing}}}$"
        )


def outlines(printed: Sequence[str]) -> list[str]:
    """Each number with noughts for its figures: a column has thousands of those, few outlines."""
    return "\n".join(printed).translate(_NOUGHTS).split("\n") if printed else []


@lru_cache(maxsize=4096)
def _width(printed: str) -> Width:
    """The width of one printed number."""
    number, _, power = printed.partition("e")
    whole, _, decimals = number.partition(".")
    signs, commas = whole.count("-") + whole.count("+"), whole.count(",")
    less = whole.count("<") + whole.count(">")
    return Width(
        signs,
        len(whole) - signs - commas - less,
        commas,
        len(decimals),
        less,
        len(power.lstrip("-")),
        power.count("-"),
    )


class Down(NamedTuple):
    """The numbers of a column, and what they carry: each field from top to bottom."""

    cells: Sequence[Cell]
    printed: Sequence[str]
    outlines: Sequence[str]
    spreads: Sequence[str]
    marks: Sequence[frozenset[Mark]]
    rare: Sequence[Rare]
    """Empty where no cell has what few have."""


def by_kind(cells: Sequence[Cell]) -> dict[str, Down]:
    """Kind of cell -> the numbers of that kind: a turned column has several."""
    every: Any = Cell._make(zip(*cells, strict=True))  # each field from top to bottom
    common = every.rare.count(COMMON) == len(cells)
    kinds = {COMMON.kind: None} if common else dict.fromkeys([one.kind for one in every.rare])
    if len(kinds) > 1 or None in every.value:
        filled = [cell for cell in cells if cell.value is not None]
        apart = {kind: [cell for cell in filled if cell.kind == kind] for kind in kinds}
        return {kind: by_kind(some)[kind] for kind, some in apart.items() if some}
    printed, rare = every.printed, () if common else every.rare
    down = Down(cells, printed, outlines(printed), every.printed_spread, every.marks, rare)
    return dict.fromkeys(kinds, down)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the cells of one column share."""

    value: Width
    spread: Width
    spreads: bool
    signs: str
    """The longest run of marks and note letters."""
    ends: tuple[Width, Width] | None = None
    """Of the intervals, where some cell has one."""

    @classmethod
    def of(cls, down: Down) -> Frame:
        """The frame of a column's numbers."""
        spreads = set(down.spreads) - {""}
        ends = [one.printed_interval for one in down.rare if one.printed_interval]
        signed = (
            down.cells if any(one.note for one in down.rare) else compress(down.cells, down.marks)
        )
        return cls(
            Width.widest(down.outlines),
            Width.widest(outlines(list(spreads))),
            bool(spreads),
            max(map(signs, signed), key=len, default=""),
            (Width.widest(e[0] for e in ends), Width.widest(e[1] for e in ends)) if ends else None,
        )


def signs(cell: Cell) -> str:
    """The cell's marks, then its note's letter."""
    if not cell.marks:
        return cell.note
    return "".join(m.value for m in MARKS if m in cell.marks) + cell.note


@lru_cache(maxsize=4096)
def digits(printed: str) -> str:
    """A printed number as TeX: its sign and its power of ten are mathematics."""
    number, _, power = printed.partition("e")
    text = number.replace("-", "$-$").replace("+", "$+$").replace("<", "$<$").replace(">", "$>$")
    return rf"{text}$\times10^{{{power}}}$" if power else text


def phantom(text: str) -> str:
    """What takes the room of a text and prints nothing."""
    return rf"\phantom{{{text}}}" if text else ""
