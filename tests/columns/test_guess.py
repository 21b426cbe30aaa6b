from __future__ import annotations

from pathlib import Path

import pytest

from paperforge import columns
from paperforge.errors import InputError
from paperforge.model import Raw
from paperforge.numbers import look
from paperforge.spec import Source

TEXT, NUMBER = ("x", "y", "x"), ("0.5", "0.25", "2.5")


def guess(given, *, declared=(), known=None, **source):
    """Guess from {column: values}."""
    looks = {name: look(values) for name, values in given.items()}
    raw = Raw("raw", tuple(given), known or {})
    return columns.guess(raw, looks, Source(Path("/r.csv"), "r.csv", **source), declared)


def said(mapped):
    return "; ".join(note.message for note in mapped.notes)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("model", "method"), ("Algo", "method"), ("agent", "method"), ("system", "method"),
        ("approach", "method"), ("Algorithm", "method"), ("method_name", "method"),
    ],
)  # fmt: skip
def test_methods(name, role):
    mapped = guess({name: TEXT, "accuracy": NUMBER})
    assert mapped.roles == {role: name}
    assert mapped.guessed == {role}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("task", "dataset"), ("env", "dataset"), ("benchmark", "dataset"), ("corpus", "dataset"),
        ("domain", "dataset"), ("Data set", "dataset"), ("random_state", "seed"), ("trial", "seed"), ("run_seed", "seed"),
        ("doc_id", "example"), ("question_id", "example"), ("fold", "fold"), ("split", "split"),
        ("epoch", "step"), ("iteration", "step"), ("run_id", "run"), ("run", "run"),
    ],
)  # fmt: skip
def test_other_roles(name, role):
    mapped = guess({"method": TEXT, name: ("1", "2", "1"), "accuracy": NUMBER})
    assert mapped.roles == {"method": "method", role: name}


def test_status_and_metric_are_text_only():
    mapped = guess({"method": TEXT, "state": ("FINISHED",), "accuracy": NUMBER})
    assert mapped.roles["status"] == "state"
    mapped = guess({"method": TEXT, "metric": NUMBER})
    assert [value.column for value in mapped.values] == ["metric"]


def test_long():
    mapped = guess({"method": TEXT, "metric": TEXT, "value": NUMBER, "score": NUMBER})
    assert (mapped.roles["metric"], mapped.roles["value"], mapped.values) == ("metric", "value", ())
    mapped = guess({"method": TEXT, "measure": TEXT, "number": NUMBER})
    assert mapped.roles["value"] == "number"
    with pytest.raises(InputError, match="no column is called value") as caught:
        guess({"method": TEXT, "metric": TEXT, "p": NUMBER, "q": NUMBER})
    assert "--map COLUMN=value" in caught.value.hint


def test_score_without_a_metric_column_is_a_metric():
    mapped = guess({"method": TEXT, "score": NUMBER})
    assert [value.metric for value in mapped.values] == ["score"]
    assert "value" not in mapped.roles


def test_only_well_known_metrics_where_there_are_some():
    given = {"method": TEXT, "foo": NUMBER, "accuracy": NUMBER, "lr": NUMBER, "rank": NUMBER}
    mapped = guess(given)
    assert [value.metric for value in mapped.values] == ["accuracy"]
    assert said(mapped) == "ignored: foo, lr, rank; --metric NAME uses one"
    mapped = guess(given, declared={"foo"})
    assert [value.metric for value in mapped.values] == ["foo", "accuracy"]
    mapped = guess(given, metrics=("rank", "accuracy"))
    assert [value.metric for value in mapped.values] == ["rank", "accuracy"]
    assert said(mapped) == ""


def test_every_other_number_where_no_metric_is_known():
    mapped = guess({"method": TEXT, "foo": NUMBER, "bar": NUMBER, "batch_size": NUMBER})
    assert [value.metric for value in mapped.values] == ["foo", "bar"]
    assert "ignored: batch_size" in said(mapped)


def test_settings_alone_are_no_results():
    with pytest.raises(InputError, match=r"no column holds numbers.*lr") as caught:
        guess({"method": TEXT, "lr": NUMBER})
    assert "--metric" in caught.value.hint


def test_splits_are_read_from_metric_names():
    mapped = guess(
        {"method": TEXT, "test/accuracy": NUMBER, "val_acc": NUMBER, "train_loss": NUMBER}
    )
    assert [(v.metric, v.split) for v in mapped.values] == [
        ("accuracy", "test"),
        ("acc", "val"),
        ("loss", "train"),
    ]
    mapped = guess({"method": TEXT, "split": TEXT, "test/accuracy": NUMBER})
    assert [(v.metric, v.split) for v in mapped.values] == [("test/accuracy", "")]
    mapped = guess({"method": TEXT, "test/accuracy": NUMBER}, declared={"test/accuracy"})
    assert mapped.values[0].metric == "test/accuracy"


def test_two_columns_of_one_metric():
    with pytest.raises(InputError, match="both accuracy on test"):
        guess({"method": TEXT, "test/accuracy": NUMBER, "test_accuracy": NUMBER})


def test_a_metric_may_be_asked_for_by_its_short_name():
    given = {"method": TEXT, "val/accuracy": NUMBER, "test/accuracy": NUMBER}
    mapped = guess(given, metrics=("accuracy",))
    assert [value.column for value in mapped.values] == ["val/accuracy", "test/accuracy"]
    assert {value.metric for value in mapped.values} == {"accuracy"}


def test_two_candidates_are_asked_about():
    with pytest.raises(InputError, match="'model' and 'method' could each be the method") as caught:
        guess({"model": TEXT, "method": TEXT, "accuracy": NUMBER})
    assert caught.value.hint == "say which: --map model=method or --map method=method"
    mapped = guess({"model": TEXT, "method": TEXT, "accuracy": NUMBER}, columns={"method": "model"})
    assert mapped.roles["method"] == "model"
    assert "method" not in mapped.guessed


def test_step_takes_the_finer_one():
    given = {"method": TEXT, "epoch": NUMBER, "step": NUMBER, "accuracy": NUMBER}
    mapped = guess(given)
    assert mapped.roles["step"] == "step"
    assert [value.column for value in mapped.values] == ["accuracy"]


def test_the_only_column_of_text_is_the_method():
    mapped = guess({"backbone": TEXT, "accuracy": NUMBER})
    assert mapped.roles["method"] == "backbone"
    assert "only column of text" in said(mapped)
    with pytest.raises(
        InputError, match="no column names the method; the columns are: a, b"
    ) as caught:
        guess({"a": TEXT, "b": TEXT, "accuracy": NUMBER})
    assert "--map COLUMN=method" in caught.value.hint


def test_id_is_an_example_only_where_it_comes_again():
    mapped = guess({"method": TEXT, "id": ("1", "2", "1"), "correct": ("true", "false", "true")})
    assert mapped.roles["example"] == "id"
    mapped = guess({"method": TEXT, "id": ("1", "2", "3"), "accuracy": NUMBER})
    assert "example" not in mapped.roles
    assert "row number" in said(mapped)


def test_clusters_belong_to_examples():
    mapped = guess({"method": TEXT, "group": TEXT, "accuracy": NUMBER})
    assert "cluster" not in mapped.roles
    mapped = guess(
        {"method": TEXT, "doc_id": TEXT, "group": TEXT, "correct": ("true", "false", "1")}
    )
    assert mapped.roles["cluster"] == "group"


def test_a_declared_column_must_exist():
    with pytest.raises(InputError, match="no column 'modle'") as caught:
        guess({"model": TEXT, "accuracy": NUMBER}, columns={"method": "modle"})
    assert caught.value.hint == "did you mean model?"
    with pytest.raises(InputError, match="no column 'acuracy'"):
        guess({"model": TEXT, "accuracy": NUMBER}, metrics=("acuracy",))


def test_truth_columns_are_results_only_with_examples_or_a_known_name():
    flags = ("true", "false", "true")
    mapped = guess({"method": TEXT, "pretrained": flags, "accuracy": NUMBER})
    assert [value.column for value in mapped.values] == ["accuracy"]
    mapped = guess({"method": TEXT, "doc_id": TEXT, "hit": flags})
    assert [value.column for value in mapped.values] == ["hit"]


def test_a_well_known_name_over_text_does_not_beat_numbers():
    stamps = ("12:01", "12:05", "13:00")
    mapped = guess({"method": TEXT, "time": stamps, "accuracy": NUMBER})
    assert [value.column for value in mapped.values] == ["accuracy"]
    mapped = guess({"method": TEXT, "accuracy": ("foo", "bar", "1")})
    assert [value.column for value in mapped.values] == ["accuracy"]


def test_columns_that_may_be_datasets_are_said():
    mapped = guess({"Model": TEXT, "alpine": NUMBER, "desert": NUMBER})
    assert [(v.metric, v.dataset) for v in mapped.values] == [("alpine", ""), ("desert", "")]
    assert "alpine, desert are taken for metrics; if they are datasets" in said(mapped)


@pytest.mark.parametrize("extra", ["Avg", "runtime", "lr"])
def test_datasets_beside_what_is_none(extra):
    mapped = guess({"Model": TEXT, "MNLI": NUMBER, "SST-2": NUMBER, extra: NUMBER})
    assert [v.dataset for v in mapped.values] == ["MNLI", "SST-2"]
    assert f"ignored: {extra}" in said(mapped)


def test_a_known_metric_or_a_dataset_column_keeps_columns_from_being_datasets():
    assert [
        v.metric for v in guess({"Model": TEXT, "MNLI": NUMBER, "RTE": NUMBER, "f1": NUMBER}).values
    ] == ["f1"]
    mapped = guess({"Model": TEXT, "task": TEXT, "MNLI": NUMBER, "RTE": NUMBER})
    assert [v.metric for v in mapped.values] == ["MNLI", "RTE"]


def test_two_metrics_for_columns_that_are_datasets():
    with pytest.raises(InputError, match="cannot hold both f1 and acc"):
        guess({"Model": TEXT, "MNLI": NUMBER}, columns={"dataset": "*"}, metrics=("f1", "acc"))


def test_a_metric_asked_for_where_columns_are_datasets():
    with pytest.raises(InputError) as error:
        guess({"Model": TEXT, "MNLI": NUMBER, "RTE": NUMBER}, metrics=("accuracy",))
    assert error.value.hint == "if columns are datasets: --map '*=dataset' --metric accuracy"


def test_another_word_for_a_metric_is_near():
    with pytest.raises(InputError) as error:
        guess({"method": TEXT, "accuracy": NUMBER}, metrics=("acc",))
    assert error.value.hint == "did you mean accuracy?"


def test_a_mean_beside_its_spread_is_aggregated_unless_rows_are_runs():
    given = {"method": TEXT, "accuracy": NUMBER, "accuracy_std": NUMBER}
    mapped = guess(given)
    assert [v.metric for v in mapped.values] == ["accuracy"]
    assert "'accuracy' stands beside its spread" in said(mapped)
    assert "aggregated" not in said(guess({**given, "seed": NUMBER}))
    assert "aggregated" in said(guess({"method": TEXT, "f1": NUMBER, "std_f1": NUMBER}))
    assert "aggregated" not in said(guess({"method": TEXT, "f1": NUMBER, "acc_std": NUMBER}))


def test_splits_are_read_from_the_end_of_metric_names():
    mapped = guess({"method": TEXT, "accuracy_test": NUMBER, "loss/val": NUMBER})
    assert [(v.metric, v.split) for v in mapped.values] == [("accuracy", "test"), ("loss", "val")]


def test_columns_that_may_be_methods():
    """--map cannot say it: the next move is another shape."""
    given = {"dataset": TEXT, "seed": ("0", "1", "2"), "Ours": NUMBER, "Base": NUMBER}
    with pytest.raises(InputError, match="no column names the method") as caught:
        guess(given)
    assert "df.melt(['dataset', 'seed'], var_name='method'" in caught.value.hint
    with pytest.raises(InputError) as caught:
        guess({"dataset": TEXT, "accuracy": NUMBER, "f1": NUMBER})
    assert "melt" not in caught.value.hint


def test_settings_of_the_run_are_no_metrics_and_not_said_to_be_ignored():
    given = {"config.lr": NUMBER, "path.width": NUMBER, "config.accuracy": NUMBER}
    mapped = guess({"method": TEXT, "accuracy": NUMBER, **given})
    assert [v.column for v in mapped.values] == ["accuracy"]
    assert said(mapped) == ""
    mapped = guess({"method": TEXT, **given}, metrics=("config.accuracy",))
    assert [v.column for v in mapped.values] == ["config.accuracy"]


def test_a_folder_without_a_method_is_told_of_path(tmp_path):
    looks = {"accuracy": look(NUMBER), "path.seed": look(NUMBER)}
    source = Source(tmp_path, "runs")
    with pytest.raises(InputError, match="no column names the method") as caught:
        columns.guess(Raw("raw", tuple(looks)), looks, source, ())
    assert "--path '{method}/{seed}'" in caught.value.hint


@pytest.mark.parametrize("name", ["unit", "Units"])
def test_a_column_of_units_is_not_ignored_without_a_word(name):
    mapped = guess({"method": TEXT, "metric": TEXT, "value": NUMBER, name: ("ms", "GB", "ms")})
    assert f"ignored: {name}; --unit METRIC=ms" in said(mapped)
    assert "ignored" not in said(guess({"method": TEXT, "metric": TEXT, "value": NUMBER}))
