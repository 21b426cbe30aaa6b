"""sacreBLEU: what data/sacrebleu/make.py wrote with its own command, read back."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import sacrebleu

DATA = Path(__file__).parents[1] / "data" / "sacrebleu"


def scores_of(path):
    content = json.loads(path.read_text())
    return {
        one["name"]: one["score"] for one in (content if isinstance(content, list) else [content])
    }


def test_the_file_names_the_system(reading):
    rows, notes = reading.tidy_of(DATA / "flat")
    for system in ("ours", "base", "wild"):
        found = {row["metric"]: row["value"] for row in rows if row["method"] == system}
        assert found == scores_of(DATA / "flat" / f"{system}.json")
    assert {row["dataset"] for row in rows} == {None}
    (note,) = [n for n in notes if "different ways" in n.message]
    assert "BLEU was computed in different ways (base: tok:13a; wild: tok:char)" in note.message


def test_folders_name_systems_where_files_have_equal_names(reading):
    rows, notes = reading.tidy_of(DATA / "folders")
    assert {(row["method"], row["dataset"]): row["value"] for row in rows} == {
        (system, dataset): scores_of(DATA / "folders" / system / f"{dataset}.json")["BLEU"]
        for system in ("ours", "base")
        for dataset in ("news", "talks")
    }
    assert not any("different ways" in note.message for note in notes)


def test_the_authors_pattern_comes_first(reading):
    rows, _ = reading.tidy_of(DATA / "folders", pattern="{dataset}/{method}")
    assert {(row["method"], row["dataset"]) for row in rows} == {
        (method, dataset) for method in ("news", "talks") for dataset in ("ours", "base")
    }


def test_compared_systems_are_in_one_file(reading):
    rows, _ = reading.tidy_of(DATA / "systems.json")
    content = json.loads((DATA / "systems.json").read_text())
    assert {row["method"]: row["value"] for row in rows} == {
        "ours": content[0]["BLEU"]["score"],
        "base": content[1]["BLEU"]["score"],
    }


def test_a_damaged_file_is_said(write, reading):
    write((DATA / "flat" / "ours.json").read_bytes(), "r/ours.json")
    path = write((DATA / "flat" / "base.json").read_bytes()[:300], "r/base.json")
    rows, notes = reading.tidy_of(path.parent)
    assert {row["method"] for row in rows} == {"ours"}
    assert any("left out: is not JSON" in note.message for note in notes)


@pytest.mark.parametrize("text", ["[]", '{"name": "x", "score": 1}', '[{"system": "a"}]'])
def test_other_json_is_not_taken(write, text):
    assert not sacrebleu.recognises(write(text, "x.json"))


@pytest.mark.parametrize("name", ["flat/ours.json", "systems.json"])
@given(data=st.data())
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damage_gives_rows_or_an_error_of_ours(tmp_path, reading, name, data):
    content = bytearray((DATA / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        new = data.draw(
            st.sampled_from([b"", b"[", b"}", b"null", b"1e999", b'"', b"\xff", b"9" * 400])
        )
        content[at : at + data.draw(st.integers(0, 30))] = new
    path = tmp_path / "x.json"
    path.write_bytes(bytes(content))
    with contextlib.suppress(InputError):
        if sacrebleu.recognises(path):
            reading.rows_of(path)
