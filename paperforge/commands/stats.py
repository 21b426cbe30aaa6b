"""paperforge stats: the design, the test it calls for, and each verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.commands import analysis_json, inputs, progress
from paperforge.commands.output import give, say

if TYPE_CHECKING:
    from paperforge.commands.inputs import ResultOptions


def stats(options: ResultOptions, *, form: str = "text") -> int:
    """Print the analysis. Raises InputError for bad results."""
    from paperforge import narrative, pipeline

    project = inputs.project_of(options)
    results = progress.load(project, quiet=form == "json")
    analysis = pipeline.analyse(results, replace(project, figures=()), full=True)
    say(results.notes + analysis.notes)
    if form == "json":
        give(analysis_json.render(analysis, results.notes), None)
    else:
        give(narrative.report.FORMS[form](analysis), None)
    inputs.save(options, project, results)
    return 0
