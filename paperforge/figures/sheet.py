"""The page of one figure: measured text, panels at exact places, the PDF."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from os.path import commonprefix
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.figures import numerals
from paperforge.figures.style import INK, PDF_POINTS
from paperforge.latex.escape import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure as Drawn

    from paperforge.figures.fonts import Letters
    from paperforge.figures.scale import Scale
    from paperforge.figures.style import Style

LINE = 1.3
"""Height of a line of text, in its size."""
TICK_PT = 2.2
GAP_PT = 2.0
MOST_HEIGHT_PT = 600.0
"""A figure taller than this fits no venue's page with its caption."""
MOST_TURNS = 3
"""How often names that were shortened alike are shortened otherwise."""
KEPT = 9
"""Letters of a common beginning that may stay, so that a name goes on from a word's start."""


class TooHighError(Exception):
    """What is to be drawn does not fit a page; its height in TeX points."""

    def __init__(self, height: float) -> None:
        super().__init__(f"{height:.0f} pt")
        self.height = height


class Ruler:
    """Text as it will be set: spelled with the fonts there are, measured, cut to its room."""

    def __init__(self, letters: Letters) -> None:
        self.letters = letters
        self.cut: list[str] = []
        """Names that had to be shortened."""
        self._renderer = renderer()

    def width(self, text: str, size: float) -> float:
        """Return the width of a text in TeX points."""
        from matplotlib.font_manager import FontProperties

        spelled = self.letters.spell(text)
        if not spelled:
            return 0.0
        font = FontProperties(size=size * PDF_POINTS)
        math = numerals.mathtext(spelled)
        width = self._renderer.get_text_width_height_descent(
            math or spelled, font, ismath=math is not None
        )[0]
        return float(width) / PDF_POINTS

    def fit(self, text: str, size: float, room: float) -> str:
        """Return the text as set, its end replaced by … where it is wider than the room."""
        spelled = self.letters.spell(text)
        if self.width(spelled, size) <= room:
            return spelled
        if text not in self.cut and not text.startswith("…"):
            self.cut.append(text)
        low, high = 0, len(spelled)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.width(spelled[:middle].rstrip() + "…", size) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return spelled[:low].rstrip() + "…"

    def fit_names(self, names: Sequence[str], size: float, room: float) -> list[str]:
        """Return names as set, shortened so that those that differ still do.

        Where their beginnings are alike, what all of them begin with is left out.
        """
        fitted = [self.fit(name, size, room) for name in names]
        for _ in range(MOST_TURNS):
            groups: dict[str, list[int]] = {}
            for place, text in enumerate(fitted):
                groups.setdefault(text, []).append(place)
            clashes = [at for at in groups.values() if len({names[i] for i in at}) > 1]
            for places in clashes:
                alike = sorted({names[i] for i in places})
                start = len(commonprefix(alike))  # noqa: RUF071  of letters, no paths
                start = alike[0].rfind(" ", max(start - KEPT, 0), start) + 1 or start
                start = self._earlier(sorted({names[i] for i in places}), start, size, room)
                for i in places:
                    fitted[i] = self.fit("…" + names[i][start:], size, room)
            if not clashes:
                break
        return fitted

    def _earlier(self, names: Sequence[str], start: int, size: float, room: float) -> int:
        """Return the first place before `start`, at a word, from which all names fit the room."""
        words = [i + 1 for i, letter in enumerate(names[0][:start]) if letter == " "]
        for place in words:
            if all(self.width("…" + name[place:], size) <= room for name in names):
                return place
        return start


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in TeX points, from the lower left corner of the page."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.bottom + self.height

    @property
    def middle(self) -> float:
        """Half-way from left to right."""
        return self.left + self.width / 2


class Sheet:
    """A figure of exact size. Coordinates and sizes in TeX points.

    Raises TooHighError before anything is drawn where a height by content is more than a page's.
    """

    def __init__(self, style: Style, height: float, ruler: Ruler) -> None:
        from matplotlib.figure import Figure as Drawn

        if style.height is None and height > MOST_HEIGHT_PT + 0.01:  # of rounding
            raise TooHighError(height)
        self.style, self.width, self.height, self.ruler = style, style.width, height, ruler
        inches = (self.width / 72.27, self.height / 72.27)
        self.figure: Drawn = Drawn(figsize=inches, dpi=72)

    def panel(self, box: Box, x: Scale, y: Scale) -> Axes:
        """Add axes that fill a box, with given scales."""
        axes = self.figure.add_axes(
            (
                box.left / self.width,
                box.bottom / self.height,
                box.width / self.width,
                box.height / self.height,
            )
        )
        axes.set_xlim(x.low, x.high)
        axes.set_ylim(y.low, y.high)
        set_ticks(axes.xaxis, x)
        set_ticks(axes.yaxis, y)
        return axes

    def text(
        self,
        place: tuple[float, float],
        text: str,
        size: float,
        **how: Any,  # noqa: ANN401 -- Text's options
    ) -> None:
        """Set a text (already spelled or fitted) at a place of the page."""
        x, y = place
        options: dict[str, Any] = {"ha": "center", "va": "center", "color": INK, **how}
        self.figure.text(
            x / self.width, y / self.height, text, fontsize=size * PDF_POINTS, **options
        )

    def title(self, text: str) -> None:
        """Set a title over the whole figure, in the line that `title_height` keeps free."""
        if not text:
            return
        size = self.style.label
        fitted = self.ruler.fit(text, size, self.width - 2.0)
        self.text((self.width / 2, self.height - size), fitted, size, va="baseline")

    def line(self, xs: list[float], ys: list[float], **how: Any) -> None:  # noqa: ANN401 -- Line2D's options
        """Draw a line in page coordinates."""
        from matplotlib.lines import Line2D

        across, up = [x / self.width for x in xs], [y / self.height for y in ys]
        self.figure.add_artist(Line2D(across, up, **how))


def set_ticks(axis: Axis, scale: Scale) -> None:
    """Set a scale's ticks and their numbers, powers of ten with raised digits."""
    axis.set_ticks(scale.ticks, [numerals.mathtext(text) or text for text in scale.labels])
    for tick, text in zip(axis.get_major_ticks(), scale.labels, strict=False):
        tick.label1.set_parse_math(numerals.mathtext(text) is not None)


def title_height(text: str, style: Style) -> float:
    """Return the height of a title over the whole figure; 0 without one."""
    return style.label * LINE + 2.0 if text else 0.0


def pdf(figure: Drawn) -> bytes:
    """Write a figure at its own size, without date or program name, so that bytes repeat."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    out = BytesIO()
    canvas: Any = FigureCanvasPdf(figure)  # print_pdf has no types
    nothing = {"Creator": None, "Producer": None, "CreationDate": None}
    canvas.print_pdf(out, metadata=nothing)
    return out.getvalue()


def png(figure: Drawn) -> bytes:
    """Write a figure as PNG of 300 dots an inch on white."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = BytesIO()
    canvas: Any = FigureCanvasAgg(figure)
    # the place in points stays: only the dots an inch change
    canvas.print_figure(out, dpi=300, format="png", facecolor="white", metadata={"Software": None})
    return out.getvalue()


def pgf(figure: Drawn) -> bytes:
    r"""Write a figure as PGF, its text in the document's own fonts (\usepackage{pgf}).

    The text is escaped first: names of the data are no TeX. matplotlib measures it with LaTeX.
    Raises InputError where LaTeX is missing.
    """
    import shutil

    import matplotlib as mpl
    from matplotlib.text import Text

    if shutil.which("pdflatex") is None:
        hint = "paperforge doctor says how to install TeX; or write a PDF"
        raise InputError("PGF needs pdflatex, which is not on this machine", "-o", hint)
    axes = [axis for one in figure.axes for axis in (one.xaxis, one.yaxis)]
    ticks = [(a.get_majorticklocs(), [t.get_text() for t in a.get_majorticklabels()]) for a in axes]
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        text.set_text(escape(numerals.read(text.get_text())))
    for axis, (places, labels) in zip(axes, ticks, strict=True):  # drawing asks for these anew
        axis.set_ticks(places, [escape(numerals.read(label)) for label in labels])
    out = BytesIO()
    ours: Any = {
        "pgf.texsystem": "pdflatex",
        "pgf.rcfonts": False,
        "pgf.preamble": r"\usepackage[T1]{fontenc}",
    }
    with mpl.rc_context(ours):
        from matplotlib.backends.backend_pgf import FigureCanvasPgf

        canvas: Any = FigureCanvasPgf(figure)
        canvas.print_figure(out, format="pgf")
    return out.getvalue()


FORMS: Mapping[str, Callable[[Drawn], bytes]] = {"png": png, "pgf": pgf}
"""Formats beside PDF."""


def renderer() -> Any:  # noqa: ANN401 -- matplotlib's renderers have no types
    """Return a renderer that measures text as the PDF will set it."""
    from matplotlib.backends import backend_pdf

    make: Any = backend_pdf
    return make.RendererPdf(make.PdfFile(BytesIO()), 72, 1000, 1000)
