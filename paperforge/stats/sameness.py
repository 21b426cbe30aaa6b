"""Whether every run was scored on the same examples, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from paperforge.model import Diagnostic, Severity
from paperforge.spec import Unit
from paperforge.stats.added import ADDED
from paperforge.stats.rounded import ROUNDED
from paperforge.stats.shared import in_results

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Results
    from paperforge.stats.cells import Cells
    from paperforge.stats.compare import Compared
    from paperforge.stats.design import Replication
    from paperforge.stats.shared import Uneven

    Table = tuple[Cells, Sequence[Compared]]

ON_SHARED = "each comparison on the examples that all runs of both methods share"
ON_OWN = "each run averaged over its own examples"
NAMED = 3
"""Comparisons, and runs, that a sentence names, at most."""


class Found(NamedTuple):
    """A metric whose runs were not all scored on the same examples."""

    cells: Cells
    odd: Uneven
    compared: Sequence[Compared]


def found(results: Results, unit: Replication, tables: Sequence[Table]) -> list[Found]:
    """The metrics of which that is so, where runs are replicated and were scored by example."""
    if unit.folds or "example" not in results.present:
        return []
    made = []
    for cells, compared in tables:
        odd = cells.uneven
        if cells.unit is Unit.SEED and compared:
            counts = {at: cell.n for at, cell in cells.table.items()}
            odd = in_results(results, cells.metric, counts)
        if odd is not None and compared:
            made.append(Found(cells, odd, compared))
    return made


def flat(found: Sequence[Compared], one: Compared) -> list[str]:
    """Datasets without any variance that an average counts as known without error."""
    contrast = one.contrast
    if one.scope is not None or contrast.p is None or contrast.variance is None:
        return []
    if contrast.test.endswith(ADDED) or ROUNDED in contrast.test:
        return []
    return [
        c.scope
        for c in found
        if c.scope is not None and (c.a, c.b) == (one.a, one.b) and c.contrast.variance == 0
    ]


def unvaried(tables: Sequence[Table]) -> Iterator[Diagnostic]:
    """Warn of averages whose interval leaves datasets out, as nothing varies there."""
    for cells, compared in tables:
        odd = [(one, names) for one in compared if (names := flat(compared, one))]
        if not odd:
            continue
        one, names = odd[0]
        more = f" (and so in {len(odd) - 1} more comparisons)" if len(odd) > 1 else ""
        text = f"{one.a} − {one.b} does not vary on {listed(names)}{more}: in the average it counts"
        text += " as known without error there, which makes the interval too narrow where scores"
        text += " were rounded or copied"
        hint = "give the scores with all their decimals"
        yield Diagnostic(Severity.WARNING, cells.metric.label or cells.metric.name, text, hint)


def coarse(tables: Sequence[Table]) -> Iterator[Diagnostic]:
    """Say where rounding was counted, and what would make that needless."""
    for cells, compared in tables:
        named = [f"{one.a} and {one.b}{on(one.scope or '')}" for one in compared if counted(one)]
        if named:
            text = (
                f"the decimals of the scores are few for what they vary ({listed(named)}): p and "
            )
            text += "interval are those of the scores that round to these and say least"
            hint = "give the scores with more decimals"
            yield Diagnostic(Severity.NOTE, cells.metric.label or cells.metric.name, text, hint)


def counted(one: Compared) -> bool:
    """Whether its rounding was counted."""
    return ROUNDED in one.contrast.test


def sentences(odd: Sequence[Found], tables: Sequence[Table], noun: str) -> Iterator[str]:
    """Say which examples were compared, what each side leaves out, and which runs are short."""
    both = [cells for cells, compared in tables if compared and cells.unit is Unit.BOTH]
    if both and not any(one.cells.unit is Unit.BOTH for one in odd):
        yield "Every run of a method is scored on the same examples, which are matched by id."
    if not odd:
        return
    first = odd[0]
    yield from on_shared(first) if first.cells.unit is Unit.BOTH else on_own(first)
    yield from short(first, noun)


def on_shared(one: Found) -> Iterator[str]:
    """Of runs x examples: what every comparison was made on."""
    named = []
    for c in one.compared:
        if c.scope is not None and any(c.unmatched):
            n, x, y = one.odd.left(c.a, c.b, c.scope)
            left = " and ".join(f"{k:,} of {m}" for k, m in ((x, c.a), (y, c.b)) if k)
            named.append(f"{n:,} for {c.a} against {c.b}{on(c.scope)} (left out: {left})")
    yield (
        "Not every run is scored on the same examples. They are matched by id, and a comparison "
        f"is made on those that all runs of both methods have: {listed(named)}. The mean of a "
        "method alone is over all its examples."
    )


def on_own(one: Found) -> Iterator[str]:
    """Of runs alone: that their means are over other examples."""
    named = []
    for c in one.compared:
        if c.scope is not None and one.odd.of(c.a, c.b, c.scope):
            n, x, y = one.odd.left(c.a, c.b, c.scope)
            named.append(f"{n:,} of {n + x:,} of {c.a} and {n + y:,} of {c.b}{on(c.scope)}")
    shared = f" Examples that all runs of both methods have: {listed(named)}." * bool(named)
    yield (
        "Not every run is scored on the same examples, and each is averaged over its own: a "
        f"difference may be one of examples.{shared}"
    )


def short(one: Found, noun: str) -> Iterator[str]:
    """Name the runs that lack examples of their own method."""
    named = []
    for (method, dataset), scores in one.odd.cells.items():
        whole = one.odd.size(method, dataset)
        for key, n in one.odd.short(method, dataset).items():
            run = one.cells.names.get(key, str(key))
            named.append(f"{noun} {run} of {scores.method}{on(dataset)} has {n:,} of {whole:,}")
    if named:
        yield f"Runs without some of their method's examples: {listed(named)}."


def listed(named: Sequence[str]) -> str:
    """The first few."""
    more = f"; and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return "; ".join(named[:NAMED]) + more


def on(scope: str) -> str:
    """Write " on digits", or nothing where the dataset has no name."""
    return f" on {scope}" if scope else ""


def words(odd: Sequence[Found]) -> str:
    """What a methods section says of it; empty where all runs have the same examples."""
    if not odd:
        return ""
    return ON_SHARED if odd[0].cells.unit is Unit.BOTH else ON_OWN


def warnings(odd: Sequence[Found]) -> Iterator[Diagnostic]:
    """Warn of it: a mean over other examples is no mean of the same."""
    for one in odd:
        text = "not every run is scored on the same examples: "
        text += "compared are those that all runs of both methods have"
        if one.cells.unit is not Unit.BOTH:
            text = "not every run is scored on the same examples, and each is averaged over its own"
        hint = "score every run on every example"
        if one.cells.unit is not Unit.BOTH:
            hint += '; replicate = "seed and example" compares what is shared'
        yield Diagnostic(Severity.WARNING, one.cells.metric.label, text, hint)
