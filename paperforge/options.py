"""Options that commands share: which results to read, what they mean, how to report."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from paperforge.commands.inputs import ResultOptions

ROLES = "run, method, dataset, seed, fold, split, metric, step, value, example, cluster, status"
BESIDE = "sd, se, ci, n"
_MEANS = (
    f"What a column, setting or tag means: {ROLES}; beside means their spread and number: {BESIDE}."
)
PATH = click.Path(path_type=Path)


def _many(name: str, metavar: str, text: str, into: str | None = None) -> Callable[..., Any]:
    """An option that may be given several times."""
    names = (name, into) if into else (name,)
    return click.option(*names, multiple=True, metavar=metavar, help=text)


OPTIONS = (
    click.argument("sources", nargs=-1, type=PATH, metavar="[SOURCE]..."),
    _many("--map", "COLUMN=ROLE", _MEANS, "mapping"),
    click.option(
        "--path",
        "pattern",
        metavar="PATTERN",
        help="What folders are named after: '{dataset}/{method}/seed={seed}'; * is anything.",
    ),
    click.option("--table", metavar="NAME", help="Which table of a database holds the results."),
    _many("--metric", "NAME", "Keep this metric (several times for several).", "metrics"),
    _many("--where", "COLUMN=VALUE", "Keep these rows only."),
    _many("--ours", "METHOD", "A method of ours: compared with each baseline."),
    _many("--baseline", "METHOD", "A method to compare with.", "baselines"),
    _many("--higher", "METRIC", "Higher values of it are better."),
    _many("--lower", "METRIC", "Lower values of it are better."),
    _many("--unit", "METRIC=UNIT", "Its unit; % shows fractions as per cent.", "units"),
    _many("--digits", "METRIC=N", "Decimals, where the uncertainty should not decide."),
    _many(
        "--margin",
        "[METRIC=]M",
        "Differences below M (as printed) do not matter: tests of equivalence; over datasets as a "
        "sample --why has the Bayesian signed-rank test too.",
        "margins",
    ),
    _many(
        "--diverged",
        "METRIC=VALUE",
        "What a failed or diverged run counts as (as printed); by default it is left out.",
    ),
    click.option(
        "--final",
        metavar="POLICY",
        help="What counts of a run: last step, best or best:METRIC on validation, or the store's "
        "own summary (last).",
    ),
    click.option(
        "--replicate",
        type=click.Choice(["seed", "example", "seed and example", "dataset"]),
        help="What a new draw of would change the numbers (inferred, and said).",
    ),
    click.option(
        "--pair-by",
        multiple=True,
        type=click.Choice(["seed", "fold"]),
        help="Equal seeds (folds) share a split, data order or initialisation.",
    ),
    click.option(
        "--alpha",
        type=click.FloatRange(0, 0.5, min_open=True),
        help="Family-wise error rate (.05).",
    ),
    click.option(
        "--correction",
        type=click.Choice(["holm", "bonferroni", "bh", "max-t", "romano-wolf", "none"]),
        help="For several comparisons (holm); max-t has simultaneous intervals, bh controls the "
        "false discovery rate.",
    ),
    click.option(
        "--family",
        type=click.Choice(["all", "metric"]),
        help="Correct over all primary comparisons together, or those of each metric (all).",
    ),
    click.option(
        "--mcnemar",
        type=click.Choice(["mid-p", "exact"]),
        help="For paired right-or-wrong scores (mid-p).",
    ),
    click.option(
        "--posthoc",
        type=click.Choice(["wilcoxon", "nemenyi"]),
        help="For datasets as a sample (wilcoxon).",
    ),
    click.option(
        "--aggregate",
        type=click.Choice(["mean", "iqm", "median", "optimality-gap"]),
        help="What is compared over the datasets; iqm is usual in reinforcement learning (mean).",
    ),
    click.option(
        "--test-share",
        type=click.FloatRange(0, min_open=True),
        metavar="R",
        help="Folds: test over training examples (1 / (k - 1) of k folds).",
    ),
    click.option(
        "--resplit",
        is_flag=True,
        help="Folds: each seed has split the data anew (else equal folds are the same split).",
    ),
    click.option(
        "--ids",
        type=click.Choice(["same", "apart"]),
        help="Equal example ids in several datasets: one item, or not (apart where they count).",
    ),
    click.option(
        "--best-set",
        is_flag=True,
        help="Say which methods cannot be told from the best.",
    ),
    click.option(
        "--random-seed", type=click.IntRange(0), metavar="N", help="Of every resampling (0)."
    ),
    click.option(
        "--engine",
        type=click.Choice(["auto", "numpy", "torch"]),
        help="What computes resampling; the answers are the same (auto: torch beside a GPU, else "
        "numpy).",
    ),
    click.option(
        "--save",
        is_flag=False,
        flag_value="paper.toml",
        type=PATH,
        metavar="[FILE]",
        help="Write what was guessed and given as a paper.toml.",
    ),
)


report_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report."
)
output_option = click.option(
    "-o", "--output", type=PATH, default=None, help="Write a file instead of stdout."
)


def result_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the shared options."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function


def split_options(given: dict[str, Any]) -> ResultOptions:
    """Take the shared options out of a command's arguments."""
    from paperforge.commands.inputs import ResultOptions

    names = [field.name for field in fields(ResultOptions)]
    return ResultOptions(**{name: given.pop(name) for name in names})


_FITS = "a table is made to fit by itself: --venue VENUE, --width column or text; nothing is scaled"
_PARTS = (
    "a table longer than a page becomes several floats by itself: --float writes them all "
    "(docs/tables.md, Width)"
)
_ALIGNED = "numbers are aligned in plain cells of a tabular; booktabs is all that it needs"
_ELSEWHERE = {
    **dict.fromkeys(("longtable", "supertabular", "xltabular", "split", "pages"), _PARTS),
    **dict.fromkeys(("resizebox", "adjustbox", "tabularx", "scale", "size", "fontsize"), _FITS),
    **dict.fromkeys(("landscape", "sideways", "rotate", "sidewaystable"), _FITS),
    **dict.fromkeys(("siunitx", "dcolumn", "booktabs", "column-format"), _ALIGNED),
    **dict.fromkeys(("dataset", "datasets"), "--where dataset=NAME keeps one dataset"),
    **dict.fromkeys(("method", "methods"), "--where method=NAME keeps one method"),
}
"""Options that other programs have, or that people try, and what does it here."""


def instead(error: click.ClickException) -> tuple[click.ClickException, str]:
    """The error, and what to use for an option that there is not; empty where a near name is."""
    if not isinstance(error, click.NoSuchOption):
        return error, ""
    name = error.option_name.lstrip("-")
    if name in _ELSEWHERE:
        return click.NoSuchOption(error.option_name, ctx=error.ctx), _ELSEWHERE[name]
    if error.possibilities:
        return error, ""
    return (
        error,
        "--help lists the options; other settings are keys of paper.toml (paperforge schema)",
    )
