"""Learning curves: a metric along the steps, mean and interval over the runs."""

from __future__ import annotations

import math
import statistics
import sys
from typing import TYPE_CHECKING

from paperforge.errors import UsageError
from paperforge.model import Curve, Results

if TYPE_CHECKING:
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
    runs: dict[tuple[str, str], dict[float, dict[str, list[float]]]] = {}
    for point in results.points(metric_name, split):
        if math.isfinite(point.value) and math.isfinite(point.step):
            steps = runs.setdefault((point.method, point.dataset), {})
            steps.setdefault(point.step, {}).setdefault(point.run, []).append(point.value)
    cells = [(m.name, d.name) for m in results.methods for d in results.datasets]
    return tuple(curve(metric, cell, split, runs[cell]) for cell in cells if cell in runs)


def curve(
    metric: Metric, cell: tuple[str, str], split: str, steps: dict[float, dict[str, list[float]]]
) -> Curve:
    """Summarise one cell; a run that logged a step twice counts once, with its mean."""
    order = sorted(steps)
    rows = [interval([statistics.fmean(seen) for seen in steps[step].values()]) for step in order]
    mean, low, high = zip(*rows, strict=True)
    return Curve(
        metric.name,
        *cell,
        split,
        tuple(order),
        tuple(held(x * metric.scale) for x in mean),
        tuple(held(x * metric.scale) for x in low),
        tuple(held(x * metric.scale) for x in high),
        tuple(len(steps[step]) for step in order),
    )


def interval(values: list[float]) -> tuple[float, float, float]:
    """Mean and t interval of the values of one step, held within the range of a float."""
    from scipy.special import stdtrit

    n, size = len(values), max(map(abs, values)) or 1.0
    scaled = [x / size for x in values]  # a loss that exploded must not overflow its square
    mean = math.fsum(scaled) / n
    if n == 1:
        return values[0], values[0], values[0]
    sd = math.sqrt(math.fsum((x - mean) ** 2 for x in scaled) / (n - 1))
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * sd / math.sqrt(n)
    return mean * size, held((mean - half) * size), held((mean + half) * size)


def held(value: float) -> float:
    """Keep a limit within the range of a float."""
    return min(max(value, -sys.float_info.max), sys.float_info.max)
