import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperforge.stats import runs_resample
from paperforge.stats.contrast import Ask
from paperforge.stats.profiles import profile_band
from paperforge.stats.runs_bootstrap import AGGREGATES, aggregate_difference, aggregate_intervals
from paperforge.stats.runs_resample import draw_counts, estimate, prepare, replicate_blocks

ASK = Ask()


def made(seed, n=5, tasks=6):
    rng = np.random.default_rng(seed)
    return [rng.normal(t / 5, 0.2 + t / 10, n) for t in range(tasks)]


@pytest.mark.parametrize("sizes", [(4, 4, 4, 4), (2, 5, 3, 9)])
def test_a_replicate_is_the_aggregate_of_the_runs_that_it_drew(sizes):
    rng = np.random.default_rng(1)
    scores = [np.round(rng.normal(0.5, 1, n), 1) for n in sizes]  # with ties
    group = [prepare(scores, name, 1.0) for name in AGGREGATES]
    (block,) = replicate_blocks(group, 50, 7)
    counts = draw_counts(7, np.arange(50), sizes)
    flat, ends = np.concatenate(scores), np.cumsum(sizes)[:-1]
    for b in range(50):
        drawn = [
            np.repeat(x, c)
            for x, c in zip(np.split(flat, ends), np.split(counts[b], ends), strict=True)
        ]
        assert [len(x) for x in drawn] == [n - 1 for n in sizes]
        for one, (off, _) in zip(group, block, strict=True):
            assert one.estimate + off[b] == pytest.approx(estimate(drawn, one.name), abs=1e-12)


def test_a_draw_hangs_on_its_task_and_position_alone(monkeypatch):
    two = draw_counts(3, np.arange(20), (4, 6))
    assert (draw_counts(3, np.arange(20), (4, 6, 5))[:, :10] == two).all()
    assert (draw_counts(3, np.arange(10, 20), (4, 6)) == two[10:]).all()
    assert (draw_counts(4, np.arange(20), (4, 6)) != two).any()
    whole = aggregate_intervals([made(1)], replicates=300)
    monkeypatch.setattr(runs_resample, "BLOCK", 100)
    for a, b in zip(whole[0], aggregate_intervals([made(1)], replicates=300)[0], strict=True):
        assert (a.se, a.df) == pytest.approx((b.se, b.df), rel=1e-12)


def test_standard_errors_of_linear_aggregates_are_the_closed_ones():
    scores, b = made(2), 20_000
    mean, gap = aggregate_intervals([scores], ["mean", "optimality gap"], replicates=b)[0]
    for found, cut in ((mean, np.inf), (gap, 1.0)):
        parts = [np.minimum(x, cut).var(ddof=1) / len(x) for x in scores]
        se = np.sqrt(sum(parts)) / len(scores)
        assert found.se == pytest.approx(se, rel=4 / np.sqrt(2 * b))
        assert found.df == pytest.approx(sum(parts) ** 2 / sum(v * v / 4 for v in parts))
        assert found.replicates == b


def test_one_task_is_the_t_interval_of_its_mean():
    from scipy import stats as scipy_stats

    x = np.array([0.2, 0.5, 0.9, 0.4])
    (found,) = aggregate_intervals([[x]], ["mean"], replicates=50_000)[0]
    theirs = scipy_stats.ttest_1samp(x, 0).confidence_interval()
    assert found.df == 3
    assert (found.low, found.high) == pytest.approx(tuple(theirs), rel=0.02)


def test_methods_may_differ_in_their_runs_and_do_not_disturb_each_other():
    methods = [made(1), made(2, n=3), made(3)]
    together = aggregate_intervals(methods, replicates=200)
    for scores, row in zip(methods, together, strict=True):
        alone = aggregate_intervals([scores], replicates=200)[0]
        for one, other in zip(row, alone, strict=True):
            assert one.name == other.name
            assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=1e-12)


@pytest.mark.parametrize("name", AGGREGATES)
@pytest.mark.parametrize("paired", [True, False])
def test_swapping_the_methods_swaps_the_difference(name, paired):
    one = aggregate_difference(made(1), made(2), name, ASK, paired=paired, replicates=500)
    other = aggregate_difference(made(2), made(1), name, ASK, paired=paired, replicates=500)
    assert one.p == pytest.approx(other.p, rel=1e-9)
    assert (one.estimate, one.low) == pytest.approx((-other.estimate, -other.high))
    assert one.paired == paired


def test_drawing_together_uses_what_the_runs_share():
    a = made(1)
    b = [x + 0.01 * np.sin(np.arange(len(x)) + t) for t, x in enumerate(a)]
    for name in AGGREGATES:
        together, apart = (
            aggregate_difference(a, b, name, ASK, paired=paired, replicates=500)
            for paired in (True, False)
        )
        assert together.high - together.low < 0.2 * (apart.high - apart.low)


ROWS = st.lists(
    st.lists(st.floats(-5, 5).map(lambda x: round(x, 2)), min_size=3, max_size=3),
    min_size=2,
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(ROWS, ROWS, st.sampled_from(AGGREGATES), st.booleans())
def test_interval_and_p_agree(rows, others, name, paired):
    k = min(len(rows), len(others))
    a, b = ([np.array(x) for x in side[:k]] for side in (rows, others))
    found = aggregate_difference(a, b, name, ASK, paired=paired, replicates=50)
    if found.p is None:
        assert found.reason
        return
    assert (found.low > 0 or found.high < 0) == (found.p < 0.05)
    assert found.low <= found.estimate <= found.high


def test_degenerate_data_has_reasons():
    same, shifted = [np.full(3, 0.3)] * 2, [x + 0.1 for x in made(1)]
    for name in AGGREGATES:
        (flat,) = aggregate_intervals([same], [name], replicates=20)[0]
        assert flat.reason == "nothing varies"
        assert flat.low is None
        equal = aggregate_difference(same, same, name, ASK, replicates=20)
        assert (equal.p, equal.reason) == (None, "identical outputs")
        if name != "optimality gap":
            shift = aggregate_difference(shifted, made(1), name, ASK, paired=True, replicates=20)
            assert shift.reason.startswith("a constant shift")
        for scores, reason in (
            ([np.ones(3), np.ones(1)], "a task has only one run"),
            ([np.ones(3), np.ones(0)], "a task has no run"),
            ([], "a task has no run"),
        ):
            assert aggregate_intervals([scores], [name])[0][0].reason == reason
            untested = aggregate_difference(scores, scores, name, ASK)
            assert untested.reason == reason
            assert not untested.testable
    with pytest.raises(ValueError, match="do not match"):
        aggregate_difference(made(1), made(1, n=4), "IQM", ASK, paired=True)
    assert profile_band([np.ones(1)], np.array([0.5])).share.tolist() == [1]
    assert profile_band([], np.array([0.5])).reason == "a task has no run"


def test_a_band_holds_its_profile_and_the_whole_is_wider():
    grid = np.linspace(-1, 3, 30)
    band = profile_band(made(3), grid, replicates=300)
    assert ((band.low_all <= band.low) & (band.low <= band.share)).all()
    assert ((band.share <= band.high) & (band.high <= band.high_all)).all()
    assert (band.low_all < band.low).any()
    assert band.high[-1] > 0  # no run is above, and that is not certain to stay so
    assert band.low.min() >= 0 and band.high_all.max() <= 1


@pytest.mark.parametrize("name", ["IQM", "median"])
def test_p_has_the_monte_carlo_error_that_other_seeds_show(name):
    rng = np.random.default_rng(0)
    a, b = ([rng.normal(mean, 1, 5) for _ in range(5)] for mean in (0, 0.5))
    found = [aggregate_difference(a, b, name, ASK, replicates=500, seed=s) for s in range(40)]
    seen = float(np.std([one.p for one in found]))
    assert 0.7 * seen < found[0].monte_carlo < 2 * seen
    flat = aggregate_difference([np.ones(3)], [np.ones(3)], name, ASK, replicates=50)
    assert flat.monte_carlo is None
