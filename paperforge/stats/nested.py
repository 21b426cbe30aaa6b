"""k samples a prompt: the prompt is the unit, and its samples are a level of their own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.cells import FLAT
from paperforge.stats.outlook import OfParts
from paperforge.stats.plan import upper_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.stats.sums import Part

ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Nested:
    """The two levels of a difference on one dataset: of prompts, and of samples within them."""

    between: float
    """Variance between the true means of prompts; 0 where it came out negative."""
    within: float
    """Variance between samples of one prompt (n - 1 in the denominator), averaged over prompts."""
    prompts: int
    """In the pilot; 0: stated."""
    samples: float
    """A prompt, the harmonic mean."""
    equal: bool = True
    """Whether every prompt has as many."""


def nested(values: np.ndarray, prompts: np.ndarray) -> Nested:
    """The components of m samples' values, arrays of shape (m,); m >= 1.

    between = variance of the prompts' means less within / K, K the harmonic mean of the counts
    (unweighted means estimator: Searle, Casella and McCulloch 1992, Variance Components, chapter
    3). Where that is negative it is 0, and both levels together say what `within` is, as restricted
    maximum likelihood has it for equal counts (chapter 4 there). One sample a prompt says nothing
    of `within`: it is 0, and all is between prompts.
    """
    import numpy as np

    keys, code = np.unique(prompts, return_inverse=True)
    code, n = code.ravel(), len(keys)
    counts = np.bincount(code, minlength=n)
    means = np.bincount(code, weights=values, minlength=n) / counts
    size = float(np.abs(values).max())
    squares = np.bincount(code, weights=(values - means[code]) ** 2, minlength=n)
    many = counts >= ENOUGH
    within = float((squares[many] / (counts[many] - 1)).mean()) if many.any() else 0.0
    within = 0.0 if math.sqrt(within) <= FLAT * size else within
    apart = float(means.var(ddof=1)) if n >= ENOUGH else 0.0
    apart = 0.0 if math.sqrt(apart) <= FLAT * size else apart
    k = 1 / float((1 / counts).mean())
    between = apart - within / k
    if between < 0:
        rest = int((counts[many] - 1).sum())
        within = (within * rest + k * apart * (n - 1)) / (rest + n - 1)
    return Nested(max(0.0, between), within, n, k, bool(counts.min() == counts.max()))


def of_means(differences: np.ndarray, sides: Sequence[tuple[np.ndarray, np.ndarray]]) -> Nested:
    """The components of a difference of two methods' prompt means, samples drawn by each anew.

    differences: shape (n,), n >= 1, one a prompt; sides: of each method the samples of every prompt
    and their sum of squares around their mean, arrays of shape (n,). As nested(): between is the
    variance of the differences less what samples add to it, within_a / K_a + within_b / K_b, and
    `samples` is the K at which as many samples of both methods would add that.
    """
    import numpy as np

    n, size = len(differences), float(np.abs(differences).max())
    within, added, rest = 0.0, 0.0, 0
    for counts, squares in sides:
        many = counts >= ENOUGH
        one = float((squares[many] / (counts[many] - 1)).mean()) if many.any() else 0.0
        within, added = within + one, added + one * float((1 / counts).mean())
        rest += int((counts[many] - 1).sum())
    apart = float(differences.var(ddof=1)) if n >= ENOUGH else 0.0
    apart = 0.0 if math.sqrt(apart) <= FLAT * size else apart
    every = np.concatenate([counts for counts, _ in sides])
    k = within / added if added > 0 else 1 / float((1 / every).mean())
    between = apart - added
    if between < 0:
        within = (within * rest + k * apart * (n - 1)) / (rest + n - 1)
    return Nested(max(0.0, between), within, n, k, bool(every.min() == every.max()))


def _parts(
    levels: tuple[Nested, ...], prompts: float, samples: float, *, cautious: bool
) -> tuple[Part, ...] | None:
    """The variance of a paired t on prompt means, stratified over the datasets.

    se^2 = sum of (between + within / K) / n over the D datasets, over D^2: it holds both levels
    (Miller 2024, Adding Error Bars to Evals, arXiv:2411.00640), with n - 1 degrees of freedom each.
    """
    if prompts < ENOUGH:
        return None
    made = []
    for part in levels:
        variance = part.between + part.within / samples
        if cautious:
            if part.prompts < ENOUGH:
                return None
            variance = upper_limit(variance, part.prompts - 1)
        made.append((variance / prompts / len(levels) ** 2, prompts - 1))
    return tuple(made)


PROMPTS, ITEMS = "prompts", "items"


def _named(text: str, of: str) -> str:
    """The same of ratings of items, where those are planned."""
    if of == PROMPTS:
        return text
    for word, other in (("sampled", "rated"), ("sample", "rating"), ("prompt", "item")):
        text = text.replace(word, other)
    return text


def _test(parts: tuple[Nested, ...]) -> str:
    if len(parts) > 1:
        return f"stratified paired t on prompts' means, over the {len(parts)} datasets"
    return "paired t on the prompts' means"


class _OfNested(OfParts):
    """What the two laws share: the words for them."""

    __slots__ = ()
    rows: tuple[Nested, ...]
    of: str

    @property
    def test(self) -> str:
        """As in Law."""
        return _named(_test(self.rows), self.of)

    @property
    def spreads(self) -> tuple[tuple[str, float], ...]:
        """As in Law; of the dataset where both together are largest."""
        worst = max(self.rows, key=lambda part: part.between + part.within)
        return (
            (_named("of the difference between prompts", self.of), math.sqrt(worst.between)),
            (
                _named("of the difference between samples of one prompt", self.of),
                math.sqrt(worst.within),
            ),
        )

    @property
    def assumed(self) -> tuple[str, ...]:
        """As in Law."""
        if all(part.equal for part in self.rows):
            return ()
        return (_named("every prompt has as many samples as the pilot's have on average", self.of),)


@dataclass(frozen=True, slots=True)
class Prompts(_OfNested):
    """n prompts with so many samples each; or items with so many ratings."""

    rows: tuple[Nested, ...]
    """One a dataset, in squared printed units."""
    samples: float
    of: str = PROMPTS
    """What is counted: "prompts" or "items"."""

    limit = ""

    @property
    def noun(self) -> str:
        """As in Law."""
        return self.of

    def parts(self, n: float, *, cautious: bool) -> tuple[Part, ...] | None:
        """As in OfParts."""
        return _parts(self.rows, n, self.samples, cautious=cautious)

    @property
    def fixed(self) -> str:
        """As in Law."""
        return f"with {_named(_each(self.samples), self.of)}"

    def amount(self, n: int) -> str:
        """As in Law."""
        word = "prompt" if n == 1 else "prompts"
        on = f" in each of the {len(self.rows)} datasets" if len(self.rows) > 1 else ""
        return _named(f"{n:,} {word}{on}, {_each(self.samples)}", self.of)


@dataclass(frozen=True, slots=True)
class Samples(_OfNested):
    """n samples of each of so many prompts: what more samples buy, and where they stop to."""

    rows: tuple[Nested, ...]
    prompts: int
    of: str = PROMPTS

    @property
    def noun(self) -> str:
        """As in Law."""
        return _named("samples", self.of)

    @property
    def limit(self) -> str:
        """As in Law."""
        text = "that is what so few prompts leave uncertain, however often each is sampled; more "
        return _named(f"{text}prompts lower it", self.of)

    def parts(self, n: float, *, cautious: bool) -> tuple[Part, ...] | None:
        """As in OfParts."""
        return _parts(self.rows, self.prompts, n, cautious=cautious)

    @property
    def fixed(self) -> str:
        """As in Law."""
        return _named(f"with {self.prompts:,} prompts", self.of)

    def amount(self, n: int) -> str:
        """As in Law."""
        return _named(f"{_each(n)} of the {self.prompts:,} prompts", self.of)


def _each(samples: float) -> str:
    return "1 sample each" if samples == 1 else f"{samples:.3g} samples each"
