"""What pictures say in words: precise by the values, with units, and why a number is missing."""

from __future__ import annotations

import csv

import pytest

ROWS = "method,dataset,seed,accuracy,latency_ms\n" + "".join(
    f"{m},{d},{s},{mean + (s * 7 % 5 - 2) * 0.006:.5f},{cost + s / 9:.4f}\n"
    for m, mean, cost in (("base", 0.71, 3.1), ("lora", 0.7348312, 9.4), ("ours", 0.79, 27.0))
    for d in ("x", "y", "z")
    for s in range(5)
    if (m, d) != ("lora", "z")
)


def drawn(paperforge, tmp_path, text, kind, *more):
    """Rows of the data, and the alt text of a build."""
    (tmp_path / "r.csv").write_text(text)
    said = paperforge("figure", "r.csv", "--kind", kind, *more, "-o", "f.pdf", "--data", "f.csv")
    assert said.code == 0, said.err
    return said, list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))


@pytest.fixture
def alt(tmp_path):
    """The alt text of a figure of the results in r.csv."""

    def told(kind, metric, x="", text=ROWS):
        from paperforge import figures, pipeline
        from paperforge.spec import FigureSpec, Project, Source

        (tmp_path / "r.csv").write_text(text)
        spec = FigureSpec("f", kind, metric, x=x)
        project = Project(tmp_path, sources=(Source(tmp_path / "r.csv", "r.csv"),), figures=(spec,))
        analysis = pipeline.analyse(pipeline.load(project), project)
        return figures.draw(spec, analysis).alt

    return told


@pytest.mark.parametrize("kind", ["intervals", "bars"])
def test_an_average_over_some_datasets_is_incomplete_not_unrun(paperforge, tmp_path, kind, alt):
    _, rows = drawn(paperforge, tmp_path, ROWS, kind, "--metric", "accuracy")
    missing = {r["dataset"]: r["missing"] for r in rows if r["method"] == "lora" and r["missing"]}
    assert missing == {"z": "not run", "": "incomplete"}
    text = alt(kind, "accuracy")
    assert "lora not run" in text
    assert "lora incomplete" in text


def test_pareto_has_units_and_the_precision_of_its_intervals(alt):
    text = alt("pareto", "accuracy", x="latency_ms")
    assert text.startswith("Accuracy against Latency in ms for 3 methods.")
    assert "base (3.32, 0.7100), ours (27.2, 0.7900)." in text


@pytest.mark.parametrize("kind", ["intervals", "distributions"])
def test_small_values_are_said_in_powers_of_ten(kind, alt):
    text = alt(
        kind,
        "loss",
        text="method,dataset,seed,loss\n"
        + "".join(
            f"{m},d,{s},{v * (1 + s / 50):.4g}\n"
            for m, v in (("a", 9.8e-7), ("b", 3e-2))
            for s in range(4)
        ),
    )
    assert "×10⁻" in text
    assert "0.000001" not in text
    assert "0.000000" not in text


def test_a_method_whose_values_are_all_nan_keeps_its_row(paperforge, tmp_path, alt):
    text = "method,dataset,seed,reward\n" + "".join(
        f"{m},u,{s},{'nan' if m == 'c' else k + s / 3}\n"
        for k, m in enumerate("abc")
        for s in range(4)
    )
    _, rows = drawn(paperforge, tmp_path, text, "distributions")
    assert [(r["value"], r["missing"]) for r in rows if r["method"] == "c"] == [("", "not finite")]
    assert all(r["value"] and not r["missing"] for r in rows if r["method"] != "c")
    assert "c not finite" in alt("distributions", "reward", text=text)


def test_methods_of_which_only_means_are_known_are_named(paperforge, tmp_path):
    text = "method,dataset,seed,accuracy\n" + "".join(
        f"{m},u,{s},{0.5 + s / 900}\n" for m, n in (("few", 5), ("many", 220)) for s in range(n)
    )
    said, rows = drawn(paperforge, tmp_path, text, "distributions")
    assert {r["method"] for r in rows} == {"few"}
    assert "not drawn, for want of single runs: many" in said.err
