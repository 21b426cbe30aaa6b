"""Why a comparison takes its test, what was not taken, and what was looked at: sentences.

The numbers in them are simulated in tests/stats/test_why.py, or are those of the modules named.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.latex.p_values import p_bound
from paperforge.model import Observed
from paperforge.spec import Unit
from paperforge.stats.added import ADDED
from paperforge.stats.clusters import AT_WORST, SCALED
from paperforge.stats.means import difference
from paperforge.stats.strata import floor_of_runs, skewness

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from paperforge.stats.cells import Cell
    from paperforge.stats.others import Place

COVERAGE = {3: ".755", 5: ".842", 10: ".895", 20: ".930"}
"""Of the 95% percentile-bootstrap interval of the mean of so many normal values."""
MANY = 20
"""Replicates from which on shortcuts of small samples are not worth a line."""
FEW_CLUSTERS = 50
NEARLY_ALL = 0.9
ALONE, AMONG = {2: ".061", 3: ".059"}, {2: ".11", 3: ".07"}
"""Simulated sizes of Welch's t where one mean has so much of the variance, by the runs of each:
of two means, standard deviations 10 : 1, and of one among sixteen (eight datasets), 20 : 1."""
CERTAIN = (
    "takes answers that are all alike for certain: 50 examples against 500, .99 right on both, are "
    "told apart in .45 of cases"
)
FEW_WRONG = (
    "few examples that happen to be nearly all right pass for certain: 50 against 500, .9 right on "
    "both, are told apart in .08 of cases"
)
SHARES = "least favourable"
"""In the names of tests of shares of which only n is known."""
POOLING = (
    "counts what runs on one dataset share as often as there are runs: simulated, where datasets "
    "differ 1.5 times as much as seeds, 8 x 5 runs taken as 40 reject a true null in .33, not .05"
)
PRETEST = (
    "{n} values give such a test no power, and choosing by its answer changes the error rate of "
    "the test that follows"
)


def chosen(place: Place) -> tuple[str, ...]:
    """Say which design calls for the test."""
    d = place.decision
    if d.p is None:
        return (f"No test: {d.reason or 'nothing is replicated'}.",)
    return (" ".join(unit_of(place)), f"{test_of(place)} {holds(place)}")


def unit_of(place: Place) -> Iterator[str]:
    """The unit, what is matched, the datasets."""
    d = place.decision
    n = f"{d.n[0]:,}" if d.n[0] == d.n[1] else f"{d.n[0]:,} and {d.n[1]:,}"
    what = {Unit.EXAMPLE: "example", Unit.DATASET: "dataset", Unit.BOTH: "seed and the example"}
    noun = what.get(d.unit, place.design.noun)
    known = "inferred" if place.design.inferred else "declared"
    n = each_dataset(place) or n
    yield f"The unit of replication is the {noun} ({known}): {n}{of_each(d.unit, d.n)}."
    if SHARES in d.test:
        yield "Only shares are known, not who was right where: any pairing may be the true one."
    elif d.unit is Unit.EXAMPLE:
        yield "Examples pair by their ids." if d.paired else "Too few ids match to pair them."
        if place.cells.clustered:
            yield f"They come in {place.cells.groups:,} clusters, which stand or fall together."
    elif d.unit is Unit.BOTH and place.cells.examples and place.cells.examples.clustered:
        yield f"The examples come in {place.cells.examples.groups:,} clusters, drawn as wholes."
    elif d.unit is Unit.DATASET:
        yield "Every dataset has a score of both: they pair by their names."
    elif d.unit is Unit.SEED and d.paired:
        yield f"pair_by declares that equal {place.design.noun}s share something, so they pair."
    elif d.unit is Unit.SEED:
        yield f"pair_by does not declare that equal {place.design.noun}s share anything."
    if d.unit is not Unit.DATASET and d.scope is None and len(place.cells.datasets) > 1:
        yield f"The {len(place.cells.datasets)} datasets are fixed and count the same."
        yield from without_spread(place)


def without_spread(place: Place) -> Iterator[str]:
    """Datasets on which nothing varies, in an average over others."""
    if place.decision.test.endswith(ADDED):
        return
    if place.decision.paired and place.matched:
        alike = [difference(pair)[2] <= 0 for pair in place.matched]
    else:
        alike = [a.variance <= 0 and b.variance <= 0 for a, b in place.pairs]
    if any(alike):
        of = f"On {sum(alike)} of them nothing varies"
        yield f"{of}: there the difference counts as known without error."


def each_dataset(place: Place) -> str:
    """Examples of an average over datasets: "164 to 1,319 a dataset"; empty where all have as many.

    n of an average is that of its smallest cell.
    """
    d = place.decision
    if d.unit is not Unit.EXAMPLE or d.scope is not None:
        return ""
    sizes = [pair.n for pair in place.matched]
    if len(sizes) < len(place.cells.datasets):
        table, names = place.cells.table, place.cells.datasets
        cells = [table[m, x] for x in names for m in (d.a, d.b) if (m, x) in table]
        sizes = [c.counted.n if c.counted else c.n for c in cells]
    least, most = min(sizes, default=0), max(sizes, default=0)
    return f"{least:,} to {most:,} a {place.design.place}" if least < most else ""


def of_each(unit: Unit, n: tuple[int, int]) -> str:
    """What the numbers count."""
    if unit in (Unit.EXAMPLE, Unit.DATASET):
        return ""
    return " of each method" if n[0] == n[1] else " of the two methods"


def test_of(place: Place) -> str:
    """What the test does about it."""
    d = place.decision
    known = {
        SHARES: "takes that of all pairings which says least, and claims nothing that one denies",
        "bootstrap of sums": "draws the examples anew, the sums of both methods together",
        "paired t, two answers added": "counts a right and a wrong answer more where all are alike",
        "answers added": "counts a right and a wrong answer more: few do not pass for certain",
        "McNemar": "uses the examples that only one of the two has right",
        "sign-flip": "needs only that differences are as likely up as down if nothing differs",
        "Wilcoxon": "ranks the differences, so no scale of a dataset outweighs the others",
        "Nemenyi": "was asked for; it compares mean ranks, all pairs at once",
        "corrected resampled t": "allows for the training data that folds share",
        SCALED: f"allows for correlation within clusters (CR2), {AT_WORST}",
        "clustered": "allows for correlation within clusters (CR2), few or unequal ones too",
        "own quantile": "is safe for few and unequal numbers of runs, where Welch's is not: the "
        "half-width of the interval is the root of the sum of t² s² / (n D²) over all means, t the "
        "quantile with n − 1 degrees of freedom, D the number of datasets (Banerjee 1961)",
        "own df": "is safe for few and unequal numbers of runs, where Welch's is not: on such a "
        "dataset the difference has the df at which t² (Va + Vb) = ta² Va + tb² Vb, V = s² / n, ta "
        "and tb the .975 quantiles with n − 1 of each; over the datasets Satterthwaite",
        "Welch": "does not assume that both methods spread alike",
        "paired t": "takes the differences, which leaves out what the two share",
    }
    does = next((words for name, words in known.items() if name in d.test), "")
    several = d.test.startswith("stratified") and not does.startswith("allows")
    more = ", and adds the variances of the datasets" if several and "own " not in d.test else ""
    if d.unit is Unit.BOTH:
        does, more = "counts both sources of chance", ""
    return f"{upper(d.test)} {does}{more}." if does else f"{upper(d.test)}."


def holds(place: Place) -> str:
    """What it holds for."""
    return f"It holds for {place.decision.generalises}." if place.decision.generalises else ""


def upper(text: str) -> str:
    """With a capital."""
    return text[:1].upper() + text[1:]


def rejected(place: Place) -> tuple[tuple[str, str], ...]:
    """Say what was not taken."""
    d = place.decision
    if d.p is None:
        return ()
    if place.design.noun == "fold" and d.unit is Unit.SEED:
        why = "folds share training data: a plain t test over them finds differences too often"
        plain = ("t test over folds", f"{why} (Nadeau and Bengio 2003)")
        if place.design.averaged[1] <= 1:
            return (plain,)
        same = "they are the same split, so that seeds add no data: the mean of a fold's seeds "
        same += "counts once (--resplit where each seed has split the data anew)"
        return (plain, ("seeds as more folds", same))
    by_unit = {Unit.EXAMPLE: of_examples, Unit.DATASET: of_datasets, Unit.BOTH: of_both}
    return tuple(by_unit.get(d.unit, of_runs)(place))


def of_runs(place: Place) -> Iterator[tuple[str, str]]:
    """Shortcuts with few seeds."""
    d, noun = place.decision, place.design.noun
    if d.paired:
        yield "Welch t", "would leave the declared pairing unused"
    elif place.matched:
        why = f"pair_by does not declare that equal {noun}s share anything (data split, data order,"
        yield "paired t", f"{why} initialisation); a correlation seen in the data is no licence"
    yield from floors(place)
    n = min(d.n)
    if n < MANY:
        yield "normality test first", PRETEST.format(n=n)
    if len(place.cells.datasets) > 1 and d.scope is None:
        runs = sum(min(a.n, b.n) for a, b in place.pairs)
        if not place.averaged:
            yield f"all {runs} runs as replicates", POOLING
        else:
            yield "all runs of all datasets as replicates", POOLING
    yield from coverage(n)


def floors(place: Place) -> Iterator[tuple[str, str]]:
    """Rank and sign tests that cannot reach alpha."""
    d = place.decision
    counts = [(a.n, b.n) for a, b in place.pairs]
    if d.paired and place.matched:
        counts = [(pair.n, pair.n) for pair in place.matched]
    if not counts:
        return
    floor = floor_of_runs(counts, paired=d.paired)
    stepped = place.design.correction not in ("none", "bh")
    corrected = min(1.0, floor * max(1, d.family)) if stepped else floor
    if corrected >= place.design.alpha:
        n = counts[0][0] if d.paired else " and ".join(map(str, counts[0]))
        what = f"{n} {'pairs' if d.paired else 'runs'}"
        after = f", {p_bound(corrected)} among {d.family} comparisons" if corrected > floor else ""
        name = "Wilcoxon, sign-flip" if d.paired else "permutation, Mann-Whitney"
        reach = f"{p_bound(place.design.alpha)} is out of reach"
        yield name, f"{what} give no p below {p_bound(floor)}{after}: {reach}"


def coverage(n: int) -> Iterator[tuple[str, str]]:
    """The percentile bootstrap of few values."""
    size = max((k for k in COVERAGE if k <= n), default=0)
    if size and n <= MANY:
        yield (
            f"percentile bootstrap of {n} values",
            f"its 95% interval of a mean of {size} covers {COVERAGE[size]}",
        )


def of_examples(place: Place) -> Iterator[tuple[str, str]]:
    """Shortcuts with examples."""
    d = place.decision
    if d.test.endswith(ADDED):
        alike = any(c.variance <= 0 for pair in place.pairs for c in pair)
        yield "the same t without them", CERTAIN if alike or d.paired else FEW_WRONG
    if d.paired and SHARES not in d.test:
        yield "two independent samples", "leaves the pairing by example unused"
    if "mid-p" in d.test and SHARES not in d.test:
        yield "exact McNemar", "its size is below alpha by discreteness; --mcnemar exact takes it"
    if place.cells.clustered:
        yield (
            "every example on its own",
            "examples of a cluster are alike: differences are found too often",
        )
        if place.cells.groups <= FEW_CLUSTERS:
            why = "with few clusters the plain sandwich and a normal quantile reject too often"
            yield "cluster-robust z", f"{why}: in .095 with 10 clusters, correlation .2"
    if place.cells.metric.corpus:
        why = "counting replicates beyond the observed difference is not centred at no difference"
        yield "uncentred bootstrap p", why
    elif SHARES in d.test:
        why = "the same examples were scored: two independent shares would vary more, or less"
        yield "two-sample test of proportions", why
        return
    elif not all(c.binary for pair in place.pairs for c in pair):
        yield "Wilcoxon", "asks for the pseudomedian, not for the mean that is reported"
    yield (
        "normality test first",
        ("of many examples it rejects what does not matter: means of many are near normal"),
    )


def of_datasets(place: Place) -> Iterator[tuple[str, str]]:
    """Shortcuts with datasets as a sample."""
    n = place.decision.n[0]
    yield "repeated-measures ANOVA", "assumes normal differences of one spread on every dataset"
    if n < MANY:
        yield "normality test first", PRETEST.format(n=n)
    if not place.decision.test.startswith("Nemenyi"):
        yield (
            "Nemenyi",
            "a pair's answer depends on which methods are there; --posthoc nemenyi takes it",
        )
    yield "runs of all datasets as replicates", "runs on one dataset are no new datasets"


def of_both(place: Place) -> Iterator[tuple[str, str]]:
    """Shortcuts with runs that are scored on the same examples."""
    yield "runs alone", "would hold for these examples only"
    yield "examples alone", "would hold for these trained models only"
    yield "all run-example scores as replicates", "scores of one run, and of one example, are alike"
    yield from coverage(min(place.decision.n))


def observed(place: Place) -> tuple[Observed, ...]:
    """Numbers about the data that no choice was made by."""
    d = place.decision
    words = f"{d.n[0]:,} pairs" if d.paired else f"n = {d.n[0]:,} and {d.n[1]:,}"
    made = [Observed("n", float(min(d.n)), words)]
    if place.scores is not None:
        scores, methods = place.scores
        if len(scores):
            x = scores[:, methods.index(d.a)] - scores[:, methods.index(d.b)]
            made += of_differences([x], zeros=True, skew=True)
    elif place.pairs:
        if not place.cells.clustered or not d.paired:
            made += spreads(place.pairs, d.test)
        if d.paired and place.matched:
            made += of_matched(place)
        else:
            made += residuals([c.values for p in place.pairs for c in p if not c.quoted])
    return tuple(made)


def of_matched(place: Place) -> list[Observed]:
    """Of paired replicates."""
    import numpy as np

    pairs = place.matched
    rows = [pair.a - pair.b for pair in pairs]
    binary = all(c.binary for pair in place.pairs for c in pair)
    made: list[Observed] = []
    if binary:
        m = sum(int((x != 0).sum()) for x in rows)
        made.append(Observed("discordant", float(m), f"{m:,} discordant examples"))
    else:
        example = place.cells.unit is Unit.EXAMPLE
        made += of_differences(rows, zeros=example, skew=example)
    codes = [pair.groups for pair in pairs if pair.groups is not None]
    if place.cells.clustered and codes:
        sizes = np.bincount(np.concatenate(codes))
        sizes = sizes[sizes > 0]
        share = float(sizes.max() / sizes.sum())
        made.append(Observed("clusters", float(len(sizes)), f"{len(sizes):,} clusters"))
        made.append(
            Observed("largest cluster", share, f"the largest has {share:.1%} of the examples")
        )
    return made


def of_differences(rows: Sequence[np.ndarray], *, zeros: bool, skew: bool) -> list[Observed]:
    """Outliers, skewness and zeros of differences; of several datasets the worst."""
    made = residuals(rows, "difference")
    if skew:
        worst = max((skewness(x) for x in rows), key=abs)
        made.append(Observed("skewness", worst, f"skewness of the differences {signed(worst)}"))
    if zeros:
        count = sum(int((x == 0).sum()) for x in rows)
        words = f"{count:,} difference{'' if count == 1 else 's'} of zero"
        made.append(Observed("zeros", float(count), words))
    return made


def spreads(pairs: Sequence[tuple[Cell, Cell]], test: str) -> list[Observed]:
    """Ratio of the two standard deviations; of several datasets the largest.

    And what that does to Welch's t of very few runs.
    """
    known = [sorted((a.sd, b.sd)) for a, b in pairs if math.isfinite(a.sd + b.sd)]
    ratios = [high / low for low, high in known if low > 0]
    if not ratios:
        return []
    most = " at most" if len(pairs) > 1 else ""
    words = f"spreads a factor{most} {max(ratios):.2g} apart{too_often(pairs, test)}"
    return [Observed("spread ratio", max(ratios), words)]


def too_often(pairs: Sequence[tuple[Cell, Cell]], test: str) -> str:
    """Say where one of very few runs' means has nearly all of the variance (docs/error-rates)."""
    variances = [cell.variance for pair in pairs for cell in pair]
    n = min(cell.n for pair in pairs for cell in pair)
    sizes = {"Welch t": ALONE, "stratified Welch t": AMONG}.get(test, {})
    if n not in sizes or max(variances) < NEARLY_ALL * sum(variances):
        return ""
    return (
        f": one mean has {max(variances) / sum(variances):.0%} of the variance, with which a "
        f"{test} of {n} runs rejects a true null in up to {sizes[n]}, not .05"
    )


def residuals(rows: Sequence[np.ndarray], what: str = "value") -> list[Observed]:
    """The value that is farthest from its mean, in standard deviations."""
    import numpy as np

    found = []
    for x in rows:
        sd = float(x.std(ddof=1)) if len(x) > 1 else 0.0
        if 0 < sd < math.inf:
            found.append((float(np.abs(x - x.mean()).max()) / sd, len(x)))
    if not found:
        return []
    worst, n = max(found)
    bound = (n - 1) / n**0.5
    most = f" ({bound:.2g} is the most that {n} allow)" if n < MANY else ""
    words = f"the farthest {what} is {worst:.2g} sd from its mean{most}"
    return [Observed("largest residual", worst, words)]


def signed(value: float) -> str:
    """With a sign."""
    return f"{value:+.2g}".replace("-", "−")
