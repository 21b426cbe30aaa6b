"""What results hold, for people: runs of each method on each dataset, with holes and failures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from paperforge.commands.text import aligned, elide, printable, shortened
from paperforge.commands.text import cells as cells_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from paperforge.results.survey import Cell, Failed, Survey

    Cells: TypeAlias = Mapping[tuple[str, str], Cell]
    """(method, dataset) -> what is there."""
    Texts: TypeAlias = Mapping[tuple[str, str], str]
    """(method, dataset) -> what is printed of it."""
    Groups: TypeAlias = Sequence[tuple[str, ...]]
    """Names that stand together because the same is true of them."""

SYMBOLS = {"crashed": "×", "out of memory": "M", "not finite": "∞", "diverged": "∞", "running": "~"}
MEANING = {"–": "none", "×": "crashed", "M": "out of memory", "∞": "not finite", "~": "running"}
MOST_GRIDS = 4
"""Grids of metrics that differ; of more it is only said that there are some."""
_PART = re.compile(r"\d+/\d+")
_MOST_LINES = 24
_MOST_HOLES = 6
_MOST_NAMES = 3
_LONGEST = 28
_SHORTEST = 8
"""Letters of a name in a grid."""
_INDENT = 2
_PAD = " " * _INDENT


def render(survey: Survey, width: int) -> str:
    """The whole summary; no line of a grid is wider than `width`."""
    grids = _grids(survey)
    first, *others = [_texts(survey, cells) for cells, _ in grids] or [{}]
    blocks = [_drawn(survey, first, width)] if first else []
    for texts, (_, metrics) in zip(others[: MOST_GRIDS - 1], grids[1:], strict=False):
        name = _listed(metrics, _MOST_NAMES)
        blocks.append(
            _difference(survey, first, texts, name) or f"{name}\n{_drawn(survey, texts, width)}"
        )
    if others and blocks:
        blocks[0] = f"{_listed(grids[0][1], _MOST_NAMES)}\n{blocks[0]}"
    rest = sum(len(metrics) for _, metrics in grids[MOST_GRIDS:])
    if rest:
        blocks.append(f"… and {_count(rest, 'metric')} with other holes; --metric NAME shows one")
    notes = [*_missing(survey, grids), *_troubles(survey)]
    legend = _legend([first, *others])
    return "\n\n".join(filter(None, (_head(survey), *blocks, "\n".join(notes), legend)))


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


def _grids(survey: Survey) -> list[tuple[Cells, list[str]]]:
    """What the cells hold, and the metrics of which that is true; the most common first."""
    by_metric: dict[str, dict[tuple[str, str], Cell]] = {m: {} for m in survey.metrics}
    for (metric, *place), cell in survey.cells.items():
        if metric in by_metric:
            by_metric[metric][place[0], place[1]] = cell
    # Rows without a metric say what became of a run of which nothing was measured.
    for (metric, *place), cell in survey.cells.items():
        for cells in by_metric.values() if not metric else ():
            cells.setdefault((place[0], place[1]), cell)
    grids: list[tuple[Cells, list[str]]] = []
    seen: list[Texts] = []
    for metric, cells in by_metric.items():
        texts = _texts(survey, cells)
        if texts in seen:
            grids[seen.index(texts)][1].append(metric)
        else:
            seen.append(texts)
            grids.append((cells, [metric]))
    return sorted(grids, key=lambda grid: -len(grid[1]))


def _texts(survey: Survey, cells: Cells) -> dict[tuple[str, str], str]:
    """What is printed of each cell."""
    expected = {
        place: len(cell.seeds | _missing_seeds(cell, cells)) for place, cell in cells.items()
    }
    return {
        (m, d): _text(cells.get((m, d)), expected.get((m, d), 0))
        for m in survey.methods
        for d in survey.datasets
    }


def _missing_seeds(cell: Cell, cells: Cells) -> frozenset[str]:
    """The seeds of all cells with which it shares some, that it does not have."""
    if not cell.seeds:
        return frozenset()
    others = {other.seeds for other in cells.values() if other.seeds & cell.seeds}
    return frozenset().union(*others) - cell.seeds


def _text(cell: Cell | None, expected: int) -> str:
    if cell is None:
        return "–"
    if not cell.runs:
        return SYMBOLS.get(cell.status, "–")
    count = f"{cell.runs}/{expected}" if expected > len(cell.seeds) > 0 else str(cell.runs)
    return f"{count} ({cell.examples:,})" if cell.examples else count


def _difference(survey: Survey, first: Texts, texts: Texts, name: str) -> str:
    """Where a grid is not as the first one, if that is in few places; else empty."""
    found: dict[tuple[str, str], list[str]] = {}
    for (method, dataset), text in texts.items():
        if text != first[method, dataset]:
            found.setdefault((method, text), []).append(dataset)
    if len(found) > min(_MOST_HOLES, max(2, len(survey.methods) // 2)):
        return ""
    lines = [f"{name}: the same but for"]
    for (method, text), on in found.items():
        where = (
            "everywhere" if len(on) == len(survey.datasets) else f"on {_listed(on, _MOST_NAMES)}"
        )
        lines.append(f"{_PAD}{printable(method)}  {text}" + (f"  {where}" if any(on) else ""))
    return "\n".join(lines)


def _drawn(survey: Survey, texts: Texts, width: int) -> str:
    """The grid as it is; where it is too big with equal rows and columns joined, else as a list."""
    rows: Groups = [(m,) for m in survey.methods]
    columns: Groups = [(d,) for d in survey.datasets]
    whole = _roomy(texts, rows, columns, width)
    if whole:
        return _coloured(whole)
    rows = _joined(survey.methods, lambda m: tuple(texts[m, d] for d in survey.datasets))
    columns = _joined(survey.datasets, lambda d: tuple(texts[m, d] for m in survey.methods))
    if len(rows) == len(columns) == 1:
        return _all_alike(survey, texts, width)
    joined = _roomy(texts, rows, columns, width)
    return _coloured(joined) if joined else _list(texts, rows, survey.datasets, width)


def _all_alike(survey: Survey, texts: Texts, width: int) -> str:
    """The names, and what is true of each method on each dataset."""
    told = {
        "methods": ", ".join(survey.methods),
        "datasets": ", ".join(survey.datasets),
        "each": texts[survey.methods[0], survey.datasets[0]],
    }
    lines = (f"{_PAD}{what:8}  {printable(text)}" for what, text in told.items())
    return "\n".join(elide(line, width, keep="start") for line in lines)


def _roomy(texts: Texts, rows: Groups, columns: Groups, width: int) -> list[str]:
    """The lines of the grid with names as long as fit; empty: it does not fit."""
    if len(rows) >= _MOST_LINES:
        return []
    lengths = [(_LONGEST, n) for n in range(_LONGEST, _SHORTEST - 1, -2)]
    lengths += [(n, _SHORTEST) for n in range(_LONGEST - 2, 2 * _SHORTEST, -2)]
    for of_methods, of_datasets in lengths:
        lines = _table(texts, rows, columns, of_methods, of_datasets)
        if max(map(cells_of, lines)) <= width:
            return lines
    return []


def _joined(names: Sequence[str], holds: Callable[[str], object]) -> Groups:
    """Names of which the same is true, together, in the order of the first."""
    groups: dict[object, list[str]] = {}
    for name in names:
        groups.setdefault(holds(name), []).append(name)
    return [tuple(group) for group in groups.values()]


def _table(
    texts: Texts, rows: Groups, columns: Groups, of_methods: int, of_datasets: int
) -> list[str]:
    """The lines of a grid whose names have at most so many letters."""
    head = ["", *(name or "runs" for name in _named(columns, of_datasets))]
    body = [
        [name or "–", *(texts[row[0], column[0]] for column in columns)]
        for row, name in zip(rows, _named(rows, of_methods), strict=True)
    ]
    return [_PAD + line for line in aligned([head, *body], left=(0,))]


def _named(groups: Groups, length: int) -> list[str]:
    """A name for each group: its own, or the first of several and how many more."""
    names = shortened([printable(group[0]) for group in groups], length)
    return [
        f"{name} +{len(group) - 1}" if len(group) > 1 else name
        for name, group in zip(names, groups, strict=True)
    ]


def _coloured(lines: Sequence[str]) -> str:
    """Holes in yellow, failures in red, the head dim."""
    head, *body = lines
    painted = []
    for line in body:
        for symbol in "×M∞":
            line = line.replace(f"  {symbol}", "  " + click.style(symbol, fg="red"))  # noqa: PLW2901
        painted.append(line.replace("  –", "  " + click.style("–", fg="yellow")))
    return "\n".join([click.style(head, dim=True), *painted])


def _list(texts: Texts, rows: Groups, datasets: Sequence[str], width: int) -> str:
    """A line a method: on how many datasets it has runs, and where it has fewer or none."""
    shown = rows[:_MOST_LINES]
    names = _named(shown, _LONGEST)
    lines = []
    for row, name in zip(shown, names, strict=True):
        said: dict[str, list[str]] = {}
        for dataset in datasets:
            said.setdefault(texts[row[0], dataset], []).append(dataset)
        odd = {text: on for text, on in said.items() if not text[0].isdigit() or "/" in text}
        holes = sum(len(on) for text, on in odd.items() if not text[0].isdigit())
        text = f"{len(datasets) - holes} of {len(datasets)} datasets"
        if odd:
            text += ": " + "; ".join(f"{text} on {', '.join(on)}" for text, on in odd.items())
        whole = f"{_PAD}{name:{max(map(len, names))}}  {printable(text)}"
        lines.append(elide(whole, width, keep="start"))
    if len(rows) > len(shown):
        lines.append(f"{_PAD}… and {_count(len(rows) - len(shown), 'more method')}")
    return "\n".join(lines)


def _missing(survey: Survey, grids: Sequence[tuple[Cells, list[str]]]) -> list[str]:
    """Lines like "seed 3 missing for lora on digits"; of the first grid, then what others add."""
    lines: dict[str, str] = {}
    order = {name: place for place, name in enumerate(survey.methods)}
    for cells, metrics in grids:
        found: dict[tuple[str, frozenset[str]], list[str]] = {}
        for (method, dataset), cell in cells.items():
            if missing := _missing_seeds(cell, cells):
                found.setdefault((method, missing), []).append(dataset)
        for (method, missing), on in sorted(found.items(), key=lambda item: order[item[0][0]]):
            text = f"{_seeds(missing)} missing for {printable(method)}"
            text += f" on {_listed(on, _MOST_NAMES)}" if any(on) else ""
            lines.setdefault(text, "" if cells is grids[0][0] else f" ({_listed(metrics, 2)})")
    more = len(lines) - _MOST_HOLES
    shown = [text + suffix for text, suffix in lines.items()][:_MOST_HOLES]
    return shown + ([f"… and {more} more like this"] if more > 0 else [])


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


def _legend(grids: Iterable[Texts]) -> str:
    """What the signs in the grids mean."""
    texts = {text for grid in grids for text in grid.values()}
    used = [f"{symbol} {meaning}" for symbol, meaning in MEANING.items() if symbol in texts]
    if parts := sorted(part[0] for text in texts if (part := _PART.match(text))):
        used.append(f"{parts[0]}: {parts[0].replace('/', ' of ')} seeds")
    if any("(" in text for text in texts):
        used.append("(n): examples")
    return click.style(_PAD + ", ".join(used), dim=True) if used else ""
