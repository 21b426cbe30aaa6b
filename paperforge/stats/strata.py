"""Other tests of the mean of D differences, one a fixed dataset: pooled t, permutation, sign-flip.

For sensitivity. A stratum is one dataset; the estimate is the mean of the D differences of means,
as in means.stratified_welch(), so that every test answers the same question.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.stats.cells import FLAT
from paperforge.stats.contrast import Ask, Contrast, honest, t_contrast
from paperforge.stats.means import gap, satterthwaite
from paperforge.stats.permutation import EQUAL, LISTED, arranged, dealt, permutation
from paperforge.stats.signflip import sign_flip

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.stats.cells import Cell
    from paperforge.stats.means import Matched

    Strata = Sequence[tuple[Cell, Cell]]

REPLICATES = 9999
FEWEST = 199
NUMBERS = 20_000_000
"""Random numbers that one test draws, at most: beyond 2,000 values there are fewer replicates."""
STREAM = 1_000_003
"""Apart from one another so far are the seeds of the strata."""


def plain_welch(strata: Strata, ask: Ask) -> Contrast:
    """Welch's t with Satterthwaite's degrees of freedom, also where replicates are unequal."""
    d = len(strata)
    parts = [(c.variance / d**2, c.df) for pair in strata for c in pair]
    return t_contrast(
        named("Welch t", strata), estimate(strata), *satterthwaite(parts),
        n=size(strata), paired=False, ask=ask,
    )  # fmt: skip


def pooled_t(strata: Strata, ask: Ask) -> Contrast:
    """Student's t: the two methods have one variance on each dataset (Student 1908).

    Of several datasets the variances of the differences add (Satterthwaite 1946).
    """
    d, parts = len(strata), []
    for a, b in strata:
        df = a.n + b.n - 2.0
        both = ((a.n - 1) * a.sd**2 + (b.n - 1) * b.sd**2) / df
        parts.append((both * (1 / a.n + 1 / b.n) / d**2, df))
    return t_contrast(
        named("pooled t", strata), estimate(strata), *satterthwaite(parts),
        n=size(strata), paired=False, ask=ask,
    )  # fmt: skip


def permuted(strata: Strata, ask: Ask) -> Contrast:
    """Deal the values of each dataset to its two methods anew; permutation.py for one dataset.

    Every combination of arrangements is equally likely if the methods have one distribution on each
    dataset (Pitman 1937). All are listed where there are at most 20,000, else drawn. No interval.
    """
    import numpy as np

    drawn = replicates(sum(c.n for pair in strata for c in pair))
    if len(strata) == 1:
        a, b = strata[0]
        one = permutation(a.values, b.values, ask.seed, replicates=drawn)
        made = replace(one.contrast, monte_carlo=one.monte_carlo_error)
        return replace(made, test=how("permutation of means", listed=one.listed))
    scale = max(c.size for pair in strata for c in pair) or 1.0
    values = [np.concatenate([a.values, b.values]) / scale for a, b in strata]
    counts = [(a.n, b.n) for a, b in strata]
    observed = sum(
        float(v[:n].mean() - v[n:].mean()) for v, (n, _) in zip(values, counts, strict=True)
    )
    every = math.prod(math.comb(n + m, n) for n, m in counts)
    listed = every <= LISTED
    sums = np.zeros(1 if listed else drawn)
    for i, (v, (n, _)) in enumerate(zip(values, counts, strict=True)):
        if listed:
            sums = (sums[:, None] + arranged(v, n)[None]).ravel()
        else:
            sums += dealt(v, n, ask.seed + STREAM * i, drawn)
    apart = np.abs(sums)
    reached, added = int((apart >= abs(observed) - EQUAL).sum()), 0 if listed else 1
    p = (reached + added) / (len(sums) + added)
    floor = float((apart >= apart.max() - EQUAL).mean()) if listed else 1 / (drawn + 1)
    if not listed:
        floor = max(floor, lowest(counts))
    return Contrast(
        how("stratified permutation of means", listed=listed),
        size(strata),
        estimate=observed * scale / len(strata),
        p=honest(p),
        statistic=observed * scale / len(strata),
        smallest_p=honest(min(floor, p)),
        monte_carlo=None if listed else math.sqrt(p * (1 - p) / drawn),
    )


def lowest(counts: Sequence[tuple[int, int]]) -> float:
    """Smallest two-sided p of so many values in each stratum, without ties."""
    logs = sum(math.lgamma(n + m + 1) - math.lgamma(n + 1) - math.lgamma(m + 1) for n, m in counts)
    return math.exp(-logs) * (2 if all(n == m for n, m in counts) else 1)


def flipped(pairs: Sequence[Matched], ask: Ask) -> Contrast:
    """Flip the signs of all differences; those of a group flip together (Fisher 1935).

    With several datasets each counts the same: differences are weighted by N / (D n_d). Where the
    weights are not equal there is no interval: a shift of the mean would not shift all alike.
    """
    import numpy as np

    d, total = len(pairs), sum(pair.n for pair in pairs)
    weights = [total / (d * pair.n) for pair in pairs]
    rows = [w * (pair.a - pair.b) for w, pair in zip(weights, pairs, strict=True)]
    codes = [pair.groups for pair in pairs if pair.groups is not None]
    groups = np.concatenate(codes) if len(codes) == d else None
    largest = max(pair.size * w for pair, w in zip(pairs, weights, strict=True))
    drawn = replicates(total)
    found = sign_flip(np.concatenate(rows), groups, ask, ask.seed, size=largest, replicates=drawn)
    made = replace(
        found.contrast,
        n=(min(pair.n for pair in pairs),) * 2,
        test=f"{'stratified ' if d > 1 and groups is None else ''}{found.contrast.test}",
        monte_carlo=found.monte_carlo_error,
    )
    if max(weights) - min(weights) > FLAT:
        made = replace(made, low=None, high=None, p_equivalent=None, equivalence=None)
    return made


def estimate(strata: Strata) -> float:
    """Mean of the differences of means."""
    return sum(gap(a, b) for a, b in strata) / len(strata)


def size(strata: Strata) -> tuple[int, int]:
    """Replicates of the smallest cells."""
    return min(a.n for a, _ in strata), min(b.n for _, b in strata)


def named(test: str, strata: Strata) -> str:
    """The test's name over one dataset or several."""
    return test if len(strata) == 1 else f"stratified {test}"


def how(test: str, *, listed: bool) -> str:
    """The test's name with the way to its p."""
    return f"{test}, {'exact' if listed else 'Monte Carlo'}"


def replicates(values: int) -> int:
    """How many to draw, so that the work is bounded."""
    return max(FEWEST, min(REPLICATES, NUMBERS // max(1, values)))


def floor_of_runs(counts: Sequence[tuple[int, int]], *, paired: bool) -> float:
    """Smallest p of a rank, sign-flip or permutation test of so few runs, all strata together."""
    if paired:
        return min(1.0, 2.0 ** (1 - sum(min(pair) for pair in counts)))
    return min(1.0, lowest(counts))


def skewness(x: np.ndarray) -> float:
    """Third standardised moment; 0 where nothing varies, or too much for a number."""
    import numpy as np

    apart = x - x.mean()
    sd = float(np.sqrt((apart * apart).mean()))
    largest = float(np.abs(x).max()) if len(x) else 0.0
    flat = sd <= FLAT * largest or not math.isfinite(sd)
    return 0.0 if flat else float(((apart / sd) ** 3).mean())
