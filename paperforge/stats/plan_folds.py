"""How many repeats of cross-validation find a difference: folds share data, so there is a floor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.outlook import OfParts
from paperforge.stats.plan import upper_limit

if TYPE_CHECKING:
    from paperforge.stats.sums import Part

ENOUGH = 2


@dataclass(frozen=True, slots=True)
class FoldPart:
    """The folds of one dataset: of a difference, or of one method where they are not matched."""

    variance: float
    """Of one fold, squared printed units; its degrees of freedom are `df`."""
    df: float
    share: float
    """n_test / n_train."""
    folds: int
    """Of one cross-validation; 1: splits drawn by themselves."""


@dataclass(frozen=True, slots=True)
class Folds(OfParts):
    """n repeats of k-fold cross-validation on D datasets: the corrected resampled t.

    Standard error^2 = sum of (1 / (n k) + n_test / n_train) s^2 over the parts, over D^2; n k - 1
    degrees of freedom each, by Satterthwaite over several (Nadeau and Bengio 2003, Machine Learning
    52(3); for repeats Bouckaert and Frank 2004). Its second summand no number of repeats changes.
    Power is that of the noncentral t, exact where folds correlate by n_test / (n_test + n_train).
    """

    rows: tuple[FoldPart, ...]
    datasets: int
    paired: bool

    fixed = ""

    def parts(self, n: float, *, cautious: bool) -> tuple[Part, ...] | None:
        """As in OfParts."""
        if any(n * part.folds < ENOUGH for part in self.rows):
            return None
        made = []
        for part in self.rows:
            v, j = part.variance, n * part.folds
            v = upper_limit(v, part.df) if cautious and v > 0 else v
            made.append(((1 / j + part.share) * v / self.datasets**2, j - 1))
        return tuple(made) if all(math.isfinite(v) for v, _ in made) else None

    @property
    def noun(self) -> str:
        """As in Law."""
        return "splits" if max(part.folds for part in self.rows) <= 1 else "repeats"

    def amount(self, n: int) -> str:
        """As in Law."""
        counts = sorted({part.folds for part in self.rows})
        word = self.noun if n != 1 else self.noun[:-1]
        of = "" if counts[-1] <= 1 else f" of the {' or '.join(map(str, counts))} folds"
        on = f" on each of the {self.datasets} datasets" if self.datasets > 1 else ""
        return f"{n:,} {word}{of} of each method{on}"

    @property
    def test(self) -> str:
        """As in Law."""
        kind = "corrected resampled t" if self.paired else "corrected resampled t, unpaired"
        return (
            kind if self.datasets <= 1 else f"stratified {kind} over the {self.datasets} datasets"
        )

    @property
    def spreads(self) -> tuple[tuple[str, float], ...]:
        """As in Law."""
        of = "of the difference on one fold" if self.paired else "between folds"
        sds = sorted(math.sqrt(part.variance) for part in self.rows)
        return tuple((of, sd) for sd in dict.fromkeys((sds[0], sds[-1])))

    @property
    def assumed(self) -> tuple[str, ...]:
        """As in Law."""
        shares = " or ".join(f"{s:.3g}" for s in sorted({part.share for part in self.rows}))
        known = (
            f"folds correlate as the corrected test takes them to (n_test/n_train = {shares}: "
            "Nadeau and Bengio 2003); what a pilot's folds truly share cannot be told from them"
        )
        return known, "the upper limit takes the pilot's folds for independent: a little too low"

    @property
    def limit(self) -> str:
        """As in Law."""
        return (
            "folds of one dataset share their training data, and that part of the variance stays "
            "however often the cross-validation is repeated; more data or more datasets lower it"
        )
