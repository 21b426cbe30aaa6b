"""A project here, a repository there, and a sync between them that waits for nothing."""

import pytest
from bridge.fixtures import author, bea, bridge, online_paper, plain  # noqa: F401  fixtures
from remote import Remote
from world import World


@pytest.fixture(autouse=True)
def git_of_its_own(monkeypatch, tmp_path):
    """No test reads the settings, keychain or token of whoever runs it."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    monkeypatch.delenv("PAPERFORGE_GIT_TOKEN", raising=False)


@pytest.fixture
def world(tmp_path):
    root = tmp_path / "paper"
    root.mkdir()
    return World(root, Remote(tmp_path / "remote.git"))


@pytest.fixture
def synced(world):
    """A paper of two sections and a picture, synced once."""
    world.write(
        "main.tex", "\\documentclass{article}\n\\begin{document}\n\\input{a}\n\\end{document}\n"
    )
    world.write("sections/a.tex", "".join(f"line {n}\n" for n in range(12)))
    world.write("sections/b.tex", "".join(f"other {n}\n" for n in range(12)))
    world.write("fig.png", b"\x89PNG\0one")
    world.init()
    world.sync()
    assert world.equal()
    return world
