"""To how many decimals a share of examples is read: those of the column's most precise value."""

import pytest

from paperforge import results
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse


@pytest.fixture
def load(tmp_path):
    def call(*rows, name="a.csv"):
        path = tmp_path / name
        path.write_text("\n".join(["model,accuracy,n_test", *rows]))
        return results.load([Source(path, name)], Project(root=tmp_path))

    return call


def digits(found):
    return {method: quote.digits for (method, _), quote in found.quotes("accuracy").items()}


@pytest.mark.parametrize(
    ("a", "b", "decimals"),
    [
        ("0.85", "0.8", 2),
        ("0.8", "0.85", 2),
        ("0.9", "0.8", 1),
        ("0.850", "0.8", 3),
        ("8.5e-1", "0.8", 2),
        ("1", "0.905", 3),
        ('"0,85"', '"0,8"', 2),
    ],
)
def test_a_nought_that_was_dropped_counts(load, a, b, decimals):
    assert digits(load(f"A,{a},200", f"B,{b},200")) == {"A": decimals, "B": decimals}


def test_the_same_shares_written_otherwise_give_the_same_test(load):
    """170 and 160 of 200: two decimals let no other count print so."""

    def decision(found):
        (one,) = analyse(found, DesignSpec()).decisions
        return one.estimate, one.low, one.high, one.p, one.reason

    short = decision(load("A,0.85,200", "B,0.8,200", name="short.csv"))
    long = decision(load("A,0.85,200", "B,0.80,200", name="long.csv"))
    assert short == long
    assert short[3] == pytest.approx(0.3425, abs=0.0005)
    assert "(read to 2 decimals)" in short[4]
