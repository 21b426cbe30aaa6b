"""What a paper reports beside its comparisons: costs, hyper-parameters, people's ratings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What the runs of one method took, by one metric; printed units (stored value x scale)."""

    metric: str
    method: str
    unit: str
    """Declared, or told by the metric's name; empty where it is not known."""
    n: int
    """Runs with a finite number; one that was measured on several datasets counts on each."""
    mean: float
    """Per run."""
    sd: float | None
    """Between runs; None for one run."""
    low: float
    high: float
    total: float
    """Over all n runs."""
    failed: int = 0
    """Runs that failed or have no finite number: what they took is not in the total."""


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """One setting of the runs, as the result store has it."""

    name: str
    """Without the store's prefix: "lr", "optimizer.name"."""
    values: tuple[tuple[str, tuple[str, ...]], ...]
    """Method -> its different values, numbers in their order; a method that has none is left out.
    The methods are those of the Analysis, in its order."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """What people gave one method, by one metric; as written, without scale."""

    metric: str
    method: str
    n: int
    """Ratings."""
    items: int
    raters: int
    mean: float
    quartiles: tuple[float, float, float]
    """Lower quartile, median, upper quartile, by inversion of the distribution function with
    averaging at its steps (Hyndman and Fan 1996, The American Statistician 50(4), definition 2)."""
    counts: tuple[tuple[float, int], ...]
    """Rating -> how often, in their order; the same ratings for every method of a metric."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha of the raters of one metric, over all that they rated."""

    metric: str
    level: str
    """"ordinal", "nominal", "interval", "ratio"."""
    alpha: float | None
    """None: not defined, see `reason`."""
    low: float | None
    high: float | None
    """Of the bootstrap interval over the items."""
    confidence: float
    """Of that interval: .95."""
    raters: int
    units: int
    """What has two ratings or more: an output of one method for one item."""
    ratings: int
    """Of those units."""
    items: int
    """What is drawn anew by the bootstrap."""
    reason: str = ""
