"""One notation a metric, and no number that stands apart from zero prints as zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.latex.rounding import FIGURES, Numbers, rules_for

sizes = st.integers(1, 99_999).flatmap(
    lambda digits: st.integers(-14, 9).map(lambda power: float(f"{digits}e{power}"))
)
cells = st.tuples(sizes, st.none() | st.sampled_from([0.0, 0.001, 0.03, 0.4, 3.0]))
columns = st.lists(
    st.lists(cells, min_size=1, max_size=6).map(
        lambda pairs: Numbers([v for v, _ in pairs], [s and v * s for v, s in pairs])
    ),
    min_size=1,
    max_size=4,
)


def numbers(rule, column):
    return [Decimal(rule.show(value).replace(",", "")) for value in column.values]


@given(columns)
def test_a_value_above_its_spread_is_not_zero_and_a_metric_has_one_notation(metric):
    rules = rules_for(metric)
    assert len({rule.scientific for rule in rules}) == 1
    for rule, column in zip(rules, metric, strict=True):
        printed = numbers(rule, column)
        pairs = sorted(zip(column.values, printed, strict=True))
        assert [shown for _, shown in pairs] == sorted(printed)
        for value, spread, shown in zip(*column, printed, strict=True):
            assert shown > 0 or value <= spread


@pytest.mark.parametrize(
    ("values", "spreads", "shown"),
    [
        ([9.8e-7, 0.031, 1.0], [1e-8, 0.001, 0.036], ["9.80e-7", "3.10e-2", "1.00e0"]),
        ([9.8e-7, 0.031, 0.93], [1e-8, 0.001, 0.036], ["9.80e-7", "3.10e-2", "9.30e-1"]),
        # A few more decimals do where the largest number stays short.
        ([0.0004, 0.31, 0.93], [1e-5, 0.02, 0.036], ["0.00040", "0.31000", "0.93000"]),
        ([0.04, 95.3, 94.8], [None, None, None], ["0.04", "95.30", "94.80"]),
        ([0.0004, 95.3, 94.8], [None, None, None], ["0.0004", "95.3000", "94.8000"]),
        ([0.00041, 95.3, 94.8], [None, None, None], ["4.10e-4", "9.53e1", "9.48e1"]),
        # What its own spread covers says zero, and what arithmetic left of a zero asks for nothing.
        ([0.001, 95.0], [0.3, 0.3], ["0.00", "95.00"]),
        ([5.5e-17, 95.0, 94.1], [0.3, 0.3, 0.3], ["0.00", "95.00", "94.10"]),
        ([0.0, 95.0, 94.1], [0.0, 0.3, 0.3], ["0.00", "95.00", "94.10"]),
    ],
)
def test_decimals_or_powers_of_ten(values, spreads, shown):
    (rule,) = rules_for([Numbers(values, spreads)])
    assert rule.show_all(values) == shown
    assert rule.scientific or len(max(shown, key=len)) <= FIGURES + 1


def test_one_column_in_powers_brings_the_others_with_their_own_digits():
    wide = Numbers([2e-9, 41.0], [1e-10, 2.0])
    fine = Numbers([95.342, 94.1], [0.041, 0.038])
    alone = rules_for([fine])[0]
    both = rules_for([wide, fine])
    assert alone.show(95.342) == "95.34"
    assert [both[1].show(95.342), both[1].show_spread(0.041)] == ["9.534e1", "4.1e-2"]
    assert [rule.show(41.0) for rule in rules_for([wide, fine], 2)] == ["41.00", "41.00"]
