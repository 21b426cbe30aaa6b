"""The sentences of a paper's methods section, true to what was done."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.narrative import words
from paperforge.spec import AGGREGATES, Unit

if TYPE_CHECKING:
    from paperforge.model import Analysis, Decision

CORRECTIONS = {
    "holm": "Holm's step-down correction (Holm 1979)",
    "bonferroni": "Bonferroni's correction",
    "bh": "Benjamini and Hochberg's procedure, which controls the false discovery rate",
    "max-t": "the single-step max-T procedure, which also gives simultaneous intervals",
    "romano-wolf": "Romano and Wolf's step-down procedure",
}
JOINT = ("max-t", "romano-wolf")
"""Corrections by the joint distribution, in which tests of equivalence have no part."""


def sentence(analysis: Analysis) -> str:
    """Sentences on design, test, family and intervals; empty where nothing is tested."""
    decisions = [d for d in analysis.decisions if d.primary and d.p is not None]
    if not decisions:
        return ""
    return " ".join(
        filter(
            None,
            (
                _tests(analysis, decisions),
                _lost(analysis),
                _correction(analysis, decisions),
                _margins(analysis, decisions),
                _best(analysis),
                _chance(analysis, decisions),
                analysis.design.generalises,
            ),
        )
    )


def _tests(analysis: Analysis, decisions: list[Decision]) -> str:
    """A sentence; where metrics replicate different things, one of each kind."""
    kinds: dict[Unit, list[Decision]] = {}
    for d in decisions:
        kinds.setdefault(analysis.design.of(d.metric).unit, []).append(d)
    labels = {m.name: m.label for m in analysis.metrics}
    said = []
    for mine in kinds.values():
        text = _test(replace(analysis, design=analysis.design.of(mine[0].metric)), mine)
        names = words.joined(list(dict.fromkeys(labels[d.metric] for d in mine)))
        said.append(text if len(kinds) == 1 else f"In {names}, {text[0].lower()}{text[1:]}")
    return " ".join(said)


def _test(analysis: Analysis, decisions: list[Decision]) -> str:
    tests = words.joined(sorted({named(d.test) for d in decisions}))
    first = next((d for d in decisions if d.scope is None), decisions[0])
    averaged = first.test.endswith("averages") or "bootstrap t of" in first.test
    where = _over(analysis, decisions)
    if where and not averaged:
        where = f" on the {AGGREGATES[analysis.design.aggregate]}{where}"
    level = f"{decisions[0].level:.0%}"
    clustered = any("clustered paired t" in d.test for d in decisions)
    clustered |= decisions[0].unit is Unit.BOTH and analysis.design.clustered
    more = any("answers added" in d.test for d in decisions)
    how = f" with standard errors robust to clusters ({_clusters(decisions)})" * clustered
    how += _few_and_unequal(decisions)
    how += f" ({_added(decisions)})" * more
    how += "," * (", " in tests and not how and bool(where))
    with_interval = any(d.low is not None for d in decisions)
    of = f" ({_replicates(analysis, decisions)}{_printed(analysis, decisions)})"
    ends = f"; intervals are {level} intervals of the same procedure" * with_interval
    ends += _other_than_means(decisions) * with_interval
    return f"Methods were compared by the two-sided {tests}{how}{where}{of}{ends}."


def _clusters(decisions: list[Decision]) -> str:
    """Whose standard errors, and what is done about clusters of very unequal size."""
    if any("unequal clusters" in d.test for d in decisions):
        return (
            "CR2, Bell and McCaffrey 2002; for clusters of very unequal size scaled to "
            "size-controlling critical values, Pötscher and Preinerstorfer 2025"
        )
    return "CR2, Bell and McCaffrey 2002"


def _few_and_unequal(decisions: list[Decision]) -> str:
    """Whose interval or degrees of freedom they are, where replicates are few and unequal."""
    if any("own quantile" in d.test for d in decisions):
        return " (Banerjee 1961: replicates are few and of unequal number)"
    if any("own df" in d.test for d in decisions):
        return (
            " (of a dataset with few and unequal replicates those of Banerjee's interval, 1961; "
            "over the datasets Satterthwaite's)"
        )
    return ""


def _other_than_means(decisions: list[Decision]) -> str:
    """What intervals are of, where differences are of means and they are not."""
    of = sorted({d.interval_of for d in decisions if d.interval_of})
    return (
        f" and of the {words.joined(of)} of the differences, which are given as means" if of else ""
    )


def _added(decisions: list[Decision]) -> str:
    """Whose rule the added answers are."""
    if any("answers added" in d.test and d.paired for d in decisions):
        return "Price and Bonett 2004, where all answers on a dataset are alike"
    several = any(d.test.startswith("stratified") for d in decisions)
    return "Price and Bonett 2004" if several else "Agresti and Caffo 2000"


def _over(analysis: Analysis, decisions: list[Decision]) -> str:
    """Over how many datasets averages were compared: " over 7 datasets"; empty where none were."""
    sizes = {
        analysis.over(d.metric) for d in decisions if d.scope is None and d.unit is not Unit.DATASET
    } - {1}
    if not sizes:
        return ""
    least, most = min(sizes), max(sizes)
    many = f"{most}" if least == most else f"{least} to {most}"
    return f" over {many} {analysis.design.place}s"


def _printed(analysis: Analysis, decisions: list[Decision]) -> str:
    """Whose numbers were compared as they were printed, in brackets behind the number of runs."""
    tested = {name for d in decisions for name in (d.a, d.b)}
    names = [m.label for m in analysis.methods if m.name in tested & set(analysis.design.printed)]
    if not names:
        return ""
    whose = "" if len(names) == len(tested) else f" of {words.joined(names)}"
    return f"; the means, spreads and numbers of runs{whose} as reported"


def named(test: str) -> str:
    """A test as a sentence calls it: "Welch t test", "paired t test on seed averages"."""
    return re.sub(
        r"\b(t|sign-flip|McNemar (?:mid-p|exact)|Nemenyi|Wilcoxon signed-rank|Newcombe)(?=$| |,)",
        r"\1 test",
        test,
        count=1,
    )


def _replicates(analysis: Analysis, decisions: list[Decision]) -> str:
    unit, noun = decisions[0].unit, analysis.design.noun
    sizes = [n for d in decisions for n in d.n]
    if unit is Unit.EXAMPLE and any(d.scope is None for d in decisions):
        metrics = {d.metric for d in decisions}  # an average's own n is that of its smallest
        sizes += [
            n for d in analysis.decisions if d.metric in metrics and d.scope for n in d.n if n
        ]
    if unit not in (Unit.DATASET, Unit.EXAMPLE) and not all(d.paired for d in decisions):
        sizes += [n for n in analysis.design.replicates if n]
    least, most = min(sizes), max(sizes)
    count = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    if unit is Unit.DATASET:
        return f"{count} {analysis.design.place}s"
    if unit is Unit.EXAMPLE:
        each = f" a {analysis.design.place}" if least < most else ""
        what, grouped = analysis.design.scored
        return f"{count} {what}{each}{grouped and ' ' + grouped}, {_runs(analysis)}"
    paired = ", paired" if any(d.paired for d in decisions) else ""
    runs = f"{count} {noun}{'' if most == 1 else 's'} a method{_seeds(analysis)}{paired}"
    if unit is Unit.BOTH and not analysis.design.sameness:
        what, grouped = analysis.design.scored
        return f"{runs}, every run scored on the same {what}{grouped and ' ' + grouped}"
    return f"{runs}{analysis.design.sameness and ', ' + analysis.design.sameness}"


def _seeds(analysis: Analysis) -> str:
    """How many seeds the score of a fold comes from."""
    least, most = analysis.design.averaged
    if analysis.design.noun != "fold" or most <= 1:
        return ""
    return f", each the mean of {most if least == most else f'{least} to {most}'} seeds"


def _runs(analysis: Analysis) -> str:
    """How many runs the score of an example comes from."""
    least, most = analysis.design.averaged
    if most <= 1:
        return "one run a method"
    count = f"{most}" if least == most else f"{least} to {most}"
    return f"each score the mean of {count} runs"


def _lost(analysis: Analysis) -> str:
    """Runs without a number that count as a score."""
    lost = analysis.design.scored_lost
    return f"Runs without a number count as a score: {words.joined(list(lost))}." if lost else ""


def _correction(analysis: Analysis, decisions: list[Decision]) -> str:
    design = analysis.design
    size = max(d.family for d in decisions)
    alpha = f"α = {design.alpha:g}".replace("0.", ".")
    if size < 2:  # noqa: PLR2004  one comparison is no family
        return f"There was one primary comparison, at {alpha}."
    each = " of each metric" if design.per_metric else ""
    if all(d.test == "Nemenyi" for d in decisions):
        return f"Nemenyi's p holds for the {size} comparisons ({design.family}) at {alpha}."
    if design.correction == "none":
        return f"The {size:,} comparisons{each} ({design.family}) were not corrected, at {alpha}."
    how = CORRECTIONS[design.correction]
    return f"The {size:,} comparisons{each} ({design.family}) were corrected by {how} at {alpha}."


def _margins(analysis: Analysis, decisions: list[Decision]) -> str:
    tested = {d.metric for d in decisions}
    said = [
        f"{words.margin(m)} in {m.label}"
        for m in analysis.metrics
        if m.margin is not None and m.name in tested
    ]
    if not said:
        return ""
    return (
        f"Equivalence within {words.joined(said)} was tested by two one-sided tests "
        f"(Schuirmann 1987){_of_same(analysis, decisions)}."
    )


def _of_same(analysis: Analysis, decisions: list[Decision]) -> str:
    """How their p was corrected, where the joint distribution of the differences has none."""
    design = analysis.design
    size = max(d.family for d in decisions)
    known = any(d.p_equivalence_adjusted is not None for d in decisions)
    if size < 2 or design.correction not in JOINT or not known:  # noqa: PLR2004  no family
        return ""
    each = " of each metric" if design.per_metric else ""
    return f", corrected by Bonferroni's correction over the {size:,} comparisons{each}"


def _best(analysis: Analysis) -> str:
    """The best-set where there is one: a family of its own, corrected over no comparison above."""
    if not analysis.best:
        return ""
    labels = {m.name: m.label for m in analysis.metrics}
    tests = words.joined(sorted({one.test for one in analysis.best}))
    on = ""
    if len(labels) > 1:
        on = f" on {words.joined([labels.get(b.metric, b.metric) for b in analysis.best])}"
    level = f"{1 - analysis.best[0].alpha:.0%}"
    return (
        f"The methods that cannot be told from the best{on} are those that multiple comparisons "
        f"with the best (Hsu 1984; {tests}) do not leave out, each at {level}, beside that family."
    )


def _chance(analysis: Analysis, decisions: list[Decision]) -> str:
    drawn = any("bootstrap" in d.test or d.monte_carlo is not None for d in decisions)
    drawn = drawn or any("max-t" in one.test for one in analysis.best)
    if not drawn:
        return ""
    return f"Resampling was keyed by seed {analysis.design.seed}."
