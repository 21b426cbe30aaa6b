"""Where a header breaks."""

import pytest

from paperforge.model import Cell, Column, Row, Table
from paperforge.tables.headers import lines
from paperforge.tables.measure import Measure


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("α-tuning (β₂=0.999)", ["α-tuning", "(β₂=0.999)"]),
        ("deep in-distribution-shift", ["deep in-", "distribution-", "shift"]),
        ("large cross-lingual", ["large", "cross-", "lingual"]),
        ("generalisation on in-domain", ["generalisation", "on in-domain"]),
        ("generalisation the in-domain", ["generalisation", "the in-domain"]),
        ("generalisation under in-domain", ["generalisation", "under", "in-domain"]),
        ("imagenet-r", ["imagenet-r"]),
        ("imagenet-sketch", ["imagenet-", "sketch"]),
        ("Out-of-distribution (points) ↑", ["Out-of-", "distribution (points) ↑"]),
        ("Accuracy (%) ↑", ["Accuracy (%) ↑"]),
        ("", [""]),
    ],
)
def test_a_header_breaks_at_a_space_before_a_hyphen(label, said):
    row = Row("m", (Cell(1.0, 0.1, 5, "12.3", "0.4"),))
    (found,) = lines(Table("t", "M", (Column(label),), (row,)), Measure("times", 10))
    assert list(found) == said
