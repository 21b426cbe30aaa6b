"""Runs x examples: checked against a balanced analysis of variance, and simulated."""

import numpy as np
import pytest
import statsmodels.formula.api as smf
from scipy import stats as scipy_stats

from paperforge.model import Sample, Verdict
from paperforge.spec import DesignSpec, Direction, Metric, Role, Unit
from paperforge.stats import analyse
from paperforge.stats.contrast import Ask, Contrast
from paperforge.stats.crossed import bought, two_way
from paperforge.stats.found import detects

RUNS = 10_000


def tables(rng, runs, examples, between, apart, noise):
    """Scores of two methods, shape (runs, examples) each."""
    shared = rng.normal(0, 1, examples)
    return [
        shared
        + rng.normal(0, apart / np.sqrt(2), examples)
        + rng.normal(0, between, (runs, 1))
        + rng.normal(0, noise, (runs, examples))
        for _ in "ab"
    ]


def results_of(fake, scores, **more):
    """Results of {method: array of shape (runs, examples)}."""
    cells, runs = {}, {}
    for name, table in scores.items():
        mean = table.mean(axis=0)
        cells[name, "d"] = {
            "values": mean,
            "repeats": np.full(len(mean), len(table)),
            "within": ((table - mean) ** 2).sum(axis=0),
        }
        runs[name, "d"] = table.mean(axis=1)
    return fake(cells, unit=Unit.EXAMPLE, runs=runs, varies={"seed", "example"}, **more)


def test_the_variance_is_that_of_the_analysis_of_variance(fake):
    """Mean squares of run, example and residual from a linear model of another program."""
    import pandas as pd
    from statsmodels.stats.anova import anova_lm

    rng = np.random.default_rng(5)
    a, b = tables(rng, 4, 30, 0.5, 0.7, 0.4)
    decision = analyse(results_of(fake, {"a": a, "b": b}), DesignSpec()).primary()[0]
    squares = {}
    for name, table in (("a", a), ("b", b)):
        long = pd.DataFrame(
            [(s, e, v) for s, row in enumerate(table) for e, v in enumerate(row)],
            columns=["s", "e", "v"],
        )
        found = anova_lm(smf.ols("v ~ C(s) + C(e)", long).fit())
        squares[name] = dict(found["mean_sq"])
    examples = (a.mean(axis=0) - b.mean(axis=0)).var(ddof=1)
    variance = examples / 30 + sum(
        (one["C(s)"] - one["Residual"]) / (30 * 4) for one in squares.values()
    )
    assert decision.test == "two-way t"
    assert decision.unit is Unit.BOTH
    assert decision.estimate == pytest.approx(a.mean() - b.mean(), rel=1e-12)
    assert decision.estimate / decision.statistic == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert decision.n == (4, 4)


def test_runs_that_do_not_differ_leave_the_paired_t_of_the_examples(fake):
    rng = np.random.default_rng(6)
    a, b = (np.repeat(rng.normal(0, 1, (1, 40)), 3, axis=0) for _ in "ab")
    decision = analyse(results_of(fake, {"a": a, "b": b}), DesignSpec()).primary()[0]
    theirs = scipy_stats.ttest_rel(a[0], b[0])
    assert decision.p == pytest.approx(theirs.pvalue, rel=1e-6)


def test_declaring_seeds_takes_the_examples_as_fixed(fake):
    rng = np.random.default_rng(7)
    a, b = tables(rng, 5, 40, 0.1, 1.0, 0.2)
    results = results_of(fake, {"a": a, "b": b})
    both, seeds = (analyse(results, DesignSpec(replicate=unit)) for unit in (Unit.BOTH, Unit.SEED))
    assert seeds.primary()[0].test == "Welch t"
    assert both.primary()[0].high - both.primary()[0].low > (
        seeds.primary()[0].high - seeds.primary()[0].low
    )
    assert both.design.generalises == (
        "This generalises to new seeds and new examples of this benchmark."
    )
    assert analyse(results, DesignSpec()).design.inferred


def test_what_more_runs_and_examples_would_buy():
    assert bought((3.0, 1.0, 0.0), 2, 1) == pytest.approx(np.sqrt(2.5 / 4))
    assert bought((3.0, 1.0, 0.0), 1, 2) == pytest.approx(np.sqrt(3.5 / 4))
    assert bought((0.0, 0.0, 2.0), 2, 2) == pytest.approx(0.5)
    assert bought((0.0, 0.0, 0.0), 2, 2) == 1


def test_what_dominates_is_said(fake):
    rng = np.random.default_rng(12)
    a, b = tables(rng, 5, 400, 1.0, 0.1, 0.1)
    said = " ".join(analyse(results_of(fake, {"a": a, "b": b}), DesignSpec()).design.sentences)
    assert "71% of what it is with twice the seeds, 100% with twice the examples" in said


def test_two_datasets_are_averaged(fake):
    rng = np.random.default_rng(8)
    cells, runs, tested = {}, {}, {}
    for d in ("d1", "d2"):
        tested[d] = tables(rng, 3, 50, 0.2, 0.5, 0.3)
        for name, table in zip("ab", tested[d], strict=True):
            mean = table.mean(axis=0)
            cells[name, d] = {
                "values": mean,
                "keys": np.arange(50) + (1000 if d == "d2" else 0),
                "repeats": np.full(50, 3),
                "within": ((table - mean) ** 2).sum(axis=0),
            }
            runs[name, d] = table.mean(axis=1)
    results = fake(cells, unit=Unit.EXAMPLE, runs=runs, varies={"seed", "example"})
    whole, first, second = analyse(results, DesignSpec()).decisions
    assert (whole.scope, first.scope, second.scope) == (None, "d1", "d2")
    assert whole.estimate == pytest.approx((first.estimate + second.estimate) / 2)
    se = [abs(d.estimate / d.statistic) for d in (whole, first, second)]
    assert se[0] == pytest.approx(np.hypot(se[1], se[2]) / 2, rel=1e-9)
    assert whole.verdict in (Verdict.INCONCLUSIVE, Verdict.DIFFERENT, Verdict.BETTER, Verdict.WORSE)


SPREADS = [(0, 1, 1e-4), (0, 1, 1), (0.1, 1, 0.1), (0.3, 1, 0.3), (1, 0.1, 0.1), (0, 0.01, 1)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("runs", "examples", "between", "apart", "noise"),
    [
        *((2, examples, *spread) for examples in (50, 500) for spread in SPREADS[1:5]),
        *((3, 500, *spread) for spread in SPREADS[:5]),
        *((5, 50, *spread) for spread in SPREADS[2:5]),
        *((10, 500, *spread) for spread in SPREADS[2:4]),
    ],
)
def test_size(runs, examples, between, apart, noise):
    """Mean squares of a normal model are drawn directly: independent scaled chi-squares."""
    rng = np.random.default_rng([runs, examples, int(10 * between)])

    def squares(variance, df):
        return variance * rng.chisquare(df, RUNS) / df

    n, s, df = examples, runs, (runs - 1) * (examples - 1)
    a, b = (squares(between**2 + noise**2 / n, s - 1) / s for _ in "ab")
    apart_by = squares(apart**2 + 2 * noise**2 / s, n - 1) / n
    left = [squares(noise**2, df) / (s * n) for _ in "ab"]
    true = 2 * between**2 / s + apart**2 / n + 2 * noise**2 / (s * n)
    estimate = rng.normal(0, np.sqrt(true), RUNS)
    welch = (a + b) ** 2 / (a**2 / (s - 1) + b**2 / (s - 1))
    rejected = 0
    for i in range(RUNS):
        by_run = Contrast("", (s, s), estimate=estimate[i], variance=a[i] + b[i], df=welch[i])
        by_example = Contrast("", (n, n), estimate=estimate[i], variance=apart_by[i], df=n - 1.0)
        known = [(left[0][i], df), (left[1][i], df)]
        found = two_way(by_run, by_example, known, over=1, ask=Ask())
        assert (found.low > 0 or found.high < 0) == (found.p < 0.05)
        rejected += found.p < 0.05
    assert rejected / RUNS <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)


def test_methods_with_roles_and_a_direction(fake):
    rng = np.random.default_rng(9)
    a, b = tables(rng, 5, 200, 0.05, 0.2, 0.3)
    results = results_of(
        fake,
        {"ours": a + 1, "theirs": b},
        metric=Metric("acc", "accuracy", Direction.HIGHER, margin=2.0),
        roles={"ours": Role.OURS, "theirs": Role.BASELINE},
    )
    decision = analyse(results, DesignSpec()).primary()[0]
    assert decision.verdict is Verdict.BETTER
    assert decision.equivalent  # both hold, and it says so
    low, high = decision.equivalence
    assert -2 < low < decision.estimate < high < 2
    assert "within the margin" in decision.reason


def test_results_give_what_it_needs(tmp_path):
    from paperforge import results
    from paperforge.spec import Project, Source

    lines = ["model,seed,example_id,score"]
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 5, (2, 3, 6)) / 4
    for m, table in enumerate(scores):
        for s, row in enumerate(table):
            lines += [f"m{m},{s},q{e},{v}" for e, v in enumerate(row)]
    path = tmp_path / "r.csv"
    path.write_text("\n".join(lines))
    found = results.load([Source(path, "r.csv")], Project(root=tmp_path))
    first: Sample = found.samples("score", Unit.EXAMPLE)[0]
    assert (first.repeats == 3).all()
    spread = ((scores[0] - scores[0].mean(axis=0)) ** 2).sum(axis=0)
    assert first.within == pytest.approx(spread, abs=1e-12)
    assert analyse(found, DesignSpec()).primary()[0].test == "two-way t"


@pytest.mark.parametrize(
    ("runs", "examples", "spread", "alpha"),
    [(2, 50, (1, 0.1, 0.1), 0.05), (3, 500, (0.3, 1, 0.3), 0.01), (5, 50, (0, 1, 1), 0.05)],
)
def test_the_difference_that_it_detects_is_found_with_power_80(runs, examples, spread, alpha):
    """Where the true variances are those that were observed; 1,500 simulated studies."""
    between, apart, noise = spread
    rng = np.random.default_rng([runs, examples])
    n, s, df, times = examples, runs, (runs - 1) * (examples - 1), 1500
    true = [(between**2 + noise**2 / n) / s] * 2
    true += [(apart**2 + 2 * noise**2 / s) / n, *[noise**2 / (s * n)] * 2]
    dfs = [s - 1, s - 1, n - 1, df, df]

    def study(estimate, a, b, example, *left):
        parts = ((a, s - 1.0), (b, s - 1.0))
        welch = (a + b) ** 2 / ((a * a + b * b) / (s - 1))
        by_run = Contrast(
            "", (s, s), estimate=estimate, variance=a + b, df=welch,
            detects=detects(parts, np.sqrt(a + b), welch),
        )  # fmt: skip
        by_example = Contrast("", (n, n), estimate=estimate, variance=example, df=n - 1.0)
        return two_way(by_run, by_example, [(v, df) for v in left], over=1, ask=Ask(alpha))

    d = study(0.0, *true).detects.at(alpha)
    whole = true[0] + true[1] + true[2] - true[3] - true[4]
    found = [
        study(
            rng.normal(d, np.sqrt(whole)),
            *(v * rng.chisquare(f) / f for v, f in zip(true, dfs, strict=True)),
        ).p < alpha
        for _ in range(times)
    ]  # fmt: skip
    assert np.mean(found) == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / times))
