"""Correlations over equal seeds: of all pairs at once as of each."""

import math
from dataclasses import replace

import numpy as np
import pytest

from paperforge.spec import Unit
from paperforge.stats.cells import read
from paperforge.stats.compare import Compared
from paperforge.stats.contrast import Contrast
from paperforge.stats.decide import scores
from paperforge.stats.gains import correlated, gain, of_primary


def whole(fake, cells):
    """The cells, and every pair of methods on every dataset."""
    results = fake(cells)
    metric = results.metrics[0]
    made = read(results, metric, Unit.SEED, scores(results)[metric.name])
    none = Contrast("Welch t", (4, 4))
    pairs = [
        Compared(a, b, d, False, none)
        for d in made.datasets
        for i, a in enumerate(made.methods)
        for b in made.methods[:i]
    ]
    return made, pairs


def cells(rng, keys=lambda m: np.arange(5)):
    return {
        (m, d): {"values": rng.normal(0, 1, 5) + (m == "x"), "keys": keys(m)}
        for m in "wxyz"
        for d in ("d", "e")
    }


@pytest.mark.parametrize("shift", [0, 1])
def test_all_pairs_at_once_are_each(fake, shift):
    """Seeds that are the same for all, and seeds of which one method lacks some."""
    given = cells(np.random.default_rng(0), lambda m: np.arange(5) + shift * (m == "y"))
    given["z", "e"] = {"values": np.ones(5), "keys": np.arange(5)}  # no spread: says nothing
    made, pairs = whole(fake, given)
    found = correlated(made, pairs)
    each = [gain(made.table[c.a, c.scope], made.table[c.b, c.scope]) for c in pairs]
    expected = [one for one in each if one is not None]
    assert len(found) == len(expected) == 9
    assert np.array(found) == pytest.approx(np.array(expected), rel=1e-12)


def test_it_is_numpys_correlation_and_the_ratio_of_standard_errors(fake):
    rng = np.random.default_rng(4)
    x = rng.normal(0, 1, 30)
    y = x + rng.normal(0, 1, 30)
    made, pairs = whole(fake, {("x", "d"): x, ("y", "d"): y})
    ((rho, ratio),) = correlated(made, pairs)
    assert rho == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert ratio == pytest.approx(math.sqrt((x - y).var() / (x.var() + y.var())))


def test_sizes_far_apart_and_averages(fake):
    """1e-250 beside 1: one scale would lose it. The average over datasets is no pair of cells."""
    given = cells(np.random.default_rng(1))
    given["w", "d"]["values"] = given["w", "d"]["values"] * 1e-250
    made, pairs = whole(fake, given)
    found = correlated(made, pairs)
    assert len(found) == 12 - 3  # beside it, the others' squares are nothing
    assert correlated(made, [replace(c, scope=None) for c in pairs]) == []


def test_of_the_primary_comparison_over_all_datasets(fake):
    """One dataset where pairing loses, one where it gains: what the average would have."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(0, 3, 6), rng.normal(0, 1, 6)
    values = {
        ("a", "d"): x,
        ("b", "d"): rng.normal(0, 1, 6) - x,
        ("a", "e"): y,
        ("b", "e"): y + 0.1,
    }
    made, pairs = whole(fake, values)
    average = replace(pairs[0], a="a", b="b", scope=None, primary=True)
    ((rho, ratio),) = of_primary(made, [average, *pairs])
    paired = sum((values["a", d] - values["b", d]).var(ddof=1) for d in "de")
    apart = sum(one.var(ddof=1) for one in values.values())
    assert ratio == pytest.approx(math.sqrt(paired / apart))
    assert ratio > 1 > correlated(made, [one for one in pairs if one.scope == "e"])[0][1]
    assert -1 <= rho < 0
