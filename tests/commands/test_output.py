"""What commands write: nothing of the user's is lost."""

import os

import pytest


@pytest.mark.parametrize(
    "command",
    [("table",), ("runs", "--format", "csv"), ("table", "--format", "json")],
    ids=" ".join,
)
def test_the_source_is_never_written_over(paperforge, results_csv, command):
    before = results_csv.read_bytes()
    said = paperforge(command[0], results_csv, *command[1:], "-o", results_csv)
    assert said.code == 2 and "one of the sources" in said.err
    assert results_csv.read_bytes() == before


def test_a_tex_file_written_by_hand_is_never_written_over(paperforge, tmp_path, results_csv):
    mine = tmp_path / "main.tex"
    mine.write_text("My own words.")
    said = paperforge("table", results_csv, "-o", mine)
    assert said.code == 1 and mine.read_text() == "My own words."
    made = tmp_path / "made.tex"
    assert paperforge("table", results_csv, "-o", made).code == 0
    assert paperforge("table", results_csv, "-o", made).code == 0


def test_a_link_is_followed_and_stays_a_link(paperforge, tmp_path, results_csv):
    real = tmp_path / "real.md"
    real.write_text("old")
    link = tmp_path / "link.md"
    link.symlink_to(real)
    paperforge("table", results_csv, "--format", "markdown", "-o", link)
    assert link.is_symlink() and "ours" in real.read_text()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_stays_a_pipe(paperforge, tmp_path, results_csv):
    import threading

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    assert paperforge("table", results_csv, "--format", "text", "-o", pipe).code == 0
    reader.join(timeout=10)
    assert pipe.is_fifo() and "ours" in got[0]


def test_a_folder_is_no_file(paperforge, tmp_path, results_csv):
    said = paperforge("table", results_csv, "-o", tmp_path)
    assert said.code == 1 and "cannot be written" in said.err


def test_save_writes_what_was_guessed_and_never_over_a_file(paperforge, tmp_path, results_csv):
    assert paperforge("table", results_csv, "--ours", "ours", "--save").code == 0
    text = (tmp_path / "paper.toml").read_text()
    assert 'role = "ours"' in text and "results.csv" in text
    again = paperforge("table", "--format", "text")
    assert again.code == 0 and "better than" in again.out
    said = paperforge("table", results_csv, "--save")
    assert said.code == 1 and (tmp_path / "paper.toml").read_text() == text


def test_a_figure_is_a_pdf(paperforge, tmp_path, results_csv):
    said = paperforge("figure", results_csv, "-o", "v.svg")
    assert said.code == 2 and not (tmp_path / "v.svg").exists()
    assert paperforge("figure", results_csv, "-o", "v.pdf", "--data", "v.csv").code == 0
    assert (tmp_path / "v.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "v.csv").read_text().count("\n") > 2


def test_a_caption_asks_for_a_float(paperforge, results_csv):
    assert r"\caption{Mine.}" in paperforge("table", results_csv, "--caption", "Mine.").out


def test_every_format_of_stats(paperforge, results_csv):
    import json

    analysis = json.loads(
        paperforge("stats", results_csv, "--format", "json", "--ours", "ours").out
    )
    assert {d["verdict"] for d in analysis["decisions"] if d["primary"]} == {
        "better",
        "inconclusive",
    }


def test_no_format_gives_a_verdict_on_what_is_secondary(paperforge, tmp_path):
    import json

    rows = [f"{m},{d},{s},{90 * (m == 'a') + s + k}" for m in "ab" for k, d in enumerate("xy")
            for s in range(4)]  # fmt: skip
    (tmp_path / "two.csv").write_text("\n".join(["method,dataset,seed,accuracy", *rows]))
    found = json.loads(paperforge("stats", "two.csv", "--format", "json").out)["decisions"]
    assert [(d["dataset"], d["verdict"]) for d in found] == [
        (None, "better"), ("x", None), ("y", None),
    ]  # fmt: skip
    assert [d["equivalent"] for d in found] == [False, None, None]
    assert all(d["p"] < 0.05 and d["ci"] for d in found)
    for shape in ("text", "markdown", "latex"):
        said = paperforge("stats", "two.csv", "--format", shape).out
        secondary = said[said.index("each dataset") :].split("For the paper")[0]
        assert "better" not in secondary and "0" in secondary


def test_map_takes_both_orders_and_names_a_near_role(paperforge, tmp_path):
    (tmp_path / "r.csv").write_text("alg,bench,acc\na,x,.1\nb,x,.2\n")
    for mapping in (("alg=method", "bench=dataset"), ("method=alg", "dataset=bench")):
        said = paperforge(
            "table", "r.csv", "--map", mapping[0], "--map", mapping[1], "--format", "text"
        )
        assert said.code == 0, said.err
    said = paperforge("table", "r.csv", "--map", "alg=mehtod")
    assert said.code == 2 and "'method'" in said.err


@pytest.mark.parametrize(
    "arguments",
    [("table",), ("nope",), ("table", "--format", "docx", "x.csv"), ("build", "--mode", "x")],
)
def test_wrong_usage_is_2(paperforge, arguments):
    assert paperforge(*arguments).code == 2


def test_ctrl_c_inside_duckdb_is_an_interrupt(paperforge, monkeypatch, results_csv):
    from paperforge import results

    def interrupted(*_, **__):
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(results, "load", interrupted)
    said = paperforge("table", results_csv)
    assert said.code == 130 and "interrupted" in said.err


def test_our_own_bug_leaves_a_report_and_no_traceback(
    paperforge, monkeypatch, results_csv, tmp_path
):
    from paperforge import results

    def broken(*_, **__):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(results, "load", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = paperforge("table", results_csv)
    assert said.code == 3 and "report" in said.err
    (report,) = tmp_path.glob("paperforge-report-*.txt")
    assert "ZeroDivisionError" in report.read_text()


def test_schema_doctor_and_venues(paperforge):
    import json

    assert "properties" in json.loads(paperforge("schema").out)
    findings = json.loads(paperforge("doctor", "--format", "json").out)
    assert {"Python", "latexmk"} <= {f["name"] for f in findings}
    known = json.loads(paperforge("venues", "--format", "json").out)
    assert {v["id"] for v in known} >= {"neurips-2026", "icml-2026", "arr-2026"}


def test_venues_add_takes_a_kit_and_the_build_uses_it(paperforge, tmp_path, results_csv):
    import zipfile

    paperforge("new", "paper", "--venue", "icml", "--results", results_csv)
    with zipfile.ZipFile(tmp_path / "kit.zip", "w") as kit:
        kit.writestr("icml2026/icml2026.sty", "% the official style\n")
        kit.writestr("icml2026/example_paper.tex", "no")
    said = paperforge("venues", "add", "kit.zip", "--project", "paper")
    assert said.code == 0, said.err
    assert (
        tmp_path / "paper" / "venues" / "icml-2026" / "icml2026.sty"
    ).read_text() == "% the official style\n"
    assert paperforge("build", "paper", "--no-pdf").code == 0
    built = tmp_path / "paper" / "build" / "icml-2026-draft" / "icml2026.sty"
    assert built.read_text() == "% the official style\n"
    assert paperforge("venues", "add", "kit.zip", "--project", "nowhere").code == 1
    assert not (tmp_path / "nowhere").exists()
