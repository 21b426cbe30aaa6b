"""Venues: their facts, and the official style files that people add.

facts  a name as people write it -> Venue
kit    an official zip or folder -> the files to put into the project
"""

from paperforge.venues.facts import (
    checklist,
    checklist_in_pdf,
    find,
    kit_folder,
    known,
    of_paper,
    official,
    page_of,
    said_of_page,
    templates_root,
    unread,
    wants_impact,
)
from paperforge.venues.kit import Kit, add_kit, recognise_kit

__all__ = [
    "Kit",
    "add_kit",
    "checklist",
    "checklist_in_pdf",
    "find",
    "kit_folder",
    "known",
    "of_paper",
    "official",
    "page_of",
    "recognise_kit",
    "said_of_page",
    "templates_root",
    "unread",
    "wants_impact",
]
