"""The checks of a push, as a stock git client shows them, in the bridge's order; and the web app behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bridge import Limits, NotEditable, rules, texts
from bridge.client import Client
from stock import MAIN, ask, refused

# The checks of a push


def test_another_branch_or_a_tag_is_the_wrong_branch_and_the_right_one_still_lands(paper, bea):
    bea.commit({"a.tex": "a"})
    done = bea.push("HEAD:refs/heads/topic", "HEAD:refs/heads/main", "HEAD:refs/tags/v1")
    hints = [
        "error: wrong branch",
        "",
        "hint: You can't push any new branches.",
        "hint: Please use the main branch.",
    ]
    refused(done, "wrong branch", *hints, *hints, ref="refs/heads/topic")
    assert done.fates["refs/tags/v1"] == ("!", "[remote rejected] (wrong branch)")
    assert done.fates["refs/heads/main"][0] == " "
    assert paper.branches() == ["refs/heads/main"] and paper.read("a.tex") == "a"


def test_main_is_the_wrong_branch_of_an_older_project(bridge, author):
    project = bridge.project({"main.tex": MAIN}, branch="master")
    done = author(bridge, project).commit({"a.tex": "a"}).push("HEAD:main")
    refused(done, "wrong branch", "error: wrong branch", "", "hint: You can't push any new branches.",
            "hint: Please use the master branch.")  # fmt: skip


def test_a_forced_push_is_prohibited(paper, bea):
    head = paper.head()
    bea.git("commit", "--amend", "-m", "Rewritten")
    done = bea.push("+HEAD:main")
    assert done.fates["refs/heads/main"] == ("!", "[remote rejected] (forced push prohibited)")
    assert done.remote[:3] == [
        "error: forced push prohibited",
        "",
        "hint: You can't git push --force to a Overleaf project.",
    ]
    assert paper.head() == head


def test_the_branch_cannot_be_deleted(paper, bea):
    head = paper.head()
    assert bea.push(":main").code == 1
    assert paper.head() == head


def test_a_submodule_is_an_invalid_repository(paper, bea):
    bea.git("update-index", "--add", "--cacheinfo", f"160000,{paper.head()},lib")
    bea.git("commit", "-qm", "Submodule")
    refused(
        bea.push(),
        "invalid git repo",
        "error: invalid git repo",
        "",
        "hint: Your Git repository is invalid.",
        "hint: If your project contains a Git submodule,",
        "hint: please remove it and try again.",
    )


def test_a_file_over_the_limit_is_too_big(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(size=1000))
    done = author(bridge, project).commit({"fig/plot.dat": b"x" * 1001}).push()
    refused(
        done,
        "file too big",
        "error: file too big",
        "",
        "hint: File 'fig/plot.dat' is too large to push to Overleaf via git",
        "hint: the recommended maximum file size is 50 MiB",
    )


def test_files_over_the_limit_are_too_many(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(files=3))
    client = author(bridge, project).commit({"a": "", "b": ""})
    assert client.push().code == 0
    refused(
        client.commit({"c": ""}).push(),
        "too many files",
        "error: too many files",
        "",
        "hint: repository contains 4 files, which exceeds the limit of 3 files",
    )


def test_names_that_overleaf_refuses_are_listed(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(refused=(".exe",)))
    names = [
        "a*b.tex",
        "x\\y",
        " lead.tex",
        "trail ",
        "tab\there",
        "run.exe",
        "constructor",
        "dir/toString",
    ]
    done = author(bridge, project).commit(dict.fromkeys(names, "")).push()
    assert done.fates["refs/heads/main"] == ("!", "[remote rejected] (invalid files)")
    assert done.remote[2] == "hint: You have 7 invalid files in your Overleaf project:"
    assert sorted(line.removeprefix("hint: ").strip() for line in done.remote[3:]) == sorted(
        [
            "a*b.tex (rename to: a_b.tex)",
            "x\\y (rename to: x_y)",
            "lead.tex (rename to: _lead.tex)",
            "trail  (rename to: trail_)",
            "tab\there (rename to: tab_here)",
            "run.exe (invalid file extension)",
            "constructor (rename to: @constructor)",
        ]
    )


@pytest.mark.parametrize(
    ("path", "better"),
    [
        ("main.tex", "main.tex"),
        ("dir/über uns.tex", "dir/über uns.tex"),
        ("a/..", "a/__"),
        ("a/./b", "a/_/b"),
        ("\x7f\x85", "__"),
        ("smile 😀.png", "smile __.png"),
        ("__proto__/a", "@__proto__/a"),
        ("a/__proto__", "a/__proto__"),
    ],
)
def test_clean_names(path, better):
    assert rules.clean(path) == better


def test_a_link_and_an_endless_name_are_errors(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(path=20))
    client = author(bridge, project)
    (client.at / "link.tex").symlink_to("main.tex")
    done = client.commit({"long/" * 4 + "x.tex": ""}).push()
    assert done.remote[-2:] == ["hint: link.tex (error)", "hint: long/long/long/long/x.tex (error)"]


def test_a_project_needs_an_editable_main_file(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(text=100))
    text = [
        "error: invalid project",
        "",
        "hint: The project would have no (editable) main .tex file.",
    ]
    client = author(bridge, project)
    refused(
        client.commit({"main.tex": "% \\documentclass{article}\n"}).push(), "invalid project", *text
    )
    refused(client.commit({"main.tex": MAIN + "%" * 100}).push(), "invalid project", *text)
    assert client.commit({"main.tex": "%\n", "sub/paper.tex": MAIN}).push().code == 0


def test_folders_count_among_the_entities(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(entities=4))
    done = author(bridge, project).commit({"a/b/c.tex": "", "a/d.tex": ""}).push()
    refused(done, "invalid project", "error: invalid project", "",
            "hint: The project would have 5 files and folders, more than 4.")  # fmt: skip


def test_the_order_of_a_pushs_checks(bridge, author):
    """Each push has all faults of those before; mending the first shows the next."""
    project = bridge.project({"main.tex": MAIN}, limits=Limits(files=4, size=200))
    client = author(bridge, project)
    bad = {"main.tex": "%", "b*d": "", "x1": "", "x2": "", "z_big": "x" * 201}

    def push(files, ref="HEAD:main"):
        return client.commit(files).push(ref).fates.popitem()[1][1]

    client.git("update-index", "--add", "--cacheinfo", f"160000,{project.head()},lib")
    client.git("commit", "-qm", "Submodule")
    (client.at / "lib").mkdir()
    assert "wrong branch" in push(bad, "HEAD:other")
    assert "invalid git repo" in push({})
    client.git("rm", "-q", "--cached", "lib")
    assert "file too big" in push({})
    assert "too many files" in push({"z_big": ""})
    bridge.before_judging(lambda: project.upload("online", b""))
    bridge.refuse("internal error")
    assert "[rejected] (non-fast-forward)" in push({"x1": None})
    client.pull()
    assert "invalid files" in push({"x2": None})
    assert "invalid project" in push({"b*d": None})
    assert "internal error" in push({"main.tex": MAIN})
    assert client.push().code == 0


@pytest.mark.parametrize("reason", ["Overleaf error", "internal error"])
def test_errors_of_the_web_app(bridge, paper, bea, reason):
    head = paper.head()
    bridge.refuse(reason)
    done = bea.commit({"a.tex": "a"}).push()
    refused(
        done, reason, f"error: {reason}", "", *[f"hint: {line}" for line in texts.HINTS[reason]]
    )
    assert paper.head() == head
    assert bea.push().code == 0


def test_a_read_only_collaborator_pulls_and_cannot_push(bridge, paper, bea):
    paper.access = "read-only"
    paper.write("new.tex", "new")
    assert bea.pull().code == 0
    refused(
        bea.commit({"a.tex": "a"}).push(), "forbidden", "error: forbidden", "", "hint: forbidden"
    )


def test_lfs_is_refused(bridge, paper):
    status, answer, text = ask(bridge, "POST", f"/{paper.id}.git/info/lfs/objects/batch")
    assert (status, answer.getheader("Content-Type")) == (422, "application/vnd.git-lfs+json")
    assert text == '{"message": "ERROR: Git LFS is not supported on Overleaf"}\n'


# What the web app keeps


def test_what_is_no_text_online_can_only_be_uploaded_anew(bridge):
    project = bridge.project({"main.tex": MAIN, "data.csv": "a,b\n"}, limits=Limits(text=200))
    for path, text in [
        ("data.csv", "a"),
        ("a.json", "{}"),
        ("long.tex", "x" * 201),
        ("a.tex", "\0"),
        ("a.tex", "😀"),
    ]:
        with pytest.raises(NotEditable):
            project.write(path, text)
    with pytest.raises(ValueError, match="rename to 'a_b\\.tex'"):
        project.write("a*b.tex", "")
    project.write(".latexmkrc", "$pdf_mode = 1;")
    project.write("x.tex", "x" * 200)
    project.upload("data.csv", b"c")
    assert project.files()["data.csv"] == b"c"


def test_modes_are_lost_with_the_next_online_edit(paper, bea):
    (bea.at / "run.sh").write_text("#!/bin/sh\n")
    (bea.at / "run.sh").chmod(0o755)
    assert bea.commit({}).push().code == 0
    paper.write("main.tex", MAIN + "\n")
    assert {entry.mode for entry in paper.entries()} == {"100644"}
    assert bea.pull().code == 0
    assert not (bea.at / "run.sh").stat().st_mode & 0o100


def test_a_change_of_nothing_makes_no_version(paper):
    head = paper.head()
    assert paper.write("main.tex", MAIN) == head == paper.head()


def test_the_server_may_drop_what_its_upload_ignores(paper, bea):
    paper.drops_ignored = True
    kept = {"main.tex", "refs.bib", ".latexmkrc"}
    dropped = {"main.bbl", ".gitignore", ".hidden/a.tex", "x.AUX"}
    assert (
        bea.commit(dict.fromkeys((kept | dropped) - {"main.tex", "refs.bib"}, "a")).push().code == 0
    )
    assert set(paper.files()) == kept
    assert bea.pull().code == 0 and not (bea.at / "main.bbl").exists()


# Compiled as on Overleaf


@pytest.mark.tex
def test_overleaf_compiles_output_with_the_projects_latexmkrc(bridge):
    """The job's name is output, errors are forced past, the author's latexmkrc counts, nothing is started from TeX."""
    body = "Job \\jobname. \\immediate\\write18{touch escaped}\\undefinedmacro Done."
    project = bridge.project(
        {
            "paper.tex": MAIN.replace("Hello.", body),
            ".latexmkrc": "open(F, '>', 'read-rc'); close F; $pdflatex = 'pdflatex -shell-escape %O %S';",
        }
    )
    done = project.compile("paper.tex")
    assert (
        done.pdf is not None
        and done.pdf.name == "output.pdf"
        and done.pdf.read_bytes()[:5] == b"%PDF-"
    )
    assert "Undefined control sequence" in done.log and done.code not in {0, None}
    assert (done.folder / "read-rc").exists()
    assert (done.folder / "output.synctex.gz").exists()
    with pytest.raises(KeyError):
        project.compile("main.tex")


@pytest.mark.tex
def test_a_compilation_ends_in_time(bridge):
    project = bridge.project({"main.tex": MAIN.replace("Hello.", "\\def\\a{\\a}\\a")})
    done = project.compile(timeout=1.5)
    assert (done.code, done.pdf) == (None, None) and done.seconds < 10


def test_a_script_serves_until_it_is_interrupted(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "main.tex").write_text(MAIN)
    command = [
        sys.executable,
        "-m",
        "bridge",
        str(tmp_path / "srv"),
        str(tmp_path / "in"),
        "--branch",
        "master",
    ]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        said = dict(process.stdout.readline().split() for _ in range(3))
        done = Client(tmp_path, said["url"], said["token"]).git("ls-remote", said["url"])
        process.send_signal(signal.SIGINT)
        left = process.stdout.read()
    assert left == "" and "refs/heads/master" in done.out and process.returncode == 0
