"""paperforge runs: the tidy rows on stdout in every format, and what they hold on stderr."""

import csv
import io
import json
import math
import os
import re
import subprocess
import sys

import pytest

from paperforge.spec import TIDY_COLUMNS

ODD = '''method,dataset,seed,split,step,accuracy
"a, b",x,0,test,1,0.1
"say ""hi""",x,0,test,1.5,nan
base,x,0,test,2,inf
base,y,0,test,2,-inf
base,y,1,test,1000000,0.30000000000000004
base,y,1,test,1000000,0.5
'''


@pytest.fixture
def odd(tmp_path):
    """Names that need quotes, values that are not finite, a row that a later one replaces."""
    (tmp_path / "odd.csv").write_text(ODD)
    return tmp_path / "odd.csv"


def test_text_in_a_pipe_is_all_rows_in_line(paperforge, results_csv):
    said = paperforge("runs", results_csv)
    lines = said.out.splitlines()
    assert lines[0].split() == list(TIDY_COLUMNS)
    assert len(lines) == 31
    assert lines[1].split()[:4] == ["-", "base", "alpha", "0"]
    assert lines[1].endswith("results.csv line 2")
    place = lines[0].index("source")
    assert all(line[place - 2 : place] == "  " for line in lines)
    assert "\x1b" not in said.out + said.err


def test_csv_says_what_was_read(paperforge, odd):
    rows = list(csv.DictReader(io.StringIO(paperforge("runs", odd, "--format", "csv").out)))
    assert list(rows[0]) == list(TIDY_COLUMNS)
    assert [row["method"] for row in rows[:3]] == ["a, b", 'say "hi"', "base"]
    assert [row["value"] for row in rows] == [
        "0.1", "NaN", "Infinity", "-Infinity", "0.30000000000000004", "0.5",
    ]  # fmt: skip
    assert [row["step"] for row in rows] == ["1", "1.5", "2", "2", "1000000", "1000000"]
    assert [row["kept"] for row in rows] == ["1", "1", "1", "1", "0", "1"]
    assert {row["run"] for row in rows} == {""} and rows[0]["source"].endswith("odd.csv line 2")


def test_json_is_an_array_of_records_and_nothing_else(paperforge, odd):
    said = paperforge("runs", odd, "--format", "json")
    rows = json.loads(said.out)
    assert [list(row) for row in rows] == [list(TIDY_COLUMNS)] * 6
    assert rows[1]["method"] == 'say "hi"' and rows[0]["run"] is None
    assert [row["value"] for row in rows] == [
        0.1, "NaN", "Infinity", "-Infinity", 0.30000000000000004, 0.5,
    ]  # fmt: skip
    assert rows[0]["kept"] == 1 and rows[4]["kept"] == 0 and rows[0]["step"] == 1
    assert rows[0]["seed"] == "0" and rows[0]["split"] == "test"
    assert "2 methods" in said.err or "3 methods" in said.err


@pytest.mark.parametrize("name", ["t.csv", "t.JSON", "t.parquet", "t.txt", "t"])
def test_the_ending_of_the_output_says_the_format(paperforge, odd, tmp_path, name):
    ending = name.lower().partition(".")[2]
    form = ending if ending in ("csv", "json", "parquet") else "text"
    assert paperforge("runs", odd, "-o", name).code == 0
    assert paperforge("runs", odd, "--format", form, "-o", "same").code == 0
    assert (tmp_path / name).read_bytes() == (tmp_path / "same").read_bytes()
    assert paperforge("runs", odd, "--format", "text", "-o", name).code == 0
    assert (tmp_path / name).read_bytes().startswith(b"run")


def test_parquet_has_types(paperforge, odd, tmp_path):
    import pyarrow.parquet as pq

    assert paperforge("runs", odd, "--format", "parquet", "-o", "t.parquet").code == 0
    table = pq.read_table(tmp_path / "t.parquet")
    assert table.column_names == list(TIDY_COLUMNS)
    assert [str(table.schema.field(n).type) for n in ("step", "value", "kept", "seed")] == [
        "double", "double", "int8", "string",
    ]  # fmt: skip
    values = table.column("value").to_pylist()
    assert math.isnan(values[1]) and values[2:4] == [math.inf, -math.inf]


def test_parquet_goes_into_a_pipe(odd):
    import pyarrow.parquet as pq

    done = subprocess.run(
        [sys.executable, "-m", "paperforge", "runs", odd, "--format", "parquet"],
        capture_output=True,
        check=True,
    )
    assert pq.read_table(io.BytesIO(done.stdout)).num_rows == 6
    assert b"rows" in done.stderr


@pytest.mark.parametrize("form", ["csv", "json", "text"])
def test_a_file_holds_what_stdout_would(paperforge, odd, tmp_path, form):
    out = paperforge("runs", odd, "--format", form).out
    said = paperforge("runs", odd, "--format", form, "-o", "rows")
    assert (tmp_path / "rows").read_text() == out
    assert said.out == "" and "wrote rows" in said.err
    assert not list(tmp_path.glob(".rows*"))


def test_a_format_comes_back_as_it_was(paperforge, results_csv, tmp_path):
    first = paperforge("runs", results_csv, "--format", "csv", "-o", "a.csv")
    assert first.code == 0
    again = paperforge("runs", "a.csv", "--format", "json")
    rows = json.loads(again.out)
    assert len(rows) == 30 and {row["method"] for row in rows} == {"base", "near", "ours"}
    assert (tmp_path / "a.csv").exists()


def test_rows_that_end_early_end_quietly(odd):
    command = f"{sys.executable} -m paperforge runs {odd} --format csv | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr and "bug" not in done.stderr


def test_the_summary_shows_holes_replaced_rows_and_odd_values(paperforge, tmp_path):
    lines = ["method,dataset,seed,accuracy"]
    lines += [
        f"{m},{d},{s},0.{s}5"
        for m in ("full", "lora")
        for d in ("digits", "wine")
        for s in range(5)
    ]
    lines.remove("lora,digits,3,0.35")
    lines += ["probe,wine,0,nan", "full,wine,4,0.7"]
    (tmp_path / "r.csv").write_text("\n".join(lines) + "\n")
    said = paperforge("runs", "r.csv").err
    grid = [line.split() for line in said.splitlines()]
    assert ["digits", "wine"] in grid
    assert ["full", "5", "5"] in grid
    assert ["lora", "4/5", "5"] in grid
    assert ["probe", "–", "∞"] in grid
    assert "seed 3 missing for lora on digits" in said
    assert re.search(r"1 row replaced by a later write \(kept 0\), the first: r.csv line \d+", said)
    assert "1 value NaN or infinite, the first: r.csv line 21" in said
    assert "21 rows · 20 runs · 3 methods × 2 datasets × 5 seeds · 1 metric" in said


def test_metrics_that_differ_have_a_grid_each(paperforge, tmp_path):
    (tmp_path / "r.csv").write_text(
        "method,dataset,seed,metric,value\n"
        + "".join(f"{m},d,{s},{k},0.5\n" for m in "ab" for s in "01" for k in ("f1", "accuracy"))
        + "".join(f"a,d,{s},bleu,0.5\n" for s in "01")
    )
    said = paperforge("runs", "r.csv").err
    assert "accuracy, f1" in said or "f1, accuracy" in said
    assert "bleu: the same but for\n  b  –  everywhere" in said


def test_runs_that_crashed_or_are_running_are_named(paperforge, tmp_path):
    (tmp_path / "r.csv").write_text(
        "run,method,dataset,seed,status,accuracy\n"
        "r1,a,d,0,finished,0.5\nr2,a,d,1,crashed,0.4\nr3,b,d,0,failed,\nr4,b,d,1,running,0.2\n"
    )
    said = paperforge("runs", "r.csv").err
    assert "2 runs crashed: a on d, seed 1 (run r2); b on d, seed 0 (run r3)" in said
    assert "1 run running: b on d, seed 1 (run r4)" in said


def test_names_cannot_move_the_cursor(paperforge, tmp_path):
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n\x1b[2Jevil,d,0,.5\nb,d,0,.6\n")
    said = paperforge("runs", "r.csv")
    assert "\x1b" not in said.out + said.err
    assert r"\x1b[2Jevil" in said.out and r"\x1b[2Jevil" in said.err


def in_a_terminal(command, columns, lines):
    """What a command writes to a terminal of that size, stdout and stderr together."""
    pty = pytest.importorskip("pty", reason="no terminals here")
    main, other = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "paperforge", *map(str, command)],
        stdout=other, stderr=other, env={**environment, "TERM": "xterm"},
    )  # fmt: skip
    os.close(other)
    parts = []
    try:
        while part := os.read(main, 1 << 16):
            parts.append(part)
    except OSError:  # Linux ends a terminal so
        pass
    os.close(main)
    return process.wait(timeout=60), b"".join(parts).decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_gets_a_screenful(tmp_path, columns):
    long = "a-method-with-a-very-long-name"
    rows = [
        f"{long}-{m},dataset-{d},{s},0.{s}123456789"
        for m in range(4) for d in range(3) for s in range(20)
    ]  # fmt: skip
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n" + "\n".join(rows))
    code, text = in_a_terminal(("runs", tmp_path / "r.csv"), columns, 40)
    assert code == 0
    plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", text)
    lines = plain.splitlines()
    head = next(place for place, line in enumerate(lines) if "method" in line and "source" in line)
    below = lines[head:]
    assert len(below) < 40
    assert all(len(line) <= columns for line in below)
    assert "more rows" in plain and "-o rows.csv" in plain
    assert "240 rows · 240 runs · 4 methods × 3 datasets × 20 seeds" in plain
    assert any(line.split()[-3:] == ["20", "20", "20"] for line in below)


def test_parquet_is_not_for_a_terminal(odd):
    code, text = in_a_terminal(("runs", odd, "--format", "parquet"), 80, 24)
    assert code == 2 and "not for a terminal" in text and "-o FILE" in text


def test_rows_without_any_number_are_shown_too(paperforge, tmp_path):
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\na,x,0,-\na,x,1,\n")
    said = paperforge("runs", "r.csv")
    assert said.code == 0 and said.out.count("\n") == 3
    assert ["a", "–"] in [line.split() for line in said.err.splitlines()]
    assert paperforge("table", "r.csv").code == 1


def test_names_of_all_the_world_stay_in_line_and_whole(paperforge, tmp_path):
    names = ["模型", "né", 'x"y', "a\\b", "tab\there", " blank", "naïve,é"]
    rows = "".join(f'"{n.replace(chr(34), chr(34) * 2)}",d,{i},0.5\n' for i, n in enumerate(names))
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n" + rows, encoding="utf-8")
    found = json.loads(paperforge("runs", "r.csv", "--format", "json").out)
    assert [row["method"] for row in found] == [n.strip() for n in names]
    again = csv.DictReader(io.StringIO(paperforge("runs", "r.csv", "--format", "csv").out))
    assert [row["method"] for row in again] == [n.strip() for n in names]
    lines = paperforge("runs", "r.csv").out.splitlines()
    place = lines[0].index("dataset")
    wide = next(line for line in lines if "模型" in line)
    assert wide[place - 2] == "d" and next(line for line in lines if "né" in line)[place] == "d"
