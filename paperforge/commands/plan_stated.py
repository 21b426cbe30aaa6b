"""A study whose variances are stated, not estimated from a pilot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.commands import planning
from paperforge.commands.inputs import positive
from paperforge.commands.plan_asked import answered, check_budget
from paperforge.errors import UsageError
from paperforge.spec import Metric, Unit

if TYPE_CHECKING:
    from paperforge.commands.forecast import Forecast
    from paperforge.commands.inputs import ResultOptions
    from paperforge.commands.plan_options import PlanOptions
    from paperforge.stats import nested

ALPHA = 0.05
TWO = 2


def stated(options: ResultOptions, asked: PlanOptions) -> Forecast:
    """The study that the options describe."""
    unit = _unit(options, asked)
    _check(asked, unit)
    datasets = asked.n_datasets or 1
    paired = unit is Unit.EXAMPLE or bool(options.pair_by)
    methods = asked.n_methods or TWO
    alpha, correction = options.alpha or ALPHA, options.correction or "holm"
    share = asked.discordant
    if share is not None and asked.difference is not None and asked.difference > share:
        raise UsageError(
            f"a difference of {asked.difference:g} is more than the {share:g} that differ",
            "--difference",
            "both are shares of the examples: --discordant 0.1 --difference 0.02",
        )
    variance = share - (asked.difference or 0) ** 2 if share is not None else (asked.sd or 0.0) ** 2
    study = planning.Study(
        unit=unit,
        paired=paired,
        parts=((variance, 0.0),) * (datasets if paired else TWO * datasets),
        averaged=datasets,
        datasets=datasets,
        methods=methods,
        comparisons=methods - 1,
        alpha=alpha if correction == "none" else alpha / (methods - 1),
        discordance=share if datasets == 1 else None,
        cluster=asked.cluster_size or 1.0,
        effect=1 + ((asked.cluster_size or 1.0) - 1) * (asked.icc or 0.0),
        over=datasets,
        cost=asked.cost,
    )
    name = options.metrics[0] if options.metrics else ""
    metric = Metric(name, name, unit=dict(_units(options)).get(name, ""), margin=_margin(options))
    other = None
    if asked.within is not None:
        study, other = _prompts(study, asked)
    elif unit is Unit.DATASET:
        study = _datasets(study, asked)
    return answered(study, metric, ("", ""), alpha, correction, asked, other)


def _prompts(
    study: planning.Study, asked: PlanOptions
) -> tuple[planning.Study, tuple[nested.Samples, int] | None]:
    """Prompts with samples, and what more samples buy of as many as --examples says."""
    from dataclasses import replace

    from paperforge.stats import nested

    assert asked.within is not None
    assert asked.samples is not None
    sd = asked.sd or 0.0
    part = nested.Nested(sd * sd, TWO * asked.within**2, 0, asked.samples)
    parts = (part,) * (asked.n_datasets or 1)
    law = nested.Prompts(parts, asked.samples)
    found = replace(study, law=law)
    if not asked.n_examples:
        return found, None
    return found, (nested.Samples(parts, asked.n_examples), asked.samples)


def _datasets(study: planning.Study, asked: PlanOptions) -> planning.Study:
    """Datasets as a sample."""
    from dataclasses import replace

    from paperforge.stats.plan_datasets import Datasets

    return replace(study, law=Datasets((asked.sd or 0.0) ** 2, 0.0), averaged=1, datasets=1, over=1)


def _units(options: ResultOptions) -> list[tuple[str, str]]:
    return [(left, right) for left, _, right in (one.rpartition("=") for one in options.units)]


def _margin(options: ResultOptions) -> float | None:
    """The margin of equivalence; of several the first metric's, as the study has one."""
    given = {left: right for left, _, right in (m.rpartition("=") for m in options.margins)}
    if not given:
        return None
    name = (
        options.metrics[0] if options.metrics and options.metrics[0] in given else next(iter(given))
    )
    return positive(given[name])


def _unit(options: ResultOptions, asked: PlanOptions) -> Unit:
    examples = asked.n_examples is not None or asked.discordant is not None
    if examples or asked.within is not None:
        return Unit.EXAMPLE
    known = (Unit.EXAMPLE, Unit.DATASET)
    return Unit(options.replicate) if options.replicate in known else Unit.SEED


def _check(asked: PlanOptions, unit: Unit) -> None:
    """Raise UsageError for options that contradict each other."""
    if asked.sd is not None and asked.discordant is not None:
        raise UsageError("--sd and --discordant are two variances", hint="give one")
    if asked.n_methods is not None and asked.n_methods < TWO:
        raise UsageError("one method is compared with nothing", "--methods", "2 or more")
    if (asked.cluster_size is None) != (asked.icc is None):
        raise UsageError(
            "clusters have a size and a correlation", "--icc", "--cluster-size 4 --icc 0.3"
        )
    if (asked.within is None) != (asked.samples is None) or (
        asked.within is not None and asked.sd is None
    ):
        raise UsageError(
            "samples within prompts have a spread and a number",
            "--within",
            "--sd 0.33 --within 0.41 --samples 5: between prompts, within one, samples a prompt",
        )
    if asked.within is not None and asked.icc is not None:
        raise UsageError("prompts are the clusters of their samples", "--icc", "leave it out")
    if unit is not Unit.EXAMPLE and asked.icc is not None:
        raise UsageError("clusters are of examples", "--icc", "add --examples")
    check_budget(asked, unit)
