"""Fractions in one cell and percent in another: one metric on two scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity
from paperforge.names import is_fraction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from paperforge.spec import Metric

    Cell = tuple[str, str, float, float, str]
    """Method, dataset, smallest and largest number, file."""

PERCENT = 100.0
_LEAST_PERCENT = 1.5
"""A number above this is no fraction, whatever it was rounded to."""
_NEAR = 3.0
"""A fraction times 100 is taken for the same thing as a percentage if they are so far apart."""
_WARNED = "write all of them as fractions, or all as percent: nothing is scaled for you"
_REFUSED = (
    "write all of them as fractions, or all as percent; scale = 1 of [metrics.{}] in paper.toml "
    "says that they are meant as they stand"
)


def mixed(
    engine: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    signed: frozenset[str],
    declared: Mapping[str, Mapping[str, object]],
) -> list[Diagnostic]:
    """Metrics that are fractions in one cell and percent in another; nothing is scaled.

    An error, with which nothing is compared, where that cannot be meant: the metric is a share by
    its name, and on one dataset two methods are about 100 times apart. signed: metrics whose
    numbers are all written with a percent sign; they and those with a declared scale of 1 are
    as they stand.
    """
    said = []
    for metric in metrics:
        share, as_it_is = is_fraction(metric.name), declared.get(metric.name, {}).get("scale") == 1
        if (metric.unit != "%" and not share) or metric.name in signed or as_it_is:
            continue
        rows: list[Cell] = engine.execute(
            "SELECT method, dataset, min(low), max(high), arg_min(shown, file) "
            "FROM final JOIN sources USING (file) "
            "WHERE metric = $1 AND finite > 0 GROUP BY 1, 2 ORDER BY 1, 2",
            [metric.name],
        ).fetchall()
        fractions = [row for row in rows if row[2] >= 0 and 0 < row[3] <= 1]
        percents = [row for row in rows if _LEAST_PERCENT < row[3] <= PERCENT and row[2] >= 0]
        apart = [(x, y) for x in fractions for y in percents if share and _hundredfold(x, y)]
        if apart:
            said.append(_refused(metric.name, *apart[0]))
        elif fractions and percents:
            text = f"fractions and percent seem mixed: {_both(fractions[0], percents[0])}"
            said.append(Diagnostic(Severity.WARNING, metric.name, text, _WARNED))
    return said


def _hundredfold(fraction: Cell, percent: Cell) -> bool:
    """Whether the two cells are of one dataset, and hardly apart but for a factor of 100."""
    times = PERCENT * fraction[3] / percent[3]
    return fraction[1] == percent[1] and 1 / _NEAR <= times <= _NEAR


def _refused(metric: str, fraction: Cell, percent: Cell) -> Diagnostic:
    """Nothing can be compared: where, what, and the next move."""
    where = ", ".join(dict.fromkeys((fraction[4], percent[4])))
    text = f"{metric} mixes fractions and percent: {_both(fraction, percent)}"
    return Diagnostic(Severity.ERROR, where, text, _REFUSED.format(metric))


def _both(fraction: Cell, percent: Cell) -> str:
    """The largest number of both, and whose it is."""
    named = (f"{cell[3]:g} for {', '.join(filter(None, cell[:2]))}" for cell in (fraction, percent))
    return ", and ".join(named)
