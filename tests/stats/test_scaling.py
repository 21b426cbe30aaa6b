"""Scaling laws: against scipy's curve_fit, against simulated truth, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.special import stdtrit

from paperforge.errors import InputError
from paperforge.spec import DesignSpec, Direction, FigureSpec, Metric
from paperforge.stats import analyse, supply
from paperforge.stats.power_law import fit
from paperforge.stats.scaling import Point, family, fitted, noise_of, number, of_points

SIZES = np.geomspace(1e6, 1e10, 7)


def truth(x, floor=1.69, factor=406.0, alpha=0.34):
    return floor + factor * x**-alpha


def noisy(rng, x, sd=0.01, **law):
    return truth(x, **law) * np.exp(rng.normal(0, sd, len(x)))


@pytest.mark.parametrize("seed", range(5))
def test_the_fit_is_scipys(seed):
    """Least squares of the same log residuals; parameters and standard errors."""
    rng = np.random.default_rng(seed)
    y = noisy(rng, SIZES)

    def logs(u, e, a, b):
        return np.log(e + np.exp(a - b * (u - np.log(1e8))))

    start = (1.5, np.log(406 * 1e8**-0.34), 0.3)
    theirs, cov = curve_fit(logs, np.log(SIZES), np.log(y), p0=start)
    law = fit(SIZES, y, floored=True)
    assert not law.robust
    assert law.theta[0] * law.y0 == pytest.approx(theirs[0], rel=1e-4)
    assert law.theta[2] == pytest.approx(theirs[2], rel=1e-4)
    assert np.sqrt(law.cov[2, 2]) == pytest.approx(np.sqrt(cov[2, 2]), rel=1e-3)
    assert np.sqrt(law.cov[0, 0]) * law.y0 == pytest.approx(np.sqrt(cov[0, 0]), rel=1e-3)


def test_exact_data_give_the_law_back_in_their_own_units():
    found = fitted(SIZES, truth(SIZES), 0.95, of_runs=True)
    assert (found.floor, found.factor, found.alpha) == pytest.approx((1.69, 406, 0.34), rel=1e-4)
    assert found.held_out == pytest.approx(0, abs=1e-5)
    x, y, low, high = found.grid[-1]
    assert x > SIZES[-1]
    assert y == pytest.approx(truth(x), rel=1e-4)
    assert low <= y <= high


def test_a_rising_metric_has_a_ceiling():
    found = fitted(SIZES, 0.9 - 8 * SIZES**-0.25, 0.95, of_runs=True)
    assert (found.floor, found.factor, found.alpha) == pytest.approx((0.9, -8, 0.25), rel=1e-3)


def test_without_a_floor_a_power_law_is_taken():
    rng = np.random.default_rng(3)
    y = noisy(rng, SIZES, floor=0.0)
    found = fitted(SIZES, y, 0.95, of_runs=True)
    slope, _ = np.polyfit(np.log(SIZES), np.log(y), 1)
    assert found.floor is None
    assert found.p_floor > 0.05
    if not found.robust:
        assert found.alpha == pytest.approx(-slope)
    few = fitted(SIZES[:4], y[:4], 0.95, of_runs=True)
    assert (few.floor, few.p_floor) == (None, None)


def test_one_bad_size_of_many_moves_a_robust_fit_little():
    x = np.geomspace(1e6, 1e10, 12)
    y = noisy(np.random.default_rng(0), x, sd=0.003)
    y[5] *= 1.2
    law = fit(x, y, floored=True)
    assert law.robust
    assert law.weights[5] < 0.3
    plain, _ = curve_fit(
        lambda u, e, a, b: np.log(np.maximum(e + np.exp(a - b * (u - 18.4)), 1e-9)),
        np.log(x), np.log(y), p0=(1.5, -0.2, 0.3),
    )  # fmt: skip
    assert abs(law.theta[2] - 0.34) < abs(plain[2] - 0.34) / 2


def test_the_largest_size_is_predicted_without_it():
    y = truth(SIZES)
    y[-1] *= 1.1
    assert fitted(SIZES, y, 0.95, of_runs=True).held_out == pytest.approx(0.1, abs=0.002)


@pytest.mark.parametrize("m", [5, 8])
def test_coverage_of_exponent_and_line(m):
    rng, runs, x = np.random.default_rng(m), 40, np.geomspace(1e6, 1e10, m)
    hits = []
    for _ in range(runs):
        found = fitted(x, noisy(rng, x), 0.95, of_runs=True)
        size, _, low, high = found.grid[40]
        inside = found.alpha_limits[0] <= 0.34 <= found.alpha_limits[1]
        hits.append((inside, low <= truth(size) <= high))
    assert np.mean(hits, axis=0).min() >= 0.9 - 3 * np.sqrt(0.9 * 0.1 / runs)


def test_names_give_families_and_sizes():
    said = [
        family(n) for n in ("pythia-70m", "pythia-2.8b", "ours (large)", "GPT 3", "70m", "ViT-B/16")
    ]
    assert said[:2] == ["pythia", "pythia"]
    assert said[2].startswith("ours")
    assert said[4] == ""
    found = [number(n) for n in ("1000", "10k", "n=500", "1e4", "2.5M images", "cifar", "a1b2")]
    assert found == [1000, 10_000, 500, 10_000, 2.5e6, None, None]


def asked(fake, sizes, x="size"):
    cells = {(f"ours-{s}", "d"): [truth(s * 1e6), truth(s * 1e6) + 0.01] for s in sizes}
    metric = Metric("loss", "loss", Direction.LOWER)
    results = fake(cells, metric=metric)
    analysis = analyse(results, DesignSpec())
    return results, analysis, FigureSpec("f", "scaling", "loss", x=x)


def test_sizes_in_the_names_of_datasets(fake):
    cells = {("a", str(n)): [truth(n), truth(n) * 1.001] for n in (10**3, 10**4, 10**5, 10**6)}
    results = fake(cells, metric=Metric("loss", "loss", Direction.LOWER))
    analysis = analyse(results, DesignSpec())
    spec = FigureSpec("f", "scaling", "loss", x="dataset")
    (one,) = supply("scalings", results, analysis, spec).scalings
    assert one.sizes == (1e3, 1e4, 1e5, 1e6)
    assert one.fit is not None


def test_what_has_no_size_is_refused_with_the_ways_there_are(fake):
    results, analysis, spec = asked(fake, (1, 2), x="dataset")
    with pytest.raises(InputError, match='no method has "loss"') as caught:
        supply("scalings", results, analysis, spec)
    assert '"dataset"' in caught.value.hint


def runs_of(rng, x, sd, seeds=5, **law):
    """Runs, sizes by seeds, and what the sizes' points are."""
    y = truth(x[:, None], **law) * np.exp(rng.normal(0, sd, (len(x), seeds)))
    se = y.std(axis=1, ddof=1) / np.sqrt(seeds)
    points = [
        Point(a, b, None, None, "m", c, seeds) for a, b, c in zip(x, y.mean(1), se, strict=True)
    ]
    return y, points


def test_four_sizes_of_runs_show_a_floor_that_scipy_finds():
    """Standard error of E: scipy's of all runs, whose residuals are nearly the noise within."""
    x = np.geomspace(1e6, 1e9, 4)
    y, points = runs_of(np.random.default_rng(1), x, 0.0005, floor=1.7, factor=400, alpha=0.38)
    noise = noise_of(points)
    assert noise.df == 16
    assert noise.variance == pytest.approx(np.log(y).var(axis=1, ddof=1).mean() / 5, rel=0.01)
    found = fitted(x, y.mean(1), 0.95, of_runs=True, noise=noise)
    theirs, cov = curve_fit(
        lambda u, e, a, b: np.log(e + np.exp(a - b * (u - 17))),
        np.repeat(np.log(x), 5), np.log(y).ravel(), p0=(1.5, 0.2, 0.3),
    )  # fmt: skip
    assert found.floor == pytest.approx(theirs[0], rel=1e-4)
    assert found.alpha == pytest.approx(theirs[2], rel=1e-3)
    half = (found.floor_limits[1] - found.floor_limits[0]) / 2
    assert half == pytest.approx(stdtrit(16, 0.975) * np.sqrt(cov[0, 0]), rel=0.15)
    assert found.floor_limits[0] < 1.7 < found.floor_limits[1]
    assert found.p_floor < 1e-6


def test_four_sizes_without_a_floor_seldom_show_one():
    rng, x = np.random.default_rng(8), np.geomspace(1e6, 1e9, 4)
    found = []
    for _ in range(120):
        y, points = runs_of(rng, x, 0.01, floor=0.0)
        found.append(fitted(x, y.mean(1), 0.95, of_runs=True, noise=noise_of(points)).floor)
    assert 0 < sum(f is not None for f in found) <= 120 * (0.05 + 3 * np.sqrt(0.05 * 0.95 / 120))


def test_four_sizes_off_the_curve_are_not_judged_by_the_noise_of_their_runs():
    x = np.geomspace(1e6, 1e9, 4)
    off = np.exp([0.1, -0.1, 0.1, -0.1])
    y, points = runs_of(np.random.default_rng(2), x, 0.0001, floor=0.0)
    found = fitted(x, y.mean(1) * off, 0.95, of_runs=True, noise=noise_of(points))
    assert found.floor is None
    assert found.p_floor is None or found.p_floor > 0.05


def test_points_off_the_line_by_more_than_their_intervals_are_counted():
    metric = Metric("loss", "loss", Direction.LOWER)
    sizes = [float(s) for s in np.geomspace(1e6, 1e9, 4)]
    off = (1.1, 0.9, 1.1, 0.9)
    ys = [5 * s**-0.1 * o for s, o in zip(sizes, off, strict=True)]
    tight = [Point(s, y, y * 0.999, y * 1.001, "m") for s, y in zip(sizes, ys, strict=True)]
    assert of_points(metric, "dataset", "m", tight, 0.95).fit.missed == 4
    wide = [replace(p, low=p.y * 0.5, high=p.y * 2) for p in tight]
    assert of_points(metric, "dataset", "m", wide, 0.95).fit.missed == 0


def test_five_sizes_of_runs_show_a_floor_that_their_lack_of_fit_would_miss():
    rng, x = np.random.default_rng(5), np.geomspace(1e6, 1e9, 5)
    with_runs, alone = 0, 0
    for _ in range(40):
        y, points = runs_of(rng, x, 0.01, seeds=3, floor=1.0, factor=8.0, alpha=0.15)
        means = y.mean(1)
        with_runs += fitted(x, means, 0.95, of_runs=True, noise=noise_of(points)).floor is not None
        alone += fitted(x, means, 0.95, of_runs=True).floor is not None
    assert with_runs >= 34  # 93 % of 150
    assert with_runs > alone  # 73 % of 150
