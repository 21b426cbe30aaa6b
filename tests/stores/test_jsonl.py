from __future__ import annotations

import json

import pytest

from paperforge.errors import InputError
from paperforge.stores import jsonl

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
        ('{"a": 1\n{"a": 3}\n', "not JSON", "r.jsonl line 1"),
        ('{"a": 1}\n{"b": 1, "b": 2}\n', "'b' is twice", "r.jsonl"),
        ('{"a": 1}\n[2]\n', "no objects", "r.jsonl"),
        ("[1, 2]\n[3]\n", "object with keys", "r.jsonl"),
        ("1\n2\n", "object", "r.jsonl"),
        ('{"a": 1, "A": 2}\n', "differ only in case", "r.jsonl"),
        (" \n", "no rows", "r.jsonl"),
        ("{}\n{}\n", "object with keys", "r.jsonl"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "JSON", "r.jsonl"),
    ],
)
def test_bad_files(write, reading, content, message, where):
    with pytest.raises(InputError, match=message) as caught:
        reading.rows_of(write(content, "r.jsonl"))
    assert caught.value.where.startswith(where)


@pytest.mark.parametrize(
    ("content", "values", "note"),
    [
        ('{"a": 1}\n{"a": 2}\n{"a": ', ["1", "2"], "line 3: the 2 rows before it are kept"),
        ('{"a": 1}\n{"a": 2\n{"a": 3}\n', ["1"], "1 behind it are not read"),
        (b'{"a": 1}\n{"a": "\xff"}\n', ["1"], "the 1 rows before it are kept"),
        (b'{"a": 1}\n\0\0\0\0', ["1"], "the 1 rows before it are kept"),
        (b'\xef\xbb\xbf{"a": 1}\r\n{"a": 2}\r\n{"a', ["1", "2"], "the 2 rows before it are kept"),
    ],
)
def test_a_damaged_line_ends_its_file(write, reading, content, values, note):
    with reading.opened(write(content, "r.jsonl")) as (rows, raw):
        assert [row["a"] for row in rows] == values
    (said,) = raw.notes
    assert note in f"{said.where}: {said.message}".replace("is not JSON: the file ends there; ", "")
    assert said.severity == "warning"


def test_a_byte_order_mark_is_passed_over(write, reading):
    path = write("\ufeff" + '{"a": 1, "b": {"c": true}}\n\n{"a": NaN}\n', "r.jsonl")
    assert reading.rows_of(path) == [{"a": "1", "b.c": "true"}, {"a": "NaN", "b.c": None}]
    assert reading.places_of(path) == ["line 1", "line 3"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["r.jsonl", "r.log"])
def test_utf_16_is_read(write, reading, encoding, name):
    lines = [{"method": f"模型{n}", "accuracy": n / 4} for n in range(3)]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    rows = reading.rows_of(write(text, name, encoding=encoding))
    assert [(r["method"], r["accuracy"]) for r in rows] == [
        ("模型0", "0.0"), ("模型1", "0.25"), ("模型2", "0.5")
    ]  # fmt: skip


def test_a_line_without_an_end_in_utf_16(write, reading, monkeypatch):
    monkeypatch.setattr(jsonl, "_LONGEST", 30)
    path = write('{"a": 1}\n{"a": "' + "x" * 40, encoding="utf-16", name="r.jsonl")
    with reading.opened(path) as (rows, raw):
        assert len(rows) == 1
    assert "the file ends there" in raw.notes[0].message


def test_keys_that_come_late_are_columns_too(write, reading):
    plain = json.dumps({"method": "lora", "accuracy": 0.5, "text": "x" * 900})
    late = json.dumps({"method": "full", "f1": {"macro": 1}, "accuracy": {"top1": 2}})
    path = write("\n".join([plain] * 6000 + [late]), "r.jsonl")
    rows = reading.rows_of(path)
    assert rows[-1] == {
        "method": "full", "accuracy": '{"top1":2}', "text": None, "f1.macro": "1", "accuracy.top1": "2"
    }  # fmt: skip
    assert rows[0]["accuracy"] == "0.5"


def test_nested_keys_that_come_late(write, reading):
    plain = json.dumps({"m": {"a": 1}, "text": "x" * 900})
    path = write("\n".join([plain] * 6000 + ['{"m": {"a": 2, "b": 3}}', '{"m": null}']), "r.jsonl")
    rows = reading.rows_of(path)
    assert rows[-2]["m.b"] == "3"
    assert rows[-1]["m.a"] is None


@pytest.mark.parametrize(
    "key", ["filename", "json", "__file"[2:], "c1", "a b", "select", "", "a/b~c"]
)
def test_any_key_is_a_column(write, reading, key):
    path = write(json.dumps({key: 5}) + "\n" + json.dumps({key: 6}), "r.jsonl")
    assert [list(row.values()) for row in reading.rows_of(path)] == [["5"], ["6"]]


def test_big_integers_and_mixed_types(write, reading):
    path = write('{"a": 123456789012345678901234567890}\n{"a": "x"}\n{"a": true}\n', "r.jsonl")
    assert [row["a"] for row in reading.rows_of(path)] == [
        "123456789012345678901234567890", "x", "true"
    ]  # fmt: skip


def test_files_of_one_header_are_one_relation(write, reading, tmp_path):
    for seed in range(3):
        lines = [json.dumps({"step": n, "loss": n / 2}) for n in range(2)]
        write("\n".join(lines) + ("\n{" if seed == 1 else "\n"), f"in/seed={seed}/log.jsonl")
    with reading.opened(tmp_path / "in") as (rows, raw):
        assert [row["path.seed"] for row in rows] == ["0", "0", "1", "1", "2", "2"]
        assert [row["__at"] for row in rows] == [1, 2] * 3
        assert rows[2]["__unit"] == "/seed=1/log.jsonl"
    (note,) = raw.notes
    assert note.where == "in/seed=1/log.jsonl line 3"


def test_too_many_keys_are_seen_early(write, reading):
    lines = "".join(f'{{"k{n}": 1, "text": "{"x" * 900}"}}\n' for n in range(6000))
    with pytest.raises(InputError, match="different keys, more than 2000"):
        reading.rows_of(write(lines, "r.jsonl"))


def test_keys_in_many_orders(write, reading):
    names = [f"k{n}" for n in range(60)]
    lines = [
        json.dumps(dict.fromkeys(names[n % 60 :] + names[: n % 60], n) | {"t": "x" * 900})
        for n in range(5000)
    ]
    rows = reading.rows_of(write("\n".join([*lines, '{"late": 1}']), "r.jsonl"))
    assert rows[-1]["late"] == "1"
    assert rows[4321]["k17"] == "4321"
