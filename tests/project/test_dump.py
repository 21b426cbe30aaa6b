"""Project -> paper.toml -> the same project."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import project
from paperforge.project import authors
from paperforge.spec import (
    Answer,
    Author,
    DesignSpec,
    Direction,
    FigureSpec,
    Mode,
    Project,
    Role,
    Source,
    Story,
    TableSpec,
    Unit,
)

FILES = ("runs.csv", "results/b é.csv", "results/it's.jsonl", "main.tex", "sections/a.tex", "x.bib")
PROSE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.sampled_from(
        [
            "",
            r"$\beta$ \textbf{x}",
            'a "quoted" word',
            "it's",
            "two\nlines",
            "'''",
            "ends in '",
            '\n"""\n',
            "\\",
            "a\n\n  b \\\\ c'",
        ]
    ),
)
WORD = PROSE.filter(bool)
NAMES = st.lists(WORD, max_size=2).map(tuple)
FILE_NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True)
POSITIVE = st.floats(1e-6, 1e6, allow_nan=False)


def declared(**keys):
    return st.dictionaries(
        st.one_of(WORD, st.just("lora-r8")), st.fixed_dictionaries({}, optional=keys), max_size=3
    )


def one_of_each_name(specs):
    return st.lists(specs, max_size=2, unique_by=lambda spec: spec.name).map(tuple)


PROJECTS = st.builds(
    dict,
    title=PROSE,
    authors=st.lists(st.builds(Author, WORD, PROSE, PROSE), max_size=3).map(tuple),
    venue=PROSE,
    mode=st.sampled_from(Mode),
    main=st.sampled_from(["", "main.tex"]),
    bib=st.sampled_from(["x.bib", "refs.bib"]),
    keywords=NAMES,
    sections=st.sampled_from([(), ("sections/a.tex",), ("a", "generated/limitations")]),
    packages=NAMES,
    sources=st.lists(
        st.tuples(
            st.sampled_from(FILES),
            st.dictionaries(st.sampled_from(["method", "seed"]), WORD, max_size=2),
            NAMES,
            st.dictionaries(PROSE, PROSE, max_size=2),
            st.sampled_from(["", "{dataset}/{method}/seed={seed}", "*/{method}-{lr}"]),
            PROSE,
        ),
        max_size=2,
    ),
    metrics=declared(
        label=PROSE,
        direction=st.sampled_from(Direction),
        unit=PROSE,
        digits=st.integers(0, 12),
        scale=POSITIVE,
        margin=POSITIVE,
    ),
    methods=declared(label=PROSE, role=st.sampled_from(Role)),
    datasets=declared(label=PROSE),
    design=st.builds(
        DesignSpec,
        st.none() | st.sampled_from(Unit),
        st.sampled_from([(), ("seed",), ("fold", "seed")]),
        st.floats(0.001, 0.5),
        st.sampled_from(["holm", "bonferroni", "none"]),
        st.sampled_from(["mid-p", "exact"]),
        st.none() | POSITIVE,
        st.sampled_from(["last", "best", "best:f1", "summary"]),
    ),
    tables=one_of_each_name(
        st.builds(
            TableSpec,
            FILE_NAME,
            NAMES,
            NAMES,
            NAMES,
            st.sampled_from(["method-by-dataset", "dataset-by-method"]),
            st.sampled_from(["", "sd", "se", "ci", "none"]),
            st.booleans(),
            st.booleans(),
            st.booleans(),
            PROSE,
            PROSE,
        )
    ),
    figures=one_of_each_name(
        st.builds(
            FigureSpec,
            FILE_NAME,
            WORD,
            PROSE,
            NAMES,
            NAMES,
            st.sampled_from(["column", "text"]),
            st.none() | st.floats(1, 2000),
            PROSE,
            PROSE,
            PROSE,
        )
    ),
    story=st.builds(Story, PROSE, PROSE, PROSE, PROSE, st.lists(PROSE, max_size=2).map(tuple)),
    limitations=st.lists(PROSE, max_size=3).map(tuple),
    ethics=PROSE,
    compute=st.dictionaries(
        st.sampled_from(["hardware", "total_hours", "a b"]),
        PROSE | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        max_size=3,
    ),
    checklist=st.dictionaries(
        WORD, st.builds(Answer, st.sampled_from(["yes", "no", "na"]), PROSE), max_size=2
    ),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    for name in FILES:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    (folder / "refs.bib").write_text("")
    return folder


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(PROJECTS)
def test_a_project_comes_back_as_it_was(root, values):
    sources = tuple(Source(root / shown, shown, *more) for shown, *more in values["sources"])
    written = Project(root=root, **values | {"sources": sources})
    text = project.dump(written)
    (root / "paper.toml").write_text(text, encoding="utf-8", newline="\n")
    read = project.load(root)
    assert read == written
    assert [list(m) for m in (read.metrics, read.methods)] == [
        list(m) for m in (written.metrics, written.methods)
    ]


def test_a_short_project_is_a_short_file(root):
    sources = (Source(root / "runs.csv", "runs.csv"),)
    assert (
        project.dump(Project(root=root, main="main.tex", sources=sources))
        == 'main = "main.tex"\nresults = "runs.csv"\n'
    )


def test_what_a_command_guessed(root):
    text = project.dump(
        Project(
            root=root,
            sources=(
                Source(root / "runs.csv", "elsewhere/runs.csv", {"method": "model"}, ("acc",)),
            ),
            metrics={"acc": {"direction": Direction.HIGHER, "digits": None}},
            tables=(TableSpec(),),
        )
    )
    assert text == (
        '[[sources]]\npath = "runs.csv"\ncolumns = { method = "model" }\nmetrics = ["acc"]\n'
        '\n[metrics.acc]\ndirection = "higher"\n\n[[tables]]\nname = "main"\n'
    )


def test_a_source_outside_of_the_project_keeps_its_whole_path(root, tmp_path):
    path = tmp_path / "far.csv"
    path.write_text("x")
    text = project.dump(Project(root=root, sources=(Source(path, "far.csv"),)))
    assert text == f'results = "{path}"\n'


def test_text_stays_readable(root):
    text = project.dump(Project(root=root, title=r"The \emph{rank}", ethics="One.\n\nTwo."))
    assert text == "title = 'The \\emph{rank}'\nethics = '''\nOne.\n\nTwo.'''\n"


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Ada Lovelace", Author("Ada Lovelace")),
        (" Ada  <a@b.c> ", Author("Ada", email="a@b.c")),
        ("Ada (Dept. (X), Y)", Author("Ada", "Dept. (X), Y")),
        ("Ada <a@b.c> (Y)", Author("Ada", "Y", "a@b.c")),
        ("李雷 (北京大学)", Author("李雷", "北京大学")),
        ("", None),
        ("<a@b.c>", None),
        ("Ada <a b>", None),
        ("Ada <a@b.c", None),
        ("Ada (X) <a@b.c>", None),
        ("Ada ()", None),
    ],
)
def test_an_author_in_one_line(line, author):
    assert authors.parse(line) == author
