"""Examples to change, those first that move a decision most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.changes import Change, cells, direction, keys_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.model import Decision, Results, Sample


@dataclass(frozen=True, slots=True)
class Ranked:
    """Examples in the order in which they are changed, as arrays: there may be 10^5 of them."""

    cells: Sequence[tuple[tuple[str, ...], str]]
    """Methods whose answers to an example change, and its dataset."""
    at: np.ndarray
    """Of every example, its cell."""
    keys: np.ndarray
    agreed: np.ndarray
    """Whether both methods had the same answer, of which that of one changes."""
    winner: str | None
    """Who is right afterwards and alone so; None where the examples are left out."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.keys)

    def change(self, k: int) -> Change:
        """The first k of them changed."""
        rows = [
            (method, self.cells[at][1], key)
            for at, key in zip(self.at[:k].tolist(), self.keys[:k].tolist(), strict=True)
            for method in self.cells[at][0]
        ]
        if self.winner is None:
            return Change(dropped=frozenset(rows))
        return Change(turned=frozenset((row, float(row[0] == self.winner)) for row in rows))


def examples(results: Results, d: Decision) -> Ranked:
    """Order the examples by how far a change of each moves the estimate against the verdict.

    0/1 scores on shared examples: an example that speaks for the verdict is decided the other way
    (the winner's win becomes a loss; where no difference was found, the other's does), and where
    both had the same answer that of one changes, which moves the estimate half as far. On one
    dataset no other choice of as many examples to turn, change or leave out moves McNemar's p
    further. Other scores: examples are left out, at most half of them.
    """
    import numpy as np

    compared = cells(results, d)
    names = sorted({s.dataset for _, s in compared})
    a, b = ({s.dataset: s for sign, s in compared if sign == side} for side in (1.0, -1.0))
    both = [(a[n], b[n]) for n in names if n in a and n in b]
    if not d.paired:
        return unmatched(compared, d)
    binary = not any(m.corpus for m in results.metrics if m.name == d.metric)  # sums: left out
    binary &= all(bool(np.isin(s.values, (0.0, 1.0)).all()) for pair in both for s in pair)
    forward = direction(d)
    places = [((d.a, d.b), x.dataset) for x, _ in both]
    moves, keys, gaps = [], [], []
    for x, y in both:
        gap, shared = matched(x, y)
        moved = gap + forward if binary else gap  # to -forward, or away
        moves.append(forward * moved / max(1, len(shared)))
        keys.append(shared)
        gaps.append(gap)
    winner = (d.b if forward > 0 else d.a) if binary else None
    return ranked(places, moves, keys, gaps, winner)


def ranked(
    places: Sequence[tuple[tuple[str, ...], str]],
    moves: Sequence[np.ndarray],
    keys: Sequence[np.ndarray],
    gaps: Sequence[np.ndarray],
    winner: str | None,
) -> Ranked:
    """Sort the examples of all cells; of those that are turned, the ones that move anything."""
    import numpy as np

    if not places:
        none = np.zeros(0, dtype=np.int64)
        return Ranked((), none, none, none == 0, winner)
    at = np.repeat(np.arange(len(places)), [len(one) for one in keys])
    moved, names = np.concatenate(moves), np.concatenate(keys)
    order = np.lexsort((names, at, -moved))
    most = len(order) // 2 if winner is None else int(np.count_nonzero(moved > 0))
    order = order[:most]
    return Ranked(places, at[order], names[order], np.concatenate(gaps)[order] == 0, winner)


def matched(a: Sample, b: Sample) -> tuple[np.ndarray, np.ndarray]:
    """Differences of the examples that both have, and their keys."""
    import numpy as np

    keys, at, bt = np.intersect1d(a.keys, b.keys, assume_unique=True, return_indices=True)
    return a.values[at] - b.values[bt], keys


def unmatched(compared: Sequence[tuple[float, Sample]], d: Decision) -> Ranked:
    """Rows of either method to leave out, at most half of them."""
    forward = direction(d)
    ordered = sorted(compared, key=lambda one: (one[1].method, one[1].dataset))
    moves = [forward * sign * (s.values - s.values.mean()) / len(s.values) for sign, s in ordered]
    places = [((s.method,), s.dataset) for _, s in ordered]
    return ranked(places, moves, [keys_of(s) for _, s in ordered], moves, None)
