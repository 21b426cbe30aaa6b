"""Performance profile: the share of runs that score above each threshold, with a band."""

from __future__ import annotations

import csv
import io
import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import labels, palette, scale, select
from paperforge.figures.plane import Axis, Panel, Plane
from paperforge.figures.style import PDF_POINTS
from paperforge.model import Diagnostic, Severity
from paperforge.model.wording import spoken
from paperforge.spec import Direction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Profile
    from paperforge.spec import FigureSpec, Method, Metric

NEEDS: tuple[str, ...] = ("profiles",)
BAND_ALPHA = 0.16
MARKERS = 4
DEEPEST = 4.0
"""Bands that lie over each other more often than that, on the average, are one grey area."""
GRID = 50
MOST_BANDS = 12
"""More bands than this hide each other and the lines."""
APART = 20.0
"""Scores of datasets that differ by this factor are not on one scale."""
HALF = 0.5


def compose(spec: FigureSpec, analysis: Analysis) -> ProfileLines:
    """Choose the profiles. Raises InputError where there are none, with the next move."""
    having = {p.metric for p in analysis.profiles}
    metric = select.metric_of(spec, analysis, having)
    found = {p.method: p for p in analysis.profiles if p.metric == metric.name}
    methods = select.methods_of(spec, analysis, found)
    if select.datasets_of(spec, analysis, ()) or spec.datasets:
        raise InputError(
            "a performance profile is over all datasets",
            select.where(spec),
            "leave `datasets` out, or name the results of these datasets alone",
        )
    if not methods:
        raise InputError(
            f'there are no performance profiles of "{metric.name}" to draw',
            select.where(spec),
            "they need at least two runs (seeds) of a method on every dataset; "
            "`paperforge runs` says what is missing",
        )
    select.told_apart(spec, len(methods))
    profiles = tuple(_turned(found[m.name], metric) for m in methods)
    level = f"{round(100 * (1 - analysis.design.alpha), 4):g}"
    looks = palette.looks(select.all_methods(analysis, methods))
    notes = (*select.others(spec, analysis, having, metric), *_notes(spec, analysis, metric, found))
    means: dict[str, list[float]] = {m.name: [] for m in methods}
    for a in analysis.aggregates:
        if a.metric == metric.name and a.dataset is not None and a.method in means:
            means[a.method] += [a.mean] if a.mean is not None else []
    # Thresholds are evenly spaced: where a logarithm is needed, they miss most of the scores.
    select.logarithmic(spec, [[v for one in means.values() for v in one]], "scores")
    taus = [t for p, _ in profiles for t in p.thresholds]
    log = bool(select.log_axes(spec, "", (("x", taus),)))
    count = len({a.dataset for a in analysis.aggregates if a.metric == metric.name} - {None})
    return ProfileLines(spec, metric, methods, profiles, looks, count, level, log, notes)


def _turned(profile: Profile, metric: Metric) -> tuple[Profile, tuple[float, ...]]:
    """The profile with the share that is better than each threshold: not above it, of a loss."""
    return profile, tuple(
        1 - s if metric.direction is Direction.LOWER else s for s in profile.share
    )


def _notes(
    spec: FigureSpec, analysis: Analysis, metric: Metric, found: Mapping[str, Profile]
) -> list[Diagnostic]:
    """Datasets on scales of their own; methods that have no profile."""
    notes = []
    where = select.where(spec)
    means: dict[str, list[float]] = {}
    for a in analysis.aggregates:
        if a.metric == metric.name and a.dataset is not None and a.mean is not None:
            means.setdefault(a.dataset, []).append(abs(a.mean))
    sizes = [max(one) for one in means.values()]
    if sizes and max(sizes) > APART * min(sizes):
        message = f"the datasets' scores differ by more than {APART:g} times in size"
        hint = "normalise the scores of each dataset first, or one threshold means nothing for all"
        notes.append(Diagnostic(Severity.WARNING, where, message, hint))
    left = [m.label for m in analysis.methods if m.name not in found]
    if left and not spec.methods:
        message = f"not drawn, for want of two runs on every dataset: {', '.join(left)}"
        notes.append(Diagnostic(Severity.WARNING, where, message, "run what is missing"))
    return notes


@dataclass(frozen=True, slots=True)
class ProfileLines:
    """The profiles of one figure."""

    spec: FigureSpec
    metric: Metric
    methods: tuple[Method, ...]
    profiles: tuple[tuple[Profile, tuple[float, ...]], ...]
    """Each with the share drawn."""
    looks: Mapping[str, Look]
    datasets: int
    level: str
    log: bool
    diagnostics: tuple[Diagnostic, ...]

    @property
    def _down(self) -> bool:
        return self.metric.direction is Direction.LOWER

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [m.label for m in self.methods]
        return (*names, self.metric.label, self.metric.unit, self.spec.title, self._y, "τ ≤")

    @property
    def _y(self) -> str:
        return "Share of runs at most τ" if self._down else "Share of runs above τ"

    @property
    def note(self) -> str:
        """What lines and bands are, for the caption."""
        side = "of at most" if self._down else "above"
        mean = f", averaged over {self.datasets} datasets" if self.datasets > 1 else ""
        unit = f" in {self.metric.unit}" if self.metric.unit else ""
        text = (
            f"Lines: share of runs with {spoken(self.metric)} {side} τ{mean}; "
            f"τ is a threshold{unit} on the scores as they are reported."
        )
        if self._banded:
            text += (
                f" Bands: {self.level}% intervals for new runs on the same datasets, "
                "each threshold by itself."
            )
        else:
            text += " Bands are left out, as they would lie over each other; the data have them."
        known = self.metric.direction is not None
        text += select.LOG_NOTE if self.log else ""
        return text + (" Higher lines are better." if known else "")

    @property
    def _banded(self) -> bool:
        if len(self.methods) > MOST_BANDS:
            return False
        bands = [(p.thresholds, *self._band(p)) for p, _ in self.profiles]
        return _depth(bands) <= DEEPEST

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        side = "at most" if self._down else "above"
        count = len(self.methods)
        s = "s" * (count > 1)
        text = f"Performance profiles of {self.metric.label} for {count} method{s}."
        told = []
        for method, (profile, share) in zip(self.methods, self.profiles, strict=True):
            middle = _crossing(profile.thresholds, share)
            if middle is not None:
                number = scale.number(middle, self._width / 50)
                told.append(f"{method.label} {number}")
        return f"{text} Half of the runs are {side}: {', '.join(told)}." if told else text

    @property
    def _width(self) -> float:
        taus = [t for p, _ in self.profiles for t in p.thresholds]
        return max(taus) - min(taus)

    @property
    def data(self) -> str:
        """The numbers behind the drawing, as CSV: the shares drawn."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["metric", "method", "share_of_runs", "threshold", "share", "low", "high"])
        side = "at most" if self._down else "above"
        for p, share in self.profiles:
            for point in zip(p.thresholds, share, *self._band(p), strict=True):
                rows.writerow([p.metric, p.method, side, *point])
        return out.getvalue()

    def _band(self, p: Profile) -> tuple[tuple[float, ...], tuple[float, ...]]:
        if self._down:
            return tuple(1 - h for h in p.high), tuple(1 - x for x in p.low)
        return p.low, p.high

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""
        taus = [t for p, _ in self.profiles for t in p.thresholds]
        unit = f" ({self.metric.unit})" if self.metric.unit else ""
        axes = Axis(min(taus), max(taus), log=self.log), Axis(0.0, 1.0, pad=False)
        plane = Plane(
            (("", *axes),),
            f"{self.metric.label} τ{unit}",
            self._y,
            select.where(self.spec),
            self.spec.title,
        )
        entries = [labels.Entry(m.label, self.looks[m.name]) for m in self.methods]
        shown = entries if len(entries) > 1 else []
        sheet = plane.paint(style, ruler, shown, self._fill)
        assert sheet is not None
        return sheet

    def _fill(self, panel: Panel) -> bool:
        """Draw bands under step lines, ours on top."""
        for place, (profile, share) in enumerate(self.profiles):
            look = self.looks[profile.method]
            # Beyond the scores, all runs are on one side of the threshold.
            before, after = (0.0, 1.0) if self._down else (1.0, 0.0)
            taus = (panel.x.low, *profile.thresholds, panel.x.high)
            drawn = (before, *share, after)
            if self._banded:
                low, high = self._band(profile)
                panel.axes.fill_between(
                    taus,
                    (before, *low, low[-1]),
                    (before, *high, high[-1]),
                    step="post",
                    color=look.colour,
                    alpha=BAND_ALPHA,
                    linewidth=0,
                    zorder=look.front - 1,
                )
            count = len(drawn)
            first = round((place + 1) / (len(self.profiles) + 1) * count / MARKERS)
            panel.axes.plot(
                taus,
                drawn,
                drawstyle="steps-post",
                color=look.colour,
                linestyle=look.line,
                linewidth=look.width * PDF_POINTS,
                marker=look.marker,
                markersize=look.size,
                markeredgewidth=0,
                markevery=(first, max(1, count // MARKERS)),
                zorder=look.front,
            )
        return True


def _depth(
    bands: Sequence[tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]],
) -> float:
    """How many bands (thresholds, low, high) lie over each other where any lies, on the average."""
    ends = [t for taus, _, _ in bands for t in (taus[0], taus[-1])]
    width = (max(ends) - min(ends)) / GRID
    covered = layers = 0
    for column in range(GRID):
        tau = min(ends) + (column + 0.5) * width
        places = [max(bisect_right(taus, tau) - 1, 0) for taus, _, _ in bands]
        spans = [(b[1][at], b[2][at]) for b, at in zip(bands, places, strict=True)]
        for row in range(GRID):
            deep = sum(low <= (row + 0.5) / GRID <= high for low, high in spans)
            covered, layers = covered + (deep > 0), layers + deep
    return layers / covered if covered else 0.0


def _crossing(taus: tuple[float, ...], share: tuple[float, ...]) -> float | None:
    """The threshold at which half of the runs are on either side."""
    for before, after, tau in zip(share, share[1:], taus[1:], strict=False):
        if (before - HALF) * (after - HALF) <= 0 and before != after and math.isfinite(tau):
            return tau
    return None
