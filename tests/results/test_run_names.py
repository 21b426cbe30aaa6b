"""The names of the runs that there are: what a frozen plan remembers."""

import pytest

from paperforge import results
from paperforge.spec import Project, Source


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "method,dataset,seed,acc\na,x,1,0.5\na,x,0,0.6\nb,x,0,\nb,y,0,0.7\n",
            [("a", "x", "seed 0"), ("a", "x", "seed 1"), ("b", "y", "seed 0")],
        ),
        ("method,run,acc\na,r1,0.5\na,r2,0.6\n", [("a", "", "run r1"), ("a", "", "run r2")]),
        (
            "method,seed,fold,acc\na,0,0,0.5\na,0,1,0.6\na,1,0,0.7\na,1,1,0.6\n",
            [("a", "", f"seed {s} fold {k}") for s in (0, 1) for k in (0, 1)],
        ),
        ("method,run,seed,acc\na,r1,0,0.5\na,r2,0,0.6\n", [("a", "", "run r1"), ("a", "", "run r2")]),
        ("method,seed,acc,f1\na,0,0.5,0.4\n", [("a", "", "seed 0")]),
    ],
    ids=["seeds", "runs", "folds", "one seed", "several metrics"],
)  # fmt: skip
def test_runs_with_a_number_are_named(tmp_path, text, names):
    path = tmp_path / "r.csv"
    path.write_text(text)
    found = results.load([Source(path, "r.csv")], Project(root=tmp_path))
    assert list(found.runs()) == names
