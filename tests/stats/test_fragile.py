"""Designs of which the weak point is known."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge.model import Quote, Verdict
from paperforge.spec import DesignSpec, Direction, Metric, Role, Unit
from paperforge.stats import analyse
from paperforge.stats.exact import mcnemar_p
from paperforge.stats.fragile import fragile

OURS = {"x": Role.OURS, "y": Role.BASELINE, "z": Role.BASELINE}
SEEDS = DesignSpec(pair_by=("seed",))


def looked_at(results, spec=None, **more):
    spec = spec or DesignSpec()
    return fragile(results, spec, analyse(results, spec), **more)


def flips(found):
    return {f.what: f for f in found.flips}


def test_one_outlying_seed_hides_the_effect(fake):
    x = [0.70, 0.71, 0.72, 0.73, 0.45]
    y = [0.58, 0.59, 0.60, 0.61, 0.62]
    results = fake({("x", "d"): x, ("y", "d"): y})
    (found,) = looked_at(results)
    assert found.verdict is Verdict.INCONCLUSIVE
    flip = flips(found)["run"]
    assert (flip.count, flip.which, flip.verdict) == (1, ("x on d, seed 4",), Verdict.BETTER)
    assert (flip.ways, flip.tried) == (1, 10)
    dropped = fake({("x", "d"): x[:4], ("y", "d"): y})
    assert flip.p_adjusted == pytest.approx(analyse(dropped, DesignSpec()).decisions[0].p_adjusted)
    assert found.complete


def test_two_seeds_that_hide_the_effect_are_found(fake):
    """Without all but two seeds nothing is found: the search goes up from few."""
    x = [80.1424, 81.5898, 82.0809, 81.8440, 80.3386]
    y = [81.0710, 80.7015, 80.7050, 80.7451, 81.1043]
    (found,) = looked_at(fake({("x", "d"): x, ("y", "d"): y}))
    flip = flips(found)["run"]
    dropped = analyse(fake({("x", "d"): x[1:4], ("y", "d"): y}), DesignSpec()).decisions[0]
    assert (flip.count, flip.verdict) == (2, Verdict.BETTER)
    assert set(flip.which) == {"x on d, seed 0", "x on d, seed 4"}
    assert flip.p_adjusted == pytest.approx(dropped.p, rel=1e-9)


def test_one_seed_carries_the_effect(fake):
    x = [0.63, 0.633, 0.63, 0.632, 0.62]
    y = [0.603, 0.572, 0.584, 0.617, 0.609]
    (found,) = looked_at(fake({("x", "d"): x, ("y", "d"): y}))
    flip = flips(found)["run"]
    assert found.verdict is Verdict.BETTER
    assert (flip.count, flip.which, flip.ways, flip.tried) == (1, ("y on d, seed 2",), 1, 10)
    theirs = scipy_stats.ttest_ind(x, [*y[:2], *y[3:]], equal_var=False)
    assert (flip.verdict, flip.p_adjusted) == (
        Verdict.INCONCLUSIVE,
        pytest.approx(theirs.pvalue, rel=1e-9),
    )


def test_a_difference_that_rests_on_one_baseline_run(fake):

    y = np.array([0.60, 0.61, 0.59, 0.62])
    x = y + np.array([0.02, 0.03, 0.005, 0.022])
    (found,) = looked_at(fake({("x", "d"): x, ("y", "d"): y}), SEEDS)
    assert found.verdict is Verdict.BETTER
    flip = flips(found)["run"]
    assert flip.count == 1
    assert flip.which[0].startswith("x and y on d, seed")
    assert flip.verdict is Verdict.INCONCLUSIVE
    assert flips(found)["test"].which[0].startswith("seeds not paired: Welch t")
    assert [f.count for f in found.flips] == sorted(f.count for f in found.flips)


def test_a_clear_difference_is_robust(fake):
    rng = np.random.default_rng(1)
    results = fake({(m, "d"): rng.normal(i, 0.001, 12) for i, m in enumerate("xy")})
    (found,) = looked_at(results)
    assert (found.verdict, found.flips, found.complete) == (Verdict.WORSE, (), True)


def test_several_seeds_where_one_is_not_enough(fake):
    rng = np.random.default_rng(2)
    x, y = rng.normal(1.2, 1, 15), rng.normal(0, 1, 15)
    (found,) = looked_at(fake({("x", "d"): x, ("y", "d"): y}))
    flip = flips(found)["run"]
    assert found.verdict is Verdict.BETTER
    assert flip.count == len(flip.which) > 1
    assert flip.verdict is Verdict.INCONCLUSIVE
    assert flip.p_adjusted >= 0.05


def test_one_dataset_carries_the_average(fake):
    rng = np.random.default_rng(3)
    cells = {
        (m, d): rng.normal(5.0 * (m == "x" and d == "d2"), 1, 5)
        for m in "xy"
        for d in ("d1", "d2", "d3")
    }
    (found,) = looked_at(fake(cells))
    flip = flips(found)["dataset"]
    assert (flip.which, flip.ways, flip.tried) == (("without d2",), 1, 3)
    assert flip.verdict is Verdict.INCONCLUSIVE


def test_dropping_one_of_two_datasets_leaves_that_of_the_other(fake):
    rng = np.random.default_rng(4)
    cells = {
        (m, d): rng.normal(5.0 * (m == "x" and d == "d2"), 1, 5) for m in "xy" for d in ("d1", "d2")
    }
    assert flips(looked_at(fake(cells))[0])["dataset"].which == ("without d2",)


def answers(wins, losses, n=100):
    a, b = np.ones(n), np.ones(n)
    b[:wins] = 0
    a[wins : wins + losses] = 0
    return {("x", "d"): a, ("y", "d"): b}


@pytest.mark.parametrize(("wins", "losses"), [(20, 4), (30, 2), (9, 1)])
def test_wins_turned_to_losses_are_counted_exactly(fake, wins, losses):
    (found,) = looked_at(fake(answers(wins, losses), unit=Unit.EXAMPLE))
    assert found.verdict is Verdict.BETTER
    expected = next(k for k in range(wins) if mcnemar_p(wins - k, losses + k, exact=False) >= 0.05)
    flip = flips(found)["examples turned"]
    assert (flip.count, flip.verdict) == (expected, Verdict.INCONCLUSIVE)
    assert flip.p_adjusted == pytest.approx(
        mcnemar_p(wins - expected, losses + expected, exact=False)
    )


def test_what_was_not_found_needs_some_losses_turned(fake):
    (found,) = looked_at(fake(answers(12, 6), unit=Unit.EXAMPLE))
    assert found.verdict is Verdict.INCONCLUSIVE
    flip = flips(found)["examples turned"]
    expected = next(k for k in range(7) if mcnemar_p(12 + k, 6 - k, exact=False) < 0.05)
    assert (flip.count, flip.verdict) == (expected, Verdict.BETTER)


def test_exact_mcnemar_is_another_test(fake):
    (found,) = looked_at(fake(answers(6, 0), unit=Unit.EXAMPLE), DesignSpec(alpha=0.02))
    assert flips(found)["test"].which == ("exact: McNemar exact",)


def test_graded_examples_are_left_out(fake):
    rng = np.random.default_rng(5)
    base = rng.random(80)
    gap = rng.normal(0, 0.05, 80)
    gap[:5] += 0.6
    cells = {("x", "d"): base + gap, ("y", "d"): base}
    (found,) = looked_at(fake(cells, unit=Unit.EXAMPLE))
    flip = flips(found)["examples dropped"]
    assert found.verdict is Verdict.BETTER
    assert 1 <= flip.count <= 5
    assert flip.verdict is Verdict.INCONCLUSIVE


def test_examples_that_do_not_match(fake):
    rng = np.random.default_rng(6)
    cells = {
        (m, "d"): {"values": rng.normal(0.4 * i, 1, 90), "keyed": False} for i, m in enumerate("xy")
    }
    cells["x", "d"]["keyed"] = True
    (found,) = looked_at(fake(cells, unit=Unit.EXAMPLE))
    assert flips(found)["examples dropped"].count >= 1


def test_lower_is_better_and_a_second_metric_do_not_confuse_it(fake):
    x = [0.30, 0.29, 0.28, 0.27, 0.55]
    y = [0.42, 0.41, 0.40, 0.39, 0.38]
    metric = Metric("err", "error", Direction.LOWER)
    results = fake({("x", "d"): x, ("y", "d"): y}, metric=metric)
    other = Metric("acc", "accuracy", Direction.HIGHER)
    results = replace(results, metrics=(metric, other))
    results.by_seed.update(
        {("acc", *k[1:]): replace(s, metric="acc") for k, s in list(results.by_seed.items())}
    )
    first, second = looked_at(results)
    assert flips(first)["run"].verdict is Verdict.BETTER
    assert flips(second)["run"].verdict is Verdict.WORSE


def two_metrics(fake, x, y, other):
    """Method x on y in the metric acc, and `other` of both in a second metric."""
    results = fake({("x", "d"): x, ("y", "d"): y})
    second = Metric("f1", "F1", Direction.HIGHER)
    more = fake({("x", "d"): other[0], ("y", "d"): other[1]}, metric=second)
    by_seed = {**results.by_seed, **more.by_seed}
    return replace(results, metrics=(*results.metrics, second), by_seed=by_seed)


EVEN = np.linspace(-1.7, 1.7, 40)


@pytest.mark.parametrize("correction", ["holm", "max-t"])
def test_p_after_a_change_is_corrected_over_all_metrics(fake, correction):
    """Its own p is .042, and twice that over two metrics: no one run that is left out changes this.

    Corrected over the one metric, as it once was, leaving out a run of no weight was a flip.
    """
    x, y = EVEN + 0.465, EVEN
    results = two_metrics(fake, x, y, (EVEN + 0.05, EVEN[::-1]))
    spec = DesignSpec(correction=correction)
    before = analyse(results, spec)
    first = before.decisions[0]
    assert first.verdict is Verdict.INCONCLUSIVE and first.p < 0.05 < first.p_adjusted
    alone = analyse(fake({("x", "d"): np.delete(x, 20), ("y", "d"): y}), spec)
    assert alone.decisions[0].verdict is Verdict.BETTER  # the artefact
    found = fragile(results, spec, before)[0]
    flip = flips(found)["run"]
    assert flip.count > 1
    gone = {m: [int(n.split(" ")[-1]) for n in flip.which if n.startswith(m)] for m in "xy"}
    left = {("acc", m, "d"): np.delete(v, gone[m]) for m, v in (("x", x), ("y", y))}
    kept = {
        at: replace(s, values=left[at], keys=np.arange(len(left[at]))) if at in left else s
        for at, s in results.by_seed.items()
    }
    anew = analyse(replace(results, by_seed=kept), spec).decisions[0]
    assert (anew.verdict, anew.p_adjusted) == (flip.verdict, pytest.approx(flip.p_adjusted))


def test_families_of_a_metric_each_do_not_see_the_other_metric(fake):
    x = EVEN[::5] + 1.5
    results = two_metrics(fake, x, EVEN[::5], (EVEN[::5], EVEN[::-5]))
    single = fake({("x", "d"): x, ("y", "d"): EVEN[::5]})
    spec = DesignSpec(family="metric")
    assert looked_at(results, spec)[0] == looked_at(single, spec)[0]


def test_shared_runs_go_on_all_datasets(fake):
    rng = np.random.default_rng(7)
    cells = {(m, d): rng.normal(i, 1, 4) for i, m in enumerate("xy") for d in ("d1", "d2")}
    results = fake(cells, shared_runs=True)
    (found,) = looked_at(results)
    for f in found.flips:
        if f.what == "run":
            assert f.which[0].split(", ")[0] in ("x", "y")


def test_other_specs_of_the_caller_are_tried(fake):
    cells = {("x", "d"): [1.0, 1.1, 1.2, 1.3], ("y", "d"): [0.9, 1.0, 1.05, 1.0]}
    (found,) = looked_at(fake(cells), others={"looser": DesignSpec(alpha=0.3)})
    assert any(name.startswith("looser") for name in flips(found)["test"].which)


def test_one_run_a_cell_has_nothing_to_flip(fake):
    (found,) = looked_at(fake({(m, "d"): [i] for i, m in enumerate("xy")}))
    assert (found.verdict, found.flips, found.complete) == (Verdict.UNTESTED, (), True)


def test_the_work_is_bounded_and_the_same_each_time(fake, monkeypatch):
    from paperforge.stats import fragile_lab as module

    rng = np.random.default_rng(8)
    cells = {(f"m{i}", f"d{j}"): rng.normal(0.3 * i, 1, 10) for i in range(5) for j in range(4)}
    results, count = fake(cells), []
    real = module.primary_cases
    monkeypatch.setattr(module, "primary_cases", lambda *x: count.append(1) or real(*x))
    paired = DesignSpec(pair_by=("seed",))  # of independent means all pairs are looked at at once
    one = looked_at(results, paired, work=150)
    assert len(count) <= 150 + 10 * 12
    assert one == looked_at(results, paired, work=150)
    assert not all(f.complete for f in one)


def test_of_shares_alone_datasets_are_left_out_and_answers_turned(fake):
    """The k that is told flips the verdict, and one less does not: analysed as shares."""
    rows = {("x", "g"): (0.92, 1319), ("x", "h"): (0.79, 164),
            ("y", "g"): (0.90, 1319), ("y", "h"): (0.61, 164)}  # fmt: skip

    def study(shares):
        quotes = {at: Quote(None, "examples", n, digits=2) for at, (_, n) in rows.items()}
        return fake({at: [value] for at, value in shares.items()}, quoted=quotes)

    shares = {at: value for at, (value, _) in rows.items()}
    (found,) = looked_at(study(shares))
    assert found.verdict is Verdict.BETTER and found.complete
    told = flips(found)
    assert told["dataset"].which == ("without h",)
    turned = told["answers turned"]
    assert turned.which == ("x", "h")
    for k, verdict in ((turned.count, turned.verdict), (turned.count - 1, Verdict.BETTER)):
        less = shares | {("x", "h"): 0.79 - k / 164}
        (d,) = analyse(study(less), DesignSpec()).primary()
        assert d.verdict is verdict


def verdict(wins, losses, *, exact):
    """What McNemar's test of so many makes of x against y."""
    if wins + losses == 0 or mcnemar_p(wins, losses, exact=exact) >= 0.05:
        return Verdict.INCONCLUSIVE
    return Verdict.BETTER if wins > losses else Verdict.WORSE


def fewest(wins, losses, agreed, *, exact):
    """The smallest number of examples of which any change makes another verdict, by trying all.

    Changes of one example: a win is lost, left out or made one on which both agree, a loss likewise,
    and one on which both agree becomes a win or a loss.
    """
    before = verdict(wins, losses, exact=exact)
    moves = (
        (-1, 1, 0),
        (-1, 0, 0),
        (-1, 0, 1),
        (1, -1, 0),
        (0, -1, 0),
        (0, -1, 1),
        (1, 0, -1),
        (0, 1, -1),
    )
    seen = at = {(wins, losses, agreed)}
    for k in range(1, wins + losses + agreed + 1):
        at = {
            tuple(have + more for have, more in zip(one, move, strict=True))
            for one in at
            for move in moves
        } - seen
        at = {one for one in at if min(one) >= 0}
        seen = seen | at
        if any(verdict(w, lost, exact=exact) is not before for w, lost, _ in at):
            return k
    return None


CASES = [(3, 0, 20), (0, 3, 20), (0, 0, 9), (0, 0, 4), (4, 4, 3), (6, 0, 0), (7, 1, 5), (12, 6, 2)]
CASES += [
    tuple(int(x) for x in np.random.default_rng(i).integers(0, (13, 9, 14))) for i in range(24)
]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(("wins", "losses", "agreed"), [c for c in CASES if sum(c) > 2])
def test_no_fewer_examples_flip_it(fake, wins, losses, agreed, exact):
    spec = DesignSpec(mcnemar="exact" if exact else "mid-p")
    results = fake(answers(wins, losses, wins + losses + agreed), unit=Unit.EXAMPLE)
    (found,) = looked_at(results, spec)
    expected = fewest(wins, losses, agreed, exact=exact)
    flip = flips(found).get("examples turned")
    assert (flip.count if flip else None) == expected


def test_three_wins_need_answers_on_which_both_agree(fake):
    (found,) = looked_at(fake(answers(3, 0), unit=Unit.EXAMPLE))
    assert found.verdict in (Verdict.INCONCLUSIVE, Verdict.UNDECIDABLE)
    flip = flips(found)["examples turned"]
    assert (flip.count, flip.agreed, flip.verdict) == (2, 2, Verdict.BETTER)
    assert flip.p_adjusted == pytest.approx(mcnemar_p(5, 0, exact=False))
    mixed = flips(looked_at(fake(answers(5, 2), unit=Unit.EXAMPLE))[0])["examples turned"]
    assert (mixed.count, mixed.agreed, mixed.verdict) == (2, 0, Verdict.BETTER)
    (more,) = looked_at(fake(answers(2, 1, 12), unit=Unit.EXAMPLE))
    assert (flips(more)["examples turned"].count, flips(more)["examples turned"].agreed) == (3, 2)


def test_hundred_thousand_examples_take_few_analyses(fake, monkeypatch):
    from paperforge.stats import fragile_lab as module

    rng = np.random.default_rng(9)
    a = (rng.random(100_000) < 0.8).astype(float)
    b = np.where(rng.random(100_000) < 0.98, a, 1 - a)
    results, count = fake({("x", "d"): a, ("y", "d"): b}, unit=Unit.EXAMPLE), []
    real = module.primary_cases
    monkeypatch.setattr(module, "primary_cases", lambda *x: count.append(1) or real(*x))
    (found,) = looked_at(results)
    flip = flips(found)["examples turned"]
    won, lost = int((a > b).sum()), int((a < b).sum())
    sign = 1 if won > lost else -1
    p = [
        mcnemar_p(won - sign * k, lost + sign * k, exact=False)
        for k in (flip.count - 1, flip.count)
    ]
    assert p[0] < 0.05 <= p[1]
    assert len(count) <= 2 * np.log2(flip.count) + 4
