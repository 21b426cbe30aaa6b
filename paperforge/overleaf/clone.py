"""The hidden clone: a bare repository of the remote's history, and of what was sent from here.

It has no work tree, no hooks and no branches that a person works on; blobs are known by name.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from paperforge.errors import InputError
from paperforge.overleaf.git import Git, Trouble
from paperforge.overleaf.threeway import HERE, THERE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from paperforge.overleaf.address import Address

_HEAD = re.compile(r"^ref: refs/heads/(\S+)\tHEAD$", re.MULTILINE)
_BRANCH = re.compile(r"^([0-9a-f]{40,64})\trefs/heads/(\S+)$", re.MULTILINE)
ASIDE = "overleaf-*"
"""Branches that Overleaf's GitHub sync pushes where it could not merge: overleaf-DATE-TIME."""
LARGEST = 50 * 2**20
"""Bytes of a file of the remote's that is read; a larger one stays there."""


class Head(NamedTuple):
    """What the remote's own HEAD points at. `commit` is empty where nothing was pushed yet."""

    branch: str
    commit: str
    aside: tuple[tuple[str, str], ...] = ()
    """(branch, commit) of what Overleaf's GitHub sync could not merge."""


class Entry(NamedTuple):
    """A file of a commit's tree."""

    mode: str
    blob: str
    size: int


def blob_name(data: bytes) -> str:
    """The name git gives a content: the SHA-1 of a header and the bytes (gitformat-loose)."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _told(said: bytes) -> Head | None:
    """What ls-remote printed; None where there is no HEAD in it."""
    text = said.decode("utf-8", "replace")
    commits = re.findall(r"^([0-9a-f]{40,64})\tHEAD$", text, re.MULTILINE)
    found = _HEAD.search(text)
    if not commits or not found:
        return None
    aside = [(n, c) for c, n in _BRANCH.findall(text) if n.startswith("overleaf-")]
    return Head(found[1], commits[0], tuple(pair for pair in aside if pair[0] != found[1]))


@dataclass(frozen=True, slots=True)
class Clone:
    """The repository in `folder`, of the remote at `address`."""

    folder: Path
    address: Address

    @property
    def git(self) -> Git:
        """The git program on this repository."""
        return Git(self.folder, self.address)

    def create(self) -> None:
        """Make it, where it is not there or was half made."""
        if not (self.folder / "refs").is_dir() or not (self.folder / "HEAD").is_file():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            made = self.folder.with_name(self.folder.name + ".new")
            shutil.rmtree(made, ignore_errors=True)
            Git(made).run("init", "--quiet", "--bare", "--template=")
            made.replace(self.folder)

    def look(self) -> Head:
        """What is there now: one question to the remote. Raises Trouble."""
        asked = ("ls-remote", "--symref", "--", self.address.url)
        head = _told(self.git.talk(*asked, "HEAD", f"refs/heads/{ASIDE}"))
        if head is None:  # an empty repository, or an answer that was cut short: ask for all
            every = self.git.talk(*asked)
            head = _told(every) or self._unborn(every)
        return head

    def _unborn(self, every: bytes) -> Head:
        """The branch that HEAD names in a repository without a commit: a clone is told."""
        if b"refs/heads/" in every:
            raise InputError(
                "its HEAD names no branch that is there",
                self.address.shown,
                "set its default branch, in the settings of the place that keeps it",
            )
        with tempfile.TemporaryDirectory(dir=self.folder.parent) as folder:
            empty = Path(folder) / "empty.git"
            self.git.talk(
                "clone", "--quiet", "--bare", "--template=", "--", self.address.url, str(empty)
            )
            named = (empty / "HEAD").read_text(encoding="utf-8").strip()
        return Head(named.removeprefix("ref: refs/heads/"), "")

    def fetch(self, head: Head) -> None:
        """Bring a commit and its history here, unless it is here. Raises Trouble."""
        self.bring(head.commit, head.branch, "refs/paperforge/there")

    def bring(self, commit: str, branch: str, ref: str) -> None:
        """Bring a branch's commit here under `ref`."""
        if not commit or self.has(commit):
            return
        self.git.talk(
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--",
            self.address.url,
            f"+refs/heads/{branch}:{ref}",
        )
        if not self.has(commit):
            raise Trouble("it changed while it was read", self.address.shown, "run it again")

    def has(self, commit: str) -> bool:
        """Whether a commit and all that it needs are here."""
        return self.git.status("cat-file", "-e", f"{commit}^{{tree}}")[0] == 0

    def contains(self, head: str, commit: str) -> bool:
        """Whether `commit` is in the history of `head`."""
        return self.git.status("merge-base", "--is-ancestor", commit, head)[0] == 0

    def entries(self, commit: str) -> dict[str, Entry]:
        """Path -> file of a commit; bytes of names that are no UTF-8 are surrogates."""
        if not commit:
            return {}
        listed = self.git.run("ls-tree", "-r", "-l", "-z", "--full-tree", commit)
        found = {}
        for line in listed.split(b"\0"):
            about, _, name = line.partition(b"\t")
            path = name.decode("utf-8", "surrogateescape")
            if path:
                mode, _, blob, size = about.decode().split()
                found[path] = Entry(mode, blob, int(size) if size.isdigit() else 0)
        return found

    def past(self, head: str) -> frozenset[str]:
        """Every blob of a commit's history."""
        if not head:
            return frozenset()
        listed = self.git.run("rev-list", "--objects", "--no-object-names", head)
        return frozenset(listed.decode().split())

    def read(self, blobs: Collection[str]) -> dict[str, bytes]:
        """Contents by name. Raises Trouble where one is not here."""
        wanted = sorted(set(blobs))
        if not wanted:
            return {}
        out = self.git.run("cat-file", "--batch", given="\n".join(wanted).encode() + b"\n")
        found, at = {}, 0
        for name in wanted:
            end = out.index(b"\n", at)
            fields = out[at:end].split()
            if len(fields) != 3 or fields[1] != b"blob":  # noqa: PLR2004  name, kind, size
                raise Trouble(f"the hidden clone lacks {name}", str(self.folder))
            size = int(fields[2])
            found[name] = out[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return found

    def keep(self, contents: Sequence[bytes]) -> list[str]:
        """Write contents into the repository; their names, in order."""
        if not contents:
            return []
        with tempfile.TemporaryDirectory(dir=self.folder.parent) as folder:
            names = []
            for place, data in enumerate(contents):
                file = Path(folder) / str(place)
                file.write_bytes(data)
                names.append(str(file))
            given = "\n".join(names).encode() + b"\n"
            made = self.git.run("hash-object", "-w", "--no-filters", "--stdin-paths", given=given)
        return made.decode().split()

    def commit(self, parent: str, changes: Mapping[str, str | None], message: str) -> str:
        """A commit on `parent` with these files written (path -> blob) or deleted (None)."""
        modes = {path: entry.mode for path, entry in self.entries(parent).items()}
        with tempfile.TemporaryDirectory(dir=self.folder.parent) as folder:
            index = Path(folder) / "index"
            start = ["read-tree", parent] if parent else ["read-tree", "--empty"]
            self.git.run(*start, index=index)
            lines = []
            for path, blob in changes.items():
                regular = modes.get(path, "").startswith("100")
                mode = (modes[path] if regular else "100644") if blob else "0"
                lines.append(
                    f"{mode} {blob or '0' * 40}\t{path}".encode("utf-8", "surrogateescape")
                )
            self.git.run(
                "update-index", "-z", "--index-info", given=b"\0".join(lines) + b"\0", index=index
            )
            tree = self.git.run("write-tree", index=index).decode().strip()
        return self._written(tree, parent, message)

    def again(self, tree_of: str, parent: str, message: str) -> str:
        """A commit on `parent` whose files are those of another commit."""
        return self._written(self.tree(tree_of), parent, message)

    def tree(self, commit: str) -> str:
        """The name of a commit's tree: equal trees hold equal files."""
        return self.git.run("rev-parse", f"{commit}^{{tree}}").decode().strip()

    def _written(self, tree: str, parent: str, message: str) -> str:
        who = []
        for key, value in (("user.name", "paperforge"), ("user.email", "paperforge@localhost")):
            if self.git.status("config", key)[0]:
                who += ["-c", f"{key}={value}"]
        above = ["-p", parent] if parent else []
        made = self.git.run(*who, "commit-tree", tree, *above, given=message.encode())
        return made.decode().strip()

    def push(self, commit: str, branch: str) -> None:
        """Move the remote's branch on to `commit`, never by force. Raises Trouble, OutOfDate."""
        self.git.talk(
            "push",
            "--porcelain",
            "--no-verify",
            "--",
            self.address.url,
            f"{commit}:refs/heads/{branch}",
        )
        self.git.run("update-ref", "refs/paperforge/there", commit)

    def join(self, base: bytes, here: bytes, there: bytes) -> tuple[bytes, bool]:
        """Both changes, line by line, with markers where they meet; and whether none did."""
        with tempfile.TemporaryDirectory(dir=self.folder.parent) as folder:
            names = []
            for name, data in (("here", here), ("base", base), ("there", there)):
                (Path(folder) / name).write_bytes(data)
                names.append(str(Path(folder) / name))
            labels = [part for label in (HERE, "before", THERE) for part in ("-L", label)]
            code, merged = self.git.status("merge-file", "-p", *labels, *names)
        if code > 127:  # noqa: PLR2004  below: the number of conflicts
            raise Trouble("git could not merge two texts", str(self.folder))
        return merged, code == 0
