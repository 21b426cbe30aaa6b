"""Which runs a published value is about, and in which unit it is printed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from paperforge.model import Diagnostic, Severity
from paperforge.spec import Dataset, Method, Metric, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np

    from paperforge.commands.published import Line
    from paperforge.model import Results
    from paperforge.stores.quoted import Quoted

Named = TypeVar("Named", Metric, Method, Dataset)
AVERAGES = frozenset(("", "average", "avg", "mean", "overall", "all"))
"""What papers call the column over all datasets, in plain spelling."""
PER_CENT = 2
"""Decimals between a fraction and per cent."""
CLOSE, NEAR = 0.06, 0.5
"""Powers of ten that a value in the other unit may be off a hundred times what the runs give: by
itself, and among others of its paper."""
LISTED = 6


def metric_of(name: str, metrics: Sequence[Metric]) -> Metric | None:
    """The metric of that name or label; else the only one that is a kind of the same."""
    from paperforge.names import well_known

    exact = named(name, metrics)
    if exact is not None:
        return exact
    known = well_known(name)
    alike = [m for m in metrics if known and (well_known(m.name) or ("",))[0] == known[0]]
    return alike[0] if len(alike) == 1 else None


def named(name: str, known: Iterable[Named]) -> Named | None:
    """What has that name, that label, or the only one that differs in case and separators."""
    from paperforge.names import plain

    every = list(known)
    for one in every:
        if name in (one.name, one.label):
            return one
    for spelt in (plain, tight):
        alike = [one for one in every if spelt(name) in (spelt(one.name), spelt(one.label))]
        if len(alike) == 1:
            return alike[0]
    return None


def tight(name: str) -> str:
    """Letters and digits alone: SST-2 is sst2."""
    return "".join(c for c in name.lower() if c.isalnum())


def cells_of(
    one: Quoted, metric: Metric, method: Method, results: Results
) -> tuple[str, list[np.ndarray]]:
    """The dataset's label, and the runs of its cells as printed: several for an average.

    An average over all datasets is meant where none is named and there are several. Nothing where
    a cell is missing. Where one run is measured on all datasets its averages are one array.
    """
    import numpy as np

    datasets = list(results.datasets)
    found = named(one.dataset, datasets) if one.dataset else None
    average = found is None and tight(one.dataset) in AVERAGES and len(datasets) > 1
    if found is None and not one.dataset and len(datasets) == 1:
        found = datasets[0]
    samples = {
        s.dataset: s
        for s in results.samples(metric.name, Unit.SEED)
        if s.method == method.name and len(s.values)
    }
    if average:
        if any(d.name not in samples for d in datasets):
            return "average", []
        row = [samples[d.name] for d in datasets]
        orders = [np.argsort(s.keys, kind="stable") for s in row]
        keys = [s.keys[order] for s, order in zip(row, orders, strict=True)]
        if results.shared_runs and all(np.array_equal(k, keys[0]) for k in keys):
            sorted_ = [s.values[order] for s, order in zip(row, orders, strict=True)]
            return "average", [np.mean(sorted_, axis=0) * metric.scale]
        return "average", [s.values * metric.scale for s in row]
    if found is None:
        return one.dataset, []
    own = samples.get(found.name)
    return found.label, [] if own is None else [own.values * metric.scale]


def in_unit(one: Quoted, metric: Metric) -> Quoted:
    """The published value as the metric is printed: 90.3% of a metric in fractions is 0.903."""
    return shifted(one, -PER_CENT) if one.percent and metric.unit != "%" else one


def shifted(one: Quoted, places: int) -> Quoted:
    """The value times ten to the power `places`, with its rounding and its spread."""
    factor = 10.0 ** abs(places)

    def moved(value: float) -> float:
        return value * factor if places > 0 else value / factor

    spread = None if one.spread is None else moved(one.spread)
    return replace(one, value=moved(one.value), decimals=one.decimals - places, spread=spread)


def other_units(lines: Sequence[Line]) -> dict[int, int]:
    """Places of values in per cent where the runs are fractions -> -2; the reverse -> 2.

    A value is read so where it is 100 times (a hundredth of) what the runs give, but for a seventh,
    and the side in fractions is not above 1; so are all of one paper and metric where most are, and
    none is far from it. A hundredfold failure to reproduce hardly ever hits the factor so well.
    """
    groups: dict[tuple[str, str], dict[int, float]] = {}
    found: dict[int, int] = {}
    for i, line in enumerate(lines):
        one = line.published
        if line.metric is None or line.found is None or not line.found.mean or one.percent:
            continue
        places = PER_CENT if line.metric.unit == "%" else -PER_CENT
        fraction = one.value if places > 0 else line.found.mean
        ratio = line.found.mean / one.value if one.value else 0.0
        off = abs(math.log10(ratio) - places) if ratio > 0 and abs(fraction) <= 1 else math.inf
        groups.setdefault((line.metric.name, one.cite), {})[i] = off
        found[i] = places
    read: dict[int, int] = {}
    for row in groups.values():
        close = [i for i, off in row.items() if off < CLOSE]
        whole = 2 * len(close) > len(row) and max(row.values()) < NEAR
        read |= {i: found[i] for i in (row if whole else close)}
    return read | _without_runs(lines, groups, read)


def _without_runs(
    lines: Sequence[Line],
    groups: Mapping[tuple[str, str], Mapping[int, float]],
    read: dict[int, int],
) -> dict[int, int]:
    """Values that no run reproduces, in the unit of the paper's others, where they agree."""
    more = {}
    for i, line in enumerate(lines):
        one = line.published
        if line.metric is None or line.found is not None or one.percent:
            continue
        shifts = {read.get(j, 0) for j in groups.get((line.metric.name, one.cite), {})}
        places = shifts.pop() if len(shifts) == 1 else 0
        if places and (abs(one.value) > 1) is (places < 0):
            more[i] = places
    return more


def said(places: Mapping[int, int], lines: Sequence[Line], file: str) -> list[Diagnostic]:
    """Say of each metric that some of its values were read in the other unit."""
    notes = {}
    for i, shift in places.items():
        metric, before = lines[i].metric, lines[i].published
        if metric is None or metric.name in notes:
            continue
        theirs, ours = ("fractions", "per cent") if shift > 0 else ("per cent", "fractions")
        text = (
            f"{metric.name} is published in {theirs} and printed in {ours} here: {before.printed} "
            f"is read as {shifted(before, shift).value:.6g}"
        )
        hint = "" if shift > 0 else f"--unit {metric.name}=% prints per cent"
        notes[metric.name] = Diagnostic(Severity.NOTE, file, text, hint, "unit")
    return list(notes.values())


def near(line: Line, results: Results) -> str:
    """The names that the runs have, where one is not among them; or what an average lacks."""
    one = line.published
    average = tight(one.dataset) in AVERAGES
    if line.metric is None:
        return listed("metrics", results.metrics)
    if named(one.method, results.methods) is None:
        return listed("methods", results.methods)
    if not average and named(one.dataset, results.datasets) is None:
        return listed("datasets", results.datasets)
    if average and len(results.datasets) > 1:
        return f"an average takes runs on all {len(results.datasets)} datasets"
    return ""


def listed(what: str, known: Iterable[Named]) -> str:
    """The first of these names."""
    names = [one.name for one in known]
    more = ", …" if len(names) > LISTED else ""
    return f"{what} of the runs: {', '.join(names[:LISTED])}{more}"
