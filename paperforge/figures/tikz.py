r"""The author's TikZ picture as a document of its own, at the venue's width and in its face.

`file = "figures/architecture.tikz"`: a tikzpicture, or anything that stands in a paragraph. It may
use \pfwidth (the width of the column or of the text), \pfink, \pffaint and \pfgrid (the colours of
all figures), and \pfone to \pftwelve (those of the methods, in the paper's order). Drawn by
`compile`, which alone starts TeX.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import audit, palette, select, style
from paperforge.model import Diagnostic, Figure, Severity
from paperforge.spec import Method

if TYPE_CHECKING:
    from paperforge.model import Venue
    from paperforge.spec import FigureSpec

NEEDS: tuple[str, ...] = ()
NUMBERS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
FACES = {
    "times": r"\usepackage{mathptmx}",
    "pagella": r"\usepackage{mathpazo}",
    "palatino": r"\usepackage{mathpazo}",
}
"""Packages of the faces, in every TeX installation (psnfss); else Latin Modern."""
START = r"""% To start from. Lengths in parts of \pfwidth keep the drawing at its width.
\begin{tikzpicture}[
  block/.style = {
    draw=pfink, fill=pfgrid!50, rounded corners=2pt, minimum height=16pt, inner sep=5pt
  },
  ours/.style = {block, draw=pfone, fill=pfone!15, line width=0.8pt},
  >=stealth, line width=0.5pt,
]
  \node[block] (input) at (0, 0) {input};
  \node[block] (encoder) at (0.28\pfwidth, 0) {encoder};
  \node[ours] (adapter) at (0.56\pfwidth, 0) {adapter};
  \node[block] (head) at (0.82\pfwidth, 0) {head};
  \draw[->] (input) -- (encoder);
  \draw[->] (encoder) -- (adapter);
  \draw[->] (adapter) -- (head);
  \draw[->, pffaint] (encoder) to[out=35, in=145] node[above] {skip} (head);
\end{tikzpicture}
"""


def document(spec: FigureSpec, venue: Venue | None) -> dict[str, bytes]:
    """The picture's files: main.tex, and the author's file with what lies beside it.

    Raises InputError where there is no such file, or it is a document of its own.
    """
    about = select.where(spec)
    if not spec.file:
        raise InputError("no file is named", about, 'file = "figures/architecture.tikz"')
    path = Path(spec.file)
    if not path.is_file():
        hint = "--start writes one to begin with"
        raise InputError(f"there is no file {path.name}", about, hint)
    if re.search(rb"^[^%\n]*\\documentclass", path.read_bytes(), re.MULTILINE):
        hint = "leave the tikzpicture alone in it: the document around it is made for the venue"
        raise InputError(f"{path.name} is a document of its own", about, hint)
    plan = style.style_for(spec, venue)
    return {"main.tex": _main(plan, path.name).encode(), path.name: path.read_bytes()}


def figure(spec: FigureSpec, pdf: bytes, venue: Venue | None) -> Figure:
    """The compiled picture, looked at as every figure is; it may be narrower than its place."""
    about = select.where(spec)
    plan = style.style_for(spec, venue)
    written = audit.inspect(pdf)
    found = list(audit.problems(pdf, written.width_pt, about, own=True))
    if written.width_pt > plan.width + audit.WIDTH_TOLERANCE_PT:
        message = f"the picture is {written.width_pt:.1f} pt wide, its place {plan.width:.1f} pt"
        hint = r"give its lengths in parts of \pfwidth"
        found.append(Diagnostic(Severity.WARNING, about, message, hint))
    alt = spec.title or f"Drawing {Path(spec.file).stem}."
    return Figure(spec.name, pdf, written.width_pt, written.height_pt, alt, "", "", tuple(found))


def _main(plan: style.Style, name: str) -> str:
    """A document as large as the picture."""
    face = plan.text_face.casefold()
    package = next((p for word, p in FACES.items() if word in face), r"\usepackage{lmodern}")
    methods = [Method(name, name) for name in NUMBERS]
    looks = palette.looks(methods)
    colours = {f"pf{number}": looks[number].colour for number in NUMBERS}
    colours |= {"pfink": style.INK, "pffaint": style.FAINT, "pfgrid": style.GRID}
    defined = "\n".join(
        rf"\definecolor{{{name}}}{{HTML}}{{{colour[1:].upper()}}}"
        for name, colour in colours.items()
    )
    size = plan.label
    return "\n".join(
        [
            r"\documentclass[border=0pt]{standalone}",
            r"\usepackage[T1]{fontenc}",
            package,
            r"\usepackage{amsmath}",
            r"\usepackage{tikz}",
            r"\usetikzlibrary{arrows.meta,calc,fit,positioning,shapes,backgrounds}",
            rf"\newlength\pfwidth\setlength\pfwidth{{{plan.width:.3f}pt}}",
            defined,
            r"\begin{document}",
            rf"\fontsize{{{size:g}}}{{{1.2 * size:g}}}\selectfont",
            rf"\input{{{name}}}%",
            r"\end{document}",
            "",
        ]
    )
