"""Learning curves: a metric along the steps, mean and interval over the runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from paperforge.errors import UsageError
from paperforge.model import Curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.model import Results, Trace
    from paperforge.spec import Metric

LEVEL = 0.95


def curves(results: Results, metric_name: str, split: str) -> tuple[Curve, ...]:
    """Mean and 95 % t interval over runs at each step, in printed units; one curve a cell.

    A step that only some runs reached is kept with its own n. Where n is 1 there is no interval:
    low and high are the mean. Values that are not finite are left out.
    Raises UsageError for a metric that the results do not hold.
    """
    metric = next((m for m in results.metrics if m.name == metric_name), None)
    if metric is None:
        known = ", ".join(m.name for m in results.metrics)
        part, _, rest = metric_name.replace("/", "_").partition("_")
        named = any(m.name == rest for m in results.metrics) and part in results.splits(rest)
        meant = f"{metric_name} is metric {rest}, split {part}: --metric {rest} --split {part}; "
        raise UsageError(
            f"no metric is called {metric_name}",
            hint=f"{meant if named else ''}there are: {known}",
        )
    cells: dict[tuple[str, str], list[Trace]] = {}
    for one in results.traces(metric_name, split):
        cells.setdefault((one.method, one.dataset), []).append(one)
    order = [(m.name, d.name) for m in results.methods for d in results.datasets]
    made = (curve(metric, cell, split, cells.pop(cell)) for cell in order if cell in cells)
    return tuple(one for one in made if one is not None)


def curve(metric: Metric, cell: tuple[str, str], split: str, runs: Sequence[Trace]) -> Curve | None:
    """Summarise one cell; a run that logged a step twice counts once, with its mean."""
    import numpy as np

    known = [run_means(one) for one in runs]
    steps = np.concatenate([at for at, _ in known])
    values = np.concatenate([of for _, of in known])
    del known
    if not len(steps):
        return None
    order = np.argsort(steps, kind="stable")
    steps, values = steps[order], values[order]
    starts = np.flatnonzero(np.diff(steps, prepend=np.nan) != 0)
    mean, low, high, n = intervals(values, starts)
    single = bool((n == 1).all())
    with np.errstate(over="ignore"):
        mean = held(mean * metric.scale)
        low, high = held(low * metric.scale), held(high * metric.scale)
    drawn = tuple(mean.tolist())
    low_end, high_end = (drawn if single else tuple(one.tolist()) for one in (low, high))
    return Curve(
        metric.name,
        *cell,
        split,
        tuple(steps[starts].tolist()),
        drawn,
        low_end,
        high_end,
        tuple(n.tolist()),
    )


def run_means(run: Trace) -> tuple[np.ndarray, np.ndarray]:
    """Return a run's finite steps, rising, and its mean value at each: two arrays of a length."""
    import numpy as np

    steps, values = (np.asarray(one, dtype=float) for one in (run.steps, run.values))
    finite = np.isfinite(steps) & np.isfinite(values)
    steps, values = steps[finite], values[finite]
    if (np.diff(steps) > 0).all():
        return steps, values
    order = np.lexsort((values, steps))
    steps, values = steps[order], values[order]
    starts = np.flatnonzero(np.diff(steps, prepend=np.nan) != 0)
    return steps[starts], intervals(values, starts)[0]


def intervals(
    values: np.ndarray, starts: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, t limits and n of groups of values: each goes from a start to the next.

    Everything is held within the range of a float. A group of one has no interval: all are it.
    """
    import numpy as np
    from scipy.special import stdtrit

    n = np.diff(starts, append=len(values))
    size = np.maximum.reduceat(np.abs(values), starts)
    size[size == 0] = 1.0
    scaled = values / np.repeat(size, n)  # a loss that exploded must not overflow its square
    mean = np.add.reduceat(scaled, starts) / n
    squares = np.add.reduceat((scaled - np.repeat(mean, n)) ** 2, starts)
    free = np.maximum(n - 1, 1)
    half = stdtrit(free, (1 + LEVEL) / 2) * np.sqrt(squares / free / n)
    with np.errstate(over="ignore"):
        low, high = held((mean - half) * size), held((mean + half) * size)
    mean = mean * size
    for one in (mean, low, high):
        one[n == 1] = values[starts][n == 1]
    return mean, low, high, n


def held(values: np.ndarray) -> np.ndarray:
    """Keep numbers within the range of a float."""
    return values.clip(-sys.float_info.max, sys.float_info.max)
