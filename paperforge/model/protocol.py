"""The plan of a study, as it is written down before the results that it is to judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from paperforge.spec import Direction, Role, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Spending(StrEnum):
    """How the error rate is spent over several looks."""

    OBRIEN_FLEMING = "obrien-fleming"
    POCOCK = "pocock"


@dataclass(frozen=True, slots=True)
class PlannedMethod:
    """One method of the comparison. `seeds`: how many runs on each dataset; None: not said."""

    role: Role | None = None
    seeds: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedMetric:
    """One metric that is tested; numbers in printed units."""

    direction: Direction | None = None
    margin: float | None = None
    detectable: float | None = None
    """The smallest difference that the plan expects to find with power .8."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """When the data is judged. No looks: once, when the planned number is there."""

    looks: tuple[int, ...] = ()
    """Replicates a cell at each look, rising; the last is the largest number planned."""
    spending: Spending = Spending.OBRIEN_FLEMING


@dataclass(frozen=True, slots=True)
class Protocol:
    """plan.toml, validated. What is empty was not planned, and nothing is held against it."""

    methods: Mapping[str, PlannedMethod]
    metrics: Mapping[str, PlannedMetric]
    question: str = ""
    estimand: str = ""
    datasets: tuple[str, ...] = ()
    """Empty: the results name none."""
    ablations: tuple[str, ...] = ()
    """Methods that are run and reported, and compared with nothing."""
    unit: Unit = Unit.SEED
    examples: int | None = None
    """How many in each dataset, where the unit is the example."""
    pair_by: tuple[str, ...] = ()
    alpha: float = 0.05
    correction: str = "holm"
    scope: str = "all"
    """What is corrected together: the comparisons of "all" metrics, or of each "metric"."""
    family: tuple[tuple[str, str], ...] = ()
    """The comparisons on each metric: (a, b), read "a against b"."""
    stopping: Stopping = field(default_factory=Stopping)


@dataclass(frozen=True, slots=True)
class Look:
    """What a plan with several looks says about the present one. Made by stats' plan."""

    number: int
    """1 for the first."""
    planned: int
    """How many looks there are in all."""
    n: int
    """Replicates a cell now."""
    largest: int
    """At the last look."""
    nominal: float
    """The alpha that this look is to be judged at."""
    spent: float
    """Of the plan's alpha, this look included."""
    before: float
    """Of the plan's alpha, at the looks before."""
    following: int = 0
    """Replicates at the next look, where this is between two looks; 0: a look was planned here."""


Run = tuple[str, str, str]
"""(method, dataset, name): the name is that of its seed and fold, else its own."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """One entry of plan.lock: what the plan was on a day."""

    date: str
    sha256: str
    content: Mapping[str, object]
    seal: str
    """SHA-256 over the entry before, the date, the hash and the runs."""
    runs: tuple[Run, ...] | None = None
    """Those that had a number on that day; None: nobody looked."""
    scores: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]] | None = None
    """Metric -> method -> dataset -> hashes of the runs' numbers; None: not written down."""
