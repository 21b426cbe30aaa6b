"""What averages over datasets leave out, what runs are called, and what is counted once."""

import pytest

from paperforge import narrative, pipeline, results
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse
from paperforge.stats.calibrate import calibrate
from paperforge.stats.changes import runs

HEAD = "method,dataset,seed,accuracy\n"
SEEDS = ("red", "green", "blue", "black")


def project(tmp_path, text, **design):
    path = tmp_path / "r.csv"
    path.write_text(text)
    source = Source(path, "r.csv", {})
    return Project(root=tmp_path, sources=(source,), design=DesignSpec(**design))


def rows(*, lacking=(), values=None):
    """Two methods, three datasets, four named seeds; without those of `lacking`."""
    made = []
    for m, method in enumerate(("ours", "base")):
        for d, dataset in enumerate("ABC"):
            for s, seed in enumerate(SEEDS):
                if (method, dataset, seed) not in lacking:
                    value = 70 + 3 * (m == 0) + d + ((s * 7 + d * 3 + m) % 5) / 4
                    made.append(
                        f"{method},{dataset},{seed},{(values or {}).get((method, seed), value)}"
                    )
    return HEAD + "\n".join(made) + "\n"


def load(given):
    found = results.load(given.sources, given)
    return found, analyse(found, given.design)


def test_a_seed_that_lacks_a_dataset_is_left_out_on_all_and_it_is_said(tmp_path):
    given = project(tmp_path, rows(lacking={("base", "B", "red")}), pair_by=("seed",))
    found, analysis = load(given)
    (one,) = analysis.primary()
    assert one.n == (3, 3)
    assert one.unmatched == (3, 2)  # red on A, B and C; base has it on A and C only
    said = " ".join(analysis.design.sentences)
    assert (
        "seed red, 3 of base and 2 of ours" in said or "seed red, 3 of ours and 2 of base" in said
    )
    whole = load(project(tmp_path, rows(), pair_by=("seed",)))[1]
    assert "left out of such averages" not in " ".join(whole.design.sentences)
    alone, _ = runs(found, given.design, one, "seed")
    assert {step.name.rpartition("seed ")[2] for step in alone} == {"green", "blue", "black"}


def test_runs_that_are_dropped_have_their_own_names(tmp_path):
    given = project(tmp_path, rows())
    found, analysis = load(given)
    alone, _ = runs(found, given.design, analysis.primary()[0], "seed")
    assert {step.name.rpartition("seed ")[2] for step in alone} == set(SEEDS)
    assert "0" not in " ".join(step.name for step in alone)


@pytest.mark.parametrize("word", ["failed", "finished"])
def test_a_method_whose_runs_all_failed_counts_as_one_that_failed_once(tmp_path, word):
    text = "method,seed,status,accuracy\n"
    for m, method in enumerate(("ours", "base", "dead")):
        for seed in range(3):
            value = "" if method == "dead" else 70 - m + seed / 3
            text += f"{method},{seed},{word if method == 'dead' else 'finished'},{value}\n"
    given = project(tmp_path, text)
    given = pipeline.replace(given, metrics={"accuracy": {"diverged": 0.0}})
    _, analysis = load(given)
    one = next(d for d in analysis.primary() if "dead" in (d.a, d.b) and "ours" in (d.a, d.b))
    assert one.n == (3, 3)
    assert abs(one.estimate) == pytest.approx(70 + 1 / 3)
    assert "3 of dead as 0 in Accuracy" in " ".join(analysis.design.sentences)
    _, analysis = load(pipeline.replace(given, metrics={}))
    one = next(d for d in analysis.primary() if "dead" in (d.a, d.b))
    assert one.p is None


def test_where_no_method_has_the_metric_no_run_has_lost_it(tmp_path):
    text = "method,dataset,seed,accuracy,bleu\n"
    for m, method in enumerate(("ours", "base")):
        for dataset in "ABC":
            for seed in range(4):
                bleu = "" if dataset == "C" else 30 + m + (seed * 3 % 4) / 3
                text += f"{method},{dataset},{seed},{70 + m + (seed * 5 % 4) / 3},{bleu}\n"
    given = project(tmp_path, text)
    given = pipeline.replace(given, metrics={"bleu": {"diverged": 0.0}})
    _, analysis = load(given)
    said = " ".join(analysis.design.sentences)
    assert "count as a score" not in said
    assert "over the 3 fixed datasets (BLEU: over 2, no number on C)" in said
    methods = narrative.methods.sentence(analysis)
    assert "over 3 datasets, 2 in BLEU" in methods


@pytest.mark.parametrize("how", ["", "status", "nan"])
def test_a_lost_run_that_counts_is_matched_by_its_own_seed(tmp_path, how):
    """Left out of pairs it would not count; matched with another method's it would be a false pair."""
    lost = {("ours", 1): 0.0, ("base", 3): 0.0}
    head = "method,seed,accuracy" + ",status" * (how == "status")
    lines, full = [], []
    for m, method in enumerate(("ours", "base")):
        for seed in range(5):
            value = 71 - 2 * m + (seed * 3 % 5) / 4
            gone = (method, seed) in lost
            text = f"{method},{seed},{('nan' if how == 'nan' else '') if gone else value}"
            status = f",{'failed' if gone else 'finished'}" if how == "status" else ""
            lines.append(text + status)
            full.append(f"{method},{seed},{0.0 if gone else value}")
    given = project(tmp_path, "\n".join([head, *lines]) + "\n", pair_by=("seed",))
    (found,) = load(pipeline.replace(given, metrics={"accuracy": {"diverged": 0.0}}))[1].primary()
    whole = "method,seed,accuracy\n" + "\n".join(full) + "\n"
    (theirs,) = load(project(tmp_path, whole, pair_by=("seed",)))[1].primary()
    assert found.test == theirs.test == "paired t"
    assert (found.n, found.p, found.low, found.high) == (
        theirs.n,
        theirs.p,
        theirs.low,
        theirs.high,
    )


def test_a_family_a_metric_is_said_as_such(tmp_path):
    text = "method,seed,accuracy,bleu\n"
    for m, method in enumerate(("ours", "base")):
        for seed in range(4):
            text += f"{method},{seed},{70 + m + (seed * 5 % 4) / 3},{30 + m + (seed * 3 % 4) / 3}\n"
    one = narrative.methods.sentence(load(project(tmp_path, text, family="metric"))[1])
    assert "one primary comparison on each of 2 metrics, each at α = .05" in one
    both = narrative.methods.sentence(load(project(tmp_path, text))[1])
    assert "The 2 comparisons" in both


def test_bare_numbers_beside_quoted_means_are_untested(tmp_path):
    text = "method,dataset,accuracy,accuracy_std,n\n"
    text += "ours,A,83.6,0.4,5\nbase,A,82,.5,3\nold,A,80,,\nflat,A,81,0.0,5\n"
    _, analysis = load(project(tmp_path, text))
    verdicts = {(d.a, d.b): str(d.verdict) for d in analysis.primary()}
    about = {name: {v for pair, v in verdicts.items() if name in pair} for name in ("old", "flat")}
    assert about["old"] == {"untested"}
    assert "undecidable" in about["flat"]
    cells = {one.method: (one.n, one.sd) for one in analysis.aggregates if one.dataset == "A"}
    assert cells == {"ours": (5, 0.4), "base": (3, 0.5), "old": (0, None), "flat": (5, 0.0)}
    assert "(3 to 5 runs a method" in narrative.methods.sentence(analysis)


def test_the_rate_of_a_family_over_several_metrics_is_simulated(tmp_path):
    text = "method,seed,accuracy,bleu\n"
    for m, method in enumerate(("ours", "base")):
        for seed in range(4):
            text += f"{method},{seed},{70 + m + (seed * 5 % 4) / 3},{30 + m + (seed * 3 % 4) / 3}\n"
    given = project(tmp_path, text)
    found = calibrate(load(given)[0], given.design, 200)
    rates = [one.error_rate.value for one in found.families]
    assert found.whole is not None
    assert max(rates) <= found.whole.value <= sum(rates)
    assert found.whole.value > max(rates)  # two metrics do not draw the same noise
    apart = project(tmp_path, text, family="metric")
    assert calibrate(load(apart)[0], apart.design, 20).whole is None


def test_p_that_discordant_examples_hold_up_is_said(tmp_path):
    """A t over datasets of 0/1 scores claims no more than McNemar's test could of as many."""
    text = "method,dataset,id,correct\n"
    for dataset, wins in (("A", 3), ("B", 2)):
        for i in range(100):
            text += f"ours,{dataset},{i},1\nbase,{dataset},{i},{int(i >= wins)}\n"
    (one,) = load(project(tmp_path, text))[1].primary()
    assert one.p == one.smallest_p == 0.03125
    assert one.reason == "5 discordant examples: p is no smaller than they allow McNemar's test"
