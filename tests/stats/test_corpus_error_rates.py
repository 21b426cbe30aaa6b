"""Simulated rates of the studentised bootstrap of sums beyond docs/error-rates.md: with many examples,
at a margin, and of the rule that it replaces. Nominal .05.
"""

import numpy as np
import pytest
from rates.corpus import labelled, of_sums, transcribed

from paperforge.stats.contrast import Ask
from paperforge.stats.corpus import value
from paperforge.stats.corpus_draws import Stratum
from paperforge.stats.corpus_resample import Linear, replicated

pytestmark = pytest.mark.slow
DATA = {"f1": labelled, "error-rate": transcribed}


def above(rate, n, nominal=0.05):
    return rate <= nominal + 3 * np.sqrt(nominal * (1 - nominal) / n)


@pytest.mark.parametrize("kind", ["f1", "error-rate"])
def test_size_with_many_examples(kind):
    rng, runs, n = np.random.default_rng([1, 500]), 3_000, 500
    size = np.mean([c.p < 0.05 for c in of_sums(kind, [DATA[kind](rng, runs, n)])])
    assert above(size, runs)
    assert size > 0.035


def test_the_rule_of_moses_and_sacrebleus_bs_rejects_too_often():
    """It asks how often |d*| - mean |d*| exceeds |d|. Ours on the same data holds its level."""
    rng, runs, n = np.random.default_rng(3), 1_500, 200
    a, b = transcribed(rng, runs, n)
    ours = np.mean([c.p < 0.05 for c in of_sums("error-rate", [(a, b)])])
    theirs = []
    for x, y in zip(a, b, strict=True):
        part = Linear.of("error-rate", Stratum("d", np.arange(n), (x, y)), np.array([[1.0, -1.0]]))
        d = float(np.subtract(*value("error-rate", np.stack([x.sum(0), y.sum(0)]))))
        size = np.abs(replicated([part], 7, 299)[0][:, 0])
        theirs.append((1 + (size - size.mean() > abs(d)).sum()) / 300 < 0.05)
    assert above(ours, runs)
    assert np.mean(theirs) > 0.09


def test_equivalence_at_the_edge_of_the_margin():
    """Two systems that differ by just the margin are called equivalent in at most .05."""
    rng, runs, n = np.random.default_rng(5), 10_000, 200
    whole = [x.sum((0, 1)) for x in labelled(rng, 400, 2_000, 0.2)]
    true = float(np.subtract(*value("f1", np.array(whole))))
    found = of_sums("f1", [labelled(rng, runs, n, 0.2)], ask=Ask(margin=true))
    rate = np.mean([c.p_equivalent < 0.05 for c in found])
    assert above(rate, runs)
    assert rate > 0.03
