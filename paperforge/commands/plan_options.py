"""What can be asked of `paperforge plan`: its options, as click has them and as a value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

ABOVE = click.FloatRange(0, min_open=True)
SHARE = click.FloatRange(0, 1, min_open=True)
COUNT = click.IntRange(1)
PLAN_EXAMPLES = """\b
Examples:
  paperforge plan pilot.csv --ours lora --difference 1    how many seeds find 1 point
  paperforge plan --sd 0.8 --difference 1 --datasets 5 --methods 4 --cost 2.5
  paperforge plan --sd 0.8 --budget 100 --cost 2.5        what 100 hours would find
  paperforge plan --sd 0.8 --margin 1                     how many seeds show equivalence within 1
  paperforge plan --discordant 0.1 --difference 0.02      how many test examples
  paperforge plan --sd 0.33 --within 0.41 --samples 5 --difference 0.03    how many prompts
  paperforge plan --replicate dataset --sd 2 --difference 1                how many datasets
\b
The protocol, before the results are there:
  paperforge plan --write --ours lora --baseline full --metric accuracy --seeds 5
  paperforge plan --freeze                                keeps its hash, the date and which
                                                          runs there are: plan.lock
  paperforge plan --check                                 is the analysis still the planned one?
\b
Exit codes: 0 done (with --check: as planned), 1 your input needs a change, 5 not as planned.
"""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What is asked, as given on the command line; differences in printed units."""

    difference: float | None = None
    sd: float | None = None
    discordant: float | None = None
    n_seeds: int | None = None
    n_examples: int | None = None
    """0: examples are the unit, and how many is the question."""
    icc: float | None = None
    cluster_size: float | None = None
    within: float | None = None
    """Between samples of one prompt, of each method."""
    samples: int | None = None
    """A prompt."""
    n_datasets: int | None = None
    n_methods: int | None = None
    budget: float | None = None
    cost: float | None = None
    write: Path | None = None
    freeze: bool = False
    check: bool = False
    plan: Path | None = None
    form: str = "text"


OPTIONS = (
    click.option(
        "--difference", type=ABOVE, metavar="D", help="The difference to find, in printed units."
    ),
    click.option(
        "--sd", type=ABOVE, help="Between seeds (with --pair-by seed: of their differences)."
    ),
    click.option(
        "--discordant", type=SHARE, metavar="Q", help="Share of examples that only one has right."
    ),
    click.option(
        "--seeds", "n_seeds", type=COUNT, metavar="N", help="Seeds of each method on each dataset."
    ),
    click.option(
        "--examples",
        "n_examples",
        is_flag=False,
        flag_value=0,
        type=click.IntRange(0),
        metavar="[N]",
        help="Test examples are replicated, one run a model; N of them.",
    ),
    click.option("--icc", type=click.FloatRange(0, 1), help="Of examples in clusters."),
    click.option(
        "--cluster-size", type=click.FloatRange(1), metavar="M", help="Examples a cluster."
    ),
    click.option(
        "--within", type=ABOVE, metavar="SD", help="Between samples of a prompt, of each method."
    ),
    click.option("--samples", type=COUNT, metavar="K", help="Samples a prompt."),
    click.option(
        "--datasets", "n_datasets", type=COUNT, metavar="N", help="Averaged over so many."
    ),
    click.option(
        "--methods",
        "n_methods",
        type=COUNT,
        metavar="K",
        help="Ours and K - 1 others: the family is K - 1 comparisons (2).",
    ),
    click.option("--budget", type=ABOVE, metavar="HOURS", help="What would it find? Needs --cost."),
    click.option("--cost", type=ABOVE, metavar="HOURS", help="Of one run."),
    click.option(
        "--write",
        is_flag=False,
        flag_value=".",
        type=click.Path(path_type=Path),
        metavar="[FILE]",
        help="Draft the protocol, for you to edit (plan.toml beside paper.toml).",
    ),
    click.option(
        "--freeze",
        is_flag=True,
        help="Keep the protocol's hash, the date and which runs there are in plan.lock.",
    ),
    click.option("--check", is_flag=True, help="Say what was added, dropped or changed since."),
    click.option(
        "--plan",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Another protocol than plan.toml.",
    ),
)


def plan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command its own options."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function
