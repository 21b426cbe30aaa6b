"""Two one-sided tests, for a difference within a margin that was declared."""

from __future__ import annotations


def tost(estimate: float, se: float, df: float, margin: float) -> float:
    """P of the two one-sided t tests against -margin and +margin; all in one unit.

    Below alpha exactly where the (1 - 2 alpha) interval lies within the margin.
    Source: Schuirmann 1987, J. Pharmacokinet. Biopharm. 15(6).
    """
    from scipy.special import stdtr

    above = float(stdtr(df, -(estimate + margin) / se))
    below = float(stdtr(df, (estimate - margin) / se))
    return max(above, below)
