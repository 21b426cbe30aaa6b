"""Plans for examples in clusters: the df that the analysis has, and the power that is promised."""

import numpy as np
import pytest
from scipy.special import stdtrit

from paperforge.stats.clusters import clustered, cr2
from paperforge.stats.outlook import needed
from paperforge.stats.plan_clusters import Clustered, Clusters, bell_mccaffrey, in_test

SIZES = (4, 19, 17, 16, 15, 13)


def codes(sizes):
    return np.repeat(np.arange(len(sizes)), sizes)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_degrees_of_freedom_are_those_of_the_analysis(times):
    code = codes(SIZES * times)
    x = np.random.default_rng(1).normal(size=len(code))
    plain, df = cr2([x], [code], len(SIZES) * times)
    assert bell_mccaffrey(SIZES, times) == pytest.approx(df, rel=1e-12)
    variance, df = clustered([x], [code], len(SIZES) * times)
    assert in_test(SIZES, times) == pytest.approx((variance / plain, df))
    assert (in_test(SIZES, times).times > 1) == (times == 1)


def test_between_whole_times():
    assert bell_mccaffrey((5,) * 8) == pytest.approx(7)
    assert 7 < bell_mccaffrey((5,) * 8, 1.5) == pytest.approx(11)
    assert bell_mccaffrey((5, 20), 1.2) < 2
    assert bell_mccaffrey((5, 20), 0.7) == 0


def test_very_unequal_ones_between_whole_times():
    sizes = (200, 100, 66, 50, 40)
    one, two = in_test(sizes), in_test(sizes, 2)
    assert one.times > two.times > 1
    assert in_test(sizes, 1.25) == pytest.approx(0.75 * np.array(one) + 0.25 * np.array(two))
    fewer = in_test(sizes, 0.9)
    assert (fewer.times, fewer.df < one.df) == (one.times, True)
    assert in_test(sizes, 0.5) is None  # half of a cluster, with most of the examples
    assert in_test((1000, 4, 4)) is None
    law = Clusters((Clustered(0.01, sizes, 0.4),))
    assert law.test == "clustered paired t scaled for unequal clusters (CR2)"
    assert "t scaled for clusters of such sizes" in law.assumed[0]
    assert law.smallest(456, 0.05) > 1.1 * law.smallest(2 * 456, 0.05) * 2**0.5


def test_the_answer_has_the_power():
    """True variances of clusters and examples; the study has twice the pilot's six clusters."""
    between, within, rng = 0.04, 0.13, np.random.default_rng(2)
    n = sum(SIZES)
    variance = between * sum((m / n) ** 2 for m in SIZES) + within / n
    law = Clusters((Clustered(variance, SIZES, (between + within) ** 0.5),))
    d = law.smallest(2 * n, 0.05)
    assert needed(law, d, 0.05).n == 2 * n
    code, found, runs = codes(SIZES * 2), 0, 3000
    for _ in range(runs):
        x = d + rng.normal(0, between**0.5, 12)[code] + rng.normal(0, within**0.5, 2 * n)
        v, df = clustered([x], [code], 12)
        found += abs(x.mean()) > -stdtrit(df, 0.025) * v**0.5
    assert found / runs == pytest.approx(0.8, abs=0.03)
    assert law.power(d, 2 * n, 0.05) == pytest.approx(0.8, abs=1e-6)


def share_found(sizes, between, within, d, rng, runs):
    """Studies in which the clustered t finds d: the CR2 of the clusters' sums, all at once."""
    m = np.array(sizes, dtype=float)
    n = m.sum()
    sums = m * rng.normal(0, between**0.5, (runs, len(m)))
    sums += np.sqrt(m * within) * rng.normal(size=(runs, len(m)))
    mean = sums.sum(axis=1) / n
    apart = (sums - m * mean[:, None]) / (np.sqrt(1 - m / n) * n)
    times, df = in_test(sizes)
    half = -stdtrit(df, 0.025) * np.sqrt(times * (apart**2).sum(axis=1))
    return float((np.abs(mean + d) > half).mean())


def test_the_sums_of_clusters_say_what_the_analysis_says():
    rng = np.random.default_rng(4)
    x, code = rng.normal(size=sum(SIZES)), codes(SIZES)
    m, sums = np.array(SIZES), np.bincount(code, x)
    apart = (sums - m * x.mean()) / (np.sqrt(1 - m / len(x)) * len(x))
    assert (apart**2).sum() == pytest.approx(cr2([x], [code], len(SIZES))[0], rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("icc", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("pilot", [5, 10, 20, 40])
@pytest.mark.parametrize("spread", [0.0, 0.6, 1.0])
def test_the_answers_of_many_pilots_have_the_power(pilot, spread, icc):
    """True variances; equal sizes, and log-normal ones. Never less than .78; what is more is that
    a part of a cluster is a whole one, and that with a few very unequal ones t is scaled for the worst.
    """
    drawn = np.exp(np.random.default_rng(pilot).normal(2.3, spread, pilot))
    sizes = tuple(int(size) for size in np.maximum(np.round(drawn), 1))
    n, rng = sum(sizes), np.random.default_rng([pilot, int(10 * spread), int(100 * icc)])
    variance = icc * sum((m / n) ** 2 for m in sizes) + (1 - icc) / n
    law = Clusters((Clustered(variance, sizes, 1.0),))
    for times in (0.5, 1.0, 1.5, 2.0, 4.0):
        d = law.smallest(times * n, 0.05)
        if d is None:  # fewer than two clusters, or degrees of freedom
            assert times == 0.5
            continue
        answer = needed(law, d * (1 + 1e-9), 0.05).n
        count = law.clusters(answer)
        shares = []
        for _ in range(20):
            study = sizes * (count // pilot) + tuple(rng.permutation(sizes)[: count % pilot])
            shares.append(share_found([int(m) for m in study], icc, 1 - icc, d, rng, 200))
        # 4,000 studies: standard error .006
        assert np.mean(shares) > 0.78, (times, count)
        if times.is_integer():
            few = pilot * times == 5 and spread > 0
            assert np.mean(shares) < (0.88 if few else 0.83), (times, count)


def test_words_and_too_few():
    law = Clusters((Clustered(0.01, SIZES, 0.4),))
    assert law.amount(84) == "84 examples in 6 clusters"
    assert law.amount(98) == "98 examples in 7 clusters"
    assert law.smallest(20, 0.05) is None
    assert law.smallest(84, 0.05, cautious=True) > 1.3 * law.smallest(84, 0.05)
    assert law.floor(0.05) == 0
