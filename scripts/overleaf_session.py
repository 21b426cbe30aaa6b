"""Writes docs/overleaf-session.md: a session with the stand-in of Overleaf that the tests use, as it happened.

Commands run, edits online are made by the stand-in, and what is printed is what was printed: only the stand-in's address,
the token and the folder are shown as a user would see them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "overleaf"))

from bridge import Bridge, Project  # noqa: E402  found beside the tests

SAMPLE = ROOT / "sample_paper" / "adaptation"
LAST_SEED = "9"
BLANK = (
    "\\documentclass{article}\n\\usepackage{graphicx} % Required for inserting images\n\n\\title{A paper}\n"
    "\\begin{document}\n\n\\maketitle\n\n\\section{Introduction}\n\n\\end{document}\n"
)
HEAD = """# A session with Overleaf

Recorded by `make session` against the stand-in of Overleaf's git bridge that the tests use; its address is shown as
Overleaf's own. Lines with `$` were typed here, beside `sample_paper/adaptation`'s paper.toml; what happened online was done
through the stand-in. [overleaf.md](overleaf.md) says what it all means.
"""


class Session:
    """Runs commands in the paper's folder and writes down what they print."""

    def __init__(self, folder: Path, bridge: Bridge, project: Project) -> None:
        self.folder, self.bridge, self.project = folder, bridge, project
        self.lines = [HEAD]

    def say(self, text: str) -> None:
        """A paragraph between the commands."""
        self.lines.append(f"\n{text}\n")

    def run(self, *commands: str) -> None:
        """Run commands as a user types them; their output becomes a block."""
        self.lines.append("\n```console\n")
        for command in commands:
            words = [sys.executable, "-m", *command.split()]
            began = time.monotonic()
            done = subprocess.run(
                words,
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=self._environment(),
                check=False,
            )
            seconds = time.monotonic() - began
            ended = f"exit code {done.returncode}, " if done.returncode else ""
            said = self._shown(done.stdout)
            if command.startswith("paperforge build"):
                said = "…\n" + said.splitlines(keepends=True)[-1]
            self.lines.append(f"$ {self._shown(command)}\n{said}# {ended}{seconds:.1f} s\n")
        self.lines.append("```\n")

    def show(self, path: str, *between: str) -> None:
        """Lines of a file here, from one that holds the first text to one that holds the second."""
        text = (self.folder / path).read_text(encoding="utf-8").splitlines()
        start = next(n for n, line in enumerate(text) if between[0] in line)
        end = next(n for n, line in enumerate(text) if n >= start and between[1] in line)
        self.lines.append("\n```latex\n" + "\n".join(text[start : end + 1]) + "\n```\n")

    def _environment(self) -> dict[str, str]:
        ours = {"PAPERFORGE_GIT_TOKEN": self.bridge.token, "GIT_TERMINAL_PROMPT": "0"}
        return {**os.environ, **ours, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def _shown(self, text: str) -> str:
        text = text.replace(self.project.url, f"https://git.overleaf.com/{self.project.id}")
        return text.replace(str(self.folder), ".").replace(self.bridge.token, "olp_…")


def record(folder: Path, bridge: Bridge) -> str:
    """The whole session as Markdown."""
    shutil.copytree(
        SAMPLE, folder, ignore=shutil.ignore_patterns("build", "__pycache__", ".paperforge")
    )
    results = folder / "results" / "runs.csv"
    every = results.read_text(encoding="utf-8")
    place = every.splitlines()[0].split(",").index("seed")
    rows = every.splitlines(keepends=True)
    results.write_text(
        "".join(r for r in rows if r.split(",")[place] != LAST_SEED), encoding="utf-8"
    )
    project = bridge.project({"main.tex": BLANK}, name="5f0c2b1d9e8a7766554433aa")
    session = Session(folder, bridge, project)
    session.say("## From a blank project to a synced paper")
    session.run(
        "paperforge build",
        f"paperforge sync init {project.url}",
        "paperforge sync",
        "paperforge sync check",
    )
    _compiled(session, project)
    session.say("## Both sides write")
    session.say(
        "Online, a co-author edits the introduction and adds a section file, and somebody corrects a number of a generated"
        " table by hand. Here the related work gets a sentence, and the runs of one more seed are done."
    )
    introduction = project.read("sections/introduction.tex")
    project.write(
        "sections/introduction.tex", introduction + "\nA sentence that a co-author wrote online.\n"
    )
    project.write(
        "sections/appendix-prompts.tex", "\\section{Prompts}\nThe prompts, collected online.\n"
    )
    table = project.read("generated/tables/main.tex")
    number = re.search(r"(?<=& )\d+\.\d", table)
    assert number is not None
    wrong = table[: number.start()] + "99.9" + table[number.end() :]
    project.write("generated/tables/main.tex", wrong)
    related = folder / "sections" / "related-work.tex"
    related.write_text(
        related.read_text(encoding="utf-8") + "\nA sentence written here.\n", encoding="utf-8"
    )
    results.write_text(every, encoding="utf-8")
    session.run(
        "paperforge sync --dry-run", "paperforge sync", "paperforge build", "paperforge sync"
    )
    _compiled(session, project)
    session.say("## The same line on both sides")
    first = introduction.splitlines()[0]
    project.write(
        "sections/introduction.tex",
        project.read("sections/introduction.tex").replace(first, first + " Online.", 1),
    )
    here = folder / "sections" / "introduction.tex"
    here.write_text(
        here.read_text(encoding="utf-8").replace(first, first + " Here.", 1), encoding="utf-8"
    )
    session.run("paperforge sync")
    session.show("sections/introduction.tex", "<<<<<<<", ">>>>>>>")
    session.run("paperforge sync --keep-remote sections/introduction.tex", "paperforge sync")
    session.say("## Undone")
    session.say("Online, somebody deletes a section.")
    project.delete("sections/ethics.tex")
    session.run(
        "paperforge sync",
        "paperforge sync --undo",
        "paperforge sync --keep-local sections/ethics.tex",
    )
    return "".join(session.lines)


def _compiled(session: Session, project: Project) -> None:
    made = project.compile()
    assert made.pdf is not None, made.log[-2000:]
    pages = re.search(r"Output written on .*\((\d+) pages?", made.log.replace("\n", ""))
    assert pages is not None
    session.say(
        f"Compiled online with Overleaf's command: {pages[1]} pages in {made.seconds:.1f} s."
    )


def main() -> None:
    """Record, and write the page."""
    with tempfile.TemporaryDirectory() as name, Bridge(Path(name) / "server") as bridge:
        text = record(Path(name) / "paper", bridge)
    (ROOT / "docs" / "overleaf-session.md").write_text(text, encoding="utf-8")
    print("wrote docs/overleaf-session.md")


if __name__ == "__main__":
    main()
