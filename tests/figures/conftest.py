"""Synthetic analyses, built from the model's types: what the statistics would hand over."""

from __future__ import annotations

import math
import random
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from paperforge import figures
from paperforge.figures import fonts, sheet, style
from paperforge.model import (
    Aggregate,
    Analysis,
    Bin,
    Confusion,
    Correlations,
    Curve,
    Decision,
    Design,
    Distribution,
    Fit,
    Groups,
    Improvement,
    Missing,
    Profile,
    Rank,
    Reliability,
    Scaling,
    Venue,
    Verdict,
)
from paperforge.spec import Dataset, Direction, FigureSpec, Method, Metric, Role, Unit

NAMES = (
    "Full fine-tuning",
    "Linear probe",
    "Bias only",
    "LoRA (r = 2)",
    "LoRA (r = 8)",
    "LoRA (r = 32)",
    "Adapters",
    "Prefix",
    "From scratch",
    "BitFit+",
    "Ensemble",
    "Distilled",
)
PLACES = ("Digits", "Digits, rotated", "Breast cancer", "Wine", "Wine, shifted", "Covertype")
ACCURACY = Metric("accuracy", "Accuracy", Direction.HIGHER, "%")


def design(seeds: int = 10, unit: Unit = Unit.SEED) -> Design:
    return Design(
        unit=unit,
        inferred=True,
        pair_by=("seed",),
        alpha=0.05,
        correction="holm",
        mcnemar="mid-p",
        clustered=False,
        shared_runs=False,
        replicates=(seeds, seeds),
        generalises="",
        sentences=(),
    )


def study(
    methods: int | tuple[str, ...] = 6,
    datasets: int | tuple[str, ...] = 1,
    *,
    seeds: int = 10,
    steps: int = 21,
    last: float = 1000.0,
    spread: float = 12.0,
    metric: Metric = ACCURACY,
    unit: Unit = Unit.SEED,
    ours: int = 4,
) -> Analysis:
    """Curves, means and comparisons of made-up methods; `spread` is the range of the end points."""
    labels = NAMES[:methods] if isinstance(methods, int) else methods
    places = (
        (PLACES[:datasets] if datasets > 1 else ("",)) if isinstance(datasets, int) else datasets
    )
    known = tuple(
        Method(
            f"m{i}" if isinstance(methods, int) else label,
            label,
            Role.OURS if i == ours else Role.BASELINE,
        )
        for i, label in enumerate(labels)
    )
    sets = tuple(Dataset(p, p) for p in places)
    rng = random.Random(7)
    curves, cells, decisions = [], [], []
    for d_at, dataset in enumerate(sets):
        for m_at, method in enumerate(known):
            end = 94.0 - 4.0 * d_at - spread * ((m_at * 5 + d_at) % len(known)) / len(known)
            half = (1.1 + 0.5 * rng.random()) if seeds > 1 else 0.0
            at = [last * i / (steps - 1) for i in range(steps)] if steps > 1 else [last]
            rate = 3.0 + 3.0 * rng.random()
            mean = [end - 45.0 * math.exp(-rate * s / last * 2) + rng.gauss(0, 0.3) for s in at]
            mean[-1] = end
            bands = [half * (1 + 2 * math.exp(-3 * s / last)) for s in at]
            curves.append(
                Curve(
                    metric.name,
                    method.name,
                    dataset.name,
                    "val",
                    tuple(at),
                    tuple(mean),
                    tuple(m - b for m, b in zip(mean, bands, strict=True)),
                    tuple(m + b for m, b in zip(mean, bands, strict=True)),
                    (seeds,) * steps,
                )
            )
            cells.append(cell(metric.name, method.name, dataset.name, seeds, mean=end, half=half))
    for method in known:
        own = [c for c in cells if c.method == method.name]
        mean = sum(c.mean for c in own) / len(own)
        cells.append(cell(metric.name, method.name, None, seeds, mean=mean, half=0.6))
    best = known[min(ours, len(known) - 1)]
    means = {c.method: c.mean for c in cells if c.dataset is None}
    for i, other in enumerate(m for m in known if m is not best):
        verdict = (Verdict.BETTER, Verdict.INCONCLUSIVE, Verdict.EQUIVALENT, Verdict.WORSE)[i % 4]
        for scope in (None, *(s.name for s in sets)):
            gap = means[best.name] - means[other.name]
            decisions.append(
                Decision(
                    metric=metric.name,
                    a=best.name,
                    b=other.name,
                    scope=scope,
                    primary=scope is None,
                    estimate=gap,
                    low=gap - 1.3,
                    high=gap + 1.3,
                    level=0.95,
                    p=0.01,
                    p_adjusted=0.02,
                    family=len(known) - 1,
                    n=(seeds, seeds),
                    unit=unit,
                    paired=False,
                    test="Welch t",
                    statistic=2.0,
                    df=17.0,
                    verdict=verdict,
                )
            )
    return Analysis(
        design(seeds, unit),
        (metric,),
        known,
        sets,
        tuple(cells),
        tuple(decisions),
        tuple(curves),
        distributions=distributions(cells),
        correlations=(correlations(),),
        confusions=tuple(confusion(m.name, d.name) for d in sets for m in known),
        reliabilities=tuple(reliability(m.name, d.name) for d in sets for m in known),
    )


def correlations(size: int = 4) -> Correlations:
    """A made-up matrix of datasets, of either sign, with one hole."""
    names = ("digits", "letters", "wine", "forest", "cancer", "seeds", "yeast", "glass")[:size]
    values = [
        [1.0 if i == j else (-1) ** (i + j) * (0.97 - 0.13 * abs(i - j)) for j in range(size)]
        for i in range(size)
    ]
    holes = [
        [None if {i, j} == {0, 3} else v for j, v in enumerate(r)] for i, r in enumerate(values)
    ]
    n = ((9,) * size,) * size
    labels = tuple(name.capitalize() for name in names)
    return Correlations(
        "datasets", names, labels, tuple(map(tuple, holes)), n, "method", "spearman", "accuracy"
    )


def confusion(method: str, dataset: str, size: int = 4, rows: int = 200) -> Confusion:
    """Made-up answers: most are right, the rest next to it; one class is never answered."""
    names = tuple(f"class {i}" for i in range(size))
    counts = [
        [rows - 21 if i == j else 20 if j == (i + 1) % size else int(j == 0) for j in range(size)]
        for i in range(size)
    ]
    return Confusion(method, dataset, names, tuple(map(tuple, counts)), 1)


def reliability(method: str, dataset: str) -> Reliability:
    """Made-up bins of an over-confident method; the first two are empty."""
    bins = []
    for at in range(10):
        low, high = at / 10, (at + 1) / 10
        share = 0.85 * (low + 0.05)
        known = (low + 0.05, share, max(0.0, share - 0.06), share + 0.06)
        bins.append(
            Bin(low, high, 30 * at if at > 1 else 0, *(known if at > 1 else (math.nan,) * 4))
        )
    return Reliability(
        "accuracy", method, dataset, tuple(bins), 0.0987, 0.15, 1320 - 30, 1, "width", 0.95
    )


def distributions(cells: list[Aggregate]) -> tuple[Distribution, ...]:
    """Boxes of the cells' values: quartiles and whiskers by their places, without a density."""
    made = []
    for c in cells:
        if c.values and c.dataset is not None:
            v = sorted(c.values)
            n = len(v)
            box = (v[n // 4], v[n // 2], v[(3 * n) // 4])
            made.append(Distribution(c.metric, c.method, c.dataset, c.values, box, (v[0], v[-1])))
    return tuple(made)


LATENCY = Metric("latency", "Latency", Direction.LOWER, "ms", tested=False)


def spec_of(kind: str, **more) -> FigureSpec:
    """A figure of `wealth`, whatever the kind."""
    return FigureSpec("f", kind, metric="accuracy", x="latency", **more)


def wealth(analysis: Analysis) -> Analysis:
    """The analysis with what every kind of figure reads: a cost, ranks, profiles, laws …"""
    names = [m.name for m in analysis.methods]
    costs = [
        replace(a, metric="latency", mean=2.0 ** names.index(a.method), half_width=0.1)
        for a in analysis.aggregates
    ]
    order = sorted(names, key=lambda n: -(analysis.aggregate("accuracy", n, None).mean or 0))
    ranks = tuple(Rank("accuracy", n, 1 + 0.9 * order.index(n)) for n in names)
    runs = tuple(order[i : i + 3] for i in range(max(1, len(order) - 2)))
    groups = Groups("accuracy", "nemenyi", 14, 1.5, tuple(map(tuple, runs)))
    taus = tuple(float(t) for t in range(60, 100))
    ends = {n: analysis.aggregate("accuracy", n, None).mean for n in names}
    profiles = []
    for n in names:
        share = tuple(1 / (1 + math.exp((t - ends[n]) / 3)) for t in taus)
        bands = (tuple(max(0.0, s - 0.1) for s in share), tuple(min(1.0, s + 0.1) for s in share))
        profiles.append(Profile("accuracy", n, taus, share, *bands))
    better = tuple(
        Improvement(
            d.metric, d.a, d.b, d.scope, 0.7, 0.45 + 0.1 * (i % 3), 0.9, 0.95, 10, False, d.unit
        )
        for i, d in enumerate(analysis.decisions)
    )
    sizes = (1e6, 1e7, 1e8, 1e9, 1e10)
    laws = []
    for i, n in enumerate(names):
        grid = tuple((s, 90 - i - 300 * s**-0.2, 88.0 - i, 92.0 - i) for s in (*sizes, 4e10))
        fit = Fit(
            90.0 - i, -300, 0.2, (88.0, 92.0), None, (0.18, 0.22), 0.01, False, 0.001, -0.02, grid
        )
        mean = tuple(90 - i - 300 * s**-0.2 for s in sizes)
        half = tuple(m - 1 for m in mean), tuple(m + 1 for m in mean)
        laws.append(Scaling("accuracy", "latency", n, (n,) * 5, sizes, mean, *half, fit))
    return replace(
        analysis,
        metrics=(*analysis.metrics, LATENCY),
        aggregates=(*analysis.aggregates, *costs),
        ranks=ranks,
        groups=(groups,),
        profiles=tuple(profiles),
        improvements=better,
        scalings=tuple(laws),
    )


def cell(
    metric: str, method: str, dataset: str | None, n: int, *, mean: float, half: float
) -> Aggregate:
    if n < 2:
        return Aggregate(metric, method, dataset, n, mean, None, None, None)
    few = range(n if n <= 200 and dataset is not None else 0)
    values = tuple(mean + half * math.sin(2.4 * i) for i in few)
    keys = tuple(map(str, few))
    return Aggregate(
        metric, method, dataset, n, mean, half, half / 2, half, values=values, keys=keys
    )


def gone(analysis: Analysis, method: str, dataset: str) -> Analysis:
    """The analysis with one cell crashed."""
    cells = tuple(
        replace(a, mean=None, sd=None, se=None, half_width=None, n=0, missing=Missing.CRASHED)
        if (a.method, a.dataset) == (method, dataset)
        else a
        for a in analysis.aggregates
    )
    return replace(analysis, aggregates=cells)


def venue(name: str) -> Venue:
    """Sizes of three venues' styles, measured from the official files (TeX points)."""
    sizes = {
        "neurips": (1, 397.485, 397.485, 10.0, 10.0, 8.0),
        "icml": (2, 234.878, 487.823, 10.0, 9.0, 9.0),
        "acl": (2, 219.086, 455.244, 10.95, 10.0, 9.0),
    }
    columns, column, text, body, caption, footnote = sizes[name]
    return Venue(
        name,
        name,
        Path(),
        name,
        (),
        "pdflatex",
        {},
        {},
        columns,
        column,
        text,
        body,
        caption,
        footnote,
        "ptm",
    )


@contextmanager
def paint(spec, analysis, place=None):
    """The sheet of a figure while its fonts are registered."""
    drawing = figures.kind(spec).compose(spec, analysis)
    plan = style.style_for(spec, place)
    with (
        fonts.letters(plan.text_face, drawing.texts, "here") as letters,
        style.settings(plan, letters),
    ):
        yield drawing.paint(plan, sheet.Ruler(letters))


@pytest.fixture(name="paint")
def _paint():
    return paint


@pytest.fixture(name="study")
def _study():
    return study


@pytest.fixture(name="wealth")
def _wealth():
    return wealth


@pytest.fixture(name="spec_of")
def _spec_of():
    return spec_of


@pytest.fixture(name="venue")
def _venue():
    return venue


@pytest.fixture(name="gone")
def _gone():
    return gone
