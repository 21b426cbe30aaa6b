"""Corrections against statsmodels, and what must hold for every family of p-values."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from paperforge.spec import CORRECTIONS as NAMES
from paperforge.stats.adjust import CORRECTIONS, reachable
from paperforge.stats.jointly import JOINT

OTHERS = {"holm": "holm", "bonferroni": "bonferroni", "bh": "fdr_bh"}
PS = st.lists(st.floats(0, 1), min_size=1, max_size=12)
EACH = pytest.mark.parametrize("correction", CORRECTIONS)

# Benjamini and Hochberg 1995, JRSS B 57(1): 15 comparisons of the thrombolysis trial.
# At q = .05 theirs rejects the four smallest, Bonferroni the three smallest.
THROMBOLYSIS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


def test_the_published_example():
    counts = {
        c: sum(p <= 0.05 for p in CORRECTIONS[c](THROMBOLYSIS, 15)) for c in ("bh", "bonferroni")
    }
    assert counts == {"bh": 4, "bonferroni": 3}


def test_every_correction_says_what_it_controls():
    assert set(NAMES) == {*CORRECTIONS, *JOINT}
    assert "false discovery rate" in NAMES["bh"]


@pytest.mark.parametrize("correction", OTHERS)
@given(PS, st.integers(0, 5))
def test_statsmodels_agrees_and_members_without_a_p_count_as_one(correction, ps, more):
    theirs = multipletests([*ps, *[1.0] * more], method=OTHERS[correction])[1][: len(ps)]
    assert CORRECTIONS[correction](ps, len(ps) + more) == pytest.approx(list(theirs), abs=1e-15)


@EACH
@given(PS, st.integers(0, 3))
def test_adjusted_is_between_p_and_one_and_keeps_the_order(correction, ps, more):
    adjusted = CORRECTIONS[correction](ps, len(ps) + more)
    assert all(p <= q <= 1 for p, q in zip(ps, adjusted, strict=True))
    ordered = [adjusted[i] for i in np.argsort(ps, kind="stable")]
    assert all(a <= b + 1e-15 for a, b in itertools.pairwise(ordered))


@EACH
@given(PS, st.randoms(use_true_random=False))
def test_the_order_in_which_comparisons_come_does_not_matter(correction, ps, random):
    order = list(range(len(ps)))
    random.shuffle(order)
    straight = CORRECTIONS[correction](ps, len(ps))
    shuffled = CORRECTIONS[correction]([ps[i] for i in order], len(ps))
    assert shuffled == [straight[i] for i in order]


@EACH
@given(PS, st.integers(0, 11), st.floats(0, 1))
def test_a_smaller_p_makes_no_adjusted_p_larger(correction, ps, index, share):
    index %= len(ps)
    smaller = [*ps[:index], ps[index] * share, *ps[index + 1 :]]
    before, after = CORRECTIONS[correction](ps, len(ps)), CORRECTIONS[correction](smaller, len(ps))
    assert all(a <= b + 1e-15 for a, b in zip(after, before, strict=True))


@EACH
@given(PS, st.integers(0, 11), st.floats(0, 1))
def test_nothing_is_below_what_is_in_reach(correction, ps, index, floor):
    index %= len(ps)
    possible = [*ps[:index], max(floor, ps[index]), *ps[index + 1 :]]
    reach = reachable(index, floor, ps, correction, len(ps) + 1)
    assert reach <= CORRECTIONS[correction](possible, len(ps) + 1)[index] + 1e-15


def test_benjamini_hochberg_simulated():
    """Half of 20 nulls true, independent: the share of false discoveries is .5 x .05 = .025."""
    from scipy.special import ndtr

    rng = np.random.default_rng(11)
    runs, shares = 3000, []
    for z in rng.normal(np.repeat([0.0, 3.0], 10), 1, (runs, 20)):
        found = np.array(CORRECTIONS["bh"](list(2 * ndtr(-np.abs(z))), 20)) < 0.05
        shares.append(found[:10].sum() / max(1, found.sum()))
    assert np.mean(shares) == pytest.approx(0.025, abs=3 * np.std(shares) / runs**0.5)
