"""The author's own matplotlib function, at the venue's width and in the paper's looks.

    def draw(paper):
        figure, axes = paper.subplots(height_pt=120)
        for method in paper.analysis.methods:
            look = paper.looks[method.name]
            axes.plot(..., color=look.colour, marker=look.marker, linestyle=look.line)
        paper.say(alt="Accuracy over ...", note="Bands: ...")
        return figure

`file = "figures/mine.py"` in paper.toml, or `figures/mine.py:other_function`. The file is the
author's and is run as their own code is: paperforge never fetches one or takes one from a store.
"""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.figures import palette, select
from paperforge.figures.sheet import Sheet
from paperforge.figures.style import PDF_POINTS
from paperforge.model import Diagnostic, Severity
from paperforge.model.order import ours_last

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from matplotlib.figure import Figure as Drawn

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler
    from paperforge.figures.style import Style
    from paperforge.model import Analysis
    from paperforge.spec import FigureSpec

NEEDS: tuple[str, ...] = ("frame",)
FUNCTION = "draw"
RATIO = 0.62
"""Height over width where the function asks for none."""
CLOSE_PT = 0.05


@dataclass(slots=True)
class Paper:
    """What the author's function gets. Lengths in TeX points (72.27 an inch)."""

    analysis: Analysis
    """What the results support: methods, aggregates, decisions, curves."""
    looks: Mapping[str, Look]
    """Method -> colour, marker, line style, as in every figure of the paper."""
    width_pt: float
    height_pt: float | None
    """None: the function's choice."""
    label_pt: float
    """Size of axis labels; set already, as the text face is."""
    tick_pt: float
    _frame: Callable[[], pd.DataFrame]
    said: dict[str, str] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """The tidy results, a row a measurement (columns as `paperforge runs` prints them)."""
        return self._frame()

    def figure(self, height_pt: float | None = None) -> Drawn:
        """An empty matplotlib figure of the exact width, laid out to stay inside it."""
        from matplotlib.figure import Figure as Drawn

        height = self.height_pt or height_pt or RATIO * self.width_pt
        size = (self.width_pt / 72.27, height / 72.27)
        return Drawn(figsize=size, dpi=72, layout="constrained")

    def subplots(
        self,
        rows: int = 1,
        columns: int = 1,
        *,
        height_pt: float | None = None,
        **how: Any,  # noqa: ANN401 -- Figure.subplots' options
    ) -> tuple[Drawn, Any]:
        """A figure of the exact width with its axes, as matplotlib's subplots."""
        figure = self.figure(height_pt)
        return figure, figure.subplots(rows, columns, **how)

    def say(self, *, alt: str = "", note: str = "", data: str = "") -> None:
        """What the picture shows in words, what its signs are, and its numbers as CSV."""
        self.said |= {k: v for k, v in (("alt", alt), ("note", note), ("data", data)) if v}


def compose(spec: FigureSpec, analysis: Analysis) -> Script:
    """Load the function. Raises InputError where there is none, or the file does not run."""
    about = select.where(spec)
    name, _, function = spec.file.partition(".py:")
    path = Path(f"{name}.py" if function or not name.endswith(".py") else name)
    if not spec.file:
        hint = 'file = "figures/mine.py" (paper.toml) or --file figures/mine.py'
        raise InputError("no file is named", about, hint)
    if not path.is_file():
        raise InputError(f"there is no file {path.name}", about, f"looked for {path}")
    return Script(spec, analysis, path, _function(path, function or FUNCTION, about))


@dataclass(slots=True)
class Script:
    """A picture that the author's function will draw."""

    spec: FigureSpec
    analysis: Analysis
    path: Path
    function: Callable[[Paper], Drawn]
    said: dict[str, str] = field(default_factory=dict)
    """What the function said while it drew."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every name of the results, and the letters of the file: the function may print any."""
        a = self.analysis
        labels = [one.label for many in (a.metrics, a.methods, a.datasets) for one in many]
        names = [one.name for many in (a.metrics, a.methods, a.datasets) for one in many]
        own = self.path.read_text(encoding="utf-8", errors="replace")
        return (*labels, *names, self.spec.title, *(c for c in set(own) if not c.isascii()))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What the function left out."""
        if self.said.get("alt"):
            return ()
        message, hint = "has no description for readers who cannot see it", "paper.say(alt=...)"
        return (Diagnostic(Severity.NOTE, select.where(self.spec), message, hint),)

    @property
    def note(self) -> str:
        """What the picture's signs are, as the function says."""
        return self.said.get("note", "")

    @property
    def alt(self) -> str:
        """The picture in words, as the function says."""
        return self.said.get("alt") or self.spec.title or f"Figure {self.spec.name}."

    @property
    def data(self) -> str:
        """The picture's numbers, as the function says."""
        return self.said.get("data", "")

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Run the function at the style's size; InputError for what goes wrong in it."""
        import matplotlib as mpl
        from matplotlib.figure import Figure as Drawn

        mpl.rcParams["text.parse_math"] = True
        about = select.where(self.spec)
        paper = self._paper(style)
        drawn = _call(self.function, paper, self.path, about)
        mpl.rcParams.update({"pdf.fonttype": 42, "pdf.use14corefonts": False})
        self.said = paper.said
        if not isinstance(drawn, Drawn):
            hint = "return the figure: figure, axes = paper.subplots(); ...; return figure"
            raise InputError(
                f"{self.path.name} gave {type(drawn).__name__}, no figure", about, hint
            )
        width, height = (float(inches) * 72.27 for inches in drawn.get_size_inches())
        if abs(width - style.width) > CLOSE_PT:
            message = f"{self.path.name} made a figure of {width:.1f} pt, not {style.width:.1f} pt"
            raise InputError(message, about, "paper.figure() and paper.subplots() have the width")
        sheet = Sheet(style, height, ruler)
        sheet.figure = drawn
        return sheet

    def _paper(self, style: Style) -> Paper:
        def nothing() -> pd.DataFrame:
            raise InputError("the results are not at hand here", select.where(self.spec))

        looks = palette.looks(self.analysis.methods)
        frame = self.analysis.frame or nothing
        sizes = (style.label * PDF_POINTS, style.tick * PDF_POINTS)
        ordered = replace(self.analysis, methods=ours_last(self.analysis.methods))
        return Paper(ordered, looks, style.width, style.height, *sizes, frame)


def _function(path: Path, name: str, about: str) -> Callable[[Paper], Drawn]:
    """The function of a file, which is run for it; its folder is importable meanwhile."""
    from importlib.util import module_from_spec, spec_from_file_location

    found = spec_from_file_location(f"paperforge_script_{path.stem}", path)
    assert found is not None
    loader = found.loader
    assert loader is not None
    module = module_from_spec(found)
    sys.path.insert(0, str(path.parent))
    try:
        _call(lambda _: loader.exec_module(module), None, path, about)
    finally:
        sys.path.remove(str(path.parent))
    function = getattr(module, name, None)
    if not callable(function):
        hint = f"def {name}(paper): ..., or name another: {path.name}:FUNCTION"
        raise InputError(f"{path.name} has no function {name}", about, hint)
    made: Callable[[Paper], Drawn] = function
    return made


def _call(function: Callable[[Any], Any], argument: object, path: Path, about: str) -> Any:  # noqa: ANN401
    """What the author's code gives; its errors say the line of their file."""
    try:
        return function(argument)
    except InputError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f.lineno for f in frames if Path(f.filename) == path]
        at = f"{path.name}:{lines[-1]}" if lines else path.name
        if isinstance(error, SyntaxError) and error.lineno:
            at = f"{path.name}:{error.lineno}"
        text = f"{type(error).__name__}: {error}".rstrip(": ")
        raise InputError(text, f"{about}, {at}", "the function is yours: mend it there") from error
