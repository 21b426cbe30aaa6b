"""Folders that hold several kinds of store, and files that are no results."""

from __future__ import annotations

import json

import pytest

from paperforge import project as toml
from paperforge.errors import InputError
from paperforge.results import load
from paperforge.spec import Project, Source

HISTORY = '{"step": 1, "accuracy": 0.5}\n{"step": 2, "accuracy": 0.75}\n'


@pytest.fixture
def folder(tmp_path):
    """A sweep of JSON lines with a config each, and a table of another method."""
    root = tmp_path / "study"
    for method in ("full", "lora"):
        for seed in (0, 1):
            run = root / method / f"seed={seed}"
            run.mkdir(parents=True)
            (run / "config.json").write_text(json.dumps({"arch": method, "seed": seed}))
            (run / "history.jsonl").write_text(HISTORY)
    (root / "baseline.csv").write_text("model,seed,accuracy\nolder,0,0.4\nolder,1,0.45\n")
    return root


def _load(root, columns=None):
    return load([Source(root, "study", columns or {})], Project(root=root.parent))


def _said(results):
    return [f"{note.where}: {note.message}" for note in results.notes]


def test_a_declared_column_counts_where_it_is_and_the_rest_is_guessed(folder):
    found = _load(folder, {"method": "config.arch"})
    assert [method.name for method in found.methods] == ["full", "lora", "older"]
    assert any(
        text.startswith("study/baseline.csv: has no column 'config.arch'") for text in _said(found)
    )


def test_a_declared_column_that_no_store_of_the_folder_has_is_an_error(folder):
    with pytest.raises(InputError, match=r"no column 'config\.arhc'"):
        _load(folder, {"method": "config.arhc"})


def test_a_file_that_is_no_results_is_skipped_beside_results_and_said(folder):
    (folder / "times.csv").write_text("when,who\nmonday,me\ntuesday,you\n")
    found = _load(folder, {"method": "config.arch"})
    (text,) = [text for text in _said(found) if "times.csv" in text and "skipped" in text]
    assert "the columns are: when, who" in text


def test_alone_it_is_an_error(folder):
    (folder / "times.csv").write_text("when,who\nmonday,me\ntuesday,you\n")
    with pytest.raises(InputError, match="no column"):
        load([Source(folder / "times.csv", "times.csv")], Project(root=folder))


def test_what_is_saved_of_such_a_folder_reads_back(folder, tmp_path):
    found = _load(folder, {"method": "config.arch"})
    saved = Project(root=tmp_path, sources=found.mapped)
    (tmp_path / "paper.toml").write_text(toml.dump(saved))
    again = load(toml.load(tmp_path / "paper.toml").sources, Project(root=tmp_path))
    assert again.methods == found.methods and again.rows == found.rows
    assert again.frame().drop(columns="source").equals(found.frame().drop(columns="source"))


def test_several_kinds_of_store_name_the_metrics_once(folder):
    said = [text for text in _said(_load(folder)) if "metrics: " in text]
    assert said == ["results: metrics: accuracy (higher is better)"]
