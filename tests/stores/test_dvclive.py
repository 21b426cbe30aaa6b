"""DVCLive against what it wrote (tests/data/dvclive/make.py)."""

from __future__ import annotations

import csv
import math
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores
from paperforge.stores import dvclive

DATA = Path(__file__).parents[1] / "data" / "dvclive"
RESUMED = DATA / "results" / "lora" / "digits" / "run-3"


def _value(text):
    return "nan" if math.isnan(float(text)) else float(text)


def test_every_value_in_the_order_written(reading):
    with (DATA / "truth.csv").open(newline="") as file:
        truth = list(csv.DictReader(file))
    with reading.opened(DATA / "results") as (rows, raw):
        assert not raw.notes
    found, wanted = {}, {}
    for r in rows:
        key = (r["config.model.name"], r["config.dataset"], r["config.seed"], r["metric"])
        if r["__summary"] is not True:
            found.setdefault(key, []).append((r["step"], _value(r["value"])))
    for r in truth:
        key = (r["method"], r["dataset"], r["seed"], r["metric"])
        step = float(r["step"]) if r["step"] else None
        wanted.setdefault(key, []).append((step, _value(r["value"])))
    assert found == wanted
    assert {r["status"] for r in rows} == {"unknown"}
    assert len({r["run"] for r in rows}) == 30


def test_the_summary_repeats_the_last_values(reading):
    with reading.opened(RESUMED) as (rows, _):
        summary = {(r["metric"], r["value"]) for r in rows if r["__summary"] is True}
        kept = [r for r in rows if r["metric"] == "test/accuracy"]
    assert summary == {("val/accuracy", 0.862), ("train/loss", 1 / 3)}
    assert [(r["__unit"], r["step"], r["__summary"]) for r in kept] == [
        ("/metrics.json", None, None)
    ]


def test_the_resumed_run(reading):
    rows, _ = reading.tidy_of(RESUMED)
    found = [
        (r["step"], r["kept"]) for r in rows if r["metric"] == "accuracy" and r["split"] == "val"
    ]
    assert [one for one in found if not math.isnan(one[0])] == [
        (0, 1),
        (1, 0),
        (2, 0),
        (1, 1),
        (2, 1),
    ]


def test_the_usual_folder_and_time_stamps(write, reading):
    write(
        "step\tacc\ttimestamp\n0\t0.5\t1700000000000\n", "in/lora/dvclive/plots/metrics/val/acc.tsv"
    )
    write(
        '{"val": {"acc": 0.5}, "best": "inf", "text": "x", "step": 0}',
        "in/lora/dvclive/metrics.json",
    )
    write('[{"actual": 1, "predicted": 0}]', "in/lora/dvclive/plots/sklearn/confusion.json")
    write("step\tx\n0\t1\n", "in/lora/dvclive/plots/custom/x.tsv")
    path = write("seed: 3\n", "in/lora/dvclive/params.yaml")
    (found,), _ = stores.find(path.parents[2])
    assert [file.name for file in found.files] == ["metrics.json", "acc.tsv"]
    with reading.opened(path.parents[2]) as (rows, raw):
        said = [(r["metric"], r["step"], r["value"], r["time"]) for r in rows]
        assert {(r["run"], r["run_name"], r["config.seed"]) for r in rows} == {
            ("lora/dvclive", "lora", "3")
        }
    assert said == [
        ("val/acc", None, 0.5, None),
        ("best", None, math.inf, None),
        ("val/acc", 0, 0.5, 1.7e12),
    ]
    assert [note.message for note in raw.notes] == ["text is no number and was left out"]


def test_runs_are_named_by_their_path(write, reading, tmp_path):
    for method in ("lora", "full"):
        write("step\tacc\n0\t0.5\n", f"in/{method}/seed=0/plots/metrics/acc.tsv")
    rows, _ = reading.tidy_of(tmp_path / "in")
    assert [(r["method"], r["seed"]) for r in rows] == [("full/seed=0", "0"), ("lora/seed=0", "0")]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("plots/metrics/a.tsv", "step\ta\n0\t1\n", True),
        ("plots/metrics/b/c/a.tsv", "step\ta\n0\t1\n", True),
        ("plots/metrics/a.tsv", "x\ty\n0\t1\n", False),
        ("plots/other/a.tsv", "step\ta\n0\t1\n", False),
        ("metrics/plots/a.tsv", "step\ta\n0\t1\n", False),
        ("metrics.json", "{}", False),
    ],
)
def test_recognised(write, name, content, expected):
    assert dvclive.recognises(write(content, name)) is expected


@pytest.mark.parametrize(
    "content", ["{", "[1]", "[" * 100_000, '{"a": ' * 3000 + "1" + "}" * 3000, b"\xff"]
)
def test_a_damaged_summary(write, reading, content):
    path = write(content, "in/metrics.json")
    write("step\ta\n0\t1\n", "in/plots/metrics/a.tsv")
    with reading.opened(path.parent) as (rows, _):
        assert [r["value"] for r in rows if r["metric"] == "a"] == [1]


@pytest.mark.usefixtures("within_a_gigabyte")
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    files = [path.relative_to(RESUMED) for path in sorted(RESUMED.rglob("*")) if path.is_file()]
    name = data.draw(st.sampled_from(files))
    damage = data.draw(hostile.damages())
    shutil.copytree(RESUMED, tmp_path / "run", dirs_exist_ok=True)
    content = (RESUMED / name).read_bytes()
    (tmp_path / "run" / name).write_bytes(hostile.damaged(content, damage))
    hostile.attempt(tmp_path / "run")
    hostile.attempt(tmp_path / "run" / name)
