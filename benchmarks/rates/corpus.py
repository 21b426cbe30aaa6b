"""Metrics of sums over examples: the studentised bootstrap, examples or clusters drawn.

Every simulated pair has the same counts, as it has in use: they depend on the seed and the keys.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from paperforge.stats.contrast import Ask, Contrast
from paperforge.stats.corpus import value
from paperforge.stats.corpus_draws import Stratum
from paperforge.stats.corpus_resample import TEST, Linear, bootstrap
from rates.row import SEEDS, Measured, Row, decided, holds

CHUNK, REPLICATES = 250, 499
Pair = tuple[np.ndarray, np.ndarray]
Draw = Callable[[np.random.Generator, int, int], Pair]


def labelled(rng: np.random.Generator, runs: int, n: int, gain: float = 0.0) -> Pair:
    """(tp, fp, fn) of two classifiers that find the same examples hard: two arrays (runs, n, 3)."""
    gold, hard = rng.random((runs, n)) < 0.4, rng.random((runs, n)) < 0.35
    made = []
    for accuracy in (0.55 + gain, 0.55):
        right = rng.random((runs, n)) < np.where(hard, accuracy, 0.95)
        said = np.where(right, gold, ~gold)
        made.append(np.stack([gold & said, ~gold & said, gold & ~said], -1).astype(float))
    return made[0], made[1]


def transcribed(rng: np.random.Generator, runs: int, n: int, gain: float = 0.0) -> Pair:
    """(errors, words) of two recognisers: skewed lengths, most sentences with few errors."""
    words, rate = 1 + rng.geometric(1 / 15, (runs, n)), rng.beta(0.5, 2, (runs, n))
    made = []
    for k in (1 + gain, 1.0):
        noisy = np.clip(rate + rng.normal(0, 0.05, (runs, n)), 0, 1)
        errors = rng.binomial(words, np.clip(k * noisy, 0, 1))
        made.append(np.stack([errors, words], -1).astype(float))
    return made[0], made[1]


def documents(rng: np.random.Generator, runs: int, n: int) -> Pair:
    """(errors, words) of n documents of 2 to 29 sentences, each as hard for both recognisers."""
    sizes, hard = rng.integers(2, 30, (runs, n, 1)), rng.beta(1, 4, (runs, n, 1))
    made = []
    for _ in "ab":
        rate = np.clip(hard + rng.normal(0, 0.05, (runs, n, 1)), 0.01, 0.99)
        words = 12 * sizes
        made.append(np.concatenate([rng.binomial(words, rate), words], -1).astype(float))
    return made[0], made[1]


def of_sums(
    kind: str,
    pairs: list[Pair],
    replicates: int = REPLICATES,
    ask: Ask = Ask(),  # noqa: B008 - frozen
) -> list[Contrast]:
    """All pairs of systems tested; pairs: one for each dataset, arrays of shape (runs, n, C)."""
    found: list[Contrast] = []
    for start in range(0, len(pairs[0][0]), CHUNK):
        parts = []
        for d, (a, b) in enumerate(pairs):
            both = zip(a[start : start + CHUNK], b[start : start + CHUNK], strict=True)
            systems = tuple(x for pair in both for x in pair)
            weights = np.kron(np.eye(len(systems) // 2), [1.0, -1.0]) / len(pairs)
            parts.append(Linear.of(kind, Stratum(f"d{d}", np.arange(a.shape[1]), systems), weights))
        found += [
            one.contrast for one in bootstrap(parts, ask, 7, paired=True, replicates=replicates)
        ]
    return found


def row(
    path: str,
    data: str,
    kind: str,
    n: int,
    draw: Callable[..., Pair],
    *,
    datasets: int = 1,
    gain: float = 0.0,
    **bounds: float,
) -> Row:
    """A row of pairs of systems; gain: how much better one is, then the size says nothing."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        more = {"gain": gain} if gain else {}
        true = 0.0
        if gain:
            whole = [x.sum((0, 1)) for x in draw(rng, 400, 5_000, **more)]
            true = float(np.subtract(*value(kind, np.array(whole))))
        found = of_sums(kind, [draw(rng, runs, n, **more) for _ in range(datasets)])
        held = float(np.mean([holds(c, true) for c in found]))
        wrong = 1 - held if gain else float(np.mean([decided(c) for c in found]))
        return Measured(wrong, held, runs, TEST)

    return Row(path, data, n, measure, **bounds)


SUMS = "examples, sums"
ROWS = (
    *(row(SUMS, "F1", "f1", n, labelled) for n in (*SEEDS, 100)),
    *(row(SUMS, "F1, one better by .2", "f1", n, labelled, gain=0.2) for n in (30, 100)),
    *(row(SUMS, "error rate", "error-rate", n, transcribed) for n in (*SEEDS, 100)),
    *(
        row(SUMS, "error rate, one worse by .3", "error-rate", n, transcribed, gain=0.3)
        for n in (30, 100)
    ),
    *(row(f"{SUMS}, clusters", "error rate", "error-rate", g, documents) for g in SEEDS),
    row(f"{SUMS}, datasets", "2 datasets, F1", "f1", 30, labelled, datasets=2),
    row(f"{SUMS}, datasets", "2 datasets, error rate", "error-rate", 30, transcribed, datasets=2),
)  # fmt: skip
