"""Results without a difference where only shares of right answers and their n are known."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.stats import keyed
from paperforge.stats.ladder import FRACTION, PERCENT
from paperforge.stats.null import mixed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from paperforge.model import Quote, Sample

EXAMPLES = "examples"
WORDS = (
    "Every method had each answer right with the mean share of its dataset, and the right answers "
    "were spread over the examples so that the methods differ on as many as such shares allow: the "
    "pairing that the bound is made for. Where methods are right on the same examples, it decides "
    "less often."
)


@dataclass(frozen=True, slots=True)
class Shares:
    """Null for shares: k methods that are right with one probability p, and as rarely together.

    On each example floor(k p) or one more of them are right, k p on average, at random which: then
    two methods differ on min(2 p, 2 - 2 p) of the examples for k = 2, the most that p allows. The
    shares are rounded as they were printed. Cells without a number of examples stay as they are.
    """

    samples: tuple[Sample, ...]
    quotes: Mapping[tuple[str, str], Quote]
    whole: float
    """What all examples right would be: 1 or 100."""
    seed: int

    @classmethod
    def of(
        cls, samples: Sequence[Sample], quotes: Mapping[tuple[str, str], Quote], seed: int
    ) -> Shares:
        """Prepare the cells of one metric."""
        known = {at: q for at, q in quotes.items() if q.kind == EXAMPLES and q.n > 1}
        shares = [float(s.values[0]) for s in samples if counts(s, known)]
        whole = PERCENT if any(share > FRACTION for share in shares) else FRACTION
        return cls(tuple(samples), known, whole, seed)

    @property
    def numbers(self) -> int:
        """Random numbers that one replicate takes."""
        here = [(s.dataset, self.quotes[s.method, s.dataset].n) for s in self.known]
        return sum(n for _, n in here) + sum(dict(here).values())

    @property
    def known(self) -> list[Sample]:
        """Cells that are shares of a known number."""
        return [s for s in self.samples if counts(s, self.quotes)]

    def draw(self, replicates: np.ndarray) -> list[tuple[Sample, ...]]:
        """All cells, once for each replicate."""
        import numpy as np

        drawn: dict[tuple[str, str], np.ndarray] = {}
        for number, name in enumerate(dict.fromkeys(s.dataset for s in self.known)):
            cells = [s for s in self.known if s.dataset == name]
            p = sum(float(s.values[0]) for s in cells) / len(cells) / self.whole
            sizes = [self.quotes[s.method, name].n for s in cells]
            right = answers(self.seed, replicates, p, sizes, number)
            for s, k, n in zip(cells, right, sizes, strict=True):
                digits = self.quotes[s.method, name].digits
                shares = k / n * self.whole
                drawn[s.method, name] = shares if digits is None else np.round(shares, digits)
        return [
            tuple(
                replace(s, values=drawn[s.method, s.dataset][i : i + 1])
                if (s.method, s.dataset) in drawn
                else s
                for s in self.samples
            )
            for i in range(len(replicates))
        ]


def counts(sample: Sample, quotes: Mapping[tuple[str, str], Quote]) -> bool:
    """Whether a cell is one share of a known number of examples."""
    return len(sample.values) == 1 and (sample.method, sample.dataset) in quotes


def answers(
    seed: int, replicates: np.ndarray, p: float, sizes: Sequence[int], stream: int
) -> list[np.ndarray]:
    """Right answers of k methods on their first n examples: k arrays, shape (replicates,)."""
    import numpy as np

    k, n = len(sizes), max(sizes)
    least = math.floor(k * p)
    keys = np.repeat(np.arange(n), k + 1)
    place = np.tile(np.arange(k + 1), n)
    bits = keyed.bits(seed, replicates, mixed(keys, place, stream)).reshape(-1, n, k + 1)
    more = (bits[..., 0] >> np.uint64(11)).astype(float) / 2.0**53 < k * p - least
    order = bits[..., 1:].argsort(axis=-1).argsort(axis=-1)
    right = order < (least + more)[..., None]
    return [right[:, :size, i].sum(axis=1) for i, size in enumerate(sizes)]


def coverage(p: float, n: int, alpha: float) -> float:
    """How often Wilson's interval of a share holds it, enumerated over all counts of n."""
    from scipy.special import bdtr

    from paperforge.stats.proportions import wilson

    def holds(k: int) -> bool:
        low, high = wilson(k, n, alpha)
        return low <= p <= high

    near, far = round(n * p), 1 + math.ceil(8 * math.sqrt(n * p * (1 - p)))
    kept = [k for k in range(max(0, near - far), min(n, near + far) + 1) if holds(k)]
    if not kept:
        return 0.0
    below = float(bdtr(kept[0] - 1, n, p)) if kept[0] > 0 else 0.0
    return float(bdtr(kept[-1], n, p)) - below


def of_wilson(null: Shares, alpha: float) -> str:
    """How often the intervals of the shares hold them, in a sentence; "" where there are none."""
    found = []
    for s in null.known:
        quote = null.quotes[s.method, s.dataset]
        found.append((coverage(float(s.values[0]) / null.whole, quote.n, alpha), quote.n))
    if not found:
        return ""
    least, n = min(found)
    level = f"{1 - alpha:g}".removeprefix("0")
    shown = f"{least:.3f}".removeprefix("0")
    return (
        f"Wilson's interval of a share (nominal {level}) holds the true one in {shown} of tests on "
        f"{n:,} examples (enumerated{', the least of the cells' if len(found) > 1 else ''})."
    )
