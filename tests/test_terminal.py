"""Lines for a terminal: nothing is wider, nothing is lost, names stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import terminal
from paperforge.terminal import Grid, columns, fold, shortened

WORDS = st.lists(st.text("abcdé漢-.", min_size=1, max_size=60), min_size=1, max_size=40)


@given(WORDS, st.integers(40, 120))
def test_no_line_is_wider_and_no_letter_is_lost(words, width):
    lines = fold(" ".join(words), width, "  ")
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(words)
    assert lines[0].startswith("  ") and all(line.startswith("    ") for line in lines[1:])


def test_what_belongs_together_is_not_parted():
    text = "x" * 36 + " p = .03 and more"
    assert fold(text, 42)[1].startswith("  p = .03")


def test_columns_of_wide_letters_and_accents():
    assert (columns("漢字"), columns("e\u0301"), columns("abc")) == (4, 1, 3)


def grid(names):
    rows = [("", "Difference", "p", "d", "Verdict")]
    rows += [(name, "+0.1", "< .001", "+1.00", "better") for name in names]
    return Grid(rows, (0, 4), ("d", "p"))


def test_a_table_narrows_its_names_first():
    lines = grid([f"a method with a very long name, number {i}" for i in range(3)]).lines(64, "  ")
    assert max(map(columns, lines)) <= 64
    assert len(set(lines)) == 4 and "d" in lines[0].split()


def test_then_it_leaves_columns_out_and_says_so():
    lines = grid(["a method with a very long name indeed"]).lines(54)
    assert lines[-1] == "(without d: too wide for 54 columns)"
    assert max(map(columns, lines)) <= 54


def test_a_table_that_fits_is_whole():
    assert grid(["x"]).lines(100) == [
        "   Difference       p      d  Verdict",
        "x        +0.1  < .001  +1.00  better",
    ]


@pytest.mark.parametrize("width", [6, 10, 14])
def test_names_stay_different_or_whole(width):
    names = ["resnet-50-large-a", "resnet-50-large-b", "resnet-50-small-a"]
    assert len(set(shortened(names, width))) == 3


def test_a_wrapped_table_loses_nothing():
    """What every cell says is there at every width, in the order of its words."""
    rows = (
        ("Test", "Difference", "Interval", "p", "Adjusted p", "Smallest p", "Verdict"),
        ("Welch t (reported)", "+0.0038", "[−0.0192, 0.0269]", ".70", ".70", "", "inconclusive"),
        ("sign-flip (enumeration) (needs pair_by)", "+0.0038", "", ".13", ".13", ".12", "open"),
        ("Friedman", "+0.0038", "", ".13", ".13", ".12", "three blocks are too few for that"),
    )
    for width in range(terminal.NARROWEST, 161):
        lines = terminal.wrapped(rows, width, "    ")
        assert max(map(terminal.columns, lines)) <= width
        assert all(line.startswith("    ") for line in lines)
        told = " ".join(lines)
        assert "…" not in told
        for row in rows[1:]:
            words = {word for cell in row for word in cell.split()}
            assert words <= set(told.replace(":", " ").replace(";", " ").split()), width
    wide = terminal.wrapped(rows, 160)
    assert len(wide) == len(rows)
    assert wide[2].startswith("sign-flip (enumeration) (needs pair_by)  ")
    middle = terminal.wrapped(rows, 95)
    assert len(middle) > len(rows)
    assert "Smallest p" in middle[0]
    assert any(line.startswith("  (enumeration)") for line in middle)


def test_a_word_longer_than_its_column_is_parted():
    lines = terminal.wrapped((("A", "b", "C"), ("x" * 90, "1", "y")), 60)
    assert max(map(terminal.columns, lines)) <= 60
    assert "".join(lines).count("x") == 90


def test_a_difference_takes_lines_before_it_is_cut():
    rows = [("", "Difference", "on"), ("Accuracy: linear-probe − bias-only", "+0.1", "x" * 20)]
    shown = Grid(rows, (0, 2)).lines(56)
    assert [line[:18].rstrip() for line in shown[1:]] == [
        "Accuracy:",
        "  linear-probe −",
        "  bias-only",
    ]
    assert "…" not in "".join(shown)
    assert "…" in "".join(Grid([rows[0], ("a" * 40 + " − b", "+0.1", "y")], (0, 2)).lines(40))
