"""Roles that the runs of one store have in different places."""

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
