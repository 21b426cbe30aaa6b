"""Fractions beside percent: nothing is compared where that cannot be meant."""

import pytest

from paperforge import pipeline, results
from paperforge.errors import InputError
from paperforge.model import Severity
from paperforge.spec import Project, Source

HEAD = "method,seed,accuracy\n"


@pytest.fixture
def load(tmp_path):
    def call(a, b, metric="accuracy", keys=None):
        path, rows = tmp_path / "r.csv", [("A", a), ("B", b)]
        lines = [f"{m},{s},{v}" for m, values in rows for s, v in enumerate(values)]
        path.write_text(f"method,seed,{metric}\n" + "\n".join(lines) + "\n")
        source = Source(path, "r.csv")
        project = Project(root=tmp_path, sources=(source,), metrics={metric: keys} if keys else {})
        return results.load([source], project), project

    return call


def graded(found):
    return [n.severity for n in found.notes if "mixe" in n.message]


@pytest.mark.parametrize("metric", ["accuracy", "test_f1", "wer"])
def test_a_fraction_and_the_same_in_percent_are_not_compared(load, metric):
    found, project = load((0.80, 0.81, 0.79), (80.1, 79.5, 80.9), metric)
    assert graded(found) == [Severity.ERROR]
    with pytest.raises(InputError) as caught:
        pipeline.analyse(found, project)
    assert caught.value.where == "r.csv"
    assert "0.81 for A, and 80.9 for B" in caught.value.message
    assert "scale = 1 of [metrics." in caught.value.hint


@pytest.mark.parametrize(
    ("a", "b", "metric", "said"),
    [
        ((0.3, 0.31), (40, 41), "loss", []),  # losses have no scale
        ((0.003, 0.4), (30, 41), "overhead", []),
        ((0.9, 0.8), (25, 26), "success_rate", [Severity.WARNING]),  # 90 % is not near 26 %
        ((0.9, 0.8), (1.2, 1.4), "error", []),  # percent both, as it seems
        (("0.3%", "0.31%"), ("30%", "31%"), "accuracy", []),  # written with its sign
        ((80, 81), (80.1, 79.5), "accuracy", []),
        ((0.80, 0.81), (0.801, 0.795), "accuracy", []),
        ((0.80, 0.81), (801, 795), "accuracy", []),  # no percentage
    ],
)
def test_what_can_be_meant_is_compared(load, a, b, metric, said):
    found, project = load(a, b, metric)
    assert graded(found) == said
    assert pipeline.analyse(found, project).decisions


def test_a_declared_scale_of_one_is_believed(load):
    cells = (0.2, 0.21), (20.1, 20.5)
    found, project = load(*cells, keys={"scale": 1})
    assert not graded(found)
    assert pipeline.analyse(found, project).decisions
    found, _ = load(*cells, keys={"scale": 100})
    assert graded(found) == [Severity.ERROR]


def test_on_different_datasets_it_is_said_only(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("method,dataset,seed,accuracy\na,x,1,0.91\na,y,1,88.5\nb,x,1,0.9\nb,y,1,88\n")
    found = results.load([Source(path, "r.csv")], Project(root=tmp_path))
    assert graded(found) == [Severity.WARNING]


def test_both_files_are_named(tmp_path):
    for name, rows in (("a.csv", "A,1,0.8\n"), ("b.csv", "B,1,80.1\n")):
        (tmp_path / name).write_text(HEAD + rows)
    sources = [Source(tmp_path / name, name) for name in ("a.csv", "b.csv")]
    found = results.load(sources, Project(root=tmp_path))
    (note,) = [n for n in found.notes if n.severity is Severity.ERROR]
    assert note.where == "a.csv, b.csv"
