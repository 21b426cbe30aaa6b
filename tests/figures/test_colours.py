"""Which colours readers and printers tell apart: pairs that are known to be bad, and good ones."""

from __future__ import annotations

import pytest

from paperforge.figures import audit, colours, palette
from paperforge.spec import Method

GREY = "in greyscale"
BAD = [
    ("#ff0000", "#008000", GREY),  # 77 and 76 of 255 in a PDF's grey
    ("#ff0000", "#009400", GREY),  # one L*
    ("#d62728", "#1f77b4", GREY),
    ("#ff0000", "#008000", "with protanopia"),
    ("#d62728", "#2ca02c", "with deuteranopia"),
    ("#009e73", "#d55e00", GREY),
]
GOOD = [
    ("#1f77b4", "#ff7f0e"),
    ("#0072b2", "#e69f00"),
    ("#000000", "#d55e00"),
    ("#f0e442", "#0072b2"),
    ("#440154", "#fde725"),
]


@pytest.mark.parametrize(("one", "other", "how"), BAD)
def test_known_bad_pairs_are_caught(one, other, how):
    assert how in colours.alike(one, other)
    assert colours.alike(one, other) == colours.alike(other, one)


@pytest.mark.parametrize(("one", "other"), GOOD)
def test_known_good_pairs_pass(one, other):
    assert colours.alike(one, other) == ()


def test_grey_is_that_of_a_pdf_printer():
    """`pdftoppm -gray` gives 77 of 255 for #ff0000: .30 of the value as written."""
    assert colours.printed("#ff0000") == pytest.approx(colours.lab("#4c4c4c")[0])
    assert colours.printed("#008000") == pytest.approx(colours.lab("#4c4c4c")[0])
    assert colours.printed("#ffffff") == pytest.approx(100, abs=0.01)


def test_the_palettes_own_looks_pass():
    looks = palette.looks([Method(f"m{i}", f"m{i}") for i in range(12)])
    assert audit.alike(looks, "here") == ()
    first = list(looks.values())[:4]
    for place, look in enumerate(first):
        for other in first[:place]:
            assert colours.alike(look.colour, other.colour) == ()
