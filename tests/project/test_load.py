"""paper.toml -> Project: what is read, and what is said of mistakes."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import project
from paperforge.errors import InputError
from paperforge.project.problems import HINT
from paperforge.spec import (
    Answer,
    Author,
    DesignSpec,
    Direction,
    FigureSpec,
    Mode,
    Role,
    Source,
    Story,
    TableSpec,
    Unit,
)

FULL = r"""
title = 'When does \emph{low rank} suffice?'
authors = [
  "Ada Lovelace <ada@example.org> (University of Somewhere)",
  "Bo",
  { name = "Carl (Jr.)", affiliation = "Elsewhere" },
]
venue = "neurips-2026"
mode = "submission"
bib = "refs.bib"
keywords = ["adaptation", "shift"]
sections = ["introduction", "sections/method.tex"]
packages = "algorithm2e"
results = ["results/more.jsonl"]
limitations = ["One.", "Two."]
ethics = "None."

[[sources]]
path = "results/runs.csv"
columns = { method = "model", seed = "s" }
metrics = ["accuracy"]
where = { split = "test", epoch = 10, last = true }
pattern = "{dataset}/{method}/seed={seed}"
table = "results"

[metrics]
loss = "lower"
accuracy = { label = "Accuracy", direction = "higher", unit = "%", digits = 1, scale = 100, margin = 0.5, order = 1 }

[methods]
full = "Full"
lora-r8 = { label = "LoRA", role = "ours", order = 2 }
probe = { role = "baseline", order = 1 }

[datasets.digits]
label = "Digits"

[design]
replicate = "seed"
pair_by = "seed"
alpha = 0.01
correction = "bonferroni"
mcnemar = "exact"
margin = 1
final = "best:loss"

[[tables]]
[[tables]]
name = "small"
metrics = "accuracy"
datasets = ["digits"]
layout = "dataset-by-method"
spread = "ci"
average = false
second = true
caption = "A caption."
label = "tab:small"

[[figures]]
name = "curves"
kind = "learning-curves"
metric = "loss"
width = "text"
height_pt = 120
split = "val"

[story]
problem = "P"
contributions = ["A", "B"]

[compute]
hardware = "1 CPU"
total_hours = 2.5
shared = true

[checklist]
claims = "yes"
[checklist.limitations]
answer = "na"
justification = "J."
"""


def test_everything_arrives(load, folder):
    p = load(FULL)
    assert p.root == folder
    assert p.title == r"When does \emph{low rank} suffice?"
    assert p.authors == (
        Author("Ada Lovelace", "University of Somewhere", "ada@example.org"),
        Author("Bo"),
        Author("Carl (Jr.)", "Elsewhere"),
    )
    assert (p.venue, p.mode, p.bib, p.main) == ("neurips-2026", Mode.SUBMISSION, "refs.bib", "")
    assert p.keywords == ("adaptation", "shift")
    assert p.sections == ("introduction", "sections/method.tex")
    assert p.packages == ("algorithm2e",)
    assert p.sources == (
        Source(folder / "results/more.jsonl", "results/more.jsonl"),
        Source(
            folder / "results/runs.csv",
            "results/runs.csv",
            {"method": "model", "seed": "s"},
            ("accuracy",),
            {"split": "test", "epoch": "10", "last": "true"},
            "{dataset}/{method}/seed={seed}",
            "results",
        ),
    )
    assert list(p.metrics) == ["accuracy", "loss"]
    assert p.metrics["accuracy"] == {
        "label": "Accuracy",
        "direction": Direction.HIGHER,
        "unit": "%",
        "digits": 1,
        "scale": 100.0,
        "margin": 0.5,
    }
    assert p.metrics["loss"] == {"direction": Direction.LOWER}
    assert list(p.methods.items()) == [
        ("probe", {"role": Role.BASELINE}),
        ("lora-r8", {"label": "LoRA", "role": Role.OURS}),
        ("full", {"label": "Full"}),
    ]
    assert p.datasets == {"digits": {"label": "Digits"}}
    assert p.design == DesignSpec(
        Unit.SEED, ("seed",), 0.01, "bonferroni", "exact", 1.0, "best:loss"
    )
    assert p.tables == (
        TableSpec(),
        TableSpec(
            "small",
            ("accuracy",),
            (),
            ("digits",),
            "dataset-by-method",
            "ci",
            average=False,
            second=True,
            caption="A caption.",
            label="tab:small",
        ),
    )
    assert p.figures == (
        FigureSpec("curves", "learning-curves", "loss", width="text", height_pt=120.0, split="val"),
    )
    assert p.story == Story("P", contributions=("A", "B"))
    assert (p.limitations, p.ethics) == (("One.", "Two."), "None.")
    assert p.compute == {"hardware": "1 CPU", "total_hours": 2.5, "shared": True}
    assert p.checklist == {"claims": Answer("yes"), "limitations": Answer("na", "J.")}


def test_an_existing_paper_needs_two_lines(load, folder):
    p = load('main = "./main.tex"\nresults = "results/runs.csv"')
    assert (p.main, p.mode, p.bib) == ("main.tex", Mode.DRAFT, "refs.bib")
    assert p.sources == (Source(folder / "results/runs.csv", "results/runs.csv"),)


def test_the_file_or_its_folder(load, folder, monkeypatch):
    expected = load('title = "x"')
    assert project.load(folder / "paper.toml") == expected
    monkeypatch.chdir(folder)
    assert project.load(Path()) == expected
    assert project.load(Path("paper.toml")) == expected


@pytest.mark.parametrize(
    "text",
    [
        b'\xef\xbb\xbftitle = "x"\r\nvenue = "acl"\r\n',
        b'title = "x"\nvenue = "acl"',
        b'# a\r\ntitle = """x"""\r\n\r\nvenue = "acl"',
    ],
)
def test_byte_order_mark_and_windows_lines(load, text):
    p = load(text)
    assert (p.title, p.venue) == ("x", "acl")


def test_one_table_or_figure_may_be_called_by_its_singular(load, complaint, folder):
    text = '[[table]]\nname = "one"\n[[table]]\nname = "two"\n[[figure]]\nname = "c"\nkind = "bars"\n'
    found = load(text)
    assert [t.name for t in found.tables] == ["one", "two"]
    assert [f.name for f in found.figures] == ["c"]
    assert project.place(folder, "figures", 0).endswith("line 5, key figures")
    assert "line 4" in complaint(text.replace('"two"', "2"))
    assert "unknown key 'table'" in complaint('[[tables]]\nname = "a"\n[[table]]\nname = "b"\n')


def test_any_venue_is_taken_as_it_is(load):
    assert load('venue = "nowhere-1999"').venue == "nowhere-1999"


def test_text_of_all_the_world(load):
    assert load('title = "数据 🙂 שלום _%&#"\n[methods."a_b%🙂"]\nlabel = "É"').methods == {
        "a_b%🙂": {"label": "É"}
    }


def test_sources_outside_and_by_link(load, folder, tmp_path):
    (tmp_path / "far.csv").write_text("x")
    (folder / "link.csv").symlink_to(tmp_path / "far.csv")
    p = load(f'results = ["../far.csv", "{tmp_path}/far.csv", "link.csv"]')
    assert [s.path for s in p.sources] == [
        tmp_path / "far.csv",
        tmp_path / "far.csv",
        folder / "link.csv",
    ]


MISTAKES = [
    ('title = "x"\n\nvnue = "acl"', "paper.toml line 3: unknown key 'vnue' (did you mean 'venue'?); keys here: authors, bib,"),
    ("qqq = 1", "paper.toml line 1: unknown key 'qqq'; keys here: authors, "),
    ('mode = "drat"', "paper.toml line 1, key mode: 'drat' is not one of draft, submission, preprint, final (did you mean 'draft'?)"),
    ("title = 3", "paper.toml line 1, key title: must be text in quotes, not a number"),
    ("title = true", "paper.toml line 1, key title: must be text in quotes, not true or false"),
    ("title = 2026-01-01", "paper.toml line 1, key title: must be text in quotes, not a date or time"),
    ("keywords = [\n'a',\n3]", "paper.toml line 3, key keywords: must be text in quotes, not a number"),
    ("keywords = 3", "paper.toml line 1, key keywords: must be a list, not a number"),
    ('authors = [\n"Ada",\n"Bo <bo"]', 'paper.toml line 3, key authors: must be like "Ada Lovelace <ada@example.org>'),
    ("authors = [{ email = 'x' }]", "paper.toml line 1, key authors.name: is missing"),
    ("[metrics]\naccuracy = 'up'", "paper.toml line 2, key metrics.accuracy.direction: 'up' is not one of higher, lower"),
    ("[metrics.a]\ndigits = -1", "paper.toml line 2, key metrics.a.digits: must be greater than or equal to 0, not -1"),
    ("[metrics.a]\ndigits = 1.5", "paper.toml line 2, key metrics.a.digits: must be a whole number, not a number"),
    ("[metrics.a]\ndigits = '2'", "paper.toml line 2, key metrics.a.digits: must be a whole number, not text"),
    ("[metrics.a]\nscale = 0", "paper.toml line 2, key metrics.a.scale: must be greater than 0, not 0"),
    ("[metrics.a]\nmargin = nan", "paper.toml line 2, key metrics.a.margin: must be a finite number, not nan"),
    ("[metrics.a]\ndirecton = 'lower'", "paper.toml line 2: unknown key 'directon' (did you mean 'direction'?); keys here: corpus, digits, direction, diverged, from, label,"),
    ("metrics.a.b.c = 1", "paper.toml line 1: unknown key 'b'; keys here: corpus"),
    ("[metrics.f]\ncorpus = 'f-1'", "paper.toml line 2, key metrics.f.corpus: 'f-1' is not one of accuracy, precision,"),
    ("[metrics.f]\nfrom = ['tp']", "paper.toml line 2, key metrics.f.from: says what is summed, and not for what"),
    ("[metrics.f]\ncorpus = 'f1'\nfrom = ['tp', 'fp']", "paper.toml line 3, key metrics.f.from: f1 takes 3 values, not 2: tp, fp, fn"),
    ("[metrics.f]\ncorpus = 'f1'\nfrom = ['tp', 'fn', 'fp']", "paper.toml line 3, key metrics.f.from: 'fn' stands in the place of 'fp': f1 takes tp, fp, fn"),
    ("[metrics.f]\ncorpus = 'f1'\nfrom = ['a', 'b', 'a']", "paper.toml line 3, key metrics.f.from: the same value is named twice"),
    ("[metrics.f]\ncorpus = 'macro-f1'", "paper.toml line 2, key metrics.f.corpus: macro-f1 needs from = [tp, fp, fn] for each class"),
    ("[methods.a]\nrole = 'our'", "paper.toml line 2, key methods.a.role: 'our' is not one of ours, baseline (did you mean 'ours'?)"),
    ("[design]\nreplicate = 'seeds'", "paper.toml line 2, key design.replicate: 'seeds' is not one of seed, example, seed and example, dataset, none (did you mean 'seed'?)"),
    ("[design]\nalpha = 5", "paper.toml line 2, key design.alpha: must be less than 1, not 5"),
    ("[design]\nalpha = true", "paper.toml line 2, key design.alpha: must be a number, not true or false"),
    ("[design]\ncorrection = 'fdr'", "paper.toml line 2, key design.correction: 'fdr' is not one of holm, bonferroni, bh, max-t, romano-wolf, none"),
    ("[design]\npair_by = ['seed', 'method']", "paper.toml line 2, key design.pair_by: 'method' is not one of seed, fold"),
    ("[design]\nalpha = 0.1\ntitle = 'x'", "paper.toml line 3: unknown key 'title': it belongs at the top, above the first [table]"),
    ("[compute]\nvenue = 'acl'", "paper.toml line 2, key compute.venue: belongs at the top"),
    ("[compute]\nx = [1]", "paper.toml line 2, key compute.x: must be text, a number, true or false"),
    ("[[tabel]]\nname = 'x'", "paper.toml line 1: unknown key 'tabel' (did you mean 'tables'?)"),
    ("[tables]\nname = 'x'", "paper.toml line 1, key tables: must be a list: write [[tables]], with two brackets"),
    ("[[tables]]\nname = '../x'", "paper.toml line 2, key tables.name: must be letters, digits, - and _ only"),
    ("[[tables]]\n[[tables]]\nname = 'main'", "paper.toml line 3, key tables.name: two tables are called 'main'"),
    ("[[figures]]\nname = 'x'", "paper.toml line 1, key figures.kind: is missing"),
    ("[[figures]]\nname = 'x'\nkind = 'y'\nwidth = 'wide'", "paper.toml line 4, key figures.width: 'wide' is not one of column, text"),
    ("[[sources]]\npath = 'results/runs.csv'\ncolumns = { sed = 'x' }", "paper.toml line 3: unknown role 'sed' (did you mean 'seed'?); roles: run, method,"),
    ("[[sources]]\ncolumns = { seed = 'x' }", "paper.toml line 1, key sources.path: is missing"),
    ("[[sources]]\npath = 'results/runs.csv'\nwhere = { split = ['a'] }", "paper.toml line 3, key sources.where.split: must be text in quotes, not a list"),
    ("[design]\nfinal = 'max'", "paper.toml line 2, key design.final: must be last, best, best:METRIC or summary"),
    ("[[sources]]\npath = 'results'\npattern = '{method/seed'", "paper.toml line 3, key sources.pattern: a brace is opened or closed alone"),
    ("[[sources]]\npath = 'results'\npattern = 'a/b'", "key sources.pattern: nothing in it is named"),
    ("results = 'results/run.csv'", "paper.toml line 1, key results: there is no file 'results/run.csv' (did you mean 'results/runs.csv'?)"),
    ("results = 'runs.csv'", "paper.toml line 1, key results: there is no file 'runs.csv' (did you mean 'results/runs.csv'?)"),
    ("results = ''", "paper.toml line 1, key results: must not be empty"),
    ("results = ['results/runs.csv',\n'nothing/zzz.db']", "paper.toml line 2, key results: there is no file 'nothing/zzz.db'"),
    ("main = 'mian.tex'", "paper.toml line 1, key main: there is no file 'mian.tex' (did you mean 'main.tex'?)"),
    ("bib = 'ref.bib'", "paper.toml line 1, key bib: there is no file 'ref.bib' (did you mean 'refs.bib'?)"),
    ("sections = ['introduction', 'methods']", "paper.toml line 1, key sections: there is no file 'methods'"),
    ("main = '../main.tex'", "paper.toml line 1, key main: '../main.tex' leads out of the project's folder"),
    (r"main = 'a\..\..\main.tex'", "leads out of the project's folder"),
    ("sections = ['sections/../../x']", "paper.toml line 1, key sections: 'sections/../../x' leads out"),
    ("bib = '/etc/passwd'", "paper.toml line 1, key bib: '/etc/passwd' must be relative"),
    ("bib = 'C:\\x.bib'", "must be relative"),
    ("main = 'linked/main.tex'", "is a link that leads out"),
    ("[checklist]\nclaims = 'maybe'", "paper.toml line 2, key checklist.claims.answer: 'maybe' is not one of yes, no, na"),
    ("[checklist]\nclaims = true", "paper.toml line 2, key checklist.claims: must be a table, not true or false"),
    (r'title = "On $\beta$"', r"paper.toml line 1, key title: in double quotes TOML reads the \b of \beta as a control character"),
    (r'ethics = "\textbf{x}"', r"the \t of \textbf"),
    (r'limitations = ["a", "see \ref{x}"]', r"the \r of \ref"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), MISTAKES, ids=[text[:40] for text, _ in MISTAKES])
def test_every_mistake_names_file_line_key_and_what_is_allowed(
    complaint, folder, tmp_path, text, says
):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "main.tex").write_text("x")
    (folder / "linked").symlink_to(tmp_path / "outside")
    message = complaint(text)
    assert says in message
    assert HINT in message
    assert len(message.splitlines()) == 2, "one mistake is one message"


def test_all_mistakes_at_once_in_the_order_of_the_file(load, folder):
    with pytest.raises(InputError) as caught:
        load(
            "title = 3\n[design]\nalpha = 2\n[[tables]]\nlayout = 'x'\nnmae = 'y'\n[story]\nproblm = 'z'\n"
        )
    error = caught.value
    assert error.where == f"{folder / 'paper.toml'} line 1, key title"
    lines = error.message.splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == [
        "paper.toml line 3, key design.alpha", "paper.toml line 5, key tables.layout", "paper.toml line 6", "paper.toml line 8",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("", "paper.toml line 1: is empty", "results ="),
        ("# only\n\n  # comments\n", "line 1: is empty", ""),
        (
            "title = x",
            "paper.toml line 1: not valid TOML: Invalid value: title = x",
            "text needs quotes",
        ),
        (
            'a = 1\ntitle = "\\alpha"',
            "line 2: not valid TOML: Unescaped '\\' in a string",
            "single quotes",
        ),
        ('title = "x"\ntitle = "y"', "line 2: not valid TOML: Cannot overwrite a value", "twice"),
        ("[design]\nalpha=0.1\n[design]\n", "line 3: not valid TOML: Cannot declare", "twice"),
        ("title", "line 1: not valid TOML: Expected '=' after a key", "key = value"),
        ("\n\nkeywords = ['a',\n'b'\n", "line 4: not valid TOML", ""),
        ("a = " + "[" * 100_000, "nested too deeply", ""),
        ("a = " + "9" * 5000, "line 1: not valid TOML: Exceeds the limit", ""),
        (
            b'x = 1\ntitle = "caf\xe9"',
            "paper.toml line 2: byte 0xe9 is not UTF-8",
            "save the file as UTF-8",
        ),
        ('title = "x"'.encode("utf-16"), "is UTF-16", "UTF-8"),
        (b"\x00\x00", "not valid TOML", ""),
    ],
)
def test_a_file_that_is_no_toml(complaint, text, says, hint):
    message = complaint(text)
    assert says in message
    assert hint in message
    assert "sys." not in message


def test_nothing_there(folder, tmp_path):
    with pytest.raises(InputError, match="the folder holds no") as caught:
        project.load(folder)
    assert "paperforge new" in caught.value.hint
    assert "--save" in caught.value.hint
    with pytest.raises(InputError, match="no such file or folder") as caught:
        project.load(tmp_path / "papr")
    assert caught.value.hint == f"did you mean {folder}?"
    with pytest.raises(InputError, match="is not a paper") as caught:
        project.load(folder / "results" / "runs.csv")
    assert "paperforge table" in caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0 or sys.platform == "win32", reason="root reads everything")
def test_no_right_to_read(load, folder):
    load('title = "x"')
    (folder / "paper.toml").chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        project.load(folder)


def test_a_link_to_itself(complaint, folder):
    (folder / "loop.tex").symlink_to(folder / "loop.tex")
    assert "loop.tex" in complaint("main = 'loop.tex'\nresults = 'loop.tex'\nbib = 'a\\u0000b'")


def test_place_for_other_stages(load, folder):
    load('title = "x"\nvenue = "zzz"\n[design]\nalpha = 0.1')
    assert project.place(folder, "venue") == f"{folder}/paper.toml line 2, key venue"
    assert project.place(folder / "paper.toml", "design", "alpha").endswith(
        "line 4, key design.alpha"
    )
    assert project.place(folder, "mode") == f"{folder}/paper.toml"


KEYS = [
    "title",
    "authors",
    "venue",
    "mode",
    "main",
    "sections",
    "results",
    "sources",
    "metrics",
    "methods",
    "design",
    "tables",
    "figures",
    "story",
    "compute",
    "checklist",
    "limitations",
    "path",
    "label",
    "name",
    "x",
]
VALUES = st.recursive(
    st.one_of(
        st.sampled_from(
            ['""', '"x"', "1", "-1.5", "nan", "true", "2026-01-01", "'seed'", "'higher'", "'yes'"]
        )
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=2).map(
            lambda d: f"{{{', '.join(f'{k} = {v}' for k, v in d.items())}}}"
        ),
    ),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1, max_size=4))
def test_any_valid_toml_gives_a_project_or_an_input_error(tmp_path_factory, values):
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    (folder / "paper.toml").write_text(
        "\n".join(f"{key} = {value}" for key, value in values.items())
    )
    error = None
    try:
        project.load(folder)
    except InputError as caught:
        error = caught
    assert error is None or " line " in error.where
    assert error is None or "Input" not in error.message


def test_a_corpus_metric_is_read_and_written_with_what_it_sums(load, folder):
    p = load('[metrics.wer]\ncorpus = "error-rate"\nfrom = ["errors", "words"]\n')
    assert p.metrics["wer"] == {"corpus": "error-rate", "from": ["errors", "words"]}
    assert 'corpus = "error-rate"\nfrom = ["errors", "words"]\n' in project.dump(p)
    assert load(project.dump(p)) == p
    assert load('metrics.quality.corpus = "mcc"').metrics["quality"] == {"corpus": "mcc"}
