"""Tables of means: the columns of their spread and number, and cells that hold two numbers."""

import json
from pathlib import Path

import pytest
from scipy import stats as scipy_stats

from paperforge import results
from paperforge.errors import InputError
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse

MEANS = {("ours", "A"): (83.6, 0.4), ("base", "A"): (82.1, 0.5)}
MEANS |= {("ours", "B"): (71.2, 0.9), ("base", "B"): (70.6, 1.1)}


@pytest.fixture
def load(tmp_path):
    def call(text, **columns):
        path = Path(tmp_path / "r.csv")
        path.write_text(text, encoding="utf-8")
        return results.load([Source(path, "r.csv", columns)], Project(root=tmp_path))

    return call


def said(found):
    return " ".join(f"{note.message} {note.hint}" for note in found.notes)


def table(header, cell, n=5):
    """A table of MEANS with a header, `cell` from mean, spread and n."""
    rows = (f"{m},{d},{cell.format(x, s, n=n)}" for (m, d), (x, s) in MEANS.items())
    return "\n".join((f"method,dataset,{header}", *rows)) + "\n"


def expected(dataset, factor=1.0, n=5):
    (a, sa), (b, sb) = MEANS["ours", dataset], MEANS["base", dataset]
    return scipy_stats.ttest_ind_from_stats(
        a, sa * factor, n, b, sb * factor, n, equal_var=False
    ).pvalue


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("mean,std,n", 1.0),
        ("value,sd,n_seeds", 1.0),
        ("score,stdev,runs", 1.0),
        ("accuracy,std_dev,num_seeds", 1.0),
        ("accuracy,stderr,n", 5**0.5),
        ("mean,sem,n_runs", 5**0.5),
        ("accuracy,accuracy_std,accuracy_n", 1.0),
        ("mean,mean_std,mean_n", 1.0),
        ("accuracy_mean,accuracy_sem,seeds", 5**0.5),
        ("reward,std_reward,n_reward", 1.0),
    ],
)
def test_the_usual_names_of_mean_spread_and_number(load, header, factor):
    found = load(table(header, "{},{},{n}"))
    analysis = analyse(found, DesignSpec())
    assert len(found.metrics) == 1
    for dataset in "AB":
        (decision,) = [d for d in analysis.decisions if d.scope == dataset]
        assert decision.p == pytest.approx(expected(dataset, factor), rel=1e-9)
        assert decision.n == (5, 5)
    assert "compared by Welch's t from these summaries" in said(found)
    assert set(analysis.design.printed) == {"ours", "base"}


def test_a_long_table_of_means(load):
    rows = table("metric,mean,std,n", "accuracy,{},{},{n}")
    (decision,) = [d for d in analyse(load(rows), DesignSpec()).decisions if d.scope == "B"]
    assert decision.p == pytest.approx(expected("B"), rel=1e-9)


def test_declared_columns_and_a_declared_kind(load):
    text = table("accuracy,dev,how_many", "{},{},{n}")
    (decision,) = [
        d
        for d in analyse(load(text, se="dev", n="how_many"), DesignSpec()).decisions
        if d.scope == "A"
    ]
    assert decision.p == pytest.approx(expected("A", 5**0.5), rel=1e-9)


def test_rows_that_are_runs_are_no_means(load):
    """A metric called n or std beside per-seed rows stays what it is, and the rows stay runs."""
    rows = "".join(f"{m},A,{s},{80 + s + (m == 'a')},0.4,5\n" for m in ("a", "b") for s in range(4))
    seeded = load("method,dataset,seed,accuracy,std,n\n" + rows)
    (decision,) = analyse(seeded, DesignSpec()).primary()
    assert decision.n == (4, 4)
    unseeded = load("method,dataset,lr,accuracy,std,n\n" + rows.replace(",A,", ",A,0."))
    (decision,) = analyse(unseeded, DesignSpec()).primary()
    assert decision.n == (4, 4)
    assert "'std' is not used: several rows have the same method, dataset" in said(unseeded)
    assert "Welch's t from these summaries" not in said(unseeded)


def test_a_number_of_examples_is_no_number_of_runs(load):
    """A spread over seeds beside n_test must not be taken for that of n_test runs."""
    found = load(table("accuracy,accuracy_std,n_test", "{},{},{n}", n=1000))
    analysis = analyse(found, DesignSpec())
    assert not analysis.design.printed
    assert "add a column n, how many runs each mean is of" in said(found)
    seeds = load(table("accuracy,n_seeds", "{},{n}"))
    assert {d.verdict for d in analyse(seeds, DesignSpec()).decisions} == {"untested"}


@pytest.mark.parametrize("n", ["0", "-5", "4.5", "many", ""])
def test_a_number_of_runs_that_is_none_compares_nothing(load, n):
    found = load(table("accuracy,std,n_seeds", "{},{},{n}", n=n))
    assert {d.p for d in analyse(found, DesignSpec()).decisions} == {None}


def test_two_metrics_share_n_and_not_a_spread_without_a_name(load):
    text = table("accuracy,f1,std,n", "{0},{0},{1},{n}")
    assert not analyse(load(text), DesignSpec()).design.printed
    with pytest.raises(InputError, match="could be the spread of accuracy or f1"):
        load(text, sd="std")
    both = load(table("accuracy,accuracy_std,f1,f1_se,n", "{0},{1},{0},{1},{n}"))
    analysis = analyse(both, DesignSpec())
    found = {(d.metric, d.scope): d.p for d in analysis.decisions}
    assert found["accuracy", "A"] == pytest.approx(expected("A"), rel=1e-9)
    assert found["f1", "A"] == pytest.approx(expected("A", 5**0.5), rel=1e-9)


def test_a_spread_is_refused_for_rows_that_are_runs(load):
    rows = "a,0,1,0.1\na,1,2,0.1\nb,0,1,0.1\nb,1,2,0.1\n"
    with pytest.raises(InputError, match="every row is a seed"):
        load("method,seed,accuracy,std\n" + rows, sd="std")
    with pytest.raises(InputError, match="several rows have the same method"):
        load("method,lr,accuracy,std\n" + rows, sd="std")


CELLS = ["{} ± {}", "{} ({})", "{}±{}%", "{}% ± {}%", "${} \\pm {}$", "{} +/- {}", "{} [{}]"]


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_of_two_numbers_says_what_to_write_and_is_read_where_it_is_declared(load, cell):
    text = table("accuracy,n", cell + ",{n}")
    with pytest.raises(InputError) as error:
        load(text)
    assert "does not say which spread" in error.value.message
    assert "--map 'accuracy=sd'" in error.value.hint
    assert "accuracy, accuracy_std (or _sem, _ci), n" in error.value.hint
    for kind, factor in (("sd", 1.0), ("se", 5**0.5)):
        analysis = analyse(load(text, **{kind: "accuracy"}), DesignSpec())
        (decision,) = [d for d in analysis.decisions if d.scope == "B"]
        assert decision.p == pytest.approx(expected("B", factor), rel=1e-9)


def test_cells_of_two_numbers_in_columns_that_are_datasets(load):
    text = "model,MNLI,RTE,n\nours,83.6 ± 0.4,71.2 ± 0.9,5\nbase,82.1 ± 0.5,70.6 ± 1.1,5\n"
    with pytest.raises(InputError) as error:
        load(text)
    assert "--map '*=sd'" in error.value.hint
    analysis = analyse(load(text, sd="*"), DesignSpec())
    found = {d.scope: d.p for d in analysis.decisions}
    assert found["MNLI"] == pytest.approx(expected("A"), rel=1e-9)
    assert found["RTE"] == pytest.approx(expected("B"), rel=1e-9)
    with pytest.raises(InputError, match="no cell holds a mean and its spread"):
        load("model,MNLI,RTE\na,1,2\nb,3,4\n", sd="*")


def test_a_cell_without_a_spread_leaves_the_others_tested_and_says_why(load):
    rows = (
        "a,A,80.1,0.4,5\nb,A,79.2,0.5,5\nc,A,78.8,,5\nd,A,78.0,0.0,5\ne,A,77.5,0.3,1\nf,A,77,0.2,\n"
    )
    analysis = analyse(load("method,dataset,accuracy,std,n\n" + rows), DesignSpec())
    found = {(d.a, d.b): d for d in analysis.decisions}
    theirs = scipy_stats.ttest_ind_from_stats(80.1, 0.4, 5, 79.2, 0.5, 5, equal_var=False)
    assert found["a", "b"].p == pytest.approx(theirs.pvalue, rel=1e-9)
    assert found["a", "b"].family == 1
    reasons = {b: found["a", b].reason for b in "cdef"}
    assert reasons == {
        "c": "no spread is reported (c on A)",
        "d": "a spread of 0 is reported (d on A)",
        "e": "a spread of one run is reported (e on A)",
        "f": "no number of runs is reported (f on A)",
    }
    assert all(found["a", b].p is None for b in "cdef")
    assert found["a", "c"].estimate == pytest.approx(1.3)


def test_what_is_declared_is_not_asked_for_again(load):
    """A spread in the cells that --map accuracy=sd names, too."""
    assert "say otherwise" in said(load(table("accuracy,accuracy_std,n", "{},{},{n}")))
    assert "say otherwise" not in said(load(table("accuracy,wobble,n", "{},{},{n}"), sd="wobble"))
    found = load(table("accuracy,n", "{} ± {},{n}"), sd="accuracy")
    assert "compared by Welch's t from these summaries" in said(found)
    assert "say otherwise" not in said(found)


LONG = "model,metric,value,n_test\n" + "".join(
    f"{m},{metric},{value},1000\n"
    for metric, values in (("accuracy", (81.5, 85.0)), ("perplexity", (12.1, 13.1)))
    for m, value in zip("ab", values, strict=True)
)


def test_a_metric_a_row_reads_a_share_and_its_n_as_a_column_does(load):
    """Of metrics that are no shares n counts nothing that could be used."""
    long, wide = load(LONG), load("model,accuracy,n_test\na,81.5,1000\nb,85.0,1000\n")
    assert long.quotes("accuracy") == wide.quotes("accuracy")
    assert {(q.kind, q.n, q.digits) for q in long.quotes("accuracy").values()} == {
        ("examples", 1000, 1)
    }
    assert long.quotes("perplexity") == {}
    one, other = (analyse(found, DesignSpec()).primary("accuracy")[0] for found in (long, wide))
    assert "least favourable" in one.test and one.p is not None
    assert (one.p, one.low, one.high, one.reason) == (other.p, other.low, other.high, other.reason)


def test_a_count_beside_other_metrics_than_shares_is_none(load):
    text = "model,metric,value,n_test\na,perplexity,12.1,1000\nb,perplexity,13.1,1000\n"
    assert load(text).quotes("perplexity") == {}


COUNTED = {("a", "mmlu"): (0.812, 1000), ("b", "mmlu"): (0.779, 1000)}
COUNTED |= {("a", "arc"): (0.655, 200), ("b", "arc"): (0.645, 200)}


@pytest.mark.parametrize("name", ["{}", "{}_acc"])
def test_a_count_beside_each_dataset_is_read_as_in_the_long_form(load, name):
    """The counts vanished without a word, or were metrics to be compared."""
    long = "".join(f"{m},{d},{x},{n}\n" for (m, d), (x, n) in COUNTED.items())
    expect = analyse(load("method,dataset,accuracy,n\n" + long), DesignSpec())
    head = ",".join(f"{name.format(d)},{d}_n" for d in ("mmlu", "arc"))
    rows = "".join(
        f"{m},{','.join(f'{x},{n}' for (who, _), (x, n) in COUNTED.items() if who == m)}\n"
        for m in "ab"
    )
    analysis = analyse(load(f"method,{head}\n{rows}"), DesignSpec())
    (metric,) = analysis.metrics
    assert (metric.label, metric.direction) == ("Accuracy", "higher")
    assert len(analysis.decisions) == 3
    for one, other in zip(analysis.decisions, expect.decisions, strict=True):
        assert "least favourable" in one.test
        assert (one.scope, one.p, one.low, one.high) == (
            other.scope, other.p, other.low, other.high,
        )  # fmt: skip
    assert [a.interval for a in analysis.aggregates] == [a.interval for a in expect.aggregates]


def test_shares_of_datasets_are_read_alike_from_what_was_saved(load):
    text = "method,mmlu_acc,mmlu_n,arc_acc,arc_n\na,0.812,1000,0.655,200\nb,0.779,1000,0.645,200\n"
    first = load(text)
    (source,) = first.mapped
    again = results.load([source], Project(root=source.path.parent))
    assert [d.name for d in again.datasets] == [d.name for d in first.datasets] == ["mmlu", "arc"]
    assert again.quotes("acc") == first.quotes("acc")


def test_datasets_that_are_no_shares_keep_their_name(load):
    found = load("method,mmlu,mmlu_n,arc,arc_n\na,812,1000,655,200\nb,779,1000,645,200\n")
    assert [m.name for m in found.metrics] == ["score"]
    assert found.quotes("score") == {}


def test_a_share_that_is_a_metric_of_its_own_has_its_count_too(load):
    found = load("method,mmlu_acc,mmlu_n\na,0.812,1000\nb,0.779,1000\n")
    assert [m.name for m in found.metrics] == ["mmlu_acc"]
    assert {q.n for q in found.quotes("mmlu_acc").values()} == {1000}


@pytest.mark.parametrize(("metric", "bounded"), [("accuracy", True), ("f1", False), ("auc", False)])
def test_only_a_share_of_right_answers_has_the_error_of_its_n(
    tmp_path, paperforge, metric, bounded
):
    (tmp_path / "n.csv").write_text(f"model,{metric},n\nA,0.812,500\nB,0.702,500\n")
    said = paperforge("stats", "n.csv", "--format", "json")
    [decision] = json.loads(said.out)["decisions"]
    assert (decision["ci"] is not None) == bounded


RUNS = {"A": (83.05, 83.07, 82.98, 83.49, 83.08), "B": (70.28, 70.06, 69.69, 69.44, 69.37)}


def beside_runs(*more, key="seed"):
    """Runs of ours, and base by mean, spread and n where no run is named."""
    rows = [f"ours,{d},{i},{x},," for d, row in RUNS.items() for i, x in enumerate(row)]
    rows += ["base,A,,82.1,0.5,4", "base,B,,69.2,0.6,4", *more]
    return "\n".join((f"method,dataset,{key},accuracy,accuracy_std,n", *rows)) + "\n"


@pytest.mark.parametrize("columns", [{}, {"sd": "accuracy_std", "n": "n"}])
@pytest.mark.parametrize("key", ["seed", "run"])
def test_rows_that_name_no_run_are_means_beside_runs(load, columns, key):
    found = load(beside_runs(key=key), **columns)
    made = analyse(found, DesignSpec())
    for dataset, mean, sd in (("A", 82.1, 0.5), ("B", 69.2, 0.6)):
        own = RUNS[dataset]
        (one,) = [d for d in made.decisions if d.scope == dataset]
        expected = scipy_stats.ttest_ind_from_stats(
            sum(own) / 5, scipy_stats.tstd(own), 5, mean, sd, 4, equal_var=False
        )
        assert abs(one.estimate) == pytest.approx(sum(own) / 5 - mean)
        assert one.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert f"rows without {key}" in said(found)
    assert "replicate of its own" not in said(found)


def test_means_beside_runs_without_a_spread_are_untested_and_repeated_ones_are_runs(load):
    found = load(beside_runs("bare,A,,81.0,,", "bare,B,,69.0,,", "base,A,,82.2,0.4,4"))
    made = analyse(found, DesignSpec())
    against = [d for d in made.decisions if "bare" in {d.a, d.b}]
    assert against
    assert all(d.p is None for d in against)
    (one,) = [d for d in made.decisions if d.scope == "A" and "bare" not in {d.a, d.b}]
    assert abs(one.estimate) == pytest.approx(sum(RUNS["A"]) / 5 - 82.15)
    assert sorted(one.n) == [2, 5]
    assert "2 numbers name no seed" in said(found)
