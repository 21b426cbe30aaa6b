"""Plain text into LaTeX that sets it literally, with no package, in every engine and encoding.

Data holds anything: `lora_r8 (50%)`, `p@1 ≥ β`, emoji, Chinese. `escape` keeps what the reader saw.
The table of characters is data: characters.json, beside this file.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\ensuremath{\mathdollar}",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\`{}",
}
"""ASCII that TeX would act on, or that the OT1 encoding prints as something else."""

_ACTIVE = re.compile(
    r"""[\\{}$&#_%^~<>|`"]|-(?=-)|'(?=')|,(?=,)|(?<=\d)×10⁻?[⁰¹²³⁴-⁹]+|[^\x00-\x7f]"""
)
"""Specials; the first of two signs that would join into a dash or a quote; what is not ASCII, a
power of ten behind a number together."""
_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

_INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]"
)
"""Characters that change how a line is read and print nothing. U+200C and U+200D, which shape
letters and emoji, stay."""

_STATISTIC = re.compile(
    r"(?<![\w$\\])p(?= (?:=|\\textless|\\textgreater|cannot) ?)|(?<=\bmid-)p\b"
    r"|(?:(?<=\bWelch )|(?<=paired )|(?<=\ba ))t(?= test\b| over\b| on\b|[,;.) ]|$)"
)
"""The letters p and t where a sentence of ours names a statistic."""

_OPENS_AFTER = " ([{/-"

_POWER = re.compile(r"((?<=\d)e-?\d+)")
"""The power of ten of a number in scientific notation."""

_MATHS = {
    "-": r"\ensuremath{-}",
    "−": r"\ensuremath{-}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    "±": r"\ensuremath{\pm}",
}


class Tex(str):
    """Trusted TeX: the one marked type that `escape` leaves alone."""

    __slots__ = ()


class Label(str):
    """A name as text, with the TeX that the author of the paper gave for it.

    The value is the text: what figures, terminals and HTML print. `escape` gives the TeX as it is.
    Only a paper.toml makes one (label.read); what comes out of a store is an ordinary string.
    """

    __slots__ = ("tex",)
    tex: str

    def __new__(cls, text: str, tex: str) -> Self:
        """Both in one line; the text is made plain."""
        made = super().__new__(cls, _plain(text))
        made.tex = tex
        return made

    def __reduce__(self) -> tuple[type[Label], tuple[str, str]]:
        return Label, (str(self), self.tex)

    def __str__(self) -> str:
        """The text alone."""
        return "".join(self)

    def __add__(self, other: str) -> Label:
        """Text behind the name, a unit or an arrow: it is escaped."""
        return Label(str(self) + other, self.tex + escape(other))

    def __radd__(self, other: str) -> Label:
        """Text before it."""
        return Label(other + str(self), escape(other) + self.tex)


@lru_cache(maxsize=1)
def _characters() -> tuple[dict[str, str], frozenset[str]]:
    """(character -> TeX that needs no package, characters that pdfLaTeX sets directly)."""
    import json

    data = json.loads((Path(__file__).parent / "characters.json").read_text(encoding="utf-8"))
    return data["commands"], frozenset(data["direct"])


def plain(text: str) -> str:
    """One line without control or invisible characters, in composed form (NFC).

    Line breaks and tabs become spaces; control characters, lone surrogates and bidirectional
    overrides go. What is left is safe in a terminal, in UTF-8 and in a TeX comment.
    """
    if (text.isascii() and text.isprintable()) or isinstance(text, Label):
        return text
    return _plain(text)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", re.sub(r"[\s\x85\u2028\u2029]", _space, text))
    return "".join(
        c for c in _INVISIBLE.sub("", text) if unicodedata.category(c) not in ("Cc", "Cs")
    )


def _space(match: re.Match[str]) -> str:
    """A space for a line break or tab; typographic spaces stay."""
    found = match.group()
    return found if unicodedata.category(found) == "Zs" else " "


def escape(text: str) -> str:
    r"""The TeX that prints `text` literally; needs no package.

    Symbols become kernel commands or mathematics (± is `$\pm$`). Letters that no command of the
    kernel gives (Chinese, Hebrew, emoji) pass through as UTF-8: see `needs_unicode_engine`. A `Tex`
    comes back as it is, a `Label` as its TeX. At the start of a table row, `[` and `*` still need a
    {} before them.
    """
    if isinstance(text, Label):
        return text.tex
    if isinstance(text, Tex):
        return text
    return _ACTIVE.sub(_command, plain(text))


def _command(match: re.Match[str]) -> str:
    found = match.group()
    if found in SPECIAL:
        return SPECIAL[found]
    if found == '"':
        at = match.start()
        opens = at == 0 or match.string[at - 1] in _OPENS_AFTER
        return r"\textquotedblleft{}" if opens else r"\textquotedblright{}"
    if found in "-',":
        return found + "{}"
    if found.startswith("×10"):
        return rf"$\times10^{{{found[3:].translate(_LOWERED)}}}$"
    return _characters()[0].get(found, found)


def statistics(tex: str) -> str:
    r"""TeX of a sentence with p and t as variables: "p = .03" -> "$p$ = .03", "Welch t"."""
    return _STATISTIC.sub(r"$\g<0>$", tex)


def number(printed: str) -> Tex:
    r"""A printed number ("-1.2", "<.001", "91.2 ± 0.3") as TeX that mathematics takes as well."""
    digits, *rest = _POWER.split(plain(printed))
    said = "".join(_MATHS.get(c) or escape(c) for c in digits)
    for power, after in zip(rest[::2], rest[1::2], strict=True):
        said += rf"\ensuremath{{\times 10^{{{power[1:]}}}}}"
        said += "".join(_MATHS.get(c) or escape(c) for c in after)
    return Tex(said)


def needs_unicode_engine(text: str) -> tuple[str, ...]:
    """The characters that pdfLaTeX cannot set, in order; XeLaTeX and LuaLaTeX can, with a font."""
    if text.isascii():
        return ()
    commands, direct = _characters()
    return tuple(
        c
        for c in dict.fromkeys(plain(text))
        if not c.isascii() and c not in commands and c not in direct
    )


# ---------------------------------------------------------------------------------------------
# keys
# ---------------------------------------------------------------------------------------------


def slug(name: str) -> str:
    r"""The ASCII part of a macro's key: lower case, [a-z0-9.-], never empty.

    "LoRA (r=8)" -> "lora-r-8", "Café" -> "cafe", "β-VAE" -> "beta-vae", "LoRA+" -> "lora-plus".
    Other letters and emoji become their code point ("模" -> "u6a21"): anyone can type the key.
    """
    letters = "".join(_ascii(c) for c in unicodedata.normalize("NFKD", plain(name)).lower())
    return re.sub(r"-+", "-", re.sub(r"[^a-z0-9.]", "-", letters)).strip("-") or "x"


def _ascii(character: str) -> str:
    if character == "+":
        return "-plus"
    if character.isascii():
        return character
    if unicodedata.combining(character):
        return ""
    official = unicodedata.name(character, "")
    if official.startswith("GREEK SMALL LETTER "):
        return official.split()[3].lower()
    if unicodedata.category(character)[0] in "LNS" and unicodedata.category(character) != "Sk":
        return f"-u{ord(character):x}-"
    return "-"


def slugs(names: Iterable[str], reserved: Collection[str] = ()) -> dict[str, str]:
    """Name -> its own slug; those that collide, with each other or with `reserved`, get a suffix.

    The suffix is made from the name alone: neither the order nor the other names change it. A name
    that is its own slug keeps it ("lora" beside "LoRA"), unless that is reserved.
    """
    wanted = {name: slug(name) for name in names}
    counts = Counter(wanted.values())
    given = {n: s for n, s in wanted.items() if s not in reserved and (counts[s] == 1 or n == s)}
    taken = {*given.values(), *reserved}
    for name in sorted(set(wanted) - set(given)):
        key = f"{wanted[name]}-{_digest(name, 4)}"
        if key in taken:
            key = f"{wanted[name]}-{_digest(name, 16)}"
        given[name] = key
        taken.add(key)
    return {name: given[name] for name in wanted}


def _digest(name: str, length: int) -> str:
    import hashlib

    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:length]
