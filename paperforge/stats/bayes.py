"""Bayesian signed-rank test of two methods over many datasets, with a region of equivalence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.cells import FLAT
from paperforge.stats.keyed import bits

if TYPE_CHECKING:
    import numpy as np

PRIOR = 0.5
"""Weight of the prior's one observation, at zero."""
REPLICATES = 50_000
BLOCK = 500_000
"""Weights held at a time."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """Probabilities that a difference from a new dataset's population is on each side of the rope.

    Each is the share of the posterior in which its region is the most probable of the three.
    """

    n: int
    rope: float
    below: float
    within: float
    above: float
    errors: tuple[float, float, float]
    """Monte Carlo standard errors of the three."""
    replicates: int


def bayes_signed_rank(
    differences: np.ndarray,
    rope: float,
    *,
    prior: float = PRIOR,
    seed: int = 0,
    replicates: int = REPLICATES,
    keys: np.ndarray | None = None,
) -> Posterior:
    """Bayesian signed-rank test of differences, shape (n,), finite; rope >= 0 in their unit.

    The differences have a Dirichlet process prior of strength `prior` at zero, so the posterior of
    the weights (of zero, then of each difference) is Dirichlet (prior, 1, ..., 1). The average of
    two draws is below -rope, within it or above it with probabilities that are quadratic in the
    weights (Benavoli, Corani, Mangili, Zaffalon and Ruggeri 2014, ICML; Benavoli, Corani, Demsar
    and Zaffalon 2017, JMLR 18(77), section 4.2). With rope = 0, averages of zero count for neither
    side, and where both sides are as probable neither has it. Weights are gamma variates keyed by
    replicate and by `keys`, shape (n,), whole numbers from 1 on (0 is the prior's).
    """
    import numpy as np

    n = len(differences)
    z = np.concatenate([[0.0], differences])
    names = np.arange(n + 1) if keys is None else np.concatenate([[0], keys])
    order = np.argsort(z, kind="stable")
    tolerance = FLAT * max(rope, float(np.abs(z).max()))
    limit = 2 * rope
    # partners of each value, in sorted order: from here on above the rope, up to here below it
    sums_above = np.searchsorted(z[order], limit - z[order] + tolerance, side="right")
    sums_below = np.searchsorted(z[order], -limit - z[order] - tolerance, side="left")
    counts = np.zeros(3)
    step = max(1, BLOCK // (n + 1))
    for start in range(0, replicates, step):
        chosen = np.arange(start, min(replicates, start + step))
        w = weights(seed, chosen, names, prior)[:, order]
        ahead = np.zeros((len(chosen), n + 2))
        np.cumsum(w, axis=1, out=ahead[:, 1:])
        above = (w * (ahead[:, -1:] - ahead[:, sums_above])).sum(axis=1)
        below = (w * ahead[:, sums_below]).sum(axis=1)
        counts += winners(below, 1 - below - above, above, rope > 0)
    shares = counts / replicates
    errors = tuple(math.sqrt(s * (1 - s) / replicates) for s in shares.tolist())
    below_, within_, above_ = shares.tolist()
    return Posterior(
        n, rope, below_, within_, above_, (errors[0], errors[1], errors[2]), replicates
    )  # fmt: skip


def winners(
    below: np.ndarray,
    within: np.ndarray,
    above: np.ndarray,
    region: bool,
) -> np.ndarray:
    """Count the replicates that each region wins; without a region, a draw is the middle's."""
    import numpy as np

    tiny = 1e-12
    if not region:
        return np.array(
            [(below > above + tiny).sum(), (abs(below - above) <= tiny).sum(),
             (above > below + tiny).sum()], dtype=float
        )  # fmt: skip
    left = (below > within) & (below > above)
    right = (above > within) & (above > below) & ~left
    return np.array([left.sum(), (~left & ~right).sum(), right.sum()], dtype=float)


def weights(seed: int, replicates: np.ndarray, keys: np.ndarray, prior: float) -> np.ndarray:
    """Dirichlet weights, shape (B, n + 1): gamma variates over their sum, the first of `prior`."""
    import numpy as np
    from scipy.special import gammaincinv

    uniform = ((bits(seed, replicates, keys) >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53
    gamma = -np.log(uniform)
    gamma[:, 0] = gammaincinv(prior, uniform[:, 0])
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))
