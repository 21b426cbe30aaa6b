"""How far people agree: Krippendorff's alpha, with a bootstrap interval over the items.

alpha = 1 - Do / De: the disagreement within the units over the one to expect if ratings fell on the
units by chance. Of a unit with m ratings every ordered pair of two raters counts 1 / (m - 1) in the
matrix of coincidences o; n_c are its marginal sums, n their sum:

    Do = sum o_ck d_ck / n        De = sum n_c n_k d_ck / (n (n - 1))

Source: Krippendorff 2004, Content Analysis, 2nd edition, chapter 11; Krippendorff 2011, Computing
Krippendorff's alpha-reliability (whose section on incomplete data gives nominal .743, ordinal .815,
interval .849 and ratio .797 for four observers of twelve units: tests/stats/test_agreement.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.model import Agreement
from paperforge.stats import keyed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

LEVELS = ("nominal", "ordinal", "interval", "ratio")
REPLICATES = 2000
MOST = 101
"""Different ratings: 0 to 100. With more of them a scale is no ordinal one."""
FEWEST_ITEMS = 5
"""With fewer the bootstrap over items has no interval to give."""
PAIR = 2
"""Ratings of a unit that make it count."""
BLOCK = 1 << 23
"""Numbers that are held at once while resampling."""


def agreement(
    metric: str,
    units: Mapping[tuple[str, ...], Mapping[str, float]],
    *,
    level: str = "ordinal",
    alpha: float = 0.05,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Agreement:
    """Alpha of what raters gave; `units`: (item, ...) -> rater -> rating.

    Units whose first part is equal belong to one item (outputs of several methods) and are drawn
    together, with Poisson weights (keyed.poisson): the interval is for new items and the same kind
    of raters. Percentile limits; of 400 simulated studies (two methods, three raters, five steps)
    .90 held the true alpha with 10 items, .93 with 20 and with 50. Raises ValueError for an unknown
    level.
    """
    import numpy as np

    if level not in LEVELS:
        raise ValueError(f"level {level!r} is none of {', '.join(LEVELS)}")
    paired = {unit: given for unit, given in units.items() if len(given) >= PAIR}
    raters = {rater for given in paired.values() for rater in given}
    items = list(dict.fromkeys(unit[0] for unit in paired))
    count = sum(map(len, paired.values()))
    bare = Agreement(
        metric, level, None, None, None, 1 - alpha, len(raters), len(paired), count, len(items)
    )
    values = np.unique([float(value) for given in paired.values() for value in given.values()])
    reason = _undefined(len(paired), values)
    if reason:
        return _with(bare, reason=reason)
    parts = _coincidences(paired, items, values)
    whole = parts.sum(axis=0, keepdims=True)
    estimate = float(coefficient(whole.reshape(1, len(values), -1), values, level)[0])
    if len(items) < FEWEST_ITEMS:
        return _with(bare, estimate, reason=f"an interval needs {FEWEST_ITEMS} items")
    drawn = np.sort(_resampled(parts, values, level, replicates, seed))
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.quantile(drawn, [alpha / 2, 1 - alpha / 2]).tolist()
    return _with(bare, estimate, float(low), float(high))


def _undefined(units: int, values: np.ndarray) -> str:
    if not units:
        return "no item was rated by two raters"
    if len(values) < PAIR:
        return "all ratings are equal: nothing tells agreement from habit"
    if len(values) > MOST:
        return f"{len(values)} different ratings: that is no ordinal scale"
    return ""


def _with(
    bare: Agreement,
    alpha: float | None = None,
    low: float | None = None,
    high: float | None = None,
    reason: str = "",
) -> Agreement:
    from dataclasses import replace

    return replace(bare, alpha=alpha, low=low, high=high, reason=reason)


def _coincidences(
    units: Mapping[tuple[str, ...], Mapping[str, float]], items: Sequence[str], values: np.ndarray
) -> np.ndarray:
    """The coincidences of each item, its units added up: shape (items, V * V)."""
    import numpy as np

    place = {item: at for at, item in enumerate(items)}
    wide = len(values)
    found = np.zeros((len(items), wide * wide))
    for unit, given in units.items():
        counts = np.bincount(np.searchsorted(values, list(given.values())), minlength=wide)
        pairs = np.outer(counts, counts) - np.diag(counts)
        found[place[unit[0]]] += pairs.ravel() / (len(given) - 1)
    return found


def coefficient(coincidences: np.ndarray, values: np.ndarray, level: str) -> np.ndarray:
    """Alpha of B matrices of coincidences, shape (B, V, V); NaN where one value is all there is.

    Distances: nominal 1; interval (c - k)^2; ratio ((c - k) / (c + k))^2; ordinal the squared
    number of ratings from c to k, those at the two ends counted half.
    """
    import numpy as np

    margins = coincidences.sum(axis=2)
    n = margins.sum(axis=1)
    distance = _distance(margins, values, level)
    within = (coincidences * distance).sum(axis=(1, 2))
    by_chance = margins[:, :, None] * margins[:, None, :]
    expected = (by_chance * distance).sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - (n - 1) * within / expected, np.nan)


def _distance(margins: np.ndarray, values: np.ndarray, level: str) -> np.ndarray:
    """Squared distances of the values: shape (1, V, V), for "ordinal" (B, V, V)."""
    import numpy as np

    if level == "nominal":
        return np.asarray(1 - np.eye(len(values)))[None]
    if level == "ordinal":
        middles = np.cumsum(margins, axis=1) - margins / 2
        return np.asarray((middles[:, :, None] - middles[:, None, :]) ** 2)
    apart = values[:, None] - values[None, :]
    if level == "ratio":
        total = values[:, None] + values[None, :]
        apart = np.divide(apart, total, out=np.zeros_like(apart), where=total != 0)
    return np.asarray(apart**2)[None]


def _resampled(
    parts: np.ndarray, values: np.ndarray, level: str, replicates: int, seed: int
) -> np.ndarray:
    """Alpha of each resample of the items, shape (replicates,)."""
    import numpy as np

    keys = np.arange(len(parts))
    rows = max(4, BLOCK // (parts.shape[1] + len(parts)))
    found = []
    for start in range(0, replicates, rows):
        these = np.arange(start, min(start + rows, replicates))
        weights = keyed.poisson(seed, these, keys).astype(float)
        drawn = (weights @ parts).reshape(len(these), len(values), -1)
        found.append(coefficient(drawn, values, level))
    return np.concatenate(found)
