"""Which test decided which comparison, in one sentence that names each test once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.tables.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from paperforge.model import Analysis, Decision

    Groups = Mapping[str, Sequence[Decision]]

MOST_NAMED = 3
APART = " with "
"""What follows says how a test takes its degrees of freedom: the same test in essence."""


def deciding(tested: Sequence[Decision], analysis: Analysis, where: Callable[[str], str]) -> str:
    """What decided these comparisons, each test once and with the comparisons that it decided.

    "Welch t on the average, with each difference's own df for A against B", where the tests differ
    in their degrees of freedom alone; else "Welch t (Accuracy) and McNemar exact (Time)". `where`:
    a test -> what follows it. Raises ValueError where there are no comparisons.
    """
    if not tested:
        raise ValueError("no comparison is tested")
    groups: dict[str, list[Decision]] = {}
    for d in tested:
        groups.setdefault(d.test, []).append(d)
    if len(groups) == 1:
        return f"{tested[0].test}{where(tested[0].test)}"
    common = root(groups)
    if common:
        apart = [
            f", {name.removeprefix(common).strip()} for {_which(found, tested, analysis)}"
            for name, found in groups.items()
            if name != common
        ]
        return f"{common}{where(common)}{''.join(apart)}"
    return listed(
        [
            f"{name}{where(name)} ({_which(found, tested, analysis)})"
            for name, found in groups.items()
        ]
    )


def root(names: Groups | Sequence[str]) -> str:
    """The test that these are in essence; empty where they are different ones."""
    roots = {name.partition(APART)[0] for name in names}
    return roots.pop() if len(roots) == 1 else ""


def _which(found: Sequence[Decision], tested: Sequence[Decision], analysis: Analysis) -> str:
    """The comparisons of one test: by their metrics where it decided all of these, else by name."""
    metrics = dict.fromkeys(d.metric for d in found)
    several = len({d.metric for d in tested}) > 1
    labels = {m.name: plain(m.label) for m in analysis.metrics}
    if several and sum(d.metric in metrics for d in tested) == len(found):
        return listed([labels.get(name, name) for name in metrics])
    if len(found) > MOST_NAMED:
        return f"{len(found)} of {len(tested)} comparisons"
    names = {m.name: plain(m.label) for m in analysis.methods}
    against: dict[tuple[str, str], list[str]] = {}
    for d in found:
        against.setdefault((d.a, d.metric), []).append(names.get(d.b, d.b))
    return listed(
        [
            f"{names.get(a, a)} against {listed(others)}"
            + (f" in {labels.get(metric, metric)}" if several else "")
            for (a, metric), others in against.items()
        ]
    )
