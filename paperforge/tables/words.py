"""Names as in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """Names as in a sentence: "BLEU, Time and FLOPs"."""
    return " and ".join([*filter(None, [", ".join(names[:-1])]), *names[-1:]])
