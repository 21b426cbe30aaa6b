"""What can be done about a comparison of which nothing could be said."""

import json

import pytest

from paperforge import narrative, results
from paperforge.commands import analysis_json
from paperforge.spec import DesignSpec, Project, Source, Unit
from paperforge.stats import analyse

HEAD = {"seed": "method,dataset,seed,acc", "example": "method,example_id,correct"}


def report(tmp_path, text, **declared):
    (tmp_path / "r.csv").write_text(text)
    found = results.load([Source(tmp_path / "r.csv", "r.csv", {})], Project(root=tmp_path))
    return narrative.report.text(analyse(found, DesignSpec(**declared)), 10_000)


def answers(right_a, right_b, n=6):
    rows = [f"a,{i},{int(i in right_a)}\nb,{i},{int(i in right_b)}" for i in range(n)]
    return "\n".join([HEAD["example"], *rows])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,d,0,.5\nb,d,0,.6\nb,d,1,.7", "Run a second seed, better three or more, of a"),
        ("a,d,0,.5\na,d,1,.5\nb,d,0,.5\nb,d,1,.5", "Check that a and b are two methods"),
        ("a,d,0,.5\na,d,1,.5\nb,d,0,.6\nb,d,1,.6", "Give the scores of a and b with more decimals"),
        ("a,d,0,.5\na,d,1,.6\na,e,0,.5\nb,d,0,.6\nb,d,1,.6", "Run what is missing (not run on e"),
    ],
)
def test_seeds(tmp_path, rows, said):
    text = report(tmp_path, f"{HEAD['seed']}\n{rows}")
    assert said in text.split("\nNext\n")[1]


def test_one_number_a_cell(tmp_path):
    rows = [f"{m},d{i},{0.5 + i / 100}" for m in ("a", "b") for i in range(6)]
    said = report(tmp_path, "\n".join(["method,dataset,accuracy", *rows]))
    assert "give a row a run with its seed" in said
    assert "--replicate dataset takes the 6 as a sample" in said


@pytest.mark.parametrize(("mcnemar", "least"), [("mid-p", 5), ("exact", 6)])
def test_so_many_discordant_examples_are_enough(tmp_path, mcnemar, least):
    """And one less is not: the analysis itself agrees."""
    said = report(tmp_path, answers({0}, {0, 1, 2}), mcnemar=mcnemar)
    assert f"it takes {least} at least that only one of the two has right" in said
    enough = report(tmp_path, answers(set(), set(range(least)), 9), mcnemar=mcnemar)
    short = report(tmp_path, answers(set(), set(range(least - 1)), 9), mcnemar=mcnemar)
    assert "\nNext\n" not in enough
    assert "b is better than a" in enough
    assert "\nNext\n" in short


@pytest.mark.parametrize(("methods", "least"), [("ab", 6), ("abcd", 8)])
def test_so_many_datasets_are_enough(tmp_path, methods, least):
    def table(n):
        rows = [
            f"{m},d{i},{k + i / 7 + (i * 3 + k) % 5 / 99}"
            for k, m in enumerate(methods)
            for i in range(n)
        ]
        return "\n".join(["method,dataset,accuracy", *rows])

    said = report(tmp_path, table(least - 1), replicate=Unit.DATASET)
    assert f"Add datasets: it takes {least} at least" in said
    assert ("fewer comparisons" in said) == (len(methods) > 2)
    assert "\nNext\n" not in report(tmp_path, table(least), replicate=Unit.DATASET)


def test_one_method_and_what_a_paper_gets(tmp_path):
    text = "method,seed,acc\na,0,.5\na,1,.6"
    assert "Add the rows of another one" in report(tmp_path, text)
    (tmp_path / "r.csv").write_text("method,acc\na,.5\nb,.6")
    found = results.load([Source(tmp_path / "r.csv", "r.csv", {})], Project(root=tmp_path))
    made = analyse(found, DesignSpec())
    (line,) = [x for x in narrative.report.latex(made).splitlines() if "give a row a run" in x]
    assert line.startswith("% Next: ")  # a comment: the page does not have it
    (todo,) = json.loads(analysis_json.render(made))["next"]
    assert "give a row a run with its seed" in todo
    assert f"## Next\n\n- {todo}\n" in narrative.report.markdown(made)


def test_where_all_can_be_tested_next_is_an_empty_list(tmp_path):
    rows = [f"{m},d,{s},{0.5 + (s * k) % 7 / 100}" for k, m in enumerate("ab") for s in range(4)]
    (tmp_path / "r.csv").write_text("\n".join([HEAD["seed"], *rows]))
    found = results.load([Source(tmp_path / "r.csv", "r.csv", {})], Project(root=tmp_path))
    made = analyse(found, DesignSpec())
    assert json.loads(analysis_json.render(made))["next"] == []
    assert "% Next" not in narrative.report.latex(made)


def test_there_is_no_legend_of_columns_that_are_not_there(tmp_path):
    rows = [f"{m},d{i},{0.5 + i / 100}" for m in "abcd" for i in range(12)]
    said = report(tmp_path, "\n".join(["method,dataset,accuracy", *rows]))
    assert "Lowest" in said
    assert "holds 0" not in said
    rows = [
        f"{m},d{i},{s},{0.5 + (i + s * k) % 7 / 100}"
        for k, m in enumerate("abcd")
        for i in range(12)
        for s in range(3)
    ]
    assert "Above, below, holds 0: datasets by" in report(
        tmp_path, "\n".join([HEAD["seed"], *rows])
    )


def test_a_bound_is_not_said_to_be_robust(tmp_path):
    from paperforge.stats.fragile import fragile

    (tmp_path / "r.csv").write_text("method,accuracy,n_test\na,0.812,500\nb,0.846,500")
    found = results.load([Source(tmp_path / "r.csv", "r.csv", {})], Project(root=tmp_path))
    analysis = analyse(found, DesignSpec())
    (passage,) = narrative.robust.fragility(analysis, fragile(found, DesignSpec(), analysis))
    assert "no single" not in passage.lines[0]
    assert "the least favourable ones: p is anything from below .001" in passage.lines[0]
