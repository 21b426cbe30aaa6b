"""Krippendorff's alpha: his own example, the definition pair by pair, and the bootstrap."""

from itertools import permutations

import numpy as np
import pytest

from paperforge.stats.agreement import MOST, agreement

# Krippendorff 2011, Computing Krippendorff's alpha-reliability, section C: four observers, twelve
# units, missing values. His results are below.
OBSERVERS = {
    "A": (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    "B": (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    "C": (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    "D": (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
}
PUBLISHED = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}


def units(observers):
    count = len(next(iter(observers.values())))
    return {
        (str(i),): {name: row[i] for name, row in observers.items() if row[i] is not None}
        for i in range(count)
    }


def by_definition(given, level):
    """Observed over expected disagreement, summed over ordered pairs of ratings one by one."""
    paired = [list(u.values()) for u in given.values() if len(u) > 1]
    pool = [v for u in paired for v in u]
    counts = {v: pool.count(v) for v in set(pool)}

    def distance(c, k):
        if level == "nominal":
            return float(c != k)
        if level == "interval":
            return (c - k) ** 2
        if level == "ratio":
            return ((c - k) / (c + k)) ** 2 if c + k else 0.0
        low, high = min(c, k), max(c, k)
        between = sum(n for v, n in counts.items() if low <= v <= high)
        return (between - (counts[c] + counts[k]) / 2) ** 2 if c != k else 0.0

    observed = sum(sum(distance(*p) for p in permutations(u, 2)) / (len(u) - 1) for u in paired)
    expected = sum(distance(*p) for p in permutations(pool, 2)) / (len(pool) - 1)
    return 1 - observed / expected


@pytest.mark.parametrize("level", PUBLISHED)
def test_the_published_example(level):
    found = agreement("m", units(OBSERVERS), level=level)
    assert round(found.alpha, 3) == PUBLISHED[level]
    assert (found.raters, found.units, found.ratings) == (4, 11, 40)


@pytest.mark.parametrize("level", PUBLISHED)
def test_alpha_is_its_definition_on_ratings_with_gaps(level):
    rng = np.random.default_rng(5)
    for _ in range(5):
        rows = rng.integers(0, 6, (4, 15)).tolist()
        gaps = rng.random((4, 15)) < 0.3
        observers = {
            f"r{r}": [None if gaps[r, i] else v for i, v in enumerate(row)]
            for r, row in enumerate(rows)
        }
        given = units(observers)
        found = agreement("m", given, level=level, replicates=10)
        assert found.alpha == pytest.approx(by_definition(given, level), abs=1e-12)


def test_agreement_is_one_chance_is_zero_and_opposition_is_negative():
    same = {(str(i),): {"a": i % 3, "b": i % 3} for i in range(12)}
    assert agreement("m", same).alpha == 1
    rng = np.random.default_rng(1)
    noise = {
        (str(i),): dict(zip("abc", rng.integers(1, 6, 3).tolist(), strict=True))
        for i in range(2000)
    }
    assert abs(agreement("m", noise, replicates=20).alpha) < 0.03
    against = {(str(i),): {"a": i % 2, "b": 1 - i % 2} for i in range(12)}
    assert agreement("m", against).alpha < -0.8


def test_the_interval_holds_alpha_and_is_the_same_each_time():
    rng = np.random.default_rng(2)
    truth = rng.integers(1, 6, 40)
    given = {
        (str(i),): {r: int(np.clip(t + rng.integers(-1, 2), 1, 5)) for r in "abc"}
        for i, t in enumerate(truth)
    }
    one, again = agreement("m", given), agreement("m", given)
    assert one == again
    assert one.low < one.alpha < one.high <= 1
    narrow = agreement("m", given, alpha=0.5)
    assert one.low < narrow.low < narrow.high < one.high
    assert agreement("m", given, seed=1).low != one.low


def test_outputs_of_one_item_are_drawn_together():
    rng = np.random.default_rng(3)
    given = {}
    for i in range(12):
        level = int(rng.integers(1, 6))  # the item decides, the five methods repeat it
        for m in range(5):
            given[str(i), f"m{m}"] = {
                r: int(np.clip(level + (rng.random() < 0.3), 1, 5)) for r in "ab"
            }
    together = agreement("m", given)
    apart = agreement("m", {(f"{i}/{m}",): one for (i, m), one in given.items()})
    assert together.alpha == pytest.approx(apart.alpha)
    assert (together.items, apart.items) == (12, 60)
    assert together.high - together.low > 1.3 * (apart.high - apart.low)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({("1",): {"a": 1}, ("2",): {"b": 2}}, "two raters"),
        ({(str(i),): {"a": 3, "b": 3} for i in range(9)}, "all ratings are equal"),
        ({(str(i),): {"a": i, "b": i + 0.5} for i in range(MOST)}, "no ordinal scale"),
    ],
)
def test_what_has_no_alpha_says_why(given, reason):
    found = agreement("m", given)
    assert found.alpha is None and found.low is None
    assert reason in found.reason


def test_few_items_have_alpha_and_no_interval():
    found = agreement("m", {(str(i),): {"a": i, "b": i} for i in range(4)})
    assert found.alpha == 1 and found.low is None
    assert "5 items" in found.reason


def test_an_unknown_level():
    with pytest.raises(ValueError, match="ordinal"):
        agreement("m", {}, level="cardinal")
