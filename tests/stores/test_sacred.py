"""Sacred's file storage against what it wrote (tests/data/sacred/make.py)."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores
from paperforge.errors import InputError
from paperforge.stores import sacred

DATA = Path(__file__).parents[1] / "data" / "sacred"
RUN = DATA / "results" / "27"


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
        if r["metric"] != "result":
            found.setdefault(key, []).append((r["step"], _value(r["value"])))
    for r in truth:
        key = (r["method"], r["dataset"], r["seed"], r["metric"])
        wanted.setdefault(key, []).append((float(r["step"]), _value(r["value"])))
    assert found == wanted
    results = {r["run"]: r["value"] for r in rows if r["metric"] == "result"}
    assert len(results) == 28
    assert results["27"] == 0.603
    assert {r["__unit"] for r in rows if r["run"] == "27"} == {"/27/metrics.json", "/27/run.json"}


def test_states_and_what_is_kept(reading):
    rows, _ = reading.tidy_of(DATA / "results")
    states = {r["run"]: r["status"] for r in rows}
    assert {run: state for run, state in states.items() if state != "finished"} == {
        "9": "crashed",
        "10": "crashed",
    }
    assert [(r["run"], r["step"], r["value"]) for r in rows if not r["kept"]] == [("14", 1, 0.861)]
    assert {r["seed"] for r in rows} == set("01234")


def _run(write, run=None, **files):
    status = {"experiment": {"name": "x"}, "host": {}, "status": "COMPLETED", "result": None}
    write(json.dumps({**status, **(run or {})}), "in/1/run.json")
    for name, content in files.items():
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        write(text, f"in/1/{name}.json")
    return write("{}", "in/1/cout.txt").parents[1]


def _read(reading, folder):
    with reading.opened(folder) as (rows, raw):
        found = [(r["metric"], r["step"], r["value"]) for r in rows]
        return found, [note.message for note in raw.notes], rows


def test_jsonpickle_is_not_decoded(write, reading):
    number = {"py/object": "numpy.float64", "dtype": "float64", "value": 0.5}
    code = {"py/reduce": [{"py/function": "os.system"}, {"py/tuple": ["false"]}]}
    folder = _run(
        write,
        {"result": {"acc": number, "net": {"py/object": "torch.Net", "value": 3}, "f": code}},
        metrics={"a": {"steps": [0, 1, 2, 3], "values": [number, code, None, "NaN"]}},
        config={"seed": number, "net": {"py/object": "x.Net", "width": 3}},
        info={"best": 1, "list": [1, 2], "none": None},
    )
    found, notes, rows = _read(reading, folder)
    assert found[0] == ("a", 0, 0.5)
    assert math.isnan(found[1][2])
    assert found[2:] == [("acc", None, 0.5), ("net/value", None, 3), ("best", None, 1)]
    assert rows[0]["config.seed"] == "0.5" and rows[0]["config.net.width"] == "3"
    assert notes == [
        "left out: 1 of 4 values of a, no plain numbers",
        "left out, being no plain numbers: list",
    ]


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ("{", "not read: is not JSON"),
        ("[]", "not read: is no JSON object"),
        ({"a": 1}, "a has no list of values and steps"),
        ({"a": {"steps": [1], "values": [1, 2]}}, "a has 2 values and 1 steps: the first 1"),
        ("[" * 100_000, "not read: is nested too deep"),
        ("[]," * 1_000_001, "not read: holds more than 1000000 lists"),
        (b'{"a": "\xff"}', "not read: is not UTF-8"),
    ],
)
def test_damaged_metrics(write, reading, metrics, message):
    found, notes, _ = _read(reading, _run(write, {"result": 0.5}, metrics=metrics))
    assert ("result", None, 0.5) in found
    assert notes[0].startswith(message)


def test_a_run_that_died_early(write, reading):
    folder = _run(write, {"status": "RUNNING"})
    with reading.opened(folder) as (rows, _):
        assert [(r["run"], r["status"], r["metric"]) for r in rows] == [("1", "RUNNING", None)]


def test_copies_of_data_are_not_results(write):
    folder = _run(write, {"result": 1})
    write("method,acc\nx,1\n", "in/_resources/data.csv")
    write("method,acc\nx,1\n", "in/1/artifact.csv")
    found, _ = stores.find(folder)
    assert [one.kind for one in found] == ["sacred", "csv"]
    assert [file.name for file in found[1].files] == ["artifact.csv"]


def test_recognised(write):
    _run(write, metrics={})
    assert sacred.recognises(write("{}", "in/1/metrics.json"))
    assert not sacred.recognises(write("{}", "in/2/metrics.json"))
    assert not sacred.recognises(write("{}", "in/3/run.json"))


def test_a_run_that_cannot_be_read(write):
    path = write('{"experiment": {}, "status": "x", "host": [', "in/1/run.json")
    with pytest.raises(InputError, match="not JSON"):
        _attempt(path.parents[1])


def _attempt(folder):
    from paperforge.engine import open_engine

    (found,), _ = stores.find(folder)
    engine = open_engine(found.files)
    try:
        stores.read(found, engine.connection, "raw")
    finally:
        engine.close()


@pytest.mark.usefixtures("within_a_gigabyte")
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    files = ("run.json", "metrics.json", "config.json")
    name = data.draw(st.sampled_from(files))
    damage = data.draw(hostile.damages())
    folder = tmp_path / "27"
    folder.mkdir(exist_ok=True)
    for file in files:
        content = (RUN / file).read_bytes()
        (folder / file).write_bytes(hostile.damaged(content, damage) if file == name else content)
    hostile.attempt(tmp_path)
    hostile.attempt(folder / name)
