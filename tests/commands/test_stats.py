"""paperforge stats with --why, --calibrate and --fragile, as a user runs it."""

import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from paperforge.commands.analysis_extra import parts
from paperforge.model import (
    Calibration,
    Cost,
    FamilyRate,
    Fit,
    Hyperparameter,
    Improvement,
    Rate,
    Scaling,
)
from paperforge.spec import Unit

SAMPLES = Path(__file__).parents[2] / "sample_paper"
ALL = ("--why", "--calibrate", "--runs", "60", "--fragile")
OURS = ("--ours", "ours")


def read(said):
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_the_report_alone_says_nothing_more(paperforge, results_csv):
    said = paperforge("stats", results_csv, *OURS)
    assert said.code == 0
    assert not re.search(r"^(Why|Calibration|What would flip it)$", said.out, re.MULTILINE)
    plain = read(paperforge("stats", results_csv, *OURS, "--format", "json"))
    assert not {"why", "calibration", "fragile"} & set(plain)


def test_all_in_one_text(paperforge, results_csv):
    said = paperforge("stats", results_csv, *OURS, *ALL)
    assert said.code == 0, said.err
    places = [
        said.out.index(f"\n{head}\n") for head in ("Why", "Calibration", "What would flip it")
    ]
    assert said.out.startswith("Answer") and places == sorted(places)
    told = " ".join(said.out.split())
    assert "pair_by does not declare that equal seeds share anything" in told
    assert "its 95% interval of a mean of 5 covers .842" in told
    assert re.search(r"At nominal \.05 this design finds some difference among 2 Accuracy", told)
    assert re.search(r"wrongly in \.\d{3} ± \.\d{3} of 60 simulated nulls\.", told)
    assert "± is one Monte Carlo standard error" in told
    assert "ours − base (better" in told
    assert all(len(line) <= 100 for line in said.out.splitlines())


@pytest.mark.parametrize("form", ["text", "markdown", "latex"])
def test_every_form_has_every_section(paperforge, results_csv, form):
    said = paperforge("stats", results_csv, *OURS, *ALL, "--format", form)
    assert said.code == 0, said.err
    mark = {"text": "", "markdown": "## ", "latex": "% "}[form]
    for head in ("Why", "Calibration", "What would flip it"):
        assert f"\n{mark}{head}\n" in said.out
    assert "Traceback" not in said.err


@pytest.mark.tex
def test_the_latex_compiles(paperforge, results_csv, pdflatex):
    said = paperforge("stats", results_csv, *OURS, *ALL, "--format", "latex")
    assert "pooled" in pdflatex(said.out)


def test_json_has_the_numbers(paperforge, results_csv):
    found = read(paperforge("stats", results_csv, *OURS, *ALL, "--format", "json"))
    assert found["why_left_out"] == 0
    first, second = found["why"]
    assert (first["a"], first["b"], first["dataset"]) == ("ours", "base", None)
    assert {"chosen", "rejected", "looked_at", "left_out", "verdict_changes"} <= set(first)
    pooled = next(a for a in first["alternatives"] if a["test"] == "stratified pooled t")
    decision = found["decisions"][0]
    assert pooled["estimate"] == pytest.approx(decision["estimate"])
    assert pooled["p_adjusted"] >= pooled["p"] and pooled["needs"] is None
    assert len(pooled["ci"]) == 2
    made = found["calibration"]
    assert (made["runs"], made["alpha"], made["excessive"]) == (60, 0.05, [])
    assert set(made["comparisons"][0]) >= {"error_rate", "error_rate_corrected", "coverage"}
    assert made["families"][0]["error_rate"]["monte_carlo_error"] > 0
    assert [f["verdict"] for f in found["fragile"]] == [first["verdict"], second["verdict"]]


def test_estimates_are_in_stored_units(paperforge, results_csv):
    given = ("stats", results_csv, *OURS, "--why", "--format", "json")
    plain, percent = read(paperforge(*given)), read(paperforge(*given, "--unit", "accuracy=%"))
    a, b = (w["why"][0]["alternatives"][0]["estimate"] for w in (plain, percent))
    assert a == pytest.approx(b)


def test_the_same_seed_gives_the_same_bytes(paperforge, results_csv):
    given = ("stats", results_csv, *OURS, *ALL, "--format", "json")
    assert paperforge(*given).out == paperforge(*given).out


def test_runs_alone_is_a_mistake(paperforge, results_csv):
    said = paperforge("stats", results_csv, "--runs", "10")
    assert said.code == 2 and "--calibrate" in said.err


def test_an_error_rate_above_alpha_is_exit_5(paperforge, results_csv, monkeypatch):
    rate = Rate.of(200, 1000)
    family = FamilyRate("accuracy", 2, "holm", rate)
    found = Calibration(0.05, 1000, 0, Unit.SEED, "A null.", (), (family,))
    monkeypatch.setattr("paperforge.pipeline.calibrate", lambda *_: found)
    said = paperforge("stats", results_csv, *OURS, "--calibrate")
    assert said.code == 5
    assert "above .05 by more than chance" in said.out
    said = paperforge("stats", results_csv, *OURS, "--calibrate", "--format", "json")
    assert said.code == 5 and json.loads(said.out)["calibration"]["excessive"] == ["accuracy"]


def test_an_interrupt_leaves_the_report(paperforge, results_csv, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("paperforge.pipeline.calibrate", stopped)
    said = paperforge("stats", results_csv, *OURS, "--why", "--calibrate")
    assert said.code == 130
    assert said.out.startswith("Answer") and "\nWhy\n" in said.out
    said = paperforge("stats", results_csv, *OURS, "--calibrate", "--format", "json")
    assert (said.code, said.out) == (130, "")


def test_the_time_is_bounded_unless_runs_are_given(paperforge, results_csv, monkeypatch):
    asked = []

    def seen(_results, _project, runs, seconds, _meter):
        asked.append((runs, seconds))
        return Calibration(0.05, 0, 0, Unit.NONE, "", (), ())

    monkeypatch.setattr("paperforge.pipeline.calibrate", seen)
    said = paperforge("stats", results_csv, "--calibrate")
    assert "nothing to calibrate" in said.out
    assert asked == [(None, 20.0)]


def test_help_has_examples_of_each(paperforge):
    said = paperforge("stats", "--help")
    for option in ("--why", "--calibrate", "--fragile"):
        assert f"paperforge stats results.csv {option}" in said.out
    assert "5 --calibrate found an error rate above alpha" in said.out


def test_one_run_a_cell(paperforge, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("method,dataset,accuracy\na,d,0.8\nb,d,0.7\na,e,0.6\nb,e,0.5\n")
    said = paperforge("stats", path, *ALL)
    assert said.code == 0, said.err
    assert "No test: one run a cell." in said.out
    assert "nothing to calibrate" in said.out
    assert "there is no p to flip" in said.out


def test_one_method(paperforge, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("method,seed,accuracy\na,0,0.8\na,1,0.7\n")
    for form in ("text", "json", "latex", "markdown"):
        said = paperforge("stats", path, *ALL, "--format", form)
        assert said.code == 0, said.err


@pytest.mark.parametrize(
    ("paper", "test", "other"),
    [
        ("adaptation", "paired t on seed averages", "sign-flip (enumeration) on seed averages"),
        ("evaluation", "clustered paired t", "sign-flip by cluster (lattice)"),
    ],
)
def test_the_sample_papers(paperforge, monkeypatch, paper, test, other):
    monkeypatch.chdir(SAMPLES / paper)
    found = read(paperforge("stats", "--why", "--format", "json"))
    assert {one["test"] for one in found["why"]} == {test}
    for one in found["why"]:
        tests = [a["test"] for a in one["alternatives"]]
        assert any(name.startswith(other.split(" (")[0]) for name in tests)
        for a in one["alternatives"]:
            assert 0 < a["p"] <= a["p_adjusted"] <= 1
            assert a["smallest_p"] is None or a["smallest_p"] <= a["p"]


def test_progress_is_on_a_terminal_only(results_csv):
    """Through pipes nothing but the report and the diagnostics is written."""
    import os
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "paperforge", "stats", results_csv, "--calibrate", "--runs", "20"],
        capture_output=True, text=True, check=True, env={**os.environ},
    )  # fmt: skip
    assert "\r" not in done.stderr + done.stdout


def test_the_methods_sentence_counts_the_examples_of_every_task(paperforge, tmp_path):
    path = tmp_path / "shares.csv"
    rows = "x,gsm,0.841,1319\ny,gsm,0.850,1319\nx,he,0.836,164\ny,he,0.867,164\n"
    path.write_text("model,task,accuracy,n\n" + rows)
    said = " ".join(paperforge("stats", path).out.split())
    assert "(164 to 1,319 examples a task, one run a method)" in said


def test_json_names_the_runs_of_a_cell_and_has_null_for_what_was_not_measured(
    paperforge, results_csv
):
    found = read(paperforge("stats", results_csv, *OURS, "--format", "json"))
    cells = [one for one in found["aggregates"] if one["dataset"] is not None]
    assert all(len(one["keys"]) == len(one["values"]) == one["n"] for one in cells)
    for name in ("costs", "settings", "ratings", "agreements", "improvements", "scalings"):
        assert found[name] is None


def test_json_has_what_lies_beside_the_decisions_in_stored_units():
    fit = Fit(50.0, 20.0, 0.5, (40.0, 60.0), None, None, 0.1, False, None, 0.02, ())
    law = Scaling("acc", "step", "all", ("a",), (1.0,), (70.0,), (60.0,), (None,), fit)
    cost = Cost("hours", "a", "h", 3, 2.0, None, 1.0, 3.0, 6.0)
    better = Improvement("acc", "a", "b", None, 0.9, 0.8, 1.0, 0.95, 5, False, Unit.SEED)
    setting = Hyperparameter("lr", (("a", ("0.1", "0.2")),))
    analysis = SimpleNamespace(
        costs=(cost,), settings=(setting,), ratings=(), agreements=(),
        improvements=(better,), scalings=(law,),
    )  # fmt: skip
    found = parts(analysis, {"acc": 100.0})
    assert found["costs"][0]["total"] == 6 and found["costs"][0]["sd"] is None
    assert found["settings"] == [{"name": "lr", "values": {"a": ["0.1", "0.2"]}}]
    assert found["ratings"] is None and found["agreements"] is None
    assert found["improvements"][0]["ci"] == [0.8, 1.0]
    scaling = found["scalings"][0]
    assert (scaling["mean"], scaling["ci"]) == ([0.7], [None])
    assert scaling["fit"]["floor_ci"] == pytest.approx([0.4, 0.6])
    assert scaling["fit"]["factor"] == pytest.approx(0.2)
    across = parts(analysis, {"acc": 100.0, "step": 4.0})["scalings"][0]
    assert across["sizes"] == [0.25]
    assert across["fit"]["factor"] == pytest.approx(20 / (100 * 4**0.5))


def test_json_has_null_for_a_dataset_that_has_no_name(paperforge, tmp_path):
    rows = "".join(f"{m},{s},0.{80 + s}{m == 'a':d}\n" for m in "ab" for s in range(4))
    (tmp_path / "r.csv").write_text("method,seed,accuracy\n" + rows)
    args = ("--format", "json", "--why", "--fragile", "--calibrate", "--runs", "20")
    content = read(paperforge("stats", tmp_path / "r.csv", *args))
    assert content["datasets"] == []
    assert '"dataset": ""' not in json.dumps(content)
    assert [d["dataset"] for d in content["decisions"]] == [None]
    assert {a["dataset"] for a in content["aggregates"]} == {None}
    rows = "".join(f"{m},A,{s},0.{80 + s}{m == 'a':d}\n" for m in "ab" for s in range(4))
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n" + rows)
    content = read(paperforge("stats", tmp_path / "r.csv", "--format", "json"))
    assert {d["dataset"] for d in content["decisions"]} == {"A"}


def test_means_are_said_to_be_compared_as_reported(paperforge, tmp_path):
    rows = "ours,A,83.6,0.4,5\nbase,A,82.1,0.5,5\n"
    (tmp_path / "r.csv").write_text("method,dataset,mean,std,n\n" + rows)
    said = paperforge("stats", tmp_path / "r.csv", "--map", "std=sem")
    assert said.code == 0, said.err
    told = " ".join(said.out.split())
    assert "the means, spreads and numbers of runs as reported" in told
    assert "Numbers of base, ours are quoted" in told
    assert "std (standard error), and number of runs, n" in " ".join(said.err.split())


def test_why_loses_no_column_and_no_name_on_a_narrow_terminal(paperforge, results_csv, monkeypatch):
    for width in (80, 100):
        monkeypatch.setattr("paperforge.commands.stats.columns", lambda width=width: width)
        said = paperforge("stats", results_csv, *OURS, "--why")
        assert said.code == 0, said.err
        told = said.out[said.out.index("\nWhy\n") :]
        assert max(map(len, told.splitlines())) <= width
        assert "…" not in told
        assert "too wide" not in told
        assert "Smallest p" in told
        assert "(needs pair_by)" in " ".join(told.split())


def test_methods_without_any_finite_number(paperforge, tmp_path):
    rows = [f"{m},t,{seed},nan" for m in "ab" for seed in range(3)]
    path = tmp_path / "r.csv"
    path.write_text("\n".join(["model,task,seed,accuracy", *rows]) + "\n")
    out = " ".join(paperforge("stats", path).out.split())
    assert "No comparisons: no two methods have a finite number on the same task." in out
    assert "No cell has a finite number: untested." in out
    assert "one method" not in out
    assert "One run" not in out


def test_labels_of_a_paper_are_tex_in_latex_and_text_elsewhere(paperforge, tmp_path):
    rows = "".join(
        f"{m},{s},.{7 + k}{s}\n" for k, m in enumerate(["base", "own"]) for s in range(4)
    )
    (tmp_path / "r.csv").write_text("method,seed,accuracy\n" + rows)
    (tmp_path / "paper.toml").write_text(
        'title = "T"\nresults = "r.csv"\n[metrics.accuracy]\n'
        "label = { tex = '$\\mathcal{A}$', text = \"Acc\" }\n"
        '[methods.base]\nrole = "baseline"\nlabel = { tex = \'$\\alpha$-base\', text = "alpha-base" }\n'
    )
    latex = paperforge("stats", ".", "--format", "latex", "--why")
    assert latex.code == 0, latex.err
    assert r"$\mathcal{A}$: own is better than $\alpha$-base" in latex.out
    assert r"own $-$ $\alpha$-base &" in latex.out
    assert "alpha-base" not in latex.out.replace(r"\alpha$-base", "")
    text = paperforge("stats", ".", "--format", "text").out
    assert "Acc: own is better than alpha-base" in text and "\\" not in text
