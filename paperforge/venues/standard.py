r"""The page of a paper in LaTeX's own classes: article and report, their options, and geometry.

Measured with \typeout of \textwidth, \columnwidth and \textheight (pdfLaTeX, TeX Live 2023); the
arithmetic of geometry is in `geometry.py`. The preamble is read in its order. What is not
understood gives no page: nobody guesses.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Venue
from paperforge.spec import Mode
from paperforge.venues.geometry import (
    FOOT,
    HEAD,
    INCH,
    MM,
    PAPERS,
    SEP,
    Layout,
    Unread,
    split,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSES = ("article", "report")
CLASS_PAPERS = ("letterpaper", "legalpaper", "executivepaper", "a4paper", "a5paper", "b5paper")
TEXT_WIDTH = {10: 345.0, 11: 360.0, 12: 390.0}
"""Of one column at most; two columns take at most twice that."""
AROUND = (2 * INCH, 3.5 * INCH)
"""What the classes leave of the paper, across and down, in whole points and whole lines."""
LINE = {10: 12.0, 11: 13.6, 12: 14.5}
TOP = {10: 10.0, 11: 11.0, 12: 12.0}
A4WIDE = {10: (5.875 * INCH, 53), 11: (6.125 * INCH, 46), 12: (6.375 * INCH, 42)}
"""Width in points and lines beside the first."""
FULLPAGE = {"in": INCH, "cm": 15 * MM}
FONTS = {
    10: {"normalsize": 10.0, "small": 9.0, "footnotesize": 8.0, "scriptsize": 7.0},
    11: {"normalsize": 10.95, "small": 10.0, "footnotesize": 9.0, "scriptsize": 8.0},
    12: {"normalsize": 12.0, "small": 10.95, "footnotesize": 10.0, "scriptsize": 8.0},
}
FACES = {
    "Times": ("times", "mathptmx", "newtxtext", "txfonts", "tgtermes", "stix", "stix2"),
    "Palatino": ("palatino", "mathpazo", "newpxtext", "pxfonts", "tgpagella"),
    "Latin Modern": ("lmodern",),
}
ELSEWHERE = ("typearea", "vmargin", "anysize", "savetrees", "layaureo", "a4")
"""Packages that set the page in ways of their own."""

_BRACED = r"((?:[^{}]|\{[^{}]*\})*)"
_OPTIONS = r"(?:\[((?:[^\[\]{}]|\{[^{}]*\})*)\])?"
_CLASS = re.compile(rf"\\documentclass\s*{_OPTIONS}\s*\{{([^{{}}]*)\}}")
_STEP = re.compile(
    rf"\\(?:usepackage|RequirePackage)\s*{_OPTIONS}\s*\{{(?P<names>[^{{}}]*)\}}"
    rf"|\\geometry\s*\{{(?P<geometry>{_BRACED})\}}"
    rf"|\\(?P<how>set|addto)length\s*\{{?\s*\\(?P<set>text(?:width|height)|columnsep|paper(?:width|height))"
    rf"\s*\}}?\s*(?:\{{(?P<braced>{_BRACED})\}}|(?P<bare>[^\s{{}}%]+))"
    r"|\\(?P<plain>text(?:width|height)|columnsep)\s*(?:=\s*|(?=[\d.]))(?P<value>[\d.]*\s*(?:\\?\w+)?)"
)
_INPUT = re.compile(r"\\(?:input|include)\s*\{([^{}]*)\}")


def page(root: Path, main: str) -> Venue | None:
    """The page of a paper as a nameless Venue; None where its main file does not tell.

    root: the paper's folder; main: its main file, relative to it.
    """
    try:
        return _page(root, main)
    except Unread:
        return None


def stated(root: Path, main: str, said: Mapping[str, object]) -> Venue:
    """The page as the author says it: width, height, column_sep (lengths), columns, size.

    The face is that of a package that the main file loads. Raises InputError where a length is not
    one.
    """
    layout = _of_class([], 10)
    try:
        width, sep, height = (
            layout.length(str(said.get(key, default)))
            for key, default in (("width", ""), ("column_sep", "10pt"), ("height", "600pt"))
        )
    except Unread as why:
        raise InputError(str(why), "[page]", 'width = "6.5in"') from None
    two, size = said.get("columns") == 2, int(str(said.get("size", 10)))  # noqa: PLR2004
    names = {
        one for step in _STEP.finditer(_preamble(root, main)) for one in split(step["names"] or "")
    }
    face = next((face for face, every in FACES.items() if names.intersection(every)), "")
    column = (width - sep) / 2 if two else width
    return _venue(
        "[page]", (column, width, height), size, 2 if two else 1, face or "Computer Modern"
    )


def unread(root: Path, main: str) -> str:
    """Why `page` gives None, in words; empty where it does not."""
    try:
        _page(root, main)
    except Unread as why:
        return str(why)
    return ""


def _page(root: Path, main: str) -> Venue:
    said = _preamble(root, main)
    found = _CLASS.search(said)
    if not found:
        raise Unread(f"{main or 'the main file'} has no \\documentclass")
    kind = found[2].strip()
    if kind not in CLASSES:
        raise Unread(f"the class {kind} sets the page in its own way")
    options = split(found[1] or "")
    size = next((n for n in TEXT_WIDTH if f"{n}pt" in options), 10)
    layout = _of_class(options, size)
    loaded: list[str] = []
    for step in _STEP.finditer(said):
        if step["names"] is None:
            if said.count("{", 0, step.start()) != said.count("}", 0, step.start()):
                raise Unread(f"{step[0][:60]!r} stands within braces")
            _set(layout, step)
            continue
        for name in split(step["names"]):
            loaded.append(name)
            if re.search(r"(19|20)\d\d", name) or (root / f"{name}.sty").is_file():
                raise Unread(f"the style {name} sets the page in its own way")
            _loaded(layout, name, split(step[1] or ""), options, size)
    (width, height), paper = layout.text, layout.paper
    if not (0 < width <= paper[0] and 0 < height <= paper[1]):
        raise Unread(f"a text of {width:.0f} by {height:.0f} pt is not on its paper")
    two = layout.two
    face = next((f for f, names in FACES.items() if any(n in loaded for n in names)), "")
    column = (width - layout.sep) / 2 if two else width
    name = f"{kind} at {size} pt{', two columns' if two else ''}"
    return _venue(name, (column, width, height), size, 2 if two else 1, face or "Computer Modern")


def _of_class(options: list[str], size: int) -> Layout:
    """What the class makes of its options: whole points across, whole lines down."""
    named = [one for one in options if one in CLASS_PAPERS]
    paper = PAPERS[named[-1]] if named else PAPERS["letterpaper"]
    paper = (paper[1], paper[0]) if "landscape" in options else paper
    two, line = "twocolumn" in options, LINE[size]
    width = min((2 if two else 1) * TEXT_WIDTH[size], paper[0] - AROUND[0]) // 1
    height = (paper[1] - AROUND[1]) // line * line + TOP[size]
    return Layout(paper, (width, height), line, TOP[size], two, "twoside" in options)


def _loaded(layout: Layout, name: str, own: list[str], options: list[str], size: int) -> None:
    """What loading a package does to the page; options: of the class."""
    if name in ELSEWHERE:
        raise Unread(f"the package {name} sets the page in its own way")
    if name == "geometry":
        layout.geometry([one for one in options if "=" not in one], strict=False)
        layout.swapped = layout.swapped and bool(layout.coming)
        layout.geometry(own)
        layout.process()
    elif name == "fullpage":
        margin = FULLPAGE["cm" if "cm" in own else "in"]
        if not {"headings", "myheadings"}.intersection(own):
            layout.running |= {HEAD: 0.0, SEP: 0.0}
        if "empty" in own:
            layout.running[FOOT] = 0.0
        width, height = (extent - 2 * margin for extent in layout.paper)
        layout.text = (width, height - sum(layout.running.values()))
    elif name == "a4wide":
        width, lines = A4WIDE[size]
        layout.text = (width, lines * layout.line + layout.top)


def _set(layout: Layout, step: re.Match[str]) -> None:
    r"""What \geometry or an assignment does to the page."""
    if step["geometry"] is not None:
        layout.geometry(split(step["geometry"]))
        layout.process()
        return
    name, value = step["set"] or step["plain"], step["braced"] or step["bare"] or step["value"]
    length = layout.length(value)
    if step["how"] == "addto":
        length += layout.length(f"\\{name}")
    if name == "columnsep":
        layout.sep = length
    else:
        pair = list(layout.text if name.startswith("text") else layout.paper)
        pair[name.endswith("height")] = length
        both = (pair[0], pair[1])
        layout.text, layout.paper = (
            (both, layout.paper) if name.startswith("text") else (layout.text, both)
        )


def _preamble(root: Path, main: str) -> str:
    """What stands before the text, without comments, with the files that it inputs in place."""

    def read(name: str) -> str:
        file = root / name
        file = file if file.suffix else file.with_suffix(".tex")
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError):
            return ""
        return re.sub(r"(?<!\\)%.*", "", text)

    said = (read(main) if main else "").partition(r"\begin{document}")[0]
    return _INPUT.sub(lambda found: read(found[1]), said)


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
