"""Corpus metrics that the author declares: which measured values their sums are of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.names import well_known
from paperforge.spec import Direction, Metric
from paperforge.sums import CORPUS, corpus_problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SHOWN = 12
_SEPARATORS = re.compile(r"[\W_]+")
_PERCENT = 100.0


def parts(
    declared: Mapping[str, Mapping[str, object]], found: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Corpus metric -> the measured values that it is computed from, in its order.

    Raises InputError where one is not among the results, or where the results have numbers of the
    corpus metric's own name: which of the two is meant?
    """
    made = {}
    for name, keys in declared.items():
        if not keys.get("corpus"):
            continue
        where = f"metric {name!r}"
        if name in found:
            text = f"the results have numbers called {name!r}, and it is to be computed from sums"
            raise InputError(text, where, "give the computed one another name, and a label")
        named = keys.get("from")
        kind = str(keys["corpus"])
        given = [str(one) for one in named] if isinstance(named, list | tuple) else []
        made[name] = tuple(given or _by_name(kind, found))
        wrong = corpus_problem(kind, made[name])
        if wrong:
            raise InputError(wrong, where)
        absent = [one for one in made[name] if one not in found]
        if absent:
            there = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
            text = f"is computed from {', '.join(absent)}, of which the results have no numbers"
            hint = f"there is: {there}; from = [...] names what {kind} sums"
            raise InputError(text, where, hint)
    return made


def _by_name(kind: str, found: Sequence[str]) -> list[str]:
    """The parts of a corpus metric by their well-known names."""
    plain = {_SEPARATORS.sub("_", name.casefold()): name for name in reversed(found)}
    return [next((plain[n] for n in part if n in plain), part[0]) for part in CORPUS[kind].parts]


def metric(
    name: str, keys: Mapping[str, object], parts: tuple[str, ...], margin: float | None
) -> Metric:
    """A corpus metric; where its unit is percent, shares are printed times 100."""
    kind = str(keys["corpus"])
    label, direction = well_known(name) or (name, CORPUS[kind].direction)
    digits, own, tested = keys.get("digits"), keys.get("margin", margin), keys.get("tested")
    unit = str(keys.get("unit") or "")
    usual = _PERCENT if unit == "%" and CORPUS[kind].fraction else 1.0
    return Metric(
        name=name,
        label=given if isinstance(given := keys.get("label"), str) and given else label,
        direction=Direction(str(keys["direction"])) if keys.get("direction") else direction,
        unit=unit,
        digits=None if digits is None else int(str(digits)),
        scale=float(str(keys.get("scale") or usual)),
        margin=None if own is None else float(str(own)),
        tested=tested is None or bool(tested),
        corpus=kind,
        parts=parts,
        own=bool(given) or well_known(name) is None,
    )
