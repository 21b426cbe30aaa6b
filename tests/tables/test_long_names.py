"""Names in lines: every letter is there, in at most three lines, each as wide as it may be."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import tables, venues
from paperforge.latex.escape import Label
from paperforge.model import Cell, Column, Row, Table
from paperforge.tables import reading
from paperforge.tables.fit import fit
from paperforge.tables.long_names import MIN_LETTERS, MOST_LINES, names_in_lines, shared
from paperforge.tables.measure import EM, Measure, columns
from paperforge.tables.trial import Page

LETTERS = "".join(random.Random(1).choices("abcdefghijklmnop", k=85))
DOTS = "model.lora.rank16.alpha32.dropout0.05.cosine.warmup100.batch64.epochs3.seedless.fp16.0"
CAMEL = "LowRankAdaptationOfAllOfTheAttentionMatricesWithFrozenEmbeddingLayersAndAHeadOfItsOw0"
WORDS = "low rank adaptation of the attention matrices - with a frozen embedding layer of its own"


def made(*names, words=()):
    """A table with rows of these names, and a column of words."""
    cells = [(Cell(0.8, 0.01, 5, "0.800", "0.010"), Cell(printed=text)) for text in words]
    cells = cells or [(Cell(0.8, 0.01, 5, "0.800", "0.010"),) for _ in names]
    heads = (Column("d"), Column("Against", words=True))[: len(cells[0])]
    return Table("t", "Method", heads, tuple(map(Row, names, cells)))


def lines_of(table, room):
    measure = Measure("times", 10.0)
    return names_in_lines(table, measure, (), columns(table, measure), room)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        (LETTERS, LETTERS[:20]),
        (DOTS, "model.lora.rank16.alpha32."),
        (CAMEL, "LowRankAdaptationOfAllOf"),
        (WORDS, "low rank adaptation of the"),
    ],
)
def test_a_name_is_broken_where_it_may_be(name, start):
    names, widths = lines_of(made(name), 190.0)
    ((whole, said),) = names
    assert whole == name
    assert said[0].startswith(start)
    assert 2 <= len(said) <= MOST_LINES
    assert widths[0] <= 190.0
    assert name.replace(" ", "") == "".join(said).replace(" ", "")
    if name != LETTERS:
        assert all(f"{line}{name[name.index(line) + len(line)]}" in name for line in said[:-1])
        assert not any(line.endswith("0.") for line in said[:-1])


def test_short_words_and_tex_are_never_broken_between_letters():
    short = "m" * (MIN_LETTERS - 1)
    assert lines_of(made(short), 60.0)[0] == ()
    assert lines_of(made(Label("m" * 50, "$m$" * 50)), 200.0)[0] == ()
    assert len(lines_of(made("m" * 50), 200.0)[0][0][1]) == 3


def test_an_accent_stays_on_its_letter():
    name = "e\u0301" * 40
    ((_, said),) = lines_of(made(name), 120.0)[0]
    assert len(said) > 1 and all(line.startswith("e") for line in said)


def test_words_beside_the_names_stand_in_the_same_lines():
    names, widths = lines_of(made("a", LETTERS, words=(LETTERS, "b")), 190.0)
    assert [name for name, _ in names] == [LETTERS]
    assert widths[0] == widths[2] <= 190.0


@given(st.lists(st.floats(0, 400), min_size=1, max_size=6), st.floats(1, 900))
def test_columns_share_the_room(widths, room):
    most = shared(widths, room)
    taken = sum(min(width, most) for width in widths)
    assert taken <= room * (1 + 1e-9)
    assert max(widths) <= most or taken == pytest.approx(room)


@given(
    st.text(alphabet="ab-_/. ,XY0", min_size=30, max_size=90).map(
        lambda text: " ".join(text.split()) or "a"
    )
)
def test_what_is_in_lines_reads_back(name):
    table = fit(made(name, "b"), replace(Page.of(venues.find("icml-2026")), text=200.0), "text")
    if table.fit is None or any(
        line.endswith(("-", "_", "/")) for _, said in table.fit.names for line in said
    ):
        return  # as it is; or "a- b" and "a-b" look the same in files of older versions
    assert reading.read(tables.render(table), "").rows[0] == name


@pytest.mark.tex
@pytest.mark.parametrize("name", [LETTERS, DOTS, CAMEL, WORDS])
def test_lines_are_as_wide_as_measured(boxes, name):
    room = 420.0
    page = replace(Page.of(venues.find("icml-2026")), text=room)
    table = fit(made(name, name + "b", words=(name + "b", name)), page, "text")
    assert len(table.fit.names) == 2
    assert table.fit.points == 10
    (real,) = boxes("times", [tables.render(table)])
    assert real <= room
    assert abs(real - table.fit.width) < 0.02 * real
    assert Measure("times", 10.0).text(EM) == 10.0


def test_rows_are_as_high_as_their_words():
    table = made(*"abcdefgh", words=(LETTERS,) * 8)
    page = replace(Page.of(venues.find("icml-2026")), text=200.0)
    low = fit(table, page, "text").fit
    assert low.deep > 1 and low.chunks == ()
    assert fit(table, replace(page, height=220.0), "text").fit != low
