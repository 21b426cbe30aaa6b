"""A folder with F1 of three seeds beside one answer an example: each metric's own words."""

from __future__ import annotations

import re

import numpy as np
import pytest

from paperforge import figures, pipeline, tables
from paperforge.narrative import checklists, limitations, macros, methods
from paperforge.spec import DesignSpec, FigureSpec, Project, Source, TableSpec
from paperforge.tables.arrange import arrange


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    root = tmp_path_factory.mktemp("mixed")
    rng = np.random.default_rng(3)
    runs = [
        f"{m},{s},{0.8 + 0.05 * (m == 'b') + rng.normal(0, 0.01):.4f}" for m in "ab" for s in "012"
    ]
    answers = [f"{m},{i},{int(rng.random() < 0.6)}" for m in "ab" for i in range(80)]
    (root / "runs.csv").write_text("\n".join(["model,seed,f1", *runs]))
    (root / "ex.csv").write_text("\n".join(["model,example,correct", *answers]))
    project = Project(root=root, sources=(Source(root, "mixed"),), design=DesignSpec())
    return pipeline.analyse(pipeline.load(project), project)


def shown(analysis, **asked):
    made = arrange(analysis, TableSpec("t", **asked))
    return tables.render(made, "text")


def test_a_table_of_the_seeds_alone_has_their_standard_deviation(analysis):
    text = shown(analysis, metrics=("f1",))
    assert "Mean ± standard deviation over 3 seeds" in text and "example" not in text
    text = shown(analysis, metrics=("correct",))
    assert "Mean ± standard error over 80 examples" in text and "seed" not in text


def test_a_table_of_both_says_what_each_is(analysis):
    text = " ".join(shown(analysis).split())
    assert "Accuracy: Mean ± standard error over 80 examples" in text
    assert "F1: Mean ± standard deviation over 3 seeds" in text


def test_macros_are_those_of_the_tables(analysis):
    found = {one.key: one.printed for one in macros.macros(analysis)}
    assert found["design/replicates/f1"] == "3" and found["design/replicates/correct"] == "80"
    assert "design/replicates" not in found
    for metric, kind in (("f1", "sd"), ("correct", "se")):
        mean, spread = found[f"{metric}/a"], found[f"{metric}/a/{kind}"]
        assert found[f"{metric}/a/pm"] == f"{mean} ± {spread}"
        assert f"{mean}± {spread}" in re.sub(
            r"\s+±", "±", shown(analysis, metrics=(metric,), bold=False)
        )


@pytest.mark.parametrize("kind", ["bars", "intervals"])
def test_figures_name_the_metrics_own_replicates(analysis, kind):
    spec = FigureSpec("f", kind, metric="f1", width="column")
    drawn = figures.draw(spec, analysis)
    said = f"{drawn.note} {drawn.alt}"
    assert "seed" in said and "example" not in said
    drawn = figures.draw(FigureSpec("f", kind, metric="correct", width="column"), analysis)
    said = f"{drawn.note} {drawn.alt}"
    assert "80 examples" in said and "seed" not in said


def test_sentences_name_both(analysis):
    said = methods.sentence(analysis)
    assert "In Accuracy, methods were compared by" in said and "(80 examples, one run" in said
    assert "In F1, methods were compared by" in said and "(3 seeds a method)" in said
    held = limitations.sentences(analysis)
    assert any(text.startswith("F1: every number rests on 3 seeds a setting") for text in held)
    assert any(text.startswith("Accuracy: each model was trained once") for text in held)
    assert checklists._runs(analysis) == "3 seeds a setting (F1)."
