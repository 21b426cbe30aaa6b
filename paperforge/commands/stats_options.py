"""What can be asked of `paperforge stats`: its options, as click has them and as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

STATS_EXAMPLES = """\b
Examples:
  paperforge stats results.csv --ours lora-r8
  paperforge stats results.csv --pair-by seed --format json
  paperforge stats results.csv --why              why this test, and what others would say
  paperforge stats results.csv --calibrate        its error rate on your own design
  paperforge stats results.csv --fragile          what would flip each decision
\b
Exit codes: 0 done, 1 your input needs a change, 5 --calibrate found an error rate above alpha.
"""


@dataclass(frozen=True, slots=True)
class StatsOptions:
    """What is asked, as given on the command line."""

    form: str = "text"
    every: bool = False
    why: bool = False
    calibrate: bool = False
    runs: int | None = None
    fragile: bool = False


OPTIONS = (
    click.option(
        "--all",
        "every",
        is_flag=True,
        help="As text: every comparison, where many are summed up otherwise.",
    ),
    click.option(
        "--why",
        is_flag=True,
        help="Explain the choice of test: the design, what was rejected, what was looked at, and "
        "the same comparison under the other defensible tests.",
    ),
    click.option(
        "--calibrate",
        is_flag=True,
        help="Simulate your own design where nothing differs: the achieved error rate and coverage "
        "beside the nominal (20 seconds, or --runs).",
    ),
    click.option(
        "--runs",
        type=click.IntRange(1),
        metavar="N",
        help="Simulations of --calibrate, however long they take.",
    ),
    click.option(
        "--fragile",
        is_flag=True,
        help="For each decision a small change that flips it: a run, a dataset, examples, "
        "another test.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "markdown", "latex", "json"]),
        default="text",
        show_default=True,
        help="How to report.",
    ),
)


def stats_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command its own options."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function
