"""A TeX log -> Diagnostics.

The log is read with the file stack that TeX itself prints ("(./sections/method.tex … )"), so that a
warning names the file it came from. Errors carry `file:line:` because compile.py asks TeX for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_ERROR = re.compile(r"^(?:\./)?(?P<file>[^\s:][^:]*\.\w+):(?P<line>\d+): (?P<text>.*)$")
_BARE_ERROR = re.compile(r"^! (?P<text>.*)$")
_WARNING = re.compile(r"^(?:LaTeX|Package \S+|Class \S+)(?: \w+)? Warning: (?P<text>.*)$")
_BIBTEX = re.compile(r"^(?P<text>.+)---line (?P<line>\d+) of file (?P<file>\S+)$", re.MULTILINE)
_ON_LINE = re.compile(r"on input line (\d+)")
_BOX = re.compile(
    r"^Overfull \\(?P<box>[hv])box \((?P<by>[\d.]+)pt too (?:wide|high)\)"
    r"(?:.*? at lines? (?P<line>\d+))?"
)
STICKS_OUT = 20.0
"""Points from which on what is too wide is a fault that a reader sees, such as a table's column."""
_CHARACTER = re.compile(r"^Missing character: There is no (?P<char>\S+) ")
_OPEN = re.compile(
    r"\((?P<file>\.?/?[^\s()]+\.(?:tex|sty|cls|bbl|aux|toc|out|def|cfg|fd|clo|ltx|cnf|dfu|mkii|map))"
)

_HINTS = (
    ("Undefined control sequence", "a misspelt command, or a package that is not loaded"),
    ("Missing $ inserted", "a maths symbol outside maths: write \\_ for an underscore in text"),
    ("Misplaced alignment tab", "write \\& for an ampersand in text"),
    (
        "Unicode character",
        'pdfLaTeX has no glyph for it: engine = "lualatex" in paper.toml, or spell it out',
    ),
    ("File ended while scanning", "a brace that is opened and never closed"),
    ("Runaway argument", "a brace that is opened and never closed"),
    ("Extra }, or forgotten $", "a brace or a $ too many on this line"),
    ("Too many }'s", "a closing brace too many"),
    ("ended by \\end", "an environment that is closed under another name"),
    ("Paragraph ended before", "an empty line inside a command's argument"),
    (".sty' not found", "a package that is not installed: see tlmgr install or your distribution"),
    (".cls' not found", "put the class into the project, or install it"),
    ("requires either XeTeX or LuaTeX", 'engine = "lualatex" in paper.toml'),
    ("not found", "put the file into the project, or correct its name"),
    (
        "auto expansion is only possible",
        "a bitmap font: \\usepackage{lmodern}, or install cm-super",
    ),
    ("Emergency stop", "TeX gave up here: mend the first error above it"),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One log line with the file that TeX was reading, and what follows it."""

    text: str
    file: str
    rest: tuple[str, ...]


def read(log: str) -> tuple[Diagnostic, ...]:
    """Errors, undefined references and citations, missing glyphs and overfull boxes of a log.

    Expects a log written with `-file-line-error` and unwrapped lines (max_print_line large).
    `where` is "file:line" relative to the compiled folder. Each is reported once.
    """
    found: dict[tuple[str, str], Diagnostic] = {}
    for line in _lines(log):
        diagnostic = _error(line) or _warning(line) or _box(line) or _character(line)
        if diagnostic is not None:
            found.setdefault((diagnostic.where, diagnostic.message), diagnostic)
    errors = [d for d in found.values() if d.severity is Severity.ERROR]
    stops = [d for d in errors if d.message.startswith(("Emergency stop", "Fatal error"))]
    kept = [d for d in found.values() if d not in stops or len(stops) == len(errors)]
    return (*kept, *_bitmaps(log))


def bibliography(blg: str) -> tuple[Diagnostic, ...]:
    """What BibTeX could not read, at its place in the .bib file; from its .blg."""
    return tuple(
        Diagnostic(
            Severity.WARNING,
            f"{found['file']}:{found['line']}",
            f"BibTeX: {found['text'].strip()}",
            "the entry is left out until it is mended",
            "broken-bibliography",
        )
        for found in _BIBTEX.finditer(blg)
    )


def _bitmaps(log: str) -> tuple[Diagnostic, ...]:
    """A warning where TeX put bitmap fonts into the PDF, which venues refuse as Type 3."""
    fonts = sorted(set(re.findall(r"/([\w-]+)\.\d+pk>", log)))
    if not fonts:
        return ()
    hint = "\\usepackage{lmodern}, or install cm-super"
    message = f"bitmap (Type 3) fonts: {', '.join(fonts)}"
    return (Diagnostic(Severity.WARNING, "PDF", message, hint, "fonts"),)


def pages(log: str) -> int | None:
    """The number of pages that TeX wrote; None where it wrote none."""
    match = re.search(r"Output written on .*? \((\d+) pages?", log, re.DOTALL)
    return int(match.group(1)) if match else None


def body_end(aux: str) -> int | None:
    """The page on which the counted body ends: the label pf:end-of-body in the .aux text."""
    match = re.search(r"\\newlabel\{pf:end-of-body\}\{\{[^{}]*\}\{(\d+)\}", aux)
    return int(match.group(1)) if match else None


def _lines(log: str) -> Iterator[_Line]:
    stack: list[str] = []
    lines = log.splitlines()
    for index, text in enumerate(lines):
        yield _Line(text, _current(stack), tuple(lines[index + 1 : index + 6]))
        _follow(stack, text)


def _follow(stack: list[str], text: str) -> None:
    """Push and pop the files that one line opens and closes."""
    if text.startswith(("l.", "!", "Overfull", "Underfull")):
        return
    position = 0
    while position < len(text):
        if text[position] == "(":
            match = _OPEN.match(text, position)
            stack.append(match.group("file") if match else "")
            position = match.end() if match else position + 1
            continue
        if text[position] == ")" and stack:
            stack.pop()
        position += 1


def _current(stack: list[str]) -> str:
    for name in reversed(stack):
        if name:
            return name.removeprefix("./")
    return ""


def _place(file: str, line: str | None) -> str:
    return f"{file}:{line}" if line else file


def _error(line: _Line) -> Diagnostic | None:
    match = _ERROR.match(line.text)
    if match:
        where = _place(match.group("file").removeprefix("./"), match.group("line"))
    else:
        match = _BARE_ERROR.match(line.text)
        if not match:
            return None
        number = next((m.group(1) for r in line.rest if (m := re.match(r"l\.(\d+)", r))), None)
        where = _place(line.file, number)
    text = match.group("text").strip()
    if text.startswith("==>"):
        return None
    culprit = next((r for r in line.rest if re.match(r"l\.\d+ ", r)), "")
    if text.startswith("Undefined control sequence") and culprit:
        text = f"{text.rstrip('.')}: {_last_macro(culprit)}"
    return Diagnostic(Severity.ERROR, where, text.removeprefix("LaTeX Error: "), _hint(text), "tex")


def _last_macro(context: str) -> str:
    r"""The macro at the end of TeX's "l.12 … \\foo" line, which is where TeX stopped."""
    names = re.findall(r"\\(?:[A-Za-z@]+|.)", context)
    return names[-1] if names else context


def _hint(text: str) -> str:
    return next((hint for sign, hint in _HINTS if sign in text), "")


def _warning(line: _Line) -> Diagnostic | None:
    match = _WARNING.match(line.text)
    if not match:
        return None
    text = match.group("text")
    on_line = _ON_LINE.search(text)
    where = _place(line.file, on_line.group(1) if on_line else None)
    for pattern, message, check in (
        (
            r"Citation [`']([^']+)' .*undefined",
            "citation '{}' is not in the bibliography",
            "citations",
        ),
        (r"Reference [`']([^']+)' .*undefined", "reference '{}' has no \\label", "references"),
        (r"Label [`']([^']+)' multiply defined", "label '{}' is defined twice", "references"),
        (r"File [`']([^']+)' not found", "file '{}' is missing", "figures"),
        (r"unknown number '([^']+)'", "\\pf{{{}}}: no such number in the results", "numbers"),
        (r"unknown figure '([^']+)'", "\\pfalt{{{}}}: no such figure", "numbers"),
        (r"unknown note '([^']+)'", "\\pfnote{{{}}}: no such table", "numbers"),
    ):
        found = re.search(pattern, text)
        if found:
            return Diagnostic(Severity.WARNING, where, message.format(found.group(1)), check=check)
    return None


def _box(line: _Line) -> Diagnostic | None:
    match = _BOX.match(line.text)
    if not match or float(match.group("by")) < 1:
        return None
    side = "wide" if match.group("box") == "h" else "high"
    by = float(match.group("by"))
    message = f"{by:.0f} pt too {side} for its space"
    where = _place(line.file, match.group("line"))
    severe = side == "wide" and by >= STICKS_OUT
    severity = Severity.WARNING if severe else Severity.NOTE
    return Diagnostic(severity, where, message, check="boxes")


def _character(line: _Line) -> Diagnostic | None:
    match = _CHARACTER.match(line.text)
    if not match:
        return None
    message = f"the font has no {match.group('char')}: it is missing from the PDF"
    hint = "a font with that script and lualatex or xelatex, or spell it out"
    return Diagnostic(Severity.WARNING, line.file, message, hint, "glyphs")
