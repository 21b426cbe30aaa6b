"""Replicates that averages over the datasets leave out: those that are not there on every one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.cells import shared_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.stats.cells import Cells
    from paperforge.stats.replicated import Table

NAMED = 3
"""Comparisons, and replicates of one, that a sentence names, at most."""
AVERAGES = "averages"
"""How tests of averages over the datasets end: "paired t on seed averages"."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What one comparison of averages leaves out."""

    runs: tuple[int, int]
    """Of a and of b, over all datasets."""
    keys: tuple[int, ...]
    """The replicates that some cell lacks."""


def dropped(cells: Cells, a: str, b: str, *, paired: bool) -> Dropped:
    """What is left out where replicates are averaged over the datasets before a and b are compared.

    Paired, a replicate has to be there on every dataset for both; else for its own method.
    """
    mine = [[cells.table[m, d] for d in cells.datasets if (m, d) in cells.table] for m in (a, b)]
    sides = [mine[0] + mine[1]] * 2 if paired else mine
    common = [set(shared_keys([c.keys for c in side]).tolist()) for side in sides]
    every = [{key for c in row for key in c.keys.tolist()} for row in mine]
    keys = (every[0] - common[0]) | (every[1] - common[1])
    out = [sum(c.n - len(kept) for c in row) for row, kept in zip(mine, common, strict=True)]
    return Dropped((out[0], out[1]), tuple(sorted(keys)))


def sentences(tables: Sequence[Table], noun: str, place: str) -> Iterator[str]:
    """Say what averages leave out: "seed red: 4 runs of ours and 3 of base (ours against base)"."""
    said: dict[str, None] = {}
    for cells, found in tables:
        for c in found:
            if c.scope is not None or not c.contrast.test.endswith(AVERAGES):
                continue
            out = dropped(cells, c.a, c.b, paired=c.contrast.paired)
            if any(out.runs):
                names = [cells.names.get(key, str(key)) for key in out.keys]
                more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
                which = f"{noun}{'s' * (len(names) > 1)} {', '.join(names[:NAMED])}{more}"
                runs = [f"{n} of {m}" for n, m in zip(out.runs, (c.a, c.b), strict=True) if n]
                said[f"{which}, {' and '.join(runs)} ({c.a} against {c.b})"] = None
    if said:
        lines = list(said)
        more = f"; and {len(lines) - NAMED} more comparisons" if len(lines) > NAMED else ""
        yield (
            f"What lacks a {place} is left out of such averages on all of them, in runs: "
            f"{'; '.join(lines[:NAMED])}{more}."
        )


def fewer(tables: Sequence[Table], most: int, place: str) -> str:
    """Name the metrics that no method has on some of the datasets: " (BLEU: over 2, none on C)"."""
    every = dict.fromkeys(d for cells, found in tables if found for d in cells.datasets)
    said = []
    for cells, found in tables:
        gone = [d for d in every if d not in cells.datasets]
        if found and gone and len(cells.datasets) < most:
            many, name = len(cells.datasets), cells.metric.label or cells.metric.name
            over = f"over {many}" if many > 1 else f"on one {place} only"
            named = ", ".join(gone[:NAMED]) + (", …" if len(gone) > NAMED else "")
            said.append(f"{name}: {over}, no number on {named}")
    return f" ({'; '.join(said)})" if said else ""
