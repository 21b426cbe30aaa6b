"""Numbers quoted from papers: their decimals, their ±, their citation; beside our own."""

import re
from dataclasses import replace

import pytest

from paperforge import tables
from paperforge.latex import columns
from paperforge.latex.columns import rule_of
from paperforge.latex.rounding import Rounding
from paperforge.model import Missing, Quote
from paperforge.spec import TableSpec


@pytest.fixture
def mixed(make):
    """Ours, one row quoted whole with two kinds of ±, one from two papers."""
    quotes = {
        ("bitfit", "x"): (88.1, Quote(0.2, "se", 5, 2, "zaken2022")),
        ("bitfit", "y"): (91.5, Quote(None, "", 0, 1, "zaken2022")),
        ("lora", "x"): (90.3, Quote(None, "", 0, 1, "hu2022,b")),
        ("lora", "y"): (91.0, Quote(0.3, "ci90", 3, 1, "other:23")),
    }
    cells = [make.aggregate("accuracy", "ours", d, 90.32 + i, 0.52) for i, d in enumerate("xy")]
    cells += [
        make.aggregate("accuracy", m, d, mean, None, 1, quoted=quote)
        for (m, d), (mean, quote) in quotes.items()
    ]
    cells += [make.aggregate("accuracy", m, None, 90.0, None, 1) for m in ("bitfit", "lora")]
    cells.append(make.aggregate("accuracy", "ours", None, 90.82, 0.4))
    return make.analysis(cells, ["ours", "bitfit", "lora"], datasets="xy")


def test_a_quoted_number_keeps_its_decimals_and_its_spread(mixed):
    table = tables.arrange(mixed)
    printed = [[(c.printed, c.printed_spread) for c in row.cells[:2]] for row in table.rows]
    assert printed == [
        [("90.3", "0.5"), ("91.3", "0.5")],
        [("88.10", "0.20"), ("91.5", "")],
        [("90.3", ""), ("91.0", "0.3")],
    ]
    assert [[c.cite for c in row.cells] for row in table.rows[1:]] == [
        ["zaken2022", "zaken2022", ""],
        ["hu2022,b", "other:23", ""],
    ]


def test_what_is_said_of_them(mixed):
    table = tables.arrange(mixed)
    assert [row.cite for row in table.rows] == ["", "zaken2022", ""]
    said = [f"{n.symbol} {n.text}".strip() for n in table.notes]
    assert (
        said[0]
        == "Mean ± standard deviation over 10 seeds; each seed is averaged over the datasets first"
    )
    assert said[-5:] == [
        "bitfit is quoted from [zaken2022]",
        "The average of quoted numbers is computed here",
        "a ± is the standard error over 5 runs",
        "b quoted from [hu2022,b]",
        "c quoted from [other:23], ± is half of the 90% interval over 3 runs",
    ]


def test_each_format_cites(mixed):
    table = tables.arrange(mixed)
    tex = tables.render(table, notes=True)
    cite = r"\ifdefined\citep\citep{%s}\else\cite{%s}\fi"
    assert rf"  bitfit~{cite % ('zaken2022', 'zaken2022')} &" in tex
    assert rf"quoted from {cite % ('hu2022,b', 'hu2022,b')}." in tex
    for form, text in (("text", "bitfit [zaken2022]"), ("markdown", r"bitfit \[zaken2022\]")):
        assert text in tables.render(table, form)
    assert "bitfit [zaken2022]</th>" in tables.render(table, "html")


def test_a_key_that_is_none_is_printed_and_does_nothing(mixed):
    hostile = [
        replace(a, quoted=replace(a.quoted, cite="a}\\input{x")) if a.quoted else a
        for a in mixed.aggregates
    ]
    tex = tables.render(tables.arrange(replace(mixed, aggregates=tuple(hostile))), notes=True)
    assert r"\input" not in tex
    assert r"[a\}\textbackslash{}input\{x]" in tex


def test_a_tie_holds_in_the_decimals_that_both_have(make):
    quote = Quote(None, "", 0, 1, "x")
    cells = [
        make.aggregate("accuracy", "ours", "", 90.32, 0.052),
        make.aggregate("accuracy", "worse", "", 90.11, 0.051),
        make.aggregate("accuracy", "quoted", "", 90.3, None, 1, quoted=quote),
    ]
    table = tables.arrange(
        make.analysis(cells, ["ours", "worse", "quoted"]), TableSpec(second=True)
    )
    assert [c.printed for row in table.rows for c in row.cells] == ["90.32", "90.11", "90.3"]
    assert [[m.value for m in row.cells[0].marks] for row in table.rows] == [
        ["best"], ["second"], ["best"],
    ]  # fmt: skip
    assert any("decimals that they were printed in" in n.text for n in table.notes)


def test_an_unknown_spread_is_said_to_be_unknown(make):
    quote = Quote(0.4, "unknown", 0, 1, "x")
    cells = [
        make.aggregate("accuracy", "ours", "", 90.3, 0.5),
        make.aggregate("accuracy", "q", "", 90.3, None, 1, quoted=quote),
    ]
    table = tables.arrange(make.analysis(cells, ["ours", "q"]))
    assert "q is quoted from [x], which does not say what its ± is" in [n.text for n in table.notes]


def test_the_columns_rule_is_our_own_numbers(make):
    quote = Quote(9.0, "sd", 5, 0, "x")
    cells = [
        make.aggregate("accuracy", "ours", "", 90.32, 0.052),
        make.aggregate("accuracy", "q", "", 90.0, 9.0, 5, quoted=quote),
        make.aggregate("accuracy", "q2", "", 80.0, 9.0, 5, quoted=quote),
    ]
    table = tables.arrange(make.analysis(cells, ["ours", "q", "q2"]))
    assert [row.cells[0].printed for row in table.rows] == ["90.32", "90", "80"]


def test_the_text_prints_what_the_table_prints(mixed):
    from paperforge.narrative.macros import macros

    found = {m.key: m.printed for m in macros(mixed)}
    assert found["accuracy/bitfit/x"] == "88.10"
    assert found["accuracy/bitfit/x/pm"] == "88.10 ± 0.20"


def test_digits_are_kept_within_what_can_be_printed(make):
    one = make.aggregate("a", "b", "", 1.0, quoted=Quote(digits=-2, cite="x"))
    assert rule_of(Rounding(3), one).decimals == 0
    assert rule_of(Rounding(3, scientific=True), one).scientific


def test_from_a_file_to_the_table(paperforge, tmp_path):
    rows = [f"ours,{d},{s},{91 + s / 10 + i}" for i, d in enumerate("xy") for s in range(3)]
    (tmp_path / "own.csv").write_text("\n".join(["method,dataset,seed,accuracy", *rows]))
    (tmp_path / "quoted.toml").write_text(
        'metric = "accuracy"\ncite = "hu2022"\n'
        '[[quoted]]\nmethod = "LoRA"\ndataset = "x"\nvalue = "90.30 ± 0.20"\nkind = "sd"\nn = 5\n'
        '[[quoted]]\nmethod = "LoRA"\ndataset = "y"\nvalue = "not reported"\n'
        '[[quoted]]\nmethod = "Big"\ndataset = "x"\nvalue = "OOM"\n'
        '[[quoted]]\nmethod = "Big"\ndataset = "y"\nvalue = "n/a"\n'
    )
    out = paperforge("table", "own.csv", "quoted.toml", "--format", "text").out
    lora = next(line for line in out.splitlines() if line.startswith("LoRA [hu2022]"))
    big = next(line for line in out.splitlines() if line.startswith("Big"))
    assert lora.split()[2:6] == ["90.30", "±", "0.20", "?"]
    assert big.split()[1:] == ["OOM", "n/a", "∅"]
    assert "LoRA is quoted from [hu2022], ± is the standard deviation over 5 runs." in out


REASONS = {
    "OOM": Missing.OUT_OF_MEMORY, "crashed": Missing.CRASHED, "n/a": Missing.NOT_APPLICABLE,
    "-": Missing.NOT_REPORTED, "nan": Missing.NOT_FINITE, "not run": Missing.NOT_RUN,
}  # fmt: skip


@pytest.mark.parametrize("word", REASONS)
@pytest.mark.parametrize("where", ["value", "status"])
def test_every_reason_for_a_hole_reaches_the_table(paperforge, tmp_path, word, where):
    if (word, where) == ("-", "status"):
        word = "not reported"
    hole = f",{word}" if where == "status" else f"{word},"
    if where == "status":
        hole = f",{ {'nan': 'diverged'}.get(word, word) }"
    lines = ["method,dataset,seed,accuracy,status"]
    lines += [f"{m},{d},{s},0.9{s},finished" for m in "ab" for d in "xy" for s in range(3)]
    lines += [f"c,x,{s},0.9{s},finished" for s in range(3)] + [f"c,y,{s},{hole}" for s in range(3)]
    (tmp_path / "r.csv").write_text("\n".join(lines))
    out = paperforge("table", "r.csv", "--format", "text").out
    from paperforge.tables.notes import MEANINGS, SYMBOLS

    reason = REASONS["-" if word == "not reported" else word]
    if (word, where) == ("nan", "status"):
        reason = Missing.DIVERGED
    assert f"{SYMBOLS[reason]}: {MEANINGS[reason]}." in out
    row = next(line for line in out.splitlines() if line.startswith("c "))
    assert row.split()[-2:] == [SYMBOLS[reason], "∅"]
    assert f"{SYMBOLS[reason]}: {MEANINGS[reason]}." in out


def test_how_many_runs_a_quoted_number_has_is_what_its_paper_says(mixed):
    table = tables.arrange(mixed, TableSpec(columns=("n",)))
    assert [row.cells[-1].printed for row in table.rows] == ["10", "5", "3"]
    unknown = tuple(
        replace(a, quoted=replace(a.quoted, n=0)) if a.quoted else a for a in mixed.aggregates
    )
    table = tables.arrange(replace(mixed, aggregates=unknown), TableSpec(columns=("n",)))
    assert [row.cells[-1].printed for row in table.rows] == ["10", "?", "?"]


PRINTED = {"x": "91 ± 0.4", "y": "70.00 ± 2.5", "z": "82.55 ± 1"}


@pytest.fixture
def printed(tmp_path):
    """Runs in percent or as fractions beside what a paper prints, with a ± of other decimals."""

    def write(scale=1.0, values=PRINTED, kind="sd"):
        rows = [
            f"ours,{d},{s},{scale * (61.25 + s / 10 + i)}"
            for i, d in enumerate(values)
            for s in range(3)
        ]
        (tmp_path / "own.csv").write_text("\n".join(["method,dataset,seed,accuracy", *rows]))
        entries = [
            f'[[quoted]]\nmethod = "X"\ndataset = "{d}"\nvalue = "{v}"\nkind = "{kind}"\nn = 5\n'
            for d, v in values.items()
        ]
        (tmp_path / "q.toml").write_text(
            'metric = "accuracy"\ncite = "x24"\n' + "".join(entries), encoding="utf-8"
        )
        return ("own.csv", "q.toml", "--metric", "accuracy", "--unit", "accuracy=%")

    return write


@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_a_spread_keeps_its_own_decimals_in_every_format(paperforge, printed, scale):
    import json

    asked = ("table", *printed(scale), "--no-average", "--format")
    text = paperforge(*asked, "text").out
    row = next(line for line in text.splitlines() if line.startswith("X [x24]"))
    assert row.replace("*", "").split()[2:] == [
        "91",
        "±",
        "0.4",
        "70.00",
        "±",
        "2.5",
        "82.55",
        "±",
        "1",
    ]
    assert (
        "| **91** ± 0.4 | **70.00** ± 2.5 | **82.55** ± 1 |" in paperforge(*asked, "markdown").out
    )
    cells = json.loads(paperforge(*asked, "json").out)["rows"][1]["cells"]
    assert [(c["printed"], c["printed_spread"]) for c in cells] == [
        ("91", "0.4"), ("70.00", "2.5"), ("82.55", "1"),
    ]  # fmt: skip
    tex = next(x for x in paperforge(*asked, "latex").out.splitlines() if x.startswith("  X~"))
    assert re.findall(r"\\pfpm ([\d.]+)", tex) == ["0.4", "2.5", "1"]
    assert "X [x24]" in paperforge(*asked, "html").out


def test_a_difference_to_an_older_table_reads_the_printed_spread(paperforge, printed, tmp_path):
    asked = ("table", *printed(), "--no-average")
    (tmp_path / "old.tex").write_text(paperforge(*asked).out, encoding="utf-8")
    assert paperforge(*asked, "--diff", "old.tex").out.strip() == "nothing changed"
    printed(values=PRINTED | {"z": "82.55 ± 1.0"})
    said = paperforge(*asked, "--diff", "old.tex").out
    assert "82.55 ± 1 -> 82.55 ± 1.0" in said


def test_the_texts_spread_is_as_printed(make):
    from paperforge.narrative.macros import macros

    quote = Quote(2.5, "sd", 5, 2, "x", 1)
    cells = [
        make.aggregate("accuracy", "ours", "", 90.32, 0.052),
        make.aggregate("accuracy", "q", "", 70.0, 2.5, 5, quoted=quote),
    ]
    found = {m.key: m.printed for m in macros(make.analysis(cells, ["ours", "q"]))}
    assert found["accuracy/q/pm"] == "70.00 ± 2.5"
    assert found["accuracy/q/sd"] == "2.5"


@pytest.mark.parametrize(
    ("rule", "mean", "quote", "shown"),
    [
        (Rounding(1), 0.7, Quote(0.02, "se", 3, 1, "x", 2), ("0.7", "0.02")),
        (Rounding(2), 1500.0, Quote(20.0, "sd", 3, -2, "x", -1), ("1500", "20")),
        (Rounding(2, scientific=True), 1.5e-9, Quote(2e-11, "sd", 3, 10, "x", 11),
         ("1.5e-9", "2e-11")),
        (Rounding(2), 70.0, Quote(0.0, "sd", 3, 1, "x", 1), ("70.0", "0.0")),
        (Rounding(2), 70.0, Quote(0.04, "sd", 3, 1, "x"), ("70.0", "<0.1")),
    ],
)  # fmt: skip
def test_a_number_and_its_spread_have_each_its_own_digits(make, rule, mean, quote, shown):
    both = columns.printed(rule, make.aggregate("a", "b", "", mean, quoted=quote), "sd")
    assert (both.mean, both.behind) == shown
