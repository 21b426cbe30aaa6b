"""How many datasets find a difference, where they are a sample: power simulated, test by test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.stats.critical import ENOUGH
from paperforge.stats.joint import normals
from paperforge.stats.plan import upper_limit
from paperforge.stats.power import POWER
from paperforge.stats.wilcoxon import survival

if TYPE_CHECKING:
    import numpy as np

STUDIES = 4000
"""Simulated for each number of datasets: the Monte Carlo error of a power of .8 is .006."""
SIMULATED = 60
"""Datasets up to which power is simulated; a formula beyond."""
BLOCK = 4_000_000


@dataclass(frozen=True, slots=True)
class Datasets:
    """N datasets, each one difference of two means: the exact sign-flip below 10, then Wilcoxon.

    Differences are drawn from a normal distribution with the pilot's standard deviation. Both tests
    find a shift exactly where it is above a limit that each draw has (the end of the interval that
    inverts the test), so one simulation gives the power at every difference. Beyond 60 datasets
    Noether's formula (1987, JASA 82(398)): n = (z_alpha/2 + z_power)^2 / (3 (p - 1/2)^2), p the
    chance that the mean of two differences is positive.
    """

    variance: float
    """Of the difference on one dataset, squared printed units."""
    df: float
    """Of the pilot; 0: stated."""
    runs: float = 1.0
    """Of each method on a dataset."""

    noun = "datasets"
    test = "Wilcoxon's signed-rank over the datasets (below 10 of them the exact sign-flip)"
    limit = ""
    fixed = ""

    def smallest(self, n: int, alpha: float, *, cautious: bool = False) -> float | None:
        """As in Law."""
        if cautious and self.df <= 0:
            return None
        variance = upper_limit(self.variance, self.df) if cautious else self.variance
        found = shift(n, alpha)
        return None if found is None else found * math.sqrt(variance)

    def power(self, difference: float, n: int, alpha: float) -> float:
        """As in Law."""
        from scipy.special import ndtr, ndtri

        far = abs(difference) / math.sqrt(self.variance)
        if n > SIMULATED:
            z = math.sqrt(3 * n) * (float(ndtr(far * math.sqrt(2))) - 0.5)
            return float(ndtr(z + float(ndtri(alpha / 2))))
        limits = limits_of(n, alpha)
        return 0.0 if limits is None else float((limits < far).mean())

    def floor(self, alpha: float, *, cautious: bool = False) -> float:
        """As in Law."""
        del alpha, cautious
        return 0.0

    def amount(self, n: int) -> str:
        """As in Law."""
        of = f" with {self.runs:.3g} runs of each method" if self.runs > 1 else ""
        return f"{n:,} dataset{'' if n == 1 else 's'}{of}"

    @property
    def spreads(self) -> tuple[tuple[str, float], ...]:
        """As in Law."""
        return (("of the difference over the datasets", math.sqrt(self.variance)),)

    @property
    def assumed(self) -> tuple[str, ...]:
        """As in Law."""
        return (
            "differences on datasets are normal; the power is simulated (Monte Carlo error .006)",
        )


def shift(n: int, alpha: float) -> float | None:
    """The shift in standard deviations that n datasets find with power .8; None: there is none."""
    import numpy as np
    from scipy.special import ndtri

    if n > SIMULATED:
        reach = float(ndtri(1 - alpha / 2) + ndtri(POWER)) / math.sqrt(3 * n)
        return float(ndtri(min(0.5 + reach, 1 - 1e-12))) / math.sqrt(2)
    limits = limits_of(n, alpha)
    return None if limits is None else float(np.quantile(limits, POWER, method="higher"))


@lru_cache(maxsize=256)
def limits_of(n: int, alpha: float) -> np.ndarray | None:
    """Of STUDIES draws of n standard normal differences the shift from which on each is found."""
    import numpy as np

    place = rank_of(n, alpha)
    if place is None:
        return None
    draws = normals(0, np.arange(STUDIES), np.arange(n))
    width = 2**n if n < ENOUGH else n * (n + 1) // 2
    rows = max(1, BLOCK // width)
    found = [
        np.partition(means(draws[i : i + rows]), place, axis=1)[:, place]
        for i in range(0, STUDIES, rows)
    ]
    return -np.concatenate(found)


def rank_of(n: int, alpha: float) -> int | None:
    """Which of the sorted means has to be above zero, from 0; None: nothing rejects."""
    import numpy as np

    if n < ENOUGH:  # as in subsets.sign_flip
        k = math.ceil(alpha * 2.0 ** (n - 1)) - 1
        return k - 1 if k > 0 else None
    tail = survival(tuple(range(2, 2 * n + 1, 2)))
    lower = tail[::-1][::2]  # P(W <= w), w = 0, 1, ...
    k = int(np.searchsorted(2 * lower, alpha, side="left"))
    return k - 1 if k > 0 else None


def means(rows: np.ndarray) -> np.ndarray:
    """Of each row the means of all subsets (few), or of any two, also of one itself (many)."""
    import numpy as np

    n = rows.shape[1]
    if n < ENOUGH:
        member = (np.arange(1, 2**n)[:, None] >> np.arange(n)) & 1
        return np.asarray(rows @ (member / member.sum(axis=1, keepdims=True)).T)
    i, j = np.triu_indices(n)
    return np.asarray((rows[:, i] + rows[:, j]) / 2)
