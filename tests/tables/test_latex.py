"""Golden files are exact. To write them anew after a wanted change, then look at the diff:

PAPERFORGE_GOLDEN=write python -m pytest tests/tables/test_latex.py
"""

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from paperforge import tables
from paperforge.errors import InputError
from paperforge.latex.escape import escape
from paperforge.model import Cell, Column, Quote, Row, Table, Verdict
from paperforge.spec import Dataset, Direction, Method, Metric, Role, TableSpec, Unit
from paperforge.tables.latex import HEAVY

GOLDEN = Path(__file__).parent.parent / "golden"

GOLDEN_TABLES = {
    "paper": (TableSpec(second=True), {}),
    "paper-float": (
        TableSpec(metrics=("accuracy",), caption="What 50% of $x_1$ is."),
        {"float": True, "notes": True, "source": "results.csv"},
    ),
    "paper-datasets-down": (TableSpec(layout="dataset-by-method", metrics=("accuracy",)), {}),
    "paper-single-dataset": (TableSpec(datasets=("cancer",)), {"float": True, "wide": True}),
    "paper-without-spread": (TableSpec(spread="none"), {"notes": True}),
    "paper-threeparttable": (
        TableSpec(metrics=("accuracy",), heat=True, second=True, arrows=False),
        {"float": True, "notes": "threeparttable"},
    ),
    "paper-columns": (
        TableSpec(columns=("difference", "n", "seconds"), baseline="probe"),
        {"notes": True},
    ),
}

NASTY = [
    r"\input{x} {a} $b$ & #c _d ^e ~f %g",
    "[h] at the start",
    "* starred",
    "\"i\" 'j' `k` <l> |m| --n ?` !` ,,",
    "α β ± × – — † ‡ ≤ ≥ → ↑ ↓ √ ½ é ß ł ą «q» „r“",
    "-1 (50%)",
    "",
]


@pytest.mark.parametrize("name", GOLDEN_TABLES)
def test_golden(make, name):
    spec, options = GOLDEN_TABLES[name]
    text = tables.render(tables.arrange(make.paper(), spec), "latex", **options)
    path = GOLDEN / f"table-{name}.tex"
    if os.environ.get("PAPERFORGE_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def nasty(make):
    """Every label, unit and caption is hostile."""
    methods = [
        Method(f"m{i}", name, Role.OURS if i == 2 else Role.BASELINE)
        for i, name in enumerate(NASTY)
    ]
    datasets = [Dataset(f"d{i}", name) for i, name in enumerate(NASTY[:3])]
    metrics = (
        Metric("x", NASTY[0], Direction.HIGHER, "%_&"),
        Metric("y", NASTY[1], Direction.LOWER),
    )
    cells = [
        make.aggregate(metric.name, m.name, d, 90.0 + i, 0.3)
        for metric in metrics
        for i, m in enumerate(methods)
        for d in (*(d.name for d in datasets), None)
    ]
    return make.analysis(cells, methods, datasets=datasets, metrics=metrics)


def cells_of(tex):
    """The body rows of a tabular, as lists of cells."""
    body = tex.split(r"\midrule", 1)[1].split(r"\bottomrule")[0]
    lines = (line for line in body.splitlines() if line.strip().endswith(r"\\"))
    return [[cell.strip() for cell in re.split(r"(?<!\\)&", line.strip()[:-2])] for line in lines]


def test_only_booktabs_and_a_plain_tabular(make):
    tex = tables.render(tables.arrange(make.paper()))
    assert tex.startswith("% Written by paperforge")
    assert r"\usepackage{booktabs}" in tex.splitlines()[1]
    code = "\n".join(line for line in tex.splitlines() if not line.startswith("%"))
    known = {
        "begin", "end", "toprule", "midrule", "bottomrule", "cmidrule", "multicolumn", "phantom", "fontseries",
        "selectfont", "scriptsize", "pfscript", "pfpm", "pfgap", "pfsmallgap", "scriptstyle", "xdef", "gdef", "global", "the", "font", "pm", "uparrow", "downarrow", "textsuperscript", "ensuremath", "dagger", "ddagger", "mathdollar",
        "times", "emptyset", "noalign", "ifdefined", "else", "fi", "newdimen", "kern",
        "ifdim", "tiny", "setbox", "hbox", "wd", "hss", "mathversion",
    }  # fmt: skip
    assert set(re.findall(r"\\([a-zA-Z]+)", code)) <= known
    assert "|" not in code


def test_every_row_has_its_cells(make):
    table = tables.arrange(make.paper())
    found = cells_of(tables.render(table))
    assert [len(row) for row in found] == [len(table.columns) + 1] * len(table.rows)


def test_the_cells_of_a_column_are_equally_wide(make):
    """Visible and invisible parts together are the same in every cell with a number."""
    table = tables.arrange(make.paper(), TableSpec(second=True))
    for column in zip(*cells_of(tables.render(table)), strict=True):
        shapes = set()
        for cell in column[1:]:
            if cell in (r"$\times$", r"$\emptyset$"):
                continue
            bare = re.sub(
                r"\{\\fontseries\{b\}\\selectfont |\\underline\{|\\phantom\{|[{}]", "", cell
            )
            bare = re.sub(r"\^\\d?dagger", "D", bare)
            shapes.add("".join(sorted(re.sub(r"\d", "0", bare).replace("$-$", "-"))))
        if column[0] != "Full fine-tuning":
            assert len(shapes) == 1, shapes


def test_bold_keeps_its_width_and_is_not_mathematics(make):
    tex = tables.render(tables.arrange(make.paper()))
    assert r"{\fontseries{b}\selectfont 95.3}" in tex
    heavy = HEAVY.format("$-$")
    assert rf"{{\fontseries{{b}}\selectfont {heavy}0.52}}" in tex
    assert r"\textbf" not in tex


def test_float_and_source(make):
    table = tables.arrange(make.paper(), TableSpec(name="a_b", label="tab:x_1 y"))
    tex = tables.render(table, float=True, wide=True, placement="p", source="a\nb.csv")
    assert "% Results: a b.csv\n" in tex
    assert "\\begin{table*}[p]\n  \\centering\n  \\caption{" in tex
    assert r"\label{tab:x-1-y}" in tex
    assert tex.rstrip().endswith(r"\end{table*}")


def test_notes_text_is_one_escaped_paragraph(make):
    text = tables.notes_text(tables.arrange(make.paper()))
    assert "\n" not in text
    assert r"LoRA (\ensuremath{\mathdollar}r=1\ensuremath{\mathdollar}) \& 50\%" in text
    assert r"\textsuperscript{a}~2 of 10 runs" in text
    assert r"$\alpha$~=~.05" in text


def test_says_when_pdflatex_is_not_enough(make):
    table = tables.arrange(
        make.table_of({"": [(1.0, 0.1), (2.0, 0.1)]}, [Method("a", "模型 😀"), Method("b", "é")])
    )
    (note,) = table.diagnostics
    assert "模 型 😀" in note.message
    assert "XeLaTeX or LuaLaTeX" in note.hint
    tex = tables.render(table)
    assert "% Needs XeLaTeX or LuaLaTeX" in tex
    assert "模型 😀" in tex
    assert tables.arrange(make.paper(), TableSpec(metrics=("accuracy",))).diagnostics == ()


def test_notes_that_are_not_printed_are_comments(make):
    tex = tables.render(tables.arrange(make.paper()))
    _, comments = tex.split("% Notes (--notes prints them):\n")
    assert "%   †: LoRA_r8 (ours) is better than this method.\n" in comments
    assert "%   ∅: no average" in comments
    assert all(line.startswith("%   ") for line in comments.splitlines())
    assert "--notes prints" not in tables.render(tables.arrange(make.paper()), notes=True)


def test_statistics_are_italic(make):
    columns = {"": [(1.0, 0.5), (2.0, 0.4)]}
    why = "2 discordant examples: p cannot be below 0.5"
    made = [make.decision("a", "b", Verdict.UNDECIDABLE, scope="", test="Welch t", reason=why)]
    text = tables.notes_text(tables.arrange(make.table_of(columns, "ab", decisions=made)))
    assert "two-sided Welch $t$;" in text
    assert "$p$ cannot be below" in text


def compile_tex(folder, body, preamble=""):
    source = rf"\documentclass{{article}}{preamble}\usepackage{{booktabs}}\begin{{document}}{body}\end{{document}}"
    (folder / "a.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    log = (folder / "a.log").read_text(errors="replace")
    assert done.returncode == 0, log[-1500:]
    assert "Missing character" not in log
    assert "LaTeX Font Warning" not in log
    text = subprocess.run(
        ["pdftotext", "-layout", "a.pdf", "-"],
        cwd=folder,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return text.stdout.decode()


@pytest.mark.tex
@pytest.mark.parametrize("layout", ["method-by-dataset", "dataset-by-method"])
@pytest.mark.parametrize("options", [{}, {"float": True, "notes": True, "wide": True}])
def test_hostile_names_compile_after_booktabs_alone(make, tmp_path, layout, options):
    table = tables.arrange(
        nasty(make), TableSpec(layout=layout, second=True, caption="".join(NASTY))
    )
    shorter = replace(
        table,
        columns=table.columns[:6],
        rows=tuple(replace(r, cells=r.cells[:6]) for r in table.rows),
    )
    text = compile_tex(tmp_path, r"\tiny " + tables.render(shorter, **options) + r"\listoftables")
    assert "[h] at the start" in text
    assert "* starred" in text


@pytest.mark.tex
@pytest.mark.parametrize(
    "preamble", ["", r"\usepackage[T1]{fontenc}\usepackage{times}", r"\usepackage{lmodern}"]
)
def test_the_paper_table_prints_all_its_numbers(make, tmp_path, preamble):
    table = tables.arrange(make.paper(), TableSpec(metrics=("accuracy",), second=True))
    text = compile_tex(tmp_path, tables.render(table, float=True, notes=True), preamble)
    for row in table.rows:
        for cell in row.cells:
            assert cell.printed in text
    assert "ties share it" in " ".join(text.split())


@pytest.mark.tex
def test_no_bitmap_fonts_also_with_microtype(make, tmp_path):
    table = tables.arrange(make.paper(), TableSpec(metrics=("accuracy",), second=True))
    signs = escape("§ ¶ † ‡ • £ © ® ™ ª º ¼ ½ ¾ ° ± × · µ … ‖ ² ¹")
    body = tables.render(table, notes=True) + signs
    compile_tex(tmp_path, body, r"\usepackage{microtype}")
    fonts = subprocess.run(["pdffonts", "a.pdf"], cwd=tmp_path, capture_output=True, check=True)
    assert b"Type 1" in fonts.stdout
    assert b"Type 3" not in fonts.stdout


@pytest.mark.tex
def test_notes_are_never_wider_than_the_text(make, tmp_path):
    tex = tables.render(tables.arrange(make.paper()), notes=True)
    tex = tex.replace(r"\footnotesize", r"\footnotesize\typeout{W=\the\linewidth;\the\textwidth.}")
    compile_tex(tmp_path, tex)
    found = re.search(r"W=([\d.]+)pt;([\d.]+)pt", (tmp_path / "a.log").read_text())
    assert float(found[1]) <= float(found[2])


@pytest.mark.tex
def test_bold_figures_are_as_wide_as_regular_ones(tmp_path):
    """The measure that makes \\phantom{0} padding right, in Computer Modern and in Times."""
    for preamble in ("", r"\usepackage[T1]{fontenc}\usepackage{times}"):
        body = r"\setbox0\hbox{95.3}\setbox1\hbox{{\fontseries{b}\selectfont 95.3}}x\typeout{W=\the\wd0,\the\wd1.}"
        compile_tex(tmp_path, body, preamble)
        one, two = re.search(r"W=([\d.]+)pt,([\d.]+)pt", (tmp_path / "a.log").read_text()).groups()
        assert abs(float(one) - float(two)) < 0.05


def test_first_cells_are_protected():
    r"""A \\ or \midrule before them would read [ and * as its own."""
    cell = Cell(1.0, printed="1")
    table = Table("t", "[s]", (Column("c"),), (Row("*r", (cell,)), Row("[q]", (cell,))))
    lines = tables.render(table).splitlines()
    assert [line.split(" &")[0] for line in lines if " &" in line] == [
        "  {}[s]",
        "  {}*r",
        "  {}[q]",
    ]


def test_one_run_a_cell(make):
    columns = {"x": [(90.12, None, 1), (91.0, None, 1)]}
    tex = tables.render(
        tables.arrange(make.table_of(columns, "ab", design=make.design(Unit.NONE, (1, 1))))
    )
    assert r"\pm" not in tex
    assert "a & 90.1 " in tex


RICH = TableSpec(
    columns=("difference", "n", "seconds"),
    baseline="probe",
    heat=True,
    second=True,
    caption="All. {note}",
)


@pytest.mark.tex
@pytest.mark.parametrize("layout", ["method-by-dataset", "dataset-by-method"])
@pytest.mark.parametrize("notes", ["under", "threeparttable"])
def test_all_that_can_be_asked_for_compiles_with_the_packages_that_the_head_names(
    make, tmp_path, layout, notes
):
    table = tables.arrange(make.paper(), replace(RICH, layout=layout))
    tex = tables.render(table, float=True, notes=notes)
    named = re.search(r"% Needs \\usepackage\{(.*?)\}", tex)[1]
    extra = [package for package in named.split(",") if package != "booktabs"]
    text = compile_tex(tmp_path, r"\tiny " + tex, rf"\usepackage{{{','.join(extra)}}}")
    words = " ".join(text.split())
    assert words.count("method less Linear probe, with 95% interval") == 2
    assert "+1.2" in words
    assert "[0.4, 2.0]" in words
    # Without any of them the same table needs booktabs alone.
    bare = tables.render(tables.arrange(make.paper(), replace(RICH, heat=False)), notes="under")
    assert "% Needs \\usepackage{booktabs} in" in bare


@pytest.mark.tex
def test_marks_of_threeparttable_are_those_of_the_cells(make, tmp_path):
    """Each sign that a cell carries is a label of the notes, raised as it is in the cell."""
    table = tables.arrange(make.paper(), TableSpec(metrics=("accuracy",)))
    tex = tables.render(table, notes="threeparttable")
    body, _, under = tex.partition(r"\begin{tablenotes}")
    in_cells = set(re.findall(r"(?:\\textsuperscript|\$\^)\{(\\?\w+)\}", body))
    labels = set(re.findall(r"\\item\[(?:\\ensuremath\{)?(\\?\w+)\}?\] ", under))
    assert in_cells == labels == {r"\dagger", "a"}
    text = compile_tex(tmp_path, tex, r"\usepackage{threeparttable}")
    assert "no average, because the row is incomplete" in " ".join(text.split())


@pytest.mark.tex
def test_a_citation_in_a_row_and_a_caption(make, tmp_path):
    quote = Quote(0.4, "se", 5, 1, "hu2022")
    cells = [
        make.aggregate("accuracy", "ours", "", 90.32, 0.52),
        make.aggregate("accuracy", "LoRA", "", 90.3, None, 1, quoted=quote),
    ]
    table = tables.arrange(
        make.analysis(cells, ["ours", "LoRA"]), TableSpec(caption="Quoted. {note}")
    )
    tex = tables.render(table, float=True)
    items = r"\begin{thebibliography}{9}\bibitem[Hu(2022)]{hu2022} Hu.\end{thebibliography}"
    for preamble, shown in ((r"\usepackage{natbib}", "(Hu, 2022)"), ("", "[Hu(2022)]")):
        (tmp_path / "a.aux").unlink(missing_ok=True)
        for _ in range(2):
            folder = tmp_path
            text = cited(folder, tex + items, preamble)
        assert f"LoRA {shown}" in " ".join(text.split())
        assert f"quoted from {shown}" in " ".join(text.split())


def cited(folder, body, preamble):
    """Typeset with a bibliography: the first run warns of what only the second knows."""
    document = f"\\documentclass{{article}}\\usepackage{{booktabs}}{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (folder / "a.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-1500:]
    shown = subprocess.run(
        ["pdftotext", "-layout", "a.pdf", "-"], cwd=folder, capture_output=True, check=True
    )
    return shown.stdout.decode()


def test_sixty_methods_on_a_hundred_datasets_with_long_names(make):
    names = [f"{'method with a name ' * 4}{i}"[:80] for i in range(60)]
    columns = {f"{'data ' * 15}{j}": [(90 + i / 7, 0.3) for i in range(60)] for j in range(100)}
    table = tables.arrange(make.table_of(columns, names))
    found = cells_of(tables.render(table))
    assert [len(row) for row in found] == [101] * 60
    with pytest.raises(InputError, match="60 rows by 100 columns would take") as refused:
        tables.fit(table, None)
    assert "name the metrics, datasets or methods" in refused.value.hint


def test_a_sign_stands_at_its_number_where_nothing_is_printed_behind_it():
    """Not a spread's width away from it; every cell of the column stays as wide."""
    cells = [
        Cell(91.45, 0.35, 2, "91.45", "0.35"),
        Cell(91.3, None, 1, "91.30", note="a"),
        Cell(9.0, None, 1, "9", note="a"),
    ]
    table = Table(
        "t", "Method", (Column("x"),), tuple(Row(f"m{i}", (c,)) for i, c in enumerate(cells))
    )
    text = tables.render(table)
    assert r"m1 & 91.30\textsuperscript{a}\phantom{" in text
    assert r"m2 & \phantom{0}9\textsuperscript{a}\phantom{.00}\phantom{" in text
    lines = tables.render(table, "text").splitlines()
    assert "91.30a" in lines[4] and "9a" in lines[5]
    assert len(lines[3]) <= len(lines[0])
