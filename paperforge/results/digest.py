"""A fingerprint of the inputs: equal bytes and equal mapping, equal results."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from paperforge import stores
from paperforge.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from paperforge.results.sources import Input

_CHUNK = 1 << 20


def of(inputs: Sequence[Input]) -> str:
    """SHA-256 (hexadecimal) over every file's bytes and what its columns were taken for.

    Where the files lie makes no difference; their order and the names that the user gave do.
    """
    whole = hashlib.sha256()
    for one in inputs:
        source, mapped = one.source, one.mapped
        meaning = {
            "shown": source.shown,
            "roles": dict(mapped.roles),
            "values": [[v.column, v.metric, v.split, v.dataset] for v in mapped.values],
            "metrics": source.metrics,
            "where": dict(source.where),
        }
        whole.update(json.dumps(meaning, sort_keys=True).encode())
        found = one.file.found
        for path in stores.parts(found):
            whole.update(found.place(path).encode() if path.is_relative_to(found.root) else b"-wal")
            whole.update(_digest(path))
    return whole.hexdigest()


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path.name) from None
    return digest.digest()
