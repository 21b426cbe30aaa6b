"""Runs that were not all scored on the same examples, and what is said of it."""

import dataclasses
import json

import numpy as np
import pytest

from paperforge.results import load
from paperforge.spec import DesignSpec, Project, Source, Unit
from paperforge.stats import analyse


def written(path, rows):
    lines = [f"{m},{seed},{example},{value}" for m, seed, example, value in rows]
    path.write_text("\n".join(["model,seed,example_id,correct", *lines]) + "\n")
    return path


def scores(seeds, examples, hard):
    """The same 0/1 scores for every method: seed and example alone decide; from `hard` on, 0."""
    return [
        (s, e, int(e < hard and (s * 7 + e * 5) % 4 > 0)) for s in range(seeds) for e in examples
    ]


@pytest.fixture
def half(tmp_path):
    """A on the easy half; B on all of the examples, with the same scores on the easy half."""
    rows = [("A", *row) for row in scores(4, range(30), 30)]
    rows += [("B", *row) for row in scores(4, range(60), 30)]
    return written(tmp_path / "half.csv", rows)


def analysis(path, **spec):
    return analyse(
        load([Source(path, path.name)], Project(root=path.parent)), DesignSpec(**spec), effects=True
    )


def test_methods_are_compared_on_the_examples_that_they_share(half):
    found = analysis(half)
    (d,) = found.decisions
    assert found.design.unit is Unit.BOTH
    assert d.estimate == 0
    assert d.effect.superiority == pytest.approx(0.5)
    assert (d.examples, d.unmatched) == (30, (0, 30))
    said = " ".join(found.design.sentences)
    assert "Every run of a method is scored on the same examples" not in said
    assert "30 for A against B (left out: 30 of B)" in said
    assert any("same examples" in note.message for note in found.notes)


def test_the_same_as_of_a_file_with_the_shared_examples_alone(half, tmp_path):
    lines = half.read_text().splitlines()
    kept = [line for line in lines[1:] if int(line.split(",")[2]) < 30]
    alone = tmp_path / "alone.csv"
    alone.write_text("\n".join([lines[0], *kept]) + "\n")
    (d,), (other,) = analysis(half).decisions, analysis(alone).decisions
    assert (d.low, d.high, d.p, d.df) == pytest.approx((other.low, other.high, other.p, other.df))
    assert other.unmatched == (0, 0)


def test_a_run_that_was_cut_short_is_named(tmp_path):
    rows = [(m, *row) for m in "AB" for row in scores(3, range(20), 15)]
    rows = [r for r in rows if not (r[0] == "A" and r[1] == 2 and r[2] >= 12)]
    found = analysis(written(tmp_path / "cut.csv", rows))
    (d,) = found.decisions
    assert (d.examples, d.unmatched) == (12, (8, 8))
    assert any("seed 2 of A has 12 of 20" in text for text in found.design.sentences)


def test_no_shared_examples_leave_nothing_to_compare(tmp_path):
    rows = [("A", *row) for row in scores(3, range(10), 8)]
    rows += [("B", *row) for row in scores(3, range(10, 20), 15)]
    (d,) = analysis(written(tmp_path / "apart.csv", rows)).decisions
    assert d.p is None
    assert "fewer than two examples are shared" in d.reason
    assert (d.examples, d.unmatched) == (0, (10, 10))


def test_runs_alone_say_that_their_examples_differ(half):
    found = analysis(half, replicate=Unit.SEED)
    assert any("each is averaged over its own" in text for text in found.design.sentences)
    assert found.design.sameness == "each run averaged over its own examples"


def test_the_same_examples_are_said_to_be_the_same(tmp_path):
    rows = [(m, *row) for m in "AB" for row in scores(3, range(20), 15)]
    found = analysis(written(tmp_path / "even.csv", rows))
    assert any(text.startswith("Every run of a method") for text in found.design.sentences)
    assert found.design.sameness == ""
    assert found.decisions[0].examples == 20


@pytest.fixture
def stats(paperforge):
    def run(*words):
        said = paperforge("stats", *words)
        assert said.code == 0, said.err
        return said.out

    return run


def plain(text):
    return " ".join(text.split())


def test_json_says_what_each_side_leaves_out(half, stats):
    (d,) = json.loads(stats(half, "--format", "json"))["decisions"]
    assert (d["examples"], d["unmatched"]) == (30, [0, 30])


def test_runs_averaged_for_examples_are_said_to_be(half, stats):
    said = plain(stats(half, "--replicate", "example"))
    assert "(30 examples, each score the mean of 4 runs)" in said
    assert "one run a method" not in said


def by_seed(path, rows):
    path.write_text("\n".join(["model,seed,acc", *rows]) + "\n")
    return path


def test_lost_runs_that_count_as_a_score_are_said_to(tmp_path, stats):
    rows = [f"A,{s},nan" for s in range(3)] + [f"B,{s},.7{s}" for s in range(3)]
    path = by_seed(tmp_path / "lost.csv", rows)
    said = plain(stats(path, "--diverged", "acc=0"))
    assert said.count("3 of A as 0 in Accuracy") == 2
    found = json.loads(stats(path, "--diverged", "acc=0", "--format", "json"))
    assert [a["counted_as_score"] for a in found["aggregates"]] == [3, 0]


def test_one_comparison_is_not_resampled_for_its_family(tmp_path, stats):
    rows = [f"{m},{s},.{70 + 3 * s + 9 * (m == 'B')}" for m in "AB" for s in range(3)]
    path = by_seed(tmp_path / "one.csv", rows)
    found = json.loads(stats(path, "--correction", "romano-wolf", "--format", "json"))
    (d,) = found["decisions"]
    assert d["p_adjusted"] == d["p"]
    assert d["monte_carlo_error"] is None
    assert "Resampling" not in stats(path, "--correction", "romano-wolf")


def test_paired_seeds_are_counted_as_they_were_matched(tmp_path, stats):
    rows = [f"A,{s},.8{s * s % 7}" for s in range(5)] + [f"B,{s},.7{s}" for s in range(1, 6)]
    said = plain(stats(by_seed(tmp_path / "part.csv", rows), "--pair-by", "seed"))
    assert "(4 seeds a method, paired)" in said
    assert "left out of paired comparisons: 1 of A and 1 of B (A against B)." in said


def test_pairing_by_seeds_that_nothing_uses_is_noted(half):
    found = analysis(half, replicate=Unit.EXAMPLE, pair_by=("seed",))
    assert [n.where for n in found.notes if "pair_by is declared" in n.message] == [
        "design.pair_by"
    ]


def test_a_simulated_null_is_one_of_the_shared_examples(half):
    from paperforge.stats.cells import read
    from paperforge.stats.corpus_compare import run_samples
    from paperforge.stats.shared import samples_on_shared

    results = load([Source(half, half.name)], Project(root=half.parent))
    (metric,) = results.metrics
    runs, examples = run_samples(results, metric), results.samples(metric.name, Unit.EXAMPLE)
    by_run, by_example = samples_on_shared(results, metric, runs, examples)
    np.testing.assert_allclose(by_run[0].values, by_run[1].values)
    assert [len(s.keys) for s in by_example] == [30, 30]
    assert read(results, metric, Unit.BOTH, runs).uneven is not None
    assert dataclasses.replace(by_example[0]).repeats.tolist() == [4] * 30
