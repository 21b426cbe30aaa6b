"""How many examples, in clusters of the pilot's sizes, find a difference: t with few clusters."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.stats.clusters import MOST, SCALED
from paperforge.stats.outlook import OfParts
from paperforge.stats.plan import upper_limit
from paperforge.stats.unequal import Scaled, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.stats.sums import Part

ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Clustered:
    """The examples of one dataset in a pilot; in squared printed units."""

    variance: float
    """Of the mean difference, robust to clusters (clusters.cr2()), as it is in the pilot."""
    sizes: tuple[int, ...]
    """Examples in each cluster."""
    sd: float
    """Standard deviation of an example's difference, printed units."""

    @property
    def n(self) -> int:
        """Examples."""
        return sum(self.sizes)

    @property
    def effect(self) -> float:
        """How much clusters add to the variance of the mean (Kish's design effect)."""
        return self.variance * self.n / self.sd**2


def bell_mccaffrey(sizes: Sequence[int], times: float = 1.0) -> float:
    """Degrees of freedom of CR2 for clusters of these sizes, each there so many times.

    Of the variance of a mean of sum(sizes) times examples, for independent values of one spread
    (Bell and McCaffrey 2002, Survey Methodology 28(2)); as clusters.clustered() has them for one
    array. A number of times that is not whole lies between. 0: one cluster has all examples.
    """
    n = sum(sizes) * times
    if max(sizes) >= n:
        return 0.0
    trace = [m / n for m in sizes]
    norms = [m * m / ((1 - m / n) * n * n) for m in sizes]
    whole = times * math.fsum(norms)
    square = times * math.fsum(t * t for t in trace) + whole**2
    square -= times * math.fsum(one * one for one in norms)
    return 1.0 / square


def in_test(sizes: Sequence[int], times: float = 1.0) -> Scaled | None:
    """How many times the CR2 of so many clusters is the variance in t, and its df (unequal.py).

    Arguments as of bell_mccaffrey(). Between whole numbers of times in proportion; with fewer
    clusters than the pilot's the variance is scaled as there, and the df fall as Bell and
    McCaffrey's do. None: one cluster has nearly all examples.
    """
    if max(sizes) > MOST * sum(sizes) * times:
        return None
    if times < 1:
        one = whole(tuple(sizes), 1)
        df = one.df * bell_mccaffrey(sizes, times) / bell_mccaffrey(sizes)
        return Scaled(one.times, df) if df > 0 else None
    below = math.floor(times)
    low, high, part = whole(tuple(sizes), below), whole(tuple(sizes), below + 1), times - below
    return Scaled(*((1 - part) * x + part * y for x, y in zip(low, high, strict=True)))


@lru_cache(maxsize=4096)
def whole(sizes: tuple[int, ...], times: int) -> Scaled:
    """The same of a whole number of times."""
    held = tuple((size, float(many * times)) for size, many in sorted(Counter(sizes).items()))
    return scaled(held) or Scaled(1.0, bell_mccaffrey(sizes, times))


@dataclass(frozen=True, slots=True)
class Clusters(OfParts):
    """n examples on each of D datasets, in more clusters of the sizes that the pilot's have.

    Standard error^2 = sum of the variances of the means, over D^2, each as many times smaller as
    there are more clusters; degrees of freedom by Bell and McCaffrey, of several by Satterthwaite.
    Both scaled where clusters are of very unequal size, as in the analysis.
    """

    rows: tuple[Clustered, ...]
    """One a dataset."""

    noun = "examples"
    limit = ""
    fixed = ""

    def parts(self, n: float, *, cautious: bool) -> tuple[Part, ...] | None:
        """As in OfParts; n: examples of the dataset that has fewest."""
        times, made = n / self.least, []
        for row in self.rows:
            if len(row.sizes) * times < ENOUGH:
                return None
            t = in_test(row.sizes, times) if math.isfinite(n) else Scaled(1.0, math.inf)
            if t is None:
                return None
            v = row.variance
            v = upper_limit(v, bell_mccaffrey(row.sizes)) if cautious else v
            made.append((v * t.times / times / len(self.rows) ** 2, t.df))
        return tuple(made) if all(math.isfinite(v) for v, _ in made) else None

    @property
    def least(self) -> int:
        """Examples of the dataset that has fewest."""
        return min(row.n for row in self.rows)

    def clusters(self, n: int) -> int:
        """How many clusters n examples are in, on the dataset that has fewest examples."""
        row = min(self.rows, key=lambda row: row.n)
        return math.ceil(len(row.sizes) * n / row.n - 1e-9)

    def amount(self, n: int) -> str:
        """As in Law."""
        count = self.clusters(n)
        on = f" on each of the {len(self.rows)} datasets" if len(self.rows) > 1 else ""
        words = "example" if n == 1 else "examples", "cluster" if count == 1 else "clusters"
        return f"{n:,} {words[0]} in {count:,} {words[1]}{on}"

    @property
    def test(self) -> str:
        """As in Law."""
        over = f" over the {len(self.rows)} datasets" if len(self.rows) > 1 else ""
        kind = "stratified clustered" if over else "clustered"
        return f"{kind} paired t{SCALED * self.scaled}{over} (CR2)"

    @property
    def scaled(self) -> bool:
        """Whether clusters of these sizes are very unequal on any dataset."""
        return any((t := in_test(row.sizes)) and t.times != 1 for row in self.rows)

    @property
    def spreads(self) -> tuple[tuple[str, float], ...]:
        """As in Law."""
        sds = sorted(row.sd for row in self.rows)
        return tuple(("of an example's difference", sd) for sd in dict.fromkeys((sds[0], sds[-1])))

    @property
    def assumed(self) -> tuple[str, ...]:
        """As in Law."""
        sizes = [size for row in self.rows for size in row.sizes]
        dfs = sorted({f"{t.df:.3g}" for row in self.rows if (t := in_test(row.sizes))}, key=float)
        few, many = min(sizes), max(sizes)
        span = f"{few}" if few == many else f"{few} to {many}"
        had = " to ".join(dict.fromkeys((dfs[0], dfs[-1])))
        how = "t with Bell and McCaffrey's degrees of freedom for them"
        if self.scaled:
            how = "t scaled for clusters of such sizes, with its degrees of freedom"
        text = f"new clusters are of the sizes of the pilot's ({span} examples); {how}"
        return (f"{text} ({had} in the pilot)",)
