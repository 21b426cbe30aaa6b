"""Why a test was taken and what others say: each other test against another program."""

import itertools
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests

from paperforge.model import Flip, Fragility, Quote, Sample, Verdict
from paperforge.spec import DesignSpec, Direction, Metric, Role, Unit
from paperforge.stats import analyse
from paperforge.stats.clusters import cr2, random_effects_df
from paperforge.stats.contrast import Ask
from paperforge.stats.exact import mcnemar_p
from paperforge.stats.fragile import fragile
from paperforge.stats.others import of_corpus
from paperforge.stats.reasons import COVERAGE, POOLING, observed, too_often
from paperforge.stats.strata import flipped, permuted, pooled_t, skewness
from paperforge.stats.why import why, with_tests

OURS = {"x": Role.OURS, "y": Role.BASELINE, "z": Role.BASELINE}
SEEDS = DesignSpec(pair_by=("seed",))
DEMSAR = json.loads((Path(__file__).parents[1] / "references" / "demsar2006.json").read_text())


def asked(results, spec=None, **more):
    spec = spec or DesignSpec()
    return why(results, spec, analyse(results, spec), **more)


def by_test(one):
    return {a.test: a for a in one.alternatives}


def seeds(*levels, n=5, datasets=("d",), seed=0):
    rng = np.random.default_rng(seed)
    return {
        (m, d): rng.normal(level, 1, n)
        for m, level in zip("xyz", levels, strict=False)
        for d in datasets
    }


# ---------------------------------------------------------------------------- against scipy


def test_unpaired_seeds_by_pooled_t_and_exact_permutation(fake):
    cells = seeds(1, 0)
    (one,) = asked(fake(cells))
    x, y = cells.values()
    theirs = scipy_stats.ttest_ind(x, y)
    pooled = by_test(one)["pooled t"]
    assert (pooled.low, pooled.high) == pytest.approx(theirs.confidence_interval())
    assert pooled.p == pytest.approx(theirs.pvalue)
    exact = scipy_stats.permutation_test(
        (x, y), lambda a, b: a.mean() - b.mean(), n_resamples=np.inf
    )
    mine = by_test(one)["permutation of means, exact"]
    assert mine.p == pytest.approx(exact.pvalue)
    assert (mine.smallest_p, mine.low) == (pytest.approx(2 / 252), None)
    assert "Welch t" not in by_test(one)


def test_pairable_seeds_are_shown_as_needing_a_declaration(fake):
    cells = seeds(1, 0)
    (one,) = asked(fake(cells))
    x, y = cells.values()
    paired = by_test(one)["paired t"]
    assert paired.p == pytest.approx(scipy_stats.ttest_rel(x, y).pvalue)
    assert paired.needs == by_test(one)["sign-flip (enumeration)"].needs == "needs pair_by"
    assert any(test == "paired t" and "pair_by" in because for test, because in one.rejected)


def test_paired_seeds_by_sign_flip_wilcoxon_and_welch(fake):
    cells = seeds(0.5, 0, n=7)
    (one,) = asked(fake(cells), SEEDS)
    x, y = cells.values()
    assert by_test(one)["Welch t"].p == pytest.approx(
        scipy_stats.ttest_ind(x, y, equal_var=False).pvalue
    )
    assert by_test(one)["Wilcoxon signed-rank, pseudomedian"].p == pytest.approx(
        scipy_stats.wilcoxon(x, y, method="exact").pvalue
    )
    flips = scipy_stats.permutation_test(
        (x, y), lambda a, b: (a - b).mean(), permutation_type="samples", n_resamples=np.inf
    )
    assert by_test(one)["sign-flip (enumeration)"].p == pytest.approx(flips.pvalue)
    assert by_test(one)["sign-flip (enumeration)"].smallest_p == pytest.approx(2.0**-6)
    assert all(not a.needs for a in one.alternatives)


def test_five_pairs_cannot_reach_the_level_by_signs(fake):
    (one,) = asked(fake(seeds(3, 0)), SEEDS)
    flip = by_test(one)["sign-flip (enumeration)"]
    assert (flip.smallest_p, flip.verdict) == (0.0625, Verdict.UNDECIDABLE)
    assert any("no p below .06" in because and "5 pairs" in because for _, because in one.rejected)


def test_right_or_wrong_by_exact_mcnemar_and_t(fake):
    a, b = np.ones(100), np.ones(100)
    b[:12], a[12:16] = 0, 0
    (one,) = asked(fake({("x", "d"): a, ("y", "d"): b}, unit=Unit.EXAMPLE))
    theirs = statsmodels_mcnemar([[84, 12], [4, 0]], exact=True)
    assert by_test(one)["McNemar exact"].p == pytest.approx(theirs.pvalue)
    assert by_test(one)["paired t"].p == pytest.approx(scipy_stats.ttest_rel(a, b).pvalue)
    assert {o.name: o.value for o in one.observed}["discordant"] == 16


def test_graded_examples_by_signed_ranks(fake):
    rng = np.random.default_rng(5)
    x = rng.normal(0, 1, 40)
    y = x + rng.exponential(1, 40) - 0.5
    (one,) = asked(fake({("x", "d"): x, ("y", "d"): y}, unit=Unit.EXAMPLE))
    assert by_test(one)["Wilcoxon signed-rank, pseudomedian"].p == pytest.approx(
        scipy_stats.wilcoxon(x, y, method="exact").pvalue
    )
    skew = {o.name: o.value for o in one.observed}["skewness"]
    assert skew == pytest.approx(scipy_stats.skew(x - y))


def test_clusters_by_signs_and_wild_bootstrap(fake):
    rng = np.random.default_rng(6)
    clusters = np.repeat(np.arange(10), 10)
    x, y = (rng.normal(level, 1, 100) for level in (0.3, 0))
    cells = {
        ("x", "d"): {"values": x, "clusters": clusters},
        ("y", "d"): {"values": y, "clusters": clusters},
    }
    (one,) = asked(fake(cells, unit=Unit.EXAMPLE))
    # clusters of one size: Rademacher weights are the flips of the clusters' signs
    assert by_test(one)["wild cluster bootstrap (Rademacher)"].p == pytest.approx(
        by_test(one)["sign-flip by cluster (enumeration)"].p
    )
    sums = (x - y).reshape(10, 10).sum(1)
    theirs = scipy_stats.permutation_test(
        (sums,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    assert by_test(one)["sign-flip by cluster (enumeration)"].p == pytest.approx(theirs.pvalue)
    seen = {o.name: o.value for o in one.observed}
    assert (seen["clusters"], seen["largest cluster"]) == (10, 0.1)


# ------------------------------------------------------------------------ several datasets


def brute(strata):
    """P of the summed differences of means over every arrangement within each stratum."""
    sums = np.zeros(1)
    for a, b in strata:
        pooled, n = np.concatenate([a, b]), len(a)
        chosen = np.array(list(itertools.combinations(range(len(pooled)), n)))
        first = pooled[chosen].sum(1)
        each = first / n - (pooled.sum() - first) / (len(pooled) - n)
        sums = (sums[:, None] + each).ravel()
    seen = sum(a.mean() - b.mean() for a, b in strata)
    return (np.abs(sums) >= abs(seen) - 1e-12).mean()


def test_stratified_permutation_is_exact_for_few(as_cell):
    rng = np.random.default_rng(1)
    rows = [(rng.normal(0.8, 1, n), rng.normal(0, 1, m)) for n, m in ((3, 3), (3, 4))]
    found = permuted([(as_cell(a), as_cell(b)) for a, b in rows], Ask())
    assert found.p == pytest.approx(brute(rows))
    assert found.estimate == pytest.approx(np.mean([a.mean() - b.mean() for a, b in rows]))
    assert (found.test, found.monte_carlo) == ("stratified permutation of means, exact", None)
    assert found.smallest_p == pytest.approx(1 / (20 * 35))


def test_stratified_permutation_by_drawing(as_cell):
    rng = np.random.default_rng(2)
    rows = [(rng.normal(0.7, 1, 4), rng.normal(0, 1, 4)) for _ in range(3)]
    found = permuted([(as_cell(a), as_cell(b)) for a, b in rows], Ask(seed=3))
    assert abs(found.p - brute(rows)) < 4 * found.monte_carlo
    assert found.smallest_p >= 1 / 10_000
    assert found.p != permuted([(as_cell(a), as_cell(b)) for a, b in rows], Ask(seed=4)).p


def test_strata_are_not_dealt_alike(as_cell):
    """The same numbers in every stratum: one stream for all would deal them in step."""
    rng = np.random.default_rng(3)
    a, b = rng.normal(0.6, 1, 8), rng.normal(0, 1, 8)
    found = permuted([(as_cell(a), as_cell(b))] * 2, Ask())
    theirs = scipy_stats.norm.sf(
        abs(2 * (a.mean() - b.mean()))
        / np.sqrt(2 * np.concatenate([a, b]).var(ddof=1) * (1 / 8 + 1 / 8))
    )
    assert found.p == pytest.approx(2 * theirs, abs=0.02)


def test_stratified_sign_flip_weighs_datasets_alike(fake, as_cell):
    from paperforge.stats.means import match

    rng = np.random.default_rng(4)
    rows = [rng.normal(0.5, 1, n) for n in (4, 6)]
    pairs = [match(as_cell(x), as_cell(0 * x)) for x in rows]
    found = flipped(pairs, Ask())
    signs = np.array(list(itertools.product([-1, 1], repeat=10)))
    sums = signs[:, :4] @ rows[0] / 4 + signs[:, 4:] @ rows[1] / 6
    seen = rows[0].mean() + rows[1].mean()
    assert found.p == pytest.approx((np.abs(sums) >= abs(seen) - 1e-12).mean())
    assert found.estimate == pytest.approx(seen / 2)
    assert (found.low, found.high) == (None, None)


def test_stratified_pooled_t_has_the_degrees_of_freedom_of_all(as_cell):
    rows = [(np.arange(5.0), np.arange(5.0) + 1)] * 3
    found = pooled_t([(as_cell(a), as_cell(b)) for a, b in rows], Ask())
    assert found.df == pytest.approx(3 * 8)
    assert found.estimate == -1


def test_averages_of_runs_keep_their_name(fake):
    cells = seeds(1, 0, datasets=("d1", "d2", "d3"))
    (one,) = asked(fake(cells), SEEDS)
    assert one.test == "paired t on seed averages"
    assert "paired t on seed averages" not in by_test(one)
    x, y = (np.mean([cells[m, d] for d in ("d1", "d2", "d3")], axis=0) for m in "xy")
    assert by_test(one)["Wilcoxon signed-rank, pseudomedian on seed averages"].p == pytest.approx(
        scipy_stats.wilcoxon(x, y, method="exact").pvalue
    )


def test_what_does_not_go_over_datasets_is_said(fake):
    rng = np.random.default_rng(7)
    cells = {
        (m, d): {"values": rng.integers(0, 2, 50), "keys": np.arange(50) + 100 * i}
        for m in "xy"
        for i, d in enumerate(("d1", "d2"))
    }
    (one,) = asked(fake(cells, unit=Unit.EXAMPLE))
    assert {test for test, _ in one.left_out} == {"Wilcoxon", "McNemar"}
    (flip,) = [a for a in one.alternatives if "sign-flip" in a.test]
    assert flip.estimate == pytest.approx(
        np.mean(
            [cells["x", d]["values"].mean() - cells["y", d]["values"].mean() for d in ("d1", "d2")]
        )
    )


# ---------------------------------------------------------------------- datasets as a sample


@pytest.fixture
def demsar(fake):
    cells = {
        (method, dataset): [row[j]]
        for dataset, row in zip(DEMSAR["datasets"], DEMSAR["scores"], strict=True)
        for j, method in enumerate(DEMSAR["methods"])
    }
    metric = Metric("auc", "AUC", Direction.HIGHER, margin=0.01)
    return fake(cells, metric=metric)


def test_demsars_table(demsar):
    spec = DesignSpec(replicate=Unit.DATASET)
    first = asked(demsar, spec)[0]
    assert (first.a, first.b) == ("C4.5", "C4.5+m")
    x = np.array(DEMSAR["scores"])
    assert by_test(first)["sign-flip of the mean, exact"].p == pytest.approx(
        scipy_stats.permutation_test(
            (x[:, 0] - x[:, 1],), np.mean, permutation_type="samples", n_resamples=np.inf
        ).pvalue
    )
    assert by_test(first)["sign-flip of the mean, exact"].p == pytest.approx(0.0078125, abs=0.002)
    ranks = scipy_stats.rankdata(-x, axis=1).mean(0)
    gap = (ranks[0] - ranks[1]) / np.sqrt(4 * 5 / (6 * 14)) * np.sqrt(2)
    nemenyi = by_test(first)["Nemenyi"]
    assert nemenyi.p == pytest.approx(scipy_stats.studentized_range.sf(gap, 4, np.inf), abs=1e-6)
    assert nemenyi.p_adjusted == nemenyi.p
    assert (first.verdict, nemenyi.verdict, nemenyi.changes) == (
        Verdict.WORSE,
        Verdict.INCONCLUSIVE,
        True,
    )
    bayes = by_test(first)["Bayesian signed-rank"]
    assert sum(bayes.probabilities) == pytest.approx(1)
    assert bayes.verdict is None and bayes.needs


def test_few_datasets_leave_nemenyi_out(fake):
    rng = np.random.default_rng(8)
    cells = {(m, f"d{i}"): [rng.normal()] for m in "xyz" for i in range(6)}
    one, *_ = asked(fake(cells), DesignSpec(replicate=Unit.DATASET))
    assert one.left_out == (("Nemenyi", "asymptotic: needs 10 datasets"),)
    assert "Nemenyi" not in by_test(one) and "Bayesian signed-rank" not in by_test(one)


# -------------------------------------------------------------------------- family, verdicts


@pytest.mark.parametrize("correction", ["holm", "bonferroni", "bh", "none"])
def test_the_other_test_is_corrected_as_if_it_had_been_chosen(fake, correction):
    results = fake(seeds(1.5, 0, 0.4), roles=OURS)
    spec = DesignSpec(correction=correction)
    shown = asked(results, spec)
    chosen = analyse(results, replace(spec, pair_by=("seed",))).primary()
    for one, d in zip(shown, chosen, strict=True):
        other = by_test(one)["paired t"]
        assert (other.p, other.p_adjusted) == pytest.approx((d.p, d.p_adjusted))
        assert other.verdict is d.verdict
        assert (other.estimate, other.low, other.high) == pytest.approx((d.estimate, d.low, d.high))


def test_a_family_a_metric_is_corrected_apart(fake):
    results = fake(seeds(1.5, 0, 0.4), roles=OURS)
    other = replace(results.metrics[0], name="b", label="b")
    for key, sample in list(results.by_seed.items()):
        results.by_seed["b", key[1], key[2]] = replace(sample, metric="b")
    both = replace(results, metrics=(*results.metrics, other))
    together, apart = asked(both), asked(both, DesignSpec(family="metric"))
    assert [w.metric for w in together] == ["acc", "acc", "b", "b"]
    for a, b in zip(together, apart, strict=True):
        assert by_test(b)["pooled t"].p_adjusted < by_test(a)["pooled t"].p_adjusted


def test_the_direction_and_the_unit_are_those_of_the_metric(fake):
    metric = Metric("loss", "loss", Direction.LOWER, "%", scale=100.0)
    (one,) = asked(fake(seeds(6, 0), metric=metric))
    found = by_test(one)["permutation of means, exact"]
    assert found.verdict is Verdict.WORSE
    x, y = seeds(6, 0).values()
    assert found.estimate == pytest.approx(100 * (x.mean() - y.mean()))


def test_equivalence_under_another_test(fake):
    metric = Metric("acc", "accuracy", Direction.HIGHER, margin=5)
    (one,) = asked(fake(seeds(0, 0, n=10), metric=metric), SEEDS)
    assert one.verdict is Verdict.EQUIVALENT
    assert {a.verdict for a in one.alternatives} == {Verdict.EQUIVALENT}
    assert not any(a.changes for a in one.alternatives)


def test_only_so_many_are_explained(fake):
    results = fake(seeds(1, 0, 0.5))
    assert len(asked(results)) == 3
    few = asked(results, most=2)
    assert [(w.a, w.b) for w in few] == [("x", "y"), ("x", "z")]
    ps = [d.p for d in analyse(results, DesignSpec()).primary()]
    mine = [*(by_test(w)["pooled t"].p for w in few), ps[2]]
    adjusted = multipletests(mine, method="holm")[1]
    assert [by_test(w)["pooled t"].p_adjusted for w in few] == pytest.approx(adjusted[:2])


# ------------------------------------------------------------------------------- degenerate


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([0.5], [0.4], "No test: one run a cell."),
        ([0.5], [0.4, 0.6], "No test: one replicate only"),
        ([0.5, 0.5], [0.4, 0.4], "No test: a constant shift"),
        ([0.5, 0.5], [0.5, 0.5], "No test: identical outputs"),
        ([1e308, -1e308, 1e308], [1e308, 1e308, 0.0], "No test: the numbers are too large"),
    ],
)
def test_nothing_to_test_is_explained(fake, x, y, words):
    (one,) = asked(fake({("x", "d"): x, ("y", "d"): y}))
    assert one.chosen[0].startswith(words)
    assert one.rejected == one.left_out == ()
    for a in one.alternatives:
        assert a.p is None or 0 < a.p <= 1


def test_missing_cells_have_no_other_tests(fake):
    cells = {("x", "d1"): [1.0, 2], ("x", "d2"): [1.0, 2], ("y", "d1"): [1.0, 3]}
    (one,) = asked(fake(cells))
    assert one.alternatives == ()
    assert one.chosen[0].startswith("No test: no average")


def test_quoted_numbers_are_not_dealt(fake):
    results = fake({("x", "d"): [0.9, 0.91, 0.92], ("y", "d"): [0.8]})
    results = replace(results, quoted={("y", "d"): Quote(0.02, "sd", 5)})
    (one,) = asked(results)
    assert "pooled t" in by_test(one)
    assert one.left_out == (("permutation of means", "a quoted mean has no runs to deal"),)


@pytest.mark.parametrize("datasets", [("d",), ("d1", "d2")])
def test_thousands_of_runs(fake, datasets):
    (one,) = asked(fake(seeds(0.1, 0, n=3000, datasets=datasets)))
    (found,) = [a for a in one.alternatives if "permutation" in a.test]
    assert "Monte Carlo" in found.test
    assert abs(found.p - by_test(one)[f"{'stratified ' * (len(datasets) > 1)}pooled t"].p) < 0.02


def test_skewness_of_nothing():
    assert skewness(np.zeros(4)) == skewness(np.full(3, 0.1)) == 0


# -------------------------------------------------------------------------- runs x examples


def test_runs_or_examples_alone_are_other_questions(fake):
    rng = np.random.default_rng(9)
    cells = {
        (m, "d"): {"values": np.tile(rng.integers(0, 2, 30), 3) + rng.normal(0, 0.1, 90),
                   "keys": np.tile(np.arange(30), 3)}
        for m in "xy"
    }  # fmt: skip
    results = fake(
        cells,
        unit=Unit.EXAMPLE,
        runs={at: [0.1, 0.2, 0.4] for at in cells},
        varies={"seed", "example"},
    )
    (one,) = asked(results)
    assert one.test.startswith("two-way")
    needs = {a.needs for a in one.alternatives}
    assert needs == {"takes the examples as fixed", "takes the runs as fixed"}


def test_a_corpus_metric_by_randomisation(fake):
    rng = np.random.default_rng(10)
    metric = Metric("wer", "WER", Direction.LOWER, corpus="error-rate", parts=("errors", "words"))
    words = rng.integers(5, 40, 80).astype(float)

    class Parts:
        def samples(self, name, unit):
            if name == "words":
                rows = dict.fromkeys("xy", words)
            else:
                rows = {m: np.random.default_rng(i).binomial(words.astype(int), 0.2 + 0.1 * i)
                        for i, m in enumerate("xy")}  # fmt: skip
            return tuple(
                Sample(name, m, "d", np.arange(80), v.astype(float)) for m, v in rows.items()
            )

    d = analyse(
        fake({("x", "d"): [0, 1], ("y", "d"): [1, 1]}, unit=Unit.EXAMPLE), DesignSpec()
    ).decisions[0]
    made = {o.kind: o.contrast for o in of_corpus(Parts(), metric, d, Ask())}
    assert made["randomisation"].p < 0.01 and made["randomisation"].monte_carlo is not None
    assert made["randomisation"].estimate == made["bootstrap"].estimate < 0


# ----------------------------------------------------------------------- what flips it, by test


def test_other_tests_count_among_what_flips(demsar):
    spec = DesignSpec(replicate=Unit.DATASET)
    analysis = analyse(demsar, spec)
    found = Fragility("auc", "C4.5", "C4.5+m", None, Verdict.WORSE, 0.047, (), complete=True)
    (merged,) = with_tests([found], why(demsar, spec, analysis))
    (flip,) = merged.flips
    assert (flip.what, flip.count, flip.verdict) == ("test", 1, Verdict.INCONCLUSIVE)
    assert flip.which == ("paired t over datasets", "Nemenyi")
    assert (flip.ways, flip.tried) == (2, 3)


def test_a_test_is_not_counted_twice(fake):
    spec = SEEDS
    results = fake(
        {("x", "d"): np.arange(6) + 0.5, ("y", "d"): np.arange(6) + 0.1 * (np.arange(6) % 2)}
    )
    analysis = analyse(results, spec)
    (found,) = with_tests(fragile(results, spec, analysis), why(results, spec, analysis))
    (flip,) = [f for f in found.flips if f.what == "test"]
    assert flip == Flip(
        "test", 1, ("seeds not paired: Welch t",), Verdict.INCONCLUSIVE, flip.p_adjusted, 1, 1
    )


# ------------------------------------------------------------ the numbers that reasons mention


def test_pooling_datasets_and_seeds():
    """Datasets 1.5 times as variable as seeds: 8 x 5 differences taken as 40."""
    rng = np.random.default_rng(11)
    x = rng.normal(0, 1.5, (20_000, 8, 1)) + rng.normal(0, 1, (20_000, 8, 5))
    p = scipy_stats.ttest_1samp(x.reshape(20_000, 40), 0, axis=1).pvalue
    assert (p < 0.05).mean() == pytest.approx(0.33, abs=0.011)
    assert ".33" in POOLING
    p = scipy_stats.ttest_1samp(x.mean(axis=2), 0, axis=1).pvalue
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize("n", sorted(COVERAGE))
def test_the_percentile_bootstrap_of_few(n):
    rng = np.random.default_rng(n)
    x = rng.normal(size=(4000, n))
    drawn = rng.integers(0, n, (999, n))
    means = np.stack([x[:, row].mean(axis=1) for row in drawn], axis=1)
    low, high = np.quantile(means, [0.025, 0.975], axis=1)
    assert ((low <= 0) & (high >= 0)).mean() == pytest.approx(float(COVERAGE[n]), abs=0.02)


@pytest.mark.parametrize("sizes", [(40, 20, 10, 10, 10, 5, 5), (10,) * 7])
def test_unequal_clusters_under_the_df_of_imbens_and_kolesar(fake, sizes):
    rng, codes = np.random.default_rng(3), np.repeat(np.arange(len(sizes)), sizes)
    y = rng.normal(0, 1, len(codes))
    x = y + rng.normal(0, 1, len(sizes))[codes] + rng.normal(0, 0.5, len(codes))
    cells = {(m, "d"): {"values": v, "clusters": codes} for m, v in (("x", x), ("y", y))}
    results = fake(cells, unit=Unit.EXAMPLE)
    (one,) = why(results, DesignSpec(), analyse(results, DesignSpec()))
    found = {other.test: other for other in one.alternatives}
    name = "clustered paired t (df of Imbens and Kolesar)"
    if len(set(sizes)) == 1:
        assert name not in found
        return
    (decision,) = analyse(results, DesignSpec()).primary()
    other, df = found[name], random_effects_df(x - y, codes)
    assert other.estimate == pytest.approx(decision.estimate)
    statistic = abs(decision.estimate) / math.sqrt(cr2([x - y], [codes], len(sizes))[0])
    assert other.p == pytest.approx(2 * scipy_stats.t.sf(statistic, df))
    assert other.p > found["clustered paired t"].p


def test_cluster_robust_z_with_ten_clusters():
    """CR0 and a normal quantile, 10 clusters of 20, correlation .2 within them."""
    rng = np.random.default_rng(12)
    x = np.sqrt(0.2) * rng.normal(size=(10_000, 10, 1)) + np.sqrt(0.8) * rng.normal(
        size=(10_000, 10, 20)
    )
    means = x.mean(axis=(1, 2))
    sums = (x - means[:, None, None]).sum(axis=2)
    z = means / np.sqrt((sums**2).sum(axis=1) / 200**2)
    assert (np.abs(z) > 1.959964).mean() == pytest.approx(0.095, abs=0.012)


def test_mcnemar_exact_is_what_the_module_says():
    assert mcnemar_p(12, 4, exact=True) == pytest.approx(scipy_stats.binomtest(4, 16).pvalue)


def test_looked_at_numbers(fake, as_cell):
    cells = {("x", "d"): [1.0, 2, 3, 4, 15], ("y", "d"): [1.0, 1.1, 1.2, 1.3, 1.4]}
    (one,) = asked(fake(cells))
    seen = {o.name: o.value for o in one.observed}
    x, y = (np.array(v) for v in cells.values())
    assert seen["spread ratio"] == pytest.approx(x.std(ddof=1) / y.std(ddof=1))
    assert seen["largest residual"] == pytest.approx((15 - 5) / x.std(ddof=1))
    assert observed.__doc__


@pytest.mark.parametrize(("n", "size"), [(2, ".061"), (3, ".059")])
def test_very_few_runs_that_spread_very_differently_are_warned_of(as_cell, n, size):
    """The sizes are those of docs/error-rates.md, standard deviations 10 : 1."""
    rng = np.random.default_rng(1)
    wide, narrow = (as_cell(s * np.linspace(-1, 1, n) + rng.normal(0, 0.01, n)) for s in (10, 1))
    said = too_often([(wide, narrow)], "Welch t")
    assert f"a Welch t of {n} runs rejects a true null in up to {size}, not .05" in said
    assert not too_often([(wide, wide)], "Welch t")
    assert not too_often([(wide, narrow)], "paired t")
    several = [(wide, narrow), *[(narrow, narrow)] * 3]
    assert f"stratified Welch t of {n} runs" in too_often(several, "stratified Welch t")


def test_of_shares_nothing_is_said_of_ids(fake):
    """Only their number is known: "Examples pair by their ids" was said."""
    cells = {(m, "d"): [v] for m, v in (("x", 0.81), ("y", 0.84))}
    quotes = {at: Quote(kind="examples", n=500, digits=2) for at in cells}
    (one,) = asked(fake(cells, quoted=quotes))
    assert "not who was right where" in one.chosen[0]
    assert "ids" not in " ".join(one.chosen)
    assert [what for what, _ in one.rejected] == ["two-sample test of proportions"]


def test_of_an_average_the_examples_of_each_dataset_are_counted(fake):
    """It said 164, the number of the smallest."""
    counts = {"g": 1319, "h": 164}
    quotes = {(m, d): Quote(None, "examples", n, 2) for m in "xy" for d, n in counts.items()}
    cells = {("x", "g"): [0.92], ("x", "h"): [0.79], ("y", "g"): [0.90], ("y", "h"): [0.61]}
    one = asked(fake(cells, quoted=quotes))[0]
    assert "the example (inferred): 164 to 1,319 a dataset." in " ".join(one.chosen)
