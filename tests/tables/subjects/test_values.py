"""Hyper-parameters as printed: one rule a setting, every digit kept."""

import pytest

from paperforge.latex.escape import escape
from paperforge.tables.measure import Measure
from paperforge.tables.subjects.values import Scale, scales_of


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        (["1e-4", "0.001", "512", "0.1"], ["0.0001", "0.001", "512", "0.1"]),
        (["3e-05", "0.001", "0.1", "0"], ["3×10⁻⁵", "1×10⁻³", "0.1", "0"]),
        (["-2.50e-06", "0.0"], ["−2.5×10⁻⁶", "0"]),
        (["1e9", "512", "300000"], ["1×10⁹", "512", "3×10⁵"]),
        (["2000000", "512"], ["2,000,000", "512"]),
        (["20000", "5e3", "-1e-3", "1e5"], ["20,000", "5000", "−0.001", "100,000"]),
        (["3.1622776601683795e-05"], ["3.1622776601683795×10⁻⁵"]),
        (["1000", "1.4e3", "10000", "1e5", "1.4e7", "999.5"],
         ["1×10³", "1.4×10³", "1×10⁴", "1×10⁵", "1.4×10⁷", "999.5"]),
        (["3.0000000000000004e-05", "3e-5"], ["3×10⁻⁵", "3×10⁻⁵"]),
        (["0.30000000000000004", "0.7999999999999999"], ["0.3", "0.8"]),
        (["0.1234567890123456", "12345678901234567890"],
         ["0.1234567890123456", "12345678901234567890"]),
        (["cosine", "nan", "true", "1e400", "1_0"], ["cosine", "nan", "true", "1e400", "10"]),
        (["1e-400"], ["1×10⁻⁴⁰⁰"]),
    ],
)  # fmt: skip
def test_values(values, printed):
    scale = Scale.of(values)
    assert [scale.show(value) for value in values] == printed


@pytest.mark.parametrize(
    ("settings", "printed"),
    [
        ({"lr": ["0.001", "0.0005"], "wd": ["1e-3", "1e-5"]},
         {"lr": ["1×10⁻³", "5×10⁻⁴"], "wd": ["1×10⁻³", "1×10⁻⁵"]}),
        ({"lr": ["0.001", "0.0005"], "wd": ["1e-3", "0"]},
         {"lr": ["0.001", "0.0005"], "wd": ["0.001", "0"]}),
        ({"lr": ["0.1", "0.001"], "eps": ["1e-8"], "wd": ["0", "0.001"], "seed": ["0"]},
         {"lr": ["0.1", "0.001"], "eps": ["1×10⁻⁸"], "wd": ["0", "1×10⁻³"], "seed": ["0"]}),
    ],
)  # fmt: skip
def test_settings_beside_each_other_have_one_notation(settings, printed):
    scales = scales_of(settings)
    assert {n: list(map(scales[n].show, values)) for n, values in settings.items()} == printed


@pytest.mark.tex
@pytest.mark.parametrize("face", ["computer modern", "times"])
def test_a_power_is_measured(boxes, face):
    text = "3×10⁻⁵"
    (real,) = boxes(face, [escape(text)])
    assert real - 0.5 <= Measure(face).text(text) <= real + 3
