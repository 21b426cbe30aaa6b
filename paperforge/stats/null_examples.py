"""Results without a difference where the replicates are examples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.stats import keyed
from paperforge.stats.cells import group_ids
from paperforge.stats.null import merged_sample, mixed
from paperforge.stats.null_anew import Anew, all_matched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from paperforge.model import Sample


@dataclass(frozen=True, slots=True)
class Examples:
    """Null for examples: the methods' scores of an example are dealt out among them at random.

    Then no method is better, exactly, and 0/1 scores stay 0/1. All examples of a cluster, and all
    scores of an example on several datasets, are dealt alike. Methods that lack an example have no
    part in it. Where methods of a dataset share no examples, or rows have no id, all its scores are
    drawn anew (null_anew.py): dealt out among themselves they would stay as they are.
    """

    tables: tuple[Table, ...]
    anew: tuple[Anew, ...]
    seed: int

    @classmethod
    def of(cls, samples: Sequence[Sample], seed: int) -> Examples:
        """Prepare the cells of one metric."""
        names = dict.fromkeys(s.dataset for s in samples if len(s.values))
        merged = [merged_sample(s) for s in samples if len(s.values)]
        methods = {m: i for i, m in enumerate(dict.fromkeys(s.method for s in merged))}
        tables, anew = [], []
        for number, name in enumerate(names):
            here = tuple(s for s in merged if s.dataset == name)
            if all_matched(here):
                tables.append(Table.of(here, methods))
            else:
                anew.append(Anew.of(here, number))
        return cls(tuple(tables), tuple(anew), seed)

    @property
    def numbers(self) -> int:
        """Values that one replicate holds."""
        tables = sum(table.values.size for table in self.tables)
        return tables + sum(one.numbers for one in self.anew)

    def draw(self, replicates: np.ndarray) -> list[tuple[Sample, ...]]:
        """All cells, once for each replicate."""
        return [self.one(replicates[i : i + 1]) for i in range(len(replicates))]

    def one(self, replicate: np.ndarray) -> tuple[Sample, ...]:
        """All cells of one replicate."""
        made = [s for table in self.tables for s in table.dealt(self.seed, replicate)]
        made += [s for one in self.anew for s in one.drawn(self.seed, replicate)]
        return tuple(made)


@dataclass(frozen=True, slots=True)
class Table:
    """The scores of one dataset, one column an example that any method has."""

    samples: tuple[Sample, ...]
    numbers: np.ndarray
    """Of the methods, shape (M,): the same on every dataset."""
    values: np.ndarray
    """Shape (M, n); NaN where a method lacks the example."""
    present: np.ndarray
    units: np.ndarray
    """Names of the U units that are dealt as one."""
    code: np.ndarray
    """Which unit an example is in, shape (n,)."""

    @classmethod
    def of(cls, samples: tuple[Sample, ...], methods: Mapping[str, int]) -> Table:
        """Line up the methods by the examples' ids."""
        import numpy as np

        keys, first = np.unique(np.concatenate([s.keys for s in samples]), return_index=True)
        owners = np.concatenate([group_ids(s.keys, s.clusters) for s in samples])[first]
        values = np.full((len(samples), len(keys)), np.nan)
        present = np.zeros(values.shape, dtype=bool)
        for row, there, s in zip(values, present, samples, strict=True):
            at = np.searchsorted(keys, s.keys)
            row[at] = s.values
            there[at] = True
        units, code = np.unique(owners, return_inverse=True)
        numbers = np.array([methods[s.method] for s in samples])
        return cls(samples, numbers, values, present, units, code)

    def dealt(self, seed: int, replicate: np.ndarray) -> list[Sample]:
        """Deal the scores of every unit."""
        import numpy as np

        m, n = self.values.shape
        names = mixed(np.repeat(self.units, m), np.tile(self.numbers, len(self.units)), 0)
        lots = keyed.bits(seed, replicate, names).reshape(-1, m)
        takers = np.argsort(lots, axis=1)[self.code]
        out, columns = np.empty_like(self.values), np.arange(n)
        if self.present.all():
            for giver in range(m):
                out[takers[:, giver], columns] = self.values[giver]
        else:  # those who have the example come first, on both sides
            there = np.take_along_axis(self.present.T, takers, axis=1)
            takers = np.take_along_axis(takers, np.argsort(~there, axis=1, kind="stable"), axis=1)
            givers = np.argsort(~self.present.T, axis=1, kind="stable")
            counts = self.present.sum(axis=0)
            for i in range(m):
                at = columns[counts > i]
                out[takers[at, i], at] = self.values[givers[at, i], at]
        return [
            replace(s, values=row[there])
            for s, row, there in zip(self.samples, out, self.present, strict=True)
        ]


def of_examples(nulls: Sequence[Examples]) -> str:
    """How the null was made, in words."""
    said = []
    if any(null.tables for null in nulls):
        said.append(
            "The scores of each example (or cluster) were dealt out among the methods at random."
        )
    if any(null.anew for null in nulls):
        said.append(
            "Where methods share no examples, those of each (or its clusters, whole) were drawn "
            "anew, with replacement, from the pooled scores."
        )
    return " ".join(said)
