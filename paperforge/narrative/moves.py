"""What to do about comparisons that nothing could be said of: the next move, a sentence a cause."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from paperforge.model import Verdict
from paperforge.narrative import blocks, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from paperforge.model import Analysis, Decision

OPEN = (Verdict.UNTESTED, Verdict.UNDECIDABLE)
LISTED, SAMPLE = 3, 5
"""Names that a sentence lists, at most; datasets from which on they may be a sample."""
EXACT = "exact"
DECIMALS = r" at \d decimals?$"
"""Ends the reason of comparisons in which nothing varies as the scores are rounded."""
HOLES = r"not reported|not run|crashed|out of memory|not finite|not applicable|no run"


def sentences(analysis: Analysis) -> tuple[str, ...]:
    """One for each cause for which a primary comparison is untested or undecidable."""
    stuck = [d for d in analysis.decisions if d.primary and d.verdict in OPEN]
    said: list[str] = []
    left = stuck
    for pattern, move in MOVES:
        mine = [d for d in left if re.search(pattern, d.reason)]
        left = [d for d in left if d not in mine]
        said += [move(analysis, mine)] if mine else []
    if left:
        why = words.joined(list(dict.fromkeys(d.reason for d in left if d.reason))[:LISTED])
        start = f"For what cannot be told ({why})" if why else "For what cannot be told"
        said.append(
            f"{start} --why says what was looked at; more of what is replicated may decide."
        )
    return tuple(said)


def _no_replicates(analysis: Analysis, _: Sequence[Decision]) -> str:
    place, many = analysis.design.place, len(analysis.datasets)
    sample = f" --replicate dataset takes the {many} as a sample." if many >= SAMPLE else ""
    return (
        "One number a cell has no spread: give a row a run with its seed, or a row an example with "
        f"its score; or, beside each mean, its spread and number of runs (accuracy_std, n). "
        f"A share of right answers is bounded where n says of how many examples on each {place}."
        f"{sample}"
    )


def _one_replicate(analysis: Analysis, mine: Sequence[Decision]) -> str:
    found = dict.fromkeys(
        place for d in mine for place in re.findall(r"one replicate only \((.*?)\)", d.reason)
    )
    noun, of = _nouns(analysis, mine), _few(list(found)) or "each method"
    return f"Run a second {noun}, better three or more, of {of}."


def _nouns(analysis: Analysis, mine: Sequence[Decision], plural: str = "") -> str:
    """What the metrics of these comparisons replicate: "seed", "seed or example"."""
    return " or ".join(dict.fromkeys(f"{analysis.design.of(d.metric).noun}{plural}" for d in mine))


def _missing(_: Analysis, mine: Sequence[Decision]) -> str:
    found = dict.fromkeys(
        hole for d in mine for hole in d.reason.removeprefix("no average: ").split(", ")
    )
    return (
        f"Run what is missing ({_few(list(found))}), or leave the method or the dataset out of all "
        "(--where COLUMN=VALUE keeps rows); --diverged METRIC=VALUE counts a failed run as a score."
    )


def _identical(analysis: Analysis, mine: Sequence[Decision]) -> str:
    more = "other examples or seeds"
    if any(re.search(DECIMALS, d.reason) for d in mine):
        more = "more decimals, other examples or seeds"
    return (
        f"Check that {_pairs(analysis, mine)} are two methods, and not one read twice: their "
        f"outputs are the same; if they are, {more} may tell them apart."
    )


def _constant(analysis: Analysis, mine: Sequence[Decision]) -> str:
    nouns = _nouns(analysis, mine, "s")
    rounded = [d for d in mine if re.search(DECIMALS, d.reason)]
    if rounded:
        return (
            f"Give the scores of {_pairs(analysis, rounded)} with more decimals: as they are "
            "rounded nothing varies, and there is no error to hold a difference against."
        )
    return (
        f"Check that the {nouns} of {_pairs(analysis, mine)} are different runs, and not rounded "
        "or copied: where nothing varies there is no error to hold a difference against."
    )


def _few_discordant(analysis: Analysis, mine: Sequence[Decision]) -> str:
    exact = analysis.design.mcnemar == EXACT or any(EXACT in d.test for d in mine)
    least = _halvings(analysis, mine, 2.0 if exact else 1.0)
    return (
        f"Score more examples: it takes {least} at least that only one of the two has right"
        f"{_fewer(mine)}."
    )


def _few_different(analysis: Analysis, mine: Sequence[Decision]) -> str:
    least = _halvings(analysis, mine, 2.0)
    return f"Score more examples: it takes {least} at least on which the two differ{_fewer(mine)}."


def _few_datasets(analysis: Analysis, mine: Sequence[Decision]) -> str:
    least = _halvings(analysis, mine, 2.0)
    return f"Add datasets: it takes {least} at least{_fewer(mine)}."


def _halvings(analysis: Analysis, mine: Sequence[Decision], top: float) -> int:
    """The fewest m with top / 2^m times the family's step below alpha."""
    design = analysis.design
    size = 1 if design.correction == "none" else max(1, *(d.family for d in mine))
    return math.floor(math.log2(top * size / design.alpha)) + 1


def _fewer(mine: Sequence[Decision]) -> str:
    several = max(d.family for d in mine) > 1
    return ", or fewer comparisons (--ours and --baseline name them)" if several else ""


def _one_cluster(_: Analysis, __: Sequence[Decision]) -> str:
    return "Score examples of other clusters: two are the least, ten say how much they vary."


def _not_everywhere(analysis: Analysis, _: Sequence[Decision]) -> str:
    return (
        f"Measure two runs or more on every {analysis.design.place}, or keep those "
        f"{analysis.design.place}s that the runs share (--where COLUMN=VALUE)."
    )


def _too_large(_: Analysis, __: Sequence[Decision]) -> str:
    return "Write the metric in a larger unit: squares of these numbers overflow."


def _ranks(_: Analysis, __: Sequence[Decision]) -> str:
    return "Take --posthoc wilcoxon, which tests the scores themselves, not their ranks."


def _one_dataset(_: Analysis, __: Sequence[Decision]) -> str:
    return "Run both methods on two datasets or more, or declare another unit (--replicate seed)."


def _lacking(_: Analysis, mine: Sequence[Decision]) -> str:
    why = _few(list(dict.fromkeys(d.reason for d in mine)))
    return f"Say what is lacking ({why}): columns of the spread and of n, --map COLUMN=sd, =n."


def _no_ids(_: Analysis, mine: Sequence[Decision]) -> str:
    found = dict.fromkeys(
        place for d in mine for place in re.findall(r"no example ids \((.*?)\)", d.reason)
    )
    return (
        f"Give the scores of {_few(list(found))} by example, with the ids that the others have; or "
        "two runs or more of every method, and --replicate seed."
    )


def _ratio(_: Analysis, __: Sequence[Decision]) -> str:
    return "Say n_test / n_train: --test-share 0.25, or name the column of the folds."


def _between(analysis: Analysis, _: Sequence[Decision]) -> str:
    return (
        f"Judge at the next planned look; --alpha {analysis.design.alpha:.4g} judges now, and "
        "spends what the plan does not allow for."
    )


MOVES: tuple[tuple[str, Callable[[Analysis, Sequence[Decision]], str]], ...] = (
    (r"^between planned looks", _between),
    (r"^one run a cell", _no_replicates),
    (r"no example ids", _no_ids),
    (r"one replicate only", _one_replicate),
    (r"discordant examples?: p cannot", _few_discordant),
    (r"examples? on which the two differ: p cannot", _few_different),
    (r"datasets?: p cannot", _few_datasets),
    (r"identical outputs", _identical),
    (r"nothing varies", _constant),
    (r"one cluster", _one_cluster),
    (r"fewer than two runs are measured", _not_everywhere),
    (r"too large to compare", _too_large),
    (r"mean ranks and scores", _ranks),
    (r"one dataset only|no dataset has both", _one_dataset),
    (r"is reported", _lacking),
    (r"sizes of test and training", _ratio),
    (r"only one run", _one_replicate),
    (rf"no average|{HOLES}", _missing),
)
"""Reason of a decision -> what to do about it; the first that fits."""


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"{', '.join(names[:LISTED])}{more}"


def _pairs(analysis: Analysis, mine: Sequence[Decision]) -> str:
    return _few(list(_each(analysis, mine)))


def _each(analysis: Analysis, mine: Sequence[Decision]) -> Iterator[str]:
    names = ((blocks.method(analysis, d.a), blocks.method(analysis, d.b)) for d in mine)
    yield from dict.fromkeys(f"{a} and {b}" for a, b in names)
