"""Trackers' runs as one relation: settings of each run, and its measured values in Arrow batches.

A store walks its files once and tells a Collector what it meets. The relation is a view: the
columns of the run (`run`, `run_name`, `status`, `config.lr`, ...) beside `metric`, `step`, `value`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from paperforge.engine import identifier
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores import arrow, documents, folders
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import numpy as np
    import pyarrow as pa

    from paperforge.model import Found

ROLES = ("method", "dataset", "seed", "fold", "split", "example", "cluster")
"""What a value may say of itself, as text."""
AXES = ("epoch", "time")
"""Other counts of progress than the step, as numbers: --map step=epoch takes one."""
RUN_COLUMNS = ("run", "run_name", "status")
_ALWAYS = ("run", "key", "value", "step", "record")
_KINDS: Mapping[str, Callable[[Sequence[Any]], pa.Array]] = {
    **dict.fromkeys(("run", "key", "record"), arrow.wholes),
    **dict.fromkeys(("value", "step", *AXES), arrow.floats),
    **dict.fromkeys(ROLES, arrow.texts),
    "summary": arrow.truths,
}
"""Column -> how its values become Arrow."""
_BATCH = 1 << 16
_MOST_COLUMNS = 2000
_MOST_METRICS = 100_000


@dataclass(slots=True)
class Run:
    """One run of a tracker."""

    id: str
    place: str = ""
    """Behind the source's name: "/a/b.csv", " run lora-0"."""
    name: str = ""
    status: str = "unknown"
    settings: dict[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    """What the run is a run of where it has no value that says so."""


class Collector:
    """Takes the runs and values of one Found and makes the relation `table` of them."""

    def __init__(self, found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> None:
        self.found = found
        self.runs: list[Run] = []
        self.notes: list[Diagnostic] = []
        self._engine = engine
        self._table = table
        self._keys: dict[str, int] = {}
        self._used: set[str] = set()
        self._made: set[str] = set()
        self._rows = 0
        self._waiting: list[pa.RecordBatch] = []
        self._held = 0
        self._clear()
        engine.execute(
            f"CREATE TABLE {self._points} (run INTEGER, key INTEGER, value DOUBLE, step DOUBLE, "
            "record BIGINT)"
        )

    @property
    def _points(self) -> str:
        return identifier(f"{self._table} points")

    def run(
        self,
        id: str,  # noqa: A002  what trackers call it
        *,
        place: str = "",
        folder: Path | None = None,
        name: str = "",
        status: str = "unknown",
        settings: Mapping[str, object] | None = None,
        roles: Mapping[str, str] | None = None,
    ) -> int:
        """A new run; its number. `settings` may be nested; `folder` (or a file) says more.

        `roles` (of ROLES) are those of a run without values; values say their own.
        """
        said = folders.settings(self.found, folder) if folder is not None else {}
        if name and not any(key.startswith("pattern.") for key in said):
            said |= folders.from_pattern(self.found.pattern, name)
        own = documents.flat(dict(settings or {}))
        if any(key.startswith("config.") for key in own):
            said = {key: v for key, v in said.items() if not key.startswith("config.")}
        self.runs.append(Run(id, place, name, status, {**said, **own}, roles or {}))
        return len(self.runs) - 1

    def also(self, run: int, place: str) -> int:
        """The number of the same run in another place: one of its files."""
        self.runs.append(replace(self.runs[run], place=place))
        return len(self.runs) - 1

    def add(
        self,
        run: int,
        metric: str,
        value: float | None,
        *,
        step: float | None = None,
        at: int | None = None,
        summary: bool | None = None,
        **said: str | float | None,
    ) -> None:
        """One value. `said`: roles as text (example="q7"), axes as numbers (epoch=2.0).

        `value` None: there is none. `at`: the number of the record in the run's file. `summary`
        True: the store's own summary; where the run turns out to have no history of the metric, it
        is a value like others.
        """
        columns = self._columns
        # First what may raise: the columns stay of one length.
        columns["key"].append(self.number(metric))
        columns["run"].append(run)
        columns["value"].append(value)
        columns["step"].append(step)
        columns["record"].append(at)
        columns["summary"].append(summary)
        for name in (*AXES, *ROLES):
            columns[name].append(said.get(name))
        self._used.update(said)
        if summary is not None:
            self._used.add("summary")
        if len(columns["run"]) >= _BATCH:
            self._flush()

    def extend(
        self,
        run: int,
        metric: str,
        values: np.ndarray | Sequence[float],
        *,
        steps: np.ndarray | Sequence[float] | None = None,
        at: np.ndarray | Sequence[int] | None = None,
        **axes: np.ndarray | Sequence[float],
    ) -> None:
        """Many values of one metric of one run, in the order written; float64, int64 for `at`."""
        import numpy as np
        import pyarrow as pa

        self._pack()
        count = len(values)
        if not count:
            return
        self._used.update(axes)
        given: dict[str, Any] = {"value": values, "step": steps, **axes}
        arrays = {
            "run": arrow.numbers(np.full(count, run, dtype=np.int64)),
            "key": arrow.numbers(np.full(count, self.number(metric), dtype=np.int64)),
            **{
                name: arrow.numbers(np.asarray(column, dtype=np.float64))
                for name, column in given.items()
                if column is not None
            },
        }
        if at is not None:
            arrays["record"] = arrow.numbers(np.asarray(at, dtype=np.int64))
        self._hold(pa.RecordBatch.from_pydict(arrays))
        if self._held >= _BATCH:
            self._flush()

    def block(
        self,
        runs: np.ndarray,
        metrics: np.ndarray,
        values: np.ndarray,
        *,
        steps: np.ndarray | None = None,
        at: np.ndarray | None = None,
        **said: np.ndarray | Sequence[str | None],
    ) -> None:
        """Values of many runs and metrics, in the order written: the fast way for large stores.

        runs, metrics: int64, the numbers that `run` and `number` gave; values and steps: float64;
        at: int64. `said`: roles as texts, axes as float64, one a value.
        """
        import pyarrow as pa

        self._pack()
        if not len(values):
            return
        self._used.update(said)
        numbers: dict[str, Any] = {"run": runs, "key": metrics, "value": values}
        numbers |= {"step": steps, "record": at, **{n: one for n, one in said.items() if n in AXES}}
        arrays = {name: arrow.numbers(one) for name, one in numbers.items() if one is not None}
        arrays |= {n: arrow.texts(cast("Any", one)) for n, one in said.items() if n in ROLES}
        self._hold(pa.RecordBatch.from_pydict(arrays))
        if self._held >= _BATCH:
            self._flush()

    def note(self, place: str, text: str, hint: str = "", *, warn: bool = True) -> None:
        """Something that the reader should know. `place` as Found.place gives it."""
        severity = Severity.WARNING if warn else Severity.NOTE
        self.notes.append(Diagnostic(severity, self.found.root.name + place, text, hint))

    def relation(
        self, *, place: str = "record", name: str = "run_name", last_is_summary: bool = False
    ) -> Raw:
        """The view of all that was told. `place` is the word for `at`.

        `name` is the column of the run's own name; "" where it says nothing about the run.
        `last_is_summary`: see Raw.
        Raises NothingToRead where there was no run at all.
        """
        self._flush()
        if not self.runs:
            raise NothingToRead("holds no runs", self.found.root.name)
        columns = self._settings()
        self._make_runs(columns)
        self._make_keys()
        if "summary" in self._used:
            self._settle_summaries()
        filled = [c for c in (*AXES, *ROLES) if c in self._made and self._filled(c)]
        spoken = {role for run in self.runs for role in run.roles}
        extras = [c for c in (*AXES, *ROLES) if c in filled or c in spoken]
        summary = "summary" in self._used
        own = ", ".join(f"r.{identifier(c)}" for c in (*RUN_COLUMNS, *columns))
        more = "".join(f", {_role(c, c in filled, c in spoken)} AS {c}" for c in extras)
        self._engine.execute(
            f"CREATE VIEW {identifier(self._table)} AS SELECT {own}, k.name AS metric, p.step, "
            f"p.value{more}, coalesce(p.rowid, -1 - r.number) AS __row, "
            # No text at all would say that the row's number in the engine is its place.
            "coalesce(r.__unit, '') AS __unit, p.record AS __at"
            f"{', p.summary AS __summary' if summary else ''} "
            f"FROM {identifier(f'{self._table} runs')} r "
            f"LEFT JOIN {self._points} p ON p.run = r.number "
            f"LEFT JOIN {identifier(f'{self._table} keys')} k ON k.number = p.key"
        )
        known = {role: role for role in ("run", "metric", "step", "value", "status")}
        known |= {c: c for c in extras if c in ROLES}
        named = bool(name) and any(run.name for run in self.runs)
        shown = [c for c in RUN_COLUMNS if named or c != "run_name"]
        return Raw(
            self._table,
            (*shown, *columns, "metric", "step", "value", *extras),
            known,
            tuple(self.notes),
            place=place,
            name=name if named else "",
            summary=summary,
            last_is_summary=last_is_summary,
        )

    def _clear(self) -> None:
        names = ("run", "key", "value", "step", "record", "summary", *AXES, *ROLES)
        self._columns: dict[str, list[Any]] = {name: [] for name in names}

    def number(self, metric: str) -> int:
        """The number of a metric, for `block`."""
        number = self._keys.setdefault(metric, len(self._keys))
        if number >= _MOST_METRICS:
            raise InputError(
                f"has more than {_MOST_METRICS} different metrics", self.found.root.name
            )
        return number

    def _pack(self) -> None:
        """The values that were added one by one, as a batch."""
        import pyarrow as pa

        columns = self._columns
        if not columns["run"]:
            return
        arrays = {
            name: _KINDS[name](values)
            for name, values in columns.items()
            if name in _ALWAYS or name in self._used
        }
        self._clear()
        self._hold(pa.RecordBatch.from_pydict(arrays))

    def _hold(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._held += batch.num_rows

    def _flush(self) -> None:
        """Hand over what is held: one insertion for many small batches, in the order told."""
        import pyarrow as pa

        self._pack()
        if not self._waiting:
            return
        tables = [pa.Table.from_batches([batch]) for batch in self._waiting]
        together = pa.concat_tables(tables, promote_options="default")
        self._make(together.schema.names)
        self._engine.register("__batch", together)
        self._engine.execute(f"INSERT INTO {self._points} BY NAME SELECT * FROM __batch")
        self._engine.unregister("__batch")
        self._rows += self._held
        self._waiting, self._held = [], 0

    def _make(self, columns: Sequence[str]) -> None:
        """Add columns at their first use: an empty one takes as much memory as a full one."""
        for name in columns:
            if name not in _ALWAYS and name not in self._made:
                kind = "BOOLEAN" if name == "summary" else "VARCHAR" if name in ROLES else "DOUBLE"
                self._engine.execute(f"ALTER TABLE {self._points} ADD COLUMN {name} {kind}")
                self._made.add(name)

    def _settle_summaries(self) -> None:
        """Summaries and histories of one run and metric know of each other (Raw.summary)."""
        runs = identifier(f"{self._table} runs")
        self._engine.execute(
            f"WITH told AS (SELECT r.run, p.key, bool_or(p.summary IS NOT true) AS logged "
            f"FROM {self._points} p JOIN {runs} r ON r.number = p.run "
            "GROUP BY r.run, p.key HAVING bool_or(p.summary)) "
            f"UPDATE {self._points} AS t "
            "SET summary = CASE WHEN b.logged THEN coalesce(t.summary, false) END "
            f"FROM told b JOIN {runs} r ON r.run = b.run "
            "WHERE r.number = t.run AND b.key = t.key"
        )

    def _filled(self, column: str) -> bool:
        sql = f"SELECT 1 FROM {self._points} WHERE {column} IS NOT NULL LIMIT 1"
        return self._engine.execute(sql).fetchone() is not None

    def _settings(self) -> tuple[str, ...]:
        """The settings that are columns, in order of first appearance; LR and lr are one name."""
        names: dict[str, str] = {}
        # Thousands of runs have the same few names.
        for keys in dict.fromkeys(tuple(run.settings) for run in self.runs):
            for name in keys:
                names.setdefault(name.lower(), name)
        kept = list(names.values())
        if len(kept) > _MOST_COLUMNS:
            text = f"has {len(kept)} different settings; the first {_MOST_COLUMNS} are read"
            self.note("", text)
        return tuple(kept[:_MOST_COLUMNS])

    def _make_runs(self, columns: Sequence[str]) -> None:
        """The table of runs: one text column for every setting."""
        import pyarrow as pa

        lowered = [{k.lower(): v for k, v in run.settings.items()} for run in self.runs]
        spoken = [role for role in ROLES if any(role in run.roles for run in self.runs)]
        arrays = [
            arrow.wholes(range(len(self.runs))),
            *(
                arrow.texts([getattr(run, field) or None for run in self.runs])
                for field in ("id", "name", "status", "place")
            ),
            *(arrow.texts([one.get(c.lower()) for one in lowered]) for c in columns),
            *(arrow.texts([run.roles.get(role) for run in self.runs]) for role in spoken),
        ]
        batch = pa.RecordBatch.from_arrays(arrays, [f"c{n}" for n in range(len(arrays))])
        names = ("number", *RUN_COLUMNS, "__unit", *columns, *(f"run's {c}" for c in spoken))
        renamed = ", ".join(f"c{n} AS {identifier(name)}" for n, name in enumerate(names))
        self._engine.register("__batch", batch)
        self._engine.execute(
            f"CREATE TABLE {identifier(f'{self._table} runs')} AS SELECT {renamed} FROM __batch"
        )
        self._engine.unregister("__batch")

    def _make_keys(self) -> None:
        import pyarrow as pa

        batch = pa.RecordBatch.from_pydict(
            {
                "number": arrow.wholes(range(len(self._keys))),
                "name": arrow.texts(list(self._keys)),
            }
        )
        self._engine.register("__batch", batch)
        self._engine.execute(
            f"CREATE TABLE {identifier(f'{self._table} keys')} AS SELECT * FROM __batch"
        )
        self._engine.unregister("__batch")


def _role(name: str, filled: bool, spoken: bool) -> str:
    """SQL of a role or axis: the value's own; that of the run where there is no value."""
    own = f"p.{name}"
    if not spoken:
        return own
    run = identifier(f"run's {name}")
    return f"CASE WHEN p.run IS NULL THEN r.{run} {f'ELSE {own}' if filled else ''} END"
