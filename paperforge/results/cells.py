"""One input in one pass of the engine: a row for all rows of a cell's replicate (condensed.py)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge import stores
from paperforge.engine import identifier
from paperforge.numbers import Style, number
from paperforge.results import shapes
from paperforge.results.first_rows import FirstRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from paperforge.model import Proof
    from paperforge.results.sources import Input

_NAMING = ("run", "method", "dataset", "seed", "fold", "split", "metric", "status")
"""The roles by which rows are told apart, but for step and example."""
_OF_EXAMPLES = ("method", "dataset", "split", "metric")
_HIDDEN = ("__unit", "__at")
_TOLD_APART = ("__unit", "__summary")
"""Keys of a cell that a row of nothing has too."""


class Lean(Exception):
    """A number may be written 1_000, which the engine takes for one, or is not finite."""


class Unproven(Exception):
    """The files are not what their store took them for (Raw.proof)."""


class Odd(Exception):
    """The rows hold something that one pass cannot account for."""


class Cells:
    """One input in one pass."""

    def __init__(
        self, engine: duckdb.DuckDBPyConnection, file: int, one: Input, *, lean: bool
    ) -> None:
        self.engine, self.file, self.one = engine, file, one
        roles = one.mapped.roles
        self.where = shapes.where(engine, one)
        kinds = self._numbers() if lean and one.raw.castable else {}
        self.rows = f"SELECT * FROM {identifier(one.raw.table)}"
        if one.raw.castable:
            self.rows = stores.typed(one.file.found, kinds)
        self.types = {**one.types, **kinds}
        self.styles = {**one.styles, **{c: Style(typed=True) for c in kinds if c in one.styles}}
        self.lean = lean and all(style.typed for style in self.styles.values())
        self.keys = list(dict.fromkeys(roles[role] for role in _NAMING if role in roles))
        self.keys += ["__unit"] if "__unit" in one.types else []
        self.keys += ["__summary"] if one.raw.summary else []
        self.step, self.example = roles.get("step"), roles.get("example")
        if {self.step, self.example} & set(self.keys) - {None}:
            raise Odd("a column has two roles")
        if one.prompts:
            raise Odd("samples of prompts")
        if self.example and one.raw.summary:
            raise Odd("examples beside a summary")

    @property
    def clusters(self) -> bool:
        """Whether the examples belong together in groups."""
        return "cluster" in self.one.mapped.roles

    def insert(self) -> None:
        """Read the file once, and fill the tables."""
        proof = self.one.raw.proof
        if proof is None:
            self._insert()
            return
        import duckdb

        proof.begin(self.engine)
        try:
            self._insert(proof)
        except duckdb.Error:
            raise Unproven from None
        finally:
            proof.drop()

    def _insert(self, proof: Proof | None = None) -> None:
        first = FirstRows(self.engine, self.one, self.where) if self.one.raw.streamed else None
        if first:
            first.look_ahead()
        self._group()
        if proof is not None and not proof.holds(*self._read()):
            raise Unproven
        self._refuse()
        self._prove()
        if first:
            first.number()
        one = self._over("cells_of", "cells", self.one.mapped.roles)
        rows = shapes.select(
            self.engine, self.file, one, self._told([name for name in _LAST if name != "within"])
        )
        self.engine.execute(
            f"INSERT INTO tidy_rows BY NAME SELECT * EXCLUDE (place) FROM ({rows.sql}) "
            "ORDER BY first, place; DROP VIEW cells_of; DROP TABLE cells"
        )

    def _group(self) -> None:
        """Make `cells`. Rows of nothing but delimiters are rare: they are told by a cell's names.

        To ask every row whether it is one takes a tenth of the time.
        """
        asked = ", ".join(f"{sql} AS {name}" for name, sql in self._asked().items())
        keys = ", ".join(identifier(key) for key in self.keys)
        named = [identifier(key) for key in self.keys if key not in _TOLD_APART]
        blank = " AND ".join(f"coalesce({name}::VARCHAR, '') = ''" for name in named)
        quick = blank and not self.one.source.where
        for where in ("true", self.where) if quick else (self.where,):
            self.engine.execute(
                f"CREATE OR REPLACE TEMP TABLE cells AS SELECT {keys}, {asked} "
                f"FROM ({self._rows(self.keys, where)}) GROUP BY {keys}"
            )
            if where == self.where or not self._any(blank):
                break

    def _read(self) -> tuple[frozenset[str], int]:
        """The columns that were read, and in how many rows."""
        named = [*self.keys, *self.styles, self.step, self.example]
        count = self.engine.execute("SELECT coalesce(sum(__count), 0)::BIGINT FROM cells")
        (rows,) = count.fetchone() or (0,)
        return frozenset(name for name in named if name), int(rows)

    def keep_examples(self) -> None:
        """Fill `example_cells`: the examples of each method and dataset, over all its replicates.

        Raises Odd where two of them are written differently and have one name.
        """
        if self.example is None:
            return
        kept = (*_OF_EXAMPLES, "value", "example", "cluster")
        roles = {role: c for role, c in self.one.mapped.roles.items() if role in kept}
        names = list(dict.fromkeys(roles[role] for role in _OF_EXAMPLES if role in roles))
        keys = ", ".join([*map(identifier, names), "__example"])
        asked = {"__cluster": "min(__cluster)" if self.clusters else "NULL", "__row": "0"}
        for n in self._range():
            f = f"CASE WHEN isfinite(__v{n}) THEN __v{n} END"
            asked[f"__value{n}"] = f"coalesce(favg({f}), 'nan'::DOUBLE)"
            asked[f"__finite{n}"] = f"count({f})"
            asked[f"__numbers{n}"] = f"count(__v{n})"
            asked[f"__within{n}"] = f"coalesce(var_pop({f}) * count({f}), 0)"
        chosen = ", ".join(f"{sql} AS {name}" for name, sql in asked.items())
        told = self._rows(names, self.where)
        self.engine.execute(
            f"CREATE TEMP TABLE seen AS SELECT {keys}, {chosen} FROM ({told}) GROUP BY {keys}"
        )
        one = self._over("examples_of", "seen", roles, "__example")
        rows = shapes.select(self.engine, self.file, one, self._told(("finite", "bad", "within")))
        names = ["metric", "method", "dataset", "split", "example"]
        self.engine.execute(
            f"INSERT INTO example_cells BY NAME SELECT {', '.join(names)}, cluster, value, finite, "
            f"bad, within FROM ({rows.sql}); DROP VIEW examples_of; DROP TABLE seen"
        )
        twice = (
            f"SELECT 1 FROM example_cells GROUP BY {', '.join(names)} HAVING count(*) > 1 LIMIT 1"
        )
        if self.engine.execute(twice).fetchone():
            raise Odd("an example of two spellings")

    def _numbers(self) -> dict[str, str]:
        """The columns of plain numbers, where no filter compares texts."""
        roles, plain = self.one.mapped.roles, Style()
        columns = [c for c, style in self.one.styles.items() if style == plain]
        columns += [roles["step"]] if "step" in roles else []
        return dict.fromkeys(() if self.one.source.where else columns, "DOUBLE")

    def _range(self) -> range:
        return range(len(self.styles))

    def _rows(self, keys: Sequence[str], where: str) -> str:
        """SQL of the rows: their keys, numbers, step, example and cluster."""
        chosen = [identifier(key) for key in keys]
        for n, (column, style) in enumerate(self.styles.items()):
            name = identifier(column)
            chosen.append(f"{number(name, style)} AS __v{n}")
            if not self.lean:
                chosen.append(f"CASE WHEN isfinite(__v{n}) THEN __v{n} END AS __f{n}")
                chosen.append(f"{self._filled(name, column)} AS __t{n}")
        if self.step:
            style = Style(typed=self.types[self.step] != "VARCHAR")
            name = identifier(self.step)
            chosen += [f"{number(name, style)} AS __step", f"{name} AS __step_told"]
        if self.example:
            chosen.append(f"{identifier(self.example)} AS __example")
        if self.clusters:
            chosen.append(f"{identifier(self.one.mapped.roles['cluster'])} AS __cluster")
        if not self.one.raw.streamed:
            chosen.append("__row")
        return f"SELECT {', '.join(chosen)} FROM ({self.rows}) WHERE {where}"

    def _filled(self, sql: str, column: str) -> str:
        """SQL of a cell as the file has it, NULL where it is empty.

        Read from a CSV, the engine's empty cells are NULL.
        """
        told = self.types[column] == "VARCHAR" and not self.one.raw.castable
        return f"nullif({sql}, '')" if told else sql

    def _asked(self) -> dict[str, str]:
        """What is computed of the rows of a cell."""
        axis = self.step or self.example
        text = "__step_told" if self.step else "__example"
        asked = {
            "__count": "count(*)",
            "__row": "0::BIGINT" if self.one.raw.streamed else "min(__row)",
            "__steps": "0",
            "__last": "NULL::DOUBLE",
            "__examples": "0",
            "__least": "NULL::VARCHAR",
            "__most": "NULL::VARCHAR",
            "__cluster": "min(__cluster)" if self.clusters else "NULL::VARCHAR",
            "__print": f"bit_xor(hash({text}))" if axis else "0",
        }
        if self.step:
            told = f"count({self._filled('__step_told', self.step)})"
            asked |= {"__steps": "count(__step)", "__steps_told": told, "__last": "max(__step)"}
            asked |= {"__from": "min(__step)"}
        if self.example:
            asked["__examples"] = f"count({self._filled('__example', self.example)})"
            # Any one stands for all: it is only asked whether there are others.
            asked["__least"] = "any_value(__example)::VARCHAR"
            asked["__most"] = "CASE WHEN count(*) > 1 THEN __least || '*' ELSE __least END"
        for n in self._range():
            asked |= self._asked_of(n)
        return asked

    def _asked_of(self, n: int) -> dict[str, str]:
        """What is computed of the numbers of a value column."""
        sound = f"__v{n}" if self.lean else f"__f{n}"
        mean = f"favg({sound})"
        if not self.lean:
            mean = f"coalesce({mean}, CASE WHEN count(__v{n}) > 0 THEN 'nan'::DOUBLE END)"
        last, at = f"arg_max(__v{n}, __step)", "NULL::DOUBLE"
        if self.step:
            at = f"max(__step) FILTER (__v{n} IS NOT NULL)"
            mean = f"CASE WHEN count(__step) > 0 THEN {last} ELSE {mean} END"
            mean = last if self.lean else mean
        return {
            f"__numbers{n}": f"count(__v{n})",
            f"__told{n}": f"__numbers{n}" if self.lean else f"count(__t{n})",
            f"__finite{n}": f"__numbers{n}" if self.lean else f"count(__f{n})",
            f"__low{n}": f"min({sound})",
            f"__high{n}": f"max({sound})",
            f"__value{n}": mean,
            f"__step{n}": at,
        }

    def _refuse(self) -> None:
        """Raise Odd where a cell holds what its columns cannot say, Lean where numbers are not."""
        tests = [
            "__steps NOT IN (0, __count)",
            "__examples NOT IN (0, __count)",
            "__steps > 0 AND __examples > 0",
            "__steps + __examples = 0 AND __count > 1",
            *(f"__numbers{n} <> __told{n}" for n in self._range()),
            *(f"__steps = 0 AND __numbers{n} NOT IN (0, __count)" for n in self._range()),
        ]
        if self.step:
            tests += ["__steps <> __steps_told", "NOT isfinite(__last)", "NOT isfinite(__from)"]
        if self._any(" OR ".join(tests)):
            raise Odd("unusual rows")
        wild = [f"NOT isfinite(__low{n}) OR NOT isfinite(__high{n})" for n in self._range()]
        wild += ["__steps = 0 AND __examples = 0"] if self.step else []
        if self.lean and self._any(" OR ".join(wild)):
            raise Lean

    def _any(self, test: str) -> bool:
        return (
            self.engine.execute(f"SELECT 1 FROM cells WHERE {test} LIMIT 1").fetchone() is not None
        )

    def _prove(self) -> None:
        """Raise Odd unless no step (or example) of a cell is there twice.

        Steps are mostly 0, 1, 2, ... or 0, 100, 200, ..., examples 0, 1, 2, ... or q1, q2, q3, ...:
        then what their hashes come to is known from their number. Otherwise all rows are compared.
        """
        column = self.step or self.example
        if column is None:
            return
        kind = self.types[column]
        # "q17" is q and a number.
        is_text = not self.step and kind == "VARCHAR"
        head = "regexp_replace(__least, '[0-9]+$', '')" if is_text else "''"
        starts = (
            "SELECT DISTINCT __count AS k, '' AS head, __from::BIGINT AS a, "
            "((__last - __from) / (__count - 1))::BIGINT AS b FROM cells WHERE __count > 1 "
            "AND __last > __from AND __from = floor(__from) AND abs(__last) < 1e15 "
            "AND __last - __from = (__count - 1) * ((__last - __from) / (__count - 1))::BIGINT"
            if self.step
            else f"SELECT DISTINCT __count AS k, {head} AS head, unnest([0, 1]) AS a, 1 AS b "
            "FROM cells"
        )
        named = "head || (a + b * i)" if head != "''" else "a + b * i"
        found = self.engine.execute(
            f"WITH known AS (SELECT k, bit_xor(hash(({named})::{kind})) AS hashed FROM "
            f"(SELECT *, unnest(range(k)) AS i FROM ({starts})) GROUP BY k, head, a, b) "
            "SELECT 1 FROM cells c WHERE __count > 1 AND NOT EXISTS "
            "(SELECT 1 FROM known WHERE k = __count AND hashed = __print) LIMIT 1"
        ).fetchone()
        if found is None:
            return
        keys = ", ".join(identifier(key) for key in self.keys)
        style = Style(typed=kind != "VARCHAR")
        axis = number(identifier(column), style) if self.step else shapes.text(self.one, "example")
        unique = self.engine.execute(
            f"SELECT count(*) = count(DISTINCT h) FROM (SELECT hash({keys}, {axis}) AS h "
            f"FROM ({self.rows}) WHERE {self.where})"
        ).fetchone()
        if not unique or not unique[0]:
            raise Odd("a step or example twice")

    def _over(
        self, view: str, table: str, roles: Mapping[str, str], example: str = "__least"
    ) -> Input:
        """The input as if its file held what a table does."""
        axes = {self.step: "__last"} if "step" in roles else {}
        axes |= {self.example: example, roles.get("cluster"): "__cluster"}
        renamed = [f"{sql} AS {identifier(name)}" for name, sql in axes.items() if name]
        renamed += [f"__value{n} AS {identifier(name)}" for n, name in enumerate(self.styles)]
        at = ", NULL::BIGINT AS __at" if "__unit" in self.keys and "step" in roles else ""
        self.engine.execute(
            f"CREATE TEMP VIEW {view} AS SELECT *, {', '.join(renamed)}{at} FROM {table}"
        )
        kinds = dict.fromkeys((*self.styles, *([self.step] if self.step else ())), "DOUBLE")
        kinds |= {self.example: "VARCHAR"} if self.example else {}
        types = {name: kind for name, kind in self.one.types.items() if name not in _HIDDEN}
        if "run" in roles or table == "cells":
            types = dict(self.one.types)
        return replace(
            self.one,
            file=replace(self.one.file, source=replace(self.one.source, where={})),
            raw=replace(self.one.raw, table=view),
            mapped=replace(self.one.mapped, roles=roles),
            types={**types, **kinds},
            styles=dict.fromkeys(self.styles, Style(typed=True)),
        )

    def _told(self, names: Iterable[str]) -> dict[str, list[str]]:
        return {name: [_LAST[name].format(n) for n in self._range()] for name in names}


_LAST = {
    "step": "__step{}",
    "n": "CASE WHEN __numbers{0} + __steps > 0 THEN __numbers{0} ELSE __count END",
    "first": "__row",
    "finite": "__finite{}",
    "bad": "__numbers{0} - __finite{0}",
    "low": "__low{}",
    "high": "__high{}",
    "most": "__most",
    "place": "{}",
    "within": "__within{}",
}
"""What tidy_rows says of the rows that one stands for: SQL for each value column."""
