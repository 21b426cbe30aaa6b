"""k samples a prompt: what a change of prompts does to what is known of their samples."""

import numpy as np
import pytest

from paperforge.model import Sample, Verdict
from paperforge.spec import DesignSpec, Unit
from paperforge.stats import analyse
from paperforge.stats.changes import Change, altered
from paperforge.stats.fragile import fragile


@pytest.mark.parametrize("hit", [1.0, 0.9])  # right or wrong, and graded
def test_samples_a_prompt_are_dropped_with_what_is_known_of_them(fake, hit):
    """The counts and spreads of the runs behind a mean went out of step with the means."""
    rng = np.random.default_rng(3)
    drawn = {m: hit * (rng.random((24, 4)) < p) for m, p in {"x": 0.75, "y": 0.45}.items()}
    means = {m: v.mean(axis=1) for m, v in drawn.items()}
    cells = {
        (m, "d"): {
            "values": means[m],
            "repeats": np.full(24, 4),
            "within": ((v - means[m][:, None]) ** 2).sum(axis=1),
        }
        for m, v in drawn.items()
    }
    results = fake(cells, unit=Unit.EXAMPLE)
    (found,) = fragile(results, DesignSpec(), analyse(results, DesignSpec()))
    assert found.verdict is Verdict.BETTER
    (flip,) = [f for f in found.flips if f.what == "examples dropped"]
    left = np.sort(means["x"] - means["y"])[: 24 - flip.count]
    signs = np.random.default_rng(0).choice([-1, 1], size=(20_000, len(left)))
    p = float((np.abs(signs @ left) >= left.sum() - 1e-9).mean())
    assert flip.p_adjusted == pytest.approx(p, abs=0.01)


def test_what_is_changed_keeps_its_columns_in_step():
    """Rows that are dropped go from every column; rows that are turned have no spread left."""
    whole = Sample(
        "acc", "x", "d", np.arange(4), np.array([0.5, 1.0, 0.25, 0.0]),
        clusters=np.array([7, 7, 8, 8]), repeats=np.array([2, 3, 4, 5]),
        within=np.array([0.5, 0.0, 0.75, 0.0]),
    )  # fmt: skip
    change = Change(dropped=frozenset([("x", "d", 1)]), turned=frozenset([(("x", "d", 2), 1.0)]))
    made = altered(whole, change)
    assert made.keys.tolist() == [0, 2, 3]
    assert made.values.tolist() == [0.5, 1.0, 0.0]
    assert made.clusters.tolist() == [7, 8, 8]
    assert made.repeats.tolist() == [2, 4, 5]
    assert made.within.tolist() == [0.5, 0.0, 0.0]
