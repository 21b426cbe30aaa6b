"""Clusters of unequal size: the law of t, against other ways to it, and the t that is scaled."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from paperforge.model import Verdict
from paperforge.narrative.methods import sentence
from paperforge.spec import DesignSpec, Unit
from paperforge.stats import analyse
from paperforge.stats.clusters import NEARLY, clustered, cr2, scale
from paperforge.stats.unequal import LEVELS, bell_mccaffrey, law, scaled
from paperforge.stats.why import why

HARMONIC = tuple(200 // (g + 1) for g in range(15))
DESIGNS = {
    "five": (4, 18, 32, 46, 60),
    "one big": (4,) * 9 + (40,),
    "harmonic": HARMONIC,
    "two": (4, 40),
}
EVERY = pytest.mark.parametrize("sizes", DESIGNS.values(), ids=DESIGNS)


def codes(sizes):
    return np.repeat(np.arange(len(sizes)), sizes)


def held(sizes):
    return tuple(zip(*(x.tolist() for x in np.unique(sizes, return_counts=True)), strict=True))


def clusters(sizes):
    n, (members, many) = sum(sizes), np.unique(sizes, return_counts=True)
    return law(many.astype(float), members / n, members / n**2)


def drawn(sizes, correlation, runs, rng):
    """|t| of CR2 of so many studies, from the sums of their clusters."""
    m = np.array(sizes, dtype=float)
    sums = rng.normal(size=(runs, len(m))) * np.sqrt(m * (1 + correlation * (m - 1)))
    total, h = sums.sum(axis=1, keepdims=True), m / m.sum()
    return np.abs(total[:, 0]) / np.sqrt((((sums - h * total) ** 2) / (1 - h)).sum(axis=1))


def of_form(sizes, correlation, c):
    """P(|t| > c) from eigenvalues of the form, by Imhof's integral of its characteristic function."""
    m = np.array(sizes, dtype=float)
    h, root = m / m.sum(), np.sqrt(m * (1 + correlation * (m - 1)))
    apart = np.eye(len(m)) - np.outer(h, np.ones(len(m)))
    form = np.ones((len(m), len(m))) - c * c * apart.T @ np.diag(1 / (1 - h)) @ apart
    values = np.linalg.eigvalsh(root[:, None] * form * root)
    values /= values.max()

    def integrand(u):
        angle = np.arctan(values * u).sum() / 2
        return math.sin(angle) / (u * math.prod((1 + (values * u) ** 2) ** 0.25))

    found, _ = integrate.quad(integrand, 0, np.inf, limit=2000)
    return 0.5 + found / math.pi


@pytest.mark.parametrize("g", [2, 3, 10, 60])
@pytest.mark.parametrize("alpha", LEVELS)
def test_of_equal_clusters_it_is_students(g, alpha):
    one = law(np.array([float(g)]), np.array([1 / g]), np.array([1 / (7 * g * g)]))
    c = special.stdtrit(g - 1, 1 - alpha / 2)
    assert one.size(one.pole(c)) == pytest.approx(alpha, rel=1e-8)
    assert one.critical(alpha, 2 * c) == pytest.approx(c, rel=1e-6)


@pytest.mark.parametrize("correlation", [0.0, 1.0])
@pytest.mark.parametrize("c", [1.5, 4.0, 20.0])
def test_of_two_clusters_it_is_a_cauchy_law(correlation, c):
    """Y over y_1 h_2 - y_2 h_1 is beta + gamma times a Cauchy number."""
    m = np.array([4.0, 40.0])
    w, h = m * (1 + correlation * (m - 1)), m / 44
    below = w @ (h[::-1] ** 2)
    beta = (w[0] * h[1] - w[1] * h[0]) / below
    gamma = math.sqrt(w.sum() / below - beta**2)
    far = c / math.sqrt(h[0] * h[1])
    expected = stats.cauchy.sf(far, beta, gamma) + stats.cauchy.cdf(-far, beta, gamma)
    one = clusters((4, 40))
    found = one.size(one.pole(c))[0 if correlation == 0 else -1]
    assert found == pytest.approx(expected, rel=1e-7)


@EVERY
@pytest.mark.parametrize("correlation", [0.0, 1.0])
def test_by_imhofs_integral(sizes, correlation):
    one = clusters(sizes)
    found = one.size(one.pole(3.0))[0 if correlation == 0 else -1]
    assert found == pytest.approx(of_form(sizes, correlation, 3.0), abs=2e-6)


@EVERY
@pytest.mark.parametrize("correlation", [0.0, 0.05, 0.3, 1.0])
def test_the_scaled_t_holds_its_levels(sizes, correlation):
    """At every correlation, and nearly used up at the worst (200,000 studies each)."""
    times, df = scaled(held(sizes))
    t = drawn(sizes, correlation, 200_000, np.random.default_rng(len(sizes)))
    for alpha in (0.1, 0.05, 0.02, 0.01, 0.005):
        c = math.sqrt(times) * special.stdtrit(df, 1 - alpha / 2)
        assert (t > c).mean() < 1.03 * alpha + 3 * math.sqrt(alpha / 200_000), alpha
        assert clusters(sizes).worst(c) == pytest.approx(alpha, rel=0.06)
        if alpha in LEVELS:
            assert clusters(sizes).worst(c) == pytest.approx(alpha, rel=0.005)


@pytest.mark.parametrize(
    ("sizes", "size"), [(HARMONIC, 0.063), ((4, 400), 0.272), ((4,) * 9 + (400,), 0.071)]
)
def test_what_plain_cr2_would_find(sizes, size):
    """The sizes by which it was left, at the worst correlation."""
    members, many = np.unique(sizes, return_counts=True)
    n = sum(sizes)
    df = bell_mccaffrey(many.astype(float), members / n, members / n**2)
    x, code = np.random.default_rng(1).normal(size=n), codes(sizes)
    assert df == pytest.approx(cr2([x], [code], len(sizes))[1], rel=1e-9)
    assert clusters(sizes).worst(special.stdtrit(df, 0.975)) == pytest.approx(size, abs=0.001)


@pytest.mark.parametrize("sizes", [(20,) * 5, (20, 22, 25, 27, 30), (1,) * 40, (9, 10) * 30])
def test_equal_clusters_and_nearly_equal_ones_have_plain_cr2(sizes):
    x, code = np.random.default_rng(2).normal(size=sum(sizes)), codes(sizes)
    assert scale([code], len(sizes)) is None
    assert clustered([x], [code], len(sizes)) == cr2([x], [code], len(sizes))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=3, max_size=12), st.integers(0, 10**6))
def test_it_depends_on_the_sizes_only(sizes, seed):
    rng = np.random.default_rng(seed)
    if max(sizes) > 0.98 * sum(sizes):
        return
    code = codes(sizes)
    others = rng.permutation(len(sizes) + 3)[: len(sizes)][rng.permutation(code)]
    one, two = scale([code], len(sizes)), scale([others], len(sizes) + 3)
    assert one == two
    if one is not None:
        assert 0 < one.df <= len(sizes) - 1
        assert one.times > 0.8
        variance, df = clustered([rng.normal(size=len(code))], [code], len(sizes))
        assert (variance > 0, df) == (True, one.df)


def test_several_datasets_with_the_same_clusters_are_one():
    """Each cluster has the same share of every dataset: the law is that of the sums over them."""
    one, two = codes(HARMONIC), codes([2 * m for m in HARMONIC])
    assert scale([one, one], 15).df == pytest.approx(scale([one], 15).df, rel=0.01)
    assert scale([one, two], 15) is not None
    assert scale([one, one[1:]], 15) is None
    rng, found, runs = np.random.default_rng(3), 0, 2000
    for _ in range(runs):
        own = rng.normal(size=15)
        x = [own[c] + (1 + i) * rng.normal(size=len(c)) for i, c in enumerate((one, one))]
        variance, df = clustered(x, [one, one], 15)
        found += abs(x[0].mean() + x[1].mean()) / 2 > special.stdtrit(df, 0.975) * variance**0.5
    assert found / runs == pytest.approx(0.047, abs=0.015)


def graded(sizes, fake, seed=3):
    rng, code = np.random.default_rng(seed), codes(sizes)
    y = rng.normal(0, 1, len(code))
    x = y + rng.normal(0.5, 1, len(sizes))[code] + rng.normal(0, 0.5, len(code))
    cells = {(m, "d"): {"values": v, "clusters": code} for m, v in (("x", x), ("y", y))}
    return fake(cells, unit=Unit.EXAMPLE), x - y, code


def test_the_analysis_says_what_it_did(fake):
    results, x, code = graded(HARMONIC, fake)
    analysis = analyse(results, DesignSpec())
    (d,) = analysis.primary()
    assert d.test == "clustered paired t scaled for unequal clusters"
    plain, bell = cr2([x], [code], 15)
    times, df = scaled(held(HARMONIC))
    assert d.df == pytest.approx(df)
    assert d.p == pytest.approx(2 * stats.t.sf(abs(x.mean()) / math.sqrt(times * plain), df))
    half = math.sqrt(times * plain) * stats.t.ppf(0.975, df)
    assert (d.low, d.high) == pytest.approx((x.mean() - half, x.mean() + half))
    said = " ".join(analysis.design.sentences)
    assert "where they are of very unequal size, scaled so that t holds its level" in said
    (one,) = why(results, DesignSpec(), analysis)
    found = {other.test: other for other in one.alternatives}
    assert found["clustered paired t"].p == pytest.approx(
        2 * stats.t.sf(abs(x.mean()) / math.sqrt(plain), bell)
    )
    assert "scaled, to sizes of .05 and .01 at the worst correlation" in one.chosen[1]
    assert any(name.startswith("wild cluster bootstrap") for name in found)
    assert "scaled to size-controlling critical values, Pötscher" in sentence(analysis)
    assert "Pötscher" not in sentence(analyse(graded((20,) * 9, fake)[0], DesignSpec()))


def test_over_datasets_plain_cr2_stands_beside_it(fake):
    rng, code = np.random.default_rng(5), codes(HARMONIC)
    cells = {}
    for d in range(2):
        where = {"clusters": code + 100 * d, "keys": np.arange(len(code)) + 10_000 * d}
        for m in "xy":
            values = rng.normal(size=15)[code] + rng.normal(size=len(code))
            cells[m, f"d{d}"] = {"values": values, **where}
    results = fake(cells, unit=Unit.EXAMPLE)
    analysis = analyse(results, DesignSpec())
    d = analysis.primary()[0]
    assert d.test == "stratified clustered paired t scaled for unequal clusters"
    (one,) = why(results, DesignSpec(), analysis)
    plain = next(o for o in one.alternatives if o.test == "stratified clustered paired t")
    assert plain.high - plain.low < d.high - d.low < 1.25 * (plain.high - plain.low)


def test_a_mean_has_its_standard_error_and_the_interval_of_the_scaled_t(fake):
    results, _, code = graded(HARMONIC, fake)
    one = next(a for a in analyse(results, DesignSpec()).aggregates if a.method == "y")
    values = next(s for s in results.samples("acc", Unit.EXAMPLE) if s.method == "y").values
    plain, _ = cr2([values], [code], 15)
    times, df = scaled(held(HARMONIC))
    assert one.se == pytest.approx(math.sqrt(plain))
    assert one.half_width == pytest.approx(math.sqrt(times * plain) * stats.t.ppf(0.975, df))


def test_one_cluster_with_nearly_all_examples_decides_nothing(fake):
    results, *_ = graded((1000, 2, 3), fake)
    (d,) = analyse(results, DesignSpec()).primary()
    assert (d.verdict, d.p, d.reason) == (Verdict.UNDECIDABLE, None, NEARLY)
