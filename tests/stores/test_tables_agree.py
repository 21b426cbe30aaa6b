"""One study in every table format, long, wide and nested: 3 methods x 2 datasets x 5 seeds.

One run crashed, one value is NaN, and one run was resumed: its steps overlap. All files must give
the rows that the study holds.
"""

from __future__ import annotations

import gzip
import json
import math
import sqlite3
from contextlib import closing

import duckdb
import pandas as pd
import pytest
from pyarrow import feather

NAN = float("nan")


def study():
    """(method, dataset, seed, step, accuracy, loss, status), in the order written."""
    rows = []
    for m, method in enumerate(("base", "lora", "full")):
        for d, dataset in enumerate(("digits", "wine")):
            for seed in range(5):
                crashed = (method, dataset, seed) == ("full", "wine", 4)
                steps = (
                    (1, 2, 2, 3) if (method, dataset, seed) == ("lora", "digits", 3) else (1, 2, 3)
                )
                for count, step in enumerate(steps[: 1 if crashed else None]):
                    accuracy = (m + 1) / 10 + d / 100 + seed / 1000 + step / 7 + count / 1e6
                    loss = (
                        NAN if (method, dataset, seed, step) == ("base", "wine", 0, 3) else 1 / step
                    )
                    status = "crashed" if crashed else "finished"
                    rows.append((method, dataset, seed, step, accuracy, loss, status))
    return pd.DataFrame(
        rows, columns=["method", "dataset", "seed", "step", "accuracy", "loss", "status"]
    )


WIDE = study()
LONG = WIDE.melt(
    ["method", "dataset", "seed", "step", "status"], var_name="metric", ignore_index=False
).sort_index(kind="stable")


def nested(frame):
    return [
        {"config": {"method": r.pop("method"), "data": {"name": r.pop("dataset")}}, **r}
        for r in frame.to_dict("records")
    ]


def jsonl(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def sqlite(path, frame):
    with closing(sqlite3.connect(path)) as store:
        frame.to_sql("results", store, index=False)


def in_duckdb(path, frame):
    with duckdb.connect(str(path)) as store:
        store.register("frame", frame)
        store.execute("CREATE TABLE results AS SELECT * FROM frame")


WRITERS = {
    "a.csv": lambda path, frame: frame.to_csv(path, index=False, na_rep="nan"),
    "b.tsv": lambda path, frame: frame.to_csv(path, index=False, sep="\t", na_rep="nan"),
    "c.csv.gz": lambda path, frame: path.write_bytes(
        gzip.compress(frame.to_csv(index=False, na_rep="nan").encode())
    ),
    "d.jsonl": lambda path, frame: jsonl(path, frame.to_dict("records")),
    "e.json": lambda path, frame: path.write_text(json.dumps(frame.to_dict("records"), indent=1)),
    "f.json": lambda path, frame: path.write_text(json.dumps(frame.to_dict("list"))),
    "g.json": lambda path, frame: path.write_text(
        json.dumps({"results": frame.to_dict("records")})
    ),
    "nested.jsonl": lambda path, frame: jsonl(path, nested(frame)),
    "nested.json": lambda path, frame: path.write_text(json.dumps(nested(frame))),
    "h.parquet": lambda path, frame: frame.to_parquet(path),
    "i.feather": lambda path, frame: feather.write_feather(frame, str(path)),
    "j.db": sqlite,
    "k.duckdb": in_duckdb,
}
NO_NAN = ("h.parquet", "i.feather", "j.db", "k.duckdb")
"""pandas writes its NaN as null there: the value is missing, and its row without a number."""


def told(rows):
    kept = [r for r in rows if not (isinstance(r["value"], float) and math.isnan(r["value"]))]
    names = ("method", "dataset", "seed", "step", "metric", "status", "kept")
    return sorted((*(str(row[n]) for n in names), round(row["value"], 12)) for row in kept)


@pytest.fixture(scope="module")
def truth(tmp_path_factory, reading):
    path = tmp_path_factory.mktemp("truth") / "truth.csv"
    WRITERS["a.csv"](path, WIDE)
    rows, _ = reading.tidy_of(path)
    return rows


def test_the_truth_itself(truth):
    assert len(truth) == 2 * len(WIDE)
    assert sum(not row["kept"] for row in truth) == 2
    assert sum(math.isnan(row["value"]) for row in truth) == 1
    assert {row["status"] for row in truth if row["method"] == "base"} == {"finished"}
    by_hand = [(r.method, r.dataset, str(r.seed), r.step, r.accuracy) for r in WIDE.itertuples()]
    found = [
        (r["method"], r["dataset"], r["seed"], r["step"], r["value"])
        for r in truth
        if r["metric"] == "accuracy"
    ]
    assert found == by_hand


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("frame", [WIDE, LONG], ids=["wide", "long"])
def test_every_format_gives_the_same_rows(tmp_path, reading, truth, name, frame):
    path = tmp_path / name
    WRITERS[name](path, frame)
    rows, _ = reading.tidy_of(path)
    assert told(rows) == told(truth)
    lost = 2 * len(WIDE) - len(rows)
    assert lost in ((0, 1) if name in NO_NAN else (0,))
    assert all(row["source"].startswith(name) for row in rows)


def test_one_file_a_run(tmp_path, reading, truth):
    for (method, dataset, seed), part in WIDE.groupby(["method", "dataset", "seed"]):
        folder = tmp_path / "runs" / dataset / method / f"seed={seed}"
        folder.mkdir(parents=True)
        own = part.drop(columns=["method", "dataset", "seed"])
        jsonl(folder / "log.jsonl", own.to_dict("records"))
    rows, _ = reading.tidy_of(tmp_path / "runs", pattern="{dataset}/{method}/seed={seed}")
    assert told(rows) == told(truth)
    assert rows[0]["source"].startswith("runs/digits/base/seed=0/log.jsonl line 1")
