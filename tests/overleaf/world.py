"""Both sides of a paper, and a sync between them that waits for nothing."""

from dataclasses import dataclass, field
from pathlib import Path

from bridge import Project
from remote import Remote

from paperforge import template
from paperforge.overleaf import address
from paperforge.overleaf import sync as stage
from paperforge.overleaf import undo as undoing
from paperforge.overleaf.values import Paper, Ways


@dataclass
class World:
    """Both sides of one paper. `ours` is what a build generated."""

    root: Path
    remote: Remote | Project
    ours: dict[str, bytes] = field(default_factory=lambda: {"generated/t.tex": b"1 & 2\n3 & 4\n"})
    waits: list[float] = field(default_factory=list)

    @property
    def address(self):
        return address.parse(getattr(self.remote, "url", "") or str(self.remote.folder))

    def paper(self):
        files, _ = template.author_files(self.root)
        shared = {path: file.data for path, file in files.items()}
        rc = self.root / "latexmkrc"
        if rc.is_file():
            shared["latexmkrc"] = rc.read_bytes()
        origins = dict.fromkeys(self.ours, "[[tables]] t of paper.toml")
        return Paper(self.root, "", "paper-draft", shared, dict(self.ours), origins)

    def ways(self, **given):
        return Ways(pause=self.waits.append, **{"delete": True, **given})

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
