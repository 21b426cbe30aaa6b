"""What the results replicate, of all metrics and of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.spec import AGGREGATES

if TYPE_CHECKING:
    from paperforge.spec import Unit


@dataclass(frozen=True, slots=True)
class Replicated:
    """What one metric replicates."""

    metric: str
    unit: Unit
    noun: str
    replicates: tuple[int, int]
    generalises: str
    datasets: int = 0
    """Of which it has numbers."""


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
    """What a replicate is called: "seed", "fold", "run", "example", "dataset"."""
    family: str = "all pairs of methods"
    """What is compared: "ours against each baseline"."""
    per_metric: bool = False
    """Whether each metric has a family of its own."""
    seed: int = 0
    """Of every resampling."""
    aggregate: str = "mean"
    """What is compared over the datasets: a key of spec.AGGREGATES."""
    place: str = "dataset"
    """What a dataset is called: "dataset", or "task" where the results call it so."""
    printed: tuple[str, ...] = ()
    """Methods of which a cell is a printed mean with its spread and number of runs."""
    scored: tuple[str, str] = ("examples", "")
    """What examples are, and how they are grouped: ("ratings", "of 40 items"), ("prompts", "")."""
    metrics: tuple[Replicated, ...] = ()
    """Of each metric; where they differ, `unit` and `noun` are those of the metrics with ids."""
    sameness: str = ""
    """Which examples were compared, where not all runs were scored on the same ones."""
    averaged: tuple[int, int] = (1, 1)
    """Of examples or folds as the unit: the smallest and largest number of runs (of folds: seeds)
    that a score is the mean of."""
    scored_lost: tuple[str, ...] = ()
    """Failed and diverged runs that count as a score: "3 of A as 0 in Accuracy"."""
    samples: str = ""
    """How many samples the score of a prompt is the mean of: "10 and 3 samples each"."""

    look: str = ""
    """Which look of a plan with several it is, and what that leaves of alpha; empty: none."""

    @property
    def mixed(self) -> bool:
        """Whether the metrics replicate different things."""
        return len({one.unit for one in self.metrics}) > 1

    def of(self, metric: str) -> Design:
        """The design as it is for one metric."""
        mine = next((one for one in self.metrics if one.metric == metric and self.mixed), None)
        if mine is None:
            return self
        return replace(
            self,
            unit=mine.unit,
            noun=mine.noun,
            replicates=mine.replicates,
            generalises=mine.generalises,
        )

    @property
    def over_datasets(self) -> str:
        """What the numbers over the datasets are called, as a heading: "Average", "IQM"."""
        name = AGGREGATES[self.aggregate]
        return name[0].upper() + name[1:]
