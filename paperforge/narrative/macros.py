r"""Numbers for the text: \pf{accuracy/lora-r8/digits} prints what the table prints.

Keys are made of slugs (lower case, a-z 0-9 . -), joined by slashes:

    METRIC/METHOD/DATASET             mean of the cell             91.2
    METRIC/METHOD                     mean of the average over the datasets, where it is complete;
                                      with one dataset: of that dataset
        …/sd  …/se                    standard deviation, standard error
        …/pm                          mean ± spread, as in the table
        …/n                           replicates
    METRIC/A-vs-B                     difference A - B of the primary comparison (on the average;
                                      with one dataset: on that dataset)
    METRIC/A-vs-B/DATASET             difference on one dataset
        …/difference                  the same
        …/size                        without its sign
        …/low  …/high                 ends of its interval
        …/p                           p-value: adjusted where the comparison is primary
    design/methods  design/datasets   how many
    design/replicates                 seeds or examples of a cell: "10" or "8–10"; where metrics
                                      replicate different things
    design/replicates/METRIC          those of each

Two names with one slug get a suffix of their own: generated/macros.tex lists every key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.columns import (
    column_rules,
    printed,
    quoted_spread,
    rule_of,
    spread_kind,
    spread_of,
)
from paperforge.latex.escape import number, slugs
from paperforge.latex.p_values import p_value
from paperforge.latex.rounding import Rounding, rule_for
from paperforge.model import Macro
from paperforge.spec import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from paperforge.model import Aggregate, Analysis, Decision

    Rules = Mapping[tuple[str, str | None], Rounding]

DESIGN = "design"
SUFFIXES = frozenset({"sd", "se", "pm", "n", "difference", "size", "low", "high", "p"})
"""Last parts with a meaning: a dataset of that name gets a suffix."""


def macros(analysis: Analysis, spread: str = "") -> tuple[Macro, ...]:
    """Every number of the analysis under its key, sorted by key.

    `spread`: the kind that the tables print (sd, se, ci, none), if not the design's default.
    """
    keys = _Keys(analysis)
    rules = {kind: column_rules(analysis, kind) for kind in ("sd", "se")}
    own = column_rules(analysis, spread)
    shown = {m.name: spread_kind(analysis, m.name, spread) for m in analysis.metrics}
    found: dict[str, Macro] = {macro.key: macro for macro in _design(analysis, keys.metric)}
    for one in analysis.aggregates:
        for key in keys.of_cell(one):
            found |= {
                m.key: m
                for m in _cell(one, key, {**rules, shown[one.metric]: own}, shown[one.metric])
            }
    for decision in analysis.decisions:
        key = keys.of_comparison(decision)
        found |= {m.key: m for m in _comparison(decision, key, own, analysis)}
    return tuple(found[key] for key in sorted(found))


def render(
    macros: Iterable[Macro],
    tables_notes: Mapping[str, str],
    head: str,
    alts: Mapping[str, str] | None = None,
) -> str:
    r"""The text of generated/macros.tex: the definitions, one line a number, one a note.

    `tables_notes`: name -> LaTeX. `alts`: figure -> its alternative text, plain. `head` defines
    \pfdefine{key}{text}, \pfdefinenote{name}{text}, \pfdefinealt{name}{text}.
    """
    lines = [head.rstrip("\n")]
    lines += [
        rf"\pfdefine{{{macro.key}}}{{{number(macro.printed)}}}"
        for macro in sorted(macros, key=lambda macro: macro.key)
    ]
    lines += [rf"\pfdefinenote{{{name}}}{{{text}}}" for name, text in sorted(tables_notes.items())]
    lines += [
        rf"\pfdefinealt{{{name}}}{{{_one_line(text)}}}"
        for name, text in sorted((alts or {}).items())
    ]
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    """An alternative text as its definition takes it: all characters but braces are as they are."""
    return " ".join(text.translate({ord("{"): "(", ord("}"): ")"}).split())


class _Keys:
    """The slugs of an analysis; pairs of methods take part, so no key stands for two things."""

    def __init__(self, analysis: Analysis) -> None:
        names = [m.name for m in analysis.methods]
        pairs = {(d.a, d.b): f"{d.a} vs {d.b}" for d in analysis.decisions}
        given = slugs([*names, *pairs.values()])
        self.metric = slugs((m.name for m in analysis.metrics), {DESIGN})
        self.method = {name: given[name] for name in names}
        self.pair = {pair: given[name] for pair, name in pairs.items()}
        self.dataset = slugs((d.name for d in analysis.datasets), SUFFIXES)
        self.single = len(analysis.datasets) == 1
        self.nameless = self.single and not analysis.datasets[0].name

    def of_cell(self, one: Aggregate) -> list[str]:
        """The cell's keys: with one dataset the method alone is enough."""
        short = f"{self.metric[one.metric]}/{self.method[one.method]}"
        if one.dataset is None or self.nameless:
            return [short]
        long = f"{short}/{self.dataset[one.dataset]}"
        return [long, short] if self.single else [long]

    def of_comparison(self, decision: Decision) -> str:
        """The comparison's key: without a dataset where it is the primary one."""
        short = f"{self.metric[decision.metric]}/{self.pair[decision.a, decision.b]}"
        if decision.scope is None or self.single:
            return short
        return f"{short}/{self.dataset[decision.scope]}"


def _cell(one: Aggregate, key: str, rules: Mapping[str, Rules], shown: str) -> Iterator[Macro]:
    if one.mean is None:
        return
    column = (one.metric, one.dataset)
    place = "the average" if one.dataset is None else one.dataset or "all"
    source = f"{one.metric} of {one.method} on {place}, n = {one.n}"
    both = printed(rules[shown][column], one, shown)
    yield Macro(key, both.mean, one.mean, source)
    yield Macro(f"{key}/n", f"{one.n:,}", one.n, source)
    for kind in ("sd", "se"):
        spread = spread_of(one, kind)
        if spread is not None:
            own = rules[shown if kind == shown else kind][column]
            text = own.show_spread(spread)
            if one.quoted is not None and one.quoted.kind == kind:
                text, spread = quoted_spread(rule_of(own, one), one.quoted), one.quoted.spread
            yield Macro(f"{key}/{kind}", text, spread, source)
    if both.behind:
        yield Macro(f"{key}/pm", f"{both.mean} ± {both.behind}", one.mean, source)


def _comparison(decision: Decision, key: str, rules: Rules, analysis: Analysis) -> Iterator[Macro]:
    if decision.estimate is None:
        return
    scope = decision.scope
    rule = rules.get((decision.metric, scope)) or rules.get((decision.metric, _only(analysis)))
    if rule is None:
        width = 0.0 if decision.low is None else abs(decision.estimate - decision.low)
        rule = rule_for([decision.estimate], [width])
    where = "the average" if scope is None else scope or "all"
    source = f"{decision.metric}, {decision.a} against {decision.b} on {where}, {decision.test}"
    numbers = {
        "": decision.estimate,
        "/difference": decision.estimate,
        "/size": abs(decision.estimate),
        "/low": decision.low,
        "/high": decision.high,
    }
    for suffix, value in numbers.items():
        if value is not None:
            yield Macro(key + suffix, rule.show(value), value, source)
    p = decision.p if decision.p_adjusted is None else decision.p_adjusted
    if p is not None:
        yield Macro(f"{key}/p", p_value(p, analysis.design.alpha), p, source)


def _only(analysis: Analysis) -> str | None:
    """The one dataset of an analysis whose comparisons do not name it."""
    return analysis.datasets[0].name if len(analysis.datasets) == 1 else None


def _design(analysis: Analysis, slug: Mapping[str, str]) -> Iterator[Macro]:
    yield Macro(f"{DESIGN}/methods", str(len(analysis.methods)), len(analysis.methods), DESIGN)
    named = len([d for d in analysis.datasets if d.name]) or len(analysis.datasets)
    yield Macro(f"{DESIGN}/datasets", str(named), named, DESIGN)
    designs = {f"{DESIGN}/replicates": analysis.design}
    if analysis.design.mixed:
        names = [m.name for m in analysis.metrics]
        designs = {f"{DESIGN}/replicates/{slug[n]}": analysis.design.of(n) for n in names}
    for key, design in designs.items():
        low, high = design.replicates
        if design.unit is not Unit.NONE and high:
            printed = f"{low:,}" if low == high else f"{low:,}–{high:,}"
            yield Macro(key, printed, low, DESIGN)
