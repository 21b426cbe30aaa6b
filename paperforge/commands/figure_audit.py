"""paperforge figure --audit: a look at any PDF, as a venue and its readers will see it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperforge.commands.output import say
from paperforge.commands.text import printable
from paperforge.errors import InputError
from paperforge.model import Severity

if TYPE_CHECKING:
    from paperforge.figures.audit import Written

OFF_CODE = 5
MOST_COLOURS = 12


def audit(file: Path, venue: str | None) -> int:
    """Say what a figure's file holds; returns 5 where something is off, else 0.

    Raises InputError for a file that cannot be read or is no PDF, and for an unknown venue.
    """
    from paperforge import venues
    from paperforge.figures import authored
    from paperforge.figures.audit import inspect

    place = venues.find(venue, Path.cwd(), "--venue") if venue else None
    try:
        data = file.read_bytes()
        written = inspect(data)
    except OSError as error:
        raise InputError(error.strerror or str(error), str(file), "name a PDF") from error
    except ValueError as error:
        raise InputError(str(error), str(file), "name a PDF") from error
    for line in _told(written):
        click.echo(printable(line))
    found = authored.look(data, str(file), place)
    say(found)
    off = [one for one in found if one.severity is not Severity.NOTE]
    ways = "way" if len(off) == 1 else "ways"
    click.echo(f"off in {len(off)} {ways}" if off else "nothing is off")
    return OFF_CODE if off else 0


def _told(written: Written) -> list[str]:
    inches = written.width_pt / 72.27
    lines = [f"size     {written.width_pt:.2f} x {written.height_pt:.2f} pt ({inches:.3f} in wide)"]
    lines += [
        f"font     {font.name}, {font.kind}{'' if font.embedded else ', not embedded'}"
        for font in written.fonts
    ]
    if not written.ended:
        return lines[:1]
    sizes = sorted({round(text.size, 1) for text in written.texts})
    if sizes:
        least = min(written.texts, key=lambda text: text.size).text.strip()
        quoted = f"; smallest: {least!r}" if least.isprintable() else ""  # codes of a font unknown
        lines.append(f"text     {sizes[0]:g} to {sizes[-1]:g} pt{quoted}")
    colours = list(written.marks)
    if colours:
        more = f" and {len(colours) - MOST_COLOURS} more" if len(colours) > MOST_COLOURS else ""
        lines.append(f"colours  {' '.join(colours[:MOST_COLOURS])}{more}")
    return lines
