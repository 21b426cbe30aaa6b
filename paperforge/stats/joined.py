"""Two methods on the same examples: what a line from one to the other joins, thinned to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.model import Joined
from paperforge.spec import Role, Unit
from paperforge.stats.cells import shared_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Results, Sample
    from paperforge.spec import FigureSpec, Method, Metric

MOST = 100
"""Lines of one panel: more are a grey area."""
LAST = 2


def joined(
    results: Results, methods: Sequence[Method], metric: Metric, spec: FigureSpec
) -> tuple[Joined, ...]:
    """Return every pair of methods that a figure may join, on each dataset, in printed units.

    Examples with the same two values are one line with their number. Where there are more than MOST
    such lines, MOST examples stand for all: those at even places in the order of their differences,
    each for an equal part. Of examples that several runs answered, the runs' means.
    """
    samples = {
        (s.method, s.dataset): s for s in results.samples(metric.name, Unit.EXAMPLE) if s.keyed
    }
    datasets = [d.name for d in results.datasets if not spec.datasets or d.name in spec.datasets]
    made = (
        _joined(samples[left, place], samples[right, place], metric)
        for place in datasets
        for left, right in _pairs(methods, spec)
        if (left, place) in samples and (right, place) in samples
    )
    return tuple(one for one in made if one.n)


def _pairs(methods: Sequence[Method], spec: FigureSpec) -> list[tuple[str, str]]:
    """The pairs that roles, the figure's own words or their number leave open."""
    names = [m.name for m in methods]
    if spec.methods:
        return list(zip(spec.methods, spec.methods[1:], strict=False))
    lefts = (
        [spec.baseline] if spec.baseline else [m.name for m in methods if m.role is Role.BASELINE]
    )
    rights = [m.name for m in methods if m.role is Role.OURS] or names[-LAST:]
    if len(names) == LAST:
        lefts = names
    return [(left, right) for left in lefts for right in rights if left != right]


def _joined(left: Sample, right: Sample, metric: Metric) -> Joined:
    """Pair two cells by their examples."""
    import numpy as np

    common = shared_keys([left.keys, right.keys])
    values = np.column_stack([s.values[np.searchsorted(s.keys, common)] for s in (left, right)])
    lines, counts = np.unique(values, axis=0, return_counts=True)
    if len(lines) > MOST:
        order = np.lexsort((values[:, 0], values[:, 1] - values[:, 0]))
        at = ((np.arange(MOST) + 0.5) * len(order) / MOST).astype(np.int64)
        lines, counts = values[order[at]], np.ones(MOST, dtype=np.int64)
    lines = lines * metric.scale
    return Joined(
        metric.name,
        left.dataset,
        left.method,
        right.method,
        len(common),
        tuple(
            (float(a), float(b), int(n)) for (a, b), n in zip(lines.tolist(), counts, strict=True)
        ),
    )
