"""What TeX acts on in a text: comments, verbatim and switched-off parts made blank.

The blanked text has the length and the lines of the original, so a position means the same in both.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TOKEN = re.compile(r"\\(?P<name>[A-Za-z@]+)|\\.|(?P<comment>%)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\s*\{([^{}]*)\}")
_OPTIONS = re.compile(r"\*?(?:\[[^\]\n]*\])?")
_DEFINED = re.compile(r"\*?\s*\{?\s*\\([A-Za-z@]+)")
_LET_SECOND = re.compile(r"\s*=?\s*\\([A-Za-z@]+)")
_NO_CONDITIONALS = frozenset({"iff", "ifthenelse", "ifmmode@"})
"""Named like TeX's conditionals, without a \\fi of their own."""


@dataclass(frozen=True, slots=True)
class Visible:
    """The blanked text, and the commands in it: (name, position of the backslash)."""

    text: str
    commands: tuple[tuple[str, int], ...]


def visible(text: str) -> Visible:
    """Blank what TeX does not act on. Raises nothing, whatever the text."""
    return _Reader(text).read()


@functools.cache
def catalogue() -> Any:  # noqa: ANN401 (JSON)
    """latex/commands.json."""
    return json.loads(Path(__file__).with_name("commands.json").read_text(encoding="utf-8"))


class _Reader:
    """One pass over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.blanks: list[tuple[int, int]] = []
        self.renamed: list[tuple[int, int]] = []
        """Names that are being defined, not used."""
        self.commands: list[tuple[str, int]] = []
        self.at = 0

    def read(self) -> Visible:
        while (token := _TOKEN.search(self.text, self.at)) is not None:
            self.at = token.end()
            if token["comment"]:
                self._blank_until(token.start(), self._line_end(token.start()))
            elif token["name"]:
                self._command(token["name"], token.start())
        return Visible(self._blanked(), tuple(self.commands))

    def _command(self, name: str, start: int) -> None:
        data = catalogue()
        if name in data["verbatim_commands"]:
            self._verbatim_command(name)
        elif name in data["address_commands"]:
            self._address()
        elif name in data["defining_commands"]:
            self._definition(name)
        elif name == "begin":
            self._environment()
        elif name == "iffalse":
            self._blank_until(start, self._switched_off())
        elif name == "endinput" or (name == "end" and self._names_environment("document")):
            self._blank_until(start, len(self.text))
        else:
            self.commands.append((name, start))

    def _verbatim_command(self, name: str) -> None:
        start = self.at
        options = _OPTIONS.match(self.text, start)
        start = options.end() if options else start
        if name == "mintinline":
            language = _ENVIRONMENT.match(self.text, start)
            start = language.end() if language else start
        opening = self.text[start : start + 1]
        if not opening or opening.isspace():
            return
        closing = "}" if opening == "{" and name != "verb" else opening
        end = self.text.find(closing, start + 1, self._line_end(start))
        if end >= 0:
            self._blank_until(start, end + 1)

    def _address(self) -> None:
        """A % in an address is no comment."""
        opening = re.compile(r"\s*(?:\[[^\]\n]*\])?\{").match(self.text, self.at)
        if not opening:
            return
        depth = 1
        for at in range(opening.end(), self._line_end(opening.end())):
            depth += {"{": 1, "}": -1}.get(self.text[at], 0)
            if depth == 0:
                self._blank_until(opening.end(), at)
                return

    def _definition(self, name: str) -> None:
        defined = _DEFINED.match(self.text, self.at)
        if not defined:
            return
        self.renamed.append(defined.span(1))
        self.at = defined.end()
        second = _LET_SECOND.match(self.text, self.at) if name == "let" else None
        if second:
            self.renamed.append(second.span(1))
            self.at = second.end()

    def _environment(self) -> None:
        found = _ENVIRONMENT.match(self.text, self.at)
        if found and found[1] in catalogue()["verbatim_environments"]:
            end = self.text.find(f"\\end{{{found[1]}}}", found.end())
            self._blank_until(found.end(), end if end >= 0 else len(self.text))

    def _switched_off(self) -> int:
        r"""Where the part after \iffalse ends: at its \else or \fi."""
        depth, at = 1, self.at
        while (token := _TOKEN.search(self.text, at)) is not None:
            at = self._line_end(token.start()) if token["comment"] else token.end()
            name = token["name"] or ""
            if name == "fi" or (name == "else" and depth == 1):
                depth -= 1
                if depth == 0:
                    return at
            elif name.startswith("if") and name not in _NO_CONDITIONALS:
                depth += 1
        return len(self.text)

    def _names_environment(self, name: str) -> bool:
        found = _ENVIRONMENT.match(self.text, self.at)
        return bool(found) and found[1] == name  # type: ignore[index]  # found is a match here

    def _line_end(self, start: int) -> int:
        end = self.text.find("\n", start)
        return end if end >= 0 else len(self.text)

    def _blank_until(self, start: int, end: int) -> None:
        self.blanks.append((start, end))
        self.at = end

    def _blanked(self) -> str:
        parts, at = [], 0
        changes = [(*span, " ") for span in self.blanks] + [(*span, "z") for span in self.renamed]
        for start, end, filler in sorted(changes):
            parts += [self.text[at:start], re.sub(r"[^\n]", filler, self.text[start:end])]
            at = end
        return "".join([*parts, self.text[at:]])
