"""OpenAI evals: what data/openai_evals/make.py wrote with the real one, read back."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import openai_evals

DATA = Path(__file__).parents[1] / "data" / "openai_evals" / "logs"


def events_of(path):
    found = []
    for line in path.read_text().splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            found.append(json.loads(line))
    return found


def test_every_match_is_an_accuracy_of_its_sample(reading):
    rows, notes = reading.tidy_of(DATA)
    for path in DATA.iterdir():
        events = events_of(path)
        spec = events[0]["spec"]
        found = {
            row["example"]: row["value"]
            for row in rows
            if (row["method"], row["dataset"]) == (spec["completion_fns"][0], spec["eval_name"])
            and isinstance(row["example"], str)
        }
        assert found == {
            event["sample_id"]: float(event["data"]["correct"])
            for event in events
            if event.get("type") == "match"
        }
        assert {row["run"] for row in rows if path.name in row["source"]} == {spec["run_id"]}
    assert any("numbers before it are kept" in note.message for note in notes)


def test_the_report_is_beside_its_samples(reading):
    rows, _ = reading.tidy_of(DATA)
    reports = {
        (row["method"], row["dataset"]): row["value"]
        for row in rows
        if not isinstance(row["example"], str)
    }
    assert {row["metric"] for row in rows} == {"accuracy"}
    assert reports == {
        (e[0]["spec"]["completion_fns"][0], e[0]["spec"]["eval_name"]): one["final_report"][
            "accuracy"
        ]
        for e in map(events_of, DATA.iterdir())
        for one in e
        if "final_report" in one
    }


def test_a_log_without_a_report_is_not_finished(reading):
    rows, _ = reading.tidy_of(DATA)
    running = {(r["method"], r["dataset"]) for r in rows if r["status"] == "running"}
    assert running == {("toy-beta", "more-sums.test.v1")}


def test_numbers_of_samples(write, reading):
    lines = [
        {"spec": {"completion_fns": ["m"], "eval_name": "e", "run_id": "r"}},
        {"sample_id": "s", "type": "metrics", "data": {"f1": 0.5, "said": "x", "f1_std": 0.1}},
        {"final_report": {"f1": 0.5}},
    ]
    rows = reading.rows_of(write("\n".join(map(json.dumps, lines)), "x.jsonl"))
    assert [(r["metric"], r["value"], r["example"]) for r in rows] == [
        ("f1", 0.5, "s"),
        ("f1", 0.5, None),
    ]


@pytest.mark.parametrize("text", ['{"spec": 1}', '{"a": 1}', ""])
def test_other_lines_are_not_taken(write, text):
    assert not openai_evals.recognises(write(text, "x.jsonl"))


@given(data=st.data())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damage_gives_rows_or_an_error_of_ours(tmp_path, reading, data):
    content = bytearray(min(DATA.iterdir()).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        new = data.draw(st.sampled_from([b"", b"[", b"}", b"null", b"1e999", b'"', b"9" * 400]))
        content[at : at + data.draw(st.integers(0, 30))] = new
    path = tmp_path / "x.jsonl"
    path.write_bytes(bytes(content))
    with contextlib.suppress(InputError):
        if openai_evals.recognises(path):
            reading.rows_of(path)
