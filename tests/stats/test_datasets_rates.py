"""Rates where datasets are the sample, on differences of more shapes than docs/error-rates.md has.

Nominal .05 and .95; bounds: nominal plus three Monte Carlo standard errors. Nemenyi: test_nemenyi.
"""

from itertools import combinations

import numpy as np
import pytest
from rates.datasets import signed_ranks

from paperforge.stats.contrast import Ask
from paperforge.stats.datasets import compare_datasets
from paperforge.stats.subsets import sign_flip
from paperforge.stats.wilcoxon import signed_rank

pytestmark = pytest.mark.slow
RUNS = 10_000
SHAPES = {
    "normal": lambda rng, size: rng.standard_normal(size),
    "heavy": lambda rng, size: rng.standard_t(2, size),
    "unequal": lambda rng, size: rng.standard_normal(size) * np.geomspace(0.1, 10, size[-1]),
    "rounded": lambda rng, size: np.rint(rng.standard_normal(size) * 1.5),
}


def below(rate, runs=RUNS, nominal=0.05):
    return rate <= nominal + 3 * np.sqrt(nominal * (1 - nominal) / runs)


@pytest.mark.parametrize("n", [10, 30])
@pytest.mark.parametrize("shape", ["normal", "heavy", "unequal"])
def test_wilcoxon(n, shape):
    x = SHAPES[shape](np.random.default_rng([20, n]), (RUNS, n))
    ps = signed_ranks(x)
    assert below((ps < 0.05).mean())
    assert (ps < 0.05).mean() > 0.04
    assert [signed_rank(row).p for row in x[:20]] == pytest.approx(ps[:20], rel=1e-12)


@pytest.mark.parametrize(("n", "runs"), [(6, 1000), (10, 2000), (30, 1000)])
@pytest.mark.parametrize("shape", list(SHAPES))
def test_coverage_of_the_pseudomedian(n, runs, shape):
    x = SHAPES[shape](np.random.default_rng([21, n]), (runs, n)) + 1
    found = [signed_rank(row) for row in x]
    covered = np.mean([one.low <= 1 <= one.high for one in found])
    assert below(1 - covered, runs)
    assert covered < 0.999


@pytest.mark.parametrize("n", [3, 5, 7, 9])
@pytest.mark.parametrize("shape", ["normal", "heavy", "rounded"])
def test_sign_flip_of_few(n, shape):
    runs = 3000
    x = SHAPES[shape](np.random.default_rng([22, n]), (runs, n)) + 1
    found = [sign_flip(row, Ask()) for row in x]
    covered = np.mean([one.low is None or one.low <= 1 <= one.high for one in found])
    size = np.mean([sign_flip(row - 1, Ask()).p < 0.05 for row in x[:1000]])
    assert below(1 - covered, runs)
    assert below(size, 1000)
    assert n > 5 or (covered, size) == (1, 0)
    assert n < 7 or size > 0.005


def test_family_wise_error_of_holm_and_wilcoxon():
    """Six pairs of four methods on ten datasets, none better: any decision is wrong."""
    rng = np.random.default_rng(23)
    scores = rng.normal(0, 1, (RUNS, 10, 4)) + rng.normal(0, 2, (RUNS, 10, 1))
    smallest = np.min(
        [signed_ranks(scores[:, :, a] - scores[:, :, b]) for a, b in combinations(range(4), 2)],
        axis=0,
    )
    wrong = 6 * smallest < 0.05
    assert below(wrong.mean())
    assert wrong.mean() > 0.02
    for each, expected in zip(scores[:150], wrong[:150], strict=True):
        found = compare_datasets(each, list("abcd"), higher=True)
        assert any(pair.decided for pair in found.pairs) == expected


def test_one_method_that_differs_leaves_the_rest_alone():
    """Strong control: three methods do not differ, the fourth is far ahead."""
    rng, runs = np.random.default_rng(24), 400
    wrong = 0
    for _ in range(runs):
        found = compare_datasets(
            rng.normal(0, 1, (10, 4)) + np.array([0, 0, 0, 9]), list("abcd"), higher=True
        )
        wrong += any(pair.decided for pair in found.pairs if "d" not in (pair.a, pair.b))
    assert below(wrong / runs, runs)
