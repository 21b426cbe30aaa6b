import json
import math
from pathlib import Path

import numpy as np
import pytest
import scipy.linalg
import statsmodels.api as sm

from paperforge.stats.clusters import cr2, random_effects_df

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "clustered_se.json").read_text())


def test_published_example():
    x, g = np.arange(20.0), np.arange(20) % 4
    variance, df = cr2([x], [g], 4)
    assert math.sqrt(variance) == pytest.approx(REFERENCE["CR1"], abs=1e-10)
    assert math.sqrt(variance * 3 / 4) == pytest.approx(REFERENCE["CR0"], abs=1e-10)
    assert x.std(ddof=1) / math.sqrt(20) == pytest.approx(REFERENCE["naive"], abs=1e-10)
    assert df == pytest.approx(3)


def test_equal_clusters_are_statsmodels():
    rng = np.random.default_rng(5)
    groups = np.repeat(np.arange(9), 4)
    x = rng.normal(0, 1, 9)[groups] + rng.normal(0, 1, len(groups))
    fit = sm.OLS(x, np.ones(len(x))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True}, use_t=True
    )
    variance, df = cr2([x], [groups], 9)
    assert math.sqrt(variance) == pytest.approx(fit.bse[0], rel=1e-10)
    assert df == pytest.approx(fit.df_resid_inference)


def by_matrices(values, groups):
    """CR2 and Bell-McCaffrey from their definition: a regression on dummies of the D datasets."""
    d = len(values)
    y, g = np.concatenate(values), np.concatenate(groups)
    x = np.zeros((len(y), d))
    at = np.cumsum([0, *map(len, values)])
    spread = np.zeros(len(y))
    for j, v in enumerate(values):
        x[at[j] : at[j + 1], j] = 1
        spread[at[j] : at[j + 1]] = v.var(ddof=1)
    bread = np.linalg.inv(x.T @ x)
    hat = x @ bread @ x.T
    contrast = np.full(d, 1 / d)
    rows = []
    for one in np.unique(g):
        mine = g == one
        inverse = scipy.linalg.fractional_matrix_power(
            np.eye(mine.sum()) - hat[np.ix_(mine, mine)], -0.5
        )
        rows.append(contrast @ bread @ x[mine].T @ inverse @ (np.eye(len(y)) - hat)[mine])
    rows = np.array(rows)
    inner = rows @ np.diag(spread) @ rows.T
    return float(((rows @ y) ** 2).sum()), np.trace(inner) ** 2 / np.trace(inner @ inner)


@pytest.mark.parametrize("datasets", [1, 2, 3])
def test_unequal_and_crossing_clusters_are_cr2_by_its_definition(datasets):
    rng = np.random.default_rng(datasets)
    groups = [
        rng.permutation(np.repeat(np.arange(7), rng.integers(0, 9, 7))) for _ in range(datasets)
    ]
    values = [rng.normal(0, 1 + i, len(g)) for i, g in enumerate(groups)]
    assert cr2(values, groups, 7) == pytest.approx(by_matrices(values, groups), rel=1e-8)


def correlated_by_matrices(x, groups):
    """Imbens and Kolesar's df from their definition: Omega has blocks of rho, rho from residuals."""
    n, e = len(x), x - x.mean()
    same = groups[:, None] == groups
    pairs = same & ~np.eye(n, dtype=bool)
    rho = np.outer(e, e)[pairs].mean() / (e @ e / n)
    omega = np.where(same, min(1, max(0, rho)), 0.0)
    np.fill_diagonal(omega, 1)
    rows = []
    for one in np.unique(groups):
        mine, size = groups == one, (groups == one).sum()
        inverse = scipy.linalg.fractional_matrix_power(np.eye(size) - 1 / n, -0.5)
        rows.append(np.ones(size) @ inverse @ (np.eye(n) - 1 / n)[mine] / n)
    inner = np.array(rows) @ omega @ np.array(rows).T
    return np.trace(inner) ** 2 / np.trace(inner @ inner), rho


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_df_of_correlated_clusters_are_those_of_imbens_and_kolesar(seed):
    rng = np.random.default_rng(seed)
    sizes = [20, 10, 6, 5, 4, 3, 2, 1]
    groups = np.repeat(np.arange(8), sizes) * 3
    x = rng.normal(0, 1, 8)[groups // 3] + rng.normal(0, 1, len(groups))
    theirs, rho = correlated_by_matrices(x, groups)
    ours, plain = random_effects_df(x, groups), cr2([x], [groups], 30)[1]
    assert rho > 0
    assert ours == pytest.approx(theirs, rel=1e-8)
    assert ours < plain


def test_df_of_equal_clusters_do_not_hang_on_their_correlation():
    groups = np.repeat(np.arange(9), 4)
    rng = np.random.default_rng(5)
    x = rng.normal(0, 1, 9)[groups] + rng.normal(0, 1, len(groups))
    assert random_effects_df(x, groups) == pytest.approx(8)
    apart = np.tile([-1.0, 1.0, -2.0, 2.0], 9)  # no correlation, or less than none
    unequal = np.repeat(np.arange(4), [20, 8, 4, 4])
    assert random_effects_df(apart, unequal) == pytest.approx(cr2([apart], [unequal], 4)[1])


def test_single_examples_are_the_usual_standard_error():
    x = np.random.default_rng(6).normal(size=30)
    variance, df = cr2([x], [np.arange(30)], 30)
    assert variance == pytest.approx(x.var(ddof=1) / 30)
    assert df == pytest.approx(29)


def test_items_of_two_datasets_are_summed_first():
    x, y = np.array([1.0, 2.0, 6.0]), np.array([0.0, 5.0, 4.0])
    codes = np.arange(3)
    variance, df = cr2([x, y], [codes, codes], 3)
    assert variance == pytest.approx(((x + y) / 2).var(ddof=1) / 3)
    assert df == pytest.approx(2)


def test_codes_that_do_not_occur_are_not_counted():
    x = np.array([1.0, 2.0, 6.0])
    assert cr2([x], [np.array([7, 2, 4])], 10)[1] == pytest.approx(2)
    assert cr2([x], [np.array([4, 4, 4])], 10) == (0.0, 0.0)
