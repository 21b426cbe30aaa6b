"""Tables that no page holds: pieces side by side, datasets down, several floats; read back whole."""

import re
import subprocess
from dataclasses import replace

import pytest

from paperforge import tables, venues
from paperforge.model import Cell, Column, Row, Table
from paperforge.spec import TableSpec
from paperforge.tables import reading
from paperforge.tables.fit import fit
from paperforge.tables.pages import cut
from paperforge.tables.trial import Page

VENUES = {"neurips-2026": "neurips_2026", "icml-2026": "icml2026", "arr-2026": "acl"}


def page(venue):
    return Page.of(venues.find(venue))


def many(make, methods, datasets):
    """Every number of the table is another."""
    names = [f"method {i}" for i in range(methods)]
    pairs = {
        f"data-{j}": [(10 + i + j / 100, 0.3) for i in range(methods)] for j in range(datasets)
    }
    return make.table_of(pairs, names)


def made(analysis, venue, **said):
    spec = TableSpec(**said)
    other = tables.exchanged(analysis, spec)
    return fit(tables.arrange(analysis, spec), page(venue), spec.width, other=other)


def rows_of(groups):
    return [Row(f"r{i}", (), group) for i, group in enumerate(groups)]


def numbers(tex):
    """The means of a .tex, as a multiset."""
    return sorted(re.findall(r"\d\d\.\d\d", tex))


@pytest.mark.parametrize("venue", VENUES)
def test_few_methods_on_a_hundred_datasets_stand_with_datasets_down(make, venue):
    analysis = many(make, 5, 100)
    table = made(analysis, venue)
    assert (table.stub, len(table.rows), len(table.columns)) == ("Dataset", 100, 5)
    assert table.fit.pages == 2 and table.fit.points >= 9
    assert table.fit.width <= page(venue).text
    said = [d.message for d in table.diagnostics]
    assert any("datasets stand down and methods across" in text for text in said)
    assert any("over 2 pages, a float each" in text for text in said)
    every = numbers(tables.render(tables.arrange(analysis)))
    assert numbers(tables.render(table)) == every and len(every) == 500


def test_sixty_methods_stand_in_two_pieces_side_by_side(make):
    table = made(many(make, 60, 1), "neurips-2026")
    assert (table.fit.beside, table.fit.pages, table.fit.points) == (2, 1, 10)
    assert table.fit.chunks == ((0, 30), (30, 60))
    assert "rows in 2 pieces, 2 side by side" in table.diagnostics[-1].message
    assert tables.render(table).count(r"\begin{tabular}[t]") == 2


def test_what_nobody_turns_over_is_refused(make):
    with pytest.raises(Exception, match=r"would take \d+ pages: a table has room for 12"):
        made(many(make, 60, 100), "neurips-2026")


def test_a_turned_table_is_not_turned_back(make):
    assert tables.exchanged(many(make, 3, 9), TableSpec(layout="dataset-by-method")) is None
    assert tables.exchanged(None, TableSpec()) is None


def test_rows_are_cut_between_groups():
    rows = rows_of(["a"] * 6 + ["b"] * 5 + ["c"] * 5)
    assert cut(rows, 9) == ((0, 6), (6, 11), (11, 16))
    assert cut(rows_of([""] * 10), 4) == ((0, 4), (4, 8), (8, 10))
    assert cut(rows_of(["a"] * 20), 9) == ((0, 7), (7, 14), (14, 20))


@pytest.mark.parametrize("count", [1, 2, 7, 60, 137])
@pytest.mark.parametrize("most", [1, 3, 20])
def test_every_row_is_in_one_chunk(count, most):
    found = cut(rows_of("aab"[i % 3] for i in range(count)), most)
    assert [i for start, end in found for i in range(start, end)] == list(range(count))
    assert max(end - start for start, end in found) <= most


def test_a_group_that_goes_on_is_named_again():
    cells = (Cell(12.3, None, 5, "12.3"),)
    rows = [Row("" if i % 80 else f"method {i // 80}", cells, str(i // 80)) for i in range(160)]
    table = Table("t", "Method", (Column("Seed"),), tuple(rows))
    text = tables.render(fit(table, page("icml-2026"), "column"))
    assert "method 0 (cont.) &" in text and "method 1 &" in text


def test_pages_are_read_back_as_one_table(make):
    for analysis, spec in ((many(make, 5, 100), {}), (many(make, 60, 1), {"width": "column"})):
        plain = reading.read(tables.render(tables.arrange(analysis)), "")
        table = made(analysis, "icml-2026", **spec)
        assert table.fit.pages * table.fit.beside > 1
        found = reading.read(tables.render(table), "")
        assert not found.unread
        assert sorted(c.text for c in found.cells.values()) == sorted(
            c.text for c in plain.cells.values()
        )
        assert tables.changes(table, tables.render(table), "old.tex") == ("nothing changed",)


def test_a_float_is_written_for_each_page(make):
    text = tables.render(made(many(make, 5, 100), "icml-2026"), float=True)
    assert text.count(r"\begin{table*}[p]") == text.count(r"\end{table*}") == 2
    assert text.count(r"\caption") == text.count(r"\label") == 1
    assert r"Table~\thetable{} (continued)" in text


@pytest.mark.tex
@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize(("own", "shape"), [(True, (5, 100)), (False, (5, 100)), (False, (200, 5))])
def test_the_pages_fit_in_the_venue(make, venue, own, shape, tmp_path):
    """In the author's own float and in those of paperforge: no box too wide, no float too high."""
    table = made(many(make, *shape), venue)
    star = "*" if table.fit.wide else ""
    body = tables.render(table, notes=True, float=not own)
    if own:
        body = rf"\begin{{table{star}}}[tp]\centering\caption{{A.}}{body}\end{{table{star}}}"
    style = VENUES[venue]
    source = venues.templates_root() / venue / f"{style}.sty"
    (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "a.tex").write_text(
        rf"\documentclass{{article}}\usepackage{{{style}}}\usepackage{{times,booktabs}}"
        rf"\begin{{document}}Before. {body} After.\end{{document}}",
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    log = (tmp_path / "a.log").read_text(encoding="latin-1")
    assert "Overfull" not in log and "Float too large" not in log
    assert re.search(r"\([2-5] pages", log)
    assert numbers(body) == numbers(tables.render(replace(table, fit=None), notes=True))


def seeds(columns, names=("a", "", "b", "")):
    """Two runs of each method on so many datasets, every number another."""
    heads = (Column("Seed", words=True), *(Column(f"data-{j}", "Accuracy") for j in range(columns)))
    rows = tuple(
        Row(
            name,
            (
                Cell(printed=f"s{i % 2}"),
                *(Cell(v := 10 + i + j / 100, None, 1, f"{v:.2f}") for j in range(columns)),
            ),
            str(i // 2),
        )
        for i, name in enumerate(names)
    )
    return Table("t", "Method", heads, rows)


@pytest.mark.parametrize("columns", [12, 80])
def test_every_part_says_which_run_a_row_is(columns):
    table = fit(seeds(columns), page("icml-2026"), "column")
    assert len(table.fit.parts) > 1
    text = tables.render(table)
    assert text.count("Method & Seed &") == text.count("a & s0 &") == len(table.fit.parts)
    assert text.count(" & s1 &") == 2 * len(table.fit.parts)
    found = reading.read(text, "")
    assert found.columns[0] == "Seed" and len(found.columns) == columns + 1 and not found.unread
    assert tables.changes(table, text, "old.tex") == ("nothing changed",)


def test_words_that_a_name_tells_stand_once():
    """Where every row has a name of its own, the column beside it is no part of the name."""
    table = fit(seeds(12, ("a", "b", "c", "d")), page("icml-2026"), "column")
    assert len(table.fit.parts) > 1
    assert tables.render(table).count("Seed &") == 1


def test_rows_beside_each_other_are_of_one_height():
    """Where one piece has signs, the rows of the other have the room of them too."""
    rows = tuple(
        Row(f"method {i}", (Cell(10.0 + i, 0.3, 5, f"{10 + i}.0", "0.3", note="a" * (i == 58)),))
        for i in range(60)
    )
    table = fit(Table("t", "Method", (Column("Score"),), rows), page("icml-2026"))
    assert table.fit.beside == 2
    left, right = tables.render(table).split(r"\hspace{24pt}")
    assert left.count(r"\vphantom{\textsuperscript{a}} \\") == 30 and r"\vphantom" not in right
    assert tables.changes(table, tables.render(table), "old.tex") == ("nothing changed",)
