"""A law against a column of sizes: the sizes stand for the datasets where methods are run at all.

The data are made of one law, loss = 1.7 + 300 n^-0.4, with a little of each seed's own noise.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from paperforge.figures import audit

SIZES = (10**6, 10**7, 10**8, 10**9, 10**10)
FACTOR = {"dense": 300.0, "moe": 200.0}


def write(path, column, *, seeds=3, datasets=("",), family=False, head=("method", "seed")):
    """A row a method, size and seed, as people write it."""
    rows = [
        {
            "method": f"{method}-{n // 10**6}M" if family else method,
            "dataset": dataset,
            column: n,
            "seed": seed,
            "loss": f"{1.7 + k + factor * n**-0.4 + (seed * 7 % 3 - 1) * 1e-3:.5f}",
        }
        for k, dataset in enumerate(datasets)
        for method, factor in FACTOR.items()
        for n in SIZES
        for seed in range(seeds)
    ]
    names = [*head, *(["dataset"] if len(datasets) > 1 else []), column, "loss"]
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, names, extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)


def data():
    """The drawn numbers."""
    return list(csv.DictReader(Path("f.csv").read_text(encoding="utf-8").splitlines()))


def law(paperforge, *more):
    """The command's answer, the drawn laws' alphas and the sizes of the points."""
    said = paperforge(
        "figure", "r.csv", "--kind", "scaling", "-o", "f.pdf", "--data", "f.csv", *more
    )
    assert said.code == 0, said.err
    assert "contradictory" not in said.err
    rows = data()
    (column,) = {*rows[0]} - {
        "metric",
        "series",
        "what",
        "method",
        "value",
        "low",
        "high",
        "dataset",
    }
    alphas = [float(row["value"]) for row in rows if row["what"] == "alpha"]
    sizes = [float(row[column]) for row in rows if row["what"] == "point"]
    return said, alphas, sizes


@pytest.mark.parametrize(
    ("column", "label"),
    [("params", "Parameters"), ("tokens", "Tokens"), ("flops", "FLOPs"), ("n", "n"), ("train_size", "Train size")],
)  # fmt: skip
@pytest.mark.parametrize("named", [("--metric", "loss"), ()])
def test_every_size_is_drawn_and_the_axis_has_the_columns_name(
    paperforge, tmp_path, column, label, named
):
    write(tmp_path / "r.csv", column)
    said, alphas, sizes = law(paperforge, "--x", column, *named)
    assert f"dataset <- {column}" in said.err
    assert alphas == pytest.approx([0.4, 0.4], abs=0.02)
    assert sizes == [*SIZES, *SIZES]
    texts = audit.inspect((tmp_path / "f.pdf").read_bytes()).texts
    assert label in {text.text for text in texts}


@pytest.mark.parametrize("seeds", [1, 3])
def test_without_a_column_of_seeds_too(paperforge, tmp_path, seeds):
    write(tmp_path / "r.csv", "params", seeds=seeds, head=("method",))
    _, alphas, sizes = law(paperforge, "--x", "params")
    assert alphas == pytest.approx([0.4, 0.4], abs=0.02)
    assert len(sizes) == 2 * len(SIZES)


def test_a_size_that_a_method_has_once_stays_a_metric(paperforge, tmp_path):
    write(tmp_path / "r.csv", "params", family=True)
    said, alphas, _ = law(paperforge, "--x", "params")
    assert "dataset <-" not in said.err
    assert "one series, by the names: dense-1M, dense-10M" in said.err
    assert alphas == pytest.approx([0.4, 0.4], abs=0.02)


def test_what_runs_without_seeds_took_is_no_size(paperforge, tmp_path):
    text = "method,latency_ms,loss\n" + "".join(
        f"{m},{10 + k + s / 10},{2 - k / 9 + s / 99}\n"
        for k, m in enumerate("abcd")
        for s in range(4)
    )
    (tmp_path / "r.csv").write_text(text)
    said = paperforge("figure", "r.csv", "--kind", "scaling", "--x", "latency_ms", "-o", "f.pdf")
    assert said.code == 0, said.err
    assert "dataset <-" not in said.err


def test_each_of_several_datasets_has_a_panel(paperforge, tmp_path):
    """Their laws differ: what cannot be learnt is 1.7 here and 2.7 there."""
    write(tmp_path / "r.csv", "params", datasets=("wikitext2", "Pile"))
    said, alphas, sizes = law(paperforge, "--x", "params")
    assert "dataset <- dataset at params" in said.err
    assert alphas == pytest.approx([0.4] * 4, abs=0.02)
    assert sizes == [*SIZES] * 4
    assert "A panel a dataset" in said.err
    floors = [row for row in data() if row["what"] == "E"]
    assert [(row["series"], row["dataset"]) for row in floors] == [
        ("dense", "wikitext2"), ("dense", "Pile"), ("moe", "wikitext2"), ("moe", "Pile")
    ]  # fmt: skip
    assert [float(row["value"]) for row in floors] == pytest.approx([1.7, 2.7] * 2, abs=0.02)
    texts = [t.text for t in audit.inspect((tmp_path / "f.pdf").read_bytes()).texts]
    assert {"wikitext2", "Pile", "dense", "moe"} <= set(texts)
    assert texts.count("dense") == 1


def test_one_of_several_datasets_is_drawn_where_it_is_asked_for(paperforge, tmp_path):
    write(tmp_path / "r.csv", "params", datasets=("wikitext2", "Pile"))
    _, alphas, sizes = law(paperforge, "--x", "params", "--where", "dataset=Pile")
    assert alphas == pytest.approx([0.4, 0.4], abs=0.02)
    assert sizes == [*SIZES, *SIZES]
    floors = [float(row["value"]) for row in data() if row["what"] == "E"]
    assert floors == pytest.approx([2.7, 2.7], abs=0.02)


def test_several_datasets_are_the_same_in_a_saved_paper(paperforge, tmp_path):
    write(tmp_path / "r.csv", "params", datasets=("C4", "Pile"))
    law(paperforge, "--x", "params", "--save")
    again = paperforge("figure", ".", "--kind", "scaling", "--x", "params", "-o", "f.pdf")
    assert again.code == 0, again.err
    assert "A panel a dataset" in again.err


def test_labels_of_a_paper_reach_the_axis_and_the_panels(paperforge, tmp_path):
    write(tmp_path / "r.csv", "params", datasets=("C4", "Pile"))
    (tmp_path / "paper.toml").write_text(
        'title = "T"\nresults = "r.csv"\n[metrics.params]\nlabel = "Weights"\n'
        '[datasets.C4]\nlabel = "Common Crawl"\n'
    )
    for _ in "read", "kept":
        said = paperforge("figure", ".", "--kind", "scaling", "--x", "params", "-o", "f.pdf")
        assert said.code == 0, said.err
        assert "has no results" not in said.err
        assert "dense on Common Crawl: α" in said.err
        texts = {t.text for t in audit.inspect((tmp_path / "f.pdf").read_bytes()).texts}
        assert {"Weights", "Common Crawl", "Pile"} <= texts
        assert "Parameters" not in texts


def test_points_that_are_averages_say_so(paperforge, tmp_path):
    """A size that each method has once is a metric: its points are over the datasets."""
    write(tmp_path / "r.csv", "params", datasets=("C4", "Pile"), family=True)
    said, _, _ = law(paperforge, "--x", "params")
    assert "Points: means over the 2 datasets" in said.err


def test_sizes_without_a_method_are_refused_with_what_to_do(paperforge, tmp_path):
    (tmp_path / "r.csv").write_text(
        "params,seed,loss\n1000,0,2.1\n2000,0,1.9\n1000,1,2.2\n2000,1,1.8\n"
    )
    refused = paperforge("figure", "r.csv", "--kind", "scaling", "--x", "params")
    assert refused.code == 1
    assert 'add a column "method"' in refused.err


def test_a_saved_paper_draws_the_same_and_a_mapped_column_names_its_axis(paperforge, tmp_path):
    write(tmp_path / "r.csv", "params")
    first = (
        "figure",
        "r.csv",
        "--kind",
        "scaling",
        "--x",
        "params",
        "-o",
        "a.pdf",
        "--save",
        "paper.toml",
    )
    assert paperforge(*first).code == 0
    again = paperforge("figure", "paper.toml", "--name", "scaling", "-o", "b.pdf")
    assert again.code == 0, again.err
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    mapped = (
        "figure",
        "r.csv",
        "--kind",
        "scaling",
        "--x",
        "dataset",
        "--map",
        "params=dataset",
        "-o",
        "c.pdf",
    )
    assert paperforge(*mapped).code == 0
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "c.pdf").read_bytes()
