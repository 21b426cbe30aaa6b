"""Figures in builds: kept, described, and the author's own looked over; `figure --audit`."""

from __future__ import annotations

import csv
import json
import subprocess
from io import BytesIO

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from paperforge.figures import pdf

PAPER = """
main = "main.tex"
venue = "icml-2026"
results = "results.csv"
[methods.base]
label = "Base {100%}"
[methods.near]
[methods.ours]
role = "ours"
[[figures]]
name = "means"
kind = "intervals"
[[figures]]
name = "gaps"
kind = "differences"
"""
MAIN = r"""
\documentclass{article}
\usepackage{booktabs,graphicx}
\input{generated/macros}
\begin{document}
\typeout{ALT=\pfalt{means}}
\includegraphics[alt={\pfalt{means}}]{generated/figures/means}
\includegraphics[width=\columnwidth]{figures/mine}
\end{document}
"""


def mine(path, fonttype=42, size=9):
    with mpl.rc_context({"pdf.fonttype": fonttype, "font.family": "STIXGeneral"}):
        figure = Figure(figsize=(6.4, 2))
        figure.text(0.2, 0.5, "Encoder", fontsize=size)
        out = BytesIO()
        FigureCanvasPdf(figure).print_pdf(out)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(out.getvalue())
    return path


@pytest.fixture
def paper(tmp_path, results_csv):
    (tmp_path / "paper.toml").write_text(PAPER)
    (tmp_path / "main.tex").write_text(MAIN)
    mine(tmp_path / "figures" / "mine.pdf")
    return tmp_path


def test_a_build_looks_at_the_authors_pdf_at_its_printed_size(paper, paperforge):
    said = paperforge("build", "--no-pdf", "--format", "json")
    found = [d for d in json.loads(said.out)["diagnostics"] if d["where"] == "figures/mine.pdf"]
    assert [d["message"] for d in found] == [
        'text of 4.6 pt at 51% of its size, below 7 pt: "Encoder"'
    ]
    mine(paper / "figures" / "mine.pdf", fonttype=3, size=20)
    said = paperforge("build", "--no-pdf", "--mode", "submission", "--format", "json")
    found = [d for d in json.loads(said.out)["diagnostics"] if d["where"] == "figures/mine.pdf"]
    assert [(d["severity"], "Type 3" in d["message"]) for d in found] == [("error", True)]
    assert said.code == 5


def test_a_build_writes_numbers_and_words_beside_each_figure(paper, paperforge):
    paperforge("build", "--no-pdf")
    folder = paper / "generated" / "figures"
    assert {p.name for p in folder.iterdir()} == {
        f"{name}.{ending}" for name in ("means", "gaps") for ending in ("pdf", "csv", "txt")
    }
    rows = list(csv.DictReader((folder / "means.csv").read_text().splitlines()))
    assert {row["method"] for row in rows} == {"base", "near", "ours"}
    alt = (folder / "means.txt").read_text()
    mean = next(float(r["mean"]) for r in rows if (r["method"], r["dataset"]) == ("ours", "alpha"))
    assert f"ours {mean:.3f}"[:9] in alt
    assert "Base {100%}" in alt


@pytest.mark.tex
def test_the_alternative_text_reaches_tex_as_it_is(paper, paperforge):
    said = paperforge("build")
    assert said.code == 0, said.err
    log = (paper / "build" / ".work" / "icml-2026-draft" / "main.log").read_text("latin-1")
    start = log.index("ALT=") + 4
    alt = (paper / "generated" / "figures" / "means.txt").read_text().strip()
    told = alt.replace("{", "(").replace("}", ")").encode().decode("latin-1")
    assert log[start : start + len(told)] == told


def test_a_figure_that_is_unchanged_is_not_drawn_again(paper, paperforge, monkeypatch, tmp_path):
    from paperforge.figures import several

    monkeypatch.setenv("PAPERFORGE_CACHE", str(tmp_path / "cache"))
    drawn = []
    paint = several.paint

    def counted(job):
        drawn.append(job.spec.name)
        return paint(job)

    monkeypatch.setattr(several, "paint", counted)
    paperforge("build", "--no-pdf")
    assert drawn == ["means", "gaps"]
    before = (paper / "generated" / "figures" / "means.pdf").read_bytes()
    (paper / "paper.toml").write_text(PAPER + 'title = "The gaps"\n')
    paperforge("build", "--no-pdf")
    assert drawn == ["means", "gaps", "gaps"]
    assert (paper / "generated" / "figures" / "means.pdf").read_bytes() == before
    monkeypatch.setenv("PAPERFORGE_CACHE", "off")
    (paper / "paper.toml").write_text(PAPER)
    paperforge("build", "--no-pdf")
    assert drawn == ["means", "gaps", "gaps", "means", "gaps"]


def test_a_figure_alone_has_the_bytes_of_the_build(paper, paperforge):
    paperforge("build", "--no-pdf")
    assert paperforge("figure", "--name", "means", "-o", "alone.pdf").code == 0
    built = (paper / "generated" / "figures" / "means.pdf").read_bytes()
    assert (paper / "alone.pdf").read_bytes() == built


def test_a_declared_look_does_not_move_the_others(paper, paperforge, tmp_path):
    from paperforge import pipeline, project
    from paperforge.figures import palette

    def looks(text):
        (paper / "paper.toml").write_text(text)
        results = pipeline.load(project.load(paper / "paper.toml"))
        return dict(palette.looks(results.methods))

    free = PAPER.replace('[methods.base]\nlabel = "Base {100%}"\n[methods.near]\n', "")
    plain = looks(free)
    given = looks(free.replace('"ours"\n', '"ours"\ncolour = "#000000"\ndashes = "dotted"\n', 1))
    assert list(given) == list(plain)
    assert {name for name in plain if given[name] != plain[name]} == {"ours"}
    assert (given["ours"].colour, given["ours"].dash) == ("#000000", (1.2, 1.2))


def test_looks_that_may_move_are_said_once(paper, paperforge):
    said = paperforge("build", "--no-pdf")
    assert "first stand in the results" not in said.err
    (paper / "paper.toml").write_text(PAPER.replace("[methods.near]\n", ""))
    said = paperforge("build", "--no-pdf")
    assert said.err.count("go by where methods first stand in the results: near") == 1


def test_a_look_is_kept_with_the_results(paper, monkeypatch, tmp_path):
    from paperforge import pipeline, project
    from paperforge.results import cache

    monkeypatch.setenv("PAPERFORGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "SLOW", 0.0)
    look = '[methods.near]\ncolour = "#0000ff"\nmarker = "h"\ndashes = [3, 1]\n'
    (paper / "paper.toml").write_text(PAPER.replace("[methods.near]\n", look))
    read = [pipeline.load(project.load(paper / "paper.toml")).methods for _ in range(2)]
    assert list((tmp_path / "cache").glob("*/*/about.json"))
    assert read[0] == read[1]
    assert (read[0][1].colour, read[0][1].marker, read[0][1].dashes) == ("#0000ff", "h", (3.0, 1.0))


def test_audit_says_what_a_file_holds_and_what_is_off(paperforge, tmp_path):
    mine(tmp_path / "f" / "mine.pdf")
    said = paperforge("figure", "--audit", "f/mine.pdf")
    assert said.code == 0
    assert "size     462.53 x 144.54 pt (6.400 in wide)" in said.out
    assert "STIXGeneral-Regular, CID TrueType" in said.out
    assert said.out.endswith("nothing is off\n")
    said = paperforge("figure", "--audit", "f/mine.pdf", "--venue", "icml-2026")
    assert said.code == 5
    assert "it is 462.53 pt wide; ICML 2026 has" in said.err
    assert said.out.endswith("off in 1 way\n")


@pytest.mark.parametrize("name", ["none.pdf", "results.csv"])
def test_audit_of_what_is_no_pdf_is_refused(name, paperforge, results_csv):
    said = paperforge("figure", "--audit", name)
    assert said.code == 1
    assert name in said.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('colour = "red"', "six hexadecimal digits after a #"),
        ('colour = "#f80"', 'like "#ff8800"'),
        ('marker = "q"', "is not one of o, s, ^"),
        ('dashes = "wavy"', "solid, dashed, dotted, dash-dot"),
        ("dashes = [1, 2, 3]", "pairs of points"),
        ("dashes = [-1, 2]", "above 0"),
    ],
)
def test_a_look_that_is_none_is_refused(line, said, paper, paperforge):
    (paper / "paper.toml").write_text(PAPER.replace("[methods.near]", f"[methods.near]\n{line}"))
    found = paperforge("build", "--no-pdf")
    assert found.code == 1
    assert said in found.err
    assert "methods.near." in found.err


TAGGED = r"""
\DocumentMetadata{testphase=tagpdf}
\documentclass{article}
\usepackage{graphicx}
\input{generated/macros}
% What LaTeX's own tagging of pictures does with the key (from 2023 on), for older ones too.
\makeatletter
\ExplSyntaxOn
\tl_new:N \l_said_tl
\define@key{Gin}{alt}{\tl_set:Nx \l_said_tl { \text_purify:n {#1} }}
\let\plain\includegraphics
\renewcommand\includegraphics[2][]{\leavevmode\begingroup\setkeys{Gin}{#1}\tagmcend
  \tagstructbegin{tag=Figure,alt=\l_said_tl}\tagmcbegin{tag=Figure}\plain[#1]{#2}\tagmcend
  \tagstructend\tagmcbegin{tag=P}\endgroup}
\ExplSyntaxOff
\makeatother
\begin{document}
Text. \includegraphics[alt={\pfalt{means}}]{generated/figures/means} More text.

\includegraphics[width=4cm, alt={\pfalt{gaps}}]{generated/figures/gaps}
\end{document}
"""


@pytest.mark.tex
def test_a_tagged_pdf_says_the_alternative_text(paper, paperforge):
    """/Alt of the figures in the structure of a tagged PDF, read back, is the text of the build."""
    paperforge("build", "--no-pdf")
    (paper / "tagged.tex").write_text(TAGGED)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "tagged.tex"]
    for _ in range(2):
        ran = subprocess.run(command, cwd=paper, capture_output=True, check=False)
        assert ran.returncode == 0, ran.stdout[-2000:]
    document = pdf.read((paper / "tagged.pdf").read_bytes())
    tables = [document.table(pdf.Ref(number)) for number in document.values]
    assert any(document.table(t.get("MarkInfo")).get("Marked") is True for t in tables)
    said = [document.get(t["Alt"]) for t in tables if t.get("S") == "Figure" and "Alt" in t]
    wanted = [
        (paper / "generated" / "figures" / f"{name}.txt").read_text().strip()
        for name in ("means", "gaps")
    ]
    assert "Base {100%}" in wanted[0]
    told = [text.removeprefix(b"\xfe\xff").decode("utf-16-be") for text in said]
    assert [" ".join(text.split()) for text in told] == [
        text.replace("{", "(").replace("}", ")") for text in wanted
    ]


TWO = "model,seed,acc,loss,time\n" + "".join(
    f"m{m},{s},{0.5 + m / 10 + s / 90},{2 - m / 3 + s / 50},{m * m + s}\n"
    for m in range(4)
    for s in range(3)
)


def test_metrics_that_a_figure_does_not_show_are_named(tmp_path, paperforge):
    (tmp_path / "two.csv").write_text(TWO)
    said = paperforge("figure", "two.csv", "--kind", "bars", "--metric", "acc", "--metric", "loss")
    assert "drawn: acc, not loss: the figure shows one metric" in said.err
    options = ("--metric", "acc", "--metric", "time")
    said = paperforge("figure", "two.csv", "--kind", "pareto", *options, "--x", "time")
    assert "not time" not in said.err


def test_several_metrics_are_correlated_with_each_other(tmp_path, paperforge):
    (tmp_path / "two.csv").write_text(TWO)
    options = ("--metric", "acc", "--metric", "loss", "--data", "r.csv", "-o", "r.pdf")
    said = paperforge("figure", "two.csv", "--kind", "correlation", *options)
    assert said.code == 0, said.err
    rows = list(csv.DictReader((tmp_path / "r.csv").read_text().splitlines()))
    assert [(r["metric_a"], r["metric_b"]) for r in rows] == [("loss", "acc")]


@pytest.mark.tex
def test_a_drawing_that_does_not_fill_the_column_is_not_said_to(paperforge):
    assert paperforge("figure", "--kind", "tikz", "--file", "a.tikz", "--start").code == 0
    said = paperforge("figure", "--kind", "tikz", "--file", "a.tikz", "--venue", "acl")
    assert "column width" not in said.err and "219.1 pt" in said.err


def test_steps_are_read_once(paperforge, tmp_path, monkeypatch):
    """A figure of curves asks for every row: a first pass over final values would be for nothing."""
    from paperforge.results import _Reading, tidy

    rows = "".join(
        f"{m},{s},{t},{1 / (t + 1 + s)}\n" for m in "ab" for s in range(2) for t in range(9)
    )
    (tmp_path / "r.csv").write_text("method,seed,step,loss\n" + rows)
    monkeypatch.setenv("PAPERFORGE_CACHE", "off")
    monkeypatch.setattr(tidy, "BIG", 0)
    ways = []
    read = _Reading._with
    monkeypatch.setattr(
        _Reading, "_with", lambda self, way, **more: ways.append(way) or read(self, way, **more)
    )
    said = paperforge("figure", "r.csv", "--kind", "learning-curves", "-o", "f.pdf")
    assert said.code == 0, said.err
    assert ways == ["careful"]
    ways.clear()
    assert paperforge("figure", "r.csv", "--kind", "bars", "-o", "f.pdf", "--log", "none").code in (
        0,
        1,
    )
    assert "careful" not in ways


def test_curves_say_the_split_that_is_drawn_and_not_that_of_tables(paperforge, tmp_path):
    rows = "".join(
        f"{m},{s},{t},{1 / (t + 1 + s)},{2 / (t + 1 + s)}\n"
        for m in "ab"
        for s in range(2)
        for t in range(9)
    )
    (tmp_path / "r.csv").write_text("method,seed,step,train_loss,val_loss\n" + rows)
    asked = ("figure", "r.csv", "--kind", "learning-curves", "-o", "f.pdf")
    train = paperforge(*asked, "--split", "train").err
    assert "figure learning-curves: drawn: split train; not drawn: val" in train
    assert "mean over 2 seeds on the training split" in train
    usual = paperforge(*asked).err
    assert "drawn: split val; not drawn: train\n  --split train draws another" in usual
    assert "the numbers are those of split" not in train + usual
    bars = paperforge("figure", "r.csv", "--kind", "bars", "-o", "f.pdf").err
    assert "loss: the numbers are those of split 'val'; not used: train" in bars


@pytest.mark.parametrize(("methods", "over"), [("abcdef", "5 methods' means"), ("abc", "6 runs")])
def test_a_correlation_names_the_method_that_it_does_not_count(paperforge, tmp_path, methods, over):
    """The last one lacks a dataset's loss among many, and all of them where runs are counted."""
    places = "xy" if len(methods) > 3 else "x"
    rows = [
        f"{m},{d},{s},{0.5 + 0.03 * i + 0.01 * s},{'' if lost else 2 - 0.1 * i * i + 0.02 * s}"
        for i, m in enumerate(methods)
        for d in places
        for s in range(3)
        for lost in [m == methods[-1] and d == places[-1]]
    ]
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy,loss\n" + "\n".join(rows))
    said = paperforge("figure", "r.csv", "--kind", "correlation", "-o", "f.pdf")
    assert said.code == 0, said.err
    told = f"not counted, for want of two numbers to pair: {methods[-1]}\n"
    assert f"warning: figure correlation: {told}" in said.err
    assert f"over {over}" in said.err
    assert f"Not counted, for want of numbers: {methods[-1]}." in said.err
    assert "in some pairs only" not in said.err
