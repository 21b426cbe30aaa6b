r"""Keys of \pf, \pfnote and \pfalt, and generated files, that the results do not have."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.checks.reading import sources
from paperforge.latex.escape import slug
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from paperforge.latex.source import Mention, Source
    from paperforge.model import Build, Manuscript

NAME = "numbers"
OWN = re.compile(
    r"\\(?:(?:re|provide)?newcommand|DeclareRobustCommand|NewDocumentCommand)\*?\s*\{?\s*\\pf\b"
    r"|\\def\s*\\pf\b"
)
"""A paper that has a \\pf of its own writes \\pfnumber for ours."""
AVERAGES = frozenset(("average", "avg", "mean", "overall"))
"""What a key says where it means the one without a dataset."""


def check(manuscript: Manuscript, build: Build) -> list[Diagnostic]:  # noqa: ARG001  a Check
    """Unknown numbers, notes and generated files; numbers used without the definitions."""
    macros = manuscript.generated + "macros.tex"
    if macros not in manuscript.files:
        return []
    text = _text(manuscript, macros)
    numbers = re.findall(r"^\\pfdefine\{([^}]*)\}", text, re.MULTILINE)
    notes = re.findall(r"^\\pfdefinenote\{([^}]*)\}", text, re.MULTILINE)
    alts = re.findall(r"^\\pfdefinealt\{([^}]*)\}", text, re.MULTILINE)
    read = sources(manuscript)
    base = manuscript.generated.removesuffix("generated/")
    there = [p.removeprefix(base) for p in manuscript.files if p.startswith(manuscript.generated)]
    found = [_undefined(read)] if _needs_macros(read, macros) else []
    own = any(OWN.search(_text(manuscript, one.path)) for one in read if one.path != macros)
    for one in read:
        ours = [m for m in one.numbers if not own or m.command != "pf"]
        described = [m for m in one.notes if m.command == "pfalt"]
        noted = [m for m in one.notes if m.command != "pfalt"]
        for mentions, known, message in (
            (ours, numbers, "\\pf{{{}}}: no such number in the results"),
            (noted, notes, "\\pfnote{{{}}}: no such table"),
            (described, alts, "\\pfalt{{{}}}: no such figure"),
            (_generated(one), there, "{} is not generated"),
        ):
            found += [
                _unknown(
                    f"{one.path}:{mention.line}", message.format(mention.key), mention.key, known
                )
                for mention in mentions
                if mention.key not in known
            ]
    return found


def _text(manuscript: Manuscript, path: str) -> str:
    return manuscript.files[path].data.decode("utf-8", errors="replace")


def _generated(one: Source) -> list[Mention]:
    """What the text inputs of generated/, by its file name."""
    return [
        replace(mention, key=mention.key.removesuffix(".tex") + ".tex")
        for mention in one.inputs
        if mention.key.startswith("generated/")
    ]


def _needs_macros(read: tuple[Source, ...], macros: str) -> bool:
    uses = any(one.numbers or one.notes for one in read)
    return uses and not any(one.path == macros for one in read)


def _undefined(read: tuple[Source, ...]) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        read[0].path,
        "uses \\pf, but does not read its definitions",
        "put \\input{generated/macros} before \\begin{document}",
        NAME,
    )


def _same(key: str, known: list[str]) -> list[str]:
    """The key that this one is but for case and signs; an average has no name of its own."""
    folded = {slug(one): one for one in reversed(known)}
    whole = [part for part in key.split("/") if slug(part) not in AVERAGES]
    wanted = (slug(key), slug("/".join(whole)))
    return [folded[name] for name in wanted if name in folded][:1]


def _unknown(where: str, message: str, key: str, known: list[str]) -> Diagnostic:
    from difflib import get_close_matches

    near = _same(key, known) or get_close_matches(key.lower(), known, 1)
    hint = f"did you mean {near[0]}?" if near else "all keys are in generated/macros.tex"
    return Diagnostic(Severity.WARNING, where, message, hint, NAME)
