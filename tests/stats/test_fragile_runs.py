"""Several runs that flip a verdict: the fewest, or a set of which each is needed."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge.model import Verdict
from paperforge.spec import DesignSpec
from paperforge.stats import analyse
from paperforge.stats.fragile import fragile


def looked_at(results):
    return fragile(results, DesignSpec(), analyse(results, DesignSpec()))


def flips(found):
    return {f.what: f for f in found.flips}


def test_two_seeds_of_one_cell_are_found_where_those_that_move_the_mean_most_do_not_do(fake):
    """Nine seeds were named where any two of one cell leave it a variance that is too large."""
    cells = {
        ("x", "A"): [80.9, 80.1, 81.2, 80.4, 80.6],
        ("x", "B"): [60.2, 60.6, 59.9, 60.4, 60.1],
        ("y", "A"): [78.0, 79.9, 78.9, 79.6, 79.2],
        ("y", "B"): [58.9, 59.2, 58.7, 59.1, 59.3],
    }
    results = fake(cells)
    (found,) = looked_at(results)
    assert found.verdict is Verdict.BETTER
    flip = flips(found)["run"]
    left = {at: list(values) for at, values in cells.items()}
    rows = [which.rpartition(", seed ") for which in flip.which]
    for place, _, seed in sorted(rows, key=lambda row: -int(row[2])):
        left[tuple(place.split(" on "))].pop(int(seed))
    again = analyse(fake(left), DesignSpec()).primary()[0]
    assert again.verdict is flip.verdict is Verdict.INCONCLUSIVE
    assert again.p_adjusted == pytest.approx(flip.p_adjusted, rel=1e-9)
    assert flip.count == fewest_runs(cells)


def fewest_runs(cells):
    """The fewest runs whose loss flips x and y, by trying all sets of one to three: t by hand."""
    runs = [(at, i) for at, values in cells.items() for i in range(len(values))]
    for k in (1, 2, 3):
        for gone in combinations(runs, k):
            left = {
                at: [v for i, v in enumerate(vs) if (at, i) not in gone] for at, vs in cells.items()
            }
            if min(map(len, left.values())) < 2:
                continue
            parts = {at: np.var(v, ddof=1) / len(v) / 4 for at, v in left.items()}
            gap = sum(np.mean(v) * (0.5 if at[0] == "x" else -0.5) for at, v in left.items())
            total = sum(parts.values())
            df = total**2 / sum(p**2 / (len(left[at]) - 1) for at, p in parts.items())
            if 2 * scipy_stats.t.sf(abs(gap) / total**0.5, df) >= 0.05:
                return k
    return None


def test_of_a_set_of_runs_none_can_be_spared(fake):
    """Sixteen were named where three do; and every one that is named is needed."""
    rng = np.random.default_rng(7)
    sizes = []
    for shift in (1.6, 1.9, 2.2, 2.8, 3.4):
        cells = {
            (m, d): rng.normal(shift * (m == "x"), 1, 6) for m in "xy" for d in ("A", "B", "C")
        }
        results = fake(cells)
        (found,) = looked_at(results)
        flip = flips(found).get("run")
        if flip is None or flip.count == 1:
            continue
        sizes.append(flip.count)
        dropped = [which.rpartition(", seed ") for which in flip.which]
        for spare in dropped:
            left = {
                at: [
                    v
                    for i, v in enumerate(values)
                    if not any(
                        (place, int(seed)) == (f"{at[0]} on {at[1]}", i)
                        for place, _, seed in dropped
                        if (place, seed) != (spare[0], spare[2])
                    )
                ]
                for at, values in cells.items()
            }
            assert analyse(fake(left), DesignSpec()).primary()[0].verdict is found.verdict
    assert max(sizes) > 2


def test_cells_of_two_runs_have_none_to_leave_out(fake):
    cells = {("x", "A"): [0.8, 0.81], ("y", "A"): [0.6, 0.61]}
    (found,) = looked_at(fake(cells))
    assert "run" not in flips(found)
