"""Results as the cache keeps them: what they say as JSON, their relations as Parquet."""

from __future__ import annotations

import functools
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.engine import MEMORY, literal, open_engine
from paperforge.latex.escape import Label
from paperforge.model import Diagnostic, Severity
from paperforge.names import prompt_of
from paperforge.results import cache, tidy
from paperforge.results.digest import Whole
from paperforge.results.loaded import LoadedResults
from paperforge.spec import Dataset, Direction, Method, Metric, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from paperforge.results.cache import Slot
    from paperforge.spec import Source

_TABLES = ("tidy_rows", "sources", "chosen_splits", "final", "quotes", "replicate_keys", "raters")
_OF_EXAMPLES = ("final_examples", "example_keys")


def save(found: LoadedResults, slot: Slot) -> None:
    """Keep results. Raises one of cache.HARMLESS, or the engine's errors."""
    tables = {name: f"SELECT * FROM {name}" for name in _TABLES}
    if found.engine.connection.execute("SELECT 1 FROM final_examples LIMIT 1").fetchone():
        tables |= {name: f"SELECT * FROM {name}" for name in _OF_EXAMPLES}
    if any(prompt_of(one.columns.get("example", "")) for one in found.mapped):
        tables["final_runs"] = "SELECT * FROM final_runs"
    engine = found.engine
    paths = cache.write(engine.connection, tables, engine.scratch)
    said: dict[str, Any] = {
        "metrics": list(map(_said, found.metrics)),
        "methods": list(map(_said, found.methods)),
        "datasets": list(map(_said, found.datasets)),
        "notes": [asdict(one) for one in found.notes],
        "varies": sorted(found.varies),
        "present": sorted(found.present),
        "shared_runs": found.shared_runs,
        **_digest(found, slot),
        "rows": found.rows,
        "mapped": [[list(one.columns.items()), list(one.metrics)] for one in found.mapped],
        "sized_by": found.sized_by and _said(found.sized_by),
        "whole": found.again is None,
    }
    slot.keep(said, paths)
    for path in paths:
        path.unlink(missing_ok=True)


def restore(
    slot: Slot,
    given: Sequence[Source],
    again: Callable[[], LoadedResults],
    anew: Callable[[], LoadedResults],
) -> LoadedResults | None:
    """The results that were kept. Raises one of cache.HARMLESS, or the engine's errors."""
    found = slot.find()
    if found is None:
        return None
    said, tables = found
    engine = open_engine([], MEMORY)
    try:
        copies = slot.take(said, tables, engine.scratch)
        for path in copies:
            engine.connection.execute(
                f"CREATE TABLE {path.stem} AS SELECT * FROM read_parquet({literal(str(path))})"
            )
            path.unlink()
        if "final_examples" not in tables:
            engine.connection.execute(
                "CREATE VIEW final_examples AS SELECT *, 0::DOUBLE AS within FROM final WHERE false"
            )
        if "final_runs" not in tables:
            engine.connection.execute("CREATE VIEW final_runs AS SELECT * FROM final")
        tidy.show(engine.connection)
        return LoadedResults(
            engine=engine,
            metrics=tuple(Metric(**_metric(one)) for one in said["metrics"]),
            methods=tuple(Method(**_method(one)) for one in said["methods"]),
            datasets=tuple(Dataset(**_labelled(one)) for one in said["datasets"]),
            varies=frozenset(said["varies"]),
            present=frozenset(said["present"]),
            shared_runs=bool(said["shared_runs"]),
            notes=tuple(
                Diagnostic(**{**one, "severity": Severity(one["severity"])})
                for one in said["notes"]
            ),
            told=_told(said, slot),
            rows=int(said["rows"]),
            mapped=tuple(
                replace(source, columns=dict(columns), metrics=tuple(metrics))
                for source, (columns, metrics) in zip(given, said["mapped"], strict=True)
            ),
            sized_by=Metric(**_metric(said["sized_by"])) if said["sized_by"] else None,
            again=None if said["whole"] else again,
            anew=anew,
        )
    except BaseException:
        engine.close()
        raise


def _digest(found: LoadedResults, slot: Slot) -> dict[str, Any]:
    """The digest; where files are known by their stamps, what it is made of."""
    whole = found.told
    if slot.is_of_content or not isinstance(whole, Whole):
        return {"digest": found.digest}
    parts = [[text, [[name, str(path)] for name, path in of]] for text, of in whole.parts]
    return {"parts": parts}


def _told(said: dict[str, Any], slot: Slot) -> Callable[[], str]:
    if "digest" in said:
        return functools.partial(str, said["digest"])
    parts = [(text, [(name, Path(path)) for name, path in of]) for text, of in said["parts"]]
    return Whole(parts, slot.prints)


def _said(one: Metric | Method | Dataset) -> dict[str, Any]:
    """What is known of it; a label's TeX, which is its author's, as its own key."""
    label = one.label
    return {**asdict(one), **({"tex": label.tex} if isinstance(label, Label) else {})}


def _labelled(said: dict[str, Any]) -> dict[str, Any]:
    said = dict(said)
    tex = said.pop("tex", "")
    return {**said, "label": Label(said["label"], tex)} if tex else said


def _metric(said: dict[str, Any]) -> dict[str, Any]:
    said = _labelled(said)
    direction = said["direction"]
    parts = tuple(said["parts"])
    return {**said, "direction": Direction(direction) if direction else None, "parts": parts}


def _method(said: dict[str, Any]) -> dict[str, Any]:
    said = _labelled(said)
    role, dashes = said["role"], said["dashes"]
    return {
        **said,
        "role": Role(role) if role else None,
        "dashes": None if dashes is None else tuple(dashes),
    }
