"""What is said must be true of the test that was made: sums, clusters, margins, no variance."""

from dataclasses import replace

import numpy as np
import pytest

from paperforge import results
from paperforge.model import Verdict
from paperforge.narrative import explain
from paperforge.narrative.methods import sentence
from paperforge.spec import DesignSpec, Direction, Metric, Project, Role, Source, Unit
from paperforge.stats import analyse, sameness
from paperforge.stats.clusters import clustered
from paperforge.stats.contrast import Ask
from paperforge.stats.datasets import compare_pair
from paperforge.stats.fragile import fragile
from paperforge.stats.pilot import pilots
from paperforge.stats.pilot_laws import kind
from paperforge.stats.why import why, with_tests

F1 = {"f1": {"corpus": "f1", "from": ["tp", "fp", "fn"]}}
HEAD = "model,seed,example_id,tp,fp,fn"
EXAMPLES = {"unit": Unit.EXAMPLE, "varies": {"example"}}


def sums(tmp_path, more=""):
    """Two methods, three seeds, 30 examples of which tp, fp and fn are counted."""
    rng = np.random.default_rng(5)
    rows = [
        f"{m},{s},{i},{rng.poisson(3)},{rng.poisson(1)},{rng.poisson(1)}"
        + (f",{int(rng.random() < 0.5)}" if more else "")
        for m in "ab"
        for s in range(3)
        for i in range(30)
    ]
    (tmp_path / "r.csv").write_text("\n".join([HEAD + (f",{more}" if more else ""), *rows]))
    project = Project(root=tmp_path, metrics={**F1, **({more: {}} if more else {})})
    return results.load([Source(tmp_path / "r.csv", "r.csv")], project)


def test_a_metric_of_sums_claims_new_seeds_alone_where_runs_are_tested(tmp_path):
    given = sums(tmp_path)
    found = analyse(given, DesignSpec())
    (d,) = found.primary()
    assert (d.test, d.unit, d.n) == ("Welch t", Unit.SEED, (3, 3))
    assert d.generalises == "new seeds on this benchmark"
    assert found.design.generalises == "This generalises to new seeds on this benchmark."
    assert found.design.of("f1").generalises == found.design.generalises
    first, crossed, *_ = found.design.sentences
    assert "the examples are taken as fixed" in first
    assert crossed == "Crossed: method (2) × seed (3)."
    said = " ".join((*found.design.sentences, sentence(found)))
    assert "new examples" not in said
    assert not found.notes
    (one,) = why(given, DesignSpec(), found)
    assert "new examples" not in " ".join(one.chosen)
    assert "pooled t" in [a.test for a in one.alternatives]  # the runs of a metric of sums are read


def test_a_metric_of_sums_has_a_pilot_of_its_runs(tmp_path):
    given, spec = sums(tmp_path), DesignSpec()
    found = analyse(given, spec)
    assert not kind(given, found, spec, "f1")  # a t test of runs, not runs x examples
    (pilot,) = pilots(given, found)
    assert pilot.unit is Unit.SEED
    assert min(variance for variance, _ in pilot.parts) > 0


def test_declared_as_both_it_is_a_warning(tmp_path):
    found = analyse(sums(tmp_path), DesignSpec(replicate=Unit.BOTH))
    assert found.design.unit is Unit.SEED
    (note,) = found.notes
    assert note.message == (
        "f1: tested over runs, the examples taken as fixed, as fewer than 50 are too few for a test "
        "that draws runs and examples anew"
    )


def test_beside_a_mean_over_examples_each_says_its_own(tmp_path):
    found = analyse(sums(tmp_path, "accuracy"), DesignSpec())
    by = {d.metric: d for d in found.primary()}
    assert (by["f1"].unit, by["accuracy"].unit) == (Unit.SEED, Unit.BOTH)
    assert by["f1"].generalises == "new seeds on this benchmark"
    assert by["accuracy"].generalises == "new seeds and new examples of this benchmark"
    f1 = next(line for line in found.design.sentences if line.startswith("F1: "))
    assert "example ids" not in f1
    assert "Crossed: method (2) × seed (3) × example (30)." in found.design.sentences


def test_the_examples_of_a_metric_of_sums_are_counted(tmp_path):
    found = analyse(sums(tmp_path), DesignSpec(replicate=Unit.EXAMPLE))
    assert "Crossed: method (2) × example (30)." in found.design.sentences


def test_clusters_that_are_all_alike_have_no_variance(fake):
    right = np.ones(90)
    wrong = np.tile([0.0, 1.0, 1.0], 30)
    prompts = np.repeat(np.arange(30), 3)
    cells = {
        ("a", ""): {"values": right, "clusters": prompts},
        ("b", ""): {"values": wrong, "clusters": prompts},
    }
    (d,) = analyse(fake(cells, **EXAMPLES), DesignSpec()).primary()
    assert d.estimate == pytest.approx(1 / 3)
    assert (d.p, d.low, d.verdict) == (None, None, Verdict.UNDECIDABLE)
    assert d.reason == "a constant shift: nothing varies"


def test_clusters_that_differ_a_little_have_their_variance():
    x = np.tile([0.0, 1.0, 1.0], 30)
    x[:3] += 1e-9
    variance, _ = clustered([x], [np.repeat(np.arange(30), 3)], 30)
    assert 1e-11**2 < variance < 1e-9**2


def test_an_average_says_where_nothing_varies(fake):
    z = np.array([50.111111111, 50.02, 50.31, 50.2])  # no few decimals: 81 is 81
    cells = {("a", "X"): [81.0] * 4, ("b", "X"): [80.0] * 4, ("a", "Z"): z, ("b", "Z"): z[::-1] - 1}
    given = fake(cells)
    found = analyse(given, DesignSpec())
    (note,) = found.notes
    assert note.message.startswith("a − b does not vary on X: in the average it counts as known")
    (one,) = why(given, DesignSpec(), found)
    assert "On 1 of them nothing varies: there the difference counts" in one.chosen[0]
    cells["a", "X"] = [81.0, 81.1, 81.0, 81.1]
    assert not analyse(fake(cells), DesignSpec()).notes
    assert not list(sameness.unvaried([]))


def test_a_test_without_an_interval_flips_no_equivalence(fake):
    rng = np.random.default_rng(2)
    metric = Metric("acc", "accuracy", Direction.HIGHER, margin=3.0)
    cells = {(m, d): rng.normal(0, 1, 6) for m in "ab" for d in "XYZ"}
    given = fake(cells, metric=metric, roles={"a": Role.OURS})
    spec = DesignSpec()
    found = analyse(given, spec)
    (d,) = found.primary()
    assert d.verdict is Verdict.EQUIVALENT
    explained = why(given, spec, found)
    dealt = next(a for a in explained[0].alternatives if "permutation" in a.test)
    assert dealt.p is not None
    assert (dealt.verdict, dealt.changes) == (None, False)
    assert dealt.reason == "no interval: says nothing of equivalence"
    (flips,) = with_tests(fragile(given, spec, found, work=20), explained)
    assert "test" not in [flip.what for flip in flips.flips]


def test_a_constant_difference_is_not_outside_its_own_interval():
    a = np.array([52, 55, 58, 61, 64, 67, 70, 73, 76, 79, 82, 85]) / 100
    found = compare_pair(a, np.round(a - 0.02, 2), Ask())
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.estimate <= found.high


@pytest.mark.parametrize("shift", [0.0, 0.25])
def test_nothing_is_bought_where_nothing_varies(fake, shift):
    runs = {("a", ""): [0.5 + shift] * 3, ("b", ""): [0.5] * 3}
    example = np.tile([0.0, 1.0], 20)
    cells = {
        (m, ""): {"values": np.repeat(example, 3) + up, "keys": np.repeat(np.arange(40), 3)}
        for m, up in (("a", shift), ("b", 0.0))
    }
    given = fake(cells, runs=runs, unit=Unit.EXAMPLE, varies={"example", "seed"})
    found = analyse(given, DesignSpec())
    (d,) = found.primary()
    assert (d.unit, d.p) == (Unit.BOTH, None)
    assert not [line for line in found.design.sentences if "with twice the" in line]


def test_identical_sums_have_no_second_opinion(tmp_path):
    rows = [f"{m},{i},0,0,0" for m in "ab" for i in range(20)]
    (tmp_path / "r.csv").write_text("\n".join(["model,example_id,tp,fp,fn", *rows]))
    project = Project(root=tmp_path, metrics=F1)
    given = results.load([Source(tmp_path / "r.csv", "r.csv")], project)
    found = analyse(given, DesignSpec())
    (one,) = why(given, DesignSpec(), found)
    assert one.verdict is Verdict.UNDECIDABLE
    assert not [a for a in one.alternatives if a.p is not None]


def test_an_open_verdict_is_not_said_to_stay_where_it_is_another_word(fake):
    given = fake({("a", ""): [1.0, 2.0, 3.0, 2.5], ("b", ""): [1.2, 2.2, 2.9, 2.0]})
    found = analyse(given, DesignSpec())
    (one,) = why(given, DesignSpec(), found, ready=True)
    other = replace(one, verdict=Verdict.UNDECIDABLE)
    assert explain.ending(one)[0].startswith("The verdict (inconclusive) would not change under")
    assert explain.ending(other)[0].startswith("None of the 2 other tests decides anything either.")
