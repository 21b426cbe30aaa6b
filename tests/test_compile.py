"""The only place that starts TeX."""

import contextlib
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from paperforge import compile as rim
from paperforge.errors import InputError
from paperforge.model import File, Manuscript, Owner, Severity
from paperforge.spec import Mode

PAPER = r"""\documentclass{article}
\begin{document}
Hello \input{sections/one} \today
\end{document}
"""


def manuscript(body="world.", main=PAPER, **more):
    files = {
        "main.tex": File(main.encode(), Owner.PAPERFORGE, "the template"),
        "sections/one.tex": File(body.encode(), Owner.AUTHOR, "sections/one.tex"),
        **{name: File(data, Owner.PAPERFORGE, "[[tables]] main") for name, data in more.items()},
    }
    return Manuscript(files, "main.tex", None, Mode.DRAFT, date="2026-05-04")


def compiled(made, tmp_path, name="out", **options):
    build = rim.compile_manuscript(made, tmp_path / name, tmp_path / ".work" / name, **options)
    good = not any(d.severity is Severity.ERROR for d in build.diagnostics)
    return rim.publish(build, good=good)


@pytest.mark.tex
def test_the_same_inputs_give_the_same_bytes_anywhere(tmp_path):
    first = compiled(manuscript(), tmp_path / "a")
    second = compiled(manuscript(), tmp_path / "b" / "deeper", name="other")
    assert first.pdf.read_bytes() == second.pdf.read_bytes()
    assert first.pages == 1
    text = subprocess.run(
        ["pdftotext", first.pdf, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "May 4, 2026" in text


def test_a_date_that_nobody_gave_is_noted_where_it_is_printed(tmp_path):
    undated = replace(manuscript(), date="")
    (note,) = compiled(undated, tmp_path, pdf=False).diagnostics
    assert "1 January 2026" in note.message and "date" in note.hint


@pytest.mark.tex
def test_the_last_good_pdf_outlives_a_failed_build(tmp_path):
    good = compiled(manuscript(), tmp_path).pdf.read_bytes()
    failed = compiled(manuscript(r"\foo"), tmp_path)
    assert failed.pdf is None
    assert (tmp_path / "out" / "paper.pdf").read_bytes() == good
    (error,) = [d for d in failed.diagnostics if d.severity is Severity.ERROR]
    assert (error.where, error.message) == (
        "sections/one.tex:1",
        r"Undefined control sequence: \foo",
    )


@pytest.mark.tex
def test_an_error_in_a_generated_file_names_its_origin(tmp_path):
    made = manuscript(r"\input{generated/t}", **{"generated/t.tex": rb"\nosuchthing"})
    (error,) = [d for d in compiled(made, tmp_path).diagnostics if d.severity is Severity.ERROR]
    assert "[[tables]] main" in error.where


@pytest.mark.tex
def test_tex_cannot_run_programs_or_write_outside(tmp_path):
    target = tmp_path / "escaped.txt"
    body = rf"\immediate\write18{{touch {target}}}\newwrite\w\immediate\openout\w={target}\immediate\write\w{{x}}"
    compiled(manuscript(body), tmp_path)
    assert not target.exists()


@pytest.mark.tex
def test_a_latexmkrc_is_never_run(tmp_path):
    target = tmp_path / "ran.txt"
    made = manuscript(latexmkrc=f"system('touch {target}');".encode())
    build = compiled(made, tmp_path)
    assert build.pdf and not target.exists()


@pytest.mark.tex
def test_tex_is_stopped_after_the_time_out(tmp_path):
    start = time.monotonic()
    build = compiled(manuscript(r"\def\x{\x}\x"), tmp_path, timeout=2)
    assert time.monotonic() - start < 20
    assert build.pdf is None
    assert any("stopped after 2 s" in d.message for d in build.diagnostics)


def test_without_tex_the_project_is_written_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    build = compiled(manuscript(), tmp_path)
    assert build.pdf is None
    (why,) = build.diagnostics
    assert "latexmk" in why.message and "doctor" in why.hint
    assert (tmp_path / "out" / "sections" / "one.tex").read_text() == "world."


def test_an_edit_in_the_build_folder_is_kept_aside_and_said(tmp_path):
    compiled(manuscript(), tmp_path, pdf=False)
    (tmp_path / "out" / "sections" / "one.tex").write_text("my edit")
    build = compiled(manuscript("new text"), tmp_path, pdf=False)
    (warning,) = build.diagnostics
    assert "sections/one.tex" in warning.where and "kept as" in warning.hint
    kept = list((tmp_path / "edited" / "out").rglob("*one.tex*"))
    assert [p.read_text() for p in kept] == ["my edit"]
    assert (tmp_path / "out" / "sections" / "one.tex").read_text() == "new text"


def test_files_that_left_the_paper_leave_the_folder(tmp_path):
    compiled(manuscript(**{"generated/t.tex": b"x"}), tmp_path, pdf=False)
    (tmp_path / "out" / "mine.txt").write_text("not ours")
    compiled(manuscript(), tmp_path, pdf=False)
    assert not (tmp_path / "out" / "generated" / "t.tex").exists()
    assert (tmp_path / "out" / "mine.txt").exists()


def test_a_file_that_has_not_changed_is_not_touched(tmp_path):
    compiled(manuscript(), tmp_path, pdf=False)
    before = (tmp_path / "out" / "main.tex").stat().st_mtime_ns
    compiled(manuscript(), tmp_path, pdf=False)
    assert (tmp_path / "out" / "main.tex").stat().st_mtime_ns == before


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "paper.pdf"
    path.write_bytes(b"good")

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        rim.replace_file(path, b"new")
    assert path.read_bytes() == b"good"
    assert [p.name for p in tmp_path.iterdir()] == ["paper.pdf"]


def test_a_folder_that_cannot_be_written_is_an_error_with_a_next_move(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(InputError) as caught:
        rim.compile_manuscript(manuscript(), blocked / "out", tmp_path / "w")
    assert caught.value.hint


def _processes_in(folder):
    """Process ids whose working folder is `folder`."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == folder:
                found.append(int(link.parent.name))
    return found


@pytest.mark.tex
@pytest.mark.skipif(not Path("/proc").exists(), reason="looks processes up in /proc")
def test_an_interrupt_ends_tex_and_leaves_nothing_half_written(tmp_path):
    script = (
        "import sys; sys.path.insert(0, {tests!r})\n"
        "from pathlib import Path; import test_compile as t; from paperforge import compile as rim\n"
        "rim.compile_manuscript(t.manuscript(r'\\def\\x{{\\x}}\\x'), Path({out!r}), Path({work!r}))"
    ).format(tests=str(Path(__file__).parent), out=str(tmp_path / "out"), work=str(tmp_path / "w"))
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while not (tmp_path / "w" / "main.log").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _processes_in(tmp_path / "w"), "TeX should be running by now"
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
    assert not _processes_in(tmp_path / "w")
    assert not list(tmp_path.rglob("*.tmp"))
    assert not (tmp_path / "out" / "paper.pdf").exists()


@pytest.mark.tex
def test_a_mended_paper_builds_though_the_run_before_left_half_a_file(tmp_path):
    sign = r"{\catcode`\%=12\gdef\pct{%}}"
    broken = sign + r"\begin{figure}\caption{5 \pct\ of}\end{figure}"
    assert compiled(manuscript(broken), tmp_path).pdf is None
    build = compiled(manuscript(r"\begin{figure}\caption{5 \% of}\end{figure}"), tmp_path)
    assert build.pdf is not None, build.diagnostics
