"""Runs that name their method in different places: a config, a tag, the folder."""

import json

from paperforge.spec import TIDY_COLUMNS


def test_a_folder_names_what_a_config_does_not(paperforge, tmp_path):
    for name, config in (("method=a,seed=1", {"method": "x"}), ("method=b,seed=2", None)):
        folder = tmp_path / "logs" / name
        folder.mkdir(parents=True)
        (folder / "metrics.jsonl").write_text('{"step": 0, "accuracy": 0.5}\n')
        if config:
            (folder / "config.json").write_text(json.dumps(config))
    said = paperforge("runs", "logs", "--format", "json")
    rows = json.loads(said.out)
    assert [(row["method"], row["seed"]) for row in rows] == [("x", "1"), ("b", "2")]
    assert "method" in said.err
    assert list(rows[0]) == list(TIDY_COLUMNS)


def test_saved_guesses_of_such_a_role_are_read_again(paperforge, tmp_path):
    (tmp_path / "r.csv").write_text(
        "run,params.model,tags.model,seed,accuracy\nr1,a,,0,0.1\nr2,,b,0,0.2\nr3,a,c,1,0.3\n"
    )
    first = paperforge("runs", "r.csv", "--format", "csv", "--save")
    assert "method <- params.model or tags.model" in first.err
    assert [line.split(",")[1] for line in first.out.splitlines()[1:]] == ["a", "b", "a"]
    assert 'method = "params.model or tags.model"' in (tmp_path / "paper.toml").read_text()
    assert paperforge("runs", "--format", "csv").out == first.out
