"""The sign-flip test of paired differences of graded scores, and the interval that inverts it.

If neither method is better, the distribution of the differences is symmetric about 0, and every
assignment of signs to them is equally likely (Fisher 1935, The Design of Experiments, section 21).
p is twice the share of assignments whose sum is at least as far out as the observed one. The
interval holds every shift that the same test does not reject.

How the share is found, in this order:

    few distinct subsets (up to 17 differences that are not 0)   enumeration, exact
    differences on a lattice (0, 0.25, ...), up to 10^8 steps    counting, exact
    5 or more effective differences (saddlepoint.effective)      saddlepoint
    else: a few differences outweigh all others                  keyed signs, Monte Carlo

On a lattice that is too large to count at every shift, p is counted and the limits come from the
saddlepoint approximation with the lattice's half step, which makes them slightly wider.

Size at nominal .05: symmetric continuous differences 0 for n = 5 (the smallest p is 1/16), .031 for
6, .049 for 10 (enumerated). The hypothesis is symmetry about 0: differences with mean 0 but the
skewness of an exponential distribution reject in .095 for 10 and .072 for 30. More in
docs/error-rates.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.stats.contrast import Ask, Contrast, finite, honest
from paperforge.stats.flips import (
    Atoms,
    Units,
    drawn,
    enumerated,
    lattice_step,
    lattice_tail,
    on_lattice,
    per_unit,
)
from paperforge.stats.invert import interval_limits
from paperforge.stats.power import OfT
from paperforge.stats.saddlepoint import effective, sign_flip_tail

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    Tail = Callable[[float], float]

EXACT, COUNTED, SADDLEPOINT, MONTE_CARLO = "enumeration", "lattice", "saddlepoint", "Monte Carlo"
REPLICATES = 9999
EFFECTIVE = 5.0
"""From here on the saddlepoint's error is below that of 10^4 replicates (tested from 16 units)."""
FEW = 1 << 12
"""Subsets that are listed sooner than counted on a lattice."""
FLAT = 1e-12
"""A difference of at most this share of the largest score is rounding, and counts as none."""


@dataclass(frozen=True, slots=True)
class SignFlip:
    """The contrast, and how its p was found."""

    contrast: Contrast
    method: str
    """enumeration, lattice, saddlepoint or Monte Carlo; empty where there is no p."""
    units: int = 0
    """Examples, or clusters: what was flipped."""
    monte_carlo_error: float | None = None
    """Standard error of p, where signs were drawn."""


def sign_flip(
    differences: np.ndarray,
    groups: np.ndarray | None,
    ask: Ask,
    seed: int = 0,
    *,
    size: float | None = None,
    keys: np.ndarray | None = None,
    replicates: int = REPLICATES,
) -> SignFlip:
    """Test whether the mean difference is 0, flipping signs; its interval and equivalence likewise.

    differences: finite a - b, shape (n,), in stored units. groups: whole numbers, shape (n,): the
    signs of a cluster flip together. size: the largest score, for telling rounding; default: the
    largest difference. Where signs are drawn, they are keyed by seed, replicate and keys: whole
    numbers that name the examples, shape (n,), default their order; a cluster's name is its group.

    contrast.smallest_p is 2^(1 - m) with m units that differ (2 / (replicates + 1) at least where
    signs are drawn); ties do not change it, for only one assignment and its mirror image reach the
    end. contrast.discordant is m. A limit is None where no shift is rejected on that side: 2^(1-n)
    is not below alpha. p_equivalent is the tail at which the interval touches the margin. No p:
    nothing to compare, one cluster only, or a constant shift. Identical: p = 1.
    """
    import numpy as np

    x = np.asarray(differences, dtype=float)
    n = len(x)
    named = Contrast("sign-flip", (n, n), paired=True)
    if n == 0:
        return SignFlip(replace(named, reason="no examples", testable=False), "")
    largest = float(np.abs(x).max())
    if not math.isfinite(largest * n):
        return SignFlip(too_large(named, x), "")
    x = np.where(np.abs(x) <= FLAT * max(largest, size or 0.0), 0.0, x)
    scale = float(np.abs(x).max()) or 1.0
    sums, counts, names = per_unit(x / scale, groups)
    sums = np.where(np.abs(sums) <= FLAT * counts, 0.0, sums)
    named = replace(named, estimate=float(x.sum()) / n)
    degenerate = without_p(named, sums, counts, clustered=groups is not None)
    units = Units(sums, counts, lattice_step(sums))
    names = keys if groups is None and keys is not None else names
    chance, asked = (seed, replicates), (scaled(ask, scale), scale)
    return degenerate or tested(units, names, chance, named, asked)


def too_large(named: Contrast, x: np.ndarray) -> Contrast:
    """Say that sums of these overflow."""
    estimate = finite(float((x / len(x)).sum()))
    return replace(named, estimate=estimate, reason="the numbers are too large to compare")


def scaled(ask: Ask, scale: float) -> Ask:
    """The margin in units of the largest difference."""
    return ask if ask.margin is None else replace(ask, margin=ask.margin / scale)


def without_p(
    named: Contrast, sums: np.ndarray, counts: np.ndarray, *, clustered: bool
) -> SignFlip | None:
    """What is said where no sign could matter."""
    import numpy as np

    g = len(sums)
    if g == 1:
        reason = "all examples are in one cluster" if clustered else "one example only"
        return SignFlip(replace(named, reason=reason, testable=False), "", g)
    if not sums.any():
        same = replace(named, estimate=0.0, p=1.0, smallest_p=1.0, discordant=0, statistic=0.0)
        return SignFlip(same, EXACT, g)
    means = sums / counts
    if float(np.ptp(means)) <= FLAT * float(np.abs(means).max()):
        return SignFlip(replace(named, reason="a constant shift: nothing varies"), "", g)
    return None


def tested(
    units: Units,
    keys: np.ndarray,
    chance: tuple[int, int],
    named: Contrast,
    asked: tuple[Ask, float],
) -> SignFlip:
    """p, limits and the rest from the two tails.

    chance: seed and replicates. asked: in units of the largest difference, and that unit.
    """
    import numpy as np

    ask, scale = asked
    method, up, down = tails(units, keys, *chance, ask.engine)
    g, m = len(units.sums), units.differing
    upper, lower = up(0.0), down(0.0)
    least = 0.5**m
    if method == MONTE_CARLO:
        least = max(least, 1 / (chance[1] + 1))
    p = min(1.0, 2 * max(min(upper, lower), least))
    mean = float(units.sums.sum()) / units.total
    rest = units.sums - units.counts * mean
    se = math.sqrt(float(rest @ rest) * g / (g - 1)) / units.total
    limits = interval_limits(up, down, ask.alpha / 2, (upper, lower), (mean, se))
    low, high = (None if x is None else x * scale for x in limits)
    narrow: tuple[float | None, float | None] = (None, None)
    if ask.margin is not None:
        narrow = interval_limits(up, down, ask.alpha, (upper, lower), (mean, se))
    left, right = narrow
    contrast = replace(
        named,
        test=f"sign-flip ({method})",
        low=low,
        high=high,
        p=honest(p),
        statistic=float(units.sums.sum() / np.sqrt(units.sums @ units.sums)),
        smallest_p=honest(2 * least),
        discordant=m,
        detects=OfT(se * scale, g - 1.0),
        equivalence=None if left is None or right is None else (left * scale, right * scale),
        p_equivalent=None if ask.margin is None else honest(max(up(-ask.margin), down(ask.margin))),
    )
    error = 2 * math.sqrt(p / 2 * (1 - p / 2) / chance[1]) if method == MONTE_CARLO else None
    return SignFlip(contrast, method, g, error)


def tails(
    units: Units, keys: np.ndarray, seed: int, replicates: int, engine: str
) -> tuple[str, Tail, Tail]:
    """How, and the tails towards higher and lower sums as functions of the shift."""
    listed = enumerated(units)
    if units.step and (listed is None or len(listed.sums) > FEW):
        atoms = on_lattice(units)
        if atoms is not None:
            return COUNTED, *both(atoms, units.step)
    if listed is not None:
        return EXACT, *both(listed)
    if effective(units.sums) >= EFFECTIVE:
        up, mirrored = smooth(units), smooth(units.mirrored())
        counted = lattice_tail(units) if units.step else None
        other = lattice_tail(units.mirrored()) if counted else None
        if counted and other:
            up, mirrored = given_at_0(up, counted), given_at_0(mirrored, other)
        method = COUNTED if counted and other else SADDLEPOINT
        return method, up, lambda shift: mirrored(-shift)
    return MONTE_CARLO, *both(drawn(units, seed, keys, replicates, engine))


def both(atoms: Atoms, step: float = 1.0) -> tuple[Tail, Tail]:
    """The two tails from listed sets, whose sums are in units of the step."""
    up, mirrored = atoms.tail(), atoms.mirrored().tail()
    return lambda shift: up(shift / step), lambda shift: mirrored(-shift / step)


def smooth(units: Units) -> Tail:
    """The tail by the saddlepoint approximation."""
    import numpy as np

    def tail(shift: float) -> float:
        rest = units.sums - shift * units.counts
        return float(sign_flip_tail(rest, np.array([rest.sum()]), 2 * units.step)[0])

    return tail


def given_at_0(tail: Tail, value: float) -> Tail:
    """The tail, with what was counted at 0."""
    return lambda shift: value if shift == 0 else tail(shift)
