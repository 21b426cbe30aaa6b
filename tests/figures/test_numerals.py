"""What the numbers of an axis say, by what the axis counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import figures
from paperforge.figures import audit, numerals
from paperforge.model import Severity
from paperforge.spec import FigureSpec, Metric


@pytest.mark.parametrize(
    ("name", "unit", "of"),
    [
        ("params_trained", "", "#"),
        ("n_layers", "", "#"),
        ("tokens_seen", "", "#"),
        ("FLOPs", "", "#"),
        ("steps", "", "#"),
        ("gradient step", "", "#"),
        ("vocabulary", "tokens", ""),
        ("tokens", "tokens", "#"),
        ("tokens_per_second", "", ""),
        ("tokens/s", "", ""),
        ("parameters_m", "M", ""),
        ("accuracy", "%", ""),
        ("loss", "", ""),
        ("wall_time_s", "s", "s"),
        ("memory", "B", "B"),
        ("memory", "GB", ""),
        ("params", "M", ""),
    ],
)
def test_what_an_axis_counts(name, unit, of):
    assert numerals.of(Metric(name, name, unit=unit)) == of


def test_a_label_says_it_too():
    assert numerals.of(Metric("x1", "Training tokens")) == "#"
    assert numerals.of(None) == ""


@pytest.mark.parametrize(
    ("values", "of", "said"),
    [
        ((0, 1e4, 2e4), "", ("0", "10,000", "20,000")),
        ((0, 1e4, 2e4), "#", ("0", "10k", "20k")),
        ((0, 1e9, 2e9), "#", ("0", "1B", "2B")),
        ((0, 5e9, 1e10), "", ("0", "5×10⁹", "10×10⁹")),
        ((0, 1e6, 2e6), "", ("0", "1×10⁶", "2×10⁶")),
        ((-2e-9, 0, 2e-9), "", ("−2×10⁻⁹", "0", "2×10⁻⁹")),
        ((1e-7, 1.5e-7), "", ("1.0×10⁻⁷", "1.5×10⁻⁷")),
        ((0, 5e9), "B", ("0", "5 GB")),
        ((0, 2e-4, 4e-4), "s", ("0", "200 µs", "400 µs")),
        ((0, 0.25, 0.5), "s", ("0.00", "0.25", "0.50")),
        ((0, 25000, 50000), "s", ("0", "25,000", "50,000")),
        ((0.5, 1.0, 1.5), "", ("0.5", "1.0", "1.5")),
        ((-0.0, 1.0), "", ("0", "1")),
        ((1e9, 1e9 + 1), "", ("1,000,000,000", "1,000,000,001")),
    ],
)
def test_a_linear_axis(values, of, said):
    assert numerals.linear(values, of) == said


@pytest.mark.parametrize(
    ("ticks", "of", "said"),
    [
        ((1e-10, 1e-4, 1e2), "", ("10⁻¹⁰", "10⁻⁴", "10²")),
        ((1, 1e3, 1e6), "", ("10⁰", "10³", "10⁶")),
        ((1, 1e3, 1e6, 1e9, 1e12), "#", ("1", "1k", "1M", "1B", "1T")),
        ((0.01, 1, 100), "#", ("0.01", "1", "100")),
        ((1e-4, 1, 1e4), "#", ("10⁻⁴", "10⁰", "10⁴")),
        ((1e17, 1e18), "#", ("10¹⁷", "10¹⁸")),
        ((1e-6, 1e-3, 1), "s", ("1 µs", "1 ms", "1 s")),
        ((1, 1e3, 1e6), "B", ("1 B", "1 kB", "1 MB")),
        ((1e-3, 1, 1e3), "s", ("0.001", "1", "1000")),
        ((1, 1e3, 1e6), "s", ("10⁰", "10³", "10⁶")),
        ((2e5, 5e5), "", ("2×10⁵", "5×10⁵")),
    ],
)
def test_a_logarithmic_axis(ticks, of, said):
    assert numerals.logarithmic(ticks, of) == said


def test_one_number_in_short():
    said = [numerals.number(v) for v in (1e-9, 2e-5, 0.001, 0.5, 999, 2500, 25000, 2.5e6, 3e21)]
    assert said == ["10⁻⁹", "2×10⁻⁵", "0.001", "0.5", "999", "2500", "25,000", "2.5×10⁶", "3×10²¹"]
    assert [numerals.number(v, "#") for v in (999, 1e3, 2.5e6, 1e9, 1e16)] == [
        "999", "1k", "2.5M", "1B", "10¹⁶",
    ]  # fmt: skip


@given(
    st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=8, unique=True),
    st.sampled_from(["", "#", "s", "B"]),
)
def test_ticks_that_differ_never_print_alike_and_no_power_is_text(values, of):
    largest = max(map(abs, values))
    step = largest / 4
    ticks = [round(v / step) * step for v in values] if step else values
    ticks = sorted(set(ticks))
    said = numerals.linear(ticks, of)
    assert len(set(said)) == len(ticks)
    assert not any("e" in text for text in said)


def test_a_power_is_raised_in_the_papers_own_face_and_other_text_is_left():
    assert numerals.mathtext("2.5×10⁻⁹") == r"$\mathregular{2.5{\times}10^{−9}}$"
    assert numerals.read(numerals.mathtext("2.5×10⁻⁹") or "") == "2.5×10⁻⁹"
    assert numerals.read("$a$") == "$a$"
    assert numerals.mathtext("10⁶") == r"$\mathregular{10^{6}}$"
    assert [numerals.mathtext(t) for t in ("R²", "10", "ours 10⁶", "a$b", "0.5")] == [None] * 5


def tiny(study, change):
    """An analysis of one metric with small values, without a name or unit that counts."""
    base = study(3, 1)
    cells = [
        replace(a, mean=a.mean * change, half_width=a.half_width * change, interval=None)
        for a in base.aggregates
        if a.mean is not None
    ]
    metric = replace(base.metrics[0], unit="")
    return replace(base, aggregates=tuple(cells), metrics=(metric,))


def test_powers_are_drawn_raised_in_the_face_of_the_paper(study, venue):
    figure = figures.draw(FigureSpec("f", "intervals"), tiny(study, 1e-11), venue("icml"))
    written = audit.inspect(figure.pdf)
    raised = [t for t in written.texts if t.size < 6]
    assert {t.text for t in raised} == {"−", "1", "0"}
    assert len({font.name.partition("+")[2] for font in written.fonts}) == 1
    assert [d for d in figure.diagnostics if d.severity is not Severity.NOTE] == []


@pytest.mark.tex
def test_powers_are_superscripts_in_pgf(study, venue):
    figure = figures.draw(FigureSpec("f", "intervals"), tiny(study, 1e-11), venue("icml"), "pgf")
    assert rb"$\times10^{-10}$" in figure.other
    assert b"mathregular" not in figure.other
