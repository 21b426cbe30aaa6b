"""Logarithmic axes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.figures.logscale import log_scale, number


@given(st.floats(-12, 15), st.floats(0.01, 20), st.integers(3, 8))
def test_ticks_lie_within_and_are_at_most_as_many(low, span, most):
    axis = log_scale(10**low, 10 ** (low + span), most)
    assert 0 < axis.low <= 10**low
    assert axis.high >= 10 ** (low + span) * (1 - 1e-9)
    assert 1 <= len(axis.ticks) <= most + 1
    assert all(axis.low * (1 - 1e-9) <= t <= axis.high * (1 + 1e-9) for t in axis.ticks)
    assert len(set(axis.labels)) == len(axis.labels)
    assert axis.share(axis.low) == pytest.approx(0)
    assert axis.share(axis.high) == pytest.approx(1)


def test_decades_and_parts_of_them():
    assert log_scale(1, 1000, 5).labels == ("1", "10", "100", "1k")
    assert log_scale(1, 1e12, 5).ticks == (1.0, 1e3, 1e6, 1e9, 1e12)
    assert log_scale(1, 40, 5).labels == ("1", "2", "5", "10", "20")


def test_numbers_are_short():
    said = [number(v) for v in (1e-9, 2e-5, 0.001, 0.5, 999, 1e3, 2.5e6, 1e9, 1e12, 3e21)]
    assert said == ["1e−9", "2e−5", "0.001", "0.5", "999", "1k", "2.5M", "1G", "1T", "3e21"]


def test_an_axis_over_many_decades_has_powers_of_ten_throughout():
    said = log_scale(1e-10, 1e12, 6).labels
    assert all(text.startswith("1e") for text in said)
    assert "1e−6" in said
    assert log_scale(1, 1e9, 7).labels[-1].endswith(("M", "G"))
    assert log_scale(0.01, 10, 5).labels == ("0.01", "0.1", "1", "10")
