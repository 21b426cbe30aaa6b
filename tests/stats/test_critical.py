from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.stats.critical import diagram, groups

NAMES = tuple("abcdef")
PAIRS = [frozenset(pair) for pair in combinations(NAMES, 2)]


def pair(text):
    return frozenset(text)


def draw(ranks, decided, n=12, compared=None):
    names = tuple(ranks)
    pairs = [frozenset(p) for p in combinations(names, 2)] if compared is None else compared
    return diagram(ranks, {p: p in decided for p in pairs}, n, posthoc="wilcoxon", alpha=0.05)


def test_nothing_decided_is_one_bar_and_everything_none():
    assert groups(NAMES, set()) == (NAMES,)
    assert groups(NAMES, set(PAIRS)) == ()
    assert groups(("a",), set()) == groups((), set()) == ()


def test_a_pair_inside_a_run_splits_it():
    # b and c, neighbours in the middle, differ: no bar crosses the gap between them
    assert groups("abcd", {pair("bc")}) == (("a", "b"), ("c", "d"))


def test_overlapping_bars():
    assert groups("abcd", {pair("ad")}) == (("a", "b", "c"), ("b", "c", "d"))
    assert groups("abcd", {pair("ac"), pair("ad"), pair("bd")}) == (
        ("a", "b"),
        ("b", "c"),
        ("c", "d"),
    )


@given(st.sets(st.sampled_from(PAIRS)))
def test_bars_are_the_maximal_runs_without_a_decided_pair(decided):
    """Against all runs, listed."""
    runs = [
        NAMES[i:j]
        for i in range(len(NAMES))
        for j in range(i + 2, len(NAMES) + 1)
        if not any(frozenset(p) in decided for p in combinations(NAMES[i:j], 2))
    ]
    maximal = [r for r in runs if not any(set(r) < set(other) for other in runs)]
    assert list(groups(NAMES, decided)) == maximal


@given(st.sets(st.sampled_from(PAIRS)))
def test_every_pair_is_decided_joined_or_said_to_be_neither(decided):
    made, _ = draw({m: float(i) for i, m in enumerate(NAMES)}, decided)
    joined = {frozenset(p) for bar in made.groups for p in combinations(bar, 2)}
    loose = {frozenset(p) for p in made.unjoined}
    assert joined | loose | decided == set(PAIRS)
    assert not joined & decided
    assert not joined & loose
    assert not loose & decided


def test_crossing_decisions():
    """The best and the last are not told apart, the best and the second are."""
    made, _ = draw({"a": 1.0, "b": 2.0, "c": 3.0}, {pair("ab")})
    assert made.groups == (("b", "c"),)
    assert made.unjoined == (("a", "c"),)


def test_order_is_by_rank_and_ties_stand_as_given():
    made, reason = draw({"z": 2.0, "y": 1.0, "x": 2.0}, set())
    assert made.methods == ("y", "z", "x")
    assert made.mean_ranks == (1.0, 2.0, 2.0)
    assert reason == ""


@pytest.mark.parametrize(("n", "many"), [(1, "1 dataset"), (9, "9 datasets")])
def test_no_diagram_below_ten_datasets(n, many):
    made, reason = draw({"a": 1.0, "b": 2.0, "c": 3.0}, set(), n=n)
    assert made is None
    assert reason == f"{many}: a critical-difference diagram needs 10"


def test_against_a_control_there_are_no_bars():
    made, _ = draw({"a": 1.0, "b": 2.0, "c": 3.0}, {pair("bc")}, compared=[pair("ab"), pair("bc")])
    assert made.groups == ()
    assert made.control == "b"
    assert made.like_control == ("a",)


def test_some_pairs_only_are_no_diagram():
    made, reason = draw(
        dict(zip("abcd", range(4), strict=True)), set(), compared=[pair("ab"), pair("cd")]
    )
    assert made is None
    assert reason == "2 of 6 pairs were compared: groups need all of them"
    assert draw({"a": 1.0, "b": 2.0, "c": 3.0}, set(), compared=[])[0] is None
