"""The design in words: what varies, what is paired, what is missing, what was inferred."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import TYPE_CHECKING

from paperforge.model import Design, Diagnostic, Results, Severity
from paperforge.spec import AGGREGATES, CORRECTIONS, DesignSpec, Unit
from paperforge.stats import grouping, layout, sameness
from paperforge.stats.critical import ENOUGH
from paperforge.stats.crossed import bought
from paperforge.stats.design import SEED_LIKE, Family, Replication, place_of
from paperforge.stats.gains import of_primary
from paperforge.stats.jointly import used
from paperforge.stats.printed import printed, quotations
from paperforge.stats.replicated import held, listing, of_metrics, rated, replicated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paperforge.stats.compare import Compared
    from paperforge.stats.replicated import Table

NO_SPREAD = 1e-6
"""Paired over unpaired standard error, below which differences vary by rounding alone."""
NAMED = 3
"""Comparisons that a sentence names, at most."""


def describe(
    results: Results,
    spec: DesignSpec,
    unit: Replication,
    chosen: Family,
    tables: Sequence[Table],
) -> tuple[Design, tuple[Diagnostic, ...]]:
    """Write the design with its sentences, and the warnings that go with it."""
    main = [cells for cells, _ in tables if cells.metric.name not in unit.apart]
    counts = [c.n for cells in main for c in cells.table.values()]
    place, odd = place_of(results, spec), sameness.found(results, unit, tables)
    shares = any("least favourable" in c.contrast.test for _, found in tables for c in found)
    sentences = (
        *replicated(unit, tables, shares=shares),
        *layout.crossed(results, spec, unit, [cells for cells, _ in tables]),
        *scope(spec, tables, place),
        *families(spec, chosen, tables),
        *pairing(results, spec, unit, tables, odd),
        *averaging(tables, place),
        *quotations(tables),
        *bounds(tables),
        *buying(unit, tables),
        *grouping.sentences(results, [cells for cells, _ in tables]),
        *rated(unit),
        *holes(tables),
        *layout.absent(results, [cells for cells, _ in tables]),
    )
    design = Design(
        unit.unit,
        unit.inferred,
        spec.pair_by,
        spec.alpha,
        used(spec, tables),
        spec.mcnemar,
        bool(grouping.clusters([cells for cells, _ in tables])),
        results.shared_runs,
        (min(counts, default=0), max(counts, default=0)),
        held(unit, len(results.datasets), tables, shares=shares),
        sentences,
        unit.noun,
        chosen.words,
        spec.family == "metric",
        spec.seed,
        spec.aggregate,
        place,
        printed(tables),
        grouping.words(results, [cells for cells, _ in tables]),
        of_metrics(unit, len(results.datasets), tables, shares=shares),
        sameness.words(odd),
        unit.runs if unit.unit is Unit.EXAMPLE else results.fold_runs if unit.folds else (1, 1),
        as_scores(tables),
    )
    return design, (
        *unit.notes,
        *warnings(spec, unit, tables),
        *sameness.warnings(odd),
    )


def idle(spec: DesignSpec, unit: Replication, tables: Sequence[Table]) -> Iterator[Diagnostic]:
    """Settings that this design has no use for."""
    tests = " ".join(c.contrast.test for _, found in tables for c in found)
    units = {one.unit for one in (unit, *unit.apart.values())}
    runs = not units.isdisjoint((Unit.SEED, Unit.BOTH)) and not unit.folds
    several = any(len(cells.datasets) > 1 for cells, _ in tables)
    for key, changed, matters in (
        ("aggregate", spec.aggregate != "mean", runs and several),
        ("posthoc", spec.posthoc == "nemenyi", "Nemenyi" in tests),
        ("mcnemar", spec.mcnemar == "exact", "McNemar exact" in tests),
        ("pair_by", not SEED_LIKE.isdisjoint(spec.pair_by), runs or unit.folds),
        ("test_share", spec.test_share is not None, unit.folds),
    ):
        if changed and not matters:
            text = f"{key} is declared, and nothing in this design is decided by it"
            yield Diagnostic(Severity.NOTE, f"design.{key}", text)


def unranked(spec: DesignSpec, tables: Sequence[Table]) -> Iterator[Diagnostic]:
    """Metrics of which the best methods were asked for and cannot be told."""
    for cells, _ in tables:
        metric = cells.metric
        if spec.best_set and metric.tested and metric.direction is None:
            text = "which values are better is not known, so there is no best-set"
            yield Diagnostic(Severity.NOTE, metric.label, text, f"--higher {metric.name} says it")


def scope(spec: DesignSpec, tables: Sequence[Table], place: str) -> Iterator[str]:
    """Say which comparison is primary."""
    most = max((len(cells.datasets) for cells, found in tables if found), default=0)
    if any(cells.unit is Unit.DATASET for cells, _ in tables):
        yield "Every method has one score a dataset, matched by dataset."
        if most < ENOUGH:
            yield (
                f"With {most} datasets the test is the exact sign-flip of the mean; a "
                f"critical-difference diagram needs {ENOUGH}."
            )
    elif most > 1:
        yield (
            f"The primary comparison of each metric is the {AGGREGATES[spec.aggregate]} over the "
            f"{most} fixed {place}s; "
            f"comparisons on one {place} are secondary and are not corrected."
        )


def families(spec: DesignSpec, chosen: Family, tables: Sequence[Table]) -> Iterator[str]:
    """Say what the correction covers: one family, or one a metric."""
    sizes = {
        cells.metric.label or cells.metric.name: sum(
            c.primary and c.contrast.testable for c in found
        )
        for cells, found in tables
        if cells.metric.primary
    }
    sizes = {name: size for name, size in sizes.items() if size}
    if not sizes:
        return
    if any(c.contrast.corrected for _, found in tables for c in found):
        yield f"Nemenyi's p holds for all comparisons of a metric at once ({chosen.words})."
        return
    name, total = CORRECTIONS[used(spec, tables)], sum(sizes.values())
    name = name[0].upper() + name[1:]
    together = spec.family != "metric" or len(sizes) == 1
    if together and total == 1:
        yield "There is one primary comparison, and nothing to correct for."
    elif together:
        of = f" of {len(sizes)} metrics" if len(sizes) > 1 else ""
        yield f"{name} over the {total:,} primary comparisons{of} ({chosen.words})."
    elif set(sizes.values()) == {1}:
        yield "There is one primary comparison a metric, and nothing to correct for."
    else:
        each = ", ".join(f"{size} for {metric}" for metric, size in sizes.items())
        yield f"{name} over the primary comparisons of each metric ({chosen.words}): {each}."
    beside = [c.metric.label for c, found in tables if found and not c.metric.primary]
    if beside:
        yield f"Secondary by declaration, with intervals and no correction: {', '.join(beside)}."


def pairing(
    results: Results,
    spec: DesignSpec,
    unit: Replication,
    tables: Sequence[Table],
    odd: Sequence[sameness.Found],
) -> Iterator[str]:
    """Say what is matched, what has no partner, and what declared pairing would have gained."""
    compared = [(cells, c) for cells, found in tables for c in found]
    units = {cells.unit for cells, _ in compared}
    yield from sameness.sentences(odd, tables, unit.noun)
    if any(c.contrast.paired for cells, c in compared if cells.unit is Unit.EXAMPLE):
        yield "Examples are matched by id."
    if unit.folds:
        yield (
            "Folds share training data: variances are corrected for it, by (1/J + n_test/n_train) "
            "instead of 1/J (Nadeau and Bengio 2003), n_test/n_train "
            f"{share_of_test(results, spec)}; a t test that takes folds for independent is refused."
        )
    if not units.isdisjoint((Unit.SEED, Unit.BOTH)):
        paired = any(c.contrast.paired for cells, c in compared if cells.unit is not Unit.EXAMPLE)
        yield from pairing_of_runs(
            spec, next(iter(unit.apart.values()), unit), tables, paired=paired
        )
    left: dict[str, tuple[int, Compared]] = {}
    for cells, c in compared:
        count = sum(c.unmatched)
        # an average says again what its datasets say; runs x examples: sameness.py
        if count and c.scope is not None and cells.unit is not Unit.BOTH:
            where = f"{c.a} against {c.b}{on(c.scope)}"
            if count > left.get(where, (0, c))[0]:
                left[where] = (count, c)
    if left:
        yield f"Replicates without a partner are left out of paired comparisons: {listed(left)}."
    alone = unpartnered(tables)
    if alone:
        more = f"; and {len(alone) - NAMED} more" if len(alone) > NAMED else ""
        named = "; ".join(alone[:NAMED]) + more
        yield f"Fewer than two replicates match, so Welch's unpaired t is used: {named}."


def share_of_test(results: Results, spec: DesignSpec) -> str:
    """Where n_test/n_train comes from: "1/4 (5 folds)"."""
    if spec.test_share is not None:
        return f"{spec.test_share:g} (declared)"
    counts = sorted(set(results.folds.values()))
    shown = " or ".join(f"1/{k - 1} ({k} folds)" for k in counts if k > 1)
    return f"{shown or 'not known'}; design.test_share declares another"


def pairing_of_runs(
    spec: DesignSpec, unit: Replication, tables: Sequence[Table], *, paired: bool
) -> Iterator[str]:
    """Say whether runs are matched, and what that gains or would have gained."""
    declared = [role for role in spec.pair_by if role in SEED_LIKE]
    runs = "Folds" if unit.folds else "Runs"
    if declared:
        if paired:
            yield f"{runs} are matched by {' and '.join(declared)} (declared in pair_by)."
        return
    what = "equal folds are the same split" if unit.folds else "a seed fixes something shared"
    why = f": pair_by does not say that {what}" if unit.noun in ("seed", "fold") else ""
    yield f"{runs} are compared unpaired{why}."
    yield from forgone(tables, unit.noun)


def listed(left: Mapping[str, tuple[int, Compared]]) -> str:
    """Name the comparisons that lose most, with what each side loses: "2 of A, 1 of B"."""
    order = sorted(left, key=lambda where: left[where][0], reverse=True)
    more = f"; and {len(order) - NAMED} more comparisons" if len(order) > NAMED else ""
    shown = [sides(left[where][1]) for where in order[:NAMED]]
    return "; ".join(shown) + more


def sides(one: Compared) -> str:
    """What a comparison leaves out: "2 of A and 1 of B (A against B)", "3 of A (A against B)"."""
    parts = [f"{n:,} of {name}" for n, name in zip(one.unmatched, (one.a, one.b), strict=True) if n]
    return f"{' and '.join(parts)} ({one.a} against {one.b}{on(one.scope)})"


def on(scope: str | None) -> str:
    """Write " on digits", or nothing where the dataset has no name."""
    return f" on {scope}" if scope else ""


def unpartnered(tables: Sequence[Table]) -> list[str]:
    """Name the comparisons that should have been paired and could not be."""
    found = (f"{c.a} against {c.b}{on(c.scope)}" for _, all_ in tables for c in all_ if c.fell_back)
    return list(dict.fromkeys(found))


def forgone(tables: Sequence[Table], noun: str) -> Iterator[str]:
    """Show the correlation over equal seeds, and what pairing would gain; never used to choose."""
    for cells, found in tables:
        gains = [] if cells.unit is Unit.EXAMPLE else of_primary(cells, found)
        if gains:
            rho = statistics.median(r for r, _ in gains)
            ratio = statistics.median(s for _, s in gains)
            name = cells.metric.label or cells.metric.name
            shown = f"{rho:.2f}".replace("-", "−")
            of = "" if len(gains) == 1 else f" (median of {len(gains):,} primary comparisons)"
            change = f"{abs(1 - ratio):.0%} {'smaller' if ratio < 1 else 'larger'}"
            then = f"pairing would make standard errors {change}"
            if ratio < NO_SPREAD:
                then = (
                    "their differences do not vary, and pairing would leave no spread to judge by"
                )
            yield f"Equal {noun} numbers correlate {shown} in {name}{of}; {then}."
            return


def averaging(tables: Sequence[Table], place: str) -> Iterator[str]:
    """Say where runs or seeds are averaged over the datasets before they are compared."""
    tests = {c.contrast.test for _, found in tables for c in found if c.scope is None}
    if any(test.endswith("run averages") for test in tests):
        yield f"One run is measured on several {place}s, so each run is averaged over them first."
    if any(test.endswith("seed averages") for test in tests):
        yield f"Seeds are shared over the {place}s, so each seed is averaged over them first."


def buying(unit: Replication, tables: Sequence[Table]) -> Iterator[str]:
    """Say what more runs and what more examples would do to the standard error."""
    for cells, found in tables:
        one = next((c for c in found if c.primary and c.contrast.sources and c.contrast.p), None)
        if one is None or one.contrast.sources is None:
            continue
        runs, examples = (bought(one.contrast.sources, *times) for times in ((2, 1), (1, 2)))
        name = cells.metric.label or cells.metric.name
        yield (
            f"The standard error of {one.a} − {one.b} in {name} would be {runs:.0%} of what it is "
            f"with twice the {unit.noun}s, {examples:.0%} with twice the examples."
        )


def bounds(tables: Sequence[Table]) -> Iterator[str]:
    """Say what stands for the answers where only their shares are known."""
    if any("least favourable" in c.contrast.test for _, found in tables for c in found):
        yield (
            "Only shares of examples and their number are known, not who was right where: p and "
            "interval are those of the least favourable pairing of the answers."
        )


def holes(tables: Sequence[Table]) -> Iterator[str]:
    """Count what is missing, failed and not finite."""
    why = Counter(
        str(cells.why(method, dataset))
        for cells, _ in tables
        for method in cells.methods
        for dataset in cells.datasets
        if (method, dataset) not in cells.table
    )
    total = sum(len(cells.methods) * len(cells.datasets) for cells, _ in tables)
    if why:
        each = ", ".join(f"{n} {reason}" for reason, n in why.most_common())
        yield f"{why.total()} of {total} cells have no number: {each}."
    every = [c for cells, _ in tables for c in cells.table.values()]
    lost = [pair for cells, _ in tables for pair in cells.lost.values()]
    failed = sum(c.failed for c in every) + sum(n for _, n in lost)
    odd = sum(c.not_finite for c in every) + sum(n for n, _ in lost)
    empty = sum(c.unreported for c in every)
    partial = sum(c.partial for c in every)
    if failed or odd or empty:
        parts = [f"{failed} failed"] * bool(failed)
        parts += [f"{odd} diverged or not finite"] * bool(odd)
        parts += [f"{empty} unreported"] * bool(empty)
        runs = "run" if failed + odd + empty == 1 else "runs"
        yield (
            f"Left out of the means: {listing(parts)} {runs}; --diverged METRIC=VALUE counts "
            "them as a score."
        )
    if partial:
        declared = any(cells.metric.diverged is not None for cells, _ in tables)
        both = any(cells.unit is Unit.BOTH and cells.uneven is not None for cells, _ in tables)
        yield (
            f"{partial:,} {'score' if partial == 1 else 'scores'} of examples "
            f"{'is' if partial == 1 else 'are'} not finite: left out of the mean of the run"
            f"{', and the example of every comparison of its method' * both}"
            f"{'; --diverged counts whole runs' * declared}."
        )
    counted = as_scores(tables)
    if counted:
        yield f"Runs without a number count as a score (--diverged): {', '.join(counted)}."


def as_scores(tables: Sequence[Table]) -> tuple[str, ...]:
    """Failed and diverged runs that count as a score: "3 of A as 0 in Accuracy"."""
    counts: Counter[tuple[str, str, float]] = Counter()
    for cells, _ in tables:
        metric = cells.metric
        for c in cells.table.values():
            if c.scored and metric.diverged is not None:
                counts[c.method, metric.label or metric.name, metric.diverged] += c.scored
    return tuple(f"{n} of {m} as {value:g} in {label}" for (m, label, value), n in counts.items())


INSTEAD = {
    "bonferroni": "each is made at alpha over the number of comparisons (Bonferroni), which has "
    "simultaneous intervals too",
    "holm": "Holm's step-down takes the place of Romano and Wolf's, and holds for any family",
}
"""Correction that is made for want of a joint distribution -> what is said of it."""


def warnings(spec: DesignSpec, unit: Replication, tables: Sequence[Table]) -> Iterator[Diagnostic]:
    """Warn where a test could mislead, and where what is asked for changes nothing."""
    yield from idle(spec, unit, tables)
    yield from unranked(spec, tables)
    yield from sameness.unvaried(tables)
    instead = INSTEAD.get(used(spec, tables)) if used(spec, tables) != spec.correction else None
    if instead:
        text = f"the joint distribution is not known for these tests: {instead}"
        yield Diagnostic(Severity.NOTE, "design.correction", text)
    alone = unpartnered(tables)
    if alone:
        yield Diagnostic(
            Severity.WARNING,
            "design.pair_by",
            f"fewer than two replicates match in {len(alone)} comparison{'s' * (len(alone) > 1)} "
            f"({alone[0]}): compared unpaired, by Welch's t",
            "check that both methods ran with the same seeds or examples",
        )
