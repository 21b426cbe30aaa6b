"""The bootstrap beside other tests of examples: scipy's BCa, and which way was taken."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge.spec import DesignSpec, Unit
from paperforge.stats import analyse
from paperforge.stats.bootstrapped import corpus_difference, mean_difference
from paperforge.stats.contrast import Ask
from paperforge.stats.corpus_cells import CorpusCell
from paperforge.stats.means import Matched
from paperforge.stats.why import why


def pair(x):
    n = len(x)
    return Matched(np.asarray(x, dtype=float), np.zeros(n), np.arange(n), None, 1.0, 0)


def scipys(data, statistic, **more):
    found = scipy_stats.bootstrap(
        data, statistic, n_resamples=20_000, method="BCa", rng=1, batch=2000, **more
    )
    return found.confidence_interval, found.bootstrap_distribution.std()


def skewed(n=60):
    return np.random.default_rng(1).gamma(2, 1, n) - 2.2


def quarters(n=60):
    return np.random.default_rng(2).choice([-0.5, -0.25, 0, 0.25, 0.75], n)


@pytest.mark.parametrize(
    ("x", "how"),
    [
        (skewed(), "(saddlepoint)"),
        (skewed().round(2), "(saddlepoint)"),
        (quarters(), "(drawn rows)"),
        (np.append(np.zeros(56), [1.0, 0.9, -0.8, 0.71]), "(drawn rows)"),
    ],
)
def test_the_mean_is_scipys_by_the_way_that_suits(x, how):
    made = mean_difference(pair(x), Ask())
    assert made.test == f"bootstrap BCa {how}"
    limits, sd = scipys((x,), np.mean)
    assert (made.low, made.high) == pytest.approx(tuple(limits), abs=0.1 * sd)
    assert made.estimate == pytest.approx(x.mean())
    assert (made.low > 0 or made.high < 0) == (made.p < 0.05)
    assert (made.monte_carlo is None) == (how == "(saddlepoint)")


@pytest.mark.parametrize("step", [0.0, 0.01, 0.02])
def test_where_the_saddlepoint_is_taken_it_is_within_the_error_of_10000_replicates(step):
    """Of rounded scores too: the share of 200,000 resamples below, and the saddlepoint's."""
    from paperforge.stats.saddlepoint import bootstrap_cdf

    rng = np.random.default_rng(3)
    x = rng.beta(2, 3, 50) - 0.35
    x = x if not step else (x / step).round() * step
    assert mean_difference(pair(x), Ask()).test.endswith("(saddlepoint)")
    means = np.concatenate([rng.choice(x, (10_000, 50)).mean(1) for _ in range(20)])
    at = np.quantile(means, [0.025, 0.2, 0.975]) + step / 100  # not on a step itself
    smooth = bootstrap_cdf(x, at)
    counted = np.array([(means <= q).mean() for q in at])
    error = np.sqrt(counted * (1 - counted) / 1e4)
    assert (np.abs(smooth - counted) < 2 * error + 3 * error / np.sqrt(20)).all()


def test_two_one_sided_tests_agree_with_their_interval():
    for x in (skewed(), quarters()):
        for margin in (0.15, 0.3, 0.5, 0.8):
            made = mean_difference(pair(x), Ask(margin=margin))
            narrow = mean_difference(pair(x), Ask(alpha=0.1))
            inside = -margin < narrow.low and narrow.high < margin
            assert (made.p_equivalent < 0.05) == inside
    beyond = mean_difference(pair(skewed() + 3), Ask(margin=0.5))
    assert beyond.p_equivalent > 0.5


def cell(method, sums, clusters=None, keys=None):
    keys = np.arange(len(sums)) if keys is None else keys
    return CorpusCell(method, "d", keys, sums, clusters, 0.0)


def rates(n=80, shift=0.05):
    rng = np.random.default_rng(4)
    words = rng.integers(5, 40, n).astype(float)
    return [
        np.column_stack([rng.binomial(words.astype(int), 0.2 + shift * i), words]) for i in (0, 1)
    ]


@pytest.mark.parametrize("shift", [0.0, 0.05])
def test_the_difference_of_two_ratios_is_scipys(shift):
    a, b = rates(shift=shift)

    def apart(p, q, r, axis):
        total = r.sum(axis=axis)
        return p.sum(axis=axis) / total - q.sum(axis=axis) / total

    limits, sd = scipys((a[:, 0], b[:, 0], a[:, 1]), apart, paired=True)
    made = corpus_difference(cell("a", a), cell("b", b), "ratio", Ask())
    assert made.test == "bootstrap BCa (drawn rows)"
    assert (made.low, made.high) == pytest.approx(tuple(limits), abs=0.1 * sd)
    assert made.n == (80, 80)


def test_examples_are_matched_by_key():
    a, b = rates()
    keys = np.arange(80) * 7
    some = np.arange(80) % 5 > 0
    one = corpus_difference(
        cell("a", a, keys=keys), cell("b", b[some], keys=keys[some]), "ratio", Ask()
    )
    other = corpus_difference(
        cell("a", a[some], keys=keys[some]), cell("b", b[some], keys=keys[some]), "ratio", Ask()
    )
    assert one == other
    assert one.n == (64, 64)


def test_few_or_clustered_examples_have_none():
    a, b = rates(40)
    assert corpus_difference(cell("a", a), cell("b", b), "ratio", Ask()) is None
    a, b = rates()
    together = np.arange(80) // 2
    assert corpus_difference(cell("a", a, together), cell("b", b), "ratio", Ask()) is None
    assert mean_difference(pair(skewed(49)), Ask()) is None
    assert mean_difference(pair(np.full(60, 0.1)), Ask()) is None


def test_torch_says_the_same():
    pytest.importorskip("torch")
    a, b = rates()
    found = [corpus_difference(cell("a", a), cell("b", b), "ratio", Ask(engine=e)) for e in
             ("numpy", "torch")]  # fmt: skip
    assert (found[0].low, found[0].p) == pytest.approx((found[1].low, found[1].p), rel=1e-12)


@pytest.mark.parametrize(("n", "there"), [(49, False), (60, True)])
def test_it_stands_among_the_other_tests(fake, n, there):
    base = np.random.default_rng(5).random(n)
    results = fake({("x", "d"): base + skewed(n) / 9, ("y", "d"): base}, unit=Unit.EXAMPLE)
    (one,) = why(results, DesignSpec(), analyse(results, DesignSpec()))
    tests = [a.test for a in one.alternatives]
    assert ("bootstrap BCa (saddlepoint)" in tests) == there
