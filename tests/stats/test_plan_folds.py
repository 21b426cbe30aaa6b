"""Plans for folds: as the test finds them, the floor, and the power that was planned."""

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge.model import Sample
from paperforge.stats.cells import Grouping, cell, merge
from paperforge.stats.contrast import Ask
from paperforge.stats.folds import compare_folds, stratified_corrected
from paperforge.stats.means import match
from paperforge.stats.outlook import needed
from paperforge.stats.plan_folds import FoldPart, Folds


def build(values):
    one = Sample("acc", "m", "d", np.arange(len(values)), np.asarray(values, dtype=float))
    return cell(one, *merge(one), Grouping())


def test_the_pilots_own_number_is_what_its_test_would_detect():
    rng = np.random.default_rng(71)
    rows = [(build(rng.normal(0, 1, 40)), build(rng.normal(0, 2, 40))) for _ in range(3)]
    pairs = [match(a, b) for a, b in rows]
    parts = tuple(FoldPart(np.var(p.a - p.b, ddof=1), 39.0, 1 / 9, 10) for p in pairs)
    theirs = stratified_corrected(pairs, [1 / 9] * 3, Ask()).detects.at(0.05)
    assert Folds(parts, 3, True).smallest(4, 0.05) == pytest.approx(theirs, rel=1e-9)
    apart = tuple(FoldPart(c.sd**2, 39.0, 1 / 9, 10) for row in rows for c in row)
    left, right = zip(*rows, strict=True)
    theirs = compare_folds(left, right, [None] * 3, [1 / 9] * 3, Ask()).detects.at(0.05)
    assert Folds(apart, 3, False).smallest(4, 0.05) == pytest.approx(theirs, rel=1e-9)


def test_more_repeats_stop_helping():
    law = Folds((FoldPart(4.0, 9.0, 1 / 9, 10),), 1, True)
    found = [law.smallest(n, 0.05) for n in (1, 2, 5, 10, 100, 10_000)]
    assert found == sorted(found, reverse=True)
    z = scipy_stats.norm.ppf([0.975, 0.8]).sum()
    floor = z * 2 * math.sqrt(1 / 9)
    assert law.floor(0.05) == pytest.approx(floor, rel=1e-5)
    assert found[-1] == pytest.approx(floor, rel=1e-3)
    assert needed(law, floor * 0.999, 0.05).n is None
    assert needed(law, found[2], 0.05).n == 5
    assert needed(law, 10 * floor, 0.05).n == 1
    close = needed(law, floor * 1.05, 0.05)
    assert close.n > 5
    assert close.cautious is None  # with more spread its floor is above that


def test_one_split_says_nothing():
    law = Folds((FoldPart(4.0, 9.0, 0.25, 1),), 1, True)
    assert law.smallest(1, 0.05) is None
    assert law.smallest(2, 0.05) > law.smallest(3, 0.05)


@pytest.mark.parametrize(("repeats", "k"), [(1, 5), (3, 10)])
def test_the_planned_power_is_had_where_folds_correlate_as_assumed(repeats, k):
    """Differences with equal correlation n_test / (n_test + n_train) = 1/k, as in the paper."""
    share, runs, j = 1 / (k - 1), 6000, repeats * k
    law = Folds((FoldPart(1.0, 0.0, share, k),), 1, True)
    d = law.smallest(repeats, 0.05)
    rng = np.random.default_rng(72)
    drawn = rng.normal(0, 1, (runs, j)) + math.sqrt(share) * rng.normal(0, 1, (runs, 1)) + d
    se = np.sqrt((1 / j + share) * drawn.var(axis=1, ddof=1))
    p = 2 * scipy_stats.t.sf(np.abs(drawn.mean(axis=1) / se), j - 1)
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=3 * math.sqrt(0.16 / runs))
    assert law.power(d, repeats, 0.05) == pytest.approx(0.8, abs=1e-4)


def test_the_planned_power_is_had_on_several_datasets_unmatched():
    """Two datasets, two methods, five folds each: 4 df a part, which a study has fewer of."""
    k, runs, share = 5, 6000, 0.25
    law = Folds((FoldPart(1.0, 0.0, share, k), FoldPart(4.0, 0.0, share, k)) * 2, 2, False)
    d, rng = law.smallest(1, 0.05), np.random.default_rng(73)
    estimate, parts = np.full(runs, d), []
    for sd, sign in ((1, 1), (2, -1)) * 2:
        x = sd * (rng.normal(0, 1, (runs, k)) + math.sqrt(share) * rng.normal(0, 1, (runs, 1)))
        estimate = estimate + sign * x.mean(axis=1) / 2
        parts.append((1 / k + share) * x.var(axis=1, ddof=1) / 4)
    total = np.sum(parts, axis=0)
    df = total**2 / (np.sum(np.square(parts), axis=0) / (k - 1))
    p = 2 * scipy_stats.t.sf(np.abs(estimate) / np.sqrt(total), df)
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=3 * math.sqrt(0.16 / runs) + 0.005)
