"""Shares of right answers, calibrated: what the bound errs, and how often Wilson's interval holds."""

import numpy as np
import pytest

from paperforge.model import Quote
from paperforge.spec import DesignSpec, Unit
from paperforge.stats.calibrate import calibrate
from paperforge.stats.null_shares import Shares, answers, coverage
from paperforge.stats.proportions import wilson


def shares(fake, values, n=400, digits=4):
    cells = {(m, "d"): [v] for m, v in values.items()}
    quotes = {at: Quote(kind="examples", n=n, digits=digits) for at in cells}
    return fake(cells, quoted=quotes, present=frozenset())


@pytest.mark.parametrize(("p", "k"), [(0.83, 2), (0.3, 2), (0.9, 3), (0.5, 4)])
def test_methods_are_right_as_often_as_said_and_together_as_rarely_as_can_be(p, k):
    n, replicates = 50, np.arange(2000)
    right = np.array(answers(0, replicates, p, [n] * k, 0))
    assert right.mean() / n == pytest.approx(p, abs=0.005)
    whole = right.sum(axis=0)  # floor(k p) or one more on each example
    part = k * p - int(k * p)
    assert whole.var() == pytest.approx(n * part * (1 - part), rel=0.15, abs=0.3)
    gap = right[0] - right[1]  # a coin on every example where just one of two is right
    together = np.array([c * (c - 1) / (k * (k - 1)) for c in (int(k * p), int(k * p) + 1)])
    both = float(together @ [1 - part, part])
    assert gap.var() == pytest.approx(n * 2 * (p - both), rel=0.1)


@pytest.mark.parametrize(("p", "n"), [(0.812, 500), (0.97, 40), (0.5, 11), (0.02, 300)])
def test_coverage_of_wilson_is_that_of_every_count(p, n):
    stats = pytest.importorskip("scipy.stats")
    held = [k for k in range(n + 1) if wilson(k, n, 0.05)[0] <= p <= wilson(k, n, 0.05)[1]]
    assert coverage(p, n, 0.05) == pytest.approx(stats.binom.pmf(held, n, p).sum(), abs=1e-9)


def test_the_bound_errs_as_often_as_said_where_methods_differ_as_much_as_can_be(fake):
    found = calibrate(shares(fake, {"x": 0.83, "y": 0.85}), DesignSpec(), runs=1000)
    assert found.runs == 1000
    (one,) = found.comparisons
    assert "least favourable" in one.test
    assert 0.03 < one.size.value < 0.07
    assert one.coverage.value == pytest.approx(1 - one.size.value)
    assert "Wilson's interval" in found.null
    assert "as many as such shares allow" in found.null


def test_shares_are_rounded_as_they_were_printed(fake):
    results = shares(fake, {"x": 83.0, "y": 85.0}, n=777, digits=1)
    null = Shares.of(results.samples("acc", Unit.SEED), results.quotes("acc"), 0)
    values = np.array([[s.values[0] for s in row] for row in null.draw(np.arange(50))])
    assert (values == np.round(values, 1)).all()
    assert values.mean() == pytest.approx(84, abs=0.5)
    assert null.numbers == 3 * 777


def test_of_one_method_only_its_interval_is_spoken_of(fake):
    found = calibrate(shares(fake, {"x": 0.83}), DesignSpec())
    assert found.runs == 0
    assert "Wilson's interval of a share (nominal .95) holds the true one in .9" in found.null
