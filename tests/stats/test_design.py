import numpy as np
import pytest

from paperforge.errors import InputError
from paperforge.model import Verdict
from paperforge.spec import DesignSpec, Method, Role, Unit
from paperforge.stats import analyse
from paperforge.stats.design import family

RNG = np.random.default_rng(11)
THREE = {(m, d): RNG.normal(0.5, 0.1, 3) for m in "xy" for d in ("d1", "d2")}
ANSWERS = {(m, "d"): RNG.integers(0, 2, 40) for m in "xy"}


def test_several_runs_a_cell_replicate_seeds(fake):
    design = analyse(fake(THREE), DesignSpec()).design
    assert (design.unit, design.inferred, design.replicates) == (Unit.SEED, True, (3, 3))
    assert design.sentences[0] == "The unit of replication is the seed (inferred: 3 runs a cell)."
    assert design.generalises == "This generalises to new seeds on these benchmarks."


def test_examples_and_one_run_replicate_examples(fake):
    design = analyse(fake(ANSWERS, unit=Unit.EXAMPLE), DesignSpec()).design
    assert (design.unit, design.inferred) == (Unit.EXAMPLE, True)
    assert "Examples are matched by id." in design.sentences
    assert design.generalises == "This generalises to new examples, not to retraining."


@pytest.mark.parametrize(("runs", "unit"), [([0.1, 0.2], Unit.BOTH), ([0.1], Unit.EXAMPLE)])
def test_seeds_and_examples_replicate_both_where_every_cell_has_two_runs(fake, runs, unit):
    results = fake(ANSWERS, unit=Unit.EXAMPLE, runs={("x", "d"): [0.3, 0.1], ("y", "d"): runs})
    design = analyse(results, DesignSpec()).design
    assert design.unit is unit
    assert ("averaged within each run" in design.sentences[0]) == (unit is Unit.SEED)


def test_one_run_a_cell_is_untested(fake):
    analysis = analyse(fake({("x", "d"): [0.5], ("y", "d"): [0.7]}), DesignSpec())
    assert analysis.design.unit is Unit.NONE
    assert analysis.design.sentences == ("One run a cell: untested.",)
    assert analysis.design.generalises == ""


def test_the_declared_unit_is_taken(fake):
    results = fake(ANSWERS, unit=Unit.EXAMPLE, runs={(m, "d"): [0.3, 0.1] for m in "xy"})
    design = analyse(results, DesignSpec(replicate=Unit.EXAMPLE)).design
    assert (design.unit, design.inferred) == (Unit.EXAMPLE, False)


def test_declared_examples_that_are_not_there_are_an_error(fake):
    with pytest.raises(InputError, match="no example ids") as error:
        analyse(fake(THREE), DesignSpec(replicate=Unit.EXAMPLE))
    assert error.value.where == "design.replicate"
    assert "--map" in error.value.hint


def test_declared_seeds_with_one_run_are_untested_with_a_warning(fake):
    analysis = analyse(fake(ANSWERS, unit=Unit.EXAMPLE), DesignSpec(replicate=Unit.SEED))
    assert analysis.design.unit is Unit.NONE
    assert [n.where for n in analysis.notes] == ["design.replicate"]
    assert "example" in analysis.notes[0].hint


@pytest.mark.parametrize(
    ("spec", "where"),
    [
        (DesignSpec(alpha=0), "design.alpha"),
        (DesignSpec(alpha=5), "design.alpha"),
        (DesignSpec(correction="hommel"), "design.correction"),
        (DesignSpec(mcnemar="yes"), "design.mcnemar"),
    ],
)
def test_settings_out_of_range_name_their_key_and_the_allowed(fake, spec, where):
    with pytest.raises(InputError) as error:
        analyse(fake(THREE), spec)
    assert error.value.where == where
    assert error.value.hint


def methods(**roles):
    return [Method(name, name, role) for name, role in roles.items()]


@pytest.mark.parametrize(
    ("given", "pairs"),
    [
        (methods(p=Role.OURS, q=None, r=Role.BASELINE, s=Role.BASELINE), [("p", "r"), ("p", "s")]),
        (methods(p=Role.OURS, q=Role.OURS, r=Role.BASELINE), [("p", "r"), ("q", "r")]),
        (methods(p=None, q=Role.OURS, r=None), [("q", "p"), ("q", "r")]),
        (methods(p=Role.BASELINE, q=None, r=None), [("q", "p"), ("r", "p")]),
        (methods(p=None, q=None, r=None), [("p", "q"), ("p", "r"), ("q", "r")]),
        (methods(p=Role.OURS, q=Role.OURS), [("p", "q")]),
        (methods(p=None), []),
    ],
)
def test_family(given, pairs):
    assert list(family(given).pairs) == pairs


def test_the_family_is_said(fake):
    roles = {"x": Role.OURS, "y": Role.BASELINE, "z": Role.BASELINE}
    results = fake({(m, "d"): RNG.normal(0, 1, 4) for m in "xyz"}, roles=roles)
    said = " ".join(analyse(results, DesignSpec()).design.sentences)
    assert "Holm over the 2 primary comparisons (ours against each baseline)." in said
    said = " ".join(analyse(results, DesignSpec(correction="none")).design.sentences)
    assert "No correction over the 2" in said


def test_what_pairing_would_gain_is_shown_and_not_used(fake):
    shared = RNG.normal(0, 1, 8)
    cells = {(m, "d"): shared + RNG.normal(0, 0.1, 8) for m in "xy"}
    analysis = analyse(fake(cells), DesignSpec())
    said = next(s for s in analysis.design.sentences if "correlate" in s)
    assert "Equal seed numbers correlate 0.9" in said
    assert "% smaller." in said
    assert not analysis.decisions[0].paired


def test_declared_pairs_that_lack_a_partner_are_reported(fake):
    cells = {
        ("x", "d"): {"values": [1, 2, 4, 8], "keys": [1, 2, 3, 4]},
        ("y", "d"): {"values": [3, 1, 1], "keys": [2, 3, 9]},
    }
    analysis = analyse(fake(cells), DesignSpec(pair_by=("seed",)))
    decision = analysis.decisions[0]
    assert (decision.paired, decision.n, decision.estimate) == (True, (2, 2), pytest.approx(1.0))
    assert "2 of x and 1 of y (x against y on d)" in " ".join(analysis.design.sentences)


def test_where_nothing_matches_welch_is_used_and_said(fake):
    cells = {
        ("x", "d"): {"values": [1, 2, 4], "keys": [1, 2, 3]},
        ("y", "d"): {"values": [3, 1, 1], "keys": [7, 8, 9]},
    }
    analysis = analyse(fake(cells), DesignSpec(pair_by=("seed",)))
    assert analysis.decisions[0].test == "Welch t"
    assert (
        "Fewer than two replicates match, so Welch's unpaired t is used: x against y on d."
        in analysis.design.sentences
    )
    assert "fewer than two replicates match in 1 comparison (" in analysis.notes[0].message


def test_rows_without_keys_are_never_paired(fake):
    cells = {(m, "d"): {"values": RNG.normal(0, 1, 5), "keyed": False} for m in "xy"}
    analysis = analyse(fake(cells), DesignSpec(pair_by=("seed",)))
    assert analysis.decisions[0].test == "Welch t"
    assert analysis.notes == ()


@pytest.mark.parametrize("varies", [{"fold"}, {"fold", "seed"}])
@pytest.mark.parametrize("pair_by", [(), ("fold",)])
def test_folds_are_corrected_never_taken_for_independent(fake, varies, pair_by):
    folds = {"d1": 3, "d2": 3}
    results = fake(THREE, varies=varies, folds=folds)
    analysis = analyse(results, DesignSpec(pair_by=pair_by))
    assert analysis.design.noun == "fold"
    assert "the fold (inferred: 3 folds a cell)" in analysis.design.sentences[0]
    assert analysis.decisions
    for d in analysis.decisions:
        assert "corrected resampled t" in d.test
        assert d.paired == bool(pair_by)
    naive = analyse(fake(THREE), DesignSpec(pair_by=pair_by and ("seed",)))
    for wide, narrow in zip(analysis.aggregates, naive.aggregates, strict=True):
        assert wide.half_width > narrow.half_width


def test_folds_of_which_nothing_says_how_many_there_are_have_a_reason(fake):
    analysis = analyse(fake(THREE, varies={"fold"}), DesignSpec())
    for d in analysis.decisions:
        assert d.verdict is Verdict.UNDECIDABLE
        assert d.estimate is not None
        assert "one split a seed" in d.reason
    told = analyse(fake(THREE, varies={"fold"}), DesignSpec(test_share=0.25))
    assert all(d.p is not None for d in told.decisions)


def test_examples_are_tested_also_where_folds_vary(fake):
    results = fake(ANSWERS, unit=Unit.EXAMPLE, varies={"fold", "example"})
    analysis = analyse(results, DesignSpec())
    assert analysis.design.noun == "example"
    assert analysis.decisions[0].p is not None


@pytest.mark.parametrize(
    ("varies", "present", "noun"),
    [
        ({"seed"}, {"seed"}, "seed"),
        ({"run"}, set(), "run"),
        ({"run"}, {"seed"}, "run"),
        ({"cluster"}, {"seed"}, "seed"),
        ({"fold"}, {"seed", "fold"}, "fold"),
    ],
)
def test_replicates_are_called_what_the_results_call_them(fake, varies, present, noun):
    design = analyse(fake(THREE, varies=varies, present=frozenset(present)), DesignSpec()).design
    assert design.noun == noun
    assert f"the {noun} (inferred" in design.sentences[0]
    if noun != "fold":
        assert design.generalises == f"This generalises to new {noun}s on these benchmarks."


def test_matched_is_not_said_where_nothing_matches(fake):
    cells = {
        ("x", "d"): {"values": [1, 2, 4], "keys": [1, 2, 3]},
        ("y", "d"): {"values": [3, 1, 1], "keys": [7, 8, 9]},
    }
    said = " ".join(analyse(fake(cells), DesignSpec(pair_by=("seed",))).design.sentences)
    assert "Fewer than two replicates match" in said
    assert "Runs are matched" not in said


def test_a_negative_correlation_has_a_minus_sign(fake):
    cells = {("x", "d"): [1, 2, 3, 4], ("y", "d"): [4, 3.1, 2, 1]}
    said = " ".join(analyse(fake(cells), DesignSpec()).design.sentences)
    assert "correlate −1.00 in accuracy; pairing" in said


def test_holes_are_counted(fake):
    from paperforge.model import Missing

    cells = {**THREE, ("z", "d1"): {"values": [1, 2], "failed": 2, "not_finite": 1}}
    results = fake(cells, holes={("z", "d2"): Missing.OUT_OF_MEMORY})
    said = analyse(results, DesignSpec()).design.sentences
    assert "1 of 6 cells have no number: 1 out of memory." in said
    assert (
        "Left out of the means: 2 failed and 1 diverged or not finite runs; --diverged METRIC=VALUE "
        "counts them as a score." in said
    )


def test_a_cell_of_which_all_runs_diverged_is_counted(fake):
    from paperforge.model import Missing

    cells = {**THREE, ("z", "d1"): [1, 2], ("z", "d2"): {"values": [], "not_finite": 3}}
    analysis = analyse(fake(cells, holes={("z", "d2"): Missing.NOT_FINITE}), DesignSpec())
    hole = analysis.aggregate("acc", "z", "d2")
    assert (hole.n, hole.not_finite, hole.missing) == (0, 3, Missing.NOT_FINITE)
    assert any(
        s.startswith("Left out of the means: 3 diverged or not finite runs;")
        for s in analysis.design.sentences
    )


def test_pairing_by_folds_says_nothing_of_seeds(fake):
    plain, declared = (analyse(fake(THREE), DesignSpec(pair_by=roles)) for roles in ((), ("fold",)))
    assert [d.p for d in declared.decisions] == [d.p for d in plain.decisions]
    assert not any(d.paired for d in declared.decisions)
    assert declared.design.pair_by == ()
    assert "the results have no folds: seeds are not paired by it" in declared.notes[0].message
    assert "--pair-by seed" in declared.notes[0].hint
