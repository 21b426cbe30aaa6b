"""The other defensible tests of a comparison, from its cells."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from paperforge.spec import Direction, Unit
from paperforge.stats import strata
from paperforge.stats.added import ADDED
from paperforge.stats.bayes import bayes_signed_rank
from paperforge.stats.bootstrapped import corpus_difference, mean_difference
from paperforge.stats.cells import FLAT
from paperforge.stats.clusters import SCALED, cr2, random_effects_df
from paperforge.stats.contrast import Ask, Contrast, t_contrast
from paperforge.stats.corpus_cells import cells as corpus_cells
from paperforge.stats.corpus_cells import compare_corpus, randomise_corpus
from paperforge.stats.corpus_resample import REPLICATES as RANDOMISED
from paperforge.stats.critical import ENOUGH
from paperforge.stats.datasets import nemenyi, of_mean
from paperforge.stats.exact import mcnemar
from paperforge.stats.means import Matched, difference, match, paired, stratified_paired
from paperforge.stats.ranks import rank
from paperforge.stats.signflip import sign_flip
from paperforge.stats.subsets import MOST
from paperforge.stats.subsets import sign_flip as subset_flip
from paperforge.stats.wilcoxon import contrast as wilcoxon
from paperforge.stats.wild import wild_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from paperforge.model import Decision, Design, Results
    from paperforge.spec import Metric
    from paperforge.stats.cells import Cell, Cells

PAIRS = 2
"""Matched replicates that a paired test takes."""
NEEDS_PAIRING = "needs pair_by"
FIXED_RUNS = "takes the runs as fixed"
WILD_DRAWS = 4_000_000
SAME = 1e-6
CORRELATED = "clustered paired t (df of Imbens and Kolesar)"
ONE_POOL = (
    "for one dataset only; over the pooled examples a dataset would count by its size, in the "
    "average all count the same"
)
ACROSS = "ranks of differences of several datasets are of different sizes; for one dataset only"


@dataclass(frozen=True, slots=True)
class Other:
    """One other test, in stored units."""

    kind: str
    """What the same test of another comparison is called, whatever its way to p."""
    contrast: Contrast
    needs: str = ""
    probabilities: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A decision with the cells that it was made of: one pair a dataset, or one of averages."""

    cells: Cells
    decision: Decision
    design: Design
    pairs: tuple[tuple[Cell, Cell], ...] = ()
    matched: tuple[Matched, ...] = ()
    """Of every pair, where all have keys and two or more match; else none."""
    averaged: bool = False
    """Whether the pairs are those of run or seed averages over the datasets."""
    scores: tuple[np.ndarray, tuple[str, ...]] | None = field(default=None, compare=False)
    """Datasets as a sample: shape (N, K), and the K methods."""


def placed(cells: Cells, d: Decision, design: Design, family: Sequence[Decision] = ()) -> Place:
    """Find the cells of a decision. family: the primary decisions of its metric."""
    if cells.unit is Unit.DATASET:
        return Place(cells, d, design, scores=scores_of(cells, family))
    if cells.metric.corpus and d.unit is Unit.EXAMPLE:
        return Place(cells, d, design)  # of sums: no example has a score
    names = sorted(cells.datasets) if d.scope is None else [d.scope]
    row = [(cells.table.get((d.a, name)), cells.table.get((d.b, name))) for name in names]
    averaged = d.test.endswith("averages")
    if averaged:
        row = [(cells.averages.get(d.a), cells.averages.get(d.b))]
    pairs = tuple((a, b) for a, b in row if a is not None and b is not None)
    if len(pairs) < len(row) or any(min(a.n, b.n) < PAIRS for a, b in pairs):
        return Place(cells, d, design)
    keyed = all(a.keyed and b.keyed for a, b in pairs)
    matched = tuple(match(a, b) for a, b in pairs) if keyed else ()
    if any(pair.n < PAIRS for pair in matched):
        matched = ()
    return Place(cells, d, design, pairs, matched, averaged)


def scores_of(cells: Cells, family: Sequence[Decision]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Means of the methods of the family on the datasets that have all of them."""
    import numpy as np

    wanted = {name for d in family for name in (d.a, d.b)}
    methods = tuple(m for m in cells.methods if m in wanted)
    whole = [n for n in cells.datasets if all((m, n) in cells.table for m in methods)]
    rows = [[cells.table[m, n].mean for m in methods] for n in whole]
    return np.array(rows).reshape(len(whole), len(methods)), methods


def others(place: Place, results: Results, ask: Ask, *, ready: bool = False) -> list[Other]:
    """The other tests of a decision; that of the decision itself is left out.

    ready: without those of runs that would have to be declared as paired first.
    """
    d, cells = place.decision, place.cells
    if place.design.noun == "fold":
        return []
    if cells.metric.corpus and d.unit is Unit.EXAMPLE:
        made = list(of_corpus(results, cells.metric, d, ask))
    elif place.scores is not None:
        made = list(over_datasets(place, ask))
    elif cells.examples is not None:
        made = list(of_both(place, ask))
        if cells.metric.corpus:
            drawn = of_corpus(results, cells.metric, d, ask)
            made += [replace(one, needs=FIXED_RUNS) for one in drawn if one.kind == "bootstrap"]
    elif not place.pairs:
        made = []
    elif cells.unit is Unit.EXAMPLE and d.paired and place.matched:
        made = list(of_examples(place, ask))
    elif cells.unit in (Unit.SEED, Unit.EXAMPLE):
        made = list(of_runs(place, ask, ready=ready))
    else:
        made = []
    if place.averaged:
        suffix = d.test[d.test.index(" on ") :]
        made = [
            replace(o, contrast=replace(o.contrast, test=o.contrast.test + suffix)) for o in made
        ]
    return [one for one in made if one.contrast.test != d.test]


def of_runs(place: Place, ask: Ask, *, ready: bool = False) -> Iterator[Other]:
    """Runs (or examples that do not match): unpaired tests, and paired ones."""
    d, pairs = place.decision, place.pairs
    alike = any(c.variance <= 0 for pair in pairs for c in pair)
    if not (d.test.endswith(ADDED) and alike):  # the plain one takes what is alike for certain
        yield Other("Welch", strata.plain_welch(pairs, ask))
    if d.paired and place.matched:
        yield from of_pairs(place, ask, "")
        return
    whole = not any(c.quoted for pair in pairs for c in pair)
    if not place.cells.clustered:
        yield Other("pooled", strata.pooled_t(pairs, ask))
        if whole:
            yield Other("permutation", strata.permuted(pairs, ask))
    if place.matched and place.cells.unit is Unit.SEED and not ready:
        yield from of_pairs(place, ask, NEEDS_PAIRING)


def of_pairs(place: Place, ask: Ask, needs: str) -> Iterator[Other]:
    """Matched runs."""
    pairs = place.matched
    yield Other("paired", t_of(pairs, ask), needs)
    yield Other("sign-flip", strata.flipped(pairs, ask), needs)
    if len(pairs) == 1 and not needs:
        yield Other("Wilcoxon", ranked(pairs[0], ask))


def t_of(pairs: Sequence[Matched], ask: Ask) -> Contrast:
    """Paired t, stratified over several datasets."""
    return paired(pairs[0], ask) if len(pairs) == 1 else stratified_paired(pairs, ask)


def ranked(pair: Matched, ask: Ask) -> Contrast:
    """Wilcoxon's signed-rank test of the differences."""
    return wilcoxon(pair.a - pair.b, ask, size=pair.size)


def of_examples(place: Place, ask: Ask) -> Iterator[Other]:
    """Matched examples: McNemar, t, sign-flip, signed ranks, or what clusters allow."""
    pairs, cells = place.matched, place.cells
    binary = all(c.binary for pair in place.pairs for c in pair)
    if cells.clustered:
        yield from of_clusters(place, ask)
        return
    if binary and len(pairs) == 1:
        wins, losses = int((pairs[0].a > pairs[0].b).sum()), int((pairs[0].a < pairs[0].b).sum())
        for form in ("mid-p", "exact"):
            made = mcnemar(wins, losses, pairs[0].n, replace(ask, mcnemar=form))
            yield Other(f"McNemar {form}", made)
        yield Other("paired", paired(pairs[0], ask))
        return
    yield Other("sign-flip", strata.flipped(pairs, ask))
    if not cells.crossing:
        yield Other("paired", t_of(pairs, ask))
    if len(pairs) == 1 and not binary:
        yield Other("Wilcoxon", ranked(pairs[0], ask))
        drawn = mean_difference(pairs[0], ask)
        if drawn is not None:
            yield Other("BCa", drawn)


def of_clusters(place: Place, ask: Ask) -> Iterator[Other]:
    """Examples in clusters: signs by cluster, plain CR2, and the wild bootstrap on one dataset."""
    pairs, cells = place.matched, place.cells
    yield Other("sign-flip", renamed(strata.flipped(pairs, ask), "sign-flip by cluster"))
    if len(pairs) > 1:
        if SCALED in place.decision.test:
            one, crossing = cells.groups, cells.crossing
            made = stratified_paired(pairs, ask, groups=one, crossing=crossing, plain=True)
            yield Other("CR2", made)
        return
    pair = pairs[0]
    assert pair.groups is not None
    yield Other("CR2", paired(pair, ask, "clustered paired t", cells.groups, plain=True))
    yield from correlated(pair, ask, cells.groups)
    drawn = max(999, min(strata.REPLICATES, WILD_DRAWS // cells.groups))
    found = wild_cluster(pair.a - pair.b, pair.groups, ask, ask.seed, replicates=drawn)
    test = f"wild cluster bootstrap ({found.weights})" if found.weights else found.contrast.test
    yield Other("wild", replace(found.contrast, test=test, monte_carlo=found.monte_carlo_error))


def correlated(pair: Matched, ask: Ask, groups: int) -> Iterator[Other]:
    """CR2 with the df of Imbens and Kolesar, where they are other than Bell and McCaffrey's."""
    assert pair.groups is not None
    x, mean, sd = difference(pair)
    if sd <= 0 or len(set(pair.groups.tolist())) <= 1:
        return
    variance, plain = cr2([x], [pair.groups], groups)
    df = random_effects_df(x, pair.groups)
    if df < plain * (1 - SAME):
        n = (pair.n, pair.n)
        yield Other("IK", t_contrast(CORRELATED, mean, variance, df, n=n, paired=True, ask=ask))


def renamed(contrast: Contrast, test: str) -> Contrast:
    """The same with the unit in its name: "sign-flip by cluster (saddlepoint)"."""
    return replace(contrast, test=contrast.test.replace("sign-flip", test, 1))


def of_both(place: Place, ask: Ask) -> Iterator[Other]:
    """Runs and examples drawn anew: what each would say alone, of fewer populations."""
    cells = place.cells
    assert cells.examples is not None
    by_run = placed(replace(cells, unit=Unit.SEED, examples=None), place.decision, place.design)
    if by_run.pairs:
        yield Other("runs", strata.plain_welch(by_run.pairs, ask), "takes the examples as fixed")
    by_example = placed(cells.examples, place.decision, place.design)
    if by_example.matched:
        pairs, groups = by_example.matched, cells.examples.groups
        if len(pairs) == 1:
            made = paired(pairs[0], ask, groups=groups if cells.examples.clustered else 0)
        else:
            made = stratified_paired(pairs, ask, groups=groups, crossing=cells.examples.crossing)
        yield Other("examples", replace(made, test=f"{made.test} over examples"), FIXED_RUNS)


def over_datasets(place: Place, ask: Ask) -> Iterator[Other]:
    """Datasets as a sample: signed ranks, sign-flip of the mean, t, Nemenyi, Bayesian ranks."""
    import numpy as np

    assert place.scores is not None
    (scores, methods), d, metric = place.scores, place.decision, place.cells.metric
    n, k = scores.shape
    if n < PAIRS:
        return
    a, b = scores[:, methods.index(d.a)], scores[:, methods.index(d.b)]
    x, size = a - b, max(float(np.abs(a).max()), float(np.abs(b).max()))
    of_ranks = of_mean(wilcoxon(x, ask, size=size), float(x.mean()), ask, size)
    yield Other("Wilcoxon", of_ranks)
    yield Other("sign-flip", mean_flip(x, ask, size))
    sd = float(x.std(ddof=1))
    sd = sd if sd > FLAT * size else 0.0
    made = t_contrast(
        "paired t over datasets", float(x.mean()), sd * sd / n, n - 1.0,
        n=(n, n), paired=True, ask=ask,
    )  # fmt: skip
    yield Other("paired", made)
    higher = metric.direction is not Direction.LOWER
    if n >= ENOUGH and k > PAIRS:
        mean = rank(scores, higher=higher).mean(axis=0)
        gap = float(mean[methods.index(d.a)] - mean[methods.index(d.b)])
        found = nemenyi(of_ranks, gap, n, k, higher=higher, alpha=ask.alpha)
        yield Other("Nemenyi", replace(found, corrected=True))
    if ask.margin is not None:
        found_bayes = bayes_signed_rank(x, ask.margin, seed=ask.seed)
        three = (found_bayes.below, found_bayes.within, found_bayes.above)
        yield Other(
            "Bayesian",
            Contrast("Bayesian signed-rank", (n, n), paired=True, reason="no p"),
            "another kind of answer",
            three,
        )


def mean_flip(x: np.ndarray, ask: Ask, size: float) -> Contrast:
    """Sign-flip of the mean, listed where differences are few."""
    if len(x) <= MOST:
        return subset_flip(x, ask, size=size)
    found = sign_flip(x, None, ask, ask.seed, size=size)
    test = found.contrast.test.replace("sign-flip", "sign-flip of the mean", 1)
    return replace(found.contrast, test=test, monte_carlo=found.monte_carlo_error)


def of_corpus(results: Results, metric: Metric, d: Decision, ask: Ask) -> Iterator[Other]:
    """Corpus metrics: exchange the methods' sums at random, or draw the examples anew."""
    found = corpus_cells(results, metric)
    names = dict.fromkeys(at[1] for at in found) if d.scope is None else (d.scope,)
    if not all((m, name) in found for m in (d.a, d.b) for name in names):
        return
    a, b = [found[d.a, name] for name in names], [found[d.b, name] for name in names]
    drawn = compare_corpus(a, b, metric, ask, ask.seed)
    yield Other("bootstrap", replace(drawn.contrast, monte_carlo=drawn.error))
    anew = corpus_difference(a[0], b[0], metric.corpus, ask) if len(names) == 1 else None
    if anew is not None:
        yield Other("BCa", anew)
    if drawn.contrast.reason == "identical outputs":  # nothing to exchange
        return
    exchanged = randomise_corpus(a, b, metric, ask.seed, ask.engine)
    if exchanged is not None:
        p, error = exchanged
        made = Contrast(
            "approximate randomisation", drawn.contrast.n, True, drawn.contrast.estimate,  # noqa: FBT003 - paired
            p=p, smallest_p=min(p, 1 / (RANDOMISED + 1)), monte_carlo=error,
        )  # fmt: skip
        yield Other("randomisation", made)


def left_out(place: Place) -> tuple[tuple[str, str], ...]:
    """Tests that somebody would ask for and that these data do not allow."""
    d, cells = place.decision, place.cells
    if place.design.noun == "fold":
        why = (
            "folds share training data: their differences are neither independent nor exchangeable"
        )
        return (("permutation, sign-flip, Wilcoxon", why),)
    if place.scores is not None:
        few = len(place.scores[0]) < ENOUGH
        return (("Nemenyi", f"asymptotic: needs {ENOUGH} datasets"),) if few else ()
    if not place.pairs:
        return ()
    found = []
    several = len(place.pairs) > 1
    if any(c.quoted for pair in place.pairs for c in pair) and cells.unit is Unit.SEED:
        found.append(("permutation of means", "a quoted mean has no runs to deal"))
    if several and d.paired:
        found.append(("Wilcoxon", ACROSS))
    if several and cells.unit is Unit.EXAMPLE and all(c.binary for p in place.pairs for c in p):
        found.append(("McNemar", ONE_POOL))
    if several and cells.clustered:
        found.append(("wild cluster bootstrap", "for one dataset only"))
    return tuple(found)
