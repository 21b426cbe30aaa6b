"""The author's own .tex: what it cites, labels, refers to, includes and prints of paperforge's.

Positions come from a tolerant pass (visible.py); the arguments of each command are parsed by
pylatexenc, and where TeX is broken there by the plainest reading of the line. Nothing here raises.
"""

from __future__ import annotations

import functools
import posixpath
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.latex.visible import Visible, catalogue, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_CALL = 4000
"""Characters of a command with its arguments that are looked at."""
MOST_FILES = 2000
"""Of one paper; Overleaf takes no more either."""
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_BARE_INPUT = re.compile(r"\s+([^\s{}\\]+)")
_BRACKET = re.compile(r"\\.|[\[\]{}]", re.DOTALL)
_PLAIN_CALL = re.compile(r"\\[A-Za-z@]+\s*\{([^{}\\$]*)\}")
"""Needs no parser: one group without anything in it."""
_BROKEN_CALL = re.compile(r"\\[A-Za-z@]+\*?\s*(?:\[[^\]\n]*\]\s*){0,2}\{([^{}\n]*)")
_KEY = re.compile(r"[^,\s](?:[^,]*[^,\s])?")


_INPUT = re.compile(r"\\(?:input|include)\s*\{([^{}]*)\}")
_FLOAT = re.compile(r"\\(begin|end)\s*\{(table\*?)\}")


@dataclass(frozen=True, slots=True)
class Mention:
    """One key, file or text that a command names."""

    key: str
    line: int
    command: str


@dataclass(frozen=True, slots=True)
class Source:
    """What one .tex file holds, each in the order of the text."""

    path: str
    citations: tuple[Mention, ...] = ()
    """Key "*": \\nocite{*}."""
    labels: tuple[Mention, ...] = ()
    refs: tuple[Mention, ...] = ()
    inputs: tuple[Mention, ...] = ()
    """As written; `walk` resolves them."""
    graphics: tuple[Mention, ...] = ()
    """As written: often without extension, and relative to a graphics path."""
    graphics_paths: tuple[str, ...] = ()
    bibliographies: tuple[Mention, ...] = ()
    """With their ".bib"."""
    packages: tuple[Mention, ...] = ()
    numbers: tuple[Mention, ...] = ()
    """Keys of \\pf."""
    notes: tuple[Mention, ...] = ()
    """Tables and figures of \\pfnote, figures of \\pfalt."""
    prompts: tuple[Mention, ...] = ()
    """Texts of \\pfprompt that are still there."""
    commands: frozenset[str] = frozenset()
    """All commands used, without the backslash."""


def read(text: str, path: str) -> Source:
    """What a .tex text holds; comments, verbatim and switched-off parts do not count."""
    seen = visible(text.replace("\r\n", "\n"))
    breaks = [at for at, char in enumerate(seen.text) if char == "\n"]
    found: dict[str, list[Mention]] = {kind: [] for kind in catalogue()["mentions"]}
    for name, start in seen.commands:
        kind = _kinds().get(name)
        if kind:
            for key, at in _keys(seen.text, name, start, kind):
                line = bisect_right(breaks, at - 1) + 1
                found[kind].append(Mention(key, line, name))
    inputs = sorted(found.pop("inputs") + found.pop("imports"), key=lambda one: one.line)
    bibs = [_with_bib(one) for one in found.pop("bibliographies")] + found.pop("resources")
    return Source(
        path=path,
        inputs=tuple(inputs),
        bibliographies=tuple(bibs),
        graphics_paths=tuple(_graphics_paths(seen)),
        commands=frozenset(name for name, _ in seen.commands),
        **{kind: tuple(mentions) for kind, mentions in found.items()},
    )


def float_around(text: str, file: str) -> str:
    """The float in which a .tex text inputs a file: "table", "table*", or nothing.

    file: the end of its path, without .tex: "generated/tables/main".
    """
    seen = visible(text.replace("\r\n", "\n")).text
    for found in _INPUT.finditer(seen):
        name = posixpath.normpath(found[1].strip()).removesuffix(".tex")
        if f"/{name}".endswith(f"/{file}"):
            before = list(_FLOAT.finditer(seen, 0, found.start()))
            if before and before[-1][1] == "begin":
                return before[-1][2]
    return ""


def walk(main: str, reader: Callable[[str], str | None]) -> tuple[Source, ...]:
    """The main file and all that it inputs, in the order of the paper, each once.

    reader: path, "/"-separated and relative to the project -> text, or None where there is none.
    Files are found as TeX finds them, from the main file's folder; paths that lead out of the
    project are not read, missing files and circles are passed over.
    """
    sources: dict[str, Source] = {}
    waiting = [(posixpath.normpath(main), posixpath.dirname(posixpath.normpath(main)))]
    while waiting and len(sources) < MOST_FILES:
        path, folder = waiting.pop()
        text = reader(path) if path not in sources else None
        if text is None:
            continue
        sources[path] = source = read(text, path)
        children = [_resolve(one, path, folder, reader) for one in source.inputs]
        waiting += [child for child in reversed(children) if child]
    return tuple(sources.values())


def _resolve(
    mention: Mention, parent: str, folder: str, reader: Callable[[str], str | None]
) -> tuple[str, str] | None:
    """An input's path and the folder that its own inputs start from; None: not in the project."""
    relative = mention.command.startswith("sub")
    start = posixpath.dirname(parent) if relative else folder
    written = posixpath.join(start, mention.key.replace("\\", "/"))
    path = posixpath.normpath(written)
    if posixpath.isabs(path) or path == ".." or path.startswith("../") or ":" in path:
        return None
    names = [path, f"{path}.tex"] if path.endswith(".tex") else [f"{path}.tex", path]
    there = next((name for name in names if reader(name) is not None), "")
    below = posixpath.dirname(there) if relative or "import" in mention.command else folder
    return (there, below) if there else None


@functools.cache
def _kinds() -> dict[str, str]:
    """Command -> the kind of thing that it mentions."""
    mentions = catalogue()["mentions"]
    return {name: kind for kind, facts in mentions.items() for name in facts["names"]}


def _keys(text: str, name: str, start: int, kind: str) -> Iterator[tuple[str, int]]:
    """The keys that a command names, and where each stands."""
    arguments = _arguments(text, name, start, kind)
    if not arguments:
        return
    at = arguments[-1][1]
    if catalogue()["mentions"][kind]["list"]:
        found = [(m.group(), at + m.start()) for m in _KEY.finditer(arguments[-1][0])]
    else:
        whole = posixpath.join(*(argument for argument, _ in arguments))
        lead = len(arguments[-1][0]) - len(arguments[-1][0].lstrip())
        found = [(whole.strip(), at + lead)]
    for written, place in found:
        key = " ".join(written.split())
        # A parameter (#1) or a command in a key belongs to a macro's body: no key to look up.
        if key and (kind == "prompts" or not re.search(r"[#\\]", key)):
            yield key, place


def _arguments(text: str, name: str, start: int, kind: str) -> list[tuple[str, int]]:
    """The mandatory arguments of the call at `start`, each with its position."""
    call = text[start : start + LONGEST_CALL]
    if kind == "inputs":
        bare = _BARE_INPUT.match(call, len(name) + 1)
        if bare:
            return [(bare[1], start + bare.start(1))]
    if kind != "prompts":  # an argument ends with its paragraph, except where prose is expected
        paragraph = _PARAGRAPH.search(call)
        call = call[: paragraph.start()] if paragraph else call
    plain = _PLAIN_CALL.match(call)
    groups = catalogue()["mentions"][kind]["arguments"].count("{")
    if plain and groups == 1:
        return [(plain[1], start + plain.start(1))]
    end = _call_end(call, groups)
    parsed = _parsed(call[:end]) if end else None
    if parsed is None:
        broken = _BROKEN_CALL.match(call)
        return [(broken[1], start + broken.start(1))] if broken else []
    return [(argument, start + at) for argument, at in parsed]


def _call_end(call: str, groups: int) -> int:
    """Where so many groups {...} outside of [...] have closed; 0: they do not."""
    braces = brackets = 0
    for token in _BRACKET.finditer(call):
        char = token.group()
        if char == "{":
            braces += 1
        elif char == "}":
            braces -= 1
            if braces == 0 and brackets == 0:
                groups -= 1
            if braces < 0 or groups == 0:
                return token.end() if groups == 0 else 0
        elif braces == 0 and char in ("[", "]"):
            brackets += 1 if char == "[" else -1
    return 0


@functools.lru_cache(maxsize=4096)
def _parsed(call: str) -> tuple[tuple[str, int], ...] | None:
    """The mandatory arguments as pylatexenc sees them; None: it cannot parse the call."""
    from pylatexenc.latexwalker import LatexGroupNode, LatexWalker, LatexWalkerError

    try:
        walker = LatexWalker(call, latex_context=_context(), tolerant_parsing=False)
        nodes, _, _ = walker.get_latex_nodes(read_max_nodes=1)
        parsed = nodes[0].nodeargd
        pairs = zip(parsed.argspec, parsed.argnlist, strict=True)
    except (LatexWalkerError, RecursionError, IndexError, AttributeError):
        return None
    mandatory = [node for spec, node in pairs if spec == "{"]
    if not all(isinstance(node, LatexGroupNode) for node in mandatory):
        return ()
    spans = [(node.pos + 1, node.pos + node.len - 1) for node in mandatory]
    return tuple((call[start:end], start) for start, end in spans)


@functools.cache
def _context() -> object:
    """What pylatexenc must know: our commands and their arguments, and nothing else."""
    from pylatexenc import macrospec

    context = macrospec.LatexContextDb()
    mentions = catalogue()["mentions"].values()
    macros = [
        macrospec.std_macro(name, facts["arguments"])
        for facts in mentions
        for name in facts["names"]
    ]
    context.add_context_category("mentions", macros=macros, environments=[], specials=[])
    return context


def _graphics_paths(seen: Visible) -> Iterator[str]:
    for name, start in seen.commands:
        if name == "graphicspath":
            call = re.compile(r"\s*\{((?:\s*\{[^{}]*\}\s*)+)\}").match(
                seen.text, start + len(name) + 1
            )
            yield from re.findall(r"\{([^{}]*)\}", call[1]) if call else ()


def _with_bib(mention: Mention) -> Mention:
    key = mention.key if mention.key.endswith(".bib") else f"{mention.key}.bib"
    return Mention(key, mention.line, mention.command)
