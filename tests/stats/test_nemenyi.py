import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.libqsturng import qsturng

from paperforge.stats.nemenyi import (
    against_control,
    critical_difference,
    dunn_difference,
    nemenyi_p,
    out_of_reach,
    range_quantile,
    range_tail,
)

REFERENCES = Path(__file__).parents[1] / "references"
PAPER = json.loads((REFERENCES / "demsar2006.json").read_text())["paper"]
AUTORANK = json.loads((REFERENCES / "autorank_readme.json").read_text())


@pytest.mark.parametrize("k", [2, 3, 4, 6, 10, 30])
def test_studentized_range_is_scipys(k):
    for q in (0.05, 0.5, 1, 2.5, 3.6, 5, 8):
        assert range_tail(q, k) == pytest.approx(
            scipy_stats.studentized_range.sf(q, k, np.inf), abs=1e-8
        )
    for alpha in (0.01, 0.05, 0.1):
        assert range_quantile(alpha, k) == pytest.approx(
            scipy_stats.studentized_range.isf(alpha, k, np.inf), abs=1e-6
        )
        assert range_tail(range_quantile(alpha, k), k) == pytest.approx(alpha, rel=1e-10)


def test_small_tails_keep_their_digits():
    for q in (0.01, 3, 10, 30):  # the range of two is a normal difference
        assert range_tail(q, 2) == pytest.approx(2 * scipy_stats.norm.sf(q / np.sqrt(2)), rel=1e-11)
    assert range_tail(0, 5) == range_tail(-1, 5) == range_tail(3, 1) == 1
    assert range_tail(1e3, 5) > 0


def test_table_of_the_paper():
    """Demsar 2006, table 5: critical values of the Nemenyi and the Bonferroni-Dunn test."""
    nemenyi = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]
    dunn = [1.960, 2.241, 2.394, 2.498, 2.576, 2.638, 2.690, 2.724, 2.773]
    for k, (q, d) in enumerate(zip(nemenyi, dunn, strict=True), 2):
        # the paper's q of 3 methods is 2.343, exact 2.3437; its d of 9 methods is 2.724, exact 2.7344
        assert range_quantile(0.05, k) / np.sqrt(2) == pytest.approx(q, abs=0.0011)
        if k != 9:
            assert scipy_stats.norm.isf(0.025 / (k - 1)) == pytest.approx(d, abs=0.00051)
            assert dunn_difference(k, 10, 0.05) == pytest.approx(
                d * np.sqrt(k * (k + 1) / 60), abs=0.0012
            )


def test_critical_differences_of_the_paper():
    assert critical_difference(4, 14, 0.05) == pytest.approx(PAPER["nemenyi_05"], abs=0.005)
    assert critical_difference(4, 14, 0.10) == pytest.approx(PAPER["nemenyi_10"], abs=0.005)
    assert dunn_difference(4, 14, 0.10) == pytest.approx(PAPER["dunn_10"], abs=0.005)


def test_autorank_uses_an_approximate_quantile():
    """Its critical difference is that of statsmodels' qsturng, 1.3e-5 of it below the exact one."""
    theirs = AUTORANK["critical_difference"]
    assert qsturng(0.95, 6, np.inf) / np.sqrt(2) * np.sqrt(42 / 300) == pytest.approx(
        theirs, rel=1e-12
    )
    assert critical_difference(6, 50, 0.05) == pytest.approx(theirs, rel=2e-5)


@given(st.floats(0.01, 5), st.integers(3, 8), st.integers(5, 40))
def test_p_and_critical_difference_agree(gap, k, n):
    assert (nemenyi_p(gap, k, n) < 0.05) == (gap > critical_difference(k, n, 0.05))
    assert nemenyi_p(-gap, k, n) == nemenyi_p(gap, k, n)


def test_against_a_control_as_in_the_paper():
    """Demsar 2006, section 3.2.2: Holm on these ranks, C4.5 the control, z 2.34, .512, 2.416."""
    ranks = PAPER["mean_ranks"]
    plain = against_control(ranks, 0, 14, "none")
    assert plain[0] is None
    # printed there: .016 for m + cf, .019 for m, .607 for cf
    assert plain[1:] == pytest.approx([0.019, 0.607, 0.016], abs=0.002)
    dunn = against_control(ranks, 0, 14)
    assert dunn[1:] == pytest.approx([min(1, 3 * p) for p in plain[1:]])
    holm = against_control(ranks, 0, 14, "holm")
    assert holm[3] == pytest.approx(3 * plain[3])
    assert holm[1] == pytest.approx(max(3 * plain[3], 2 * plain[1]))
    # decided by Bonferroni-Dunn at .10 exactly where the gap is above its critical difference
    for gap, p in zip(np.array(ranks) - ranks[0], dunn, strict=True):
        assert p is None or (p < 0.1) == (abs(gap) > dunn_difference(4, 14, 0.1))


def test_a_critical_difference_out_of_reach_says_so():
    assert critical_difference(4, 5, 0.05) == pytest.approx(2.10, abs=0.005)  # of a possible 3
    assert out_of_reach(critical_difference(4, 5, 0.05), 4, 5) == ""
    reason = out_of_reach(critical_difference(4, 2, 0.05), 4, 2)
    assert reason == (
        "with 4 methods on 2 datasets mean ranks differ by at most 3, "
        "the critical difference is 3.32: nothing can be decided"
    )
    assert nemenyi_p(3, 4, 2) > 0.05


@pytest.mark.parametrize(("n", "k"), [(5, 4), (10, 5), (30, 5), (10, 4), (20, 4)])
def test_family_wise_size(n, k):
    runs, rng = 10_000, np.random.default_rng([9, n, k])
    ranks = np.argsort(np.argsort(rng.random((runs, n, k)), axis=2), axis=2).mean(axis=1)
    size = (np.ptp(ranks, axis=1) > critical_difference(k, n, 0.05)).mean()
    # mean ranks move in steps of 1 / N: two of these are a little above, as documented
    nominal = {(10, 4): 0.0535, (20, 4): 0.0555}.get((n, k), 0.05)
    assert size <= nominal + 3 * np.sqrt(nominal * (1 - nominal) / runs)
    assert size > 0.02
