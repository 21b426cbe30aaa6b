from __future__ import annotations

import json

import pytest

from paperforge.errors import InputError

ROWS = [
    {"method": "lora", "seed": 0, "metrics": {"acc": 0.93, 'od"d/~': True}, "tags": ["a"]},
    {"method": "模型", "seed": 1, "late": None, "metrics": {"acc": 1e-7}},
]


def test_nested_objects_become_dotted_columns(write, reading):
    path = write("\n".join(json.dumps(row) for row in ROWS), "results.jsonl")
    first, second = reading.rows_of(path)
    assert first["metrics.acc"] == "0.93"
    assert first['metrics.od"d/~'] == "true"
    assert second["method"] == "模型"
    assert float(second["metrics.acc"]) == 1e-7
    assert second["late"] is None
    assert reading.places_of(path) == ["line 1", "line 2"]


def test_an_array_of_records(write, reading):
    rows = reading.rows_of(write(json.dumps(ROWS, indent=2), "results.json"))
    assert [row["seed"] for row in rows] == ["0", "1"]


def test_bare_nan_is_read(write, reading):
    rows = reading.rows_of(write('{"a": NaN}\n\n{"a": -Infinity}\n', "r.jsonl"))
    assert [float(row["a"]) for row in rows] == pytest.approx(
        [float("nan"), -float("inf")], nan_ok=True
    )


def test_a_file_without_a_telling_name(write, reading):
    assert reading.rows_of(write('{"a": 1}\n', "log")) == [{"a": "1"}]


@pytest.mark.parametrize(
    ("content", "message", "where"),
    [
        ('{"a": 1}\n{"a": 1\n{"a": 3}\n', "not JSON", "r.jsonl line 2"),
        ("[1, 2]\n[3]\n", "JSON", "r.jsonl"),
        ("1\n2\n", "object", "r.jsonl"),
        ('{"a": 1, "A": 2}\n', "differ only in case", "r.jsonl"),
        ("\ufeff" + '{"a": 1}\n', "byte order mark", "r.jsonl line 1"),
        (" \n", "no rows", "r.jsonl"),
        ("{}\n{}\n", "object with keys", "r.jsonl"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "JSON", "r.jsonl"),
    ],
)
def test_bad_files(write, reading, content, message, where):
    with pytest.raises(InputError, match=message) as caught:
        reading.rows_of(write(content, "r.jsonl"))
    assert caught.value.where.startswith(where)
