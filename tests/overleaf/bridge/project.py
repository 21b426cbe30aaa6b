"""A project as its online authors see it: files that they write, rename and delete; each change is a commit."""

import contextlib
import threading
from pathlib import Path

from . import rules, texts
from .compiling import Compiled, compile_files
from .git import ZERO, git

BLANK = {"main.tex": "\\documentclass{article}\n\\begin{document}\nHello.\n\\end{document}\n"}
AUTHOR = "Ada Online <ada@example.org>"
_START = 1_700_000_000  # seconds since 1970 of the first commit; a minute between two
_MODES = {"120000": "100644", "100755": "100644"}


class NotEditable(Exception):
    """The file is no text online (its suffix, its size, its characters): it can be uploaded anew, not edited."""


class Project:
    """One bare repository and the web app's methods on it. Safe to use from any thread.

    Make it with `Bridge.project()`, or with `Project.create(...)` for a plain bare repository that is reached by its path.

    Attributes to read: `id` (24 hex digits on Overleaf), `path` (the bare repository), `branch` (that of HEAD), `rules`
    (false: a plain git remote), `limits`, `url` (set by the bridge; without credentials).
    Attributes to set: `access` ("owner", "read-only": a push is forbidden, "none": no access at all), `dot_git` (true:
    the project has a folder named .git, and git has no access), `drops_ignored` (true: after each push the server
    removes dotfiles, .bbl, .aux … in a commit of its own; whether the real one does is not public).
    """

    def __init__(self, path: Path, branch: str, *, rules_apply: bool, limits: rules.Limits):
        self.path, self.branch, self.rules, self.limits = path, branch, rules_apply, limits
        self.id = path.name.removesuffix(".git")
        self.url = str(path)
        self.access, self.dot_git, self.drops_ignored = "owner", False, False
        self.lock = threading.RLock()
        self._made = 0
        self._seen: dict[str | None, str | None] = {}

    @classmethod
    def create(cls, path, files=None, *, branch="main", overleaf=False, limits=None) -> "Project":
        """Make the bare repository `path` (a folder that is not there yet) with a first commit of `files`.

        files: {path: text or bytes}; None for a blank project with a main.tex. A plain remote (overleaf=False) made with
        files={} has no commit at all, as GitHub's empty repositories; an Overleaf project has an empty first commit.
        """
        path.mkdir(parents=True)
        git(path, "init", "--quiet", "--bare", f"--initial-branch={branch}")
        for key, value in {"receive.autogc": "false", "http.receivepack": "true"}.items():
            git(path, "config", key, value)
        made = cls(path, branch, rules_apply=overleaf, limits=limits or rules.Limits())
        files = BLANK if files is None else files
        if files or overleaf:
            made.edit(files, message="Initial version")
        return made

    def head(self, branch: str | None = None) -> str | None:
        """The commit (40 hex digits) of the branch, by default of HEAD's; None where it has none."""
        name = f"refs/heads/{branch or self.branch}"
        with contextlib.suppress(
            OSError
        ):  # much quicker than to start git, and nearly always there
            return (self.path / name).read_text(encoding="ascii").strip()
        return (
            git(self.path, "rev-parse", "--verify", "--quiet", name, check=False).decode().strip()
            or None
        )

    def entries(self, commit: str | None = None) -> list[rules.Entry]:
        """The tree of a commit, by default of HEAD: its files, links and submodules, sorted as git sorts them."""
        commit = commit or self.head()
        raw = git(self.path, "ls-tree", "-r", "-l", "-z", commit) if commit else b""
        found = []
        for line in raw.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            facts, _, path = line.partition("\t")
            mode, _, oid, size = facts.split()
            found.append(rules.Entry(path, mode, oid, 0 if size == "-" else int(size)))
        return found

    def too_big(self) -> str | None:
        """The path of a file for which the bridge could not read the project; None where it can."""
        commit = self.head()
        if commit not in self._seen:
            big = (entry.path for entry in self.entries(commit) if entry.size >= self.limits.size)
            self._seen = {commit: next(big, None)}
        return self._seen[commit]

    def blob(self, oid: str) -> bytes:
        """The bytes of a file, by its object's name."""
        return git(self.path, "cat-file", "blob", oid)

    def files(self, commit: str | None = None) -> dict[str, bytes]:
        """All files: {path: bytes}; of HEAD, or of another commit or branch."""
        entries = [e for e in self.entries(commit) if e.mode != "160000"]
        ask = "".join(entry.oid + "\n" for entry in entries).encode()
        raw = git(self.path, "cat-file", "--batch=%(objectsize)", data=ask) if entries else b""
        found, at = {}, 0
        for entry in entries:
            start = raw.index(b"\n", at) + 1
            found[entry.path] = raw[start : start + entry.size]
            at = start + entry.size + 1
        return found

    def read(self, path: str) -> str:
        """The text of one file. Raises KeyError where there is none."""
        return self.files()[path].decode()

    def write(self, path: str, text: str, author: str = AUTHOR) -> str:
        """Type into a file online, or make a new one; gives the commit. Raises NotEditable where the web app has no text.

        A file of over 2 MiB of characters, with NUL or non-BMP characters, or of another suffix is no text there.
        """
        with self.lock:
            there = {entry.path: entry for entry in self.entries()}.get(path)
            old = self.blob(there.oid) if there else text.encode()
            if self.rules and not all(
                rules.is_text(path, raw, self.limits) for raw in (old, text.encode())
            ):
                raise NotEditable(path)
            return self.edit({path: text}, author=author)

    def upload(self, path: str, content: bytes, author: str = AUTHOR) -> str:
        """Put a file of any kind there, or over the one that is there; gives the commit."""
        return self.edit({path: content}, author=author)

    def delete(self, *paths: str, author: str = AUTHOR) -> str:
        """Delete files, or folders with all in them; gives the commit. Raises KeyError where there is nothing."""
        with self.lock:
            gone = {}
            for path in paths:
                hit = [e.path for e in self.entries() if f"{e.path}/".startswith(f"{path}/")]
                if not hit:
                    raise KeyError(path)
                gone |= dict.fromkeys(hit)
            return self.edit(gone, author=author)

    def rename(self, old: str, new: str, author: str = AUTHOR) -> str:
        """Move a file, or a folder with all in it; gives the commit. Raises KeyError where there is nothing."""
        with self.lock:
            files = self.files()
            hit = [path for path in files if f"{path}/".startswith(f"{old}/")]
            if not hit:
                raise KeyError(old)
            moved = {new + path[len(old) :]: files[path] for path in hit}
            return self.edit(dict.fromkeys(hit) | moved, author=author)

    def edit(self, changes, author=AUTHOR, message="Update on Overleaf.", branch=None) -> str:
        """Make several changes in one commit of the server's, and give the commit.

        changes: {path: text, bytes, or None for a deletion}. Nothing is checked but names (ValueError: with the name that
        Overleaf would rather have, or where a folder's name is a file's). A change of nothing makes no commit and gives the old one. As the web app knows
        only names and bytes, every file is of mode 100644 afterwards, and a link has become a file with its target.
        branch: another branch than HEAD's, made from HEAD where it is new (a plain remote's pull request, or the branch on
        which Overleaf's GitHub sync leaves a conflict).
        """
        if self.rules:
            for path in changes:
                if rules.clean(path) != path:
                    raise ValueError(f"{path!r}: rename to {rules.clean(path)!r}")
        with self.lock:
            while True:
                parent = (branch and self.head(branch)) or self.head()
                try:
                    return self._commit(changes, author, message, branch, parent)
                except RuntimeError:
                    # On a plain server git does the locking, and somebody may have pushed just now.
                    if parent == ((branch and self.head(branch)) or self.head()):
                        raise

    def _commit(
        self, changes, author: str, message: str, branch: str | None, parent: str | None
    ) -> str:
        tree = {e.path: (_MODES.get(e.mode, e.mode), e.oid) for e in self.entries(parent)}
        for path in changes:
            tree.pop(path, None)
        new = {path: raw for path, raw in changes.items() if raw is not None}
        _no_clash({*tree, *new})
        stream = [_head(branch or self.branch, parent, author, message, self._moment())]
        for path, (mode, oid) in tree.items():
            stream.append(f"M {mode} {oid} ".encode() + _quoted(path) + b"\n")
        for path, content in new.items():
            raw = content.encode() if isinstance(content, str) else content
            stream.append(b"M 100644 inline " + _quoted(path) + b"\n" + _data(raw))
        return self._import(b"".join(stream), branch, parent)

    def _import(self, stream: bytes, branch: str | None, parent: str | None) -> str:
        git(self.path, "fast-import", "--quiet", data=stream)
        made = self.head(branch)
        assert made is not None
        if parent and self._tree(made) == self._tree(parent):
            git(self.path, "update-ref", f"refs/heads/{branch or self.branch}", parent, made)
            return parent
        return made

    def _tree(self, commit: str) -> str:
        return git(self.path, "rev-parse", f"{commit}^{{tree}}").decode()

    def _moment(self) -> int:
        self._made += 1
        return _START + 60 * self._made

    def history(self, branch: str | None = None) -> list[str]:
        """The commits' messages, newest first: "Author Name: subject"."""
        if self.head(branch) is None:
            return []
        form = "--format=%an: %s"
        return git(self.path, "log", form, branch or self.branch).decode().splitlines()

    def compile(
        self, main: str = "main.tex", timeout: float = 60, engine: str = "-pdf"
    ) -> Compiled:
        """Compile the files of HEAD the way that Overleaf does, in a new folder beside the repository.

        See compiling.compile_files; at most `timeout` seconds. Raises KeyError where there is no main file.
        """
        return compile_files(
            self.files(), self.path.parent / "compiled", main=main, timeout=timeout, engine=engine
        )

    def branches(self) -> list[str]:
        """The names of all branches and tags, as refs/heads/main."""
        return git(self.path, "for-each-ref", "--format=%(refname)").decode().split()

    def move(self, new: str, old: str | None) -> None:
        """Let the branch of HEAD point at a pushed commit; only the bridge calls this. Raises Rejected when it moved."""
        with self.lock:
            try:
                git(self.path, "update-ref", f"refs/heads/{self.branch}", new, old or ZERO)
            except RuntimeError:
                raise rules.Rejected(texts.OUT_OF_DATE, (), quiet=True) from None
            dropped = [e.path for e in self.entries() if rules.IGNORED.search(e.path)]
            if self.drops_ignored and dropped:
                with contextlib.suppress(ValueError):
                    self.edit(dict.fromkeys(dropped))


def _no_clash(paths: set[str]) -> None:
    """Raises ValueError where one name is both a file and a folder."""
    for path in paths:
        parts = path.split("/")
        for size in range(1, len(parts)):
            if "/".join(parts[:size]) in paths:
                raise ValueError(f"{path!r}: {'/'.join(parts[:size])!r} is a file")


def _quoted(path: str) -> bytes:
    inner = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return b'"' + inner.encode("utf-8", "surrogateescape") + b'"'


def _data(raw: bytes) -> bytes:
    return b"data %d\n" % len(raw) + raw + b"\n"


def _head(branch: str, parent: str | None, author: str, message: str, at: int) -> bytes:
    head = f"commit refs/heads/{branch}\nauthor {author} {at} +0000\ncommitter Overleaf <git-bridge@overleaf.example> {at} +0000\n"
    since = f"from {parent}\n" if parent else ""
    return head.encode() + _data(message.encode()) + since.encode() + b"deleteall\n"
