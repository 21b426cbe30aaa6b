"""What the note under a scaling figure says of a series' law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.figures import scale

if TYPE_CHECKING:
    from paperforge.model import Scaling

FEWEST = 4
"""Sizes of which three are left without the largest: too few to fit E."""
MISSED = 5
"""Sizes of which an E that is there is missed now and then: stats.scaling has the rates."""


def told(s: Scaling, head: str) -> str:
    """One series' law in words; head: what it begins with, its name."""
    fit = s.fit
    if fit is None:
        return f"{head}no fit ({s.reason})."
    parts = [_with_limits("α", fit.alpha, fit.alpha_limits)]
    if fit.floor is not None:
        parts.append(_with_limits("E", fit.floor, fit.floor_limits))
    text = f"{head}{', '.join(parts)}"
    if fit.floor is None and fit.p_floor is not None and len(set(s.sizes)) <= MISSED:
        text += f" (of {len(set(s.sizes))} sizes an E is easily missed, and α is then too small)"
    if fit.held_out is not None:
        bare = fit.floor is not None and len(set(s.sizes)) <= FEWEST
        law = "c x^(−α)" if bare else "the law"
        text += f"; fitted without the largest size, {law} misses it by "
        text += _percent(fit.held_out)
    if fit.missed:
        ends = "interval" if fit.missed == 1 else "intervals"
        text += f"; the line lies outside the {ends} of {fit.missed} of {len(s.sizes)} points"
    return f"{text} ({s.reason})." if s.reason else f"{text}."


def _with_limits(name: str, value: float, limits: tuple[float, float] | None) -> str:
    if limits is None:
        return f"{name} = {scale.number(value, abs(value) / 30)}"
    half = (limits[1] - limits[0]) / 2
    middle, low, high = (scale.number(v, half) for v in (value, *limits))
    return f"{name} = {middle} [{low}, {high}]"


def _percent(share: float) -> str:
    """A relative miss with its sign: what was measured lies above (+) or below (−) the law."""
    size = abs(100 * share)
    digits = 0 if size >= 10 else 1 if size >= 1 else 2  # noqa: PLR2004 - two figures
    return f"{'−' if share < 0 else '+'}{size:.{digits}f}%"
