"""scikit-learn's cv_results_ against what it wrote (tests/data/sklearn_cv/make.py)."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import sklearn_cv

DATA = Path(__file__).parents[1] / "data" / "sklearn_cv"
NAMES = {
    ("bayes", "0"): "bayes",
    ("logistic", "0"): "logistic (C=0.1)",
    ("logistic", "1"): "logistic (C=1.0)",
    ("tree", "0"): "tree (max_depth=1)",
    ("tree", "1"): "tree (max_depth=3)",
    ("tree", "2"): "tree (max_depth=-1)",
}


def _value(text):
    return "nan" if math.isnan(float(text)) else float(text)


@pytest.mark.parametrize(("kind", "pattern"), [("csv", "{dataset}/{method}"), ("json", "")])
def test_every_fold_of_every_candidate(reading, kind, pattern):
    with (DATA / "truth.csv").open(newline="") as file:
        truth = list(csv.DictReader(file))
    rows, _ = reading.tidy_of(DATA / kind, pattern=pattern)
    found = {
        (r["method"], r["dataset"], r["fold"], r["split"], r["metric"], _value(r["value"]))
        for r in rows
    }
    wanted = {
        (
            *(NAMES[r["method"], r["candidate"]], r["dataset"], r["fold"], r["split"]),
            *(r["metric"], _value(r["value"])),
        )
        for r in truth
    }
    assert found == wanted
    assert len(rows) == len(truth)
    assert {r["seed"] for r in rows} <= {None}
    assert all(r["kept"] == 1 for r in rows)


def test_parquet_says_what_the_csv_says(reading, tmp_path):
    source = next(path for path in (DATA / "csv").rglob("*.csv") if path.stem == "tree")
    frame = pd.read_csv(source)
    frame["params"] = [{"max_depth": depth} for depth in frame["param_max_depth"]]
    frame.to_parquet(tmp_path / "tree.parquet")
    names = ("method", "fold", "split", "metric", "value")
    read = [[str(row[n]) for n in names] for row in reading.tidy_of(tmp_path / "tree.parquet")[0]]
    assert read == [[str(row[n]) for n in names] for row in reading.tidy_of(source)[0]]
    whole = (tmp_path / "tree.parquet").read_bytes()
    (tmp_path / "tree.parquet").write_bytes(b"PAR1" + whole[200:])
    reading.read_or_refused(tmp_path / "tree.parquet")


def test_parameters_and_the_word_on_choosing(reading):
    with reading.opened(DATA / "csv" / "wine" / "tree.csv") as (rows, raw):
        assert [r["params.max_depth"] for r in rows[::20]] == ["1", "3", "-1"]
        assert {(r["__at"], r["run"]) for r in rows} == {
            (n, f"tree.csv candidate {n}") for n in (1, 2, 3)
        }
    (note,) = raw.notes
    assert "3 candidates of one search" in note.message
    assert "--where params.max_depth=VALUE" in note.hint


def _frame():
    return pd.read_csv(DATA / "csv" / "wine" / "logistic.csv", index_col=0)


@pytest.mark.parametrize("orient", ["columns", "records", "list", "index"])
def test_forms_of_json(write, reading, orient):
    text = (
        json.dumps(_frame().to_dict("list"))
        if orient == "list"
        else _frame().to_json(orient=orient)
    )
    path = write(text, "wine.json")
    if orient == "index":
        assert not sklearn_cv.recognises(write('{"0": {"mean_fit_time": 1}}', "b.json"))
        return
    rows = reading.rows_of(path)
    assert len(rows) == 40
    assert {r["method"] for r in rows} == {"wine (C=0.1)", "wine (C=1.0)"}


def test_searches_over_estimators(write, reading):
    content = (
        ",param_clf,param_clf__C,param_clf__depth,params,split0_test_score,mean_test_score\n"
        "0,SVC(),1.0,,x,0.5,0.5\n1,Tree(),,3.0,x,0.7,0.7\n2,SVC(),2.0,,x,oops,0\n"
    )
    path = write(content, "in/digits/cv_results.csv")
    with reading.opened(path.parents[1]) as (rows, raw):
        assert [(r["method"], r["metric"], r["value"], r["fold"]) for r in rows] == [
            ("digits (clf=SVC(), clf__C=1.0)", "test_score", 0.5, "0"),
            ("digits (clf=Tree(), clf__depth=3.0)", "test_score", 0.7, "0"),
            ("digits (clf=SVC(), clf__C=2.0)", "test_score", None, "0"),
        ]
    assert raw.notes[0].message == "1 scores are no numbers and were left out"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", '{"split0_test_a": 1}', "no scores"),
        ("a.json", '{"split0_test_a": [1], "split1_test_a": [1, 2]}', "more candidates"),
        ("a.json", '{"split0_test_a": [1', "not JSON"),
        ("a.json", '{"split0_test_a": [' + "1," * 20_000 + "1]}", "more than 20000 candidates"),
        ("a.csv", "split0_test_a,mean_test_a\n" + "1,2\n" * 20_001, "more than 20000 candidates"),
        ("a.csv", "split0_test_a,mean_test_a\n1\n", "no whole row"),
        ("a.csv", b"split0_test_a,mean_test_a\n1,\xff\n", "UTF-8"),
    ],
)
def test_damaged_files(write, reading, name, content, message):
    with pytest.raises(InputError, match=message):
        reading.rows_of(write(content, name))


@pytest.mark.usefixtures("within_a_gigabyte")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    name = data.draw(st.sampled_from(["csv/wine/tree.csv", "json/dataset=wine,method=tree.json"]))
    content = hostile.damaged((DATA / name).read_bytes(), data.draw(hostile.damages()))
    path = tmp_path / Path(name).name
    path.write_bytes(content)
    hostile.attempt(path)
