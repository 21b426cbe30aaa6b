"""The venue's text face for a figure: found, completed, registered for one drawing."""

from __future__ import annotations

import json
import struct
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ALWAYS = "".join(map(chr, range(32, 127))) + "−–—…×±→←↑↓·µ"
"""What axes, numbers and shortened names may need, whatever the data."""


OFTEN = tuple(
    chr(code)
    for first, last in ((0xA0, 0x180), (0x370, 0x400), (0x2010, 0x2300))
    for code in range(first, last)
)
"""Accented Latin, Greek, punctuation, arrows and mathematics: what an own function may print."""
INVISIBLE = frozenset(map(chr, range(0xFE00, 0xFE10))) | {"\ufeff", "\u2060"}
"""Variation selectors, byte order mark, word joiner: nothing to draw."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font file that will do for the text of a venue."""

    path: Path
    shown: str
    math: str
    """matplotlib's math font that goes with it."""
    exact: bool
    """False: a stand-in of the same kind."""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Letters:
    """The fonts of one drawing, under names of their own, first choice first."""

    face: Face
    families: tuple[str, ...]
    missing: frozenset[str]
    """Characters that no font of this machine has."""
    notes: tuple[Diagnostic, ...] = ()
    lasting: bool = True
    """Whether no font is used but the face's own and those that matplotlib carries."""

    def spell(self, text: str) -> str:
        """Return the text on one line, with a code for what cannot be drawn: 算 -> [7B97]."""
        shown = (f"[{ord(c):04X}]" if c in self.missing else c for c in visible(text))
        return "".join(shown)


def visible(text: str) -> str:
    """Return the text without line ends, control characters and emoji selectors.

    Joiners and direction marks stay where Arabic or Indic letters need them.
    """
    kept = [
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c
        for c in text
        if c not in INVISIBLE
    ]
    return " ".join("".join(kept).split())


def face(text_face: str) -> Face:
    """Return the font for a venue's text face ("ptm", "Times", "lmr").

    Looks into the folders where TeX and systems keep fonts, else takes what matplotlib carries;
    always a serif of the same kind, never a silent sans.
    """
    import matplotlib as mpl

    kind = _kind(text_face)
    there = next((p for name in kind["files"] if (p := _find(name)) and coverage(p)), None)
    if there is not None:
        exact = there.name == kind["files"][0]
        shown = kind["shown"] if exact else there.stem
        return Face(there, shown, kind["math"], exact=True, wanted=kind["shown"])
    carried = Path(mpl.get_data_path(), "fonts", "ttf", kind["stand_in"])
    return Face(carried, kind["stand_in_shown"], kind["math"], exact=False, wanted=kind["shown"])


def kind_of(name: str, other: str = "times") -> str:
    """Return the kind of face that a name means: "times", "palatino" …; else `other`."""
    wanted = name.lower()
    found = (k for k, known in _data()["faces"].items() if any(n in wanted for n in known["names"]))
    return next(found, other)


def _kind(text_face: str) -> Any:  # noqa: ANN401 -- json
    """What is known of the kind of face: Times where its name says nothing."""
    return _data()["faces"][kind_of(text_face)]


@contextmanager
def letters(
    text_face: str, texts: Iterable[str], where: str, *, often: bool = False
) -> Iterator[Letters]:
    """Make the venue's face and fallbacks for these texts known to matplotlib, for this block only.

    where: what diagnostics are about ("figure main"). often: with all of OFTEN that the face has,
    where the texts are not known before they are drawn. Fonts are registered by file under private
    names, so that no family lookup can pick another size or weight, and unregistered afterwards.
    """
    from tempfile import TemporaryDirectory

    from matplotlib import font_manager

    main = face(text_face)
    needed = {c for text in texts for c in visible(text) if not _ignorable(c)} | set(ALWAYS)
    if often:
        needed |= {c for c in OFTEN if ord(c) in coverage(main.path)}
    chosen, missing = _cover(main.path, needed)
    manager = font_manager.fontManager
    before = list(manager.ttflist)
    with TemporaryDirectory(prefix="paperforge-fonts-", ignore_cleanup_errors=True) as folder:
        entries = [
            font_manager.FontEntry(
                fname=str(_usable(path, needed, Path(folder, f"{place}.ttf"))),
                name=f"paperforge-{Path(folder).name}-{place}",
                style="normal",
                variant="normal",
                weight=400,
                stretch="normal",
                size="scalable",
            )
            for place, path in enumerate(chosen)
        ]
        manager.ttflist = [*before, *entries]
        try:
            yield Letters(
                main,
                tuple(entry.name for entry in entries),
                frozenset(missing),
                tuple(_notes(main, set() if often else missing, where)),
                lasting=not missing and {*chosen[1:]} <= {*_carried()},
            )
        finally:
            manager.ttflist = before


@cache
def postscript_name(path: Path) -> str:
    """The name by which a PDF knows a font (OpenType's name 6); empty where it has none."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    with path.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as font:
        return str(font["name"].getDebugName(6) or "")


@cache
def coverage(path: Path) -> frozenset[int]:
    """Code points that a font file has outlines for; empty for a damaged or bitmap font."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with path.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as font:
            if not {"glyf", "CFF "} & set(font.keys()):
                return frozenset()
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError, KeyError, ValueError, AssertionError, struct.error):
        return frozenset()


def _cover(main: Path, needed: set[str]) -> tuple[list[Path], set[str]]:
    """Choose fonts until every character has one; what is left has none."""
    chosen = [main]
    left = {c for c in needed if ord(c) not in coverage(main)}
    for path in _fallbacks():
        if not left:
            break
        held = {c for c in left if ord(c) in coverage(path)}
        if held:
            chosen.append(path)
            left -= held
    return chosen, left


def found(text_face: str) -> list[tuple[str, int, int]]:
    """Return path, size and time of each file that `face` may choose, without matplotlib.

    While these are the same, and matplotlib is, so is the face.
    """
    files = (_find(name) for name in _kind(text_face)["files"])
    stats = [(str(path), path.stat()) for path in files if path is not None]
    return [(path, stat.st_size, stat.st_mtime_ns) for path, stat in stats]


def _carried() -> Iterator[Path]:
    import matplotlib as mpl

    for name in _data()["carried_fallbacks"]:
        yield Path(mpl.get_data_path(), "fonts", "ttf", name)


def _fallbacks() -> Iterator[Path]:
    """Fonts for rare characters: those matplotlib carries, then the system's upright ones."""
    from matplotlib import font_manager

    yield from _carried()
    liked = {name: place for place, name in enumerate(_data()["preferred_fallbacks"])}
    entries = [
        e
        for e in font_manager.fontManager.ttflist
        if e.style == "normal"
        and str(e.weight) in ("400", "normal", "regular")
        and e.name not in _data()["never"]
    ]
    entries.sort(key=lambda e: (liked.get(e.name, len(liked)), e.name, e.fname))
    seen: set[str] = set()
    for entry in entries:
        if entry.fname not in seen:
            seen.add(entry.fname)
            yield Path(entry.fname)


def _usable(path: Path, characters: set[str], copy: Path) -> Path:
    """The file itself where matplotlib embeds it rightly, else a TrueType copy of its part."""
    from paperforge.figures.outlines import truetype

    with path.open("rb") as file:
        if file.read(4) in (b"\x00\x01\x00\x00", b"true"):
            return path
    copy.write_bytes(truetype(path, frozenset(characters)))
    return copy


def _notes(main: Face, missing: set[str], where: str) -> Iterator[Diagnostic]:
    if not main.exact:
        yield Diagnostic(
            Severity.NOTE,
            where,
            f"{main.wanted} was not found; text is set in {main.shown}, which matplotlib carries",
            "install the TeX Gyre and Latin Modern OpenType fonts (Debian: fonts-texgyre, lmodern)",
        )
    if missing:
        names = ", ".join(f"{c} (U+{ord(c):04X})" for c in sorted(missing)[:8])
        more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""  # noqa: PLR2004 -- as above
        yield Diagnostic(
            Severity.WARNING,
            where,
            f"no font of this machine can draw {names}{more}; their codes stand in the figure",
            "install a font that has them (Debian: fonts-noto-cjk, fonts-symbola), or give the "
            "method or dataset a label in paper.toml",
        )


def _ignorable(character: str) -> bool:
    """Whether a font need not have the character: format characters such as joiners."""
    return unicodedata.category(character) == "Cf"


@cache
def _find(name: str) -> Path | None:
    """A font file in the folders where TeX and systems keep them."""
    for pattern in _data()["folders"]:
        folder = Path(pattern).expanduser()
        try:
            found: Sequence[Path] = sorted(Path(folder.anchor).glob(f"{_relative(folder)}/{name}"))
        except (OSError, ValueError, NotImplementedError):
            continue
        if found:
            return found[-1]
    return None


def _relative(folder: Path) -> str:
    return folder.relative_to(folder.anchor).as_posix()


@cache
def _data() -> Any:  # noqa: ANN401 -- json
    return json.loads(Path(__file__).with_name("fonts.json").read_text(encoding="utf-8"))
