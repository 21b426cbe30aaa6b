"""Rows of result stores -> Results: one tidy relation, and what was guessed and dropped.

stores.read -> Raw ─▶ columns.guess -> Mapped ─▶ tidy ─▶ duplicates ─▶ final ─▶ catalogue
(one relation)  (kept)  (one value  (labels,
a run)      order)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.engine import open_engine
from paperforge.errors import InputError, UsageError
from paperforge.model import Meter
from paperforge.results import catalogue, digest, duplicates, final, sources, tidy
from paperforge.results.loaded import LoadedResults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.spec import Project, Source

__all__ = ["LoadedResults", "load"]


def load(given: Sequence[Source], project: Project, meter: Meter | None = None) -> LoadedResults:
    """Read the sources into one tidy relation.

    `project` declares labels, order, directions, units and roles; its own sources are not looked
    at. `meter` follows how far the reading is. Raises InputError where a source cannot be read,
    where its columns or numbers cannot be told, or where nothing is left.
    """
    if not given:
        raise UsageError("no results given", hint="name a file: paperforge table results.csv")
    files, searched = sources.expand(given)
    engine = open_engine([path for file in files for path in file.found.files])
    meter = meter or Meter()
    meter.query = engine.connection.query_progress
    try:
        inputs, skipped = sources.read(files, project, engine.connection, meter)
        meter.begin("the rows")
        tidy.build(engine.connection, inputs)
        replicates = duplicates.replicates(engine.connection)
        notes = [
            *searched,
            *skipped,
            *sources.notes(inputs),
            *tidy.notes(engine.connection, inputs),
        ]
        notes += duplicates.resolve(engine.connection, replicates, inputs)
        by_column = any("split" in one.mapped.roles for one in inputs)
        notes += final.build(engine.connection, replicates, project, by_column=by_column)
        known = catalogue.describe(engine.connection, inputs, project)
        facts = final.facts(engine.connection, replicates)
    except BaseException:
        engine.close()
        raise
    if not known.metrics:
        engine.close()
        raise InputError(
            "no numbers are left to report",
            given[0].shown,
            "every value is missing, failed or filtered out; see paperforge runs",
        )
    return LoadedResults(
        engine=engine,
        metrics=known.metrics,
        methods=known.methods,
        datasets=known.datasets,
        varies=facts.varies,
        present=facts.present,
        shared_runs=facts.shared_runs,
        notes=(*sources.guesses(inputs, known.metrics), *notes, *known.notes),
        digest=digest.of(inputs),
        rows=facts.rows,
        mapped=sources.declared(given, inputs),
    )
