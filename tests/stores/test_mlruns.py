from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores
from paperforge.errors import InputError
from paperforge.stores import mlruns

DATA = Path(__file__).parents[1] / "data"
VERSIONS = [DATA / "mlruns" / "v2", DATA / "mlruns" / "v3"]
FUZZ = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
META = """artifact_uri: artifacts
experiment_id: '1'
lifecycle_stage: active
run_id: {run}
run_name: {name}
start_time: {start}
status: {status}
tags: []
"""


@pytest.fixture
def make(tmp_path):
    """Write a run's folder by hand: make("lora", metrics={"acc": "1 0.5 0\\n"}, status=4)."""

    def maker(name, *, metrics=None, params=None, tags=None, status=3, folder="1", meta=""):
        number = len(list(tmp_path.rglob("meta.yaml")))
        run = f"{number:032x}"
        place = tmp_path / folder / run
        place.mkdir(parents=True)
        text = META.format(run=run, name=name, start=number, status=status) + meta
        (place / "meta.yaml").write_text(text)
        files = {"metrics": metrics, "params": params, "tags": tags}
        for kind, entries in files.items():
            for key, content in (entries or {}).items():
                path = place / kind / key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        return place

    return maker


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.name)
def test_exactly_what_was_logged(path, reading, tracking):
    rows, notes = reading.tidy_of(path)
    assert tracking.told(rows) == tracking.truth(DATA / "mlflow" / "truth.json")
    assert any("2 runs deleted" in note.message for note in notes)


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.name)
def test_final_values_alone_are_those_of_the_history(path, tracking):
    whole, count = tracking.finals(path, history=True)
    latest, fewer = tracking.finals(path, history=False)
    assert latest == whole
    assert fewer < count


def test_a_row_is_found_again_by_file_and_line(reading):
    (found,), _ = stores.find(VERSIONS[1])
    rows, _ = reading.tidy_of(VERSIONS[1])
    for row in rows[:40]:
        file, line = row["source"].split(" run ")[0], int(row["source"].rpartition("line ")[2])
        text = (found.root.parent / file).read_text().splitlines()[line - 1]
        value = float(text.split()[1])
        assert value == row["value"] or (math.isnan(value) and math.isnan(row["value"]))
        assert float(text.split()[2]) == row["step"]


def test_only_runs_are_recognised():
    recognised = {path for path in VERSIONS[1].rglob("*.yaml") if mlruns.recognises(path)}
    others = set(VERSIONS[1].rglob("meta.yaml")) - recognised
    assert len(recognised) == 33
    texts = [path.read_text() for path in others]
    assert any("model_id" in text for text in texts)
    assert any("source_type: DATASET" in text for text in texts)


def test_settings_keep_spaces_percents_and_lines(reading):
    with reading.opened(VERSIONS[0]) as (rows, _):
        assert {row["params.note"] for row in rows if row["run_name"] == "lora-mnli-1"} == {
            "50% of the data\nand a second line"
        }
        assert {row["tags.dataset"] for row in rows if row["run_name"] == "lora-mnli-0"} == {
            "mnli-train"
        }


def test_the_folder_of_one_run_and_its_meta_file_are_sources(reading, make):
    place = make("lora", metrics={"a/b/acc": "5 0.5 1\n"}, params={"seed": "3"})
    for source in (place, place / "meta.yaml"):
        with reading.opened(source) as (rows, _):
            assert [(r["metric"], r["step"], r["value"], r["params.seed"]) for r in rows] == [
                ("a/b/acc", 1, 0.5, "3")
            ]
    assert reading.places_of(place) == ["/metrics/a/b/acc run lora line 1"]


def test_fields_of_a_line(reading, make, tmp_path):
    text = "1 0.1\n2 0.2 5 digits 3f\n\n3 0.3 5 two words 4a\n4 0.4 6 later\n5 nan 7\n6 -inf 8\n"
    make("lora", metrics={"acc": text})
    with reading.opened(tmp_path) as (rows, raw):
        found = [(r["step"], str(r["value"]), r["dataset"], r["__at"]) for r in rows]
    assert found == [
        (0, "0.1", None, 1),
        (5, "0.2", "digits", 2),
        (5, "0.3", "two words", 4),
        (6, "0.4", None, 5),
        (7, "nan", None, 6),
        (8, "-inf", None, 7),
    ]
    assert not raw.notes


def test_the_last_value_is_mlflows(tmp_path, tracking, make):
    make("lora", metrics={"time": "20 0.1 5\n10 0.9 5\n", "step": "1 0.2 9\n2 0.8 8\n"})
    whole, _ = tracking.finals(tmp_path, history=True)
    latest, count = tracking.finals(tmp_path, history=False)
    assert [value for _, _, value in whole] == ["0.2", "0.1"]
    assert latest == whole
    assert count == 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1 0.1 0\nhello world x\n3 0.3 2\n", 1),
        ("1 0.1 0\n2 0.", 1),
        ("1 0.1 0\n2 0.2 1", 2),
        ("1 0.1 0\n" + "9" * 10_000, 1),
        ("1 0.1 0\n1 0.1 1" + "0" * 400 + "\n", 1),
    ],
)
def test_a_damaged_line_ends_its_file(reading, make, tmp_path, text, kept):
    make("lora", metrics={"acc": text, "other": "1 1 1\n"})
    with reading.opened(tmp_path) as (rows, raw):
        assert len([row for row in rows if row["metric"] == "acc"]) == kept
        assert len([row for row in rows if row["metric"] == "other"]) == 1
    assert len(raw.notes) == (kept == 1)
    assert all("the lines above are kept" in note.message for note in raw.notes)


def test_states_names_and_families(reading, make, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "meta.yaml").write_text("name: study\nlifecycle_stage: active\n")
    parent = make("sweep", metrics={"acc": "1 1 1\n"}, params={"dataset": "moons"})
    make("", metrics={"acc": "1 1 1\n"}, tags={"mlflow.parentRunId": parent.name})
    make("failed", status=4)
    make("killed", status=5)
    make("running", status=1)
    make("word", status="FINISHED")
    make("odd", status="[3]")
    make("trashed", folder=".trash/7", metrics={"acc": "1 1 1\n"})
    with reading.opened(tmp_path) as (rows, raw):
        states = {row["run_name"]: row["status"] for row in rows}
        nested = next(row for row in rows if row["run_name"] is None)
        assert {row["mlflow.experiment"] for row in rows} == {"study", None}
    assert nested["params.dataset"] == "moons"
    assert states == {
        "sweep": "parent",
        None: "finished",
        "failed": "failed",
        "killed": "killed",
        "running": "running",
        "word": "finished",
        "odd": None,
        "trashed": "deleted",
    }
    assert len(raw.notes) == 2


def test_hostile_yaml(reading, make, tmp_path):
    make("fine", metrics={"acc": "1 1 1\n"})
    make("tagged", meta='x: !!python/object/apply:os.system ["touch /tmp/never"]\n')
    bomb = "a0: &a0 [1]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    make("aliases", meta=bomb)
    make("merged", meta=bomb.replace("[1]", "{x: 1}").replace(": &", ": &").replace("[*", "[*"))
    make("broken", meta="x: [1\n")
    make("deep", meta="x: " + "[" * 5000 + "\n")
    with reading.opened(tmp_path) as (rows, raw):
        assert {row["run_name"] for row in rows} == {"fine", "tagged", "aliases", "merged"}
    assert len(raw.notes) == 2


def test_links_among_the_files_are_left_out(reading, make, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("1 0.5 0\n")
    place = make("lora", metrics={"acc": "1 1 1\n"}, folder="store/1")
    (place / "metrics" / "stolen").symlink_to(secret)
    (place / "params").symlink_to(tmp_path)
    with reading.opened(tmp_path / "store") as (rows, raw):
        assert {row["metric"] for row in rows} == {"acc"}
    assert any("2 links" in note.message for note in raw.notes)


def test_a_store_of_nothing_readable(reading, make, tmp_path):
    make("broken", meta="x: [1\n")
    with pytest.raises(InputError, match="not YAML"):
        reading.rows_of(tmp_path)


@FUZZ
@given(st.data())
def test_mutated_files_are_rows_or_an_error(tmp_path, tracking, data):
    folder = tmp_path / "store"
    shutil.rmtree(folder, ignore_errors=True)
    source = next(VERSIONS[1].glob("*/*/params")).parent
    shutil.copytree(source, folder / "1" / source.name)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(files))
        content = bytearray(path.read_bytes())
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, len(content)))
        content[start:end] = data.draw(st.binary(max_size=30))
        path.write_bytes(content)
    tracking.survives(folder)
