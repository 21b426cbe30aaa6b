"""paperforge reproduce: published values on real files, in every form."""

import json

import pytest
from scipy.special import stdtrit

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
    assert second["interval"]["kind"] == "published values that would not differ (Welch)"
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


def values_of(paperforge, tmp_path, rows, *more):
    (tmp_path / "p.csv").write_text(f"method,dataset,metric,value,cite\n{rows}")
    said = paperforge("reproduce", "p.csv", *more, "--format", "json")
    assert said.code == 0, said.err
    return json.loads(said.out)["values"], said.err


def test_another_unit_is_read_as_ours_and_said(paperforge, results_csv, tmp_path):
    """They were "different", beside a question about the unit."""
    rows = "ours,alpha,accuracy,90.0,x\nbase,beta,accuracy,78,x\n"
    values, said = values_of(paperforge, tmp_path, rows, results_csv)
    assert [one["verdict"] for one in values] == ["within rounding"] * 2
    assert values[0]["published"]["value"] == pytest.approx(0.9)
    assert values[0]["published"]["decimals"] == 3
    assert "published in per cent" in said and "--unit accuracy=%" in said
    rows = "ours,alpha,accuracy,0.900,x\nbase,beta,accuracy,78.0,y\n"  # each paper its own
    values, said = values_of(paperforge, tmp_path, rows, results_csv, "--unit", "accuracy=%")
    assert [one["verdict"] for one in values] == ["within rounding"] * 2
    assert values[0]["published"]["value"] == pytest.approx(90)
    assert values[0]["published"]["decimals"] == 1
    assert "published in fractions" in said


def test_a_hundredfold_failure_is_no_other_unit(paperforge, results_csv, tmp_path):
    """.5 against 90 may be 50 % or half a per cent: nothing says so, and both are different."""
    values, said = values_of(
        paperforge, tmp_path, "ours,alpha,accuracy,0.5,x\n", results_csv, "--unit", "accuracy=%"
    )
    assert values[0]["verdict"] == "different" and values[0]["published"]["value"] == 0.5
    assert "another unit?" in said


def test_a_published_average_is_compared_with_the_average(paperforge, tmp_path):
    """Papers print one; "no run gives accuracy, x" was the answer."""
    runs = {
        ("x", "d1"): (1.0, 2.0, 4.5), ("x", "d2"): (7.0, 7.5, 9.0, 11.0), ("y", "d1"): (1.0, 2.0),
    }  # fmt: skip
    lines = [f"{m},{d},{i},{v}" for (m, d), row in runs.items() for i, v in enumerate(row)]
    (tmp_path / "runs.csv").write_text("method,dataset,seed,score\n" + "\n".join(lines) + "\n")
    for name in ("", "Avg.", "average"):
        rows = f"x,{name},score,6.1,p\nx,{name},score,40,p\ny,{name},score,6.1,p\n"
        (one, far, hole), said = values_of(paperforge, tmp_path, rows, "runs.csv")
        assert hole["verdict"] == "not reproduced"
        assert "an average takes runs on all 2 datasets" in said
        assert (one["verdict"], far["verdict"]) == ("within interval", "different")
        # variances of a further run on each dataset and of the means, over four; Satterthwaite
        a, b = 3.25 * (1 + 1 / 3) / 4, 3.2291666667 * (1 + 1 / 4) / 4
        assert one["reproduced"]["mean"] == pytest.approx((2.5 + 8.625) / 2)
        assert one["df"] == pytest.approx((a + b) ** 2 / (a**2 / 2 + b**2 / 3))
        half = (one["interval"]["high"] - one["interval"]["low"]) / 2
        assert half == pytest.approx(stdtrit(one["df"], 0.975) * (a + b) ** 0.5 + 0.05)


def test_names_in_other_spelling_are_found_and_others_listed(paperforge, tmp_path):
    (tmp_path / "runs.csv").write_text(
        "method,dataset,seed,score\nLoRA r8,sst2,0,1.0\nLoRA r8,sst2,1,2.0\n"
    )
    rows = "lora-r8,SST-2,score,1.5,p\nlora,sst2,score,1.5,p\n"
    (found, other), said = values_of(paperforge, tmp_path, rows, "runs.csv")
    assert (found["verdict"], other["verdict"]) == ("within rounding", "not reproduced")
    assert "methods of the runs: LoRA r8" in said


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
    assert "b: published values that would not differ (Welch)." in lines
    assert all(len(line) <= 100 for line in lines)


def test_what_was_taken_for_granted_is_said(paperforge, tmp_path):
    """A published interval is a t interval, and chance alone puts 1 in 20 outside of its own."""
    rows = [f"a,d,{seed},{0.8 + seed / 100}" for seed in range(4)]
    rows += [f"b,d,{seed},{0.7 + seed / 100}" for seed in range(4)]
    (tmp_path / "runs.csv").write_text("\n".join(["method,dataset,seed,accuracy", *rows]))
    head = "method,dataset,metric,value,spread,kind,n,cite"
    quoted = [head, "a,d,accuracy,0.84,0.02,ci,5,x2020", "b,d,accuracy,0.72,0.02,sd,5,x2020"]
    (tmp_path / "theirs.csv").write_text("\n".join(quoted))
    said = " ".join(paperforge("reproduce", "theirs.csv", "runs.csv").out.split())
    assert "A published interval (ci) is taken for a t interval over its n runs." in said
    assert "About 1 in 20 honest reproductions lie outside a 95% interval by chance" in said
    assert "of 2 independent ones some do so in 10%" in said
    assert "half a unit of the last digit that is published" in said
    (tmp_path / "theirs.csv").write_text("\n".join([head, quoted[2]]))
    said = paperforge("reproduce", "theirs.csv", "runs.csv").out
    assert "t interval" not in said
    assert "independent" not in said


def test_a_value_without_a_run_is_in_the_unit_of_its_papers_others(paperforge, tmp_path):
    """72 per cent among values that are read as fractions is 0.72, though no run gives it."""
    runs = [
        f"{m},A,{i},{v + i / 1000}" for m, v in (("ours", 0.9), ("base", 0.8)) for i in range(4)
    ]
    (tmp_path / "r.csv").write_text("\n".join(["method,dataset,seed,accuracy", *runs]))
    rows = ["ours,A,accuracy,90.2,x", "base,A,accuracy,80.1,x", "other,A,accuracy,72,x"]
    (tmp_path / "p.csv").write_text("\n".join(["method,dataset,metric,value,cite", *rows]))
    said = paperforge("reproduce", tmp_path / "p.csv", tmp_path / "r.csv", "--format", "json")
    values = [one["published"]["value"] for one in json.loads(said.out)["values"]]
    assert values == pytest.approx([0.902, 0.801, 0.72])


@pytest.mark.parametrize("mixed", [True, False])
def test_what_a_published_spread_is_stands_beside_it(paperforge, results_csv, tmp_path, mixed):
    """A column of ± was of deviations and of standard errors, and nothing said which."""
    kind = "se" if mixed else "sd"
    (tmp_path / "pub.csv").write_text(
        "method,dataset,metric,value,cite,spread,kind,n\n"
        "ours,alpha,accuracy,0.90,a2020,0.02,sd,5\n"
        f"base,alpha,accuracy,0.80,a2020,0.01,{kind},3\n"
        "near,alpha,accuracy,0.80,a2020,,,\n"
    )
    said = paperforge("reproduce", "pub.csv", results_csv)
    assert said.code == 0, said.err
    deviation = "standard deviation of its runs"
    note = f"sd, {deviation}; se, standard error." if mixed else f"{deviation}."
    assert f"± behind a published value: {note}" in " ".join(said.out.split())
    row = {
        line.split(",")[0]: line.split()[2:]
        for line in said.out.splitlines()
        if line.split(",")[0] in {"ours", "base", "near"}
    }
    kinds = {"ours": ["sd"], "base": ["se"]} if mixed else {"ours": [], "base": []}
    for method, value in (("ours", ["0.90", "±", "0.02"]), ("base", ["0.80", "±", "0.01"])):
        assert row[method][: 3 + mixed] == [*value, *kinds[method]]
    assert row["near"][: 1 + mixed] == ["0.80", *["–"] * mixed]
