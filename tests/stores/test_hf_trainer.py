"""Hugging Face's Trainer against what it wrote (tests/data/hf/make.py)."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores
from paperforge.errors import InputError
from paperforge.stores import hf_trainer, trainer_state

DATA = Path(__file__).parents[1] / "data" / "hf"
PATTERN = "{method}/{dataset}/seed={seed}"
CRASHED = DATA / "results" / "full" / "wine" / "seed=2"
RESUMED = DATA / "results" / "lora" / "digits" / "seed=1"


def _value(value):
    return "nan" if math.isnan(float(value)) else float(value)


@pytest.fixture(scope="module")
def study(reading):
    return reading.tidy_of(DATA / "results", pattern=PATTERN)


def test_every_accuracy(study):
    with (DATA / "truth.csv").open(newline="") as file:
        truth = list(csv.DictReader(file))
    wanted = {
        (
            *(row["method"], row["dataset"], row["seed"]),
            *({"eval": "val", "predict": "test"}[row["metric"].split("_")[0]], "accuracy"),
            *(float(row["step"]), _value(row["value"])),
        )
        for row in truth
    }
    rows = [row for row in study[0] if row["metric"] == "accuracy"]
    found = {
        (
            *(row["method"], row["dataset"], str(row["seed"]), row["split"], row["metric"]),
            # What was measured on the test set after the training has no step.
            *(12.0 if math.isnan(row["step"] or math.nan) else row["step"], _value(row["value"])),
        )
        for row in rows
    }
    assert found == wanted
    assert {row["status"] for row in study[0]} == {"unknown"}
    assert all(row["kept"] == 1 for row in study[0])


def test_several_evaluation_sets_are_datasets(reading):
    rows, _ = reading.tidy_of(DATA / "sets")
    found = [
        (
            row["dataset"],
            row["split"],
            None if math.isnan(row["step"]) else row["step"],
            row["value"],
        )
        for row in rows
        if row["metric"] == "accuracy"
    ]
    history = [("rte", 2, 0.5), ("mnli_mm", 2, 0.25), ("rte", 4, 0.625), ("mnli_mm", 4, 0.375)]
    assert [one for one in found if one[2] is not None] == [
        (name, "val", step, value) for name, step, value in history
    ]
    assert ("hans", "test", None, 0.75) in found
    assert {row["dataset"] for row in rows if row["split"] == "train"} == {"mnli"}
    assert {row["method"] for row in rows} == {"lora"}


def test_evaluation_sets_stay_in_the_metrics_where_the_path_says_the_dataset(reading, tmp_path):
    shutil.copytree(DATA / "sets" / "seed=0", tmp_path / "runs" / "lora" / "mnli")
    rows, notes = reading.tidy_of(tmp_path / "runs", pattern="{method}/{dataset}")
    assert {"rte_accuracy", "mnli_mm_accuracy"} <= {row["metric"] for row in rows}
    assert {row["dataset"] for row in rows} == {"mnli"}
    assert all(row["kept"] == 1 for row in rows)
    assert "several sets (hans, mnli_mm, rte)" in "".join(map(str, notes))


def test_checkpoints_are_not_counted_twice(reading):
    with reading.opened(RESUMED) as (rows, _):
        history = [r for r in rows if r["metric"] == "eval_accuracy" and r["step"] is not None]
    assert [(r["step"], r["epoch"], r["__at"]) for r in history] == [
        (4, 1, 3),
        (8, 2, 6),
        (12, 3, 9),
    ]
    assert {r["__unit"] for r in history} == {"/trainer_state.json"}


def test_summaries_count_where_there_is_no_history(reading):
    with reading.opened(RESUMED) as (rows, raw):
        assert raw.summary
        said = {(r["metric"], r["__unit"], r["__summary"]) for r in rows}
    assert ("eval_accuracy", "/eval_results.json", True) in said
    assert ("eval_accuracy", "/trainer_state.json", False) in said
    assert ("test_accuracy", "/predict_results.json", None) in said
    assert ("train_loss", "/trainer_state.json", True) in said
    assert not any(unit == "/all_results.json" for _, unit, _ in said)


def test_the_final_value_is_the_last_of_the_history(reading):
    rows, _ = reading.tidy_of(DATA / "results", pattern=PATTERN)
    assert len({r["run"] for r in rows}) == 30


def test_a_run_that_left_checkpoints_only(reading, study):
    with reading.opened(CRASHED) as (rows, raw):
        assert {r["__unit"] for r in rows} == {"/checkpoint-8/trainer_state.json"}
        assert {r["run"] for r in rows} == {"seed=2"}
        assert max(r["step"] for r in rows) == 8
    (note,) = raw.notes
    assert "at step 8 of 12; did the run crash?" in note.message
    assert sum("no trainer_state.json of its own" in note.message for note in study[1]) == 1


def test_a_checkpoint_given_alone(reading):
    with reading.opened(CRASHED / "checkpoint-4") as (rows, raw):
        assert {r["run"] for r in rows} == {"checkpoint-4"}
    with reading.opened(CRASHED / "checkpoint-4" / "trainer_state.json") as (rows, raw):
        assert {r["run"] for r in rows} == {"checkpoint-4"}
        assert not raw.notes


def _state(history, **more):
    return json.dumps({"global_step": 9, "max_steps": 9, "log_history": history, **more})


def _read(reading, folder):
    with reading.opened(folder) as (rows, raw):
        found = [(r["metric"], r["step"], r["value"]) for r in rows if r["metric"]]
        return found, [note.message for note in raw.notes], rows


def test_results_without_a_state(write, reading):
    write('{"eval_accuracy": 0.5, "eval_f1": 0.25}', "in/a/all_results.json")
    write('{"eval_accuracy": 0.5}', "in/b/eval_results.json")
    write('{"eval_accuracy": 0.5, "train_loss": 1}', "in/b/all_results.json")
    path = write('{"hidden_size": 8, "architectures": ["Net"]}', "in/b/config.json")
    found, _, rows = _read(reading, path.parents[1])
    assert found == [
        ("eval_accuracy", None, 0.5),
        ("eval_f1", None, 0.25),
        ("eval_accuracy", None, 0.5),
        ("train_loss", None, 1.0),
    ]
    assert [r["config.hidden_size"] for r in rows] == [None, None, "8", "8"]


def test_a_state_in_which_nothing_was_logged(write, reading):
    path = write(_state([]), "in/lora/trainer_state.json")
    with reading.opened(path.parent) as (rows, _):
        assert [(r["run"], r["metric"]) for r in rows] == [("lora", None)]
    write('{"eval_accuracy": 0.5}', "in/lora/eval_results.json")
    with reading.opened(path.parent) as (rows, _):
        assert [(r["run"], r["metric"]) for r in rows] == [("lora", "eval_accuracy")]


def test_the_newest_checkpoint_by_number(write, reading):
    for step in (9, 10, 100):
        entry = {"loss": step, "step": step, "epoch": 1}
        path = write(_state([entry]), f"in/run/checkpoint-{step}/trainer_state.json")
    path = write(_state([]), "in/run/checkpoint-best/trainer_state.json")
    found, _, _ = _read(reading, path.parents[2])
    assert found == [("train_loss", 100, 100)]


def test_a_damaged_state_gives_way_to_a_checkpoint(write, reading):
    write('{"log_history": [{', "in/run/trainer_state.json")
    path = write(_state([{"loss": 1, "step": 1}]), "in/run/checkpoint-1/trainer_state.json")
    found, notes, _ = _read(reading, path.parents[2])
    assert found == [("train_loss", 1, 1)]
    assert notes[0] == "not read: entry 1 of the history is damaged or cut off"


def test_a_state_that_was_cut_off(write, reading):
    whole = _state([{"eval_acc": i / 4, "step": i} for i in range(4)])
    path = write(whole[: whole.index("0.75") - 5], "run/trainer_state.json")
    found, notes, _ = _read(reading, path.parent)
    assert found == [("eval_acc", i, i / 4) for i in range(3)]
    assert notes == ["entry 4 of the history is damaged or cut off; the 3 before it are kept"]


def test_values_that_are_no_numbers(write, reading):
    entry = {
        "eval_x": [1, 2],
        "eval_y": {"a": {"b": 1}},
        "eval_z": "}",
        "eval_n": None,
        "eval_a": 1,
    }
    odd = [
        {**entry, "step": 1, "epoch": "x"},
        7,
        [],
        {"eval_a": True, "step": "x"},
        {"eval_a": 10**400},
    ]
    path = write(_state(odd, trial_params={"lr": 0.1}), "run/trainer_state.json")
    found, notes, rows = _read(reading, path.parent)
    assert found == [("eval_a", 1, 1), ("eval_a", None, 1), ("eval_a", None, math.inf)]
    assert notes == ["left out, being no numbers: eval_x, eval_y, eval_z"]
    assert rows[0]["params.lr"] == "0.1"


def test_the_pickle_is_not_opened(write, reading):
    write(b"cos\nsystem\n(S'false'\ntR.", "in/lora/training_args.bin")
    path = write(_state([{"loss": 1, "step": 1}]), "in/lora/trainer_state.json")
    _, notes, _ = _read(reading, path.parents[1])
    assert len(notes) == 1 and "training_args.bin only, a pickle" in notes[0]
    write('{"seed": 3}', "in/lora/args.json")
    assert _read(reading, path.parents[1])[1] == []


def test_tensorboards_copy_belongs_to_the_run(write, reading, tmp_path):
    shutil.copytree(RESUMED, tmp_path / "run")
    write(b"\0" * 30, "run/runs/Jan01_host/events.out.tfevents.1.host.1.0")
    write("method,acc\nx,1\n", "run/runs/copy.csv")
    write('{"accuracy": 0.5}', "run/checkpoint-4/metrics.json")
    (found,), _ = stores.find(tmp_path / "run")
    assert found.kind == "hf_trainer"
    _, notes, _ = _read(reading, tmp_path / "run")
    assert notes == ["runs/ beside it is TensorBoard's copy of the same history: not read"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("trainer_state.json", '{"log_history": []}', True),
        ("trainer_state.json", "[]", False),
        ("eval_results.json", '{"eval_loss": 1}', True),
        ("eval_results.json", '{"accuracy": 1}', False),
        ("eval_results.json", '{"eval_a": {"x": 1}}', False),
        ("eval_results.json", "[1]", False),
        ("my_results.json", '{"eval_loss": 1}', False),
        ("eval_results.json", '{"eval_', False),
    ],
)
def test_recognised(write, name, content, expected):
    assert hf_trainer.recognises(write(content, name)) is expected


@pytest.mark.parametrize(
    "content",
    [
        '{"log_history": [' + "[" * 200_000,
        '{"log_history": [{"a": ' + "[]," * 200_000,
        '{"log_history": ' + "[" * 200_000,
        '{"global_step": 1}',
        b'{"log_history": [\xff',
    ],
)
def test_hostile_states(write, content):
    with pytest.raises(InputError):
        hostile_read(write(content, "trainer_state.json"))


def hostile_read(path):
    return list(trainer_state.opened(path).entries())


@pytest.mark.usefixtures("within_a_gigabyte")
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    files = [path.relative_to(RESUMED) for path in sorted(RESUMED.rglob("*.json"))]
    name = data.draw(st.sampled_from(files))
    damage = data.draw(hostile.damages())
    for file in files:
        content = (RESUMED / file).read_bytes()
        (tmp_path / "run" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "run" / file).write_bytes(
            hostile.damaged(content, damage) if file == name else content
        )
    hostile.attempt(tmp_path / "run")
    hostile.attempt(tmp_path / "run" / name)
