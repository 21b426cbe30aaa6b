"""One look a method (colour, dash, marker), the same in every figure of a paper.

No colour alone tells methods apart in greyscale or for every reader, so each look also has a
marker and a line style. The twelve colours were found by numerical search: lightness (CIE L*) far
apart among the first six, and CIE76 distances in normal, deuteranope and protanope vision
(Machado, Oliveira & Fernandes 2009) large among all twelve; tests/figures/test_palette.py
measures them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.model import Diagnostic, Severity
from paperforge.spec import Role

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from paperforge.spec import Method

DARKER = 0.72
"""What a colour is multiplied by for text, which needs more contrast than a line."""
NAMED = 4


@dataclass(frozen=True, slots=True)
class Look:
    """How a method is drawn. Widths and sizes in points."""

    colour: str
    dash: tuple[float, ...]
    """On and off, in points; empty: solid."""
    marker: str
    width: float
    size: float
    """Of the marker."""
    front: int
    """Drawing order: ours lies on top."""

    @property
    def ink(self) -> str:
        """The colour for text."""
        parts = (int(self.colour[i : i + 2], 16) for i in (1, 3, 5))
        return "#" + "".join(f"{round(part * DARKER):02x}" for part in parts)

    @property
    def line(self) -> tuple[float, tuple[float, ...]] | str:
        """The line style as matplotlib takes it."""
        return (0.0, self.dash) if self.dash else "-"


def looks(methods: Sequence[Method]) -> Mapping[str, Look]:
    """The look of every method of the paper, by its place in the paper's order.

    Pass all methods of the paper, not only those of one figure: that keeps a method's look the same
    everywhere. Beyond the twelve colours they come again with the next line style and marker. What
    the author gave a method (colour, marker, dashes) is used; it keeps its place, and the others
    their looks.
    """
    data = _data()
    colours, dashes, markers = data["colours"], data["dashes"], data["markers"]
    found: dict[str, Look] = {}
    for place, method in enumerate(methods):
        again, slot = divmod(place, len(colours))
        ours = method.role is Role.OURS
        found[method.name] = Look(
            colour=method.colour or colours[slot],
            dash=tuple(dashes[(slot + 2 * again) % len(dashes)])
            if method.dashes is None
            else method.dashes,
            marker=method.marker or markers[(slot + again) % len(markers)],
            width=1.5 if ours else 1.0,
            size=3.8 if ours else 3.2,
            front=5 if ours else 3,
        )
    return found


def unplaced(methods: Sequence[Method], declared: Container[str]) -> tuple[Diagnostic, ...]:
    """Return the note that names methods whose looks may change when the results do.

    A method that paper.toml does not declare has its place by where it first stands in the results.
    """
    names = [method.name for method in methods if method.name not in declared]
    if len(methods) <= 1 or not names:
        return ()
    listed = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
    message = f"colours and markers go by where methods first stand in the results: {listed}"
    hint = "declare them under [methods] in paper.toml, and no new method changes the others' looks"
    return (Diagnostic(Severity.NOTE, "figures", message, hint),)


@cache
def _data() -> Any:  # noqa: ANN401 -- json
    return json.loads(Path(__file__).with_name("palette.json").read_text(encoding="utf-8"))
