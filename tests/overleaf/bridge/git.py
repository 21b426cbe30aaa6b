"""The git program, deaf to this machine's and this user's configuration."""

import os
import subprocess
from pathlib import Path

ZERO = "0" * 40

_KEPT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


def environment(**more) -> dict[str, str]:
    """The environment for git, on either side: nobody's settings, no questions, English texts."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
        **more,
    }


def git(folder: Path, *arguments, data: bytes | None = None, check: bool = True, **more) -> bytes:
    """What `git ARGUMENTS` in the folder wrote to its standard output.

    Raises RuntimeError with git's own words where it fails and `check` is true; else a failure gives b"".
    """
    done = subprocess.run(
        ["git", *map(os.fspath, arguments)],
        cwd=folder,
        input=data,
        stdin=subprocess.DEVNULL if data is None else None,
        capture_output=True,
        env=environment(**more),
        check=False,
    )
    if done.returncode and check:
        words = done.stderr.decode("utf-8", "replace")
        raise RuntimeError(f"git {' '.join(map(str, arguments))}: {words}")
    return b"" if done.returncode else done.stdout


def packet(text: str | bytes) -> bytes:
    """One pkt-line: four hexadecimal digits of its whole length, then the text."""
    raw = text.encode() if isinstance(text, str) else text
    return b"%04x" % (len(raw) + 4) + raw
