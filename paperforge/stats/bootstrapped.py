"""Bootstrap tests of a mean difference of examples, and of the difference of two corpus metrics.

For sensitivity, of one dataset whose examples stand alone. BCa covers too little in small samples
(bootstrap.py): from 50 examples on.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.stats.bootstrap import of_mean, of_sums
from paperforge.stats.cells import shared_keys
from paperforge.stats.contrast import Contrast, honest
from paperforge.stats.corpus import value
from paperforge.stats.corpus_resample import enough
from paperforge.stats.equivalence import agreeing
from paperforge.stats.flips import lattice_step
from paperforge.stats.means import difference
from paperforge.stats.saddlepoint import effective

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from paperforge.stats.bootstrap import Bootstrap
    from paperforge.stats.contrast import Ask
    from paperforge.stats.corpus_cells import CorpusCell
    from paperforge.stats.means import Matched

    At = Callable[[float, float], Bootstrap]
    """The bootstrap at an alpha, against a hypothesis."""

FEWEST = 50
"""Examples."""
OUTWEIGHED = 5.0
"""Fewer effective differences: a few outweigh all others, and the distribution is not smooth."""
COARSE = 0.05
"""Step of the sum, in its standard deviations, up to which it is taken for smooth: the tail of .025
is then right to .05 / 2 * phi(1.96) = .0015, the standard error of 10^4 replicates."""


def mean_difference(pair: Matched, ask: Ask) -> Contrast | None:
    """BCa of the mean of matched differences; None of fewer than 50, or where nothing varies.

    The distribution is taken from the saddlepoint, without resampling; where a few differences
    outweigh all others, or scores are few and coarse, examples are drawn anew.
    """
    import numpy as np

    x, mean, sd = difference(pair)
    if pair.n < FEWEST or sd == 0:
        return None
    smooth = lattice_step(x) <= COARSE * sd * math.sqrt(pair.n)
    if smooth and effective(x - mean) >= OUTWEIGHED:
        return made(lambda alpha, null: of_mean(x, alpha, null=null), pair.n, ask)

    def drawn(alpha: float, null: float) -> Bootstrap:
        return of_sums(
            x[:, None],
            lambda sums: np.asarray(sums[:, 0] / len(x)),
            alpha,
            ask.seed,
            null=null,
            replicates=enough(len(x)),
            keys=pair.keys,
            engine=ask.engine,
        )

    return made(drawn, pair.n, ask)


def corpus_difference(a: CorpusCell, b: CorpusCell, kind: str, ask: Ask) -> Contrast | None:
    """BCa of the difference of a metric of sums over the examples that both methods have.

    kind: of the metric (corpus.value). None of fewer than 50, or where examples are in clusters.
    """
    import numpy as np

    keys = shared_keys([a.keys, b.keys])
    if len(keys) < FEWEST or a.grouped or b.grouped:
        return None
    sides = [one.sums[np.searchsorted(one.keys, keys)] for one in (a, b)]
    rows, columns = np.hstack(sides), sides[0].shape[1]

    def apart(sums: np.ndarray) -> np.ndarray:
        return np.asarray(value(kind, sums[:, :columns]) - value(kind, sums[:, columns:]))

    def drawn(alpha: float, null: float) -> Bootstrap:
        return of_sums(
            rows,
            apart,
            alpha,
            ask.seed,
            null=null,
            replicates=enough(len(rows)),
            keys=keys,
            engine=ask.engine,
        )

    return made(drawn, len(keys), ask)


def made(at: At, n: int, ask: Ask) -> Contrast:
    """As a contrast; with a margin also the p of the two one-sided tests."""
    found = at(ask.alpha, 0.0)
    contrast = Contrast(
        f"bootstrap BCa ({found.method})", (n, n), paired=True, estimate=found.estimate,
        reason=found.reason,
    )  # fmt: skip
    if found.p is None or found.estimate is None:
        return contrast
    same, within = None, None
    if ask.margin is not None:
        ps = (
            beyond(at(ask.alpha, -ask.margin), found.estimate + ask.margin),
            beyond(at(ask.alpha, ask.margin), ask.margin - found.estimate),
        )
        same, narrow = max(ps), at(2 * ask.alpha, 0.0)
        if narrow.low is not None and narrow.high is not None:
            within = agreeing(narrow.low, narrow.high, ask.margin, ask.alpha, ps)
    return replace(
        contrast,
        low=found.low,
        high=found.high,
        p=found.p,
        smallest_p=min(found.p, 2 / (found.replicates + 1)) if found.replicates else None,
        p_equivalent=None if same is None else honest(same),
        equivalence=within,
        monte_carlo=found.monte_carlo_error,
    )


def beyond(found: Bootstrap, room: float) -> float:
    """One-sided p that the value is not beyond a limit from which the estimate is `room` away."""
    half = (1.0 if found.p is None else found.p) / 2
    return half if room > 0 else 1 - half
