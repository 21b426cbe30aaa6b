"""Edits, deletions and renames on both sides, syncs killed anywhere: no author's line is ever lost.

Every line that an author writes is a word of its own, so that it can be told where each one is.
"""

import os
import random

import pytest

from paperforge.errors import InputError
from paperforge.overleaf import folder as folder_room
from paperforge.overleaf import git as git_room
from paperforge.overleaf import state as state_room
from paperforge.overleaf.state import Room
from paperforge.overleaf.threeway import MARKS

STEPS = 10_000 if os.environ.get("PAPERFORGE_SOAK") else 300
NAMES = [f"s{n}.tex" for n in range(5)]


class Killed(BaseException):
    """What a kill looks like from inside: nothing catches it."""


class Kill:
    """Raises at the n-th thing that a sync does to a disk or a remote, before or after it is done."""

    def __init__(self, monkeypatch):
        self.left = None
        self.after = False
        for where, name in (
            (git_room.Git, "_start"),
            (folder_room.Folder, "write"),
            (folder_room.Folder, "delete"),
            (state_room, "_put"),
        ):
            monkeypatch.setattr(where, name, self._guarded(getattr(where, name)))

    def _guarded(self, act):
        def guarded(*args, **given):
            now = False
            if self.left is not None:
                self.left -= 1
                now = self.left < 0
                if now:
                    self.left = None
            if now and not self.after:
                raise Killed
            result = act(*args, **given)
            if now:
                raise Killed
            return result

        return guarded


class Authors:
    """Two people who edit; they know which lines must still be there."""

    def __init__(self, world, seed):
        self.world, self.random, self.count = world, random.Random(seed), 0
        self.alive: set[str] = set()
        self.dead: set[str] = set()
        self.copied: set[str] = set()

    def here(self):
        paper = self.world.paper()
        return {p: d for p, d in paper.shared.items() if p.startswith("s")}

    def there(self):
        return {p: d for p, d in self.world.remote.files().items() if p.startswith("s")}

    def word(self, side):
        self.count += 1
        self.alive.add(f"{side}{self.count}")
        return f"{side}{self.count}"

    def drop(self, data):
        gone = {w for w in data.decode().split() if w in self.alive}
        self.alive -= gone
        self.dead |= gone - self.copied

    def edit(self, side):
        files = self.here() if side == "here" else self.there()
        changes = self._changes(files, side)
        if side == "there":
            if changes:
                self.world.remote.edit(changes)
            return
        for path, data in changes.items():
            if data is None:
                (self.world.root / path).unlink()
            else:
                self.world.write(path, data)

    def _changes(self, files, side):
        kind = self.random.choices(
            ["line", "cut", "change", "new", "delete", "rename"], [8, 3, 4, 2, 1, 1]
        )[0]
        paths = sorted(files)
        if kind == "new" or not paths:
            name = self.random.choice([*NAMES, f"s/n{self.count}.tex"])
            if name in files:
                return {}
            lines = "".join(f"{self.word(side)}\n" for _ in range(self.random.randint(1, 12)))
            return {name: lines.encode()}
        path = self.random.choice(paths)
        if kind == "delete":
            self.drop(files[path])
            return {path: None}
        if kind == "rename":
            # Renamed on both sides to different names, a file is there twice, and each has its lines.
            self.copied |= set(files[path].decode().split())
            self.dead -= self.copied
            return {path: None, f"s/r{self.random.randint(0, 10**9)}.tex": files[path]}
        lines = files[path].decode().splitlines(keepends=True)
        if not lines or any(line.startswith(("<<<", ">>>", "===")) for line in lines):
            return {}
        at = self.random.randrange(len(lines))
        if kind == "line":
            lines.insert(at, f"{self.word(side)}\n")
        else:
            self.drop(lines[at].encode())
            lines[at : at + 1] = [f"{self.word(side)}\n"] if kind == "change" else []
        return {path: "".join(lines).encode()}

    def tidy(self):
        """What a person does about markers: keep the lines of both."""
        for path, data in self.here().items():
            if b"<<<<<<< " not in data:
                continue
            kept = [
                line
                for line in data.decode().splitlines(keepends=True)
                if not line.startswith((*MARKS, "======="))
            ]
            # Keeping both brings back what one of them had taken out: that was decided.
            self.dead -= {line.strip() for line in kept}
            self.world.write(path, "".join(dict.fromkeys(kept)))

    def decide(self, report):
        """What a person does about conflicts; gives what to keep where lines cannot show both."""
        self.tidy()
        keep = {}
        for one in report.conflicts:
            if one.marked:
                continue
            side = self.random.choice(["here", "there"])
            keep[one.path] = side
            won = one.here if side == "here" else one.there
            lost = one.there if side == "here" else one.here
            words = set((won or b"").decode().split())
            dropped = set((lost or b"").decode().split()) - words
            self.alive -= {w for w in dropped if not self.elsewhere(w, one.path)}
            self.dead -= words
        if report.conflicts:
            self.dead -= self.words(self.here()) | self.words(self.there())
        return keep

    def elsewhere(self, word, path):
        every = [d for side in (self.here(), self.there()) for p, d in side.items() if p != path]
        return any(word in d.decode().split() for d in every)

    def words(self, files):
        return {word for data in files.values() for word in data.decode().split()}


def settle(world, authors, keep=None):
    """Sync until nothing is left to do."""
    authors.tidy()
    for _ in range(12):
        try:
            report = world.sync(keep=keep or {})
        except InputError as error:  # a killed sync, completed, ended in a conflict
            if "both versions" not in error.message:
                raise
            authors.tidy()
            continue
        keep = authors.decide(report)
        if not report.outcomes and not report.conflicts:
            return
    pytest.fail(f"does not come to rest: {report.outcomes}")


@pytest.mark.parametrize("seed", [1, 2, 3] if STEPS == 300 else [random.randrange(10**6)])
def test_no_line_is_lost_and_both_sides_end_equal(world, monkeypatch, seed):
    authors = Authors(world, seed)
    kill = Kill(monkeypatch)
    world.write("s0.tex", "".join(f"{authors.word('here')}\n" for _ in range(10)))
    world.init()
    world.sync()
    killed = synced = 0
    for step in range(STEPS // 3 if STEPS == 300 else STEPS):
        action = authors.random.random()
        if action < 0.66:
            authors.edit(authors.random.choice(["here", "there"]))
        elif action < 0.85:
            authors.tidy()
            kill.left, kill.after = authors.random.randint(0, 24), authors.random.random() < 0.5
            try:
                report = world.sync()
                kill.left = None
                if report.conflicts:
                    settle(world, authors, authors.decide(report))
            except Killed:
                killed += 1
            except InputError as error:
                kill.left = None
                if "both versions" not in error.message:
                    raise
        else:
            settle(world, authors)
            synced += 1
            assert world.equal(), f"step {step}"
            assert authors.words(authors.here()) >= authors.alive, f"step {step}"
            back = authors.words(authors.here()) & authors.dead
            assert not back, f"step {step}: came back {back}"
        both = authors.words(authors.here()) | authors.words(authors.there())
        assert both >= authors.alive, f"step {step}: lost {authors.alive - both}"
    settle(world, authors)
    assert world.equal()
    assert authors.words(authors.there()) >= authors.alive
    assert killed > 3
    assert synced > 3
    assert Room(world.root).intent() is None
