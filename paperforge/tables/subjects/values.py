"""Values of hyper-parameters as a table prints them: every digit is kept but a double's noise."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.tables import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SMALL, BELOW = Decimal("1e-4"), Decimal("0.01")
"""Where a setting has a number below the first, those below the second are in powers of ten: 0.1
beside 3×10⁻⁵ stays 0.1, and 0.001 does not."""
TINY = Decimal("0.001")
"""A setting of such numbers alone is in powers of ten beside one that is."""
LARGE, ABOVE = Decimal("1e6"), Decimal("1e3")
"""The same of numbers that a store writes with an exponent: 10,000 does not stay beside 1×10⁷."""
HELD, SHORT = 15, 12
"""Digits that a double holds; one that has at most SHORT of them means these, and what follows is
what arithmetic left: 1e-5 * 3 is stored as 3.0000000000000004e-05."""
_WHOLE = re.compile(r"[+-]?[1-9]\d{4,14}")
"""From five digits on thousands are parted, as everywhere."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Scale:
    """Which numbers of a setting are in powers of ten: one rule for all its values."""

    small: bool = False
    large: bool = False

    @classmethod
    def of(cls, texts: Iterable[str]) -> Scale:
        """The rule for all values that any method has of it."""
        numbers = [(abs(one), text) for text in texts if (one := number(text))]
        exponents = [size for size, text in numbers if "e" in text.casefold()]
        return cls(
            any(size < SMALL for size, _ in numbers), any(size >= LARGE for size in exponents)
        )

    def show(self, text: str) -> str:
        """A number in this scale, with a minus sign and no idle zeros; other text as it is."""
        value = number(text)
        if value is None:
            return plain(text)
        size = abs(value)
        if value and ((self.small and size < BELOW) or (self.large and size >= ABOVE)):
            return _power(value)
        digits = format(value, "f")
        if "." in digits:
            digits = digits.rstrip("0").rstrip(".")
        if _WHOLE.fullmatch(digits):
            digits = f"{int(digits):,}"
        return digits.replace("-", parts.MINUS)


def scales_of(settings: Mapping[str, Sequence[str]]) -> dict[str, Scale]:
    """The rule of each setting of a table, given all its values.

    Where one of them is in powers of ten, so is one whose numbers are all at most 0.001: no reader
    is to find 0.001 beside 1×10⁻³.
    """
    found = {name: Scale.of(texts) for name, texts in settings.items()}
    if any(scale.small for scale in found.values()):
        for name, texts in settings.items():
            sizes = [abs(one) for text in texts if (one := number(text))]
            if sizes and max(sizes) <= TINY:
                found[name] = replace(found[name], small=True)
    return found


def number(text: str) -> Decimal | None:
    """The finite number that a text is, without noise behind its digits; None: it is none."""
    try:
        if not math.isfinite(float(text)):
            return None
        value = Decimal(text)
    except (ValueError, ArithmeticError):
        return None
    digits = value.as_tuple().digits
    if len(digits) <= HELD or value == value.to_integral_value():
        return value
    held = Context(prec=HELD).plus(value).normalize()
    return held if len(held.as_tuple().digits) <= SHORT else value


def _power(value: Decimal) -> str:
    """Scientific notation with all digits: "3×10⁻⁵"."""
    _, digits, _ = value.as_tuple()
    mantissa = "".join(map(str, digits)).rstrip("0")
    after = f".{mantissa[1:]}" if mantissa[1:] else ""
    sign = parts.MINUS if value < 0 else ""
    return f"{sign}{mantissa[0]}{after}×10{str(value.adjusted()).translate(_RAISED)}"
