import numpy as np
import pytest
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from paperforge.stats.contrast import Ask, t_contrast
from paperforge.stats.means import match, paired, welch


def test_two_one_sided_tests_are_statsmodels(as_cell):
    rng = np.random.default_rng(8)
    a, b = rng.normal(0.1, 1, 12), rng.normal(0, 2, 9)
    for margin in (0.2, 1.0, 2.5):
        ours = welch(as_cell(a), as_cell(b), Ask(margin=margin)).p_equivalent
        assert ours == pytest.approx(
            ttost_ind(a, b, -margin, margin, usevar="unequal")[0], rel=1e-9
        )
    b = a[:9] + rng.normal(0.1, 0.3, 9)
    ours = paired(match(as_cell(a[:9]), as_cell(b)), Ask(margin=0.4)).p_equivalent
    assert ours == pytest.approx(ttost_paired(a[:9], b, -0.4, 0.4)[0], rel=1e-9)


def test_it_succeeds_exactly_where_the_wider_interval_is_within_the_margin():
    for estimate in np.linspace(-1, 1, 21):
        wide = t_contrast(
            "t", estimate, 0.04, 7.0, n=(8, 8), paired=True, ask=Ask(alpha=0.1, margin=0.6)
        )
        inside = wide.low > -0.6 and wide.high < 0.6
        assert (wide.p_equivalent < 0.05) == inside


def test_without_a_margin_there_is_none():
    assert t_contrast("t", 0.0, 1.0, 5.0, n=(6, 6), paired=True, ask=Ask()).p_equivalent is None
