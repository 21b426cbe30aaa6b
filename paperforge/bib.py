"""References: a .bib text -> Bibliography, and what is wrong with it.

bibtexparser cuts the text into blocks; the values (strings, concatenation) are put together here,
because an undefined @string has to be told from a text.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from bibtexparser.library import Library

CITATIONS = "citations"
"""The check of what the text cites: fails a submission."""
YEARS = ("year", "date")
CHECK = "bibliography"
"""The check of the entries themselves."""
SHOWN_KEYS = 20
"""Unused keys that one note names; a shared .bib may hold thousands."""
_PIECE = re.compile(r'\{(?P<braced>.*)\}|"(?P<quoted>.*)"|(?P<bare>[^"{}]*)', re.DOTALL)
_BLOCK = re.compile(r"[ \t]*@[ \t]*(\w+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One work. Types and field names in lower case, values with @strings put in."""

    key: str
    type: str
    fields: Mapping[str, str]
    line: int
    path: str

    @property
    def where(self) -> str:
        """Its place: "refs.bib:12"."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Bibliography:
    """The entries of one or more .bib files, in order, repeated keys included."""

    path: str
    entries: tuple[Entry, ...]
    broken: tuple[Diagnostic, ...] = ()
    """Entries that cannot be read, and strings that nothing defines."""


def read(text: str, path: str) -> Bibliography:
    """The entries of a .bib text; whatever cannot be read becomes a diagnostic. Raises nothing."""
    library = _blocks(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    strings: dict[str, str] = {month: month for month in _facts()["months"]}
    broken: list[Diagnostic] = []
    entries: list[Entry] = []
    for block in library.blocks:
        inner: Any = getattr(block, "ignore_error_block", None) or block
        name = type(inner).__name__
        if name == "String":
            strings[inner.key.lower()] = _value(inner.value, strings)[0]
        elif name == "Entry":
            entry, notes = _entry(inner, strings, path)
            entries += [entry] if entry.key else []
            broken += notes
        elif name == "ParsingFailedBlock":
            broken.append(_failed(inner, path))
    return Bibliography(path, tuple(entries), tuple(broken))


def in_text(texts: Iterable[str], keys: Collection[str]) -> dict[str, str]:
    """Key -> its citation as styles of authors and years print it: "(Zeng and Chen, 2023)".

    texts: of .bib files. Only the entries of these keys are read, for a .bib may hold thousands; a
    key without an entry, or whose entry has no author, is left out.
    """
    found: dict[str, str] = {}
    for text in texts:
        for key in keys:
            start = re.search(rf"@[ \t]*\w+[ \t]*[{{(]\s*{re.escape(key)}\s*,", text)
            if start is None or key in found:
                continue
            end = text.find("\n@", start.end())
            entries = read(text[start.start() : end if end > 0 else len(text)], "").entries
            names = _surnames(entries[0].fields) if entries else []
            if names:
                year = re.search(r"\d{4}", " ".join(map(entries[0].fields.get, YEARS, ("", ""))))
                found[key] = f"({_together(names)}, {year[0] if year else 'n.d.'})"
    return found


def _surnames(fields: Mapping[str, str]) -> list[str]:
    """The surnames of an entry's authors, or else editors, without TeX."""
    said = fields.get("author") or fields.get("editor") or ""
    people = [re.sub(r"\\[a-zA-Z]+|\\.|[{}]", "", person).strip() for person in said.split(" and ")]
    return [
        (person.partition(",")[0] if "," in person else person.split()[-1]).strip()
        for person in people
        if person
    ]


def _together(names: Sequence[str]) -> str:
    """Surnames as they are cited: all of two, the first of more."""
    if len(names) > 2 or names[-1] == "others":  # noqa: PLR2004 - as natbib does
        return f"{names[0]} et al."
    return " and ".join(names)


def join(bibliographies: Sequence[Bibliography]) -> Bibliography:
    """Several .bib files as the one that TeX sees."""
    return Bibliography(
        path=", ".join(one.path for one in bibliographies),
        entries=tuple(entry for one in bibliographies for entry in one.entries),
        broken=tuple(note for one in bibliographies for note in one.broken),
    )


def check(
    bibliography: Bibliography,
    cited: Mapping[str, str],
    *,
    strict: bool = False,
    uncited_ok: bool = False,
) -> tuple[Diagnostic, ...]:
    r"""What does not fit between the text and its references.

    cited: key -> the first place that cites it; the key "*" stands for \nocite{*}.
    strict: a missing key is an error (submission, final) and not a warning (draft).
    uncited_ok: entries that nothing cites are not noted.
    """
    return (
        *bibliography.broken,
        *_missing(bibliography, cited, strict=strict),
        *_duplicates(bibliography),
        *_incomplete(bibliography),
        *(() if uncited_ok or "*" in cited else _unused(bibliography, cited)),
    )


def _blocks(text: str) -> Library:
    """What bibtexparser makes of the text; it logs each mistake, which we report ourselves."""
    import logging

    from bibtexparser.entrypoint import parse_string

    logger = logging.getLogger("bibtexparser")
    before = logger.disabled, logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        return parse_string(text, parse_stack=[])
    finally:
        logger.disabled, logger.level = before


def _entry(
    block: Any,  # noqa: ANN401 (bibtexparser's blocks share no type with these fields)
    strings: Mapping[str, str],
    path: str,
) -> tuple[Entry, list[Diagnostic]]:
    """The entry, and what is wrong inside it. bibtexparser's classes carry no types."""
    line = block.start_line + 1
    fields: dict[str, str] = {}
    notes = []
    for field in block.fields:
        name = field.key.lower()
        value, unknown = _value(field.value, strings)
        for string in unknown:
            message = f"{name} of {block.key!r} uses the string {string!r}, which nothing defines"
            hint = "put braces around text; define strings with @string"
            notes.append(_warning(f"{path}:{field.start_line + 1}", message, hint))
        if name in fields:
            message = f"{block.key!r} has the field {name!r} twice"
            notes.append(
                _warning(f"{path}:{field.start_line + 1}", message, "BibTeX takes the first")
            )
        fields.setdefault(name, value)
    if not block.key:
        message = f"an @{block.entry_type} entry has no key, so nothing can cite it"
        notes.append(_warning(f"{path}:{line}", message, "write @type{key, …}"))
    return Entry(block.key, block.entry_type.lower(), fields, line, path), notes


def _value(raw: str, strings: Mapping[str, str]) -> tuple[str, list[str]]:
    """A field's text: pieces joined by #, strings put in; and the strings that are unknown."""
    text, unknown = [], []
    for piece in _pieces(raw):
        match = _PIECE.fullmatch(piece)
        if match and match["bare"] is None:
            text.append(match["braced"] if match["braced"] is not None else match["quoted"])
        elif piece.isdigit() or not piece:
            text.append(piece)
        else:
            text.append(strings.get(piece.lower(), piece))
            unknown += [] if piece.lower() in strings else [piece]
    return " ".join("".join(text).split()), unknown


def _pieces(raw: str) -> Iterator[str]:
    """Parts of a value between # signs that stand outside of braces and quotes."""
    depth, quoted, start = 0, False, 0
    for at, char in enumerate(raw):
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif char == '"' and depth == 0:
            quoted = not quoted
        elif char == "#" and depth == 0 and not quoted:
            yield raw[start:at].strip()
            start = at + 1
    yield raw[start:].strip()


def _failed(block: Any, path: str) -> Diagnostic:  # noqa: ANN401 (as for _entry)
    raw = block.raw or ""
    start = _BLOCK.match(raw)
    key = re.match(r"\s*[{(]\s*([^\s,{}=]+)", raw[start.end() :]) if start else None
    name = f"the entry {key[1]!r}" if key else "an entry"
    hint = "look for a missing brace, quote or comma, in it or just before it"
    message = f"{name} cannot be read, so citing it finds nothing"
    return _warning(f"{path}:{block.start_line + 1}", message, hint)


def _missing(
    bibliography: Bibliography, cited: Mapping[str, str], *, strict: bool
) -> Iterator[Diagnostic]:
    from difflib import get_close_matches

    keys = {entry.key for entry in bibliography.entries}
    folded = {key.casefold(): key for key in keys}
    severity = Severity.ERROR if strict else Severity.WARNING
    for key, where in cited.items():
        if key in keys or key == "*":
            continue
        near = get_close_matches(key.casefold(), folded, 1)
        name = bibliography.path or "the bibliography"
        hint = f"did you mean {folded[near[0]]!r}?" if near else f"add it to {name}"
        if key.casefold() in folded:
            hint += " (keys that differ in case only work with some programs)"
        # The wording is also that of the TeX log's reader, so that one of the two is shown.
        message = f"citation '{key}' is not in the bibliography"
        yield Diagnostic(severity, where, message, hint, CITATIONS)


def _duplicates(bibliography: Bibliography) -> Iterator[Diagnostic]:
    first: dict[str, Entry] = {}
    for entry in bibliography.entries:
        known = first.setdefault(entry.key.casefold(), entry)
        if known is not entry:
            message = f"{entry.key!r} is there twice: {known.where} and {entry.where}"
            yield _warning(entry.where, message, "keep one; TeX takes the first")


def _incomplete(bibliography: Bibliography) -> Iterator[Diagnostic]:
    by_key = {entry.key.casefold(): entry for entry in reversed(bibliography.entries)}
    for entry in bibliography.entries:
        parent_key = entry.fields.get("crossref", "")
        parent = by_key.get(parent_key.casefold())
        if parent_key and not parent:
            message = f"{entry.key!r} refers to {parent_key!r} by crossref, which is not there"
            yield _warning(entry.where, message, "add that entry, or the fields themselves")
            continue
        has = {name for name, value in entry.fields.items() if value}
        if parent:
            has |= {name for name, value in parent.fields.items() if value}
            has |= {"booktitle"} & ({"booktitle"} if parent.fields.get("title") else set())
        lacks = [need for need in _facts()["required"].get(entry.type, ()) if not has & set(need)]
        if lacks:
            names = ", ".join(" or ".join(need) for need in lacks)
            yield _warning(entry.where, f"@{entry.type} {entry.key!r} lacks {names}", "")


def _unused(bibliography: Bibliography, cited: Mapping[str, str]) -> Iterator[Diagnostic]:
    used = {key.casefold() for key in cited}
    used |= {
        entry.fields[field].casefold()
        for entry in bibliography.entries
        for field in ("crossref", "xref", "xdata")
        if field in entry.fields
    }
    unused = [entry for entry in bibliography.entries if entry.key.casefold() not in used]
    if unused:
        shown = ", ".join(entry.key for entry in unused[:SHOWN_KEYS])
        more = f" and {len(unused) - SHOWN_KEYS} more" if len(unused) > SHOWN_KEYS else ""
        count = "1 entry is" if len(unused) == 1 else f"{len(unused)} entries are"
        message = f"{count} never cited: {shown}{more}"
        yield Diagnostic(Severity.NOTE, unused[0].where, message, "", CHECK)


def _warning(where: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(Severity.WARNING, where, message, hint, CHECK)


@functools.cache
def _facts() -> Any:  # noqa: ANN401 (JSON)
    return json.loads(
        (Path(__file__).parent / "data" / "bib_fields.json").read_text(encoding="utf-8")
    )
