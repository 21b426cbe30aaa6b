"""The git program: the only thing that speaks to a remote.

It runs without the hooks, filters, work tree and index of any repository around the project. What
it says is read in English, stripped of secrets, and led back to a few kinds of trouble.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError, PaperforgeError
from paperforge.overleaf.address import TOKEN, Address, without_user

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_QUIET = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.autocrlf=false",
    "core.quotePath=false",
    "core.symlinks=false",
    "core.protectNTFS=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "commit.gpgSign=false",
    "push.gpgSign=false",
    "push.followTags=false",
    "push.recurseSubmodules=no",
    "fetch.recurseSubmodules=no",
    "fetch.prune=false",
    "protocol.ext.allow=never",
    "transfer.credentialsInUrl=die",
    "advice.pushUpdateRejected=false",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
)
"""What the author's own git settings must not change here."""
_HELPER = f'!f() {{ test "$1" = get && echo username=git && echo "password=${TOKEN}"; }}; f'
"""Reads the token from the environment, so that no list of processes shows it."""
_AROUND = frozenset(
    f"GIT_{name}"
    for name in (
        *(
            "DIR",
            "WORK_TREE",
            "INDEX_FILE",
            "OBJECT_DIRECTORY",
            "COMMON_DIR",
            "NAMESPACE",
            "PREFIX",
        ),
        *("ALTERNATE_OBJECT_DIRECTORIES", "QUARANTINE_PATH"),
        *("TRACE", "TRACE_CURL", "TRACE_PACKET", "CURL_VERBOSE"),
    )
)
"""Variables that would lead git to another repository, or make it print what it sends."""
PASSING = (
    "rate limit exceeded",
    "rate-limit exceeded",
    "another operation is in progress",
    "request timed out",
    "unexpected server error",
    "internal error",
    "overleaf error",
    "http 429",
    "error: 429",
    "error: 5",
    "http 5",
)
"""What a remote says when the same thing may work a little later."""
MOVED = ("non-fast-forward", "fetch first", "invalid old id sent", "cannot lock ref", "stale info")
"""What a remote says when it is no longer what was fetched."""
CUT = (
    "the remote end hung up",
    "early eof",
    "unexpected disconnect",
    "connection reset",
    "connection timed out",
    "rpc failed",
    "empty reply from server",
    "transfer closed",
    "invalid response",
    "expected flush after",
    "bad line length",
    "protocol error",
    "invalid index-pack output",
    "operation too slow",
    "gnutls_handshake",
    "recv failure",
    "send-pack: unexpected",
    "git-http-push failed",
)
"""What git says when the connection broke: the push may have arrived, or not."""


class Trouble(PaperforgeError):
    """Something between here and the remote went wrong; nothing is known to have changed there."""


class Passing(Trouble):
    """The remote is busy, or limits how often it is asked: the same may work a little later."""


class Cut(Trouble):
    """The connection broke: what was sent may have arrived, or not."""


class OutOfDate(Trouble):
    """Somebody changed the remote in between."""


@dataclass(frozen=True, slots=True)
class Git:
    """Runs git on one repository, for one address. Values, no state."""

    folder: Path
    address: Address | None = None
    patience: float = 600
    """Seconds after which a command that talks to the remote is stopped."""

    def run(self, *args: str, given: bytes | None = None, index: Path | None = None) -> bytes:
        """What a local command prints. Raises Trouble where it fails."""
        done = self._start(args, given, index)
        if done.returncode:
            said = _clean(done.stderr)
            hint = "nothing was sent: is the disk full, or a name there none that git takes?"
            raise Trouble(
                f"git {args[0]} failed: {said or done.returncode}", str(self.folder), hint
            )
        return done.stdout

    def status(self, *args: str) -> tuple[int, bytes]:
        """Exit code and output of a local command whose failure means something."""
        done = self._start(args, None, None)
        return done.returncode, done.stdout

    def talk(self, *args: str) -> bytes:
        """What a command with the remote prints. Raises a Trouble that says what to do."""
        try:
            done = self._start(args, None, None)
        except subprocess.TimeoutExpired as error:
            raise Cut(f"no answer within {self.patience:.0f} s", self._place()) from error
        if done.returncode:
            said = _clean(done.stdout + b"\n" + done.stderr)
            if args[0] != "push" and self.address and self.address.bridge and _FORBIDDEN in said:
                # A reader may read: so the bridge answers where its lock is taken.
                raise Passing("it is busy, or you may not read it (403)", self._place(), _LATER)
            raise trouble(said, self._place())
        return done.stdout

    def _place(self) -> str:
        return self.address.shown if self.address else str(self.folder)

    def _start(
        self, args: Sequence[str], given: bytes | None, index: Path | None
    ) -> subprocess.CompletedProcess[bytes]:
        command = ["git", *_options(self.address), f"--git-dir={self.folder}", *args]
        return subprocess.run(  # noqa: S603  a list, no shell; the name is found on PATH
            command,
            input=given if given is not None else b"",
            capture_output=True,
            env=_environment(index),
            timeout=self.patience,
            check=False,
        )


def _options(address: Address | None) -> list[str]:
    options = list(_QUIET)
    if address is not None and address.bridge:
        options.append(f"credential.{address.scope}.username=git")
    if address is not None and address.scope and os.environ.get(TOKEN):
        # An empty helper forgets the others: an old token in a keychain must not win.
        options += [
            f"credential.{address.scope}.helper=",
            f"credential.{address.scope}.helper={_HELPER}",
        ]
    return [part for option in options for part in ("-c", option)]


def _environment(index: Path | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _AROUND}
    kept |= {"LC_ALL": "C", "LANGUAGE": "", "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0"}
    kept |= {"GIT_TRACE_REDACT": "1"}
    if not (sys.stdin and sys.stdin.isatty()) or not sys.stderr.isatty():
        kept["GIT_TERMINAL_PROMPT"] = "0"
    kept.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o ConnectTimeout=20")
    if index is not None:
        kept["GIT_INDEX_FILE"] = str(index)
    return kept


def available() -> None:
    """Raises InputError where there is no git program."""
    if shutil.which("git") is None:
        raise InputError("git is not on this machine", "sync", "install git 2.30 or later")


def _clean(said: bytes) -> str:
    """What git said, without addresses' users and without the token."""
    text = without_user(said.decode("utf-8", errors="replace"))
    token = os.environ.get(TOKEN, "")
    text = text.replace(token, "…") if token else text
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


_LATER = "wait a minute, and run paperforge sync again"
_FORBIDDEN = "error: 403"


def trouble(said: str, place: str) -> Trouble:
    """What git said -> an error with the next move, of the kind that decides what happens now."""
    low = said.lower()
    reason = _reason(said)
    if any(words in low for words in MOVED):
        return OutOfDate("somebody changed it in between", place, "run paperforge sync again")
    if any(words in low for words in PASSING):
        busy = [part for part in reason.split("; ") if any(w in part.lower() for w in PASSING)]
        return Passing((busy or [reason])[0], place, _LATER)
    if re.search(_UNKNOWN, low):
        return Trouble(_who(low), place, _NEW_TOKEN)
    for words, message, hint in _KNOWN:
        if re.search(words, low):
            return Trouble(message or reason, place, hint)
    if any(words in low for words in CUT):
        return Cut(f"the connection broke: {reason}", place, "run paperforge sync again")
    return Trouble(reason, place, "git said so; nothing was changed here")


_NEW_TOKEN = (
    f"make a token in Overleaf (Account settings, Git integration) and set {TOKEN} to it,"
    " or let git's credential helper keep it: user git, the token as password"
)
_KNOWN: tuple[tuple[str, str, str], ...] = (
    (r"token has expired", "the Overleaf token has expired", _NEW_TOKEN),
    (
        r"only supports git authentication tokens",
        "Overleaf takes a token, not the account's password",
        _NEW_TOKEN,
    ),
    (
        r"sharing link is not supported|invalid project id|project does not exist",
        "",
        "paperforge sync init with the address that Overleaf shows under Integrations, Git",
    ),
    (
        r"folder named '\.git'",
        "the project there holds a folder named .git, so git cannot reach it",
        "rename that folder on Overleaf",
    ),
    (
        r"no git access",
        "",
        "the project is gone, or its owner's plan has no git; GitHub sync is another way",
    ),
    (
        r"(?:error:|http) 403|forbidden|permission (?:to .* )?denied|not allowed to push",
        "you may read it, but not write",
        "ask its owner for the right to edit; paperforge sync pull works without",
    ),
    (
        r"error: 404|repository .* not found|does not appear to be a git repository|not found",
        "there is no such repository, or you may not see it",
        "check the address: paperforge sync init URL sets another",
    ),
    (
        r"could not resolve host|failed to connect|connection refused|network is unreachable",
        "it cannot be reached",
        "check the network; nothing was changed",
    ),
    (r"wrong branch", "", "its branch was renamed meanwhile: run paperforge sync again"),
    (
        r"forced push prohibited",
        "its history was rewritten",
        "run paperforge sync again: it merges with what is there now",
    ),
    (
        r"too many files|file too big|invalid (?:files|project|git repo)|git lfs is not",
        "",
        "nothing was changed there; put right what it names, and run paperforge sync again",
    ),
)


_UNKNOWN = r"authentication failed|could not read (?:username|password)|(?:error:|http) 401"


def _who(low: str) -> str:
    """Which token was refused, or that there was none."""
    if os.environ.get(TOKEN):
        return f"the token in {TOKEN} was refused"
    if "could not read" in low or "terminal prompts disabled" in low:
        return "it asks for a token, and none was given"
    return "the token that git's credential helper gave was refused"


def _reason(said: str) -> str:
    """The lines that matter: the rejection's reason and what the remote says about it."""
    found = re.search(r"\[remote rejected\][^\n(]*\((.*)\)$", said, re.MULTILINE) or re.search(
        r"^!\t[^\n(]*\((.*)\)$", said, re.MULTILINE
    )
    remote = [
        re.sub(r"^remote:\s*(?:(?:hint|error):\s*)*", "", line).strip()
        for line in said.splitlines()
        if line.startswith("remote:")
    ]
    fatal = [
        re.sub(r"^(fatal|error): ", "", line)
        for line in said.splitlines()
        if re.match(r"(fatal|error): ", line) and "failed to push some refs" not in line
    ]
    follows = (
        said.partition("remote error:")[2].splitlines()[1:3] if "remote error:" in said else []
    )
    parts = ([found[1]] if found else []) + [r for r in remote if r] + (fatal if not found else [])
    parts += [line for line in follows if not line.startswith(("fatal", "error"))]
    return "; ".join(dict.fromkeys(parts[:6])) or said.splitlines()[-1] if said else "git failed"
