"""What slopes join: two methods, and the replicates or datasets that both of them have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.figures import select, written
from paperforge.spec import Role, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.model import Aggregate, Analysis, Design
    from paperforge.spec import FigureSpec, Method

PAIR = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """One thin line."""

    key: str
    left: float
    right: float
    count: int = 1
    """Examples that have these two values."""


@dataclass(frozen=True, slots=True)
class Panel:
    """The lines of one dataset, or of all datasets together, and their mean."""

    label: str
    dataset: str | None
    pairs: tuple[Pair, ...]
    mean: tuple[float, float] | None
    alone: int = 0
    """Replicates that only one of the two methods has."""
    n: int = 0
    """Examples behind the lines; 0: a line is no example."""

    @property
    def values(self) -> list[float]:
        """All ends."""
        return [v for p in self.pairs for v in (p.left, p.right)] + list(self.mean or ())


def two(spec: FigureSpec, analysis: Analysis, methods: Sequence[Method]) -> tuple[Method, Method]:
    """The two methods: those named, else the baseline and ours. Raises InputError otherwise."""
    named = {m.name: m for m in methods}
    if len(methods) < PAIR:
        text = f"slopes join two methods, and {'one' if methods else 'none'} has numbers"
        raise written.refused(spec, text, "--kind distributions shows the runs of one method")
    if spec.methods:
        wanted = [named[name] for name in spec.methods if name in named]
        if len(wanted) != PAIR:
            text = f"slopes join two methods, and {len(wanted)} of those named have numbers"
            raise written.refused(spec, text, "methods = [LEFT, RIGHT]")
        return wanted[0], wanted[1]
    ours = next((m for m in methods if m.role is Role.OURS), None)
    if spec.baseline:
        known = [m.name for m in analysis.methods]
        if spec.baseline not in known:
            raise select.unknown("method", spec.baseline, known, spec)
        base = named.get(spec.baseline)
    else:
        base = next((m for m in methods if m.role is Role.BASELINE and m is not ours), None)
    if len(methods) == PAIR:
        base = base or next(m for m in methods if m is not ours)
    ours = ours or next((m for m in reversed(methods) if m is not base), None)
    if base is None or ours is None or base is ours:
        raise written.refused(
            spec,
            "nothing says which two methods are joined",
            "methods = [LEFT, RIGHT] in [[figures]] names them, or --baseline LEFT --ours RIGHT",
        )
    return base, ours


def runs(
    dataset: str,
    label: str,
    cells: Mapping[tuple[str, str | None], Aggregate],
    names: tuple[str, str],
) -> Panel:
    """The replicates of one dataset that both methods have."""
    found = [cells.get((name, dataset)) for name in names]
    if found[0] is None or found[1] is None:
        return Panel(label, dataset, (), None)
    one, other = (dict(zip(a.keys, a.values, strict=False)) for a in found if a)
    shared = [key for key in one if key in other]
    pairs = tuple(Pair(key, one[key], other[key]) for key in shared)
    alone = len(one) + len(other) - 2 * len(shared)
    mean = means(cells, names, dataset)
    return Panel(label, dataset, pairs, mean, alone)


def examples(
    analysis: Analysis,
    metric: str,
    dataset: tuple[str, str],
    cells: Mapping[tuple[str, str | None], Aggregate],
    names: tuple[str, str],
) -> tuple[Panel, ...]:
    """The examples of one dataset, name and label, that both methods answered."""
    wanted = (metric, dataset[0], *names)
    for one in analysis.joined:
        if (one.metric, one.dataset, one.left, one.right) == wanted:
            pairs = tuple(Pair("", left, right, count) for left, right, count in one.lines)
            mean = means(cells, names, dataset[0])
            return (Panel(dataset[1], dataset[0], pairs, mean, n=one.n),)
    return ()


def over_datasets(
    analysis: Analysis,
    datasets: Sequence[tuple[str, str]],
    cells: Mapping[tuple[str, str | None], Aggregate],
    names: tuple[str, str],
    *,
    whole: bool,
) -> tuple[Panel, ...]:
    """One panel with a line a dataset; the average where it covers these datasets."""
    pairs = []
    for dataset, _ in datasets:
        mean = means(cells, names, dataset)
        if mean is not None:
            pairs.append(Pair(dataset, *mean))
    over = means(cells, names, None) if whole and analysis.design.aggregate == "mean" else None
    return (Panel("", None, tuple(pairs), over),) if len(pairs) > 1 else ()


def means(
    cells: Mapping[tuple[str, str | None], Aggregate], names: tuple[str, str], place: str | None
) -> tuple[float, float] | None:
    """The means of both methods in one place; None where one has none."""
    found = [cells.get((name, place)) for name in names]
    means = [a.mean for a in found if a is not None and a.mean is not None]
    return (means[0], means[1]) if len(means) == PAIR else None


def unpaired(design: Design) -> tuple[str, str]:
    """Why nothing is paired, and the next move."""
    if design.unit is Unit.EXAMPLE:
        return (
            "no example of one dataset has an answer of both methods",
            "see that the column of examples names the same ones, or use --kind differences",
        )
    if not design.pair_by:
        return (
            (
                f"nothing is paired between the methods: their {design.noun}s are not declared to "
                "be the same"
            ),
            (
                'pair_by = ["seed"] in [design] (--pair-by seed) if a seed fixes something that '
                "both methods share; else --kind intervals or differences"
            ),
        )
    return (
        f"no {design.noun} has a number of both methods",
        "check that both ran with the same seeds, or use --kind intervals",
    )
