"""A project here, a repository there, and a sync between them that waits for nothing."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from bridge.fixtures import author, bea, bridge, online_paper, plain  # noqa: F401  fixtures
from remote import Remote

from paperforge import template
from paperforge.overleaf import address
from paperforge.overleaf import sync as stage
from paperforge.overleaf import undo as undoing
from paperforge.overleaf.values import Paper, Ways


@pytest.fixture(autouse=True)
def git_of_its_own(monkeypatch, tmp_path):
    """No test reads the settings, keychain or token of whoever runs it."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    monkeypatch.delenv("PAPERFORGE_GIT_TOKEN", raising=False)


@dataclass
class World:
    """Both sides of one paper. `ours` is what a build generated."""

    root: Path
    remote: Remote
    ours: dict[str, bytes] = field(default_factory=lambda: {"generated/t.tex": b"1 & 2\n3 & 4\n"})
    waits: list[float] = field(default_factory=list)

    @property
    def address(self):
        return address.parse(str(self.remote.folder))

    def paper(self):
        files, _ = template.author_files(self.root)
        shared = {path: file.data for path, file in files.items()}
        rc = self.root / "latexmkrc"
        if rc.is_file():
            shared["latexmkrc"] = rc.read_bytes()
        origins = dict.fromkeys(self.ours, "[[tables]] t of paper.toml")
        return Paper(self.root, "", "paper-draft", shared, dict(self.ours), origins)

    def ways(self, **given):
        return Ways(pause=self.waits.append, **given)

    def init(self):
        return stage.connect(self.root, self.address, self.ways())

    def sync(self, **given):
        stage.unfinished(self.root, self.address, self.ways())
        return stage.sync(self.paper(), self.address, self.ways(**given))

    def look(self):
        return stage.look(self.paper(), self.address, self.ways())

    def undo(self):
        return undoing.undo(self.root, self.address, self.ways())

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def read(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    def equal(self):
        """Whether both sides hold the same, but for what is not carried."""
        paper = self.paper()
        return {**paper.shared, **paper.ours} == self.remote.files()


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
