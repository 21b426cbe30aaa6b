"""Stores of other packages, through the entry point group `paperforge.stores`.

They are asked after ours, and loaded only where a file is left that none of ours reads: looking
for entry points takes time, and an import runs code that the user chose to install.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paperforge.model import Store

GROUP = "paperforge.stores"
_NEEDED = ("NAME", "recognises", "read")


@cache
def others(taken: frozenset[str]) -> tuple[Mapping[str, Store], tuple[str, ...]]:
    """Name -> store of every package that brings one, and what is wrong with those that fail.

    `taken` are our own names: another package cannot replace them.
    """
    from importlib.metadata import entry_points

    found: dict[str, Store] = {}
    complaints = []
    for entry in sorted(entry_points(group=GROUP), key=lambda one: (one.name, one.value)):
        package = entry.dist.name if entry.dist else entry.value
        said = f"the store {entry.name!r} of the package {package} is left out: "
        if entry.name in taken or entry.name in found:
            complaints.append(said + "there is one of this name")
            continue
        try:
            store = entry.load()
        except Exception as error:  # noqa: BLE001  whatever a foreign module raises
            complaints.append(said + f"it cannot be imported ({type(error).__name__}: {error})")
            continue
        missing = [name for name in _NEEDED if not hasattr(store, name)]
        if missing:
            complaints.append(said + f"it has no {', '.join(missing)}")
            continue
        found[entry.name] = cast("Store", store)
    return found, tuple(complaints)
