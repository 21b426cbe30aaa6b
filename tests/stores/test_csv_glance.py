"""Where names stand first in a sorted file: the same as line by line, or nothing."""

from __future__ import annotations

import csv
import random

import pytest

from paperforge.model import Found
from paperforge.stores import csv_glance, line_starts


def first_rows(path, columns):
    return csv_glance.first_rows(Found("csv", path, (path,)), columns)


def naive(path, columns):
    found = [{} for _ in columns]
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            for names, column in zip(found, columns, strict=True):
                names.setdefault(row[column], number)
    return found


@pytest.mark.parametrize("chunk", [70, 128, 1000, 1 << 18])
@pytest.mark.parametrize("end", ["\n", ""])
def test_the_same_as_line_by_line(tmp_path, monkeypatch, chunk, end):
    monkeypatch.setattr(line_starts, "_CHUNK", chunk)
    path = tmp_path / "r.csv"
    chance = random.Random(chunk)
    for _ in range(20):
        rows = [
            f"{m},{d},{s},0.{chance.randrange(10 ** chance.randrange(1, 12))}"
            for m in chance.sample(["a", "aa", "lora-r8", "é", "", "a b"], 4)
            for d in chance.sample(["x", "digits", "xx"], 2)
            for s in range(chance.randrange(1, 30))
        ]
        path.write_text("\n".join(["method,dataset,seed,acc", *rows]) + end, encoding="utf-8")
        for columns in (["method"], ["method", "dataset"], ["dataset"]):
            assert first_rows(path, columns) == naive(path, columns)


@pytest.mark.parametrize(
    "text",
    [
        'method,dataset,acc\na,x,1\n"b",x,1\n',
        "method,dataset,acc\na,x,1\n" + "b" * 400 + ",x,1\n",
        "method,dataset,acc\na,x,1\nb\n",
    ],
)
def test_what_is_not_like_that_is_left_to_the_engine(tmp_path, text):
    path = tmp_path / "r.csv"
    path.write_text(text, encoding="utf-8")
    assert first_rows(path, ["method", "dataset"]) is None
