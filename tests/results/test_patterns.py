"""--path: what folders are called, and what happens where they are not called so."""

import json

import pytest


@pytest.fixture
def sweep(tmp_path):
    """Six runs in folders that say what they are, in no key=value form."""
    for dataset in ("digits", "wine"):
        for method, seed in (("lora", 0), ("lora", 1), ("full", 0)):
            folder = tmp_path / "sweep" / dataset / method / f"run{seed}"
            folder.mkdir(parents=True)
            (folder / "metrics.csv").write_text(f"step,accuracy\n1,0.{seed}5\n2,0.{seed}6\n")
    return tmp_path / "sweep"


def test_names_in_braces_are_roles(paperforge, sweep):
    said = paperforge("runs", "sweep", "--path", "{dataset}/{method}/run{seed}", "--format", "json")
    rows = json.loads(said.out)
    assert {(r["dataset"], r["method"], r["seed"]) for r in rows} == {
        (d, m, s)
        for d in ("digits", "wine")
        for m, s in (("lora", "0"), ("lora", "1"), ("full", "0"))
    }
    assert "seed 1 missing for full on digits, wine" in said.err
    assert sweep.is_dir()


def test_a_pattern_may_name_some_folders_and_other_words(paperforge, sweep):
    said = paperforge(
        "runs", "sweep", "--path", "{corpus_name}/{variant}/*", "--map", "variant=method",
        "--map", "corpus_name=dataset", "--format", "json",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert {r["method"] for r in json.loads(said.out)} == {"lora", "full"}
    assert {r["dataset"] for r in json.loads(said.out)} == {"digits", "wine"}
    assert sweep.is_dir()


def test_every_result_command_takes_a_pattern(paperforge, sweep):
    said = paperforge(
        "table", "sweep", "--path", "{dataset}/{method}/run{seed}", "--format", "text"
    )
    assert said.code == 0 and "lora" in said.out and "wine" in said.out
    (sweep.parent / "paper.toml").write_text(
        "[[sources]]\npath = 'sweep'\npattern = '{dataset}/{method}/run{seed}'\n"
    )
    assert paperforge("table", "--format", "text").out == said.out


def test_a_pattern_that_fits_nothing_is_an_error_with_a_path(paperforge, sweep):
    said = paperforge("runs", "sweep", "--path", "{method}/seed={seed}")
    assert said.code == 1
    assert "fits no path here; the first is 'digits/full/run0/metrics.csv'" in said.err
    file = sweep / "wine" / "full" / "run0" / "metrics.csv"
    said = paperforge("runs", file, "--path", "{method}/seed={seed}")
    assert said.code == 1 and "this is a file" in said.err and "name the folder" in said.err
