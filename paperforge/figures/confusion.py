"""Confusion matrices: what a method answered where the true class is another; rows add to 100%."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.figures import select, written
from paperforge.figures.heat import Heat, Matrix, Square
from paperforge.spec import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Confusion, Diagnostic
    from paperforge.spec import Dataset, FigureSpec, Method

NEEDS: tuple[str, ...] = ("confusions",)
MOST_PANELS = 8
TOLD = 5
"""Confusions that the alt text tells of."""


def compose(spec: FigureSpec, analysis: Analysis) -> Confusions:
    """Choose the matrices: the methods and datasets named, else ours on the first dataset.

    Without a method of ours it is the one with the most right answers. Raises
    InputError where no answers are known, or more panels than can be read are asked for.
    """
    select.metric_of(spec, analysis, ())
    found = {(c.method, c.dataset): c for c in analysis.confusions}
    methods = select.methods_of(spec, analysis, (m for m, _ in found))
    datasets = select.datasets_of(spec, analysis, (d for _, d in found))
    if not methods or not datasets:
        raise written.refused(
            spec,
            "no true and predicted classes are known for these methods and datasets",
            "a confusion matrix needs a row an example with both: columns label and prediction",
        )
    methods, datasets, notes = _chosen(spec, methods, datasets, found)
    several = (len(methods) > 1, len(datasets) > 1)
    panels = tuple(
        (
            ", ".join(n for n, s in zip((m.label, d.label), several, strict=True) if s),
            found[m.name, d.name],
        )
        for d in datasets
        for m in methods
        if (m.name, d.name) in found
    )
    if not 0 < len(panels) <= MOST_PANELS:
        text = f"{len(panels)} confusion matrices are more than a figure can show ({MOST_PANELS})"
        raise written.refused(spec, text, "name fewer methods or datasets")
    sizes = max(len(c.classes) for _, c in panels)
    if sizes < 2:  # noqa: PLR2004  one class cannot be confused
        raise written.refused(
            spec, "there is one class only", "see the columns of label and answer"
        )
    labels = (methods[0].label, datasets[0].label)
    design = analysis.design
    noun = design.noun if design.unit.of_runs else "run"
    return Confusions(spec, panels, labels, noun, notes)


def _chosen(
    spec: FigureSpec,
    methods: tuple[Method, ...],
    datasets: tuple[Dataset, ...],
    found: Mapping[tuple[str, str], Confusion],
) -> tuple[tuple[Method, ...], tuple[Dataset, ...], tuple[Diagnostic, ...]]:
    """Those named; else one method and one dataset, and notes of what else there is."""
    notes = []
    if not spec.methods and len(methods) > 1:
        one = next((m for m in methods if m.role is Role.OURS), _rightest(methods, found))
        notes.append(f"{one.label} of {len(methods)} methods (methods = [...] names others)")
        methods = (one,)
    if not spec.datasets and len(datasets) > 1:
        first = next(d for d in datasets if any((m.name, d.name) in found for m in methods))
        notes.append(f"{first.label} of {len(datasets)} datasets (datasets = [...] names others)")
        datasets = (first,)
    return methods, datasets, tuple(written.note(spec, f"drawn: {text}") for text in notes)


def _rightest(methods: Sequence[Method], found: Mapping[tuple[str, str], Confusion]) -> Method:
    """The method with the most right answers, where nobody says whose are asked about."""

    def right(method: Method) -> int:
        own = [c for (name, _), c in found.items() if name == method.name]
        return sum(row[i] for c in own for i, row in enumerate(c.counts))

    return max(methods, key=right)


@dataclass(frozen=True, slots=True)
class Confusions:
    """The matrices of one figure."""

    spec: FigureSpec
    panels: tuple[tuple[str, Confusion], ...]
    labels: tuple[str, str]
    """Of the only method and dataset, where there is one of each."""
    noun: str
    notes: tuple[Diagnostic, ...]
    drawn: dict[str, bool] = field(default_factory=dict)
    """Once painted: what stands in the cells, which depends on the room (Heat.drawn)."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [name for _, one in self.panels for name in one.classes]
        return (*names, *(title for title, _ in self.panels), *self.labels, self.spec.title)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is left out, and what stands together."""
        others = max(c.others for _, c in self.panels)
        if not others:
            return self.notes
        size = self._largest
        text = f'the {size} largest classes are shown; {others} others stand together as "other"'
        return (*self.notes, written.note(self.spec, text))

    @property
    def _largest(self) -> int:
        """How many classes are shown where others stand together; 0 where none do."""
        return next((len(c.classes) - 1 for _, c in self.panels if c.others), 0)

    @property
    def note(self) -> str:
        """What rows, columns and numbers are, for the caption."""
        totals = [sum(map(sum, c.counts)) for _, c in self.panels]
        low, high = min(totals), max(totals)
        runs = max(c.runs for _, c in self.panels)
        n = str(low) if low == high else f"{low}–{high}"
        text = "Rows: true class, with its number of answers; columns: predicted class. "
        numbered = self.drawn.get("numbers", True)
        signs, percent = ("Shade and numbers", ", in percent") if numbered else ("Shade", "")
        text += f"{signs}: share of the row{percent}, of {n} answers"
        if runs > 1:
            text += f" ({runs} {self.noun}s counted together)"
        if len(self.panels) == 1:
            text += " of " + " on ".join(filter(None, self.labels))
        others = max(c.others for _, c in self.panels)
        more = f'; "other": {others} smaller classes together' if others else ""
        return f"{text}{more}.{self._cells}"

    @property
    def _cells(self) -> str:
        """What stands in the cells beside the share, in sentences."""
        if not self.drawn.get("numbers", True):
            return ""
        rows = [row for _, one in self.panels for row in one.counts]
        text = " In parentheses: the number of answers." if self.drawn.get("second", True) else ""
        if any(any(row) and not all(row) for row in rows):
            text += " Empty cells: no answer."
        return text + (" –: the class has no answers." if not all(map(any, rows)) else "")

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        text = []
        for title, one in self.panels[: written.TOLD]:
            right = sum(row[i] for i, row in enumerate(one.counts))
            total = sum(map(sum, one.counts))
            name = title or " on ".join(filter(None, self.labels))
            said = f"Confusion matrix of {name}, {len(one.classes)} classes: "
            if one.others:
                said = (
                    f"Confusion matrix of {name}, {len(one.classes) - 1} classes and the others: "
                )
            else:
                said += f"{100 * right / total:.1f}% of {total} answers are right; "
            text.append(said + "most often confused: " + "; ".join(_worst(one)) + ".")
        return " ".join([*text, *written.more_panels(len(self.panels))])

    @property
    def data(self) -> str:
        """Every count, as CSV."""
        return written.table(
            ["method", "dataset", "true", "predicted", "count", "share"],
            (
                (c.method, c.dataset, true, answer, n, n / sum(row) if sum(row) else None)
                for _, c in self.panels
                for true, row in zip(c.classes, c.counts, strict=True)
                for answer, n in zip(c.classes, row, strict=True)
            ),
        )

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size; where numbers have no room, a key explains the shades."""
        panels = tuple(_matrix(title, one) for title, one in self.panels)
        where = select.where(self.spec)
        others, size = max(c.others for _, c in self.panels), self._largest
        of = f"the {size} largest of {size + others} classes, and the others" if others else ""
        heat = Heat(panels, where, self.spec.title, "Predicted class", "True class", of)
        sheet = heat.paint(style, ruler)
        self.drawn.update(heat.drawn)
        return sheet


def _worst(one: Confusion) -> list[str]:
    """The largest counts off the diagonal, in words."""
    pairs = [
        (n, n / sum(row), true, answer)
        for i, (true, row) in enumerate(zip(one.classes, one.counts, strict=True))
        for j, (answer, n) in enumerate(zip(one.classes, row, strict=True))
        if i != j and n
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[2], pair[3]))
    told = [
        f"{true} as {answer} {n} ({100 * share:.0f}%)" for n, share, true, answer in pairs[:TOLD]
    ]
    return told or ["none"]


def _matrix(title: str, one: Confusion) -> Matrix:
    rows, squares = [], []
    for name, counts in zip(one.classes, one.counts, strict=True):
        total = sum(counts)
        rows.append(f"{name} ({total})")
        squares.append(tuple(_square(n, total) for n in counts))
    return Matrix(title, tuple(rows), one.classes, tuple(squares))


def _square(n: int, total: int) -> Square:
    if not total:
        return Square(None, (("–",),))
    if not n:
        return Square(0.0, ())
    share = n / total
    percent = f"{100 * share:.0f}"
    if percent == "0":
        percent = "<1"
    if percent == "100" and n < total:
        percent = ">99"
    return Square(share, _lines(percent, n))


def _lines(percent: str, n: int) -> tuple[tuple[str, ...], ...]:
    return ((percent, f"({n})"), (percent,))
