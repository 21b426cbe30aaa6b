"""Cross-validation: differences of folds, corrected for the training data that they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.contrast import Ask, Contrast, t_contrast
from paperforge.stats.means import Matched, difference, satterthwaite

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

TEST = "corrected resampled t"
ENOUGH = 2
NO_RATIO = (
    "one split a seed: the sizes of test and training set are needed to correct for the training "
    "data that splits share (Nadeau and Bengio 2003)"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How scores of folds were made: r repeats (seeds) of a cross-validation of k folds."""

    repeats: int
    folds: int
    whole: bool
    """Whether every repeat has every fold, once."""


def layout(seeds: np.ndarray | None, folds: np.ndarray) -> Layout:
    """Count repeats and folds of one cell, from the seed and the fold of each score, shape (n,).

    Without seeds the folds are one repeat. k is the number of different folds of the repeat that
    has most: fold numbers may go on from repeat to repeat.
    """
    import numpy as np

    if len(folds) == 0:
        return Layout(0, 0, whole=False)
    names = (
        np.zeros(len(folds), dtype=int)
        if seeds is None
        else np.unique(seeds, return_inverse=True)[1]
    )
    codes = np.unique(folds, return_inverse=True)[1]
    rows = np.unique(np.column_stack([names.ravel(), codes.ravel()]), axis=0)
    many = np.bincount(rows[:, 0])
    whole = len(rows) == len(folds) and bool((many == many.max()).all())
    return Layout(len(many), int(many.max()), whole)


def corrected(pair: Matched, folds: int, ask: Ask, ratio: float | None = None) -> Contrast:
    """Compare two methods on J matched folds of one dataset; see stratified_corrected()."""
    return stratified_corrected([pair], [folds], ask, None if ratio is None else [ratio])


def stratified_corrected(
    pairs: Sequence[Matched],
    folds: Sequence[int],
    ask: Ask,
    ratios: Sequence[float] | None = None,
) -> Contrast:
    """Compare averages over D fixed datasets, each cross-validated, folds matched within each.

    pairs: the scores of the J_d = r k folds of dataset d. folds: k_d, the folds of one repeat.
    ratios: n_test / n_train of each dataset; 1 / (k - 1) where they are not given.

    Folds share training data, so that their differences are correlated and s^2 / J is too small.
    The variance of their mean is taken as (1/J + n_test / n_train) s^2 with J - 1 degrees of
    freedom: Nadeau and Bengio 2003, Machine Learning 52(3):239-281; for repeated k-fold Bouckaert
    and Frank 2004, PAKDD, LNCS 3056. Datasets are independent: their variances add, degrees of
    freedom by Satterthwaite. It speaks of new training sets of the same size. Simulated size at
    .05: .011 for one 10-fold, .023 for 2 x 5, .043 for 10 x 10 (naive t: .058, .18, .52 to .56).
    """
    d, n = len(pairs), min(pair.n for pair in pairs)
    rows = [difference(pair) if pair.n else (None, 0.0, 0.0) for pair in pairs]
    estimate = sum(mean for _, mean, _ in rows) / d if n else None
    if n < ENOUGH:
        reason = "fewer than two folds match"
        return Contrast("", (n, n), True, estimate, reason=reason, testable=False)  # noqa: FBT003
    if ratios is None and min(folds) < ENOUGH:
        return Contrast("", (n, n), True, estimate, reason=NO_RATIO, testable=False)  # noqa: FBT003
    shares = [1 / (k - 1) for k in folds] if ratios is None else ratios
    parts = [
        ((1 / pair.n + share) * sd * sd / d**2, pair.n - 1.0)
        for pair, share, (*_, sd) in zip(pairs, shares, rows, strict=True)
    ]
    variance, df = satterthwaite(parts) if d > 1 else parts[0]
    assert estimate is not None
    name = TEST if d == 1 else f"stratified {TEST}"
    return t_contrast(name, estimate, variance, df, n=(n, n), paired=True, ask=ask)
