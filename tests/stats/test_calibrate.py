"""The simulated null keeps the design, is null, and shows a test that claims too much."""

import time
from dataclasses import replace

import numpy as np
import pytest

from paperforge.model import Meter
from paperforge.spec import DesignSpec, Role, Unit
from paperforge.stats import compare
from paperforge.stats.calibrate import Rate, calibrate
from paperforge.stats.null import Runs
from paperforge.stats.null_examples import Examples

RNG = np.random.default_rng
OURS = {"x": Role.OURS, "y": Role.BASELINE, "z": Role.BASELINE}


def seeds(fake, n=5, datasets=("d",), *, lift=1.0, **more):
    rng = RNG(1)
    cells = {(m, d): rng.normal(lift * i, 1 + i, n) for i, m in enumerate(OURS) for d in datasets}
    return fake(cells, roles=OURS, **more)


def answers(fake, n=200, **more):
    rng = RNG(2)
    hard = rng.random(n)
    cells = {
        (m, "d"): {"values": (rng.random(n) + hard < 0.9 + 0.1 * i).astype(float), **more}
        for i, m in enumerate(OURS)
    }
    return fake(cells, roles=OURS, unit=Unit.EXAMPLE)


# ------------------------------------------------------------------------------- the null


def test_runs_keep_their_keys_and_spread_and_lose_their_differences(fake):
    results = seeds(fake, 4)
    drawn = Runs.of(results.samples("acc", Unit.SEED), DesignSpec(), 0, shared=False).draw(
        np.arange(4000)
    )
    centre = np.mean([s.values.mean() for s in results.samples("acc", Unit.SEED)])
    for i, own in enumerate(results.samples("acc", Unit.SEED)):
        values = np.array([row[i].values for row in drawn])
        assert (drawn[0][i].keys == own.keys).all()
        sd = own.values.std(ddof=1)
        assert values.mean() == pytest.approx(centre, abs=4 * sd / values.size**0.5)
        assert values.std() == pytest.approx(sd, rel=0.03)
    one, other = (np.array([row[i].values for row in drawn]).ravel() for i in (0, 1))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / one.size**0.5


def test_runs_that_are_paired_keep_their_correlation(fake):
    rng = RNG(3)
    shared = rng.normal(0, 2, 6)
    cells = {(m, "d"): shared + rng.normal(0, 1, 6) for m in "xy"}
    cells["y", "d"] = {"values": cells["y", "d"][:5], "keys": np.arange(5)}
    samples = fake(cells).samples("acc", Unit.SEED)
    null = Runs.of(samples, DesignSpec(pair_by=("seed",)), 0, shared=False)
    drawn = null.draw(np.arange(5000))
    x, y = (np.array([row[i].values[:5] for row in drawn]) for i in (0, 1))
    a, b = (s.values[:5] - s.values.mean() for s in samples)
    expected = (a @ b) / 20**0.5  # the divisors are those of the cells: 5 and 4
    assert (x * y).mean() - x.mean() * y.mean() == pytest.approx(expected, abs=0.3)
    assert np.cov(x[:, 0], y[:, 1])[0, 1] == pytest.approx(0, abs=0.3)  # other seeds


def test_examples_stay_zero_or_one_and_keep_what_was_answered(fake):
    results = answers(fake)
    before = np.array([s.values for s in results.samples("acc", Unit.EXAMPLE)])
    null = Examples.of(results.samples("acc", Unit.EXAMPLE), 0)
    drawn = null.draw(np.arange(400))
    for row in drawn:
        now = np.array([s.values for s in row])
        assert (now.sum(axis=0) == before.sum(axis=0)).all()
    means = np.array([[s.values.mean() for s in row] for row in drawn]).mean(axis=0)
    assert means == pytest.approx([before.mean()] * 3, abs=0.01)


def test_a_cluster_is_dealt_as_one_also_over_datasets(fake):
    cells = {
        (m, d): {
            "values": np.full(12, float(i)),
            "keys": np.arange(12) + 100 * k,
            "clusters": np.arange(12) // 4,
        }
        for i, m in enumerate("xyz")
        for k, d in enumerate(("d1", "d2"))
    }
    samples = fake(cells, unit=Unit.EXAMPLE).samples("acc", Unit.EXAMPLE)
    orders = set()
    for row in Examples.of(samples, 0).draw(np.arange(40)):
        table = {(s.method, s.dataset): s.values.reshape(3, 4) for s in row}
        for m in "xyz":
            assert (table[m, "d1"] == table[m, "d1"][:, :1]).all()
            assert (table[m, "d1"] == table[m, "d2"]).all()
        orders.update(tuple(table[m, "d1"][g, 0] for m in "xyz") for g in range(3))
    assert len(orders) == 6


def test_methods_that_lack_an_example_have_no_part_in_it(fake):
    rng = RNG(4)
    cells = {
        ("x", "d"): {"values": rng.random(30), "keys": np.arange(30)},
        ("y", "d"): {"values": rng.random(20), "keys": np.arange(5, 25)},
        ("z", "d"): {"values": rng.random(10), "keys": np.arange(20, 30)},
    }
    samples = fake(cells, unit=Unit.EXAMPLE).samples("acc", Unit.EXAMPLE)
    whole = {k: sorted(s.values[s.keys == k][0] for s in samples if k in s.keys) for k in range(30)}
    for row in Examples.of(samples, 0).draw(np.arange(20)):
        assert [s.keys.tolist() for s in row] == [s.keys.tolist() for s in samples]
        for k, values in whole.items():
            assert sorted(s.values[s.keys == k][0] for s in row if k in s.keys) == values


def test_rows_without_ids_are_drawn_from_all(fake):
    cells = {
        (m, "d"): {"values": RNG(5).integers(0, 2, 50 + i), "keyed": False}
        for i, m in enumerate("xy")
    }
    samples = fake(cells, unit=Unit.EXAMPLE).samples("acc", Unit.EXAMPLE)
    row = Examples.of(samples, 0).draw(np.arange(1))[0]
    assert [len(s.values) for s in row] == [50, 51]
    assert set(np.concatenate([s.values for s in row])) == {0.0, 1.0}


# ------------------------------------------------------------------------------- the rates


def above(runs):
    """Nominal and three standard errors of the simulation."""
    return 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_rates_of_a_sound_design(fake):
    found = calibrate(seeds(fake), DesignSpec(), runs=1000)
    assert (found.runs, found.unit, found.excessive) == (1000, Unit.SEED, ())
    (family,) = found.families
    assert (family.metric, family.comparisons, family.correction) == ("acc", 2, "holm")
    assert family.error_rate.value <= 0.05 + 3 * family.error_rate.error
    for one in found.comparisons:
        assert one.test == "Welch t"
        assert 0.02 < one.size.value <= above(1000)
        assert one.coverage.value == pytest.approx(1 - one.size.value)
        assert one.decided.value <= one.size.value


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda fake: (seeds(fake, 3, ("d1", "d2", "d3")), DesignSpec()),
        lambda fake: (seeds(fake, 5, ("d1", "d2"), shared_runs=True), DesignSpec()),
        lambda fake: (seeds(fake, 5), DesignSpec(pair_by=("seed",))),
        lambda fake: (answers(fake), DesignSpec()),
        lambda fake: (answers(fake, clusters=np.arange(200) // 5), DesignSpec()),
    ],
    ids=["seeds, datasets", "shared runs", "paired seeds", "examples", "clusters"],
)
def test_no_default_path_claims_too_much(fake, make):
    found = calibrate(*make(fake), runs=1500)
    assert found.excessive == ()
    assert all(0.005 < one.size.value <= above(1500) for one in found.comparisons)


def test_a_test_that_claims_too_much_is_seen(fake, monkeypatch):
    real = compare.welch

    def with_normal_quantiles(a, b, ask, **_):
        from scipy.special import ndtr

        contrast = real(a, b, ask)
        half = 1.96 * (contrast.estimate / contrast.statistic)
        return replace(
            contrast,
            p=float(2 * ndtr(-abs(contrast.statistic))),
            low=contrast.estimate - half,
            high=contrast.estimate + half,
        )

    monkeypatch.setattr(compare, "welch", with_normal_quantiles)
    found = calibrate(seeds(fake, 3), DesignSpec(correction="none"), runs=400)
    assert len(found.excessive) == 1
    for one in found.comparisons:
        assert one.size.value > 0.08
        assert one.coverage.value < 0.92


def test_the_answer_depends_on_the_seed_alone(fake):
    results = seeds(fake)
    one, again = (calibrate(results, DesignSpec(), runs=120, seed=3) for _ in range(2))
    assert one == again
    assert calibrate(results, DesignSpec(), runs=120, seed=4) != one


def test_time_is_kept_and_progress_is_told(fake):
    ticks, meter = iter(range(100)), Meter()
    found = calibrate(
        seeds(fake), DesignSpec(), 1000, meter=meter, seconds=2, clock=lambda: next(ticks)
    )
    assert found.runs == 100
    assert (meter.label, meter.done, meter.total) == ("results without a difference", 100, 1000)


def test_where_nothing_is_tested_nothing_is_simulated(fake):
    found = calibrate(fake({(m, "d"): [0.5] for m in "xy"}), DesignSpec())
    assert (found.runs, found.comparisons, found.families) == (0, (), ())
    assert found.excessive == ()


def test_a_share_of_zero_has_an_error():
    assert Rate.of(0, 100).value == 0
    assert Rate.of(0, 100).error == pytest.approx(0.0099, abs=1e-4)


def test_simulations_are_quick(fake):
    results = seeds(fake, 5, ("d1", "d2", "d3"))
    start = time.process_time()
    calibrate(results, DesignSpec(), runs=200)
    assert time.process_time() - start < 2  # .3 s measured


# ------------------------------------------------------------------------------- folds


def folds(fake, k=5, repeats=2, datasets=("d",)):
    rng = RNG(6)
    cells = {
        (m, d): rng.normal(i, 1 + i, k * repeats) for i, m in enumerate(OURS) for d in datasets
    }
    counts = dict.fromkeys(datasets, k)
    return fake(cells, roles=OURS, varies={"seed", "fold"}, folds=counts)


@pytest.mark.parametrize("pair_by", [(), ("fold",)])
def test_folds_correlate_as_the_corrected_test_takes_them_to(fake, pair_by):
    """1/4 of a fold's variance is shared: the variance of a mean of ten is (1/10 + 1/4) s^2."""
    samples = folds(fake).samples("acc", Unit.SEED)
    null = Runs.of(samples, DesignSpec(pair_by=pair_by), 0, shared=False, shares={"d": 0.25})
    drawn = null.draw(np.arange(8000))
    for i, own in enumerate(samples):
        values = np.array([row[i].values for row in drawn])
        s2 = own.values.var(ddof=1)
        assert values.mean(axis=1).var() == pytest.approx(s2 * (1 / 10 + 1 / 4), rel=0.06)
        assert values.var(axis=1, ddof=1).mean() == pytest.approx(s2, rel=0.03)
    one, other = (np.array([row[i].values.mean() for row in drawn]) for i in (0, 1))
    a, b = (s.values - s.values.mean() for s in samples[:2])
    rho = (a @ b) / np.sqrt((a @ a) * (b @ b)) if pair_by else 0.0
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(rho, abs=0.04)


@pytest.mark.parametrize(
    ("datasets", "pair_by"), [(("d",), ()), (("d",), ("fold",)), (("d1", "d2"), ("fold",))]
)
def test_the_corrected_test_holds_its_level_where_it_is_right(fake, datasets, pair_by):
    found = calibrate(folds(fake, datasets=datasets), DesignSpec(pair_by=pair_by), runs=1000)
    assert found.excessive == ()
    assert "Nadeau and Bengio" in found.null
    for one in found.comparisons:
        assert "corrected resampled t" in one.test
        assert 0.02 < one.size.value < 0.075


def test_a_t_test_that_takes_folds_for_independent_is_seen(fake, monkeypatch):
    monkeypatch.setattr(
        compare, "compare_folds", lambda a, b, _, __, ask: compare.welch(*a, *b, ask)
    )
    found = calibrate(folds(fake), DesignSpec(correction="none"), runs=300)
    assert len(found.excessive) == 1
    assert all(one.size.value > 0.15 for one in found.comparisons)
