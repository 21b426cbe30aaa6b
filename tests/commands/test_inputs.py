"""Options that say what results are: --map, --path, --table, --final."""

from pathlib import Path

import pytest

from paperforge.commands.inputs import ResultOptions, project_of
from paperforge.errors import UsageError


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("{dataset/{method}", "a brace is opened or closed alone"),
        ("dataset}/{method}", "a brace is opened or closed alone"),
        ("{my method}/x", "{my method} is no name"),
        ("{model.name}/x", "{model.name} is no name"),
        ("a/b", "nothing in it is named"),
        ("", "nothing in it is named"),
        ("{}/*", "nothing in it is named"),
        ("{method}{seed}", "nothing tells where the parts of {method}{seed} end"),
        ("{method}/**", "nothing tells where the parts of ** end"),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_wrong_usage(paperforge, results_csv, pattern, says):
    said = paperforge("runs", results_csv, "--path", pattern)
    assert said.code == 2 and says in said.err and "--path" in said.err


def test_options_of_a_source(results_csv):
    options = ResultOptions(
        sources=(results_csv,), pattern=" {method}/*/seed={seed} ", table="t", final="best:f1"
    )
    project = project_of(options)
    assert project.sources[0].pattern == "{method}/*/seed={seed}"
    assert (project.sources[0].table, project.design.final) == ("t", "best:f1")


def test_options_change_what_a_paper_toml_says(tmp_path, results_csv):
    toml = tmp_path / "paper.toml"
    toml.write_text(
        "[[sources]]\npath = 'results.csv'\npattern = '{method}/*'\ntable = 'a'\n"
        "columns = { seed = 's' }\n[design]\nfinal = 'best'\n"
    )
    source, design = _loaded(toml)
    assert (source.pattern, source.table, design.final) == ("{method}/*", "a", "best")
    source, design = _loaded(toml, pattern="{dataset}/*", table="b", mapping=("m=method",))
    assert (source.pattern, source.table, design.final) == ("{dataset}/*", "b", "best")
    assert source.columns == {"seed": "s", "method": "m"}
    assert _loaded(toml, final="last")[1].final == "last"
    assert results_csv.exists()


def _loaded(toml: Path, **options):
    project = project_of(ResultOptions(sources=(toml,), **options))
    return project.sources[0], project.design


@pytest.mark.parametrize("final", ["max", "best:", "Last", "lats"])
def test_a_policy_that_is_none_is_wrong_usage(results_csv, final):
    with pytest.raises(UsageError, match="must be last, best, best:METRIC or summary"):
        project_of(ResultOptions(sources=(results_csv,), final=final))


def test_every_result_command_takes_them(paperforge):
    for command in ("runs", "table", "figure", "stats"):
        text = paperforge(command, "--help").out
        assert all(option in text for option in ("--map", "--path", "--table", "--final")), command


def test_two_columns_for_the_cluster_are_refused_with_the_one_to_keep(results_csv):
    both = ("hospital=cluster", "patient=cluster")
    options = ResultOptions(sources=(results_csv,), mapping=both)
    with pytest.raises(UsageError, match="two columns for cluster") as caught:
        project_of(options)
    assert "keep the coarser one" in (caught.value.hint or "")
