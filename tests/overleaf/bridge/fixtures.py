"""Fixtures of pytest: the stand-in of Overleaf, and a co-author with stock git. A conftest.py imports them."""

import pytest

from .client import Client
from .core import Bridge

MAIN = "\\documentclass{article}\n\\begin{document}\nHello.\n\\end{document}\n"


@pytest.fixture
def bridge(tmp_path):
    """Overleaf's bridge, running."""
    with Bridge(tmp_path / "server") as running:
        yield running


@pytest.fixture
def plain(tmp_path):
    """A plain git server, running."""
    with Bridge(tmp_path / "plain", rules=False) as running:
        yield running


@pytest.fixture
def author(tmp_path):
    """author(bridge, project, user="git") is a stock git client with a fresh clone."""
    made = []

    def cloned(bridge, project, user="git"):
        made.append(Client(tmp_path / f"author{len(made)}", project.url, bridge.token, user))
        return made[-1].clone()

    return cloned


@pytest.fixture(name="paper")
def online_paper(bridge):
    """A small paper on Overleaf."""
    return bridge.project({"main.tex": MAIN, "refs.bib": "@misc{a}\n"})


@pytest.fixture
def bea(author, bridge, paper):
    """A co-author with a clone of it."""
    return author(bridge, paper)
