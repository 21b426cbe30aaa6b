"""Runs and examples both drawn anew: the variance of a difference from the two one-way analyses.

A score of run s on example e is mean + run_s + example_e + residual_se. With S runs of each method
on the same N examples, the difference of two means has the variance (Cornfield and Tukey 1956, Ann.
Math. Statist. 27(4), for crossed random factors)

    run_a^2 / S_a + run_b^2 / S_b + example^2 / N + residual_a^2 / (S_a N) + residual_b^2 / (S_b N),

where example^2 is the variance of the difference of the two methods over the examples. The variance
over runs of the mean over examples, and that over examples of the mean over runs, each hold the
residual: together they count it twice, so it is taken off once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.stats.contrast import t_contrast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.stats.cells import Cell
    from paperforge.stats.contrast import Ask, Contrast

TEST = "two-way t"
FEW = 3
"""Degrees of freedom over the runs, below which Satterthwaite's are too many."""


def residual(runs: Cell, examples: Cell) -> tuple[float, float] | None:
    """Residual variance of a mean over S runs and N examples, and its degrees of freedom.

    The interaction of runs and examples: sum of squares within examples, less that of the runs,
    over (S - 1) (N - 1). None where not every example was scored by every run.
    """
    s, n = runs.n, examples.n
    if examples.repeats != s or min(s, n) <= 1:
        return None
    df = (s - 1.0) * (n - 1.0)
    of_runs = n * runs.sd * runs.sd * (s - 1)
    return max(0.0, examples.within - of_runs) / df / (s * n), df


def weighted(by_run: Contrast, by_example: Contrast, alpha: float) -> float:
    """Degrees of freedom at which t has the parts' quantiles, weighted by their variances."""
    from scipy.special import stdtridf, stdtrit

    parts = [(one.variance or 0.0, one.df or 1.0) for one in (by_run, by_example)]
    quantile = sum(v * float(stdtrit(df, 1 - alpha / 2)) for v, df in parts)
    return float(stdtridf(1 - alpha / 2, quantile / sum(v for v, _ in parts)))


def two_way(
    by_run: Contrast,
    by_example: Contrast,
    residuals: Sequence[tuple[float, float] | None],
    *,
    over: int,
    ask: Ask,
) -> Contrast:
    """Combine the comparison of runs with that of examples.

    residuals: those of all cells of both methods; over: the number of datasets averaged. Paired
    runs, or cells of which the residual is not known: it stays counted twice, which errs on the
    safe side. Degrees of freedom by Satterthwaite, every mean square with its own (Satterthwaite
    1946, Biometrics Bulletin 2(6)). With fewer than three over the runs that rejects too often
    (.065 at nominal .05 with two runs): then those whose quantile is the mean of the parts' own,
    weighted by their variances (Cochran 1964, Biometrics 20(1)), which never does.
    """
    of_runs, of_examples = by_run.variance, by_example.variance
    if by_run.estimate is None or of_runs is None or of_examples is None:
        return by_run
    known = [one for one in residuals if one is not None]
    twice, uncertain = 0.0, 0.0
    if not by_run.paired and len(known) == len(residuals):
        twice = sum(value for value, _ in known) / over**2
        uncertain = sum((value / over**2) ** 2 / df for value, df in known)
    variance = max(of_runs + of_examples - twice, of_runs, of_examples)
    for part, df in ((of_runs, by_run.df), (of_examples, by_example.df)):
        if part > 0 and df:
            uncertain += part * part / df
    freedom = variance * variance / uncertain if uncertain > 0 else (by_run.df or 1.0)
    if of_runs > 0 and (by_run.df or 0) < FEW:
        freedom = min(freedom, weighted(by_run, by_example, ask.alpha))
    return t_contrast(
        TEST, by_run.estimate, variance, freedom, n=by_run.n, paired=by_run.paired, ask=ask
    )
