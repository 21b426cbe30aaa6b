"""Several samples of one prompt: each is an example of its own, and the prompt is their cluster.

A table with a column for the prompt and one that counts the samples of each (0, 1, 2, ...) names no
example by itself: sample 0 of one prompt is not sample 0 of another.
"""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING

from paperforge.engine import identifier
from paperforge.model import Diagnostic, Severity
from paperforge.names import listed, plain
from paperforge.results.cells import Odd

if TYPE_CHECKING:
    import duckdb

    from paperforge.model import Raw
    from paperforge.spec import Source

_TAKEN = frozenset(("example", "cluster", "seed", "run"))


def with_samples(
    engine: duckdb.DuckDBPyConnection, raw: Raw, source: Source, *, quick: bool
) -> tuple[Raw, Source]:
    """The relation with a column that names each sample, and the source that says what it is.

    As given where there is no such pair of columns, where the author says what they are, or where
    samples have names of their own. Raises Odd where one pass was to be enough.
    """
    pair = _columns(raw, source)
    if pair is None:
        return raw, source
    prompt, sample = pair
    table, p, s = identifier(raw.table), identifier(prompt), identifier(sample)
    if quick:
        raise Odd("samples of prompts")
    prompts, samples, both = engine.execute(
        f"SELECT count(DISTINCT {p}), count(DISTINCT {s}), count(DISTINCT ({p}, {s})) FROM {table}"
    ).fetchone() or (0, 0, 0)
    if not 1 < samples < both or both <= prompts:
        return raw, source
    name, view = f"{prompt}/{sample}", f"{raw.table} samples"
    engine.execute(
        f"CREATE VIEW {identifier(view)} AS SELECT *, "
        f"{p}::VARCHAR || '/' || {s}::VARCHAR AS {identifier(name)} FROM {table}"
    )
    text = (
        f"up to {samples} samples of each of {prompts} prompts ({prompt!r}, {sample!r}): those of "
        "a prompt belong together"
    )
    asked = f"--map {quote(f'{sample}=seed')} --map {quote(f'{prompt}=example')}"
    hint = f"{asked} if they are runs"
    note = Diagnostic(Severity.NOTE, source.path.name, text, hint)
    found = replace(raw, table=view, columns=(*raw.columns, name), notes=(*raw.notes, note))
    said = {**source.columns, "example": name, "cluster": prompt}
    return found, replace(source, columns=said)


def _columns(raw: Raw, source: Source) -> tuple[str, str] | None:
    """The columns of the prompt and of the sample, where there is one of each."""
    if raw.known:
        return None
    prompts = [c for c in raw.columns if plain(c) in listed("prompts")]
    samples = [c for c in raw.columns if plain(c) in listed("samples")]
    if len(prompts) != 1 or len(samples) != 1:
        return None
    prompt, sample = prompts[0], samples[0]
    own = {"example": f"{prompt}/{sample}", "cluster": prompt}
    if own.items() <= source.columns.items():  # as --save wrote it
        return prompt, sample
    given = {prompt, sample} & set(source.columns.values())
    return None if given or _TAKEN & source.columns.keys() else (prompt, sample)
