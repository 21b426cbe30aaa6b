from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.latex.p_values import p_bound, p_value


@pytest.mark.parametrize(
    ("p", "printed"),
    [
        (0.0, "<.001"),
        (0.00099, "<.001"),
        (0.001, ".001"),
        (0.0042, ".004"),
        (0.0314, ".03"),
        (0.049, ".049"),
        (0.0496, ".0496"),
        (0.04999, ".04999"),
        (0.05, ".05"),
        (0.0501, ".0501"),
        (0.052, ".052"),
        (0.055, ".06"),
        (0.3, ".30"),
        (0.99, ".99"),
        (1.0, ">.99"),
    ],
)
def test_p_values(p, printed):
    assert p_value(p) == printed


@given(st.floats(0.001, 0.99), st.sampled_from([0.05, 0.01, 0.1, 0.005]))
def test_a_printed_p_is_on_its_side_of_alpha(p, alpha):
    if abs(p - alpha) > 1e-12:
        shown = Decimal("0" + p_value(p, alpha))
        assert (shown < Decimal(str(alpha))) == (p < alpha)


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.0625, ".06"), (0.0312, ".03"), (0.48, ".48"), (0.012, ".01"), (0.0496, ".0496"),
        (0.00012, ".0001"), (3.7e-7, ".0000004"), (0.995, ".99"), (1.0, "1"),
    ],
)  # fmt: skip
def test_a_bound_of_p_is_a_number_in_the_format_of_every_p(p, shown):
    assert p_bound(p) == shown
    assert p_value(p) in (shown, "<.001", ">.99")
