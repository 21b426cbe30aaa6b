"""Rows of result stores -> Results: one tidy relation, and what was guessed and dropped.

stores.read -> Raw ─▶ columns.guess -> Mapped ─▶ tidy ─▶ duplicates ─▶ final ─▶ catalogue
(one relation)  (kept)  (one value  (labels,
a run)      order)

Big inputs are first read in one pass that keeps no rows (condensed.py); the same follows.
"""

from __future__ import annotations

import contextlib
import functools
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge import stores
from paperforge.engine import MEMORY, open_engine
from paperforge.errors import InputError, UsageError
from paperforge.model import Meter
from paperforge.results import (
    cache,
    catalogue,
    condensed,
    digest,
    duplicates,
    final,
    kept,
    quotes,
    repeats,
    sources,
    tidy,
)
from paperforge.results.loaded import LoadedResults

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from paperforge.engine import Engine
    from paperforge.model import Diagnostic
    from paperforge.spec import Project, Source

__all__ = ["LoadedResults", "load"]

_LEAN, _QUICK, _CAREFUL = "lean", "quick", "careful"
"""One pass over plain numbers; one pass; row by row."""
_SLOW = frozenset(("csv", "jsonl"))
"""Stores that take longer to read than to hash."""


def load(
    given: Sequence[Source],
    project: Project,
    meter: Meter | None = None,
    *,
    history: bool = True,
    rows: bool = False,
    whole: bool = False,
) -> LoadedResults:
    """Read the sources into one tidy relation.

    `project` declares labels, order, directions, units and roles; its own sources are not looked
    at. `meter` follows how far the reading is. Without `history` a store may leave out all but the
    last steps, until they are asked for. With `rows` every row will be asked for, and there may be
    no number among them; `whole`: every row will be, and there are some. Raises InputError where a
    source cannot be read, where its columns or numbers cannot be told, or where nothing is left.
    """
    if not given:
        raise UsageError("no results given", hint="name a file: paperforge table results.csv")
    files, searched = sources.expand(given)
    prints = digest.Prints()
    prints.watch(path for file in files for path in stores.parts(file.found))
    reading = _Reading(given, project, files, searched, meter or Meter(), prints, rows)
    history = history or project.design.final not in ("last", "summary")
    return reading.read(history=history, whole=whole)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What there is to read, and how far it is read."""

    given: Sequence[Source]
    project: Project
    files: Sequence[sources.File]
    searched: Sequence[Diagnostic]
    meter: Meter
    prints: digest.Prints
    rows: bool
    """Whether every row will be asked for."""

    def read(self, *, history: bool, whole: bool = False) -> LoadedResults:
        """What the cache has; else read, and kept there. `whole`: with every row."""
        import duckdb

        whole = whole or self.rows
        slot = cache.slot(self.files, self.project, self.prints, history=history, whole=whole)
        anew = functools.cache(functools.partial(self._anew, slot, history=history, whole=whole))
        if slot is not None:
            with contextlib.suppress(*cache.HARMLESS, InputError, duckdb.Error):
                found = kept.restore(slot, self.given, self._again(), anew)
                if found is not None:
                    return found
        return anew()

    def _again(self) -> Callable[[], LoadedResults]:
        return functools.cache(functools.partial(self.read, history=True, whole=True))

    def _anew(self, slot: cache.Slot | None, *, history: bool, whole: bool) -> LoadedResults:
        start = time.monotonic()
        self.prints.start(*self._wanted(kept=slot is not None))
        found = self._with(_CAREFUL, history=True) if whole else self._fastest(history=history)
        if found.again is not None or not (history or whole):
            found = replace(found, again=self._again())
        if slot is None:
            return found
        slot.seconds = time.monotonic() - start
        found = replace(found, keep=functools.partial(_keep, slot))
        if slot.seconds > cache.SLOW:
            _keep(slot, found)
        return found

    def _wanted(self, *, kept: bool) -> tuple[list[Path], list[Path]]:
        """Files whose digests and whose texts will be asked for, so far as that is known."""
        files = [(file.found.kind, path) for file in self.files for path in file.found.files]
        paths = [path for _, path in files]
        if sources.size(paths) < tidy.BIG:
            return [], []
        slow = [path for kind, path in files if kind in _SLOW]
        digests = paths if sources.size(paths) <= cache.CHEAP else slow
        return digests if kept else [], [path for kind, path in files if kind == "csv"]

    def _fastest(self, *, history: bool) -> LoadedResults:
        """In one pass where the input is big and nothing in it is unusual; else row by row."""
        import duckdb

        paths = [path for file in self.files for path in file.found.files]
        if self.project.design.final == "last" and sources.size(paths) >= tidy.BIG:
            way, trusting = _LEAN, True
            while True:
                try:
                    return self._with(way, history=history, trusting=trusting)
                except condensed.Lean:
                    way = _QUICK
                except condensed.Unproven:
                    trusting = False
                except (condensed.Odd, InputError, duckdb.Error):
                    # What is wrong is for the careful way to say.
                    break
        return self._with(_CAREFUL, history=history)

    def _with(self, way: str, *, history: bool, trusting: bool = False) -> LoadedResults:
        """Read one way. `trusting`: what the stores take for granted is proven later (Raw)."""
        paths = [path for file in self.files for path in file.found.files]
        memory = MEMORY if way == _CAREFUL else condensed.MEMORY
        engine = open_engine(paths, memory)
        self.meter.query = engine.connection.query_progress
        try:
            return self._load(engine, way, history=history, trusting=trusting)
        except BaseException:
            engine.close()
            raise

    def _load(self, engine: Engine, way: str, *, history: bool, trusting: bool) -> LoadedResults:
        quick = way != _CAREFUL
        project, connection = self.project, engine.connection
        files = [replace(f, found=replace(f.found, history=history)) for f in self.files]
        inputs, skipped = sources.read(files, project, connection, self.meter, quick=trusting)
        self.meter.begin("the rows")
        cells: tuple[condensed.Cells, ...] = ()
        if quick:
            cells = condensed.build(connection, inputs, lean=way == _LEAN)
        else:
            tidy.build(connection, inputs)
        resplit = repeats.resplit(inputs, project.design)
        replicates = duplicates.replicates(connection, resplit=resplit)
        if quick:
            condensed.check(connection, replicates)
        if any(one.clusters for one in cells):
            condensed.keep_examples(cells)
        notes = [*self.searched, *skipped, *sources.notes(inputs), *tidy.notes(connection, inputs)]
        notes += duplicates.resolve(connection, replicates, inputs)
        by_column = any("split" in one.mapped.roles for one in inputs)
        notes += final.build(
            connection,
            replicates,
            project,
            by_column=by_column,
            history=history,
            whole=not quick,
            last_is_summary=[n for n, one in enumerate(inputs) if one.raw.last_is_summary],
            sampled=[n for n, one in enumerate(inputs) if one.prompts],
            summed=[n for n, one in enumerate(inputs) if any(b.unnamed for b in one.mapped.beside)],
        )
        quotes.build(connection, inputs)
        known = catalogue.describe(connection, inputs, project)
        facts = final.facts(connection, replicates)
        if not known.metrics and not self.rows:
            raise InputError(
                "no numbers are left to report",
                self.given[0].shown,
                "every value is missing, failed or filtered out; see paperforge runs",
            )
        streamed = [path for o in inputs if o.raw.castable for path in o.file.found.files]
        if not all(self.prints.text(path).plain for path in streamed):
            raise condensed.Odd("a file that is no plain UTF-8")
        if way == _LEAN and any(self.prints.text(path).joined for path in streamed):
            raise condensed.Lean
        return LoadedResults(
            engine=engine,
            metrics=known.metrics,
            methods=known.methods,
            datasets=known.datasets,
            varies=facts.varies,
            present=facts.present,
            shared_runs=facts.shared_runs,
            notes=(*sources.guesses(inputs, known.metrics), *notes, *known.notes),
            told=digest.of(inputs, self.prints),
            rows=facts.rows,
            mapped=sources.declared(self.given, inputs),
            sized_by=known.sized_by,
            again=self._careful if quick else None,
            cells=cells,
            inputs=inputs,
        )

    def _careful(self) -> LoadedResults:
        return self._with(_CAREFUL, history=True)


def _keep(slot: cache.Slot, found: LoadedResults) -> None:
    """Put results into the cache, if that can be done."""
    import duckdb

    with contextlib.suppress(*cache.HARMLESS, InputError, duckdb.Error):
        kept.save(found, slot)
