"""Cross-validation: differences of folds, corrected for the training data that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.stats.contrast import Ask, Contrast, t_contrast
from paperforge.stats.means import Matched, difference, gap, satterthwaite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.stats.cells import Cell

TEST = "corrected resampled t"
ENOUGH = 2
NO_RATIO = (
    "one split a seed: the sizes of test and training set are needed to correct for the training "
    "data that splits share (Nadeau and Bengio 2003)"
)


def compare_folds(
    a: Sequence[Cell],
    b: Sequence[Cell],
    pairs: Sequence[Matched | None],
    shares: Sequence[float],
    ask: Ask,
) -> Contrast:
    """Compare averages over D fixed datasets, each cross-validated.

    shares: n_test / n_train of each dataset; 0: not known. Folds that are not declared to be the
    same splits are not matched: then each mean has its own corrected variance.
    """
    n = (min(c.n for c in a), min(c.n for c in b))
    estimate = sum(gap(x, y) for x, y in zip(a, b, strict=True)) / len(a)
    if min(shares) <= 0:
        return Contrast("", n, estimate=estimate, reason=NO_RATIO, testable=False)
    matched = [pair for pair in pairs if pair is not None]
    if len(matched) == len(a):
        return stratified_corrected(matched, shares, ask)
    parts = [
        (of_mean(cell, share) / len(a) ** 2, cell.df)
        for row in (a, b)
        for cell, share in zip(row, shares, strict=True)
    ]
    name = f"{'stratified ' if len(a) > 1 else ''}{TEST}, unpaired"
    return t_contrast(name, estimate, *satterthwaite(parts), n=n, paired=False, ask=ask)


def of_mean(cell: Cell, share: float) -> float:
    """Variance of the mean of J folds: (1/J + n_test / n_train) s^2."""
    return (1 / cell.n + share) * cell.sd * cell.sd


def share_of(folds: int, declared: float | None) -> float:
    """n_test / n_train: declared, or 1 / (k - 1) of k folds; 0 where neither is known."""
    if declared is not None:
        return declared
    return 1 / (folds - 1) if folds >= ENOUGH else 0.0


def stratified_corrected(pairs: Sequence[Matched], shares: Sequence[float], ask: Ask) -> Contrast:
    """Compare averages over D fixed datasets, each cross-validated, folds matched within each.

    pairs: the scores of the J_d = r k folds of dataset d. shares: n_test / n_train of each.

    Folds share training data, so that their differences are correlated and s^2 / J is too small.
    The variance of their mean is taken as (1/J + n_test / n_train) s^2 with J - 1 degrees of
    freedom: Nadeau and Bengio 2003, Machine Learning 52(3):239-281; for repeated k-fold Bouckaert
    and Frank 2004, PAKDD, LNCS 3056. Datasets are independent: their variances add, degrees of
    freedom by Satterthwaite. It speaks of new training sets of the same size. Simulated size at
    .05: .011 for one 10-fold, .023 for 2 x 5, .043 for 10 x 10 (naive t: .058, .18, .52 to .56).
    """
    d, n = len(pairs), min(pair.n for pair in pairs)
    rows = [difference(pair) for pair in pairs]
    estimate = sum(mean for _, mean, _ in rows) / d
    parts = [
        ((1 / pair.n + share) * sd * sd / d**2, pair.n - 1.0)
        for pair, share, (*_, sd) in zip(pairs, shares, rows, strict=True)
    ]
    variance, df = satterthwaite(parts) if d > 1 else parts[0]
    name = TEST if d == 1 else f"stratified {TEST}"
    return t_contrast(name, estimate, variance, df, n=(n, n), paired=True, ask=ask)
