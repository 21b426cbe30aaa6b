"""Simulated size and coverage of the studentised bootstrap of sums, nominal .05 and .95.

Every simulated pair has the same counts, as it has in use: they depend on the seed and the keys.
"""

import numpy as np
import pytest

from paperforge.stats.contrast import Ask
from paperforge.stats.corpus import value
from paperforge.stats.corpus_draws import Stratum
from paperforge.stats.corpus_resample import Linear, bootstrap, replicated

pytestmark = pytest.mark.slow
ASK = Ask()
CHUNK = 250


def labelled(rng, runs, n, gain=0.0):
    """(tp, fp, fn) of two classifiers that find the same examples hard: two arrays (runs, n, 3)."""
    gold, hard = rng.random((runs, n)) < 0.4, rng.random((runs, n)) < 0.35
    made = []
    for accuracy in (0.55 + gain, 0.55):
        right = rng.random((runs, n)) < np.where(hard, accuracy, 0.95)
        said = np.where(right, gold, ~gold)
        made.append(np.stack([gold & said, ~gold & said, gold & ~said], -1).astype(float))
    return made


def transcribed(rng, runs, n, gain=0.0):
    """(errors, words) of two recognisers: skewed lengths, most sentences with few errors."""
    words, rate = 1 + rng.geometric(1 / 15, (runs, n)), rng.beta(0.5, 2, (runs, n))
    made = []
    for k in (1 + gain, 1.0):
        noisy = np.clip(rate + rng.normal(0, 0.05, (runs, n)), 0, 1)
        errors = rng.binomial(words, np.clip(k * noisy, 0, 1))
        made.append(np.stack([errors, words], -1).astype(float))
    return made


DATA = {"f1": labelled, "error-rate": transcribed}


def decided(kind, a, b, replicates=499, ask=ASK):
    found = []
    for start in range(0, len(a), CHUNK):
        pairs = list(zip(a[start : start + CHUNK], b[start : start + CHUNK], strict=True))
        weights = np.kron(np.eye(len(pairs)), [1.0, -1.0])
        stratum = Stratum("d", np.arange(a.shape[1]), tuple(x for pair in pairs for x in pair))
        part = Linear.of(kind, stratum, weights)
        found += [
            one.contrast for one in bootstrap([part], ask, 7, paired=True, replicates=replicates)
        ]
    return found


def above(rate, n, nominal=0.05):
    return rate <= nominal + 3 * np.sqrt(nominal * (1 - nominal) / n)


@pytest.mark.parametrize(
    ("kind", "n", "runs", "least"),
    [
        ("f1", 30, 10_000, 0.01),  # some fifteen examples decide: conservative
        ("f1", 100, 6_000, 0.035),
        ("f1", 500, 3_000, 0.035),
        ("error-rate", 30, 10_000, 0.035),
        ("error-rate", 100, 6_000, 0.035),
        ("error-rate", 500, 3_000, 0.035),
    ],
)
def test_size(kind, n, runs, least):
    rng = np.random.default_rng([1, n])
    found = decided(kind, *DATA[kind](rng, runs, n))
    p = np.array([1.0 if c.p is None else c.p for c in found])
    size = (p < 0.05).mean()
    assert above(size, runs)
    assert size > least


@pytest.mark.parametrize(("kind", "gain"), [("f1", 0.2), ("error-rate", 0.3)])
@pytest.mark.parametrize(("n", "runs"), [(50, 3_000), (200, 3_000)])
def test_coverage_away_from_zero(kind, gain, n, runs):
    rng = np.random.default_rng([2, n])
    whole = [x.sum((0, 1)) for x in DATA[kind](rng, 400, 2_000, gain)]
    true = float(np.subtract(*value(kind, np.array(whole))))
    found = decided(kind, *DATA[kind](rng, runs, n, gain))
    missed = np.mean([not c.low <= true <= c.high for c in found])
    assert above(missed, runs)
    assert missed > 0.03


def test_the_rule_of_moses_and_sacrebleus_bs_rejects_too_often():
    """It asks how often |d*| - mean |d*| exceeds |d|. Ours on the same data holds its level."""
    rng, runs, n = np.random.default_rng(3), 1_500, 200
    a, b = transcribed(rng, runs, n)
    ours = np.mean([c.p < 0.05 for c in decided("error-rate", a, b)])
    theirs = []
    for x, y in zip(a, b, strict=True):
        part = Linear.of("error-rate", Stratum("d", np.arange(n), (x, y)), np.array([[1.0, -1.0]]))
        d = float(np.subtract(*value("error-rate", np.stack([x.sum(0), y.sum(0)]))))
        size = np.abs(replicated([part], 7, 299)[0][:, 0])
        theirs.append((1 + (size - size.mean() > abs(d)).sum()) / 300 < 0.05)
    assert above(ours, runs)
    assert np.mean(theirs) > 0.09


@pytest.mark.parametrize(("groups", "least"), [(10, 0.005), (30, 0.025)])
def test_clusters_drawn_whole(groups, least):
    """Sentences of one document share how hard it is for each system; documents of all sizes."""
    rng, runs = np.random.default_rng([4, groups]), 4_000
    sizes = rng.integers(2, 30, (runs, groups, 1))
    made = []
    hard = rng.beta(1, 4, (runs, groups, 1))
    for _ in "ab":
        rate = np.clip(hard + rng.normal(0, 0.05, (runs, groups, 1)), 0.01, 0.99)
        words = 12 * sizes
        made.append(np.concatenate([rng.binomial(words, rate), words], -1).astype(float))
    size = np.mean([c.p < 0.05 for c in decided("error-rate", *made)])
    assert above(size, runs)
    assert size > least


def test_equivalence_at_the_edge_of_the_margin():
    """Two systems that differ by just the margin are called equivalent in at most .05."""
    rng, runs, n = np.random.default_rng(5), 3_000, 200
    whole = [x.sum((0, 1)) for x in labelled(rng, 400, 2_000, 0.2)]
    true = float(np.subtract(*value("f1", np.array(whole))))
    found = decided("f1", *labelled(rng, runs, n, 0.2), ask=Ask(margin=true))
    rate = np.mean([c.p_equivalent < 0.05 for c in found])
    assert above(rate, runs)
    assert rate > 0.03
