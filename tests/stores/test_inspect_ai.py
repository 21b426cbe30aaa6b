"""Inspect: what data/inspect_ai/make.py wrote with the real one, read back."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import documents, inspect_ai
from paperforge.stores.inspect_logs import number

DATA = Path(__file__).parents[1] / "data" / "inspect_ai"


@pytest.fixture(scope="module")
def logs(reading):
    """The rows and notes of the folder of archives."""
    return reading.tidy_of(DATA / "logs")


def content_of(path):
    """The members of an archive, unpacked."""
    with documents.open_zip(path) as archive:
        return {name: documents.member(archive, name, "x") for name in archive.namelist()}


def deflated(members):
    """An archive as inspect wrote it before zstd."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def test_every_score_is_found_with_its_seed_and_epoch(logs):
    rows, _ = logs
    found = Counter(
        (r["method"], r["dataset"], r["seed"], r["example"], r["metric"], r["value"], r["kept"])
        for r in rows
        if r["status"] == "finished"
    )
    truth = Counter()
    with (DATA / "logs.csv").open() as stream:
        for row in csv.DictReader(stream):
            seed = row["seed"] + (f" epoch {row['epoch']}" if row["dataset"] == "add" else "")
            named = (row["method"], row["dataset"], seed, row["example"], row["metric"])
            truth[(*named, float(row["value"]), bool(int(row["kept"])))] += 1
    assert found == truth


def test_a_failed_try_counts_for_nothing(logs):
    rows, notes = logs
    failed = [row for row in rows if row["status"] == "crashed"]
    assert {(r["method"], r["dataset"]) for r in failed} == {("mockllm/beta", "add")}
    assert not any(row["kept"] for row in failed if row["value"] == row["value"])
    assert any("only an error" in note.message for note in notes)


def test_the_two_forms_of_log_say_the_same(reading):
    plain = reading.rows_of(DATA / "json")
    assert {row["metric"] for row in plain} == {"accuracy", "partly", "parts/half", "parts/length"}
    names = ("method", "dataset", "example", "epoch", "metric", "value")
    found = Counter(tuple(row[name] for name in names) for row in plain)
    archives = [
        row
        for row in reading.rows_of(DATA / "logs")
        if row["method"] == "mockllm/alpha" and row["seed"].startswith("0") and row["run"]
    ]
    runs = {row["run"] for row in archives}
    assert len(runs) == 2
    first = Counter(tuple(row[name] for name in names) for row in archives)
    assert not found - first


def test_a_killed_process_leaves_its_journal(reading):
    rows, _ = reading.tidy_of(DATA / "broken")
    assert [(r["example"], r["seed"], r["status"]) for r in rows] == [
        ("1", "1", "running"),
        ("2", "1", "running"),
    ]


def test_archives_from_before_zstd(write, reading):
    path = next((DATA / "logs").glob("*say-it*"))
    old = write(deflated(content_of(path)), "old.eval")
    assert reading.rows_of(old) == reading.rows_of(path)


def test_a_log_without_samples_has_its_means(write, reading):
    path = next((DATA / "logs").glob("*say-it*"))
    header = {"header.json": content_of(path)["header.json"]}
    rows = reading.rows_of(write(deflated(header), "header.eval"))
    truth = reading.rows_of(path)
    assert {row["metric"]: row["value"] for row in rows} == {
        metric: pytest.approx(
            sum(r["value"] for r in truth if r["metric"] == metric)
            / sum(r["metric"] == metric for r in truth)
        )
        for metric in ("partly", "parts/length", "parts/half")
    }
    assert all("example" not in row for row in rows)


def test_a_rerun_is_the_same_run_and_another_setting_is_not(tmp_path, reading):
    path = next((DATA / "logs").glob("*say-it*"))
    members = content_of(path)
    header = json.loads(members["header.json"])
    header["eval"] |= {"eval_id": "second", "run_id": "x", "created": "2027-01-01T00:00:00+00:00"}
    root = tmp_path / "logs"
    root.mkdir()
    shutil.copy(path, root / "a.eval")
    (root / "b.eval").write_bytes(deflated({**members, "header.json": json.dumps(header)}))
    rows, _ = reading.tidy_of(root)
    assert len(rows) == 18
    assert {bool(row["kept"]) for row in rows if "a.eval" in row["source"]} == {False}
    header["eval"]["task_args"] = {"prompt": "short"}
    (root / "b.eval").write_bytes(deflated({**members, "header.json": json.dumps(header)}))
    rows, _ = reading.tidy_of(root)
    assert len({row["run"] for row in rows}) == 2


def test_a_damaged_member_is_said(write, reading):
    members = content_of(next((DATA / "broken").glob("*.eval")))
    members["_journal/summaries/2.json"] = b'[{"id": 2, '
    with reading.opened(write(deflated(members), "x.eval")) as (rows, raw):
        assert [row["example"] for row in rows] == ["1"]
        assert any("1 scores before it are kept" in note.message for note in raw.notes)


def test_scores_that_are_no_numbers_are_said(write, reading):
    members = content_of(next((DATA / "broken").glob("*.eval")))
    scores = {"match": {"value": [1, 2]}}
    members["_journal/summaries/2.json"] = json.dumps([{"id": 2, "epoch": 1, "scores": scores}])
    with reading.opened(write(deflated(members), "x.eval")) as (rows, raw):
        assert len(rows) == 1
        assert any("no numbers (accuracy)" in note.message for note in raw.notes)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("C", 1), ("I", 0), ("P", 0.5), ("N", 0), ("Yes", 1), (True, 1), ("0.25", 0.25),
        ("other", None), ([1], None), (10**400, None), (None, None),
    ],
)  # fmt: skip
def test_what_a_score_is_worth(value, expected):
    assert number(value) == expected


def test_a_bomb_is_refused(write, reading):
    members = content_of(next((DATA / "logs").glob("*say-it*")))
    members["summaries.json"] = b"[" + b" " * (30 << 20) + b"]"
    with reading.opened(write(deflated(members), "x.eval")) as (rows, raw):
        assert {row["metric"] for row in rows} == {"partly", "parts/length", "parts/half"}
        assert any("unpacks to far more" in note.message for note in raw.notes)


def test_summaries_that_are_too_large_are_in_the_journal(write, reading):
    path = next((DATA / "logs").glob("*say-it*"))
    members = content_of(path)
    members["summaries.json"] = b"[" + b" " * (60 << 20) + b"]"
    assert reading.rows_of(write(deflated(members), "x.eval")) == reading.rows_of(path)


def test_a_log_that_failed_keeps_its_model_and_task(write, reading):
    told = {"eval_id": "x", "task": "sums", "model": "mock/a", "created": "2026-01-01"}
    log = {"version": 2, "status": "error", "eval": told}
    path = write(json.dumps(log), "logs/a.json")
    assert [(r["method"], r["dataset"], r["status"]) for r in reading.rows_of(path)] == [
        ("mock/a", "sums", "error")
    ]
    done = {**log, "status": "success", "eval": {**told, "model": "mock/b", "eval_id": "y"}}
    sample = {"id": 1, "epoch": 1, "scores": {"match": {"value": "C"}}}
    write(json.dumps({**done, "samples": [sample]}), "logs/b.json")
    rows, notes = reading.tidy_of(path.parent)
    assert not any("left out" in note.message for note in notes)
    assert [(r["method"], r["dataset"], r["status"]) for r in rows] == [
        ("mock/a", "sums", "crashed"),
        ("mock/b", "sums", "finished"),
    ]


@pytest.mark.parametrize("text", ["{}", '{"version": 2, "status": 3}', '{"version": 2}'])
def test_other_json_is_not_taken(write, text):
    assert not inspect_ai.recognises(write(text, "x.json"))


@pytest.mark.parametrize("name", ["logs", "broken", "json"])
@given(data=st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damage_gives_rows_or_an_error_of_ours(tmp_path, reading, name, data):
    file = next((DATA / name).glob("*add*"))
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        new = data.draw(
            st.sampled_from([b"", b"\xff\xff", b"\0\0\0\0", b"null", b"[", b"}", b"PK\x01\x02"])
        )
        content[at : at + data.draw(st.integers(0, 12))] = new
    path = tmp_path / f"x{file.suffix}"
    path.write_bytes(bytes(content))
    try:
        if inspect_ai.recognises(path):
            reading.rows_of(path)
    except InputError:
        pass


@given(data=st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_odd_content_gives_rows_or_an_error_of_ours(tmp_path, reading, data):
    odd = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
        ),
        max_leaves=6,
    )
    path = next((DATA / "logs").glob("*add*"))
    members = content_of(path)
    for name in ("header.json", "summaries.json"):
        content = json.loads(members[name])
        place = content if isinstance(content, dict) else {"all": content}
        for _ in range(data.draw(st.integers(0, 4))):
            values = [*place.values(), *(place.get("all") or [])]
            inner = [v for v in values if isinstance(v, dict) and v]
            if inner and data.draw(st.booleans()):
                place = data.draw(st.sampled_from(inner))
            place[data.draw(st.sampled_from(sorted(place)))] = data.draw(odd)
            place = content if isinstance(content, dict) else {"all": content}
        members[name] = json.dumps(content)
    new = tmp_path / "x.eval"
    new.write_bytes(deflated(members))
    with contextlib.suppress(InputError):
        reading.rows_of(new)
