"""paperforge plan on pilots that say little, on metrics of sums, and on questions that mislead."""

import json

import numpy as np
import pytest

HEAD = "method,dataset,seed,accuracy\n"


def pilot(tmp_path, rows, name="pilot.csv", head=HEAD):
    (tmp_path / name).write_text(head + "".join(f"{row}\n" for row in rows))
    return name


def runs(method, dataset, values):
    return [f"{method},{dataset},{seed},{value}" for seed, value in enumerate(values)]


FULL = [*runs("full", "d1", (0.70, 0.72, 0.71)), *runs("full", "d2", (0.80, 0.83, 0.81))]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [*runs("lora", "d1", (0.71, 0.74)), *runs("lora", "d2", (0.8,))],
            "two methods need two runs each on every dataset, and lora has 1 run on d2",
        ),
        (
            runs("lora", "d1", (0.71, 0.74)),
            "two methods need two runs each on every dataset, and lora has no run on d2",
        ),
    ],
)
def test_a_pilot_of_too_few_says_which_cell(paperforge, tmp_path, rows, said):
    answer = paperforge("plan", pilot(tmp_path, [*FULL, *rows]), "--difference", "0.1")
    assert answer.code == 1
    assert said in answer.err


def test_a_pilot_that_does_not_vary_says_that(paperforge, tmp_path):
    """It was told that its methods had not two runs each."""
    rows = [*runs("full", "d", (0.7, 0.7, 0.7)), *runs("lora", "d", (0.8, 0.8, 0.8))]
    answer = paperforge("plan", pilot(tmp_path, rows), "--difference", "0.1")
    assert answer.code == 1
    assert "the runs of each method do not vary" in answer.err


def test_a_difference_beyond_all_values_is_doubted(paperforge, tmp_path):
    rows = [*FULL, *runs("lora", "d1", (0.71, 0.74)), *runs("lora", "d2", (0.8, 0.84))]
    name = pilot(tmp_path, rows)
    said = paperforge("plan", name, "--difference", "1")
    assert said.code == 0 and "--unit accuracy=%, or --difference 0.01" in said.err
    for more in (("--unit", "accuracy=%", "--difference", "1"), ("--difference", "0.01")):
        assert "points of per cent?" not in paperforge("plan", name, *more).err


def test_which_method_is_named_first_does_not_matter(paperforge, tmp_path):
    rows = [*FULL, *runs("lora", "d1", (0.71, 0.79)), *runs("lora", "d2", (0.80, 0.801))]
    name = pilot(tmp_path, rows)
    found = [
        json.loads(paperforge("plan", name, "--ours", ours, "--format", "json").out)["plans"][0]
        for ours in ("lora", "full")
    ]
    assert found[0]["a"] == found[1]["b"]
    assert found[0]["table"] == found[1]["table"]


def test_where_nothing_is_asked_the_table_has_a_heading(paperforge):
    said = paperforge("plan", "--sd", "0.8")
    assert said.out.startswith("What so many seeds find with power .8; --difference D says")


def test_a_search_that_ends_says_where(paperforge):
    """A billion seeds are not enough: 1.6 billion are."""
    said = paperforge("plan", "--sd", "1", "--difference", "0.0001")
    assert "it takes more than 1,000,000,000 seeds" in said.out


def test_a_margin_is_planned_beside_a_difference(paperforge):
    said = paperforge("plan", "--sd", "0.8", "--difference", "1", "--margin", "1").out
    assert "it takes 12 seeds of each method" in said
    assert "To show equivalence within 1 with power .8, where nothing differs, it takes 12" in said
    assert "33 where the true difference is half of the margin" in said
    assert "Schuirmann 1987" in said
    asked = ("plan", "--sd", "0.8", "--metric", "f1", "--margin", "f1=1", "--seeds", "5")
    (one,) = json.loads(paperforge(*asked, "--format", "json").out)["plans"]
    assert one["equivalence"]["needed"]["n"] == 12
    assert 1.6 < one["equivalence"]["smallest_margin"] < 1.7


def test_a_margin_of_folds_and_of_examples_is_planned(paperforge, tmp_path):
    rows = [f"{m},{f},{0.8 + f * (f + len(m)) % 5 / 50}" for m in ("a", "bb") for f in range(5)]
    (tmp_path / "folds.csv").write_text("\n".join(["method,fold,auc", *rows]))
    said = paperforge("plan", "folds.csv", "--margin", "0.2").out
    assert "with power .8 at least, where nothing differs, it takes" in said
    assert "Bonferroni" in said
    said = paperforge("plan", "--discordant", "0.2", "--margin", "0.02").out
    assert "it takes 4,284 examples" in said  # McNemar's own two tests: .81 of 400 simulated
    said = paperforge("plan", "folds.csv", "--margin", "0.001").out
    assert "no number is enough" in said


def test_where_no_margin_is_declared_there_is_nothing_of_it(paperforge):
    said = paperforge("plan", "--sd", "1", "--difference", "1").out
    assert "equivalence" not in said


# ------------------------------------------------------------------------- numbers that changed


def test_a_run_that_was_made_again_after_the_freeze_is_said(paperforge, tmp_path):
    """Its name is as before: "all 6 runs were there" was all that --check said."""
    rows = [*FULL, *runs("lora", "d1", (0.71, 0.74, 0.73)), *runs("lora", "d2", (0.8, 0.84, 0.81))]
    name = pilot(tmp_path, rows)
    assert paperforge("plan", name, "--ours", "lora", "--write").code == 0
    assert paperforge("plan", name, "--ours", "lora", "--freeze").code == 0
    check = ("plan", name, "--ours", "lora", "--check")
    assert paperforge(*check).code == 0
    text = (tmp_path / name).read_text()
    (tmp_path / name).write_text(text.replace("lora,d1,1,0.74", "lora,d1,1,0.79"))
    said = paperforge(*check)
    assert said.code == 5
    assert "one run has other numbers than when the plan was frozen: lora on d1" in said.out
    (tmp_path / name).write_text(text.replace("lora,d1,1,0.74\n", ""))  # gone, and said so once
    said = paperforge(*check)
    assert "not any more: lora on d1 (seed 1)" in said.out and "other numbers" not in said.out
    (tmp_path / name).write_text(text)
    lock = (tmp_path / "plan.lock").read_text()
    mark = json.loads(lock)["frozen"][0]["runs"]["scores"]["accuracy"]["lora"]["d1"][0]
    (tmp_path / "plan.lock").write_text(lock.replace(mark, "0" * 12))
    assert "its lock was edited" in paperforge(*check).out


# ------------------------------------------------------------------------- metrics of sums


def confusion(rng, n, right):
    truth = rng.random(n) < 0.4
    said = np.where(rng.random(n) < right, truth, ~truth)
    return np.stack([truth & said, ~truth & said, truth & ~said], axis=1).astype(int)


@pytest.fixture
def sums(tmp_path):
    """F1 of 300 examples in 60 clusters, two methods."""
    rng = np.random.default_rng(4)
    tables = {m: confusion(rng, 300, right) for m, right in (("a", 0.8), ("b", 0.7))}
    rows = [
        f"{m},{i},{i // 5},{tp},{fp},{fn}"
        for m, table in tables.items()
        for i, (tp, fp, fn) in enumerate(table)
    ]
    pilot(tmp_path, rows, "f1.csv", "method,example_id,cluster,tp,fp,fn\n")
    return tables


def toml(tmp_path, more=""):
    text = f'results = "f1.csv"\n[metrics.f1]\ncorpus = "f1"\nunit = "%"\n{more}'
    (tmp_path / "paper.toml").write_text(text)


def f1(sums):
    return 2 * sums[..., 0] / (2 * sums[..., 0] + sums[..., 1] + sums[..., 2])


def test_a_metric_of_sums_is_planned_by_what_an_example_adds(paperforge, tmp_path, sums):
    """Against the bootstrap's own variance; they were refused, with a reason that was not true."""
    (tmp_path / "f1.csv").write_text(
        "".join(
            ",".join(cell for i, cell in enumerate(line.split(",")) if i != 2) + "\n"
            for line in (tmp_path / "f1.csv").read_text().splitlines()
        )
    )
    toml(tmp_path)
    said = paperforge("plan", "--difference", "5", "--format", "json")
    assert said.code == 0, said.err
    (plan,) = json.loads(said.out)["plans"]
    assert plan["unit"] == "example" and "studentised bootstrap" in plan["assumed"]["test"]
    rng = np.random.default_rng(0)
    drawn = [
        f1(sums["a"][at].sum(0)) - f1(sums["b"][at].sum(0))
        for at in rng.integers(0, 300, (6000, 300))
    ]
    per_example = np.var(drawn) * 300 * 100**2
    (part,) = plan["assumed"]["variances"]
    assert part["variance"] == pytest.approx(per_example, rel=0.08)
    assert plan["needed"]["n"] == pytest.approx((1.96 + 0.8416) ** 2 * per_example / 25, rel=0.08)


def test_a_metric_of_sums_in_clusters_counts_the_clusters(paperforge, tmp_path, sums):
    toml(tmp_path)
    (plan,) = json.loads(paperforge("plan", "--difference", "5", "--format", "json").out)["plans"]
    assert plan["assumed"]["cluster"] == 5
    rng = np.random.default_rng(0)
    whole = {m: table.reshape(60, 5, 3).sum(1) for m, table in sums.items()}
    drawn = [
        f1(whole["a"][at].sum(0)) - f1(whole["b"][at].sum(0))
        for at in rng.integers(0, 60, (6000, 60))
    ]
    per_cluster = np.var(drawn) * 60 * 100**2
    n = (1.96 + 0.8416) ** 2 * per_cluster / 25 * 5
    effect = plan["assumed"]["design_effect"]
    if effect > 1:  # clusters that vary less than chance count as independent examples
        assert plan["needed"]["n"] == pytest.approx(n, rel=0.1)
    else:
        assert plan["needed"]["n"] > n * 0.9


# ------------------------------------------------------------------- what is known of the spread


def test_printed_means_with_their_spread_and_n_are_a_pilot(paperforge, tmp_path):
    """It was said that their runs do not vary."""
    lines = ["method,accuracy,std,n", "a,81.2,0.4,5", "b,82.0,0.6,5"]
    (tmp_path / "printed.csv").write_text("\n".join(lines))
    (one,) = json.loads(paperforge("plan", "printed.csv", "--format", "json").out)["plans"]
    found = sorted(part["variance"] for part in one["assumed"]["variances"])
    assert found == [pytest.approx(0.16), pytest.approx(0.36)]
    assert {part["df"] for part in one["assumed"]["variances"]} == {4}
    assert one["assumed"]["test"] == "Welch t"


def test_what_says_no_variance_has_a_next_move_with_its_own_numbers(paperforge, tmp_path):
    (tmp_path / "shares.csv").write_text("method,accuracy,n_test\na,0.81,500\nb,0.84,500")
    said = paperforge("plan", "shares.csv").err
    assert "only shares of right answers" in said
    assert "a share of 0.03 at least: paperforge plan --discordant 0.06" in said
    (tmp_path / "one.csv").write_text("method,seed,accuracy\na,0,1.0\na,1,3.0\na,2,5.0")
    assert "paperforge plan --sd 2" in paperforge("plan", "one.csv").err


def test_the_question_names_what_is_compared(paperforge, tmp_path):
    rows = [f"{m},d,{s},{0.8 + 0.01 * k + 0.003 * (s * (k + 1) % 4)}" for k, m in
            enumerate(("ours", "b1", "b2")) for s in range(4)]  # fmt: skip
    name = pilot(tmp_path, rows)
    given = ("--ours", "ours", "--baseline", "b1", "--metric", "accuracy")
    assert paperforge("plan", name, "--write", tmp_path / "one.toml", *given).code == 0
    assert 'question = "Is ours better than b1?"' in (tmp_path / "one.toml").read_text()


def test_stats_says_that_a_frozen_plan_is_there(paperforge, tmp_path):
    rows = [f"{m},d,{s},{0.8 + 0.05 * k + 0.003 * (s * (k + 1) % 4)}" for k, m in
            enumerate(("ours", "b1")) for s in range(4)]  # fmt: skip
    name = pilot(tmp_path, rows)
    plan = tmp_path / "plan.toml"
    assert paperforge("plan", name, "--ours", "ours", "--write").code == 0
    assert "frozen" not in paperforge("stats", name).err
    text = plan.read_text().replace("seeds = 4", "seeds = 8")
    plan.write_text(text.replace("[stopping]", "[stopping]\nlooks = [2, 4, 8]", 1))
    assert paperforge("plan", name, "--ours", "ours", "--freeze").code == 0
    said = paperforge("stats", name)
    assert said.code == 0
    assert "look 2 of 3, at 4 of 8 seeds" in said.err
    assert "99.7% interval" in said.out  # at the look's alpha
    notes = json.loads(paperforge("stats", name, "--format", "json").out)["notes"]
    assert any("a plan was frozen on" in str(one) for one in notes)
    plan.write_text("alpha = ")
    assert "cannot be read" in paperforge("stats", name).err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--difference", "5"), "--unit accuracy=%, or --difference 0.05"),
        (("--difference", "1.5"), "--unit accuracy=%, or --difference 0.015"),
        (("--unit", "accuracy=%", "--difference", "120"), "lies within 0 and 100"),
    ],
)
def test_a_difference_that_no_fractions_are_apart_is_refused(paperforge, tmp_path, more, said):
    """It was answered: 6 examples."""
    rows = [*FULL, *runs("lora", "d1", (0.71, 0.74)), *runs("lora", "d2", (0.8, 0.84))]
    answer = paperforge("plan", pilot(tmp_path, rows), *more)
    assert answer.code == 1 and not answer.out
    assert "no two values are" in answer.err
    assert said in answer.err


def test_a_loss_may_differ_by_more_than_its_means(paperforge, tmp_path):
    """No metric says that it ends at 1 unless it is known to."""
    rows = [*FULL, *runs("lora", "d1", (0.71, 0.74)), *runs("lora", "d2", (0.8, 0.84))]
    name = pilot(tmp_path, rows, head=HEAD.replace("accuracy", "loss"))
    answer = paperforge("plan", name, "--difference", "5")
    assert answer.code == 0 and "points of per cent?" in answer.err


@pytest.mark.parametrize(
    ("value", "asked", "printed"),
    [
        (0.10021, 0.1, "0.1002"),
        (0.09998, 0.1, "0.1"),
        (0.1, 0.1, "0.1"),
        (0.0955, 0.1, "0.0955"),
        (0.12345, None, "0.123"),
        (12.3041, 12.3, "12.304"),
    ],
)
def test_a_difference_is_printed_so_that_what_it_finds_can_be_seen(value, asked, printed):
    """11 seeds were said to be needed for 0.1, and 10 were printed to find 0.1."""
    from paperforge.commands.forecast import _short

    assert _short(value, asked) == printed


@pytest.mark.parametrize("share", [True, False])
def test_methods_on_different_examples_are_planned_as_two_samples(paperforge, tmp_path, share):
    rng = np.random.default_rng(7)
    values = {
        m: (rng.random(n) < p).astype(float) if share else rng.normal(p, 1 + p, n)
        for m, n, p in (("a", 60, 0.85), ("b", 45, 0.5))
    }
    rows = [f"{m},{m}{i},{v:g}" for m, row in values.items() for i, v in enumerate(row)]
    path = pilot(tmp_path, rows, head="method,example,acc\n")
    said = paperforge("plan", path, "--difference", "0.2", "--format", "json")
    assert said.code == 0
    (found,) = json.loads(said.out)["plans"]
    variances = sum(row.var(ddof=1) for row in values.values())
    normal = (1.959964 + 0.841621) ** 2 * variances / 0.2**2
    assert normal <= found["needed"]["n"] <= normal + 4
    text = paperforge("plan", path, "--difference", "0.2").out
    assert "two-sided Welch t" in text
    assert f"{found['needed']['n']} examples of each method" in text
    assert "standard deviation between examples" in text
