from dataclasses import dataclass

import numpy as np
import pytest

from paperforge.model import Sample
from paperforge.spec import Direction, Metric, Unit
from paperforge.stats.contrast import Ask
from paperforge.stats.corpus import value
from paperforge.stats.corpus_cells import cells, compare_corpus, randomise_corpus, runs, summarise

METRIC = Metric("wer", "WER", Direction.LOWER, corpus="error-rate", parts=("errors", "words"))
ASK = Ask()


@dataclass
class Stored:
    """Samples of the parts, as results give them."""

    by_example: list
    by_seed: list = ()

    def samples(self, metric, unit):
        store = self.by_example if unit is Unit.EXAMPLE else self.by_seed
        return tuple(sample for sample in store if sample.metric == metric)


def data(n, seed, gap=0.0):
    rng = np.random.default_rng(seed)
    words = rng.integers(1, 40, n).astype(float)
    return {"errors": rng.binomial(words.astype(int), 0.2 + gap).astype(float), "words": words}


def stored(given, clusters=None, keys=None):
    """{(method, dataset): {part: values}} as examples with keys 0, 1, ..."""
    return Stored(
        [
            Sample(part, method, dataset, k, values, None if clusters is None else clusters[: len(k)])
            for (method, dataset), parts in given.items()
            for part, values in parts.items()
            for k in [np.arange(len(values)) if keys is None else keys[method, dataset]]
        ]
    )  # fmt: skip


def test_a_cell_has_the_sums_of_every_example_and_their_metric():
    given = data(30, 0)
    one = cells(stored({("a", "d"): given}), METRIC)["a", "d"]
    assert one.n == 30 and one.incomplete == 0
    assert (one.sums == np.stack([given["errors"], given["words"]], 1)).all()
    assert one.value == pytest.approx(given["errors"].sum() / given["words"].sum())


def test_examples_without_all_parts_are_left_out_and_counted():
    store = Stored(
        [
            Sample("errors", "a", "d", np.array([0, 1, 3]), np.array([1.0, 2, 3]), not_finite=1),
            Sample("words", "a", "d", np.array([3, 0, 2, 1]), np.array([9.0, 4, 7, 5])),
        ]
    )
    one = cells(store, METRIC)["a", "d"]
    assert one.keys.tolist() == [0, 1, 3]
    assert one.sums.tolist() == [[1, 4], [2, 5], [3, 9]]
    assert one.incomplete == 1


def test_a_method_without_one_of_the_parts_has_no_cell():
    store = Stored([Sample("errors", "a", "d", np.arange(3), np.ones(3))])
    assert cells(store, METRIC) == {}


def test_examples_are_matched_by_key_never_by_row():
    x, y = data(50, 1), data(50, 2)
    straight = cells(stored({("a", "d"): x, ("b", "d"): y}), METRIC)
    order = np.random.default_rng(0).permutation(50)
    mixed = {part: values[order] for part, values in y.items()}
    keys = {("a", "d"): np.arange(50), ("b", "d"): order}
    shuffled = cells(stored({("a", "d"): x, ("b", "d"): mixed}, keys=keys), METRIC)
    one, other = (
        compare_corpus([c["a", "d"]], [c["b", "d"]], METRIC, ASK) for c in (straight, shuffled)
    )
    assert one == other
    assert one.contrast.paired and one.contrast.n == (50, 50)
    keys["b", "d"] = order + 10
    part = cells(stored({("a", "d"): x, ("b", "d"): mixed}, keys=keys), METRIC)
    some = compare_corpus([part["a", "d"]], [part["b", "d"]], METRIC, ASK)
    assert sum(some.unmatched) == 20
    assert some.contrast.n == (40, 40)


def test_nothing_matches_and_the_methods_are_drawn_apart():
    keys = {("a", "d"): np.arange(50), ("b", "d"): np.arange(50, 90)}
    found = cells(stored({("a", "d"): data(50, 1), ("b", "d"): data(40, 2)}, keys=keys), METRIC)
    a, b = [found["a", "d"]], [found["b", "d"]]
    one = compare_corpus(a, b, METRIC, ASK)
    assert not one.contrast.paired and one.contrast.n == (50, 40)
    assert one.se**2 == pytest.approx(sum(summarise(x, METRIC, ASK).se ** 2 for x in (a, b)))
    assert randomise_corpus(a, b, METRIC) is None


def test_the_average_over_datasets_adds_independent_variances():
    given = {
        (m, d): data(40 + 9 * j, [i, j]) for i, m in enumerate("ab") for j, d in enumerate("xy")
    }
    keys = {
        (m, d): np.arange(len(v["words"])) + (1000 if d == "y" else 0)
        for (m, d), v in given.items()
    }
    found = cells(stored(given, keys=keys), METRIC)
    a, b = ([found[m, d] for d in "xy"] for m in "ab")
    whole = compare_corpus(a, b, METRIC, ASK)
    each = [compare_corpus([x], [y], METRIC, ASK) for x, y in zip(a, b, strict=True)]
    assert whole.contrast.estimate == pytest.approx(np.mean([e.contrast.estimate for e in each]))
    assert whole.se**2 == pytest.approx(sum(e.se**2 for e in each) / 4)
    assert whole.contrast.n == (40, 40)


def test_an_example_of_several_datasets_is_drawn_once():
    """The second dataset is the first again: it tells nothing new, and the average says so."""
    x, y = data(60, 1), data(60, 2, gap=0.05)
    found = cells(stored({(m, d): v for m, v in (("a", x), ("b", y)) for d in "de"}), METRIC)
    a, b = ([found[m, d] for d in "de"] for m in "ab")
    whole = compare_corpus(a, b, METRIC, ASK)
    one = compare_corpus(a[:1], b[:1], METRIC, ASK)
    assert whole.se == pytest.approx(one.se)
    assert summarise(a, METRIC, ASK).se == pytest.approx(summarise(a[:1], METRIC, ASK).se)
    assert randomise_corpus(a, b, METRIC) is None
    p, error = randomise_corpus(a[:1], b[:1], METRIC)
    assert p == pytest.approx(one.contrast.p, abs=0.03)
    assert error > 0


def test_clusters_are_drawn_whole():
    """Every example twice, as one cluster: as good as half of the examples."""
    x, y = data(40, 1), data(40, 2)
    twice = {
        (m, "d"): {part: np.repeat(values, 2) for part, values in v.items()}
        for m, v in (("a", x), ("b", y))
    }
    clustered = cells(stored(twice, clusters=np.repeat(np.arange(40), 2)), METRIC)
    single = cells(stored({("a", "d"): x, ("b", "d"): y}), METRIC)
    one, other = (
        compare_corpus([c["a", "d"]], [c["b", "d"]], METRIC, ASK) for c in (clustered, single)
    )
    assert one.contrast.test == "studentised cluster bootstrap of sums"
    assert one.se == pytest.approx(other.se)
    assert one.contrast.p == other.contrast.p
    assert one.contrast.n == (80, 80)
    lone = cells(stored(twice, clusters=np.zeros(80, int)), METRIC)
    found = compare_corpus([lone["a", "d"]], [lone["b", "d"]], METRIC, ASK).contrast
    assert found.p is None and not found.testable
    assert found.reason.startswith("one example or cluster")


def test_one_method_has_an_interval_and_no_p():
    one = cells(stored({("a", "d"): data(200, 3)}), METRIC)["a", "d"]
    found = summarise([one], METRIC, ASK).contrast
    assert found.p is None
    assert found.low < one.value == found.estimate < found.high


def test_runs_have_the_metric_of_their_sums():
    seeds = np.array([7, 8, 9])
    errors, words = np.array([3.0, 4, 5]), np.array([20.0, 20, 0])
    store = Stored([], [Sample(p, "a", "d", seeds, v) for p, v in (("errors", errors), ("words", words))])  # fmt: skip
    (one,) = runs(store, METRIC)
    assert one.metric == "wer" and one.keys.tolist() == [7, 8]
    assert one.values.tolist() == [0.15, 0.2]
    assert one.not_finite == 1


def test_a_run_of_smoothed_bleu_is_that_of_its_sums():
    """The means over the examples would halve the wrong count."""
    sums = np.array([[6.0, 6, 5, 3, 1, 0, 6, 5, 4, 3], [7, 6, 6, 2, 0, 0, 7, 6, 5, 4]])
    names = tuple(f"p{i}" for i in range(10))
    metric = Metric("bleu", "BLEU", corpus="bleu", parts=names)
    store = Stored(
        [Sample(p, "a", "d", np.arange(2), sums[:, i]) for i, p in enumerate(names)],
        [Sample(p, "a", "d", np.zeros(1, int), sums[:, i].mean(keepdims=True)) for i, p in enumerate(names)],
    )  # fmt: skip
    (one,) = runs(store, metric)
    assert one.values[0] == pytest.approx(float(value("bleu", sums.sum(0))))
    assert one.values[0] != pytest.approx(float(value("bleu", sums.mean(0))))
