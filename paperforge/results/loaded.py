"""The Results that everything downstream reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar, cast

from paperforge.model import (
    Binned,
    Confusion,
    Missing,
    Quote,
    Rating,
    Sample,
    Scores,
)
from paperforge.results import (
    condensed,
    hyperparameters,
    items,
    lost,
    parts,
    places,
    raters,
    repeats,
    replicates,
    traces,
)
from paperforge.results.answers import Answers
from paperforge.results.survey import survey
from paperforge.results.tidy import SHOWN, USABLE
from paperforge.spec import TIDY_COLUMNS, Dataset, Method, Metric, Source, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import duckdb
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from paperforge.engine import Engine
    from paperforge.model import Diagnostic, Trace
    from paperforge.results.condensed import Cells
    from paperforge.results.lost import Lost
    from paperforge.results.sources import Input
    from paperforge.results.survey import Survey

T = TypeVar("T")
_FEW = 2_000_000
"""Rows of which all replicates are held at once."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class LoadedResults:
    """The Results protocol of model/reading.py over an open engine.

    `mapped` are the given sources with what was guessed written in. Close it, or let it go: the
    engine's memory and its private folder are given back either way.
    """

    engine: Engine
    metrics: tuple[Metric, ...]
    methods: tuple[Method, ...]
    datasets: tuple[Dataset, ...]
    varies: frozenset[str]
    present: frozenset[str]
    shared_runs: bool
    notes: tuple[Diagnostic, ...]
    told: Callable[[], str]
    """The digest: it takes a look at all bytes of the inputs."""
    rows: int
    mapped: tuple[Source, ...] = ()
    sized_by: Metric | None = None
    """What the datasets are sizes of; None where no column of another name has that role."""
    again: Callable[[], LoadedResults] | None = None
    """Reads every row, where only what the paper needs was kept of them."""
    cells: tuple[Cells, ...] = ()
    """What can still be asked of the inputs where rows were not kept."""
    anew: Callable[[], LoadedResults] | None = None
    """Reads the inputs, where these are what the cache kept of them."""
    keep: Callable[[LoadedResults], None] | None = None
    """Puts what is known by now into the cache."""
    inputs: tuple[Input, ...] = ()
    """The stores' own relations, open in the engine; the cache keeps none."""
    _known: dict[str, dict[str, np.ndarray]] = field(default_factory=dict, repr=False)
    """The replicates of each metric."""
    _asked: dict[str, Any] = field(default_factory=dict, repr=False)
    """What was asked of the engine once, and stays so."""
    _scored: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict, repr=False)
    """The cells of each metric that have examples."""

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) of the inputs' bytes and of what they were taken for."""
        return self.told()

    @property
    def folds(self) -> Mapping[str, int]:
        """Dataset -> different folds of the seed that has most of them; empty: no folds vary."""
        return repeats.folds(self._query) if "fold" in self.varies else {}

    @property
    def fold_runs(self) -> tuple[int, int]:
        """The fewest and the most seeds (or runs) that a fold's score is the mean of; (1, 1)."""
        several = "fold" in self.varies
        return self._once("folds", repeats.runs_of_folds) if several else (1, 1)

    @property
    def items_apart(self) -> bool:
        """Whether equal ids of examples in several datasets are taken for different items."""
        if "example" not in self.present or len(self.datasets) == 1:
            return False
        if self.again and not self._has_examples():
            return (self.anew or self.again)().items_apart
        return self._once("apart", items.apart)

    @property
    def names(self) -> Mapping[int, str]:
        """Key of a replicate -> its seed, fold or run, as written."""
        found = self._query("SELECT DISTINCT key, shown FROM replicate_keys", []).fetchall()
        return {key: name.removeprefix("run ") for key, name in found}

    def settings(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Hyper-parameter -> method -> its different values, methods in the paper's order."""
        if not self.inputs and self.anew:
            return self.anew().settings()
        found = hyperparameters.read(self.engine.connection.cursor(), self.inputs)
        return hyperparameters.in_order(found, [m.name for m in self.methods])

    def ratings(self, metric: str) -> tuple[Rating, ...]:
        """What each rater gave, by item and rater; empty where the results name no raters."""
        return raters.ratings(self.engine.connection.cursor(), metric)

    def samples(self, metric: str, unit: Unit) -> tuple[Sample, ...]:
        """Final values of every cell that has some, in the order of methods, then datasets.

        By seed (and for Unit.NONE): one value a replicate, examples averaged. By example: one value
        an example, replicates averaged; empty where the metric has no examples.
        """
        import numpy as np

        by_example = unit is Unit.EXAMPLE
        if by_example and "example" not in self.present:
            return ()
        if by_example and self.again and not self._has_examples():
            return (self.anew or self.again)().samples(metric, unit)
        columns = (
            self._numpy(replicates.BY_EXAMPLE, [metric]) if by_example else self._replicates(metric)
        )
        method, dataset = columns["m"], columns["d"]
        values = replicates.rounded(columns["value"], columns["n"])
        within = replicates.rounded(columns["within"], columns["n"]) if by_example else values
        holes = self._lost(metric)
        several = by_example or self.fold_runs[1] > 1
        samples = []
        for cell in replicates.cells_of(method, dataset):
            name = self._cell(method[cell.start], dataset[cell.start])
            finite = columns["n"][cell] > 0
            gone = holes.get(name, lost.NONE)
            clusters = columns["cluster"][cell][finite] if by_example else None
            odd, partial = replicates.not_finite(columns["bad"][cell], finite, several)
            samples.append(
                Sample(
                    metric=metric,
                    method=name[0],
                    dataset=name[1],
                    keys=np.asarray(columns["key"][cell][finite], dtype=np.int64),
                    values=values[cell][finite],
                    clusters=clusters if "cluster" in self.present else None,
                    keyed=bool(columns["keyed"][cell].all()),
                    not_finite=odd + gone.diverged,
                    failed=gone.failed,
                    unreported=0 if by_example else gone.unreported,
                    lost=()
                    if by_example
                    else (*columns["key"][cell][~finite].tolist(), *gone.keys),
                    repeats=np.asarray(columns["n"][cell][finite]) if several else None,
                    within=within[cell][finite] if by_example else None,
                    partial=partial,
                )
            )
        if by_example or not holes:
            return tuple(samples)
        return lost.with_empty(samples, metric, self.methods, self.datasets, holes)

    def scored(self, metric: str) -> bool:
        """Whether the metric has a value of any example."""
        return bool(self.scored_cells(metric))

    def scored_cells(self, metric: str) -> frozenset[tuple[str, str]]:
        """(method, dataset) of the cells that have a value of any example."""
        if "example" not in self.present:
            return frozenset()
        if self.again and not self._has_examples():
            return (self.anew or self.again)().scored_cells(metric)
        if metric not in self._scored:
            found = self._query(replicates.SCORED, [metric]).fetchall()
            self._scored[metric] = frozenset(found)
        return self._scored[metric]

    def scores(self, metric: str) -> tuple[Scores, ...]:
        """What every run scored on every example, in the order of methods, then datasets."""
        import numpy as np

        if "example" not in self.present:
            return ()
        if self.again:  # of a reading in one pass the runs of an example are averaged already
            return self.again().scores(metric)
        columns = self._numpy(replicates.BY_BOTH, [metric])
        method, dataset = columns["m"], columns["d"]
        return tuple(
            Scores(
                *self._cell(method[cell.start], dataset[cell.start]),
                np.asarray(columns["run"][cell], dtype=np.int64),
                np.asarray(columns["example"][cell], dtype=np.int64),
                np.asarray(columns["value"][cell], dtype=np.float64),
            )
            for cell in replicates.cells_of(method, dataset)
        )

    def quotes(self, metric: str) -> Mapping[tuple[str, str], Quote]:
        """(method, dataset) -> what was printed beside a number that is quoted."""
        found = self._query(
            "SELECT method, dataset, TRY_CAST(spread AS DOUBLE), coalesce(kind, ''), "
            "coalesce(TRY_CAST(n AS BIGINT), 0), TRY_CAST(digits AS BIGINT), coalesce(cite, ''), "
            "TRY_CAST(spread_digits AS BIGINT) FROM quotes WHERE metric = $1",
            [metric],
        ).fetchall()
        return {(method, dataset): Quote(*printed) for method, dataset, *printed in found}

    def missing(self, metric: str) -> Mapping[tuple[str, str], Missing]:
        """(method, dataset) -> why the cell has no finite value."""
        known = self._replicates(metric)
        has = known["n"] > 0
        pairs = set(zip(known["m"][has].tolist(), known["d"][has].tolist(), strict=True))
        finite = {self._cell(*pair) for pair in pairs}
        if finite >= {(m.name, d.name) for m in self.methods for d in self.datasets}:
            return {}
        # Where nothing of a cell has a number, what another metric says holds for this one too.
        found = self._query(
            "SELECT method::VARCHAR, coalesce(dataset::VARCHAR, ''), list(DISTINCT CASE "
            f"WHEN metric::VARCHAR = $1 AND value IS NOT NULL AND {USABLE} THEN "
            "CASE WHEN bad > 0 AND coalesce(split::VARCHAR, '') = "
            "(SELECT split FROM chosen_splits WHERE metric = $1) "
            "THEN CASE WHEN status = 'diverged' THEN 'diverged' ELSE 'not finite' END END "
            "WHEN metric::VARCHAR = $1 OR metric IS NULL OR NOT numbers THEN status::VARCHAR END) "
            f"FROM (SELECT *, bool_or(value IS NOT NULL AND {USABLE}) "
            "OVER (PARTITION BY method, dataset) AS numbers FROM tidy_rows "
            "WHERE used AND method IS NOT NULL) GROUP BY 1, 2",
            [metric],
        ).fetchall()
        reasons = {(m, d): {lost.reason(text) for text in texts} for m, d, texts in found}
        return {
            (m.name, d.name): next(
                r for r in lost.WORST_FIRST if r in reasons.get((m.name, d.name), {Missing.NOT_RUN})
            )
            for m in self.methods
            for d in self.datasets
            if (m.name, d.name) not in finite
        }

    def runs(self) -> tuple[tuple[str, str, str], ...]:
        """(method, dataset, name) of every run that has a number of its own, sorted.

        The name is that of seed and fold where seeds vary or runs have no names, else the run's.
        """
        fold = "coalesce(' fold ' || fold::VARCHAR, '')"
        seed, run = f"'seed ' || seed::VARCHAR || {fold}", f"'run ' || run::VARCHAR || {fold}"
        order = (seed, run) if "seed" in self.varies else (run, seed)
        found = self._query(
            "SELECT DISTINCT method::VARCHAR, coalesce(dataset::VARCHAR, ''), "
            f"coalesce({', '.join(order)}, ltrim({fold})) FROM tidy_rows "
            f"WHERE used AND method IS NOT NULL AND value IS NOT NULL AND {USABLE} "
            "AND status::VARCHAR IS DISTINCT FROM 'quoted' ORDER BY ALL",
            [],
        ).fetchall()
        return tuple(found)

    def traces(self, metric: str, split: str) -> Iterator[Trace]:
        """Every run of a metric along its steps, without what failed; sorted by names."""
        if self.again:
            return self.again().traces(metric, split)
        return traces.traces(self._query, metric, split)

    def splits(self, metric: str) -> tuple[str, ...]:
        """The splits at which the metric has steps."""
        found = self._query(
            "SELECT DISTINCT coalesce(split::VARCHAR, '') FROM tidy_rows "
            "WHERE used AND step IS NOT NULL AND summary IS NOT true AND metric::VARCHAR = $1 "
            "ORDER BY 1",
            [metric],
        ).fetchall()
        return tuple(row[0] for row in found)

    def confusions(self, most: int) -> tuple[Confusion, ...]:
        """True class against answer, counted for every cell; beyond `most` classes "other"."""
        return self._answers().confusions(most)

    def confidences(self, metric: str, bins: int, binning: str) -> tuple[Binned, ...]:
        """Right answers by their confidence, counted for every cell in bins."""
        return self._answers().confidences(metric, bins, binning)

    def _answers(self) -> Answers:
        """The rows with all their columns: read anew where they were not kept."""
        whole = self.again() if self.again else self
        if not whole.inputs and whole.anew:
            whole = whole.anew()
        cells = tuple((m.name, d.name) for m in whole.methods for d in whole.datasets)
        return Answers(whole.engine.connection, whole.inputs, cells)

    def sources(self, metric: str, method: str, dataset: str) -> tuple[str, ...]:
        """Where the final values of one cell came from, at most 50, in the order of the files."""
        if self.again:
            return self.again().sources(metric, method, dataset)
        return places.of_cell(self.engine.connection.cursor(), metric, method, dataset)

    def origins(self, metric: str) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(method, dataset) -> what `sources` says, of all cells in one pass."""
        if self.again:
            return self.again().origins(metric)
        return places.of_cells(self.engine.connection.cursor(), metric)

    def batches(self, rows: int = 1 << 16) -> Iterator[pa.RecordBatch]:
        """The tidy relation in parts of about so many rows, in the order of the stores."""
        if self.again:
            yield from self.again().batches(rows)
            return
        yield from parts.batches(self.engine.connection, SHOWN, rows)

    def survey(self) -> Survey:
        """What the rows hold, counted."""
        if self.again:
            return self.again().survey()
        return survey(self.engine.connection)

    def frame(self) -> pd.DataFrame:
        """The whole tidy relation as a frame with the columns of spec.TIDY_COLUMNS."""
        if self.again:
            return self.again().frame()
        found: pd.DataFrame = self._query("SELECT * FROM tidy", []).df()
        return found[list(TIDY_COLUMNS)]

    def close(self) -> None:
        """Give back the engine's memory and folder."""
        self.engine.close()

    def _query(self, sql: str, values: Sequence[object]) -> duckdb.DuckDBPyConnection:
        """A cursor of its own, so that a half-read iterator disturbs nobody."""
        cursor = self.engine.connection.cursor()
        if "{cells}" in sql:
            methods = [m.name for m in self.methods]
            datasets = [d.name for d in self.datasets]
            sql = sql.format(cells=replicates.CELLS)
            return cursor.execute(sql, [*values, methods, datasets])
        return cursor.execute(sql, values)

    def _numpy(self, sql: str, metrics: list[str]) -> dict[str, np.ndarray]:
        return cast("dict[str, np.ndarray]", self._query(sql, [metrics]).fetchnumpy())

    def _replicates(self, metric: str) -> dict[str, np.ndarray]:
        """Every replicate of a metric. Where rows are few, those of all are asked for at once."""
        import numpy as np

        names = [m.name for m in self.metrics]
        if metric not in names or self.rows > _FEW:
            return self._numpy(replicates.BY_REPLICATE, [metric])
        if not self._known:
            whole = self._numpy(replicates.BY_REPLICATE, names)
            edges = np.searchsorted(whole["k"], range(1, len(names) + 2))
            for name, (start, stop) in zip(names, pairwise(edges.tolist()), strict=True):
                self._known[name] = {key: column[start:stop] for key, column in whole.items()}
        return self._known[metric]

    def _has_examples(self) -> bool:
        """Whether the examples are at hand, kept or looked up now."""
        if not self._query("SELECT 1 FROM final_examples LIMIT 1", []).fetchone():
            try:
                condensed.keep_examples(self.cells)
            except condensed.Odd:
                return False
            if not self.cells:
                return False
            items.number(self.engine.connection)
            if self.keep:
                self.keep(self)
        return True

    def _cell(self, method: int, dataset: int) -> tuple[str, str]:
        return self.methods[method - 1].name, self.datasets[dataset - 1].name

    def _lost(self, metric: str) -> Mapping[tuple[str, str], Lost]:
        return lost.counts(self._query, metric) if self._once("lost", lost.some) else {}

    def _once(self, name: str, ask: Callable[[repeats.Query], T]) -> T:
        if name not in self._asked:
            self._asked[name] = ask(self._query)
        return cast("T", self._asked[name])
