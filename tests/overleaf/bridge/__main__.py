"""Run the stand-in by hand: PYTHONPATH=tests/overleaf python -m bridge FOLDER [--plain] [--branch NAME] [FILE ...].

Makes one project of the files given (or a blank one), prints its URL and a token, and serves until it is interrupted.
"""

import argparse
import contextlib
import sys
import time
from pathlib import Path

from . import Bridge


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(prog="bridge", description=__doc__)
    parser.add_argument("folder", type=Path, help="where its repositories go")
    parser.add_argument("files", nargs="*", type=Path, help="files or folders of the project")
    parser.add_argument(
        "--plain", action="store_true", help="a plain git server, without Overleaf's rules"
    )
    parser.add_argument("--branch", default="main", help="the branch of HEAD")
    asked = parser.parse_args()
    with Bridge(asked.folder, rules=not asked.plain) as bridge:
        project = bridge.project(gather(asked.files) or None, branch=asked.branch)
        sys.stdout.write(f"url    {project.url}\nuser   git\ntoken  {bridge.token}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


def gather(paths: list[Path]) -> dict[str, bytes]:
    """{path in the project: bytes} of files and of all in folders."""
    found = {}
    for path in paths:
        inside = [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path]
        base = path if path.is_dir() else path.parent
        found |= {each.relative_to(base).as_posix(): each.read_bytes() for each in inside}
    return found


if __name__ == "__main__":
    main()
