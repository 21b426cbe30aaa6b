"""What counts as a run's final value, and that it is never chosen on test."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperforge import results
from paperforge.errors import InputError
from paperforge.spec import DesignSpec, Project, Source, Unit

STEPS = [(1, 3.0, 0.1), (2, 1.0, 0.5), (3, 1.0, 0.6), (4, 2.0, 0.9)]
RUNS = "method,seed,step,val_loss,test_accuracy\n" + "".join(
    f"{m},{s},{step},{loss},{accuracy}\n"
    for m in "ab"
    for s in (0, 1)
    for step, loss, accuracy in STEPS
)
DATA = Path(__file__).parents[1] / "data"
RUNS_APART = "method,seed,step,val_acc,test_acc\n" + "".join(
    f"{m},{s},1,0.5,\n{m},{s},2,,0.6\n" for m in "ab" for s in (0, 1)
)


@pytest.fixture
def finals(tmp_path):
    """{metric: {method: values}} and the notes, of results.csv under a policy."""

    def read(text, final, **project):
        (tmp_path / "results.csv").write_text(text, encoding="utf-8")
        found = results.load(
            [Source(tmp_path / "results.csv", "results.csv")],
            Project(root=tmp_path, design=DesignSpec(final=final), **project),
        )
        values = {
            m.name: {s.method: s.values.tolist() for s in found.samples(m.name, Unit.SEED)}
            for m in found.metrics
        }
        return values, "\n".join(f"{n.where}: {n.message}" for n in found.notes)

    return read


def test_last(finals):
    values, said = finals(RUNS, "last")
    assert values["accuracy"] == {"a": [0.9, 0.9], "b": [0.9, 0.9]}
    assert "that of its last step" in said


@pytest.mark.parametrize("policy", ["best", "best:loss", "best:val_loss"])
def test_best_on_validation_and_the_others_at_that_step(finals, policy):
    values, said = finals(RUNS, policy)
    assert values["loss"] == {"a": [1.0, 1.0], "b": [1.0, 1.0]}
    # Of two equal steps, the first.
    assert values["accuracy"] == {"a": [0.5, 0.5], "b": [0.5, 0.5]}
    assert "at the step where loss is best (lowest) on val" in said


def test_a_metric_without_a_value_at_that_step_is_left_out_and_said(finals):
    values, said = finals(RUNS.replace("b,1,2,1.0,0.5", "b,1,2,1.0,"), "best:loss")
    assert values["accuracy"] == {"a": [0.5, 0.5], "b": [0.5]}
    assert "accuracy: 1 run has no value where val/loss is best" in said
    assert "b, 1" in said


@pytest.mark.parametrize(
    ("text", "policy", "problem"),
    [
        (RUNS, "best:accuracy", "measured on test only"),
        (
            RUNS.replace("test_accuracy", "train_accuracy"),
            "best:accuracy",
            "measured on train only",
        ),
        (RUNS.replace("test_accuracy", "accuracy"), "best:accuracy", "an unnamed split only"),
        (RUNS, "best:f1", "there is no metric 'f1'"),
        (RUNS.replace("val_loss", "test_loss"), "best", "no metric has steps on validation"),
        (RUNS.replace("test_acc", "val_acc"), "best", "several metrics could say"),
        (
            RUNS.replace("val_loss", "val_zeal").replace("accuracy", "zest"),
            "best:zeal",
            "of zeal are",
        ),
        (RUNS, "summary", "no store has one"),
    ],
)
def test_refused(finals, text, policy, problem):
    with pytest.raises(InputError, match=problem):
        finals(text, policy)


def test_a_declared_direction_and_a_declared_metric_decide(finals):
    text = RUNS.replace("val_loss", "val_zeal")
    values, said = finals(text, "best", metrics={"zeal": {"direction": "higher"}})
    assert values["accuracy"]["a"] == [0.1, 0.1]
    assert "zeal is best (highest) on val" in said


def test_what_a_run_costs_has_no_step(finals):
    text = RUNS.replace("accuracy\n", "accuracy,time\n").replace(".1\n", ".1,\n")
    rows = [line if line.count(",") == 5 else line + "," for line in text.splitlines()]
    rows += ["a,0,,,,7", "a,1,,,,8"]
    values, _ = finals("\n".join(rows) + "\n", "best:loss")
    assert values["time"] == {"a": [7.0, 8.0]}


def test_a_number_without_steps_is_its_own_summary(finals):
    values, said = finals("method,seed,accuracy\na,0,0.5\na,1,0.6\n", "summary")
    assert values["accuracy"] == {"a": [0.5, 0.6]}
    assert "its store's summary" in said


def test_a_quoted_number_stands_alone(finals):
    text = (
        "method,dataset,seed,accuracy,status\n"
        "ours,x,0,0.9,finished\nours,x,1,0.8,finished\nours,x,,0.5,quoted\n"
        "theirs,x,,0.7,quoted\ntheirs,x,,0.6,quoted\n"
    )
    values, said = finals(text, "last")
    assert values["accuracy"] == {"ours": [0.9, 0.8], "theirs": [0.6]}
    assert "is quoted for ours, x" in said or "are quoted for theirs, x" in said


def test_the_last_value_is_the_summary_where_the_store_says_so(tmp_path):
    for name in ("wandb/new", "mlflow/v3.db", "mlruns"):
        read = {}
        for final in ("summary", "last"):
            found = results.load(
                [Source(DATA / name, "runs")],
                Project(root=tmp_path, design=DesignSpec(final=final)),
            )
            read[final] = {
                (m.name, s.method, s.dataset): s.values.tolist()
                for m in found.metrics
                for s in found.samples(m.name, Unit.SEED)
            }
            assert ("its store's summary" in str(found.notes)) is (final == "summary")
        assert read["summary"], name
        if name != "wandb/new":
            # MLflow keeps nothing but the last value.
            assert str(read["summary"]) == str(read["last"])


def test_an_empty_cell_beside_values_at_other_steps_is_not_reported(tmp_path, paperforge):
    (tmp_path / "r.csv").write_text(RUNS_APART, encoding="utf-8")
    said = paperforge("table", "r.csv", "--metric", "acc", "--final", "best", "--format", "text")
    assert "?: not reported" in said.out
    assert "not run" not in said.out


def test_the_best_step_is_never_chosen_on_test(finals):
    with pytest.raises(InputError, match="never on test"):
        finals(RUNS, "best:test_accuracy")
