"""What the author declares: paper.toml, or the options of a command, as plain frozen values.

project.py makes a Project from a paper.toml; the commands make one from their options. Every stage
knows these types; nothing heavy is imported here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROLES = (
    "run",
    "method",
    "dataset",
    "seed",
    "fold",
    "split",
    "metric",
    "step",
    "value",
    "example",
    "cluster",
    "status",
)
"""What a column of a result store can mean."""
BESIDE = ("sd", "se", "ci", "n")
"""What a column beside a mean can be: its spread, and how many runs it is the mean of."""

TIDY_COLUMNS = (*ROLES, "kept", "source")
"""The columns of the tidy relation; `source` is enough to find the row again."""


FINAL = ("last", "best", "summary")
"""What may count as a run's final value; best also as best:METRIC."""
_BRACES = re.compile(r"\{([^{}]*)\}")


def pattern_problem(pattern: str) -> str:
    """What is wrong with a pattern of folders' names like "{dataset}/seed={seed}"; empty: nothing.

    Names in braces are roles, or any word; * is anything within one name.
    """
    names = _BRACES.findall(pattern)
    if set("{}") & set(_BRACES.sub("", pattern)):
        return "a brace is opened or closed alone"
    for name in names:
        if name and not name.isidentifier():
            return f"{{{name}}} is no name: letters, digits and _ only"
    if not any(name.strip("_") for name in names):
        return "nothing in it is named: write {method}, {dataset}, {seed} or other words in braces"
    together = re.search(r"(?:\{[^{}]*\}|\*)(?:\{[^{}]*\}|\*)", pattern)
    if together:
        return f"nothing tells where the parts of {together[0]} end: put / or other text in between"
    return ""


def final_problem(final: str) -> str:
    """What is wrong with a policy for final values; empty: nothing."""
    if final in FINAL or (final.startswith("best:") and final.removeprefix("best:").strip()):
        return ""
    return "must be last, best, best:METRIC or summary"


CORRECTIONS = {
    "holm": "Holm",
    "bonferroni": "Bonferroni",
    "bh": "Benjamini and Hochberg (false discovery rate)",
    "max-t": "single-step max-T",
    "romano-wolf": "Romano and Wolf's step-down",
    "none": "no correction",
}
"""How a family of comparisons may be corrected, as it is printed."""


ENGINES = ("auto", "numpy", "torch")
"""What may compute resampling."""
AT = " at "
"""Between a dataset and a size of it ("wiki at 1e6"), and between their columns."""
AGGREGATES = {
    "mean": "average",
    "iqm": "IQM",
    "median": "median",
    "optimality-gap": "1 − optimality gap",
}
"""What may be compared over the datasets, as it is printed."""


LAYOUTS = (
    "method-by-dataset",
    "dataset-by-method",
    "ablation",
    "pairwise",
    "per-seed",
    "cost",
    "settings",
    "listing",
    "ratings",
)
"""What a table may be: methods by datasets or turned; an ablation (the full model first);
every decision; every run; what runs took; hyper-parameters; a file's own columns; human ratings."""


COLUMNS = ("rank", "difference", "improvement", "n")
"""More columns for methods by datasets: the mean rank, the difference from the baseline with its
interval, P(improvement) over it, the number of replicates."""


class Direction(StrEnum):
    """Which values of a metric are better."""

    HIGHER = "higher"
    LOWER = "lower"


class Role(StrEnum):
    """What a method is in the paper's argument."""

    OURS = "ours"
    BASELINE = "baseline"


class Unit(StrEnum):
    """What is replicated: the thing that a new draw of would change the numbers."""

    SEED = "seed"
    EXAMPLE = "example"
    BOTH = "seed and example"
    """Several runs, each scored on the same examples: both are drawn anew."""
    DATASET = "dataset"
    NONE = "none"

    @property
    def of_runs(self) -> bool:
        """Whether the numbers of a cell are those of its runs."""
        return self in (Unit.SEED, Unit.BOTH, Unit.DATASET)


class Mode(StrEnum):
    """Who reads the PDF."""

    DRAFT = "draft"
    SUBMISSION = "submission"
    PREPRINT = "preprint"
    FINAL = "final"

    @property
    def anonymous(self) -> bool:
        """Whether the authors' names stay out of every file."""
        return self in (Mode.DRAFT, Mode.SUBMISSION)


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured quantity. Printed number = stored value x scale."""

    name: str
    label: str
    direction: Direction | None = None
    unit: str = ""
    digits: int | None = None
    scale: float = 1.0
    margin: float | None = None
    """Half-width of the region of practical equivalence, in printed units."""
    tested: bool = True
    """Whether methods are compared on it; what a run costs is only reported."""
    diverged: float | None = None
    """What a run that failed or is not finite counts as, in printed units; None: it is left out."""
    primary: bool = True
    """Whether its comparisons are in the family; others get intervals and no corrected p."""
    corpus: str = ""
    """A key of sums.CORPUS: computed from sums over the examples; empty: measured, and averaged."""
    parts: tuple[str, ...] = ()
    """The measured values that are summed, in the order of that corpus metric."""
    cost: bool = False
    """Whether its name is one of what runs take: time, energy, memory, parameters."""
    share: bool = False
    """Whether its name is one of what cannot pass 1, or 100 in percent: accuracy, F1."""
    own: bool = False
    """Whether the label is the author's or the store's own words: sentences keep its capitals."""


@dataclass(frozen=True, slots=True)
class Method:
    """One row of the comparison."""

    name: str
    label: str
    role: Role | None = None
    colour: str = ""
    """"#d88e26"; empty: by its place in the paper's order, as the next two."""
    marker: str = ""
    dashes: tuple[float, ...] | None = None
    """On and off, in points; (): a solid line."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One benchmark."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Source:
    """A result store and what its columns mean."""

    path: Path
    """Absolute."""
    shown: str
    """As the user wrote it: what messages and provenance say."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Role -> column (or, for a tracker, parameter or tag)."""
    metrics: tuple[str, ...] = ()
    """The value columns of a wide table, or the metrics to keep; empty: all."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Column -> the one value to keep ({"split": "test"})."""
    pattern: str = ""
    """What the names of folders and files mean: "{dataset}/{method}/seed={seed}"."""
    table: str = ""
    """Which table of a database; empty: the one that holds results."""


@dataclass(frozen=True, slots=True)
class DesignSpec:
    """What the author declares about the experiment's design."""

    replicate: Unit | None = None
    """None: inferred, with a sentence that says so."""
    pair_by: tuple[str, ...] = ()
    """Roles that fix something shared between methods ("seed", "fold")."""
    alpha: float = 0.05
    correction: str = "holm"
    """"holm", "bonferroni", "bh" (false discovery rate), "max-t" (simultaneous intervals too),
    "romano-wolf" or "none"."""
    mcnemar: str = "mid-p"
    """"mid-p" or "exact"."""
    margin: float | None = None
    """Margin of the metrics that declare none, in printed units."""
    final: str = "last"
    """What counts as a run's final value: "last", "best" or "best:METRIC" (at the step where the
    metric is best on validation), or "summary" (what the store says)."""
    family: str = "all"
    """What is corrected together: "all" primary comparisons, or those of each "metric"."""
    posthoc: str = "wilcoxon"
    """Datasets as a sample: "wilcoxon" or "nemenyi"."""
    best_set: bool = False
    """Whether to say which methods cannot be told from the best."""
    seed: int = 0
    """Of every resampling."""
    engine: str = "auto"
    """What computes resampling, one of ENGINES: "auto" is torch only beside a GPU. The answers are
    the same."""
    aggregate: str = "mean"
    """Over the datasets: a key of AGGREGATES; the others are for runs x tasks (RL)."""
    test_share: float | None = None
    """Cross-validation: size of the test set over that of the training set; None: 1 / (k - 1)."""
    resplit: bool = False
    """Cross-validation: whether each seed has split the data anew; else equal folds are the same
    split, and the seeds of a fold are averaged."""
    ids: str = ""
    """Equal ids of examples (or clusters) in several datasets: "same" item or "apart"; empty: apart
    where they are mere counters, the same where they are names."""
    draws: int = 0
    """Replicates of every resampling; 0: as many as are usual. Fewer are for simulations of many
    analyses; no paper.toml says it."""


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table that the author asks for."""

    name: str = "main"
    metrics: tuple[str, ...] = ()
    """Empty: all."""
    methods: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    layout: str = "method-by-dataset"
    """One of LAYOUTS."""
    spread: str = ""
    """"sd", "se", "ci", "none"; empty: sd over seeds, se over examples."""
    average: bool = True
    second: bool = False
    bold: bool = True
    caption: str = ""
    label: str = ""
    columns: tuple[str, ...] = ()
    """More columns: keys of COLUMNS, or metrics that are only reported (parameters, time)."""
    baseline: str = ""
    """What differences are taken from: the full model of an ablation; empty: by the roles."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Heading -> the methods (or datasets) under it; empty: ours and baselines."""
    best_set: bool = False
    """Whether the methods that cannot be told from the best are marked."""
    heat: bool = False
    """Whether cells are shaded by their value."""
    arrows: bool = True
    """Whether headers show which values are better."""
    width: str = ""
    """What it must fit: "column" or "text"; empty: the text of a venue, else nothing."""
    notes: str = ""
    r"""Under the tabular: "under" or "threeparttable"; empty: nothing (\pfnote has it)."""
    file: str = ""
    """Layout "listing": the file whose columns are shown, relative to the paper's folder."""


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """A figure that the author asks for."""

    name: str
    kind: str
    metric: str = ""
    """Empty: the first."""
    methods: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    width: str = "column"
    """"column" or "text"."""
    height_pt: float | None = None
    split: str = ""
    """Learning curves: which split; empty: val where there is one."""
    title: str = ""
    xlabel: str = ""
    """Learning curves: what a step is; empty: "Step"."""
    x: str = ""
    """Pareto front, scaling law: the metric along the horizontal axis."""
    baseline: str = ""
    """What differences are taken from; empty: by the roles."""
    shape: str = ""
    """Of "distributions": "box", "violin" or "strip"; empty: by the number of replicates.
    Of "waterfall": "chain" where each method has one part less than the one before."""
    log: str = ""
    """Axes with a logarithmic scale: "x", "y", "xy", or "none"; empty: as the kind has them."""
    bins: int = 10
    """Reliability: how many."""
    file: str = ""
    """Of "script" (FILE.py or FILE.py:FUNCTION) and "tikz": the author's file."""
    binning: str = ""
    """Reliability: bins of equal "width" or equal "mass"; empty: "width"."""
    statistic: str = ""
    """Correlation: "spearman" or "pearson"; empty: "spearman"."""


@dataclass(frozen=True, slots=True)
class Author:
    """One author, in plain text."""

    name: str
    affiliation: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The author's answer to one checklist item."""

    answer: str
    """"yes", "no" or "na"."""
    justification: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """The narrative in one line each; what is empty becomes a prompt."""

    problem: str = ""
    insight: str = ""
    method: str = ""
    evidence: str = ""
    contributions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """paper.toml, validated. `root` is its folder."""

    root: Path
    title: str = ""
    authors: tuple[Author, ...] = ()
    venue: str = ""
    mode: Mode = Mode.DRAFT
    date: str = ""
    r"""What \today prints, "2026-11-23": the same inputs give the same bytes on any day."""
    engine: str = ""
    """"pdflatex", "xelatex" or "lualatex"; empty: the venue's, or what main's first lines say."""
    main: str = ""
    """An existing paper's main file, relative to root; empty: the venue's template is filled."""
    bib: str = "refs.bib"
    keywords: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    page: Mapping[str, object] = field(default_factory=dict)
    """Of the text, where the main file does not tell: width, height, column_sep ("6.5in", or
    points), columns and size (10, 11 or 12 pt)."""
    sources: tuple[Source, ...] = ()
    metrics: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Metric name -> the declared keys of Metric (label, direction, unit, digits, margin)."""
    methods: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Method name -> the declared keys (label, role), in the order of the paper."""
    beside: frozenset[str] = frozenset()
    """Those of `methods` that only a command names: they have no place in that order."""
    datasets: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    design: DesignSpec = field(default_factory=DesignSpec)
    tables: tuple[TableSpec, ...] = ()
    figures: tuple[FigureSpec, ...] = ()
    story: Story = field(default_factory=Story)
    limitations: tuple[str, ...] = ()
    ethics: str = ""
    compute: Mapping[str, object] = field(default_factory=dict)
    checklist: Mapping[str, Answer] = field(default_factory=dict)
