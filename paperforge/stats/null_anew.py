"""Examples drawn anew, where methods have no difference and were scored on different examples.

Two samples of examples say nothing of each other: dealing the scores of an example out among the
methods that have it leaves them where they are. Under the null the methods share one population,
and the pooled scores are the best guess of it (the two-sample bootstrap of a hypothesis: Efron and
Tibshirani 1993, "An Introduction to the Bootstrap", ch. 16).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.stats import keyed
from paperforge.stats.cells import group_ids
from paperforge.stats.null import mixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.model import Sample

ENOUGH = 2
"""Shared examples from which on two methods are compared by them."""
FIRST = 1 << 20
"""Chance of these draws is apart from that of all others."""
APART = 1 << 40
"""Keys of different draws are at least so far apart."""


def matched(a: Sample, b: Sample) -> bool:
    """Whether two samples are compared by the examples that both have."""
    import numpy as np

    return a.keyed and b.keyed and len(np.intersect1d(a.keys, b.keys)) >= ENOUGH


def all_matched(samples: Sequence[Sample]) -> bool:
    """Whether every two samples are; of one alone, whether its rows have ids."""
    return all(s.keyed for s in samples) and all(
        matched(a, b) for i, a in enumerate(samples) for b in samples[:i]
    )


def families(samples: Sequence[Sample]) -> list[tuple[Sample, ...]]:
    """Samples that share examples, one with the next, stand together."""
    found: list[tuple[Sample, ...]] = []
    for s in samples:
        mine = [family for family in found if any(matched(s, other) for other in family)]
        found = [family for family in found if family not in mine]
        found.append((*(one for family in mine for one in family), s))
    return found


@dataclass(frozen=True, slots=True)
class Family:
    """Samples that share examples: M of them, n examples in U units (clusters, or examples)."""

    samples: tuple[Sample, ...]
    rows: np.ndarray
    """Which of the pooled scores, shape (M, n); -1 where a method lacks the example."""
    units: np.ndarray
    """Of the examples, shape (n,): 0 to U - 1, and sorted."""

    @classmethod
    def of(cls, samples: tuple[Sample, ...], starts: Sequence[int]) -> Family:
        """Line up the samples by the examples' ids. starts: of each sample in the pool."""
        import numpy as np

        ids = [s.keys if s.keyed else np.arange(len(s.values)) for s in samples]
        keys, first = np.unique(np.concatenate(ids), return_index=True)
        owners = [group_ids(own, s.clusters) for own, s in zip(ids, samples, strict=True)]
        units = np.unique(np.concatenate(owners)[first], return_inverse=True)[1].ravel()
        rows = np.full((len(samples), len(keys)), -1)
        for row, own, start in zip(rows, ids, starts, strict=True):
            row[np.searchsorted(keys, own)] = start + np.arange(len(own))
        order = np.argsort(units, kind="stable")
        return cls(samples, rows[:, order], units[order])

    @property
    def alone(self) -> bool:
        """Whether every example is a unit of its own."""
        return len(self.units) == 0 or int(self.units[-1]) + 1 == len(self.units)


@dataclass(frozen=True, slots=True)
class Anew:
    """Null for methods of one dataset that do not all share their examples.

    As many units as methods have are drawn with replacement, independently where they share none,
    and the scores of a unit are dealt out among the methods that share it. Units are those of the
    largest families, so that what methods agree on within an example is kept; where no two methods
    share any, those of all. A cluster comes whole, with its own number of examples. Which examples
    a method of a family lacks is kept where there are no clusters.
    """

    families: tuple[Family, ...]
    pool: tuple[np.ndarray, np.ndarray | None, np.ndarray | None]
    """values, within and repeats of all samples."""
    source: np.ndarray
    """Pooled scores to draw from: shape (W, N), -1 where there is none."""
    bounds: np.ndarray
    """Where each of the units begins in it, and where the last ends."""
    number: int
    """Of the dataset."""

    @classmethod
    def of(cls, samples: Sequence[Sample], number: int) -> Anew:
        """Prepare the cells of one dataset."""
        import numpy as np

        made, start = [], 0
        ordered: list[Sample] = []
        for family in families(samples):
            starts = []
            for s in family:
                starts.append(start)
                start += len(s.values)
            made.append(Family.of(family, starts))
            ordered += family
        widest = max(len(one.samples) for one in made)
        chosen = [one for one in made if len(one.samples) == widest]
        sizes = np.concatenate([np.bincount(one.units) for one in chosen])
        return cls(
            tuple(made),
            (
                np.concatenate([s.values for s in ordered]),
                joined([s.within for s in ordered]),
                joined([s.repeats for s in ordered]),
            ),
            np.concatenate([one.rows for one in chosen], axis=1),
            np.concatenate([[0], np.cumsum(sizes)]),
            number,
        )

    @property
    def numbers(self) -> int:
        """Values that one replicate holds."""
        return len(self.pool[0])

    def drawn(self, seed: int, replicate: np.ndarray) -> list[Sample]:
        """Every sample, once."""
        made = []
        for i, family in enumerate(self.families):
            made += self.of_family(family, seed, replicate, FIRST + (self.number << 10) + i)
        return made

    def of_family(
        self, family: Family, seed: int, replicate: np.ndarray, stream: int
    ) -> list[Sample]:
        """The samples of one family on units of its own."""
        import numpy as np

        width, many = len(self.source), int(family.units[-1]) + 1
        places = np.arange(many)
        lots = keyed.bits(seed, replicate, mixed(places, 0 * places, stream))[0]
        chance = (lots >> np.uint64(11)).astype(float) * 2.0**-53
        units = (chance * (len(self.bounds) - 1)).astype(np.int64)
        sizes = np.diff(self.bounds)[units]
        place = np.repeat(places, sizes)
        inside = np.arange(len(place)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = self.source[:, self.bounds[units][place] + inside]
        names = mixed(np.repeat(places, width), np.tile(np.arange(width) + 1, many), stream)
        order = keyed.bits(seed, replicate, names).reshape(many, width).argsort(axis=1)[place]
        lacking = np.take_along_axis(rows.T, order, axis=1) < 0  # those who lack it come last
        order = np.take_along_axis(order, lacking.argsort(axis=1, kind="stable"), axis=1)
        has = (rows >= 0).sum(axis=0)
        keys = stream * APART + np.arange(len(place))
        made = []
        for i, s in enumerate(family.samples):
            taken = rows[order[np.arange(len(place)), i % has], np.arange(len(place))]
            same = family.alone and len(place) == len(family.units)
            there = family.rows[i] >= 0 if same else np.ones(len(place), dtype=bool)
            made.append(self.sample(s, taken[there], keys[there], place[there]))
        return made

    def sample(self, own: Sample, taken: np.ndarray, keys: np.ndarray, units: np.ndarray) -> Sample:
        """The sample with other scores, of examples that no other family has."""
        values, within, repeats = (None if x is None else x[taken] for x in self.pool)
        assert values is not None
        clusters = None if own.clusters is None else keys[0] + units
        return replace(
            own, keys=keys, values=values, within=within, repeats=repeats, clusters=clusters
        )


def joined(arrays: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """All of them; nothing where one is lacking."""
    import numpy as np

    known = [one for one in arrays if one is not None]
    return np.concatenate(known) if len(known) == len(arrays) else None
