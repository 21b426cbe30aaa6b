"""Where only means, spreads and n are known, no run can be dropped: nothing is said to hold."""

import pytest

from paperforge import results
from paperforge.narrative import robust
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse
from paperforge.stats.fragile import fragile

MEANS = "method,dataset,accuracy,accuracy_std,n"
RUNS = "method,dataset,seed,accuracy"


@pytest.fixture
def said(tmp_path):
    def call(*lines):
        path = tmp_path / "q.csv"
        path.write_text("\n".join(lines))
        found = results.load([Source(path, "q.csv")], Project(root=tmp_path))
        analysis = analyse(found, DesignSpec())
        (passage,) = robust.fragility(analysis, fragile(found, DesignSpec(), analysis))
        (line,) = passage.lines
        return line

    return call


def test_of_means_no_run_can_be_dropped(said):
    line = said(MEANS, "ours,MNLI,82.82,0.4,5", "base,MNLI,82.1,0.5,5")
    assert line.endswith(
        "only means are known, with their spread and n, so that no run can be dropped."
    )


def test_of_means_on_two_datasets_only_the_datasets_are_tried(said):
    rows = [f"{m},{d},{v},0.4,5" for m, v in (("ours", 90), ("base", 80)) for d in "AB"]
    line = said(MEANS, *rows)
    assert "no run can be dropped; no single dataset flips it" in line


def test_of_runs_it_is_said_that_no_run_flips_it(said):
    rows = [f"{m},A,{i},{v + i / 10}" for m, v in (("ours", 90), ("base", 80)) for i in range(5)]
    assert "no single run or defensible test flips it" in said(RUNS, *rows)
