"""Hydra's jobs: the config joined with whatever metrics lie in the job's folder."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from paperforge import stores
from paperforge.model import Found
from paperforge.stores import folders, hydra

DATA = Path(__file__).parents[1] / "data" / "hydra"
NAN = ("probe", "digits", "0")


def truth():
    with (DATA / "truth.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _key(value):
    return "nan" if math.isnan(value) else value


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_sweep_is_read_exactly(reading, kind):
    rows, notes = reading.tidy_of(DATA / "results" / kind)
    found = [
        (
            *(Path(row["source"].split()[0]).parent.name, row["method"], row["dataset"]),
            *(str(row["seed"]), row["split"], row["step"], _key(row["value"]), row["kept"]),
        )
        for row in rows
    ]
    wanted = [
        (
            *(row["job"], row["method"], row["dataset"], row["seed"], row["split"]),
            *(float(row["step"]), _key(float(row["value"])), int(row["kept"])),
        )
        for row in truth()
    ]
    assert sorted(found, key=str) == sorted(wanted, key=str)
    assert {row["metric"] for row in rows} == {"accuracy"}
    assert {row["status"] for row in rows} == {"unknown"}
    assert any("1 Hydra job wrote no results" in note.message for note in notes)


def test_the_files_of_a_job_are_one_run(reading, tmp_path):
    from paperforge.results import load
    from paperforge.spec import Project, Source

    for name in ("0", "1"):
        (job := tmp_path / "sweep" / name / ".hydra").mkdir(parents=True)
        (job / "config.yaml").write_text(f"model: lora\nseed: {name}\n")
        (job.parent / "metrics.csv").write_text("epoch,test_accuracy\n1,0.5\n2,0.75\n")
        (job.parent / "results.json").write_text('{"test_f1": 0.5}')
    rows, _ = reading.tidy_of(tmp_path / "sweep")
    assert {(row["run"], row["seed"], row["metric"]) for row in rows} == {
        (name, name, metric) for name in ("0", "1") for metric in ("accuracy", "f1")
    }
    loaded = load([Source(tmp_path / "sweep", "sweep")], Project(root=tmp_path))
    try:
        assert loaded.survey().runs == 2
    finally:
        loaded.close()


def test_jobs_that_write_one_object(reading):
    rows, notes = reading.tidy_of(DATA / "results" / "json")
    found = {
        (row["method"], row["dataset"], str(row["seed"])): _key(row["value"])
        for row in rows
        if row["metric"] == "accuracy"
    }
    wanted = {
        (row["method"], row["dataset"], row["seed"]): _key(float(row["value"]))
        for row in truth()
        if row["split"] == "test" and row["step"] == "2"
    }
    assert found == wanted
    assert found[NAN] == "nan"
    (note,) = [n for n in notes if "wrote no results" in n.message]
    assert "03-04-02/7 (write=json model=full dataset=wine seed=2)" in note.message


def test_a_single_run(reading):
    rows, _ = reading.tidy_of(DATA / "results" / "single")
    assert len(rows) == 6
    assert {(r["method"], r["dataset"], str(r["seed"])) for r in rows} == {("full", "wine", "3")}


def test_references_are_put_in():
    job = DATA / "results" / "csv" / "multirun" / "2026-01-02" / "03-04-00" / "3"
    found = folders.settings(Found("csv", job, ()), job)
    assert found["config.run_name"] == "full-digits-3"
    assert found["config.trainer.seed_everything"] == "3"
    assert "config.started" not in found
    assert "config.model.rank" not in found
    assert found["config.trainer.callbacks"] == '["early", "checkpoint"]'


def _job(write, config, overrides="", hydra_yaml=""):
    write(config, "job/.hydra/config.yaml")
    write(overrides, "job/.hydra/overrides.yaml")
    return write(hydra_yaml, "job/.hydra/hydra.yaml").parents[1]


def test_the_option_of_a_group_is_its_setting(write):
    job = _job(
        write,
        "model: {width: 8}\ndata: {name: digits}\nopt: {lr: 0.001}\nseed: 3\n",
        "- model=lora\n- data=d1\n- opt/schedule@opt.s=cosine\n- +extra='a b'\n- ~gone\n"
        "- hydra.job.name=x\n- hydra/launcher=y\n- seed=4\n- opt.lr=1e-3\n- x=[1,2]\n- y=${z}\n- 7\n",
    )
    assert hydra.settings(job)[0] == {
        "config.model.width": "8",
        "config.model": "lora",
        "config.data.name": "digits",
        "config.opt.lr": "0.001",
        "config.opt.schedule": "cosine",
        "config.extra": "a b",
        "config.seed": "4",
    }


def test_options_that_were_not_swept(write):
    job = _job(
        write,
        "model: {width: 8}\nseed: 3\n",
        "",
        "hydra:\n  runtime:\n    version: 1.3\n    choices:\n      model: lora\n"
        "      model/head@model.h: mlp\n      debug: null\n      hydra/help: default\n  verbose: 1\n",
    )
    found, complaints = hydra.settings(job)
    assert found == {
        "config.model.width": "8",
        "config.model": "lora",
        "config.model.head": "mlp",
        "config.seed": "3",
    }
    assert complaints == []


def test_the_nearest_job_and_what_lies_beside(write, tmp_path):
    write("seed: 1\na: 1\n", ".hydra/config.yaml")
    write("seed: 2\nb: 1\n", "sweep/0/.hydra/config.yaml")
    write("c: 1\nb: 2\n", "sweep/0/csv/version_0/hparams.yaml")
    path = write("x,y\n1,2\n", "sweep/0/csv/version_0/metrics.csv")
    found = folders.settings(Found("csv", tmp_path, (path,)), path)
    assert found == {"config.seed": "2", "config.b": "2", "config.c": "1"}


def test_jobs_that_wrote_nothing_are_named(write, tmp_path):
    for job in range(9):
        write(f"seed: {job}\n", f"in/{job}/.hydra/config.yaml")
        write("[2026] log\n", f"in/{job}/app.log")
    write("method,acc\nx,1\n", "in/4/deep/m.csv")
    _, notes = stores.find(tmp_path / "in")
    (note,) = notes
    assert note.message == "8 Hydra jobs wrote no results: 0; 1; 2; 3; 5; and 3 more"


@pytest.mark.parametrize(
    "content", ["{", "[" * 10_000, "a: 1", "- [", "\0", "- 1\n- {a: 2}\n- null"]
)
def test_damaged_files_of_hydra(write, content):
    job = _job(write, "seed: 3\n", content, content)
    assert hydra.settings(job) == ({"config.seed": "3"}, [])
    job = _job(write, "{", content, content)
    assert hydra.settings(job)[1]
