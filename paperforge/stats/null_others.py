"""Results without a difference where the replicates are datasets, or runs and examples both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.model import Sample
from paperforge.spec import Unit
from paperforge.stats.joint import normals
from paperforge.stats.null import Runs, merged_sample, mixed
from paperforge.stats.null_examples import Examples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from paperforge.spec import DesignSpec


@dataclass(frozen=True, slots=True)
class Datasets:
    """Null for datasets as a sample: the methods' means on a dataset are dealt out among them.

    Each cell is then one run, as the analysis takes the mean of a cell's runs first. Methods that
    lack a dataset have no part in it.
    """

    metric: str
    dealt: Examples
    names: tuple[str, ...]
    """Of the datasets, by their number."""

    @classmethod
    def of(cls, samples: Sequence[Sample], seed: int) -> Datasets:
        """Prepare the cells of one metric."""
        import numpy as np

        there = [merged_sample(s) for s in samples if len(s.values)]
        names = tuple(dict.fromkeys(s.dataset for s in there))
        rows = []
        for method in dict.fromkeys(s.method for s in there):
            mine = {s.dataset: float(s.values.mean()) for s in there if s.method == method}
            keys = np.array([i for i, name in enumerate(names) if name in mine])
            values = np.array([mine[names[i]] for i in keys])
            rows.append(Sample(there[0].metric, method, "", keys, values))
        return cls(there[0].metric if there else "", Examples.of(rows, seed), names)

    @property
    def numbers(self) -> int:
        """Values that one replicate holds."""
        return self.dealt.numbers

    def draw(self, replicates: np.ndarray) -> list[tuple[Sample, ...]]:
        """All cells, once for each replicate."""
        return [tuple(self.apart(row)) for row in self.dealt.draw(replicates)]

    def apart(self, row: Sequence[Sample]) -> list[Sample]:
        """One sample a cell again, each of one run."""
        import numpy as np

        return [
            Sample(
                self.metric, s.method, self.names[key], np.zeros(1, dtype=int), s.values[i][None]
            )
            for s in row
            for i, key in enumerate(s.keys)
        ]


@dataclass(frozen=True, slots=True)
class Crossed:
    """Null for runs and examples: score = run + example + residual, no method better.

    What a run adds is drawn as null.Runs draws it; what the examples add is dealt out among the
    methods as null_examples.Examples deals it, shrunk towards its mean until it varies as much as
    examples do without the residual; residuals are normal with the variance of runs x examples that
    the cell has (Cornfield and Tukey 1956, as in crossed.py), and sum to nothing over the examples
    of a run, whose mean null.Runs has drawn already. Scores of 0 and 1 do not stay such.
    """

    unit: Unit
    """Which of the two readings is given: the runs' means, or the examples' over the runs."""
    runs: Runs
    examples: Examples
    shrink: Mapping[str, float]
    """Dataset -> by how much what the examples add is multiplied."""
    noise: Mapping[tuple[str, str], tuple[float, int]]
    """Cell -> standard deviation of a residual, and the number of the cell."""
    seed: int

    @classmethod
    def of(
        cls,
        runs: Sequence[Sample],
        examples: Sequence[Sample],
        spec: DesignSpec,
        seed: int,
        *,
        shared: bool,
    ) -> tuple[Crossed, Crossed]:
        """Prepare the cells of one metric: both readings of the same draws."""
        import numpy as np

        by_run, by_example = Runs.of(runs, spec, seed, shared=shared), Examples.of(examples, seed)
        sizes = {(s.method, s.dataset): s for s in by_run.samples if len(s.values)}
        noise: dict[tuple[str, str], tuple[float, int]] = {}
        spread: dict[str, list[tuple[float, float]]] = {}
        for i, s in enumerate(examples):
            own = sizes.get((s.method, s.dataset))
            if own is None or not len(s.values):
                continue
            variance = residual_variance(own, s)
            noise[s.method, s.dataset] = (variance**0.5, -1 - i)  # no stream of null.Runs
            whole = float(np.var(s.values, ddof=1)) if len(s.values) > 1 else 0.0
            spread.setdefault(s.dataset, []).append((whole, variance / len(own.values)))
        shrink = {}
        for name, row in spread.items():
            whole, residual = (float(sum(x)) for x in zip(*row, strict=True))
            shrink[name] = max(0.0, 1 - residual / whole) ** 0.5 if whole > 0 else 0.0
        first = cls(Unit.SEED, by_run, by_example, shrink, noise, seed)
        return first, replace(first, unit=Unit.EXAMPLE)

    @property
    def numbers(self) -> int:
        """Random numbers that one replicate takes."""
        return self.examples.numbers * max((len(s.values) for s in self.runs.samples), default=1)

    def draw(self, replicates: np.ndarray) -> list[tuple[Sample, ...]]:
        """All cells in the one reading, once for each replicate."""
        runs, examples = self.runs.draw(replicates), self.examples.draw(replicates)
        return [
            self.one(replicates[i : i + 1], row, dealt)
            for i, (row, dealt) in enumerate(zip(runs, examples, strict=True))
        ]

    def one(
        self, replicate: np.ndarray, runs: Sequence[Sample], examples: Sequence[Sample]
    ) -> tuple[Sample, ...]:
        """All cells of one replicate."""
        middle = {
            name: sum(s.values.mean() for s in examples if s.dataset == name)
            / sum(s.dataset == name for s in examples)
            for name in {s.dataset for s in examples}
        }
        scored = {(s.method, s.dataset): s for s in examples}
        made = []
        for run in runs:
            at = (run.method, run.dataset)
            if at not in scored or at not in self.noise or not len(run.values):
                made += [run] if self.unit is Unit.SEED else []
                continue
            own, shrink = scored[at], self.shrink[run.dataset]
            added = shrink * (own.values - middle[run.dataset])
            if self.unit is Unit.SEED:
                made.append(replace(run, values=run.values + added.mean()))
            else:
                made.append(self.over_runs(replicate, run, replace(own, values=added)))
        return tuple(made)

    def over_runs(self, replicate: np.ndarray, run: Sample, own: Sample) -> Sample:
        """Each example's mean over the runs, and the squares of the runs around it."""
        import numpy as np

        sd, number = self.noise[run.method, run.dataset]
        s, n = len(run.values), len(own.values)
        names = mixed(np.repeat(np.arange(s), n), np.tile(own.keys, s), number)
        rest = sd * normals(self.seed, replicate, names).reshape(s, n)
        rest -= rest.mean(axis=1, keepdims=True)
        scores = run.values[:, None] + own.values + rest
        mean = scores.mean(axis=0)
        return replace(own, values=mean, within=((scores - mean) ** 2).sum(axis=0))


def residual_variance(runs: Sample, examples: Sample) -> float:
    """Of one score, runs x examples; 0 where it is not known."""
    s, n = len(runs.values), len(examples.values)
    if examples.within is None or min(s, n) <= 1:
        return 0.0
    of_runs = n * float(runs.values.var(ddof=1)) * (s - 1)
    return max(0.0, float(examples.within.sum()) - of_runs) / ((s - 1) * (n - 1))
