"""The README is run: its commands in their order, and what it shows is what they print."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.tex


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_the_tour_runs_and_prints_what_it_shows(tmp_path):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment.pop("COLUMNS", None)  # as in a pipe, whatever terminal runs the tests
    said = []
    for block in blocks("sh"):
        done = subprocess.run(
            ["bash", "-euc", block],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, block + done.stdout + done.stderr
        said.append(done.stdout)
    shown = blocks("text")
    assert shown
    for text in shown:
        assert text.strip() in "\n".join(said)
    assert (tmp_path / "intervals.pdf").read_bytes().startswith(b"%PDF")
    assert len(list(tmp_path.glob("mypaper/build/*/paper.pdf"))) == 2


def test_every_file_that_a_document_names_is_there():
    for document in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), f"{document} links to {target}"


def test_every_command_is_in_the_documents_and_has_examples():
    from paperforge import cli

    for name, command in cli.cli.commands.items():
        assert f"paperforge {name}" in README, name
        assert name in {"doctor", "schema"} or "paperforge" in (command.epilog or ""), name
