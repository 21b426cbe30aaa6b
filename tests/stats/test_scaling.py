"""Scaling laws: against scipy's curve_fit, against simulated truth, and what is refused."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from paperforge.errors import InputError
from paperforge.spec import DesignSpec, Direction, FigureSpec, Metric
from paperforge.stats import analyse, supply
from paperforge.stats.power_law import fit
from paperforge.stats.scaling import family, fitted, number

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
