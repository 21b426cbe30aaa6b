"""Examples, one run a model: McNemar, sign flips, t on averages over datasets, shares alone."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats as scipy_stats

from paperforge.model import Quote
from paperforge.spec import DesignSpec, Unit
from paperforge.stats.cells import Grouping, cell, merge
from paperforge.stats.contrast import Ask, Contrast
from paperforge.stats.exact import mcnemar
from paperforge.stats.means import welch
from paperforge.stats.proportions import Counts, margins
from paperforge.stats.shares import compare_averages
from paperforge.stats.signflip import sign_flip
from rates.row import (
    SEEDS,
    Measured,
    Row,
    Simulated,
    analysed,
    decided,
    holds,
    missed,
    primary,
    repeated,
    results,
    sample,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from paperforge.stats.cells import Cell

ANSWERS = (*SEEDS, 100)
HALF, ALL = np.arange(1, 26) / 50, np.array([1.0])
"""Shares of examples on which the two disagree."""
SIDES = (0.0, 0.3, 0.6, 0.9)
"""Difference of the two proportions over the share of discordant examples."""
RIGHT = (0.5, 0.7, 0.9)


def tables(n: int) -> np.ndarray:
    """(wins, losses) of every table of n pairs."""
    return np.array([(b, c) for b in range(n + 1) for c in range(n + 1 - b)])


@cache
def answered(n: int, how: str) -> tuple[Contrast, ...]:
    """McNemar's test of every table of n pairs."""
    return tuple(mcnemar(int(b), int(c), n, Ask(mcnemar=how)) for b, c in tables(n))


def discordant(n: int, how: str, shares: np.ndarray = HALF, **bounds: float) -> Row:
    """Every table weighted with its probability; size and coverage at their worst."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        found = answered(n, how)
        at = np.column_stack([tables(n), n - tables(n).sum(axis=1)])
        wrong = np.array([decided(c) for c in found])
        limits = np.array([(c.low, c.high) for c in found])
        size, coverage = 0.0, 1.0
        for share in shares:
            for side in SIDES:
                p = [share * (1 + side) / 2, share * (1 - side) / 2, 1 - share]
                weight = scipy_stats.multinomial.pmf(at, n, p)
                true = share * side
                held = (limits[:, 0] <= true) & (true <= limits[:, 1])
                coverage = min(coverage, float(weight @ held))
                size = max(size, float(weight @ wrong)) if side == 0 else size
        return Measured(size, coverage, 0, f"McNemar {how}")

    data = "all disagree" if shares is ALL else "worst share that disagree, up to half"
    return Row(f"examples, 0/1, {how}", data, n, measure, **bounds)


def shares_alone(n: int, **bounds: float) -> Row:
    """Two accuracies and n: the least favourable pairing, whichever pairing it was."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        every = [
            [margins(Counts(i, i, n), Counts(j, j, n), Ask()) for j in range(n + 1)]
            for i in range(n + 1)
        ]
        size, coverage = 0.0, 1.0
        for right in RIGHT:
            for share in (*HALF[::3], *ALL):
                for side in SIDES:
                    win, lose = share * (1 + side) / 2, share * (1 - side) / 2
                    both = right - win
                    if both < 0 or both + win + lose > 1:
                        continue
                    wrong, held = weighed(every, n, (both, win, lose))
                    coverage = min(coverage, held)
                    size = max(size, wrong) if side == 0 else size
        return Measured(size, coverage, 0, "McNemar mid-p, least favourable pairing")

    return Row("shares with n", "worst pairing", n, measure, **bounds)


def averages_alone(n: int) -> Callable[[np.random.Generator], Simulated]:
    """Two methods on two datasets, .8 right of n, as few right together as can be: printed whole.

    That pairing is the least favourable: .4 of the examples are right for one of the two only.
    """

    def draw(rng: np.random.Generator) -> Simulated:
        cells, quotes = {}, {}
        for d in ("d1", "d2"):
            both, first, second = rng.multinomial(n, [0.6, 0.2, 0.2])
            for m, right in (("x", both + first), ("y", both + second)):
                cells[m, d] = np.array([right / n])
                quotes[m, d] = Quote(None, "examples", n, 6)
        return results(cells, quoted=quotes)

    return draw


def averaged_shares(n: int, **bounds: float) -> Row:
    """Two accuracies and n on each of two datasets; the two disagree on every example."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        wins = [Counts(i, i, n) for i in range(n + 1)]
        found = {
            (i, j): compare_averages([wins[i], wins[j]], [wins[n - i], wins[n - j]], Ask())
            for i in range(n + 1)
            for j in range(i, n + 1)
        }
        size, coverage = 0.0, 1.0
        for side in SIDES:
            p = scipy_stats.binom.pmf(range(n + 1), n, (1 + side) / 2)
            wrong = held = 0.0
            for (i, j), one in found.items():
                weight = float(p[i] * p[j]) * (1 if i == j else 2)
                wrong += weight * decided(one)
                held += weight * holds(one, side)
            coverage = min(coverage, held)
            size = max(size, wrong) if side == 0 else size
        return Measured(size, coverage, 0, found[0, 0].test)

    return Row("shares with n, datasets", "2 datasets, all disagree", n, measure, **bounds)


def weighed(
    every: list[list[Contrast]], n: int, p: tuple[float, float, float]
) -> tuple[float, float]:
    """Probability that a comparison of two shares is decided, and that its interval holds."""
    both, win, lose = p
    wrong = held = 0.0
    for wins, losses in tables(n):
        rest = n - wins - losses
        outside = float(
            scipy_stats.multinomial.pmf([wins, losses, rest], n, [win, lose, 1 - win - lose])
        )
        if outside < 1e-12:
            continue
        right = np.arange(rest + 1)
        inside = scipy_stats.binom.pmf(
            right, rest, both / (1 - win - lose) if win + lose < 1 else 0
        )
        for k, weight in zip(right, inside, strict=True):
            c = every[k + wins][k + losses]
            wrong += outside * weight * decided(c)
            held += outside * weight * holds(c, win - lose)
    return wrong, held


def flips(n: int) -> Row:
    """All signs of n continuous differences: the size whatever their symmetric distribution."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        sizes = rng.exponential(1, n)
        signs = 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1) - 1
        found = [sign_flip(row, None, Ask()).contrast for row in signs * sizes]
        wrong, held = (float(np.mean([f(c) for c in found])) for f in (decided, holds))
        return Measured(wrong, held, 0, "sign-flip (enumeration)")

    return Row("examples, graded", "symmetric, continuous", n, measure)


def graded(n: int, kind: str) -> Callable[[np.random.Generator], Simulated]:
    """Paired scores that differ by normal, exponential, or a few quarters."""

    def draw(rng: np.random.Generator) -> Simulated:
        if kind == "quarters":
            base = rng.integers(1, 4, n) / 4
            apart = rng.choice([-1, 0, 1], n, p=[0.3, 0.4, 0.3]) / 4
        else:
            base = rng.standard_normal(n)
            apart = rng.standard_normal(n) if kind == "normal" else rng.exponential(1, n) - 1
        return results({("x", "d"): base + apart, ("y", "d"): base}, unit=Unit.EXAMPLE)

    return draw


def averaged(n: int, datasets: int, kind: str) -> Callable[[np.random.Generator], Simulated]:
    """n other examples on every dataset, 0/1 with a fifth discordant, or graded."""

    def draw(rng: np.random.Generator) -> Simulated:
        cells = {}
        for d in range(datasets):
            base = rng.random(n)
            apart = (1 + d) * rng.standard_normal(n)
            pair = (base + apart, base)
            if kind == "0/1":
                right, lot = base < 0.7, rng.random(n)
                pair = tuple(
                    np.where(lot < 0.2, (lot < 0.1) == first, right) for first in (True, False)
                )
            for m, values in zip("xy", pair, strict=True):
                keys = np.arange(n) + 1000 * d
                cells[m, f"d{d}"] = {"values": values.astype(float), "keys": keys}
        return results(cells, unit=Unit.EXAMPLE)

    return draw


ANY = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
UNLIKELY = 1e-9
"""Counts that no share of ANY gives more often than that are left out, as missed."""


def apart(sizes: tuple[int, int], **bounds: float) -> Row:
    """Every outcome of two methods on other examples each; size and coverage at their worst."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        weights = [scipy_stats.binom.pmf(range(n + 1), n, np.array(ANY)[:, None]) for n in sizes]
        likely = [np.flatnonzero(w.max(axis=0) > UNLIKELY) for w in weights]
        cells = [
            [alone(n, int(k)) for k in counts] for n, counts in zip(sizes, likely, strict=True)
        ]
        found = [[welch(a, b, Ask(), shares=True) for b in cells[1]] for a in cells[0]]
        wrong = np.array([[decided(c) for c in row] for row in found])
        low, high = (np.array([[getattr(c, e) for c in row] for row in found]) for e in ENDS)
        size, coverage = 0.0, 1.0
        rows = [w[:, counts] for w, counts in zip(weights, likely, strict=True)]
        for p, a in zip(ANY, rows[0], strict=True):
            for q, b in zip(ANY, rows[1], strict=True):
                coverage = min(coverage, float(a @ ((low <= p - q) & (p - q <= high)) @ b))
                left_out = 1 - float(a.sum() * b.sum())
                size = max(size, float(a @ wrong @ b) + left_out) if p == q else size
        return Measured(size, coverage, 0, found[0][0].test)

    data = "0/1, worst shares from .5 to 1"
    return Row("examples, unmatched", data, ", ".join(map(str, sizes)), measure, **bounds)


ENDS = ("low", "high")


def alone(n: int, right: int) -> Cell:
    """The answers of one method, so many of them right."""
    one = sample("m", "d", (np.arange(n) < right).astype(float))
    return cell(one, *merge(one), Grouping())


def unmatched(
    n: int, datasets: int, right: float, other: int = 0
) -> Callable[[np.random.Generator], Simulated]:
    """Other examples for each method; right: share of right answers, 0: normal scores.

    other: how many the second method has, if not as many.
    """

    def draw(rng: np.random.Generator) -> Simulated:
        cells = {}
        for i, m in enumerate("xy"):
            size = other if i and other else n
            for d in range(datasets):
                values = rng.random(size) < right if right else rng.standard_normal(size)
                keys = np.arange(size) + 1000 * (2 * d + i)
                cells[m, f"d{d}"] = {"values": values.astype(float), "keys": keys}
        return results(cells, unit=Unit.EXAMPLE)

    return draw


SMALL_AND_LARGE = (20, 500)
FEW_WINS = ((0.025, 0.025), (0.02, 0.0), (0.045, 0.005))
"""Shares of examples that only one of two methods has right."""


def rarely(both: tuple[float, float]) -> Callable[[np.random.Generator], Simulated]:
    """A dataset of 20 examples and one of 500, on which the two methods hardly ever differ."""

    def draw(rng: np.random.Generator) -> Simulated:
        cells = {}
        for d, n in enumerate(SMALL_AND_LARGE):
            right, lot, keys = rng.random(n) < 0.5, rng.random(n), np.arange(n) + 1000 * d
            apart, first = lot < sum(both), lot < both[0]
            for m, wins in (("x", first), ("y", ~first)):
                values = np.where(apart, wins, right).astype(float)
                cells[m, f"d{d}"] = {"values": values, "keys": keys}
        return results(cells, unit=Unit.EXAMPLE)

    return draw


def seldom() -> Row:
    """Size where neither is better, and coverage at its worst; without added answers .42."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        size, coverage, test = 0.0, 1.0, ""
        for both in FEW_WINS:
            draw, wrong, held = rarely(both), 0, 0
            for _ in range(runs):
                found = primary(draw(rng), DesignSpec())
                wrong, held = wrong + decided(found), held + holds(found, both[0] - both[1])
                test = found.test if both[0] == both[1] and "added" in found.test else test
            coverage = min(coverage, held / runs)
            size = wrong / runs if both[0] == both[1] else size
        return Measured(size, coverage, runs, test)

    return Row("examples, datasets", "0/1, few wins", "20, 500", measure)


APART: tuple[tuple[tuple[int, int], dict[str, float]], ...] = (
    ((5, 50), {}), ((10, 100), {}), ((20, 500), {"covers": 0.9473}), ((50, 500), {}),
    ((100, 1000), {"covers": 0.9431}), ((30, 30), {"most": 0.0519, "covers": 0.9425}),
    ((100, 100), {"covers": 0.9378}), ((500, 500), {"covers": 0.9468}),
)  # fmt: skip
FLIPPED = partial(analysed, "examples, graded")
ROWS = (
    *(discordant(n, "mid-p") for n in ANSWERS),
    *(
        discordant(n, "mid-p", ALL, most=most, covers=covers)
        for n, most, covers in (
            (5, 0.0625, 0.9375), (10, 0.05, 0.95), (16, 0.0769, 0.9231), (30, 0.05, 0.9466),
            (100, 0.057, 0.943),
        )
    ),
    *(discordant(n, "exact") for n in ANSWERS),
    shares_alone(5, most=0.0625, covers=0.9375),
    *(shares_alone(n) for n in (10, 20)),
    *(averaged_shares(n) for n in (5, 10, 20)),
    *(
        analysed(
            "shares with n, datasets", "2 datasets, worst pairing", n,
            repeated(averages_alone(n)), shifts=False,
        )
        for n in (10, 30, 100, 1000)
    ),
    *(flips(n) for n in (2, 3, 5, 10)),
    FLIPPED("normal", 30, repeated(graded(30, "normal")), least=0.04),
    FLIPPED("quarters", 10, repeated(graded(10, "quarters"))),
    FLIPPED("quarters", 30, repeated(graded(30, "quarters"))),
    FLIPPED("exponential", 10, repeated(graded(10, "exponential")), **missed(0.095)),
    FLIPPED("exponential", 30, repeated(graded(30, "exponential")), **missed(0.072)),
    *(
        analysed("examples, datasets", "2 datasets, normal", n, repeated(averaged(n, 2, "graded")))
        for n in SEEDS
    ),
    *(
        analysed("examples, datasets", "2 datasets, 0/1", n, repeated(averaged(n, 2, "0/1")))
        for n in (*SEEDS, 100)
    ),
    seldom(),
    *(
        analysed("examples, unmatched", data, n, repeated(unmatched(n, 1, right)))
        for data, right in (("normal", 0.0), ("0/1, .8 right", 0.8))
        for n in (*SEEDS, 100)
    ),
    *(apart(sizes, **bounds) for sizes, bounds in APART),
    *(
        analysed(
            "examples, unmatched, datasets", f"3 datasets, 0/1, {right:g} right".replace("0.", "."),
            "50, 500", repeated(unmatched(50, 3, right, 500)),
        )
        for right in (0.9, 0.99)
    ),
    *(
        analysed(
            "examples, unmatched, datasets", "3 datasets, 0/1, .8 right", n,
            repeated(unmatched(n, 3, 0.8)),
        )
        for n in (*SEEDS, 100)
    ),
)  # fmt: skip
