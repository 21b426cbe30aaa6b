"""What the paper calls its metrics, methods and datasets: declared, or else derived."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from paperforge.columns import EACH_COLUMN
from paperforge.columns.candidates import candidates
from paperforge.errors import InputError
from paperforge.latex.escape import Label
from paperforge.model import Diagnostic, Severity
from paperforge.model.units import measured, unit_in
from paperforge.names import is_cost, is_fraction, listed, plain, split_of, well_known
from paperforge.results import scales, summed
from paperforge.results.scales import PERCENT
from paperforge.results.tidy import STRIDE
from paperforge.spec import AT, Dataset, Direction, Method, Metric, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import duckdb

    from paperforge.results.sources import Input
    from paperforge.spec import Project

    Declared = Mapping[str, Mapping[str, object]]

_SEPARATORS = re.compile(r"[\W_]+")
_ALIKE = 0.75
"""From this ratio of difflib on, a declared name is taken for a slip."""
_MOST_NAMES = 8
_SAY_NO_ORDER = frozenset(("direction", "unit", "digits", "margin", "colour", "marker", "dashes"))
"""What options on the command line declare, whose order is not the paper's, and a method's look:
to give one method a colour must not move it, or all the others would change theirs. The methods
that options name are Project.beside."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The names of the results, in the order of the paper."""

    metrics: tuple[Metric, ...]
    methods: tuple[Method, ...]
    datasets: tuple[Dataset, ...]
    notes: tuple[Diagnostic, ...]
    sized_by: Metric | None = None
    """What the datasets are sizes of; None where no column of another name has that role."""


def describe(
    engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input], project: Project
) -> Catalogue:
    """The names in the results with what the project declares about them.

    Order: as declared, where a declaration says more than a look; the rest by first appearance.
    """
    notes: list[Diagnostic] = []
    found = _found(engine, "metric", "AND (value IS NOT NULL OR status <> 'not reported')")
    wanted = [name for one in inputs for name in one.source.metrics]
    columns = [value.metric for one in inputs for value in one.mapped.values]
    names = sorted(found, key=[*wanted, *columns, *found].index)
    sums = summed.parts(project.metrics, names)
    inside = {part for parts in sums.values() for part in parts} - set(project.metrics)
    names = _ordered([*(name for name in names if name not in inside), *sums], project.metrics)
    metrics = [
        summed.metric(name, project.metrics[name], sums[name], project.design.margin)
        if name in sums
        else _metric(name, project.metrics.get(name, {}), project, inputs)
        for name in names
    ]
    metrics = _told_apart(metrics, project.metrics)
    metrics = _scaled(engine, metrics, inputs, project.metrics, notes)
    signed = frozenset(metric.name for metric in metrics if _has_sign(metric.name, inputs))
    notes += scales.mixed(engine, metrics, signed, project.metrics)
    if not any(metric.tested for metric in metrics):
        metrics = [replace(metric, tested=True) for metric in metrics]
    unused = _unused(inputs)
    sized_by = _sized_by(inputs, project)
    known = {*sums, *([sized_by.name] if sized_by else [])}
    measured = {name: keys for name, keys in project.metrics.items() if name not in known}
    notes += _unknown("metric", measured, found, unused)
    methods = [
        _method(name, project.methods.get(name, {}))
        for name in _all(engine, "method", project.methods, notes, project.beside)
    ]
    said = _placed(project.datasets, _found(engine, "dataset")) if sized_by else project.datasets
    names = _all(engine, "dataset", said, notes)
    datasets = [Dataset(n, _label(n, said.get(n, {}))) for n in names]
    notes += _averages(names)
    notes += [
        *_shared("method", methods),
        *_shared("dataset", datasets),
        *_shared("metric", metrics),
    ]
    return Catalogue(tuple(metrics), tuple(methods), tuple(datasets), tuple(notes), sized_by)


MOST_ALIKE = 4


def _shared(what: str, all_of: Sequence[Metric | Method | Dataset]) -> Iterator[Diagnostic]:
    """Names that are printed alike: their labels say the same."""
    alike: dict[str, list[str]] = {}
    for one in all_of:
        unit = one.unit if isinstance(one, Metric) else ""
        label = unicodedata.normalize("NFKC", f"{one.label} ({unit})" if unit else str(one.label))
        alike.setdefault(label, []).append(one.name)
    for label, names in alike.items():
        if len(names) > 1:
            more = f" and {len(names) - MOST_ALIKE} more" if len(names) > MOST_ALIKE else ""
            listed = ", ".join(map(repr, names[:MOST_ALIKE])) + more
            text = f"the {what}s {listed} have one label, {label!r}: no reader can tell them apart"
            hint = f'[{what}s.{_key(names[-1])}] label = "…" in paper.toml gives it one of its own'
            yield Diagnostic(Severity.WARNING, "paper.toml", text, hint)


def _key(name: str) -> str:
    """A name as a key of TOML."""
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else f'"{name}"'


def _found(engine: duckdb.DuckDBPyConnection, role: str, where: str = "") -> list[str]:
    """Names in order of first appearance."""
    rows = engine.execute(
        f"SELECT coalesce({role}::VARCHAR, '') AS name FROM tidy_rows "
        f"WHERE ({role} IS NOT NULL OR '{role}' = 'dataset') {where} "
        f"GROUP BY 1 HAVING bool_or(used) ORDER BY min(file::BIGINT * {STRIDE} + first), min(rowid)"
    ).fetchall()
    return [row[0] for row in rows]


def _ordered(
    found: Sequence[str], declared: Declared, beside: Collection[str] = frozenset()
) -> list[str]:
    """The declared names in their order, then the others in theirs; `beside` counts as others."""
    listed = {name: keys for name, keys in declared.items() if name not in beside}
    telling = [n for n, keys in listed.items() if set(keys) - _SAY_NO_ORDER]
    placed = [name for name in telling if name in found]
    if telling and set(found) <= set(listed):
        placed = [name for name in listed if name in found]
    return [*placed, *(name for name in found if name not in placed)]


def _all(
    engine: duckdb.DuckDBPyConnection,
    what: str,
    declared: Declared,
    notes: list[Diagnostic],
    beside: Collection[str] = frozenset(),
) -> list[str]:
    """Found names, and declared ones that have no rows yet: they are rows "not run"."""
    found = _found(engine, what)
    left_out = engine.execute(f"SELECT DISTINCT {what}::VARCHAR FROM tidy_rows").fetchall()
    notes += _unknown(what, declared, found, [row[0] for row in left_out])
    notes += _alike(what, found)
    absent = [name for name in declared if name not in found]
    return _ordered([*found, *absent], declared, beside)


def _unused(inputs: Sequence[Input]) -> list[str]:
    """Metrics that the inputs hold beside those that were asked for."""
    columns = [c.removeprefix("metrics.") for one in inputs for c in one.raw.columns]
    return [*columns, *(split_of(column)[0] for column in columns)]


def _unknown(
    what: str, declared: Declared, found: Sequence[str], unused: Sequence[str]
) -> list[Diagnostic]:
    """Say which declared names have no results: planned, or left out on purpose (`unused`).

    Raises InputError where the name is a slip: one near it has results and is not declared, or
    nothing but a role is said of a method.
    """
    said = []
    shown = ", ".join(found[:8]) + (", …" if len(found) > _MOST_NAMES else "")
    for name, keys in declared.items():
        if name in found:
            continue
        others = [other for other in found if other not in declared]
        near = None if name in unused else _near(name, others)
        if near:
            hint = f"did you mean {near!r}? In paper.toml that is [{what}s.{_key(near)}]; "
            hint += f"if both are meant, declare {near!r} too"
            raise InputError(f"there is no {what} {name!r}", f"{what} {name!r}", hint)
        if what == "method" and set(keys) == {"role"} and name not in unused:
            hint = f"the methods are: {shown}"
            raise InputError(f"there is no method {name!r}", f"method {name!r}", hint)
        text = f"the {what} {name!r} is declared and has no results"
        hint = f"there is: {shown}; [{what}s.NAME] of paper.toml takes one of these"
        said.append(Diagnostic(Severity.WARNING, "results", text, hint))
    return said


def _near(name: str, others: Sequence[str]) -> str | None:
    """The name that was probably meant: the same but for case and separators, or spelt alike."""
    bare = _SEPARATORS.sub("", name).casefold()
    for other in others:
        if bare and _SEPARATORS.sub("", other).casefold() == bare:
            return other
    folded = {other.casefold(): other for other in others}
    near = get_close_matches(name.casefold(), folded, 1, _ALIKE)
    return folded[near[0]] if near else None


def _averages(datasets: Sequence[str]) -> list[Diagnostic]:
    """A row of averages among the datasets would count as one more benchmark."""
    words = listed("averages")
    return [
        Diagnostic(
            Severity.WARNING,
            f"dataset {name!r}",
            f"{name!r} sounds like an average over the other datasets and counts as one of them",
            "leave it out: paperforge averages over the datasets itself",
        )
        for name in datasets
        if len(datasets) > 1 and plain(name) in words
    ]


def _alike(what: str, found: Sequence[str]) -> list[Diagnostic]:
    """Names that look the same to a reader."""
    seen: dict[str, str] = {}
    said = []
    for name in found:
        other = seen.setdefault(unicodedata.normalize("NFKC", name).casefold(), name)
        if other != name:
            text = (
                f"the {what}s {other!r} and {name!r} differ only in case or in how they are encoded"
            )
            said.append(
                Diagnostic(Severity.WARNING, "results", text, "if they are one, write one name")
            )
    return said


def _label(name: str, keys: Mapping[str, object]) -> str:
    given = keys.get("label")
    return given if isinstance(given, str) and given else name  # a Label keeps its TeX


def _method(name: str, keys: Mapping[str, object]) -> Method:
    role, dashes = keys.get("role"), keys.get("dashes")
    return Method(
        name,
        _label(name, keys),
        Role(str(role)) if role else None,
        str(keys.get("colour") or ""),
        str(keys.get("marker") or ""),
        tuple(map(float, dashes)) if isinstance(dashes, list | tuple) else None,
    )


def _placed(declared: Declared, found: Sequence[str]) -> Declared:
    """What is declared of datasets; that of one with sizes of its own is said of all of these."""
    made: dict[str, Mapping[str, object]] = {}
    for name, keys in declared.items():
        inside = [one for one in found if one.rpartition(AT)[0] == name]
        label = keys.get("label")
        for one in inside:
            behind = one[len(name) :]
            named: str = label + behind if isinstance(label, str) and label else one
            if isinstance(label, Label):
                named = Label(label + behind, label.tex + behind)
            made[one] = {**keys, "label": named}
        if not inside:
            made[name] = keys
    return made


def _sized_by(inputs: Sequence[Input], project: Project) -> Metric | None:
    """What the datasets are sizes of, called as the project says."""
    own = (one.mapped.roles.get("dataset", "") for one in inputs)
    columns = {"" if c in one.raw.known.values() else c for c, one in zip(own, inputs, strict=True)}
    found = sizes(columns.pop().rpartition(AT)[2]) if len(columns) == 1 else None
    last = found and found.name.rpartition(".")[2]
    keys = found and (project.metrics.get(found.name) or project.metrics.get(last or ""))
    if not found or not keys:
        return found
    unit = str(keys.get("unit") or ("" if keys.get("label") else found.unit))
    return replace(found, label=_label(found.label, keys), unit=unit)


def sizes(column: str) -> Metric | None:
    """A column that names the datasets, as what it measures; None where its name is the role's."""
    if not column or column == EACH_COLUMN or candidates("dataset", [column]):
        return None
    label, unit = _printed(column, (known := well_known(column)) and known[0])
    if label == column and len(column) > 1:
        label = column.rpartition(".")[2].replace("_", " ")
        label = label[:1].upper() + label[1:]
    return Metric(column, label, None, unit, tested=False)


def _printed(name: str, known: str | None) -> tuple[str, str]:
    """Label and unit that a metric's name says; `known` is the label of a well-known one."""
    if known is None:
        return measured(name) or (name, "")
    # The label leaves out what the name says: wall_time_s is Time, gpu_hours need no "h".
    said, words = unit_in(name), known.casefold().split()
    unit = "" if any(word.startswith(said.casefold()) for word in words) else said
    if known.casefold() in unit.casefold():  # FLOPs of gflops: GFLOPs are what is counted
        return unit, ""
    return known, unit


def _metric(
    name: str, keys: Mapping[str, object], project: Project, inputs: Sequence[Input]
) -> Metric:
    known = well_known(name)
    label, direction = known or (name, None)
    if keys.get("direction"):
        direction = Direction(str(keys["direction"]))
    digits, margin = keys.get("digits"), keys.get("margin", project.design.margin)
    tested = keys.get("tested")
    unit = str(keys.get("unit") or ("%" if _has_sign(name, inputs) else ""))
    if not unit and not keys.keys() & {"label", "scale", "unit"}:
        label, unit = _printed(name, known and label)
    return Metric(
        name=name,
        label=_label(label, keys),
        direction=direction,
        unit=unit,
        digits=None if digits is None else int(str(digits)),
        scale=float(str(keys.get("scale") or 1)),
        margin=None if margin is None else float(str(margin)),
        tested=not is_cost(name) if tested is None else bool(tested),
        primary=bool(keys.get("primary", True)),
        diverged=None if keys.get("diverged") is None else float(str(keys["diverged"])),
        cost=is_cost(name),
        share=is_fraction(name),
        own=bool(keys.get("label")) or (not known and label == name),
    )


def _told_apart(metrics: Sequence[Metric], declared: Declared) -> list[Metric]:
    """Metrics that would share a derived label keep their own names, without a unit in it."""
    labels = Counter(metric.label for metric in metrics)
    taken = Counter([*map(_bare, metrics), *{metric.name for metric in metrics}])
    return [
        replace(metric, label=_bare(metric) if taken[_bare(metric)] == 1 else metric.name)
        if labels[metric.label] > 1 and not declared.get(metric.name, {}).get("label")
        else metric
        for metric in metrics
    ]


def _bare(metric: Metric) -> str:
    """A metric's name; without the unit at its end where that is printed behind it."""
    said = metric.unit and metric.unit == unit_in(metric.name)
    return (said and re.sub(r"[^A-Za-z0-9]+[A-Za-z0-9]+$", "", metric.name)) or metric.name


def _has_sign(name: str, inputs: Sequence[Input]) -> bool:
    """Whether the numbers are written with a percent sign: 93.1% is 93.1 percent."""
    styles = [
        one.styles[value.column]
        for one in inputs
        for value in one.mapped.values
        if value.metric == name
    ]
    styles += [one.styles[one.mapped.roles["value"]] for one in inputs if not one.mapped.values]
    return bool(styles) and all(style.percent for style in styles)


def _scaled(
    engine: duckdb.DuckDBPyConnection,
    metrics: list[Metric],
    inputs: Sequence[Input],
    declared: Declared,
    notes: list[Diagnostic],
) -> list[Metric]:
    """Fractions whose unit is percent are printed times 100, where no scale is declared."""
    if not any(metric.unit == "%" for metric in metrics):
        return metrics
    ranges = engine.execute(
        "SELECT metric, max(greatest(abs(low), abs(high))) FROM final WHERE finite > 0 GROUP BY 1"
    ).fetchall()
    largest = dict(ranges)
    # 0.5% is half a percent already.
    bare = {
        m.name
        for m in metrics
        if m.unit == "%"
        and not m.corpus
        and not _has_sign(m.name, inputs)
        and "scale" not in declared.get(m.name, {})
    }
    scaled = []
    for metric in metrics:
        if metric.name in bare and largest.get(metric.name, PERCENT) <= 1:
            text = f"{metric.name} lies within [-1, 1] and its unit is %: printed times 100"
            notes.append(Diagnostic(Severity.NOTE, "results", text))
            scaled.append(replace(metric, scale=PERCENT))
        else:
            scaled.append(metric)
    return scaled
