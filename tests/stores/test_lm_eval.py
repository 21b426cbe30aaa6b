"""lm-evaluation-harness: what data/lm_eval/make*.py wrote with the real one, read back."""

from __future__ import annotations

import csv
import json
import math
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import lm_eval

DATA = Path(__file__).parents[1] / "data" / "lm_eval"


def key(row):
    return (row["method"], row["dataset"], row["seed"], row["example"], row["metric"])


def examples(rows):
    return [row for row in rows if isinstance(row["example"], str)]


@pytest.fixture
def copy(tmp_path):
    """A copy of a data folder, to change."""

    def copied(name):
        return shutil.copytree(DATA / name, tmp_path / name)

    return copied


def test_every_example_is_found_with_its_seed_and_the_rerun_replaces_the_first(reading):
    rows, _ = reading.tidy_of(DATA / "current")
    with (DATA / "current.csv").open() as stream:
        truth = Counter(
            (key(row), float(row["value"]), int(row["kept"])) for row in csv.DictReader(stream)
        )
    assert Counter((key(r), r["value"], int(r["kept"])) for r in examples(rows)) == truth
    assert {row["status"] for row in rows} == {"finished"}


def test_results_are_the_means_of_their_examples(reading):
    rows, notes = reading.tidy_of(DATA / "current")
    kept = [row for row in rows if row["kept"]]
    means = [row for row in kept if not examples([row])]
    assert len(means) == 3 * 5 * 3
    for mean in means:
        parts = [
            r["value"]
            for r in examples(kept)
            if key(r)[:3] == key(mean)[:3] and r["metric"] == mean["metric"]
        ]
        assert mean["value"] == pytest.approx(sum(parts) / len(parts))
    assert any("name no example" in note.message for note in notes)


def test_a_row_says_its_file_and_line(reading):
    rows, _ = reading.tidy_of(DATA / "current")
    stamp = "2026-03-01T12-16-00.250000"
    last = [row["source"] for row in rows if stamp in row["source"]]
    assert f"current/toy__alpha/results_{stamp}.json" in last
    assert f"current/toy__alpha/samples_toy_sums_2_{stamp}.jsonl line 10" in last


def test_without_samples_the_results_have_seeds(copy, reading):
    root = copy("current")
    for path in root.rglob("samples_*"):
        path.unlink()
    rows, _ = reading.tidy_of(root)
    assert len(rows) == 16 * 3
    assert sum(row["kept"] for row in rows) == 15 * 3
    assert {row["seed"] for row in rows} == set("01234")


def test_samples_alone_have_their_model_from_the_folder(copy, reading):
    root = copy("current")
    for path in root.rglob("results_*"):
        path.unlink()
    rows, notes = reading.tidy_of(root, where={"metric": "acc"})
    assert {row["method"] for row in rows} == {"toy/alpha", "toy/beta", "toy/gamma"}
    assert {row["dataset"] for row in rows} == {"toy_capitals"}
    assert any("the folder names the model" in note.message for note in notes)


def test_a_group_is_not_counted_beside_its_tasks(reading):
    rows, notes = reading.tidy_of(DATA / "groups")
    assert {row["dataset"] for row in rows} == {"toy_capitals", "toy_words", "toy_text"}
    assert any("toy_choice" in note.message for note in notes)


def test_a_group_without_its_tasks_counts(copy, reading):
    root = copy("groups")
    for path in root.rglob("samples_*"):
        path.unlink()
    for path in root.rglob("results_*"):
        content = json.loads(path.read_text())
        content["results"] = {"toy_choice": content["groups"]["toy_choice"]}
        path.write_text(json.dumps(content))
    rows, _ = reading.tidy_of(root)
    assert {row["dataset"] for row in rows} == {"toy_choice"}


def test_parts_of_a_perplexity_are_no_perplexities(reading):
    rows, notes = reading.tidy_of(DATA / "groups")
    found = [row for row in rows if "perplexity" in row["metric"]]
    assert found
    assert not examples(found)
    assert any("no part of a mean: perplexity" in note.message for note in notes)


def test_a_seed_that_never_differs_is_none(reading):
    rows, _ = reading.tidy_of(DATA / "groups")
    assert {row["seed"] for row in rows} == {None}


def test_seeds_of_the_folders_come_first(tmp_path, reading):
    for seed in (7, 8):
        shutil.copytree(DATA / "groups" / "toy__beta", tmp_path / "r" / f"seed={seed}" / "toy")
    rows, _ = reading.tidy_of(tmp_path / "r")
    assert {row["seed"] for row in rows} == {"7", "8"}
    assert all(row["kept"] for row in rows)


def test_the_authors_pattern_comes_before_the_file(tmp_path, reading):
    shutil.copytree(DATA / "legacy", tmp_path / "r" / "ours" / "3")
    for path in list((tmp_path / "r").rglob("toy-[ab]*")):
        path.unlink()
    rows, _ = reading.tidy_of(tmp_path / "r", pattern="{method}/{seed}")
    assert {(row["method"], row["seed"]) for row in rows} == {("ours", "3")}


def test_different_numbers_of_shots_are_different_runs(copy, reading):
    root = copy("groups") / "toy__beta"
    first = next(root.glob("results_*"))
    content = json.loads(first.read_text())
    content["n-shot"] = dict.fromkeys(content["n-shot"], 5)
    (root / "results_2026-04-01T00-00-00.000000.json").write_text(json.dumps(content))
    rows, notes = reading.tidy_of(root)
    assert len({row["run"] for row in rows}) == 2
    assert any("different n_shot: 0, 5" in note.message for note in notes)


def test_legacy_results(reading):
    rows, _ = reading.tidy_of(DATA / "legacy")
    truth = json.loads((DATA / "legacy.json").read_text())
    assert {(r["method"], r["dataset"], r["metric"]): r["value"] for r in rows} == {
        (model, task, metric): value
        for model, tasks in truth.items()
        for task, value in tasks.items()
        for metric in ("acc", "acc_norm")
    }


def test_lists_of_examples_as_0_4_0_wrote_them(reading):
    rows, _ = reading.tidy_of(DATA / "lists")
    found = Counter((row["dataset"], row["metric"]) for row in examples(rows))
    assert found == {
        ("toy_capitals", "acc"): 6,
        ("toy_sums_2", "exact_match,strict"): 5,
        ("toy_sums_2", "exact_match,loose"): 5,
    }
    strict = [r["value"] for r in examples(rows) if r["metric"] == "exact_match,strict"]
    assert sum(strict) == 1
    assert rows[-1]["source"] == "lists/pretrained__toy__beta_toy_sums_2.jsonl record 10"


def test_what_write_out_logged(copy, reading):
    # The layout of the last versions before 0.4: numbers are texts.
    root = copy("legacy")
    for path in root.glob("toy-[bg]*"):
        path.unlink()
    logged = [
        {"doc_id": n, "prompt_0": "x", "logit_0": -1.0, "truth": n % 2, "acc": str(n in {1, 4})}
        for n in range(6)
    ]
    (root / "legacy_one_write_out_info.json").write_text(json.dumps(logged, indent=4))
    rows, _ = reading.tidy_of(root)
    found = {row["example"]: row["value"] for row in examples(rows)}
    assert found == {str(n): float(n in {1, 4}) for n in range(6)}
    assert {(row["method"], row["dataset"]) for row in examples(rows)} == {
        ("toy/alpha", "legacy_one")
    }


def test_a_list_on_one_line_and_a_torn_one(copy, reading):
    root = copy("lists")
    path = root / "pretrained__toy__beta_toy_sums_2.jsonl"
    whole = path.read_bytes()
    path.write_text(json.dumps(json.loads(whole)))
    rows, _ = reading.tidy_of(root)
    assert sum(path.name in row["source"] for row in examples(rows)) == 10
    path.write_bytes(whole[: int(len(whole) * 0.75)])
    rows, notes = reading.tidy_of(root)
    assert sum(path.name in row["source"] for row in examples(rows)) == 7
    assert any("7 numbers before it are kept" in note.message for note in notes)


def test_a_torn_file_of_examples_keeps_what_is_before(copy, reading):
    root = copy("groups")
    path = next((root / "toy__beta").glob("samples_toy_capitals*"))
    path.write_bytes(path.read_bytes()[:-30])
    rows, notes = reading.tidy_of(root)
    assert len([r for r in examples(rows) if path.name in r["source"]]) == 5
    assert any("5 numbers before it are kept" in note.message for note in notes)


def test_a_torn_results_file_is_left_out_and_said(copy, reading):
    root = copy("legacy")
    path = root.parent / "legacy" / "results_2026-01-01T00-00-00.json"
    path.write_bytes((root / "toy-beta.json").read_bytes()[:100])
    rows, notes = reading.tidy_of(root)
    assert len(rows) == 12
    assert any("left out: is not JSON" in note.message for note in notes)


def test_what_is_no_number_is_none(write, reading):
    content = {
        "results": {"t": {"alias": "t", "acc,none": "N/A", "f1,none": math.nan, "em,none": 0.5}},
        "configs": {},
        "versions": {"t": 1},
        "config": {"model": "hf", "model_args": "pretrained=a/b,revision=main"},
    }
    path = write(json.dumps(content), "results_2026-01-01T00-00-00.json")
    rows = reading.rows_of(path)
    assert {row["method"] for row in rows} == {"a/b"}
    values = {row["metric"]: row["value"] for row in rows}
    assert values["acc"] is None
    assert math.isnan(values["f1"])
    assert values["em"] == 0.5


@pytest.mark.parametrize(
    "text", ['{"results": {"a": 1}}', '{"config_general": {}, "results": {}, "versions": {}}', "[]"]
)
def test_other_json_is_not_taken(write, text):
    assert not lm_eval.recognises(write(text, "x.json"))


def test_groups_that_contain_each_other_end(write, reading):
    content = {
        "results": {"a": {"acc,none": 1.0}, "b": {"acc,none": 0.5}},
        "group_subtasks": {"a": ["c"], "c": ["a", "c", 3], "b": "a"},
        "versions": {},
        "config": {"model": "m"},
    }
    rows = reading.rows_of(write(json.dumps(content), "x.json"))
    assert {row["dataset"] for row in rows} == {"b"}


FILES = sorted(
    [
        next((DATA / "current" / "toy__alpha").glob("results_*")),
        next((DATA / "groups" / "toy__beta").glob("samples_toy_words*")),
        DATA / "legacy" / "toy-beta.json",
        DATA / "lists" / "pretrained__toy__beta_toy_sums_2.jsonl",
    ]
)


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name[:20])
@given(data=st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damage_gives_rows_or_an_error_of_ours(tmp_path, reading, file, data):
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        new = data.draw(
            st.sampled_from(
                [b"", b"[", b"}", b"null", b"NaN", b"1e999", b'"', b"\xff", b"9" * 400, b'{"a":1},']
            )
        )
        content[at : at + data.draw(st.integers(0, 40))] = new
    path = tmp_path / file.name
    path.write_bytes(bytes(content))
    try:
        if lm_eval.recognises(path):
            reading.rows_of(path)
    except InputError:
        pass
