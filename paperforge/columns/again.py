"""A column of seeds beside one of repeats: which of them tells the runs apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.columns.candidates import candidates
from paperforge.errors import InputError
from paperforge.names import listed, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.columns.draft import Draft


def seeds(draft: Draft, found: Sequence[str]) -> list[str]:
    """What may be the seed of these columns, where one is called "repeat".

    A column of one value tells no runs apart. Where a repeat's fold has one seed only, the repeat
    says all that the seed says, and that the data were split anew. Raises InputError where both
    vary by themselves: neither alone names a run.
    """
    again = [c for c in found if plain(c) in listed("repeats")]
    if not draft.rows or not again or len(again) == len(found):
        return list(found)
    varied = [c for c in found if len(draft.rows.values(c)) > 1]
    if len(varied) < len(found):
        return varied or list(found)
    fold = draft.roles.get("fold") or next(iter(candidates("fold", draft.free())), None)
    others = [c for c in found if c not in again]
    if len(again) > 1:
        return list(found)
    if fold and all(draft.rows.nested([again[0], fold], c) for c in others):
        return again
    if draft.rows.same(found):
        return list(found)
    held = "; ".join(f"{c} holds {', '.join(draft.rows.values(c))}" for c in found)
    shown = " and ".join(map(repr, found))
    raise InputError(
        f"{shown} could each be the seed: {held}",
        draft.source.shown,
        advice(others[0], again[0], fold),
    )


def advice(seed: str, again: str, fold: str | None) -> str:
    """The next move: what is no new data is averaged."""
    if fold:
        return (
            f"training again on the same split is no new data: where each {again} has split anew, "
            f"average the rows of each {again} and {fold} over {seed}, and --map {again}=seed; "
            f"where it has not, average over {again}, and --map {seed}=seed"
        )
    return (
        f"one of them is the run: average the rows of each {seed} over {again}, and "
        f"--map {seed}=seed; or --map {again}=seed where every {again} is a run of its own"
    )
