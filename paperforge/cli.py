"""The command line: options, dispatch and the one error handler. Imports click and nothing heavy.

Every command is an ordinary typed function under commands/, imported when it is called.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from paperforge import __version__
from paperforge.commands.figure_options import FIGURE_EXAMPLES, FigureOptions, figure_options
from paperforge.commands.plan_options import PLAN_EXAMPLES, PlanOptions, plan_options
from paperforge.commands.stats_options import STATS_EXAMPLES, StatsOptions, stats_options
from paperforge.commands.table_options import TABLE_EXAMPLES, TableOptions, table_options
from paperforge.errors import PaperforgeError
from paperforge.options import (
    instead,
    output_option,
    report_option,
    result_options,
    split_options,
)

MODES = ["draft", "submission", "preprint", "final"]
OUR_BUG = 3
INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and exit: 0, 1, 2, 3, 4, 5 or 130 (see errors.py)."""
    # a command makes a million small values at most and keeps them: to look for rings of them
    # after every 700 took a seventh of the time of `stats` on many methods
    gc.set_threshold(100_000, 20, 20)
    try:
        code = cli.main(prog_name="paperforge", standalone_mode=False)
    except click.exceptions.Abort:
        code = _interrupted()
    except KeyboardInterrupt:
        code = _interrupted()
    except click.ClickException as error:
        shown, hint = instead(error)
        shown.show()
        if hint:
            click.echo(f"  {hint}", err=True)
        code = error.exit_code
    except PaperforgeError as error:
        _show(error)
        code = error.exit_code
    except RuntimeError as error:
        # DuckDB turns Ctrl-C during a query into an error of its own.
        interrupted = "interrupt" in f"{type(error).__name__} {error}".lower()
        code = _interrupted() if interrupted else _our_bug(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        _show(PaperforgeError(error.strerror or str(error), str(error.filename or "output")))
        code = PaperforgeError.exit_code
    except Exception as error:  # noqa: BLE001  the one place that turns our bug into a report
        code = _our_bug(error)
    sys.exit(code if isinstance(code, int) else 0)


def _show(error: PaperforgeError) -> None:
    head = click.style("error", fg="red", bold=True)
    where = click.style(error.where + ": ", bold=True) if error.where else ""
    click.echo(f"{head}: {where}{error.message}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)


def _interrupted() -> int:
    click.echo("\ninterrupted; what was there before is untouched", err=True)
    return INTERRUPTED


def _our_bug(error: Exception) -> int:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="paperforge-report-", suffix=".txt", delete=False, encoding="utf-8"
    ) as report:
        report.write(f"paperforge {__version__}, Python {sys.version}\n{sys.argv[1:]}\n\n")
        traceback.print_exception(error, file=report)
    click.echo(f"this is a bug in paperforge: {type(error).__name__}: {error}", err=True)
    click.echo(f"  a report is saved as {report.name}; please send it to us", err=True)
    return OUR_BUG


class _Group(click.Group):
    """Lists commands in the order of the flow, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(self.commands)


SYNC_EXAMPLES = """\b
Examples:
  paperforge sync init https://git.overleaf.com/…    the address under Integrations, Git
  paperforge sync --dry-run                 what would go each way
  paperforge sync                           both ways; then compile on Overleaf
  paperforge sync check                     compile it here the way that Overleaf does
  paperforge sync --undo                    the last sync, undone
  paperforge build --watch --sync           on every change of results or prose
\b
A token is read from git's credential helper or from PAPERFORGE_GIT_TOKEN.
Exit codes: 0 done, 1 a conflict or your input, 5 the check failed.
"""


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="paperforge %(version)s")
def cli() -> None:
    """From experiment results to a venue's paper.

    \b
    paperforge table results.csv              a booktabs table of your own results
    paperforge stats results.csv              what they support, and what they do not
    paperforge new mypaper --venue neurips    a paper's skeleton for a venue
    paperforge build mypaper                  tables, figures, numbers, PDF
    paperforge sync                           to Overleaf, and the others' edits back
    """  # noqa: D301  \b is click's mark for a paragraph that keeps its lines


@cli.command(
    epilog="""\b
Examples:
  paperforge new mypaper --venue icml-2026 --results runs/results.csv
  paperforge new .                          beside results that are already here
"""
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--venue", default="neurips", show_default=True, help="A venue: see paperforge venues."
)
@click.option(
    "--results",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Your result store; named in paper.toml.",
)
@click.option("--title", default="", help="The paper's title.")
def new(folder: Path, venue: str, results: tuple[Path, ...], title: str) -> int:
    """Write the skeleton of a paper for a venue: paper.toml, sections, refs.bib."""
    from paperforge.commands.new import new as command

    return command(folder, venue=venue, results=results, title=title)


@cli.command(
    epilog="""\b
Examples:
  paperforge build                          the paper.toml of this folder
  paperforge build mypaper --venue icml --mode submission --strict
  paperforge build --watch                  again on every change
\b
Exit codes: 0 done, 1 your input needs a change, 4 everything but the PDF (no TeX),
5 a check failed.
"""
)
@click.argument("project", required=False, default=".", type=click.Path(path_type=Path))
@click.option("--venue", default=None, help="Instead of the venue in paper.toml.")
@click.option(
    "--mode", type=click.Choice(MODES), default=None, help="Instead of the mode in paper.toml."
)
@click.option("--no-pdf", is_flag=True, help="Write the LaTeX project, do not run TeX.")
@click.option("--strict", is_flag=True, help="Warnings fail the build too.")
@click.option("--watch", is_flag=True, help="Build again whenever something changes, until Ctrl-C.")
@click.option("--sync", is_flag=True, help="Sync after each good build (paperforge sync).")
@click.option(
    "--timeout", type=click.FloatRange(1), default=180, show_default=True, help="Seconds for TeX."
)
@report_option
def build(  # noqa: PLR0917  click calls it by name
    project: Path,
    venue: str | None,
    mode: str | None,
    no_pdf: bool,
    strict: bool,
    watch: bool,
    sync: bool,
    timeout: float,
    form: str,
) -> int:
    """Build a paper: numbers, tables, figures, the venue's template, PDF, checks."""
    from paperforge.commands import build as command

    options: dict[str, Any] = {"venue": venue, "mode": mode, "pdf": not no_pdf, "strict": strict}
    options |= {"timeout": timeout, "form": form}
    if watch:
        return command.watch(project, sync=sync, **options)
    code = command.build(project, **options)
    if sync and code in command.GOOD:
        from paperforge.commands.sync import SyncOptions
        from paperforge.commands.sync import sync as and_back

        return and_back([str(project)], SyncOptions(venue=venue, mode=mode, form=form)) or code
    return code


@cli.command(epilog=SYNC_EXAMPLES)
@click.argument("words", nargs=-1, metavar="[init URL | status | pull | push | check] [PROJECT]")
@click.option("--venue", default=None, help="The built project to sync; default: paper.toml's.")
@click.option("--mode", type=click.Choice(MODES), default=None, help="Its mode, the same way.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--undo", is_flag=True, help="Bring back what was before the last sync.")
@click.option("--keep-local", multiple=True, metavar="PATH", help="Decide a conflict: this side.")
@click.option("--keep-remote", multiple=True, metavar="PATH", help="Decide it: the other side.")
@click.option("--delete", is_flag=True, help="Let a sync delete most of the paper.")
@report_option
def sync(words: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401  click's options, by name
    """Bring a built paper to Overleaf, or any git remote, and the others' edits back.

    Prose goes both ways, merged line by line; what paperforge generates goes one way. Two versions
    of the same line are written into your file with markers, and nothing is sent.
    """
    from paperforge.commands.sync import SyncOptions
    from paperforge.commands.sync import sync as command

    return command(words, SyncOptions(**given))


@cli.command(epilog=TABLE_EXAMPLES)
@result_options
@output_option
@table_options
def table(**given: Any) -> int:  # noqa: ANN401  click's options, by name
    """Set results as a table; the LaTeX of it compiles with booktabs alone.

    SOURCE is a file or folder of any store that paperforge reads (docs/stores.md): tables, MLflow,
    W&B, TensorBoard and others; without one the paper.toml of this folder says. What was guessed is
    said on stderr.
    """
    from paperforge.commands.table import table as command

    return command(split_options(given), TableOptions(**given))


@cli.command(epilog=FIGURE_EXAMPLES)
@result_options
@figure_options
def figure(**given: Any) -> int:  # noqa: ANN401  click's options, by name
    """Draw results at a venue's exact width, fonts embedded, as a PDF."""
    from paperforge.commands.figure import figure as command

    return command(split_options(given), FigureOptions(**given))


@cli.command(epilog=STATS_EXAMPLES)
@result_options
@stats_options
def stats(**given: Any) -> int:  # noqa: ANN401  click's options, by name
    """Say what the results support: the design, the test it calls for, and each verdict."""
    from paperforge.commands.stats import stats as command

    return command(split_options(given), StatsOptions(**given))


@cli.command(epilog=PLAN_EXAMPLES)
@result_options
@plan_options
@report_option
def plan(**given: Any) -> int:  # noqa: ANN401  click's options, by name
    """Say how many seeds or examples a difference takes; keep the study's protocol.

    The variance comes from pilot results (SOURCE, or the paper.toml of this folder): of seeds,
    examples, both, folds, datasets, tasks, or samples of prompts. Or it is stated by --sd or
    --discordant. Power is .8, tests are two-sided.
    """
    from paperforge.commands.plan import plan as command

    return command(split_options(given), PlanOptions(**given))


@cli.command(
    epilog="""\b
Examples:
  paperforge reproduce published.toml runs/            their numbers beside ours
  paperforge reproduce published.csv results.csv --unit accuracy=% --format latex -o table.tex
\b
PUBLISHED: CSV with the columns method, metric, value and cite (and dataset, spread, kind, n), or
TOML with an entry [[quoted]] a number. Values as they are printed: 90.30 has two decimals.
"""
)
@click.argument("published", type=click.Path(path_type=Path))
@result_options
@output_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "latex", "json"]),
    default="text",
    help="How to print.",
)
def reproduce(published: Path, **given: Any) -> int:  # noqa: ANN401  click's options, by name
    """Compare published values with reproduced runs: within rounding or interval, or different."""
    from paperforge.commands.reproduce import reproduce as command

    return command(published, split_options(given), **given)


@cli.command(
    epilog="""\b
Examples:
  paperforge runs mlflow.db                 the first rows, and a summary of all
  paperforge runs results/ --path '{dataset}/{method}/seed={seed}'
  paperforge runs wandb/ --map method=config.model.name -o tidy.csv
  paperforge runs outputs/ --format json | jq '.[] | select(.kept == 0)'
\b
Columns: run, method, dataset, seed, fold, split, metric, step, value, example, cluster, status,
kept, source. kept is 0 for rows that a later write of the same measurement replaces, and for
deleted runs. NaN and infinities are the words NaN, Infinity and -Infinity in CSV, the same words
as texts in JSON (an array of records), numbers in Parquet; text shows 8 digits.
"""
)
@result_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json", "parquet"]),
    default=None,
    help="How to print the rows; by default as the ending of -o says (.csv, .json, .parquet), else "
    "text, of which a terminal gets the first screenful.",
)
@output_option
def runs(**given: Any) -> int:  # noqa: ANN401  click's options, by name
    """Print the tidy rows of result stores, and on stderr what they hold.

    SOURCE is a file or folder of any store that paperforge reads (docs/stores.md); without one the
    paper.toml of this folder says. The summary counts the runs of each method on each dataset, with
    the seeds that are missing, and names what was replaced, crashed, deleted or is not finite.
    """
    from paperforge.commands.runs import runs as command

    return command(split_options(given), **given)


@cli.group(
    invoke_without_command=True,
    epilog="""\b
Examples:
  paperforge venues
  paperforge venues add ~/Downloads/Styles.zip --project mypaper
""",
)
@report_option
@click.pass_context
def venues(context: click.Context, form: str) -> int | None:
    """List the venues, or take in an official style kit."""
    if context.invoked_subcommand:
        return None
    from paperforge.commands.venues import venues as command

    return command(form=form)


@venues.command("add")
@click.argument("kit", type=click.Path(path_type=Path))
@click.option("--venue", default=None, help="Whose kit it is, where its files do not say.")
@click.option("--project", default=".", type=click.Path(path_type=Path), help="The paper's folder.")
def venues_add(kit: Path, venue: str | None, project: Path) -> int:
    """Take the official style from a zip or folder; nothing in it is run."""
    from paperforge.commands.venues import add as command

    return command(kit, venue=venue, project=project)


@cli.command()
@report_option
def doctor(form: str) -> int:
    """Say what this machine has and lacks for building papers (exit 4: no TeX)."""
    from paperforge.commands.doctor import doctor as command

    return command(form=form)


@cli.command()
def schema() -> int:
    """Print the JSON Schema of paper.toml, for your editor."""
    from paperforge.commands.schema import schema as command

    return command()


if __name__ == "__main__":
    main()
