"""What the design says is crossed, nested, missing, and the same in several datasets."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge import results
from paperforge.model import Verdict
from paperforge.spec import DesignSpec, Project, Source, Unit
from paperforge.stats import analyse

CRASH = """method,dataset,seed,reward,status
ours,x,0,71.3,finished
ours,x,1,70.7,finished
ours,x,2,nan,crashed
ours,y,0,71.3,finished
ours,y,1,,finished
ours,y,2,71.4,finished
base,x,0,68.6,finished
base,x,1,69.1,finished
base,x,2,69.6,finished
base,y,0,69.3,finished
base,y,1,68.9,finished
base,y,2,70.3,finished
"""


@pytest.fixture
def load(tmp_path):
    def loader(text, **design):
        path = tmp_path / "results.csv"
        path.write_text(text)
        project = Project(root=tmp_path, design=DesignSpec(**design))
        return results.load([Source(path, "results.csv")], project)

    return loader


def starting(analysis, text):
    return [s for s in analysis.design.sentences if s.startswith(text)]


def answers(ids, sizes=(200, 200), seed=1):
    """Two models on two tasks; `ids` names the n-th example of a task."""
    rng = np.random.default_rng(seed)
    lines, table = ["model,task,example,correct"], {}
    for task, n in zip(("gsm8k", "arc"), sizes, strict=True):
        for model, p in (("A", 0.7), ("B", 0.6)):
            table[task, model] = (rng.random(n) < p).astype(int)
            lines += [
                f"{model},{task},{ids(task, i)},{v}" for i, v in enumerate(table[task, model])
            ]
    return "\n".join(lines), table


def stratified(table):
    """t and df of the average of two paired differences, worked out here."""
    gaps = [table[t, "A"] - table[t, "B"] for t in ("gsm8k", "arc")]
    parts = [d.var(ddof=1) / len(d) / 4 for d in gaps]
    df = sum(parts) ** 2 / sum(v**2 / (len(d) - 1) for v, d in zip(parts, gaps, strict=True))
    return np.mean([d.mean() for d in gaps]) / np.sqrt(sum(parts)), df


@pytest.mark.parametrize("sizes", [(200, 200), (300, 60)])
def test_counters_of_several_datasets_are_different_items(load, sizes):
    text, table = answers(lambda _, i: i, sizes)
    analysis = analyse(load(text), DesignSpec())
    decision, (t, df) = analysis.primary()[0], stratified(table)
    assert decision.test == "stratified paired t"
    assert (decision.statistic, decision.df) == (pytest.approx(t), pytest.approx(df))
    assert decision.p == pytest.approx(2 * scipy_stats.t.sf(abs(t), df))
    assert starting(analysis, "Crossed: method (2) × task (2); nested: example in task.")
    (said,) = starting(analysis, "Equal ids in several datasets are taken for different examples")
    assert "--ids same" in said


def test_names_that_datasets_share_are_the_same_items(load):
    text, table = answers(lambda _, i: f"question {i * 7919}")
    analysis = analyse(load(text), DesignSpec())
    decision = analysis.primary()[0]
    both = sum(table[t, "A"] - table[t, "B"] for t in ("gsm8k", "arc")) / 2
    assert (decision.test, decision.df) == ("clustered paired t", pytest.approx(199))
    assert decision.statistic == pytest.approx(scipy_stats.ttest_1samp(both, 0).statistic)
    (said,) = starting(analysis, "Equal ids of examples or clusters in several datasets")
    assert "--ids apart" in said
    assert starting(analysis, "Crossed: method (2) × task (2) × example (200).")


def test_numbers_from_a_large_collection_are_names(load):
    text, _ = answers(lambda _, i: i * 7919 + 391895)
    assert analyse(load(text), DesignSpec()).primary()[0].test == "clustered paired t"


@pytest.mark.parametrize(
    ("items", "ids", "test"),
    [
        ("same", lambda _, i: i, "clustered paired t"),
        ("apart", lambda _, i: f"question {i}", "stratified paired t"),
    ],
)
def test_items_are_what_is_declared(load, items, ids, test):
    found = load(answers(ids)[0], ids=items)
    assert analyse(found, DesignSpec(ids=items)).primary()[0].test == test


def test_clusters_that_are_counted_are_other_clusters_in_other_datasets(load):
    rng = np.random.default_rng(4)
    lines = ["model,task,example,cluster,correct"]
    lines += [
        f"{m},{t},{t}-{i},{i // 4},{rng.integers(2)}"
        for m in "AB"
        for t in ("gsm8k", "arc")
        for i in range(80)
    ]
    text = "\n".join(lines)
    found = load(text)
    groups = {s.dataset: set(s.clusters) for s in found.samples("correct", Unit.EXAMPLE)}
    assert not groups["gsm8k"] & groups["arc"]
    analysis = analyse(found, DesignSpec())
    assert starting(analysis, "Equal ids in several datasets are taken for different examples")
    assert starting(
        analysis, "Crossed: method (2) × task (2); nested: example in cluster, cluster in task."
    )


def test_a_finished_run_without_a_score_is_a_hole_with_a_name(load):
    found = load(CRASH)
    analysis = analyse(found, DesignSpec())
    assert starting(
        analysis, "Crossed: method (2) × dataset (2) × seed (3), 10 of 12 combinations with a"
    )
    (left,) = starting(analysis, "Left out of the means")
    assert left.startswith("Left out of the means: 1 failed and 1 unreported runs; --diverged")
    (holes,) = starting(analysis, "Holes")
    assert holes == "Holes: seed 2 missing for ours on x; seed 1 missing for ours on y."


def test_it_counts_as_a_score_where_that_is_declared(load, tmp_path):
    found = load(CRASH)
    (tmp_path / "results.csv").write_text(CRASH)
    project = Project(root=tmp_path, metrics={"reward": {"diverged": 0}})
    found = results.load([Source(tmp_path / "results.csv", "results.csv")], project)
    analysis = analyse(found, DesignSpec())
    (said,) = starting(analysis, "Runs without a number count as a score")
    assert "2 of ours as 0" in said
    assert not starting(analysis, "Holes")
    mean = next(a.mean for a in analysis.aggregates if (a.method, a.dataset) == ("ours", "y"))
    assert mean == pytest.approx((71.3 + 0 + 71.4) / 3)


def test_a_missing_score_of_one_example_is_no_lost_run(load):
    rows = [f"{m},{s},q{i},{(i + s) % 2}" for m in "ab" for s in (0, 1) for i in range(6)]
    rows[3] = "a,0,q3,"
    found = load("method,seed,example,correct\n" + "\n".join(rows))
    assert [s.unreported for s in found.samples("correct", Unit.SEED)] == [0, 0]


def test_runs_that_nothing_names_are_nested(load):
    lines = [f"{m},{d},0.{i}{k}" for m in "ab" for k, d in enumerate("xy") for i in (3, 5, 6)]
    analysis = analyse(load("method,dataset,accuracy\n" + "\n".join(lines)), DesignSpec())
    assert starting(
        analysis, "Crossed: method (2) × dataset (2); nested: run in method and dataset."
    )


COLUMNS = ["qid", "question_id", "item", "uid", "sample_id", "doc_id", "id", "index"]


@pytest.mark.parametrize("column", COLUMNS)
def test_ids_with_missing_rows_are_examples(load, column):
    rng = np.random.default_rng(2)
    rows = [
        f"{m},{i},{int(rng.random() < p)}" for m, p in (("a", 0.8), ("b", 0.6)) for i in range(60)
    ]
    kept = [row for row in rows if row.split(",")[:2] not in (["b", "7"], ["b", "31"], ["a", "4"])]
    analysis = analyse(load(f"model,{column},correct\n" + "\n".join(kept)), DesignSpec())
    decision = analysis.primary()[0]
    assert (decision.unit, decision.test, decision.n) == (Unit.EXAMPLE, "McNemar mid-p", (57, 57))
    (said,) = starting(analysis, "Replicates without a partner")
    assert "2 of a and 1 of b" in said


@pytest.mark.parametrize("column", ["index", "row"])
def test_a_few_numbered_rows_stay_runs(load, column):
    rows = [f"{m},{i},0.{i}{k}" for k, (m, n) in enumerate((("a", 5), ("b", 4))) for i in range(n)]
    found = load(f"model,{column},accuracy\n" + "\n".join(rows))
    assert "example" not in found.varies


def test_rows_that_may_be_examples_put_the_doubt_into_the_answer(load):
    rng = np.random.default_rng(6)
    rows = [f"{m},{int(rng.random() < p)}" for m, p in (("a", 0.9), ("b", 0.6)) for _ in range(80)]
    analysis = analyse(load("model,correct\n" + "\n".join(rows)), DesignSpec())
    assert analysis.primary()[0].verdict is Verdict.BETTER
    assert "if every row is a run" in analysis.design.generalises
    assert "--map COLUMN=example" in analysis.design.generalises
    (d,) = analysis.primary()
    assert analysis.design.generalises == f"This generalises to {d.generalises}."
    few = analyse(load("model,correct\na,1\na,0\na,1\nb,0\nb,0\nb,1\n"), DesignSpec())
    assert few.design.generalises == "This generalises to new runs on this benchmark."
    assert few.primary()[0].generalises == "new runs on this benchmark"
