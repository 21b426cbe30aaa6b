"""An author's TeX in labels, from paper.toml to the page; a store cannot give any."""

import json
import random
import subprocess
from contextlib import closing
from dataclasses import replace

import pytest

from paperforge import pipeline, project, tables
from paperforge.latex.escape import Label
from paperforge.spec import TableSpec
from paperforge.tables.measure import Measure

PAPER = r"""
results = "runs.csv"
[metrics.f1]
label = { tex = '$F_{1}$', text = "F1-score" }
direction = "higher"
[methods.alpha]
label = { tex = '$\alpha$-\textsc{net}', text = "alpha-net" }
role = "ours"
[datasets.wine]
label = { tex = 'Wine$^{\star}$', text = "Wine*" }
"""
HOSTILE = r"$\input{x}$ & co"


@pytest.fixture
def paper(tmp_path):
    """A paper of three methods, the name of one of which looks like TeX."""
    rng = random.Random(0)
    lines = ["method,dataset,seed,f1"]
    for method, level in (("alpha", 0.9), ("base", 0.8), (HOSTILE, 0.7)):
        for dataset in ("wine", "digits"):
            lines += [f"{method},{dataset},{s},{level + rng.gauss(0, 0.01):.4f}" for s in range(5)]
    (tmp_path / "runs.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "paper.toml").write_text(PAPER, encoding="utf-8")
    return tmp_path


def analysed(folder, spec=None):
    read = project.load(folder)
    read = replace(read, tables=(spec or TableSpec(),))
    with closing(pipeline.load(read)) as results:
        return pipeline.analyse(results, read)


def test_latex_prints_the_tex_and_everything_else_the_text(paper):
    table = tables.arrange(analysed(paper))
    tex = tables.render(table, float=True, notes=True)
    assert r"$\alpha$-\textsc{net} &" in tex
    assert r"$F_{1}$" in tex.split(r"\caption{")[1].split("}.")[0]
    assert r"Wine$^{\star}$ &" in tex
    assert r"$\alpha$-\textsc{net} is better than this method" in tex
    assert r"\input" not in tex and r"\textbackslash{}input\{x\}" in tex
    for form in ("text", "markdown", "html", "json"):
        shown = tables.render(table, form)
        assert "alpha-net" in shown and r"\alpha" not in shown, form


@pytest.mark.parametrize("layout", ["dataset-by-method", "pairwise", "per-seed"])
def test_every_layout_prints_it(paper, layout):
    spec = TableSpec(layout=layout)
    tex = tables.render(tables.arrange(analysed(paper, spec), spec))
    assert r"$\alpha$-\textsc{net}" in tex


def test_the_sidecar_has_the_text(paper):
    table = tables.arrange(analysed(paper))
    said = json.loads(tables.render(table, "json"))
    assert "alpha-net" in [row["label"] for row in said["rows"]]


def test_a_second_reading_out_of_the_cache_says_the_same(paper, monkeypatch, tmp_path):
    monkeypatch.setenv("PAPERFORGE_CACHE", str(tmp_path / "cache"))
    first, second = analysed(paper), analysed(paper)
    assert [type(m.label) for m in second.methods] == [type(m.label) for m in first.methods]
    assert second.methods[0].label.tex == r"$\alpha$-\textsc{net}"
    (paper / "paper.toml").write_text(PAPER.replace("alpha$-", "beta$-"), encoding="utf-8")
    assert analysed(paper).methods[0].label.tex == r"$\beta$-\textsc{net}"


def test_an_older_table_is_compared_by_what_it_prints(paper):
    table = tables.arrange(analysed(paper))
    (same,) = tables.changes(table, tables.render(table), "old.tex")
    assert same.startswith("nothing changed")


def test_dump_writes_it_as_it_was_read(paper):
    read = project.load(paper)
    text = project.dump(read)
    assert r"""label = { tex = '$\alpha$-\textsc{net}', text = "alpha-net" }""" in text
    (paper / "paper.toml").write_text(text, encoding="utf-8")
    again = project.load(paper).methods["alpha"]["label"]
    assert isinstance(again, Label) and again.tex == r"$\alpha$-\textsc{net}"


@pytest.mark.tex
@pytest.mark.parametrize(
    "tex", [r"$\alpha$-net", r"\textsc{Lora}$^{+}$", r"\textbf{Big} model", r"$F_{1}$", r"\texttt{run}", r"$\mathcal{L}_{\mathrm{ce}}$"]
)  # fmt: skip
def test_it_is_measured_wide_enough(boxes, tex):
    """Too wide by a few letters at most: it makes a table narrower, never one that sticks out."""
    (real,) = boxes("computer modern", [tex])
    measured = Measure().text(Label("x", tex))
    assert real <= measured * 1.005 <= real + 25


@pytest.mark.tex
def test_the_page_shows_it(paper):
    table = tables.arrange(analysed(paper))
    body = tables.render(table, float=True, notes=True)
    (paper / "a.tex").write_text(
        rf"\documentclass{{article}}\usepackage{{booktabs}}\begin{{document}}{body}\end{{document}}",
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=paper, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-1000:]
    shown = subprocess.run(
        ["pdftotext", "-raw", "a.pdf", "-"], cwd=paper, capture_output=True, check=True, timeout=60
    ).stdout.decode()
    assert "α-net" in shown and r"\alpha" not in shown and "alpha" not in shown
    assert r"$\input{x}$ & co" in shown
