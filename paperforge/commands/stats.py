"""paperforge stats: the design, the test it calls for, and each verdict."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from paperforge.commands import inputs, progress
from paperforge.commands.output import give, say

if TYPE_CHECKING:
    from paperforge.commands.inputs import ResultOptions
    from paperforge.model import Analysis


def stats(options: ResultOptions, *, form: str = "text") -> int:
    """Print the analysis. Raises InputError for bad results."""
    from paperforge import narrative, pipeline

    project = inputs.project_of(options)
    results = progress.load(project, quiet=form == "json")
    analysis = pipeline.analyse(results, replace(project, figures=()))
    say(results.notes + analysis.notes)
    if form == "json":
        give(_json(analysis), None)
    else:
        give(narrative.findings.report(analysis), None)
    inputs.save(options, project, results)
    return 0


def _json(analysis: Analysis) -> str:
    content = asdict(analysis)
    for key in ("curves", "notes"):
        del content[key]
    return json.dumps(content, indent=1, ensure_ascii=False)
