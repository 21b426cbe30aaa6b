"""What git says, led back to a few kinds of trouble; and what git is given."""

import os
from pathlib import Path

import pytest

from paperforge.overleaf import git as room
from paperforge.overleaf.address import TOKEN, parse
from paperforge.overleaf.git import Cut, Git, OutOfDate, Passing, Trouble, trouble


@pytest.mark.parametrize(
    ("said", "kind", "says", "hint"),
    [
        ("! [rejected] main -> main (non-fast-forward)", OutOfDate, "in between", "again"),
        ("! [rejected] main -> main (fetch first)", OutOfDate, "in between", "again"),
        (
            "remote: Another operation is in progress. Please try again later.",
            Passing,
            "in progress",
            "minute",
        ),
        (
            "fatal: unable to access: The requested URL returned error: 502",
            Passing,
            "502",
            "minute",
        ),
        ("remote: Request timed out (after 360 seconds)", Passing, "timed out", "minute"),
        ("fatal: the remote end hung up unexpectedly", Cut, "connection broke", "again"),
        (
            "error: RPC failed; curl 18 transfer closed with outstanding read data",
            Cut,
            "broke",
            "again",
        ),
        (
            "remote: Your Overleaf Git authentication token has expired.",
            Trouble,
            "expired",
            "token",
        ),
        ("fatal: Authentication failed for 'https://host/'", Trouble, "token", "token"),
        (
            "fatal: could not read Username for 'https://host': terminal prompts disabled",
            Trouble,
            "token",
            "token",
        ),
        (
            "fatal: unable to access: The requested URL returned error: 403",
            Trouble,
            "not write",
            "right to edit",
        ),
        (
            "remote: Git access via link sharing link is not supported.",
            Trouble,
            "link sharing",
            "Integrations",
        ),
        (
            "fatal: remote error: no git access\nThe project is missing.",
            Trouble,
            "no git access",
            "GitHub sync",
        ),
        (
            "fatal: Could not resolve host: git.overleaf.com",
            Trouble,
            "cannot be reached",
            "network",
        ),
        (
            "! [remote rejected] x -> main (wrong branch)\nremote: hint: Please use the main branch.",
            Trouble,
            "wrong branch",
            "renamed",
        ),
        ("! [remote rejected] x -> main (too many files)", Trouble, "too many files", "put right"),
        ("fatal: something nobody has seen", Trouble, "nobody has seen", "git said so"),
    ],
)
def test_each_message_is_one_kind_with_a_next_move(said, kind, says, hint):
    found = trouble(said, "place")
    assert type(found) is kind
    assert says in found.message
    assert hint in found.hint


def test_a_token_is_in_no_argument_and_no_message(monkeypatch, tmp_path):
    monkeypatch.setenv(TOKEN, "olp_secret")
    seen = []

    def start(command, **given):
        seen.append(command)
        assert given["env"][TOKEN] == "olp_secret"
        import subprocess

        return subprocess.CompletedProcess(
            command, 1, b"", b"fatal: bad olp_secret at https://git:olp_secret@host/"
        )

    monkeypatch.setattr(room.subprocess, "run", start)
    address = parse("https://git.overleaf.com/0123456789abcdef01234567")
    with pytest.raises(Trouble) as caught:
        Git(tmp_path, address).talk("ls-remote", address.url)
    assert "olp_secret" not in " ".join(seen[0])
    assert "olp_secret" not in f"{caught.value} {caught.value.hint}"
    assert any(
        part.startswith("credential.https://git.overleaf.com.helper=!f()") for part in seen[0]
    )


def test_without_a_token_gits_own_helpers_are_asked(tmp_path):
    address = parse("https://git.overleaf.com/0123456789abcdef01234567")
    assert not any(
        "credential" in option for option in room._options(address) if "helper" in option
    )


def test_a_token_is_given_to_the_papers_host_only(monkeypatch):
    monkeypatch.setenv(TOKEN, "olp_secret")
    options = room._options(parse("https://git.overleaf.com/0123456789abcdef01234567"))
    helpers = [option for option in options if "helper=" in option]
    assert helpers
    assert all(
        option.startswith("credential.https://git.overleaf.com.helper=") for option in helpers
    )
    assert not any("helper=" in option for option in room._options(parse("/srv/paper.git")))


def test_the_repository_of_a_hook_around_it_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_DIR", "/elsewhere/.git")
    monkeypatch.setenv("GIT_INDEX_FILE", "/elsewhere/index")
    monkeypatch.setenv("GIT_TRACE_CURL", "1")
    made = tmp_path / "x.git"
    Git(made).run("init", "--quiet", "--bare")
    assert (made / "HEAD").exists()
    assert not Path("/elsewhere").exists()
    assert "GIT_TRACE_CURL" not in room._environment(None)


def test_a_missing_git_is_said(monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    from paperforge.errors import InputError

    with pytest.raises(InputError, match="git is not on this machine"):
        room.available()
