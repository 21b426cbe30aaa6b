"""Scaling laws: a metric against sizes, series by series, with a fit where there are enough."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Fit, Scaling
from paperforge.spec import AT
from paperforge.stats.power_law import Noise, fit, known_errors, p_fit, p_floor, predict
from paperforge.stats.power_profile import exponent
from paperforge.stats.steps import curves

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np

    from paperforge.model import Aggregate, Analysis, Results
    from paperforge.spec import Metric
    from paperforge.stats.power_law import Law

FEWEST = 4
"""Sizes that a fit needs."""
ASKED = 5
"""Sizes from which on a floor is asked for without the noise of the runs."""
ENOUGH = 6
"""Sizes from which on the lack of fit alone says whether there is a floor: with fewer, the runs."""
GRID = 81
BEYOND = (2.0, 10.0)
"""The line goes beyond the largest size by a quarter of the range, within these factors."""
MOST_STEPS = 24
"""Of a curve: steps that are fitted, evenly spread in the logarithm."""
TINY = 1e-300
DATASET, STEP = "dataset", "step"
SIZE_WORD = re.compile(
    r"(\d+(\.\d+)?(e\d+)?\s*[kmbgt]?b?|nano|micro|mini|tiny|small|base|medium|large|huge|x+l|x+s|[sml])",
    re.IGNORECASE,
)
NUMBER = re.compile(r"[^\d.]*?(\d+(?:[.,]\d+)?(?:e[+-]?\d+)?)\s*([kmbgt]?)\b", re.IGNORECASE)
DIGITS = re.compile(r"\d+(?:[.,]\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)
POWERS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "g": 1e9, "t": 1e12}


@dataclass(frozen=True, slots=True)
class Point:
    """One size of a series."""

    x: float
    y: float
    low: float | None
    high: float | None
    method: str
    se: float | None = None
    """Of a mean of n runs; None where they say nothing of the noise between sizes."""
    n: int = 0
    place: str = ""
    """The dataset, where it has sizes of its own."""
    average: bool = False
    """Whether it is an average over datasets."""


def scalings(results: Results, analysis: Analysis, metric: Metric, x: str) -> tuple[Scaling, ...]:
    """A series a family of methods (x: a metric), or a method (x: "dataset" or "step").

    Raises InputError where x is none of these, or nothing has both numbers.
    """
    sized = results.sized_by
    if x == STEP:
        series = by_step(results, metric)
    elif x == DATASET or (sized is not None and same(x, sized.name)):
        series = by_dataset(analysis, metric, within=sized is not None)
    else:
        series = by_metric(analysis, metric, x)
    if not series:
        raise InputError(
            f'no method has "{metric.name}" and a size above 0 in "{x}"',
            "scaling",
            'x is a column of sizes ("params"), a metric that every run reports, "dataset" where '
            'datasets are named by their size, or "step"',
        )
    level = 1 - analysis.design.alpha
    made = tuple(of_points(metric, x, name, pts, level) for name, pts in series.items())
    datasets = tuple(d.name for d in analysis.datasets)
    labels = {d.name.rpartition(AT)[0]: d.label.rpartition(AT)[0] for d in analysis.datasets}
    return tuple(
        replace(
            one,
            series=one.series.removesuffix(f", {place}") if place else one.series,
            dataset=labels.get(place, place),
            averaged=datasets if points[0].average else (),
        )
        for one, points in zip(made, series.values(), strict=True)
        for place in [points[0].place]
    )


def same(x: str, column: str) -> bool:
    """Whether x names the column: a setting may have what it is of in front ("config.tokens")."""
    return x.lower() in (column.lower(), column.rpartition(".")[2].lower())


def by_metric(analysis: Analysis, metric: Metric, x: str) -> dict[str, list[Point]]:
    """Families of methods; a method with several sizes over the datasets is one by itself."""
    sizes = {
        (a.method, a.dataset): a.mean
        for a in analysis.aggregates
        if a.metric == x and a.mean is not None and a.mean > 0
    }
    rows = [
        (a.dataset, point(analysis, a, sizes[a.method, a.dataset], a.mean))
        for a in analysis.aggregates
        if a.metric == metric.name and a.mean is not None and (a.method, a.dataset) in sizes
    ]
    each: dict[str, list[Point]] = {}
    for place, one in rows:
        if place is not None:
            each.setdefault(one.method, []).append(one)
    grown = {m for m, points in each.items() if len({p.x for p in points}) > 1}
    whole = None if len(analysis.datasets) > 1 else analysis.datasets[0].name
    made: dict[str, list[Point]] = {m: each[m] for m in each if m in grown}
    for place, one in rows:
        if place == whole and one.method not in grown:
            made.setdefault(family(one.method), []).append(one)
    return made


def by_dataset(
    analysis: Analysis, metric: Metric, *, within: bool = False
) -> dict[str, list[Point]]:
    """The methods, each over the datasets whose names begin with or hold one number.

    within: sizes may be of several datasets ("wiki at 1e6"): then a series each, "lstm, wiki".
    """
    made: dict[str, list[Point]] = {}
    for a in analysis.aggregates:
        place, _, last = (a.dataset or "").rpartition(AT) if within else ("", "", a.dataset or "")
        size = number(last)
        if a.metric == metric.name and a.mean is not None and size is not None and size > 0:
            name = f"{a.method}, {place}" if place else a.method
            one = replace(point(analysis, a, size, a.mean), place=place)
            made.setdefault(name, []).append(one)
    return made


def point(analysis: Analysis, cell: Aggregate, size: float, mean: float) -> Point:
    """A cell at its size; the noise between runs is that of one dataset's own runs."""
    own = cell.dataset is not None and analysis.design.of(cell.metric).unit.of_runs
    average = cell.dataset is None
    se = cell.se if own else None
    return Point(size, mean, *ends(cell), cell.method, se, cell.n, average=average)


def by_step(results: Results, metric: Metric) -> dict[str, list[Point]]:
    """The methods' curves on validation, or what there is; averaged over nothing: one dataset."""
    split = next((s for s in ("val", "test", "", "train") if s in results.splits(metric.name)), "")
    made: dict[str, list[Point]] = {}
    several = len(results.datasets) > 1
    for one in curves(results, metric.name, split):
        name = f"{one.method}, {one.dataset}" if several else one.method
        points = [
            Point(s, m, low, high, one.method)
            for s, m, low, high in zip(one.steps, one.mean, one.low, one.high, strict=True)
            if s > 0
        ]
        if points:
            made[name] = thinned(points)
    return made


def thinned(points: list[Point]) -> list[Point]:
    """The points nearest to steps evenly spread in the logarithm."""
    if len(points) <= MOST_STEPS:
        return points
    low, high = math.log(points[0].x), math.log(points[-1].x)
    wanted = [low + (high - low) * i / (MOST_STEPS - 1) for i in range(MOST_STEPS)]
    at = {min(range(len(points)), key=lambda i: abs(math.log(points[i].x) - w)) for w in wanted}
    return [points[i] for i in sorted(at)]


def family(method: str) -> str:
    """The name of a method without the words that say its size: "pythia-70m" -> "pythia".

    A name that is nothing but a size belongs to the family "".
    """
    words = re.split(r"([-_ /()]+)", method)
    kept = [
        (mark, word)
        for mark, word in zip(["", *words[1::2]], words[::2], strict=True)
        if word and not SIZE_WORD.fullmatch(word)
    ]
    return "".join(("" if i == 0 else mark) + word for i, (mark, word) in enumerate(kept))


def number(name: str) -> float | None:
    """The one number in a name: "1e4", "10k images", "n=500"; None where there is none or more."""
    found = NUMBER.findall(name)
    if len(found) != 1 or len(DIGITS.findall(name)) != 1:
        return None
    digits, power = found[0]
    return float(digits.replace(",", "")) * POWERS[power.lower()]


def ends(cell: Aggregate) -> tuple[float | None, float | None]:
    """The limits of a mean."""
    if cell.interval is not None:
        return cell.interval
    if cell.mean is None or cell.half_width is None:
        return None, None
    return cell.mean - cell.half_width, cell.mean + cell.half_width


def of_points(metric: Metric, x: str, name: str, points: Iterable[Point], level: float) -> Scaling:
    """One series, with its fit or why there is none."""
    order = sorted(points, key=lambda p: p.x)
    bare = Scaling(
        metric.name,
        x,
        name,
        methods=tuple(p.method for p in order),
        sizes=tuple(p.x for p in order),
        mean=tuple(p.y for p in order),
        low=tuple(p.low for p in order),
        high=tuple(p.high for p in order),
        fit=None,
    )
    sizes = len({p.x for p in order})
    if sizes < FEWEST:
        text = f"{sizes} size{'' if sizes == 1 else 's'}: a fit needs {FEWEST}"
        return replace(bare, reason=text)
    if min(p.y for p in order) <= TINY:
        return replace(bare, reason="values are not all above 0, and the fit is of logarithms")
    noise = noise_of(order)
    found = fitted(
        [p.x for p in order], [p.y for p in order], level, of_runs=x != STEP, noise=noise
    )
    left_out = sum(
        p.low is not None and p.high is not None and not p.low <= value(found, p.x) <= p.high
        for p in order
    )
    found = replace(found, missed=left_out)
    why = "" if x != STEP else "steps of one run depend on each other, so the fit has no interval"
    return replace(bare, fit=found, reason=why)


def noise_of(points: Sequence[Point]) -> Noise | None:
    """The pooled variance of log y between the runs of one size, for the mean of a size.

    With s_i the standard deviation of n_i runs about their mean y_i: the sum of (n_i - 1)
    (s_i / y_i)^2 over that of n_i - 1, times the mean of 1 / n_i. None where a size has one run.
    """
    if any(p.se is None or p.n < 2 for p in points):  # noqa: PLR2004 - one run has no spread
        return None
    df = sum(p.n - 1 for p in points)
    within = sum((p.n - 1) * p.n * ((p.se or 0.0) / p.y) ** 2 for p in points) / df
    variance = within * sum(1 / p.n for p in points) / len(points)
    return Noise(variance, df) if variance > 0 else None


def value(law: Fit, x: float) -> float:
    """The fitted line at a size, in printed units."""
    return float((law.floor or 0.0) + law.factor * x**-law.alpha)


def fitted(
    sizes: Sequence[float],
    values: Sequence[float],
    level: float,
    *,
    of_runs: bool,
    noise: Noise | None = None,
) -> Fit:
    """Fit y = E + c x^-alpha to m >= 4 points of at least 4 sizes, all above 0.

    Means of one size each are the points, errors are of log y and independent between them. The
    floor E is kept where F of the two sums of squares leaves it out with p below 1 - level; else
    the law is c x^-alpha. With 4 or 5 sizes one or two degrees of freedom are left, so the errors
    are then the `noise` of the runs and its degrees of freedom (Draper and Smith 1998, "Applied
    Regression Analysis", 2.1: pure error), unless the fit misses the points by more than that (F, p
    below 1 - level); of 4 sizes without runs a floor is not asked for. Limits of
    alpha: power_profile.py, over all floors, shown or not (of 4 sizes without runs by the delta
    method). Of the others: estimate +/- t se with m - p (or the noise's) degrees of freedom, by the
    delta method, c's in the logarithm; none where `of_runs` is false. Simulated coverage of alpha
    at .95 (1 + 8 x^-.15 over three decades, three runs of 1 %, 300 to 600 times): .97 with 5
    sizes, .98 to .99 with 6, .99 with 8, .97 with 12; without a floor .94, .96, .96 and .95.
    By the delta method, after a floor was kept or not, it was .75 with 5 sizes and .49 with 6 where
    the floor is there (150 times). The line: .91 to .95 with a floor, .93 to .96 without.
    """
    import numpy as np
    from scipy.special import stdtrit

    x, y = np.array(sizes, dtype=float), np.array(values, dtype=float)
    law, p = chosen(x, y, 1 - level, noise)
    t = float(stdtrit(law.df, (1 + level) / 2)) if of_runs and law.df > 0 else math.nan
    se = np.sqrt(np.maximum(np.diag(law.cov), 0.0))
    c, alpha = float(law.theta[-2]), float(law.theta[-1])
    # c is of centred sizes: its logarithm moves with alpha.
    log_x0 = math.log(law.x0)
    turn = np.array([1 / c, log_x0])
    half = t * math.sqrt(max(0.0, float(turn @ law.cov[-2:, -2:] @ turn)))
    factor = c * law.y0 * math.exp(alpha * log_x0)
    floor = float(law.theta[0]) if law.floored else None
    span = float(np.log(x.max() / x.min()))
    beyond = min(max(math.exp(span / 4), BEYOND[0]), BEYOND[1])
    grid = np.geomspace(x.min(), x.max() * beyond, GRID)
    lines = predict(law, grid, t)
    return Fit(
        None if floor is None else floor * law.y0,
        factor,
        alpha,
        None if floor is None else around(floor * law.y0, t * float(se[0]) * law.y0),
        widened(factor, half),
        limits_of(x, y, alpha, t * float(se[-1]), level, noise=noise) if of_runs else None,
        law.scale,
        law.robust,
        p,
        held_out(x, y, floored=law.floored),
        tuple(
            (float(g), float(v), known(a), known(b))
            for g, v, a, b in zip(grid, *lines, strict=True)
        ),
    )


def limits_of(
    x: np.ndarray,
    y: np.ndarray,
    alpha: float,
    half: float,
    level: float,
    *,
    noise: Noise | None,
) -> tuple[float, float] | None:
    """Limits of the exponent: over the floors that there may be, but for 4 sizes without runs."""
    import numpy as np

    sizes = len(np.unique(x))
    if sizes < ASKED and noise is None:
        return around(alpha, half)
    if sizes >= ENOUGH or noise is None:
        return exponent(x, y, alpha, level, None)
    law = fit(x, y, floored=True) or fit(x, y, floored=False)
    assert law is not None
    fits = not law.robust and p_fit(x, y, law, noise) >= 1 - level
    return exponent(x, y, alpha, level, noise if fits else None)


def chosen(
    x: np.ndarray, y: np.ndarray, alpha: float, noise: Noise | None = None
) -> tuple[Law, float | None]:
    """The law with a floor where that can be told from 0, else without; and p of no floor."""
    import numpy as np

    bare = fit(x, y, floored=False)
    assert bare is not None
    sizes = len(np.unique(x))
    if sizes < ASKED and noise is None:
        return bare, None
    whole = fit(x, y, floored=True)
    if whole is None:
        return bare, 1.0
    if (
        sizes < ENOUGH
        and noise is not None
        and not whole.robust
        and p_fit(x, y, whole, noise) >= alpha
    ):
        whole = known_errors(whole, noise)
        p = p_floor(x, y, whole, noise)
    else:
        p = p_floor(x, y, whole)
    return (whole, p) if p is not None and p < alpha else (bare, p)


def held_out(x: np.ndarray, y: np.ndarray, *, floored: bool) -> float | None:
    """How far the points of the largest size lie from the fit without them: y / predicted - 1.

    With the same law where that many sizes are left, else without a floor.
    """
    import numpy as np

    last = x == x.max()
    left = len(np.unique(x[~last]))
    law = fit(x[~last], y[~last], floored=True) if floored and left >= FEWEST else None
    law = law or fit(x[~last], y[~last], floored=False)
    assert law is not None
    value = predict(law, x[last][:1], 0.0)[0]
    return float(math.exp(float(np.log(y[last]).mean())) / value[0] - 1)


def around(middle: float, half: float) -> tuple[float, float] | None:
    """Limits, where there are some."""
    return (middle - half, middle + half) if math.isfinite(half) else None


def widened(value: float, half: float) -> tuple[float, float] | None:
    """Limits of a number whose logarithm has them; None where they overflow."""
    if not half < 700:  # noqa: PLR2004 - exp() overflows
        return None
    low, high = sorted((value * math.exp(-half), value * math.exp(half)))
    return (low, high) if math.isfinite(high) and math.isfinite(low) else None


def known(value: float) -> float | None:
    """A limit that is a number."""
    return float(value) if math.isfinite(value) else None
