"""How examples are grouped, in words: clusters, samples of prompts, ratings of items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats.clusters import scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Results
    from paperforge.stats.cells import Cells


def sampled(results: Results) -> bool:
    """Whether examples are samples of prompts, or ratings of items.

    results/nested.py and results/raters.py name them so: prompt/sample in the cluster prompt.
    """
    return any(
        "cluster" in one.columns and one.columns.get("example", "").startswith(f"{cluster}/")
        for one in results.mapped
        for cluster in [one.columns.get("cluster", "")]
    )


def nouns(results: Results) -> tuple[str, str]:
    """What examples and their groups are called: ("samples", "prompts")."""
    if not sampled(results):
        return "examples", "clusters"
    if any(results.ratings(metric.name) for metric in results.metrics):
        return "ratings", "items"
    return "samples", "prompts"


def clusters(tables: Sequence[Cells]) -> str:
    """How many clusters there are, "8 or 9" where metrics differ; empty: examples stand alone."""
    by_example = [cells.examples or cells for cells in tables]
    return " or ".join(map(str, sorted({c.groups for c in by_example if c.clustered})))


def words(results: Results, tables: Sequence[Cells]) -> tuple[str, str]:
    """What is scored, and how it is grouped: ("samples", "of 40 prompts"), ("examples", "")."""
    count = clusters(tables)
    if not count:
        return "examples", ""
    one, group = nouns(results)
    return one, f"{'in' if group == 'clusters' else 'of'} {count} {group}"


def uneven(cells: Cells) -> bool:
    """Whether sizes of clusters differ so much that the t test is scaled (unequal.py)."""
    codes = [c.groups for c in cells.table.values() if c.groups is not None]
    return cells.clustered and any(scale([one], cells.groups) for one in codes)


def sentences(results: Results, tables: Sequence[Cells]) -> Iterator[str]:
    """How examples are grouped, and what tests do about it."""
    one, grouped = words(results, tables)
    if grouped:
        how = (
            f"Examples are grouped {grouped}"
            if one == "examples"
            else f"Examples are {one} {grouped}"
        )
        both = any(cells.examples is not None and cells.examples.clustered for cells in tables)
        part = " of the part that the examples add" if both else ""
        scaled = (
            "; where they are of very unequal size, scaled so that t holds its level at any such "
            "correlation"
        ) * any(uneven(cells.examples or cells) for cells in tables)
        yield (
            f"{how}; intervals and tests allow for correlation within them (CR2, t with Bell and "
            f"McCaffrey's degrees of freedom{scaled}{part})."
        )
    several = [c for c in (t.examples or t for t in tables) if len(c.datasets) > 1]
    if any(cells.crossing for cells in several):
        yield (
            "Equal ids of examples or clusters in several datasets are taken as the same thing: "
            "its differences are summed over the datasets first; design.ids (--ids apart) "
            "takes them for different ones."
        )
    elif any(c.unit is Unit.EXAMPLE for c in several) and results.items_apart:
        yield (
            "Equal ids in several datasets are taken for different examples: ids that only count "
            "say nothing of another dataset. Where they are the same items, design.ids "
            "(--ids same) sums their differences over the datasets first."
        )
