"""paperforge build, end to end with real TeX."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paperforge import generated, pipeline, project, record
from paperforge.model import Diagnostic, File, Manuscript, Owner, Severity
from paperforge.spec import Mode

pytestmark = pytest.mark.tex

MAIN = r"""\documentclass{article}
\usepackage{booktabs}
\input{generated/macros}
\begin{document}
Ours reaches \pf{accuracy/ours}. \pfnote{main}
\begin{table}\caption{Mine.}\label{tab:mine}\input{generated/tables/main}\end{table}
See Table~\ref{tab:mine}.
\input{parts/one}
\input{parts/two}
\input{parts/three}
\end{document}
"""


@pytest.fixture
def paper(paperforge, tmp_path, results_csv):
    """A new ICML paper about results.csv."""
    paperforge("new", "paper", "--venue", "icml", "--results", results_csv, "--title", "A title")
    return tmp_path / "paper"


@pytest.fixture
def existing(tmp_path, results_csv):
    """A paper that paperforge never wrote: a main.tex and three sections."""
    folder = tmp_path / "old"
    (folder / "parts").mkdir(parents=True)
    (folder / "main.tex").write_text(MAIN)
    for name in ("one", "two", "three"):
        (folder / "parts" / f"{name}.tex").write_text(f"\\section{{{name}}} Words.\n")
    shutil.copy(results_csv, folder / "results.csv")
    (folder / "paper.toml").write_text(
        'main = "main.tex"\nresults = "results.csv"\n[methods.ours]\nrole = "ours"\n'
    )
    return folder


def answer(folder: Path) -> None:
    """Put words in the place of every prompt."""
    for path in (folder / "sections").glob("*.tex"):
        path.write_text(re.sub(r"\\pfprompt\{[^{}]*\}", "Words.", path.read_text()))


def text_of(pdf: Path) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


def the_pdf(folder: Path) -> Path:
    (pdf,) = folder.glob("build/*/paper.pdf")
    return pdf


def test_a_new_paper_builds_and_says_what_was_decided(paperforge, paper):
    said = paperforge("build", paper)
    assert said.code == 0
    assert "base" in said.out and str(the_pdf(paper)) in said.out
    text = text_of(the_pdf(paper))
    assert "A title" in text
    assert "stand-in for the ICML 2026 style, not for submission" in text
    assert "Your Name" not in text


def test_a_build_with_nothing_changed_does_no_work(paperforge, paper):
    first = paperforge("build", paper)
    stamp = the_pdf(paper).stat().st_mtime_ns
    log = next(paper.glob("build/.work/icml*/main.log")).stat().st_mtime_ns
    second = paperforge("build", paper)
    assert "nothing changed" in second.out and "nothing changed" not in first.out
    assert the_pdf(paper).stat().st_mtime_ns == stamp
    assert next(paper.glob("build/.work/icml*/main.log")).stat().st_mtime_ns == log


@pytest.mark.parametrize(
    "change", ["results", "section", "paper.toml", "new style file", "deleted pdf"]
)
def test_a_build_sees_every_change(paperforge, paper, results_csv, change):
    paperforge("build", paper)
    if change == "results":
        results_csv.write_text(results_csv.read_text() + "ours,alpha,9,0.99\n")
    elif change == "section":
        (paper / "sections" / "method.tex").write_text("\\section{Method} New.\n")
    elif change == "paper.toml":
        (paper / "paper.toml").write_text(
            (paper / "paper.toml").read_text().replace("A title", "Another")
        )
    elif change == "new style file":
        (paper / "extra.sty").write_text("% nothing\n")
    else:
        the_pdf(paper).unlink()
    said = paperforge("build", paper)
    assert "nothing changed" not in said.out
    assert the_pdf(paper).exists()


def test_a_touched_file_with_the_same_bytes_is_no_change(paperforge, paper):
    paperforge("build", paper)
    os.utime(paper / "sections" / "method.tex")
    assert "nothing changed" in paperforge("build", paper).out


def test_two_builds_from_nothing_give_the_same_bytes(paperforge, paper):
    paperforge("build", paper)
    first = the_pdf(paper).read_bytes()
    shutil.rmtree(paper / "build")
    paperforge("build", paper)
    assert the_pdf(paper).read_bytes() == first


def test_a_submission_fails_on_prompts_and_keeps_the_pdf_apart(paperforge, paper):
    said = paperforge("build", paper, "--mode", "submission")
    assert said.code == 5
    assert "prompt left" in said.err
    folder = paper / "build" / "icml-2026-submission"
    assert (folder / "paper-with-errors.pdf").exists() and not (folder / "paper.pdf").exists()


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (r"\cite{nobody}", "nobody"),
        (r"\ref{fig:nowhere}", "fig:nowhere"),
        (r"\IfFileExists{x}{}{}\pf{accuracy/nosuch}", "accuracy/nosuch"),
        (r"\pfprompt{Still open}", "Still open"),
    ],
)
def test_what_fails_a_submission_is_a_warning_in_a_draft(paperforge, paper, broken, expected):
    answer(paper)
    section = paper / "sections" / "method.tex"
    section.write_text(section.read_text() + f"\n\n{broken}\n")
    line = section.read_text().splitlines().index(broken) + 1
    draft = paperforge("build", paper)
    assert draft.code == 0
    assert f"sections/method.tex:{line}" in draft.err and expected in draft.err
    assert paperforge("build", paper, "--strict").code == 5
    assert paperforge("build", paper, "--mode", "submission").code == 5


def test_a_missing_figure_fails_a_submission_and_says_where(paperforge, paper):
    answer(paper)
    section = paper / "sections" / "method.tex"
    section.write_text(section.read_text() + "\n\\includegraphics{figures/none}\n")
    said = paperforge("build", paper, "--mode", "submission")
    assert said.code in (1, 5)
    assert "figures/none" in said.err and "sections/method.tex" in said.err


def test_a_finished_submission_passes_and_is_anonymous(paperforge, paper):
    answer(paper)
    said = paperforge("build", paper, "--mode", "submission")
    assert said.code == 0, said.err
    text = text_of(the_pdf(paper))
    assert "Your Name" not in text and "Anonymous" in text
    info = subprocess.run(
        ["pdfinfo", the_pdf(paper)], capture_output=True, text=True, check=True
    ).stdout
    assert "Your" not in info


def test_a_final_paper_shows_the_authors(paperforge, paper):
    answer(paper)
    assert paperforge("build", paper, "--mode", "final").code == 0
    assert "Your Name" in text_of(the_pdf(paper))


@pytest.mark.parametrize("venue", ["neurips-2026", "icml-2026", "arr-2026"])
def test_every_venue_has_its_own_parts_in_their_place(paperforge, paper, venue):
    assert paperforge("build", paper, "--venue", venue).code == 0
    text = text_of(paper / "build" / f"{venue}-draft" / "paper.pdf")
    if venue == "neurips-2026":
        assert "NeurIPS Paper Checklist" in text and "[TODO]" in text
    if venue == "icml-2026":
        assert "Impact Statement" in text
    assert "Limitations" in text


def test_an_open_checklist_item_is_never_a_yes(paperforge, paper):
    answer(paper)
    said = paperforge("build", paper, "--venue", "neurips", "--mode", "submission")
    assert said.code == 5 and "checklist" in said.err
    tex = next(paper.glob("build/neurips*/generated/checklist.tex")).read_text()
    assert "answerYes" not in tex and "answerTODO" in tex
    (paper / "paper.toml").write_text(
        (paper / "paper.toml").read_text()
        + '\n[checklist.claims]\nanswer = "yes"\njustification = "Section 4."\n'
    )
    paperforge("build", paper, "--venue", "neurips", "--mode", "submission")
    tex = next(paper.glob("build/neurips*/generated/checklist.tex")).read_text()
    assert tex.count("answerYes") == 1 and "Section 4." in tex


def test_an_existing_paper_is_served_without_moving_a_line(paperforge, existing):
    before = {p: p.read_bytes() for p in existing.rglob("*") if p.is_file()}
    said = paperforge("build", existing)
    assert said.code == 0, said.err
    assert all(path.read_bytes() == data for path, data in before.items())
    new = {
        p.relative_to(existing).parts[0]
        for p in existing.rglob("*")
        if p.is_file() and p not in before
    }
    assert new == {"generated", "build"}
    text = text_of(the_pdf(existing))
    assert "Ours reaches 0.89" in text and "Words." in text


def test_an_existing_paper_compiles_by_itself_with_the_generated_files(paperforge, existing):
    paperforge("build", existing, "--no-pdf")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-jobname=output", "main.tex"],
        cwd=existing, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0


def test_an_edit_to_a_generated_file_is_kept_and_reported(paperforge, existing):
    paperforge("build", existing)
    edited = existing / "generated" / "tables" / "main.tex"
    edited.write_text("my own table")
    (existing / "results.csv").write_text(
        (existing / "results.csv").read_text() + "ours,alpha,9,0.99\n"
    )
    said = paperforge("build", existing)
    assert "generated/tables/main.tex" in said.err and "kept as" in said.err
    assert "my own table" in [
        p.read_text() for p in (existing / "build" / "edited").rglob("*main.tex*")
    ]
    assert "tabular" in edited.read_text()


def test_the_number_in_the_text_follows_the_data(paperforge, existing):
    paperforge("build", existing)
    csv = existing / "results.csv"
    csv.write_text(
        re.sub(r"^(ours,\w+,\d),0\.(\d+)", r"\1,0.5\2", csv.read_text(), flags=re.MULTILINE)
    )
    paperforge("build", existing)
    assert re.search(r"Ours reaches 0\.5", text_of(the_pdf(existing)))


def test_the_official_style_is_used_when_it_lies_in_the_project(paperforge, paper):
    stand_in = Path(record.__file__).parent.parent / "templates" / "icml-2026" / "icml2026.sty"
    marker = re.compile(r"paperforge stand-in", re.IGNORECASE)
    official = marker.sub("official", stand_in.read_text()).replace("stand-in for", "real")
    (paper / "icml2026.sty").write_text(official)
    said = paperforge("build", paper)
    assert "stand-in" not in said.err
    assert (paper / "build" / "icml-2026-draft" / "icml2026.sty").read_text() == official


def test_build_reports_in_json(paperforge, paper):
    report = json.loads(paperforge("build", paper, "--format", "json").out)
    assert report["code"] == 0 and report["pages"] >= 1 and report["decisions"]
    assert {"severity", "where", "message", "hint", "check"} <= report["diagnostics"][0].keys()


def test_watch_builds_again_on_a_change_and_survives_an_error(tmp_path, paper):
    process = subprocess.Popen(
        [sys.executable, "-m", "paperforge", "build", paper, "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        toml = (paper / "paper.toml").read_text()
        wait_for(lambda: list(paper.glob("build/*/paper.pdf")))
        first = the_pdf(paper).read_bytes()
        (paper / "paper.toml").write_text("broken = [")
        time.sleep(1.5)
        (paper / "paper.toml").write_text(toml.replace("A title", "Watched title"))
        wait_for(lambda: the_pdf(paper).read_bytes() != first)
    finally:
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "paper.toml" in out and "Traceback" not in out
    assert "Watched title" in text_of(the_pdf(paper))


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.1)


def test_a_tex_error_from_a_name_in_the_data_names_the_store_and_the_row(
    paperforge, paper, results_csv
):
    results_csv.write_text(results_csv.read_text().replace("near", "算法"), encoding="utf-8")
    row = next(
        i
        for i, line in enumerate(results_csv.read_text().splitlines(), 1)
        if line.startswith("算法")
    )
    said = paperforge("build", paper)
    assert said.code == 1
    assert f"results.csv line {row}" in said.err and "算法" in said.err


def test_a_tex_error_from_a_label_names_its_line_and_no_other_name(paperforge, existing):
    toml = existing / "paper.toml"
    long = "a_method_with_a_long_name"
    rows = (existing / "results.csv").read_text(encoding="utf-8")
    (existing / "results.csv").write_text(rows.replace("near", long), encoding="utf-8")
    label = """label = { tex = '\\alpha', text = 'alpha' }"""
    toml.write_text(f"{toml.read_text(encoding='utf-8')}{label}\n", encoding="utf-8")
    said = paperforge("build", existing)
    errors = [line for line in said.err.splitlines() if "generated/tables/main" in line]
    assert said.code == 1 and errors
    assert all("paper.toml line 5, key methods.ours.label" in line for line in errors)
    assert "between $ and $" in said.err and long not in "".join(errors)
    text = toml.read_text(encoding="utf-8").replace(label, f"label = 'ours'\n[methods.{long}]")
    toml.write_text(f'{text}label = "日本語"\n', encoding="utf-8")
    said = paperforge("build", existing)
    errors = [line for line in said.err.splitlines() if "Unicode character 日" in line]
    assert said.code == 1 and f"line 7, key methods.{long}.label" in errors[0]


def test_a_page_that_is_not_known_is_said_with_its_key(paperforge, existing):
    main, toml = existing / "main.tex", existing / "paper.toml"
    text = main.read_text(encoding="utf-8").replace("{article}", "{scrartcl}")
    main.write_text(text, encoding="utf-8")
    said = paperforge("build", existing, "--no-pdf").err
    assert "width of the text is not known: the class scrartcl" in said
    assert '[page] width = "6.5in"' in said
    stated = f'{toml.read_text(encoding="utf-8")}[page]\nwidth = "4cm"\n'
    toml.write_text(stated, encoding="utf-8")
    said = paperforge("build", existing, "--no-pdf").err
    assert "not known" not in said and "made to fit [page]'s 114 pt" in said


def test_an_error_that_no_name_can_cause_is_left_where_tex_saw_it(existing):
    read = project.load(existing)
    results = pipeline.load(read)
    method = results.methods[0].label
    file = File(f"{method} & 1".encode(), Owner.PAPERFORGE, "[[tables]] main")
    path = "generated/tables/main.tex"
    paper = Manuscript({path: file}, "main.tex", None, Mode.DRAFT)
    place = f"[[tables]] main (written to {path}:1)"
    error = Diagnostic(Severity.ERROR, place, "Extra alignment tab", "", "tex")
    assert generated.traced(error, paper, results, read) == error


def test_the_second_build_of_an_existing_paper_does_no_work(paperforge, existing):
    paperforge("build", existing)
    assert "nothing changed" in paperforge("build", existing).out


def test_an_existing_paper_in_a_folder_of_the_project(paperforge, existing):
    """Compiled where its author compiles it: the generated files stand beside the main file."""
    (existing / "tex").mkdir()
    for name in ("main.tex", "parts"):
        (existing / name).rename(existing / "tex" / name)
    toml = (existing / "paper.toml").read_text()
    (existing / "paper.toml").write_text(toml.replace('"main.tex"', '"tex/main.tex"'))
    said = paperforge("build", existing, "--format", "json")
    report = json.loads(said.out)
    assert said.code == 0, report["diagnostics"]
    assert not [d for d in report["diagnostics"] if d["severity"] != "note"]
    assert (existing / "tex" / "generated" / "macros.tex").exists()
    assert "Ours reaches 0.89" in text_of(report["pdf"])
    (existing / "tex" / "parts" / "two.tex").write_text("Fine.\n\\nosuchmacro\n")
    broken = paperforge("build", existing)
    assert broken.code == 1 and "tex/parts/two.tex:2" in broken.err


@pytest.mark.parametrize(
    ("bib", "line"),
    [
        ("@book{a, title={T}, author={A B}, year=2000, publisher={P}}\n@book{a, title={U}}\n", 2),
        (
            "@book{a, title={T}, author={A B}, year=2000, publisher={P}}\n@book{b, title={T} author={A}}\n",
            2,
        ),
    ],
    ids=["twice", "missing comma"],
)
def test_a_broken_bibliography_is_named_and_a_draft_still_has_its_pdf(
    paperforge, existing, bib, line
):
    (existing / "refs.bib").write_text(bib)
    cite = "\\cite{a}\\bibliographystyle{plain}\\bibliography{refs}"
    (existing / "parts" / "three.tex").write_text(cite)
    said = paperforge("build", existing)
    assert said.code == 0, said.err
    assert f"refs.bib:{line}" in said.err
    assert "is not in the bibliography" not in said.err
    assert "Words." in text_of(the_pdf(existing))
    assert paperforge("build", existing, "--mode", "submission").code == 5


def test_bitmap_fonts_fail_a_submission(paperforge, existing):
    (existing / "parts" / "three.tex").write_text("\\fontencoding{TS1}\\selectfont\\char132")
    said = paperforge("build", existing, "--mode", "submission")
    outlines = subprocess.run(["kpsewhich", "sfrm1000.pfb"], capture_output=True, check=False)
    assert said.code == (0 if outlines.stdout else 5), said.err
    assert ("Type 3" in said.err) is not bool(outlines.stdout)


def test_the_engine_is_the_papers(paperforge, existing):
    toml = (existing / "paper.toml").read_text()
    (existing / "paper.toml").write_text('engine = "lualatex"\n' + toml)
    said = paperforge("build", existing)
    if shutil.which("lualatex"):
        assert said.code == 0, said.err
    else:
        assert said.code == 4 and "lualatex" in said.err


def test_acknowledgments_are_not_in_the_source_of_an_anonymous_paper(paperforge, paper):
    answer(paper)
    (paper / "sections" / "acknowledgments.tex").write_text("We thank the Quux Foundation.\n")
    assert paperforge("build", paper, "--mode", "submission").code == 0
    folder = paper / "build" / "icml-2026-submission"
    for path in folder.rglob("*"):
        assert path.is_dir() or b"Quux" not in path.read_bytes(), path


def test_the_last_good_pdf_is_named_when_a_build_fails(paperforge, paper):
    paperforge("build", paper)
    (paper / "sections" / "method.tex").write_text("\\nosuchmacro")
    assert "last good PDF is kept" in paperforge("build", paper).out


@pytest.mark.parametrize(
    ("more", "line", "near"),
    [
        ('[[tables]]\nname = "main"\nmetrics = ["accurac"]\n', 5, "accuracy"),
        ('[[figures]]\nname = "f"\nkind = "learning-curve"\n', 5, "learning-curves"),
    ],
)
def test_a_wrong_name_in_a_table_or_figure_is_placed_in_paper_toml(
    paperforge, tmp_path, results_csv, more, line, near
):
    (tmp_path / "paper.toml").write_text(
        f'venue = "icml"\nresults = "{results_csv.name}"\n\n\n{more}'
    )
    said = paperforge("build")
    assert said.code == 1
    assert f"paper.toml line {line}" in said.err and near in said.err


def test_a_build_keeps_what_every_cell_was_made_of_and_sets_the_notes_asked_for(
    paperforge, existing
):
    toml = existing / "paper.toml"
    toml.write_text(
        toml.read_text() + '[[tables]]\nname = "main"\nnotes = "under"\nheat = true\n'
        'columns = ["rank", "n"]\n'
    )
    assert paperforge("build", existing, "--no-pdf").code in (0, 5)
    folder = existing / "generated" / "tables"
    first = (folder / "main.json").read_bytes()
    cells = [cell for row in json.loads(first)["rows"] for cell in row["cells"]]
    sizes = {cell["dataset"] is None: len(cell["runs"]) for cell in cells if "runs" in cell}
    assert sizes == {False: 5, True: 10}  # those of an average are of both datasets
    assert cells[0]["runs"][0].endswith("results.csv line 2")
    (read,) = next(c for c in cells if c["method"] == "base" and c["dataset"] is None)["decisions"]
    assert "data:" in read["signature"]
    assert {cell["kind"] for cell in cells} == {"", "rank", "n"}
    tex = (folder / "main.tex").read_text()
    assert r"\begin{minipage}" in tex
    assert r"\cellcolor" in tex
    shutil.rmtree(existing / "build")
    shutil.rmtree(existing / "generated")
    paperforge("build", existing, "--no-pdf")
    assert (folder / "main.json").read_bytes() == first
    assert (folder / "main.tex").read_text() == tex
