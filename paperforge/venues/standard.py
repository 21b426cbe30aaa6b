r"""The page of a paper in LaTeX's own classes: article and report, their options, and geometry.

Measured with \typeout of \textwidth, \columnwidth and \textheight (pdfLaTeX, TeX Live 2023); the
arithmetic of geometry is that of its manual. What is not understood gives no page: nobody guesses.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.model import Venue
from paperforge.spec import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLASSES = ("article", "report")
PAPERS = {"letterpaper": (614.295, 794.97), "a4paper": (597.50787, 845.04684)}
"""Width and height in TeX points."""
TEXT_WIDTH = {10: 345.0, 11: 360.0, 12: 390.0}
"""In one column, on either paper."""
BOTH_COLUMNS = {"letterpaper": 469.0, "a4paper": 452.0}
COLUMN_SEP = 10.0
TEXT_HEIGHT = {
    "letterpaper": {10: 550.0, 11: 541.4, 12: 548.5},
    "a4paper": {10: 598.0, 11: 595.8, 12: 592.0},
}
FONTS = {
    10: {"normalsize": 10.0, "small": 9.0, "footnotesize": 8.0, "scriptsize": 7.0},
    11: {"normalsize": 10.95, "small": 10.0, "footnotesize": 9.0, "scriptsize": 8.0},
    12: {"normalsize": 12.0, "small": 10.95, "footnotesize": 10.0, "scriptsize": 8.0},
}
POINTS = {
    "pt": 1.0,
    "in": 72.27,
    "cm": 72.27 / 2.54,
    "mm": 7.227 / 2.54,
    "bp": 72.27 / 72,
    "pc": 12.0,
}
GEOMETRY_SHARE = 0.7
"""Of the paper: what geometry leaves of it where nothing is said."""
SIDES = {"left": 0, "lmargin": 0, "inner": 0, "right": 1, "rmargin": 1, "outer": 1}
HIGH = {"top": 0, "tmargin": 0, "bottom": 1, "bmargin": 1}
FACES = {
    "Times": ("times", "mathptmx", "newtxtext", "txfonts", "tgtermes", "stix", "stix2"),
    "Palatino": ("palatino", "mathpazo", "newpxtext", "pxfonts", "tgpagella"),
    "Latin Modern": ("lmodern",),
}
ELSEWHERE = ("fullpage", "a4wide", "typearea", "vmargin", "anysize", "savetrees", "layaureo")
"""Packages that set the page in ways of their own."""

_CLASS = re.compile(r"\\documentclass\s*(?:\[([^\]]*)\])?\s*\{([^{}]*)\}")
_LOADED = re.compile(r"\\(?:usepackage|RequirePackage)\s*(?:\[([^\]]*)\])?\s*\{([^{}]*)\}")
_GEOMETRY = re.compile(r"\\geometry\s*\{([^{}]*)\}")
_LENGTH = re.compile(r"([\d.]+)\s*(?:true)?\s*(pt|in|cm|mm|bp|pc)")
_SET = re.compile(r"\\(?:setlength|addtolength)\s*\{?\s*\\(?:text(?:width|height)|columnsep|hsize)")
_INPUT = re.compile(r"\\(?:input|include)\s*\{([^{}]*)\}")


def page(root: Path, main: str) -> Venue | None:
    """The page of a paper as a nameless Venue; None where its main file does not tell.

    root: the paper's folder; main: its main file, relative to it.
    """
    said = _preamble(root, main)
    found = _CLASS.search(said)
    if not found or found[2].strip() not in CLASSES or _SET.search(said):
        return None
    loaded = {
        name.strip(): options or ""
        for options, names in _LOADED.findall(said)
        for name in names.split(",")
    }
    styles = [n for n in loaded if re.search(r"(19|20)\d\d", n) or (root / f"{n}.sty").is_file()]
    if styles or any(name in loaded for name in ELSEWHERE):
        return None
    options = [one.strip() for one in (found[1] or "").split(",")]
    return _of_options(found[2].strip(), options, loaded, _GEOMETRY.findall(said))


def _of_options(
    kind: str, options: list[str], loaded: Mapping[str, str], geometry: list[str]
) -> Venue | None:
    """The page of a class with its options; geometry: what is said after it is loaded."""
    size = next((n for n in TEXT_WIDTH if f"{n}pt" in options), 10)
    paper = "a4paper" if "a4paper" in options else "letterpaper"
    two = "twocolumn" in options
    width = BOTH_COLUMNS[paper] if two else TEXT_WIDTH[size]
    height = TEXT_HEIGHT[paper][size]
    if "geometry" in loaded:
        asked = [loaded["geometry"], *geometry]
        area = _area([*options, *(o.strip() for part in asked for o in part.split(","))])
        if area is None:
            return None
        width, height = area
    face = next((f for f, names in FACES.items() if any(n in loaded for n in names)), "")
    column = (width - COLUMN_SEP) / 2 if two else width
    name = f"{kind} at {size} pt{', two columns' if two else ''}"
    return _venue(name, (column, width, height), size, 2 if two else 1, face or "Computer Modern")


def _preamble(root: Path, main: str) -> str:
    """What stands before the text, without comments, with the files that it inputs."""

    def read(name: str) -> str:
        file = root / name
        file = file if file.suffix else file.with_suffix(".tex")
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError):
            return ""
        return re.sub(r"(?<!\\)%.*", "", text)

    said = (read(main) if main else "").partition(r"\begin{document}")[0]
    return said + "".join(map(read, _INPUT.findall(said)))


def _area(options: list[str]) -> tuple[float, float] | None:
    """Width and height of the text with geometry's options; None for what is not understood."""
    paper = next((PAPERS[one] for one in reversed(options) if one in PAPERS), PAPERS["letterpaper"])
    sides: list[float | None] = [None, None]
    ends: list[float | None] = [None, None]
    text: list[float | None] = [None, None]
    for key, length in _lengths(options):
        if length is None:
            return None
        if key in SIDES:
            sides[SIDES[key]] = length
        elif key in HIGH:
            ends[HIGH[key]] = length
        elif key in ("margin", "hmargin", "vmargin"):
            sides = sides if key == "vmargin" else [length, length]
            ends = ends if key == "hmargin" else [length, length]
        elif key in ("textwidth", "width"):
            text[0] = length
        elif key in ("textheight", "height"):
            text[1] = length
        else:
            return None
    width = text[0] or _left(paper[0], sides)
    height = text[1] or _left(paper[1], ends)
    return (width, height) if 0 < width <= paper[0] and 0 < height <= paper[1] else None


def _left(paper: float, margins: list[float | None]) -> float:
    """What margins leave of the paper; 0 where one of them is given alone, which is not read."""
    first, second = margins
    if first is None and second is None:
        return GEOMETRY_SHARE * paper
    return 0.0 if first is None or second is None else paper - first - second


def _lengths(options: list[str]) -> Iterator[tuple[str, float | None]]:
    """Keys of geometry with their lengths in points; None: no length that is understood."""
    for option in options:
        key, equals, value = (part.strip() for part in option.partition("="))
        if not equals:
            if key.startswith("include") or key in ("landscape", "showframe"):
                yield key, None
            continue
        length = _LENGTH.fullmatch(value)
        yield key, float(length[1]) * POINTS[length[2]] if length else None


def _venue(
    name: str, widths: tuple[float, float, float], size: int, columns: int, face: str
) -> Venue:
    """widths: of a column and of the text, and the height of the text."""
    column, width, height = widths
    sizes = FONTS[size]
    fonts = {command: (points,) for command, points in sizes.items()}
    return Venue(
        id="",
        name=name,
        folder=Path(),
        package="",
        style_files=(),
        engine="pdflatex",
        options={str(mode): "" for mode in Mode},
        page_limit={},
        columns=columns,
        column_width_pt=column,
        text_width_pt=width,
        body_size_pt=sizes["normalsize"],
        caption_size_pt=sizes["normalsize"],
        footnote_size_pt=sizes["footnotesize"],
        text_face=face,
        facts={"measured": {"textheight": height, "fonts": fonts}},
    )
