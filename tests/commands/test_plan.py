"""paperforge plan: the numbers against other programs, the protocol from draft to check."""

import json
import shutil

import numpy as np
import pytest

WORDS = ("--ours", "ours", "--baseline", "base", "--baseline", "near")


def plans(said):
    assert said.code == 0, said.err
    return json.loads(said.out)["plans"]


# --- how many ------------------------------------------------------------------------------------


def test_seeds_for_half_a_standard_deviation(paperforge):
    """64 a group at d = .5, power .8: Cohen 1988, table 2.4.1; G*Power 3.1 says the same."""
    said = paperforge("plan", "--sd", "2", "--difference", "1")
    assert said.code == 0
    assert said.out.startswith(
        "To find a difference of 1 with power .8, it takes 64 seeds of each method."
    )


def test_paired_seeds_for_half_a_standard_deviation(paperforge):
    """34 pairs at dz = .5, power .8: G*Power 3.1, t test of matched pairs."""
    (one,) = plans(
        paperforge(
            "plan", "--sd", "2", "--pair-by", "seed", "--difference", "1", "--format", "json"
        )
    )
    assert one["needed"]["n"] == 34
    assert one["assumed"]["test"] == "paired t"


def test_the_table_holds_the_answer(paperforge):
    said = paperforge("plan", "--sd", "2", "--difference", "1", "--format", "json")
    (one,) = plans(said)
    (row,) = [row for row in one["table"] if row["n"] == 64]
    assert row["difference"] == pytest.approx(1, abs=0.005)
    assert row["difference"] <= 1
    numbers = [row["difference"] for row in one["table"]]
    assert numbers == sorted(numbers, reverse=True)


def test_a_family_takes_more(paperforge):
    def n(*more):
        said = paperforge("plan", "--sd", "2", "--difference", "1", "--format", "json", *more)
        return plans(said)[0]["needed"]["n"]

    assert n("--methods", "5") > n("--methods", "3") > n()
    assert n("--methods", "5", "--correction", "none") == n()
    assert n("--datasets", "4") < n()


def test_examples_for_a_share_that_differs(paperforge):
    """Connor 1987: (1.96 sqrt(.1) + .8416 sqrt(.1 - .0004))^2 / .0004, by hand 1960."""
    said = paperforge("plan", "--discordant", "0.1", "--difference", "0.02")
    assert "it takes 1,960 examples." in said.out
    assert "McNemar" in said.out


def test_clusters_count_less(paperforge):
    """Kish: 1 + (4 - 1) .3 = 1.9 times as many."""
    given = ("plan", "--examples", "--sd", "0.3", "--difference", "0.01", "--format", "json")
    alone = plans(paperforge(*given))[0]["needed"]["n"]
    together = plans(paperforge(*given, "--icc", "0.3", "--cluster-size", "4"))[0]["needed"]["n"]
    assert together / alone == pytest.approx(1.9, rel=0.002)


def test_a_budget(paperforge):
    said = paperforge("plan", "--sd", "0.8", "--budget", "100", "--cost", "2.5")
    assert said.out.startswith("100 hours at 2.5 a run buy 20 seeds of each method (40 runs): the")
    said = paperforge("plan", "--sd", "0.8", "--budget", "9", "--cost", "2.5")
    assert "buy 1 seed of each method (2 runs): nothing can be tested" in said.out


def test_a_pilot(paperforge, results_csv):
    given = ("plan", results_csv, *WORDS, "--difference", "0.005", "--cost", "2")
    said = paperforge(*given)
    assert said.code == 0, said.err
    first = said.out.splitlines()[0]
    assert first.startswith("To find a difference of 0.005 in Accuracy between ours and ")
    assert "(the pilot has 5)" in first and "if the pilot's spread was small by luck" in first
    assert "alpha = 0.05 for a family of 2 comparisons (Holm)" in said.out
    (one,) = plans(paperforge(*given, "--format", "json"))
    needed = one["needed"]
    assert needed["cautious"] > needed["n"]
    assert needed["runs"] == 3 * 2 * needed["n"] and needed["hours"] == 2 * needed["runs"]
    assert one["n"] is None


@pytest.mark.parametrize("paired", [(), ("--pair-by", "seed")])
@pytest.mark.parametrize("datasets", ["x", "xyz"])
def test_a_pilot_of_one_comparison_agrees_with_its_analysis(paperforge, tmp_path, paired, datasets):
    """The difference that the pilot would have found is the one that its analysis says."""
    rows = [
        f"{m},{d},{s},{0.8 + 0.01 * ((3 * s + k * 5 + 2 * i * s) % 4 + k * s)}"
        for k, m in enumerate("ab")
        for i, d in enumerate(datasets)
        for s in range(4)
    ]
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n" + "\n".join(rows))
    (one,) = plans(paperforge("plan", "r.csv", *paired, "--format", "json"))
    stats = json.loads(paperforge("stats", "r.csv", *paired, "--format", "json").out)
    (decision,) = [d for d in stats["decisions"] if d["primary"]]
    assert one["n"] == 4
    if paired:
        assert one["detectable"] == pytest.approx(decision["detectable"], rel=1e-4)
    else:  # a plan does not know the df that the study will find: the analysis does
        assert 1 <= one["detectable"] / decision["detectable"] < 1.15


@pytest.fixture
def scores(tmp_path):
    """200 examples of 0/1 scores of two models; 30 differ, in clusters of 4."""
    lines = ["method,example,source,correct"]
    for i in range(200):
        a = int(i % 5 > 0)
        b = a if i >= 30 else 1 - a
        lines += [f"a,{i},{i // 4},{a}", f"b,{i},{i // 4},{b}"]
    path = tmp_path / "scores.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def detected(paperforge, *given):
    """What the pilot's n would find, by plan; what the analysis says of the same results."""
    (one,) = plans(paperforge("plan", *given, "--format", "json"))
    stats = json.loads(paperforge("stats", *given, "--format", "json").out)
    (decision,) = [d for d in stats["decisions"] if d["primary"]]
    return one, decision


def test_a_pilot_of_examples(paperforge, scores):
    one, decision = detected(paperforge, scores)
    assert one["unit"] == "example"
    assert one["assumed"]["discordance"] == pytest.approx(0.15)
    assert one["detectable"] == pytest.approx(decision["detectable"], rel=1e-9)
    said = paperforge("plan", scores, "--difference", "0.2")
    assert "(for a difference above that share, as many differ as the difference takes)" in said.out


def test_a_pilot_in_clusters(paperforge, scores):
    one, decision = detected(paperforge, scores, "--map", "source=cluster")
    assert one["assumed"]["cluster"] == 4
    assert one["detectable"] == pytest.approx(decision["detectable"], rel=1e-6)
    assert one["assumed"]["design_effect"] > 1.2
    said = paperforge("plan", scores, "--map", "source=cluster", "--difference", "0.05").out
    assert "clusters (the pilot has 200)" in said
    assert "clustered paired t (CR2)" in said


def graded(tmp_path, shift):
    """Graded scores of 60 examples on two datasets; `shift` of the second one's ids."""
    lines = ["method,dataset,example,score"]
    for m in "ab":
        for place, d in enumerate("xy"):
            for i in range(60):
                spread = (i * (7 if m == "a" else 11)) % 13 / 13
                lines.append(f"{m},{d},{i + place * shift},{spread + 0.01 * place * (i % 3)}")
    path = tmp_path / "graded.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("shift", [0, 60])
def test_a_pilot_of_examples_in_several_datasets(paperforge, tmp_path, shift):
    """Scores of one example in two datasets go together, so that two datasets are little more."""
    options = ("--replicate", "example", "--ids", "same")
    one, decision = detected(paperforge, graded(tmp_path, shift), *options)
    assert len(one["assumed"]["variances"]) == (1 if shift == 0 else 2)
    assert one["detectable"] == pytest.approx(decision["detectable"], rel=0.02)


# --- other designs -------------------------------------------------------------------------------


def written(tmp_path, head, rows):
    path = tmp_path / "pilot.csv"
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


@pytest.fixture
def of_folds(tmp_path):
    """Two methods on two datasets, two repeats of ten folds."""
    rng = np.random.default_rng(1)
    rows = [
        (m, d, s, k, round(80 + rng.normal(0, 1.2), 4))
        for d in ("x", "y")
        for s in range(2)
        for k in range(10)
        for m in "ab"
    ]
    return written(tmp_path, "method,dataset,repeat,fold,accuracy", rows)


def test_a_pilot_of_folds(paperforge, of_folds):
    given = (of_folds, "--pair-by", "fold")
    one, decision = detected(paperforge, *given)
    assert (one["counted"], one["n"]) == ("repeats", 2)
    assert one["detectable"] == pytest.approx(decision["detectable"], rel=0.03)
    assert next(row for row in one["table"] if row["n"] == 2)["runs"] == 2 * 2 * 2 * 10
    below = one["floor"] * 0.9
    said = paperforge("plan", *given, "--difference", f"{below:.3f}")
    assert said.code == 0
    assert "no number of repeats is enough" in said.out
    assert "folds of one dataset share their training data" in said.out
    said = paperforge("plan", *given, "--difference", f"{one['floor'] * 2:.3f}")
    assert "it takes 1 repeat of the 10 folds of each method on each of the 2 datasets" in said.out


def test_a_protocol_of_folds_counts_runs(paperforge, of_folds, tmp_path):
    given = (of_folds, "--pair-by", "fold", "--difference", "9")
    assert paperforge("plan", *given, "--write").code == 0
    assert "seeds = 10 " in (tmp_path / "plan.toml").read_text()


def test_folds_without_their_share_are_refused(paperforge, tmp_path):
    rows = [(m, s, 0, 80 + (s * 7 + k) % 5) for k, m in enumerate("ab") for s in range(4)]
    path = written(tmp_path, "method,seed,fold,accuracy", [(*r[:2], r[1], r[3]) for r in rows])
    said = paperforge("plan", path)
    assert said.code == 1 and "the sizes of test and training set are needed" in said.err
    said = paperforge("plan", path, "--test-share", "0.25")
    assert said.code == 0 and "4 splits of each method" in said.out


@pytest.fixture
def of_datasets(tmp_path):
    rng = np.random.default_rng(2)
    rows = [
        (m, f"set{i}", s, round(70 + 3 * rng.normal() + (m == "b"), 4))
        for i in range(12)
        for m in "abc"
        for s in range(2)
    ]
    return written(tmp_path, "method,dataset,seed,accuracy", rows)


def test_a_pilot_of_datasets(paperforge, of_datasets):
    given = ("plan", of_datasets, "--replicate", "dataset", "--cost", "2")
    (one,) = plans(paperforge(*given, "--difference", "1", "--format", "json"))
    assert (one["unit"], one["counted"]) == ("dataset", "datasets")
    assert one["needed"]["cautious"] > one["needed"]["n"] > 12
    assert one["needed"]["hours"] == 2 * 3 * 2 * one["needed"]["n"]
    assert one["assumed"]["family"] == 3
    said = paperforge(*given, "--datasets", "6")
    assert "nothing can be found: the test of so few never has p below alpha" in said.out
    said = paperforge(*given, "--posthoc", "nemenyi")
    assert said.code == 1 and "how every method ranks on every dataset" in said.err
    assert "replicates datasets" in paperforge(*given, "--seeds", "3").err


def test_a_pilot_of_an_aggregate(paperforge, tmp_path):
    rng = np.random.default_rng(3)
    rows = [
        (m, f"game{i}", s, round(1 + 0.1 * i + 0.2 * rng.normal(), 4))
        for i in range(4)
        for m in "ab"
        for s in range(4)
    ]
    path = written(tmp_path, "method,dataset,seed,score", rows)
    one, decision = detected(paperforge, path, "--aggregate", "iqm")
    assert one["assumed"]["test"] == "bootstrap t of the IQM over the 4 datasets"
    # simulated studies have other spreads than the pilot, and df that they find themselves
    assert one["detectable"] == pytest.approx(decision["detectable"], rel=0.2)
    assert one["detectable_cautious"] is None


@pytest.fixture
def of_both(tmp_path):
    rng = np.random.default_rng(4)
    rows = []
    for m in "ab":
        example = rng.normal(0.5, 0.3, 40)
        for s in range(5):
            run = rng.normal(0, 0.05)
            rows += [
                (m, s, i, round(e + run + rng.normal(0, 0.2), 4)) for i, e in enumerate(example)
            ]
    return written(tmp_path, "method,seed,example,score", rows)


def test_a_pilot_of_seeds_and_examples(paperforge, of_both):
    one, decision = detected(paperforge, of_both)
    assert one["unit"] == "seed and example"
    assert one["detectable"] == pytest.approx(decision["detectable"], rel=0.1)
    beside = one["beside"]
    assert (beside["counted"], beside["pilot"]) == ("examples", 40)
    both = f"{min(one['floor'], beside['floor']) * 0.8:.3f}"
    said = paperforge("plan", of_both, "--difference", both)
    assert "no number of seeds is enough with 40 examples, nor any number of examples" in said.out
    assert "It takes more of both: " in said.out
    assert "No number of seeds with 40 examples finds less than" in said.out
    assert "No number of examples with 5 seeds of each method finds less than" in said.out
    (more,) = plans(paperforge("plan", of_both, "--examples", "4000", "--format", "json"))
    assert more["floor"] < one["floor"]
    (more,) = plans(paperforge("plan", of_both, "--seeds", "50", "--format", "json"))
    assert more["n"] == 50
    assert more["beside"]["floor"] < beside["floor"]


@pytest.fixture
def of_prompts(tmp_path):
    rng = np.random.default_rng(5)
    rows = []
    for p in range(50):
        for m in "ab":
            chance = np.clip(rng.random() * 1.6 - 0.3, 0, 1)
            rows += [(m, p, k, int(rng.random() < chance)) for k in range(3)]
    return written(tmp_path, "model,prompt_id,sample,correct", rows)


def test_a_pilot_of_samples_of_prompts(paperforge, of_prompts):
    one, decision = detected(paperforge, of_prompts)
    assert (one["counted"], one["n"]) == ("prompts", 50)
    assert one["detectable"] == pytest.approx(decision["detectable"], rel=0.01)
    assert (one["beside"]["counted"], one["beside"]["pilot"]) == ("samples", 3)
    found = {row["n"]: row["difference"] for row in one["beside"]["table"]}
    assert found[3] == pytest.approx(one["detectable"])
    assert found[1] > found[3] > found[5] > one["beside"]["floor"]
    low = f"{one['beside']['floor'] * 0.9:.4f}"
    said = paperforge("plan", of_prompts, "--difference", low)
    assert "no number of samples is enough with 50 prompts" in said.out
    few = plans(paperforge("plan", of_prompts, "--difference", low, "--format", "json"))
    many = plans(
        paperforge("plan", of_prompts, "--difference", low, "--samples", "30", "--format", "json")
    )
    assert many[0]["needed"]["n"] < few[0]["needed"]["n"]


def test_prompts_from_stated_variances(paperforge):
    """Miller 2024: variance 1/9 between, 1/6 within, one sample: 3,876; Student's t: two more."""
    given = ("--sd", f"{1 / 3:.12f}", "--within", f"{6**-0.5:.12f}", "--difference", "0.03")
    said = paperforge("plan", *given, "--samples", "1")
    assert "it takes 3,878 prompts, 1 sample each." in said.out
    said = paperforge("plan", *given, "--samples", "10", "--examples", "500")
    assert "no number of samples is enough with 500 prompts" in said.out


def test_datasets_from_a_stated_variance(paperforge):
    given = ("plan", "--replicate", "dataset", "--sd", "2", "--format", "json")
    (one,) = plans(paperforge(*given, "--difference", "2"))
    assert 10 <= one["needed"]["n"] <= 13
    assert one["assumed"]["test"].startswith("Wilcoxon")
    (one,) = plans(paperforge(*given, "--datasets", "20"))
    assert one["n"] == 20


def test_a_number_of_the_other_unit(paperforge, scores, results_csv):
    assert "the pilot replicates examples" in paperforge("plan", scores, "--seeds", "3").err
    assert "the pilot replicates seeds" in paperforge("plan", results_csv, "--examples", "9").err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "there is no variance to plan with"),
        (("--sd", "1", "results.csv"), 2, "the variance is stated, and there are pilot results"),
        (("--sd", "1", "--discordant", "0.1"), 2, "two variances"),
        (("--sd", "1", "--methods", "1"), 2, "one method is compared with nothing"),
        (("--sd", "1", "--budget", "10"), 2, "a budget buys runs"),
        (("--sd", "1", "--icc", "0.1"), 2, "clusters have a size and a correlation"),
        (("--sd", "-1"), 2, "--sd"),
        (("--sd", "1", "--within", "1"), 2, "a spread and a number"),
        (("--within", "1", "--samples", "3"), 2, "a spread and a number"),
        (("results.csv", "--samples", "3"), 2, "no samples of prompts"),
        (("--discordant", "0.01", "--difference", "0.02"), 2, "is more than the 0.01 that differ"),
        (("results.csv", "--sd", "0.8", "--check"), 1, "there is no plan"),
        (("results.csv", "--datasets", "3"), 2, "the pilot says that"),
        (("--write", "--freeze"), 2, "three steps"),
        (("--write", "results.csv"), 2, "a plan is a .toml file"),
        (("--write",), 2, "names its methods and metrics"),
        (("--freeze",), 1, "there is no plan"),
    ],
)
def test_what_cannot_be_asked(paperforge, results_csv, arguments, code, said):
    heard = paperforge("plan", *arguments)
    assert heard.code == code
    assert said in heard.err


def test_a_pilot_without_variance(paperforge, tmp_path):
    (tmp_path / "one.csv").write_text("method,accuracy\na,0.5\nb,0.6\n")
    said = paperforge("plan", "one.csv")
    assert said.code == 1 and "says no variance" in said.err
    rows = "".join(f"{m},{s},0.5\n" for m in "ab" for s in range(3))
    (tmp_path / "flat.csv").write_text("method,seed,accuracy\n" + rows)
    said = paperforge("plan", "flat.csv")
    assert said.code == 1 and "says no variance" in said.err


# --- the protocol --------------------------------------------------------------------------------


def test_from_words_to_a_frozen_plan(paperforge, tmp_path):
    said = paperforge("plan", "--write", *WORDS, "--metric", "accuracy", "--seeds", "5")
    assert said.code == 0, said.err
    text = (tmp_path / "plan.toml").read_text()
    assert 'question = "Is ours better than base and near?"' in text
    assert 'family = [["ours", "base"], ["ours", "near"]]' in text
    assert paperforge("plan", "--write", *WORDS, "--metric", "accuracy").code == 1
    assert (tmp_path / "plan.toml").read_text() == text
    said = paperforge("plan", "--freeze")
    assert said.code == 0 and "sha256 " in said.out
    digest = said.out.split("sha256 ")[1].split()[0]
    assert digest in (tmp_path / "plan.lock").read_text()
    (tmp_path / "plan.toml").write_text("# only a comment\n" + text)
    before = (tmp_path / "plan.lock").read_bytes()
    assert digest in paperforge("plan", "--freeze").out
    assert (tmp_path / "plan.lock").read_bytes() == before


@pytest.fixture
def frozen(paperforge, results_csv):
    """A frozen plan that says what results.csv is."""
    assert paperforge("plan", results_csv, "--write", *WORDS).code == 0
    assert paperforge("plan", "--freeze").code == 0
    return results_csv


def test_an_analysis_as_planned(paperforge, frozen):
    said = paperforge("plan", frozen, "--check", *WORDS)
    assert said.code == 0, said.out
    assert said.out.startswith("The analysis is the planned one (frozen on ")


def test_what_was_changed_is_said(paperforge, frozen):
    more = ["x,alpha,0,0.7", "x,alpha,1,0.8", "ours,alpha,5,0.91", "ours,beta,5,0.91"]
    frozen.write_text(frozen.read_text() + "\n".join(more) + "\n")
    said = paperforge("plan", frozen, "--check", *WORDS, "--alpha", "0.1", "--margin", "accuracy=1")
    assert said.code == 5
    for part in (
        "methods: x was added",
        "ours has 6, planned were 5",
        "alpha: 0.05 → 0.1",
        "margin of accuracy: none → 1",
    ):
        assert part in said.out
    report = json.loads(paperforge("plan", frozen, "--check", "--format", "json").out)
    assert report["as_planned"] is False
    assert {d["check"] for d in report["diagnostics"]} >= {"plan-methods", "plan-seeds"}


def test_a_plan_that_was_changed_is_noticed_and_can_be_amended(paperforge, frozen, tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(plan.read_text().replace("alpha = 0.05", "alpha = 0.1 "))
    said = paperforge("plan", frozen, "--check", *WORDS, "--alpha", "0.1")
    assert said.code == 5
    assert "has changed since it was frozen" in said.out and "alpha 0.05 → 0.1" in said.out
    said = paperforge("plan", "--freeze")
    assert "frozen again, as an amended plan" in said.out and "alpha 0.05 → 0.1" in said.out
    said = paperforge("plan", frozen, "--check", *WORDS, "--alpha", "0.1")
    assert said.code == 5 and "was amended on " in said.out


def test_a_lock_that_was_edited_is_noticed(paperforge, frozen, tmp_path):
    lock = tmp_path / "plan.lock"
    lock.write_text(lock.read_text().replace('"alpha": 0.05', '"alpha": 0.1'))
    said = paperforge("plan", frozen, "--check", *WORDS)
    assert said.code == 5 and "its lock was edited" in said.out
    said = paperforge("plan", "--freeze")
    assert said.code == 1 and "was edited" in said.err


@pytest.mark.parametrize(
    ("spending", "nominal"), [("obrien-fleming", "0.00305"), ("pocock", "0.031")]
)
def test_a_look_on_the_way(paperforge, frozen, tmp_path, spending, nominal):
    """Half of the information at alpha .05: z = 2.963 (Lan and DeMets 1983, O'Brien-Fleming type).

    Pocock type: .05 log(1 + (e - 1) / 2) = .0310.
    """
    plan = tmp_path / "plan.toml"
    text = plan.read_text().replace("seeds = 5", "seeds = 10")
    plan.write_text(f'{text}looks = [5, 10]\nspending = "{spending}"\n')
    (tmp_path / "plan.lock").unlink()
    assert paperforge("plan", "--freeze").code == 0
    said = paperforge("plan", frozen, "--check", *WORDS)
    assert said.code == 0, said.out
    assert f"look 1 of 2, at 5 of 10 seeds: it is judged at alpha = {nominal}" in said.out.lower()
    said = paperforge("plan", frozen, "--check", *WORDS, "--alpha", "0.04")
    assert said.code == 5
    assert "the analysis judges at alpha = 0.04" in said.out
    shown = paperforge("stats", frozen, *WORDS).out
    answer, _, rest = shown.partition("Design")
    share = nominal.removeprefix("0")
    assert f"which leaves {share} for this one" in " ".join(answer.split())
    assert f"at α = {share}" in " ".join(rest.split())
    by_hand = paperforge("stats", frozen, *WORDS, "--alpha", "0.05").out
    assert "this was look" not in by_hand.lower()
    judged = json.loads(paperforge("stats", frozen, *WORDS, "--format", "json").out)
    assert judged["family"]["alpha"] == pytest.approx(float(nominal), rel=0.01)
    said = paperforge("plan", frozen, "--check", *WORDS, "--alpha", "0.003")
    assert said.code == 0, said.out


@pytest.mark.parametrize(
    ("looks", "where"), [("[3, 10]", "after look 1 of 2"), ("[7, 10]", "before the first look")]
)
def test_between_looks_nothing_is_decided(paperforge, frozen, tmp_path, looks, where):
    plan = tmp_path / "plan.toml"
    text = plan.read_text().replace("seeds = 5", "seeds = 10")
    plan.write_text(f'{text}looks = {looks}\nspending = "pocock"\n')
    (tmp_path / "plan.lock").unlink()
    assert paperforge("plan", "--freeze").code == 0
    following = looks.strip("[]").split(", ")[1 if "3" in looks else 0]
    out = paperforge("stats", frozen, *WORDS, "--format", "json").out
    for one in json.loads(out)["decisions"]:
        if one["p"] is not None and one["primary"]:
            assert one["verdict"] == "undecidable"
            assert one["reason"] == f"between planned looks: the next is at {following} seeds"
    said = " ".join(paperforge("stats", frozen, *WORDS).out.split())
    assert f"it is {where}, the next look is at {following}, and nothing is decided" in said
    said = paperforge("plan", frozen, "--check", *WORDS)
    assert said.code == 5  # no look was planned at so many
    assert f"the next look is at {following}: nothing is decided here" in said.out


def test_a_mistake_in_a_plan_has_its_line(paperforge, frozen, tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(plan.read_text().replace("correction", "corection"))
    said = paperforge("plan", frozen, "--check")
    assert said.code == 1
    assert "plan.toml line " in said.err and "did you mean 'correction'?" in said.err


def test_every_build_says_whether_it_is_the_planned_one(paperforge, results_csv, tmp_path):
    folder = tmp_path / "paper"
    (folder / "parts").mkdir(parents=True)
    (folder / "main.tex").write_text(
        "\\documentclass{article}\n\\begin{document}x\\end{document}\n"
    )
    shutil.copy(results_csv, folder / "results.csv")
    (folder / "paper.toml").write_text(
        'main = "main.tex"\nresults = "results.csv"\n[methods.ours]\nrole = "ours"\n'
    )

    def said(*more):
        report = json.loads(paperforge("build", folder, "--no-pdf", "--format", "json", *more).out)
        return [d for d in report["diagnostics"] if d["check"].startswith("plan")]

    assert said() == []
    assert paperforge("plan", folder, "--write").code == 0
    assert (folder / "plan.toml").exists()
    (one,) = said()
    assert one["severity"] == "note" and "(not frozen)" in one["message"]
    assert paperforge("plan", folder, "--freeze").code == 0
    one, runs = said()
    assert "frozen on 20" in one["message"]
    assert runs["message"].startswith("all 30 runs were there when the plan was frozen on 20")
    (folder / "plan.toml").rename(folder / "other.toml")
    (one,) = said()
    assert one["severity"] == "warning" and "a plan was frozen on 20" in one["message"]
    (folder / "other.toml").rename(folder / "plan.toml")
    toml = folder / "paper.toml"
    toml.write_text(toml.read_text() + '[design]\ncorrection = "none"\n')
    one, _ = said()
    assert one["severity"] == "warning" and one["check"] == "plan-correction"
    assert "correction: holm → none" in one["message"]


def test_a_plan_says_which_runs_came_later(paperforge, results_csv, tmp_path):
    whole = results_csv.read_text().splitlines()
    early = [row for row in whole[1:] if row.split(",")[2] in {"0", "1"}]
    results_csv.write_text("\n".join([whole[0], *early]) + "\n")
    assert paperforge("plan", results_csv, "--write", *WORDS, "--seeds", "5").code == 0
    said = paperforge("plan", results_csv, "--freeze")
    assert said.code == 0 and "12 runs are there already, in 6 cells" in said.out
    results_csv.write_text("\n".join(whole) + "\n")
    said = paperforge("plan", results_csv, "--check", *WORDS)
    assert said.code == 0
    assert "12 of 30 runs were there when the plan was frozen on 20" in said.out
    assert "; 18 came later." in said.out
    report = json.loads(paperforge("plan", results_csv, "--check", *WORDS, "--format", "json").out)
    assert report["runs"] == {"there": 12, "now": 30, "later": 18, "gone": 0}


def test_a_plan_is_frozen_before_there_are_results(paperforge, results_csv, tmp_path):
    """The folder of paper.toml is empty yet, or holds what cannot be read."""
    late = tmp_path / "late"
    late.mkdir()
    (tmp_path / "paper.toml").write_text('results = "late"\n')
    assert paperforge("plan", results_csv, "--write", *WORDS).code == 0
    said = paperforge("plan", "--freeze")
    assert said.code == 0 and "no run is there yet" in said.out
    (tmp_path / "plan.lock").unlink()
    (late / "notes.csv").write_text("\n\n")
    said = paperforge("plan", "--freeze")
    assert said.code == 0 and "the lock will not say which runs are there" in said.err
    assert paperforge("plan", tmp_path / "none.csv", "--freeze").code == 1


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (("--margin", "0.6"), "margin = 0.6"),
        (("--margin", "accuracy=0.6"), "margin = 0.6"),
        (("--margin", "0.6", "--margin", "accuracy=0.2"), "margin = 0.2"),
    ],
)
def test_a_margin_of_all_metrics_stands_in_the_plan(paperforge, tmp_path, given, written):
    """One that names no metric was dropped without a word."""
    assert paperforge("plan", "--write", *WORDS, "--metric", "accuracy", *given).code == 0
    lines = (tmp_path / "plan.toml").read_text().splitlines()
    assert [line.split("  #")[0].strip() for line in lines if line.startswith("margin")] == [
        written
    ]


def test_a_plan_before_the_results_that_paper_toml_names(paperforge, tmp_path):
    """Results that are named, and not there yet, were an error."""
    (tmp_path / "paper.toml").write_text(
        'results = "results.csv"\n[methods.ours]\nrole = "ours"\n[methods.base]\n'
        "[metrics.accuracy]\nmargin = 0.5\n"
    )
    said = paperforge("plan", "--write", "--seeds", "5")
    assert said.code == 0, said.err
    assert "no results yet: results.csv" in said.err
    text = (tmp_path / "plan.toml").read_text()
    assert 'family = [["ours", "base"]]' in text and "margin = 0.5" in text
    said = paperforge("plan", "--freeze")
    assert said.code == 0, said.err
    assert "no run is there yet" in said.out
    said = paperforge("plan", "--check")
    assert said.code == 1 and "there is no file 'results.csv'" in said.err
