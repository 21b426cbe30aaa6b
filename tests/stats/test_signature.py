"""The digest of the numbers: by key, in no order; and every number counts."""

from dataclasses import replace

import numpy as np
import pytest

from paperforge.model import Quote
from paperforge.spec import DesignSpec, Unit
from paperforge.stats import analyse, keyed
from paperforge.stats.signature import fingerprint

X, Y = [0.1, 0.2, 0.4], [0.3, 0.1, 0.2]


def turned(values, **more):
    order = [2, 0, 1]
    return {"values": np.array(values)[order], "keys": order, **more}


def test_the_order_of_rows_methods_and_datasets_makes_no_difference(fake):
    one = fake({("x", "d"): X, ("y", "d"): Y, ("x", "e"): Y, ("y", "e"): X})
    other = fake({
        ("y", "e"): turned(X), ("y", "d"): turned(Y), ("x", "e"): turned(Y), ("x", "d"): turned(X),
    })  # fmt: skip
    assert fingerprint(one, Unit.SEED) == fingerprint(other, Unit.SEED)


def test_rows_without_a_key_are_told_by_their_values(fake):
    one, other = (
        fake({("x", "d"): {"values": v, "keys": k, "keyed": False}})
        for v, k in ((X, [7, 8, 9]), (X[::-1], [3, 1, 2]))
    )
    assert fingerprint(one, Unit.SEED) == fingerprint(other, Unit.SEED)


@pytest.mark.parametrize(
    "change",
    [
        {("x", "d"): [0.1, 0.2, 0.5]},
        {("x", "d"): {"values": X, "keys": [0, 1, 3]}},
        {("x", "d"): {"values": X, "failed": 1}},
        {("x", "d"): Y, ("y", "d"): X},
    ],
)
def test_another_number_is_another_digest(fake, change):
    cells = {("x", "d"): X, ("y", "d"): Y}
    a, b = fake(cells), fake({**cells, **change})
    assert fingerprint(a, Unit.SEED) != fingerprint(b, Unit.SEED)


def test_examples_clusters_and_quotes_count(fake):
    cells = {("x", "d"): {"values": X, "clusters": [0, 0, 1]}}
    plain = fake(cells, unit=Unit.EXAMPLE)
    other = fake({("x", "d"): {"values": X, "clusters": [0, 1, 1]}}, unit=Unit.EXAMPLE)
    assert fingerprint(plain, Unit.EXAMPLE) != fingerprint(other, Unit.EXAMPLE)
    assert fingerprint(plain, Unit.EXAMPLE) == fingerprint(
        fake(cells, unit=Unit.EXAMPLE), Unit.EXAMPLE
    )
    quoted = replace(plain, quoted={("x", "d"): Quote(0.1, "sd", 3)})
    assert fingerprint(plain, Unit.EXAMPLE) != fingerprint(quoted, Unit.EXAMPLE)


def test_only_a_signed_analysis_has_it(fake):
    results = fake({("x", "d"): X, ("y", "d"): Y})
    (plain,), (signed,) = (
        analyse(results, DesignSpec(), signed=s).decisions for s in (False, True)
    )
    assert "data:" not in plain.signature
    assert f"data:{fingerprint(results, Unit.SEED)[:16]}" in signed.signature


def test_drawn_numbers_name_their_stream(fake):
    """So that the same settings with other draws are told apart."""
    base = np.random.default_rng(1).normal(0, 1, 400)
    apart = np.r_[5.1, -4.2, 6.3, np.random.default_rng(2).normal(0, 1e-3, 397)]  # none but draws
    drawn = fake({("x", "d"): base + apart, ("y", "d"): base}, unit=Unit.EXAMPLE)
    closed = fake({("x", "d"): X, ("y", "d"): Y})
    (one,), (none,) = (analyse(r, DesignSpec()).decisions for r in (drawn, closed))
    assert one.monte_carlo is not None
    assert f"|stream:{keyed.STREAM}|" in one.signature
    assert "stream" not in none.signature
