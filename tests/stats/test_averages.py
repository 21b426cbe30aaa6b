"""What is said of averages over datasets: effect sizes, names, lost runs, accuracies with n."""

import math

import numpy as np
import pytest

from paperforge.model import Quote, Verdict
from paperforge.spec import DesignSpec, Source, Unit
from paperforge.stats import analyse


def test_d_of_an_average_has_the_sign_of_its_estimate(fake):
    """One dataset of small spread says the contrary: the mean of each one's d would be negative."""
    x = {"d": [10.0, 14.0, 12.0, 11.0, 13.0], "e": [1.00, 1.01, 1.02, 1.01, 1.00]}
    y = {"d": [9.0, 12.0, 10.0, 10.0, 11.0], "e": [1.10, 1.11, 1.12, 1.11, 1.10]}
    cells = {(m, d): v for m, row in (("x", x), ("y", y)) for d, v in row.items()}
    average, on_d, on_e = analyse(fake(cells), DesignSpec(), effects=True).decisions
    assert on_d.effect.d + on_e.effect.d < 0 < average.estimate
    pooled = (np.mean([np.var(v, ddof=1) for v in cells.values()])) ** 0.5
    j = 1 - 3 / (4 * 16 - 1)
    assert average.effect.d == pytest.approx(average.estimate / pooled * j, rel=2e-3)
    assert average.effect.d_kind == "pooled sd, pooled over the datasets"


def test_d_of_run_averages_is_standardised_by_them(fake):
    draw = np.random.default_rng(2)
    cells = {(m, d): draw.normal(m == "x", 1, 6) for m in "xy" for d in "de"}
    first = analyse(fake(cells), DesignSpec(pair_by=("seed",)), effects=True).decisions[0]
    assert first.test == "paired t on seed averages"
    assert first.effect.d_kind == "sd of differences, of seed averages"
    gaps = sum(cells["x", d] - cells["y", d] for d in "de") / 2
    assert first.effect.d == pytest.approx(gaps.mean() / gaps.std(ddof=1) * (1 - 3 / 19), rel=5e-3)


def test_no_d_where_the_mean_says_the_contrary_of_the_aggregate(fake):
    """Two outlying runs carry the mean, and the interquartile mean leaves them out."""
    x = [1.0, 1.1, 1.2, 1.3, 1.1, 1.2, 1.0, 60.0]
    y = [2.0, 2.1, 2.2, 2.3, 2.1, 2.2, 2.0, 2.1]
    cells = {(m, d): v for m, v in (("x", x), ("y", y)) for d in "de"}
    first = analyse(fake(cells), DesignSpec(aggregate="iqm"), effects=True).decisions[0]
    assert first.estimate < 0
    assert first.effect.d is None and first.effect.reason.startswith("the mean difference")


def test_tasks_are_called_tasks(fake):
    cells = {(m, d): [0.1, 0.2, 0.4] for m in "xy" for d in "de"}
    for column, noun in (("env", "task"), ("task_name", "task"), ("data", "dataset")):
        results = fake(cells, mapped=(Source(None, "r.csv", {"dataset": column}),))
        found = analyse(results, DesignSpec()).design
        assert found.place == noun
        assert f"over the 2 fixed {noun}s" in " ".join(found.sentences)
    assert analyse(fake(cells), DesignSpec(aggregate="iqm")).design.place == "task"


def test_lost_runs_name_the_setting_that_makes_them_scores(fake):
    cells = {("x", "d"): {"values": [0.8, 0.7, 0.9], "not_finite": 1}, ("y", "d"): [0.5, 0.6, 0.4]}
    said = " ".join(analyse(fake(cells), DesignSpec()).design.sentences)
    assert "Left out of the means: 1 diverged or not finite run; --diverged METRIC=VALUE" in said


def test_accuracies_with_n_on_several_datasets_have_an_average_with_bounds(fake):
    quotes = {(m, d): Quote(None, "examples", 1000, 3) for m in "xy" for d in "de"}
    cells = {("x", "d"): [0.91], ("y", "d"): [0.86], ("x", "e"): [0.80], ("y", "e"): [0.70]}
    analysis = analyse(fake(cells, quoted=quotes), DesignSpec())
    average = analysis.decisions[0]
    assert (average.scope, average.verdict) == (None, Verdict.BETTER)
    assert average.low > 0 and average.p < 0.05 and average.unit is Unit.EXAMPLE
    assert average.generalises == "new examples, not to retraining"
    assert analysis.design.generalises == "This generalises to new examples, not to retraining."
    assert "untested" not in " ".join(analysis.design.sentences)
    whole = analysis.aggregate("acc", "x", None)
    assert whole.n == 1000 and whole.interval[0] < 0.855 < whole.interval[1]
    unknown = {at: q for at, q in quotes.items() if at != ("y", "e")}
    again = analyse(fake(cells, quoted=unknown), DesignSpec()).decisions[0]
    assert again.verdict is Verdict.UNTESTED


def test_printed_means_have_hedges_d_and_a_reason_for_what_they_lack(fake):
    """By hand from mean, spread and n; P(a > b) would take the runs."""
    rows = {("a", "x"): (95.3, 0.2, 5), ("b", "x"): (94.9, 0.3, 5),
            ("a", "y"): (78.1, 0.5, 5), ("b", "y"): (77.0, 0.6, 3)}  # fmt: skip
    cells = {at: [value] for at, (value, _, _) in rows.items()}
    quotes = {at: Quote(sd, "sd", n) for at, (_, sd, n) in rows.items()}
    found = analyse(fake(cells, quoted=quotes), DesignSpec(), effects=True).decisions
    average, x, y = found

    def correction(df):
        return math.gamma(df / 2) / math.gamma((df - 1) / 2) / math.sqrt(df / 2)

    assert x.effect.d == pytest.approx(0.4 / math.sqrt((0.04 + 0.09) / 2) * correction(8))
    within = (4 * 0.25 + 2 * 0.36) / 6
    assert y.effect.d == pytest.approx(1.1 / math.sqrt(within) * correction(6))
    sd = math.sqrt((4 * 0.04 + 4 * 0.09 + 4 * 0.25 + 2 * 0.36) / 14)
    assert average.effect.d == pytest.approx(0.75 / sd * correction(14))
    assert average.effect.d_kind.startswith("pooled sd, from the printed mean, spread and n")
    for one in found:
        assert one.effect.superiority is None
        assert "has no runs" in one.effect.superiority_reason
