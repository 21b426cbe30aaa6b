"""Many datasets as a sample: K methods compared over N datasets, each a single score.

    datasets   omnibus (3 methods or more)          pairs                            diagram
    ---------  -----------------------------------  -------------------------------  -------
    0, 1       none                                 not tested                       none
    2 to 9     Friedman, permutation p              sign-flip of the mean, exact     none
    10 and up  Friedman, permutation p where it is  Wilcoxon signed-rank (Pratt),    yes
               exact, else Iman and Davenport's F   exact up to 300; or Nemenyi

- The estimate is the mean difference, whatever the test. The sign-flip test is of that mean, and
  so is its interval; Wilcoxon's test and the interval that inverts it are of the pseudomedian
  (`interval_of`, `centre`), which skewed differences leave elsewhere than their mean. Nemenyi's p
  is of mean ranks: it has no interval in the unit of the scores. Where Wilcoxon's or Nemenyi's test
  finds a difference, and the mean is on the other side of zero, nothing is decided.
- p is corrected over the family (Holm by default); Nemenyi's p is corrected already. The pairs do
  not wait for the omnibus: Holm alone holds the family-wise error.
- N datasets give no p below 2^(1-N): with 5 no signed-rank or sign-flip test reaches .05 (.0625),
  and six pairs under Holm reject nothing with fewer than 8 (6/64 = .094 with 7, 6/128 = .047).
- Sizes at nominal .05 (simulated in tests/stats): omnibus .027 to .053, and up to .056 with heavy
  ties; Wilcoxon .049 with 10 datasets, .050 with 30; family-wise error of Holm-Wilcoxon over six
  pairs with 10 datasets .035; sign-flip at most .05; Nemenyi .038 to .056 (asymptotic).
- "This generalises to new datasets like these", where they are taken as a sample of such.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.latex.p_values import p_bound
from paperforge.stats.adjust import CORRECTIONS, reachable
from paperforge.stats.cells import FLAT, moments
from paperforge.stats.contrast import Ask, Contrast
from paperforge.stats.critical import ENOUGH, Diagram, diagram
from paperforge.stats.nemenyi import critical_difference, nemenyi_p, out_of_reach
from paperforge.stats.power import OfShift
from paperforge.stats.ranks import Friedman, friedman, rank
from paperforge.stats.subsets import sign_flip
from paperforge.stats.wilcoxon import contrast as wilcoxon

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

PSEUDOMEDIAN = "pseudomedian"
WILCOXON, NEMENYI = "wilcoxon", "nemenyi"
GENERALISES = "This generalises to new datasets like these."
FEW = 2
OMNIBUS = 3
"""Methods from which on there is an omnibus test."""
HUGE = 1e300
"""Sums of larger scores overflow."""


@dataclass(frozen=True, slots=True)
class DatasetPair:
    """Method a against b over the datasets."""

    a: str
    b: str
    contrast: Contrast
    """a - b in stored units; p is not corrected, except Nemenyi's, which is by its nature."""
    rank_difference: float | None
    """Mean rank of a less that of b: negative where a ranks better."""
    p_adjusted: float | None
    smallest_adjusted: float | None
    """The smallest adjusted p within reach, the other pairs as observed."""
    decided: bool
    reason: str = ""
    """Why nothing could be decided, or was."""


@dataclass(frozen=True, slots=True)
class DatasetComparison:
    """All that N datasets say about K methods on one metric."""

    n: int
    methods: tuple[str, ...]
    posthoc: str
    """"wilcoxon", "nemenyi", or "sign-flip" below 10 datasets."""
    correction: str
    alpha: float
    mean_ranks: tuple[float, ...]
    """Of each method; 1 is the best. Empty without datasets."""
    omnibus: Friedman | None
    """None with fewer than two datasets or three methods."""
    pairs: tuple[DatasetPair, ...]
    diagram: Diagram | None
    no_diagram: str
    """Why there is no diagram."""


def compare_datasets(
    scores: np.ndarray,
    methods: Sequence[str],
    *,
    higher: bool,
    pairs: Sequence[tuple[str, str]] | None = None,
    alpha: float = 0.05,
    posthoc: str = WILCOXON,
    correction: str = "holm",
    margin: float | None = None,
    seed: int = 0,
) -> DatasetComparison:
    """Compare methods over datasets that are a sample; the module's docstring says by which tests.

    scores: shape (N, K), finite, in stored units, each method's score on each dataset, averaged
    over seeds or examples. methods: K distinct names. higher: whether more is better (estimates are
    a - b whatever the direction). pairs: the family, all pairs where None. posthoc: "wilcoxon" or
    "nemenyi" (from 10 datasets on). correction: a name in CORRECTIONS. margin: of equivalence, in
    stored units. seed: of the simulated p. Raises ValueError where these do not fit together.
    """
    import numpy as np

    scores = np.asarray(scores, dtype=float)
    check(scores, methods, posthoc, correction)
    chosen = every_pair(methods) if pairs is None else tuple(pairs)
    n = len(scores)
    used = posthoc if n >= ENOUGH else "sign-flip"
    ranks = rank(scores, higher=higher)
    mean = {m: float(r) for m, r in zip(methods, ranks.mean(axis=0), strict=True)} if n else {}
    ask = Ask(alpha, margin)
    columns = dict(zip(methods, scores.T, strict=True))
    contrasts = []
    for a, b in chosen:
        found = compare_pair(columns[a], columns[b], ask)
        if used == NEMENYI:
            found = nemenyi(found, mean[a] - mean[b], n, len(methods), higher=higher, alpha=alpha)
        contrasts.append(found)
    made = correct(chosen, contrasts, mean, "none" if used == NEMENYI else correction, alpha)
    drawn, why = draw(made, mean, n, used, alpha)
    omnibus = friedman(ranks, seed=seed) if n >= FEW and len(methods) >= OMNIBUS else None
    return DatasetComparison(
        n, tuple(methods), used, "none" if used == NEMENYI else correction, alpha,
        tuple(mean.values()), omnibus, made, drawn, why,
    )  # fmt: skip


def check(scores: np.ndarray, methods: Sequence[str], posthoc: str, correction: str) -> None:
    """Refuse what does not fit together."""
    import numpy as np

    if scores.ndim != 2 or scores.shape[1] != len(methods):  # noqa: PLR2004 - a matrix
        raise ValueError(f"scores of shape {scores.shape} for {len(methods)} methods")
    if len(set(methods)) < len(methods):
        raise ValueError("methods of the same name")
    if not np.isfinite(scores).all():
        raise ValueError("scores that are not finite")
    if posthoc not in (WILCOXON, NEMENYI) or correction not in CORRECTIONS:
        raise ValueError(f"unknown post hoc {posthoc!r} or correction {correction!r}")


def every_pair(methods: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """All pairs, in the order of the methods."""
    return tuple((a, b) for i, a in enumerate(methods) for b in methods[i + 1 :])


def compare_pair(a: np.ndarray, b: np.ndarray, ask: Ask) -> Contrast:
    """Compare two methods by their scores on the same datasets, shape (N,)."""
    import numpy as np

    n = len(a)
    if n < FEW:
        estimate = float(a[0] - b[0]) if n else None
        reason = "one dataset only: a spread needs two" if n else "no dataset has both"
        return Contrast("", (n, n), estimate=estimate, reason=reason, testable=False)
    size = max(float(np.abs(a).max()), float(np.abs(b).max()))
    if size > HUGE:
        return Contrast("", (n, n), paired=True, reason="the numbers are too large to compare")
    test = wilcoxon if n >= ENOUGH else sign_flip
    sd = moments(a - b, size)[1]
    found = replace(test(a - b, ask, size=size), detects=OfShift(sd, n) if sd else None)
    return of_mean(found, moments(a - b, size)[0], ask, size) if test is wilcoxon else found


def of_mean(found: Contrast, mean: float, ask: Ask, size: float) -> Contrast:
    """Wilcoxon's contrast with the mean difference for its estimate.

    size: the largest of the scores; an end that is the mean but for rounding at it is the mean.

    Nothing is decided where p is below alpha and the two do not favour the same method, and nothing
    found equivalent whose mean lies outside the margin.
    """
    centre = found.estimate
    assert centre is not None
    assert found.p is not None
    made = replace(found, estimate=mean, interval_of=PSEUDOMEDIAN, centre=centre)
    if size > 0 and found.low is not None and found.high is not None:
        near = FLAT * size
        low = mean if abs(mean - found.low) <= near else found.low
        high = mean if abs(mean - found.high) <= near else found.high
        made = replace(made, low=low, high=high)
    if ask.margin is not None and abs(mean) >= ask.margin:
        made = replace(made, p_equivalent=None, equivalence=None)
    if found.p < ask.alpha and mean * centre <= 0:
        reason = "Wilcoxon's test and the means do not favour the same method"
        return replace(
            made, p=None, low=None, high=None, p_equivalent=None, equivalence=None, reason=reason
        )
    return made


def nemenyi(found: Contrast, gap: float, n: int, k: int, *, higher: bool, alpha: float) -> Contrast:
    """Put Nemenyi's p beside the mean difference; the interval is another test's, so it goes.

    Mean ranks and scores can point to different methods. A pair that Nemenyi would decide against
    the sign of its mean difference is not decided.
    """
    if not found.test.startswith("Wilcoxon"):
        return found
    p = nemenyi_p(gap, k, n)
    made = replace(
        found, test="Nemenyi", low=None, high=None, p=p, statistic=gap, p_equivalent=None,
        equivalence=None, detects=None, smallest_p=nemenyi_p(k - 1, k, n), reason="",
        interval_of="", centre=None,
    )  # fmt: skip
    assert found.estimate is not None
    worse = gap * (1 if higher else -1) * found.estimate >= 0
    if p < alpha and worse:
        reason = "mean ranks and scores do not favour the same method"
        return replace(made, p=None, reason=reason)
    return made


def correct(
    pairs: Sequence[tuple[str, str]],
    contrasts: Sequence[Contrast],
    mean_ranks: dict[str, float],
    correction: str,
    alpha: float,
) -> tuple[DatasetPair, ...]:
    """Correct p over the family and decide."""
    size = sum(c.testable for c in contrasts)
    tested = [i for i, c in enumerate(contrasts) if c.p is not None]
    ps = [c.p for c in contrasts if c.p is not None]
    adjusted = dict(zip(tested, CORRECTIONS[correction](ps, size), strict=True))
    made = []
    for i, ((a, b), found) in enumerate(zip(pairs, contrasts, strict=True)):
        p, floor, reason = adjusted.get(i), None, found.reason
        if p is not None and found.smallest_p is not None:
            floor = reachable(tested.index(i), found.smallest_p, ps, correction, size)
        out = floor is not None and floor >= alpha
        if out:
            reason = unreachable(found, floor)
        gap = mean_ranks[a] - mean_ranks[b] if mean_ranks else None
        decided = p is not None and p < alpha and not out
        made.append(DatasetPair(a, b, found, gap, p, floor, decided, reason))
    return tuple(made)


def unreachable(found: Contrast, floor: float | None) -> str:
    """Explain why no outcome on these datasets could have been decided."""
    assert found.smallest_p is not None
    assert floor is not None
    if found.smallest_p >= 1:
        return "identical outputs"
    corrected = "" if floor <= found.smallest_p else f" ({p_bound(floor)} after the correction)"
    return f"{found.n[0]} datasets: p cannot be below {p_bound(found.smallest_p)}{corrected}"


def draw(
    made: Sequence[DatasetPair], mean_ranks: dict[str, float], n: int, posthoc: str, alpha: float
) -> tuple[Diagram | None, str]:
    """Draw the diagram from the decisions, or say why there is none."""
    k = len(mean_ranks)
    if n >= ENOUGH and k < OMNIBUS:
        return None, f"{k} methods: a critical-difference diagram needs {OMNIBUS}"
    cd = critical_difference(k, n, alpha) if posthoc == NEMENYI else None
    if cd is not None and out_of_reach(cd, k, n):
        return None, out_of_reach(cd, k, n)
    decided = {frozenset((p.a, p.b)): p.decided for p in made}
    return diagram(
        mean_ranks, decided, n, posthoc=posthoc, alpha=alpha, critical_difference=cd
    )  # fmt: skip
