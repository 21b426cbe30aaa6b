"""What each layout shows, and what it refuses."""

from dataclasses import replace

import pytest

from paperforge import tables
from paperforge.errors import InputError
from paperforge.model import Hyperparameter, Mark, Missing, Verdict
from paperforge.spec import Method, Metric, Role, TableSpec, Unit
from paperforge.tables.subjects.cost import Scale, adds_up, scale_for


def rows(table):
    return {row.label: [cell.printed for cell in row.cells] for row in table.rows}


def texts(table):
    return [note.text for note in table.notes]


def accuracy(layout, **more):
    return TableSpec(layout=layout, metrics=("accuracy",), **more)


# --- ablation ------------------------------------------------------------------------------------


def test_the_full_model_is_first_and_variants_are_read_against_it(study):
    table = tables.arrange(study, accuracy("ablation"))
    assert [row.label for row in table.rows] == ["Full_v2 (ours)", "w/o gate & norm", "50% width"]
    assert rows(table)["w/o gate & norm"] == ["87.10", "-2.5", "[−3.4, −1.6]"]
    assert rows(table)["50% width"] == ["89.35", "-0.3", "[−1.1, 0.6]"]
    assert rows(table)["Full_v2 (ours)"][1:] == ["", ""]
    _, gate, small = table.rows
    assert gate.cells[1].marks == {Mark.WORSE}
    assert gate.cells[1].value == -2.5
    assert small.cells[1].marks == frozenset()
    assert [note.symbol for note in table.notes if note.text == "worse than Full_v2 (ours)"] == [
        "‡"
    ]
    assert any("Holm over 2 comparisons" in text for text in texts(table))


def test_any_method_may_be_the_full_one(study):
    table = tables.arrange(study, accuracy("ablation", baseline="gate"))
    assert table.rows[0].label == "w/o gate & norm"
    assert rows(table)["Full_v2 (ours)"][1] == "+2.5"
    assert rows(table)["50% width"][1:] == ["n/a", "n/a"]  # no decision of that pair
    assert "50% width and w/o gate & norm are not compared" in texts(table)


def test_datasets_that_are_named_stand_before_the_average(study):
    table = tables.arrange(study, accuracy("ablation", datasets=("wine_2",)))
    assert [c.label for c in table.columns] == ["Wine_2", "Average", "Difference", "95% interval"]
    without = tables.arrange(study, accuracy("ablation", datasets=("wine_2",), average=False))
    assert [c.label for c in without.columns] == ["Wine_2", "Difference", "95% interval"]
    gate = without.rows[1].cells[1]
    assert gate.value == -2.5 and gate.marks == frozenset()  # secondary: nothing is marked
    assert any("not tested" in text for text in texts(without))


def test_an_ablation_without_decisions_says_so(study):
    table = tables.arrange(replace(study, decisions=()), accuracy("ablation"))
    assert [c.label for c in table.columns] == ["Average"]
    assert "Full_v2 (ours) and its variants are not compared: no differences are shown" in texts(
        table
    )


def test_which_model_is_full_must_be_said(study):
    nobody = replace(study, methods=tuple(replace(m, role=None) for m in study.methods))
    with pytest.raises(InputError, match="no method is ours: which is the full model"):
        tables.arrange(nobody, accuracy("ablation"))
    with pytest.raises(InputError, match="no variant"):
        tables.arrange(study, accuracy("ablation", methods=("full",)))


def test_the_only_baseline_is_the_full_one_where_nobody_is_ours(study):
    roles = {"full": Role.BASELINE}
    methods = tuple(replace(m, role=roles.get(m.name)) for m in study.methods)
    table = tables.arrange(replace(study, methods=methods), accuracy("ablation"))
    assert table.rows[0].label == next(m.label for m in study.methods if m.name == "full")
    several = tuple(replace(m, role=Role.BASELINE) for m in study.methods)
    with pytest.raises(InputError, match="several methods are baselines: which is the full model"):
        tables.arrange(replace(study, methods=several), accuracy("ablation"))


# --- pairwise ------------------------------------------------------------------------------------


def test_every_decision_of_the_family_is_a_row(study):
    table = tables.arrange(study, accuracy("pairwise"))
    assert [(row.label, *(c.printed for c in row.cells)) for row in table.rows] == [
        ("Full_v2 (ours)", "w/o gate & norm", "+2.5", "[1.6, 3.4]", ".004", ".01", "better"),
        ("Full_v2 (ours)", "50% width", "+0.3", "[−0.6, 1.1]", ".31", ".31", "inconclusive"),
    ]
    assert not table.headings


def test_single_datasets_are_secondary_and_undecided(study):
    table = tables.arrange(study, accuracy("pairwise", datasets=("digits",)))
    assert [row.group for row in table.rows] == ["Accuracy (points), average"] * 2 + [
        "Accuracy (points), Digits"
    ]
    last = table.rows[-1].cells
    assert (last[4].printed, last[5].printed) == ("", "secondary")


def test_an_end_that_is_not_zero_never_prints_as_zero(make, study):
    near = make.decision("full", "gate", Verdict.BETTER, estimate=2.0, low=0.031, high=3.97)
    table = tables.arrange(replace(study, decisions=(near,)), accuracy("pairwise"))
    assert table.rows[0].cells[2].printed == "[0.03, 3.97]"


def many(make, count):
    names = [f"m{i}" for i in range(count)]
    cells = [make.aggregate("accuracy", name, "", 90.0 + i, 0.3) for i, name in enumerate(names)]
    pairs = [
        make.decision(a, b, Verdict.INCONCLUSIVE, scope="", family=1770)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
    ]
    return make.analysis(cells, names, datasets=("",), decisions=pairs)


def test_all_pairs_of_60_methods_are_refused_with_a_way_out(make):
    with pytest.raises(InputError, match="1,770 comparisons") as raised:
        tables.arrange(many(make, 60), TableSpec(layout="pairwise"))
    assert "--ours" in raised.value.hint
    long = tables.arrange(many(make, 14), TableSpec(layout="pairwise"))
    assert len(long.rows) == 91
    made = tables.fit(long, tables.Page(), "text")
    assert made.fit.chunks[-1][1] == 91
    assert "rows in" in made.diagnostics[-1].message


def test_no_comparison_is_refused(study):
    with pytest.raises(InputError, match="no comparisons"):
        tables.arrange(replace(study, decisions=()), accuracy("pairwise"))


# --- per seed ------------------------------------------------------------------------------------


def test_every_run_is_a_row_under_its_own_name_and_the_mean_is_last(study):
    table = tables.arrange(study, accuracy("per-seed", methods=("full", "gate")))
    assert [row.cells[0].printed for row in table.rows] == ["0", "7", "42", "mean"] * 2
    assert [row.label for row in table.rows][:4] == ["w/o gate & norm", "", "", ""]
    full = [row for row in table.rows if row.group == "full"]
    assert [row.cells[1].value for row in full[:3]] == pytest.approx([91.12, 91.2, 90.9])
    assert full[3].cells[1].value == pytest.approx(sum((91.12, 91.2, 90.9)) / 3)
    assert full[3].cells[1].printed_spread and not full[0].cells[1].printed_spread
    assert table.columns[0].label == "Seed"


def test_a_seed_that_one_dataset_lacks_is_a_hole_there(study):
    cells = [
        replace(a, values=a.values[:2], keys=a.keys[:2], n=2, not_finite=1)
        if (a.method, a.dataset) == ("full", "digits") else a
        for a in study.aggregates
    ]  # fmt: skip
    table = tables.arrange(
        replace(study, aggregates=tuple(cells)), accuracy("per-seed", methods=("full",))
    )
    assert [row.cells[0].printed for row in table.rows] == ["0", "7", "42", "mean"]
    assert table.rows[2].cells[1].missing is Missing.NOT_FINITE
    assert table.rows[2].cells[2].value == pytest.approx(88.4)
    assert any("not in the mean" in text for text in texts(table))


def test_runs_without_names_are_numbered(study):
    cells = tuple(replace(a, keys=()) for a in study.aggregates)
    table = tables.arrange(
        replace(study, aggregates=cells), accuracy("per-seed", methods=("full",))
    )
    assert [row.cells[0].printed for row in table.rows] == ["#1", "#2", "#3", "mean"]
    assert any(text.startswith("#1, #2") for text in texts(table))


def test_examples_are_no_runs(study, make):
    by_example = replace(study, design=make.design(unit=Unit.EXAMPLE))
    with pytest.raises(InputError, match="means over examples"):
        tables.arrange(by_example, accuracy("per-seed"))


# --- cost ----------------------------------------------------------------------------------------


def test_time_is_said_in_hours_and_adds_up_and_sizes_do_not(study):
    table = tables.arrange(study, TableSpec(layout="cost"))
    assert [(c.group, c.label) for c in table.columns] == [
        ("", "Runs"),
        ("Time", "per run (min)"),
        ("Time", "total (h)"),
        ("Parameters", "per run (M)"),
    ]
    assert rows(table) == {
        "Full_v2 (ours)": ["6", "90", "9.0", "12.5"],
        "w/o gate & norm": ["6", "70", "7.0", "11.0"],
        "50% width": ["6", "45", "4.5", "3.2"],
        "All": ["18", "", "20.5", ""],
    }
    assert table.rows[2].cells[1].value == 5400  # JSON has the number unscaled


def test_different_numbers_of_runs_have_a_column_each(study):
    costs = tuple(replace(c, n=3) if c.metric == "size" else c for c in study.costs)
    table = tables.arrange(replace(study, costs=costs), TableSpec(layout="cost"))
    assert [c.label for c in table.columns].count("Runs") == 2


def test_what_is_not_counted_is_said(study):
    costs = tuple(replace(c, failed=2) if c.method == "gate" else c for c in study.costs)
    table = tables.arrange(replace(study, costs=costs), TableSpec(layout="cost"))
    assert any("2 runs without a number" in text for text in texts(table))


@pytest.mark.parametrize(
    ("unit", "values", "scale"),
    [
        ("s", [0.004], Scale("ms", 1000)),
        ("s", [45], Scale("s", 1)),
        ("s", [900], Scale("min", 1 / 60)),
        ("s", [36_000], Scale("h", 1 / 3600)),
        ("min", [600], Scale("h", 1 / 60)),
        ("kWh", [0.0005], Scale("mWh", 1e6)),
        ("Wh", [25_000], Scale("kWh", 1e-3)),
        ("kg", [0.02], Scale("g", 1e3)),
        ("", [7_000_000_000], Scale("B", 1e-9)),
        ("", [1200], Scale("")),
        ("%", [1e9], Scale("%")),
        ("s", [], Scale("s")),
    ],
)
def test_units_that_are_easy_to_read(unit, values, scale):
    found = scale_for(unit, values)
    assert found.unit == scale.unit
    assert found.factor == pytest.approx(scale.factor)


def test_what_adds_up():
    assert all(map(adds_up, ("s", "h", "kWh", "J", "kg", "GFLOPs")))
    assert not any(map(adds_up, ("", "GB", "MiB", "%", "W")))


# --- settings ------------------------------------------------------------------------------------


def test_what_all_share_is_said_once(study):
    table = tables.arrange(study, TableSpec(layout="settings"))
    assert table.columns[0].label == "All methods"
    assert rows(table) == {
        "batch_size": ["32", "", "", ""],
        "lr": ["", "1×10⁻⁵", "0.1", "3×10⁻⁴, 1×10⁻³"],
        "width": ["", "–", "10,000", "20,000"],
    }
    assert "not set" in texts(table)
    assert any("differ between the runs" in text for text in texts(table))


def test_many_methods_stand_below_each_other(study):
    names = [f"m{i}" for i in range(9)]
    settings = (
        Hyperparameter("lr", tuple((n, ("0.1",)) for n in names)),
        Hyperparameter("rank", tuple((n, tuple(map(str, range(1, i + 2)))) for i, n in enumerate(names))),
    )  # fmt: skip
    many = replace(study, methods=tuple(Method(n, n) for n in names), settings=settings)
    table = tables.arrange(many, TableSpec(layout="settings"))
    assert [c.label for c in table.columns] == ["rank"]
    assert rows(table)["m3"] == ["1, 2, 3, 4"]
    assert rows(table)["m8"] == ["1–9 (9 values)"]
    assert "All methods: lr = 0.1" in texts(table)


def test_named_settings_only(study):
    table = tables.arrange(study, TableSpec(layout="settings", columns=("lr",)))
    assert list(rows(table)) == ["lr"]
    with pytest.raises(InputError, match='no setting "lrr"'):
        tables.arrange(study, TableSpec(layout="settings", columns=("lrr",)))


# --- ratings -------------------------------------------------------------------------------------


def test_ratings_have_their_shares_and_the_agreement(study):
    table = tables.arrange(study, TableSpec(layout="ratings", methods=("full", "gate")))
    assert rows(table)["Full_v2 (ours)"][1:] == ["4", "3", "7", "20", "37", "33", "60", "20", "3"]
    assert [c.label for c in table.columns if c.group == "Share of ratings (%)"] == list("12345")
    assert any(
        "Krippendorff's α (ordinal) = .62, 95% bootstrap interval .55 to .68 over 20 items" in text
        for text in texts(table)
    )
    best = [Mark.BEST in row.cells[0].marks for row in table.rows]
    assert best == [row.label == "Full_v2 (ours)" for row in table.rows]


def test_a_fine_scale_has_quartiles(study):
    fine = tuple(replace(r, counts=tuple((float(v), 1) for v in range(60))) for r in study.ratings)
    table = tables.arrange(replace(study, ratings=fine), TableSpec(layout="ratings"))
    assert [c.label for c in table.columns][:4] == [
        "Mean",
        "Median",
        "Lower quartile",
        "Upper quartile",
    ]
    assert rows(table)["50% width"][1:] == ["–"] * 6  # nobody rated it


def test_agreement_that_is_not_defined_says_why(study):
    (one,) = study.agreements
    bare = replace(one, alpha=None, low=None, high=None, reason="no item was rated by two raters")
    table = tables.arrange(replace(study, agreements=(bare,)), TableSpec(layout="ratings"))
    assert "Agreement of the raters is not defined: no item was rated by two raters" in texts(table)


def test_disagreement_is_negative(study):
    (one,) = study.agreements
    below = replace(one, alpha=-0.214, low=-0.5, high=0.02)
    table = tables.arrange(replace(study, agreements=(below,)), TableSpec(layout="ratings"))
    assert any("= −.21, 95% bootstrap interval −.50 to .02" in text for text in texts(table))


# --- headings ------------------------------------------------------------------------------------


def test_headings_order_the_rows(study):
    spec = TableSpec(metrics=("accuracy",), groups={"Small": ("small",), "Others": ("gate",)})
    table = tables.arrange(study, spec)
    assert [(row.label, row.group) for row in table.rows] == [
        ("Full_v2 (ours)", ""),
        ("50% width", "Small"),
        ("w/o gate & norm", "Others"),
    ]
    assert table.headings


def test_headings_of_datasets_stand_above_columns_or_rows(study):
    groups = {"Toys": ("digits",), "Real": ("wine_2",)}
    table = tables.arrange(study, TableSpec(metrics=("accuracy",), groups=groups))
    assert [c.group for c in table.columns] == [
        "Toys: Accuracy (%) ↑", "Real: Accuracy (%) ↑", "Accuracy (%) ↑"
    ]  # fmt: skip
    assert not table.headings
    turned = tables.arrange(study, accuracy("dataset-by-method", groups=groups))
    assert [row.group for row in turned.rows] == ["Toys", "Real", ""]
    assert turned.headings


GROUPED = {"Small": ("small",), "Others": ("gate",)}


@pytest.mark.parametrize("layout", ["cost", "ratings"])
def test_headings_stand_above_methods_in_other_layouts(study, layout):
    table = tables.arrange(study, TableSpec(layout=layout, groups=GROUPED))
    found = [(row.label, row.group) for row in table.rows if row.label != "All"]
    assert found == [("Full_v2 (ours)", ""), ("50% width", "Small"), ("w/o gate & norm", "Others")]
    assert table.headings and not table.diagnostics
    assert r"\textit{Small}" in tables.render(table)


def test_a_method_that_nobody_rated_has_a_whole_row(study):
    table = tables.arrange(study, TableSpec(layout="ratings"))
    (row,) = [row for row in table.rows if row.label == "50% width"]
    assert len(row.cells) == len(table.columns)
    assert {cell.missing for cell in row.cells} == {Missing.NOT_RUN}
    assert r"50\% width &" in tables.render(table)


def test_headings_of_settings_stand_above_columns_or_rows(study, monkeypatch):
    spec = TableSpec(layout="settings", groups=GROUPED)
    table = tables.arrange(study, spec)
    found = [(c.label, c.group) for c in table.columns][-3:]
    assert found == [("Full_v2 (ours)", ""), ("50% width", "Small"), ("w/o gate & norm", "Others")]
    monkeypatch.setattr(tables.SUBJECTS["settings"], "ACROSS", 1)
    below = tables.arrange(study, spec)
    assert below.headings and [row.group for row in below.rows] == ["", "Small", "Others"]


@pytest.mark.parametrize(
    ("layout", "groups"),
    [
        ("pairwise", GROUPED),
        ("per-seed", GROUPED),
        ("cost", {"Toys": ("digits",)}),
        ("settings", {"Toys": ("digits",)}),
    ],
)
def test_a_layout_that_shows_no_headings_says_so(study, layout, groups):
    table = tables.arrange(study, TableSpec(layout=layout, groups=groups))
    said = [d.message for d in table.diagnostics]
    assert any(f'the layout "{layout}" shows no headings of groups' in text for text in said)
    assert not tables.arrange(study, TableSpec(layout=layout)).diagnostics


@pytest.mark.parametrize("layout", ["method-by-dataset", "dataset-by-method", "ablation"])
def test_an_average_that_is_not_there_has_one_symbol(study, layout):
    cells = [
        replace(a, mean=None, sd=None, se=None, n=0, missing=Missing.NOT_FINITE)
        if a.method == "gate" and a.dataset in ("digits", None)
        else a
        for a in study.aggregates
    ]
    spec = TableSpec(layout=layout, metrics=("accuracy",))
    table = tables.arrange(replace(study, aggregates=tuple(cells)), spec)
    printed = [c.printed for row in table.rows for c in row.cells if c.missing]
    assert printed.count("∅") == 1
    assert sum("no average, because the" in note.text for note in table.notes) == 1
    assert ("∞" in printed) == (layout != "ablation")


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"A": ("gate", "nobody")}, '"gate" of the group "A"'),
        ({"A": ("gate",), "B": ("gate",)}, "under two headings"),
    ],
)
def test_groups_that_cannot_be(study, groups, message):
    with pytest.raises(InputError, match=message):
        tables.arrange(study, TableSpec(metrics=("accuracy",), groups=groups))


def test_three_metrics_on_three_datasets_have_a_rule_a_metric(make):
    metrics = tuple(Metric(f"x{i}", f"X{i}") for i in range(3))
    cells = [
        make.aggregate(m.name, method, d, 50.0 + i, 0.5)
        for m in metrics
        for i, method in enumerate("ab")
        for d in ("p", "q", "r")
    ]
    analysis = make.analysis(cells, ["a", "b"], datasets=("p", "q", "r"), metrics=metrics)
    tex = tables.render(tables.arrange(analysis))
    assert r"\cmidrule(lr){2-4} \cmidrule(lr){5-7} \cmidrule(lr){8-10}" in tex
    assert tex.count(r"\multicolumn{3}{c}") == 3


def test_an_unknown_layout_names_all(study):
    with pytest.raises(InputError) as raised:
        tables.arrange(study, TableSpec(layout="pie"))
    assert "ratings" in raised.value.hint and "dataset-by-method" in raised.value.hint


def test_roles_are_left_to_the_family(study):
    swapped = replace(
        study,
        methods=tuple(
            replace(m, role=Role.OURS if m.name == "gate" else None) for m in study.methods
        ),
    )
    table = tables.arrange(swapped, accuracy("ablation"))
    assert table.rows[0].label == "w/o gate & norm"
