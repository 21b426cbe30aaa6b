"""What the results support: made by stats, read by everything after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from paperforge.model.charts import Confusion, Correlations, Distribution, Joined, Reliability
    from paperforge.model.design import Design
    from paperforge.model.messages import Diagnostic
    from paperforge.model.reading import Missing, Quote
    from paperforge.model.reported import Agreement, Cost, Hyperparameter, Ratings
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
    partial: int = 0
    """Of runs: examples' scores that are not finite, left out of the mean of their run."""
    values: tuple[float, ...] = ()
    """The replicates themselves, where the unit is the seed and there are at most 200; a quoted
    mean is none."""
    interval: tuple[float, float] | None = None
    """Of the mean, where it does not lie around it as half_width says."""
    keys: tuple[str, ...] = ()
    """The seeds (or folds, or runs) of `values`, as the author writes them; empty where they have
    no names."""
    quoted: Quote | None = None
    """What the paper prints that the number is quoted from, in printed units."""
    scored: int = 0
    """Replicates that failed or diverged and count as a score (Metric.diverged); they are in n."""

    @property
    def only_mean(self) -> bool:
        """Whether somebody else made the mean: it is quoted, or the one value of several runs."""
        return self.quoted is not None or len(self.values) == 1 < self.n


@dataclass(frozen=True, slots=True)
class Effect:
    """How large a difference is, without its unit. None: not defined for these data."""

    d: float | None = None
    """Cohen's d with Hedges' correction; positive where the values of a are larger."""
    d_kind: str = ""
    """What it is standardised by: "pooled", "differences"."""
    superiority: float | None = None
    """P(a > b) + P(a = b) / 2, of a random replicate of each."""
    cliffs_delta: float | None = None
    """P(a > b) - P(a < b)."""
    reason: str = ""
    """Why there is no d, where that is not plain."""
    superiority_reason: str = ""
    """Why there is no P(a > b), where there is a d."""


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
    """Difference that this design would find with power .8 at the first step of its family: alpha
    over the family's size (alpha itself where nothing is corrected, and for secondary ones)."""
    simultaneous: tuple[float, float] | None = None
    """The interval that goes with p_adjusted, where the correction has one."""
    equivalence: tuple[float, float] | None = None
    """The (1 - 2 alpha) interval, where a margin is declared."""
    equivalence_adjusted: tuple[float, float] | None = None
    """The same at the level that the correction judges this comparison at: within the margin
    exactly where `equivalent`. None for secondary comparisons, and where the test of equivalence
    has no interval."""
    equivalence_level: float | None = None
    """Of equivalence_adjusted: 1 - 2 alpha over Holm's step; 0.9 where nothing is corrected."""
    equivalent: bool = False
    """Whether the two one-sided tests find it, corrected over the family; may hold beside a
    difference that was found."""
    p_equivalence: float | None = None
    """The larger p of the two one-sided tests; None: no margin is declared, or no test has it."""
    p_equivalence_adjusted: float | None = None
    """The same, corrected over the family; None for secondary comparisons."""
    monte_carlo: float | None = None
    """Monte Carlo standard error of p; None: none, p is exact or from a formula."""
    effect: Effect = field(default_factory=Effect)
    generalises: str = ""
    """What a decision holds for: "new seeds on these benchmarks"."""
    signature: str = ""
    """The settings, the seed, the version and the data that give these numbers again."""
    unmatched: tuple[int, int] = (0, 0)
    """Of a and of b: replicates that had no partner and were left out; of runs x examples, and of
    averages over datasets, examples (of all datasets)."""
    examples: int | None = None
    """Of runs x examples: how many both share, and the comparison was made on."""
    interval_of: str = ""
    """What low and high, and p, are of, where that is not `estimate`: "pseudomedian" of the
    differences over datasets, which may lie so that the mean is not between them."""
    centre: float | None = None
    """The estimate of that."""

    @property
    def decided(self) -> bool:
        """Whether a difference was found."""
        return self.verdict in (Verdict.BETTER, Verdict.WORSE, Verdict.DIFFERENT)


@dataclass(frozen=True, slots=True)
class Omnibus:
    """One test of whether any of the methods differ on a metric, datasets as a sample."""

    metric: str
    test: str
    statistic: float | None
    df: tuple[float, ...]
    p: float | None
    monte_carlo: float | None = None
    p_asymptotic: float | None = None
    """By the statistic's limiting distribution, where p is by permutation."""


@dataclass(frozen=True, slots=True)
class Rank:
    """A method's mean rank over the datasets; 1 is best."""

    metric: str
    method: str
    mean_rank: float
    datasets: int = 0
    """Over how many; 0: all that the test compared on (Groups.datasets)."""


@dataclass(frozen=True, slots=True)
class Groups:
    """What a critical-difference diagram draws, read from the decisions of a metric.

    `groups`: maximal runs of methods in the order of their ranks with no difference found between
    any two. `difference`: Nemenyi's critical difference of mean ranks, where that decided.
    `reason`: why there is no diagram; then there are no groups.
    """

    metric: str
    posthoc: str
    datasets: int
    difference: float | None = None
    groups: tuple[tuple[str, ...], ...] = ()
    reason: str = ""
    unjoined: tuple[tuple[str, str], ...] = ()
    """Pairs in which no difference was found and that no group can join."""
    control: str | None = None
    """The one method that all others were compared with: then there are no groups,"""
    like_control: tuple[str, ...] = ()
    """but those in which no difference from it was found."""


@dataclass(frozen=True, slots=True)
class BestSet:
    """The methods of a metric that cannot be told from the best, a family of its own."""

    metric: str
    methods: tuple[str, ...]
    ps: tuple[tuple[str, float], ...]
    """Method -> one-sided p of its being worse than the best of the others."""
    test: str
    alpha: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A performance profile: the share of runs that score more than each threshold."""

    metric: str
    method: str
    thresholds: tuple[float, ...]
    """Printed units."""
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


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
class Improvement:
    """The probability that a is better than b, ties half: of a random replicate of each."""

    metric: str
    a: str
    b: str
    scope: str | None
    """A dataset, or None: the mean over all datasets."""
    estimate: float
    low: float | None
    high: float | None
    level: float
    n: int
    """Replicates of the cell that has fewest; matched pairs, where `paired`."""
    paired: bool
    """Whether it is the share of matched pairs that a wins, not of all pairs."""
    unit: Unit
    """What is drawn anew: seeds, examples or datasets."""
    reason: str = ""
    """Why there is no interval."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted scaling law y = E + c x^-alpha, in printed units; limits at the analysis' level."""

    floor: float | None
    """E; None: the law is c x^-alpha, for E cannot be told from 0, or was not asked for."""
    factor: float
    """c; below 0 where y rises towards E."""
    alpha: float
    floor_limits: tuple[float, float] | None
    factor_limits: tuple[float, float] | None
    alpha_limits: tuple[float, float] | None
    rms: float
    """Root mean square of log(y) - log(fitted), over the degrees of freedom."""
    robust: bool
    """Whether Huber's loss was used; with few sizes: least squares."""
    p_floor: float | None
    """Of E = 0; None where there are too few sizes to ask."""
    held_out: float | None
    """y / predicted - 1 at the largest size, fitted without it."""
    grid: tuple[tuple[float, float, float | None, float | None], ...]
    """x, y and the limits of the fitted line, up to beyond the largest size."""
    missed: int = 0
    """Points whose own intervals the line leaves out."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """One series of a scaling law: a metric against a size, a point a size; printed units."""

    metric: str
    x: str
    """A metric, "dataset" or "step"."""
    series: str
    methods: tuple[str, ...]
    """Of each point."""
    sizes: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    fit: Fit | None
    reason: str = ""
    """Why there is no fit, or no interval of it."""
    dataset: str = ""
    """Where sizes of several datasets are apart: the label of the one that this series is of."""
    averaged: tuple[str, ...] = ()
    """The datasets that the points are averages over."""


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
    omnibus: tuple[Omnibus, ...] = ()
    ranks: tuple[Rank, ...] = ()
    groups: tuple[Groups, ...] = ()
    best: tuple[BestSet, ...] = ()
    profiles: tuple[Profile, ...] = ()
    frame: Callable[[], pd.DataFrame] | None = field(default=None, compare=False, repr=False)
    """The tidy results, for the author's own drawing functions; None: nobody asked for them."""
    costs: tuple[Cost, ...] = ()
    settings: tuple[Hyperparameter, ...] = ()
    ratings: tuple[Ratings, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    places: tuple[Rank, ...] = ()
    """Mean ranks where the datasets are fixed: descriptive, no test reads them."""
    origins: Mapping[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    """(metric, method, dataset) -> where the rows of its final values are, at most 50; where they
    were asked for."""
    distributions: tuple[Distribution, ...] = ()
    correlations: tuple[Correlations, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    reliabilities: tuple[Reliability, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    scalings: tuple[Scaling, ...] = ()
    joined: tuple[Joined, ...] = ()
    beside: tuple[Decision, ...] = ()
    """Of pairs outside the family that a table or figure shows; secondary."""
    sized_by: Metric | None = None
    """The column of sizes that the datasets are taken from, as what is measured; where asked."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What is printed for each metric, method and dataset."""
        named: tuple[Metric | Method | Dataset, ...]
        named = (*self.metrics, *self.methods, *self.datasets)
        return tuple(one.label for one in named)

    def aggregate(self, metric: str, method: str, dataset: str | None) -> Aggregate | None:
        """The one aggregate of a cell."""
        for one in self.aggregates:
            if (one.metric, one.method, one.dataset) == (metric, method, dataset):
                return one
        return None

    def over(self, metric: str) -> int:
        """Datasets that have numbers of a metric: those that its average is over."""
        found = (one.datasets for one in self.design.metrics if one.metric == metric)
        return next(found, 0) or len(self.datasets)

    def primary(self, metric: str | None = None) -> tuple[Decision, ...]:
        """The decisions of the corrected family."""
        return tuple(
            d for d in self.decisions if d.primary and (metric is None or d.metric == metric)
        )
