import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import tables
from paperforge.latex.rounding import Rounding, rule_for
from paperforge.model import Mark, Verdict
from paperforge.spec import Direction, Method, Metric, Role
from paperforge.tables.marks import against_baseline, best, best_texts

BETTER, WORSE, NOT = Verdict.BETTER, Verdict.WORSE, Verdict.INCONCLUSIVE


def methods(**roles):
    named = {"o": Role.OURS, "b": Role.BASELINE, "n": None}
    return [Method(name, name.upper(), named[role]) for name, role in roles.items()]


def one(make, methods, *decisions, **more):
    cells = [make.aggregate("accuracy", m.name, "", 90.0 + i, 0.5) for i, m in enumerate(methods)]
    made = [make.decision(a, b, verdict, scope="") for a, b, verdict in decisions]
    return make.analysis(cells, methods, decisions=made, **more)


def marked(analysis):
    return {
        m: mark.value for (_, m), mark in against_baseline(analysis, ["accuracy"]).marks.items()
    }


def said(analysis):
    return [f"{n.symbol} {n.text}".strip() for n in tables.arrange(analysis).notes]


def test_best_is_decided_on_what_is_printed():
    marks = best(["95.3", "95.3", "", "95.2"], Direction.HIGHER, second=True)
    assert marks == [{Mark.BEST}, {Mark.BEST}, set(), {Mark.SECOND}]
    assert best(["-1.0", "1,200.0", "3.0"], Direction.LOWER, second=False)[0] == {Mark.BEST}
    assert best(["1", "2"], None, second=True) == [set(), set()]
    assert best(["1", ""], Direction.HIGHER, second=True) == [set(), set()]


@given(
    st.lists(st.floats(-1e9, 1e9) | st.integers(-30, 30).map(lambda n: n / 20), max_size=30),
    st.integers(-2, 6),
    st.sampled_from(Direction),
    st.booleans(),
)
def test_the_best_of_the_numbers_is_the_best_of_what_they_print(
    values, decimals, direction, second
):
    """Of numbers that one rule printed no text has to be read to find the best."""
    printed = Rounding(decimals).show_all(values)
    read = best_texts(printed, direction, second=second)
    assert best_texts(printed, direction, second=second, values=values) == read
    assert best(["1", "2"], Direction.HIGHER, second=True) == [set(), {Mark.BEST}]
    assert best(["1", "1.0"], Direction.HIGHER, second=False) == [{Mark.BEST}] * 2


def test_one_baseline_marks_each_other_method(make):
    analysis = one(
        make,
        methods(base="b", x="n", y="n", z="o"),
        ("x", "base", BETTER),
        ("base", "y", BETTER),
        ("z", "base", NOT),
    )
    # with ours declared, a method without a role counts as a baseline
    assert marked(analysis) == {}
    analysis = one(
        make,
        methods(base="b", x="n", y="n", z="n"),
        ("x", "base", BETTER),
        ("base", "y", BETTER),
        ("z", "base", NOT),
    )
    assert marked(analysis) == {"x": "†", "y": "‡"}
    assert said(analysis)[2:4] == ["† better than BASE", "‡ worse than BASE"]


def test_one_baseline_and_ours(make):
    analysis = one(make, methods(base="b", ours="o"), ("ours", "base", BETTER))
    assert marked(analysis) == {"ours": "†"}
    assert "† better than BASE" in said(analysis)


def test_one_of_ours_marks_each_baseline(make):
    analysis = one(
        make,
        methods(p="b", q="b", r="b", ours="o"),
        ("ours", "p", BETTER),
        ("ours", "q", WORSE),
        ("ours", "r", NOT),
    )
    assert marked(analysis) == {"p": "†", "q": "‡"}
    assert said(analysis)[2:4] == [
        "† OURS is better than this method",
        "‡ OURS is worse than this method",
    ]


def test_several_of_both_mark_what_differs_from_every_baseline(make):
    decided = [
        ("u", "p", BETTER),
        ("u", "q", BETTER),
        ("v", "p", BETTER),
        ("v", "q", NOT),
        ("w", "p", WORSE),
        ("q", "w", BETTER),
    ]
    analysis = one(make, methods(p="b", q="b", u="o", v="o", w="o"), *decided)
    assert marked(analysis) == {"u": "†", "w": "‡"}
    assert said(analysis)[2:4] == ["† better than every baseline", "‡ worse than every baseline"]


def test_a_comparison_that_is_missing_is_not_every_baseline(make):
    analysis = one(
        make,
        methods(p="b", q="b", u="o", v="o"),
        ("u", "p", BETTER),
        ("v", "p", BETTER),
        ("v", "q", BETTER),
    )
    assert marked(analysis) == {"v": "†"}


@pytest.mark.parametrize(
    ("verdict", "winner"), [(BETTER, {"x": "†"}), (WORSE, {"y": "†"}), (NOT, {})]
)
def test_two_methods_need_no_roles(make, verdict, winner):
    analysis = one(make, methods(x="n", y="n"), ("x", "y", verdict))
    assert marked(analysis) == winner
    if not winner:
        assert "The methods were not found to differ" in said(analysis)


def test_three_methods_without_roles_have_no_marks(make):
    analysis = one(make, methods(x="n", y="n", z="n"), ("x", "y", BETTER), ("x", "z", BETTER))
    assert marked(analysis) == {}
    assert not any("Welch" in text for text in said(analysis))


def test_secondary_decisions_and_unknown_directions_mark_nothing(make):
    cells = [make.aggregate("accuracy", m, "", 1.0, 0.1) for m in ("base", "x")]
    secondary = [make.decision("x", "base", BETTER, scope="", primary=False)]
    assert marked(make.analysis(cells, methods(base="b", x="o"), decisions=secondary)) == {}
    unknown = one(
        make,
        methods(base="b", x="o"),
        ("x", "base", Verdict.DIFFERENT),
        metrics=(Metric("accuracy", "A"),),
    )
    assert marked(unknown) == {}
    assert not any("differ" in text for text in said(unknown))


def test_marks_sit_on_the_cell_that_was_compared(make):
    table = tables.arrange(make.paper())
    found = {
        (row.label, column): mark
        for row in table.rows
        for column, cell in enumerate(row.cells)
        for mark in cell.marks & {Mark.BETTER, Mark.WORSE}
    }
    assert found == {
        ("Linear probe", 3): Mark.BETTER,
        ("Full fine-tuning", 7): Mark.BETTER,
        ("Linear probe", 7): Mark.WORSE,
    }


def test_nothing_found_is_said(make):
    analysis = one(make, methods(base="b", x="n", y="n"), ("x", "base", NOT), ("y", "base", NOT))
    assert "No method was found to differ from BASE" in said(analysis)
    several = one(make, methods(p="b", q="b", ours="o"), ("ours", "p", NOT), ("ours", "q", NOT))
    assert "OURS was not found to differ from any baseline" in said(several)


@given(
    st.lists(st.floats(-1e4, 1e4, allow_nan=False), min_size=2, max_size=12),
    st.sampled_from(list(Direction)),
)
def test_ties_on_the_printed_value_never_split(values, direction):
    rule = rule_for(values, [abs(v) / 50 for v in values])
    printed = [rule.show(v) for v in values]
    marks = best(printed, direction, second=True)
    of = {}
    for text, mark in zip(printed, marks, strict=True):
        assert of.setdefault(text, mark) == mark
    top = values.index(max(values) if direction is Direction.HIGHER else min(values))
    assert marks[top] == {Mark.BEST}
