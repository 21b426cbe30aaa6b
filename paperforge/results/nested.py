"""Several samples of one prompt: each has a name, and the prompt's score is the mean of them.

A table with a column for the prompt and one that counts the samples of each (0, 1, 2, ...) names no
example by itself: sample 0 of one prompt is not sample 0 of another, and sample 0 of one method is
no more that of another than sample 1 is. Without such a column, rows of one method that repeat a
prompt are its samples. Either way a sample is called prompt/sample in the tidy relation, no sample
is lost, and final.py averages them within their prompt, which is what methods are matched by.
"""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.model import Diagnostic, Severity
from paperforge.names import BY_ROW, is_setting, listed, plain, prompt_of
from paperforge.numbers import trimmed
from paperforge.results.cells import Odd
from paperforge.results.peek import narrowed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from paperforge.columns import Mapped
    from paperforge.model import Raw
    from paperforge.spec import Source

_TAKEN = frozenset(("seed", "run"))
_KEYS = ("run", "method", "dataset", "seed", "fold", "split", "metric")
"""Roles of what a prompt may be sampled for."""
_AGAIN = 3
"""One prompt in so many comes again, at least: a few may be written twice (duplicates.py)."""
_MANY = 10
"""Prompts from which on a column that nobody declares is taken for prompts, and not for a few
templates that runs differ by."""
_COUNTERS = frozenset(("k", "n", "index", "row"))
"""Names of settings that may also count the samples of a prompt."""


def with_samples(
    engine: duckdb.DuckDBPyConnection, raw: Raw, source: Source, *, quick: bool
) -> tuple[Raw, Source]:
    """The relation with a column that names each sample, and the source that says what it is.

    As given where there is no such pair of columns, where the author says what they are, or where
    samples are examples with ids of their own. Raises Odd where one pass was to be enough.
    """
    saved = prompt_of(source.columns.get("example", ""))
    if saved in raw.columns and source.columns["example"] == f"{saved}/{BY_ROW}":
        return _named(engine, raw, source, saved), source  # as --save wrote it
    pair = _columns(raw, source)
    if pair is None:
        return raw, source
    prompt, sample = pair
    table, p, s = identifier(raw.table), identifier(prompt), identifier(sample)
    if quick:
        raise Odd("samples of prompts")
    prompts, samples, both, rows, whole = engine.execute(
        f"SELECT count(DISTINCT {p}), count(DISTINCT {s}), count(DISTINCT ({p}, {s})), count(*), "
        f"(SELECT bool_and(n % (SELECT count(DISTINCT {p}) FROM {table}) = 0) FROM "
        f"(SELECT count(*) AS n FROM {table} GROUP BY {s})) FROM {table}"
    ).fetchone() or (0, 0, 0, 0, False)
    ids = samples == both and plain(sample).startswith("sample") and 2 * rows > 3 * both
    if samples <= 1 or ids or both <= prompts:
        return raw, source
    name, view = f"{prompt}/{sample}", f"{raw.table} samples"
    _view(engine, raw, view, name, f"replace({s}::VARCHAR, '/', ':')")
    text = (
        f"samples of {prompts} prompts ({prompt!r}, {sample!r}): those of a prompt belong "
        "together, and their mean is its score"
    )
    # Runs are compared where each has every prompt.
    hint = f"--map {quote(f'{sample}=seed')} --map {quote(f'{prompt}=example')} if they are runs"
    hint = hint if whole and both == prompts * samples else ""
    note = Diagnostic(Severity.NOTE, source.path.name, text, hint)
    found = replace(raw, table=view, columns=(*raw.columns, name), notes=(*raw.notes, note))
    said = {"cluster": prompt, **source.columns, "example": name}
    return found, replace(source, columns=said)


def _columns(raw: Raw, source: Source) -> tuple[str, str] | None:
    """The columns of the prompt and of the sample, where there is one of each."""
    if raw.known or _TAKEN & source.columns.keys():
        return None
    samples = [c for c in raw.columns if plain(c) in listed("samples")]
    if len(samples) != 1:
        return None
    sample, said = samples[0], source.columns.get("example", "")
    if said and prompt_of(said) in raw.columns:
        return (prompt_of(said), sample) if said == f"{prompt_of(said)}/{sample}" else None
    prompts = [said or source.columns.get("cluster", "")]
    if prompts == [""] or (not said and plain(prompts[0]) not in listed("prompts")):
        prompts = [c for c in raw.columns if plain(c) in listed("prompts")]
    others = {c for role, c in source.columns.items() if role not in ("example", "cluster")}
    if len(prompts) != 1 or prompts[0] not in raw.columns or sample == prompts[0]:
        return None
    if {prompts[0], sample} & others or sample in source.columns.values():
        return None
    return prompts[0], sample


def with_repeats(
    engine: duckdb.DuckDBPyConnection,
    raw: Raw,
    mapped: Mapped,
    types: Mapping[str, str],
    source: Source,
) -> tuple[Raw, Mapped, dict[str, str]]:
    """The same where nothing numbers the samples: rows of a method that repeat a prompt.

    A few repeated rows are for duplicates.py, as are rows that another column tells apart.
    """
    roles, kinds = mapped.roles, dict(types)
    prompt = _prompt(raw, mapped, source)
    if not prompt:
        return raw, mapped, kinds
    keys = [roles[role] for role in _KEYS if role in roles]
    where = narrowed(engine, raw, source)
    rows, groups, again, prompts, most, methods = engine.execute(
        "SELECT sum(n), count(*), count(*) FILTER (n > 1), count(DISTINCT p), max(n), "
        f"count(DISTINCT m) FROM (SELECT {identifier(prompt)} AS p, {_method(roles)} AS m, "
        f"count(*) AS n FROM {identifier(raw.table)} WHERE {where} AND p IS NOT NULL "
        f"GROUP BY {', '.join(map(identifier, dict.fromkeys((*keys, prompt))))})"
    ).fetchone() or (0, 0, 0, 0, 0, 0)
    declared = prompt in source.columns.values()
    few = not declared and "example" not in roles and (prompts < _MANY or groups < 2 * methods)
    if not again or few or ("example" in roles and _AGAIN * again < groups):
        return raw, mapped, kinds
    spare = [
        c
        for c in raw.columns
        if c not in {*roles.values(), *(v.column for v in mapped.values), prompt}
    ]
    if _told_apart(engine, raw, [*keys, prompt], spare, (where, rows, most)):
        return raw, mapped, kinds
    found = _named(engine, raw, source, prompt)
    name = found.columns[-1]
    text = (
        f"rows of one method repeat {prompt!r}, and no column numbers them: they are taken for "
        f"samples of the prompt, up to {most} of each of {prompts}, and their mean is its score"
    )
    hint = "--map COLUMN=seed names the runs if they are runs"
    note = Diagnostic(Severity.NOTE, source.shown, text, hint)
    made = replace(
        mapped,
        roles={"cluster": prompt, **roles, "example": name},
        guessed=mapped.guessed | {"example"},
        notes=(*mapped.notes, note),
    )
    return found, made, {**kinds, name: "VARCHAR"}


def _prompt(raw: Raw, mapped: Mapped, source: Source) -> str:
    """The column of the prompts: the examples, a declared cluster of that name, or by its name."""
    roles = mapped.roles
    if raw.known or "step" in roles or prompt_of(roles.get("example", "")):
        return ""
    if "example" in roles:
        return roles["example"]
    if "cluster" in source.columns:
        named = plain(roles["cluster"]) in listed("prompts") | listed("row_example")
        return roles["cluster"] if named else ""
    taken = {*roles.values(), *(value.column for value in mapped.values)}
    found = [c for c in raw.columns if c not in taken and plain(c) in listed("prompts")]
    return found[0] if len(found) == 1 and "run" not in roles and "fold" not in roles else ""


def _method(roles: Mapping[str, str]) -> str:
    """SQL of the method of a row."""
    return identifier(roles["method"]) if "method" in roles else "''"


def _told_apart(
    engine: duckdb.DuckDBPyConnection,
    raw: Raw,
    keys: Sequence[str],
    spare: Sequence[str],
    found: tuple[str, int, int],
) -> bool:
    """Whether a column without a role tells the rows of a prompt apart: another setting of each.

    found: the filter as SQL, rows, and the most rows of one prompt. A column that only counts them
    (0, 1, 2, ...) does not, nor does one of different texts (the completions).
    """
    where, rows, most = found
    table, of = identifier(raw.table), ", ".join(map(identifier, dict.fromkeys(keys)))
    for column in spare:
        name = identifier(column)
        whole = f"TRY_CAST({name} AS BIGINT)"
        values, apart, counts = engine.execute(
            f"SELECT count(DISTINCT {name}), count(DISTINCT ({of}, {name})), "
            f"count({whole}) = count(*) AND max({whole}) - min({whole}) + 1 = "
            f"count(DISTINCT {whole}) AND min({whole}) IN (0, 1) FROM {table} WHERE {where}"
        ).fetchone() or (0, 0, False)
        counts = counts and (plain(column) in _COUNTERS or not is_setting(column))
        if 1 < values <= most and apart == rows and not counts:
            return plain(column) not in listed("samples")
    return False


def _named(engine: duckdb.DuckDBPyConnection, raw: Raw, source: Source, prompt: str) -> Raw:
    """The relation with a column that names each row of a prompt by its place."""
    name, view = f"{prompt}/{BY_ROW}", f"{raw.table} repeats"
    described = engine.execute(f"DESCRIBE {identifier(raw.table)}").fetchall()
    units = (
        "coalesce(__unit::VARCHAR, '') || ' '" if "__unit" in {r[0] for r in described} else "''"
    )
    place = f"replace({literal(source.shown)} || {units} || ':' || __row, '/', ':')"
    _view(engine, raw, view, name, place)
    return replace(raw, table=view, columns=(*raw.columns, name))


def _view(engine: duckdb.DuckDBPyConnection, raw: Raw, view: str, name: str, sample: str) -> None:
    """Make the view in which the column `name` is prompt/sample; sample: SQL without a slash."""
    prompt = f"nullif({trimmed(identifier(prompt_of(name)) + '::VARCHAR')}, '')"
    engine.execute(
        f"CREATE VIEW {identifier(view)} AS SELECT *, {prompt} || '/' || {sample} "
        f"AS {identifier(name)} FROM {identifier(raw.table)}"
    )
