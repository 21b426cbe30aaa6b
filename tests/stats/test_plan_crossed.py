"""Plans for seeds x examples: as the two-way test finds them, the floors, and the planned power."""

import math

import numpy as np
import pytest

from paperforge.spec import DesignSpec, Unit
from paperforge.stats import analyse
from paperforge.stats.outlook import needed
from paperforge.stats.plan_crossed import Components, Examples, Seeds, together


def table(rng, runs, examples, between, apart, noise):
    """Scores of one method, shape (runs, examples)."""
    return (
        rng.normal(0, apart / math.sqrt(2), examples)
        + rng.normal(0, between, (runs, 1))
        + rng.normal(0, noise, (runs, examples))
    )


def results_of(fake, scores):
    cells, runs = {}, {}
    for name, rows in scores.items():
        mean = rows.mean(axis=0)
        within = ((rows - mean) ** 2).sum(axis=0)
        repeats = np.full(len(mean), len(rows))
        cells[name, "d"] = {"values": mean, "repeats": repeats, "within": within}
        runs[name, "d"] = rows.mean(axis=1)
    return fake(cells, unit=Unit.EXAMPLE, runs=runs, varies={"seed", "example"})


def truth(between, apart, noise, seeds, examples):
    """The components of so large a study, known and not estimated."""
    return Components(
        2 * between**2 / seeds,
        apart**2 / examples,
        2 * noise**2 / (seeds * examples),
        (2.0 * (seeds - 1), examples - 1.0, 2.0 * (seeds - 1) * (examples - 1)),
        seeds,
        examples,
        paired=False,
    )


@pytest.mark.parametrize(("seeds", "examples"), [(5, 60), (3, 200)])
def test_the_planned_power_is_had(fake, seeds, examples):
    """Components of a pilot of 4 x 100, a study of another size, its own analysis."""
    known = truth(0.1, 0.6, 0.4, 4, 100)
    d, runs = Seeds(known, examples).smallest(seeds, 0.05), 500
    rng, found = np.random.default_rng(81), 0
    for _ in range(runs):
        a, b = (table(rng, seeds, examples, 0.1, 0.6, 0.4) for _ in "ab")
        found += analyse(results_of(fake, {"a": a + d, "b": b}), DesignSpec()).primary()[0].p < 0.05
    assert found / runs == pytest.approx(0.8, abs=0.06)  # .054 is three standard errors


def test_both_laws_are_one():
    known = truth(0.1, 0.6, 0.4, 4, 100)
    assert Seeds(known, 300).smallest(7, 0.05) == Examples(known, 7).smallest(300, 0.05)


def test_more_of_one_stops_helping():
    known = truth(0.2, 0.6, 0.4, 4, 100)
    seeds, examples = Seeds(known, 100), Examples(known, 4)
    for law, n in ((seeds, 1000), (examples, 100_000)):
        found = [law.smallest(n // by, 0.05) for by in (100, 10, 1)]
        assert found == sorted(found, reverse=True)
        assert law.floor(0.05) == pytest.approx(found[-1], rel=0.02)
        assert needed(law, law.floor(0.05) * 0.99, 0.05).n is None
    aim = 0.9 * min(seeds.floor(0.05), examples.floor(0.05))
    s, n = together(known, aim, 0.05)
    assert Seeds(known, n).smallest(s, 0.05) <= aim
    assert s > 4 and n > 100


def test_no_examples_or_one_seed():
    known = truth(0.1, 0.6, 0.4, 4, 100)
    assert Seeds(known, 100).smallest(1, 0.05) is None
    assert Examples(known, 4).smallest(1, 0.05) is None


def test_runs_that_differ_by_nothing_leave_nothing_on_examples_without_end():
    """0 / 0 degrees of freedom: no warning (an error in tests), and no width."""
    known = truth(0.0, 0.6, 0.4, 3, 60)
    error, halves = known.halves(3, math.inf, 0.05, cautious=False)
    assert error == 0
    assert (halves == 0).all()


def test_the_limits_hold_the_truth_as_often_as_they_say():
    """A pilot of 4 x 60 without any variance of runs: the limit holds it, and is never 0."""
    true = truth(0.2, 0.0, 0.4, 4, 60)
    rng, held = np.random.default_rng(82), []
    squares = (true.runs + true.both, true.examples + true.both, true.both)
    for _ in range(2000):
        found = [v * rng.chisquare(df) / df for v, df in zip(squares, true.df, strict=True)]
        runs, examples = (max(0.0, one - found[2]) for one in found[:2])
        one = Components(runs, examples, found[2], true.df, 4, 60, paired=False)
        limits = one.limits()
        assert min(limits) > 0
        held.append([limits[0] >= true.runs, limits[1] >= true.examples, limits[2] >= true.both])
    rates = np.mean(held, axis=0)
    assert rates[0] == pytest.approx(0.8, abs=0.03)
    assert rates[1] >= 0.8  # a variance of 0 is below every limit
    assert rates[2] == pytest.approx(0.8, abs=0.03)


def test_an_estimate_of_zero_is_not_taken_for_certain():
    none = truth(0.0, 0.0, 0.4, 4, 60)
    for law, n in ((Seeds(none, 60), 4), (Examples(none, 4), 60)):
        assert law.smallest(n, 0.05, cautious=True) > 1.1 * law.smallest(n, 0.05)
    assert [round(sd, 3) for _, sd in none.spreads] == [0, 0, round(0.4 * math.sqrt(2), 3)]
    assert none.assumed


def test_the_study_detects_what_its_plan_says(fake):
    """Runs closer to each other than the residual allows: luck, that neither counts on."""
    rng = np.random.default_rng(83)
    scores = {}
    for name in "ab":
        rows = rng.normal(0, 0.4, (4, 25))
        scores[name] = rows - rows.mean(axis=1, keepdims=True) + rng.normal(0, 0.01, (4, 1))
    one = analyse(results_of(fake, scores), DesignSpec()).primary()[0]
    noise = sum(((r - r.mean(0) - r.mean(1, keepdims=True) + r.mean()) ** 2).sum() / 72
                for r in scores.values()) / 2  # fmt: skip
    known = truth(0.0, 0.0, math.sqrt(noise), 4, 25)
    assert one.detectable >= 0.98 * Seeds(known, 25).smallest(4, 0.05)
