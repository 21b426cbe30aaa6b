"""From design to test: two methods of one metric, on every dataset and on their average."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats import rounded, shared
from paperforge.stats.cells import NO_IDS
from paperforge.stats.clusters import LONE, lone
from paperforge.stats.contrast import Ask, Contrast, cut
from paperforge.stats.crossed import OF_PSEUDO, TEST, residual, two_way
from paperforge.stats.dropped import AVERAGES, dropped
from paperforge.stats.exact import mcnemar, smallest_p
from paperforge.stats.folds import compare_folds
from paperforge.stats.ladder import averages_of_shares, shares_of_examples
from paperforge.stats.means import (
    Matched,
    difference,
    match,
    paired,
    stratified_paired,
    stratified_welch,
    welch,
)
from paperforge.stats.signflip import sign_flip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.stats.cells import Cell, Cells

ENOUGH = 2
"""Replicates that a spread needs."""
APART = "fewer than two examples are shared by all runs of both methods"


@dataclass(frozen=True, slots=True)
class Setting:
    """What the design says about every comparison."""

    ask: Ask
    pair_seeds: bool = False
    """Whether the author declares that equal seeds fix something shared."""
    shared_runs: bool = False
    shares: Mapping[str, float] | None = None
    """Where the replicates are folds: dataset -> n_test / n_train, 0 where that is not known."""
    graded: bool = False
    """Whether scores of 0 and 1 are means like others."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison with its place, and what matching left out."""

    a: str
    b: str
    scope: str | None
    primary: bool
    contrast: Contrast
    unmatched: tuple[int, int] = (0, 0)
    """Replicates of a and of b; of runs x examples: examples."""
    fell_back: bool = False
    """Pairing was declared or structural, and nothing matched."""
    cells: Cells | None = None
    """What was compared, where runs differ in their examples (shared.py)."""
    examples: int | None = None
    """Of runs x examples: how many examples it was made on."""


def compare(cells: Cells, a: str, b: str, setting: Setting) -> list[Compared]:
    """Compare a with b on each dataset, and first of all on the average where there are several."""
    if cells.examples is None:
        return one_way(cells, a, b, setting)
    whole, cells = cells, shared.of_methods(cells, a, b)
    assert cells.examples is not None
    by_run = one_way(replace(cells, unit=Unit.SEED, examples=None), a, b, setting)
    by_example = one_way(cells.examples, a, b, replace(setting, graded=True))
    found = [
        replace(
            run,
            contrast=both_ways(cells, run, example, setting),
            cells=None if cells is whole else cells,
            examples=min(example.contrast.n) or None,
        )
        for run, example in zip(by_run, by_example, strict=True)
    ]
    return found if cells.uneven is None else [on_shared(cells, one) for one in found]


def on_shared(cells: Cells, one: Compared) -> Compared:
    """The comparison with the examples that it leaves out; none where too few are shared."""
    assert cells.uneven is not None
    few = shared.too_few(cells, one.a, one.b)
    places = cells.datasets if one.scope is None else (one.scope,)
    odd = [d for d in places if cells.uneven.of(one.a, one.b, d)]
    left = [cells.uneven.left(one.a, one.b, d) for d in odd]
    one = replace(one, unmatched=(sum(x for _, x, _ in left), sum(y for *_, y in left)))
    if few and (one.scope is None or one.scope in few):
        contrast = untestable(one.contrast.n, None, APART)
        return replace(one, contrast=contrast, examples=min(n for n, *_ in left))
    return one


def both_ways(cells: Cells, run: Compared, example: Compared, setting: Setting) -> Contrast:
    """Take runs and examples as drawn anew, on a dataset or on the average."""
    assert cells.examples is not None
    datasets = cells.datasets if run.scope is None else (run.scope,)
    places = [(m, d) for m in (run.a, run.b) for d in datasets]
    residuals = [
        residual(cells.table[at], cells.examples.table[at])
        if at in cells.table and at in cells.examples.table
        else None
        for at in places
    ]
    scored = [cells.examples.table[at] for at in places if at in cells.examples.table]
    found = two_way(run.contrast, example.contrast, residuals, over=len(datasets), ask=setting.ask)
    if cells.metric.corpus and found.test == TEST:
        found = replace(found, test=OF_PSEUDO)
    return of_shares(found, shares=all(c.shares for c in scored))


def one_way(cells: Cells, a: str, b: str, setting: Setting) -> list[Compared]:
    """Compare a with b where one thing is replicated."""
    left = [cells.table.get((a, d)) for d in cells.datasets]
    right = [cells.table.get((b, d)) for d in cells.datasets]
    wanted = [wants_pairing(cells, x, y, setting) for x, y in zip(left, right, strict=True)]
    pairs = [
        enough(x, y) if asked else None for x, y, asked in zip(left, right, wanted, strict=True)
    ]
    single = len(cells.datasets) == 1
    found = []
    for dataset, x, y, pair, asked in zip(cells.datasets, left, right, pairs, wanted, strict=True):
        if x is None or y is None:
            contrast = absent(cells, (a, x), (b, y), dataset)
        else:
            contrast = on_dataset(cells, x, y, pair, setting)
        found.append(
            Compared(
                a,
                b,
                dataset,
                single,
                contrast,
                unmatched=(0, 0) if pair is None else pair.unmatched,
                fell_back=asked and pair is None,
            )
        )
    if single or not found:
        return found
    holes = [
        f"{cells.why(m, d)} on {d} ({m})"
        for m, row in ((a, left), (b, right))
        for d, c in zip(cells.datasets, row, strict=True)
        if c is None
    ]
    if holes:
        contrast = untestable((0, 0), None, f"no average: {', '.join(holes)}")
    else:
        contrast = on_average(cells, present(left), present(right), pairs, setting)
    out = (sum(one.unmatched[0] for one in found), sum(one.unmatched[1] for one in found))
    if contrast.test.endswith(AVERAGES):
        out = dropped(cells, a, b, paired=contrast.paired).runs
    return [Compared(a, b, None, primary=True, contrast=contrast, unmatched=out), *found]


def present(cells: Sequence[Cell | None]) -> list[Cell]:
    """Narrow the type where none is missing."""
    return [c for c in cells if c is not None]


def wants_pairing(cells: Cells, a: Cell | None, b: Cell | None, setting: Setting) -> bool:
    """Example ids pair; seeds pair where that is declared. Rows without a key never do."""
    if a is None or b is None or not (a.keyed and b.keyed) or min(a.n, b.n) < ENOUGH:
        return False
    return cells.unit is Unit.EXAMPLE or (cells.unit is Unit.SEED and setting.pair_seeds)


def matched(cells: Cells, a: Cell | None, b: Cell | None, setting: Setting) -> Matched | None:
    """Match two cells, or nothing where they are not to be paired or fewer than two keys match."""
    return enough(a, b) if wants_pairing(cells, a, b, setting) else None


def enough(a: Cell | None, b: Cell | None) -> Matched | None:
    """Match two cells that are to be paired, or nothing where fewer than two keys match."""
    assert a is not None
    assert b is not None
    pair = match(a, b)
    return pair if pair.n >= ENOUGH else None


def absent(
    cells: Cells, a: tuple[str, Cell | None], b: tuple[str, Cell | None], dataset: str
) -> Contrast:
    """Say why there is nothing to compare on a dataset."""
    holes = [f"{cells.why(m, dataset)} ({m})" for m, c in (a, b) if c is None]
    return untestable((size(a[1]), size(b[1])), None, ", ".join(holes))


def size(cell: Cell | None) -> int:
    """Count the replicates of a cell that may be missing."""
    return 0 if cell is None else cell.n


def untestable(n: tuple[int, int], estimate: float | None, reason: str) -> Contrast:
    """Make a contrast that the design rules out."""
    return Contrast("", n, estimate=estimate, reason=reason, testable=False)


def untested(cells: Cells, a: Sequence[Cell], b: Sequence[Cell], ask: Ask) -> Contrast | None:
    """Give what is left where no spread can be had or used: the estimate and the reason."""
    alone = cells.unit is Unit.NONE
    if alone:
        known = shares_of_examples(a[0], b[0], ask) if len(a) == 1 else None
        known = averages_of_shares(a, b, ask) if len(a) > 1 else known
        if known is not None:
            return known
    short = next((c for c in (*a, *b) if c.lacking or c.n < ENOUGH or c.df <= 0), None)
    if short is None and not alone:
        return None
    estimate = sum(x.mean - y.mean for x, y in zip(a, b, strict=True)) / len(a)
    n = (min(map(reported, a)), min(map(reported, b)))
    if alone or short is None:
        few = "one run a cell" if max(c.n for c in (*a, *b)) <= 1 else "declared as not replicated"
        return untestable(n, estimate, few)
    if short.n >= ENOUGH and not short.lacking:
        return untestable(n, estimate, LONE if short.groups is None else lone(short.groups) or LONE)
    where = f"{short.method} on {short.dataset}" if short.dataset else short.method
    few = short.lacking or "one replicate only"
    wanting = "" if short.lacking else ": a spread needs two"
    return untestable(n, estimate, f"{few} ({where}){wanting}")


def reported(cell: Cell) -> int:
    """How many runs a cell has; of a printed mean that lacks something as many as it says, or 0."""
    return cell.stated[0] if cell.lacking and cell.lacking != NO_IDS else cell.n


def on_dataset(cells: Cells, a: Cell, b: Cell, pair: Matched | None, setting: Setting) -> Contrast:
    """Compare two cells."""
    few = untested(cells, [a], [b], setting.ask)
    if few is not None:
        return few
    if setting.shares is not None:
        return compare_folds([a], [b], [pair], [setting.shares.get(a.dataset, 0.0)], setting.ask)
    if pair is None:
        answers = shares_only(cells, [a, b])
        found = of_shares(welch(a, b, setting.ask, shares=answers), shares=answers)
        return known_to(cells, found, [a], [b], setting.ask)
    if cells.unit is not Unit.EXAMPLE:
        return rounded.of_pairs(paired(pair, setting.ask), [pair], cells.rounding, setting.ask)
    return on_examples(cells, a, b, pair, setting)


def on_examples(cells: Cells, a: Cell, b: Cell, pair: Matched, setting: Setting) -> Contrast:
    """Compare two cells by the examples that they share."""
    binary = a.binary and b.binary
    if cells.clustered:
        contrast = paired(pair, setting.ask, "clustered paired t", cells.groups)
        contrast = of_shares(contrast, shares=shares_only(cells, [a, b]))
        return with_floor(contrast, [pair], binary, setting.ask)
    if setting.graded:
        return paired(pair, setting.ask)
    if binary:
        return of_shares(mcnemar(*discordant(pair), pair.n, setting.ask), shares=True)
    return of_shares(flipped(pair, setting.ask), shares=shares_only(cells, [a, b]))


def shares_only(cells: Cells, whole: Sequence[Cell]) -> bool:
    """Whether the means are shares of right examples."""
    return cells.unit is Unit.EXAMPLE and all(c.shares for c in whole)


def flipped(pair: Matched, ask: Ask) -> Contrast:
    """Test graded scores by flipping the signs of their differences."""
    differences = difference(pair)[0]
    found = sign_flip(differences, None, ask, ask.seed, size=pair.size, keys=pair.keys)
    return replace(found.contrast, monte_carlo=found.monte_carlo_error)


def discordant(pair: Matched) -> tuple[int, int]:
    """Count the examples that only a, and only b, has right."""
    return int((pair.a > pair.b).sum()), int((pair.a < pair.b).sum())


def with_floor(contrast: Contrast, pairs: Sequence[Matched], binary: bool, ask: Ask) -> Contrast:
    """Hold a t test of 0/1 scores to what its discordant examples can tell: it claims too much.

    p is at least the smallest that McNemar's test attains with as many. Where that is alpha or more
    no outcome rejects zero, so zero belongs to the interval that inverts the test.
    """
    if not binary or contrast.p is None:
        return contrast
    m = sum(sum(discordant(pair)) for pair in pairs)
    floor = smallest_p(m, exact=ask.mcnemar == "exact")
    few = f"{m} discordant example{'' if m == 1 else 's'}"
    raised = f"{few}: p is no smaller than they allow McNemar's test"
    reason = raised if contrast.p < floor < ask.alpha else contrast.reason
    p = max(contrast.p, floor)
    contrast = replace(contrast, p=p, smallest_p=floor, discordant=m, reason=reason)
    if floor >= ask.alpha and contrast.low is not None and contrast.high is not None:
        contrast = replace(contrast, low=min(contrast.low, 0.0), high=max(contrast.high, 0.0))
    return of_shares(contrast, shares=True)


def of_shares(contrast: Contrast, *, shares: bool) -> Contrast:
    """Cut the intervals of a difference of shares at -1 and 1: no shares are further apart."""
    if not shares or contrast.low is None or contrast.high is None:
        return contrast
    low, high = cut(contrast.low, contrast.high)
    within = contrast.equivalence and cut(*contrast.equivalence)
    return replace(contrast, low=low, high=high, equivalence=within, shares=True)


def on_average(
    cells: Cells,
    a: list[Cell],
    b: list[Cell],
    pairs: Sequence[Matched | None],
    setting: Setting,
) -> Contrast:
    """Compare the averages over the fixed datasets."""
    few = untested(cells, a, b, setting.ask)
    if few is not None:
        return few
    if setting.shares is not None:
        shares = [setting.shares.get(c.dataset, 0.0) for c in a]
        return compare_folds(a, b, pairs, shares, setting.ask)
    whole = [pair for pair in pairs if pair is not None]
    complete = len(whole) == len(a)
    if cells.unit is Unit.EXAMPLE:
        answers = shares_only(cells, [*a, *b])
        if not complete:
            return of_shares(stratified_welch(a, b, setting.ask, shares=answers), shares=answers)
        contrast = stratified_paired(
            whole, setting.ask, groups=cells.groups, crossing=cells.crossing, shares=answers
        )
        contrast = of_shares(contrast, shares=answers)
        return with_floor(contrast, whole, all(c.binary for c in (*a, *b)), setting.ask)
    if setting.shared_runs or setting.pair_seeds:
        return on_run_averages(cells, a, b, whole if complete else [], setting)
    return known_to(cells, stratified_welch(a, b, setting.ask), a, b, setting.ask)


def known_to(
    cells: Cells, found: Contrast, a: Sequence[Cell], b: Sequence[Cell], ask: Ask
) -> Contrast:
    """A comparison of independent runs, as far as the decimals of their scores go."""
    if cells.unit is Unit.EXAMPLE:
        return found
    return rounded.of_means(found, a, b, cells.rounding, ask)


def on_run_averages(
    cells: Cells, a: list[Cell], b: list[Cell], pairs: list[Matched], setting: Setting
) -> Contrast:
    """Average within each run (or seed) first: what it shares correlates the datasets.

    Where fewer than two seeds are on all datasets, the datasets are taken for independent; for runs
    that are measured on several datasets they cannot be.
    """
    kind = "run" if setting.shared_runs else "seed"
    left, right = cells.averages.get(a[0].method), cells.averages.get(b[0].method)
    if left is not None and right is not None:
        if pairs:
            pair = match(left, right)
            if pair.n >= ENOUGH:
                found = paired(pair, setting.ask, f"paired t on {kind} averages")
                return rounded.of_run_averages(
                    found, (left, right), (a, b), cells.rounding, setting.ask
                )
        if not (pairs and not setting.shared_runs) and min(left.n, right.n) >= ENOUGH:
            contrast = welch(left, right, setting.ask)
            found = replace(contrast, test=f"Welch t on {kind} averages")
            return rounded.of_run_averages(
                found, (left, right), (a, b), cells.rounding, setting.ask
            )
    if setting.shared_runs:
        estimate = sum(x.mean - y.mean for x, y in zip(a, b, strict=True)) / len(a)
        n = (min(c.n for c in a), min(c.n for c in b))
        return untestable(n, estimate, "fewer than two runs are measured on every dataset")
    if pairs:
        found = stratified_paired(pairs, setting.ask)
        return rounded.of_pairs(found, pairs, cells.rounding, setting.ask)
    return known_to(cells, stratified_welch(a, b, setting.ask), a, b, setting.ask)
