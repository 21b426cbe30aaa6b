r"""What the numbers of one column take in LaTeX, and what to put beside each so that they align."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import starmap
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from paperforge.model import Cell, Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PRINTED, _SPREAD, _KIND = map(attrgetter, ("printed", "printed_spread", "kind"))
_VALUE, _INTERVAL = attrgetter("value"), attrgetter("printed_interval")
_SIGNED = attrgetter("marks", "note")

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
        every = set(map(_width, set(printed))) or {cls()}
        return cls(*map(max, zip(*every, strict=True)))

    def padded(self, printed: Iterable[str]) -> dict[str, str]:
        """Each number as TeX with what makes it this wide."""
        found: dict[str, str] = {}
        by_width: dict[Width, list[str]] = {}
        for text in set(printed):
            by_width.setdefault(_width(text), []).append(text)
        for own, texts in by_width.items():
            before, after = self.pads(texts[0])
            plain = not (own.signs or own.less or own.power)  # digits() leaves these alone
            if plain and not (before or after):
                found |= zip(texts, texts, strict=True)
            else:
                made = texts if plain else map(digits, texts)
                found |= {t: f"{before}{tex}{after}" for t, tex in zip(texts, made, strict=True)}
        return found

    def pads(self, printed: str) -> tuple[str, str]:
        """What to put before and after a number so that it is this wide."""
        own = _width(printed)
        if own == self:
            return "", ""
        before = "$<$" * (self.less - own.less) + "$-$" * (self.signs - own.signs)
        before += "0" * (self.digits - own.digits)
        before += "," * (self.commas - own.commas)
        after = "." if self.decimals and not own.decimals else ""
        after += "0" * (self.decimals - own.decimals)
        return phantom(before), phantom(after + self._powers(own))

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
    def of(cls, cells: Sequence[Cell]) -> Frame:
        """The frame of a column."""
        filled = cells
        if None in map(_VALUE, cells):
            filled = [c for c in cells if c.value is not None]
        spreads = set(map(_SPREAD, filled)) - {""}
        ends = list(filter(None, map(_INTERVAL, filled)))
        signed = dict.fromkeys(map(_SIGNED, filled))
        return cls(
            Width.widest(map(_PRINTED, filled)),
            Width.widest(spreads),
            bool(spreads),
            max(starmap(_signs, signed), key=len, default=""),
            (Width.widest(e[0] for e in ends), Width.widest(e[1] for e in ends)) if ends else None,
        )


def frames(cells: Sequence[Cell]) -> dict[str, Frame]:
    """Kind of cell -> the frame of a column's cells of that kind: a turned column has several."""
    kinds = dict.fromkeys(map(_KIND, cells))
    if len(kinds) == 1:
        return {cells[0].kind: Frame.of(cells)}
    return {kind: Frame.of([c for c in cells if c.kind == kind]) for kind in kinds}


def signs(cell: Cell) -> str:
    """The cell's marks, then its note's letter."""
    return _signs(cell.marks, cell.note)


def _signs(marks: frozenset[Mark], note: str) -> str:
    return "".join(m.value for m in MARKS if m in marks) + note if marks else note


@lru_cache(maxsize=4096)
def digits(printed: str) -> str:
    """A printed number as TeX: its sign and its power of ten are mathematics."""
    number, _, power = printed.partition("e")
    text = number.replace("-", "$-$").replace("+", "$+$").replace("<", "$<$").replace(">", "$>$")
    return rf"{text}$\times10^{{{power}}}$" if power else text


def phantom(text: str) -> str:
    """What takes the room of a text and prints nothing."""
    return rf"\phantom{{{text}}}" if text else ""
