"""Labels with TeX of their author's: what is taken, what is refused, where they are printed."""

import copy
import json
import pickle

import pytest

from paperforge.latex import label
from paperforge.latex.escape import Label, escape, plain

ALPHA = Label("alpha-net", r"$\alpha$-net")


def test_it_is_its_text_and_only_escape_gives_the_tex():
    assert ALPHA == "alpha-net"
    assert f"{ALPHA}" == "alpha-net"
    assert json.dumps([ALPHA]) == '["alpha-net"]'
    assert escape(ALPHA) == r"$\alpha$-net"
    assert escape(plain(ALPHA)) == r"$\alpha$-net"
    assert escape(str(ALPHA)) == "alpha-net"


def test_what_is_put_beside_it_is_escaped():
    assert escape(ALPHA + " (%)") == r"$\alpha$-net (\%)"
    assert escape("A & " + ALPHA) == r"A \& $\alpha$-net"
    assert str("A & " + ALPHA) == "A & alpha-net"


@pytest.mark.parametrize("again", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_keeps_the_tex(again):
    assert again(ALPHA).tex == ALPHA.tex


def test_a_name_in_a_sentence_has_its_tex():
    said = label.sentence('"alpha-net" beats alpha-nets (50%), p = .03: alpha-net', [ALPHA, "x"])
    assert said == (
        r"\textquotedblleft{}$\alpha$-net\textquotedblright{} beats alpha-nets (50\%), $p$ = .03: "
        r"$\alpha$-net"
    )


def test_of_two_names_the_longer_is_meant():
    other = Label("alpha-net XL", r"$\alpha$-net\textsubscript{XL}")
    said = label.sentence("alpha-net XL and alpha-net", [ALPHA, other])
    assert said == r"$\alpha$-net\textsubscript{XL} and $\alpha$-net"


@pytest.mark.parametrize(
    "tex", [r"$\alpha_1$-net", r"\textsc{Lora}$^{+}$", r"100\,\%", r"\(x_1\)", r"A\&B", r"\textsubscript{a}"]
)  # fmt: skip
def test_tex_that_may_stand_in_a_cell(tex):
    assert label.tex_problem(tex) == ""
    assert label.read({"tex": tex, "text": "x"}).tex == tex


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        ("a & b", "bare &"), ("50%", "bare %"), ("#1", "bare #"), (r"a\\b", "breaks the row"), ("{a", "opens a brace"),
        ("a}", "closes a brace"), ("$x", "does not close"), ("x_1", "outside of mathematics"), ("a\nb", "one line"),
    ],
)  # fmt: skip
def test_tex_that_would_break_a_row(tex, said):
    with pytest.raises(ValueError, match=said):
        label.read({"tex": tex, "text": "x"})


@pytest.mark.parametrize(
    ("tex", "letters"),
    [(r"$\alpha$-net", "m-net"), (r"\textsc{Lora}$^{+}$", "LORA+"), (r"A\,\&\,B", "A&B"), (r"\mathrm{F}_1", "F1")],
)  # fmt: skip
def test_the_letters_that_are_measured(tex, letters):
    assert label.shape(tex)[0] == letters


def test_bold_is_measured_wider():
    assert label.shape(r"\textbf{Net}") == ("Net", label.WIDER)
