"""Of shares alone: the fewest right answers of one method that, turned wrong, flip a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.model import Flip
from paperforge.spec import Unit
from paperforge.stats.changes import Change, direction

if TYPE_CHECKING:
    from collections.abc import Callable

    from paperforge.model import Decision, Results, Sample

    Ask = Callable[[Change], Decision | None]
    """The decision after a change, where its verdict is another one."""

LEAST_FAVOURABLE = "least favourable"
"""In the name of every test of shares of which only the number of examples is known."""
WHAT = "answers turned"
PERCENT, FRACTION = 100.0, 1.0


def of_shares(d: Decision) -> bool:
    """Whether only shares and their number of examples are compared."""
    return LEAST_FAVOURABLE in d.test


def by_answers(results: Results, d: Decision, ask: Ask) -> Flip | None:
    """Turn k right answers of one method on one dataset; of all datasets the fewest are told.

    Of the better method where a difference was found, of the other one where none was. k is found
    by doubling and bisection; every k is analysed as shares that are so much smaller.
    """
    loser = d.a if direction(d) > 0 else d.b
    samples = [
        s
        for s in results.samples(d.metric, Unit.SEED)
        if s.method == loser and d.scope in (None, s.dataset) and len(s.values) == 1
    ]
    found: Flip | None = None
    for sample in samples:
        quote = results.quotes(d.metric).get((sample.method, sample.dataset))
        if quote is not None and quote.n > 1:
            most = None if found is None else found.count - 1
            found = fewest(sample, quote.n, ask, most) or found
    return found


def fewest(sample: Sample, n: int, ask: Ask, most: int | None) -> Flip | None:
    """The fewest answers of one cell, at most `most` of them; None: as many do not flip it."""
    value = float(sample.values[0])
    whole = PERCENT if value > FRACTION else FRACTION
    right = int(value / whole * n)
    limit = right if most is None else min(right, most)
    row = (sample.method, sample.dataset, int(sample.keys[0]) if sample.keyed else 0)
    best: Flip | None = None
    fails, works = 0, min(1, limit)
    while works - fails > (best is not None):
        k = works if best is None else (fails + works) // 2
        new = ask(Change(turned=frozenset([(row, value - k * whole / n)])))
        if new is not None:
            works, which = k, (sample.method, sample.dataset)
            best = Flip(WHAT, k, which, new.verdict, new.p_adjusted)
        else:
            fails = k
            works = min(2 * k, limit) if best is None else works
    return best
