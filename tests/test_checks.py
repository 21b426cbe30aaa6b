"""Each check finds what is broken, and nothing in what is not."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from paperforge import checks
from paperforge.model import Build, Diagnostic, File, Manuscript, Owner, Severity
from paperforge.spec import Mode

MAIN = r"""\documentclass{article}\input{generated/macros}
\begin{document}
\input{sections/one}
\end{document}
"""
MACROS = "\\pfdefine{acc/ours}{91.2}\n\\pfdefinenote{main}{Bold: best.}\n"


def manuscript(body, *, mode=Mode.DRAFT, names=(), main=MAIN, venue=None, **files):
    every = {
        "main.tex": File(main.encode(), Owner.PAPERFORGE),
        "generated/macros.tex": File(MACROS.encode(), Owner.PAPERFORGE),
        "generated/tables/main.tex": File(b"x", Owner.PAPERFORGE),
        "figures/there.pdf": File(b"x", Owner.AUTHOR),
        "sections/one.tex": File(body.encode(), Owner.AUTHOR),
        **files,
    }
    return Manuscript(every, "main.tex", venue, mode, tuple(names))


def found(made, build=None):
    build = build or Build(None, None, None, None, "")
    return {(d.check, d.where, d.message) for d in checks.run(made, build)}


GOOD = r"""\section{One}\label{sec:one} See \ref{sec:one}. \pf{acc/ours} \pfnote{main}
\input{generated/tables/main} \includegraphics[width=3cm]{figures/there} \verb|\ref{no}| % \pfprompt{no}
"""


def test_a_sound_paper_has_no_findings():
    assert found(manuscript(GOOD)) == set()


@pytest.mark.parametrize(
    ("body", "check", "word"),
    [
        (r"\ref{sec:two}", "references", "sec:two"),
        (r"\label{a}\label{a}", "references", "twice"),
        (r"\includegraphics{figures/gone}", "figures", "figures/gone"),
        (r"\pf{acc/theirs}", "numbers", "acc/theirs"),
        (r"\pfnote{second}", "numbers", "second"),
        (r"\pfalt{curve}", "numbers", "\\pfalt{curve}: no such figure"),
        (r"\input{generated/tables/second}", "numbers", "second"),
        (r"\pfprompt{Say why.}", "prompts", "Say why."),
    ],
)
def test_what_is_broken_is_found_at_its_line(body, check, word):
    ((name, where, message),) = found(manuscript(f"Fine.\n\n{body}\n"))
    assert (name, where) == (check, "sections/one.tex:3")
    assert word in message


def test_a_near_key_is_suggested():
    (one,) = checks.run(manuscript(r"\pf{acc/our}"), Build(None, None, None, None, ""))
    assert "acc/ours" in one.hint


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("mse/Ours/ILI", "mse/ours/ili"),
        ("mse/Chronos/average", "mse/chronos"),
        ("mse/Chronos/Average/pm", "mse/chronos/pm"),
        ("mse/chronos/wether", "mse/chronos/weather"),
    ],
)
def test_case_and_the_averages_name_are_no_other_key(key, meant):
    keys = ("mse/ours/n", "mse/ours/ili", "mse/chronos/weather", "mse/chronos", "mse/chronos/pm")
    macros = "".join(f"\\pfdefine{{{one}}}{{1}}\n" for one in keys)
    given = {"generated/macros.tex": File(macros.encode(), Owner.PAPERFORGE)}
    (one,) = checks.run(manuscript(rf"\pf{{{key}}}", **given), Build(None, None, None, None, ""))
    assert one.hint == f"did you mean {meant}?"


def test_numbers_without_their_definitions():
    bare = MAIN.replace(r"\input{generated/macros}", "")
    (one,) = found(manuscript(r"\pf{acc/ours}", main=bare))
    assert one[0] == "numbers" and "definitions" in one[2]


def test_graphicspath_counts():
    body = r"\graphicspath{{figures/}}\includegraphics{there}"
    assert found(manuscript(body)) == set()


@pytest.mark.parametrize(("pages", "over"), [(8, False), (9, True), (None, False)])
def test_pages(pages, over):
    venue = SimpleNamespace(name="ICML 2026", page_limit={"submission": 8})
    made = manuscript("", mode=Mode.SUBMISSION, venue=venue)
    result = found(made, Build(None, None, 12, pages, ""))
    assert {name for name, _, _ in result} == ({"pages"} if over else set())


@pytest.mark.parametrize("text", ["As Jane Doe showed.", r"\section*{Acknowledgments} Thanks."])
def test_anonymity_in_a_submission_only(text):
    assert found(manuscript(text, names=["Jane Doe"])) == set()
    ((name, where, _),) = found(manuscript(text, mode=Mode.SUBMISSION, names=["Jane Doe"]))
    assert (name, where) == ("anonymity", "sections/one.tex:1")


@pytest.mark.parametrize("text", ["% by Jane Doe", "Write to j@x.org.", "We at Acme Labs"])
def test_names_addresses_and_comments_are_not_anonymous(text):
    made = manuscript(text, mode=Mode.SUBMISSION, names=["Jane Doe", "j@x.org", "Acme Labs"])
    assert [name for name, _, _ in found(made)] == ["anonymity"]


def test_an_author_block_of_an_existing_paper_is_pointed_at():
    made = manuscript(
        "",
        mode=Mode.SUBMISSION,
        main=MAIN.replace("\\begin{document}", "\\author{Jane Doe}\\begin{document}", 1),
    )
    made.files["main.tex"]
    owned = {**made.files, "main.tex": File(made.files["main.tex"].data, Owner.AUTHOR)}
    assert [name for name, _, _ in found(replace(made, files=owned))] == ["authors"]


def test_a_paper_with_a_pf_of_its_own():
    own = MAIN.replace(
        "\\input{generated/macros}", "\\newcommand{\\pf}[1]{\\textit{#1}}\\input{generated/macros}"
    )
    assert found(manuscript(r"\pf{Theorem} \pfnumber{acc/ours}", main=own)) == set()
    assert [n for n, _, _ in found(manuscript(r"\pfnumber{acc/theirs}", main=own))] == ["numbers"]


def test_a_main_file_in_a_folder_has_its_generated_files_beside_it():
    made = manuscript("")
    files = {f"tex/{path}": file for path, file in manuscript(GOOD).files.items()}
    assert found(replace(made, files=files, main="tex/main.tex")) == set()


def test_grading_by_mode():
    prompt = Diagnostic(Severity.WARNING, "a.tex:1", "prompt left", check="prompts")
    box = Diagnostic(Severity.NOTE, "a.tex:1", "3 pt too wide", check="boxes")
    for mode, severity in (
        (Mode.DRAFT, "warning"),
        (Mode.PREPRINT, "warning"),
        (Mode.SUBMISSION, "error"),
        (Mode.FINAL, "error"),
    ):
        graded = checks.grade([prompt, box], mode)
        assert [d.severity for d in graded] == [severity, "note"]


def test_tex_and_the_sources_say_a_thing_once_and_the_hint_stays():
    from_log = Diagnostic(
        Severity.WARNING, "a.tex:7", "reference 'x' has no \\label", check="references"
    )
    from_text = Diagnostic(
        Severity.WARNING, "a.tex:5", "reference 'x' has no \\label", "mend it", "references"
    )
    assert [d.hint for d in checks.grade([from_log, from_text], Mode.DRAFT)] == ["mend it"]
