"""Why, calibration and what flips a decision, in words."""

from dataclasses import replace

import pytest

from paperforge.model import (
    Alternative,
    Analysis,
    Calibration,
    ComparisonRates,
    Decision,
    Design,
    FamilyRate,
    Flip,
    Fragility,
    Observed,
    Rate,
    Verdict,
    Why,
)
from paperforge.narrative import explain, passages, robust
from paperforge.spec import Dataset, Direction, Method, Metric, Unit

ACCURACY = Metric("acc", "Accuracy", Direction.HIGHER, "%")
DESIGN = Design(
    Unit.SEED, True, (), 0.05, "holm", "mid-p", False, False, (5, 5), "This generalises.", ("One.",)
)


def decision(b="base"):
    return Decision(
        "acc", "ours", b, None, True, 2.0, 1.0, 3.0, 0.95, 0.01, 0.02, 2, (5, 5), Unit.SEED, False,
        "Welch t", 3.0, 8.0, Verdict.BETTER,
    )  # fmt: skip


def analysis(*names):
    names = names or ("base",)
    return Analysis(
        DESIGN,
        (ACCURACY,),
        (Method("ours", "Ours", None), *(Method(n, n.title(), None) for n in names)),
        (Dataset("d", "Digits"), Dataset("e", "Elephants")),
        (),
        tuple(decision(n) for n in names),
    )


def alternative(test, verdict=Verdict.BETTER, **more):
    one = Alternative(test, 2.0, 0.5, 3.5, 0.03, 0.04, None, None, verdict)
    return replace(one, changes=verdict not in (Verdict.BETTER, None), **more)


def why(*alternatives, b="base", **more):
    made = Why(
        "acc", "ours", b, None, Verdict.BETTER, "Welch t", ("The unit is the seed.",),
        (("paired t", "pair_by is not declared"),), (Observed("n", 5, "n = 5 and 5"),), alternatives,
    )  # fmt: skip
    return replace(made, **more)


def text(*whys, names=("base",)):
    return passages.text("Why", explain.passages(analysis(*names), whys), width=400)


# ------------------------------------------------------------------------------------- why


def test_a_verdict_that_stands():
    said = text(why(alternative("pooled t"), alternative("permutation")))
    assert "The verdict (better) would not change under any of the 2 other tests." in said
    assert "paired t: pair_by is not declared." in said
    assert "Looked at, not used to choose: n = 5 and 5." in said
    assert "Welch t (reported)" in said


def test_a_verdict_that_would_change():
    said = text(why(alternative("pooled t", Verdict.INCONCLUSIVE), alternative("permutation")))
    assert "The verdict (better) would change: inconclusive under pooled t." in said


def test_a_test_that_could_not_decide_is_no_change():
    said = text(why(alternative("sign-flip", Verdict.UNDECIDABLE), alternative("pooled t")))
    assert "would not change under the other test that could decide it." in said
    assert "Sign-flip could not have decided it, whatever the data." in said


def test_what_needs_a_declaration_is_said_apart():
    needs = alternative("paired t", Verdict.INCONCLUSIVE, needs="needs pair_by")
    said = text(why(needs))
    assert "No other test here answers the same question." in said
    assert "It would be inconclusive by paired t (needs pair_by)." in said
    assert "paired t (needs pair_by)  " in said


def test_bayesian_probabilities_are_a_line():
    bayes = alternative("Bayesian signed-rank", None, probabilities=(0.0, 0.2, 0.8), needs="other")
    said = text(why(alternative("pooled t"), bayes))
    assert "probability < .001 that the difference lies below the margin, .200 within it" in said
    assert said.count("Bayesian") == 1


def test_reasons_that_are_shared_are_said_once():
    both = (why(alternative("pooled t")), why(alternative("pooled t"), b="near"))
    said = text(*both, names=("base", "near"))
    assert said.count("The unit is the seed.") == 1
    assert "All comparisons" in said
    other = replace(both[1], chosen=("Another design.",))
    said = text(both[0], other, names=("base", "near"))
    assert "Another design." in said and "All comparisons" not in said


def test_what_is_not_explained_is_counted():
    said = text(why(alternative("pooled t")), names=("base", "near", "far"))
    assert "… and 2 more primary comparisons, not explained here." in said


@pytest.mark.parametrize(
    ("p", "shown"), [(None, ""), (0.0625, ".06"), (1.0, "> .99"), (1e-9, "< .001"), (0.1, ".10")]
)
def test_smallest_p_is_printed_as_every_p(p, shown):
    assert explain.short(p, 0.05) == shown


def test_a_monte_carlo_error_has_two_digits():
    assert [explain.error(p) for p in (0.00312, 1e-9)] == [".0031", "< 1e-6"]


# ------------------------------------------------------------------------------ calibration


def calibration(rate, runs=1000):
    comparison = ComparisonRates(
        "acc", "ours", "base", None, "Welch t", rate, rate, Rate.of(950, 1000)
    )
    family = FamilyRate("acc", 1, "holm", rate)
    return Calibration(0.05, runs, 7, Unit.SEED, "How the null was made.", (comparison,), (family,))


def test_the_error_rate_comes_first_in_plain_words():
    said = passages.text(
        "C", robust.calibration(analysis(), calibration(Rate.of(36, 1000))), width=400
    )
    assert said.splitlines()[1] == (
        "  At nominal .05 this design decides wrongly on Accuracy in .036 ± .006 of 1,000 simulated "
        "nulls."
    )
    assert "How the null was made." in said
    assert ".950 ± .007" in said and "seed 7" in said


def test_an_excess_is_named():
    found = calibration(Rate.of(200, 1000))
    said = passages.text("C", robust.calibration(analysis(), found), width=400)
    assert "For Accuracy that is above .05 by more than chance" in said


# -------------------------------------------------------------------------------- fragility


def flips(*flips_, verdict=Verdict.BETTER, complete=True):
    one = Fragility("acc", "ours", "base", None, verdict, 0.02, flips_, complete)
    (passage,) = robust.fragility(analysis(), [one])
    return passage.lines[0]


def test_one_run():
    said = flips(Flip("run", 1, ("ours on d, seed 3",), Verdict.INCONCLUSIVE, 0.08, 1, 20))
    assert said == (
        "Ours − Base (better, adjusted p = .02): dropping seed 3 of Ours on Digits makes it "
        "inconclusive (adjusted p = .08)."
    )


def test_several_runs_of_one_place():
    which = tuple(f"ours and base, seed {i}" for i in (6, 2, 5))
    said = flips(Flip("run", 3, which, Verdict.INCONCLUSIVE, 0.08))
    assert (
        "no single run, dataset or defensible test flips it; dropping seeds 6, 2 and 5 of Ours"
        in said
    )
    assert "of Ours and Base makes it" in said


def test_many_places_are_counted():
    which = tuple(f"{m} on {d}, seed {i}" for i in (1, 2) for m in ("ours", "base") for d in "de")
    said = flips(Flip("run", 8, (*which, "x, seed 9"), Verdict.INCONCLUSIVE, 0.08))
    assert "seeds 1 and 2 of Ours on Digits" in said and said.count("1 more seed makes") == 1


def test_nothing_flips_it():
    assert flips().endswith("no single run, dataset or defensible test flips it.")
    assert flips(complete=False).endswith("flips it; not every change was tried.")


@pytest.mark.parametrize(
    ("flip", "words"),
    [
        (Flip("dataset", 1, ("without d",), Verdict.INCONCLUSIVE, 0.1, 2, 7),
         "leaving out Digits makes it inconclusive (adjusted p = .10) (so does 1 of the other 6 datasets)"),
        (Flip("dataset", 1, ("without d",), Verdict.INCONCLUSIVE, 0.1, 2, 2),
         "(so does the other dataset)"),
        (Flip("examples turned", 9, (), Verdict.INCONCLUSIVE, 0.06),
         "9 examples decided the other way make it inconclusive (adjusted p = .06)"),
        (Flip("examples turned", 5, (), Verdict.WORSE, 0.04, agreed=2),
         "3 examples decided the other way and 2 on which both agree, one answer of each changed in fav"),
        (Flip("examples turned", 1, (), Verdict.INCONCLUSIVE, 0.06, agreed=1),
         "1 example on which both agree, one answer of it changed in favour of Base, makes it inconcl"),
        (Flip("examples dropped", 9, (), Verdict.INCONCLUSIVE, 0.06),
         "dropping the 9 examples that speak most for it makes it inconclusive"),
        (Flip("test", 1, ("seeds paired: paired t",), Verdict.INCONCLUSIVE, 0.06),
         "paired t (if pair_by declared it) makes it inconclusive"),
        (Flip("test", 1, ("exact: McNemar exact", "pooled t"), Verdict.INCONCLUSIVE, 0.06),
         "McNemar exact and pooled t make it inconclusive"),
    ],
)  # fmt: skip
def test_kinds_of_changes(flip, words):
    assert words in flips(flip)


def test_what_has_no_p_has_nothing_to_flip():
    one = Fragility("acc", "ours", "base", None, Verdict.UNTESTED, None, (), complete=True)
    (passage,) = robust.fragility(analysis(), [one])
    assert passage.lines == ("Ours − Base (untested): there is no p to flip.",)
    assert robust.fragility(analysis(), [])[0].lines == ("There are no primary comparisons.",)


# ------------------------------------------------------------------------------------ forms


def test_forms_escape_and_align():
    grid = passages.Grid(("A", "B", "C", "D"), (("a_b", "", "1", "x|y"), ("c", "", "10", "z")))
    made = [passages.Passage("T & U", ("One_two.", "  deeper."), grid, ("End.",))]
    plain = passages.text("Head", made)
    assert "    A     C  D" in plain and "B" not in plain
    marked = passages.markdown("Head", made)
    assert "| a_b | 1 | x\\|y |" in marked and "\n  - deeper." in marked
    tex = passages.latex("Head", made)
    assert "\\paragraph{T \\& U}" in tex and "a\\_b & 1 &" in tex
    assert tex.count("\\toprule") == 1
