"""What a tracker keeps that is no number: gathered over all runs, for one note."""

from __future__ import annotations

_MOST = 1000
_SHOWN = 3


class LeftOut:
    """What was logged and is no number: kind -> names, for one note."""

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, None]] = {}

    def add(self, kind: str, name: str) -> None:
        """One value that is not taken."""
        names = self._kinds.setdefault(kind, {})
        if len(names) < _MOST:
            names[name] = None

    def __str__(self) -> str:
        said = []
        for kind, names in sorted(self._kinds.items()):
            shown = ", ".join(sorted(names)[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
            said.append(f"{kind} ({shown})")
        return ", ".join(said)
