import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from paperforge.stats.adjust import CORRECTIONS, bonferroni, holm, none, reachable

RNG = np.random.default_rng(7)
FAMILIES = [[0.04], [0.01, 0.01, 0.04, 0.03], [1.0, 0.0, 0.5], list(RNG.random(15) ** 4)]


@pytest.mark.parametrize("ps", FAMILIES)
def test_holm_and_bonferroni_are_statsmodels(ps):
    assert holm(ps, len(ps)) == pytest.approx(list(multipletests(ps, method="holm")[1]))
    assert bonferroni(ps, len(ps)) == pytest.approx(list(multipletests(ps, method="bonferroni")[1]))
    assert none(ps, len(ps)) == ps


@pytest.mark.parametrize("ps", FAMILIES)
def test_members_without_a_p_count_as_the_largest(ps):
    padded = list(multipletests([*ps, 1.0, 1.0], method="holm")[1])[: len(ps)]
    assert holm(ps, len(ps) + 2) == pytest.approx(padded)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_no_comparisons(correction):
    assert CORRECTIONS[correction]([], 0) == []


def test_reach_depends_on_the_others():
    # .03 alone in front would need 2 x .03; behind a decided one it needs its own.
    assert reachable(0, 0.03, [0.5, 0.001], "holm", 2) == pytest.approx(0.03)
    assert reachable(0, 0.03, [0.5, 0.9], "holm", 2) == pytest.approx(0.06)
    assert reachable(0, 0.03, [0.5, 0.001], "bonferroni", 2) == pytest.approx(0.06)
