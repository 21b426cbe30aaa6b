import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rates.runs import fold_scores
from scipy import stats as scipy_stats

from paperforge import results
from paperforge.errors import InputError
from paperforge.model import Sample
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse
from paperforge.stats.calibrate import calibrate
from paperforge.stats.cells import Grouping, cell, merge
from paperforge.stats.contrast import Ask
from paperforge.stats.folds import NO_RATIO, compare_folds, of_mean, share_of, stratified_corrected
from paperforge.stats.means import match
from paperforge.stats.why import why

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "folds.json").read_text())


def pair(a, b, keys=None):
    cells = []
    for values in (a, b):
        keys = np.arange(len(values)) if keys is None else keys
        one = Sample("acc", "m", "d", keys, np.asarray(values, dtype=float))
        cells.append(cell(one, *merge(one), Grouping()))
    return match(*cells)


def corrected(one, folds, ask, ratio=None):
    return stratified_corrected([one], [share_of(folds, ratio)], ask)


def build(values):
    one = Sample("acc", "m", "d", np.arange(len(values)), np.asarray(values, dtype=float))
    return cell(one, *merge(one), Grouping())


def test_published_case():
    data, theirs = REFERENCE["datasets"]["anneal"], REFERENCE["anneal"]
    ours = corrected(pair(data["j48"], data["nbc"]), REFERENCE["folds"], Ask())
    assert ours.test == "corrected resampled t"
    assert ours.statistic == pytest.approx(theirs["corrected_t"], rel=1e-9)
    assert ours.p == pytest.approx(theirs["corrected_p"], rel=1e-9)
    assert ours.df == 99
    naive = scipy_stats.ttest_rel(data["j48"], data["nbc"])
    assert naive.statistic == pytest.approx(theirs["naive_t"], rel=1e-9)


@pytest.mark.parametrize("name", list(REFERENCE["datasets"]))
def test_variance_is_baycomps(name):
    data = REFERENCE["datasets"][name]
    ours = corrected(pair(data["j48"], data["nbc"]), 10, Ask(alpha=0.1))
    assert ours.estimate == pytest.approx(data["mean_j48_minus_nbc"], rel=1e-9)
    assert (ours.estimate / ours.statistic) ** 2 == pytest.approx(data["variance"], rel=1e-9)
    assert (ours.low > 0 or ours.high < 0) == (ours.p < 0.1)


def test_datasets_add_their_variances():
    rows = list(REFERENCE["datasets"].values())
    pairs = [pair(d["j48"], d["nbc"]) for d in rows]
    ours = stratified_corrected(pairs, [1 / 9] * len(rows), Ask())
    variances = np.array([d["variance"] for d in rows])
    assert ours.estimate == pytest.approx(np.mean([d["mean_j48_minus_nbc"] for d in rows]))
    assert (ours.estimate / ours.statistic) ** 2 == pytest.approx(variances.sum() / len(rows) ** 2)
    assert ours.df == pytest.approx(variances.sum() ** 2 / (variances**2 / 99).sum())
    assert ours.test == "stratified corrected resampled t"


def test_sizes_that_are_known_are_used():
    a, b = [1.0, 2, 4, 3], [0.5, 2, 3, 1]
    d = np.subtract(a, b)
    ours = corrected(pair(a, b), 1, Ask(), ratio=0.25)
    assert ours.statistic == pytest.approx(d.mean() / np.sqrt((1 / 4 + 0.25) * d.var(ddof=1)))
    unknown = compare_folds([build(a)], [build(b)], [None], [share_of(1, None)], Ask())
    assert unknown.reason == NO_RATIO
    assert unknown.estimate == pytest.approx(d.mean())
    assert not unknown.testable


def test_folds_that_are_not_the_same_splits_are_compared_unpaired():
    a, b = build([1.0, 2, 4, 3]), build([0.5, 2, 3, 1])
    ours = compare_folds([a], [b], [None], [share_of(4, None)], Ask())
    assert ours.test == "corrected resampled t, unpaired"
    variance = (1 / 4 + 1 / 3) * (a.values.var(ddof=1) + b.values.var(ddof=1))
    assert ours.statistic == pytest.approx((2.5 - 1.625) / np.sqrt(variance))
    assert of_mean(a, 1 / 3) == pytest.approx((1 / 4 + 1 / 3) * a.values.var(ddof=1))
    assert not ours.paired


def test_degenerate_folds_have_reasons():
    assert corrected(pair([1.0, 2], [1.0, 2]), 2, Ask()).reason == "identical outputs"
    shift = corrected(pair([1.0, 2, 3], [0.0, 1, 2]), 3, Ask())
    assert shift.reason.startswith("a constant shift")


@pytest.mark.parametrize("paired", [True, False])
def test_repeated_cross_validation_from_a_file(tmp_path, paired):
    rng = np.random.default_rng(4)
    scores = rng.normal(0.8, 0.02, (2, 3, 5)) + rng.normal(0, 0.03, (3, 5))
    lines = ["model,repeat,fold,accuracy"]
    for m, table in enumerate(scores):
        lines += [
            f"m{m},{s},{f},{v:.12g}" for s, row in enumerate(table) for f, v in enumerate(row)
        ]
    path = tmp_path / "cv.csv"
    path.write_text("\n".join(lines))
    found = results.load([Source(path, "cv.csv")], Project(root=tmp_path))
    assert dict(found.folds) == {"": 5}
    analysis = analyse(found, DesignSpec(pair_by=("fold",) if paired else ()))
    decision = analysis.primary()[0]
    d = (scores[0] - scores[1]).ravel()
    spread = d.var(ddof=1)
    if not paired:
        spread = sum(table.var(ddof=1) for table in scores)
    assert decision.statistic == pytest.approx(d.mean() / np.sqrt((1 / 15 + 1 / 4) * spread))
    assert decision.test == "corrected resampled t" + ("" if paired else ", unpaired")
    assert any("Nadeau and Bengio" in text for text in analysis.design.sentences)
    assert analysis.design.generalises == (
        "This generalises to new training sets of this size on this benchmark."
    )


@pytest.fixture
def file_of(tmp_path):
    def make(scores, head="model,seed,fold,accuracy"):
        lines = [head]
        for (m, s, f), value in np.ndenumerate(scores):
            lines.append(f"m{m},{s},{f},{value:.12g}")
        path = tmp_path / "cv.csv"
        path.write_text("\n".join(lines))
        return results.load([Source(path, "cv.csv")], Project(root=tmp_path))

    return make


@pytest.mark.parametrize("paired", [True, False])
def test_seeds_on_the_same_folds_are_averaged_first(file_of, paired):
    rng = np.random.default_rng(8)
    scores = rng.normal(0, 0.02, (2, 3, 5)) + rng.normal(0.8, 0.03, 5)
    analysis = analyse(file_of(scores), DesignSpec(pair_by=("fold",) if paired else ()))
    decision, folds = analysis.primary()[0], scores.mean(axis=1)
    d = folds[0] - folds[1]
    spread = d.var(ddof=1) if paired else sum(row.var(ddof=1) for row in folds)
    assert decision.n == (5, 5)
    assert decision.statistic == pytest.approx(d.mean() / np.sqrt((1 / 5 + 1 / 4) * spread))
    assert analysis.design.averaged == (3, 3)
    assert "Crossed: method (2) × fold (5) × seed (3)." in analysis.design.sentences
    said = next(s for s in analysis.design.sentences if "the same split" in s)
    assert "mean of its 3 seeds" in said
    assert "--resplit" in said


def test_why_says_that_seeds_are_no_folds(file_of):
    scores = np.random.default_rng(3).normal(0.8, 0.03, (2, 3, 5))
    for head, many in (("model,seed,fold,accuracy", True), ("model,repeat,fold,accuracy", False)):
        found, spec = file_of(scores, head), DesignSpec(pair_by=("fold",))
        analysis = analyse(found, spec)
        said = why(found, spec, analysis)[0].rejected
        assert ("seeds as more folds" in dict(said)) == many


def test_the_same_seed_again_is_no_evidence(file_of):
    rng = np.random.default_rng(9)
    once = rng.normal(0.8, 0.03, (2, 1, 5))
    spec = DesignSpec(pair_by=("fold",))
    one = analyse(file_of(once), spec).primary()[0]
    again = analyse(file_of(np.repeat(once, 3, axis=1)), spec).primary()[0]
    assert again.p == pytest.approx(one.p)
    assert again.df == one.df == 4


def test_a_lost_run_of_a_fold_of_several_seeds_is_asked_about(file_of):
    scores = np.random.default_rng(3).normal(0.8, 0.03, (2, 3, 5))
    scores[0, 1, 2] = np.nan
    found = file_of(scores)
    assert analyse(found, DesignSpec()).primary()[0].n == (5, 5)
    counted = replace(found, metrics=(replace(found.metrics[0], diverged=0.0),))
    with pytest.raises(InputError, match="mean of several seeds"):
        analyse(counted, DesignSpec())


def test_calibration_draws_the_folds_not_the_seeds(file_of):
    scores = np.random.default_rng(5).normal(0.8, 0.03, (2, 3, 5))
    found = calibrate(file_of(scores), DesignSpec(pair_by=("fold",)), runs=400)
    assert "drawn as their mean" in found.null
    assert found.comparisons[0].size.value <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_size_of_seeds_on_the_same_folds(noise):
    """3 seeds on the same 5 folds whose differences correlate by 1/5, as the test takes them to."""
    rng = np.random.default_rng([31, int(10 * noise)])
    shared = np.sqrt(0.2) * rng.normal(size=(20_000, 1)) + np.sqrt(0.8) * rng.normal(
        size=(20_000, 5)
    )
    raw = shared[:, None, :] + noise * rng.normal(size=(20_000, 3, 5))

    def size(d):
        n = d.shape[1]
        t = d.mean(axis=1) / (np.sqrt(1 / n + 1 / 4) * d.std(axis=1, ddof=1))
        return np.mean(2 * scipy_stats.t.sf(abs(t), n - 1) < 0.05)

    assert size(raw.mean(axis=1)) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 20_000)
    assert size(raw.reshape(20_000, 15)) > 0.1  # seeds taken for new folds


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "k", "repeats", "width", "naive_at_least"),
    [
        (100, 10, 1, 5, 0.04),  # .011; naive .058: a single 10-fold is nearly right by itself
        (100, 5, 2, 5, 0.12),  # .023; .18
        (100, 10, 10, 5, 0.4),  # .043; .52
        (40, 10, 10, 20, 0.4),  # .042; .56
        (40, 2, 5, 20, 0.3),  # .021; .42
    ],
)
def test_size_where_training_sets_really_overlap(n, k, repeats, width, naive_at_least):
    """2,000 data sets; every repeat and fold of one uses the same points."""
    rng = np.random.default_rng([21, n, k, repeats])
    p, naive = [], []
    for _ in range(10):
        scores = fold_scores(rng, 200, n, k, repeats, width)
        for run in scores:
            found = corrected(pair(run[:, 0], run[:, 1]), k, Ask()).p
            p.append(1.0 if found is None else found)
        gaps = scores[..., 0] - scores[..., 1]
        spread = gaps.std(axis=1, ddof=1)
        vary = spread > 0
        t = gaps.mean(axis=1)[vary] / spread[vary] * np.sqrt(gaps.shape[1])
        naive.append((2 * scipy_stats.t.sf(abs(t), gaps.shape[1] - 1) < 0.05).sum() / 200)
    size = np.mean(np.array(p) < 0.05)
    assert 0.005 < size <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(p))
    assert np.mean(naive) > naive_at_least
