"""What is said of an option that there is not."""

import pytest


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("--longtable", "becomes several floats by itself: --float writes them all"),
        ("--resizebox", "--venue VENUE"),
        ("--siunitx", "aligned in plain cells"),
        ("--dataset", "--where dataset=NAME"),
        ("--zzqqzz", "paperforge schema"),
    ],
)
@pytest.mark.parametrize("command", ["table", "figure"])
def test_what_does_it_here_is_said(paperforge, command, option, hint):
    said = paperforge(command, "r.csv", option)
    assert said.code == 2
    assert f"No such option '{option}'" in said.err
    assert hint in said.err
    assert "Did you mean" not in said.err


def test_a_near_name_is_enough(paperforge):
    said = paperforge("table", "r.csv", "--flaot")
    assert "'--float'" in said.err
    assert "schema" not in said.err


def test_a_metric_of_a_paper_that_there_is_not_names_its_key(paperforge, tmp_path):
    (tmp_path / "r.csv").write_text("method,seed,accuracy\na,0,.5\na,1,.6\nb,0,.7\nb,1,.8\n")
    paper = 'title = "T"\nresults = "r.csv"\n[metrics.{}]\nlabel = "Acc"\n'
    (tmp_path / "paper.toml").write_text(paper.format("acuracy"))
    said = paperforge("table", ".")
    assert said.code == 1
    assert "did you mean 'accuracy'? In paper.toml that is [metrics.accuracy]" in said.err
    (tmp_path / "paper.toml").write_text(paper.format("foo"))
    said = paperforge("table", ".")
    assert said.code == 0
    assert "there is: accuracy; [metrics.NAME] of paper.toml takes one of these" in said.err
