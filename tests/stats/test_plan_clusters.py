"""Plans for examples in clusters: the df that the analysis has, and the power that is promised."""

import numpy as np
import pytest
from scipy.special import stdtrit

from paperforge.stats.clusters import clustered
from paperforge.stats.outlook import needed
from paperforge.stats.plan_clusters import Clustered, Clusters, bell_mccaffrey

SIZES = (4, 19, 17, 16, 15, 13)


def codes(sizes):
    return np.repeat(np.arange(len(sizes)), sizes)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_degrees_of_freedom_are_those_of_the_analysis(times):
    code = codes(SIZES * times)
    x = np.random.default_rng(1).normal(size=len(code))
    _, df = clustered([x], [code], len(SIZES) * times)
    assert bell_mccaffrey(SIZES, times) == pytest.approx(df, rel=1e-12)


def test_between_whole_times():
    assert bell_mccaffrey((5,) * 8) == pytest.approx(7)
    assert 7 < bell_mccaffrey((5,) * 8, 1.5) == pytest.approx(11)
    assert bell_mccaffrey((5, 20), 1.2) < 2
    assert bell_mccaffrey((5, 20), 0.7) == 0


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


def test_words_and_too_few():
    law = Clusters((Clustered(0.01, SIZES, 0.4),))
    assert law.amount(84) == "84 examples in 6 clusters"
    assert law.amount(98) == "98 examples in 7 clusters"
    assert law.smallest(20, 0.05) is None
    assert law.smallest(84, 0.05, cautious=True) > 1.3 * law.smallest(84, 0.05)
    assert law.floor(0.05) == 0
