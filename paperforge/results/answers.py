"""What each example's row says beside its score: the true class, the answer, the confidence.

These columns have no role: the tidy relation leaves them out. They are counted in the engine, over
the rows that the final values come from, so that dropped, doubled and failed rows do not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.model import Binned, Confusion, Diagnostic, Severity
from paperforge.names import ordered, plain
from paperforge.numbers import trimmed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from paperforge.model import Raw
    from paperforge.results.sources import Input
    from paperforge.spec import Source

OTHER = "other"
HITS = "accuracy"
_PERCENT = 100.0
_PARTS = re.compile(r"^-?[0-9]+|[0-9]+|[^0-9]+")
_ROUNDED = 9
"""Decimals to which an edge of a bin is an edge: .7 x 10 is 7.000000000000001."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The rows of a loading that have such columns; only while its relations are open."""

    engine: duckdb.DuckDBPyConnection
    inputs: Sequence[Input]
    cells: tuple[tuple[str, str], ...]
    """(method, dataset) in the order of the paper."""

    def confusions(self, most: int) -> tuple[Confusion, ...]:
        """Count true class and answer of every cell; beyond `most` classes the rest is "other".

        Raises InputError where no store has both columns.
        """
        self._answers("truth", "answer")
        found = self.engine.execute(
            "WITH sizes AS (SELECT dataset, name, sum(n) AS n FROM (SELECT dataset, truth AS name, "
            "count(*) AS n FROM answers GROUP BY ALL UNION ALL SELECT dataset, answer, 0 "
            "FROM answers GROUP BY ALL) GROUP BY ALL), "
            "ranked AS (SELECT *, count(*) OVER (PARTITION BY dataset) AS all_of_them, "
            "row_number() OVER (PARTITION BY dataset ORDER BY n DESC, name) AS place FROM sizes), "
            f"named AS (SELECT dataset, name, all_of_them > {most} AND place >= {most} AS rare "
            "FROM ranked), "
            "told AS (SELECT a.method, a.dataset, CASE WHEN t.rare THEN NULL ELSE truth END AS t, "
            "CASE WHEN p.rare THEN NULL ELSE answer END AS p FROM answers a "
            "JOIN named t ON t.dataset = a.dataset AND t.name = truth "
            "JOIN named p ON p.dataset = a.dataset AND p.name = answer) "
            "SELECT method, dataset, t, p, count(*) FROM told GROUP BY ALL"
        ).fetchall()
        sizes: dict[str, int] = dict(
            self.engine.execute(
                "SELECT dataset, count(DISTINCT name) FROM (SELECT dataset, truth AS name "
                "FROM answers UNION SELECT dataset, answer FROM answers) GROUP BY 1"
            ).fetchall()
        )
        counts: dict[tuple[str, str], dict[tuple[str | None, str | None], int]] = {}
        classes: dict[str, set[str | None]] = {}
        for method, dataset, true, said, n in found:
            counts.setdefault((method, dataset), {})[true, said] = n
            classes.setdefault(dataset, set()).update((true, said))
        runs = self._runs()
        return tuple(
            _matrix(cell, counts[cell], classes[cell[1]], runs[cell], sizes[cell[1]])
            for cell in self.cells
            if cell in counts
        )

    def confidences(self, metric: str, bins: int, binning: str) -> tuple[Binned, ...]:
        """Count every cell's answers by their confidence, in `bins` bins of equal width or mass.

        metric: which says 0 or 1 of every answer. Raises InputError where no store has a column of
        confidences, where they are no shares, or where the metric is not 0 or 1.
        """
        self._answers("confidence", metric=metric)
        self._check(metric)
        over = f"ceil(round(p * {bins}, {_ROUNDED}))"
        if binning == "mass":
            over = (
                f"ceil(round({bins} * cume_dist() OVER (PARTITION BY method, dataset "
                f"ORDER BY p), {_ROUNDED}))"
            )
        found = self.engine.execute(
            "SELECT method, dataset, bin, count(*), count(DISTINCT coalesce(example, "
            "place::VARCHAR)), sum(value), fsum(p), min(p), max(p) FROM (SELECT *, "
            f"least(greatest({over}, 1), {bins})::INTEGER AS bin FROM answers) "
            "GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        runs = self._runs()
        made = []
        for cell in self.cells:
            rows = {row[2]: row[3:] for row in found if tuple(row[:2]) == cell}
            if rows:
                edges, counts = _binned(rows, bins, by_mass=binning == "mass")
                made.append(Binned(metric, *cell, edges, counts, runs[cell], binning, bins))
        return tuple(made)

    def _check(self, metric: str) -> None:
        """Scale percentages to shares. Raises InputError where these are no shares, or no hits."""
        low, high, hits = self.engine.execute(
            "SELECT min(p), max(p), bool_and(value IN (0, 1)) FROM answers"
        ).fetchone() or (None, None, None)
        if not hits:
            raise InputError(
                f"{metric} is not 0 or 1 of every answer",
                "reliability",
                "name the metric that says whether an answer is right: --metric NAME",
            )
        if low < 0 or high > _PERCENT:
            raise InputError(
                f"the confidences lie between {low:g} and {high:g}, not between 0 and 1",
                "reliability",
                "write probabilities: of a logarithm its exponential, of a logit its sigmoid",
            )
        if high > 1:
            self.engine.execute(f"UPDATE answers SET p = p / {_PERCENT}")

    def _runs(self) -> dict[tuple[str, str], int]:
        found = self.engine.execute(
            "SELECT method, dataset, count(DISTINCT key) FROM answers GROUP BY ALL"
        ).fetchall()
        return {(method, dataset): int(n) for method, dataset, n in found}

    def _answers(self, *kinds: str, metric: str = "") -> None:
        """Make `answers`: a row for each final row that has all the columns."""
        selects = []
        for number, one in enumerate(self.inputs):
            columns = {kind: column_of(one.raw.columns, kind) for kind in kinds}
            if not all(columns.values()):
                continue
            said = ", ".join(f"{_class(f'r.{identifier(c)}')} AS {k}" for k, c in columns.items())
            wanted = literal(metric) if metric else self._first(number)
            selects.append(
                "SELECT f.method, f.dataset, f.key, f.example, f.value, "
                f"f.file::VARCHAR || ' ' || f.row AS place, {said} FROM final f "
                f"JOIN {identifier(one.raw.table)} r ON r.__row = f.row "
                f"WHERE f.file = {number}::SMALLINT AND f.metric = {wanted}"
            )
        if not selects:
            raise _lacking(kinds, self.inputs)
        numbers = "confidence" in kinds
        read = "TRY_CAST(rtrim(confidence, ' %') AS DOUBLE) AS p" if numbers else "NULL AS p"
        filled = "isfinite(p) AND isfinite(value)" if numbers else "truth <> '' AND answer <> ''"
        self.engine.execute(
            f"CREATE OR REPLACE TEMP TABLE answers AS SELECT *, {read} "
            f"FROM ({' UNION ALL BY NAME '.join(selects)}) WHERE {filled}"
        )
        if not self.engine.execute("SELECT 1 FROM answers LIMIT 1").fetchone():
            raise _lacking(kinds, self.inputs)

    def _first(self, number: int) -> str:
        """SQL of one metric of a file: each of its rows counts once."""
        return f"(SELECT min(metric) FROM final WHERE file = {number}::SMALLINT)"


def with_hits(engine: duckdb.DuckDBPyConnection, raw: Raw, source: Source) -> Raw | None:
    """The relation with a column `accuracy`: 1 where true and predicted class are the same, else 0.

    None where there are no such columns, or what they hold are no classes but numbers with
    decimals, of which hardly two are the same.
    """
    columns = [column_of(raw.columns, kind) for kind in ("truth", "answer")]
    if not all(columns) or HITS in raw.columns or raw.known:
        return None
    truth, answer = (_class(identifier(column)) for column in columns)
    table, view = identifier(raw.table), f"{raw.table} hits"
    several, decimals = engine.execute(
        f"SELECT count(DISTINCT {truth}) * 2 <= count(*), "
        f"bool_or(regexp_matches({truth}, '^[-+]?[0-9]*[.][0-9]+$')) FROM {table}"
    ).fetchone() or (False, True)
    if not several or decimals:
        return None
    engine.execute(
        f"CREATE VIEW {identifier(view)} AS SELECT *, ({truth} = {answer})::INTEGER AS {HITS} "
        f"FROM {table}"
    )
    text = f"{HITS} is made of {columns[0]!r} and {columns[1]!r}: 1 where they are the same"
    note = Diagnostic(Severity.NOTE, source.path.name, text)
    return replace(raw, table=view, columns=(*raw.columns, HITS), notes=(*raw.notes, note))


def _class(column: str) -> str:
    """SQL of the name of a class: without blanks around it, 1.0 is 1, NULL where it is empty."""
    text = f"nullif({trimmed(column + '::VARCHAR')}, '')"
    return f"regexp_replace({text}, '^([-+]?[0-9]+)[.]0+$', '\\1')"


def column_of(columns: Sequence[str], kind: str) -> str:
    """The column that holds the "truth", the "answer" or the "confidence"; empty: there is none."""
    names = {plain(column): column for column in reversed(columns)}
    return next((names[name] for name in ordered(kind) if name in names), "")


def _lacking(kinds: Sequence[str], inputs: Sequence[Input]) -> InputError:
    words = {"truth": "true class", "answer": "predicted class", "confidence": "confidence"}
    what = " and ".join(f"the {words[kind]}" for kind in kinds)
    names = "; ".join(f"{words[kind]}: {', '.join(ordered(kind)[:5])}" for kind in kinds)
    shown = inputs[0].source.shown if inputs else "results"
    return InputError(
        f"has no row of a single example with columns for {what}",
        shown,
        f"call the columns so ({names})",
    )


def _matrix(
    cell: tuple[str, str],
    counts: Mapping[tuple[str | None, str | None], int],
    found: set[str | None],
    runs: int,
    size: int,
) -> Confusion:
    """The counts of one cell as a matrix; None is what all rare classes together are called."""
    own = _ordered(found)
    classes: list[str | None] = [*own, *([None] if None in found else [])]
    rows = tuple(tuple(counts.get((t, p), 0) for p in classes) for t in classes)
    names = tuple(OTHER if name is None else name for name in classes)
    others = size - len(own) if None in found else 0
    return Confusion(*cell, names, rows, runs, others)


def _ordered(names: set[str | None]) -> list[str]:
    """Classes by the alphabet, the numbers in their names by their size."""
    texts = [name for name in names if name is not None]
    return sorted(texts, key=lambda name: ([_part(p) for p in _PARTS.findall(name)], name))


def _part(text: str) -> tuple[int, float, str]:
    return (0, float(text), "") if text.lstrip("-").isdecimal() else (1, 0.0, text)


def _binned(
    rows: dict[int, tuple[int, int, float, float, float, float]], bins: int, *, by_mass: bool
) -> tuple[tuple[tuple[float, float], ...], tuple[tuple[int, int, float, float], ...]]:
    """Edges and counts of the bins. Bins of equal mass: only those that hold something."""
    if not by_mass:
        edges = tuple((b / bins, (b + 1) / bins) for b in range(bins))
        return edges, tuple(rows.get(b + 1, (0, 0, 0.0, 0.0))[:4] for b in range(bins))
    order = sorted(rows)
    highs = [rows[b][5] for b in order]
    first = rows[order[0]][4]
    return tuple(zip([first, *highs], highs, strict=False)), tuple(rows[b][:4] for b in order)
