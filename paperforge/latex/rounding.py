"""How numbers are printed: in decimal arithmetic, to their uncertainty, one rule a column.

Which rule a column of an analysis has is said in `columns.py`.

Halves are rounded away from zero (ROUND_HALF_UP), on the decimal that the user wrote: 0.285 prints
as 0.29, although its binary value is below 0.285. Banker's rounding would print 0.28 here and 0.38
for 0.375: nobody who checks a table against the data by eye expects that, and a value that is
rounded once, for print, accumulates no bias.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MAX_DECIMALS = 15
"""What a double can hold; a column of 1e-12 still shows its digits."""

SIGNIFICANT = 3
"""Significant digits of a column's typical value where no uncertainty is known."""

NOISE = 1e-12
"""A spread below this share of the values is what floating point left over, not an uncertainty."""

TWO_DIGITS = 354
"""Three leading digits of an uncertainty up to which it shows two significant digits."""

MORE_DECIMALS = 2
"""A column gets at most so many more decimals for its smallest uncertainty."""

OUTLIER = 0.1
"""Below this share of the column's median an uncertainty lengthens no other number."""
TINY = 1e-6
MOST_ZEROS = 6
SPAN = 1e6
"""Largest over smallest value of a column from which on it is set in powers of ten."""

FIGURES = 6
"""A column takes more decimals for its smallest number while its largest has no more figures."""

LONG = 1e15
"""From here on a double has digits that it does not hold: a column of such is in powers of ten."""

FEW_UNITS = 1e8
"""Of the last decimal: below so many a double and its 15 digits are within 5e-7 units."""
CLEAR = 1e-6  # so far from a half, in those units, both are on one side of it
DIFFERENCE = 11
"""Significant digits that are left of a difference of means; a half in so many is a half."""
MANY = 24  # values of a column from which on arrays are quicker
SPARSE = 16  # numbers that a column might print, a value: from there on each is printed for itself

HALF = Decimal("0.5")
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Rounding:
    """The rule of one column."""

    decimals: int  # below zero: rounded to tens, hundreds, …
    grouped: bool = False
    """Thousands separated by commas: only where a value of the column has five digits or more."""
    scientific: bool = False
    """One digit before the point and a power of ten, "1.50e-9": see `_spans`."""

    def show(self, value: float) -> str:
        """The value in this column's rounding."""
        if self.scientific:
            return powers(value, self.decimals)
        return fixed(value, self.decimals, grouped=self.grouped)

    def show_all(self, values: Sequence[float]) -> list[str]:
        """show() of each value of a column."""
        if self.scientific:
            return [powers(value, self.decimals) for value in values]
        return fixed_all(values, self.decimals, grouped=self.grouped)

    def show_spread(self, value: float) -> str:
        """An uncertainty in this column's rounding; "<0.01" where it would print as zero."""
        return self.show_spreads([value])[0]

    def show_spreads(self, values: Sequence[float]) -> list[str]:
        """show_spread() of each value of a column."""
        if self.scientific:
            return [powers(value, min(self.decimals, 1)) for value in values]
        texts = self.show_all(values)
        unit = 10.0**-self.decimals
        if min(values, default=unit) >= unit:
            return texts
        zero = fixed(0.0, self.decimals)
        if zero not in texts:
            return texts
        least = f"<{fixed(unit, self.decimals)}"
        return [
            least if text == zero and value > 0 else text
            for value, text in zip(values, texts, strict=True)
        ]


def exact(value: float) -> Decimal:
    """The decimal that stands behind a double: its first 15 significant digits.

    A double carries 15 decimal digits faithfully; those after them are noise of the arithmetic
    (0.57 * 100 is 56.99999999999999 and means 57). Integers keep all their digits.
    """
    if abs(value) >= 1e15:  # noqa: PLR2004 - the first double with more than 15 digits before the point
        return Decimal(value)
    return Decimal(f"{value:.15g}")


def fixed(value: float, decimals: int, *, grouped: bool = False) -> str:
    """The value with that many decimals, halves away from zero; ASCII minus, and never "-0.0".

    Raises ValueError where the value is not finite.
    """
    return fixed_all([value], decimals, grouped=grouped)[0]


def fixed_all(values: Sequence[float], decimals: int, *, grouped: bool = False) -> list[str]:
    """fixed() of each value of a column.

    Python rounds the double, correctly; decimal arithmetic rounds its 15 digits. The two differ
    only where a half lies between them: near halves, and where the digits end before the decimals.
    """
    if not 0 <= decimals <= MAX_DECIMALS:
        return [_by_digits(value, decimals, grouped=grouped) for value in values]
    show = f"{{:{',' if grouped else ''}.{decimals}f}}".format
    units = 10.0**decimals
    if len(values) >= MANY:
        texts, doubtful = _together(values, units, show)
    else:
        low, high = CLEAR, 1 - CLEAR
        texts = [_without_sign(show(value)) for value in values]
        doubtful = [
            at
            for at, x in enumerate(values)
            if not (abs(x) * units < FEW_UNITS and low < (x * units + 0.5) % 1 < high)
        ]
    for at in doubtful:
        texts[at] = _by_digits(values[at], decimals, grouped=grouped)
    return texts


def _without_sign(text: str) -> str:
    """Zero has no sign."""
    return text if text.strip("-0.") else text.lstrip("-")


def _together(
    values: Sequence[float], units: float, show: Callable[[float], str]
) -> tuple[list[str], list[int]]:
    """The texts of a long column, and which of its values decimal arithmetic must round.

    What rounds to one number has one text, made once, unless hardly any two do.
    """
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is not clear
        apart = np.fromiter(values, float, len(values)) * units
        whole = np.rint(apart)
        clear = (np.abs(np.abs(apart - whole) - 0.5) > CLEAR) & (np.abs(apart) < FEW_UNITS)
    whole[~clear] = 0.0
    numbers = whole.astype(np.int64)
    least, doubtful = numbers.min(), np.flatnonzero(~clear).tolist()
    room = int(numbers.max() - least) + 1
    if room > SPARSE * len(values):
        return [show(number / units) for number in numbers.tolist()], doubtful
    places = numbers - least
    used = np.flatnonzero(np.bincount(places, minlength=room))
    texts = np.empty(room, dtype=object)
    texts[used] = [show(number / units) for number in (used + least).tolist()]
    return texts[places].tolist(), doubtful


def _by_digits(value: float, decimals: int, *, grouped: bool) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be rounded")
    rounded = settled(value, decimals).quantize(_quantum(decimals), context=_WIDE)
    if rounded.is_zero():
        rounded = abs(rounded)
    return f"{rounded:,f}" if grouped else f"{rounded:f}"


def settled(value: float, decimals: int) -> Decimal:
    """The decimal behind a double; a half of the last place also where arithmetic left one beside.

    A difference of means has the noise of its terms: (95.3 + 78.1 - 94.9 - 77.0) / 2 is
    0.7499999999999929, and another test's 0.75 of the same numbers must print as the same.
    """
    if abs(value) >= LONG:
        return exact(value)
    near = Decimal(f"{value:.{DIFFERENCE - 1}e}")
    rest = _WIDE.remainder(near.scaleb(decimals, _WIDE), Decimal(1))
    return near if abs(rest) == HALF else exact(value)


def powers(value: float, decimals: int) -> str:
    """The value as a digit, that many decimals and a power of ten: "1.50e-9", "-2.00e12", "0".

    Halves away from zero. Raises ValueError where the value is not finite.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be rounded")
    number = exact(value)
    if number.is_zero():
        return "0"
    power = number.adjusted()
    digits = number.scaleb(-power, _WIDE).quantize(_quantum(decimals), context=_WIDE)
    if abs(digits) >= 10:  # noqa: PLR2004 - 9.99 rounds up to 10.0
        power += 1
        digits = number.scaleb(-power, _WIDE).quantize(_quantum(decimals), context=_WIDE)
    return f"{digits:f}e{power}"


def _spans(sizes: Sequence[float], decimals: int) -> bool:
    """Whether a column needs powers of ten: one of its values would print as zero.

    That is so where the largest value is at least a million times the smallest that is not zero,
    or where no value reaches 1e-6: then plain decimals lose numbers, or are mostly zeros.
    """
    if not sizes or (sizes[-1] < TINY and decimals > MOST_ZEROS):
        return bool(sizes)
    lost = not Decimal(fixed(sizes[0], decimals))
    return lost and sizes[-1] / SPAN >= sizes[0]


def _digits(sizes: Sequence[float], spreads: Sequence[float]) -> int:
    """Decimals of a column in powers of ten: as fine as its typical uncertainty, 2 to 14."""
    typical = exact(_median(sizes)).adjusted()
    uncertain = _uncertain(sizes, spreads)
    finest = Decimal(f"{_median(uncertain):.1e}").adjusted() if uncertain else typical
    return min(max(typical - finest + 1, SIGNIFICANT - 1), MAX_DECIMALS - 1)


@lru_cache(maxsize=64)
def _quantum(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def decimals_for(
    values: Iterable[float], spreads: Iterable[float], digits: int | None = None
) -> int:
    """The decimals of a column of values and their uncertainties; `digits`, where given, decides.

    With uncertainties: the median positive one decides by the rule of the Particle Data Group
    (Review of Particle Physics, introduction, section 5.3): by its three leading digits, 100 to 354
    show two significant digits, 355 to 949 one, 950 to 999 round up and show two (0.41 -> one
    decimal, 0.14 -> two, 0.097 -> two, that is 0.10). Without: the median magnitude of the values
    shows three significant digits, and never more decimals than the data has, at least 0. At most
    15; below zero the last digits before the point say nothing either (16,307 ± 3,227: -2).
    """
    if digits is not None:
        return digits
    return _decimals(_ordered(list(values)), _ordered(list(spreads)))


def _ordered(numbers: Sequence[float]) -> Sequence[float]:
    """The magnitudes that are finite and not zero, the smallest first; few of them are used."""
    if len(numbers) < MANY:
        return sorted([number for number in map(abs, numbers) if 0 < number < math.inf])
    import numpy as np

    every = np.fromiter(numbers, float, len(numbers))
    np.abs(every, out=every).sort()  # NaN comes last
    first, end = every.searchsorted(0.0, side="right"), every.searchsorted(math.inf)
    return cast("list[float]", every[first:end].tolist())


def _uncertain(sizes: Sequence[float], spreads: Sequence[float]) -> Sequence[float]:
    """The spreads that are more than what floating point left over."""
    least = NOISE * _median(sizes) if sizes else 0.0
    return spreads[bisect_right(spreads, least) :]


def _decimals(sizes: Sequence[float], spreads: Sequence[float]) -> int:
    """decimals_for() of magnitudes and spreads in order."""
    uncertain = _uncertain(sizes, spreads)
    if uncertain:
        spread = exact(_median(uncertain))
        leading = int(spread.scaleb(2 - spread.adjusted()).to_integral_value(ROUND_HALF_UP))
        return min((1 if leading <= TWO_DIGITS else 0) - spread.adjusted(), MAX_DECIMALS)
    if not sizes:
        return 0
    decimals = min(SIGNIFICANT - 1 - exact(_median(sizes)).adjusted(), _written(sizes))
    return min(max(decimals, 0), MAX_DECIMALS)


def _written(sizes: Sequence[float]) -> int:
    """The decimals that the data has."""
    return max(-int(exact(v).normalize(_WIDE).as_tuple().exponent) for v in sizes)


def _median(ordered: Sequence[float]) -> float:
    """The middle of a list that is not empty, and in order."""
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return ordered[middle - 1] / 2 + ordered[middle] / 2


def rule_for(
    values: Sequence[float], spreads: Iterable[float], digits: int | None = None
) -> Rounding:
    """The whole rule of a column: its decimals, separated thousands, powers of ten.

    At most MORE_DECIMALS more than decimals_for() and 0, where that keeps uncertainties (values too
    where tens are rounded) from printing as zero; below OUTLIER they print as "<0.001". Powers of
    ten where one value would print as zero beside another a million times as large, none reaches
    1e-6, or one has 16 digits or more.
    """
    return _rule(_ordered(values), _ordered(list(spreads)), digits)


def _rule(sizes: Sequence[float], known: Sequence[float], digits: int | None) -> Rounding:
    """rule_for() of magnitudes and spreads in order."""
    largest = sizes[-1] if sizes else 0.0
    if largest >= LONG:
        return Rounding(_digits(sizes, known), scientific=True)
    grouped = largest >= 10_000  # noqa: PLR2004 - as documented above
    if digits is not None:
        return Rounding(digits, grouped)
    decimals = _decimals(sizes, known)
    if known:
        zero = decimals < 0 or not float(fixed(sizes[0] if sizes else 1.0, decimals))
        typical = 0.0 if zero else OUTLIER * _median(known)
        smallest = known[bisect_left(known, typical)]
        most = min(max(decimals, 0) + MORE_DECIMALS, MAX_DECIMALS) + 1
        least = (smallest, sizes[0] if sizes else smallest)
        shown = (
            all(float(fixed(x, d)) for x in least[: 1 + (d < 0)]) for d in range(decimals, most)
        )
        decimals = next((d for d, s in enumerate(shown, decimals) if s), max(decimals, 0))
    if _spans(sizes, decimals):
        return Rounding(SIGNIFICANT - 1, scientific=True)
    return Rounding(decimals, grouped)


class Numbers(NamedTuple):
    """A column: its values, and the spread of each; None where a value has none."""

    values: Sequence[float]
    spreads: Sequence[float | None]


def rules_for(columns: Sequence[Numbers], digits: int | None = None) -> list[Rounding]:
    """The rules of all columns of one metric: all plain, or all in powers of ten.

    Each is rule_for() of its column, but a value above its own spread never prints as zero: it
    takes decimals for its first two digits, and where the column's largest number has more than
    FIGURES figures then, powers of ten. One column in powers of ten brings the others with it,
    as fine as their uncertainties ask for. `digits`, where given, decides as for rule_for().
    """
    rules = [_readable(column, digits) for column in columns]
    if digits is not None or not any(rule.scientific for rule in rules):
        return rules
    return [
        rule if rule.scientific else _in_powers(rule, column.values)
        for rule, column in zip(rules, columns, strict=True)
    ]


def _in_order(column: Numbers) -> tuple[Sequence[float], Sequence[float]]:
    """The magnitudes and the spreads of a column, each the smallest first."""
    spreads = column.spreads
    if None in spreads:
        spreads = [spread for spread in spreads if spread is not None]
    return _ordered(column.values), _ordered(cast("Sequence[float]", spreads))


def _heard(column: Numbers, least: float) -> Numbers:
    """The column without what arithmetic left of a zero: below `least`, far below its spread."""
    values, spreads = column
    if min(map(abs, values), default=least) >= least:
        return column
    pairs = [(v, s) for v, s in zip(values, spreads, strict=True) if not (s and abs(v) < TINY * s)]
    return Numbers([v for v, _ in pairs], [s for _, s in pairs]) if pairs else column


def _readable(column: Numbers, digits: int | None) -> Rounding:
    """rule_for() of a column, with more decimals or powers of ten where a value would be lost."""
    sizes, known = _in_order(column)
    least = TINY * known[-1] if known else 0.0
    if len(sizes) < len(column.values) or (sizes and sizes[0] < least):
        column = _heard(column, least)
        sizes, known = _in_order(column)
    rule = _rule(sizes, known, digits)
    if digits is not None or rule.scientific:
        return rule
    unit = 10.0**-rule.decimals
    if len(sizes) == len(column.values) and (not sizes or sizes[0] >= unit):
        return rule
    lost = [
        size
        for value, spread in zip(*column, strict=True)
        if (spread or 0.0) < (size := abs(value)) < unit and not float(fixed(size, rule.decimals))
    ]
    if not lost:
        return rule
    decimals = min(1 - exact(min(lost)).adjusted(), _written(sizes))
    if max(exact(sizes[-1]).adjusted(), 0) + 1 + decimals > FIGURES:
        return Rounding(SIGNIFICANT - 1, scientific=True)
    return replace(rule, decimals=decimals)


def _in_powers(rule: Rounding, values: Sequence[float]) -> Rounding:
    """The same digits of a typical value in powers of ten, and at least SIGNIFICANT."""
    sizes = _ordered(values)
    decimals = rule.decimals + exact(_median(sizes)).adjusted() if sizes else 0
    return Rounding(min(max(decimals, SIGNIFICANT - 1), MAX_DECIMALS - 1), scientific=True)
