"""What passes from result stores to statistics."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from paperforge.model.charts import Confusion
    from paperforge.model.messages import Diagnostic
    from paperforge.spec import Dataset, Method, Metric, Source, Unit


@dataclass(slots=True)
class Meter:
    """How far the reading has come, for whoever watches from another thread (commands/progress.py).

    The one value here that changes. What reads says `begin`; a store that reads a long file may
    `advance` on the way, in bytes.
    """

    label: str = ""
    """What is being read: "runs/mlflow.db"."""
    total: int = 0
    """Bytes to read in all; 0: not known."""
    done: int = 0
    query: Callable[[], float] | None = None
    """How far the engine's query is, in per cent; negative: it does not know."""

    def begin(self, label: str, done: int = 0, total: int = 0) -> None:
        """Something else is being read, or done with what was read."""
        self.label, self.done, self.total = label, done, total

    def advance(self, count: int) -> None:
        """So many more bytes are read."""
        self.done += count

    def fraction(self) -> float | None:
        """How much is done, 0 to 1; None: nobody knows."""
        if self.done and self.total:
            return min(self.done / self.total, 1.0)
        share = self.query() if self.query else -1.0
        return min(share / 100, 1.0) if share >= 0 else None


@dataclass(frozen=True, slots=True)
class Found:
    """Files of one kind of store in one source: what a store is asked to read as one relation."""

    kind: str
    """Its name in the registry."""
    root: Path
    """The source, resolved: a folder, or the file itself. No path that a store names leaves it."""
    files: tuple[Path, ...]
    """Absolute, inside root, sorted."""
    pattern: str = ""
    """What the names of folders mean, as the author says: "{dataset}/{method}/seed={seed}"."""
    table: str = ""
    """Which table of a database; empty: the one that holds results."""
    history: bool = True
    """False: only the value at each metric's last step is needed; a store may give more."""
    meter: Meter = field(default_factory=Meter, compare=False, repr=False)
    """A store that reads for long may say how far it is: `found.meter.advance(bytes)`."""

    def place(self, path: Path) -> str:
        """Where a file is, to put behind the source's own name: "/a/b.csv"; "" for the source.

        The folder of a file that is itself the source says no more than the source either.
        """
        inside = path != self.root and path.is_relative_to(self.root)
        return "/" + path.relative_to(self.root).as_posix() if inside else ""


class Proof(Protocol):
    """What a store took for granted to save a pass over all rows: looked at beside or after it."""

    def begin(self, engine: duckdb.DuckDBPyConnection) -> None:
        """The pass begins."""

    def holds(self, columns: Collection[str], rows: int) -> bool:
        """Whether it was so; in `columns` the pass has read `rows` rows without an error."""

    def drop(self) -> None:
        """Nobody wants to know any more."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What a store hands over: a relation in the engine, in the store's own shape.

    `table` names a view or table of the connection. Its columns are text unless the store has
    types of its own. Three more columns say where a row came from: `__row`, a whole number that
    grows along the store; and where there are several files or runs, `__unit`, the place of the
    row's file or run behind the source's name ("/a/b.csv", " run lora-0"), and `__at`, the row's
    number in it (NULL: the unit is all there is to say).
    """

    table: str
    columns: tuple[str, ...]
    known: Mapping[str, str] = field(default_factory=dict)
    """Role -> column, where the store itself knows (MLflow's run, metric, step, value, status)."""
    notes: tuple[Diagnostic, ...] = ()
    """Where: the file's place in the source (Found.place), or its name."""
    place: str = ""
    """With the number `__at`, else `__row`, it says where in its file a row is ("line")."""
    name: str = ""
    """The column of the runs' own names: the method where nothing else names it."""
    said: tuple[str, ...] = ()
    """Columns that the places of the files say, one value a file: config.lr, path.seed."""
    summary: bool = False
    """Whether there is a column `__summary`: true for a value of the store's own summary, false for
    one of the history that has a summary, NULL for all others."""
    streamed: bool = False
    """Whether numbering the rows (`__row`) is what holds up the reading."""
    castable: bool = False
    """Whether the store gives the rows with numbers as the engine's own too, which takes an empty
    cell for none (stores.typed)."""
    proof: Proof | None = None
    """What is still to be found out of the files; None: they were looked at."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """Column -> what to ask where it was given no role: rows cannot be told apart without it."""
    spreads: tuple[str, ...] = ()
    """Columns of spreads that were declared where they stood in the cells of the means."""
    last_is_summary: bool = False
    """Whether the store's summary holds the last of a run's history, where the run has no value of
    its summary for the metric."""


class Store(Protocol):
    """A format of result store: one file under stores/.

    A module may also have `owns(path) -> Path`, the folder of a recognised file that belongs to
    this store alone (nothing in it is read by another); `repeats(path)`, other files that say the
    same as a recognised one, and are not read beside it; `TOGETHER = False`: each file is a
    relation of its own; `SUFFIXES`: in a folder, only files with these endings count (".csv");
    `ALONE = True`: a file counts only where it is itself the source; and beside TOGETHER = False
    `glance`, a `read` for one pass over a big file, whose Raw has a `proof` (None: use `read`).
    """

    NAME: str
    __name__: str

    def recognises(self, path: Path) -> bool:
        """Whether the file is of this format; looks at the name, then at the first bytes."""

    def read(self, found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
        """Make the files' content a relation called `table` in the engine.

        Raises InputError where nothing can be read. A damaged record ends its file with a note.
        """


class Missing(StrEnum):
    """Why a cell has no number."""

    NOT_RUN = "not run"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out of memory"
    NOT_FINITE = "not finite"
    DIVERGED = "diverged"
    NOT_APPLICABLE = "not applicable"
    NOT_REPORTED = "not reported"


@dataclass(frozen=True, slots=True)
class Sample:
    """The replicates of one cell, in the order of their keys.

    keys, values, clusters: arrays of one length n. Keys are integers that stand for the replicate
    (the seed, the run or the example): equal keys are the same replicate in every Sample of one
    metric. `keyed` is False where rows have no seed or example of their own: no matching.
    Values are as stored (unscaled) and finite; `not_finite` counts the NaN and infinities left out.
    """

    metric: str
    method: str
    dataset: str
    keys: np.ndarray
    values: np.ndarray
    clusters: np.ndarray | None = None
    keyed: bool = True
    not_finite: int = 0
    failed: int = 0
    repeats: np.ndarray | None = None
    """Of examples, and of folds that several seeds have: how many runs a value is the mean of."""
    within: np.ndarray | None = None
    """Of examples: the sum of squares of those runs around their mean."""
    scored: int = 0
    """Of runs: how many of the values stand for one without a number (Metric.diverged)."""
    unreported: int = 0
    """Of runs: how many are there and have no number, without having failed."""
    lost: tuple[int, ...] = ()
    """Of runs: the keys of those without a number, as far as they are known."""
    partial: int = 0
    """Of runs: examples' scores that are not finite, left out of the mean of their run."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one cell, one a run and example.

    runs, examples, values: arrays of shape (n,), sorted by run, then example; no pair is there
    twice. Keys are those of the cell's Samples by seed and by example; values as stored, finite.
    """

    method: str
    dataset: str
    runs: np.ndarray
    examples: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class Quote:
    """What a paper prints beside a number that is quoted from it, in stored units."""

    spread: float | None = None
    kind: str = ""
    """What the spread is: "sd", "se", "ci" (half the width of a 95 % interval) or "ci90"; without a
    spread "examples" where n counts those."""
    n: int = 0
    """Runs (or examples) behind the number; 0: not printed."""
    digits: int | None = None
    """Decimals that were printed."""
    cite: str = ""
    spread_digits: int | None = None
    """Decimals of the spread; None: those of the number."""


@dataclass(frozen=True, slots=True)
class Binned:
    """The answers of one cell by their confidence, counted bin by bin."""

    metric: str
    method: str
    dataset: str
    edges: tuple[tuple[float, float], ...]
    counts: tuple[tuple[int, int, float, float], ...]
    """Answers, different examples, right answers, sum of the confidences (0 to 1)."""
    runs: int
    binning: str
    """"width" or "mass"."""
    asked: int
    """Bins that were asked for; of equal mass there may be fewer."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One run's way along the steps, for learning curves; as stored."""

    method: str
    dataset: str
    run: str
    steps: Sequence[float]
    """Rising; a step that was logged twice is here twice."""
    values: Sequence[float]
    """One a step."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One rating of one method's output for an item, by one rater; as stored."""

    method: str
    dataset: str
    item: str
    rater: str
    value: float


class Results(Protocol):
    """The tidy relation. Made by results.py; it lives in DuckDB, so memory stays bounded."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """In the order of the paper."""

    @property
    def methods(self) -> tuple[Method, ...]:
        """In the order of the paper."""

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """One dataset named "" where the results name none."""

    @property
    def varies(self) -> frozenset[str]:
        """Roles of which the final rows hold several values ("seed", "example", "cluster")."""

    @property
    def present(self) -> frozenset[str]:
        """Roles that the results hold at all."""

    @property
    def shared_runs(self) -> bool:
        """Whether one run is measured on several datasets."""

    @property
    def folds(self) -> Mapping[str, int]:
        """Dataset -> folds of one cross-validation, where folds vary; its repeats are seeds."""

    @property
    def fold_runs(self) -> tuple[int, int]:
        """The fewest and the most seeds that a fold's value is the mean of; (1, 1) without."""

    @property
    def items_apart(self) -> bool:
        """Whether equal example ids in several datasets are taken for different items."""

    @property
    def sized_by(self) -> Metric | None:
        """The column of sizes that the datasets are taken from, as what is measured."""

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What was guessed, dropped, replaced; said on stderr and in the record."""

    @property
    def digest(self) -> str:
        """SHA-256 of the inputs' bytes and the mapping: whether a reading can be used again."""

    @property
    def rows(self) -> int:
        """How many rows were read."""

    @property
    def mapped(self) -> tuple[Source, ...]:
        """The sources with every role that was guessed, for --save."""

    @property
    def names(self) -> Mapping[int, str]:
        """Key of a replicate (Sample.keys by seed) -> its seed, fold or run, as written."""

    def settings(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Hyper-parameter -> method -> its different values, from the stores' own settings."""

    def ratings(self, metric: str) -> tuple[Rating, ...]:
        """What each rater gave; empty where the results name no raters."""

    def samples(self, metric: str, unit: Unit) -> tuple[Sample, ...]:
        """Final values of every cell that has some; for a unit of examples one per example."""

    def scores(self, metric: str) -> tuple[Scores, ...]:
        """What every run scored on every example, cell by cell; empty where none has examples."""

    def runs(self) -> tuple[tuple[str, str, str], ...]:
        """(method, dataset, name) of every run with a number of its own, sorted (model.Run)."""

    def scored_cells(self, metric: str) -> frozenset[tuple[str, str]]:
        """(method, dataset) of the cells that have a value of any example."""

    def scored(self, metric: str) -> bool:
        """Whether the metric has a value of any example."""

    def quotes(self, metric: str) -> Mapping[tuple[str, str], Quote]:
        """(method, dataset) -> what was printed beside a number that is quoted."""

    def missing(self, metric: str) -> Mapping[tuple[str, str], Missing]:
        """(method, dataset) -> why the cell has no finite value."""

    def traces(self, metric: str, split: str) -> Iterator[Trace]:
        """Every run of a metric along its steps; empty where nothing has steps."""

    def splits(self, metric: str) -> tuple[str, ...]:
        """The splits at which the metric has steps ("train", "val", "test", "")."""

    def confusions(self, most: int) -> tuple[Confusion, ...]:
        """True class against answer, counted for every cell; beyond `most` classes "other".

        Raises InputError where no row of a single example has columns for both.
        """

    def confidences(self, metric: str, bins: int, binning: str) -> tuple[Binned, ...]:
        """Right answers by their confidence, counted for every cell; binning: "width", "mass".

        Raises InputError where no row of a single example has a confidence, or where the metric is
        not 0 or 1 of each.
        """

    def sources(self, metric: str, method: str, dataset: str) -> tuple[str, ...]:
        """Where the rows of one cell came from, at most 50."""

    def origins(self, metric: str) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(method, dataset) -> the same, of every cell."""

    def batches(self, rows: int = 1 << 16) -> Iterator[pa.RecordBatch]:
        """The tidy relation (spec.TIDY_COLUMNS) in parts, in the order of the stores."""

    def frame(self) -> pd.DataFrame:
        """The whole tidy relation as a frame, for scripts."""
