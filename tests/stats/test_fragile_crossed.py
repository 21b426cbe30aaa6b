"""Runs left out where runs and examples are both drawn anew."""

import numpy as np
import pytest

from paperforge.results import load
from paperforge.spec import DesignSpec, Project, Source, Unit
from paperforge.stats import analyse
from paperforge.stats.fragile import fragile


def read(path, rows):
    lines = [f"{m},{seed},{example},{value}" for m, seed, example, value in rows]
    path.write_text("\n".join(["model,seed,example_id,score", *lines]) + "\n")
    return load([Source(path, path.name)], Project(root=path.parent))


def grid(bad, lacking=0):
    """A and B, 4 seeds x 30 graded examples; seed 3 of B is worse by `bad` on every example.

    lacking: examples that A's runs do not have.
    """
    rng = np.random.default_rng(4)
    hard = rng.normal(0, 1, 30)
    return [
        (m, s, e, round(hard[e] + (0.5 if m == "A" else 0) - bad * (m == "B" and s == 3), 3)
         + round(rng.normal(0, 0.1), 3))
        for m in "AB" for s in range(4) for e in range(lacking if m == "A" else 0, 30)
    ]  # fmt: skip


@pytest.mark.parametrize("lacking", [0, 6])
def test_a_flip_by_one_run_is_what_an_analysis_without_it_says(tmp_path, lacking):
    rows = grid(3.0, lacking)
    results = read(tmp_path / "all.csv", rows)
    analysis = analyse(results, DesignSpec())
    assert analysis.design.unit is Unit.BOTH
    assert not analysis.decisions[0].decided
    (found,) = fragile(results, DesignSpec(), analysis)
    (flip,) = (f for f in found.flips if f.what == "run")
    assert flip.count == 1
    assert "seed 3" in flip.which[0]
    assert "B" in flip.which[0]
    less = read(tmp_path / "less.csv", [r for r in rows if r[:2] != ("B", 3)])
    (alone,) = analyse(less, DesignSpec()).decisions
    assert flip.p_adjusted == pytest.approx(alone.p, rel=1e-9)
    assert flip.verdict is alone.verdict


def test_no_run_flips_what_all_runs_say(tmp_path):
    results = read(tmp_path / "all.csv", grid(0.0))
    (found,) = fragile(results, DesignSpec(), analyse(results, DesignSpec()))
    assert not [f for f in found.flips if f.what == "run"]
    assert found.complete
