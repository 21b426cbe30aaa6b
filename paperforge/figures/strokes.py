"""One learning curve on its panel: the band, the line, its markers."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from paperforge.figures import thin
from paperforge.figures.logscale import LogScale
from paperforge.figures.style import PDF_POINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.figures.palette import Look
    from paperforge.figures.plane import Panel
    from paperforge.figures.scale import Scale
    from paperforge.model import Curve

MARKERS = 5
ALL_MARKED = 8
"""Lines of at most so many points have a marker on each."""
BAND_ALPHA = 0.16
DECIMALS = 2
FARTHEST = 20.0
"""Of values beyond their axis: so many times its length away."""


def draw(panel: Panel, curve: Curve, look: Look, offset: float) -> None:
    """Draw a curve on a panel; offset (0 to 1) moves its markers along the line."""
    import numpy as np

    x = page(curve.steps, panel.x, panel.box.width)
    if max(curve.n) > 1:
        _band(panel, curve, look, x)
    marks = marked(curve.steps, panel.x, offset)
    y = page(curve.mean, panel.y, panel.box.height)
    parts = thin.pieces(x, y, look.width / 2, dashed=bool(look.dash), always=marks)
    how: dict[str, Any] = {"color": look.colour, "zorder": look.front}
    points: dict[str, Any] = {"marker": look.marker, "markersize": look.size, "markeredgewidth": 0}
    steps, mean = np.asarray(curve.steps), np.asarray(curve.mean)
    for part in parts:
        shift = part.offset * PDF_POINTS
        shown: dict[str, Any] = {"markevery": np.searchsorted(part.at, marks).tolist(), **points}
        panel.axes.plot(
            steps[part.at],
            mean[part.at],
            linestyle="-" if part.solid else (shift % (sum(look.dash) or 1.0), look.dash),
            linewidth=look.width * PDF_POINTS,
            **how,
            **(shown if len(parts) == 1 else {}),
        )
    if len(parts) > 1:
        panel.axes.plot(steps[marks], mean[marks], linestyle="none", **points, **how)


def _band(panel: Panel, curve: Curve, look: Look, x: np.ndarray) -> None:
    """Fill what lies between the limits."""
    import numpy as np

    how: dict[str, Any] = {
        "color": look.colour,
        "alpha": BAND_ALPHA,
        "linewidth": 0,
        "zorder": look.front - 1,
    }
    if len(x) <= thin.FEW:
        panel.axes.fill_between(curve.steps, curve.low, curve.high, **how)
        return
    from matplotlib.collections import PolyCollection
    from matplotlib.transforms import Affine2D

    sides = []
    for limit, outward in ((curve.low, -1), (curve.high, 1)):
        y = page(limit, panel.y, panel.box.height)
        along, up = thin.edge(x, y, outward)
        sides.append(np.column_stack([panel.box.left + along, panel.box.bottom + up]))
    corners = np.concatenate([sides[0], sides[1][::-1]])
    # In points of the page: short numbers keep the file small, and nobody sees what they leave out.
    corners = np.round(corners * PDF_POINTS, DECIMALS)
    there = Affine2D().scale(1 / 72) + panel.sheet.figure.dpi_scale_trans
    panel.axes.add_collection(PolyCollection([corners], transform=there, **how), autolim=False)


def page(values: Sequence[float], scale: Scale, length: float) -> np.ndarray:
    """Return where values lie along an axis of a length, in TeX points."""
    import numpy as np

    found = np.asarray(values, dtype=float)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        if isinstance(scale, LogScale):
            share = np.log(found / scale.low) / np.log(scale.high / scale.low)
        else:
            share = (found - scale.low) / (scale.high - scale.low)
    near: np.ndarray = np.nan_to_num(share, nan=-FARTHEST).clip(-FARTHEST, FARTHEST)
    return near * length


def marked(steps: Sequence[float], x: Scale, offset: float) -> list[int]:
    """Return the points that have a marker: evenly spread, staggered between methods."""
    if len(steps) <= ALL_MARKED:
        return list(range(len(steps)))
    shares = [(i + offset) / MARKERS for i in range(MARKERS)]
    if isinstance(x, LogScale):
        wanted = [x.low * (x.high / x.low) ** share for share in shares]
    else:
        wanted = [x.low + share * (x.high - x.low) for share in shares]
    return sorted({_nearest(steps, w) for w in wanted})


def _nearest(steps: Sequence[float], wanted: float) -> int:
    """The place of the step nearest to a value; steps rise."""
    after = min(max(bisect_left(steps, wanted), 1), len(steps) - 1)
    return after - 1 if wanted - steps[after - 1] <= steps[after] - wanted else after
