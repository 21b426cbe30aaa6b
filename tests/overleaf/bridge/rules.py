"""What the bridge and the web app accept: limits, names, kinds of files, and the checks of a push in their order."""

import re
from dataclasses import dataclass

from . import texts

MIB = 1024 * 1024

# Files that the web app keeps as editable text; csv, tsv and json are not among them.
_SUFFIXES = """
    tex sty cls bst bib bibtex txt tikz mtx rtex md asy lbx bbx cbx m lco dtx ins ist def clo ldf rmd lua gv mf
    yml yaml lhs mk xmpdata cfg rnw ltx inc py
"""
TEXT_SUFFIXES = frozenset(_SUFFIXES.split())
TEXT_NAMES = frozenset(["latexmkrc", ".latexmkrc", "makefile", "gnumakefile"])

# Names of JavaScript's own properties, refused at the top of a project.
_PROPERTIES = """
    prototype constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable
    __defineGetter__ __lookupGetter__ __defineSetter__ __lookupSetter__ __proto__
"""
BLOCKED = frozenset(_PROPERTIES.split())
IGNORED = re.compile(
    r"(^|/)\.(?!latexmkrc$)[^/]*(/|$)|\.(aux|log|bbl|blg|gz|toc|out|doc|docx|swp)$", re.IGNORECASE
)
_BAD = re.compile("[\\\\*\x00-\x1f\x7f\x80-\x9f\ud800-\udfff\U00010000-\U0010ffff]")
_DOCUMENT = re.compile(rb"^[^%\n]*\\documentclass", re.MULTILINE)


@dataclass(frozen=True)
class Limits:
    """The bridge's and the web app's limits; tests set small ones instead of making big projects.

    files: a push of more files is refused. size: bytes; a push of a bigger file is refused, and a project with a file as
    big or bigger cannot be read. entities: files and folders in the web app. text: characters of an editable file.
    path: characters of a path. refused: suffixes (".exe") that the web app refuses; which these are is not public.
    """

    files: int = 2000
    size: int = 50 * MIB
    entities: int = 2000
    text: int = 2 * MIB
    path: int = 1024
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A file of a tree: `mode` is git's (100644, 100755, 120000 for a link, 160000 for a submodule), size in bytes."""

    path: str
    mode: str
    oid: str
    size: int


class Rejected(Exception):
    """A push that the bridge refuses: the reason in git's parentheses, and the hints."""

    def __init__(self, reason: str, hints: tuple[str, ...] | None = None, *, quiet: bool = False):
        super().__init__(reason)
        self.reason = reason
        self.hints = texts.HINTS.get(reason, ()) if hints is None else hints
        self.quiet = quiet

    def lines(self) -> list[str]:
        """What git shows after "remote:"."""
        if self.quiet:
            return []
        hints = [f"hint: {hint}" for hint in self.hints]
        return [f"error: {self.reason}", *(["", *hints] if hints else [])]


def clean(path: str) -> str:
    """The path that Overleaf would rather have; the path itself where it is fine."""
    parts = [_clean_name(part) for part in path.split("/")]
    if parts[0] in BLOCKED:
        parts[0] = "@" + parts[0]
    return "/".join(parts)


def _clean_name(name: str) -> str:
    name = _BAD.sub(lambda bad: "__" if bad[0] > "\uffff" else "_", name)
    if name in {"", ".", ".."}:
        return "_" * max(1, len(name))
    inner = name.strip()
    return "_" * (len(name) - len(name.lstrip())) + inner + "_" * (len(name) - len(name.rstrip()))


def is_text(path: str, content: bytes, limits: Limits) -> bool:
    """Whether the web app keeps the file as editable text, and not as an upload that nobody edits online."""
    name = path.rpartition("/")[2].lower()
    if name not in TEXT_NAMES and ("." not in name or name.rpartition(".")[2] not in TEXT_SUFFIXES):
        return False
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(text) <= limits.text and "\0" not in text and max(text, default="") <= "\uffff"


def walk(entries: list[Entry], limits: Limits) -> None:
    """The bridge's look at each object of a pushed tree, in the order of paths. Raises Rejected."""
    for entry in entries:
        if entry.mode == "160000":
            raise Rejected("invalid git repo")
        if entry.size > limits.size:
            raise Rejected("file too big", texts.too_big(entry.path))


def count(entries: list[Entry], limits: Limits) -> None:
    """The bridge's count of files. Raises Rejected."""
    if len(entries) > limits.files:
        raise Rejected("too many files", texts.too_many(len(entries), limits.files))


def names(entries: list[Entry], limits: Limits) -> None:
    """The web app's look at each name. Raises Rejected.

    That a symbolic link is refused, and as "error", is a guess: Overleaf only says that it does not support them.
    """
    found = []
    for entry in entries:
        better = clean(entry.path)
        if better != entry.path:
            found.append((entry.path, f"rename to: {better}"))
        elif entry.path.lower().endswith(limits.refused or ("\0",)):
            found.append((entry.path, "invalid file extension"))
        elif entry.mode == "120000" or len(entry.path) > limits.path:
            found.append((entry.path, "error"))
    if found:
        raise Rejected("invalid files", texts.invalid_files(found))


def project(entries: list[Entry], read, limits: Limits) -> None:
    """The web app's look at the whole: a main file, not too many entities. `read(entry)` gives bytes. Raises Rejected.

    The reason and the text for too many entities are a guess; the limit is not.
    """
    folders = {
        path[:at] for path in (e.path for e in entries) for at, c in enumerate(path) if c == "/"
    }
    total = len(entries) + len(folders)
    if total > limits.entities:
        text = f"The project would have {total} files and folders, more than {limits.entities}."
        raise Rejected("invalid project", (text,))
    for entry in sorted(entries, key=lambda e: e.path.count("/")):
        if entry.path.lower().endswith(".tex") and entry.mode != "120000":
            content = read(entry)
            if is_text(entry.path, content, limits) and _DOCUMENT.search(content):
                return
    raise Rejected("invalid project")
