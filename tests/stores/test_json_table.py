from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import results, stores
from paperforge.errors import InputError
from paperforge.spec import Project, Source

ROWS = [
    {"method": method, "dataset": dataset, "seed": seed, "accuracy": value}
    for method, dataset, seed, value in [
        ("lora", "digits", 0, 0.91),
        ("lora", "wine", 0, 0.82),
        ("full", "digits", 1, 0.93),
    ]
]
FRAME = pd.DataFrame(ROWS)
TEXTS = [{key: str(value) for key, value in row.items()} for row in ROWS]


@pytest.mark.parametrize("orient", ["records", "split", "index", "columns", "table"])
@pytest.mark.parametrize("indent", [None, 2])
def test_what_pandas_writes(write, reading, orient, indent):
    path = write(FRAME.to_json(orient=orient, indent=indent), "frame.json")
    assert reading.rows_of(path) == TEXTS


def test_tight_and_lines_and_columns(write, reading):
    tight = FRAME.to_dict(orient="tight")
    assert reading.rows_of(write(json.dumps(tight), "a.json")) == TEXTS
    lines = FRAME.to_json(orient="records", lines=True)
    assert reading.rows_of(write(lines, "b.json")) == TEXTS
    assert reading.rows_of(write(json.dumps(FRAME.to_dict("list")), "c.json")) == TEXTS


def test_one_object_a_file(write, reading):
    text = json.dumps({"accuracy": 0.9, "seed": 1, "model": {"name": "lora"}, "ids": [1]}, indent=4)
    path = write(text, "metrics.json")
    with reading.opened(path) as (rows, raw):
        assert [row["__at"] for row in rows] == [None]
    assert reading.rows_of(path) == [{"accuracy": "0.9", "seed": "1", "model.name": "lora"}]
    assert "ids" in raw.notes[0].message


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"results": ROWS}, TEXTS),
        (
            {"seed": 3, "config": {"lr": 0.1}, "results": [{"method": "a", "accuracy": 1}]},
            [{"seed": "3", "config.lr": "0.1", "method": "a", "accuracy": "1"}],
        ),
        (
            {"method": "a", "seed": [0, 1], "accuracy": [0.5, 0.25]},
            [
                {"method": "a", "seed": "0", "accuracy": "0.5"},
                {"method": "a", "seed": "1", "accuracy": "0.25"},
            ],
        ),
        (
            {"lora": {"digits": {"0": 0.5}}, "full": {"digits": {"0": 0.25}}},
            [
                {"method": "lora", "dataset": "digits", "seed": "0", "score": "0.5"},
                {"method": "full", "dataset": "digits", "seed": "0", "score": "0.25"},
            ],
        ),
        (
            {"lora": {"digits": {"accuracy": 0.5, "f1": 1}}, "full": {"digits": {"accuracy": 2}}},
            [
                {"method": "lora", "dataset": "digits", "accuracy": "0.5", "f1": "1"},
                {"method": "full", "dataset": "digits", "accuracy": "2", "f1": None},
            ],
        ),
        (
            {"lora": {"digits": {"seed_3": {"accuracy": 0.5}}}},
            [{"method": "lora", "dataset": "digits", "seed": "3", "accuracy": "0.5"}],
        ),
        (
            {"test": {"accuracy": 0.5}, "val": {"accuracy": 0.25}},
            [{"test.accuracy": "0.5", "val.accuracy": "0.25"}],
        ),
        (
            {"run-a": {"method": "x", "accuracy": 1}, "run-b": {"method": "y", "accuracy": 2}},
            [
                {"run": "run-a", "method": "x", "accuracy": "1"},
                {"run": "run-b", "method": "y", "accuracy": "2"},
            ],
        ),
        (
            {"accuracy": 0.5, "history": [{"epoch": 1, "loss": 3}]},
            [{"accuracy": "0.5"}],
        ),
    ],
)
def test_forms(write, reading, document, expected):
    assert reading.rows_of(write(json.dumps(document), "results.json")) == expected


def test_nan_infinity_and_big_integers(write, reading):
    path = write('{"a": NaN, "b": -Infinity, "c": 12345678901234567890123, "d": true}', "m.json")
    assert reading.rows_of(path) == [
        {"a": "NaN", "b": "-inf", "c": "12345678901234567890123", "d": "true"}
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(write, reading, encoding):
    path = write('{"method": "模型", "accuracy": 1}', "m.json", encoding=encoding)
    assert reading.rows_of(path)[0]["method"] == "模型"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ("{}", "no rows"),
        ("[]", "no rows"),
        ("3", "no objects"),
        ("[1, 2]", "something other than objects"),
        ('{"a": 1', "not JSON"),
        ('{"a": 1, "a": 2}', "'a' is twice"),
        ('{"a": 1, "A": 2}', "differ only in case"),
        ('{"__row": 1}', "two underscores"),
        ('{"accuracy": [1, 2], "loss": [3, 4]}', "does not say what they run over"),
        ('{"seed": [0], "x": "y", "accuracy": [3, 4]}', "not of one length: seed 1, accuracy 2"),
        ('{"x": {"foo": 1, "bar": 2}, "y": {"foo": 1, "bar": 2}}', "cannot be told"),
        ('{"lora": {"digits": [1, 2]}}', "over seeds, say so by keys"),
        ('{"a": [{"x": 1}], "b": [{"x": 1}]}', "several tables: a, b"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deep"),
        ('{"a":' * 60 + "1" + "}" * 60, "nested too deep"),
        (b'{"a": "\xff"}', "UTF-8"),
        ("[" * 200_000, "JSON"),
        ('{"a": ' + "1" * 5000 + "}", "more than 4300 digits"),
    ],
)
def test_bad_documents(write, reading, content, message):
    with pytest.raises(InputError, match=message) as caught:
        reading.rows_of(write(content, "m.json"))
    assert caught.value.where.startswith("m.json")


def test_a_torn_list_keeps_what_is_sound(write, reading):
    path = write(json.dumps(ROWS, indent=1)[:-30], "results.json")
    with reading.opened(path) as (rows, raw):
        assert len(rows) == 2
    assert "the 2 records before it are kept" in raw.notes[0].message
    both = write(json.dumps(ROWS[0], indent=1) + "\n" + json.dumps(ROWS[1], indent=1), "two.json")
    assert len(reading.rows_of(both)) == 2


def test_in_a_folder_only_results_count(write, tmp_path):
    write('{"accuracy": 0.5}', "in/a/metrics.json")
    write(json.dumps(ROWS), "in/rows.json")
    for name, text in {
        "config.json": '{"accuracy": 1}',
        "model_config.json": '{"accuracy": 1}',
        "tokenizer.json": '{"vocab": {"a": 1}}',
        "notes.json": '{"text": "accuracy"}',
        "broken.json": '{"accuracy": ',
        "array.json": "[1, 2, 3]",
        "empty.json": "{}",
        "train.json": '{"text": "x"}\n{"text": "y"}\n',
    }.items():
        write(text, f"in/{name}")
    found, _ = stores.find(tmp_path / "in")
    assert sorted(file.name for one in found for file in one.files) == ["metrics.json", "rows.json"]


def test_documents_of_one_form_are_one_relation(write, reading, tmp_path):
    for seed in range(4):
        values = {"accuracy": seed / 4, "loss": 1.0}
        write(json.dumps(values if seed < 3 else {"accuracy": 1.0}), f"in/lora/seed={seed}/m.json")
        write(
            json.dumps({"lr": 0.1, "model": {"name": "lora"}}), f"in/lora/seed={seed}/config.json"
        )
    with reading.opened(tmp_path / "in") as (rows, raw):
        assert [row["path.seed"] for row in rows] == ["0", "1", "2", "3"]
        assert {row["config.model.name"] for row in rows} == {"lora"}
        assert [row["loss"] for row in rows] == ["1.0", "1.0", "1.0", None]
        assert rows[1]["__unit"] == "/lora/seed=1/m.json"
    assert raw.columns[:2] == ("accuracy", "loss")


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
KEYS = st.sampled_from(["method", "accuracy", "seed", "0", "1", "digits", "results", "data"])
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner),
    max_leaves=12,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(DOCUMENTS, st.integers(0, 40), st.booleans())
def test_any_document_is_rows_or_an_error(write, reading, document, cut, lines):
    text = json.dumps(document)
    text = f"{text}\n{text}" if lines else text
    path = write(text[: len(text) - cut] if cut < len(text) else text, "results.json")
    try:
        rows = reading.rows_of(path)
    except InputError:
        return
    assert rows


def test_lists_that_were_left_out_are_in_the_error(write):
    """Without them no column holds numbers: the error alone would not say where they went."""
    rows = [{"method": m, "dataset": "x", "accuracy": [0.1, 0.2], "seed": [0, 1]} for m in "ab"]
    path = write(json.dumps(rows), "r.json")
    with pytest.raises(InputError, match="no column holds numbers") as error:
        results.load([Source(path, path.name)], Project(root=path.parent))
    assert "lists were left out: accuracy, seed" in error.value.hint
