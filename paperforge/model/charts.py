"""What some figures draw beside aggregates and decisions; stats makes it when one asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Distribution:
    """The replicates of one cell, summarised for a box or a violin; printed units."""

    metric: str
    method: str
    dataset: str
    values: tuple[float, ...]
    """In the order of the aggregate's."""
    quartiles: tuple[float, float, float]
    whiskers: tuple[float, float]
    """The farthest values within 1.5 interquartile ranges of the box."""
    grid: tuple[float, ...] = ()
    """Where the density is known, from the smallest value to the largest; empty: no spread."""
    density: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """Two methods on the examples that both of them answered; printed units."""

    metric: str
    dataset: str
    left: str
    right: str
    n: int
    """Examples that both have."""
    lines: tuple[tuple[float, float, int], ...]
    """Left value, right value, number of examples. The numbers add up to n; else each line is one
    example, and these are a part of them, at even places in the order of their differences."""


@dataclass(frozen=True, slots=True)
class Correlations:
    """How the metrics, or the datasets, agree on the methods."""

    of: str
    """"metrics" or "datasets"."""
    names: tuple[str, ...]
    """In the order of the paper."""
    labels: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    """Symmetric, -1 to 1; None: too few, or one of the two has no spread."""
    n: tuple[tuple[int, ...], ...]
    """Observations behind each value."""
    over: str
    """What an observation is: "method", "run"."""
    statistic: str
    """"spearman" or "pearson"."""
    metric: str = ""
    """Of datasets: which metric is correlated."""
    dataset: str | None = None
    """Of metrics: the dataset that the means are from; None: their average, or every run."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often one method answered what: counts of examples (of all its runs)."""

    method: str
    dataset: str
    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    """Rows: the true class; columns: the answer; both in the order of `classes`."""
    runs: int
    """Runs whose answers are counted together."""
    others: int = 0
    """Classes that the last one, "other", stands for; 0: every class has its own."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Examples of similar confidence. Shares from 0 to 1."""

    low: float
    high: float
    """The bin: more than low, at most high."""
    n: int
    confidence: float
    """Mean; nan where the bin is empty, as the next three."""
    accuracy: float
    accuracy_low: float
    accuracy_high: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far a method's confidence can be trusted, bin by bin."""

    metric: str
    method: str
    dataset: str
    bins: tuple[Bin, ...]
    ece: float
    """Expected calibration error: mean over the answers of their bin's |accuracy - confidence|."""
    largest: float
    """Of those differences (maximum calibration error)."""
    n: int
    """Answers; examples times runs."""
    runs: int
    binning: str
    """"width": bins of equal width; "mass": of about equally many answers."""
    level: float
    """Of the intervals."""
    asked: int = 10
    """Bins that were asked for; of equal mass there may be fewer."""
