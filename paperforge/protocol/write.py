"""Protocol -> the text of a plan.toml that its author reads, edits and freezes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.project.write import key_text, value_text

if TYPE_CHECKING:
    from paperforge.model import PlannedMethod, PlannedMetric, Protocol

_LONG = 28
"""Letters of a line behind which a comment is not read: it stands above."""
_HEAD = """\
# The plan of this study, written before the results that it is to judge. Edit it, then
#   paperforge plan --freeze   keeps its hash and the date
#   paperforge plan --check    says whether the analysis still is the planned one; every build does
"""
_STOPPING = """\
[stopping]
# No looks: the data is judged once, when all that is planned is there. To look on the way:
#   looks = [3, 6, 10]     replicates a cell at each look; the last is the largest number planned
# and how alpha is spent over them: "obrien-fleming" (hardly any early) or "pocock" (more early).
"""
_SEVERAL = """\
# The data is judged at each of these numbers of replicates a cell, alpha is spent over them.
"""


def dump(plan: Protocol) -> str:
    """The text that `read` reads as this plan."""
    top = [
        ("question", plan.question, "what the paper asks, in one sentence"),
        ("estimand", plan.estimand, "the number that answers it"),
        ("", None, ""),
        ("datasets", plan.datasets, "" if plan.datasets else "empty: the results name none"),
        ("ablations", plan.ablations, "run and reported, compared with nothing"),
        ("", None, ""),
        ("unit", plan.unit, "a new draw of what would change the numbers"),
        ("examples", plan.examples, "in each dataset"),
        ("pair_by", plan.pair_by, '["seed"]: equal seeds share a split, order or initialisation'),
        ("alpha", plan.alpha, "the error rate of the whole family"),
        ("correction", plan.correction, "over the comparisons that scope puts together"),
        ("scope", plan.scope, '"all": those of all metrics; "metric": those of each by itself'),
    ]
    lines = [_line(*one) if one[0] else "" for one in top if not one[0] or one[1] is not None]
    family = "# What is compared, on each metric: the first against the second."
    pairs = [list(pair) for pair in plan.family]
    blocks = [_HEAD, "\n".join(lines) + "\n", f"{family}\nfamily = {value_text(pairs)}\n"]
    blocks += [_method(name, one) for name, one in plan.methods.items()]
    blocks += [_metric(name, one) for name, one in plan.metrics.items()]
    blocks.append(_stopping(plan))
    return "\n".join(blocks)


def _line(key: str, value: object, comment: str) -> str:
    text = f"{key} = {value_text(value)}"
    if comment and len(text) > _LONG:
        return f"# {key}: {comment}\n{text}"
    return f"{text:<28}  # {comment}" if comment else text


def _method(name: str, method: PlannedMethod) -> str:
    lines = [f"[methods.{key_text(name)}]"]
    if method.role:
        lines.append(_line("role", method.role, ""))
    if method.seeds:
        lines.append(_line("seeds", method.seeds, "runs on each dataset"))
    return "\n".join(lines) + "\n"


def _metric(name: str, metric: PlannedMetric) -> str:
    lines = [f"[metrics.{key_text(name)}]"]
    if metric.direction:
        lines.append(_line("direction", metric.direction, "values that are better"))
    if metric.margin is None:
        lines.append(
            "# margin = 0.5                # smaller differences do not matter, as printed"
        )
    else:
        lines.append(_line("margin", metric.margin, "smaller differences do not matter"))
    if metric.detectable is not None:
        comment = "the smallest difference that would be found with power .8"
        lines.append(_line("detectable", metric.detectable, comment))
    return "\n".join(lines) + "\n"


def _stopping(plan: Protocol) -> str:
    stopping = plan.stopping
    if not stopping.looks:
        return _STOPPING
    looks = f"looks = {value_text(stopping.looks)}\nspending = {value_text(stopping.spending)}\n"
    return f"[stopping]\n{_SEVERAL}{looks}"
