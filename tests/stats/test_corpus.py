import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from paperforge.stats.corpus import FUNCTIONS, largest, slopes, value
from paperforge.sums import CORPUS

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "sacrebleu.json").read_text())


def test_every_declared_kind_has_a_formula_and_the_reverse():
    assert list(FUNCTIONS) == list(CORPUS)


@pytest.mark.parametrize("system", ["one", "two"])
def test_scores_of_a_corpus_are_sacrebleus(system):
    said = REFERENCE["systems"][system]
    bleu, words = (np.sum(said[kind]["stats"], axis=0) for kind in ("bleu", "chrf++"))
    for kind, sums in {
        "bleu": bleu,
        "bleu-unsmoothed": bleu,
        "chrf++": words,
        "chrf": words[:18],
    }.items():
        assert value(kind, sums) == pytest.approx(said[kind]["score"], rel=1e-13), kind


@pytest.mark.parametrize("kind", ["bleu", "bleu-unsmoothed"])
def test_bleu_of_zeros_is_sacrebleus(kind):
    """No match of an order, no n-grams of an order, no match at all, nothing at all; all at once."""
    sums = np.array([edge["sums"] for edge in REFERENCE["edge_bleu"]])
    expected = [edge[kind] for edge in REFERENCE["edge_bleu"]]
    assert value(kind, sums) == pytest.approx(np.array(expected), rel=1e-13, abs=1e-12)
    assert len(set(expected)) > 1


def test_chrf_of_zeros_is_sacrebleus():
    sums = np.array([edge["sums"] for edge in REFERENCE["edge_chrf"]])
    expected = [edge["chrf"] for edge in REFERENCE["edge_chrf"]]
    assert value("chrf", sums) == pytest.approx(np.array(expected), rel=1e-13)


def labels(n=60, classes=2, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, n)
    return truth, np.where(rng.random(n) < 0.6, truth, rng.integers(0, classes, n))


def counted(truth, said, positive):
    tp = ((truth == positive) & (said == positive)).sum()
    fp = ((truth != positive) & (said == positive)).sum()
    fn = ((truth == positive) & (said != positive)).sum()
    return np.array([tp, fp, fn, len(truth) - tp - fp - fn], dtype=float)


@pytest.mark.parametrize("seed", range(5))
def test_scores_of_two_classes_are_scikit_learns(seed):
    truth, said = labels(seed=seed)
    tp, fp, fn, tn = counted(truth, said, 1)
    theirs = {
        "accuracy": ([tp + tn, len(truth)], sklearn_metrics.accuracy_score(truth, said)),
        "precision": ([tp, fp], sklearn_metrics.precision_score(truth, said)),
        "recall": ([tp, fn], sklearn_metrics.recall_score(truth, said)),
        "f1": ([tp, fp, fn], sklearn_metrics.f1_score(truth, said)),
        "f0.5": ([tp, fp, fn], sklearn_metrics.fbeta_score(truth, said, beta=0.5)),
        "f2": ([tp, fp, fn], sklearn_metrics.fbeta_score(truth, said, beta=2)),
        "mcc": ([tp, fp, fn, tn], sklearn_metrics.matthews_corrcoef(truth, said)),
    }
    for kind, (sums, expected) in theirs.items():
        assert value(kind, np.array(sums)) == pytest.approx(expected, rel=1e-12), kind


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_macro_f1_is_scikit_learns(classes):
    """Class 0 is neither true nor predicted in half of the cases: scikit-learn does not count it."""
    for seed in range(6):
        truth, said = labels(20, classes, seed)
        if seed % 2:
            truth, said = np.maximum(truth, 1), np.maximum(said, 1)
        sums = np.concatenate([counted(truth, said, k)[:3] for k in range(classes)])
        expected = sklearn_metrics.f1_score(truth, said, average="macro", zero_division=0)
        assert value("macro-f1", sums) == pytest.approx(expected, rel=1e-12)


def test_nothing_counted_is_zero_or_not_defined():
    zero = {"precision", "recall", "f1", "f0.5", "f2", "mcc", "bleu", "bleu-unsmoothed"}
    zero |= {"chrf", "chrf++"}
    for kind, known in CORPUS.items():
        found = float(value(kind, np.zeros(len(known.parts))))
        assert found == 0 if kind in zero else np.isnan(found), kind
    assert value("mcc", np.array([9.0, 0, 0, 0])) == 0  # one class only, as scikit-learn
    assert value("mcc", np.array([4e9, 3e9, 2e9, 5e9])) == pytest.approx(0.288675, abs=1e-6)


def test_losses():
    sums = np.array([30.0, 10.0])
    assert value("perplexity", sums) == pytest.approx(np.exp(3))
    assert value("bits", sums) == pytest.approx(3 / np.log(2))
    assert value("error-rate", sums) == value("ratio", sums) == 3
    assert largest("bleu") == 100 and largest("f1") == 1 and largest("ratio") == np.inf


KINDS = [kind for kind in CORPUS if kind != "macro-f1"]


@given(st.sampled_from([*KINDS, "macro-f1"]), st.integers(0, 10**6))
def test_slopes_are_finite_differences(kind, seed):
    rng = np.random.default_rng(seed)
    count = len(CORPUS[kind].parts) * (3 if CORPUS[kind].repeats else 1)
    sums = rng.uniform(5, 50, (2, count))
    if kind == "perplexity":
        sums[:, 0] /= 20
    ours = slopes(kind, sums)
    for part in range(count):
        step = np.zeros(count)
        step[part] = 1e-5
        theirs = (value(kind, sums + step) - value(kind, sums - step)) / 2e-5
        assert ours[:, part] == pytest.approx(theirs, rel=1e-4, abs=1e-6)


def test_slopes_are_finite_where_sums_are_zero():
    for kind in KINDS:
        sums = np.zeros((1, len(CORPUS[kind].parts)))
        if kind not in ("accuracy", "perplexity", "bits", "error-rate", "ratio"):
            assert np.isfinite(slopes(kind, sums)).all(), kind
    assert np.isfinite(slopes("mcc", np.array([[5.0, 0, 0, 0], [5, 0, 0, 4]]))).all()
    assert np.isfinite(slopes("f1", np.array([[5.0, 0, 0]]))).all()
