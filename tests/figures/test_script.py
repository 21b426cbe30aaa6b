"""The author's own function: exact width, the paper's looks, and errors at the line of their file."""

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import audit
from paperforge.spec import FigureSpec

GOOD = """
from helper import HEIGHT

def draw(paper):
    figure, axes = paper.subplots(height_pt=HEIGHT)
    for method in paper.analysis.methods:
        look = paper.looks[method.name]
        axes.plot([0, 1], [0, 1], color=look.colour, marker=look.marker, linestyle=look.line)
    axes.set_xlabel(r"$\\alpha_i$ of " + paper.analysis.methods[0].label)
    paper.say(alt="Two lines.", note="Lines: nothing.", data="a,b\\n")
    return figure

def empty(paper):
    return None

def narrow(paper):
    from matplotlib.figure import Figure
    return Figure(figsize=(1, 1))

def wrong(paper):
    x = 1
    return x / 0

def careless(paper):
    import matplotlib as mpl
    mpl.rcParams["pdf.fonttype"] = 3
    figure, axes = paper.subplots(height_pt=90)
    axes.plot([0, 1], [0, 1], color="#ff0000", label="one")
    axes.plot([0, 1], [1, 0], color="#00a000", label="two")
    axes.legend(loc="center")
    axes.set_title("elsewhere", family="DejaVu Sans")
    axes.set_xlabel("small", fontsize=4)
    paper.say(alt="Two lines.")
    return figure

def accents(paper):
    figure, axes = paper.subplots(height_pt=90)
    axes.plot([1, 2])
    axes.set_title(chr(0xE4) + chr(0x3B1) + chr(0x2264))
    axes.set_xlabel(chr(0x1F9FF))
    paper.say(alt="Letters.")
    return figure

def rows(paper):
    assert list(paper.frame().columns)[:2] == ["run", "method"]
    return paper.figure()
"""


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "helper.py").write_text("HEIGHT = 90\n", encoding="utf-8")
    path = tmp_path / "mine.py"
    path.write_text(GOOD, encoding="utf-8")
    return path


def spec(file, **more):
    return FigureSpec("own", "script", file=str(file), **more)


def test_the_width_is_the_venues_and_what_was_said_is_kept(mine, study):
    drawn = figures.draw(spec(mine), study(3))
    assert audit.inspect(drawn.pdf).width_pt == pytest.approx(234.878, abs=0.1)
    assert drawn.height_pt == pytest.approx(90)
    assert (drawn.alt, drawn.note, drawn.data) == ("Two lines.", "Lines: nothing.", "a,b\n")
    assert drawn.diagnostics == ()


def test_mathematics_is_set_and_settings_are_put_back(mine, study):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    drawn = figures.draw(spec(mine), study(3))
    assert dict(mpl.rcParams) == before
    assert len(audit.inspect(drawn.pdf).fonts) > 1


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("", "no file is named"),
        ("other.py", "there is no file other.py"),
        ("mine.py:other", "has no function other"),
        ("mine.py:empty", "gave NoneType, no figure"),
        ("mine.py:narrow", "made a figure of 72.3 pt, not 234.9 pt"),
        ("mine.py:wrong", "ZeroDivisionError: division by zero"),
        ("mine.py:rows", "the results are not at hand here"),
    ],
)
def test_what_is_wrong_is_said(mine, study, file, said):
    with pytest.raises(InputError) as error:
        figures.draw(spec(mine.parent / file if file else ""), study(3))
    assert said in str(error.value.message)


def test_errors_name_the_line(mine, study):
    with pytest.raises(InputError) as error:
        figures.draw(spec(f"{mine}:wrong"), study(3))
    line = GOOD.splitlines().index("    return x / 0") + 1
    assert error.value.where == f"figure own, mine.py:{line}"
    mine.write_text("def draw(paper:\n", encoding="utf-8")
    with pytest.raises(InputError, match="SyntaxError") as error:
        figures.draw(spec(mine), study(3))
    assert error.value.where == "figure own, mine.py:1"


def test_without_a_description_the_author_is_told(mine, study):
    mine.write_text("def draw(paper):\n    return paper.figure()\n", encoding="utf-8")
    (note,) = figures.draw(spec(mine), study(3)).diagnostics
    assert "no description" in note.message and note.hint == "paper.say(alt=...)"


def test_the_command_gives_the_rows(paperforge, results_csv, mine):
    said = paperforge("figure", results_csv, "--kind", "script", "--file", f"{mine}:rows")
    assert said.code == 0, said.err
    assert "wrote script.pdf: 234.9 x 145.6 pt" in said.err


def messages(figure):
    return [one.message for one in figure.diagnostics]


def test_what_readers_would_trip_over_is_said_as_it_is_drawn(mine, study):
    assert messages(figures.draw(spec(f"{mine}:careless"), study(3))) == [
        'the legend of "one", "two" lies over the data',
        'text of 4.0 pt, below 7 pt: "small"',
        '"elsewhere": set in DejaVuSans, not in the paper\'s text face',
        "#ff0000 and #00a000 look alike in greyscale, and nothing else differs",
    ]


def test_letters_that_only_the_function_knows_are_in_the_face(mine, study):
    drawn = figures.draw(spec(f"{mine}:accents"), study(3))
    assert len(messages(drawn)) == 1  # and no warning of Python's
    assert messages(drawn)[0].startswith("no font had the characters of")
    title = [t for t in audit.inspect(drawn.pdf).texts if {*t.text} & {*"äα≤"}]
    assert "".join(t.text for t in title) == "äα≤"
    assert len({t.font for t in title}) == 1
