"""The sentence that names the tests: each once, with what it decided."""

from __future__ import annotations

import pytest

from paperforge.model import Verdict
from paperforge.tables.tested import deciding, root

OWN = "Welch t with each difference's own df"


@pytest.fixture
def told(make):
    """The sentence for comparisons of (b, metric, test) with the method o."""

    def say(*found, where=" on the average"):
        cells = [make.aggregate(metric, "o", "", 1.0) for _, metric, _ in found]
        names = ["o", *dict.fromkeys(b for b, *_ in found)]
        decisions = [
            make.decision("o", b, Verdict.BETTER, metric, test=test) for b, metric, test in found
        ]
        return deciding(decisions, make.analysis(cells, names), lambda _: where)

    return say


def test_one_test_is_named_alone(told):
    assert told(("a", "acc", "Welch t"), ("b", "acc", "Welch t")) == "Welch t on the average"
    assert told(("a", "acc", OWN)) == f"{OWN} on the average"


def test_tests_that_differ_in_their_df_are_one(told):
    found = [("a", "acc", OWN), ("b", "acc", OWN), ("c", "acc", "Welch t")]
    assert told(*found) == (
        "Welch t on the average, with each difference's own df for o against a and b"
    )
    mean = "Welch t with each mean's own quantile"
    assert told(("a", "acc", OWN), ("b", "acc", mean)) == (
        "Welch t on the average, with each difference's own df for o against a, "
        "with each mean's own quantile for o against b"
    )


def test_different_tests_say_what_each_decided(told):
    assert told(("a", "acc", "McNemar exact"), ("a", "time", "Welch t"), where="") == (
        "McNemar exact (acc) and Welch t (time)"
    )
    assert told(("a", "acc", "McNemar exact"), ("b", "acc", "Welch t"), where="") == (
        "McNemar exact (o against a) and Welch t (o against b)"
    )
    several = [("a", "acc", "x"), ("a", "time", "y"), ("b", "time", "x")]
    assert told(*several, where="") == (
        "x (o against a in acc and o against b in time) and y (o against a in time)"
    )


def test_many_comparisons_are_counted(told):
    many = [(name, "acc", OWN) for name in "abcd"]
    assert told(*many, ("e", "acc", "Welch t")).endswith("own df for 4 of 5 comparisons")


def test_no_comparison_has_no_sentence(make):
    with pytest.raises(ValueError, match="no comparison"):
        deciding([], make.analysis([], ["a"]), str)


def test_the_root_of_tests():
    assert root(["Welch t", OWN]) == "Welch t"
    assert root(["Welch t", "McNemar exact"]) == ""
