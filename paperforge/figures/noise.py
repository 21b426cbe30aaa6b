"""The edge of a band that goes up and down many times within a pixel, drawn with few points.

What an eye or a printer sees of a narrow column is how much of it is covered up to each height: the
distribution of the edge's heights there. A line from a to b spreads its share of the column evenly
over the heights between. So a few strokes between quantiles of the column stand for thousands, if
their widths are such that together they spread as the edge does. The widths are the weights of a
mixture of uniform distributions, found by expectation maximisation (Dempster, Laird & Rubin 1977,
Maximum likelihood from incomplete data via the EM algorithm), a column at a time.

Lengths are TeX points of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.figures import outline

if TYPE_CHECKING:
    import numpy as np

COLUMNS_PER_PT = (10, 5)
"""The first for which there are points enough."""
TURNS = (0.0, 0.9, 0.15, 0.7, 0.3, 1.0, 0.05, 0.8)
"""Where the strokes of a column turn, as ranks of its heights: wide and narrow ones alternate."""
LEVELS = 40
STEPS = 50
SAMPLES = 2_000_000
PARTS = 3
SPIKES_PER_PT = 18
"""Some viewers (poppler's, Evince, Okular) show a pixel's part as covered where the edge reaches it
at all: for them the farthest heights stay, as spikes without a width."""
APART = 0.25
"""Parts of a column whose heights are distributed so differently (Kolmogorov's distance) are no
noise: their order is seen."""
MISFIT = 0.06
"""A share of a column that may lie at other heights."""
MOST_MISFITS = 0.1
"""Of the columns."""


@dataclass(frozen=True, slots=True)
class Heights:
    """The heights of an edge at evenly spread places, put in order within each column."""

    sorted: np.ndarray
    starts: np.ndarray
    counts: np.ndarray

    def at(self, ranks: np.ndarray) -> np.ndarray:
        """Return a row a column: its heights at ranks from 0 to 1 (k, or a row a column)."""
        import numpy as np

        places = np.round(ranks * (self.counts[:, None] - 1)).astype(np.int64)
        found: np.ndarray = self.sorted[self.starts[:, None] + places]
        return found


def spread(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return places along a line, several between any two of its n points, and its heights there.

    The heights of a line are those of its points and, no less, those between them.
    """
    import numpy as np

    share = int(np.clip(SAMPLES // len(x), 3, 64))
    shares = (np.arange(share) + 0.5) / share
    along = (x[:-1, None] + shares * np.diff(x)[:, None]).ravel()
    return along, (y[:-1, None] + shares * np.diff(y)[:, None]).ravel()


def heights(column: np.ndarray, y: np.ndarray, count: int, *, in_runs: bool = False) -> Heights:
    """Put heights in order by column (rising numbers below `count`).

    in_runs: a column's heights are a few runs in order already, which are merged.
    """
    import numpy as np

    counts = np.bincount(column, minlength=count)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    low = y.min()
    high = (y.max() - low) * 1.000001 or 1.0  # one key, column and height in it, sorts fastest
    ordered = np.sort(column + (y - low) / high, kind="stable" if in_runs else None)
    ordered -= np.repeat(np.arange(count), counts)
    return Heights(ordered * high + low, starts, counts)


def strokes(x: np.ndarray, y: np.ndarray, outward: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the points of a line that covers each column as the edge does; None: it is no noise.

    x, y: n places on the page, x rising; outward: 1 for an upper edge, -1 for a lower one.
    """
    import numpy as np

    counts = (max(1, int((x[-1] - x[0]) * share)) for share in COLUMNS_PER_PT)
    count = next((c for c in counts if len(x) >= 2 * PARTS * len(TURNS) * c), None)
    if count is None:
        return None
    wide = (x[-1] - x[0]) / count
    along, up = spread(x, y)
    fine = np.minimum(((along - x[0]) / wide * PARTS).astype(np.int64), count * PARTS - 1)
    column = fine // PARTS
    size = np.bincount(column, minlength=count)
    if not size.all():
        return None
    middle = x[0] + (np.arange(count) + 0.5) * wide
    mean = np.bincount(column, up, minlength=count) / size
    # How the edge rises or falls as a whole is kept apart from how it is spread around that.
    up -= np.interp(along, middle, mean)
    parts = heights(fine, up, count * PARTS)
    whole = heights(column, parts.sorted, count, in_runs=True)
    levels = whole.at(np.linspace(0, 1, LEVELS + 1)[None])
    turns = whole.at(np.array(TURNS)[None])
    widths, wrong = _widths(turns, levels)
    wrong = (wrong > MISFIT) | (_distance(parts, levels) > APART)
    if wrong.mean() > MOST_MISFITS:
        return None
    before = np.cumsum(widths, axis=1) - widths
    xs = (x[0] + (np.arange(count)[:, None] + before) * wide).ravel()
    ys = turns.ravel() + np.interp(xs, middle, mean)
    first = np.searchsorted(x, x[0] + np.arange(count) * wide)
    least, most = (
        np.repeat(pick.reduceat(y, first), len(TURNS)) for pick in (np.minimum, np.maximum)
    )
    ys = np.clip(ys, least, most)
    return _spiked(np.append(xs, x[-1]), np.append(ys, y[-1]), farthest(x, y, outward))


def farthest(x: np.ndarray, y: np.ndarray, outward: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where a line reaches farthest up (outward 1) or down (-1), SPIKES_PER_PT a point."""
    import numpy as np

    column = ((x - x[0]) * SPIKES_PER_PT).astype(np.int64)
    at = outline.highest(column, outward * y)
    return x[at], y[at]


def _spiked(
    x: np.ndarray, y: np.ndarray, spikes: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Put spikes upon a line: up and down again at one place."""
    import numpy as np

    there, far = spikes
    foot = np.interp(there, x, y)
    places, heights = np.repeat(there, 3), np.column_stack([foot, far, foot]).ravel()
    at = np.repeat(np.searchsorted(x, there), 3)
    return np.insert(x, at, places), np.insert(y, at, heights)


def _widths(turns: np.ndarray, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The strokes' shares of their columns, and the share of each that lies at wrong heights.

    turns: columns x strokes, where they begin; levels: columns x (LEVELS + 1) heights between which
    equal shares of the column belong.
    """
    import numpy as np

    after = np.append(turns[1:, 0], turns[-1, 0])
    ends = np.column_stack([turns[:, 1:], after])
    low, high = np.minimum(turns, ends)[..., None], np.maximum(turns, ends)[..., None]
    inside = np.minimum(high, levels[:, None, 1:]) - np.maximum(low, levels[:, None, :-1])
    falls = np.clip(inside, 0, None) / np.maximum(high - low, 1e-12)
    widths = np.full(turns.shape, 1 / turns.shape[1])
    for _ in range(STEPS):
        reached = np.maximum(np.einsum("ci,cil->cl", widths, falls), 1e-12)
        widths = widths * np.einsum("cil,cl->ci", falls, 1 / LEVELS / reached)
        widths /= widths.sum(axis=1, keepdims=True)
    reached = np.einsum("ci,cil->cl", widths, falls)
    wrong: np.ndarray = np.abs(np.cumsum(reached - 1 / LEVELS, axis=1)).max(axis=1)
    return widths, wrong


def _distance(parts: Heights, levels: np.ndarray) -> np.ndarray:
    """How far the distribution in a part of a column is from the column's, at most."""
    import numpy as np

    ranks = np.linspace(0, 1, LEVELS + 1)
    found = parts.at(ranks[None]).reshape(len(levels), PARTS, LEVELS + 1)
    far = np.zeros(len(levels))
    for part in range(PARTS):
        below = (found[:, part, :, None] <= levels[:, None, ::4]).mean(axis=1)
        far = np.maximum(far, np.abs(below - ranks[None, ::4]).max(axis=1))
    return far
