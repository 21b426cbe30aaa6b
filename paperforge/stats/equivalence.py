"""Two one-sided tests, for a difference within a margin that was declared."""

from __future__ import annotations

import math


def agreeing(
    low: float, high: float, margin: float, alpha: float, ps: tuple[float, float]
) -> tuple[float, float] | None:
    """The 1 - 2 alpha interval of a test of steps, within the margin exactly where both p allow it.

    ps: one-sided, against -margin and against margin. Where a limit lies on a step, the test at the
    margin may be another than the tests beside it: the limit is then moved to the margin, or past
    it by the smallest float. None where a limit is infinite.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    within = math.nextafter(margin, 0.0)
    low = max(low, -within) if ps[0] < alpha else min(low, -margin)
    high = min(high, within) if ps[1] < alpha else max(high, margin)
    return low, high


def tost(estimate: float, se: float, df: float, margin: float) -> float:
    """P of the two one-sided t tests against -margin and +margin; all in one unit.

    Below alpha exactly where the (1 - 2 alpha) interval lies within the margin.
    Source: Schuirmann 1987, J. Pharmacokinet. Biopharm. 15(6).
    """
    from scipy.special import stdtr

    above = float(stdtr(df, -(estimate + margin) / se))
    below = float(stdtr(df, (estimate - margin) / se))
    return max(above, below)
