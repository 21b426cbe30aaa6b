"""The built samples, edited on both sides, synced, and compiled there the way that Overleaf does."""

import shutil
import subprocess
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent.parent / "sample_paper"
BUILDS = [("adaptation", "neurips-2026"), ("adaptation", "icml-2026"), ("evaluation", "arr-2026")]
BLANK = (
    "\\documentclass{article}\n\\usepackage{graphicx} % Required for inserting images\n\n\\title{x}\n"
    "\\begin{document}\n\n\\maketitle\n\n\\section{Introduction}\n\n\\end{document}\n"
)


def printed(project):
    """The text of what Overleaf's compile gives."""
    made = project.compile(timeout=120)
    assert made.pdf is not None, made.log[-3000:]
    assert "undefined" not in made.log.replace("undefined on input", ""), made.log[-3000:]
    done = subprocess.run(["pdftotext", made.pdf, "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


def without_a_seed(folder):
    """Takes a seed out of the results of the adaptation sample; gives what brings it back."""
    results = folder / "results" / "runs.csv"
    if not results.exists():
        return lambda: None
    every = results.read_text(encoding="utf-8")
    seed = every.splitlines()[0].split(",").index("seed")
    results.write_text(
        "".join(r for r in every.splitlines(keepends=True) if r.split(",")[seed] != "9"),
        encoding="utf-8",
    )
    return lambda: results.write_text(every, encoding="utf-8")


@pytest.mark.tex
@pytest.mark.parametrize(("sample", "venue"), BUILDS)
def test_a_sample_is_written_on_both_sides(
    paperforge, monkeypatch, tmp_path, bridge, sample, venue
):
    monkeypatch.setenv("PAPERFORGE_GIT_TOKEN", bridge.token)
    folder = tmp_path / sample
    shutil.copytree(
        SAMPLES / sample,
        folder,
        ignore=shutil.ignore_patterns("build", "__pycache__", ".paperforge"),
    )
    one_more_seed = without_a_seed(folder)
    online = bridge.project({"main.tex": BLANK})

    def run(*words):
        said = paperforge(*words, "--venue", venue, "--mode", "preprint", folder)
        assert said.code == 0, said.err + said.out
        return said

    run("build", "--no-pdf")
    assert paperforge("sync", "init", online.url, folder).code == 0
    run("sync")
    run("sync", "check")
    printed(online)

    text = online.read("sections/introduction.tex")
    online.write(
        "sections/introduction.tex",
        text + "\nA co-author wrote this sentence online.\n\\input{sections/online}\n",
    )
    online.write("sections/online.tex", "This file was made online.\n")
    online.write(
        "generated/tables/main.tex",
        online.read("generated/tables/main.tex").replace("Average", "Avg", 1) + "% edited\n",
    )
    conclusion = folder / "sections" / "conclusion.tex"
    conclusion.write_text(
        conclusion.read_text(encoding="utf-8") + "\nThis sentence was written here.\n",
        encoding="utf-8",
    )
    one_more_seed()
    before = online.read("generated/macros.tex")
    said = run("sync")
    assert "generated/tables/main.tex: was edited there" in said.err
    run("build", "--no-pdf")
    run("sync")
    if sample == "adaptation":
        assert online.read("generated/macros.tex") != before
    assert "% edited" not in online.read("generated/tables/main.tex")
    assert list((folder / "build/edited/there/generated/tables").iterdir())

    words = printed(online)
    assert "A co-author wrote this sentence online." in words
    assert "This file was made online." in words
    assert "This sentence was written here." in words
    assert (folder / "sections/online.tex").exists()
    assert run("sync").out.startswith("nothing changed")
    assert not bridge.leaks()


@pytest.mark.tex
def test_a_foreign_paper_is_written_on_both_sides(
    paperforge, monkeypatch, tmp_path, bridge, results_csv
):
    """A paper of somebody's own that already lives there: only generated/ is ours."""
    monkeypatch.setenv("PAPERFORGE_GIT_TOKEN", bridge.token)
    main = (
        "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\nOur old text.\n\n"
        "\\input{sections/method}\n\\end{document}\n"
    )
    online = bridge.project({"main.tex": main, "sections/method.tex": "The method.\n"})
    folder = tmp_path / "paper"
    folder.mkdir()
    (folder / "main.tex").write_text(main)
    rows = results_csv.read_text().splitlines(keepends=True)
    (folder / "results.csv").write_text("".join(r for r in rows if ",4," not in r))
    (folder / "paper.toml").write_text(
        'main = "main.tex"\nresults = "results.csv"\n[[tables]]\nname = "main"\n'
    )

    def run(*words):
        said = paperforge(*words, folder)
        assert said.code == 0, said.err + said.out
        return said

    run("sync", "init", online.url)
    (folder / "sections").mkdir()
    (folder / "sections/method.tex").write_text("The method.\n")
    run("build", "--no-pdf")
    text = main.replace(
        "\\begin{document}",
        "\\input{generated/macros}\n\\begin{document}\n\\input{generated/tables/main}\n",
    )
    (folder / "main.tex").write_text(text)
    run("sync")
    online.write(
        "sections/method.tex", "The method.\nA sentence from online.\n\\input{sections/online}\n"
    )
    online.write("sections/online.tex", "A file from online.\n")
    online.write(
        "generated/tables/main.tex",
        online.read("generated/tables/main.tex").replace("near", "nearest", 1),
    )
    (folder / "results.csv").write_text("".join(rows))
    (folder / "main.tex").write_text(text.replace("Our old text.", "Our old text, and a new one."))
    run("build", "--no-pdf")
    said = run("sync")
    assert "generated/tables/main.tex: was edited there" in said.err
    words = printed(online)
    for part in ("A sentence from online.", "A file from online.", "and a new one.", "near"):
        assert part in words
    assert "nearest" not in words
    assert run("sync").out.startswith("nothing changed")
