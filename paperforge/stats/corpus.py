"""Metrics of a whole test set, as functions of sums over its examples.

Every function takes sums of shape (..., C), the parts of sums.CORPUS in their order, and gives
values of shape (...): one for each replicate of a resampling. A value that is not defined (a ratio
to nothing) is NaN. All are analytic where they are defined and take complex sums, which is how
`slopes` differentiates them.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from paperforge.sums import CORPUS

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

STEP = 1e-100
"""Of the complex step: nothing is subtracted, so it may be as small as a number can be."""
ORDERS = 4
LARGEST: dict[str, float] = {"perplexity": math.inf, "bits": math.inf, "ratio": math.inf}
"""The largest value a metric can have; 1 for shares and 100 for the other scores."""


def value(kind: str, sums: np.ndarray) -> np.ndarray:
    """The metric of sums of shape (..., C), in shape (...)."""
    import numpy as np

    with np.errstate(all="ignore"):
        if not CORPUS[kind].repeats:
            return np.asarray(FUNCTIONS[kind](sums))
        grouped, there = classes(kind, sums)
        return np.asarray((FUNCTIONS[kind](grouped) * there).sum(-1) / there.sum(-1))


def slopes(kind: str, sums: np.ndarray) -> np.ndarray:
    """Derivatives of the metric by each of its sums, in the shape of the sums.

    By a complex step, exact to rounding: f'(x) = Im f(x + ih) / h (Squire and Trapp 1998, SIAM
    Review 40(1)). Where a sum has a corner (brevity penalty at equal lengths), the right side's.
    """
    import numpy as np

    repeats = CORPUS[kind].repeats
    found = np.empty(sums.shape)
    with np.errstate(all="ignore"):
        grouped, there = classes(kind, sums) if repeats else (sums, 1.0)
        share = there / np.asarray(there).sum(-1, keepdims=True) if repeats else 1.0
        at = grouped.astype(complex)
        view = found.reshape(grouped.shape)
        for part in range(grouped.shape[-1]):
            at[..., part] += 1j * STEP
            view[..., part] = FUNCTIONS[kind](at).imag / STEP * share
            at[..., part] = grouped[..., part]
    return found


def largest(kind: str) -> float:
    """How far two values of the metric can be apart; infinite where nothing bounds it."""
    if kind == "mcc":
        return 2.0
    if kind == "error-rate":
        return math.inf
    return LARGEST.get(kind, 1.0 if CORPUS[kind].fraction else 100.0)


def classes(kind: str, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums by class, shape (..., K, C/K), and whether a class occurs at all, shape (..., K).

    A class that neither occurs nor is predicted has no value and is left out of the mean, as
    scikit-learn does by default.
    """
    grouped = sums.reshape(*sums.shape[:-1], -1, len(CORPUS[kind].parts))
    return grouped, (grouped.real.sum(-1) > 0).astype(float)


def over(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Give a / b, and 0 where b is 0."""
    import numpy as np

    none = b.real == 0
    return np.where(none, 0, a / np.where(none, 1, b))


def ratio(sums: np.ndarray) -> np.ndarray:
    """One sum over the other: accuracy, an error rate by word."""
    import numpy as np

    a, b = sums[..., 0], sums[..., 1]
    return np.where(b.real == 0, np.nan, over(a, b))


def share(sums: np.ndarray) -> np.ndarray:
    """Of (hits, misses), the share of hits; 0 where there is neither: precision and recall."""
    return over(sums[..., 0], sums[..., 0] + sums[..., 1])


def f_beta(sums: np.ndarray, beta: float) -> np.ndarray:
    """F from (tp, fp, fn); 0 where all are 0 (van Rijsbergen 1979, Information Retrieval)."""
    tp, fp, fn = (sums[..., i] for i in range(3))
    square = beta * beta
    return over((1 + square) * tp, (1 + square) * tp + square * fn + fp)


def mcc(sums: np.ndarray) -> np.ndarray:
    """Correlation of truth and prediction from (tp, fp, fn, tn); 0 where one of them is constant.

    Source: Matthews 1975, Biochimica et Biophysica Acta 405(2).
    """
    import numpy as np

    tp, fp, fn, tn = (sums[..., i] for i in range(4))
    # roots before products: four margins of a million overflow nothing but lose digits
    whole = np.sqrt(tp + fp) * np.sqrt(tp + fn) * np.sqrt(tn + fp) * np.sqrt(tn + fn)
    return over(tp * tn - fp * fn, whole)


def bleu(sums: np.ndarray, *, smooth: bool) -> np.ndarray:
    """BLEU, 0 to 100, from (sys_len, ref_len, correct_1..4, total_1..4).

    Sources: Papineni et al. 2002, ACL; conventions of sacrebleu (Post 2018, WMT): four orders
    always; no match at all, or an order without n-grams, is 0; smooth: the k-th order without a
    match counts as 1 / 2^k of a match (its default, "exp"; Chen and Cherry 2014, WMT, method 3).
    """
    import numpy as np

    correct, total = sums[..., 2 : 2 + ORDERS], sums[..., 2 + ORDERS :]
    none = correct.real <= 0
    halved = 0.5 ** np.cumsum(none, axis=-1) if smooth else 0.0
    matched = np.where(none, halved, correct)
    void = np.asarray((total.real <= 0).any(-1) | (matched.real <= 0).any(-1) | none.all(-1))
    usable = np.where(void[..., None], 1, matched) / np.where(void[..., None], 1, total)
    system, reference = sums[..., 0], sums[..., 1]
    short = (system.real < reference.real) & (system.real > 0)
    penalty = np.where(short, 1 - reference / np.where(short, system, 1), 0)
    found = 100 * np.exp(penalty + np.log(usable).mean(-1))
    return np.where(void | (system.real <= 0), 0, found)


def chrf(sums: np.ndarray, beta: float = 2.0) -> np.ndarray:
    """chrF, 0 to 100, from (hypothesis, reference, match) n-grams for each order.

    Precision and recall are averaged over the orders that both sides have (sacrebleu's default),
    then make one F. Sources: Popovic 2015 and (words too, chrF++) 2017, WMT.
    """
    import numpy as np

    grouped = sums.reshape(*sums.shape[:-1], -1, 3)
    hypothesis, reference, match = (grouped[..., i] for i in range(3))
    there = (hypothesis.real > 0) & (reference.real > 0)
    orders = np.maximum(there.sum(-1), 1)
    precision = np.where(there, match / np.where(there, hypothesis, 1), 0).sum(-1) / orders
    recall = np.where(there, match / np.where(there, reference, 1), 0).sum(-1) / orders
    square = beta * beta
    whole = square * precision + recall
    return over(100 * (1 + square) * precision * recall, whole)


def perplexity(sums: np.ndarray) -> np.ndarray:
    """exp(loss / tokens), the loss summed in nats."""
    import numpy as np

    return np.asarray(np.exp(ratio(sums)))


def bits(sums: np.ndarray) -> np.ndarray:
    """Loss in bits for each token, byte or character, from a loss summed in nats."""
    return ratio(sums) / math.log(2)


FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "accuracy": ratio,
    "precision": share,
    "recall": share,
    "f1": partial(f_beta, beta=1.0),
    "f0.5": partial(f_beta, beta=0.5),
    "f2": partial(f_beta, beta=2.0),
    "macro-f1": partial(f_beta, beta=1.0),
    "mcc": mcc,
    "bleu": partial(bleu, smooth=True),
    "bleu-unsmoothed": partial(bleu, smooth=False),
    "chrf": chrf,
    "chrf++": chrf,
    "perplexity": perplexity,
    "bits": bits,
    "error-rate": ratio,
    "ratio": ratio,
}
"""By the names of sums.CORPUS, which says what is summed."""
