"""Numbers that somebody printed: whose they are, and what the design says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.stats.replicated import Table


def printed(tables: Sequence[Table]) -> tuple[str, ...]:
    """Methods of which a cell is a printed mean with its spread and number of runs."""
    return tuple(
        sorted({c.method for cells, _ in tables for c in cells.table.values() if c.quoted})
    )


def quotations(tables: Sequence[Table]) -> Iterator[str]:
    """Say whose numbers are those that somebody printed."""
    names = printed(tables)
    if names:
        yield (
            f"Numbers of {', '.join(names)} are quoted: compared by their printed mean, "
            "spread and n."
        )
