"""Aggregates over runs x tasks as the analysis gives them."""

import numpy as np
import pytest

from paperforge.errors import InputError
from paperforge.spec import DesignSpec, Direction, Metric, Role
from paperforge.stats import analyse
from paperforge.stats.runs_tasks import iqm, optimality_gap

RNG = np.random.default_rng(2)
TASKS = [f"t{i}" for i in range(6)]
CELLS = {
    (m, t): RNG.normal(shift + 0.1 * i, 0.1, 5)
    for m, shift in (("x", 0.5), ("y", 0.2))
    for i, t in enumerate(TASKS)
}
HIGHER = Metric("score", "score", Direction.HIGHER)


def runs(method):
    return [CELLS[method, t] for t in TASKS]


def analysed(fake, aggregate, metric=HIGHER, **more):
    results = fake(CELLS, metric=metric, roles={"x": Role.OURS, "y": Role.BASELINE})
    return analyse(results, DesignSpec(aggregate=aggregate), **more)


def test_the_iqm_replaces_the_average(fake):
    analysis = analysed(fake, "iqm", effects=True)
    (decision,) = analysis.primary()
    assert decision.estimate == pytest.approx(iqm(runs("x")) - iqm(runs("y")))
    assert (decision.test, decision.verdict) == ("bootstrap t of the IQM", "better")
    assert (decision.low > 0) == (decision.p < 0.05)
    row = analysis.aggregate("score", "x", None)
    assert row.mean == pytest.approx(iqm(runs("x")))
    assert row.interval[0] < row.mean < row.interval[1]
    assert analysis.design.over_datasets == "IQM"
    assert decision.effect.superiority == pytest.approx(
        np.mean([(a[:, None] > b).mean() for a, b in zip(runs("x"), runs("y"), strict=True)])
    )


def test_profiles_are_shares_of_runs(fake):
    profiles = {p.method: p for p in analysed(fake, "iqm", effects=True).profiles}
    for method, profile in profiles.items():
        expected = [
            np.mean([(values > t).mean() for values in runs(method)]) for t in profile.thresholds
        ]
        assert profile.share == pytest.approx(expected)
        assert all(
            a <= b <= c for a, b, c in zip(profile.low, profile.share, profile.high, strict=True)
        )
    assert analysed(fake, "mean", effects=True).profiles == ()


def test_of_an_optimality_gap_what_is_left_is_compared(fake):
    analysis = analysed(fake, "optimality-gap")
    (decision,) = analysis.primary()
    assert decision.estimate == pytest.approx(optimality_gap(runs("y")) - optimality_gap(runs("x")))
    assert decision.verdict == "better"
    row = analysis.aggregate("score", "x", None)
    assert row.mean == pytest.approx(1 - optimality_gap(runs("x")))
    assert row.interval[0] <= row.mean <= row.interval[1]
    with pytest.raises(InputError, match="more is better"):
        analysed(fake, "optimality-gap", Metric("loss", "loss", Direction.LOWER))
