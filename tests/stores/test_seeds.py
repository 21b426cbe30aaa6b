from __future__ import annotations

import pytest

from paperforge.errors import InputError
from paperforge.stores import seeds


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("method,seed_0,seed_1", [("lora", "0", None, "1"), ("lora", "1", None, "2")]),
        ("method,run1,run2", [("lora", "1", None, "1"), ("lora", "2", None, "2")]),
        ("method,Seed 3,Seed 7", [("lora", "3", None, "1"), ("lora", "7", None, "2")]),
        ("method,0,1", [("lora", "0", None, "1"), ("lora", "1", None, "2")]),
        ("method,acc_seed0,acc_seed1", [("lora", "0", "1", None), ("lora", "1", "2", None)]),
        ("method,acc (seed 0),acc (seed 1)", [("lora", "0", "1", None), ("lora", "1", "2", None)]),
    ],
)
def test_columns_of_seeds_are_rows(reading, write, header, expected):
    with reading.opened(write(f"{header}\nlora,1,2\n")) as (rows, raw):
        found = [(r["method"], r["seed"], r.get("acc"), r.get("score")) for r in rows]
        assert found == expected
        assert {row["__row"] for row in rows} == {2}
    assert "are taken for seeds" in raw.notes[-1].message


def test_folds_measures_and_long_tables(reading, write):
    text = "method,a_fold1,a_fold2,b_fold2,b_fold1\nlora,1,2,3,4\n"
    assert reading.rows_of(write(text)) == [
        {"method": "lora", "fold": "1", "a": "1", "b": "4"},
        {"method": "lora", "fold": "2", "a": "2", "b": "3"},
    ]
    text = "method,metric,seed0,seed1\nlora,acc,1,2\n"
    assert reading.rows_of(write(text, "long.csv"))[1] == {
        "method": "lora", "metric": "acc", "seed": "1", "value": "2"
    }  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [
        "method,seed,seed_0,seed_1",
        "method,seed_0,acc",
        "method,run,acc",
        "method,f1,f2,acc",
        "a,acc,acc_seed0",
    ],
)
def test_others_are_left_alone(header):
    assert seeds.columns(header.split(",")) == ("", {})


def test_a_row_of_numbers_is_no_header(reading, write):
    with pytest.raises(InputError, match="where a column's name should be"):
        reading.rows_of(write("lora,0,0.93\nfull,1,0.95\n"))
    with pytest.raises(InputError, match="where a column's name should be"):
        reading.rows_of(write("lora,0,1\nfull,1,0\n"))
