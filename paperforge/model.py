"""The value types that pass between stages: read this first, after spec.py.

    Project ─┐
    Source ──▶ Results ──▶ Analysis ──▶ Table, Figure, Macro ──▶ Manuscript ──▶ Build

All are frozen but Meter. A change makes a new value (`dataclasses.replace`). Nothing heavy is
imported here: numpy, pandas and duckdb arrive inside the methods that need them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from paperforge.spec import Dataset, Direction, Method, Metric, Mode, Source, Unit

# ---------------------------------------------------------------------------------------------
# Messages
# ---------------------------------------------------------------------------------------------


class Severity(StrEnum):
    """How much a diagnostic matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Where, what, and the next move. Warnings travel with the value that they are about."""

    severity: Severity
    where: str
    """A place that the user can open: "sections/method.tex:12", "results.csv row 41"."""
    message: str
    hint: str = ""
    check: str = ""
    """Which check found it ("references", "pages"); empty: none."""


# ---------------------------------------------------------------------------------------------
# stores, results
# ---------------------------------------------------------------------------------------------


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
    asks: Mapping[str, str] = field(default_factory=dict)
    """Column -> what to ask where it was given no role: rows cannot be told apart without it."""
    last_is_summary: bool = False
    """Whether the store's summary holds the last of a run's history, where the run has no value of
    its summary for the metric."""


class Store(Protocol):
    """A format of result store: one file under stores/.

    A module may also have `owns(path) -> Path`, the folder of a recognised file that belongs to
    this store alone (nothing in it is read by another); `TOGETHER = False`: each file is a relation
    of its own; `SUFFIXES`: in a folder, only files with these endings count (".csv"); and
    `ALONE = True`: a file counts only where it is itself the source.
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


@dataclass(frozen=True, slots=True)
class Point:
    """One step of one run, for learning curves."""

    method: str
    dataset: str
    run: str
    step: float
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
    def notes(self) -> tuple[Diagnostic, ...]:
        """What was guessed, dropped, replaced; said on stderr and in the record."""

    @property
    def digest(self) -> str:
        """SHA-256 of the inputs and the mapping."""

    @property
    def rows(self) -> int:
        """How many rows were read."""

    @property
    def mapped(self) -> tuple[Source, ...]:
        """The sources with every role that was guessed, for --save."""

    def samples(self, metric: str, unit: Unit) -> tuple[Sample, ...]:
        """Final values of every cell that has some; for a unit of examples one per example."""

    def missing(self, metric: str) -> Mapping[tuple[str, str], Missing]:
        """(method, dataset) -> why the cell has no finite value."""

    def points(self, metric: str, split: str) -> Iterator[Point]:
        """All steps of all runs of a metric, for learning curves; empty where nothing has steps."""

    def splits(self, metric: str) -> tuple[str, ...]:
        """The splits at which the metric has steps ("train", "val", "test", "")."""

    def sources(self, metric: str, method: str, dataset: str) -> tuple[str, ...]:
        """Where the rows of one cell came from, at most 50."""

    def batches(self, rows: int = 1 << 16) -> Iterator[pa.RecordBatch]:
        """The tidy relation (spec.TIDY_COLUMNS) in parts, in the order of the stores."""

    def frame(self) -> pd.DataFrame:
        """The whole tidy relation as a frame, for scripts."""


# ---------------------------------------------------------------------------------------------
# stats
# ---------------------------------------------------------------------------------------------


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


# ---------------------------------------------------------------------------------------------
# tables, figures, narrative
# ---------------------------------------------------------------------------------------------


class Mark(StrEnum):
    """What a cell carries besides its number."""

    BEST = "best"
    SECOND = "second"
    BETTER = "†"
    WORSE = "‡"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the number, how it is printed, and what it carries. No TeX."""

    value: float | None = None
    spread: float | None = None
    n: int = 0
    printed: str = ""
    """The value in the column's rounding; for a missing cell its symbol."""
    printed_spread: str = ""
    marks: frozenset[Mark] = frozenset()
    missing: Missing | None = None
    note: str = ""
    """A symbol that points to one of the table's notes, or nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers."""

    label: str
    group: str = ""
    """The header above it; neighbours of one group share it."""
    metric: str = ""
    dataset: str | None = None
    direction: Direction | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled row, one cell a column."""

    label: str
    cells: tuple[Cell, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence under the table; `symbol` is what points to it from a cell."""

    text: str
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table apart from its rendering; plain text throughout, renderers escape."""

    name: str
    stub: str
    """Header of the first column."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()
    caption: str = ""
    label: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn figure."""

    name: str
    pdf: bytes
    width_pt: float
    """TeX points, 72.27 an inch."""
    height_pt: float
    alt: str
    data: str
    """The numbers behind it, as CSV."""
    note: str = ""
    """What the bands, bars and points are: for the caption."""
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Macro:
    """A number for the text."""

    key: str
    """"accuracy/lora-r8/digits"."""
    printed: str
    value: float | None
    source: str = ""


# ---------------------------------------------------------------------------------------------
# venues, template, compile, checks
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue's facts (data, not code), read from its folder's venue.toml."""

    id: str
    name: str
    folder: Path
    package: str
    style_files: tuple[str, ...]
    engine: str
    options: Mapping[str, str]
    """Mode -> options of the style."""
    page_limit: Mapping[str, int]
    """Mode -> pages of counted body; a mode without a limit is absent."""
    columns: int
    column_width_pt: float
    text_width_pt: float
    body_size_pt: float
    caption_size_pt: float
    footnote_size_pt: float
    text_face: str
    facts: Mapping[str, object] = field(default_factory=dict)
    """The whole venue.toml."""
    official: Path | None = None
    """The folder that holds the official style file, where one was found."""


TEX_FILES = frozenset(
    [f".{kind}" for kind in ("tex", "ltx", "tikz", "pgf", "bib", "bst", "sty", "cls", "clo", "def")]
    + [".cfg", ".fd", ".bbx", ".cbx", ".lbx", ".enc", ".ist"]
    + [".pdf", ".png", ".jpg", ".jpeg", ".eps"]
)
"""What a LaTeX project is made of; a build takes nothing else of the author's folder."""


class Owner(StrEnum):
    """Who may write a file."""

    AUTHOR = "author"
    PAPERFORGE = "paperforge"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a manuscript."""

    data: bytes
    owner: Owner
    origin: str = ""
    """Where its content comes from: "sections/method.tex", "[[tables]] main"."""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A complete LaTeX project in memory."""

    files: Mapping[str, File]
    """Path, "/"-separated and relative -> file."""
    main: str
    venue: Venue | None
    mode: Mode
    names: tuple[str, ...] = ()
    """The authors' names, for the check that an anonymous paper does not hold them."""
    date: str = ""
    """"2026-11-23": TeX's today; empty: a fixed day."""
    engine: str = "pdflatex"
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def generated(self) -> str:
        """Where paperforge's own files are: beside the main file."""
        folder = self.main.rpartition("/")[0]
        return f"{folder}/generated/" if folder else "generated/"


@dataclass(frozen=True, slots=True)
class Build:
    """What compiling a manuscript gave."""

    folder: Path
    pdf: Path | None
    """The good PDF of this build; None where it failed or TeX is missing."""
    pages: int | None
    body_pages: int | None
    """Pages that count against the venue's limit, where the template marks their end."""
    log: str
    diagnostics: tuple[Diagnostic, ...] = ()
    up_to_date: bool = False


class Check(Protocol):
    """A look at a manuscript and its build: one file under checks/."""

    NAME: str

    def check(self, manuscript: Manuscript, build: Build) -> Sequence[Diagnostic]:
        """What is wrong; empty: nothing."""
