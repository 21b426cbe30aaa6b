r"""What the geometry package makes of its options: the width and height of the text.

The arithmetic is that of its manual (version 5), sections 5 and 6: per direction there are a paper,
two margins and a body; what is said decides, then the ratio of the margins (left to right 1:1, or
2:3 for two sides; top to bottom 2:3), then a body of 0.7 of the paper. What is not understood is an
Unread; nobody guesses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHARE = 0.7
"""Of the paper: the body where nothing is said."""
INCH = 72.27
MM = INCH / 25.4
POINTS = {"pt": 1.0, "in": INCH, "cm": 10 * MM, "mm": MM, "bp": INCH / 72, "pc": 12.0}
ISO = {
    "a": ((841, 1189), (594, 841), (420, 594), (297, 420), (210, 297), (148, 210), (105, 148)),
    "b": ((1000, 1414), (707, 1000), (500, 707), (353, 500), (250, 353), (176, 250), (125, 176)),
    "c": ((917, 1297), (648, 917), (458, 648), (324, 458), (229, 324), (162, 229), (114, 162)),
}
"""Width and height in millimetres, from 0 to 6 (ISO 216 and 269)."""
PAPERS = {
    "letterpaper": (8.5 * INCH, 11 * INCH),
    "legalpaper": (8.5 * INCH, 14 * INCH),
    "executivepaper": (7.25 * INCH, 10.5 * INCH),
    "screen": (225 * MM, 180 * MM),
} | {
    f"{series}{number}paper": (width * MM, height * MM)
    for series, sizes in ISO.items()
    for number, (width, height) in enumerate(sizes)
}
"""Width and height in TeX points."""
HEAD, SEP, FOOT = "headheight", "headsep", "footskip"
RUNNING = {HEAD: 12.0, SEP: 25.0, FOOT: 30.0}
"""What article and report leave for the running head and foot, in points."""
SIDES = {
    "left": (0, 0), "lmargin": (0, 0), "inner": (0, 0), "innermargin": (0, 0),
    "right": (0, 1), "rmargin": (0, 1), "outer": (0, 1), "outermargin": (0, 1),
    "top": (1, 0), "tmargin": (1, 0), "bottom": (1, 1), "bmargin": (1, 1),
}  # fmt: skip
"""Key of a margin -> direction (across 0, down 1), and whether it is the first or the second."""
BODIES = {
    "width": (0, "total"), "totalwidth": (0, "total"), "height": (1, "total"),
    "totalheight": (1, "total"), "textwidth": (0, "text"), "textheight": (1, "text"),
    "hscale": (0, "share"), "vscale": (1, "share"), "hmarginratio": (0, "ratio"),
    "hratio": (0, "ratio"), "vmarginratio": (1, "ratio"), "vratio": (1, "ratio"),
}  # fmt: skip
PAIRS = {
    "total": ("width", "height"), "scale": ("hscale", "vscale"), "ratio": ("hratio", "vratio"),
    "body": ("textwidth", "textheight"), "text": ("textwidth", "textheight"),
    "marginratio": ("hratio", "vratio"), "hmargin": ("left", "right"), "vmargin": ("top", "bottom"),
    "papersize": ("paperwidth", "paperheight"),
}  # fmt: skip
"""Key of one or two values -> the two keys that they are for."""
INCLUDED = {
    "includehead": (HEAD, SEP), "includefoot": (FOOT,), "includeheadfoot": (HEAD, SEP, FOOT),
}  # fmt: skip
NONE_OF = {"nohead": (HEAD, SEP), "nofoot": (FOOT,), "noheadfoot": (HEAD, SEP, FOOT)}
CENTRED = {"centering": (0, 1), "hcentering": (0,), "vcentering": (1,)}
HARMLESS = (
    "marginparwidth", "marginpar", "marginparsep", "nomarginpar", "footnotesep", "hoffset",
    "offset", "voffset", "driver", "showframe", "showcrop", "verbose", "reversemp",
    "reversemarginpar",
)  # fmt: skip
"""Keys that move the text or what is beside it, and leave its width and height."""
UNREAD = ("layout", "include", "mag", "truedimen", "reset", "pass", "bindingoffset")
"""Beginnings of keys that change more than is worked out here."""
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))\s*(?:(?:true)?\s*(pt|in|cm|mm|bp|pc)|\\(\w+))")


class Unread(Exception):
    """What stands in the way of knowing the page, in words."""


@dataclass
class Body:
    """One direction: what was said of it, in points."""

    margins: list[float | None] = field(default_factory=lambda: [None, None])
    total: float | None = None
    text: float | None = None
    share: float | None = None
    ratio: tuple[float, float] | None = None

    def size(self, paper: float, inside: float, usual: tuple[float, float]) -> float:
        """The text's extent on a paper; inside: head and foot within the body; usual: the ratio."""
        first, second = self.margins
        if first is not None and second is not None:
            return paper - first - second - inside
        if self.text is not None:
            return self.text
        if self.total is not None or self.share is not None:
            total = self.total if self.total is not None else (self.share or 0.0) * paper
            return total - inside
        if first is None and second is None:
            return SHARE * paper - inside
        given, place = (first, 0) if first is not None else (second, 1)
        assert given is not None
        other = (1 - SHARE) * paper * usual[0] / sum(usual)
        if self.ratio:
            other = given * self.ratio[1 - place] / (self.ratio[place] or given)
        return paper - given - other - inside


@dataclass
class Layout:
    """The page while a preamble is read; lengths in TeX points."""

    paper: tuple[float, float]
    text: tuple[float, float]
    line: float
    """From line to line."""
    top: float
    """From the top of the text to its first line."""
    two: bool
    twoside: bool
    sep: float = 10.0
    running: dict[str, float] = field(default_factory=lambda: dict(RUNNING))
    bodies: tuple[Body, Body] = field(default_factory=lambda: (Body(), Body()))
    coming: list[float] = field(default_factory=list)
    """The paper that geometry's options name."""
    swapped: bool = False
    included: set[str] = field(default_factory=set)
    rounded: bool = False

    def length(self, written: str) -> float:
        r"""Points of "6.5in" or "0.8\paperwidth". Raises Unread for anything else."""
        written = written.strip()
        plain = re.fullmatch(r"\\\w+", written)
        found = _LENGTH.fullmatch(f"1{written}" if plain else written)
        known = {
            "paperwidth": self.paper[0],
            "paperheight": self.paper[1],
            "textwidth": self.text[0],
            "textheight": self.text[1],
            "columnsep": self.sep,
        }
        if not found or (found[3] and found[3] not in known):
            raise Unread(f"{written!r} is not read as a length")
        return float(found[1]) * (known[found[3]] if found[3] else POINTS[found[2]])

    def geometry(self, options: list[str], *, strict: bool = True) -> None:
        """Take geometry's options; strict: Unread for a key = value that is not known."""
        for option in options:
            key, equals, value = (part.strip() for part in option.partition("="))
            self._take(key, _bare(value), strict=strict and bool(equals))

    def process(self) -> None:
        """Set the text from what was taken."""
        if self.coming:
            self.paper = (self.coming[0], self.coming[1])
            self.coming = []
        if self.swapped:
            self.paper, self.swapped = (self.paper[1], self.paper[0]), False
        inside = sum(self.running[one] for one in self.included)
        across = self.bodies[0].size(self.paper[0], 0.0, (2, 3) if self.twoside else (1, 1))
        down = self.bodies[1].size(self.paper[1], inside, (2, 3))
        if self.rounded:
            lines, rest = divmod(down - self.top, self.line)
            down = self.top + self.line * (lines + (2 * rest > self.line))
        self.text = (across, down)

    def _take(self, key: str, value: str, *, strict: bool) -> None:
        if key in PAIRS:
            values = [_bare(one) for one in split(value)]
            for each, one in zip(PAIRS[key], (values * 2)[:2], strict=True):
                self._take(each, one, strict=strict)
        elif key == "margin":
            values = [_bare(one) for one in split(value)]
            self._take("hmargin", values[0], strict=strict)
            self._take("vmargin", values[-1], strict=strict)
        elif key in SIDES:
            way, place = SIDES[key]
            self.bodies[way].margins[place] = self.length(value)
        elif key in BODIES:
            way, what = BODIES[key]
            readers: dict[str, Callable[[str], object]] = {"share": _number, "ratio": _ratio}
            setattr(self.bodies[way], what, readers.get(what, self.length)(value))
        elif self._divided(key, value) or self._switched(key, value) or self._sheet(key, value):
            return
        elif key.startswith(UNREAD) or (strict and key not in HARMLESS):
            raise Unread(f"geometry's {key} is not worked out")

    def _divided(self, key: str, value: str) -> bool:
        """Hdivide = {margin, body, margin}, vdivide and divide, where * leaves one open."""
        ways = {"hdivide": (0,), "vdivide": (1,), "divide": (0, 1)}.get(key, ())
        for way in ways:
            parts = [None if one in ("", "*") else self.length(one) for one in split(value)]
            first, total, second = (*parts, None, None, None)[:3]
            body = self.bodies[way]
            body.margins = [body.margins[0] if first is None else first, second]
            body.total = body.total if total is None else total
        return bool(ways)

    def _switched(self, key: str, value: str) -> bool:
        """Keys that are on or off."""
        on = value.casefold() != "false"
        if key in ("twocolumn", "onecolumn"):
            self.two = on == (key == "twocolumn")
        elif key in ("twoside", "asymmetric"):
            self.twoside = on
        elif key == "heightrounded":
            self.rounded = on
        elif key in INCLUDED:
            apart = self.included.difference(INCLUDED[key])
            self.included = apart | set(INCLUDED[key]) if on else apart
        elif key.startswith("ignore"):
            every = {"includeall": (HEAD, SEP, FOOT), "includemp": (), **INCLUDED}
            gone = every.get(key.replace("ignore", "include"), ())
            self.included = self.included.difference(gone)
        elif key in NONE_OF:
            self.running |= dict.fromkeys(NONE_OF[key], 0.0)
        elif key in CENTRED:
            for way in CENTRED[key]:
                self.bodies[way].ratio = (1.0, 1.0)
        else:
            return False
        return True

    def _sheet(self, key: str, value: str) -> bool:
        """The paper, and lengths that stand for themselves."""
        if key in ("paper", "papername"):
            return self._sheet(value if value in PAPERS else f"{value}paper", "")
        if key in PAPERS:
            self.coming = list(PAPERS[key])
        elif key in ("paperwidth", "paperheight"):
            self.coming = self.coming or list(self.paper)
            self.coming[key == "paperheight"] = self.length(value)
        elif key == "landscape":
            self.swapped = value.casefold() != "false"
        elif key in RUNNING or key in ("head", "foot"):
            self.running[{"head": HEAD, "foot": FOOT}.get(key, key)] = self.length(value)
        elif key == "columnsep":
            self.sep = self.length(value)
        elif key == "lines":
            self.bodies[1].text = (_number(value) - 1) * self.line + self.top
        else:
            return False
        return True


def split(options: str) -> list[str]:
    """The options of a list with commas; those in braces are one."""
    return [one.strip() for one in _parts(options)]


def _parts(options: str) -> Iterator[str]:
    deep, start = 0, 0
    for at, sign in enumerate(options):
        deep += (sign == "{") - (sign == "}")
        if sign == "," and deep == 0:
            yield options[start:at]
            start = at + 1
    yield options[start:]


def _bare(value: str) -> str:
    return value[1:-1].strip() if value.startswith("{") and value.endswith("}") else value


def _number(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        raise Unread(f"{written!r} is no number") from None


def _ratio(written: str) -> tuple[float, float]:
    first, _, second = written.partition(":")
    return _number(first), _number(second)
