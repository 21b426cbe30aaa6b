"""A folder with F1 of three seeds beside one answer an example: each metric's own words."""

from __future__ import annotations

import re

import numpy as np
import pytest

from paperforge import figures, pipeline, tables
from paperforge.narrative import checklists, limitations, macros, methods, words
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


def test_an_average_is_over_the_datasets_of_its_metric(tmp_path):
    """Rows of another metric that name no task are no third task."""
    cells = [(m, t, s) for m in "ab" for t in ("d1", "d2") for s in range(3)]
    rng = np.random.default_rng(4)
    rows = [f"{m},{t},{s},{0.8 + 0.05 * (m == 'b') + rng.normal(0, 0.01):.4f}" for m, t, s in cells]
    (tmp_path / "acc.csv").write_text("\n".join(["model,task,seed,acc", *rows]))
    rows = [f"{m},{s},{0.6 + rng.normal(0, 0.01):.4f}" for m in "ab" for s in range(3)]
    (tmp_path / "a_f1.csv").write_text("\n".join(["model,seed,f1", *rows]))
    project = Project(root=tmp_path, sources=(Source(tmp_path, "two"),), design=DesignSpec())
    analysis = pipeline.analyse(pipeline.load(project), project)
    assert [d.name for d in analysis.datasets].count("") == 1 and len(analysis.datasets) == 3
    (one,) = analysis.primary("acc")
    assert words.scope(analysis, one) == "average over the 2 datasets"
    assert "on the average over 2 datasets (3 seeds a method)" in methods.sentence(analysis)
    text = " ".join(shown(analysis).split())
    assert "stratified Welch t on the average over the 2 datasets (Accuracy); Holm over 2" in text
    assert "averages take seeds as independent per dataset" in text
    assert {m.key: m.printed for m in macros.macros(analysis)}["design/datasets"] == "2"
    assert not [d for d in arrange(analysis, TableSpec("t")).diagnostics if "acc on :" in str(d)]
