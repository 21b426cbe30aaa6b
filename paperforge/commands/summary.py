"""What results hold, for people: runs of each method on each dataset, with holes and failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from paperforge.commands.text import aligned, elide, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.results.survey import Cell, Failed, Survey

SYMBOLS = {"crashed": "×", "out of memory": "M", "not finite": "∞", "diverged": "∞", "running": "…"}
MEANING = {"–": "none", "×": "crashed", "M": "out of memory", "∞": "not finite", "…": "running"}
_LEGEND = "–×M∞…"
MOST_GRIDS = 4
"""Grids of metrics that differ; of more it is only said that there are some."""
_MOST_LINES = 24
_MOST_HOLES = 6
_MOST_NAMES = 3
_LONGEST = 28
_SHORTEST = 8
_INDENT = 2


@dataclass(frozen=True, slots=True)
class _Grid:
    """The cells of metrics that agree; `rows` and `columns` are names that stand for several."""

    cells: Mapping[tuple[str, str], Cell]
    methods: Sequence[str]
    datasets: Sequence[str]


def render(survey: Survey, width: int) -> str:
    """The whole summary; no line of it is wider than `width` where names can be cut."""
    blocks = [_head(survey)]
    grids = _grids(survey)
    shown = list(grids.items())[:MOST_GRIDS]
    for grid, metrics in shown:
        title = _listed(metrics, _MOST_NAMES * 2) if len(grids) > 1 else ""
        blocks.append("\n".join(filter(None, (title, _drawn(survey, dict(grid), width)))))
    if len(grids) > len(shown):
        rest = sum(len(metrics) for metrics in list(grids.values())[MOST_GRIDS:])
        blocks.append(f"… and {rest} more metrics with other holes; --metric NAME shows one")
    notes = [*_missing(survey, shown), *_troubles(survey)]
    legend = _legend("".join(blocks[1:]))
    return "\n\n".join(filter(None, (*blocks, "\n".join(notes), legend)))


def _head(survey: Survey) -> str:
    datasets = [name for name in survey.datasets if name]
    found = [
        _count(survey.rows, "row"),
        _count(survey.runs, "run"),
        _count(len(survey.methods), "method")
        + (f" × {_count(len(datasets), 'dataset')}" if datasets else "")
        + (f" × {_count(survey.seeds, 'seed')}" if survey.seeds else ""),
        _count(len(survey.metrics), "metric"),
    ]
    return click.style(" · ".join(found), bold=True)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _grids(survey: Survey) -> dict[tuple[tuple[tuple[str, str], Cell], ...], list[str]]:
    """What the cells hold -> the metrics of which that is true, the most common first."""
    by_metric: dict[str, dict[tuple[str, str], Cell]] = {m: {} for m in survey.metrics}
    for (metric, method, dataset), cell in survey.cells.items():
        if metric in by_metric:
            by_metric[metric][method, dataset] = cell
    # Rows without a metric say what became of a run of which nothing was measured.
    for (metric, method, dataset), cell in survey.cells.items():
        for cells in by_metric.values() if not metric else ():
            cells.setdefault((method, dataset), cell)
    grids: dict[tuple[tuple[tuple[str, str], Cell], ...], list[str]] = {}
    for metric, cells in by_metric.items():
        grids.setdefault(tuple(sorted(cells.items(), key=lambda item: item[0])), []).append(metric)
    return dict(sorted(grids.items(), key=lambda item: -len(item[1])))


def _drawn(survey: Survey, cells: Mapping[tuple[str, str], Cell], width: int) -> str:
    """The grid as it is; where it is too big with equal rows and columns joined, else as a list."""
    expected = _expected(cells)
    texts = {
        (m, d): _text(cells.get((m, d)), expected.get((m, d), 0))
        for m in survey.methods
        for d in survey.datasets
    }
    whole = _table(texts, [(m,) for m in survey.methods], [(d,) for d in survey.datasets])
    if _fits(whole, width):
        return _coloured(whole)
    rows = _joined(survey.methods, lambda m: tuple(texts[m, d] for d in survey.datasets))
    columns = _joined(survey.datasets, lambda d: tuple(texts[m, d] for m in survey.methods))
    joined = _table(texts, rows, columns)
    if _fits(joined, width):
        return _coloured(joined)
    return _list(texts, rows, survey.datasets, width)


def _expected(cells: Mapping[tuple[str, str], Cell]) -> dict[tuple[str, str], int]:
    """How many seeds each cell should have: those of all cells with which it shares some."""
    return {
        place: len(cell.seeds | _missing_seeds(cell, cells))
        for place, cell in cells.items()
        if cell.seeds
    }


def _missing_seeds(cell: Cell, cells: Mapping[tuple[str, str], Cell]) -> frozenset[str]:
    if not cell.seeds:
        return frozenset()
    others = {other.seeds for other in cells.values() if other.seeds & cell.seeds}
    return frozenset().union(*others) - cell.seeds


def _text(cell: Cell | None, expected: int) -> str:
    if cell is None:
        return "–"
    if not cell.runs:
        return SYMBOLS.get(cell.status, "–")
    count = f"{cell.runs}/{expected}" if expected > len(cell.seeds) else str(cell.runs)
    return f"{count} ({cell.examples:,})" if cell.examples else count


def _joined(names: Sequence[str], holds: object) -> list[tuple[str, ...]]:
    """Names of which the same is true, together, in the order of the first."""
    groups: dict[object, list[str]] = {}
    for name in names:
        groups.setdefault(holds(name), []).append(name)  # type: ignore[operator]  # a function
    return [tuple(group) for group in groups.values()]


def _table(
    texts: Mapping[tuple[str, str], str],
    rows: Sequence[tuple[str, ...]],
    columns: Sequence[tuple[str, ...]],
) -> list[str]:
    head = ["", *(_group(c) or "runs" for c in columns)]
    body = [[_group(r) or "–", *(texts[r[0], c[0]] for c in columns)] for r in rows]
    lines = aligned([head, *body], left=(0,))
    return [" " * _INDENT + line for line in lines]


def _group(names: Sequence[str]) -> str:
    """A name, or the first of several and how many more."""
    name = elide(printable(names[0]), _LONGEST)
    return f"{name} +{len(names) - 1}" if len(names) > 1 else name


def _fits(lines: Sequence[str], width: int) -> bool:
    return max(map(len, lines)) <= width and len(lines) <= _MOST_LINES


def _coloured(lines: Sequence[str]) -> str:
    """Holes in yellow, failures in red, the head dim."""
    head, *body = lines
    painted = []
    for line in body:
        for symbol in "×M∞":
            line = line.replace(f"  {symbol}", "  " + click.style(symbol, fg="red"))  # noqa: PLW2901
        painted.append(line.replace("  –", "  " + click.style("–", fg="yellow")))
    return "\n".join([click.style(head, dim=True), *painted])


def _list(
    texts: Mapping[tuple[str, str], str],
    rows: Sequence[tuple[str, ...]],
    datasets: Sequence[str],
    width: int,
) -> str:
    """A line a method: on how many datasets it has runs, and where it has fewer or none."""
    shown = rows[:_MOST_LINES]
    names = [_group(row) for row in shown]
    indent = max(map(len, names))
    lines = []
    for row, name in zip(shown, names, strict=True):
        holes = [(texts[row[0], d], d) for d in datasets if not texts[row[0], d][0].isdigit()]
        fewer = [(texts[row[0], d], d) for d in datasets if "/" in texts[row[0], d]]
        said = f"on {len(datasets) - len(holes)} of {len(datasets)} datasets"
        if holes or fewer:
            said += "; " + ", ".join(f"{d} {t}" for t, d in (*holes, *fewer))
        lines.append(
            elide(f"{'':{_INDENT}}{name:{indent}}  {printable(said)}", width, middle=False)
        )
    if len(rows) > len(shown):
        lines.append(f"{'':{_INDENT}}… and {len(rows) - len(shown)} more methods")
    return "\n".join(lines)


def _missing(survey: Survey, grids: Sequence[tuple[object, list[str]]]) -> list[str]:
    """Lines like "seed 3 missing for lora on digits", for the first grid that misses some."""
    for grid, _ in grids:
        cells: dict[tuple[str, str], Cell] = dict(grid)  # type: ignore[call-overload]  # its items
        found: dict[tuple[str, frozenset[str]], list[str]] = {}
        for (method, dataset), cell in cells.items():
            if missing := _missing_seeds(cell, cells):
                found.setdefault((method, missing), []).append(dataset)
        if found:
            order = {name: place for place, name in enumerate(survey.methods)}
            lines = [
                f"{_seeds(missing)} missing for {printable(method)}"
                + (
                    f" on {_listed(named, _MOST_NAMES)}"
                    if (named := list(filter(None, on)))
                    else ""
                )
                for (method, missing), on in sorted(found.items(), key=lambda i: order[i[0][0]])
            ]
            more = len(lines) - _MOST_HOLES
            return lines[:_MOST_HOLES] + ([f"… and {more} more like this"] if more > 0 else [])
    return []


def _seeds(seeds: frozenset[str]) -> str:
    ordered = sorted(seeds, key=lambda s: (len(s), s) if s.isdigit() else (99, s))
    return f"seed{'s' if len(ordered) > 1 else ''} {_listed(ordered, _MOST_NAMES * 2)}"


def _listed(names: Sequence[str], most: int) -> str:
    shown = ", ".join(elide(printable(name), _LONGEST) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _troubles(survey: Survey) -> list[str]:
    """Replaced rows, odd values, and the runs that failed, are running or deleted."""
    lines = []
    if survey.replaced:
        text = f"{_count(survey.replaced, 'row')} replaced by a later write (kept 0)"
        lines.append(f"{text}, the first: {printable(survey.replaced_at)}")
    if survey.not_finite:
        text = f"{_count(survey.not_finite, 'value')} NaN or infinite"
        lines.append(f"{text}, the first: {printable(survey.not_finite_at)}")
    lines += [_failure(one) for one in survey.failed]
    return lines


def _failure(one: Failed) -> str:
    words = {"parent": "parent of nested runs"}
    few = "; ".join(printable(name) for name in one.few)
    more = f"; and {one.count - len(one.few)} more" if one.count > len(one.few) else ""
    return f"{_count(one.count, 'run')} {words.get(one.status, one.status)}: {few}{more}"


def _legend(text: str) -> str:
    used = [
        f"{symbol} {MEANING[symbol]}" for symbol in _LEGEND if f"  {symbol}" in click.unstyle(text)
    ]
    if "/" in text:
        used.append("4/5: 4 of 5 seeds")
    if "(" in text:
        used.append("(n): examples")
    return click.style("  " + ", ".join(used), dim=True) if used else ""
