"""One line that says how a decision was made, so that somebody else makes it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge import __version__

if TYPE_CHECKING:
    from paperforge.model import Decision
    from paperforge.spec import DesignSpec

DIGITS = 16
"""Of the digest of the data: enough to tell two files apart."""


def signature(decision: Decision, spec: DesignSpec, data: str) -> str:
    """Test, unit, pairing, family, settings, seed, data and version, "|" between them.

    data: the SHA-256 of the results (hexadecimal); empty: left out.
    """
    named = {
        "test": decision.test or "none",
        "unit": str(decision.unit),
        "paired": "yes" if decision.paired else "no",
        "family": f"{decision.family}" if decision.primary else "secondary",
        "correction": spec.correction if decision.family > 1 else "none",
        "alpha": f"{spec.alpha:g}",
        "seed": f"{spec.seed}",
        "data": data[:DIGITS],
        "paperforge": __version__,
    }
    return "|".join(f"{name}:{value}" for name, value in named.items() if value)
