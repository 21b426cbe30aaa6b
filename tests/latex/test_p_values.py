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
    ("p", "least", "most"),
    [
        (0.0625, ".06", ".063"), (0.0312, ".03", ".032"), (0.48, ".48", ".48"),
        (0.012, ".01", ".012"), (0.0156, ".015", ".02"), (0.1834, ".18", ".184"),
        (0.0496, ".0496", ".0496"), (0.0546, ".0546", ".055"), (0.00012, ".0001", ".00012"),
        (3.7e-7, ".00000037", ".0000004"), (0.995, ".99", "1"), (1.0, "1", "1"),
    ],
)  # fmt: skip
def test_a_bound_of_p_is_rounded_to_its_safe_side(p, least, most):
    assert p_bound(p) == least
    assert p_bound(p, most=True) == most


@given(st.floats(1e-6, 1.0), st.sampled_from([0.05, 0.01, 0.1, 0.005]), st.booleans())
def test_a_bound_of_p_is_never_past_it_and_on_its_side_of_alpha(p, alpha, most):
    shown, level = Decimal(p_bound(p, alpha, most=most)), Decimal(str(alpha))
    number = Decimal(f"{p:.15g}")  # what stands behind the double
    assert shown >= number if most else shown <= number
    assert abs(shown - number) <= Decimal("0.01")
    if not most and number > level:
        assert shown >= level
    if most and number < level:
        assert shown <= level
