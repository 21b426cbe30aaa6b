"""What is asked of one study, answered; and questions that contradict each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.commands import forecast, forecast_same, planning
from paperforge.errors import UsageError
from paperforge.spec import Unit

if TYPE_CHECKING:
    from paperforge.commands.plan_options import PlanOptions
    from paperforge.model import Design
    from paperforge.spec import Metric
    from paperforge.stats.outlook import Law

WANTED = {
    Unit.SEED: "n_seeds",
    Unit.BOTH: "n_seeds",
    Unit.EXAMPLE: "n_examples",
    Unit.DATASET: "n_datasets",
}
"""Unit -> the option that says how many there would be."""


def answered(  # noqa: PLR0917  parts of one value
    study: planning.Study,
    metric: Metric,
    names: tuple[str, str],
    alpha: float,
    correction: str,
    asked: PlanOptions,
    other: tuple[Law, int] | None = None,
) -> forecast.Forecast:
    """What is asked of one study; other: what else could be had more of, and how many there are."""
    needed = planning.needed(study, asked.difference) if asked.difference else None
    n = getattr(asked, WANTED[study.unit]) or None
    if asked.budget is not None:
        n = planning.affordable(study, asked.budget)
    if n is None and needed is None:
        n = study.have or None
    side = None
    if other is not None:
        side = planning.beside(study, *other, asked.difference)
    return forecast.Forecast(
        study=study,
        metric=metric,
        names=names,
        alpha=alpha,
        correction=correction,
        difference=asked.difference,
        needed=needed,
        n=n,
        budget=asked.budget,
        row=planning.detectable(study, n) if n else None,
        rows=planning.rows(study, n, needed.n if needed else None),
        other=side,
        same=None if metric.margin is None else forecast_same.same(study, metric.margin, n),
    )


def of_unit(
    asked: PlanOptions, unit: Unit, design: Design, *, prompts: bool = False
) -> PlanOptions:
    """What is asked of metrics of this unit, where others of the pilot replicate something else.

    A number that only those have is a question to them; of one unit all is asked, and checked.
    """
    if not design.mixed:
        return asked
    seeds, examples = unit is not Unit.EXAMPLE, unit is not Unit.SEED
    return replace(
        asked,
        n_seeds=asked.n_seeds if seeds else None,
        budget=asked.budget if seeds else None,
        n_examples=asked.n_examples if examples else None,
        samples=asked.samples if prompts else None,
    )


def check_budget(asked: PlanOptions, unit: Unit) -> None:
    """Raise UsageError where a budget buys nothing, or two questions are asked at once."""
    if asked.budget is not None and (asked.cost is None or unit is Unit.EXAMPLE):
        raise UsageError(
            "a budget buys runs", "--budget", "--cost says how many hours a run takes (of seeds)"
        )
    given = [asked.budget, asked.n_seeds, asked.n_examples or None]
    if sum(one is not None for one in given) > 1:
        raise UsageError("--seeds, --examples N and --budget are one question", hint="give one")


def check_unit(asked: PlanOptions, unit: Unit, *, prompts: bool) -> None:
    """Raise UsageError where a number of what the pilot does not replicate is asked about."""
    if unit is Unit.EXAMPLE and asked.n_seeds and asked.write is None:
        raise UsageError("the pilot replicates examples", "--seeds", "--examples N asks for those")
    if unit is Unit.SEED and asked.n_examples is not None:
        raise UsageError(
            "the pilot replicates seeds",
            "--examples",
            "--replicate example compares examples, where the results have their scores",
        )
    if unit is Unit.DATASET and (asked.n_examples is not None or asked.n_seeds is not None):
        hint = "--datasets N asks for those"
        raise UsageError("the pilot replicates datasets", "--seeds, --examples", hint)
    if unit is not Unit.DATASET and asked.n_datasets is not None:
        raise UsageError("the pilot says that", "--datasets", "leave it out, or state --sd")
    if asked.samples is not None and not prompts:
        hint = "columns prompt_id and sample name them, in results of single examples"
        raise UsageError("the pilot has no samples of prompts", "--samples", hint)
