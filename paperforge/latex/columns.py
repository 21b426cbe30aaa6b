"""The columns of an analysis: which spread is printed, and by which rule each column is rounded.

Tables and the text's macros read the same rules (`column_rules`), so they print the same number.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from paperforge.errors import UsageError
from paperforge.latex.rounding import MAX_DECIMALS, Numbers, Rounding, rules_for
from paperforge.spec import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.model import Aggregate, Analysis

    Columns = Mapping[tuple[str, str | None], Mapping[str, Aggregate]]

SPREADS = ("sd", "se", "ci", "none")


def spread_kind(analysis: Analysis, metric: str, asked: str = "") -> str:
    """Which spread of a metric is printed: as asked, else sd of seeds, se of examples, else none.

    Over examples the standard deviation of a score of 0 or 1 says no more than its mean, so the
    standard error is the default there. Raises UsageError for an unknown name.
    """
    if asked and asked not in SPREADS:
        raise UsageError(f'there is no spread "{asked}"', "spread", f"one of {', '.join(SPREADS)}")
    unit = analysis.design.of(metric).unit
    return asked or ("sd" if unit.of_runs else "se" if unit is Unit.EXAMPLE else "none")


def spread_of(aggregate: Aggregate, kind: str) -> float | None:
    """The spread of that kind, in printed units; None where the cell has none."""
    return spreads_of([aggregate], kind)[0]


def spreads_of(aggregates: Sequence[Aggregate], kind: str) -> list[float | None]:
    """spread_of() each."""
    if kind == "sd":
        return [one.sd for one in aggregates]
    if kind == "se":
        return [one.se for one in aggregates]
    return [one.half_width if kind == "ci" else None for one in aggregates]


def columns_of(analysis: Analysis) -> Columns:
    """(metric, dataset) -> its aggregates by method; dataset None is the average."""
    columns: dict[tuple[str, str | None], dict[str, Aggregate]] = defaultdict(dict)
    for one in analysis.aggregates:
        columns[one.metric, one.dataset][one.method] = one
    return dict(columns)


def rule_of(rule: Rounding, aggregate: Aggregate) -> Rounding:
    """The rule of one number of a column: what is quoted keeps the decimals that it was printed in.

    Tables and the text's macros both ask, so they print the same number.
    """
    quote = aggregate.quoted
    if quote is None or quote.digits is None or rule.scientific:
        return rule
    return replace(rule, decimals=min(max(quote.digits, 0), MAX_DECIMALS))


def column_rules(
    analysis: Analysis, spread: str = "", columns: Columns | None = None
) -> Mapping[tuple[str, str | None], Rounding]:
    """(metric, dataset) -> its rule, from all methods; `columns`: those of the analysis, if known.

    All methods count, also those that a table leaves out: a number prints alike in every table and
    in the text. Where the printed spread is "none", or a cell lacks it, the column's other
    uncertainties (sd, then se) still say which digits mean something. Numbers quoted from papers
    decide only where there are no others. All columns of a metric have one notation.
    """
    digits = {metric.name: metric.digits for metric in analysis.metrics}
    of_metric: dict[str, dict[str | None, Numbers]] = defaultdict(dict)
    for (metric, dataset), cells in (columns or columns_of(analysis)).items():
        filled = [c for c in cells.values() if c.mean is not None]
        filled = [c for c in filled if c.quoted is None] or filled
        spreads: list[float | None] = []
        for name in (spread_kind(analysis, metric, spread), spread_kind(analysis, metric), "se"):
            spreads = spreads_of(filled, name)
            if any(s is not None for s in spreads):
                break
        of_metric[metric][dataset] = Numbers([cast("float", c.mean) for c in filled], spreads)
    return {
        (metric, dataset): rule
        for metric, found in of_metric.items()
        for dataset, rule in zip(
            found, rules_for(list(found.values()), digits.get(metric)), strict=True
        )
    }
