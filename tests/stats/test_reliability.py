"""Calibration: held against scikit-learn's bins, statsmodels' intervals and sums by hand."""

import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from statsmodels.stats.proportion import proportion_confint

from paperforge import results
from paperforge.errors import InputError
from paperforge.spec import Project, Source
from paperforge.stats import reliability as stage

RNG = np.random.default_rng(8)
P = np.round(RNG.beta(4, 2, 500), 2)  # two decimals: many lie on the edge of a bin
HIT = (RNG.random(500) < P**1.5).astype(int)


@pytest.fixture
def load(tmp_path):
    def call(lines, header="method,example,correct,confidence"):
        path = tmp_path / "c.csv"
        path.write_text("\n".join([header, *lines]))
        return results.load([Source(path, "c.csv")], Project(root=tmp_path))

    return call


def rows(p=P, hit=HIT, method="m"):
    return [f"{method},{i},{h},{x}" for i, (x, h) in enumerate(zip(p, hit, strict=True))]


@pytest.mark.parametrize("bins", [5, 10, 15])
def test_bins_are_scikit_learns_and_the_error_is_their_sum(load, bins):
    (cell,) = load(rows()).confidences("correct", bins, "width")
    (found,) = stage.reliability((cell,), 0.95)
    accuracy, confidence = calibration_curve(HIT, P, n_bins=bins)
    filled = [b for b in found.bins if b.n]
    assert [b.accuracy for b in filled] == pytest.approx(accuracy.tolist())
    assert [b.confidence for b in filled] == pytest.approx(confidence.tolist())
    counts = np.array([b.n for b in filled])
    assert counts.sum() == found.n == 500
    gaps = np.abs(accuracy - confidence)
    assert found.ece == pytest.approx((counts @ gaps) / 500, rel=1e-12)
    assert found.largest == pytest.approx(gaps.max(), rel=1e-12)
    assert [(b.low, b.high) for b in found.bins] == [
        (b / bins, (b + 1) / bins) for b in range(bins)
    ]


def test_bins_of_equal_mass_are_scikit_learns_where_nothing_is_tied(load):
    p = RNG.permutation(np.linspace(0.2, 0.99, 500))
    (cell,) = load(rows(p)).confidences("correct", 5, "mass")
    (found,) = stage.reliability((cell,), 0.95)
    accuracy, confidence = calibration_curve(HIT, p, n_bins=5, strategy="quantile")
    assert [b.n for b in found.bins] == [100] * 5
    assert [b.accuracy for b in found.bins] == pytest.approx(accuracy.tolist())
    assert [b.confidence for b in found.bins] == pytest.approx(confidence.tolist())
    assert (found.bins[0].low, found.bins[-1].high) == (0.2, 0.99)
    assert all(a.high == b.low for a, b in zip(found.bins, found.bins[1:], strict=False))


def test_equal_confidences_share_a_bin(load):
    p = np.array([0.5] * 30 + [0.9] * 10)
    (cell,) = load(rows(p, HIT[:40])).confidences("correct", 4, "mass")
    assert [count[0] for count in cell.counts] == [30, 10]


@pytest.mark.parametrize(("hits", "n"), [(0, 7), (3, 9), (50, 50), (120, 301)])
def test_intervals_are_wilsons(hits, n):
    expected = proportion_confint(hits, n, 0.05, "wilson")
    assert stage.wilson(hits / n, n, 0.95) == pytest.approx(expected, abs=1e-12)


def test_several_runs_of_an_example_count_once_for_the_interval(load):
    lines = [f"m,{i},{s},{int(i < 15)},0.75" for s in range(4) for i in range(20)]
    found = load(lines, "method,example,seed,correct,confidence")
    (cell,) = found.confidences("correct", 10, "width")
    (one,) = stage.reliability((cell,), 0.95)
    (full,) = (b for b in one.bins if b.n)
    assert (full.n, one.runs, full.accuracy) == (80, 4, 0.75)
    expected = proportion_confint(15, 20, 0.05, "wilson")
    assert (full.accuracy_low, full.accuracy_high) == pytest.approx(expected)


def test_percentages_are_shares_and_empty_bins_have_no_numbers(load):
    (cell,) = load(rows(P * 100)).confidences("correct", 10, "width")
    (same,) = load(rows()).confidences("correct", 10, "width")
    assert [c[0] for c in cell.counts] == [c[0] for c in same.counts]
    (one,) = stage.reliability((cell,), 0.9)
    assert math.isnan(one.bins[0].accuracy) and one.bins[0].n == 0


def test_what_is_no_confidence_is_refused(load):
    with pytest.raises(InputError, match="not between 0 and 1"):
        load(rows(-P)).confidences("correct", 10, "width")
    with pytest.raises(InputError, match="not 0 or 1 of every answer"):
        load(rows(P, P)).confidences("correct", 10, "width")
    with pytest.raises(
        InputError, match="has no row of a single example with columns for the confidence"
    ):
        load(["m,1,1,0.5"], "method,example,correct,lr").confidences("correct", 10, "width")
