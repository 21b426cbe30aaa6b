"""Corpus metrics over runs and examples: pseudo-values, the test made of them, and what is said."""

from dataclasses import replace

import numpy as np
import pytest
from rates.corpus_crossed import F1, WER, labelled, reach, summed, transcribed
from rates.row import primary
from scipy import stats as scipy_stats

from paperforge import results
from paperforge.narrative.methods import sentence
from paperforge.spec import DesignSpec, Project, Source, Unit
from paperforge.stats import analyse
from paperforge.stats.calibrate import calibrate
from paperforge.stats.corpus import value
from paperforge.stats.corpus_crossed import (
    FEW,
    FEW_CLUSTERS,
    LEAST,
    OTHERS,
    UNDEFINED,
    pseudo_values,
    refused,
)
from paperforge.stats.fragile import fragile
from paperforge.stats.pilot_laws import kind, laws
from paperforge.stats.substitute import Substitute
from paperforge.stats.why import why

TEST = "two-way t of pseudo-values"


def study(seed=0, *, runs=4, n=60, gain=0.0, draw=labelled, metric=F1):
    a, b = draw(np.random.default_rng(seed), (1, runs, n), 0.5, gain)
    return summed(metric, (a[0], b[0]))


def f1_of(tp, fp, fn):
    return 2 * tp / (2 * tp + fp + fn)


def by_deletion(sums):
    """F1 pseudo-values of one run, an example at a time, without paperforge."""
    n, whole = len(sums), f1_of(*sums.sum(0))
    without = [f1_of(*np.delete(sums, i, axis=0).sum(0)) for i in range(n)]
    return np.array([whole + (n - 1) * (np.mean(without) - one) for one in without])


def load(tmp_path, rows, metrics, head="model,seed,example_id,tp,fp,fn"):
    (tmp_path / "r.csv").write_text("\n".join([head, *rows]))
    project = Project(root=tmp_path, metrics=metrics)
    return results.load([Source(tmp_path / "r.csv", "r.csv")], project)


def test_pseudo_values_are_those_of_leaving_each_example_out():
    sums = labelled(np.random.default_rng(1), (1, 3, 40), 0.5, 0.0)[0][0]
    found = pseudo_values("f1", sums)
    assert found == pytest.approx(np.array([by_deletion(run) for run in sums]), abs=1e-11)
    assert found.mean(axis=-1) == pytest.approx(value("f1", sums.sum(axis=1)), abs=1e-12)


def test_pseudo_values_of_a_mean_are_its_scores():
    right = np.array([1.0, 0, 1, 1, 0, 1, 0])
    found = pseudo_values("accuracy", np.stack([right, np.ones(7)], -1))
    assert (found == right).all()
    many = np.random.default_rng(2).integers(0, 2, 20_000).astype(float)
    assert (pseudo_values("ratio", np.stack([many, np.ones(20_000)], -1)) == many).all()


def test_the_test_is_that_of_an_analysis_of_variance_of_the_pseudo_values():
    """Mean squares, Satterthwaite's degrees of freedom and t, from the delete-one loop."""
    given = study(3, runs=5, n=55, gain=0.8)
    (d,) = analyse(given, DesignSpec()).primary()
    tables = [np.array([by_deletion(run) for run in sums]) for sums in given.sums]
    s, n = tables[0].shape
    runs = [table.mean(1).var(ddof=1) / s for table in tables]
    examples = (tables[0].mean(0) - tables[1].mean(0)).var(ddof=1) / n
    rest = []
    for table in tables:
        left = table - table.mean(0) - table.mean(1, keepdims=True) + table.mean()
        rest.append((left**2).sum() / ((s - 1) * (n - 1)) / (s * n))
    variance = max(sum(runs) + examples - sum(rest), sum(runs), examples)
    df = variance**2 / (
        sum(v**2 for v in runs) / (s - 1)
        + examples**2 / (n - 1)
        + sum(v**2 for v in rest) / ((s - 1) * (n - 1))
    )
    estimate = np.subtract(*[np.mean([f1_of(*run.sum(0)) for run in x]) for x in given.sums])
    assert (d.test, d.unit, d.n) == (TEST, Unit.BOTH, (5, 5))
    assert d.estimate == pytest.approx(estimate, rel=1e-12)
    assert d.df == pytest.approx(df, rel=1e-6)
    assert d.p == pytest.approx(2 * scipy_stats.t.sf(estimate / np.sqrt(variance), df), rel=1e-6)


@pytest.mark.parametrize("graded", [False, True])
def test_of_a_plain_mean_it_is_the_two_way_test_of_its_scores(tmp_path, graded):
    rng = np.random.default_rng(4)
    score = (lambda: round(float(rng.random()), 3)) if graded else (lambda: int(rng.random() < 0.7))
    rows = [f"{m},{s},{i},{score()},1" for m in "ab" for s in range(3) for i in range(LEAST)]
    metrics = {"sums": {"corpus": "ratio", "from": ["score", "one"], "direction": "higher"}}
    head = "model,seed,example_id,score,one"
    given = load(tmp_path, rows, {**metrics, "score": {"direction": "higher"}}, head)
    by = {d.metric: d for d in analyse(given, DesignSpec(correction="none")).primary()}
    mine, theirs = by["sums"], by["score"]
    assert (mine.test, theirs.test) == (TEST, "two-way t")
    for field in ("estimate", "low", "high", "p", "df", "statistic"):
        assert getattr(mine, field) == pytest.approx(getattr(theirs, field), rel=1e-9)


@pytest.mark.parametrize(("metric", "draw"), [(F1, labelled), (WER, transcribed)])
@pytest.mark.parametrize("runs", [2, 3, 6])
def test_what_the_table_of_rates_simulates_is_this_test(metric, draw, runs):
    tables = draw(np.random.default_rng(runs), (3, runs, LEAST), 0.5, 0.0)
    estimate, half = reach(metric.corpus, tables)
    for i in range(3):
        found = primary(summed(metric, (tables[0][i], tables[1][i])), DesignSpec())
        assert found.test == TEST
        assert found.estimate == pytest.approx(estimate[i], rel=1e-9)
        assert (found.high - found.low) / 2 == pytest.approx(half[i], rel=1e-9)


def test_what_is_said_names_the_test_and_what_it_holds_for():
    given = study(5)
    found = analyse(given, DesignSpec())
    said = " ".join(found.design.sentences)
    assert "Both seeds and examples are replicated" in said
    assert (
        "F1 is no mean over examples: what an example adds to the score of its run is its "
        "pseudo-value, of the delete-one jackknife (Tukey 1958)." in said
    )
    assert "bootstrap" not in said
    assert found.design.generalises == (
        "This generalises to new seeds and new examples of this benchmark."
    )
    methods = sentence(found)
    assert "two-way t test of pseudo-values (delete-one jackknife of each run's score" in methods
    (one,) = why(given, DesignSpec(), found)
    assert "counts both sources of chance, an example by its jackknife" in one.chosen[1]
    needs = {a.test: a.needs for a in one.alternatives}
    assert needs == {
        "Welch t": "takes the examples as fixed",
        "paired t over examples": "takes the runs as fixed",
        "studentised bootstrap of sums": "takes the runs as fixed",
    }


def without(given, keep):
    """Only these examples."""
    return replace(given, sums=tuple(x[:, keep] for x in given.sums))


def test_below_fifty_examples_runs_alone_are_compared_and_it_is_said():
    whole = study(6)
    given = without(whole, slice(0, LEAST - 1))
    assert not refused(whole, F1)
    assert refused(given, F1) == FEW
    found = analyse(given, DesignSpec())
    (d,) = found.primary()
    assert (d.test, d.unit, d.generalises) == ("Welch t", Unit.SEED, "new seeds on this benchmark")
    assert f"taken as fixed, as {FEW}; replicate" in found.design.sentences[0]


def test_other_examples_of_a_run_leave_the_runs_alone(tmp_path):
    rng = np.random.default_rng(7)
    rows = [
        f"{m},{s},{i},{rng.poisson(3)},{rng.poisson(1)},{rng.poisson(1)}"
        for m in "ab"
        for s in range(3)
        for i in range(LEAST + 5)
        if (m, s, i) != ("a", 1, 3)
    ]
    given = load(tmp_path, rows, {"f1": {"corpus": "f1"}})
    found = analyse(given, DesignSpec())
    assert found.primary()[0].test == "Welch t"
    assert f"as {OTHERS}" in found.design.sentences[0]
    assert "share" not in sentence(found)


def test_what_is_not_defined_without_an_example_is_not_drawn_anew():
    """All the words are in one sentence: without it there is no rate."""
    sums = np.zeros((3, LEAST, 2))
    sums[:, 0] = [[1, 9], [2, 9], [4, 9]]
    assert refused(summed(WER, (sums, 2 * sums)), WER) == UNDEFINED


def test_clusters_are_drawn_whole(tmp_path):
    """Every example four times: as good as a quarter of the examples."""
    given = study(8)
    one = {
        (m, s): table.astype(int)
        for m, x in zip("ab", given.sums, strict=True)
        for s, table in enumerate(x)
    }
    times = {
        k: [
            f"{m},{s},{k * i + j},doc{i},{','.join(map(str, counts))}"
            for (m, s), table in one.items()
            for i, counts in enumerate(table)
            for j in range(k)
        ]
        for k in (1, 4)
    }
    head = "model,seed,example_id,document,tp,fp,fn"
    for k in times:
        (tmp_path / str(k)).mkdir()
    found = {
        k: load(tmp_path / str(k), rows, {"f1": {"corpus": "f1"}}, head)
        for k, rows in times.items()
    }
    once, again = (analyse(found[k], DesignSpec()) for k in (1, 4))
    a, b = once.primary()[0], again.primary()[0]
    assert b.test == TEST and again.design.clustered
    assert b.estimate == pytest.approx(a.estimate)
    single = analyse(replaced(found[4]), DesignSpec()).primary()[0]
    se = [abs(d.estimate / d.statistic) for d in (a, b, single)]
    assert se[1] >= 0.99 * se[0] > 1.1 * se[2]


def test_few_clusters_leave_the_runs_alone(tmp_path):
    rng = np.random.default_rng(12)
    rows = [
        f"{m},{s},{i},doc{i // 3},{rng.poisson(3)},{rng.poisson(1)},{rng.poisson(1)}"
        for m in "ab"
        for s in range(3)
        for i in range(3 * (LEAST - 1))
    ]
    head = "model,seed,example_id,document,tp,fp,fn"
    given = load(tmp_path, rows, {"f1": {"corpus": "f1"}}, head)
    assert refused(given, given.metrics[0]) == FEW_CLUSTERS
    assert analyse(given, DesignSpec()).primary()[0].test == "Welch t"


def replaced(given):
    """The same examples, as if each stood alone."""

    def draw(metric, unit):
        return tuple(replace(s, clusters=None) for s in given.samples(metric, unit))

    return Substitute(given, draw, given.metrics, given.datasets)


def test_two_datasets_are_averaged(tmp_path):
    rng = np.random.default_rng(9)
    rows = [
        f"{m},{d},{s},{d}{i},{rng.poisson(3)},{rng.poisson(1)},{rng.poisson(1)}"
        for m in "ab" for d in "xy" for s in range(3) for i in range(LEAST)
    ]  # fmt: skip
    head = "model,dataset,seed,example_id,tp,fp,fn"
    given = load(tmp_path, rows, {"f1": {"corpus": "f1"}}, head)
    whole, first, second = analyse(given, DesignSpec()).decisions
    assert {d.test for d in (whole, first, second)} == {TEST}
    assert whole.estimate == pytest.approx((first.estimate + second.estimate) / 2)


def test_calibration_a_plan_and_fragility_follow():
    given = study(10, runs=5)
    found = analyse(given, DesignSpec())
    assert kind(given, found, DesignSpec(), "f1") == "crossed"
    (law,) = laws(given, found, DesignSpec())
    assert (law.unit, law.n) == (Unit.BOTH, 5)
    assert law.law.test == f"{TEST}: new seeds and new examples"
    rates = calibrate(given, DesignSpec(), runs=20)
    assert (rates.unit, rates.comparisons[0].test) == (Unit.BOTH, TEST)


def test_a_run_that_flips_the_verdict_is_found():
    """Four runs of x are clearly better, a fifth is as bad as y's."""
    rng = np.random.default_rng(11)
    good, bad = (labelled(rng, (1, 5, 200), 0.05, gain)[0][0] for gain in (2.0, -1.0))
    other = labelled(rng, (1, 5, 200), 0.05, 0.0)[1][0]
    given = summed(F1, (np.concatenate([good[:4], bad[:1]]), other))
    for unit in (Unit.SEED, Unit.BOTH):
        spec = DesignSpec(replicate=unit)
        (one,) = fragile(given, spec, analyse(given, spec))
        assert "x on d, seed 4" in [
            name for flip in one.flips if flip.what == "run" for name in flip.which
        ]
