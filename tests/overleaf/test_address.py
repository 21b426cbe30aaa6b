"""What people paste becomes an address without secrets, or a sentence that says what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.overleaf.address import parse, without_user

ID = "0123456789abcdef01234567"


@pytest.mark.parametrize(
    "text",
    [
        f"https://git.overleaf.com/{ID}",
        f"https://git@git.overleaf.com/{ID}",
        f"https://git@git.overleaf.com/{ID}.git",
        f"git clone https://git@git.overleaf.com/{ID}",
        f" 'https://git.overleaf.com/{ID}/' ",
        f"https://www.overleaf.com/project/{ID}",
        f"https://www.overleaf.com/project/{ID}/",
        f"https://git.overleaf.com/project/{ID}",
    ],
)
def test_every_way_to_name_an_overleaf_project_is_one_address(text):
    known = parse(text)
    assert known.url == f"https://git.overleaf.com/{ID}"
    assert known.bridge
    assert known.shown == f"https://git.overleaf.com/{ID}"
    assert known.scope == "https://git.overleaf.com"


def test_a_bridge_of_ones_own_is_recognised():
    known = parse(f"http://latex.lab.example:8000/{ID}")
    assert known.bridge
    assert known.scope == "http://latex.lab.example:8000"


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/lab/paper.git",
        "git@github.com:lab/paper.git",
        "ssh://git@gitlab.com/lab/paper.git",
        "work:paper.git",
        "/srv/git/paper.git",
        "../paper.git",
        "file:///srv/git/paper.git",
    ],
)
def test_plain_git_remotes_are_taken_as_they_are(text):
    known = parse(text)
    assert known.url == text
    assert not known.bridge


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("https://git:olp_secret@git.overleaf.com/" + ID, "holds a password"),
        ("ssh://u:olp_secret@host/x", "holds a password"),
        ("https://www.overleaf.com/1234567bcdfghjkl", "share link"),
        ("https://git.overleaf.com/1234567bcdfghjkl", "share link"),
        ("https://www.overleaf.com/read/bcdfghjklmnp", "share link"),
        ("https://git.overleaf.com/short", "no Overleaf project"),
        ("ext::sh -c 'id'", "not an address"),
        ("ext::sh", "helper program"),
        ("--upload-pack=touch", "not an address"),
        ("ftp://host/x", "do not begin with ftp"),
        ("", "not an address"),
        ("a b", "not an address"),
        ("x\ny", "not an address"),
    ],
)
def test_what_cannot_be_used_is_said_without_its_secret(text, says):
    with pytest.raises(InputError, match=says) as caught:
        parse(text)
    assert "olp_secret" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_an_error_of_ours(text):
    try:
        known = parse(text)
    except InputError:
        return
    assert not known.url.startswith("-")
    assert "\n" not in known.url


@given(st.from_regex(r"[a-z]{1,8}:[a-zA-Z0-9_%@]{1,20}", fullmatch=True))
def test_no_user_or_password_stays_in_a_text(secret):
    assert (
        without_user(f"cannot read https://{secret}@host/x now") == "cannot read https://host/x now"
    )
