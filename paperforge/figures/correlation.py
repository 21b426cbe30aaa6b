"""Correlation of the metrics, or of the datasets, over the methods: a shaded lower triangle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.figures import select, written
from paperforge.figures.heat import Heat, Matrix, Square
from paperforge.model import Diagnostic, Severity
from paperforge.spec import Direction

if TYPE_CHECKING:
    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Correlations
    from paperforge.spec import FigureSpec

NEEDS: tuple[str, ...] = ("correlations",)
TOLD = 12
"""Pairs that the alt text tells of."""
STATISTICS = {"spearman": "Spearman's rank correlation", "pearson": "Pearson's correlation"}


def compose(spec: FigureSpec, analysis: Analysis) -> Correlation:
    """Choose the matrix. Raises InputError where there is nothing to correlate."""
    select.metric_of(spec, analysis, ())
    select.methods_of(spec, analysis, (a.method for a in analysis.aggregates))
    select.datasets_of(spec, analysis, (d.name for d in analysis.datasets))
    found = [c for c in analysis.correlations if _is_asked(c, spec)]
    if not found:
        raise written.refused(
            spec,
            "there is nothing to correlate",
            "a correlation needs two metrics, or two datasets of one metric",
        )
    chosen = found[-1]
    known = [v for i, row in enumerate(chosen.values) for v in row[:i] if v is not None]
    if not known:
        most = max((n for i, row in enumerate(chosen.n) for n in row[:i]), default=0)
        raise written.refused(
            spec,
            f"{most} {chosen.over}{'s are' if most != 1 else ' is'} too few for a correlation, or "
            "their numbers do not vary",
            "it needs four; add methods, or name the methods and datasets that vary",
        )
    named = {m.name: m for m in analysis.metrics}
    arrows = {Direction.HIGHER: " ↑", Direction.LOWER: " ↓", None: ""}
    labels = tuple(
        label + (arrows[named[name].direction] if chosen.of == "metrics" else "")
        for name, label in zip(chosen.names, chosen.labels, strict=True)
    )
    of = named[chosen.metric].label if chosen.of == "datasets" else ""
    places = {d.name: d.label for d in analysis.datasets}
    place = places.get(chosen.dataset or "", "")
    if chosen.of == "metrics" and chosen.over == "method" and chosen.dataset is None:
        place = (
            f"the {analysis.design.over_datasets.lower()} over {len(analysis.datasets)} datasets"
        )
    return Correlation(spec, chosen, labels, of, place, *_incomplete(spec, analysis, chosen))


def _is_asked(one: Correlations, spec: FigureSpec) -> bool:
    if (spec.statistic or "spearman") != one.statistic:
        return False
    return one.of == "metrics" or not spec.metric or spec.metric == one.metric


def _incomplete(
    spec: FigureSpec, analysis: Analysis, matrix: Correlations
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels of the methods that are in no pair, and of those that are in some pairs only.

    A method is in a pair where it has both numbers: both means or, over the runs, runs of both.
    """
    held: dict[str, set[str]] = {m.name: set() for m in analysis.methods}
    for a in analysis.aggregates:
        inside = matrix.of == "metrics" or a.metric == matrix.metric
        if matrix.over == "run":
            there = (
                a.dataset is not None and matrix.dataset in (None, a.dataset) and len(a.values) > 0
            )
        else:
            there = a.mean is not None and (matrix.of == "datasets" or a.dataset == matrix.dataset)
        name = a.metric if matrix.of == "metrics" else a.dataset
        if inside and there and name in matrix.names:
            held.setdefault(a.method, set()).add(name)
    asked = [m for m in analysis.methods if not spec.methods or m.name in spec.methods]
    out = tuple(m.label for m in asked if len(held[m.name]) < 2)  # noqa: PLR2004  a pair
    some = tuple(m.label for m in asked if 2 <= len(held[m.name]) < len(matrix.names))  # noqa: PLR2004
    return out, some


@dataclass(frozen=True, slots=True)
class Correlation:
    """One matrix."""

    spec: FigureSpec
    matrix: Correlations
    labels: tuple[str, ...]
    of: str
    """The metric, where datasets are correlated."""
    place: str
    out: tuple[str, ...] = ()
    """Methods that are in no pair, for want of numbers."""
    some: tuple[str, ...] = ()
    """Methods that are in some of the pairs only."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        return (*self.labels, self.spec.title)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What could not be correlated, and the methods that were not, or not everywhere."""
        return (*self._pairless, *self._absent)

    @property
    def _absent(self) -> tuple[Diagnostic, ...]:
        texts = []
        if self.out:
            texts.append(f"not counted, for want of two numbers to pair: {written.some(self.out)}")
        if self.some:
            texts.append(f"in some pairs only, for want of numbers: {written.some(self.some)}")
        about = select.where(self.spec)
        return tuple(
            Diagnostic(Severity.WARNING, about, text, "run what is missing") for text in texts
        )

    @property
    def _pairless(self) -> tuple[Diagnostic, ...]:
        lost = [f"{a} and {b}" for a, b, value, _ in self._pairs() if value is None]
        if not lost:
            return ()
        listed = ", ".join(lost[: select.MOST_NAMED]) + (", …" if lost[select.MOST_NAMED :] else "")
        return (written.note(self.spec, f"no correlation (too few, or all equal): {listed}"),)

    def _pairs(self) -> list[tuple[str, str, float | None, int]]:
        names = self.matrix.labels
        return [
            (names[i], names[j], self.matrix.values[i][j], self.matrix.n[i][j])
            for i in range(len(names))
            for j in range(i)
        ]

    @property
    def note(self) -> str:
        """What is correlated over what, for the caption."""
        counts = [n for *_, value, n in self._pairs() if value is not None]
        low, high = min(counts), max(counts)
        n = str(low) if low == high else f"{low}–{high}"
        several = "s" * (high != 1)
        mine = ("' means" if several else "'s means") if self.matrix.over == "method" else ""
        over = f"{n} {self.matrix.over}{several}{mine}"
        text = f"{STATISTICS[self.matrix.statistic]} over {over}"
        if self.of:
            text += f" of {self.of}"
        if self.place:
            text += f" on {self.place}" if not self.place.startswith("the ") else f", {self.place}"
        if self.matrix.over == "run":
            text += ", all methods together"
        text += "; no interval or test."
        if any(value is None for *_, value, _ in self._pairs()):
            text += " –: too few, or all equal."
        if self.out:
            text += f" Not counted, for want of numbers: {written.some(self.out)}."
        if self.some:
            text += f" In some pairs only, for want of numbers: {written.some(self.some)}."
        if self.matrix.of == "metrics":
            text += " Arrows point to better values; signs are not turned by them."
        return text

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        pairs = sorted(
            (p for p in self._pairs() if p[2] is not None), key=lambda p: -abs(p[2] or 0.0)
        )
        told = ", ".join(f"{a} and {b} {_number(v)}" for a, b, v, _ in pairs[:TOLD])
        text = f"Correlation matrix of {len(self.labels)} {self.matrix.of}: {told}."
        more = len(pairs) - TOLD
        return text + (f" {more} weaker ones are in the figure's data." if more > 0 else "")

    @property
    def data(self) -> str:
        """The lower triangle, as CSV."""
        names = self.matrix.names
        return written.table(
            [f"{self.matrix.of[:-1]}_a", f"{self.matrix.of[:-1]}_b", self.matrix.statistic, "n"],
            (
                (names[i], names[j], self.matrix.values[i][j], self.matrix.n[i][j])
                for i in range(len(names))
                for j in range(i)
            ),
        )

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size. Raises InputError where the numbers have no room."""
        heat = Heat((self._matrix(),), select.where(self.spec), self.spec.title)
        if not heat.numbered(style, ruler):
            raise written.refused(
                self.spec,
                f"{len(self.labels)} {self.matrix.of} leave no room for the numbers in their cells",
                'width = "text", shorter labels, or fewer of them',
            )
        return heat.paint(style, ruler)

    def _matrix(self) -> Matrix:
        squares = tuple(
            tuple(
                _square(self.matrix.values[i][j], i == j) if j <= i else None for j in range(i + 1)
            )
            for i in range(len(self.labels))
        )
        return Matrix("", self.labels, self.labels, squares)


def _square(value: float | None, same: bool) -> Square:
    if same:
        return Square(None, (("1",),))
    if value is None:
        return Square(None, (("–",),))
    return Square(value, _texts(value))


def _texts(value: float) -> tuple[tuple[str, ...], ...]:
    full = _number(value)
    return ((full,), (full.replace("0.", ".", 1),))


def _number(value: float | None) -> str:
    assert value is not None
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")
