"""t tests of differences of means: Welch, paired, and their stratified sums over datasets."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from paperforge.stats import added
from paperforge.stats.cells import FLAT, Cell, moments
from paperforge.stats.clusters import LONE, NEARLY, SCALED, clustered, cr2, lone, scale
from paperforge.stats.contrast import Ask, Contrast, t_contrast
from paperforge.stats.found_pairs import OfPairs
from paperforge.stats.sums import Part, joint_df, safe_contrast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

TIMES: Mapping[int, float] = {4: 1.5, **dict.fromkeys(range(5, 10), 2.5)}
"""Fewer replicates -> how many times as many more are too many for Welch's degrees of freedom."""
SMALL, LARGE = 4, 1e9
FEW_STRATA = 2
"""Datasets up to which each mean has its own quantile; of more, each difference its own df: with
two, size was up to .066 (3 against 5 and 5 against 5, sd 10 : 1 and 3 : 1; 40,000 simulations)."""
OWN = "Welch t with each mean's own quantile"
OF_PAIRS = "Welch t with each difference's own df"
USUAL = 0.05
"""Alpha at which the quantiles of two means are put together; df are then the same at any other."""


@dataclass(frozen=True, slots=True)
class Matched:
    """The replicates that two cells share: arrays of shape (n,), row by row the same replicate."""

    a: np.ndarray
    b: np.ndarray
    keys: np.ndarray
    groups: np.ndarray | None
    size: float
    """The largest value of both, without its sign."""
    unmatched: tuple[int, int]
    """Of a and of b: replicates without a partner."""

    @property
    def n(self) -> int:
        """How many."""
        return len(self.keys)


def match(a: Cell, b: Cell) -> Matched:
    """Match two cells by key, never by row. Keys are sorted and unique."""
    import numpy as np

    size = max(a.size, b.size)
    if np.array_equal(a.keys, b.keys):
        return Matched(a.values, b.values, a.keys, a.groups, size, (0, 0))
    keys, at, bt = np.intersect1d(a.keys, b.keys, assume_unique=True, return_indices=True)
    groups = None if a.groups is None else a.groups[at]
    left = (a.n - len(keys), b.n - len(keys))
    return Matched(a.values[at], b.values[bt], keys, groups, size, left)


def satterthwaite(parts: Sequence[Part]) -> Part:
    """Sum of independent variances, and the degrees of freedom of the sum.

    df = (sum v)^2 / sum (v^2 / df). Sources: Satterthwaite 1946, Biometrics Bulletin 2(6);
    Welch 1947, Biometrika 34(1-2). A part without variance adds nothing; no variance at all: df of
    the parts, summed.
    """
    largest = max([v for v, _ in parts])
    if largest <= 0:
        return 0.0, sum([df for _, df in parts])
    shares = [(v / largest, df) for v, df in parts if v > 0]
    total = sum([share for share, _ in shares])
    return total * largest, total**2 / sum([share**2 / df for share, df in shares])


def gap(a: Cell, b: Cell) -> float:
    """Difference of two means; what is only rounding at the size of the values is none."""
    apart = a.mean - b.mean
    return 0.0 if abs(apart) <= FLAT * max(a.size, b.size) else apart


def unbalanced(a: int, b: int) -> bool:
    """Whether Welch's degrees of freedom are too many for so few and so unequal replicates.

    Simulated sizes of Welch's test at nominal .05, standard deviations up to three times apart: .12
    for 2 against 10, .066 for 3 against 5, .059 for 4 against 6 and for 5 against 30; at most .056
    where this is false.
    """
    few, many = min(a, b), max(a, b)
    return few < many and (few < SMALL or many >= TIMES.get(few, LARGE) * few)


def welch(a: Cell, b: Cell, ask: Ask, *, shares: bool = False) -> Contrast:
    """Compare two independent means without assuming equal variances. shares: of answers."""
    return stratified_welch([a], [b], ask, shares=shares)


def stratified_welch(
    a: Sequence[Cell], b: Sequence[Cell], ask: Ask, *, shares: bool = False
) -> Contrast:
    """Compare averages over D fixed datasets whose runs are independent.

    estimate = mean of the D differences, variance = D^-2 times the sum of the 2 D variances of
    means, degrees of freedom as in satterthwaite(). shares: the means are shares of right answers,
    to which two are added (added.py); the smallest p is that of all right against all wrong
    (enumerated for 2 to 5 against up to 1,000; beyond, no floor is in the way).
    """
    pairs, d = list(zip(a, b, strict=True)), len(a)
    estimate = sum(gap(x, y) for x, y in pairs) / d
    grouped = shares and any(answers(c.groups, c.n) < c.n for c in (*a, *b))
    if not shares or (grouped and not added.lopsided(c.variance for c in (*a, *b))):
        return independent(estimate, pairs, ask)
    held = [tuple(varied(c, d, alike=grouped) for c in pair) for pair in pairs]
    found = of_shares(held, ask)
    if grouped:
        return replace(found, estimate=estimate)
    floor = of_shares([(added.share(x.n, 1, d), added.share(y.n, 0, d)) for x, y in pairs], ask)
    assert floor.p is not None
    assert found.p is not None
    return replace(found, estimate=estimate, smallest_p=min(floor.p, found.p))


def of_shares(pairs: Sequence[Sequence[Mean]], ask: Ask) -> Contrast:
    """Welch's t of shares with their added answers, averaged over the datasets."""
    d = len(pairs)
    moved = sum(x.mean - y.mean for x, y in pairs) / d
    parts = tuple((mean.variance / d**2, mean.df) for pair in pairs for mean in pair)
    test = f"{'stratified ' if d > 1 else ''}Welch t{added.ADDED}"
    n = (min(x.n for x, _ in pairs), min(y.n for _, y in pairs))
    se2, df = satterthwaite(parts)
    return t_contrast(test, moved, se2, df, n=n, paired=False, ask=ask, parts=parts)


def varied(cell: Cell, over: int, *, alike: bool = False) -> Mean:
    """What stands for the cell with two answers more; clusters count as one answer each.

    alike: only where its answers are all alike.
    """
    if alike and cell.variance > 0:
        return cell
    return added.share(answers(cell.groups, cell.n), cell.mean, over, cell.sd)


def answers(groups: np.ndarray | None, n: int) -> int:
    """How many answers stand for themselves: examples, or the clusters that they are in."""
    import numpy as np

    return n if groups is None else len(np.unique(groups))


class Mean(Protocol):
    """A mean of n values, its variance and the degrees of freedom of that."""

    @property
    def n(self) -> int:
        """Values."""

    @property
    def mean(self) -> float:
        """Theirs."""

    @property
    def variance(self) -> float:
        """Of the mean."""

    @property
    def df(self) -> float:
        """Of the variance."""


def is_risky(pairs: Sequence[tuple[Mean, Mean]]) -> bool:
    """Whether Satterthwaite's degrees of freedom of the D differences together are too many."""
    for a, b in pairs:  # a loop: this is asked of every comparison
        if a.n != b.n and unbalanced(a.n, b.n):
            return len(pairs) <= FEW_STRATA
    return False


def independent(
    estimate: float, pairs: Sequence[tuple[Mean, Mean]], ask: Ask, suffix: str = ""
) -> Contrast:
    """Test the mean of D differences of independent means, without assuming equal variances.

    Where replicates are few and of unequal number, each mean has its own t quantile (sums.py): the
    half-width is sqrt(sum of t_f^2 V) over the 2 D means, V = s^2 / (n D^2), f = n - 1, t_f the
    1 - alpha / 2 quantile. Of three datasets or more, the difference of two such means counts with
    its own f, of t_f^2 (V_a + V_b) = t_fa^2 V_a + t_fb^2 V_b at alpha .05 (together()), and then
    Satterthwaite's degrees of freedom over all parts and Student's t, as elsewhere.
    """
    d = len(pairs)
    n = (min([a.n for a, _ in pairs]), min([b.n for _, b in pairs]))
    rows = [[(mean.variance / d**2, mean.df) for mean in pair] for pair in pairs]
    parts = [part for row in rows for part in row]
    stratified = "stratified " if d > 1 else ""
    if is_risky(pairs):
        name = f"{stratified}{OWN}{suffix}"
        return safe_contrast(name, estimate, parts, n=n, paired=False, ask=ask)
    name, few = f"{stratified}Welch t{suffix}", [unbalanced(a.n, b.n) for a, b in pairs]
    if any(few):
        name = f"{stratified}{OF_PAIRS}{suffix}"
        joined = [[together(r)] if one else r for r, one in zip(rows, few, strict=True)]
        se2, df = satterthwaite([part for row in joined for part in row])
        found = t_contrast(name, estimate, se2, df, n=n, paired=False, ask=ask)
        if found.detects is None:
            return found
        return replace(found, detects=OfPairs.of(rows, few, USUAL))
    se2, df = satterthwaite(parts)
    return t_contrast(name, estimate, se2, df, n=n, paired=False, ask=ask, parts=tuple(parts))


def together(parts: Sequence[Part]) -> Part:
    """The sum of the parts, with the degrees of freedom of their own quantiles (sums.py)."""
    held = [part for part in parts if part[0] > 0]
    total = sum(v for v, _ in parts)
    if not math.isfinite(total) or not held:
        return total, min(df for _, df in parts)
    return total, joint_df(held, USUAL)


def difference(pair: Matched) -> tuple[np.ndarray, float, float]:
    """Differences of matched replicates, their mean and their standard deviation."""
    x = pair.a - pair.b
    return x, *moments(x, pair.size)


def paired(
    pair: Matched, ask: Ask, test: str = "paired t", groups: int = 0, *, plain: bool = False
) -> Contrast:
    """Compare the mean difference of matched replicates with zero.

    groups > 0: the number of group codes; the variance is robust to correlation within groups, and
    scaled where they are of very unequal size (unequal.py). plain: not scaled.
    """
    x, mean, sd = difference(pair)
    variance, df = sd * sd / pair.n, pair.n - 1.0
    if groups and sd > 0:
        assert pair.groups is not None
        if lone(pair.groups):
            return one_group(test, mean, pair.n, [pair.groups])
        variance, df = (cr2 if plain else clustered)([x], [pair.groups], groups)
        variance = variance if math.sqrt(variance) > FLAT * pair.size else 0.0
        test = named(test, [[pair.groups]], groups, plain=plain)
    return t_contrast(test, mean, variance, df, n=(pair.n, pair.n), paired=True, ask=ask)


def stratified_paired(
    pairs: Sequence[Matched],
    ask: Ask,
    *,
    groups: int = 0,
    crossing: bool = False,
    shares: bool = False,
    plain: bool = False,
) -> Contrast:
    """Compare averages over D fixed datasets, replicates matched within each.

    Groups that cross datasets: each group's differences are summed over the datasets first, so
    datasets are not taken for independent. Otherwise variances add as in stratified_welch(), and
    shares are treated as there. plain: as in paired().
    """
    d, n = len(pairs), min(pair.n for pair in pairs)
    differences = [difference(pair) for pair in pairs]
    estimate = sum(mean for _, mean, _ in differences) / d
    codes = [pair.groups for pair in pairs if pair.groups is not None]
    spread = cr2 if plain else clustered
    if crossing and any(sd > 0 for *_, sd in differences):
        test = named("clustered paired t", [codes], groups, plain=plain)
        if any(lone(code) for code in codes):
            return one_group(test, estimate, n, codes)
        variance, df = spread([x for x, _, _ in differences], codes, groups)
    else:
        parts = [
            (sd * sd / pair.n, pair.n - 1.0)
            for pair, (*_, sd) in zip(pairs, differences, strict=True)
        ]
        test = "stratified paired t"
        if groups and not crossing:
            each = [[code] for code in codes]
            test = named("stratified clustered paired t", each, groups, plain=plain)
            if any(lone(code) for code in codes):
                return one_group(test, estimate, n, codes)
            parts = [
                spread([x], code, groups) for (x, *_), code in zip(differences, each, strict=True)
            ]
        if shares and added.lopsided(v for v, _ in parts):
            return with_more(test, pairs, parts, ask)
        variance, df = satterthwaite([(v / d**2, part_df) for v, part_df in parts])
    return t_contrast(test, estimate, variance, df, n=(n, n), paired=True, ask=ask)


def with_more(test: str, pairs: Sequence[Matched], parts: Sequence[Part], ask: Ask) -> Contrast:
    """Average differences of which some do not vary within their dataset, as in added.py."""
    d, n = len(pairs), min(pair.n for pair in pairs)
    estimate, moved, made = 0.0, 0.0, []
    for pair, (variance, df) in zip(pairs, parts, strict=True):
        _, mean, _ = difference(pair)
        one = added.Level(pair.n, mean, variance, df)
        if variance <= 0:
            one = added.difference(answers(pair.groups, pair.n), mean, d)
        estimate, moved = estimate + mean / d, moved + one.mean / d
        made.append((one.variance / d**2, one.df))
    found = t_contrast(
        f"{test}{added.ADDED}", moved, *satterthwaite(made), n=(n, n), paired=True, ask=ask
    )
    return replace(found, estimate=estimate)


def named(test: str, codes: Sequence[Sequence[np.ndarray]], groups: int, *, plain: bool) -> str:
    """The test, with what is done about clusters of very unequal size on any of the datasets."""
    return test + SCALED * (not plain and any(scale(one, groups) is not None for one in codes))


def one_group(test: str, estimate: float, n: int, codes: Sequence[np.ndarray]) -> Contrast:
    """All examples of a dataset, or nearly all, are in one cluster: nothing is replicated."""
    found = {lone(code) for code in codes}
    reason = LONE if LONE in found else NEARLY
    return Contrast(test, (n, n), True, estimate, reason=reason, testable=False)  # noqa: FBT003
