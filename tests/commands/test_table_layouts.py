"""The layouts as a user asks for them, and in a build."""

import json

import pytest

RATINGS = "item,annotator,system,rating\n" + "".join(
    f"{i},r{r},{m},{1 + (i * 7 + r * 3 + (m == 'ours') * 2) % 5}\n"
    for i in range(12)
    for r in range(3)
    for m in ("base", "ours")
)
RUNS = "method,dataset,seed,accuracy,time_s,lr\n" + "".join(
    f"{m},{d},{s},{0.8 + k / 50 + (s * 7 % 5) / 500:.4f},{3600 * (k + 1) + 40 * s},{0.1 / (k + 1)}\n"
    for k, m in enumerate(("base", "ours"))
    for d in ("x", "y")
    for s in (3, 11)
)
LAYOUTS = ("ablation", "pairwise", "per-seed", "cost", "settings")


def made(said):
    assert said.code == 0, said.err
    table = json.loads(said.out)
    return [[row["label"], *(c["printed"] for c in row["cells"])] for row in table["rows"]]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "runs.csv").write_text(RUNS)
    (tmp_path / "ratings.csv").write_text(RATINGS)
    (tmp_path / "sets.csv").write_text("Dataset,Train\nx,12000\ny,5\n")
    (tmp_path / "hyper.toml").write_text("[ours]\nlr = 1e-4\n[base]\nlr = 1e-3\n")
    return tmp_path


def test_every_layout_of_results(paperforge, folder):
    shown = {
        layout: made(
            paperforge("table", "runs.csv", "--layout", layout, "--ours", "ours", "--baseline", "base",
                       "--unit", "accuracy=%", "--format", "json")
        )
        for layout in LAYOUTS
    }  # fmt: skip
    assert [row[0] for row in shown["ablation"]] == ["ours", "base"]
    assert shown["pairwise"][0][:3] == ["ours", "base", "+2.00"]
    assert [row[:2] for row in shown["per-seed"]] == [
        ["base", "3"], ["", "11"], ["", "mean"], ["ours", "3"], ["", "11"], ["", "mean"]
    ]  # fmt: skip
    assert shown["cost"] == [
        # 3600 + 40 x 3 and 40 x 11 seconds, each twice: 3880 s on average, 15520 s in all
        ["base", "4", "1.08", "4.31"],
        ["ours", "4", "2.08", "8.31"],
        ["All", "8", "", "12.62"],
    ]
    assert shown["settings"] == [["lr", "0.1", "0.05"]]


def test_ratings_of_people(paperforge, folder):
    rows = made(
        paperforge(
            "table", "ratings.csv", "--layout", "ratings", "--higher", "rating", "--format", "json"
        )
    )
    assert [row[0] for row in rows] == ["base", "ours"]
    assert [row[-3:] for row in rows] == [["36", "12", "3"]] * 2
    assert sum(map(int, rows[0][3:8])) in (99, 100, 101)


def test_a_file_needs_no_results(paperforge, folder):
    listed = paperforge("table", "sets.csv", "--layout", "listing", "--format", "json")
    assert made(listed) == [["x", "12,000"], ["y", "5"]]
    settings = paperforge("table", "hyper.toml", "--layout", "settings", "--format", "json")
    assert made(settings) == [["ours", "1e−4"], ["base", "1e−3"]]


def test_what_results_do_not_hold_is_refused(paperforge, folder):
    said = paperforge("table", "sets.csv", "--layout", "ratings")
    assert said.code == 1
    said = paperforge("table", "runs.csv", "--layout", "ratings")
    assert said.code == 1 and "no ratings by several people" in said.err
    said = paperforge("table", "runs.csv", "--layout", "ablation")
    assert said.code == 1 and "which is the full model" in said.err


PAPER = """
title = "T"
venue = "neurips-2026"
[[sources]]
path = "runs.csv"
metrics = ["accuracy", "time_s"]
[methods]
ours = { role = "ours" }
base = { role = "baseline" }
"""


def test_layouts_in_a_build_and_a_listed_file_is_watched(paperforge, folder):
    tables = [f'[[tables]]\nname = "{name}"\nlayout = "{name}"\n' for name in LAYOUTS]
    tables.append('[[tables]]\nname = "sets"\nlayout = "listing"\nfile = "sets.csv"\n')
    (folder / "paper.toml").write_text(PAPER + "\n".join(tables))
    said = paperforge("build", ".", "--no-pdf")
    written = folder / "build" / "neurips-2026-draft" / "generated" / "tables"
    assert {path.stem for path in written.iterdir()} == {*LAYOUTS, "sets"}, said.err
    assert "12,000" in (written / "sets.tex").read_text()
    again = paperforge("build", ".", "--no-pdf", "--format", "json")
    assert json.loads(again.out)["up_to_date"]
    (folder / "sets.csv").write_text("Dataset,Train\nx,77000\n")
    paperforge("build", ".", "--no-pdf")
    assert "77,000" in (written / "sets.tex").read_text()


def test_an_error_of_a_listing_says_where_it_is_declared(paperforge, folder):
    lost = '[[tables]]\nname = "sets"\nlayout = "listing"\nfile = "lost.csv"\n'
    (folder / "paper.toml").write_text(PAPER + lost)
    said = paperforge("build", ".", "--no-pdf")
    assert said.code == 1
    assert "paper.toml line" in said.err and "'lost.csv' is not there" in said.err


def test_a_column_is_read_for_the_table_and_not_tested(paperforge, folder):
    """Also where metrics are named; the p of the comparison is that without it."""
    more = RUNS.replace("lr", "budget")
    (folder / "more.csv").write_text(more)
    for named in ((), ("--metric", "accuracy")):
        said = paperforge(
            "table", "more.csv", *named, "--column", "budget", "--column", "time_s",
            "--ours", "ours", "--format", "json",
        )  # fmt: skip
        assert said.code == 0, said.err
        found = json.loads(said.out)
        labels = [column["label"] for column in found["columns"]]
        assert labels[-2:] == ["budget", "Time (s) ↓"]
        assert [row["cells"][-2]["printed"] for row in found["rows"]] == ["0.10", "0.05"]
        families = {d["family"] for r in found["rows"] for c in r["cells"] for d in c["decisions"]}
        assert families == {1}
    said = paperforge("table", "more.csv", "--column", "nothing")
    assert said.code == 1 and "[metrics.NAME] in paper.toml reads another column" in said.err


def test_every_cost_that_is_named_is_shown(paperforge, folder):
    (folder / "costs.csv").write_text(RUNS.replace("lr", "params"))
    rows = made(
        paperforge("table", "costs.csv", "--layout", "cost", "--metric", "params", "--metric", "time_s",
                   "--format", "json")
    )  # fmt: skip
    assert [len(row) for row in rows] == [5, 5, 5]


def test_the_unit_at_the_end_of_a_name_stands_in_the_header(paperforge, folder):
    said = paperforge("table", "runs.csv", "--metric", "time_s", "--format", "text")
    assert "Time (s) ↓" in said.out
    said = paperforge(
        "table", "runs.csv", "--metric", "time_s", "--unit", "time_s=h", "--format", "text"
    )
    assert "Time (h) ↓" in said.out


def test_a_terminal_or_a_pipe_has_so_many_columns(paperforge, folder, monkeypatch):
    wide = "method,dataset,seed,accuracy\n" + "".join(
        f"{m},data-{d:02d},{s},0.{81 + d % 9}{s}\n" for m in "ab" for d in range(40) for s in (1, 3)
    )
    (folder / "wide.csv").write_text(wide)
    for columns, most in ((None, 100), ("72", 72), ("1000", 1000)):
        monkeypatch.delenv("COLUMNS", raising=False)
        if columns:
            monkeypatch.setenv("COLUMNS", columns)
        said = paperforge("table", "wide.csv", "--format", "text")
        lines = [line for line in said.out.splitlines() if line.startswith("Method")]
        assert max(map(len, said.out.splitlines())) <= most
        assert (len(lines) == 1) == (most == 1000)


def test_a_half_written_paper_has_the_page_of_its_style(paperforge, folder):
    rows = [
        f"m{m},data-{d},{s},0.{60 + d}{m}{s}" for m in range(3) for d in range(9) for s in (1, 4)
    ]
    (folder / "wide.csv").write_text("\n".join(["method,dataset,seed,accuracy", *rows]))
    (folder / "paper.toml").write_text('main = "main.tex"\nresults = "wide.csv"\n')
    for style, said in (("icml2026", "made to fit ICML 2026's 488 pt"), ("acl", "455 pt")):
        (folder / "main.tex").write_text(
            f"\\documentclass{{article}}\\usepackage{{{style}}}\\begin{{document}}\\end{{document}}"
        )
        assert said in paperforge("table").err


@pytest.mark.tex
def test_a_build_fits_tables_into_the_floats_of_the_paper(paperforge, folder):
    """On a page of two columns: table is a column wide, table* both; the paper's word decides."""
    from paperforge import venues

    rows = [
        f"m{m},data-{d},{s},0.{60 + d}{m}{s}" for m in range(3) for d in range(5) for s in (1, 4)
    ]
    (folder / "wide.csv").write_text("\n".join(["method,dataset,seed,accuracy", *rows]))
    style = venues.templates_root() / "icml-2026" / "icml2026.sty"
    (folder / "icml2026.sty").write_bytes(style.read_bytes())
    (folder / "sections").mkdir()
    (folder / "main.tex").write_text(
        "\\documentclass{article}\\usepackage{booktabs,icml2026}\\input{generated/macros}"
        "\\begin{document}x\\input{sections/results}\\end{document}"
    )
    for float_, width, said in (("table", "", 235), ("table*", "", 488), ("table*", "column", 235)):
        own = f'[[tables]]\nname = "main"\nwidth = "{width}"\n' if width else ""
        (folder / "paper.toml").write_text(
            f'main = "main.tex"\nresults = "wide.csv"\ndate = "2026-01-01"\n{own}'
        )
        (folder / "sections" / "results.tex").write_text(
            f"\\begin{{{float_}}}\\input{{generated/tables/main}}\\end{{{float_}}}"
        )
        built = paperforge("build")
        assert built.code == 0, built.err
        assert ("made to fit ICML 2026's 235 pt" in built.err) == (said == 235)
        assert "too wide" not in built.err


def test_a_first_build_makes_the_table_for_its_own_float(paperforge, folder):
    rows = [
        f"RoBERTa-large + full fine-tuning of {m},{d},{s},{0.7 + s / 100}"
        for m in "ab"
        for d in ("mnli", "qqp", "cola")
        for s in range(3)
    ]
    (folder / "wide.csv").write_text("\n".join(["method,dataset,seed,accuracy", *rows]))
    assert paperforge("new", "paper", "--venue", "icml", "--results", "wide.csv").code == 0
    built = paperforge("build", "paper")
    assert built.code == 0, built.err
    assert "made to fit ICML 2026's 235 pt" in built.err
    assert "too wide" not in built.err
    section = folder / "paper" / "sections" / "experiments.tex"
    section.write_text(section.read_text().replace("{table}", "{table*}"))
    built = paperforge("build", "paper", "--no-pdf")
    assert "235 pt:" not in built.err


def test_a_table_too_wide_for_its_float_is_a_warning_and_fails_a_submission(paperforge, folder):
    names = [f"anamewhosemanylettersnothingpartsorshortens{m * 150}" for m in "ab"]
    rows = [f"{m},d,{s},{0.7 + s / 100}" for m in names for s in range(3)]
    (folder / "wide.csv").write_text("\n".join(["method,dataset,seed,accuracy", *rows]))
    assert paperforge("new", "paper", "--venue", "icml", "--results", "wide.csv").code == 0
    built = paperforge("build", "paper", "--no-pdf")
    assert "warning: table main: wider than a column, but its float is a column wide" in built.err
    built = paperforge("build", "paper", "--no-pdf", "--mode", "submission")
    assert built.code == 5
    assert "error: table main: wider than a column" in built.err


def test_a_column_that_is_only_reported_enlarges_no_family(paperforge, folder):
    rows = [
        f"{m},{d},{s},{0.7 + i / 20 + s * (7 + i) % 5 / 100},{100 + i + s}"
        for i, m in enumerate("abc")
        for d in "xy"
        for s in range(4)
    ]
    data = "\n".join(["method,dataset,seed,accuracy,latency_ms", *rows])
    (folder / "runs.csv").write_text(data)
    common = (
        "table",
        "runs.csv",
        "--metric",
        "accuracy",
        "--format",
        "markdown",
        "--baseline",
        "a",
    )
    alone = paperforge(*common).out
    beside = paperforge(*common, "--column", "latency_ms").out
    assert "over 2 comparisons" in alone
    assert "over 2 comparisons" in beside
    (folder / "paper.toml").write_text(
        'results = "runs.csv"\n[[tables]]\nmetrics = ["accuracy"]\ncolumns = ["latency_ms"]\n'
        '[methods]\na = { role = "baseline" }\n'
    )
    assert "over 2 comparisons" in paperforge("table", "--format", "markdown").out
    assert "Holm over the 2 primary comparisons" in paperforge("stats").out
    with (folder / "paper.toml").open("a") as toml:
        toml.write("[metrics.latency_ms]\ntested = true\n")
    assert "over 4 comparisons" in paperforge("table", "--format", "markdown").out


PLANNED = """
estimand = "mean over the datasets"
[methods.a]
role = "baseline"
[methods.b]
[methods.c]
[metrics.accuracy]
direction = "higher"
[metrics.latency_ms]
direction = "lower"
"""


def test_a_planned_metric_stays_in_the_family_where_tables_show_it_as_a_column(paperforge, folder):
    rows = [
        f"{m},{d},{s},{0.7 + i / 20 + s * (7 + i) % 5 / 100},{100 + i + s}"
        for i, m in enumerate("abc")
        for d in "xy"
        for s in range(4)
    ]
    (folder / "runs.csv").write_text("\n".join(["method,dataset,seed,accuracy,latency_ms", *rows]))
    paper = (
        'results = "runs.csv"\n[[tables]]\nmetrics = ["accuracy"]\ncolumns = ["latency_ms"]\n'
        '[methods]\na = { role = "baseline" }\n'
    )
    (folder / "paper.toml").write_text(paper)

    def tested():
        found = json.loads(paperforge("stats", "--format", "json").out)
        names = {d["metric"] for d in found["decisions"] if d["primary"]}
        return found["family"]["size"], names

    assert tested() == (2, {"accuracy"})
    (folder / "plan.toml").write_text(PLANNED)
    assert tested() == (4, {"accuracy", "latency_ms"})
    # what was frozen is in force, whatever the file says now
    assert paperforge("plan", "--freeze").code == 0
    (folder / "plan.toml").write_text(PLANNED.split("[metrics.latency_ms]", maxsplit=1)[0])
    assert tested() == (4, {"accuracy", "latency_ms"})
    assert "over 4 comparisons" in paperforge("table", "--format", "markdown").out
    # the author may still say that it is only reported; then the plan says that it is not tested
    (folder / "paper.toml").write_text(paper + "[metrics.latency_ms]\ntested = false\n")
    assert tested() == (2, {"accuracy"})
    assert "latency_ms" in (said := paperforge("plan", "--check")).out + said.err


def test_a_plan_that_cannot_be_read_changes_no_family(paperforge, folder):
    (folder / "paper.toml").write_text(
        'results = "runs.csv"\n[[tables]]\nmetrics = ["accuracy"]\ncolumns = ["time_s"]\n'
    )
    (folder / "plan.toml").write_text("[methods\n")
    found = json.loads(paperforge("stats", "--format", "json").out)
    assert {d["metric"] for d in found["decisions"]} == {"accuracy"}


def test_no_finite_run_is_no_single_run(paperforge, folder):
    rows = [f"{m},d,{s},nan" for m in "ab" for s in range(3)]
    (folder / "runs.csv").write_text("\n".join(["method,dataset,seed,accuracy", *rows]))
    told = paperforge("table", "runs.csv", "--format", "text").out
    assert "At most one finite run a cell" in told
    assert "One run a cell" not in told


def test_the_spread_of_an_average_says_whose_it_is(paperforge, folder):
    rows = [
        f"{m},{d},{s},{0.7 + s * 3 % 4 / 90 + i / 9}"
        for m in "ab"
        for i, d in enumerate("xy")
        for s in range(4)
    ]
    (folder / "runs.csv").write_text("\n".join(["method,dataset,seed,accuracy", *rows]))
    common = ("table", "runs.csv", "--format", "markdown")
    assert "averages take seeds as independent per dataset" in paperforge(*common).out
    paired = paperforge(*common, "--pair-by", "seed").out
    assert "each seed is averaged over the datasets first" in paired


def test_an_ablation_has_the_differences_that_the_family_leaves_out(paperforge, folder):
    rows = "method,seed,acc\n" + "".join(
        f"{m},{s},{0.8 + k / 50 + (s * 7 % 5) / 500}\n"
        for k, m in enumerate(("base", "part", "ours"))
        for s in range(4)
    )
    (folder / "parts.csv").write_text(rows)
    roles = ("--ours", "ours", "--baseline", "base")
    said = paperforge(
        "table", "parts.csv", "--layout", "ablation", *roles, "--unit", "acc=%", "--format", "json"
    )
    table = json.loads(said.out)
    shown = {row["label"]: [c["printed"] for c in row["cells"]] for row in table["rows"]}
    assert shown["base"][1] == "-4.0" and shown["part"][1] == "-2.0"
    assert shown["part"][2] == "[−2.6, −1.4]"  # Welch t, df 6: 2.447 x sqrt(2 / 4) x 0.342 = 0.59
    notes = " ".join(note["text"] for note in table["notes"])
    assert "outside the family of the paper's comparisons are not tested" in notes
    assert "Holm" not in notes and "n/a" not in notes


def test_costs_that_stand_among_the_settings_are_costs(paperforge, folder):
    rows = "method,seed,acc,params,lr\n" + "".join(
        f"{m},{s},{0.5 + s / 50},{n},0.1\n"
        for m, n in (("a", 2500000), ("b", 5000000))
        for s in (1, 2)
    )
    (folder / "sized.csv").write_text(rows)
    said = paperforge("table", "sized.csv", "--layout", "cost", "--format", "json")
    assert made(said) == [["a", "2", "2.5"], ["b", "2", "5.0"]]
    assert "ignored: params" not in said.err
    said = paperforge("table", "sized.csv", "--layout", "settings")
    assert said.code == 0 and "ignored" not in said.err


def test_mean_ranks_are_of_all_methods_whatever_the_roles(paperforge, tmp_path):
    rows = "method,dataset,acc\n" + "".join(
        f"m{m},d{d},{0.5 + m / 20 + (d * 7 % 10) / 300}\n" for m in range(4) for d in range(12)
    )
    (tmp_path / "many.csv").write_text(rows)
    said = paperforge(
        "table", "many.csv", "--replicate", "dataset", "--ours", "m3", "--baseline", "m0",
        "--column", "rank", "--format", "json"
    )  # fmt: skip
    table = json.loads(said.out)
    assert [row["cells"][-1]["printed"] for row in table["rows"]] == ["4", "3", "2", "1"]
    assert "of 4 methods over the 12 datasets" in " ".join(n["text"] for n in table["notes"])


def test_settings_of_any_name_that_are_one_a_method_are_shown(paperforge, folder):
    rows = "method,seed,acc,lr,opt,betas,amp,noise,commit\n" + "".join(
        f"{m},{s},{0.5 + s / 50},0.1,{opt},{b},true,{s / 7},abc{s}{m}\n"
        for m, opt, b in (("a", "adam", 0.9), ("b", "sgd", 0.95))
        for s in (1, 2, 3)
    )
    (folder / "own.csv").write_text(rows)
    said = paperforge(
        "table", "own.csv", "--metric", "acc", "--layout", "settings", "--format", "json"
    )
    shown = {row["label"] for row in json.loads(said.out)["rows"]}
    assert shown == {"lr", "opt", "betas", "amp"}


def family_of_some(path, datasets="xy"):
    rows = [
        f"{method},{data},{seed},{0.8 + 0.02 * k + (seed * 7 % 4) * 1e-3:.4f}"
        for k, method in enumerate(["base", "other", "ours"])
        for data in datasets
        for seed in range(4)
    ]
    path.write_text("\n".join(["method,dataset,seed,accuracy", *rows]))


@pytest.mark.parametrize("datasets", ["xy", "x"])
@pytest.mark.parametrize("correction", ["holm", "max-t"])
def test_a_difference_outside_the_family_has_its_interval_and_no_mark(
    paperforge, tmp_path, datasets, correction
):
    family_of_some(tmp_path / "r.csv", datasets)
    roles = ("--ours", "ours", "--baseline", "base", "--correction", correction)
    asked = ("--column", "difference", "--column", "improvement", "--data", "t.json")
    said = paperforge("table", "r.csv", *roles, *asked, "--format", "text")
    assert said.code == 0, said.err
    row = " ".join(line for line in said.out.splitlines() if line.startswith("other"))
    assert "+0.020" in row and "[" in row and "†" not in row
    assert "not in the family: for itself, and nothing is decided" in said.out
    assert "That of other is" in said.out
    assert "Blank" not in said.out
    kept = json.loads((tmp_path / "t.json").read_text())
    adjusted = {
        row["label"]: [
            d["p_adjusted"] is not None for c in row["cells"] for d in c.get("decisions", ())
        ]
        for row in kept["rows"]
    }
    assert set(adjusted["other"]) == {False}
    assert any(adjusted["ours"])  # those of the family are corrected


def test_a_family_that_holds_all_says_nothing_of_others(paperforge, tmp_path):
    family_of_some(tmp_path / "r.csv")
    said = paperforge(
        "table", "r.csv", "--baseline", "base", "--column", "difference", "--format", "text"
    )
    assert said.code == 0, said.err
    assert "in the family" not in said.out
