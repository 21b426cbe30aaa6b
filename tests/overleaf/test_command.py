"""paperforge sync as a user runs it: a paper that paperforge never wrote, and one that it fills."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from remote import Remote

MAIN = r"""\documentclass{article}
\usepackage{booktabs}
\input{generated/macros}
\begin{document}
\section{Results}
We gain \pf{accuracy/ours-vs-base/size} points.

\input{generated/tables/main}

\input{sections/method}
\end{document}
"""
TOML = """title = "A paper"
main = "main.tex"
results = "results.csv"
[methods]
ours = { label = "Ours", role = "ours" }
base = { label = "Base", role = "baseline" }
[metrics]
accuracy = { unit = "%" }
[[tables]]
name = "main"
"""


def rows(seeds):
    lines = ["method,dataset,seed,accuracy"]
    for method, level in (("base", 0.8), ("ours", 0.9)):
        for dataset in ("alpha", "beta"):
            lines += [
                f"{method},{dataset},{seed},{level + seed * 0.001:.4f}" for seed in range(seeds)
            ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def foreign(tmp_path):
    """A paper of somebody's own, with a paper.toml beside it."""
    folder = tmp_path / "paper"
    (folder / "sections").mkdir(parents=True)
    (folder / "main.tex").write_text(MAIN)
    (folder / "sections/method.tex").write_text("Our method.\nIt has steps.\n")
    (folder / "results.csv").write_text(rows(4))
    (folder / "paper.toml").write_text(TOML)
    return folder


@pytest.fixture
def online(tmp_path):
    return Remote(tmp_path / "online.git")


@pytest.fixture
def connected(paperforge, foreign, online):
    """The paper built, connected and synced."""
    assert paperforge("build", foreign, "--no-pdf").code == 0
    assert paperforge("sync", "init", online.folder, foreign).code == 0
    assert paperforge("sync", foreign).code == 0
    return foreign


def test_a_foreign_paper_is_sent_with_what_it_needs_and_nothing_else(connected, online):
    sent = set(online.files())
    assert {
        "main.tex",
        "sections/method.tex",
        "generated/macros.tex",
        "generated/tables/main.tex",
    } <= sent
    assert not [path for path in sent if path.endswith((".csv", ".toml", ".json", ".pdf"))]
    assert online.files()["main.tex"] == MAIN.encode()


def test_both_sides_write_and_the_results_change(paperforge, connected, online):
    online.edit({"sections/method.tex": "Our method, edited online.\nIt has steps.\n"})
    (connected / "main.tex").write_text(MAIN.replace("Results}", "Our results}"))
    said = paperforge("sync", connected)
    assert said.code == 0
    assert "sent       main.tex" in said.out
    assert "came here  sections/method.tex" in said.out
    (connected / "results.csv").write_text(rows(5))
    said = paperforge("sync", connected)
    assert "results.csv: changed since the last build" in said.err
    assert paperforge("build", connected, "--no-pdf").code == 0
    said = paperforge("sync", connected)
    assert "results.csv" not in said.err
    assert "sent  generated/macros.tex" in said.out
    assert (connected / "main.tex").read_text().count("Our results}") == 1


def test_nothing_to_do_is_one_line(paperforge, connected):
    said = paperforge("sync", connected)
    assert said.code == 0
    assert said.err == ""
    assert said.out.startswith("nothing changed: ")


def test_an_online_edit_of_a_cell_names_the_rows_of_the_store(paperforge, connected, online):
    table = online.files()["generated/tables/main.tex"].decode()
    line = next(line for line in table.splitlines() if line.strip().startswith("Ours"))
    cell = line.split("&")[1]
    online.edit({"generated/tables/main.tex": table.replace(cell, " 99.9 ", 1)})
    said = paperforge("sync", connected)
    assert "99.9" in said.err
    assert "ours, alpha: results.csv line 10 and 3 more rows" in said.err
    assert "99.9" not in online.files()["generated/tables/main.tex"].decode()
    (kept,) = (connected / "build/edited/there/generated/tables").iterdir()
    assert "99.9" in kept.read_text()


def test_an_online_edit_of_a_label_names_the_key_of_paper_toml(paperforge, connected, online):
    table = online.files()["generated/tables/main.tex"].decode()
    online.edit({"generated/tables/main.tex": table.replace("Ours", "Our best", 1)})
    said = paperforge("sync", connected)
    assert "paper.toml, [methods], the label of ours" in said.err


def test_an_online_edit_of_a_number_names_its_key(paperforge, connected, online):
    macros = online.files()["generated/macros.tex"].decode()
    line = next(n for n in macros.splitlines() if "{accuracy/ours-vs-base/size}" in n)
    online.edit({"generated/macros.tex": macros.replace(line, line.replace("}{", "}{9", 1), 1)})
    said = paperforge("sync", "--format", "json", connected)
    report = json.loads(said.out)
    (edit,) = report["edited"]
    assert edit["source"] == "the number accuracy/ours-vs-base/size of the results"
    assert edit["path"] == "generated/macros.tex"
    assert [one["path"] for one in report["files"]] == ["generated/macros.tex"]


def test_a_conflict_exits_1_and_says_what_to_do(paperforge, connected, online):
    online.edit({"sections/method.tex": "Theirs.\nIt has steps.\n"})
    (connected / "sections/method.tex").write_text("Mine.\nIt has steps.\n")
    head = online.head
    said = paperforge("sync", "--dry-run", connected)
    assert said.code == 1
    assert "Mine.\n" in (connected / "sections/method.tex").read_text()[:6]
    said = paperforge("sync", connected)
    assert said.code == 1
    assert "Nothing was sent" in said.err
    assert "--keep-local" in said.err
    assert online.head == head
    said = paperforge("sync", connected)
    assert said.code == 1
    assert "sections/method.tex line 1: still holds both versions" in said.err
    said = paperforge("sync", connected, "--keep-remote", "sections/method.tex")
    assert said.code == 0
    assert (connected / "sections/method.tex").read_text() == "Theirs.\nIt has steps.\n"


def test_undo(paperforge, connected, online):
    online.edit({"sections/method.tex": "Theirs.\n"})
    paperforge("sync", connected)
    said = paperforge("sync", "--undo", "--dry-run", connected)
    assert "sections/method.tex" in said.out
    assert (connected / "sections/method.tex").read_text() == "Theirs.\n"
    said = paperforge("sync", "--undo", connected)
    assert said.code == 0
    assert "is undone here and there" in said.out
    assert (connected / "sections/method.tex").read_text() == "Our method.\nIt has steps.\n"
    assert (
        json.loads(paperforge("sync", "--undo", "--format", "json", connected).out)["there"]
        is False
    )


def test_a_paper_that_was_not_built_or_not_connected_says_the_next_move(
    paperforge, foreign, online
):
    said = paperforge("sync", foreign)
    assert said.code == 1
    assert "paperforge sync init URL" in said.err
    paperforge("sync", "init", online.folder, foreign)
    said = paperforge("sync", foreign)
    assert said.code == 1
    assert "paperforge build makes it" in said.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("init",), 2, "init needs the address"),
        (("nowhere",), 2, "is neither a folder nor one of init, status"),
        (("statsu", "."), 2, "statsu: is neither a folder nor one of init, status"),
        (("status", ".", "more"), 2, "does not know 'more'"),
        (
            ("init", "https://git:secret@git.overleaf.com/0123456789abcdef01234567"),
            1,
            "holds a password",
        ),
        (("--keep-local", "../x"), 2, "is no path of the project"),
    ],
)
def test_wrong_words(paperforge, connected, monkeypatch, words, code, says):
    monkeypatch.chdir(connected)
    said = paperforge("sync", *words)
    assert said.code == code
    assert says in said.err
    assert "secret" not in said.err


def test_a_file_edited_in_the_build_is_not_sent(paperforge, connected):
    (connected / "build/paper-draft/generated/macros.tex").write_text("edited by hand")
    said = paperforge("sync", connected)
    assert said.code == 1
    assert "is not as the build wrote it" in said.err


def test_a_link_is_not_taken_for_a_deletion(paperforge, connected, online, tmp_path):
    (connected / "sections").rename(tmp_path / "elsewhere")
    (connected / "sections").symlink_to(tmp_path / "elsewhere")
    said = paperforge("sync", connected)
    assert said.code == 1
    assert "sections: is a link" in said.err
    assert "sections/method.tex" in online.files()


def test_a_link_to_results_is_no_matter(paperforge, connected, tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/results.csv").write_text("a,b\n")
    (connected / "runs").symlink_to(tmp_path / "runs")
    assert paperforge("sync", connected).code == 0


def test_status_says_by_its_code_that_a_sync_would_be_refused(paperforge, foreign, tmp_path):
    assert paperforge("build", foreign, "--no-pdf").code == 0
    (foreign / "big.png").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    Remote(tmp_path / "o.git")
    paperforge("sync", "init", tmp_path / "o.git", foreign)
    assert paperforge("sync", "status", foreign).code == 1


def test_a_new_section_of_a_co_author_is_said(paperforge, tmp_path, online, results_csv):
    paperforge("new", "p", "--venue", "icml", "--results", results_csv)
    paperforge("build", "p", "--no-pdf")
    paperforge("sync", "init", online.folder, "p")
    assert paperforge("sync", "p").code == 0
    assert {"main.tex", "latexmkrc", "icml2026.sty", "refs.bib"} <= set(online.files())
    online.edit({"sections/results-by-hand.tex": "\\section{More}\n"})
    said = paperforge("sync", "p")
    assert 'add "results-by-hand" to sections in paper.toml' in said.err
    assert Path("p/sections/results-by-hand.tex").exists()


def test_two_venues_in_turn(paperforge, tmp_path, online, results_csv):
    paperforge("new", "p", "--venue", "icml", "--results", results_csv)
    paperforge("build", "p", "--no-pdf")
    paperforge("build", "p", "--no-pdf", "--venue", "neurips")
    paperforge("sync", "init", online.folder, "p")
    paperforge("sync", "p")
    assert paperforge("sync", "p", "--venue", "neurips").code == 0
    files = set(online.files())
    assert "neurips_2026.sty" in files
    assert "icml2026.sty" not in files
    assert b"neurips_2026" in online.files()["main.tex"]


@pytest.mark.tex
def test_check_compiles_as_overleaf_does(paperforge, connected):
    said = paperforge("sync", "check", connected)
    assert said.code == 0, said.err
    assert "main.tex as Overleaf compiles it: 1 page" in said.out
    (connected / "main.tex").write_text(MAIN.replace("sections/method", "sections/gone"))
    said = paperforge("sync", "check", connected)
    assert said.code == 5
    assert "sections/gone" in said.err


@pytest.mark.tex
def test_check_needs_no_job_name(paperforge, connected):
    text = MAIN.replace(r"\begin{document}", "\\begin{document}\n\\input{\\jobname-extra}")
    (connected / "main.tex").write_text(text)
    (connected / "main-extra.tex").write_text("fine under another name\n")
    said = paperforge("sync", "check", connected)
    assert said.code == 5
    assert "output-extra" in said.err


def wait_for(condition, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


def test_watch_builds_and_syncs(connected, online):
    command = [
        sys.executable,
        "-m",
        "paperforge",
        "build",
        connected,
        "--watch",
        "--sync",
        "--no-pdf",
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ)
    )
    try:
        (connected / "sections/method.tex").write_text("Written while it watched.\n")
        assert wait_for(lambda: b"while it watched" in online.files()["sections/method.tex"])
        before = online.files()["generated/macros.tex"]
        (connected / "results.csv").write_text(rows(6))
        assert wait_for(lambda: online.files()["generated/macros.tex"] != before)
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "sent" in said
    assert "Traceback" not in said


def test_a_no_change_sync_is_quick_and_imports_nothing_heavy(connected):
    script = (
        "import sys, paperforge.cli as c\n"
        f"sys.argv = ['paperforge', 'sync', {str(connected)!r}]\n"
        "try: c.main()\nexcept SystemExit: pass\n"
        "print(' '.join(sorted({n.split('.')[0] for n in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("nothing changed")
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"pandas", "duckdb", "numpy", "pydantic", "matplotlib", "jinja2", "scipy"}


def test_killed_at_any_moment_nothing_is_lost(connected, online):
    """The process itself is killed, not a step of it; the next sync puts everything right."""
    pause = 0.15
    for n in range(8):
        mine, theirs = f"here {n}\n", f"there {n}\n"
        method = connected / "sections/method.tex"
        method.write_text(mine + method.read_text())
        online.edit(
            {
                "sections/online.tex": online.files().get("sections/online.tex", b"")
                + theirs.encode()
            }
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "paperforge", "sync", connected],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(pause * (1 + n % 4))
        process.kill()
        process.wait()
    done = subprocess.run(
        [sys.executable, "-m", "paperforge", "sync", connected],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    here = (connected / "sections/method.tex").read_text()
    there = (connected / "sections/online.tex").read_text()
    assert all(f"here {n}\n" in here for n in range(8))
    assert all(f"there {n}\n" in there for n in range(8))
    assert online.files()["sections/method.tex"].decode() == here
    assert online.files()["sections/online.tex"].decode() == there
