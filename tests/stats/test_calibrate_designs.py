"""The simulated null of designs whose replicates are datasets, examples and runs, or sums."""

from dataclasses import replace

import numpy as np
import pytest

from paperforge.model import Quote, Sample
from paperforge.spec import DesignSpec, Direction, Method, Metric, Unit
from paperforge.stats import calibrate as calibration
from paperforge.stats.calibrate import calibrate
from paperforge.stats.null import Runs, spelled
from paperforge.stats.null_others import Crossed, Datasets, residual_variance

RNG = np.random.default_rng
BY_DATASET = DesignSpec(replicate=Unit.DATASET)


def low(share, runs):
    """Three standard errors below it."""
    return share - 3 * np.sqrt(share * (1 - share) / runs)


def high(share, runs):
    return share + 3 * np.sqrt(share * (1 - share) / runs)


def over_datasets(fake, n=12, methods="xyz"):
    rng = RNG(1)
    base = rng.uniform(60, 90, n)
    return fake(
        {
            (m, f"d{i:02}"): [base[i] + 0.5 * j + rng.normal()]
            for j, m in enumerate(methods)
            for i in range(n)
        }
    )


# ---------------------------------------------------------------------------- datasets


def test_the_scores_of_a_dataset_are_dealt_out_among_the_methods(fake):
    results = over_datasets(fake)
    samples = list(results.samples("acc", Unit.SEED))
    del samples[5]  # a method that lacks a dataset has no part in it
    null = Datasets.of(samples, 0)
    before = {d: sorted(s.values[0] for s in samples if s.dataset == d) for d in null.names}
    seen = set()
    for row in null.draw(np.arange(60)):
        assert {(s.method, s.dataset) for s in row} == {(s.method, s.dataset) for s in samples}
        for d, values in before.items():
            assert sorted(s.values[0] for s in row if s.dataset == d) == values
        seen.add(tuple(s.values[0] for s in row if s.dataset == "d00"))
    assert len(seen) == 6


@pytest.mark.parametrize(("n", "test"), [(12, "Wilcoxon"), (7, "sign-flip")])
def test_datasets_as_a_sample_with_one_run_a_cell_do_find_something(fake, n, test):
    """Cells of one run have no spread to draw from: all simulated results were alike, and .000."""
    found = calibrate(over_datasets(fake, n), replace(BY_DATASET, correction="none"), runs=600)
    assert "dealt out" in found.null
    for one in found.comparisons:
        assert one.test.startswith(test)
        assert low(0.04, 600) < one.size.value < high(0.05, 600)


# ---------------------------------------------------------------------------- printed means


def test_printed_means_are_drawn_with_their_spread_and_n(fake):
    """The printed spread stood beside simulated results that were all alike: .000."""
    cells = {("x", "d"): [84.1], ("y", "d"): [83.0], ("x", "e"): [70.0], ("y", "e"): [70.4]}
    quotes = {
        ("x", "d"): Quote(0.5, "sd", 5),
        ("y", "d"): Quote(0.4, "se", 4),
        ("x", "e"): Quote(0.9, "ci", 5),
        ("y", "e"): Quote(1.0, "sd", 6),
    }
    results = fake(cells, quoted=quotes)
    drawn = spelled(results.samples("acc", Unit.SEED), quotes)
    assert [len(s.values) for s in drawn] == [5, 4, 5, 6]
    assert [s.values.mean() for s in drawn] == pytest.approx([84.1, 83.0, 70.0, 70.4])
    sds = [0.5, 0.4 * 2, 0.9 / 2.776445 * np.sqrt(5), 1.0]
    assert [s.values.std(ddof=1) for s in drawn] == pytest.approx(sds, rel=1e-6)
    found = calibrate(results, DesignSpec(), runs=1000)
    (one,) = found.comparisons
    assert one.test == "stratified Welch t"
    assert low(0.03, 1000) < one.size.value < high(0.05, 1000)
    assert one.coverage.value > low(0.95, 1000)


def test_a_mean_without_a_spread_stays_as_it_is(fake):
    results = fake({("x", "d"): [84.1]})
    assert spelled(results.samples("acc", Unit.SEED), {("x", "d"): Quote(None, "", 5)}) == (
        results.samples("acc", Unit.SEED)
    )


# ---------------------------------------------------------------------------- seeds x examples


def crossed(fake, s=4, n=60, *, example=1.0, run=0.3, rest=0.7):
    rng = RNG(3)
    cells, runs = {}, {}
    common = rng.normal(0, example, n)
    for i, m in enumerate("xy"):
        own = common + rng.normal(0, example, n) + 0.4 * i
        scores = rng.normal(0, run, (s, 1)) + own + rng.normal(0, rest, (s, n))
        mean = scores.mean(0)
        cells[m, "d"] = {
            "values": mean,
            "repeats": np.full(n, s),
            "within": ((scores - mean) ** 2).sum(0),
        }
        runs[m, "d"] = scores.mean(1)
    return fake(cells, unit=Unit.EXAMPLE, runs=runs, varies={"seed", "example"})


def test_runs_and_examples_keep_their_components(fake):
    results = crossed(fake, rest=2.0)
    runs, examples = (results.samples("acc", u) for u in (Unit.SEED, Unit.EXAMPLE))
    both = Crossed.of(runs, examples, DesignSpec(), 0, shared=False)
    by_run, by_example = (one.draw(np.arange(400)) for one in both)
    for i, (run, own) in enumerate(zip(runs, examples, strict=True)):
        simulated = [residual_variance(r[i], e[i]) for r, e in zip(by_run, by_example, strict=True)]
        assert np.mean(simulated) == pytest.approx(residual_variance(run, own), rel=0.05)
        spread = np.mean([r[i].values.var(ddof=1) for r in by_run])
        assert spread == pytest.approx(run.values.var(ddof=1), rel=0.2)
        for r, e in zip(by_run[:20], by_example[:20], strict=True):  # two readings of one table
            assert e[i].values.mean() == pytest.approx(r[i].values.mean())
    pooled = np.mean([s.values.var(ddof=1) for s in examples])
    made = np.mean([[s.values.var(ddof=1) for s in row] for row in by_example])
    assert made == pytest.approx(pooled, rel=0.1)


def test_runs_and_examples_are_judged_by_their_own_test(fake, monkeypatch):
    """What was simulated had lost its examples, and was judged by Welch's t over the runs."""
    seen = []
    real = calibration.analyse

    def listening(results, spec):
        analysis = real(results, spec)
        seen.append((analysis.design.unit, analysis.primary()[0].test))
        return analysis

    monkeypatch.setattr(calibration, "analyse", listening)
    found = calibrate(crossed(fake), DesignSpec(), runs=400)
    assert set(seen) == {(Unit.BOTH, "two-way t")}
    (one,) = found.comparisons
    assert 0.005 < one.size.value < high(0.05, 400)


# ---------------------------------------------------------------------------- sums


def test_a_corpus_metric_is_dealt_out_part_by_part_alike(fake):
    """Its parts were as they are in every simulation: .000 of nothing."""
    metric = Metric(
        "f1", "F1", Direction.HIGHER, corpus="f1", parts=("tp", "fp", "fn"), primary=True
    )
    rng = RNG(5)
    rows = {m: rng.multinomial(1, (0.35 + 0.05 * i, 0.15, 0.2, 0.3 - 0.05 * i), 150)
            for i, m in enumerate("xy")}  # fmt: skip
    results = fake({(m, "d"): rows[m][:, 0] for m in "xy"}, unit=Unit.EXAMPLE)
    kept = {
        (part, m, "d"): Sample(part, m, "d", np.arange(150), rows[m][:, i].astype(float))
        for i, part in enumerate(("tp", "fp", "fn"))
        for m in "xy"
    }
    by_run = {
        at: replace(s, keys=np.zeros(1, int), values=s.values.mean(keepdims=True))
        for at, s in kept.items()
    }
    results.metrics, results.by_example, results.by_seed = (metric,), kept, by_run
    found = calibrate(results, DesignSpec(), runs=300)
    (one,) = found.comparisons
    assert one.test == "studentised bootstrap of sums"
    assert low(0.04, 300) < one.size.value < high(0.05, 300)
    assert one.coverage.value < 1


# ---------------------------------------------------------------------------- aggregates


def test_methods_of_unequal_spread_have_one_iqm_in_the_null(fake):
    """Equal means are no null of the IQM where one method varies more: each dataset is pooled."""
    rng = RNG(7)
    cells = {
        (m, f"t{t}"): rng.normal(t % 3, (0.1, 2.0)[i] if t % 2 else 1.0, 5)
        for i, m in enumerate("xy")
        for t in range(6)
    }
    samples = fake(cells).samples("acc", Unit.SEED)
    drawn = Runs.of(samples, DesignSpec(), 0, shared=False, alike=True).draw(np.arange(1500))
    for t in (0, 1):
        sds = [
            np.std([row[i].values for row in drawn])
            for i, s in enumerate(samples)
            if s.dataset == f"t{t}"
        ]
        assert sds[0] == pytest.approx(sds[1], rel=0.05)
    found = calibrate(fake(cells), DesignSpec(aggregate="iqm"), runs=40)
    assert "pooled standard deviation" in found.null


# ---------------------------------------------------------------------------- families, best-set


def test_the_best_set_is_calibrated_too(fake):
    rng = RNG(9)
    results = fake({(m, "d"): rng.normal(i, 1, 5) for i, m in enumerate("wxyz")})
    found = calibrate(results, DesignSpec(best_set=True), runs=400)
    (best,) = found.best
    assert (best.metric, best.method in "wxyz") == ("acc", True)
    assert 0 < best.share.value < high(0.05, 400)
    assert calibrate(results, DesignSpec(), runs=10).best == ()


def test_max_t_is_simulated_in_a_time_that_leaves_something_to_read(fake):
    """.4 s a simulation, with the replicates of a real analysis; .004 s measured."""
    import time

    rng = RNG(9)
    results = fake({(m, "d"): rng.normal(0, 1, 5) for m in "vwxyz"})
    start = time.process_time()
    found = calibrate(results, DesignSpec(correction="max-t"), runs=60)
    assert time.process_time() - start < 4
    assert found.families[0].error_rate.value < high(0.05, 60)


def test_method_labels_are_kept_in_the_words(fake):
    from paperforge.narrative.robust import calibration as told
    from paperforge.stats import analyse

    rng = RNG(9)
    results = fake({(m, "d"): rng.normal(i, 1, 5) for i, m in enumerate("xy")})
    results.methods = (Method("x", "LoRA"), Method("y", "LoRA"))
    spec = DesignSpec(best_set=True)
    (passage,) = told(analyse(results, spec), calibrate(results, spec, runs=20))
    assert any("LoRA is left out in" in line for line in passage.lines)
