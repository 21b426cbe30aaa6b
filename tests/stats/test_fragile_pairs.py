"""Pairs, and runs on all datasets, left out two and more at a time: found as by trying all sets."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from paperforge.model import Verdict
from paperforge.spec import DesignSpec
from paperforge.stats import analyse
from paperforge.stats.fragile import fragile

PAIRED = DesignSpec(pair_by=("seed",))


def flip_of(results, spec):
    (found,) = fragile(results, spec, analyse(results, spec))
    return next((f for f in found.flips if f.what == "run"), None), found


def fewest(p_without, n, decided, keep):
    """The fewest of n seeds without which the verdict is another, all sets tried."""
    for k in range(1, n - keep + 1):
        ps = [
            p_without([i for i in range(n) if i not in gone]) for gone in combinations(range(n), k)
        ]
        if any((p < 0.05) != decided for p in ps):
            return k
    return None


def seeds_of(flip):
    return [int(name.rpartition(" ")[2]) for name in flip.which]


@pytest.mark.parametrize("datasets", [1, 3])
def test_the_fewest_pairs_are_those_of_all_sets(fake, datasets):
    rng = np.random.default_rng(8)
    counts = []
    for gap in np.repeat([0.7, 1.0, 1.4, 2.0], 4):
        shared, more = rng.normal(0, 3, 9), rng.normal(gap, 1, (datasets, 9))
        cells = {("a", f"d{i}"): shared + more[i] for i in range(datasets)}
        cells |= {("b", f"d{i}"): shared for i in range(datasets)}
        d = analyse(fake(cells), PAIRED).primary()[0]
        flip, _ = flip_of(fake(cells), PAIRED)
        x = more.mean(axis=0)
        k = fewest(lambda kept, x=x: stats.ttest_1samp(x[kept], 0).pvalue, 9, d.decided, 4)
        if k is None or k > 3:
            continue
        counts.append(k)
        assert flip.count == k
        kept = [i for i in range(9) if i not in seeds_of(flip)]
        assert flip.p_adjusted == pytest.approx(stats.ttest_1samp(x[kept], 0).pvalue, rel=1e-8)
        assert "a and b" in flip.which[0]
    assert {2, 3} <= set(counts)


def test_runs_on_all_datasets_leave_together(fake):
    rng = np.random.default_rng(3)
    found = []
    for gap in (1.2, 1.6, 2.0, 2.4):
        run = {"a": rng.normal(gap, 1, 7), "b": rng.normal(0, 1, 7)}
        cells = {(m, d): v + 0.01 * rng.normal(0, 1, 7) for m, v in run.items() for d in "xyz"}
        results = fake(cells, shared_runs=True)
        flip, whole = flip_of(results, DesignSpec())
        means = {m: np.mean([cells[m, d] for d in "xyz"], axis=0) for m in "ab"}
        if flip is None or flip.count > 3 or whole.verdict is not Verdict.BETTER:
            continue
        found.append(flip.count)
        lost = {m: [int(w.rpartition(" ")[2]) for w in flip.which if w.startswith(m)] for m in "ab"}
        left = [np.delete(means[m], lost[m]) for m in "ab"]
        assert sum(map(len, lost.values())) == flip.count
        assert flip.p_adjusted >= 0.05
        if abs(len(left[0]) - len(left[1])) == 0:
            p = stats.ttest_ind(*left, equal_var=False).pvalue
            assert flip.p_adjusted == pytest.approx(p, rel=1e-8)
    assert found
