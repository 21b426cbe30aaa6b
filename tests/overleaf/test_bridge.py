"""The stand-in against a stock git client: who comes in, what is told in place of an answer, what lands."""

import base64
import os
from pathlib import Path

import pytest
from bridge import Limits, Project, git
from bridge.client import Client
from stock import MAIN, ask, listed

# A push that is fine


@pytest.mark.parametrize("branch", ["main", "master"])
def test_a_push_moves_the_branch_of_head_whatever_its_name(bridge, author, branch):
    project = bridge.project({"main.tex": MAIN}, branch=branch)
    client = author(bridge, project)
    assert (
        f"ref: refs/heads/{branch}\tHEAD"
        in client.git("ls-remote", "--symref", "origin", "HEAD").out
    )
    done = client.commit({"main.tex": MAIN + "% more\n"}).push()
    assert (done.code, done.fates[f"refs/heads/{branch}"][0]) == (0, " ")
    assert project.head() == client.git("rev-parse", "HEAD").out.strip()
    assert project.read("main.tex") == MAIN + "% more\n"
    assert project.branches() == [f"refs/heads/{branch}"]


def test_a_big_push_comes_in_chunks_after_a_probe(bridge, paper, bea):
    content = os.urandom(300_000)
    done = bea.commit({"big.dat": content}).git(
        "-c", "http.postBuffer=65536", "push", "--porcelain", "origin"
    )
    assert done.code == 0, done.err
    assert bridge.steps()[-3:] == ["list-push", "probe", "push"]
    assert paper.files()["big.dat"] == content


def test_what_is_edited_online_comes_with_the_next_pull(paper, bea):
    paper.write("main.tex", MAIN.replace("Hello", "Hello there"), author="Cy <cy@example.org>")
    paper.write("sections/new.tex", "New.\n")
    paper.rename("refs.bib", "bib/refs.bib")
    paper.rename("sections", "parts")
    paper.upload("figures/plot.png", b"\x89PNG\0")
    assert bea.pull().code == 0
    inside = {
        p.relative_to(bea.at).as_posix()
        for p in bea.at.rglob("*")
        if p.is_file() and ".git/" not in str(p)
    }
    assert inside == {"main.tex", "parts/new.tex", "bib/refs.bib", "figures/plot.png"}
    assert bea.git("log", "--format=%an <%ae>: %s", "--reverse").out.splitlines()[1] == (
        "Cy <cy@example.org>: Update on Overleaf."
    )
    paper.delete("parts")
    bea.pull()
    assert not (bea.at / "parts" / "new.tex").exists()
    with pytest.raises(KeyError):
        paper.delete("parts")


# Who may come in


def test_without_credentials_git_is_asked_for_them(bridge, paper):
    status, answer, text = ask(bridge, "GET", f"/{paper.id}/info/refs?service=git-upload-pack")
    assert (status, answer.getheader("WWW-Authenticate")) == (401, 'Basic realm="Git Bridge"')
    assert text.startswith("Enter your Git authentication token")
    done = Client(bridge.folder, paper.url, "").git(
        "-c", "credential.helper=", "ls-remote", paper.url
    )
    assert done.code == 128 and "could not read Username" in done.err


@pytest.mark.parametrize(
    ("state", "first", "last"),
    [
        (
            "expired",
            "Your Overleaf Git authentication token has expired.",
            "Authentication failed for",
        ),
        (
            "unknown",
            "Enter your Git authentication token when prompted for a password.",
            "Authentication failed for",
        ),
        (
            "limited",
            "Rate limit exceeded. Please wait and try again later.",
            "The requested URL returned error: 429",
        ),
        (
            "broken",
            "Unexpected server error. Please try again later.",
            "The requested URL returned error: 500",
        ),
    ],
)
def test_a_token_that_is_no_good(bridge, paper, state, first, last):
    bridge.tokens["olp_other"] = state
    done = listed(bridge, paper, token="olp_other")
    assert (done.code, done.remote[0]) == (128, first)
    assert last in done.err.splitlines()[-1]


def test_a_refused_token_is_answered_without_the_header(bridge, paper):
    code = "Z2l0Om5v"  # git:no
    status, answer, _ = ask(
        bridge,
        "GET",
        f"/{paper.id}/info/refs?service=git-upload-pack",
        Authorization=f"Basic {code}",
    )
    assert (status, answer.getheader("WWW-Authenticate")) == (401, None)


def test_the_user_is_git(bridge, paper):
    assert "Authentication failed" in listed(bridge, paper, user="ada@example.org").err
    bridge.names_passwords = True
    done = listed(bridge, paper, user="ada@example.org")
    assert done.remote[0].startswith("Overleaf now only supports Git authentication tokens")
    assert "returned error: 403" in done.err


@pytest.mark.parametrize(
    ("path", "first"),
    [
        (
            "project/0123456789abcdef01234567",
            "Invalid Project ID (must not have a '/project' prefix)",
        ),
        ("12345678bcdfghjk", "Git access via link sharing link is not supported."),
        ("0123456789ABCDEF01234567", "This Overleaf project does not exist."),
        ("paper", "This Overleaf project does not exist."),
    ],
)
def test_addresses_that_are_none(bridge, paper, path, first):
    done = listed(bridge, paper, url=f"{bridge.url}/{path}")
    assert (done.code, done.remote[0]) == (128, first)
    assert f"repository '{bridge.url}/{path}/' not found" in done.err


def test_the_order_of_the_checks(bridge):
    """/project, credentials present, share link, shape, user, token."""
    refs = "info/refs?service=git-upload-pack"
    bad = {"Authorization": "Basic " + "eDp5"}  # x:y
    assert ask(bridge, "GET", f"/project/1/{refs}")[0] == 404
    assert ask(bridge, "GET", f"/123bcdfgh/{refs}")[0] == 401
    assert ask(bridge, "GET", f"/123bcdfgh/{refs}", **bad)[2].startswith("Git access via link")
    assert ask(bridge, "GET", f"/short/{refs}", **bad)[0] == 404
    bridge.names_passwords = True
    assert ask(bridge, "GET", f"/{'0' * 24}/{refs}", **bad)[0] == 403


def test_a_trailing_git_and_slash_are_stripped(bridge, paper):
    for end in (".git", "/", ".git/"):
        assert listed(bridge, paper, url=paper.url + end).code == 0


# Errors in place of the advertisement


def test_errors_of_the_advertisement_are_remote_errors(bridge, paper):
    missing = listed(bridge, paper, url=f"{bridge.url}/{'0' * 24}")
    assert missing.err.startswith(
        "fatal: remote error: no git access\nThis Overleaf project currently has no git access"
    )
    fault = bridge.limit_project(times=1)
    limited = listed(bridge, paper)
    assert limited.err.splitlines()[:2] == [
        "fatal: remote error: no git access",
        "Rate-limit exceeded. Please wait a while and try again.",
    ]
    assert (limited.code, fault.left, fault.happened) == (128, 0, 1)
    assert listed(bridge, paper).code == 0
    paper.dot_git = True
    assert (
        "\nGit access won't work when a project contains a folder named '.git'.\n"
        in listed(bridge, paper).err
    )


def test_a_project_without_access_is_unauthorized(bridge, paper):
    paper.access = "none"
    done = listed(bridge, paper)
    assert "Authentication failed" in done.err and done.code == 128


def test_a_file_as_big_as_the_limit_can_be_pushed_and_never_read_again(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(size=1000))
    client = author(bridge, project).commit({"plot.dat": b"x" * 1000})
    assert client.push().code == 0
    done = client.pull()
    assert done.err.startswith("fatal: remote error: file too big\nFile 'plot.dat' is too large")


# What is seen of a token


def test_a_token_in_the_address_is_seen_and_a_helpers_is_not(bridge, paper, bea):
    assert bea.commit({"a.tex": "a"}).push().code == 0
    assert bridge.leaks() == [] and {seen.user for seen in bridge.log} == {"", "git"}
    with_token = paper.url.replace("//", f"//git:{bridge.token}@")
    assert bea.git("ls-remote", with_token).code == 0
    if Path("/proc/self").is_dir():
        assert {seen.leak for seen in bridge.leaks()} == {"process list"}
    ask(bridge, "GET", f"/{paper.id}?token={bridge.token}")
    assert bridge.log[-1].leak == "url"
    ask(bridge, "GET", f"/{paper.id}", Referer=with_token)
    assert bridge.log[-1].leak == "header Referer"


def test_a_token_in_a_file_is_found(bridge, paper, bea):
    assert bridge.written(bea.at) == []
    bea.git("remote", "add", "x", paper.url.replace("//", f"//git:{bridge.token}@"))
    code = base64.b64encode(f"git:{bridge.token}".encode()).decode()
    (bea.at / "said.log").write_text(f"Authorization: Basic {code}\n", encoding="utf-8")
    assert bridge.written(bea.at) == [bea.at / ".git" / "config", bea.at / "said.log"]


# Plain git servers


def test_a_plain_server_takes_any_user_branch_and_force(plain, author):
    project = plain.project({"main.tex": MAIN, "run.sh": "x"}, name="ada/paper", branch="trunk")
    client = author(plain, project, user="ada@example.org").commit({"b*d.tex": "a"})
    assert project.url.endswith("/ada/paper.git")
    assert client.push("HEAD:topic", "HEAD:trunk", "HEAD:refs/tags/v1").code == 0
    client.git("commit", "--amend", "-m", "Rewritten")
    assert client.push().fates["refs/heads/trunk"] == ("!", "[rejected] (non-fast-forward)")
    assert client.push("--force").fates["refs/heads/trunk"][0] == "+"
    assert project.branches() == ["refs/heads/topic", "refs/heads/trunk", "refs/tags/v1"]
    client.token = "wrong"
    assert "Authentication failed" in client.git("fetch").err


def test_a_plain_server_lost_answer_and_a_cut(plain, author):
    project = plain.project({"main.tex": MAIN})
    client = author(plain, project).commit({"a.tex": "a"})
    head = project.head()
    plain.cut_request(50)
    assert client.push().code != 0 and project.head() == head
    plain.lose_answer()
    assert client.push().code != 0 and project.head() != head
    plain.before_push(lambda: project.edit({"b.tex": "b"}))
    assert client.commit({"c.tex": "c"}).push().fates["refs/heads/main"][0] == "!"


def test_a_plain_repository_by_its_path(tmp_path):
    project = Project.create(tmp_path / "paper.git", {})
    assert project.head() is None and project.history() == []
    client = Client(tmp_path / "clone", project.url, "").clone()
    assert client.commit({"main.tex": MAIN}).push("HEAD:main").code == 0
    project.edit({"main.tex": None, "paper.tex": MAIN}, branch="overleaf-2026-01-01-0000")
    assert project.branches() == ["refs/heads/main", "refs/heads/overleaf-2026-01-01-0000"]
    assert client.git("fetch").code == 0 and set(project.files()) == {"main.tex"}
    assert set(project.files(project.head("overleaf-2026-01-01-0000"))) == {"paper.tex"}


def test_nobodys_configuration_counts(tmp_path, monkeypatch):
    (tmp_path / ".gitconfig").write_text(
        "[init]\n\tdefaultBranch = odd\n[commit]\n\tgpgsign = true\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    project = Project.create(tmp_path / "paper.git")
    assert project.branches() == ["refs/heads/main"]
    assert git(project.path, "config", "--list").decode().count("gpgsign") == 0
