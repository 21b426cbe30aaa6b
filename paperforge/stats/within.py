"""The runs behind the means of examples: how they spread, and whether they are right or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperforge.model import Sample


def right_or_wrong(sample: Sample) -> bool:
    """Whether the runs behind the means of examples all scored 0 or 1.

    Then, and of scores within 0 and 1 only then, the sum of squares is the sum: R runs with the
    mean m have R m (1 - m) left around it.
    """
    import numpy as np

    repeats, within = sample.repeats, sample.within
    if repeats is None or within is None or not len(repeats):
        return False
    m = np.asarray(sample.values, dtype=float)
    if not bool(((m >= 0) & (m <= 1)).all()):
        return False
    return bool(np.allclose(np.asarray(within), repeats * m * (1 - m), rtol=1e-9, atol=1e-9))


def spread_within(sample: Sample) -> tuple[int, float]:
    """Of examples: the number of runs behind each value where it is one, and their spread."""
    repeats, within = sample.repeats, sample.within
    if repeats is None or within is None or not len(repeats):
        return 0, 0.0
    least = int(repeats.min())
    return (least, float(within.sum())) if least == repeats.max() else (0, 0.0)
