r"""Keys of \pf and \pfnote, and generated files, that the results do not have."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.checks.reading import sources
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from paperforge.latex.source import Mention, Source
    from paperforge.model import Build, Manuscript

NAME = "numbers"
MACROS = "generated/macros.tex"


def check(manuscript: Manuscript, build: Build) -> list[Diagnostic]:  # noqa: ARG001  a Check
    """Unknown numbers, notes and generated files; numbers used without the definitions."""
    if MACROS not in manuscript.files:
        return []
    text = manuscript.files[MACROS].data.decode("utf-8", errors="replace")
    numbers = re.findall(r"^\\pfdefine\{([^}]*)\}", text, re.MULTILINE)
    notes = re.findall(r"^\\pfdefinenote\{([^}]*)\}", text, re.MULTILINE)
    read = sources(manuscript)
    generated = [path for path in manuscript.files if path.startswith("generated/")]
    found = [_undefined(read)] if _needs_macros(read) else []
    for one in read:
        for mentions, known, message in (
            (one.numbers, numbers, "\\pf{{{}}}: no such number in the results"),
            (one.notes, notes, "\\pfnote{{{}}}: no such table"),
            (_generated(one), generated, "{} is not generated"),
        ):
            found += [
                _unknown(
                    f"{one.path}:{mention.line}", message.format(mention.key), mention.key, known
                )
                for mention in mentions
                if mention.key not in known
            ]
    return found


def _generated(one: Source) -> list[Mention]:
    """What the text inputs of generated/, by its file name."""
    return [
        replace(mention, key=mention.key.removesuffix(".tex") + ".tex")
        for mention in one.inputs
        if mention.key.startswith("generated/")
    ]


def _needs_macros(read: tuple[Source, ...]) -> bool:
    uses = any(one.numbers or one.notes for one in read)
    return uses and not any(one.path == MACROS for one in read)


def _undefined(read: tuple[Source, ...]) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        read[0].path,
        "uses \\pf, but does not read its definitions",
        "put \\input{generated/macros} before \\begin{document}",
        NAME,
    )


def _unknown(where: str, message: str, key: str, known: list[str]) -> Diagnostic:
    from difflib import get_close_matches

    near = get_close_matches(key, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"all keys are in {MACROS}"
    return Diagnostic(Severity.WARNING, where, message, hint, NAME)
