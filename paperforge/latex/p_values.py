"""How p-values are printed: one format everywhere, which never contradicts the verdict."""

from __future__ import annotations

from decimal import Decimal

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


def p_bound(p: float, alpha: float = 0.05) -> str:
    """What a p-value is at least, or at most: as p_value(), and always a number: ".0002", "1"."""
    text = p_value(p, alpha)
    if text.startswith("<"):
        return f"{p:.{min(MAX_DECIMALS, -exact(p).adjusted()) if p > 0 else 0}f}".removeprefix("0")
    return (".99" if p < 1 else "1") if text.startswith(">") else text
