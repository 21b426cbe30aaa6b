"""paperforge venues: list them; take in an official style kit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from paperforge.commands.output import say, write
from paperforge.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def venues(*, form: str = "text") -> int:
    """Print the venues that paperforge knows."""
    from pathlib import Path

    from paperforge import venues

    known = [venues.find(one.id, Path.cwd()) for one in venues.known()]
    if form == "json":
        rows = [
            {
                "id": v.id,
                "name": v.name,
                "pages": dict(v.page_limit),
                "columns": v.columns,
                "column_width_pt": v.column_width_pt,
                "text_width_pt": v.text_width_pt,
                "style": "official" if v.official else "stand-in",
            }
            for v in known
        ]
        click.echo(json.dumps(rows, indent=1))
        return 0
    width = max(len(v.id) for v in known)
    for v in known:
        pages = v.page_limit.get("submission")
        limit = f"{pages} pages" if pages else "no page limit"
        style = "official style found here" if v.official else "stand-in style"
        columns = "1 column " if v.columns == 1 else f"{v.columns} columns"
        click.echo(f"{v.id:<{width}}  {v.name:<12} {limit:<14} {columns}  {style}")
    click.echo(
        "\nOfficial styles cannot be redistributed: paperforge venues add KIT takes the zip that "
        "the venue offers.",
        err=True,
    )
    return 0


def add(kit: Path, *, venue: str | None, project: Path) -> int:
    """Copy the style files of an official kit into PROJECT/venues/<id>/.

    Raises InputError where the kit is unsafe, damaged, or of no known venue.
    """
    from paperforge import venues

    if not project.is_dir():
        raise InputError("there is no such folder", str(project), "--project names the paper's")
    taken = venues.add_kit(kit, venues.find(venue, project) if venue else None)
    folder = venues.kit_folder(taken.venue, project)
    for name, data in taken.files.items():
        write(folder / name, data)
    say(taken.notes)
    if taken.left:
        click.echo(f"left: {', '.join(taken.left)}", err=True)
    click.echo(f"{taken.venue.name}: took {', '.join(sorted(taken.files))} into {folder}")
    return 0
