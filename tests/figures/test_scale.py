"""Limits, ticks and printed numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.figures import scale

VALUES = st.floats(-1e9, 1e9, allow_subnormal=False)


@given(VALUES, VALUES, st.integers(2, 8))
def test_a_scale_holds_its_values_and_has_a_few_even_ticks(a, b, most):
    low, high = sorted((a, b))
    one = scale.scale(low, high, most)
    assert one.low <= low
    assert one.high >= high
    assert one.high > one.low
    assert 2 <= len(one.ticks) <= most + 4
    assert len(one.labels) == len(one.ticks)
    assert all(
        one.low - 1e-9 * abs(one.low) <= t <= one.high + 1e-9 * abs(one.high) for t in one.ticks
    )
    gaps = [q - p for p, q in pairwise(one.ticks)]
    assert max(gaps) == pytest.approx(min(gaps), rel=1e-4)


def test_round_ticks():
    assert scale.scale(0, 1000, 6, pad=False).labels == ("0", "200", "400", "600", "800", "1000")
    assert scale.scale(0, 20000, 4, pad=False).labels == ("0", "10,000", "20,000")
    assert scale.scale(0, 20000, 4, pad=False, of="#").labels == ("0", "10k", "20k")
    assert scale.scale(0.1, 0.3, 5).labels == ("0.10", "0.15", "0.20", "0.25", "0.30")
    assert scale.scale(-3, 1, 5).labels == ("−3", "−2", "−1", "0", "1")
    assert scale.scale(0, 2.5e6, 4, pad=False, of="#").labels == ("0", "1M", "2M")


def test_per_cent_end_at_a_hundred():
    one = scale.scale(80, 99.9, 5, roof=100.0)
    assert one.ticks[-1] <= 100
    assert one.high < 101


def test_zero_stays_the_floor_of_what_cannot_be_negative():
    assert scale.scale(0.001, 5, 5).low == 0
    assert scale.scale(0, 5, 5).low == 0
    assert scale.scale(-0.5, 5, 5).low < -0.5


def test_one_value_has_a_scale_around_it():
    one = scale.scale(50, 50, 5)
    assert one.low < 50 < one.high


def test_numbers_print_alike():
    assert scale.number(93.14159, 0.5) == "93.14"
    assert scale.number(-0.001, 3) == "0.0"


def test_panels_share_a_scale_only_where_none_is_squeezed():
    assert scale.together([(0, 10), (1, 9)]) == (0, 10)
    assert scale.together([(0, 10), (0, 1)]) is None


@pytest.mark.parametrize(
    ("value", "precision", "shown"),
    [
        (9.8e-7, 5e-8, "9.80×10⁻⁷"),
        (5e-8, 5e-8, "5.0×10⁻⁸"),
        (-9.8e-7, 5e-8, "−9.80×10⁻⁷"),
        (1.0, 5e-8, "1.000000"),
        (1.23456e12, 1e10, "1.235×10¹²"),
        (0.0, 1e-9, "0.000000"),
        (-1234.5, 70.0, "−1234"),
    ],
)
def test_a_number_in_a_sentence_is_as_precise_as_it_is_known(value, precision, shown):
    assert scale.number(value, precision) == shown
