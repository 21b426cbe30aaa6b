"""Tables: an Analysis arranged into a Table, and the Table rendered.

    Analysis ──▶ arrange ──▶ Table ──▶ latex · markdown · html · text · json

A format is a module here with NAME and render(table, *, notes, ...), and one entry in RENDERERS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import UsageError
from paperforge.tables import diff, html, json, latex, markdown, reading, text
from paperforge.tables.arrange import arrange
from paperforge.tables.latex import notes_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paperforge.model import Table
    from paperforge.spec import TableSpec

__all__ = ["FORMATS", "RENDERERS", "arrange", "changes", "needs", "notes_text", "render"]

RENDERERS: Mapping[str, Callable[..., str]] = {
    module.NAME: module.render for module in (latex, markdown, html, text, json)
}
"""Format -> render(table, *, notes: bool, ...) -> str; each ends with a line break."""

FORMATS = tuple(RENDERERS)


def needs(spec: TableSpec) -> tuple[str, ...]:
    """What the analysis must hold for a table beside the decisions: keys of stats.NEEDS.

    Or "effects" (effect sizes) and "best" (which methods cannot be told from the best).
    """
    wanted = {
        "effects": "improvement" in spec.columns,
        "ranks": "rank" in spec.columns,
        "best": spec.best_set,
    }
    return tuple(need for need, asked in wanted.items() if asked)


def changes(table: Table, old: str, where: str) -> tuple[str, ...]:
    """What changed since an older printing of the table, in lines; `old`: a .tex or JSON's text.

    Raises InputError where that holds no table.
    """
    before = reading.read(old, where)
    if old.lstrip().startswith("{"):
        after = reading.read(json.render(table), "")
    else:
        after = reading.read(latex.render(table, notes=before.style), "")
    return diff.differences(before, after)


def render(table: Table, form: str = "latex", **options: object) -> str:
    """The table in one of FORMATS; options are those of the format's own render.

    Raises UsageError for an unknown format.
    """
    if form not in RENDERERS:
        raise UsageError(f'there is no format "{form}"', "--format", f"one of {', '.join(FORMATS)}")
    return RENDERERS[form](table, **options)
