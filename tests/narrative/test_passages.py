"""Findings, limitations, checklists, the skeleton: sentences that read the Analysis."""

from dataclasses import replace

import pytest

from paperforge.model import Aggregate, Analysis, Decision, Design, Missing, Severity, Verdict
from paperforge.narrative import checklists, compute, findings, limitations, report, skeleton
from paperforge.spec import Answer, Dataset, Direction, Method, Metric, Project, Role, Story, Unit

ACCURACY = Metric("acc", "Accuracy", Direction.HIGHER, "%")


def design(unit=Unit.SEED, replicates=(5, 5)):
    return Design(
        unit,
        True,
        (),
        0.05,
        "holm",
        "mid-p",
        False,
        False,
        replicates,
        "This generalises.",
        ("One.", "Two."),
    )


def decision(b, estimate, low, high, p, verdict, **more):
    given = {
        "metric": "acc", "a": "ours", "b": b, "scope": None, "primary": True, "estimate": estimate, "low": low,
        "high": high, "level": 0.95, "p": p, "p_adjusted": p, "family": 2, "n": (5, 5), "unit": Unit.SEED,
        "paired": False, "test": "Welch t", "statistic": 1.0, "df": 8.0, "verdict": verdict,
    }  # fmt: skip
    return Decision(**given | more)


def analysis(*decisions, aggregates=(), roles=True, unit=Unit.SEED):
    methods = (
        Method("ours", "Ours", Role.OURS if roles else None),
        Method("b1", "Base_1", None),
        Method("b2", "Base 2", None),
    )
    datasets = (Dataset("x", "X"), Dataset("y", "Y"))
    return Analysis(design(unit), (ACCURACY,), methods, datasets, tuple(aggregates), decisions)


BETTER = decision("b1", 2.5, 1.5, 3.5, 0.0004, Verdict.BETTER, detectable=1.4)
OPEN = decision("b2", 0.21, -0.5, 0.9, 0.31, Verdict.INCONCLUSIVE, detectable=2.0)


def test_a_sentence_groups_by_verdict_and_gives_interval_and_p():
    (text,) = findings.sentences(analysis(BETTER, OPEN))
    assert text.startswith(
        "Accuracy, average over the 2 datasets: Ours is better than Base_1 (+2.5\u00a0points"
    )
    assert "adjusted p < .001" in text
    assert (
        "it is not found to differ from Base 2 (+0.2\u00a0points, 95% interval −0.5 to 0.9, adjusted "
        "p = .31; at most 0.5 worse and at most 0.9 better)" in text
    )


def test_no_verdict_becomes_on_par():
    (text,) = findings.sentences(analysis(OPEN))
    assert "is not found to differ from Base 2" in text
    assert "equal" not in text and "same" not in text


def test_without_roles_a_comparison_is_read_from_its_better_side():
    worse = decision("b1", -2.5, -3.5, -1.5, 0.001, Verdict.WORSE)
    (text,) = findings.sentences(analysis(worse, roles=False))
    assert "Base_1 is better than Ours (+2.5\u00a0points, 95% interval 1.5 to 3.5" in text
    (kept,) = findings.sentences(analysis(worse))
    assert "Ours is worse than Base_1 (−2.5\u00a0points" in kept


def test_an_interval_end_that_is_not_zero_never_prints_as_zero():
    near = decision("b1", 1.2, -0.003, 2.4, 0.051, Verdict.INCONCLUSIVE)
    (text,) = findings.sentences(analysis(near))
    assert "−0.003 to" in text


def test_the_metrics_own_decimals_are_kept():
    made = analysis(BETTER)
    made = replace(made, metrics=(replace(ACCURACY, digits=3),))
    assert "+2.500\u00a0points" in findings.sentences(made)[0]


def test_many_comparisons_are_counted_with_names():
    many = [BETTER, *[OPEN] * 9]
    (text,) = findings.sentences(analysis(*many))
    assert "Ours is better than 1 of 10: Base_1; is not found to differ from 9: Base 2" in text


def test_many_pairs_without_roles_are_told_from_the_best_method():
    names = [f"m{i}" for i in range(30)]
    means = [
        Aggregate("acc", name, None, 5, 50.0 + i, 1.0, 0.4, 1.0) for i, name in enumerate(names)
    ]
    pairs = [
        decision(b, -1.0, -2.0, -0.1, 0.01, Verdict.WORSE, a=a)
        if a != "m28"
        else decision(b, -1.0, -2.0, 0.1, 0.2, Verdict.INCONCLUSIVE, a=a)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
    ]
    made = replace(
        analysis(*pairs, aggregates=means, roles=False),
        methods=tuple(Method(name, name.upper(), None) for name in names),
    )
    (text,) = findings.sentences(made)
    assert "M29 has the highest average; it is better than 28 of 29: M0, M1, M2" in text
    assert "M11 and 16 more; is not found to differ from 1: M28." in text
    assert text.endswith("In all, a difference is found in 434 of 435 comparisons.")
    shown = report.text(made)
    assert "395 more rows (here: those of the best, and the smallest other differences)" in shown
    assert len(shown.splitlines()) < 80
    assert all(len(line) <= 100 for line in shown.splitlines())
    whole = report.text(made, every=True)
    assert whole.count(" − ") >= 435 and "more rows" not in whole
    assert report.markdown(made).count("| M") == 435


def test_untested_is_said_once():
    untested = decision("b1", None, None, None, None, Verdict.UNTESTED, p_adjusted=None)
    (text,) = findings.sentences(analysis(untested, untested))
    assert text.endswith("2 comparisons not tested: one run a cell.")


def test_the_drafted_paragraph_is_escaped_tex():
    text = findings.paragraph(analysis(BETTER, OPEN))
    assert r"Base\_1" in text and "$-$0.5" in text.replace("$-$ ", "$-$")
    assert text.rstrip().endswith("This generalises.")


def test_the_report_aligns_and_names_the_test():
    text = report.text(analysis(BETTER, OPEN))
    assert "  Test: Welch t" in text
    rows = [line for line in text.splitlines() if "−" in line and "[" in line]
    assert len({line.index("[") for line in rows}) <= 2


def test_limitations_name_a_few_of_many_open_pairs():
    text = " ".join(limitations.sentences(analysis(*[OPEN] * 30)))
    assert text.count("Ours and Base 2") == 8 and "and 22 more pairs" in text


def test_limitations_say_seeds_effect_and_what_is_open():
    text = " ".join(limitations.sentences(analysis(BETTER, OPEN)))
    assert "5 seeds a setting" in text
    assert "1.4 to 2\u00a0points in accuracy" in text
    assert "do not settle the difference in accuracy between Ours and Base 2" in text


def test_limitations_say_at_which_level_a_difference_is_found():
    text = " ".join(limitations.sentences(analysis(BETTER, OPEN)))
    assert "at the correction's first step (0.05 over the number of comparisons)." in text
    alone = decision("b1", 2.5, 1.5, 3.5, 0.0004, Verdict.BETTER, detectable=1.4, family=1)
    assert "more than one time in five." in " ".join(limitations.sentences(analysis(alone)))


def test_limitations_name_missing_cells_and_lost_runs():
    cells = [
        Aggregate("acc", "b1", "x", 5, 1.0, 0.1, 0.1, 0.1),
        Aggregate("acc", "b1", "y", 0, None, None, None, None, Missing.OUT_OF_MEMORY),
        Aggregate("acc", "b2", "x", 3, 1.0, 0.1, 0.1, 0.1, None, 2),
    ]
    text = " ".join(limitations.sentences(analysis(BETTER, aggregates=cells)))
    assert "(out of memory): Base_1 on Y." in text
    assert "2 runs were lost" in text


@pytest.mark.parametrize(
    ("unit", "words"), [(Unit.NONE, "untested"), (Unit.EXAMPLE, "trained once")]
)
def test_limitations_know_the_unit(unit, words):
    assert words in limitations.sentences(analysis(unit=unit))[0]


def test_what_the_author_wrote_comes_first_and_is_escaped():
    text = limitations.limitations(analysis(BETTER), ("50% of it & more",))
    assert text.index(r"50\% of it \& more") < text.index("Every number")


ITEMS = checklists.items(
    [
        {"id": "claims", "title": "Claims", "question": "True?"},
        {"id": "compute", "title": "Compute", "question": "How much?", "evidence": "compute"},
    ]
)


def test_an_item_without_an_answer_is_open_with_the_evidence_beside_it():
    project = Project(root=None, compute={"hardware": "2 cores"})
    text, notes = checklists.checklist(ITEMS, project, None)
    assert text.count(r"\answerTODO{}") == 2
    assert "answerYes" not in text
    assert "2 cores" in text
    assert [n.check for n in notes] == ["checklist", "checklist"]
    assert all(n.severity is Severity.WARNING for n in notes)


def test_answers_and_strays():
    project = Project(
        root=None, checklist={"claims": Answer("no", "Not all."), "cliams": Answer("yes", "x")}
    )
    text, notes = checklists.checklist(ITEMS, project, None)
    assert r"\answerNo{}" in text and "Not all." in text
    assert {n.check for n in notes} == {"checklist", "checklist-key"}


def test_an_answer_without_a_reason_is_open():
    project = Project(root=None, checklist={"claims": Answer("yes")})
    text, notes = checklists.checklist(ITEMS[:1], project, None)
    assert r"\justificationTODO{}" in text
    assert len(notes) == 1


def test_compute_names_unknown_keys():
    assert compute.sentence({}) == ""
    text = compute.sentence({"total_hours": 3, "cloud_region": "eu"})
    assert text == "Total compute: 3 hours. Cloud region: eu."


def test_the_skeleton_uses_the_story_and_prompts_for_the_rest():
    project = Project(
        root=None, story=Story(problem="It breaks & burns.", contributions=("One.", "Two."))
    )
    texts = skeleton.sections(project, impact=True, tables=True)
    assert set(texts) >= {
        f"sections/{n}.tex"
        for n in ("introduction", "method", "experiments", "limitations", "impact")
    }
    introduction = texts["sections/introduction.tex"]
    assert r"It breaks \& burns." in introduction
    assert introduction.count(r"\item") == 2
    assert introduction.count(r"\pfprompt") == 1
    assert r"\input{generated/tables/main}" in texts["sections/experiments.tex"]
    assert "sections/impact.tex" not in skeleton.sections(project, impact=False, tables=False)


def test_what_is_only_reported_is_named_in_the_report():
    one = analysis(BETTER, OPEN)
    time = Metric("time", "Time", Direction.LOWER, "s", tested=False)
    told = report.text(replace(one, metrics=(*one.metrics, time)))
    assert "Not tested, only reported: Time (s)\n" in told
    assert "Not tested" not in report.text(one)


def test_statistics_are_italic_in_the_drafted_paragraph():
    text = findings.paragraph(analysis(BETTER, OPEN))
    assert r"adjusted $p$ \textless{} .001" in text
    assert "adjusted $p$ = .31" in text


def test_one_comparison_is_singular():
    (text,) = findings.sentences(analysis(replace(BETTER, verdict=Verdict.UNTESTED)))
    assert "1 comparison not tested: one run a cell." in text


@pytest.mark.parametrize(("noun", "words"), [("fold", "5 folds"), ("run", "5 runs")])
def test_limitations_call_replicates_by_their_name(noun, words):
    one = analysis(BETTER)
    called = replace(one, design=replace(one.design, noun=noun))
    assert limitations.sentences(called)[0].startswith(f"Every number rests on {words} a setting.")
