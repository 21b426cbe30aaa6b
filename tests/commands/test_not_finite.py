"""Scores of single examples that are not finite, beside runs that are not."""

from __future__ import annotations

import numpy as np
import pytest

from paperforge import pipeline, tables
from paperforge.spec import DesignSpec, Project, Source, TableSpec, Unit
from paperforge.tables.arrange import arrange


def analysed(root, *, lost=(), run="", diverged=None):
    """Five runs of two methods on 60 examples; `lost`: (method, seed, example); `run` lost of a."""
    rng = np.random.default_rng(5)
    rows = ["model,seed,example,score"]
    for m in "ab":
        for s in range(5):
            for i in range(60):
                value = f"{10 + (m == 'b') + rng.normal():.4f}"
                gone = (m, s, i) in lost or (m, str(s)) == ("a", run)
                rows.append(f"{m},{s},{i},{'nan' if gone else value}")
    (root / "r.csv").write_text("\n".join(rows))
    metric = {"direction": "higher"} | ({} if diverged is None else {"diverged": diverged})
    project = Project(
        root=root, sources=(Source(root, "r"),), metrics={"score": metric}, design=DesignSpec()
    )
    results = pipeline.load(project)
    return results, pipeline.analyse(results, project)


LOST = (("a", 1, 7), ("a", 4, 7), ("b", 0, 31))


@pytest.mark.parametrize("diverged", [None, 0.0])
def test_a_lost_example_is_no_lost_run(tmp_path, diverged):
    """Each once counted as a run of its own, with the score that a diverged run is given."""
    results, analysis = analysed(tmp_path, lost=LOST, diverged=diverged)
    found = {
        s.method: (len(s.values), s.not_finite, s.partial)
        for s in results.samples("score", Unit.SEED)
    }
    assert found == {"a": (5, 0, 2), "b": (5, 0, 1)}
    (one,) = analysis.primary()
    assert (one.unit, one.n, one.examples) == (Unit.BOTH, (5, 5), 58)
    said = " ".join(analysis.design.sentences)
    assert "3 scores of examples are not finite: left out of the mean of the run, and the" in said
    assert "58 for a against b (left out: 2 of a and 2 of b)" in said
    assert ("--diverged counts whole runs" in said) == (diverged is not None)
    assert "not finite run" not in said and "count as a score" not in said


def test_a_table_says_of_whom_they_are(tmp_path):
    _, analysis = analysed(tmp_path, lost=LOST)
    text = tables.render(arrange(analysis, TableSpec("t")), "text")
    assert "a: 2 scores of examples are not finite and not in the mean of the run" in text
    assert "b: 1 score of an example is not finite and not in the mean of the run" in text


def test_a_run_without_any_number_is_one_lost_run(tmp_path):
    results, analysis = analysed(tmp_path, run="3")
    found = {
        s.method: (len(s.values), s.not_finite, s.partial)
        for s in results.samples("score", Unit.SEED)
    }
    assert found == {"a": (4, 1, 0), "b": (5, 0, 0)}
    assert "1 diverged or not finite run;" in " ".join(analysis.design.sentences)
    results, analysis = analysed(tmp_path, run="3", diverged=0.0)
    assert "1 of a as 0 in score" in " ".join(analysis.design.sentences)
