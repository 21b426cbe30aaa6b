"""From the options of a command, or a paper.toml, to a Project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError, UsageError
from paperforge.spec import (
    BESIDE,
    FINAL,
    ROLES,
    Direction,
    Project,
    Role,
    Source,
    Unit,
    final_problem,
    pattern_problem,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paperforge.model import Results
    from paperforge.spec import DesignSpec, FigureSpec, TableSpec

MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class ResultOptions:
    """Which results to read and what they mean, as given on the command line."""

    sources: tuple[Path, ...] = ()
    mapping: tuple[str, ...] = ()
    pattern: str | None = None
    table: str | None = None
    metrics: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    baselines: tuple[str, ...] = ()
    higher: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    digits: tuple[str, ...] = ()
    margins: tuple[str, ...] = ()
    diverged: tuple[str, ...] = ()
    final: str | None = None
    replicate: str | None = None
    pair_by: tuple[str, ...] = ()
    alpha: float | None = None
    correction: str | None = None
    family: str | None = None
    mcnemar: str | None = None
    posthoc: str | None = None
    aggregate: str | None = None
    test_share: float | None = None
    resplit: bool = False
    ids: str | None = None
    best_set: bool = False
    random_seed: int | None = None
    engine: str | None = None
    save: Path | None = None


def project_of(options: ResultOptions, *, bare: bool = False, early: bool = False) -> Project:
    """The project that a command works on: the given sources, or a paper.toml.

    Where there is neither, and `bare`, one without sources. early: the results that a paper.toml
    names may be missing yet. Else raises UsageError; InputError
    where a source does not exist.
    """
    named = _named_project(options.sources)
    if named and bare and not options.sources and not named.exists():
        named = None
    project = _declared(named, early=early) if named else _sourced(options)
    project = replace(
        project,
        metrics=_metrics(options, project.metrics),
        methods=_methods(options, project.methods),
        beside=frozenset({*options.ours, *options.baselines} - set(project.methods)),
        design=_design(options, project.design),
    )
    if named is None:
        return project
    given = _source(options, Path(), "")
    sources = tuple(
        replace(
            source,
            columns={**source.columns, **given.columns},
            metrics=given.metrics or source.metrics,
            where={**source.where, **given.where},
            pattern=given.pattern or source.pattern,
            table=given.table or source.table,
        )
        for source in project.sources
    )
    return replace(project, sources=sources)


def _design(options: ResultOptions, declared: DesignSpec) -> DesignSpec:
    """The declared design with what the options say instead."""
    said = {
        "replicate": Unit(options.replicate) if options.replicate else None,
        "pair_by": tuple(options.pair_by) or None,
        "alpha": options.alpha,
        "correction": options.correction,
        "family": options.family,
        "mcnemar": options.mcnemar,
        "posthoc": options.posthoc,
        "aggregate": options.aggregate,
        "test_share": options.test_share,
        "resplit": options.resplit or None,
        "ids": options.ids,
        "best_set": options.best_set or None,
        "seed": options.random_seed,
        "engine": options.engine,
        "margin": next((positive(m) for m in options.margins if "=" not in m), None),
        "final": _final(options) or None,
    }
    given: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    return replace(declared, **given)


def _sourced(options: ResultOptions) -> Project:
    return Project(
        root=Path.cwd(),
        sources=tuple(_source(options, existing(path), str(path)) for path in options.sources),
    )


def _source(options: ResultOptions, path: Path, shown: str) -> Source:
    """A source, as the options describe it."""
    pattern = (options.pattern or "").strip()
    problem = pattern_problem(pattern) if options.pattern is not None else ""
    if problem:
        raise UsageError(
            problem, f"--path {pattern!r}", "for example --path '{dataset}/{method}/seed={seed}'"
        )
    return Source(
        path,
        shown,
        _columns(options.mapping),
        options.metrics,
        _pairs(options.where, "--where COLUMN=VALUE"),
        pattern,
        options.table or "",
    )


def _final(options: ResultOptions) -> str:
    """What counts as the final value, where it is said."""
    if options.final and (problem := final_problem(options.final)):
        near = get_close_matches(options.final, FINAL, 1)
        asked = f" (did you mean {near[0]}?)" if near else ""
        raise UsageError(f"{problem}{asked}", f"--final {options.final}")
    return options.final or ""


def _named_project(sources: tuple[Path, ...]) -> Path | None:
    """The paper.toml that is meant: this folder's where no source is given, or the one given."""
    if not sources:
        return Path("paper.toml")
    first = sources[0]
    if len(sources) == 1 and first.name == "paper.toml":
        return first
    return first / "paper.toml" if len(sources) == 1 and (first / "paper.toml").is_file() else None


def _declared(path: Path, *, early: bool) -> Project:
    if not path.exists():
        raise UsageError(
            "no results given, and there is no paper.toml in this folder",
            hint="name a file: paperforge table results.csv",
        )
    from paperforge import project

    return project.load(path, early=early)


def existing(path: Path) -> Path:
    """The absolute path of a source. Raises InputError with a near name where it is missing."""
    if path.exists():
        return path.resolve()
    folder = path.parent
    names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    near = get_close_matches(path.name, names, 1)
    hint = f"did you mean {folder / near[0]}?" if near else "check the path"
    raise InputError("there is no such file or folder", str(path), hint)


_MEANINGS = (*ROLES, *BESIDE)
_NESTED = (
    "keep the coarser one, whose groups hold those of the other (of hospitals and their patients "
    "the hospitals): what is alike within either is then allowed for"
)
_SPREADS = {"std": "sd", "stdev": "sd", "sem": "se", "stderr": "se"}


def _columns(mapping: Iterable[str]) -> dict[str, str]:
    """--map entries as role -> column. COLUMN=ROLE; ROLE=COLUMN where only that makes sense."""
    columns: dict[str, str] = {}
    for left, right in _split(mapping, "--map COLUMN=ROLE"):
        right = _SPREADS.get(right, right)  # noqa: PLW2901  the same role
        if right in _MEANINGS:
            role, column = right, left
        elif left in _MEANINGS:
            role, column = left, right
        else:
            near = get_close_matches(right, _MEANINGS, 1)
            raise UsageError(
                f"{right!r} is no role" + (f" (did you mean {near[0]!r}?)" if near else ""),
                f"--map {left}={right}",
                "roles: " + ", ".join(_MEANINGS),
            )
        if columns.get(role, column) != column:
            text = f"two columns for {role}: {columns[role]!r} and {column!r}"
            raise UsageError(text, "--map", _NESTED if role == "cluster" else "keep one")
        columns[role] = column
    return columns


def _metrics(
    options: ResultOptions, declared: Mapping[str, Mapping[str, object]]
) -> dict[str, dict[str, object]]:
    metrics = {name: dict(keys) for name, keys in declared.items()}
    both = set(options.higher) & set(options.lower)
    if both:
        raise UsageError(f"{min(both)!r} is given as --higher and as --lower", hint="keep one")
    for names, direction in ((options.higher, Direction.HIGHER), (options.lower, Direction.LOWER)):
        for name in names:
            metrics.setdefault(name, {})["direction"] = direction
    for name, unit in _split(options.units, "--unit METRIC=UNIT"):
        metrics.setdefault(name, {})["unit"] = unit
    for name, digits in _split(options.digits, "--digits METRIC=N"):
        if not digits.isdigit() or int(digits) > MOST_DIGITS:
            hint = f"0 to {MOST_DIGITS}"
            raise UsageError(f"{digits!r} is no number of decimals", "--digits", hint)
        metrics.setdefault(name, {})["digits"] = int(digits)
    named = [margin for margin in options.margins if "=" in margin]
    for name, margin in _split(named, "--margin METRIC=M"):
        metrics.setdefault(name, {})["margin"] = positive(margin)
    for name, value in _split(options.diverged, "--diverged METRIC=VALUE"):
        metrics.setdefault(name, {})["diverged"] = _number(value, "--diverged")
    return metrics


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -float("inf") < value < float("inf"):
        raise UsageError(f"{text!r} is no number", where, "for example accuracy=0")
    return value


def _methods(
    options: ResultOptions, declared: Mapping[str, Mapping[str, object]]
) -> dict[str, dict[str, object]]:
    methods = {name: dict(keys) for name, keys in declared.items()}
    for names, role in ((options.ours, Role.OURS), (options.baselines, Role.BASELINE)):
        for name in names:
            methods.setdefault(name, {})["role"] = role
    both = set(options.ours) & set(options.baselines)
    if both:
        raise UsageError(f"{min(both)!r} is given as --ours and as --baseline", hint="keep one")
    return methods


def positive(text: str) -> float:
    """A margin as given. Raises UsageError where it is no positive number."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise UsageError(f"{text!r} is no positive number", "--margin", "for example accuracy=0.5")
    return value


def _pairs(entries: Iterable[str], usage: str) -> dict[str, str]:
    return dict(_split(entries, usage))


def _split(entries: Iterable[str], usage: str) -> list[tuple[str, str]]:
    """KEY=VALUE entries; the last = splits, so that a key may hold one."""
    pairs = []
    for entry in entries:
        key, equals, value = entry.rpartition("=")
        if not equals or not key or not value:
            raise UsageError(f"{entry!r} is not of the form {usage}")
        pairs.append((key.strip(), value.strip()))
    return pairs


def save(
    options: ResultOptions,
    project: Project,
    results: Results,
    *,
    tables: tuple[TableSpec, ...] = (),
    figures: tuple[FigureSpec, ...] = (),
) -> None:
    """Write what was given and guessed as a paper.toml, where --save asks for it.

    Raises InputError where the file exists: it is the author's.
    """
    if options.save is None:
        return
    import click

    from paperforge import project as toml
    from paperforge.commands.output import write

    target = options.save / "paper.toml" if options.save.is_dir() else options.save
    if target.exists():
        raise InputError(
            "exists already, and is yours: nothing was written",
            str(target),
            "name another file: --save other.toml",
        )
    whole = replace(
        project,
        root=target.resolve().parent,
        sources=results.mapped,
        metrics=_described(project.metrics, results),
        methods=_placed(project, results),
        beside=frozenset(),
        tables=tables or project.tables,
        figures=figures or project.figures,
    )
    write(target, toml.dump(whole))
    click.echo(f"wrote {target}", err=True)


def _placed(project: Project, results: Results) -> Mapping[str, Mapping[str, object]]:
    """The methods as declared; all of them in their order where only a command names some."""
    if project.methods and not project.beside:
        return project.methods
    return {m.name: {"label": m.label, **project.methods.get(m.name, {})} for m in results.methods}


def _described(
    declared: Mapping[str, Mapping[str, object]], results: Results
) -> dict[str, dict[str, object]]:
    """Each metric's label and direction as they were used, under what was declared."""
    described = {}
    for metric in results.metrics:
        keys: dict[str, object] = {"label": metric.label}
        if metric.direction:
            keys["direction"] = metric.direction
        described[metric.name] = keys | dict(declared.get(metric.name, {}))
    return described
