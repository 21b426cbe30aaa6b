"""Seeds crossed with examples: components of variance, and a test that counts both sources."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.cells import FLAT
from paperforge.stats.contrast import Ask, Contrast, honest, t_contrast
from paperforge.stats.means import satterthwaite
from paperforge.stats.power import detectable_t

if TYPE_CHECKING:
    import numpy as np

    from paperforge.stats.means import Part

TEST = "two-way t (seeds x examples)"
ENOUGH = 2
HALF = 2
"""A seed that has fewer than one in HALF of the examples is left out."""
SMALLEST = 1e-100
"""No p below this is told from it: the library's t quantiles are wrong from 1e-127 on."""
HALVINGS = 70
"""Of an interval, until a double has no more digits."""


@dataclass(frozen=True, slots=True)
class Block:
    """Scores of one method, every seed on every example: shape (S, N)."""

    scores: np.ndarray
    seeds: np.ndarray
    """Keys, shape (S,), sorted."""
    examples: np.ndarray
    """Keys, shape (N,), sorted."""
    dropped_seeds: int = 0
    dropped_examples: int = 0


@dataclass(frozen=True, slots=True)
class Components:
    """What the difference a - b of two mean scores varies with, in squared stored units.

    Components that came out below zero are 0, and named in `negative`.
    """

    estimate: float
    seed: tuple[float, ...]
    """Between seeds: of a and of b; or, where seeds are paired, of the difference."""
    residual: tuple[float, ...]
    """Seed x example and all else, as `seed`."""
    example: float
    """Between examples, of the difference."""
    seeds: tuple[int, ...]
    examples: int
    over_seeds: Part
    """Variance of the estimate from what varies between seeds (residual included), and its df."""
    over_examples: Part
    """From what varies between examples, and its df.

    What the residual has beyond the mean square of the seeds, by chance, is added to it.
    """
    negative: tuple[str, ...] = ()
    unmatched: int = 0
    """Examples, and paired seeds, that only one of the two has."""


@dataclass(frozen=True, slots=True)
class Precision:
    """What a design of so many seeds and examples would have."""

    seeds: int
    examples: int
    se: float
    detectable: float
    """Difference found with power .8 at level alpha."""


def block(seeds: np.ndarray, examples: np.ndarray, values: np.ndarray) -> Block:
    """Make the complete table of a method from its rows, arrays of shape (n,).

    Rows of one seed and example are averaged. Seeds that lack more than half of the examples are
    left out, then the examples that some seed lacks; both are counted.
    """
    import numpy as np

    s, row = np.unique(seeds, return_inverse=True)
    e, column = np.unique(examples, return_inverse=True)
    at = (row.ravel(), column.ravel())
    counts, sums = np.zeros((len(s), len(e))), np.zeros((len(s), len(e)))
    np.add.at(counts, at, 1)
    np.add.at(sums, at, values)
    kept = (counts > 0).sum(axis=1) * HALF >= len(e)
    whole = (counts[kept] > 0).all(axis=0) & kept.any()
    scores = sums[kept][:, whole] / counts[kept][:, whole]
    return Block(scores, s[kept], e[whole], int((~kept).sum()), int((~whole).sum()))


def components(a: Block, b: Block, *, paired: bool = False) -> Components | None:
    """Estimate the components of variance of a - b on the examples that both have.

    Model: score = mean + seed + example + residual, all random; a and b meet the same examples.
    Seeds of a and b are independent; or `paired`: equal keys are the same seed, and the table is
    that of the differences. Components from the mean squares of the two-way table (Searle, Casella
    and McCulloch 1992, Variance Components, chapter 4), set to 0 where they are negative.

    Variance of the estimate: sum over methods of sigma_seed^2 / S + sigma_residual^2 / (S N), plus
    sigma_example^2 / N. None where fewer than two seeds or two examples are left.
    """
    import numpy as np

    common, at, bt = np.intersect1d(a.examples, b.examples, assume_unique=True, return_indices=True)
    tables = [a.scores[:, at], b.scores[:, bt]]
    unmatched = len(a.examples) + len(b.examples) - 2 * len(common)
    size = max((float(np.abs(t).max()) for t in tables if t.size), default=0.0)
    if paired:
        keys, first, second = np.intersect1d(a.seeds, b.seeds, return_indices=True)
        tables = [tables[0][first] - tables[1][second]]
        unmatched += len(a.seeds) + len(b.seeds) - 2 * len(keys)
    if len(common) < ENOUGH or min(len(t) for t in tables) < ENOUGH:
        return None
    return _estimated(tables, size, unmatched)


def _estimated(tables: list[np.ndarray], size: float, unmatched: int) -> Components:
    """Estimate from the table of the differences, or from those of a and b."""
    examples = tables[0].shape[1]
    counts = [len(t) for t in tables]
    columns = [t.mean(axis=0) for t in tables]
    gaps = columns[0] if len(tables) == 1 else columns[0] - columns[1]
    rows = [_variance(t.mean(axis=1), size) / s for t, s in zip(tables, counts, strict=True)]
    rest = [_residual(t, size) / (s * examples) for t, s in zip(tables, counts, strict=True)]
    over = [row - left for row, left in zip(rows, rest, strict=True)]
    # The variance of the examples' mean differences holds the residual too: it is in `rows`.
    beyond = _variance(gaps, size) / examples - sum(rest)
    names = ["seed"] if len(tables) == 1 else ["seed (a)", "seed (b)"]
    negative = [name for name, part in zip(names, over, strict=True) if part < 0]
    estimate = float(gaps.mean())
    return Components(
        0.0 if abs(estimate) <= FLAT * size else estimate,
        tuple(s * max(0.0, part) for s, part in zip(counts, over, strict=True)),
        tuple(s * examples * left for s, left in zip(counts, rest, strict=True)),
        examples * max(0.0, beyond),
        tuple(counts),
        examples,
        satterthwaite([(row, s - 1.0) for row, s in zip(rows, counts, strict=True)]),
        (max(0.0, beyond) - sum(min(0.0, part) for part in over), examples - 1.0),
        (*negative, *(["example"] if beyond < 0 else [])),
        unmatched,
    )


def _variance(x: np.ndarray, size: float) -> float:
    """Variance of values, shape (n,); a spread that is rounding at their size is none."""
    found = float(x.var(ddof=1))
    return 0.0 if math.sqrt(found) <= FLAT * size else found


def _residual(table: np.ndarray, size: float) -> float:
    """Mean square of what seed and example do not explain, shape (S, N)."""
    seeds, examples = table.shape
    apart = table - table.mean(axis=1)[:, None] - table.mean(axis=0) + table.mean()
    found = float((apart * apart).sum()) / ((seeds - 1) * (examples - 1))
    return 0.0 if math.sqrt(found) <= FLAT * size else found


def two_way(found: Components | None, ask: Ask) -> Contrast:
    """Test a - b against new seeds and new examples together.

    The half-width is the root of t_f^2 V_seed + t_(N-1)^2 V_example: each source has the t quantile
    of its own degrees of freedom (Banerjee 1961, Sankhya A 23(4):359-378, who shows that such an
    interval covers at least 1 - alpha). f is Welch's for the seeds of a and b. p is the alpha at
    which the limit touches zero. Satterthwaite's degrees of freedom of the whole sum are too many
    where few seeds carry most of the variance: simulated size .13 with 2 paired seeds, .08 with 3.
    The statistic is estimate / se; df are those with which Student's t has this p for it.
    """
    if found is None:
        reason = "fewer than two seeds, or two examples, that both have"
        return Contrast("", (0, 0), reason=reason, testable=False)
    n = (found.seeds[0], found.seeds[-1])
    paired = len(found.seeds) == 1
    seed, example = found.over_seeds, found.over_examples
    variance = seed[0] + example[0]
    if variance <= 0 or not math.isfinite(variance) or not math.isfinite(found.estimate):
        return t_contrast(TEST, found.estimate, variance, seed[1], n=n, paired=paired, ask=ask)
    se, far = math.sqrt(variance), abs(found.estimate)
    half, p = reach(seed, example, ask.alpha), level(seed, example, far)
    same = None
    if ask.margin is not None:
        room = ask.margin - far
        tail = level(seed, example, abs(room)) / 2
        same = honest(tail if room > 0 else 1 - tail)
    return Contrast(
        TEST,
        n,
        paired,
        found.estimate,
        low=found.estimate - half,
        high=found.estimate + half,
        p=p,
        statistic=found.estimate / se,
        df=joint_df(seed, example, min(p, 0.5)),
        detectable=detectable_t(se, joint_df(seed, example, ask.alpha), ask.alpha),
        p_equivalent=same,
    )


def reach(seed: Part, example: Part, alpha: float) -> float:
    """Half-width of the (1 - alpha) interval."""
    from scipy.special import stdtrit

    total = 0.0
    for variance, df in (seed, example):
        if variance > 0:
            half = float(stdtrit(df, alpha / 2)) * math.sqrt(variance)
            total = math.hypot(total, half)
    return total


def level(seed: Part, example: Part, far: float) -> float:
    """Alpha at which the half-width is `far`: the two-sided p of an estimate so far from zero."""
    low, high = math.log(SMALLEST), 0.0
    if reach(seed, example, SMALLEST) <= far:
        return SMALLEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if reach(seed, example, math.exp(middle)) > far else (low, middle)
        )
    return honest(math.exp(high))


def joint_df(seed: Part, example: Part, alpha: float) -> float:
    """Degrees of freedom at which t has the quantile that the two sources have together."""
    from scipy.special import stdtrit

    dfs = [df for variance, df in (seed, example) if variance > 0]
    low, high = min(dfs), max(dfs)
    wanted = reach(seed, example, alpha) / math.sqrt(seed[0] + example[0])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if -stdtrit(middle, alpha / 2) > wanted else (low, middle)
    return high


def precision(found: Components, seeds: int, examples: int, alpha: float) -> Precision:
    """What more seeds of each method and more examples would buy, if these are the components.

    Raises ValueError where either is below two.
    """
    if seeds < ENOUGH or examples < ENOUGH:
        raise ValueError("a spread needs two seeds and two examples")
    rows = [
        ((s + r / examples) / seeds, seeds - 1.0)
        for s, r in zip(found.seed, found.residual, strict=True)
    ]
    seed, example = satterthwaite(rows), (found.example / examples, examples - 1.0)
    se = math.sqrt(seed[0] + example[0])
    if se == 0:
        return Precision(seeds, examples, 0.0, 0.0)
    found_df = joint_df(seed, example, alpha)
    return Precision(seeds, examples, se, detectable_t(se, found_df, alpha))
