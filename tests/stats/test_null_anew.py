"""Methods that were scored on different examples have a null that is one."""

import numpy as np
import pytest
from scipy import stats

from paperforge.spec import DesignSpec, Role, Unit
from paperforge.stats.calibrate import calibrate
from paperforge.stats.null_examples import Examples

RNG = np.random.default_rng
ROLES = {"x": Role.OURS, "y": Role.BASELINE}


def apart(fake, x, y, **more):
    """Two methods without an example in common."""
    cells = {
        ("x", "d"): {"values": x, "keys": np.arange(len(x))},
        ("y", "d"): {"values": y, "keys": 1000 + np.arange(len(y)), **more},
    }
    return fake(cells, roles=ROLES, unit=Unit.EXAMPLE)


def right(n, k):
    return np.repeat([1.0, 0.0], [k, n - k])


def enumerated(n, m, p, alpha=0.05):
    """Size of Welch's t with an answer of either kind added to each, over all pairs of counts."""
    a, b = (np.arange(n + 1)[:, None], np.arange(m + 1)[None, :])
    pa, pb = (a + 1) / (n + 2), (b + 1) / (m + 2)
    va, vb = pa * (1 - pa) / (n + 2), pb * (1 - pb) / (m + 2)
    df = (va + vb) ** 2 / (va**2 / (n + 1) + vb**2 / (m + 1))
    small = 2 * stats.t.sf(np.abs(pa - pb) / np.sqrt(va + vb), df) < alpha
    return float((stats.binom.pmf(a, n, p) * stats.binom.pmf(b, m, p) * small).sum())


@pytest.mark.parametrize(("k", "j"), [(51, 20), (40, 29)])
def test_the_size_for_answers_is_that_of_two_samples_of_one_share(fake, k, j):
    found = calibrate(apart(fake, right(60, k), right(45, j)), DesignSpec(), 1500)
    (one,) = found.comparisons
    size = enumerated(60, 45, (k + j) / 105)
    assert one.size.value == pytest.approx(size, abs=4 * (size / 1500) ** 0.5)
    assert one.coverage is not None
    assert one.coverage.value == pytest.approx(1 - size, abs=4 * (size / 1500) ** 0.5)
    assert "share no examples" in found.null
    assert "dealt out" not in found.null


def test_graded_scores_keep_the_level_however_far_apart_the_methods_are(fake):
    rng = RNG(1)
    results = apart(fake, rng.normal(0, 1, 30), rng.normal(3, 1, 20))
    (one,) = calibrate(results, DesignSpec(), 1000).comparisons
    assert one.size.value == pytest.approx(0.05, abs=4 * (0.05 / 1000) ** 0.5)


def test_each_method_has_its_number_of_the_pooled_scores(fake):
    results = apart(fake, np.arange(30.0), 100 + np.arange(20.0))
    samples = results.samples("acc", Unit.EXAMPLE)
    drawn = Examples.of(samples, 0).draw(np.arange(2000))
    pool = np.concatenate([s.values for s in samples])
    for i, s in enumerate(samples):
        values = np.array([row[i].values for row in drawn])
        assert values.shape == (2000, len(s.values))
        assert set(values.ravel()) == set(pool)
        assert values.mean() == pytest.approx(pool.mean(), abs=4 * pool.std() / values.size**0.5)
    means = np.array([[s.values.mean() for s in row] for row in drawn])
    assert abs(np.corrcoef(means.T)[0, 1]) < 4 / 2000**0.5
    assert not set(drawn[0][0].keys) & set(drawn[0][1].keys)


def test_clusters_come_whole(fake):
    scores = {"x": np.repeat(np.arange(6.0), 3), "y": np.repeat(10 + np.arange(4.0), 5)}
    cells = {
        (m, "d"): {
            "values": values,
            "keys": 1000 * i + np.arange(len(values)),
            "clusters": 100 * i + values.astype(int),
        }
        for i, (m, values) in enumerate(scores.items())
    }
    samples = fake(cells, unit=Unit.EXAMPLE).samples("acc", Unit.EXAMPLE)
    for row in Examples.of(samples, 0).draw(np.arange(30)):
        for s, many in zip(row, (6, 4), strict=True):
            groups = [s.values[s.clusters == g] for g in np.unique(s.clusters)]
            assert len(groups) == many
            for group in groups:
                assert len(set(group)) == 1
                assert len(group) == (3 if group[0] < 10 else 5)


def test_methods_that_share_examples_stay_matched_beside_one_that_does_not(fake):
    rng = RNG(2)
    hard = rng.normal(0, 3, 60)
    cells = {
        ("x", "d"): {"values": hard + rng.normal(0, 1, 60), "keys": np.arange(60)},
        ("y", "d"): {"values": hard + rng.normal(0, 1, 60), "keys": np.arange(60)},
        ("z", "d"): {"values": rng.normal(5, 3, 40), "keys": 500 + np.arange(40)},
    }
    samples = fake(cells, unit=Unit.EXAMPLE).samples("acc", Unit.EXAMPLE)
    drawn = Examples.of(samples, 0).draw(np.arange(1000))
    means = np.array([[s.values.mean() for s in row] for row in drawn])
    centre = np.mean([s.values.mean() for s in samples[:2]])
    assert means.mean(axis=0) == pytest.approx([centre] * 3, abs=0.1)
    within = np.corrcoef(drawn[0][0].values, drawn[0][1].values)[0, 1]
    assert within > 0.8
    assert np.corrcoef(means.T)[0, 1] > 0.8
    assert abs(np.corrcoef(means.T)[0, 2]) < 0.13


def test_of_several_datasets_each_has_its_own_chance(fake):
    cells = {
        (m, d): {"values": np.arange(20.0), "keys": np.arange(20) + 1000 * (2 * k + i)}
        for i, m in enumerate("xy")
        for k, d in enumerate(("d1", "d2"))
    }
    samples = fake(cells, unit=Unit.EXAMPLE).samples("acc", Unit.EXAMPLE)
    row = Examples.of(samples, 0).draw(np.arange(1))[0]
    assert len({tuple(s.values) for s in row}) == len(row) == 4
