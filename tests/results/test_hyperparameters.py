"""Hyper-parameters as stores have them, and the names of runs."""

import json

import pytest

from paperforge.results import load
from paperforge.spec import Project, Source


@pytest.fixture
def jobs(tmp_path):
    """A folder of jobs, one JSON line file and config each; the results of it."""

    def write(configs):
        for number, config in enumerate(configs):
            job = tmp_path / "jobs" / str(number)
            job.mkdir(parents=True)
            (job / "config.json").write_text(json.dumps(config))
            (job / "metrics.jsonl").write_text(json.dumps({"step": 1, "accuracy": number / 10}))
        root = tmp_path / "jobs"
        return load([Source(root, "jobs")], Project(root=tmp_path))

    return write


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "r.csv"
        path.write_text(text)
        return load([Source(path, "r.csv")], Project(root=tmp_path))

    return write


def test_settings_of_a_config_without_seeds_places_and_names(jobs):
    common = {"optimizer": {"name": "adam", "lr": 0.1}, "batch_size": 32, "device": "cuda:0"}
    found = jobs(
        [
            {
                "method": m,
                "seed": s,
                "hidden": h,
                "output_dir": f"/tmp/{m}/{s}",
                "ckpt": f"runs/{m}.pt",
                "run_name": f"{m}-{s}",
                **common,
            }
            for m, h in (("a", 8), ("b", 16))
            for s in (0, 1, 2)
        ]
    )
    said = found.settings()
    assert said["hidden"] == {"a": ("8",), "b": ("16",)}
    assert said["batch_size"] == {"a": ("32",), "b": ("32",)}
    assert said["optimizer.lr"] == {"a": ("0.1",), "b": ("0.1",)}
    assert not {"seed", "output_dir", "ckpt", "run_name", "device", "method"} & said.keys()


def test_values_of_a_method_are_in_the_order_of_numbers_and_ids_are_none(jobs):
    tokens = ("k3f", "x9a", "b2c", "q7d")
    lrs = (0.1, 0.01, 1.0, 0.1)
    found = jobs(
        [
            {"method": "a", "seed": s, "lr": lr, "token": token}
            for s, (lr, token) in enumerate(zip(lrs, tokens, strict=True))
        ]
    )
    said = found.settings()
    assert said["lr"] == {"a": ("0.01", "0.1", "1.0")}
    assert "token" not in said


def test_settings_are_columns_of_a_table_too(table):
    found = table(
        "method,seed,lr,optimizer,accuracy\na,0,0.1,adam,0.5\na,1,0.1,adam,0.6\nb,0,0.2,sgd,0.7\nb,1,0.3,sgd,0.8\n"
    )
    assert found.settings() == {
        "lr": {"a": ("0.1",), "b": ("0.2", "0.3")},
        "optimizer": {"a": ("adam",), "b": ("sgd",)},
    }


def test_a_table_without_settings_has_none(table):
    assert table("method,seed,accuracy\na,0,0.5\na,1,0.6\n").settings() == {}


def test_settings_of_results_from_the_cache(table, tmp_path, monkeypatch):
    from paperforge.results import cache

    monkeypatch.setenv("PAPERFORGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "SLOW", -1.0)
    text = "method,seed,lr,accuracy\na,0,0.1,0.5\na,1,0.1,0.6\n"
    first, again = table(text), table(text)
    assert again.anew is not None
    assert again.settings() == first.settings() == {"lr": {"a": ("0.1",)}}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("method,seed,accuracy\na,7,0.5\na,42,0.6\n", {7: "7", 42: "42"}),
        ("method,seed,accuracy\na,s1,0.5\na,s2,0.6\n", {0: "s1", 1: "s2"}),
        ("method,run,accuracy\na,r-x,0.5\na,r-y,0.6\n", {0: "r-x", 1: "r-y"}),
        ("method,seed,fold,accuracy\na,0,1,0.5\na,0,2,0.6\n", {0: "0 fold 1", 1: "0 fold 2"}),
    ],
)
def test_replicates_are_called_as_the_author_writes_them(table, text, names):
    assert table(text).names == names
