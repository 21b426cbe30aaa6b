"""The relation that trackers' runs become."""

from __future__ import annotations

import math

import pytest

from paperforge.engine import open_engine
from paperforge.errors import InputError
from paperforge.model import Found
from paperforge.stores.runs import Collector


@pytest.fixture
def engine():
    opened = open_engine([])
    yield opened.connection
    opened.close()


def _rows(engine, raw):
    cursor = engine.execute(f'SELECT * FROM "{raw.table}" ORDER BY __row')
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_runs_settings_and_values_become_one_relation(engine, tmp_path):
    out = Collector(Found("x", tmp_path, ()), engine, "raw")
    one = out.run("a", place="/a/log", name="lora-0", settings={"config": {"model": {"name": "m"}}})
    out.add(one, "acc", 0.5, step=1, at=7)
    out.add(one, "acc", math.nan, step=2, at=8)
    out.add(one, "loss", None, step=2, at=8, epoch=0.5)
    out.extend(one, "f1", [0.1, 0.2], steps=[1, 2], at=[9, 10])
    out.run("b", status="crashed")
    raw = out.relation(place="record")
    rows = _rows(engine, raw)
    assert [(r["run"], r["metric"], r["step"], r["__at"]) for r in rows] == [
        ("b", None, None, None),
        ("a", "acc", 1, 7),
        ("a", "acc", 2, 8),
        ("a", "loss", 2, 8),
        ("a", "f1", 1, 9),
        ("a", "f1", 2, 10),
    ]
    assert math.isnan(rows[2]["value"]) and rows[3]["value"] is None
    assert rows[1]["config.model.name"] == "m" and rows[1]["__unit"] == "/a/log"
    assert raw.name == "run_name" and not raw.summary
    assert raw.columns == (
        *("run", "run_name", "status", "config.model.name"),
        *("metric", "step", "value", "epoch"),
    )


def test_the_folder_says_more_and_the_run_has_the_last_word(engine, tmp_path):
    folder = tmp_path / "digits" / "seed=3"
    (folder / ".hydra").mkdir(parents=True)
    (folder / ".hydra" / "config.yaml").write_text("model: {name: lora}\n")
    found = Found("x", tmp_path, (), pattern="{dataset}/seed={seed}")
    out = Collector(found, engine, "raw")
    out.run("a", folder=folder)
    out.run("b", folder=folder, settings={"config": {"lr": 1}})
    rows = _rows(engine, out.relation())
    settings = {r["run"]: {k: v for k, v in r.items() if "." in k} for r in rows}
    said = {"path.seed": "3", "pattern.dataset": "digits", "pattern.seed": "3"}
    assert settings["a"] == {**said, "config.model.name": "lora", "config.lr": None}
    assert settings["b"] == {**said, "config.model.name": None, "config.lr": "1"}


def test_what_utf_8_and_doubles_cannot_hold(engine, tmp_path):
    out = Collector(Found("x", tmp_path, ()), engine, "raw")
    run = out.run("a\ud800", settings={"tags": {"x": "\ud800"}})
    out.add(run, "m\udfff", 10**400, step=1, example="\ud812")
    row = _rows(engine, out.relation())[0]
    assert (row["run"], row["tags.x"], row["metric"], row["value"]) == ("a?", "?", "m?", math.inf)


def test_no_runs_at_all(engine, tmp_path):
    with pytest.raises(InputError, match="no runs"):
        Collector(Found("x", tmp_path, ()), engine, "raw").relation()


def test_summaries_and_histories_know_of_each_other(engine, tmp_path):
    out = Collector(Found("x", tmp_path, ()), engine, "raw")
    first, resumed, other = out.run("a", place="/1"), out.run("a", place="/2"), out.run("b")
    out.extend(first, "acc", [0.1, 0.2], steps=[0, 1])
    out.add(resumed, "acc", 0.3, summary=True)
    out.add(resumed, "loss", 0.4)
    out.add(other, "acc", 0.5, summary=True)
    raw = out.relation()
    rows = [(r["run"], r["value"], r["__summary"]) for r in _rows(engine, raw)]
    # Only where the run has a history of the metric is its summary set apart.
    assert raw.summary and rows == [
        ("a", 0.1, False),
        ("a", 0.2, False),
        ("a", 0.3, True),
        ("a", 0.4, None),
        ("b", 0.5, None),
    ]


def test_many_small_arrays_keep_their_order(engine, tmp_path):
    out = Collector(Found("x", tmp_path, ()), engine, "raw")
    run = out.run("a")
    for n in range(300):
        out.extend(run, f"m{n % 7}", [float(n)] * 300, epoch=[1.0] * 300)
        out.add(run, "one", float(n), step=n)
    rows = _rows(engine, out.relation())
    assert [r["value"] for r in rows if r["metric"] == "one"] == [float(n) for n in range(300)]
    assert len(rows) == 300 * 301 and rows[0]["epoch"] == 1.0 and rows[0]["step"] is None
