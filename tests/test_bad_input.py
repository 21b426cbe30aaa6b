"""Every kind of bad input: a clear message or a right result, no traceback, nothing lost."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEADER = "method,dataset,seed,accuracy\n"


def rows(**methods) -> str:
    """CSV text: rows(base=[.8, .81]) on one dataset, a seed a value."""
    return HEADER + "".join(
        f"{method},d,{seed},{value}\n"
        for method, values in methods.items()
        for seed, value in enumerate(values)
    )


@pytest.fixture
def table(paperforge, tmp_path):
    """Write a CSV and make a table of it; returns what was said and, where it worked, the JSON."""

    def run(text, *options, name="results.csv"):
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(data)
        said = paperforge("table", name, "--format", "json", *options)
        return said, json.loads(said.out) if said.code == 0 else None

    return run


def cells(made) -> dict:
    """Method -> its first cell."""
    return {row["label"]: row["cells"][0] for row in made["rows"]}


@pytest.mark.parametrize(
    "content", ["", "\n\n", HEADER], ids=["empty", "blank lines", "header only"]
)
def test_a_file_without_rows(table, content):
    said, _ = table(content)
    assert said.code == 1
    assert "results.csv" in said.err and len(said.err.splitlines()) >= 2


def test_one_seed_is_untested_and_says_so_once(table, paperforge):
    said, made = table(rows(a=[0.8], b=[0.9]))
    assert cells(made)["b"]["printed"] == "0.9"
    notes = [note["text"] for note in made["notes"]]
    assert sum("untested" in text for text in notes) == 1
    assert "†" not in said.out


def test_a_missing_seed_changes_n_and_is_said(table):
    _, made = table(rows(a=[0.8, 0.81, 0.82], b=[0.9, 0.91]))
    assert {label: cell["n"] for label, cell in cells(made).items()} == {"a": 3, "b": 2}
    assert any("2–3" in note["text"] for note in made["notes"])


def test_of_duplicate_rows_the_last_counts_and_it_is_said(table):
    said, made = table(HEADER + "a,d,0,0.5\na,d,0,0.8\na,d,1,0.9\nb,d,0,0.1\nb,d,1,0.2\n")
    assert cells(made)["a"]["value"] == pytest.approx(0.85)
    assert "line 2" in said.err and "line 3" in said.err


def test_nan_and_inf_are_counted_not_averaged(table):
    _said, made = table(rows(a=[0.8, "nan", 0.9], b=["inf", 0.7, 0.71], c=["NaN", "nan", "-inf"]))
    assert cells(made)["a"]["value"] == pytest.approx(0.85)
    assert cells(made)["b"]["n"] == 2
    assert cells(made)["c"]["value"] is None and cells(made)["c"]["missing"] == "not finite"
    assert any("not finite" in note["text"] for note in made["notes"])


def test_text_in_a_number_column_names_the_line_and_the_text(table):
    said, _ = table(rows(a=[0.8, "hello", 0.9]))
    assert said.code == 1
    assert "line 3" in said.err and "hello" in said.err


def test_a_cell_that_says_why_it_is_missing(table):
    _, made = table(rows(a=[0.8, 0.9], b=["OOM", "OOM"]))
    assert cells(made)["b"]["missing"] == "out of memory"


@pytest.mark.parametrize(
    ("data", "label"),
    [
        ("\ufeff" + rows(a=[0.8], é=[0.9]), "é"),
        (rows(a=[0.8], é=[0.9]).encode("latin-1"), "é"),
        (rows(a=[0.8], é=[0.9]).encode("utf-16"), "é"),
        (rows(a=[0.8], b=[0.9]).replace("\n", "\r\n"), "b"),
    ],
    ids=["BOM", "Latin-1", "UTF-16", "CRLF"],
)
def test_encodings(table, data, label):
    _, made = table(data)
    assert cells(made)[label]["value"] == 0.9


def test_a_decimal_comma(table):
    said, made = table(
        "method;dataset;seed;accuracy\na;d;0;0,81\na;d;1;0,83\nb;d;0;0,5\nb;d;1;0,6\n"
    )
    assert cells(made)["a"]["value"] == pytest.approx(0.82)
    assert "comma" in said.err


def test_a_column_that_cannot_be_guessed_shows_the_way_out(table):
    said, _ = table("colour,shape,score\nred,round,1\nblue,square,2\n")
    assert said.code == 1
    assert "--map" in said.err and "colour" in said.err
    said, _made = table(
        "colour,shape,score\nred,round,1\nblue,square,2\n",
        "--map",
        "colour=method",
        "--map",
        "shape=dataset",
    )
    assert said.code == 0


def test_an_unknown_direction_is_asked_for_and_never_bold(table):
    text = "method,seed,zorp\na,0,1\na,1,2\nb,0,3\nb,1,4\n"
    said, made = table(text)
    assert "--higher zorp" in said.err
    assert not any("best" in cell["marks"] for cell in cells(made).values())
    _, made = table(text, "--lower", "zorp")
    assert "best" in cells(made)["a"]["marks"]


ODD = r"_ % & # $ { } ~ ^ \ < > | ' `"


@pytest.mark.tex
def test_names_with_every_tex_special_compile_and_read_back(paperforge, tmp_path, pdflatex):
    (tmp_path / "r.csv").write_text(
        "method,dataset,seed,acc_uracy%\n" + f'"{ODD}","{ODD}",0,0.5\nplain,"{ODD}",0,0.6\n'
    )
    said = paperforge(
        "table", "r.csv", "--metric", "acc_uracy%", "--float", "--caption", ODD, "--notes"
    )
    assert said.code == 0
    pdflatex(said.out)
    text = pdflatex(said.out, r"\usepackage{booktabs}\usepackage[T1]{fontenc}")
    for character in "_%&#${}~^\\":
        assert character in text


def test_emoji_chinese_and_right_to_left_pass_through_with_a_word_on_the_engine(
    paperforge, tmp_path
):
    names = ["算法", "שיטה", "🤖 bot"]
    lines = "".join(f"{name},d,0,0.{index + 5}\n" for index, name in enumerate(names))
    (tmp_path / "r.csv").write_text(HEADER + lines, encoding="utf-8")
    said = paperforge("table", "r.csv")
    assert said.code == 0
    assert all(name in said.out for name in names)
    assert "lualatex" in said.err.lower()


def test_a_number_with_its_spread_in_one_cell_is_explained(table):
    said, _ = table(rows(a=["0.9 ± 0.1", "0.8 ± 0.1"]))
    assert said.code == 1 and "±" in said.err


BROKEN_TOML = {
    "syntax": ('title = "x\n', "line 1"),
    "unknown key": ('title = "x"\nvnue = "icml"\n', "venue"),
    "wrong value": ('title = "x"\nvenue = "icml"\nmode = "drft"\n', "draft"),
    "missing source": ('venue = "icml"\nresults = "nope.csv"\n', "nope.csv"),
    "unknown venue": ('venue = "nuerips-2026"\n', "neurips-2026"),
}


@pytest.mark.parametrize("case", BROKEN_TOML)
def test_a_broken_paper_toml(paperforge, tmp_path, case):
    text, expected = BROKEN_TOML[case]
    (tmp_path / "paper.toml").write_text(text)
    said = paperforge("build")
    assert said.code == 1
    assert "paper.toml" in said.err and expected in said.err
    assert not (tmp_path / "build").exists() or not list((tmp_path / "build").rglob("main.tex"))


def _paper(tmp_path, paperforge, results_csv):
    paperforge("new", "paper", "--venue", "neurips", "--results", results_csv)
    return tmp_path / "paper"


@pytest.mark.tex
def test_a_section_with_a_tex_error_names_file_and_line_and_keeps_the_pdf(
    paperforge, tmp_path, results_csv
):
    folder = _paper(tmp_path, paperforge, results_csv)
    assert paperforge("build", folder).code == 0
    (pdf,) = folder.glob("build/*/paper.pdf")
    good = pdf.read_bytes()
    section = folder / "sections" / "method.tex"
    section.write_text(section.read_text() + "\n\\nosuchmacro\n")
    line = section.read_text().splitlines().index("\\nosuchmacro") + 1
    said = paperforge("build", folder)
    assert said.code == 1
    assert f"sections/method.tex:{line}" in said.err and "nosuchmacro" in said.err
    assert pdf.read_bytes() == good


def test_without_tex_everything_but_the_pdf(paperforge, tmp_path, results_csv, monkeypatch):
    folder = _paper(tmp_path, paperforge, results_csv)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = paperforge("build", folder)
    assert said.code == 4
    assert "no PDF" in said.out and "latexmk" in said.err
    built = folder / "build" / "neurips-2026-draft"
    for name in (
        "main.tex",
        "neurips_2026.sty",
        "generated/macros.tex",
        "generated/tables/main.tex",
        "sections/method.tex",
    ):
        assert (built / name).exists()


def test_a_folder_that_cannot_be_written(paperforge, tmp_path, results_csv):
    folder = _paper(tmp_path, paperforge, results_csv)
    (folder / "build").write_text("a file where the folder should be")
    said = paperforge("build", folder, "--no-pdf")
    assert said.code == 1
    assert "cannot be written" in said.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(paperforge, tmp_path, results_csv):
    folder = _paper(tmp_path, paperforge, results_csv)
    folder.chmod(0o555)
    try:
        said = paperforge("build", folder, "--no-pdf")
    finally:
        folder.chmod(0o755)
    assert said.code == 1 and "cannot be written" in said.err


def test_output_into_a_folder_that_is_not_there_is_made(paperforge, tmp_path, results_csv):
    said = paperforge("table", results_csv, "-o", tmp_path / "deep" / "er" / "t.tex")
    assert said.code == 0
    assert (tmp_path / "deep" / "er" / "t.tex").read_text().startswith("%")


@pytest.mark.tex
def test_ctrl_c_leaves_the_last_build_as_it_was(tmp_path, paperforge, results_csv):
    folder = _paper(tmp_path, paperforge, results_csv)
    assert paperforge("build", folder).code == 0
    (pdf,) = folder.glob("build/*/paper.pdf")
    good = pdf.read_bytes()
    (folder / "sections" / "method.tex").write_text(r"\def\x{\x}\x")
    process = subprocess.Popen(
        [sys.executable, "-m", "paperforge", "build", folder],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    log = next(folder.glob("build/.work/*/")) / "main.log"
    before = log.stat().st_mtime_ns
    deadline = time.monotonic() + 30
    while log.stat().st_mtime_ns == before and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in err and "Traceback" not in err
    assert pdf.read_bytes() == good
    assert not list(folder.rglob("*.tmp"))


def test_a_truncated_parquet_and_a_truncated_mlflow_store(paperforge, tmp_path):
    pandas = pytest.importorskip("pandas")
    whole = tmp_path / "whole.parquet"
    pandas.DataFrame({"method": ["a", "b"], "accuracy": [0.1, 0.2]}).to_parquet(whole)
    (tmp_path / "cut.parquet").write_bytes(whole.read_bytes()[:-20])
    (tmp_path / "cut.db").write_bytes(
        (Path(__file__).parent / "data" / "mlflow.db").read_bytes()[:5000]
    )
    for name in ("cut.parquet", "cut.db"):
        said = paperforge("table", name)
        assert said.code == 1 and name in said.err


def test_a_file_that_is_not_there_suggests_one_that_is(paperforge, results_csv):
    said = paperforge("table", "reslts.csv")
    assert said.code == 1 and "results.csv" in said.err


def test_a_binary_file_is_refused_by_name(paperforge, tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04\x95" + bytes(range(256)))
    said = paperforge("table", "model.pkl")
    assert said.code == 1 and "model.pkl" in said.err


@pytest.mark.slow
def test_ten_million_rows_in_bounded_memory(tmp_path):
    """10 methods x 10 datasets x 100,000 examples; the child's peak memory is read from the kernel."""
    import duckdb

    path = tmp_path / "big.csv"
    duckdb.sql(
        "copy (select 'm' || (i % 10) as method, 'd' || ((i // 10) % 10) as dataset, i // 100 as example, "
        "((i * 7919) % 1000 < 800 + (i % 10) * 10)::int as correct from range(10000000) t(i)) "
        f"to '{path}' (header true)"
    )
    code = (
        "import resource, sys; from paperforge import cli; sys.argv = ['paperforge', 'table', 'big.csv', '--format', 'json', '-o', 'out.json']\n"
        "try: cli.main()\n"
        "except SystemExit as e: print(e.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=400,
    )
    exit_code, megabytes = map(int, done.stdout.split())
    assert exit_code == 0
    assert megabytes < 3000
    made = json.loads((tmp_path / "out.json").read_text())
    assert made["rows"][0]["cells"][0]["n"] == 100_000
