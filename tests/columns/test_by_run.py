"""Roles that the runs of one store have in different places, and which runs count."""

from __future__ import annotations

import json

import pytest

from paperforge.errors import InputError
from paperforge.results import load
from paperforge.spec import Project, Source


def _runs(folder, *configs):
    """Runs as Sacred keeps them, with these configs."""
    for number, config in enumerate(configs, 1):
        run = folder / "runs" / str(number)
        run.mkdir(parents=True)
        said = {"experiment": {"name": "e"}, "status": "COMPLETED", "host": {}, "resources": []}
        (run / "run.json").write_text(json.dumps(said))
        metrics = {"acc": {"steps": [1], "values": [number / 8], "timestamps": ["2026"]}}
        (run / "metrics.json").write_text(json.dumps(metrics))
        (run / "config.json").write_text(json.dumps(config))


def _rows(folder):
    found = load([Source(folder / "runs", "runs")], Project(root=folder))
    try:
        return found.frame().to_dict("records")
    finally:
        found.close()


def test_settings_of_one_precedence_are_taken_run_by_run(tmp_path):
    _runs(tmp_path, {"model": "a", "seed": 1}, {"algo": "b", "random_state": 2})
    assert {(row["method"], row["seed"]) for row in _rows(tmp_path)} == {("a", "1"), ("b", "2")}


def test_two_in_one_run_are_asked_about(tmp_path):
    _runs(tmp_path, {"model": "a", "seed": 1}, {"model": "b", "seed": 2, "random_state": 3})
    with pytest.raises(InputError, match=r"could each be the seed: .* holds 1, 2; .* holds 3"):
        _rows(tmp_path)


def test_a_run_that_is_put_aside_is_no_run_of_its_cell(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "export.csv").write_text(
        '"Name","State","Runtime","model","dataset","seed","test/acc"\n'
        '"a-0","finished","1","a","d","0","0.5"\n'
        '"a-1","running","1","a","d","1","0.25"\n'
    )
    found = load([Source(tmp_path / "runs", "runs")], Project(root=tmp_path))
    try:
        survey = found.survey()
    finally:
        found.close()
    assert survey.runs == 2
    assert [cell.runs for cell in survey.cells.values()] == [1]
