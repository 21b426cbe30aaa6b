"""How examples are grouped, in words: clusters, samples of prompts, ratings of items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats.clusters import scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Results
    from paperforge.stats.cells import Cells


MOST = 3
"""Methods whose numbers of samples are named one by one."""


def of_prompts(results: Results) -> bool:
    """Whether examples are prompts with several samples, averaged (results/nested.py)."""
    if sampled(results):
        return not any(results.ratings(metric.name) for metric in results.metrics)
    named = any(one.columns.get("example", "").rpartition("/")[0] for one in results.mapped)
    if not named or {"seed", "run", "fold"} & results.varies:
        return False
    # In clusters of the author's own: then nothing but samples is averaged.
    cells = (s for m in results.metrics for s in results.samples(m.name, Unit.EXAMPLE))
    return any(s.repeats is not None and s.repeats.max(initial=0) > 1 for s in cells)


def sampled(results: Results) -> bool:
    """Whether examples are prompts with several samples, or ratings of items.

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
    count, what = clusters(tables), "prompts" if of_prompts(results) else "examples"
    if not count or what == "prompts":
        return what, count and f"in {count} clusters"
    one, group = nouns(results)
    return one, f"{'in' if group == 'clusters' else 'of'} {count} {group}"


def counts(results: Results, tables: Sequence[Cells]) -> dict[str, tuple[int, int]]:
    """Method -> the fewest and the most samples of a prompt, over metrics and datasets."""
    found: dict[str, tuple[int, int]] = {}
    if {"seed", "run", "fold"} & results.varies:  # then a score is a mean of those
        return found
    for cells in tables if of_prompts(results) else ():
        if cells.unit is not Unit.EXAMPLE:
            continue
        for s in results.samples(cells.metric.name, Unit.EXAMPLE):
            if s.repeats is not None and len(s.repeats):
                least, most = found.get(s.method, (int(s.repeats.min()), 0))
                found[s.method] = min(least, int(s.repeats.min())), max(most, int(s.repeats.max()))
    return found


def each(results: Results, tables: Sequence[Cells]) -> str:
    """How many samples a prompt has: "10 and 3 samples each"; empty where it has none."""
    many = list(counts(results, tables).values())
    if not many or max(most for _, most in many) <= 1:
        return ""
    if len(set(many)) > 1 and len(many) > MOST:
        many = [(min(least for least, _ in many), max(most for _, most in many))]
    return f"{_listed(list(dict.fromkeys(many)))} samples each"


def _listed(many: Sequence[tuple[int, int]]) -> str:
    """Write "10 and 3", "2 to 8"."""
    said = [str(most) if least == most else f"{least} to {most}" for least, most in many]
    return " and ".join([*filter(None, [", ".join(said[:-1])]), said[-1]])


def of_samples(results: Results, tables: Sequence[Cells]) -> str:
    """What becomes of the samples of a prompt."""
    found = counts(results, tables)
    several = each(results, tables)
    many = f" ({several})" if several else ""
    if len(set(found.values())) > 1 and len(found) <= MOST:
        of = (f"{_listed([one])} of {method}" for method, one in found.items())
        many = f" ({' and '.join(of)})"
    return (
        f"An example is a prompt, and its score is the mean of its samples{many}: methods are "
        "matched by prompt and never by the number of a sample, no sample is left out, a mean is "
        "over prompts (pass@1), and the test is of the prompts' means, as samples of one prompt "
        "are no independent evidence."
    )


def uneven(cells: Cells) -> bool:
    """Whether sizes of clusters differ so much that the t test is scaled (unequal.py)."""
    codes = [c.groups for c in cells.table.values() if c.groups is not None]
    return cells.clustered and any(scale([one], cells.groups) for one in codes)


def allowed_for(tables: Sequence[Cells]) -> str:
    """What the tests do about clusters: sums are drawn in whole clusters, elsewhere CR2."""
    sums = [c for c in tables if c.clustered and c.metric.corpus]
    others = [c for c in tables if (c.examples or c).clustered and c not in sums]
    both = any(c.examples is not None and c.examples.clustered for c in tables)
    part = " of the part that the examples add" if both else ""
    scaled = (
        "; where they are of very unequal size, scaled so that t holds its level at any such "
        "correlation"
    ) * any(uneven(c.examples or c) for c in tables)
    robust = (
        "intervals and tests allow for correlation within them (CR2, t with Bell and "
        f"McCaffrey's degrees of freedom{scaled}{part})"
    )
    if not sums:
        return robust
    labels = " and ".join(c.metric.label or c.metric.name for c in sums)
    whole = "intervals and tests draw them whole (bootstrap of sums)"
    return f"in {labels}, {whole}, else {robust}" if others else whole


def sentences(results: Results, tables: Sequence[Cells]) -> Iterator[str]:
    """How examples are grouped, and what tests do about it."""
    one, grouped = words(results, tables)
    if one == "prompts":
        yield of_samples(results, tables)
    if grouped:
        how = (
            f"{one.capitalize()} are grouped {grouped}"
            if one in ("examples", "prompts")
            else f"Examples are {one} {grouped}"
        )
        yield f"{how}; {allowed_for(tables)}."
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
