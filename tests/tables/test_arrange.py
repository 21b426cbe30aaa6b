import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import tables
from paperforge.errors import InputError, UsageError
from paperforge.latex.columns import column_rules
from paperforge.model import Mark, Missing, Severity, Verdict
from paperforge.spec import Dataset, Direction, Method, Metric, Role, TableSpec, Unit


def rows(table):
    return {row.label: [cell.printed for cell in row.cells] for row in table.rows}


def texts(table):
    return [note.text for note in table.notes]


def best(table):
    return {row.label: [Mark.BEST in cell.marks for cell in row.cells] for row in table.rows}


def test_one_dataset_without_a_name_has_the_metrics_across(make):
    metrics = (
        Metric("accuracy", "Accuracy", Direction.HIGHER, "%"),
        Metric("loss", "Loss", Direction.LOWER),
    )
    cells = [
        make.aggregate("accuracy", "a", "", 91.24, 0.4),
        make.aggregate("accuracy", "b", "", 90.11, 0.5),
        make.aggregate("loss", "a", "", 0.5, 0.05),
        make.aggregate("loss", "b", "", 0.4, 0.06),
    ]
    table = tables.arrange(make.analysis(cells, ["a", "b"], metrics=metrics))
    assert table.stub == "Method"
    assert [(c.label, c.group, c.dataset) for c in table.columns] == [
        ("Accuracy (%) ↑", "", ""),
        ("Loss ↓", "", ""),
    ]
    assert rows(table) == {"a": ["91.2", "0.50"], "b": ["90.1", "0.40"]}
    assert best(table) == {"a": [True, False], "b": [False, True]}
    assert table.caption == "Accuracy and Loss of 2 methods."


def test_methods_by_datasets_with_an_average(make):
    columns = {
        "x": [(91.24, 0.4), (90.0, 0.5)],
        "y": [(81.0, 4.2), (82.0, 5.1)],
        None: [(86.1, 1.3), (86.0, 1.4)],
    }
    table = tables.arrange(make.table_of(columns, ["a", "b"]))
    assert [(c.label, c.group) for c in table.columns] == [
        ("x", "Accuracy (%) ↑"),
        ("y", "Accuracy (%) ↑"),
        ("Average", "Accuracy (%) ↑"),
    ]
    assert rows(table) == {"a": ["91.2", "81", "86.1"], "b": ["90.0", "82", "86.0"]}
    assert [c.printed_spread for c in table.rows[1].cells] == ["0.5", "5", "1.4"]
    assert table.caption == "Accuracy of 2 methods on 2 datasets."
    assert table.label == "tab:main"
    tasks = make.table_of(columns, ["a", "b"], design=make.design(place="task"))
    assert tables.arrange(tasks).caption == "Accuracy of 2 methods on 2 tasks."
    turned = tables.arrange(tasks, TableSpec(layout="dataset-by-method"))
    assert turned.stub == "Task"
    without = tables.arrange(make.table_of(columns, ["a", "b"]), TableSpec(average=False))
    assert [c.label for c in without.columns] == ["x", "y"]


def test_the_other_layout_prints_the_same_numbers(make):
    spec = TableSpec(layout="dataset-by-method")
    table, other = tables.arrange(make.paper()), tables.arrange(make.paper(), spec)
    assert other.stub == "Dataset"
    assert [row.label for row in other.rows] == ["Digits", "Breast cancer", "Wine_v2", "Average"]
    methods = [row.label for row in table.rows]
    assert [c.label for c in other.columns] == methods * 2
    for m, row in enumerate(table.rows):
        for c, cell in enumerate(row.cells):
            metric, dataset = divmod(c, 4)
            assert other.rows[dataset].cells[metric * 4 + m] == cell


def test_the_other_layout_of_one_dataset_has_the_metrics_down(make):
    spec = TableSpec(layout="dataset-by-method", datasets=("wine",))
    table = tables.arrange(make.paper(), spec)
    assert table.stub == "Metric"
    assert [row.label for row in table.rows] == ["Accuracy (%) ↑", "Time (s) ↓"]
    assert {c.group for c in table.columns} == {"Wine_v2"}


def test_baselines_come_first_then_ours(make):
    methods = [
        Method("o", "O", Role.OURS),
        Method("p", "P", Role.BASELINE),
        Method("b", "B", Role.BASELINE),
    ]
    analysis = make.table_of({"": [(3.0,), (2.0,), (1.0,)]}, methods)
    table = tables.arrange(analysis)
    assert [(row.label, row.group) for row in table.rows] == [
        ("P", "Baselines"),
        ("B", "Baselines"),
        ("O", "Ours"),
    ]
    assert best(table)["O"] == [True]
    plain = tables.arrange(make.table_of({"": [(3.0,), (2.0,)]}, ["z", "a"]))
    assert [(row.label, row.group) for row in plain.rows] == [("z", ""), ("a", "")]


def test_ours_stand_last_also_beside_a_method_without_a_role(make):
    methods = [Method("o", "O", Role.OURS), Method("v", "V"), Method("b", "B", Role.BASELINE)]
    table = tables.arrange(make.table_of({"": [(3.0,), (2.0,), (1.0,)]}, methods))
    assert [(row.label, row.group) for row in table.rows] == [("V", ""), ("B", ""), ("O", "")]


def test_bold_can_be_left_out(make):
    analysis = make.table_of({"": [(3.0,), (2.0,)]}, "ab")
    table = tables.arrange(analysis, TableSpec(bold=False))
    assert not any(mark for row in best(table).values() for mark in row)


def test_ties_on_the_printed_value_are_all_bold(make):
    analysis = make.table_of({"": [(95.34, 0.4), (95.31, 0.5), (95.26, 0.4), (95.24, 0.4)]}, "abcd")
    table = tables.arrange(analysis)
    assert [b[0] for b in best(table).values()] == [True, True, True, False]
    assert "Bold: the best printed value of each column; ties share it" in texts(table)


def test_second_best_is_underlined_where_asked(make):
    analysis = make.table_of({"": [(3.0, 0.1), (2.0, 0.1), (2.0, 0.1), (1.0, 0.1)]}, "abcd")
    second = [
        Mark.SECOND in row.cells[0].marks
        for row in tables.arrange(analysis, TableSpec(second=True)).rows
    ]
    assert second == [False, True, True, False]
    assert not any(Mark.SECOND in row.cells[0].marks for row in tables.arrange(analysis).rows)


def test_nothing_is_bold_where_the_direction_is_unknown(make):
    metric = (Metric("foo bar", "Foo"),)
    cells = [
        make.aggregate("foo bar", name, "", value, 0.1) for name, value in (("a", 1.0), ("b", 2.0))
    ]
    table = tables.arrange(make.analysis(cells, "ab", metrics=metric))
    assert not any(any(b) for b in best(table).values())
    (warning,) = table.diagnostics
    assert warning.severity is Severity.WARNING
    assert (
        warning.message == 'which values of "foo bar" are better is not known, so nothing is bold'
    )
    assert warning.hint == '--higher "foo bar" or --lower "foo bar"'
    assert "Bold" not in " ".join(texts(table))
    assert table.columns[0].label == "Foo"


def test_a_lone_number_is_not_bold(make):
    cells = [make.aggregate("accuracy", "a", "", 91.0, 0.3), make.hole("accuracy", "b", "")]
    assert not any(any(b) for b in best(tables.arrange(make.analysis(cells, "ab"))).values())


def test_missing_cells_say_why_and_stop_the_average(make):
    reasons = list(Missing)
    names = [f"m{i}" for i in range(len(reasons))] + ["full"]
    cells = [
        make.hole("accuracy", n, "x", reason) for n, reason in zip(names, reasons, strict=False)
    ]
    cells += [make.aggregate("accuracy", "full", "x", 90.0, 0.4)]
    cells += [make.aggregate("accuracy", n, "y", 80.0, 0.4) for n in names]
    cells += [make.hole("accuracy", n, None) for n in names[:-1]]
    cells += [make.aggregate("accuracy", "full", None, 85.0, 0.4)]
    table = tables.arrange(make.analysis(cells, names, datasets=("x", "y")))
    symbols = [row.cells[0].printed for row in table.rows[:-1]]
    assert len(set(symbols)) == len(reasons)
    assert [row.cells[0].missing for row in table.rows[:-1]] == reasons
    averages = {row.cells[2].printed for row in table.rows[:-1]}
    assert len(averages) == 1
    assert not averages & set(symbols)
    assert table.rows[-1].cells[2].printed == "85.0"
    said = {note.symbol: note.text for note in table.notes}
    assert all(symbol in said for symbol in [*symbols, *averages])
    assert "incomplete" in said[averages.pop()]


def test_an_average_that_stats_gave_for_an_incomplete_row_is_refused_too(make):
    cells = [
        make.aggregate("accuracy", "a", "x", 90.0, 0.4),
        make.aggregate("accuracy", "b", "x", 91.0, 0.4),
        make.aggregate("accuracy", "b", "y", 91.0, 0.4),
        make.aggregate("accuracy", "a", None, 90.0, 0.4),
        make.aggregate("accuracy", "b", None, 91.0, 0.4),
    ]
    table = tables.arrange(make.analysis(cells, "ab", datasets=("x", "y")))
    assert table.rows[0].cells[2].value is None
    assert table.rows[0].cells[2].missing is Missing.NOT_RUN
    assert rows(table)["a"][1] == "–"


def test_a_column_that_nobody_ran_is_left_out_and_said(make):
    cells = [make.aggregate("accuracy", n, "x", 90.0, 0.4) for n in "ab"]
    cells += [make.hole("accuracy", n, "y") for n in "ab"]
    table = tables.arrange(make.analysis(cells, "ab", datasets=("x", "y")))
    assert [c.label for c in table.columns] == ["x"]
    assert "on y" in table.diagnostics[0].message
    crashed = [*cells[:3], make.hole("accuracy", "b", "y", Missing.CRASHED)]
    kept = tables.arrange(make.analysis(crashed, "ab", datasets=("x", "y")))
    assert [c.label for c in kept.columns] == ["x", "y"]


def test_runs_that_are_not_in_the_mean_are_counted_in_a_note(make):
    lucky = {"x": 0, "y": 2, "z": 0}
    cells = [
        make.aggregate("accuracy", n, d, 90.0, 0.4, 10 - lucky[d], not_finite=lucky[d])
        for n in "ab"
        for d in "xyz"
    ]
    cells[3] = make.aggregate("accuracy", "b", "x", 90.0, 0.4, 9, failed=1)
    table = tables.arrange(make.analysis(cells, "ab", datasets="xyz"))
    assert [[c.note for c in row.cells] for row in table.rows] == [["", "a", ""], ["b", "a", ""]]
    said = {note.symbol: note.text for note in table.notes}
    assert said["a"] == "2 of 10 runs are not finite and not in the mean"
    assert said["b"] == "1 of 10 runs failed and is not in the mean"
    assert "Mean ± standard deviation over 8–10 seeds" in texts(table)


@pytest.mark.parametrize(
    ("unit", "asked", "printed", "said"),
    [
        (Unit.SEED, "", "0.63", "Mean ± standard deviation over 10 seeds"),
        (Unit.SEED, "se", "0.20", "Mean ± standard error over 10 seeds"),
        (Unit.SEED, "ci", "0.5", "Mean ± half-width of the 95% interval over 10 seeds"),
        (Unit.SEED, "none", "", "Means over 10 seeds"),
        (Unit.EXAMPLE, "", "0.20", "Mean ± standard error over 10 examples"),
        (Unit.EXAMPLE, "sd", "0.6", "Mean ± standard deviation over 10 examples"),
    ],
)
def test_the_spread_is_what_was_asked_for_and_named(make, unit, asked, printed, said):
    analysis = make.table_of({"": [(90.0, 0.6324), (91.0, 0.6324)]}, "ab", design=make.design(unit))
    table = tables.arrange(analysis, TableSpec(spread=asked))
    shown = table.rows[0].cells[0].printed_spread
    assert shown == printed[: len(shown)]
    assert bool(shown) == bool(printed)
    assert said in texts(table)


def test_one_run_a_cell_is_untested_and_said_once(make):
    design = make.design(Unit.NONE, (1, 1), generalises="")
    decisions = [
        make.decision("a", b, Verdict.UNTESTED, p=None, scope=d) for b in "bc" for d in ("x", None)
    ]
    columns = {"x": [(90.12, None, 1), (91.0, None, 1), (80.0, None, 1)], "y": [(1.0, None, 1)] * 3}
    table = tables.arrange(make.table_of(columns, "abc", design=design, decisions=decisions))
    assert texts(table) == [
        "Bold: the best printed value of each column; ties share it",
        "One run a cell: differences are untested",
    ]
    assert rows(table)["a"][0] == "90.1"
    assert all(not cell.printed_spread for row in table.rows for cell in row.cells)


def test_digits_of_the_metric_decide(make):
    metrics = (Metric("accuracy", "Accuracy", Direction.HIGHER, digits=3),)
    table = tables.arrange(make.table_of({"": [(90.12, 0.5), (91.0, 0.5)]}, "ab", metrics=metrics))
    assert rows(table) == {"a": ["90.120"], "b": ["91.000"]}


def test_choosing_methods_does_not_change_how_numbers_print(make):
    every = tables.arrange(make.paper())
    some = tables.arrange(make.paper(), TableSpec(methods=("lora", "probe"), metrics=("seconds",)))
    assert rows(some) == {
        label: cells[4:] for label, cells in rows(every).items() if label in rows(some)
    }
    assert [row.label for row in some.rows] == ["Linear probe", "LoRA_r8 (ours)"]


def test_some_datasets_have_no_average(make):
    table = tables.arrange(
        make.paper(), TableSpec(datasets=("digits", "wine"), metrics=("accuracy",))
    )
    assert [c.label for c in table.columns] == ["Digits", "Wine_v2"]
    assert any("no average" in d.message for d in table.diagnostics)
    assert not any(
        mark in (Mark.BETTER, Mark.WORSE)
        for row in table.rows
        for c in row.cells
        for mark in c.marks
    )
    assert not any("Holm" in text for text in texts(table))
    assert any("no marks" in d.message for d in table.diagnostics)


@pytest.mark.parametrize(
    ("spec", "error", "said"),
    [
        (TableSpec(metrics=("acc",)), InputError, 'no metric "acc"'),
        (TableSpec(methods=("full", "x")), InputError, 'no method "x"'),
        (TableSpec(datasets=("x",)), InputError, 'no dataset "x"'),
        (TableSpec(layout="round"), InputError, 'no layout "round"'),
        (TableSpec(spread="sem"), UsageError, 'no spread "sem"'),
    ],
)
def test_unknown_names_are_refused_with_the_known_ones(make, spec, error, said):
    with pytest.raises(error, match=said) as caught:
        tables.arrange(make.paper(), spec)
    assert caught.value.hint


def test_nothing_to_show_is_an_error(make):
    with pytest.raises(InputError, match="nothing to show"):
        tables.arrange(make.analysis([], []))


def test_labels_are_one_clean_line(make):
    methods = [Method("a", "A\x1b[31m\nB"), Method("b", "\ud800\u202eb")]
    datasets = [Dataset("x", "x\ty"), Dataset("z", "z")]
    cells = [make.aggregate("accuracy", m, d, 1.0, 0.1) for m in "ab" for d in "xz"]
    table = tables.arrange(make.analysis(cells, methods, datasets=datasets))
    assert [row.label for row in table.rows] == ["A[31m B", "b"]
    assert table.columns[0].label == "x y"


def test_caption_and_label_of_the_author_stay(make):
    table = tables.arrange(make.paper(), TableSpec(name="my table", caption="Mine."))
    assert (table.caption, table.label) == ("Mine.", "tab:my-table")
    assert tables.arrange(make.paper(), TableSpec(label="t:1")).label == "t:1"


def test_a_table_of_200_by_20_is_quick(make):
    names = [f"m{i}" for i in range(200)]
    columns = {f"d{j}": [(90 + i / 7 + j, 0.3) for i in range(200)] for j in range(20)}
    analysis = make.table_of(columns, names)
    taken = []
    for _ in range(5):
        start = time.process_time()
        tables.render(tables.arrange(analysis), "latex")
        taken.append(time.process_time() - start)
    assert min(taken) < 0.25, "measured 0.06 s of its own work; four times that is a mistake"


def test_what_few_runs_survived_is_not_bold(make):
    cells = [
        make.aggregate("accuracy", "a", "", 99.0, 0.5, n=5, not_finite=5),
        make.aggregate("accuracy", "b", "", 90.0, 0.5),
        make.aggregate("accuracy", "c", "", 80.0, 0.5, n=6, failed=4),
    ]
    table = tables.arrange(make.analysis(cells, "abc"))
    assert [Mark.BEST in row.cells[0].marks for row in table.rows] == [False, True, False]
    notes = [note.text for note in table.notes]
    assert "5 of 10 runs are not finite and not in the mean, so it is never bold" in notes
    assert "4 of 10 runs failed and are not in the mean" in notes


def test_an_average_over_survivors_is_not_bold(make):
    columns = {
        "x": [(9.0, 0.5), (5.0, 0.5)],
        "y": [(9.0, 0.5), (5.0, 0.5)],
        None: [(9.0, 0.5), (5.0, 0.5)],
    }
    whole = make.table_of(columns, "ab")
    lost = tuple(
        replace(one, n=1, failed=9) if (one.method, one.dataset) == ("a", "x") else one
        for one in whole.aggregates
    )
    table = tables.arrange(replace(whole, aggregates=lost))
    best = [[Mark.BEST in cell.marks for cell in row.cells] for row in table.rows]
    assert best == [[False, True, False], [False, False, False]]  # alone: nothing to beat


@pytest.mark.parametrize("name", ["acuracy", "Accuracy"])
def test_a_name_that_is_nearly_right_is_asked_about(make, name):
    with pytest.raises(InputError) as error:
        tables.arrange(make.paper(), TableSpec(metrics=(name,)))
    assert error.value.hint.startswith("did you mean accuracy? they have accuracy, seconds")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 4000), st.integers(0, 300), st.integers(0, 2)),
        min_size=3,
        max_size=90,
    )
)
def test_numbers_that_are_rounded_together_print_as_each_does(make, drawn):
    """Halves, zeros and holes in three columns of one rule or several, few methods or many."""
    places = ("x", "y", "z")
    names = [f"m{at}" for at in range(len(drawn) // 3)]
    spots = [(name, place) for name in names for place in places]
    cells = [
        make.aggregate("accuracy", name, place, value / 20, spread / 20 * 10**power)
        if value % 7
        else make.hole("accuracy", name, place)
        for (name, place), (value, spread, power) in zip(spots, drawn, strict=False)
    ]
    analysis = make.analysis(cells, names, datasets=places)
    rules = column_rules(analysis)
    for row in tables.arrange(analysis).rows:
        for cell in row.cells:
            rule = rules["accuracy", cell.dataset]
            if cell.value is not None:
                assert cell.printed == rule.show(cell.value)
                assert cell.printed_spread == rule.show_spread(cell.spread)
            else:
                assert (cell.printed, cell.printed_spread) == ("–", "")
