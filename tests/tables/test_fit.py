"""A table that is made to fit fits in TeX, and what was done is what the issue allows, in order."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import tables, venues
from paperforge.errors import InputError
from paperforge.model import Cell, Column, Row, Severity, Table
from paperforge.tables.fit import fit
from paperforge.tables.headers import abbreviated, lines
from paperforge.tables.long_names import MOST_LINES
from paperforge.tables.measure import Measure
from paperforge.tables.trial import SMALLEST_PT, Page

VENUES = ["neurips-2026", "icml-2026", "arr-2026"]


def table(columns, rows=4, label="Dataset", group="Accuracy (%) ↑", stub="a method's name"):
    heads = tuple(Column(f"{label} {i}", group) for i in range(columns))
    cells = tuple(Cell(12.3, 0.4, 5, "12.3", "0.4") for _ in range(columns))
    return Table("t", "Method", heads, tuple(Row(f"{stub} {i}", cells) for i in range(rows)))


def page(venue):
    return Page.of(venues.find(venue))


@pytest.mark.parametrize("venue", VENUES)
def test_pages_have_the_venues_sizes(venue):
    found = page(venue)
    sizes = [points for _, points in found.sizes]
    assert sizes == sorted(set(sizes), reverse=True)
    assert sizes[-1] == SMALLEST_PT
    assert found.sizes[0][0] == "normalsize"
    assert found.face == "Times"


def test_what_fits_stays_as_it_is():
    small = table(2)
    assert fit(small, page("neurips-2026"), "text") is small
    assert fit(small, None) is small


def test_the_steps_come_in_order():
    room = page("neurips-2026")
    said = [fit(table(n), room, "text") for n in (6, 9, 30)]
    done = [one.fit and (one.fit.size, len(one.fit.parts)) for one in said]
    assert done[0] == ("normalsize", 0) or done[0] is None
    assert done[1][1] == 0 and done[1][0] != "normalsize"
    assert done[2][1] > 1
    for one in said[1:]:
        (note,) = one.diagnostics
        assert note.severity is Severity.NOTE
        assert f"text at {one.fit.points:g} pt" in note.message


def test_two_columns_before_turning():
    wide = table(9, rows=40)
    made = fit(wide, page("icml-2026"), "column")
    assert made.fit.wide and not made.fit.turned
    assert r"\begin{table*}" in tables.render(made, float=True)


def test_turned_where_only_that_helps():
    long = table(3, rows=3, stub="a-name".replace("-", "") * 10 + "aslongashalfofapageiswide")
    one = fit(long, replace(page("neurips-2026"), text=200.0, column=200.0), "text")
    assert one.fit.turned
    text = tables.render(one)
    assert r"\rotatebox{90}" in text and r"\usepackage{booktabs,graphicx}" in text


LONG = "low rank adaptation of all of the attention matrices with a frozen embedding v"


def test_long_names_stand_in_lines_before_anything_is_smaller():
    assert len(LONG) > 75
    made = fit(table(4, stub=LONG), page("neurips-2026"), "text")
    assert (made.fit.size, made.fit.parts, made.fit.deep) == ("normalsize", (), 2)
    assert "names in lines" in made.diagnostics[0].message
    text = tables.render(made)
    assert r"\begin{tabular}[t]{@{}l@{}}low rank adaptation" in text and r"\\\quad " in text
    assert tables.changes(made, text, "old.tex") == ("nothing changed",)


def test_a_name_of_more_than_three_lines_is_none():
    made = fit(table(6, stub=LONG * 3), page("icml-2026"), "text")
    assert made.fit.deep <= MOST_LINES


def test_names_that_are_paths_are_parted_at_their_signs():
    made = fit(table(4, stub=LONG.replace(" ", "_")), page("neurips-2026"), "text")
    assert made.fit.size == "normalsize"
    name, lines_of = made.fit.names[0]
    assert all(line.endswith("_") for line in lines_of[:-1])
    assert "".join(lines_of) == name


def test_rows_in_lines_are_as_high_as_they_are_deep():
    low = table(4, rows=30, stub=LONG)
    made = fit(low, replace(page("neurips-2026"), height=600.0), "text")
    height = 30 * 2 * 1.2 * 10
    assert height > 600 and (made.fit.points < 10 or made.fit.tabulars > 1)


@pytest.mark.tex
@pytest.mark.parametrize("venue", VENUES[:2])
@pytest.mark.parametrize("stub", [LONG, LONG.replace(" ", "_")])
def test_names_in_lines_are_as_wide_as_measured(boxes, venue, stub):
    made = fit(table(4, stub=stub), page(venue), "text")
    assert made.fit.names
    (real,) = boxes("times", [tables.render(made)])
    assert real <= made.fit.room
    assert abs(real - made.fit.width) < 0.02 * real


def test_a_table_that_nothing_helps_is_left_as_it_is_with_a_warning():
    long = table(3, stub="a name longer than a page is wide, even in the smallest size " * 15)
    made = fit(long, page("icml-2026"), "column")
    (said,) = made.diagnostics
    assert replace(made, diagnostics=()) == long
    assert said.severity is Severity.WARNING
    assert "does not fit 488 pt, at 7 pt and in parts" in said.message
    assert "shorter labels" in said.hint


def test_a_table_of_too_many_pages_is_refused_in_words():
    with pytest.raises(InputError, match=r"30 rows by 400 columns would take \d+ pages") as refused:
        fit(table(400, rows=30), page("icml-2026"), "column")
    assert "--spread none" in refused.value.hint


def test_wider_than_a_column_needs_both():
    made = fit(table(6), page("icml-2026"))
    assert made.fit.wide
    assert "table*" in made.diagnostics[0].message


def test_without_a_page_only_what_no_page_holds_is_made_to_fit():
    assert fit(table(8), None).fit is None
    for large in (table(30), table(2, rows=60)):
        made = fit(large, None)
        assert made.fit.width <= Page().text
        (_, found) = made.diagnostics
        assert found.severity is Severity.WARNING
        assert "larger than 488 by 602 pt, a page's text, so it was made to fit" in found.message
        assert "--venue" in found.hint


def test_abbreviated_words_are_given_in_full():
    long = table(1, label="Validation perplexity", group="Estimated Accuracy")
    made = abbreviated(long)
    assert (made.columns[0].label, made.columns[0].group) == ("Val. PPL 0", "Est. Acc.")
    (note,) = made.notes
    assert note.text == "Val.: Validation; PPL: perplexity; Est.: Estimated; Acc.: Accuracy"
    assert abbreviated(table(1, group="BLEU", label="x")) == table(1, group="BLEU", label="x")


def test_headers_break_at_spaces_and_hyphens_and_keep_their_arrow():
    heads = (Column("digits-shuffled"), Column("Wall time (s) ↓"), Column(""))
    cells = tuple(Cell(1.0, None, 5, "1.0") for _ in heads)
    one = Table("t", "", heads, (Row("", cells),))
    assert lines(one, Measure()) == (("digits-", "shuffled"), ("Wall", "time (s) ↓"), ("",))


@given(st.text(alphabet="ab -()↑", max_size=20))
def test_no_letter_of_a_header_is_lost(label):
    one = Table("t", "", (Column(label),), (Row("", (Cell(1.0, None, 5, "1.0"),)),))
    (found,) = lines(one, Measure())
    assert "".join(found).replace(" ", "") == label.replace(" ", "")


@pytest.mark.tex
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_was_made_to_fit_fits_in_tex(data, boxes):
    venue = data.draw(st.sampled_from(VENUES))
    within = data.draw(st.sampled_from(["column", "text"]))
    words = data.draw(st.sampled_from(["Dataset", "Validation perplexity of", "x", "digits-noisy"]))
    made = fit(table(data.draw(st.integers(1, 24)), 5, words), page(venue), within)
    if made.fit is None or made.fit.turned:
        return
    size = rf"\fontsize{{{page(venue).sizes[0][1]}}}{{12}}\selectfont "
    sizes = "".join(
        rf"\renewcommand\{command}{{\fontsize{{{points}}}{{12}}\selectfont}}"
        for command, points in page(venue).sizes[1:]
    )
    (width,) = boxes("times", [sizes + size + tables.render(made)])
    assert width <= (page(venue).text if made.fit.wide else page(venue).column) + 0.5


def test_parts_begin_at_a_metric_where_its_columns_fit():
    """At 10 pt four columns of a metric fit in twos; at a smaller size they stay together."""
    own = [
        table(4, label=f"benchmark {name}", group=name, stub="method")
        for name in ("Accuracy", "F1")
    ]
    heads = tuple(column for one in own for column in one.columns)
    rows = tuple(replace(row, cells=row.cells * 2) for row in own[0].rows)
    made = fit(replace(own[0], columns=heads, rows=rows), page("icml-2026"), "column")
    assert made.fit.parts == ((0, 1, 2, 3), (4, 5, 6, 7))
    assert made.fit.points >= SMALLEST_PT


def test_less_room_between_columns_comes_before_more_parts():
    """Two columns of powers of ten stand side by side at 9 pt, 3 pt apart, where 4 pt splits them."""
    wide = Cell(1.01e-9, 3e-11, 4, "1.01e-9", "3.0e-11")
    large = Cell(9.65e11, 1.9e10, 4, "9.65e11", "1.9e10")
    heads = tuple(Column(label, "Latency ↓") for label in ("d1", "d2", "Avg."))
    rows = (Row("alpha", (wide,) * 3), Row("gamma", (large,) * 3))
    made = fit(Table("t", "Method", heads, rows), page("icml-2026"), "column")
    assert (made.fit.size, made.fit.gap, made.fit.parts) == ("small", 3.0, ((0, 1), (2,)))
