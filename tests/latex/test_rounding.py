import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.errors import UsageError
from paperforge.latex.columns import column_rules, spread_kind
from paperforge.latex.rounding import (
    MANY,
    Rounding,
    decimals_for,
    exact,
    fixed,
    fixed_all,
    powers,
    rule_for,
    settled,
)
from paperforge.model import Aggregate, Analysis, Design
from paperforge.spec import Dataset, Direction, Method, Metric, Unit

finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (0.285, 2, "0.29"),
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (0.375, 2, "0.38"),
        (-0.285, 2, "-0.29"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (99.95, 1, "100.0"),
        (95.3, 3, "95.300"),
        (-0.04, 1, "0.0"),
        (-0.0, 2, "0.00"),
        (-1.25, 1, "-1.3"),
        (0.57 * 100, 1, "57.0"),
        (0.285 * 100, 0, "29"),
        (0.1 + 0.2, 17, "0.30000000000000000"),
        (1e-12, 13, "0.0000000000010"),
        (1e-12, 2, "0.00"),
        (1e20, 0, "100000000000000000000"),
        (1234567.891, 1, "1234567.9"),
        (12, 0, "12"),
    ],
)
def test_halves_go_away_from_zero_on_the_written_decimal(value, decimals, printed):
    assert fixed(value, decimals) == printed


def test_thousands():
    assert fixed(1234567.5, 0, grouped=True) == "1,234,568"
    assert fixed(-1234.56, 1, grouped=True) == "-1,234.6"
    assert rule_for([9999.0, 12.0], []) == Rounding(0, grouped=False)
    assert rule_for([12345.0, 12.0], []).show(1234) == "1,234"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="rounded"):
        fixed(value, 2)


@given(finite, st.integers(0, 10))
def test_printed_is_within_half_a_unit(value, decimals):
    printed = fixed(value, decimals)
    assert re.fullmatch(r"-?\d+(\.\d+)?", printed)
    assert not re.fullmatch(r"-0(\.0+)?", printed)
    assert len(printed.partition(".")[2]) == decimals
    noise = Decimal(abs(value)) * Decimal("1e-14")
    assert abs(Decimal(printed) - Decimal(value)) <= Decimal("0.5").scaleb(-decimals) + noise


@given(finite, finite, st.integers(0, 10))
def test_rounding_keeps_the_order(a, b, decimals):
    low, high = sorted((a, b))
    assert Decimal(fixed(low, decimals)) <= Decimal(fixed(high, decimals))


@given(st.integers(-(10**9), 10**9), st.integers(1, 6))
def test_ties_go_away_from_zero(number, decimals):
    text = f"{Decimal(number).scaleb(-decimals)}5"
    if "E" not in text:
        tie = float(text if "." in text else f"{text[:-1]}.5")
        places = len(text.partition(".")[2]) - 1 if "." in text else 0
        shown = Decimal(fixed(tie, places))
        assert abs(shown) >= abs(Decimal(repr(tie))) or shown == 0


halves = st.builds(
    lambda whole, places, nudges: (whole + 0.5) / 10**places * (1 + nudges * 2.0**-52),
    st.integers(-(10**8), 10**8),
    st.integers(0, 8),
    st.integers(-20, 20),
)


every = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite | halves | every, min_size=1), st.integers(-3, 17), st.booleans())
def test_a_column_is_rounded_as_its_decimals_are(values, decimals, grouped):
    """A few values, and so many that arrays round them: both against decimal arithmetic alone."""
    unit = Decimal(1).scaleb(-decimals)
    wide = Context(prec=400, rounding=ROUND_HALF_UP)
    rounded = [settled(value, decimals).quantize(unit, context=wide) for value in values]
    rounded = [abs(number) if number.is_zero() else number for number in rounded]
    shown = [f"{number:,f}" if grouped else f"{number:f}" for number in rounded]
    assert fixed_all(values, decimals, grouped=grouped) == shown
    assert fixed_all(values * MANY, decimals, grouped=grouped) == shown * MANY


@given(st.lists(finite, min_size=1), st.lists(finite.map(abs), min_size=1), st.integers(0, 5))
def test_spreads_of_a_column_print_as_each_does(values, spreads, decimals):
    """Whether a column is long, or stands beside others of its rule, changes none of its texts."""
    rule = Rounding(decimals)
    each = [rule.show_spread(spread) for spread in spreads]
    assert rule.show_spreads(spreads * MANY) == each * MANY
    assert rule.show_spreads([*spreads, *map(abs, values)])[: len(each)] == each


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_in_a_long_column(value):
    with pytest.raises(ValueError, match="rounded"):
        fixed_all([1.0] * MANY + [value], 2)


@pytest.mark.parametrize(
    ("values", "spreads", "decimals"),
    [
        ([95.342], [0.354], 2),
        ([95.342], [0.355], 1),
        ([95.342], [0.41], 1),
        ([95.342], [0.949], 1),
        ([95.342], [0.951], 1),
        ([95.342], [0.14], 2),
        ([95.342], [0.0961], 2),
        ([95.342], [2.5], 1),
        ([95.342], [5.0], 0),
        ([95.342], [1.5], 1),
        ([95.342], [25.0], 0),
        ([95.342], [0.0005], 4),
        ([95.0, 96.0], [0.4, 0.5, 0.0, math.nan, math.inf], 1),
        ([0.912], [], 3),
        ([0.9], [], 1),
        ([91.234, 87.12], [], 1),
        ([1, 2, 3], [], 0),
        ([1234.5678], [], 0),
        ([0.01234], [], 4),
        ([1e-12], [1e-13], 14),
        ([1.5e-12], [], 13),
        ([1e-30], [], 15),
        ([1e9], [2e5], -4),
        ([16307.4], [3227], -2),
        ([1233], [81], -1),
        ([1233], [0.0], 0),
        ([0.5, 0.5], [1e-17], 1),
        ([0.57 * 100], [], 0),
        ([0.0, 0.0], [], 0),
        ([], [], 0),
        ([1e308, 1.1e308], [], 0),
    ],
)  # fmt: skip
def test_decimals_follow_the_uncertainty(values, spreads, decimals):
    assert decimals_for(values, spreads) == decimals
    assert decimals_for(values, spreads, digits=4) == 4


@given(st.lists(finite, max_size=6), st.lists(finite, max_size=6))
def test_decimals_are_a_small_number(values, spreads):
    assert -308 <= decimals_for(values, spreads) <= 15
    assert decimals_for(values, []) >= 0


# columns


def one_column(unit, *cells, digits=None):
    design = Design(unit, False, (), 0.05, "holm", "mid-p", False, False, (5, 5), "", ())
    aggregates = tuple(
        Aggregate("m", f"x{i}", "d", 5, mean, sd, se, None)
        for i, (mean, sd, se) in enumerate(cells)
    )
    methods = tuple(Method(a.method, a.method) for a in aggregates)
    metric = Metric("m", "M", Direction.HIGHER, digits=digits)
    return Analysis(design, (metric,), methods, (Dataset("d", "D"),), aggregates, ())


def test_the_spread_that_is_printed_decides():
    analysis = one_column(Unit.SEED, (91.234, 4.5, 0.04), (90.1, 5.1, 0.05))
    assert column_rules(analysis)["m", "d"].decimals == 0
    assert column_rules(analysis, "se")["m", "d"].decimals == 2
    assert column_rules(analysis, "none")["m", "d"].decimals == 0
    assert column_rules(one_column(Unit.EXAMPLE, (91.2, 30.0, 0.4)))["m", "d"].decimals == 1
    assert column_rules(one_column(Unit.NONE, (91.234, None, None)))["m", "d"].decimals == 1
    assert column_rules(one_column(Unit.SEED, (91.2, 2.5, 1), digits=3))["m", "d"].decimals == 3


def test_an_unknown_spread_is_refused():
    analysis = one_column(Unit.SEED, (1, 1, 1))
    assert spread_kind(analysis, "m") == "sd"
    with pytest.raises(UsageError, match="sem"):
        spread_kind(analysis, "m", "sem")


def test_a_positive_uncertainty_never_prints_as_zero():
    assert rule_for([1.0, 2.0], [0.6, 0.8, 0.09]).decimals == 1
    assert rule_for([10.0, 20.0], [3.6, 4.6, 0.3]).decimals == 0
    assert rule_for([10.0, 20.0], [3.6, 4.6, 0.4]).decimals == 1
    assert rule_for([1.0, 2.0], [1.2, 3.1, 0.0004]).decimals == 1
    assert rule_for([1.0, 2.0], [1.2, 3.1, 0.0]).decimals == 1
    assert rule_for([1.0, 2.0], [1.2, 3.1, 0.04], 1).decimals == 1
    assert Rounding(1).show_spread(0.004) == "<0.1"
    assert Rounding(0).show_spread(0.004) == "<1"
    assert Rounding(1).show_spread(0.05) == "0.1"
    assert Rounding(1).show_spread(0.0) == "0.0"


def test_one_lucky_row_does_not_lengthen_the_column():
    spreads = [0.0169, 0.021, 0.015, 0.0002]
    rule = rule_for([0.6973, 0.7011, 0.6899, 0.7], spreads)
    assert rule.show_spreads(spreads) == ["0.017", "0.021", "0.015", "<0.001"]
    # A value that would print as zero keeps its digits, and its neighbours theirs.
    assert rule_for([10.0, 0.02], [1.2, 1.4, 0.02]).show(0.02) == "0.02"


@pytest.mark.parametrize(
    ("values", "spreads", "shown", "beside"),
    [
        ([16307.4, 29523.0], [3227.0, 1296.0], ["16,300", "29,500"], ["3,200", "1,300"]),
        ([1233.2, 2497.0], [81.0, 52.0], ["1230", "2500"], ["80", "50"]),
        ([1250.0, -1250.0], [70.0], ["1250", "-1250"], ["70"]),
        ([1245.0, -1245.0], [70.0], ["1250", "-1250"], ["70"]),
        # Nothing that is not zero prints as zero for the sake of its neighbours.
        ([16307.4, 18.2], [3227.0, 2.1], ["16,307", "18"], ["3,227", "2"]),
        ([16307.4, 18.2], [3227.0], ["16,310", "20"], ["3,230"]),
        ([163070.4, 0.4], [32270.0, 0.3], ["163,070.4", "0.4"], ["32,270.0", "0.3"]),
        ([0.0, 16307.4], [3227.0, 3000.0], ["0", "16,300"], ["3,200", "3,000"]),
    ],
)
def test_digits_that_the_uncertainty_covers_are_zeros(values, spreads, shown, beside):
    rule = rule_for(values, spreads)
    assert rule.show_all(values) == shown
    assert rule.show_spreads(spreads) == beside
    assert rule_for(values, spreads, 0).show(values[0]) == f"{round(values[0]):,}".replace(
        ",", "," if max(values) >= 10_000 else ""
    )


@given(st.floats(min_value=-1e15, max_value=1e15, allow_subnormal=False), st.integers(0, 6))
def test_a_power_of_ten_is_the_correctly_rounded_decimal(value, decimals):
    """Against decimal arithmetic with as many significant digits, halves away from zero."""
    printed = powers(value, decimals)
    number = exact(value)
    if not number:
        assert printed == "0"
        return
    theirs = Context(prec=decimals + 1, rounding=ROUND_HALF_UP).plus(number)
    assert Decimal(printed) == theirs
    assert len(printed.partition("e")[0].lstrip("-").replace(".", "")) == decimals + 1


@given(
    st.lists(
        st.integers(-99_999, 99_999).flatmap(
            lambda digits: st.integers(-14, 12).map(lambda power: float(f"{digits}e{power}"))
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_not_zero_never_prints_as_zero_beside_what_is_far_larger(values):
    """One column holds 1e-9 and 1e12 and prints both; printed values keep the order."""
    rule = rule_for(values, [])
    printed = [Decimal(rule.show(v).replace(",", "")) for v in values]
    pairs = sorted(zip(values, printed, strict=True))
    assert [p for _, p in pairs] == sorted(printed)
    sizes = [abs(v) for v in values if v]
    if sizes and max(sizes) >= 1e6 * min(sizes):
        assert all(p for v, p in zip(values, printed, strict=True) if v)


@given(
    st.lists(finite | every, min_size=1, max_size=9),
    st.lists(every.map(abs) | st.just(math.nan), max_size=9),
    st.none() | st.integers(0, 4),
)
def test_the_rule_of_a_column_does_not_depend_on_how_long_it_is(values, spreads, digits):
    """The same numbers many times over have the same median, smallest and largest."""
    rule = rule_for(values, spreads, digits)
    assert rule_for(values * (MANY + 1), spreads * (MANY + 1), digits) == rule


@pytest.mark.parametrize(
    ("values", "spreads", "scientific"),
    [
        ([1e-9, 1.0, 1e12], [], True),
        ([1e-9, 2e-9], [], True),
        ([0.0, 0.0], [], False),
        ([1e-5, 2e-5], [], False),
        ([0.001, 95.0], [0.3, 0.3], False),
        ([12.0, 3_000_000.0], [], False),
        ([1e12, 2e12], [], False),
    ],
)
def test_powers_of_ten_are_used_where_plain_decimals_would_lose_numbers(
    values, spreads, scientific
):
    assert rule_for(values, spreads).scientific is scientific
    assert not rule_for(values, spreads, digits=2).scientific


def test_a_power_of_ten_rounds_up_to_the_next():
    assert [powers(v, 1) for v in (9.96e-9, -9.94, 0.0)] == ["1.0e-8", "-9.9e0", "0"]
    assert Rounding(2, scientific=True).show_spread(4.86e-11) == "4.9e-11"
    with pytest.raises(ValueError, match="cannot be rounded"):
        powers(float("nan"), 1)


def test_values_of_16_digits_or_more_are_set_in_powers_of_ten():
    assert (
        rule_for([999_999_999_999_999.0], []).show(999_999_999_999_999.0) == "999,999,999,999,999"
    )
    assert rule_for([1e15], []).show(1e15) == "1.00e15"
    huge = rule_for([1.01e300, 1.31e300], [9.99e297])
    assert (huge.show(1.01e300), huge.show_spread(9.99e297)) == ("1.010e300", "1.0e298")
    fine = rule_for([1_234_567_890_123_000.0], [4e4])
    assert fine.show(1_234_567_890_123_000.0) == "1.234567890123e15"
    assert len(rule_for([1e300], [], digits=1).show(1e300)) < 10


@given(
    st.lists(st.floats(-1e308, 1e308).filter(bool), min_size=1, max_size=6),
    st.lists(st.floats(0, 1e308), max_size=6),
)
def test_no_number_of_a_column_is_longer_than_two_words(values, spreads):
    rule = rule_for(values, spreads)
    assert max(len(rule.show(value)) for value in values) <= 25


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        ((95.3 + 78.1 - 94.9 - 77.0) / 2, 1, "0.8"),
        (-(95.3 + 78.1 - 94.9 - 77.0) / 2, 1, "-0.8"),
        (1.5499999999999972, 1, "1.6"),
        (1.55, 1, "1.6"),
        (1.5500000000000114, 1, "1.6"),
        (1.5499999, 1, "1.5"),
        (2.4999999, 0, "2"),
        (12.5 - 1e-13, 0, "13"),
        (149.99999999999997, -2, "200"),
    ],
)
def test_the_noise_of_a_difference_does_not_decide_a_half(value, decimals, printed):
    """Two tests of one comparison print one difference."""
    assert fixed(value, decimals) == printed
    assert fixed_all([value] * 30, decimals) == [printed] * 30
