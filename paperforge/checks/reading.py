"""The manuscript's .tex files as latex.source reads them, for every check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex import source
from paperforge.model import Owner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paperforge.latex.source import Source
    from paperforge.model import Manuscript


def sources(manuscript: Manuscript) -> tuple[Source, ...]:
    """The main file and all that it inputs, in the order of the paper."""

    def text(path: str) -> str | None:
        file = manuscript.files.get(path)
        return None if file is None else file.data.decode("utf-8", errors="replace")

    return source.walk(manuscript.main, text)


def authored(manuscript: Manuscript) -> tuple[Source, ...]:
    """Those of them that the author wrote."""
    return tuple(
        one for one in sources(manuscript) if manuscript.files[one.path].owner is Owner.AUTHOR
    )


def citations(read: Iterable[Source]) -> dict[str, str]:
    """Cited key -> the first place that cites it."""
    found: dict[str, str] = {}
    for one in read:
        for mention in one.citations:
            found.setdefault(mention.key, f"{one.path}:{mention.line}")
    return found


def bibliographies(manuscript: Manuscript, read: Iterable[Source]) -> tuple[str, ...]:
    """The .bib files that the paper names and has, each once."""
    named = [mention.key for one in read for mention in one.bibliographies]
    return tuple(dict.fromkeys(path for path in named if path in manuscript.files))
