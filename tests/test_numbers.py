from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paperforge import numbers
from paperforge.engine import literal, open_engine
from paperforge.model import Missing
from paperforge.numbers import Style, look, number, prepare, refusal, trimmed, truth, word, words


@pytest.fixture(scope="module")
def run():
    engine = open_engine([])
    prepare(engine.connection)
    yield lambda sql: engine.connection.execute(f"SELECT {sql}").fetchone()[0]
    engine.close()


@pytest.mark.parametrize(
    ("values", "kind", "style"),
    [
        (["0.5", "1e-3", "-2", ".5", "5."], "number", Style()),
        (["0.5", "", "OOM", "n/a"], "number", Style()),
        (["nan", "inf", "-Infinity", "1"], "number", Style()),
        (["93.1%", "94 %", ""], "number", Style(percent=True)),
        (["93,1%", "94%"], "number", Style(percent=True, comma=True)),
        (["0,93", "1"], "number", Style(comma=True)),
        (["93.1%", "94"], "number", Style()),
        (["true", "False", "1"], "truth", Style(truth=True)),
        (["0", "1"], "number", Style()),
        (["0.931 ± 0.004", "0.9 (0.1)", "93.1+-0.2"], "number", Style()),
        (["lora", "full", "1"], "text", Style()),
        (["none", "-"], "text", Style()),
        (["", None], "empty", Style()),
        ([1, 2.5, None], "number", Style(typed=True)),
        ([True, False], "truth", Style(typed=True)),
    ],
)
def test_how_a_column_looks(values, kind, style):
    found = look(values)
    assert (found.kind, found.style) == (kind, style)


CELLS = [
    "1",
    "0",
    "-2.5e3",
    ".5",
    "nan",
    "q17",
    "inf1",
    "a 1",
    "q",
    "1,234",
    "50%",
    "x%1",
    " 1",
    "",
]
CELLS += ["true", "n/a", "1\n2", "q\n1", "question-1", "é1", "٣", "1_0", "1 000", "0.5 (1)"]


@given(st.lists(st.sampled_from(CELLS), min_size=1, max_size=3))
@example(["1", "2.5"])
@example(["q1", "q2"])
def test_many_texts_looked_at_together_are_what_they_are_alone(cells):
    alone = look(cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbers, "_MANY", 0)
        assert look(cells) == alone


def test_a_comma_may_be_either():
    assert look(["1,234", "2,345"]).comma == "unsure"
    assert look(["0,931", "2,345"]).comma == "sure"
    assert look(["1,234.5", "1.5"]).comma == ""


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        (" 0.5 ", Style(), 0.5),
        ("\t7\t", Style(), 7),
        ("1e400", Style(), math.inf),
        ("93.1 %", Style(percent=True), 93.1),
        ("93.1", Style(percent=True), None),
        ("0,5", Style(comma=True), 0.5),
        ("7", Style(comma=True), 7),
        ("1.234,5", Style(comma=True), None),
        ("0,5", Style(), None),
        ("1_000", Style(), None),
        ("0x1F", Style(), None),
        ("Yes", Style(truth=True), 1),
        ("wrong", Style(truth=True), 0),
        ("1", Style(truth=True), 1),
        ("", Style(), None),
    ],
)
def test_numbers(run, text, style, expected):
    assert run(number(f"({literal(text)})", style)) == expected


@given(st.floats(allow_nan=False))
def test_every_float_comes_back_exactly(run, value):
    assert run(number(f"({literal(repr(value))})", Style())) == value
    assert look([repr(value)]).kind == "number"


@given(st.text(alphabet=" \t\u00a0ab!", max_size=6))
def test_trimming(run, text):
    found = run(trimmed(f"({literal(text)})"))
    assert found == text.strip(" \t\u00a0") or text.strip(" \t") == found.strip(" \t")


def test_words(run):
    expected = {
        "OOM": "out of memory",
        "": "not reported",
        " N/A ": "not applicable",
        "huh": "refused",
    }
    for text, reason in expected.items():
        assert run(word(f"({literal(text)})", Style())) == reason


def test_a_spreadsheet_that_found_nothing_says_nothing(run):
    """#N/A is no statement of an author, as n/a is: a look-up found no number."""
    assert run(word("('#N/A')", Style())) == "not reported"
    assert run(word("('N/A')", Style())) == "not applicable"


def test_the_word_lists_are_what_the_code_takes_them_for():
    assert set(words()["missing"].values()) - {"diverged"} <= set(Missing)
    assert set(truth().values()) == {0, 1}
    for part in (words()["missing"], words()["status"], truth()):
        assert all(key == key.strip().lower() for key in part)


@pytest.mark.parametrize(
    ("text", "style", "message"),
    [
        ("0.9 ± 0.1", Style(), "mean and its spread"),
        ("0.9 (0.1)", Style(), "mean and its spread"),
        (r"$0.9 \pm 0.1$", Style(), "mean and its spread"),
        ("1,234.5", Style(), "thousands"),
        ("1,234", Style(), "thousands"),
        ("93%", Style(), "percent sign"),
        ("0.5", Style(comma=True), "decimal commas"),
        ("abc", Style(), "not a number"),
        ("\N{MINUS SIGN}0.5", Style(), "typographic minus"),
        ("12.3 ms", Style(), "more than a number"),
        ("0.91*", Style(), "more than a number"),
        ("**0.91**", Style(), "more than a number"),
        ("1.2k", Style(), "more than a number"),
        ("#DIV/0!", Style(), "is not a number"),
        ("1a2", Style(), "is not a number"),
    ],
)
def test_refusals_say_what_is_wrong_and_what_to_do(text, style, message):
    said, hint = refusal(text, style)
    assert message in said
    assert text in said or repr(text) in said
    assert hint


@pytest.mark.parametrize("text", ["1'200'000", "1 200 000", "1.200.000", "1_200_000", "12,00,000"])
def test_separators_of_thousands_are_seen(text):
    assert look([text, "x"]).separated == text
    assert "thousands separators" in refusal(text, Style())[0]
    assert not look(["1.2.3", "x"]).separated
