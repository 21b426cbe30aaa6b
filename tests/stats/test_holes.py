"""Examples without a score are called that, and not runs; and what is done about clusters of sums."""

import numpy as np
import pytest

from paperforge import results
from paperforge.narrative import limitations
from paperforge.narrative.methods import sentence
from paperforge.spec import DesignSpec, Project, Source, Unit
from paperforge.stats import analyse
from paperforge.stats.pilot import pilots
from paperforge.stats.why import why


def load(tmp_path, rows, metrics, head):
    (tmp_path / "r.csv").write_text("\n".join([head, *rows]))
    project = Project(root=tmp_path, metrics=metrics)
    return results.load([Source(tmp_path / "r.csv", "r.csv")], project)


def answers(tmp_path, lost, metrics=None, seeds=1):
    """Right or wrong answers of two methods, without some of a's."""
    rng = np.random.default_rng(1)
    rows = [
        f"{m},{s},{i},{'NaN' if m == 'a' and s == 0 and i in lost else int(rng.random() < 0.6)}"
        for m in "ab"
        for s in range(seeds)
        for i in range(40)
    ]
    return load(tmp_path, rows, metrics or {}, "model,seed,example_id,accuracy")


WHAT = "without a score (not finite): left out of the mean and of every comparison of the method"
MANY = f"2 examples {WHAT}; score them, or write into their rows what no answer counts as."
ONE = f"1 example {WHAT}; score it, or write into its row what no answer counts as."


@pytest.mark.parametrize(("lost", "words"), [((3, 7), MANY), ((3,), ONE)])
def test_an_example_without_a_score_is_no_run(tmp_path, lost, words):
    found = analyse(answers(tmp_path, lost), DesignSpec())
    said = " ".join(found.design.sentences)
    assert found.design.unit is Unit.EXAMPLE
    assert words in found.design.sentences
    assert "runs;" not in said and "diverged" not in said
    (named,) = [one for one in limitations.sentences(found) if "not finite" in one]
    assert "run was" not in named and "runs were" not in named
    assert "example" in named


def test_that_diverged_counts_whole_runs_is_said(tmp_path):
    found = analyse(answers(tmp_path, (3,), {"accuracy": {"diverged": 0}}), DesignSpec())
    (said,) = [one for one in found.design.sentences if "without a score" in one]
    assert said.endswith("what no answer counts as; --diverged counts whole runs.")


def test_of_several_runs_the_others_stand_for_an_example(tmp_path):
    given = answers(tmp_path, (3, 7), seeds=3)
    said = analyse(given, DesignSpec(replicate=Unit.EXAMPLE)).design.sentences
    assert any(
        one.startswith(
            "2 scores of examples are not finite: left out of the mean that the runs have of the "
            "example; score them"
        )
        for one in said
    )


def counted(tmp_path, lost=(), more=""):
    """tp, fp and fn of 60 examples in 15 documents, one run a method."""
    rng = np.random.default_rng(2)
    rows = [
        f"{m},{i},doc{i // 4},{'NaN' if m == 'a' and i in lost else rng.poisson(3)},"
        f"{rng.poisson(1)},{rng.poisson(1)}" + (f",{rng.random():.3f}" if more else "")
        for m in "ab"
        for i in range(60)
    ]
    head = f"model,example_id,document,tp,fp,fn{',' * bool(more)}{more}"
    metrics = {"f1": {"corpus": "f1"}, **({more: {}} if more else {})}
    return load(tmp_path, rows, metrics, head)


def test_examples_that_a_metric_of_sums_lacks_are_counted(tmp_path):
    found = analyse(counted(tmp_path, (3, 7)), DesignSpec())
    assert any(
        one.startswith("2 examples without a score (not finite)") for one in found.design.sentences
    )


def test_what_is_said_of_sums_in_clusters_is_the_bootstrap_that_was_made(tmp_path):
    given = counted(tmp_path)
    found = analyse(given, DesignSpec())
    (d,) = found.primary()
    assert d.test == "studentised cluster bootstrap of sums"
    said = " ".join(found.design.sentences)
    assert (
        "Examples are grouped in 15 clusters; intervals and tests draw them whole (bootstrap of "
        "sums)." in said
    )
    (one,) = why(given, DesignSpec(), found)
    explained = " ".join(one.chosen)
    assert "They come in 15 clusters" in explained
    assert "draws whole clusters anew, the sums of both methods together" in explained
    assert "every example on its own" in [name for name, _ in one.rejected]
    assert [seen.name for seen in one.observed] == ["n"]  # no spread of runs beside examples
    for text in (said, explained, sentence(found)):
        assert "CR2" not in text
    (pilot,) = pilots(given, found)
    assert pilot.test.startswith("studentised cluster bootstrap of sums (planned")


def test_beside_a_mean_each_has_its_own(tmp_path):
    found = analyse(counted(tmp_path, more="score"), DesignSpec())
    said = " ".join(found.design.sentences)
    assert "in F1, intervals and tests draw them whole (bootstrap of sums), else" in said
    assert "CR2" in said
    assert (
        "clustered paired t test with standard errors robust to clusters (CR2, Bell and McCaffrey "
        "2002) and studentised cluster bootstrap of sums" in sentence(found)
    )
