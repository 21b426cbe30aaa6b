"""A sweep is no set of replicates, and two jobs are two runs."""

from __future__ import annotations

import json

import pytest

from paperforge.results import load
from paperforge.spec import Project, Source, Unit


@pytest.fixture
def sweep(tmp_path):
    """Write a folder of jobs, one JSON line file and config each; give its root."""

    def write(jobs):
        for number, config in enumerate(jobs):
            job = tmp_path / "sweep" / str(number)
            job.mkdir(parents=True)
            (job / "config.json").write_text(json.dumps(config))
            lines = [
                json.dumps({"step": s, "accuracy": 0.5 + number / 10 + s / 100}) for s in (1, 2)
            ]
            (job / "metrics.jsonl").write_text("\n".join(lines) + "\n")
        return tmp_path / "sweep"

    return write


def _load(root):
    return load([Source(root, "sweep")], Project(root=root.parent))


def _warned(found):
    return [n for n in found.notes if "differ in" in n.message + n.hint]


def test_runs_that_differ_in_a_learning_rate_are_named(sweep):
    root = sweep([{"method": "a", "lr": lr, "out": f"/x/{lr}"} for lr in (0.1, 0.2, 0.3)])
    (note,) = _warned(_load(root))
    assert note.message == (
        "the runs of a differ in config.lr (0.1, 0.2, 0.3), and count as replicates of it"
    )
    assert "--where config.lr=0.3" in note.hint and "--map config.lr=method" in note.hint


def test_runs_that_differ_in_nothing_that_tells_are_replicates(sweep):
    root = sweep([{"method": "a", "lr": 0.1, "out": f"/x/{n}"} for n in range(3)])
    assert not _warned(_load(root))


def test_reruns_of_a_seed_name_the_setting_in_which_they_differ(sweep):
    jobs = [{"method": "a", "seed": s, "lr": lr} for s in (0, 1) for lr in (0.1, 0.2)]
    found = _load(sweep(jobs))
    (note,) = _warned(found)
    assert "several runs have the same method, dataset and seed" in note.message
    assert note.hint.startswith("they differ in config.lr: --where config.lr=0.2 keeps one")


def test_two_jobs_are_two_runs_and_neither_replaces_the_other(sweep):
    found = _load(sweep([{"method": "a", "seed": 0, "lr": lr} for lr in (0.1, 0.2)]))
    rows = found.frame()
    assert rows["run"].nunique() == 2 and set(rows["kept"]) == {1}


def test_with_the_column_mapped_each_setting_is_a_method(sweep):
    root = sweep([{"method": "a", "lr": lr} for lr in (0.1, 0.2)])
    given = Source(root, "sweep", {"method": "config.lr"})
    found = load([given], Project(root=root.parent))
    samples = found.samples("accuracy", Unit.SEED)
    assert [(s.method, len(s.values)) for s in samples] == [("0.1", 1), ("0.2", 1)]


def test_a_table_beside_a_run_with_nothing_that_is_known_is_skipped(sweep):
    root = sweep([{"method": "a", "seed": s} for s in (0, 1)])
    (root / "config.json").write_text('{"model_type": "bert"}')
    (root / "points.csv").write_text("x,y\n1,2\n3,4\n")
    found = _load(root)
    assert [method.name for method in found.methods] == ["a"]
    (note,) = [n for n in found.notes if "points.csv" in n.where]
    assert note.message.startswith("skipped: it names no method of its own")
