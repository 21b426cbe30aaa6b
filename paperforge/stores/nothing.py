"""A file that holds no results: what a run leaves that was killed before its first number."""

from __future__ import annotations

from paperforge.errors import InputError


class NothingToRead(InputError):
    """The file is empty, has a header only, or is no text: in a folder it can be skipped."""
