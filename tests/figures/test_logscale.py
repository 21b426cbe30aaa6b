"""Logarithmic axes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.figures.logscale import log_scale


@given(st.floats(-12, 15), st.floats(0.01, 20), st.integers(3, 8), st.sampled_from(["", "#", "s"]))
def test_ticks_lie_within_and_are_at_most_as_many(low, span, most, of):
    axis = log_scale(10**low, 10 ** (low + span), most, of=of)
    assert 0 < axis.low <= 10**low
    assert axis.high >= 10 ** (low + span) * (1 - 1e-9)
    assert 1 <= len(axis.ticks) <= most + 1
    assert all(axis.low * (1 - 1e-9) <= t <= axis.high * (1 + 1e-9) for t in axis.ticks)
    assert len(set(axis.labels)) == len(axis.labels)
    assert axis.share(axis.low) == pytest.approx(0)
    assert axis.share(axis.high) == pytest.approx(1)


def test_decades_and_parts_of_them():
    assert log_scale(1, 1000, 5).labels == ("1", "10", "100", "1000")
    assert log_scale(1, 1000, 5, of="#").labels == ("1", "10", "100", "1k")
    assert log_scale(1, 1e12, 5).ticks == (1.0, 1e3, 1e6, 1e9, 1e12)
    assert log_scale(1, 40, 5).labels == ("1", "2", "5", "10", "20")
