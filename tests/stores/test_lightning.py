"""Lightning's CSVLogger against what it wrote (tests/data/lightning/make.py)."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores
from paperforge.engine import open_engine
from paperforge.model import Found
from paperforge.stores import lightning

DATA = Path(__file__).parents[1] / "data" / "lightning"
RUN = DATA / "results" / "lora-digits" / "version_3"


def _value(text):
    return "nan" if math.isnan(float(text)) else float(text)


def test_every_value_in_the_order_written(reading):
    with (DATA / "truth.csv").open(newline="") as file:
        truth = list(csv.DictReader(file))
    with reading.opened(DATA / "results") as (rows, raw):
        pass
    keys = ("config.method", "config.dataset", "config.seed", "metric", "step", "epoch", "value")
    found, wanted = {}, {}
    for row in rows:
        found.setdefault(tuple(row[k] for k in keys[:4]), []).append(
            (row["step"], row["epoch"], _value(row["value"]))
        )
    for row in truth:
        wanted.setdefault((row["method"], row["dataset"], row["seed"], row["metric"]), []).append(
            (float(row["step"]), float(row["epoch"]), _value(row["value"]))
        )
    assert found == wanted
    assert {row["status"] for row in rows} == {"unknown"}
    assert len({row["run"] for row in rows}) == 30
    assert raw.known["step"] == "step"
    assert rows[0]["config.optimizer"] == "torch.optim.sgd.SGD"
    assert not raw.notes


def test_where_a_value_is(reading):
    path = RUN / "metrics.csv"
    lines = path.read_text().splitlines()
    with reading.opened(RUN) as (rows, raw):
        assert raw.place == "line"
        for row in rows:
            cells = dict(zip(lines[0].split(","), lines[row["__at"] - 1].split(","), strict=True))
            assert float(cells[row["metric"]]) == row["value"]
            assert row["__unit"] == "/metrics.csv"


def test_the_resumed_run_keeps_the_last_of_each_step(reading):
    rows, _ = reading.tidy_of(DATA / "results")
    run = [r for r in rows if r["run"] == "lora-digits/version_3"]
    for split, metric in (("train", "loss"), ("val", "accuracy"), ("test", "accuracy")):
        kept = [
            r["step"] for r in run if (r["split"], r["metric"], r["kept"]) == (split, metric, 1)
        ]
        assert len(kept) == len(set(kept)), metric
        assert len(kept) == {"train": 12, "val": 3, "test": 1}[split]
    assert sum(r["kept"] == 0 for r in run) == 10


def test_the_number_of_a_version_is_no_seed(reading):
    rows, _ = reading.tidy_of(DATA / "bare")
    assert {(r["method"], r["dataset"], r["seed"]) for r in rows} == {
        ("lora", "wine", "0"),
        ("full", "wine", "1"),
    }


def test_the_epoch_may_be_the_step(reading):
    rows, _ = reading.tidy_of(RUN, columns={"step": "epoch"})
    assert {r["step"] for r in rows if r["split"] == "val"} == {0, 1, 2}


@pytest.mark.parametrize(
    ("name", "header", "expected"),
    [
        ("version_0/metrics.csv", "step,acc", True),
        ("version_0/metrics.csv", "method,acc", False),
        ("version_x/metrics.csv", "step,acc", False),
        ("version_0/other.csv", "step,acc", False),
        ("version_0/metrics.csv", "step,acc\0", False),
    ],
)
def test_recognised(write, name, header, expected):
    assert lightning.recognises(write(header + "\n1,2\n", name)) is expected


def test_a_version_with_a_name_of_its_own(write, reading):
    path = write("epoch,step,val_acc\n0,7,0.5\n", "in/lora/first/metrics.csv")
    write("{}\n", "in/lora/first/hparams.yaml")
    with reading.opened(path.parents[2]) as (rows, raw):
        assert raw.known["metric"] == "metric"
        assert [(r["run"], r["run_name"], r["value"]) for r in rows] == [
            ("lora/first", "first", 0.5)
        ]


def _read(write, reading, content):
    path = write(content, "lora/version_0/metrics.csv")
    with reading.opened(path) as (rows, raw):
        return [(r["metric"], r["step"], r["value"], r["__at"]) for r in rows], raw.notes


def test_cells_that_are_odd(write, reading):
    content = "step,a,b,\n,0.5,,x\n1,True,text,\nx,inf,1_0,\n\n2,-inf, ,\ninf,1e-400,0x1,\n"
    rows, notes = _read(write, reading, content)
    assert rows == [
        ("a", None, 0.5, 2),
        ("a", 1, 1.0, 3),
        ("a", None, math.inf, 4),
        ("a", 2, -math.inf, 6),
        ("a", None, 0.0, 7),
    ]
    (note,) = notes
    assert note.message == "3 values are no numbers ('text') and were left out"


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("2,1", "the row has 2 fields, the header 3"),
        ("2,1,2,3\n4,5,6\n", "the row has 4 fields"),
        ("9" * (1 << 21), "a line of more than a megabyte"),
        ('"' + "9\n" * 200_000, "a field of more than 64 lines"),
    ],
)
def test_a_damaged_row_ends_the_file(write, reading, end, message):
    rows, (note,) = _read(write, reading, "step,a,b\n0,1,2\n1,1,2\n" + end)
    assert len(rows) == 4
    assert note.message.startswith("damaged behind 2 rows, which are kept: ")
    assert message in note.message
    assert note.where == "metrics.csv"


def test_a_long_file_is_read_in_parts(write, reading):
    content = "epoch,step,a,b\n" + "".join(
        f"{i // 9},{i},{i},\n{i // 9},{i},,2\n" for i in range(150_000)
    )
    path = write(content, "version_0/metrics.csv")
    engine = open_engine([path])
    raw = stores.read(Found("lightning", path, (path,)), engine.connection, "raw")
    sql = (
        f'SELECT metric, count(*), sum(value), max(step), max(epoch) FROM "{raw.table}" GROUP BY 1'
    )
    assert sorted(engine.connection.execute(sql).fetchall()) == [
        ("a", 150_000, 150_000 * 149_999 / 2, 149_999, 16666),
        ("b", 150_000, 300_000, 149_999, 16666),
    ]
    engine.close()


@pytest.mark.usefixtures("within_a_gigabyte")
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    name = data.draw(st.sampled_from(["metrics.csv", "hparams.yaml"]))
    folder = tmp_path / "lora" / "version_3"
    folder.mkdir(parents=True, exist_ok=True)
    for file in ("metrics.csv", "hparams.yaml"):
        content = (RUN / file).read_bytes()
        if file == name:
            content = hostile.damaged(content, data.draw(hostile.damages()))
        (folder / file).write_bytes(content)
    hostile.attempt(tmp_path / "lora")
