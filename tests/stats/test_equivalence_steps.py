"""Tests of steps (ranks, signs, a bootstrap): their interval at 1 - 2 alpha inverts the two tests."""

import itertools

import numpy as np
import pytest
from scipy import stats

from paperforge.model import Verdict
from paperforge.narrative import same
from paperforge.spec import DesignSpec, Direction, Metric, Unit
from paperforge.stats import analyse, bootstrapped, subsets, wilcoxon
from paperforge.stats.contrast import Ask
from paperforge.stats.means import Matched

TESTS = {"wilcoxon": wilcoxon.contrast, "sign-flip": subsets.sign_flip}


def samples(least):
    rng = np.random.default_rng(6)
    for i in range(60):
        n = int(rng.integers(least, 13))
        x = rng.normal(0.2, 1, n)
        yield x.round(1) if i % 3 == 0 else x, float(rng.choice([0.3, 0.8, 1.2, 2.0]))


@pytest.mark.parametrize("name", TESTS)
def test_within_the_margin_exactly_where_it_is_found(name):
    said = []
    for x, margin in samples(5):
        found = TESTS[name](x, Ask(0.05, margin))
        if found.equivalence is None:
            assert found.p_equivalent >= 0.05 or len(x) < 5
            continue
        low, high = found.equivalence
        said.append(-margin < low and high < margin)
        assert said[-1] == (found.p_equivalent < 0.05)
        if found.low is not None:  # 1 - 2 alpha lies within 1 - alpha, but for ends at the margin
            assert max(low, -margin) >= min(found.low, -margin)
    assert any(said)
    assert not all(said)


def test_limits_of_signed_ranks_are_those_of_scipys_one_sided_test():
    rng = np.random.default_rng(2)
    for n in (6, 9, 12):
        x = rng.normal(0, 1, n)
        low, high = wilcoxon.contrast(x, Ask(0.05, 50.0)).equivalence
        eps = 1e-9
        for end, side, inwards in ((low, "greater", 1), (high, "less", -1)):
            inside = stats.wilcoxon(x - end - inwards * eps, alternative=side, method="exact")
            outside = stats.wilcoxon(x - end + inwards * eps, alternative=side, method="exact")
            assert inside.pvalue >= 0.05 > outside.pvalue


def test_limits_of_sign_flips_are_those_of_all_flips():
    x = np.random.default_rng(3).normal(0, 1, 8)
    low, high = subsets.sign_flip(x, Ask(0.05, 50.0)).equivalence
    signs = np.array(list(itertools.product([-1, 1], repeat=8)))

    def p(centre, side):
        sums = signs @ (x - centre)
        return float((side * sums >= side * (x - centre).sum() - 1e-9).mean())

    assert p(low + 1e-7, 1) >= 0.05 > p(low - 1e-7, 1)
    assert p(high - 1e-7, -1) >= 0.05 > p(high + 1e-7, -1)


def test_the_bootstrap_of_examples_has_one_too():
    rng = np.random.default_rng(4)
    a, b = rng.normal(0.03, 1, 300), rng.normal(0, 0.3, 300)
    pair = Matched(a, b, np.arange(300), None, 4.0, (0, 0))
    for margin in (0.1, 0.2, 0.3):
        found = bootstrapped.mean_difference(pair, Ask(0.05, margin))
        low, high = found.equivalence
        assert (-margin < low and high < margin) == (found.p_equivalent < 0.05)
        exact = stats.bootstrap(
            (a - b,), np.mean, confidence_level=0.9, method="BCa", rng=np.random.default_rng(1)
        ).confidence_interval
        assert (low, high) == pytest.approx(tuple(exact), abs=0.01)


@pytest.mark.parametrize("n", [8, 14])
def test_the_decision_and_the_family_have_them_and_the_text_says_them(fake, n):
    rng = np.random.default_rng(5)
    metric = Metric("acc", "accuracy", Direction.HIGHER, margin=1.0)
    hard = rng.normal(50, 9, n)
    cells = {(m, f"d{i}"): [hard[i] + rng.normal(0, 0.3)] for m in "xyz" for i in range(n)}
    found = analyse(
        fake(cells, metric=metric, varies={"dataset"}), DesignSpec(replicate=Unit.DATASET)
    )
    for d in found.primary():
        low, high = d.equivalence_adjusted
        assert d.verdict is Verdict.EQUIVALENT
        assert -1 < low <= d.equivalence[0] <= d.equivalence[1] <= high < 1
    lines = list(same.lines(found, found.decisions, 2))
    assert all("90% interval" in line for line in lines[1:])


def test_where_there_is_none_the_text_says_why(fake):
    metric = Metric("acc", "accuracy", Direction.HIGHER, margin=1.0)
    cells = {(m, f"d{i}"): [50.0 + i + 0.01 * i * (m == "x")] for m in "xy" for i in range(4)}
    found = analyse(
        fake(cells, metric=metric, varies={"dataset"}), DesignSpec(replicate=Unit.DATASET)
    )
    assert found.primary()[0].equivalence is None
    assert same.UNBOUNDED in list(same.lines(found, found.decisions, 2))[1]
