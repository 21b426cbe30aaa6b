"""Tables that are about something else than methods by datasets: a module a layout.

Each has NEEDS, what the Analysis must hold beside its decisions (keys of stats.NEEDS), and
arrange(analysis, spec) -> Table. They read the Analysis and compute no statistic. `listing` alone
reads a file of the author's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.tables.subjects import ablation, cost, pairwise, per_seed, ratings, settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from paperforge.model import Analysis, Table
    from paperforge.spec import TableSpec

    class Subject(Protocol):
        """A layout."""

        @property
        def NEEDS(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the module
            """Keys of stats.NEEDS."""

        def arrange(self, analysis: Analysis, spec: TableSpec) -> Table:
            """The table."""


SUBJECTS: Mapping[str, Subject] = {
    "ablation": ablation,
    "pairwise": pairwise,
    "per-seed": per_seed,
    "cost": cost,
    "settings": settings,
    "ratings": ratings,
}
"""Layout -> what arranges it."""

LISTINGS = ("listing", "settings")
"""Layouts that may show a file of the author's, and the columns that it has."""
