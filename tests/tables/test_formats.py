"""Markdown, HTML, text and JSON of one table."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from paperforge import tables
from paperforge.errors import UsageError
from paperforge.spec import Method, TableSpec
from paperforge.tables.text import width

HOSTILE = "a|b*c_d`e<f>&\"'[x](y)$z$~#\\"


@pytest.fixture
def table(make):
    return tables.arrange(make.paper(), TableSpec(second=True))


@pytest.fixture
def hostile(make):
    methods = [
        Method("a", HOSTILE),
        Method("b", "模型😀"),
        Method("c", "שלום"),
        Method("d", "e\u0301x"),
    ]
    return tables.arrange(
        make.table_of({"": [(91.0, 0.3), (-2.0, 0.4), (12345.0, 0.3), (1.0, 0.2)]}, methods)
    )


def test_unknown_formats_are_refused(table):
    with pytest.raises(UsageError, match="docx"):
        tables.render(table, "docx")
    assert tables.FORMATS == ("latex", "markdown", "html", "text", "json")


@pytest.mark.parametrize("form", tables.FORMATS)
def test_every_format_is_the_same_twice_and_ends_with_a_line_break(table, hostile, form):
    for one in (table, hostile):
        text = tables.render(one, form)
        assert text == tables.render(one, form)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        text.encode("utf-8")


def pipe_cells(line):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_markdown(table):
    lines = tables.render(table, "markdown").splitlines()
    assert pipe_cells(lines[0])[:2] == ["Method", "Accuracy (%) ↑: Digits"]
    assert set(pipe_cells(lines[1])[1:]) == {"---:"}
    assert pipe_cells(lines[2])[:3] == [
        "Full fine-tuning",
        "**95.3** ± 0.3",
        "<ins>93.1</ins> ± 1.3",
    ]
    assert pipe_cells(lines[3])[2] == "90.3 ± 2.2<sup>a</sup>"
    assert {len(pipe_cells(line)) for line in lines[:6]} == {9}
    assert lines[-1] == "a: 2 of 10 runs are not finite and not in the mean."
    assert "seeds" not in tables.render(table, "markdown", notes=False)


def test_markdown_of_one_group_says_it_once(make):
    text = tables.render(tables.arrange(make.paper(), TableSpec(metrics=("accuracy",))), "markdown")
    assert text.startswith("**Accuracy (%) ↑**\n\n| Method | Digits |")
    assert text.count("Accuracy") == 1


def test_markdown_escapes_what_it_would_read(hostile):
    line = tables.render(hostile, "markdown").splitlines()[2]
    label = pipe_cells(line)[0]
    assert re.sub(r"\\(.)", r"\1", label) == HOSTILE
    assert r"a\|b\*c\_d\`e\<f\>\&" in label


class Reader(HTMLParser):
    """Cells as text, and whether every tag is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.rows, self.scopes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.scopes.append(dict(attrs).get("scope"))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def read(html):
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


def test_html(table):
    html = tables.render(table, "html")
    reader = read(html)
    assert reader.rows[0] == ["Method", "Accuracy (%) ↑", "Time (s) ↓"]
    assert reader.rows[2][:3] == ["Full fine-tuning", "95.3 ± 0.3", "93.1 ± 1.3"]
    assert reader.scopes[:3] == ["col", "colgroup", "colgroup"]
    assert reader.scopes.count("row") == 4
    assert '<td class="missing" title="crashed">×</td>' in html
    assert "<strong>−0.52</strong>" in html
    assert html.count("<tbody>") == 2
    assert 'id="' not in html


def test_html_escapes_what_it_would_read(hostile):
    reader = read(tables.render(hostile, "html"))
    assert reader.rows[1][0] == HOSTILE
    assert reader.rows[3][1].startswith("12,345.0")


def test_text_is_aligned_also_with_wide_characters(hostile, table):
    for one in (hostile, table):
        lines = tables.render(one, "text", notes=False).splitlines()
        points = [width(line[: line.index("±")]) for line in lines if "±" in line]
        assert len(points) == len(one.rows)
        assert len(set(points)) == 1
    assert (width("模型😀"), width("e\u0301x"), width("שלום"), width("👩\u200d🔬")) == (6, 2, 4, 4)


def test_text_in_colour_is_as_wide_as_without(table):
    coloured = tables.render(table, "text", color=True)
    assert "\x1b[1m95.3\x1b[0m" in coloured
    assert "\x1b[4m88.1\x1b[0m" in coloured
    assert "*95.3*" in tables.render(table, "text")
    assert "\x1b" not in tables.render(table, "text")
    bare = re.sub(r"\x1b\[\dm", "", coloured)
    assert len({line.index("±") for line in bare.splitlines()[5:7]}) == 1


def test_json_holds_what_was_printed_and_what_it_was(table):
    content = json.loads(tables.render(table, "json"))
    assert content["columns"][0] == {
        "label": "Digits", "group": "Accuracy (%) ↑", "metric": "accuracy",
        "dataset": "digits", "direction": "higher", "unit": "%",
    }  # fmt: skip
    assert content["rows"][0]["cells"][0] == {
        "value": 95.342, "spread": 0.31, "n": 10, "printed": "95.3", "printed_spread": "0.3",
        "marks": ["best"], "missing": None, "note": "", "metric": "accuracy", "method": "full",
        "dataset": "digits", "kind": "", "interval": None, "printed_interval": None, "heat": None,
        "cite": "", "decisions": [],
    }  # fmt: skip
    hole = content["rows"][2]["cells"][2]
    assert (hole["value"], hole["printed"], hole["missing"]) == (None, "×", "crashed")
    text = "2 of 10 runs are not finite and not in the mean"
    assert {"symbol": "a", "text": text, "cites": []} in content["notes"]
    assert content["rows"][1]["cells"][3]["marks"] == ["†"]


def test_the_sidecar_says_what_a_mark_was_read_from_and_what_a_cell_is_made_of(table):
    origins = {("accuracy", "full", "digits"): ("r.csv line 2", "r.csv line 9")}
    content = json.loads(tables.render(table, "json", origins=origins))
    rows = [row["cells"] for row in content["rows"]]
    assert rows[0][0]["runs"] == ["r.csv line 2", "r.csv line 9"]
    assert rows[0][1]["runs"] == []
    assert rows[0][3]["dataset"] is None
    assert rows[0][3]["runs"] == rows[0][0]["runs"]
    (read,) = rows[1][3]["decisions"]
    assert (read["a"], read["b"], read["verdict"]) == ("lora", "probe", "better")
    assert (read["test"], read["p"], read["p_adjusted"]) == ("stratified Welch t", 0.004, 0.012)
    assert (read["low"], read["high"], read["statistic"]) == (0.4, 2.0, 3.1)


def test_what_json_cannot_hold_is_null(make):
    paper = make.paper()
    infinite = tuple(replace(d, statistic=float("inf"), df=float("inf")) for d in paper.decisions)
    table = tables.arrange(replace(paper, decisions=infinite))
    cell = json.loads(tables.render(table, "json"))["rows"][1]["cells"][3]
    assert (cell["decisions"][0]["statistic"], cell["decisions"][0]["df"]) == (None, None)


def test_a_caption_may_hold_the_notes(make):
    spec = TableSpec(metrics=("accuracy",), caption="Results, 50%. {note} The end.")
    table = tables.arrange(make.paper(), spec)
    tex = tables.render(table, float=True)
    assert r"\caption{Results, 50\%. Mean $\pm$ standard" in tex
    assert r"not in the mean. The end.}" in tex
    for form in ("html", "json"):
        assert "Results, 50%. Mean ± standard" in tables.render(table, form)


def test_powers_of_ten_in_every_format(make):
    columns = {"": [(1.5e-9, 2e-11), (-2.25e12, 1e9), (0.0, 0.5)]}
    table = tables.arrange(make.table_of(columns, "abc"))
    assert [row.cells[0].printed for row in table.rows] == ["1.50e-9", "-2.25e12", "0"]
    tex = tables.render(table)
    assert (
        r"{\fontseries{b}\selectfont 1.50$\times$10\textsuperscript{$-$\rlap{9}\phantom{$9$}}}"
        in tex
    )
    assert r"2.25$\times10^{12}$" in tex
    assert tables.changes(table, tex, "old.tex") == ("nothing changed",)
    assert "−2.25 × 10<sup>12</sup>" in tables.render(table, "html")
    assert "-2.25e12" in tables.render(table, "text")
    assert [sorted(row.cells[0].marks) for row in table.rows] == [["best"], [], []]


def lines_within(table, columns):
    return tables.render(table, "text", notes=False, within=columns).splitlines()


@pytest.mark.parametrize("columns", [60, 100, 200])
def test_a_wide_table_stands_in_blocks_as_wide_as_the_terminal(make, columns):
    """Every number once, each block with the names of its rows, no line too long."""
    names = [f"method {i}" for i in range(5)]
    cells = {f"data-{j}": [(10 + i + j / 100, 0.25) for i in range(5)] for j in range(100)}
    table = tables.arrange(make.table_of(cells, names))
    lines = lines_within(table, columns)
    assert max(map(width, lines)) <= columns
    heads = [line for line in lines if line.startswith("Method")]
    shown = [label for line in heads for label in line.split()[1:]]
    assert shown == [f"data-{j}" for j in range(100)]
    for i, name in enumerate(names):
        rows = [line for line in lines if line.startswith(name)]
        assert len(rows) == len(heads)
        numbers = [n for line in rows for n in re.findall(r"\d\d\.\d\d", line)]
        assert numbers == [f"{10 + i + j / 100:.2f}" for j in range(100)]


def test_a_table_that_fits_is_set_as_ever(table):
    text = tables.render(table, "text", notes=False)
    assert tables.render(table, "text", notes=False, within=max(map(len, text.split("\n")))) == text


def test_long_names_and_headers_take_lines_and_lose_nothing(make):
    long = "a name of a method that says all there is to be said of its settings, and more: "
    cells = {long + f"d{j}": [(10 + i, 0.25) for i in range(3)] for j in range(4)}
    table = tables.arrange(make.table_of(cells, [Method(f"{i}", long + f"m{i}") for i in range(3)]))
    lines = lines_within(table, 80)
    assert max(map(width, lines)) <= 80
    words = " ".join(lines).split()
    blocks = sum(line.startswith("Method") for line in lines)
    assert [words.count(f"m{i}") for i in range(3)] == [blocks] * 3
    assert [words.count(f"d{j}") for j in range(4)] == [1] * 4
    starts = [line for line in lines if "±" in line]
    assert len(starts) == 3 * blocks and all(line.startswith("a name of") for line in starts)


def test_notes_are_folded_where_the_terminal_is_narrow(table):
    text = tables.render(table, "text", within=50)
    assert max(map(width, text.splitlines())) <= 50
    assert " ".join(text.split()).endswith(
        " ".join(tables.render(table, "text").splitlines()[-1].split())
    )


def test_html_says_why_an_average_is_not_there(make):
    cells = [make.aggregate("accuracy", "a", "x", 90.0, 0.3), make.hole("accuracy", "a", "y")]
    cells += [make.hole("accuracy", "a", None)]
    cells += [make.aggregate("accuracy", "b", d, 91.0, 0.3) for d in ("x", "y", None)]
    table = tables.arrange(make.analysis(cells, "ab", datasets=("x", "y")))
    html = tables.render(table, "html")
    assert '<td class="missing" title="the row is incomplete">∅</td>' in html
    assert '<td class="missing" title="not run">–</td>' in html
