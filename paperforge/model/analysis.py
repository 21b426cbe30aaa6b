"""What the results support: made by stats, read by everything after it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperforge.model.messages import Diagnostic
    from paperforge.model.reading import Missing
    from paperforge.spec import Dataset, Method, Metric, Unit


class Verdict(StrEnum):
    """What a comparison supports, read "a is … b"."""

    BETTER = "better"
    WORSE = "worse"
    DIFFERENT = "different"
    """Decided, but the metric's direction is not known."""
    EQUIVALENT = "equivalent"
    INCONCLUSIVE = "inconclusive"
    UNDECIDABLE = "undecidable"
    """No outcome of this design could have been decided."""
    UNTESTED = "untested"
    """One run a cell and no examples: nothing to test."""


@dataclass(frozen=True, slots=True)
class Design:
    """What the results replicate, pair and miss; decides the test."""

    unit: Unit
    inferred: bool
    pair_by: tuple[str, ...]
    alpha: float
    correction: str
    mcnemar: str
    clustered: bool
    shared_runs: bool
    replicates: tuple[int, int]
    """Smallest and largest number of replicates in a cell that has any."""
    generalises: str
    """"This generalises to new seeds on these benchmarks.\""""
    sentences: tuple[str, ...]
    """The design in words: what varies, what is paired, what is missing, what was inferred."""
    noun: str = "seed"
    """What a replicate is called: "seed", "fold", "run", "example"."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One cell in numbers, in printed units (value x scale). dataset None: the average over all."""

    metric: str
    method: str
    dataset: str | None
    n: int
    """Replicates: seeds, or examples. For the average: the smallest n of its cells."""
    mean: float | None
    sd: float | None
    se: float | None
    half_width: float | None
    """Of the (1 - alpha) interval of the mean."""
    missing: Missing | None = None
    not_finite: int = 0
    failed: int = 0
    values: tuple[float, ...] = ()
    """The replicates themselves, where the unit is the seed and there are at most 200."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One comparison: a against b. Numbers are in printed units; estimate = a - b."""

    metric: str
    a: str
    b: str
    scope: str | None
    """A dataset, or None: the average over the fixed benchmarks."""
    primary: bool
    """Whether it is in the family that the correction covers."""
    estimate: float | None
    low: float | None
    high: float | None
    level: float
    """Of the interval, unadjusted: 0.95."""
    p: float | None
    p_adjusted: float | None
    """None for secondary comparisons."""
    family: int
    """Number of comparisons in the corrected family; 0 for secondary ones."""
    n: tuple[int, int]
    unit: Unit
    paired: bool
    test: str
    """"Welch t", "paired t", "McNemar mid-p", …"""
    statistic: float | None
    df: float | None
    verdict: Verdict
    reason: str = ""
    """One line, where the verdict needs one: "2 discordant examples: p cannot be below .25"."""
    smallest_p: float | None = None
    detectable: float | None = None
    """Difference that this design would find with power .8 at its alpha, unadjusted."""

    @property
    def decided(self) -> bool:
        """Whether a difference was found."""
        return self.verdict in (Verdict.BETTER, Verdict.WORSE, Verdict.DIFFERENT)


@dataclass(frozen=True, slots=True)
class Curve:
    """A metric along the steps, mean and t interval over the runs; printed units."""

    metric: str
    method: str
    dataset: str
    split: str
    steps: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is supported. Every mark, note, sentence and picture reads this; nothing recomputes."""

    design: Design
    metrics: tuple[Metric, ...]
    methods: tuple[Method, ...]
    datasets: tuple[Dataset, ...]
    aggregates: tuple[Aggregate, ...]
    decisions: tuple[Decision, ...]
    curves: tuple[Curve, ...] = ()
    notes: tuple[Diagnostic, ...] = ()

    def aggregate(self, metric: str, method: str, dataset: str | None) -> Aggregate | None:
        """The one aggregate of a cell."""
        for one in self.aggregates:
            if (one.metric, one.method, one.dataset) == (metric, method, dataset):
                return one
        return None

    def primary(self, metric: str | None = None) -> tuple[Decision, ...]:
        """The decisions of the corrected family."""
        return tuple(
            d for d in self.decisions if d.primary and (metric is None or d.metric == metric)
        )
