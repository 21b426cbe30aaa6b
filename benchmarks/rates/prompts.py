"""k samples a prompt, right or wrong, k unequal: a prompt's score is the mean of its samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.spec import Unit
from rates.row import Row, Simulated, analysed, repeated, results

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

PATH = "prompts, samples averaged"
ANY = tuple(range(1, 11))
SOME = (1, 2, 5, 10)
"""Of which the means lie on tenths, so that 40 of them are counted soon."""
HARD, EASY = (0.5, 0.5), (2.0, 0.5)


def sampled(
    prompts: int,
    samples: tuple[tuple[int, ...], tuple[int, ...]],
    difficulty: tuple[float, float] = HARD,
) -> Callable[[np.random.Generator], Simulated]:
    """Two methods with the same chance on every prompt, which is Beta.

    samples: of each method how many a prompt may have, one as likely as another.
    """

    def draw(rng: np.random.Generator) -> Simulated:
        chance, cells = rng.beta(*difficulty, prompts), {}
        for method, some in zip("xy", samples, strict=True):
            k = rng.choice(some, prompts)
            cells[method, "d"] = rng.binomial(k, chance) / k
        return results(cells, unit=Unit.EXAMPLE)

    return draw


def rows() -> list[Row]:
    """Numbers that differ by prompt, and by method; where most prompts are easy, too."""
    hard, easy = "difficulty Beta(.5, .5)", "most easy, Beta(2, .5)"
    ten, one = (10,), (1,)
    return [
        analysed(PATH, f"1 to 10 each, {hard}", 10, repeated(sampled(10, (ANY, ANY)))),
        analysed(PATH, f"1, 2, 5 or 10 each, {hard}", 40, repeated(sampled(40, (SOME, SOME)))),
        analysed(PATH, f"10 and 1 each, {hard}", 40, repeated(sampled(40, (ten, one)))),
        analysed(PATH, f"10 and 1 each, {easy}", 10, repeated(sampled(10, (ten, one), EASY))),
        analysed(PATH, f"10 and 1 each, {easy}", 40, repeated(sampled(40, (ten, one), EASY))),
    ]


ROWS = tuple(rows())
