"""paperforge reproduce: published values on real files, in every form."""

import json

import pytest

PUBLISHED = """\
metric = "accuracy"
cite = "hu2022lora"

[[quoted]]
method = "Ours"
dataset = "alpha"
value = 0.90

[[quoted]]
method = "base"
dataset = "alpha"
value = "0.805 ± 0.005"
kind = "sd"
n = 5

[[quoted]]
method = "near"
dataset = "alpha"
value = 0.95

[[quoted]]
method = "near"
dataset = "gamma"
value = 0.95
"""


@pytest.fixture
def published(tmp_path):
    path = tmp_path / "published.toml"
    path.write_text(PUBLISHED)
    return path


def test_each_value_has_its_verdict(paperforge, published, results_csv):
    said = paperforge("reproduce", published, results_csv, "--format", "json")
    assert said.code == 0, said.err
    report = json.loads(said.out)
    verdicts = [one["verdict"] for one in report["values"]]
    assert verdicts == ["within rounding", "within interval", "different", "not reproduced"]
    first, second, third, last = report["values"]
    assert first["published"]["decimals"] == 2
    assert (first["method"], first["reproduced"]["n"]) == ("ours", 5)
    assert second["interval"]["kind"] == "Welch interval of the difference"
    assert second["interval"]["low"] < 0.805 < second["interval"]["high"]
    assert third["interval"]["high"] < 0.95 and third["p"] < 0.05
    assert last["reproduced"] is None and last["reason"] == "no run"
    assert "published.toml line 21: no run gives accuracy, near, gamma" in said.err
    assert report["sentence"] == (
        "Of 4 published values (hu2022lora), 1 agrees within its rounding, 1 lies within the 95% "
        "interval, 1 differs and 1 was not reproduced."
    )


def test_text_opens_with_the_sentence(paperforge, published, results_csv):
    said = paperforge("reproduce", published, results_csv)
    lines = said.out.splitlines()
    assert lines[0].startswith("Of 4 published values (hu2022lora)")
    (row,) = [line for line in lines if line.startswith("Ours, alpha")]
    assert "0.90" in row and row.endswith("within rounding")


def test_markdown(paperforge, published, results_csv):
    said = paperforge("reproduce", published, results_csv, "--format", "markdown")
    assert said.out.startswith("| Result | Published | Reproduced | n | 95% interval | Verdict |")


@pytest.mark.tex
def test_latex_compiles(paperforge, published, results_csv, pdflatex):
    said = paperforge("reproduce", published, results_csv, "--format", "latex")
    text = pdflatex(said.out)
    assert "within rounding" in text and "not reproduced" in text


def test_it_is_written_to_a_file_and_never_over_the_published_values(
    paperforge, published, results_csv, tmp_path
):
    assert paperforge("reproduce", published, results_csv, "-o", "out.md").code == 0
    assert (tmp_path / "out.md").read_text().startswith("Of 4 published")
    said = paperforge("reproduce", published, results_csv, "-o", published)
    assert said.code == 2 and published.read_text() == PUBLISHED


def test_csv_with_names_written_otherwise_and_per_cent(paperforge, results_csv, tmp_path):
    rows = (
        "method,dataset,metric,value,cite\nOURS,Alpha,acc,90.0%,x2020\nbase,BETA,Acc.,78%,x2020\n"
    )
    (tmp_path / "p.csv").write_text(rows)
    for unit in ((), ("--unit", "accuracy=%")):
        said = paperforge("reproduce", "p.csv", results_csv, "--format", "json", *unit)
        values = json.loads(said.out)["values"]
        assert [one["verdict"] for one in values] == ["within rounding"] * 2, values


def test_another_unit_is_a_warning(paperforge, results_csv, tmp_path):
    (tmp_path / "p.csv").write_text(
        "method,dataset,metric,value,cite\nours,alpha,accuracy,90.0,x\n"
    )
    said = paperforge("reproduce", "p.csv", results_csv)
    assert "another unit?" in said.err and "--unit accuracy=%" in said.err


def test_a_spread_that_says_too_little_is_not_used(paperforge, results_csv, tmp_path):
    (tmp_path / "p.csv").write_text(
        "method,dataset,metric,value,cite\nours,alpha,accuracy,0.895 ± 0.01,x\n"
    )
    said = paperforge("reproduce", "p.csv", results_csv, "--format", "json")
    (one,) = json.loads(said.out)["values"]
    assert one["interval"]["kind"].startswith("prediction interval")
    assert "only where its kind" in said.err


@pytest.mark.parametrize(
    ("kind", "spread"), [("sd", 0.02), ("se", 0.02 / 5**0.5), ("ci", 0.02 / 5**0.5 * 2.7764451)]
)
def test_every_kind_of_spread_means_the_same(paperforge, results_csv, tmp_path, kind, spread):
    (tmp_path / "p.csv").write_text(
        "method,dataset,metric,value,spread,kind,n,cite\n"
        f"ours,alpha,accuracy,0.880,{spread:.9f},{kind},5,x\n"
    )
    said = paperforge("reproduce", "p.csv", results_csv, "--format", "json")
    (one,) = json.loads(said.out)["values"]
    assert one["df"] == pytest.approx(4.79, abs=0.01)


def test_the_papers_own_quoted_values_are_not_their_own_reproduction(
    paperforge, published, results_csv, tmp_path
):
    (tmp_path / "paper.toml").write_text('results = ["results.csv", "published.toml"]\n')
    said = paperforge("reproduce", published, "--format", "json")
    verdicts = [one["verdict"] for one in json.loads(said.out)["values"]]
    assert verdicts[-1] == "not reproduced"
    (tmp_path / "paper.toml").write_text('results = "published.toml"\n')
    said = paperforge("reproduce", published)
    assert said.code == 1 and "no runs to compare with" in said.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("method,seed,accuracy\na,0,0.5\n", "holds no published values"),
        ("method,metric,value,cite\na,accuracy,about 9,x\n", "is not a number"),
        ("method,metric,value,cite\na,accuracy,n/a,x\n", "has no published number"),
        ("method,metric,value,cite\na,accuracy,0.5,\n", "has no cite"),
        ("method,metric,value\na,accuracy,0.5\n", "it has no column cite\n  add a column cite"),
        ("method,value,cite\na,0.5,x\n", "it has no column metric"),
    ],
)
def test_what_is_wrong_with_published_values(paperforge, results_csv, tmp_path, text, said):
    (tmp_path / "p.csv").write_text(text)
    heard = paperforge("reproduce", "p.csv", results_csv)
    assert heard.code == 1 and said in heard.err


def test_every_row_says_what_its_interval_is_of(paperforge, published, results_csv):
    said = paperforge("reproduce", published, results_csv)
    lines = said.out.splitlines()
    keys = {line.split(", ")[0]: line for line in lines if ", alpha" in line}
    assert "] a" in keys["Ours"] and "] b" in keys["base"] and "] a" in keys["near"]
    assert "a: prediction interval of a run." in lines
    assert "b: Welch interval of the difference." in lines
    assert all(len(line) <= 100 for line in lines)
