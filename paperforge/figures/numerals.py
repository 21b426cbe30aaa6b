"""How the numbers of an axis are printed: by what they count, never by their range alone.

Counts (parameters, tokens, steps) have k, M, B and T; seconds, bytes, joules and watts the SI
prefixes of their unit; all others are printed as they are, and as powers of ten where that is long:
20,000 and 2.5×10⁻⁹.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.spec import Metric

COUNT = "#"
"""Of an axis that counts things; other axes are known by their SI unit, or by nothing."""
STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_SMALL = ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))
_LARGE = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
PREFIXES = {
    "s": _SMALL,
    "B": (*_LARGE, (1.0, "")),
    "J": (*_LARGE, *_SMALL),
    "W": (*_LARGE, *_SMALL),
}
"""The prefixes of a unit that are in use, largest first: nobody says kiloseconds."""
LARGE = 1e4
LONG = 1e6
LONGEST = 1e5
"""Decades from here on, or below SHORTEST, are powers of ten."""
SHORTEST = 1e-3
HUGE = 1e15
MOST_DECIMALS = 5
NEARLY = 0.9999
"""Of a size: what rounding errors leave of it."""
NEAR = 100.0
"""Ticks that differ by less are multiples of the smallest one's power of ten."""
_COUNTS = frozenset(
    (
        "params",
        "parameters",
        "weights",
        "flops",
        "macs",
        "operations",
        "tokens",
        "words",
        "characters",
        "steps",
        "updates",
        "iterations",
        "iters",
        "epochs",
        "episodes",
        "frames",
        "samples",
        "examples",
        "instances",
        "images",
        "documents",
        "sequences",
        "pairs",
        "queries",
        "calls",
        "evaluations",
        "trials",
        "rollouts",
        "interactions",
        "nodes",
        "edges",
        "rows",
        "n",
        "count",
    )
)
_COUNTED = frozenset(("seen", "used", "trained", "processed", "consumed"))
_NUMBER_OF = frozenset(("n", "num", "number"))
_RAISED = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LEVEL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789−")
_POWER = re.compile(r"(−?(?:[0-9.]+×)?10)([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)")


def of(metric: Metric | None) -> str:
    """Return what an axis of a metric counts: COUNT, its SI unit, or nothing."""
    if metric is None:
        return ""
    if metric.unit in PREFIXES:
        return metric.unit
    counts = {metric.unit.lower()} & _COUNTS or not metric.unit
    return COUNT if counts and (is_count(metric.label) or is_count(metric.name)) else ""


def is_count(name: str) -> bool:
    """Whether a name is that of a count: "parameters", "n_layers", "Tokens seen"."""
    words = re.findall(r"[a-z]+", name.lower())
    if not words or "per" in words or "/" in name:
        return False
    if words[-1] in _COUNTED:
        words.pop()
    return bool(words) and (
        words[-1] in _COUNTS or f"{words[-1]}s" in _COUNTS or words[0] in _NUMBER_OF
    )


def linear(values: Sequence[float], of: str = "") -> tuple[str, ...]:
    """Print the ticks of a linear axis alike: one unit, one number of decimals."""
    largest = max(map(abs, values), default=0.0)
    if of == COUNT:
        size, end = next(((s, e) for s, e in STEPS if largest >= max(s, LARGE)), (1.0, ""))
    else:
        size, end = _prefix(largest, of)
    shown = [v / size for v in values]
    digits = max(map(decimals, shown), default=0)
    top = max(map(abs, shown), default=0.0)
    plain = tuple(minus(_grouped(v, digits)) + (end if v else "") for v in shown)
    if digits <= MOST_DECIMALS and not (top >= LONG or 0 < top < SHORTEST):
        return plain
    powers = _powers(values)
    # Of large values close to each other the digits are the shorter: 1,000,001.
    near = (
        digits <= MOST_DECIMALS
        and LONG <= top < HUGE
        and max(map(len, plain)) < max(map(len, powers))
    )
    return plain if near else powers


def _prefix(largest: float, of: str) -> tuple[float, str]:
    """The size of the unit in which an axis up to `largest` is printed, and what follows it."""
    if of not in PREFIXES or SHORTEST * 5 <= largest < LARGE or not largest:
        return 1.0, ""
    table = PREFIXES[of]
    size, prefix = next((p for p in table if largest >= p[0] * NEARLY), table[-1])
    return (size, f" {prefix}{of}") if prefix else (1.0, "")


def _powers(values: Sequence[float]) -> tuple[str, ...]:
    """Print values as multiples of one power of ten, with as many digits as tell them apart."""
    sizes = [abs(v) for v in values if v]
    least = min(sizes) if max(sizes) < NEAR * min(sizes) else max(sizes)
    power = math.floor(math.log10(least) + 1e-12)
    shown = [v / 10.0**power for v in values]
    digits = max(map(decimals, shown))
    if digits > MOST_DECIMALS:
        found = (d for d in range(2, 15) if len({f"{v:.{d}f}" for v in shown}) == len(set(shown)))
        digits = next(found, 15)
    return tuple(f"{minus(f'{v:.{digits}f}')}×{_ten(power)}" if v else "0" for v in shown)


def logarithmic(ticks: Sequence[float], of: str = "") -> tuple[str, ...]:
    """Print the ticks of a logarithmic axis alike: numbers, prefixed units or powers of ten."""
    first, last = min(ticks), max(ticks)
    plain = first >= SHORTEST * NEARLY and last < LONGEST
    if of == COUNT and first >= NEARLY and last < HUGE:
        return tuple(number(t, COUNT) for t in ticks)
    if not plain and of in PREFIXES:
        made = [_prefixed(t, of) for t in ticks]
        if all(made):
            return tuple(map(str, made))
    return tuple(_plain(t) if plain else power(t) for t in ticks)


def _prefixed(value: float, of: str) -> str | None:
    """A value in its own prefixed unit; None where that is no short number."""
    table = PREFIXES[of]
    size, prefix = next((p for p in table if value >= p[0] * NEARLY), table[-1])
    shown = value / size
    return f"{shown:.3g} {prefix}{of}" if NEARLY <= shown < LARGE / 10 else None


def number(value: float, of: str = "") -> str:
    """Print one value above 0 in short: 0.001 to 99,999 as it is, counts with k, M, B, T."""
    if of == COUNT and value < HUGE:
        for size, suffix in STEPS:
            if value >= size * NEARLY:
                return f"{value / size:.3g}{suffix}"
    if SHORTEST * NEARLY <= value < LONGEST:
        return _plain(value)
    return power(value)


def power(value: float) -> str:
    """Print a value above 0 as a power of ten: 10⁻¹⁰, 2.5×10⁶ (three digits at most)."""
    digits, exponent = f"{value:.2e}".split("e")
    return ("" if float(digits) == 1 else f"{float(digits):g}×") + _ten(int(exponent))


def multiple(value: float, precision: float) -> str:
    """Print a value other than 0 as 9.80×10⁻⁷, so that a difference of `precision` shows."""
    exponent = math.floor(math.log10(abs(value)))
    fine = math.floor(math.log10(precision)) if precision > 0 else exponent - 1
    digits, said = f"{value:.{min(max(exponent - fine + 1, 1), MOST_DECIMALS)}e}".split("e")
    return f"{minus(digits)}×{_ten(int(said))}"


def _ten(power: int) -> str:
    return "10" + minus(str(power)).translate(_RAISED)


def mathtext(text: str) -> str | None:
    """Return a number with a raised power in matplotlib's notation; None: the text is none."""
    found = _POWER.fullmatch(text)
    if found is None:
        return None
    base = found[1].replace("×", r"{\times}")
    return rf"$\mathregular{{{base}^{{{found[2].translate(_LEVEL)}}}}}$"


def read(text: str) -> str:
    """Return a text as it is seen, a number in matplotlib's notation among them."""
    found = re.fullmatch(r"\$\\mathregular\{(.*)\^\{(.*)\}\}\$", text)
    if found is None:
        return text
    return found[1].replace(r"{\times}", "×") + found[2].translate(_RAISED)


def _plain(value: float) -> str:
    return _grouped(value, 0) if value >= LARGE * NEARLY else f"{float(f'{value:.3g}'):g}"


def _grouped(value: float, digits: int) -> str:
    """A number; its thousands are set apart from five digits on."""
    return f"{value:,.{digits}f}" if abs(value) >= LARGE else f"{value:.{digits}f}"


def decimals(value: float) -> int:
    """Return how many decimals show a value: one more than MOST_DECIMALS where it needs more."""
    for digits in range(MOST_DECIMALS + 1):
        if math.isclose(round(value, digits), value, rel_tol=1e-9, abs_tol=1e-12):
            return digits
    return MOST_DECIMALS + 1


def minus(text: str) -> str:
    """Return a printed number with a true minus sign, and zero without one."""
    text = text.replace("-", "−")
    return text[1:] if text.startswith("−") and not text.strip("−0.") else text
