"""A co-author who uses stock git: what the tests compare with, and what they do beside the sync."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .git import environment

_HELPER = '!f() { test "$1" = get && echo "username=$GIT_USER" && echo "password=$GIT_TOKEN"; }; f'


@dataclass(frozen=True)
class Ran:
    """What one git command left behind: exit status and words. `remote`: the lines after "remote:"."""

    code: int
    out: str
    err: str

    @property
    def remote(self) -> list[str]:
        """The server's lines, without "remote: " and the blanks that git fills them with."""
        lines = [line for line in self.err.splitlines() if line.startswith("remote:")]
        return [line.removeprefix("remote:").strip() for line in lines]

    @property
    def fates(self) -> dict[str, tuple[str, str]]:
        """Of a push: {reference on the server: (flag, summary)}, from the lines of --porcelain.

        The flag is " " for a fast-forward, "*" new, "+" forced, "-" deleted, "=" up to date, "!" rejected.
        """
        found = {}
        for line in self.out.splitlines():
            if line.count("\t") == 2:
                flag, names, summary = line.split("\t")
                found[names.rpartition(":")[2]] = (flag, summary)
        return found


class Client:
    """Stock git in the folder `at` (a clone of `url` once `clone` was called); credentials come from a helper.

    user, token: what the helper answers; both can be set anew.
    """

    def __init__(self, at: Path, url: str, token: str, user: str = "git"):
        self.at, self.url, self.token, self.user = at, url, token, user

    def git(self, *arguments, **more) -> Ran:
        """Run git in the clone; `more` are variables of its environment."""
        self.at.mkdir(parents=True, exist_ok=True)
        settings = {
            "credential.helper": _HELPER,
            "user.name": "Bea Local",
            "user.email": "bea@example.org",
            "protocol.file.allow": "always",
        }
        named = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        done = subprocess.run(
            ["git", *named, *map(str, arguments)],
            cwd=self.at,
            env=environment(GIT_USER=self.user, GIT_TOKEN=self.token, **more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return Ran(
            done.returncode,
            done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"),
        )

    def clone(self) -> "Client":
        """Clone; the client itself. Raises AssertionError with git's words where it fails."""
        done = self.git("clone", "--quiet", self.url, ".")
        assert done.code == 0, done.err
        return self

    def commit(self, files: dict, message: str = "Local work") -> "Client":
        """Write files ({path: text, bytes, or None for a deletion}) and commit all that is there; the client itself."""
        for path, content in files.items():
            target = self.at / path
            if content is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        for step in (("add", "--all"), ("commit", "--quiet", "--allow-empty", "-m", message)):
            done = self.git(*step)
            assert done.code == 0, done.err
        return self

    def push(self, *arguments, **more) -> Ran:
        """`git push --porcelain origin` and the arguments (none: the branch that was cloned)."""
        return self.git("push", "--porcelain", "origin", *arguments, **more)

    def pull(self) -> Ran:
        """Fetch and merge the branch that was cloned."""
        return self.git("pull", "--no-rebase", "--no-edit", "--quiet")
