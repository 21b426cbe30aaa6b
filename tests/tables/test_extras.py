"""Columns on demand: each number is the analysis', and an incomplete row has none."""

import re
from dataclasses import replace

import pytest

from paperforge import tables
from paperforge.errors import InputError
from paperforge.model import BestSet, Effect, Groups, Missing, Rank, Verdict
from paperforge.spec import Dataset, Direction, Metric, Role, TableSpec

ALL = ("rank", "difference", "improvement", "n")


@pytest.fixture
def paper(make):
    """Three baselines and ours, with what the columns are read from."""
    plain = make.paper()
    ranks = {"full": 1.5, "probe": 3.0, "lora": 1.5}
    decisions = tuple(
        replace(d, effect=Effect(superiority=0.9), simultaneous=None) for d in plain.decisions
    )
    return replace(
        plain,
        decisions=decisions,
        places=tuple(Rank("accuracy", m, r, 3) for m, r in ranks.items()),
    )


def column(table, label):
    index = next(i for i, c in enumerate(table.columns) if c.label == label)
    return [row.cells[index] for row in table.rows]


def notes(table):
    return [f"{n.symbol} {n.text}".strip() for n in table.notes]


def arranged(analysis, *columns, **more):
    spec = TableSpec(metrics=("accuracy",), columns=columns, **({"baseline": "probe"} | more))
    return tables.arrange(analysis, spec)


def test_the_mean_rank_is_the_analysis_and_an_incomplete_row_has_none(paper):
    table = arranged(paper, "rank")
    cells = column(table, "Mean rank ↓")
    assert [c.printed for c in cells] == ["1.5", "3.0", "∅", "1.5"]
    assert [sorted(c.marks) for c in cells] == [["best"], [], [], ["best"]]
    assert cells[2].missing is Missing.CRASHED
    note = next(n for n in notes(table) if n.startswith("Mean rank"))
    assert note.endswith("1 is best; descriptive, not tested; without 1 incomplete method")
    assert "of 3 methods over the 3 datasets" in note


def test_ranks_of_the_test_come_first_and_say_over_how_many(paper):
    tested = replace(
        paper,
        places=(),
        ranks=tuple(Rank("accuracy", m.name, 2.0 + i / 3) for i, m in enumerate(paper.methods)),
        groups=(Groups("accuracy", "wilcoxon", 2),),
    )
    table = arranged(tested, "rank")
    assert [c.printed for c in column(table, "Mean rank ↓")] == ["2.00", "2.33", "2.67", "3.00"]
    assert "Mean rank: of 4 methods over 2 of 3 datasets, 1 is best" in notes(table)


def test_no_rank_column_without_ranks(paper):
    for analysis, spec, why in (
        (replace(paper, places=()), TableSpec(columns=("rank",)), "fewer than two methods"),
        (paper, TableSpec(columns=("rank",), datasets=("wine", "digits")), "some of them"),
    ):
        table = tables.arrange(analysis, spec)
        assert "Mean rank ↓" not in [c.label for c in table.columns]
        assert any(why in d.message for d in table.diagnostics)


def test_a_difference_reads_the_primary_decision_from_the_methods_side(paper):
    table = arranged(paper, "difference")
    printed = [(c.printed, c.printed_interval) for c in column(table, "Difference")]
    assert printed == [("", None), ("ref.", None), ("∅", None), ("+1.2", ("0.4", "2.0"))]
    assert "Difference: method less Linear probe, with 95% interval" in notes(table)
    turned = replace(
        paper,
        decisions=tuple(replace(d, a=d.b, b=d.a, estimate=-1.2) for d in paper.decisions),
    )
    ours = column(arranged(turned, "difference"), "Difference")[3]
    assert (ours.printed, ours.printed_interval) == ("+1.2", ("-2.0", "-0.4"))
    assert ours.decisions[0].b == "lora"


def test_the_simultaneous_interval_goes_with_the_corrected_p(paper):
    joint = replace(
        paper, decisions=tuple(replace(d, simultaneous=(0.1, 2.3)) for d in paper.decisions)
    )
    table = arranged(joint, "difference")
    assert column(table, "Difference")[3].printed_interval == ("0.1", "2.3")
    assert "Difference: method less Linear probe, with simultaneous 95% intervals" in notes(table)


@pytest.mark.parametrize(
    ("direction", "a", "printed"),
    [
        (Direction.HIGHER, "lora", "0.90"),
        (Direction.HIGHER, "probe", "0.10"),
        (Direction.LOWER, "lora", "0.10"),
        (Direction.LOWER, "probe", "0.90"),
    ],
)
def test_improvement_is_towards_better(make, paper, direction, a, printed):
    b = "probe" if a == "lora" else "lora"
    decision = make.decision(a, b, Verdict.BETTER, effect=Effect(superiority=0.9))
    metrics = (replace(paper.metrics[0], direction=direction), *paper.metrics[1:])
    analysis = replace(paper, decisions=(decision,), metrics=metrics)
    cells = column(arranged(analysis, "improvement"), "P(improvement)")
    assert [c.printed for c in cells] == ["", "ref.", "∅", printed]


def test_n_is_a_range_where_cells_differ(paper):
    cells = column(arranged(paper, "n"), "n")
    assert [c.printed for c in cells] == ["10", "8–10", "0–10", "10"]


def test_a_reported_metric_is_one_column_by_its_own_rule_and_never_bold(paper):
    table = tables.arrange(paper, TableSpec(columns=("seconds",)))
    assert [c.group for c in table.columns] == ["Accuracy (%) ↑"] * 4 + [""]
    cells = column(table, "Time (s) ↓")
    assert [c.printed for c in cells] == ["4115", "41", "∅", "171"]
    assert not any(c.marks for c in cells)
    assert "Time is averaged over the datasets, and only reported: never bold" in notes(table)


def test_the_average_rank_difference_and_chance_refuse_the_same_row(paper):
    table = arranged(paper, "rank", "difference", "improvement", "seconds")
    row = next(r for r in table.rows if r.label.startswith("LoRA ("))
    assert [c.printed for c in row.cells[3:]] == ["∅"] * 5
    assert [c.missing for c in row.cells[3:]] == [Missing.CRASHED] * 5


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (TableSpec(columns=("ranks",)), 'no column "ranks"'),
        (TableSpec(columns=("difference",)), "several baselines"),
        (TableSpec(columns=("difference",), baseline="nobody"), 'no method "nobody"'),
    ],
)
def test_what_cannot_be_shown_is_refused(paper, spec, why):
    with pytest.raises(InputError, match=why):
        tables.arrange(paper, spec)


def test_without_a_baseline_there_is_no_difference(make):
    analysis = make.table_of({"": [(90.0, 1.0), (91.0, 1.0)]}, "ab")
    with pytest.raises(InputError, match="no baseline"):
        tables.arrange(analysis, TableSpec(columns=("difference",)))


def test_turned_the_columns_are_rows(paper):
    table = arranged(paper, *ALL, "seconds", layout="dataset-by-method")
    labels = [row.label for row in table.rows]
    assert labels[3:] == [
        "Average", "Mean rank ↓", "Difference", "P(improvement)", "n", "Time (s) ↓",
    ]  # fmt: skip
    assert [c.printed for c in table.rows[5].cells] == ["", "ref.", "∅", "+1.2"]


def test_one_dataset_with_several_metrics_names_the_metric(make):
    cells = [make.aggregate(m, x, "d", 1.0 + i, 0.2) for m in "fg" for i, x in enumerate("ab")]
    metrics = (Metric("f", "F", Direction.HIGHER), Metric("g", "G", Direction.HIGHER))
    decisions = [make.decision("a", "b", Verdict.BETTER, m, scope="d") for m in "fg"]
    analysis = make.analysis(
        cells, "ab", metrics=metrics, datasets=[Dataset("d", "D")], decisions=decisions
    )
    table = tables.arrange(analysis, TableSpec(columns=("difference",), baseline="b"))
    assert [c.label for c in table.columns] == ["F ↑", "F: difference", "G ↑", "G: difference"]


def test_arrows_can_be_left_out(paper):
    table = arranged(paper, "rank", arrows=False)
    assert "Mean rank" in [c.label for c in table.columns]
    assert {c.group for c in table.columns} == {"Accuracy (%)"}


def test_the_best_set_has_a_mark_and_a_note_with_its_test(paper):
    best = BestSet("accuracy", ("full", "lora"), (("full", 0.2), ("lora", 1.0)), "max-t", 0.05)
    table = arranged(replace(paper, best=(best,)), best_set=True)
    signs = [[m.value for m in sorted(c.marks)] for c in column(table, "Average")]
    assert signs == [["•"], ["†"], [], ["best", "•"]]
    assert not any("•" in c.marks for c in column(table, "Digits"))
    assert notes(table)[5].startswith(
        "• not found worse than the best of 2 methods (one-sided max-t, α = .05"
    )
    for form in tables.FORMATS:
        assert {"latex": r"\bullet"}.get(form, "•") in tables.render(table, form)


def test_a_best_set_that_is_not_there_is_said(paper):
    best = BestSet("accuracy", ("other",), (("other", 1.0),), "max-t", 0.05)
    for found, why in ((), "no best-set of accuracy"), ((best,), "none of its methods"):
        table = arranged(replace(paper, best=found), best_set=True)
        assert any(why in d.message for d in table.diagnostics)


def test_the_declared_baseline_is_the_one_with_the_role(paper):
    methods = tuple(
        replace(m, role=Role.BASELINE if m.name == "probe" else None) for m in paper.methods
    )
    table = arranged(replace(paper, methods=methods), "difference", baseline="")
    row = next(r for r in table.rows if r.label == "Linear probe")
    assert row.cells[-1].printed == "ref."


def test_needs():
    every = ("effects", "ranks", "best", "beside")
    assert tables.needs(TableSpec(columns=ALL, best_set=True)) == every
    assert tables.needs(TableSpec(columns=("n", "seconds"))) == ()


def test_intervals_and_signs_are_padded_to_one_width(paper):
    more = replace(paper.decisions[1], a="full", estimate=-10.25, low=-12.0, high=-8.5)
    table = arranged(replace(paper, decisions=(*paper.decisions, more)), "difference")
    tex = tables.render(table)
    assert r"$-$10.3{\pfscript [$\scriptstyle -$12.0, $\scriptstyle -$8.5]}" in tex
    assert (
        r"\phantom{0}$+$1.2{\pfscript [\phantom{$\scriptstyle -$0}0.4, \phantom{$\scriptstyle -$}2.0]}"
        in tex
    )
    assert re.search(r"\+1\.2 +\[0\.4, 2\.0\]", tables.render(table, "text"))
    assert "+1.2 \\[0.4, 2.0\\]" in tables.render(table, "markdown")
    assert '<span class="interval">[−12.0, −8.5]</span>' in tables.render(table, "html")
