from dataclasses import replace

import pytest

from paperforge import tables
from paperforge.model import Aggregate, Mark, Note, Verdict
from paperforge.spec import Direction, Method, Metric, Role, Unit
from paperforge.tables.marks import Marking
from paperforge.tables.notes import (
    between,
    comparisons,
    count,
    excluded,
    letter,
    open_questions,
    replication,
    sentence,
)


def test_numbers_agree_with_their_nouns():
    assert (count(1, "seed"), count(2, "seed"), count(1319, "example")) == (
        "1 seed",
        "2 seeds",
        "1,319 examples",
    )
    assert (between(3, 3, "seed"), between(1, 10, "seed"), between(1, 1, "dataset")) == (
        "3 seeds",
        "1–10 seeds",
        "1 dataset",
    )


@pytest.mark.parametrize(
    ("not_finite", "failed", "n", "unit", "text"),
    [
        (0, 0, 10, Unit.SEED, ""),
        (1, 0, 9, Unit.SEED, "1 of 10 runs is not finite and not in the mean"),
        (2, 0, 8, Unit.SEED, "2 of 10 runs are not finite and not in the mean"),
        (0, 3, 7, Unit.SEED, "3 of 10 runs failed and are not in the mean"),
        (1, 2, 7, Unit.SEED, "1 of 10 runs is not finite and 2 failed: they are not in the mean"),
        (1, 0, 499, Unit.EXAMPLE, "1 of 500 values is not finite and not in the mean"),
        (2, 0, 998, Unit.EXAMPLE, "2 of 1,000 values are not finite and not in the mean"),
    ],
)
def test_excluded(not_finite, failed, n, unit, text):
    one = Aggregate("acc", "x", "d", n, 1.0, 0.1, 0.1, 0.1, not_finite=not_finite, failed=failed)
    assert excluded(one, unit) == text


def test_examples_that_a_run_lacks_are_no_runs():
    one = Aggregate("acc", "x", "d", 5, 1.0, 0.1, 0.1, 0.1, partial=47)
    assert excluded(one, Unit.BOTH) == (
        "47 scores of examples are not finite and not in the mean of the run"
    )
    assert excluded(replace(one, partial=1), Unit.SEED).startswith("1 score of an example is not")


def test_letters_do_not_run_out():
    assert [letter(i) for i in (0, 1, 25, 26, 27, 701, 702)] == [
        "a",
        "b",
        "z",
        "aa",
        "ab",
        "zz",
        "aaa",
    ]


def test_sentences_end_once():
    assert sentence(Note("not run", "–")) == "–: not run."
    assert sentence(Note("Done.")) == "Done."


@pytest.mark.parametrize(
    ("changed", "spread", "sizes", "text"),
    [
        ({}, "sd", {10}, ["Mean ± standard deviation over 10 seeds"]),
        ({}, "sd", {8, 9, 10}, ["Mean ± standard deviation over 8–10 seeds"]),
        (
            {},
            "sd",
            {1, 3},
            ["Mean ± standard deviation over 1–3 seeds; a cell with 1 seed has no ±"],
        ),
        ({}, "none", {5}, ["Means over 5 seeds"]),
        ({"alpha": 0.01}, "ci", {5}, ["Mean ± half-width of the 99% interval over 5 seeds"]),
        ({"unit": Unit.EXAMPLE}, "se", {1319}, ["Mean ± standard error over 1,319 examples"]),
        (
            {"unit": Unit.EXAMPLE, "clustered": True},
            "se",
            {9},
            ["Mean ± clustered standard error over 9 examples"],
        ),
        ({"unit": Unit.NONE}, "none", {1}, []),
        ({}, "sd", set(), []),
    ],
)
def test_replication(make, changed, spread, sizes, text):
    assert [n.text for n in replication(make.design(**changed), spread, sizes)] == text


def words(make, *decisions, used=(Mark.BETTER,), datasets=5, **design):
    analysis = make.analysis([], ["a", "b"], design=make.design(**design))
    marking = Marking(
        better="better than B", worse="worse than B", none="None found", tested=decisions
    )
    return [n.text for n in comparisons(marking, set(used), analysis, datasets)]


def test_the_test_its_family_and_what_it_generalises_to(make):
    said = words(make, make.decision("a", "b", Verdict.BETTER, family=4, test="Welch t"))
    assert said == [
        "better than B",
        "Test: two-sided Welch t on the average over the 5 datasets; Holm over 4 comparisons; α = .05",
        "This generalises to new seeds on these benchmarks.",
    ]


def test_tasks_are_called_tasks(make):
    one = make.decision("a", "b", Verdict.BETTER, family=4, test="Welch t")
    assert "on the average over the 5 tasks;" in words(make, one, place="task")[1]


def test_words_of_other_families(make):
    single = words(
        make,
        make.decision("a", "b", Verdict.BETTER, family=1, scope="", test="McNemar mid-p"),
        generalises="",
        alpha=0.01,
    )
    assert single[1:] == ["Test: two-sided McNemar mid-p; a single comparison; α = .01"]
    two = [
        make.decision("a", "b", Verdict.BETTER, metric=m, family=f, scope="")
        for m, f in (("x", 2), ("y", 3))
    ]
    assert (
        "Bonferroni over 2–3 comparisons of each metric"
        in words(make, *two, correction="bonferroni", per_metric=True)[1]
    )
    assert (
        "2 comparisons, not corrected for their number" in words(make, two[0], correction="none")[1]
    )


def test_no_test_no_words(make):
    assert words(make) == []
    assert words(make, make.decision("a", "b", Verdict.UNTESTED, p=None)) == []


def test_open_questions_are_named_but_not_all(make):
    methods = [Method(m, m.upper(), Role.BASELINE) for m in "abcdefg"]
    undecidable = [
        make.decision(
            "a",
            b,
            Verdict.UNDECIDABLE,
            reason=f"{i} discordant examples: p cannot be below {0.5**i:g}",
        )
        for i, b in enumerate("bcdef", 2)
    ]
    (note,) = open_questions(undecidable, methods, {Unit.EXAMPLE})
    assert note.text.startswith(
        "Not decidable with these data: A against B (2 discordant examples: p cannot be below 0.25), A against C"
    )
    assert note.text.endswith("and 2 more")
    untested = make.decision("a", "g", Verdict.UNTESTED, p=None)
    first, _ = open_questions([untested, *undecidable], methods, {Unit.SEED})
    assert first.text == "Untested, with one run a cell: A against G"
    assert (
        open_questions([untested], methods, {Unit.SEED})[0].text
        == "One run a cell: differences are untested"
    )
    assert open_questions([], methods[:1], {Unit.NONE}) == []


def test_a_reason_that_all_share_is_said_once(make):
    methods = [Method(m, m.upper()) for m in "abc"]
    folds = [make.decision("a", b, Verdict.UNDECIDABLE, reason="folds") for b in "bc"]
    (note,) = open_questions(folds, methods, {Unit.SEED})
    assert note.text == "Not decidable with these data: A against B, A against C (folds)"


@pytest.mark.parametrize("noun", ["fold", "run"])
def test_replicates_have_their_own_name(make, noun):
    (note,) = replication(make.design(noun=noun), "sd", {5})
    assert note.text == f"Mean ± standard deviation over 5 {noun}s"


BLEU = Metric("bleu", "BLEU", Direction.HIGHER)
COSTS = (
    Metric("time", "Time", Direction.LOWER, tested=False),
    Metric("flops", "FLOPs", Direction.LOWER, tested=False),
)


def under(make, verdict, metrics, **more):
    cells = [
        make.aggregate(m.name, name, "", 90.0 + i, 0.5)
        for m in metrics
        for i, name in enumerate("ab")
    ]
    made = [make.decision("a", "b", verdict, metric="bleu", scope="", family=1, **more)]
    return [
        n.text
        for n in tables.arrange(make.analysis(cells, "ab", metrics=metrics, decisions=made)).notes
    ]


def test_what_is_not_tested_is_not_covered(make):
    said = under(make, Verdict.INCONCLUSIVE, (BLEU, *COSTS))
    assert "The methods were not found to differ in BLEU; Time and FLOPs are not tested" in said
    assert "Time is not tested" in under(make, Verdict.BETTER, (BLEU, COSTS[0]))
    assert "The methods were not found to differ" in under(make, Verdict.INCONCLUSIVE, (BLEU,))


def test_the_margin_is_said(make):
    metrics = (replace(BLEU, margin=1.0, unit="%"),)
    said = under(make, Verdict.EQUIVALENT, metrics, reason="within the margin of 1 %")
    assert "Equivalent within ±1 point: a and b" in said
    assert not any("not found to differ" in text for text in said)
    reason = "the difference is within the margin of 1 %"
    said = under(make, Verdict.BETTER, metrics, reason=reason)
    assert "Found to differ, but within the declared margin of 1 point: a and b" in said
    assert not any("margin" in text for text in under(make, Verdict.BETTER, metrics))


def test_the_notes_of_a_whole_table(make):
    assert [sentence(n) for n in tables.arrange(make.paper()).notes] == [
        "Mean ± standard deviation over 8–10 seeds; each seed is averaged over the datasets first.",
        "Bold: the best printed value of each column; ties share it.",
        "†: LoRA_r8 (ours) is better than this method.",
        "‡: LoRA_r8 (ours) is worse than this method.",
        "Test: two-sided stratified Welch t on the average over the 3 datasets; Holm over 3 comparisons; α = .05.",
        "This generalises to new seeds on these benchmarks.",
        "Untested, with one finite run a cell: LoRA_r8 (ours) against LoRA ($r=1$) & 50%.",
        "×: crashed.",
        "∅: no average, because the row is incomplete.",
        "a: 2 of 10 runs are not finite and not in the mean.",
    ]
