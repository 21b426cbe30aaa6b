"""How p-values are printed: one format everywhere, which never contradicts the verdict."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from paperforge.latex.rounding import MAX_DECIMALS, exact, fixed


def p_value(p: float, alpha: float = 0.05) -> str:
    """A p-value without its leading zero: ".03", ".004", "<.001", ">.99".

    Two decimals, three below .01. More, where two would print it on alpha or across it: at alpha
    .05, .0496 prints as ".0496" and .052 as ".052", so that the number and the verdict agree.
    """
    if p < 0.001:  # noqa: PLR2004 - the customary floor
        return "<.001"
    if p > 0.99:  # noqa: PLR2004 - two decimals would print 1.00 for some of these
        return ">.99"
    decimals = 3 if p < 0.01 else 2  # noqa: PLR2004 - as documented above
    number, level = exact(p), exact(alpha)
    while decimals < MAX_DECIMALS and number != level:
        shown = Decimal(fixed(p, decimals))
        if shown != level and (shown < level) == (number < level):
            break
        decimals += 1
    return fixed(p, decimals).removeprefix("0")


def p_bound(p: float, alpha: float = 0.05, *, most: bool = False) -> str:
    """What a p-value is at least (most: at most), never rounded past it; always a number.

    As p_value() where that is on the safe side: ".06" for .0625 at least. Else with a decimal more,
    rounded down (up): ".015" for .0156 at least, ".184" for .1834 at most. ".0002" and "1" are
    written out.
    """
    number = exact(p)
    text = p_value(p, alpha)
    if text.startswith("<"):
        text = f"{p:.{min(MAX_DECIMALS, -number.adjusted()) if p > 0 else 0}f}".removeprefix("0")
    if text.startswith(">"):
        return "1" if most or p >= 1 else ".99"
    shown = Decimal(text or "0")
    if shown >= number if most else shown <= number:
        return text or "0"
    finer = Decimal(1).scaleb(int(shown.as_tuple().exponent) - 1)
    safe = number.quantize(finer, ROUND_CEILING if most else ROUND_FLOOR)
    return f"{safe:f}".removeprefix("0")
