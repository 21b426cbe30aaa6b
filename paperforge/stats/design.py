"""What the results replicate: the unit, declared or inferred, and the family that is compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Results, Sample, Severity
from paperforge.spec import DesignSpec, Method, Role, Unit
from paperforge.stats.adjust import CORRECTIONS
from paperforge.stats.jointly import JOINT
from paperforge.stats.keyed import engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MCNEMAR = ("mid-p", "exact")
SEED_LIKE = frozenset({"seed", "fold"})
"""Roles that pair replicates when they are declared."""
LACKS = "has no example ids"
OF_SUMS = "sums over the examples of each run"
FOLD = "fold"
EXAMPLE = "example"
TASK = re.compile(r"(^|[_./-])(task|env|environment|game)(s|id|name)?($|[_./-])")
"""Columns of datasets that hold tasks."""
UNTESTED = "One run a cell: untested."
NO_NUMBERS = "No cell has a finite number: untested."
SAMPLE = 5
"""Datasets from which on it is said that they can be the unit of replication."""


@dataclass(frozen=True, slots=True)
class Replication:
    """What is replicated, and how that is known."""

    unit: Unit
    inferred: bool
    sentence: str
    noun: str
    """What a replicate is called: "seed", "fold", "run", "example"."""
    notes: tuple[Diagnostic, ...] = ()
    runs: tuple[int, int] = (1, 1)
    """Smallest and largest number of runs in a cell."""
    apart: Mapping[str, Replication] = field(default_factory=dict)
    """Metrics whose unit is another one -> what is replicated in those: without example ids, where
    others have them, or of sums."""
    raters: int = 0
    """People (or models) who rated the examples; 0: nobody did."""

    def of(self, metric: str) -> Replication:
        """What is replicated in one metric."""
        return self.apart.get(metric, self)

    @property
    def folds(self) -> bool:
        """Whether the replicates share training data, so that no test of them is valid."""
        return self.unit in (Unit.SEED, Unit.BOTH) and self.noun == FOLD


@dataclass(frozen=True, slots=True)
class Family:
    """Which methods are compared: (a, b), read "a against b"."""

    pairs: tuple[tuple[str, str], ...]
    words: str


def check(spec: DesignSpec) -> None:
    """Raise InputError where a setting is out of its range."""
    if not 0 < spec.alpha < 1:
        raise InputError(f"alpha is {spec.alpha}", "design.alpha", "a number between 0 and 1: 0.05")
    for key, value, allowed in (
        ("correction", spec.correction, (*CORRECTIONS, *sorted(JOINT))),
        ("mcnemar", spec.mcnemar, MCNEMAR),
    ):
        if value not in allowed:
            raise InputError(
                f"{value!r} is not known", f"design.{key}", f"one of: {', '.join(allowed)}"
            )
    if spec.engine != "auto":  # which looks for a GPU, and is asked where something is resampled
        engine(spec.engine)


def usable(results: Results, spec: DesignSpec) -> DesignSpec:
    """The spec without pairing by folds where the results have none: it says nothing of seeds."""
    if FOLD not in spec.pair_by or replicate_noun(results) == FOLD:
        return spec
    return replace(spec, pair_by=tuple(role for role in spec.pair_by if role != FOLD))


def unused(results: Results, spec: DesignSpec) -> tuple[Diagnostic, ...]:
    """What usable() leaves out, as a warning."""
    if usable(results, spec) is spec:
        return ()
    noun = replicate_noun(results)
    text = f"equal folds are declared to be the same split, and the results have no folds: {noun}s"
    text += " are not paired by it"
    hint = "--map COLUMN=fold names the folds"
    hint += "; --pair-by seed pairs equal seeds" if noun == "seed" else ""
    return (Diagnostic(Severity.WARNING, "design.pair_by", text, hint),)


def replication(
    results: Results, spec: DesignSpec, runs: Mapping[str, Sequence[Sample]]
) -> Replication:
    """Take the declared unit of replication, or infer it; of each metric, where they differ.

    runs: metric -> its samples a run. A metric of several runs without example ids has runs for its
    unit, whatever the others have. Raises InputError where examples are declared and there
    are none.
    """
    if spec.replicate in (Unit.SEED, Unit.DATASET, Unit.NONE):
        return of_all(results, spec, runs)
    noun, some = replicate_noun(results), partly(results, runs)
    apart = {
        name: infer(*ends(replicates(results, {name: runs[name]})), noun)
        for name in idless(results, runs)
    }
    apart |= {name: one for name in some if (one := by_run(results, spec, runs, name, some[name]))}
    others = {
        name: of_ids(samples, some.get(name)) for name, samples in runs.items() if name not in apart
    }
    if not others:
        return next(iter(apart.values()))
    whole = of_all(results, spec, others)
    if whole.unit not in (Unit.EXAMPLE, Unit.BOTH):
        return of_all(results, spec, runs)
    left = {name: at for name, at in some.items() if name not in apart}
    notes = (uncompared(name, at) for name, at in left.items())
    raters = {one.rater for name in others for one in results.ratings(name)}
    made = replace(whole, apart=apart, notes=(*whole.notes, *notes), raters=len(raters))
    if whole.unit is not Unit.BOTH:
        return made
    from paperforge.stats.corpus_crossed import refused

    summed = [m for m in results.metrics if m.corpus and m.name in others]
    alone = {m.name: why for m in summed if (why := refused(results, m))}
    return runs_of_sums(made, alone, others) if alone else made


def runs_of_sums(
    whole: Replication, alone: Mapping[str, str], others: Mapping[str, Sequence[Sample]]
) -> Replication:
    """Metrics of sums with the runs alone for their unit, where others have runs and examples.

    alone: metric -> why its examples are not drawn anew, so that what other examples would change
    is in no interval.
    """
    made: dict[str, Replication] = {}
    for why in dict.fromkeys(alone.values()):
        summed = [name for name, one in alone.items() if one == why]
        many = span(*ends([len(s.values) for name in summed for s in others[name]]), "run")
        words = (
            f"The unit of replication is the {whole.noun} "
            f"({'inferred' if whole.inferred else 'declared'}: {many} a cell), the score of "
            f"{OF_SUMS}: the examples are taken as fixed, as {why}; replicate = "
            f'"{EXAMPLE}" draws them anew, and takes the runs as fixed.'
        )
        one = Replication(Unit.SEED, whole.inferred, words, whole.noun)
        if not whole.inferred:
            text = f"{', '.join(summed)}: tested over runs, the examples taken as fixed, as {why}"
            hint = f"--replicate {EXAMPLE} draws them anew, and takes the runs as fixed"
            note = Diagnostic(Severity.WARNING, "design.replicate", text, hint)
            whole = replace(whole, notes=(*whole.notes, note))
        made |= dict.fromkeys(summed, one)
    apart = {**whole.apart, **made}
    if len(made) < len(others):
        return replace(whole, apart=apart)
    first = next(iter(made.values()))
    left = {name: one for name, one in apart.items() if one is not first}
    return replace(first, apart=left, notes=whole.notes)


def partly(
    results: Results, runs: Mapping[str, Sequence[Sample]]
) -> dict[str, frozenset[tuple[str, str]]]:
    """Metric -> its cells of several runs without example ids, where other cells have ids."""
    if "example" not in results.varies:
        return {}
    corpus = {m.name for m in results.metrics if m.corpus}
    found = {}
    for name, samples in runs.items():
        several = frozenset((s.method, s.dataset) for s in samples if len(s.values) > 1)
        if name in corpus or not several:
            continue
        scored = results.scored_cells(name)
        if scored and several - scored:
            found[name] = several - scored
    return found


def by_run(
    results: Results,
    spec: DesignSpec,
    runs: Mapping[str, Sequence[Sample]],
    name: str,
    without: Iterable[tuple[str, str]],
) -> Replication | None:
    """Runs as the unit of a metric of which some cells lack ids; None: not every cell has two."""
    least, most = ends(replicates(results, {name: runs[name]}))
    if spec.replicate is Unit.EXAMPLE or least <= 1:
        return None
    one = infer(least, most, replicate_noun(results))
    methods = ", ".join(sorted({method for method, _ in without}))
    more = f" Examples are averaged within each run: {methods} {LACKS}."
    return replace(one, sentence=f"{one.sentence}{more}")


def of_ids(
    samples: Sequence[Sample], without: frozenset[tuple[str, str]] | None
) -> Sequence[Sample]:
    """Those that are not of cells without ids."""
    return [s for s in samples if (s.method, s.dataset) not in without] if without else samples


def uncompared(name: str, without: Iterable[tuple[str, str]]) -> Diagnostic:
    """Say that runs without example ids are compared with nothing."""
    methods = ", ".join(sorted({method for method, _ in without}))
    text = f"{name}: {methods} {LACKS}, and the others are compared by their examples: a run is no"
    text += f" example, so {methods} is compared with nothing"
    hint = "give its scores by example; or two runs or more of every method, and --replicate seed"
    return Diagnostic(Severity.WARNING, "design.replicate", text, hint)


def idless(results: Results, runs: Mapping[str, Sequence[Sample]]) -> list[str]:
    """Metrics with several runs a cell and no example ids, where other metrics have ids."""
    if "example" not in results.varies or len(runs) == 1:
        return []
    corpus = {m.name for m in results.metrics if m.corpus}
    several = [m for m in runs if ends(replicates(results, {m: runs[m]}))[1] > 1]
    found = [m for m in several if m not in corpus and not results.scored(m)]
    return found if len(found) < len(runs) else []


def ends(counts: Sequence[int]) -> tuple[int, int]:
    """The smallest and the largest; 0 of none."""
    return min(counts, default=0), max(counts, default=0)


def of_all(results: Results, spec: DesignSpec, runs: Mapping[str, Sequence[Sample]]) -> Replication:
    """The declared or inferred unit of metrics that are replicated alike; raises as replication."""
    least, most = ends(replicates(results, runs))
    examples = "example" in results.varies
    noun = replicate_noun(results)
    if spec.replicate is None:
        found = infer(least, most, noun, examples=examples)
        if found.unit is Unit.NONE and len(results.datasets) >= SAMPLE:
            more = 'replicate = "dataset" takes the datasets as a sample and compares over them.'
            return replace(found, sentence=f"{found.sentence} {more}")
        return found
    if spec.replicate in (Unit.EXAMPLE, Unit.BOTH) and not examples:
        raise InputError(
            "examples are declared as the unit of replication, but the results have no example ids",
            "design.replicate",
            'map the column of the ids (--map COLUMN=example), or declare replicate = "seed"',
        )
    if spec.replicate in (Unit.SEED, Unit.BOTH) and most <= 1:
        hint = (
            'replicate = "example" tests the per-example scores' if examples else "run more seeds"
        )
        note = Diagnostic(
            Severity.WARNING,
            "design.replicate",
            "seeds are declared, but every cell has one run",
            hint,
        )
        return Replication(
            Unit.NONE,
            inferred=False,
            sentence=UNTESTED,
            noun=noun,
            notes=(note,),
        )
    datasets = len(results.datasets)
    if spec.replicate is Unit.DATASET and datasets <= 1:
        raise InputError(
            "datasets are declared as the unit of replication, but there is one",
            "design.replicate",
            'name the column of the datasets (--map COLUMN=dataset), or declare replicate = "seed"',
        )
    many = span(least, most, FOLD if noun == FOLD else "run")
    words = {
        Unit.SEED: f"The unit of replication is the {noun} (declared): {many} a cell.",
        Unit.EXAMPLE: f"The unit of replication is the example (declared){over_runs(least, most)}.",
        Unit.BOTH: f"Both {noun}s and examples are replicated (declared): {many} a cell.",
        Unit.DATASET: f"The unit of replication is the dataset (declared): {datasets} of them, "
        f"each the mean of {many}.",
        Unit.NONE: "Nothing is replicated (declared): untested.",
    }
    called = EXAMPLE if spec.replicate is Unit.EXAMPLE else noun
    return Replication(
        spec.replicate,
        inferred=False,
        sentence=words[spec.replicate],
        noun=called,
        runs=(max(1, least), max(1, most)),
    )


def replicates(results: Results, runs: Mapping[str, Sequence[Sample]]) -> list[int]:
    """Runs of every cell; where no cell has two of its own, those that printed means are of."""
    own, printed = [], []
    for metric, samples in runs.items():
        quotes = results.quotes(metric)
        for s in samples:
            quote = quotes.get((s.method, s.dataset))
            if quote is None or quote.spread is None or quote.n <= 1:
                own.append(len(s.values))
            else:
                printed.append(quote.n)
    counted = [n for n in own if n]
    return printed if printed and max(counted, default=0) <= 1 else counted


def replicate_noun(results: Results) -> str:
    """Call the replicates of a cell what the results call them.

    Folds of several seeds count as folds: the results number the two together.
    """
    if FOLD in results.varies:
        return FOLD
    if "seed" in results.varies or ("seed" in results.present and "run" not in results.varies):
        return "seed"
    return FOLD if FOLD in results.present and "run" not in results.varies else "run"


def infer(least: int, most: int, noun: str, *, examples: bool = False) -> Replication:
    """Infer the unit from the smallest and largest number of runs in a cell."""
    if examples and least > 1 and noun != FOLD:
        words = (
            f"Both {noun}s and examples are replicated (inferred: {span(least, most, 'run')} a "
            "cell, each scored per example): intervals and tests hold for new runs on new "
            f'examples; replicate = "{noun if noun != "run" else "seed"}" takes the examples as '
            "fixed."
        )
        return Replication(Unit.BOTH, inferred=True, sentence=words, noun=noun)
    if examples and least <= 1:
        words = "The unit of replication is the example (inferred: there are example ids and "
        words += "one run a cell" if most <= 1 else "not every cell has two runs"
        words += f"){over_runs(least, most)}."
        runs = (max(1, least), max(1, most))
        return Replication(Unit.EXAMPLE, inferred=True, sentence=words, noun=EXAMPLE, runs=runs)
    if most <= 1:
        sentence = UNTESTED if most else NO_NUMBERS
        return Replication(Unit.NONE, inferred=True, sentence=sentence, noun=noun)
    many = span(least, most, FOLD if noun == FOLD else "run")
    words = f"The unit of replication is the {noun} (inferred: {many} a cell"
    words += (
        '; examples are averaged within each run; replicate = "example" compares examples instead).'
        if examples
        else ")."
    )
    return Replication(Unit.SEED, inferred=True, sentence=words, noun=noun)


def over_runs(least: int, most: int) -> str:
    """What becomes of several runs where examples are compared."""
    return f": each example's score is the mean of {span(least, most, 'run')}" if most > 1 else ""


def span(least: int, most: int, noun: str) -> str:
    """Write "3 to 10 runs"."""
    many = f"{noun}s"
    return f"{most} {noun if most == 1 else many}" if least == most else f"{least} to {most} {many}"


def place_of(results: Results, spec: DesignSpec) -> str:
    """What a dataset is called: a task, where its column is called so, or its aggregate is RL's."""
    columns = {source.columns.get("dataset", "") for source in results.mapped}
    tasks = [TASK.search(column.lower()) for column in columns if column]
    return "task" if spec.aggregate != "mean" or (tasks and all(tasks)) else "dataset"


def family(methods: Sequence[Method]) -> Family:
    """Choose the comparisons: ours against each baseline, or all pairs where no role is given."""
    ours = [m.name for m in methods if m.role is Role.OURS]
    baselines = [m.name for m in methods if m.role is Role.BASELINE]
    others = [m.name for m in methods if m.role is None]
    if ours and baselines:
        return Family(cross(ours, baselines), "ours against each baseline")
    if ours and others:
        return Family(cross(ours, others), "ours against each other method")
    if baselines and others:
        return Family(cross(others, baselines), "each method against the baseline")
    return Family(tuple(combinations([m.name for m in methods], 2)), "all pairs of methods")


def cross(left: Sequence[str], right: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Every one of the left against every one of the right."""
    return tuple((a, b) for a in left for b in right)
