"""Numbers in sentences that plain decimals do not show."""

import pytest

from paperforge.narrative import words


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        (-1.6e-12, 13, "−1.6e-12"),
        (2.4666e300, -299, "2.5e300"),
        (-2.4666e300, 0, "−2.47e300"),
        (0.0, 13, "0.0000000000000"),
        (1e-20, 13, "0"),
        (0.0123, 3, "0.012"),
        (-16307.0, -2, "−16300"),
        (2e-7, 6, "0.000000"),
    ],
)
def test_powers_of_ten_as_tables_print_them(value, decimals, said):
    assert words.number(value, decimals) == said


@pytest.mark.parametrize("size", [1e-12, 1e300])
def test_a_report_of_extreme_numbers_can_be_read(paperforge, tmp_path, size):
    rows = [f"{m},{s},{(s + k * 4 + 1) * size!r}" for k, m in enumerate("AB") for s in range(3)]
    (tmp_path / "x.csv").write_text("model,seed,lat\n" + "\n".join(rows) + "\n")
    said = paperforge("stats", "x.csv").out
    assert f"e{'-' if size < 1 else ''}" in said
    assert "000000" not in said
    assert max(map(len, said.splitlines())) <= 100
