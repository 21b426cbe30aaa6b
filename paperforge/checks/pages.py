"""The counted pages against the venue's limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from paperforge.model import Build, Manuscript

NAME = "pages"


def check(manuscript: Manuscript, build: Build) -> list[Diagnostic]:
    """A body that ends after the last allowed page."""
    venue = manuscript.venue
    limit = venue.page_limit.get(str(manuscript.mode)) if venue else None
    if venue is None or limit is None or build.body_pages is None or build.body_pages <= limit:
        return []
    return [
        Diagnostic(
            Severity.WARNING,
            manuscript.main,
            f"the body ends on page {build.body_pages}; {venue.name} allows {limit}",
            "shorten it, or move parts to an appendix",
            NAME,
        )
    ]
