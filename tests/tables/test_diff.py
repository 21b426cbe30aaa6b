"""What changed since an older printing, in words; and what an author's edits leave readable."""

import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import tables
from paperforge.errors import InputError
from paperforge.latex.escape import escape
from paperforge.model import Effect, Quote, Rank, Verdict
from paperforge.spec import Method, TableSpec
from paperforge.tables.reading import read, shown

SPEC = TableSpec(metrics=("accuracy",), second=True)
FORMS = {
    "tex": {"form": "latex"},
    "notes": {"form": "latex", "notes": True},
    "float": {"form": "latex", "notes": True, "float": True, "source": "r.csv"},
    "threeparttable": {"form": "latex", "notes": "threeparttable"},
    "json": {"form": "json"},
    "md": {"form": "markdown"},
    "html": {"form": "html"},
}


def name_of(how):
    """What a file of that kind is called: Markdown is known by its name."""
    return f"old.{how}" if how in ("md", "html", "json") else "old.tex"


def printed(table, how):
    options = dict(FORMS[how])
    return tables.render(table, options.pop("form"), **options)


def changed(make, **cells):
    """The paper's table with other numbers: changed(digits=(96.0, 0.3)) for the linear probe."""
    paper = make.paper()
    aggregates = tuple(
        replace(a, mean=cells[a.dataset][0], sd=cells[a.dataset][1])
        if (a.metric, a.method) == ("accuracy", "probe") and a.dataset in cells
        else a
        for a in paper.aggregates
    )
    return replace(paper, aggregates=aggregates)


@pytest.mark.parametrize("how", FORMS)
def test_nothing_changed(make, how):
    rich = replace(
        make.paper(),
        places=tuple(Rank("accuracy", m, 1.5, 3) for m in ("full", "probe", "lora")),
        decisions=tuple(replace(d, effect=Effect(superiority=0.9)) for d in make.paper().decisions),
    )
    columns = ("rank", "difference", "improvement", "n", "seconds")
    for layout in ("method-by-dataset", "dataset-by-method"):
        spec = replace(SPEC, columns=columns, baseline="probe", heat=True, layout=layout)
        table = tables.arrange(rich, spec)
        assert tables.changes(table, printed(table, how), name_of(how)) == ("nothing changed",)


@pytest.mark.parametrize("how", FORMS)
def test_a_number_that_takes_the_bold_with_it(make, how):
    old = printed(tables.arrange(make.paper(), SPEC), how)
    new = tables.arrange(changed(make, digits=(97.0, 0.52)), SPEC)
    lines = tables.changes(new, old, name_of(how))
    assert lines[0] == (
        "1 cell changed, 2 notes changed, 1 bold moved, 1 bold new or gone, 1 underline moved, "
        "1 underline new or gone"
    )
    assert "  Linear probe on Digits: 88.1 ± 0.5 -> 97.0 ± 0.5" in lines
    assert "  Digits: bold moved from Full fine-tuning to Linear probe" in lines
    assert "  LoRA_r8 (ours) on Digits: bold is gone" in lines


@pytest.mark.parametrize("how", FORMS)
def test_a_dagger_that_is_gone(make, how):
    old = printed(tables.arrange(make.paper(), SPEC), how)
    paper = make.paper()
    fewer = replace(
        paper, decisions=tuple(replace(d, verdict=Verdict.INCONCLUSIVE) for d in paper.decisions)
    )
    lines = tables.changes(tables.arrange(fewer, SPEC), old, name_of(how))
    assert "  Linear probe on Average: the dagger † is gone" in lines
    assert any(line.startswith("  note gone: †: LoRA_r8 (ours) is better") for line in lines)
    assert lines[0].startswith("1 mark changed, ")


@pytest.mark.parametrize("how", FORMS)
def test_rows_and_columns_that_come_and_go(make, how):
    old = printed(tables.arrange(make.paper(), replace(SPEC, methods=("full", "lora"))), how)
    new = tables.arrange(
        make.paper(), replace(SPEC, methods=("lora", "probe"), datasets=("wine", "digits"))
    )
    lines = tables.changes(new, old, name_of(how))
    assert {"  row new: Linear probe", "  row gone: Full fine-tuning"} <= set(lines)
    assert {"  column gone: Breast cancer", "  column gone: Average"} <= set(lines)
    assert "  the columns are in another order" in lines


def test_bold_within_a_row(make):
    spec = replace(SPEC, layout="dataset-by-method")
    old = tables.render(tables.arrange(make.paper(), spec))
    lines = tables.changes(tables.arrange(changed(make, cancer=(99.0, 2.2)), spec), old, "old")
    assert "  Breast cancer: bold moved from LoRA_r8 (ours) to Linear probe" in lines


def test_an_edited_file_is_read_as_far_as_it_goes(make):
    table = tables.arrange(make.paper(), SPEC)
    old = tables.render(table)
    edited = old.replace("Linear probe &", r"\rowcolor{red} \textbf{Linear} probe$^*$ &")
    edited = edited.replace(
        r"\bottomrule", "\\addlinespace[2pt]\n  Human & 99.0 \\\\[2pt]\n\\bottomrule"
    )
    edited = edited.replace("{@{}lcccc@{}}", r"{@{}l*{4}{>{\raggedleft}p{2cm}}@{}}")
    edited = edited.replace("95.3", r"\textbf{95.9}", 1)
    lines = tables.changes(table, edited, "old")
    assert "not compared: row 'Human' has 1 cells and the head 4: not read" in lines
    assert "  Full fine-tuning on Digits: 95.9 ± 0.3 -> 95.3 ± 0.3" in lines


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("just words", "no tabular"),
        (r"\begin{tabular}{l} a \\ \end{tabular}", "no head"),
        ("{}", "no table's JSON"),
        ("{", "no table's JSON"),
        ('{"columns": 3}', "no table's JSON"),
        (
            json.dumps({"columns": [], "rows": [{"label": "x", "cells": [1]}], "notes": []}),
            "no table",
        ),
    ],
)
def test_what_holds_no_table_is_refused(make, text, why):
    with pytest.raises(InputError, match=why):
        tables.changes(tables.arrange(make.paper(), SPEC), text, "old.tex")


@pytest.mark.parametrize(
    "name",
    [
        "LoRA ($r=1$) & 50%", "a_b^c~d\\e{f}", '"i" \'j\' `k` <l> |m| --n ,,', "α β ± × – — † ‡ ≤ → ↑",
        "[h] at", "Café Åß ł", "50% #1 {x}", "x" * 80,
    ],
)  # fmt: skip
def test_escaped_names_are_read_back(name):
    assert shown(escape(name)) == " ".join(name.split())


def test_hostile_names_come_back_as_rows(make):
    names = ["a & b", r"c \\ d", "e % f", "{g}", "[h]"]
    methods = [Method(f"m{i}", name) for i, name in enumerate(names)]
    table = tables.arrange(make.table_of({"": [(90.0 + i, 0.3) for i in range(5)]}, methods))
    found = read(tables.render(table), "")
    assert list(found.rows) == names
    assert found.unread == ()


def test_two_rows_of_one_name_are_told_apart(make):
    methods = [Method("m1", "same"), Method("m2", "same")]
    table = tables.arrange(make.table_of({"": [(90.0, 0.3), (91.0, 0.3)]}, methods))
    assert read(tables.render(table), "").rows == ("same", "same (2)")
    assert tables.changes(table, tables.render(table, "json"), "") == ("nothing changed",)


def test_quoted_rows_are_compared(make):
    def of(value):
        cells = [
            make.aggregate("accuracy", "a", "", 90.0, 0.3),
            make.aggregate("accuracy", "b", "", value, None, 1, quoted=Quote(cite="k", digits=1)),
        ]
        return tables.arrange(make.analysis(cells, "ab"))

    for form in ("latex", "json"):
        lines = tables.changes(of(91.5), tables.render(of(91.2), form), "old")
        assert lines[:2] == ("1 cell changed", "  b [k] on Accuracy (%) ↑: 91.2 -> 91.5")


@pytest.mark.parametrize(("name", "form"), [("README.md", "markdown"), ("a.html", "html")])
def test_a_table_within_other_text(make, name, form):
    table = tables.arrange(make.paper(), SPEC)
    text = tables.render(table, form)
    around = f"# About\n\nA | in words.\n\n{text}\nMore.\n" if form == "markdown" else text
    assert tables.changes(table, around, name) == ("nothing changed",)
    hostile = tables.arrange(
        make.table_of(
            {"": [(90.0, 0.3), (-91.0, 0.3)]}, [Method("a", "a|b*c_d`e<f>&"), Method("b", "[x]")]
        )
    )
    assert tables.changes(hostile, tables.render(hostile, form), name) == ("nothing changed",)


def test_the_command_says_it_and_writes_nothing(paperforge, tmp_path, results_csv):
    assert paperforge("table", "results.csv", "--ours", "ours", "-o", "t.tex").code == 0
    assert paperforge("table", "results.csv", "--ours", "ours", "--diff", "t.tex").out == (
        "nothing changed\n"
    )
    old = (tmp_path / "t.tex").read_bytes()
    lines = results_csv.read_text().splitlines()
    better = [x if "near,beta" not in x else f"{x.rpartition(',')[0]},0.95" for x in lines]
    results_csv.write_text("\n".join(better) + "\n")
    before = sorted(tmp_path.iterdir())
    said = paperforge(
        "table",
        "results.csv",
        "--ours",
        "ours",
        "--diff",
        "t.tex",
        "-o",
        "t.tex",
        "--data",
        "t.json",
    )
    assert said.code == 0
    assert "beta: bold moved from ours to near" in said.out
    assert (tmp_path / "t.tex").read_bytes() == old
    assert sorted(tmp_path.iterdir()) == before
    assert paperforge("table", "results.csv", "--diff", "results.csv").code == 1
    assert paperforge("table", "results.csv", "--diff", "none.tex").code == 2


def test_the_sidecar_of_the_command(paperforge, tmp_path, results_csv):
    said = paperforge("table", "results.csv", "--ours", "ours", "--data", "t.json", "-o", "t.tex")
    assert said.code == 0
    cell = json.loads((tmp_path / "t.json").read_text())["rows"][0]["cells"][0]
    assert cell["runs"][:2] == ["results.csv line 2", "results.csv line 3"]
    assert len(cell["runs"]) == 5
    first = (tmp_path / "t.json").read_bytes()
    paperforge("table", "results.csv", "--ours", "ours", "--data", "t.json", "-o", "t.tex")
    assert (tmp_path / "t.json").read_bytes() == first
    assert paperforge("table", "results.csv", "--data", "results.csv").code == 2


EDITS = st.lists(
    st.tuples(
        st.integers(0, 3000),
        st.integers(0, 60),
        st.sampled_from(["", "{", "}", "\\", "&", "$", "%"]),
    ),
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(edits=EDITS, how=st.sampled_from(sorted(FORMS)))
def test_any_edit_gives_a_comparison_or_an_input_error(make, edits, how):
    table = tables.arrange(make.paper(), SPEC)
    text = printed(table, how)
    for at, length, new in edits:
        text = text[:at] + new + text[at + length :]
    with contextlib.suppress(InputError):
        assert tables.changes(table, text, name_of(how))


def test_parts_one_under_the_other_are_compared_whole(paperforge, tmp_path):
    rows = ["method,dataset,seed,accuracy"]
    rows += [
        f"m{m},task{d:02d},{s},{0.5 + m / 20 + d / 100 + s / 1000}"
        for m in range(3)
        for d in range(14)
        for s in range(3)
    ]
    old, new, tex = (tmp_path / name for name in ("old.csv", "new.csv", "main.tex"))
    old.write_text("\n".join(rows))
    new.write_text("\n".join(rows).replace("m0,task13,0,0.63", "m0,task13,0,0.93"))
    assert new.read_text() != old.read_text()
    fitted = ("--venue", "icml", "--width", "column")
    paperforge("table", str(old), *fitted, "-o", str(tex))
    assert tex.read_text().count(r"\begin{tabular}{@{}l") > 1
    said = paperforge("table", str(old), *fitted, "--diff", str(tex))
    assert (said.code, said.out.strip()) == (0, "nothing changed")
    out = paperforge("table", str(new), *fitted, "--diff", str(tex)).out
    assert "m0 on task13: " in out
    assert "not compared" not in out
