"""Where a paper lives online: what people paste -> the address that git takes.

An address never holds a password here: it would end up in files, logs and the list of processes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from paperforge.errors import InputError

OVERLEAF = "git.overleaf.com"
TOKEN = "PAPERFORGE_GIT_TOKEN"  # noqa: S105  the name of a variable
"""The environment variable with the token, where git's own credential helper has none."""
_PROJECT = re.compile(r"[0-9a-f]{24}")
_SHARED = re.compile(r"[0-9]+[bcdfghjklmnpqrstvwxyz]{6,12}")
"""Overleaf's edit links; view links are words of these consonants alone (read/…)."""


@dataclass(frozen=True, slots=True)
class Address:
    """A git remote. `url` may name a user, never a password."""

    url: str
    bridge: bool
    """Whether it is Overleaf's git bridge, with its limits, or a plain git remote."""

    @property
    def shown(self) -> str:
        """The address for people: without a user's name."""
        return without_user(self.url)

    @property
    def scope(self) -> str:
        """scheme://host:port of an HTTP address, which a token is given to; else nothing."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{_host(self.url)}" if parts.scheme in ("http", "https") else ""


def parse(text: str) -> Address:
    """The address that a person pasted: a git URL, a project's page, or `git clone …` whole.

    Raises InputError for one that holds a password, a share link, or nothing that git takes.
    """
    given = text.strip().removeprefix("git clone ").strip().strip("'\"").rstrip("/")
    if not given or given.startswith("-") or any(c.isspace() or ord(c) < 32 for c in given):  # noqa: PLR2004
        raise InputError("is not an address of a git remote", without_user(given) or "URL", _HELP)
    if "::" in given.split("/")[0]:
        raise InputError("names a helper program, which is not run", given.split("::")[0], _HELP)
    parts = urlsplit(given)
    if parts.scheme in ("http", "https"):
        return _web(given)
    if parts.scheme in ("ssh", "git+ssh"):
        if parts.password:
            raise _holds_password(given)
        return Address(given, bridge=False)
    if parts.scheme in ("", "file") or re.match(r"[\w.-]+@[\w.-]+:", given):
        return Address(given, bridge=False)
    if "@" not in given.split("/")[0] and re.match(r"[\w.-]{2,}:(?!//)", given):
        return Address(given, bridge=False)  # a host of ssh's own configuration
    raise InputError(f"git addresses do not begin with {parts.scheme}:", without_user(given), _HELP)


_HELP = (
    "Overleaf shows it under Integrations, Git: https://git.overleaf.com/ and 24 digits and letters"
)


def _web(given: str) -> Address:
    parts = urlsplit(given)
    if parts.password is not None:
        raise _holds_password(given)
    if parts.query or parts.fragment:
        given = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    path = parts.path.strip("/").removesuffix(".git")
    host = _host(given)
    if host in ("overleaf.com", "www.overleaf.com"):
        project = path.removeprefix("project/").split("/")[0]
        if not _PROJECT.fullmatch(project):
            raise _share_link(given)
        return Address(f"https://{OVERLEAF}/{project}", bridge=True)
    if _SHARED.fullmatch(path) or path.startswith("read/"):
        raise _share_link(given)
    if path.startswith("project/") and _PROJECT.fullmatch(path.removeprefix("project/")):
        path = path.removeprefix("project/")
        given = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
    bridge = bool(_PROJECT.fullmatch(path))
    if host == OVERLEAF and not bridge:
        raise InputError("is no Overleaf project", without_user(given), _HELP)
    if bridge:  # whose user is always git: `git` says so, since a name here costs a refusal more
        given = f"{parts.scheme}://{_host(given)}/{path}"
    return Address(given, bridge=bridge)


def _holds_password(given: str) -> InputError:
    return InputError(
        "the address holds a password or token, and nothing of it was kept",
        without_user(given),
        f"leave it out: set {TOKEN} to the token, or let git's credential helper keep it",
    )


def _share_link(given: str) -> InputError:
    return InputError("is a share link, which git cannot use", without_user(given), _HELP)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def without_user(text: str) -> str:
    """The text with nothing between // and @ in any address of it."""
    return re.sub(r"(\w+://)[^/\s@]*(?:@[^/\s@]*)*@", r"\1", text)
