"""How many replicates show two methods to be equivalent: one study's numbers, and their words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paperforge.commands import planning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from paperforge.commands.planning import Study

POWER = ".8"
ASSUMED = (
    "equivalence: two one-sided tests (Schuirmann 1987) at the same alpha each, of methods that do "
    "not differ; their power is that of Phillips 1990"
)
BOUNDED = (
    "equivalence: two one-sided tests at the same alpha each, of methods that do not differ; each "
    "is planned with power .9, so that both succeed with .8 at least (Bonferroni)"
)


@dataclass(frozen=True, slots=True)
class Same:
    """What it takes to show that a difference is within a margin; in printed units."""

    margin: float
    n: int | None
    """Replicates, where nothing differs; None: no number is enough."""
    power: float
    """At n; of a law at least."""
    cautious: int | None = None
    """n with the pilot's variances at their upper limits."""
    half: int | None = None
    """n where the true difference is half of the margin."""
    reached: float | None = None
    """The smallest margin that the replicates which are planned or there show; None: not known."""


def same(study: Study, margin: float, n: int | None) -> Same:
    """Plan the two one-sided tests; n: replicates that are planned, bought or there."""
    from paperforge.stats import plan_equivalence

    if study.law is not None:
        return Same(margin, *plan_equivalence.by_law(study.law, margin, alpha=study.alpha))
    if study.mcnemar:
        assert study.discordance is not None
        parts = [(study.discordance * study.scale**2, 0.0)]
    else:
        parts = planning.per_unit(study)
    size, alpha = study.cluster if study.cluster > 1 else 1.0, study.alpha

    def examples(units: int | None) -> int | None:
        return None if units is None else math.ceil(units * size)

    found = plan_equivalence.equivalence_needed(margin, parts, study.averaged, alpha=alpha)
    half = plan_equivalence.equivalence_needed(
        margin, parts, study.averaged, difference=margin / 2, alpha=alpha
    )
    units, reached = int((n or 0) / size), None
    if units >= planning.LEAST:
        reached = plan_equivalence.smallest_margin(parts, units, study.averaged, alpha=alpha)
    return Same(
        margin, examples(found.n), found.power, examples(found.cautious), examples(half.n), reached
    )


def sentences(
    one: Same,
    study: Study,
    n: int | None,
    replicates: Callable[[int], str],
    amount: Callable[[float], str],
) -> Iterator[str]:
    """The answer: how many it takes, and what those that there are show."""
    at_least = " at least" if study.law is not None else ""
    start = f"To show equivalence within {amount(one.margin)} with power {POWER}{at_least}, where "
    start += "nothing differs,"
    if one.n is None:
        yield f"{start} no number is enough: the margin is too narrow for this design."
        return
    more = ""
    if one.cautious is not None and one.cautious != one.n:
        more = f"; {one.cautious:,} if the pilot's spread was small by luck"
    if one.half is not None:
        more += f"; {one.half:,} where the true difference is half of the margin"
    yield f"{start} it takes {replicates(one.n)}{more}."
    if one.reached is not None and n:
        yield (
            f"With {replicates(n)} equivalence is shown within {amount(one.reached)} or more, with "
            f"power {POWER}."
        )


def plain(one: Same | None) -> dict[str, Any] | None:
    """As JSON has it."""
    if one is None:
        return None
    return {
        "margin": one.margin,
        "needed": {
            "n": one.n,
            "power": one.power,
            "cautious": one.cautious,
            "half_the_margin": one.half,
        },
        "smallest_margin": one.reached,
    }
