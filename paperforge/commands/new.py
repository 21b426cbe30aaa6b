"""paperforge new: the skeleton of a paper."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from paperforge.commands import inputs
from paperforge.commands.output import write
from paperforge.errors import InputError
from paperforge.spec import Author, Project, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

FITS_A_COLUMN = 4
"""Columns of numbers that a column of a two-column page holds."""


def new(folder: Path, *, venue: str, results: tuple[Path, ...], title: str) -> int:
    """Write paper.toml, sections/*.tex and refs.bib; a file that is there is left as it is.

    Raises InputError where the folder already has a paper.toml, or the venue is not known.
    """
    from paperforge import narrative, project, venues

    if (folder / "paper.toml").exists():
        raise InputError(
            "there is a paper.toml already", str(folder), "paperforge build takes it from here"
        )
    place = venues.find(venue, folder)
    sources = tuple(
        Source(path, os.path.relpath(path, folder.resolve()).replace(os.sep, "/"))
        for path in map(inputs.existing, results)
    )
    paper = Project(
        root=folder,
        title=title or "An untitled paper",
        authors=(Author("Your Name", "Your Institution", "you@example.org"),),
        venue=place.id,
        sources=sources,
        tables=(TableSpec(caption="Main results."),) if sources else (),
    )
    wide = place.columns > 1 and _numbers_across(paper) > FITS_A_COLUMN
    texts = narrative.skeleton.sections(
        paper, impact=venues.wants_impact(place), tables=bool(sources), wide=wide
    )
    texts["refs.bib"] = "% One entry a work; paperforge checks keys and fields on every build.\n"
    texts["paper.toml"] = project.dump(paper)
    for name, text in sorted(texts.items()):
        kept = (folder / name).exists()
        if not kept:
            write(folder / name, text)
        click.echo(f"{'kept ' if kept else 'wrote'} {folder / name}", err=True)
    click.echo(f"\nnow: paperforge build {folder}", err=True)
    return 0


def _numbers_across(paper: Project) -> int:
    """Columns of numbers that the main table will have. Raises InputError for bad results."""
    from paperforge import pipeline
    from paperforge.commands.output import say

    if not paper.sources:
        return 0
    results = pipeline.load(paper)
    say(results.notes)
    datasets = len(results.datasets)
    return len(results.metrics) * (datasets + (datasets > 1))
