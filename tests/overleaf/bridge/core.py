"""The bridge as tests and scripts hold it."""

import secrets
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from . import hook, texts
from .faults import STEPS, Fault, Faults
from .project import Project
from .requests import Seen, secrets_of
from .rules import Limits
from .server import Server

_READS = ("list", "fetch", "list-push")


class Bridge:
    """Overleaf's git bridge on 127.0.0.1, at a free port, over bare repositories in `folder`. A context manager.

    rules: false for a plain git server: any user name, any branch, forced pushes, projects with names of their own.
    limits: what is checked in a push; projects can be given their own.
    names_passwords: a user name other than `git` is answered by a 403 with a text instead of the 401 (the bridge knows
    both settings).

    Attributes: `url` ("http://127.0.0.1:PORT", no credentials), `token` (a good one), `tokens` ({token: "good", "expired",
    "limited", "broken"}; an unlisted one is unknown; change them as you like), `log` (list of Seen, one a request, oldest first), `projects` ({id:
    Project}).

    Faults: each method below adds one that waits for its request, and returns the Fault (`left`, `happened`). They hit
    requests with good credentials only (the first request of every git command has none). Several can wait at once.
    `steps` are of "list", "fetch", "list-push", "push". On a plain server only `fail`, `cut_request`, `cut_response`,
    `delay`, `lose_answer`, `before` and `before_push` have an effect.
    """

    def __init__(
        self,
        folder,
        *,
        rules: bool = True,
        limits: Limits | None = None,
        names_passwords: bool = False,
    ):
        self.folder = Path(folder)
        self.rules, self.limits, self.names_passwords = rules, limits or Limits(), names_passwords
        self.token = "olp_" + secrets.token_hex(16)
        self.tokens = {self.token: "good"}
        self.projects: dict[str, Project] = {}
        self.log: list[Seen] = []
        self.faults = Faults()
        self.errors: list[BaseException] = []
        self.closing = threading.Event()
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._server = Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="bridge"
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Answer what is under way, and stop. The repositories stay. Safe to call twice.

        Raises the first exception of a callback or of the stand-in itself, which no client has seen as such.
        """
        self.closing.set()
        if self._server:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None
        if self.errors:
            raise self.errors.pop(0)

    @property
    def url(self) -> str:
        """The server's address, without a slash at its end."""
        assert self._server, "the bridge is not running: use it in a with statement"
        return f"http://127.0.0.1:{self._server.server_port}"

    def project(self, files=None, *, branch="main", name=None, limits=None) -> Project:
        """A new project with these files ({path: text or bytes}; None: a blank main.tex) and this branch as its HEAD.

        name: the id (24 hex digits; drawn when None), or the name of a plain repository ("owner/paper").
        """
        name = name or secrets.token_hex(12)
        path = self.folder / f"{name}.git"
        made = Project.create(
            path, files, branch=branch, overleaf=self.rules, limits=limits or self.limits
        )
        made.id = name
        made.url = f"{self.url}/{name}" + ("" if self.rules else ".git")
        if self.rules:
            self._hook(path)
        self.projects[name] = made
        return made

    def _hook(self, path: Path) -> None:
        with (path / "config").open("a", encoding="utf-8") as stream:
            stream.write("[receive]\n\tprocReceiveRefs = refs\n")
        program = path / "hooks" / "proc-receive"
        program.parent.mkdir(exist_ok=True)
        program.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" -I -S "{Path(hook.__file__).resolve()}"\n',
            encoding="utf-8",
        )
        program.chmod(0o755)

    def leaks(self) -> list[Seen]:
        """The requests during which a token stood in the URL, a header but Authorization, or any process's arguments."""
        return [seen for seen in self.log if seen.leak]

    def written(self, folder) -> list[Path]:
        """The files under a folder that hold a token, as it is or as Basic credentials of the user git."""
        wanted = secrets_of(self.tokens)
        files = (path for path in sorted(Path(folder).rglob("*")) if path.is_file())
        return [path for path in files if any(each in path.read_bytes() for each in wanted)]

    def steps(self) -> list[str]:
        """The steps of the requests with credentials so far, oldest first."""
        return [seen.step for seen in self.log if seen.user]

    def busy(self, times: int = 1, steps=("push",)) -> Fault:
        """The project's lock is taken. A push shows the text; a "list" is a 403 whose text git does not show."""
        return self.faults.add(Fault("busy", tuple(steps), times))

    def limit_token(self, times: int = 1, steps=STEPS) -> Fault:
        """429 "Rate limit exceeded. ..." from the check of the token."""
        return self.faults.add(Fault("token limit", tuple(steps), times))

    def limit_project(self, times: int = 1, steps=_READS) -> Fault:
        """ "Rate-limit exceeded. ..." (with a hyphen) from the web app, as "fatal: remote error: no git access"."""
        return self.faults.add(Fault("project limit", tuple(steps), times))

    def fail(self, status: int = 503, times: int = 1, steps=STEPS) -> Fault:
        """An HTTP status in place of an answer."""
        return self.faults.add(Fault("status", tuple(steps), times, status=status))

    def time_out(self, times: int = 1, *, landed: bool = False) -> Fault:
        """ "Request timed out (after 360 seconds)", at once. landed: the files did arrive: a commit of the server's holds them."""
        reason = "Request timed out (after 360 seconds)"
        return self.faults.add(Fault("refuse", ("push",), times, reason=reason, landed=landed))

    def refuse(self, reason: str = "Overleaf error", hints=None, times: int = 1) -> Fault:
        """A push that passes all checks is refused by the web app: "Overleaf error", "internal error", or a text of yours."""
        hints = texts.HINTS.get(reason, ()) if hints is None else tuple(hints)
        return self.faults.add(Fault("refuse", ("push",), times, reason=reason, hints=hints))

    def before_judging(self, call: Callable[[], object], times: int = 1) -> Fault:
        """Run `call` when the push has come in and before the web app sees it; an online edit in it makes the push out of date.

        git shows the usual "[rejected] (non-fast-forward)".
        """
        return self.faults.add(Fault("judging", ("push",), times, call=call))

    def before(self, call: Callable[[], object], step: str, times: int = 1) -> Fault:
        """Run `call` when a request of this step has come in, before it is answered (before the repository is looked at)."""
        return self.faults.add(Fault("before", (step,), times, call=call))

    def before_push(self, call: Callable[[], object], times: int = 1) -> Fault:
        """Run `call` between the two requests of a push: after the client has read the branch, before its objects come.

        The bridge syncs at each request, so that an online edit in it is answered by "[remote rejected] (invalid old id sent)".
        """
        return self.before(call, "push", times)

    def delay(self, seconds: float, steps=STEPS, times: int = 1) -> Fault:
        """Answer late: a server that hangs, for a client that should not wait for ever. `close` ends the waiting."""
        return self.faults.add(Fault("delay", tuple(steps), times, seconds=seconds))

    def cut_request(self, after: int, steps=("push",), times: int = 1) -> Fault:
        """Cut the connection after so many bytes of the request's body; nothing of it takes effect.

        A body of fewer bytes goes through (`fault.cut` stays 0); one of just as many is cut off too.
        """
        return self.faults.add(Fault("cut request", tuple(steps), times, after=after))

    def cut_response(self, after: int, steps=("fetch",), times: int = 1) -> Fault:
        """Do what was asked, then cut the connection after so many bytes of the answer, its HTTP head included."""
        return self.faults.add(Fault("cut response", tuple(steps), times, after=after))

    def lose_answer(self, times: int = 1) -> Fault:
        """The push is judged and, when it is fine, accepted; the client hears nothing of it."""
        return self.cut_response(0, ("push",), times)
