"""Shading that keeps its order in grey and leaves black text readable."""

import re
import subprocess
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import tables
from paperforge.model import Cell
from paperforge.spec import Direction, TableSpec
from paperforge.tables.heat import STEPS, colour, shaded


def luminance(rgb):
    """Relative luminance of sRGB, WCAG 2.1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_better_the_darker_and_black_stays_readable():
    lights = [luminance(colour(step / STEPS)) for step in range(STEPS + 1)]
    assert lights == sorted(lights, reverse=True)
    assert len(set(lights)) == STEPS + 1
    assert lights[0] == pytest.approx(1)
    assert (lights[-1] + 0.05) / 0.05 > 10


def heats(printed, direction=Direction.HIGHER):
    cells = [Cell(None if p is None else 1.0, printed=p or "–") for p in printed]
    return [c.heat for c in shaded(cells, direction)]


def test_a_column_is_shaded_by_value_towards_better():
    assert heats(["1", "2", None, "5"]) == [0, 0.25, None, 1]
    assert heats(["1", "2", None, "5"], Direction.LOWER) == [1, 0.75, None, 0]
    assert heats(["1,000", "-1.50e2"]) == [1, 0]


@pytest.mark.parametrize("printed", [["1.0", "1.0", "1.0"], [None, None], ["3"], []])
def test_nothing_is_shaded_where_nothing_is_better(printed):
    assert heats(printed) == [None] * len(printed)
    assert heats(["1", "2"], None) == [None, None]


@given(st.lists(st.decimals(-1e6, 1e6, places=2), min_size=2, max_size=8))
def test_equal_prints_are_equally_dark(values):
    found = heats([f"{v}" for v in values])
    pairs = sorted(zip(values, found, strict=True), key=lambda pair: pair[0])
    for (a, one), (b, other) in pairwise(pairs):
        if one is not None:
            assert one <= other
            assert (a == b) <= (one == other)


def test_missing_cells_are_not_shaded_and_words_say_what_shading_is(make):
    table = tables.arrange(make.paper(), TableSpec(heat=True, metrics=("accuracy",)))
    tex = tables.render(table)
    assert r"& $\times$ &" in tex
    assert "% Needs \\usepackage{booktabs,colortbl} in the preamble." in tex
    assert tex.rstrip().splitlines()[-1].startswith("%")
    assert r"\begingroup" in tex
    assert "Shading: the darker, the better within its column" in [n.text for n in table.notes]
    cold = tables.arrange(make.paper(), TableSpec(metrics=("accuracy",)))
    for form in ("text", "markdown"):
        assert tables.render(cold, form, notes=False) == tables.render(table, form, notes=False)
    assert "cellcolor" not in tables.render(cold)
    found = re.findall(
        r'style="background-color:(#[0-9a-f]{6});color:#000"', tables.render(table, "html")
    )
    assert {"#ffffff", "#8cbded"} <= set(found)


@pytest.mark.tex
def test_no_white_stripes_between_the_colours(make, pdflatex, tmp_path):
    """The page read back as grey pixels: beside the rules, a shaded column has no white row."""
    columns = {"": [(90.0 + i / 50, 0.1) for i in range(6)]}
    best = make.table_of(columns, "abcdef")
    table = tables.arrange(best, TableSpec(heat=True))
    tex = tables.render(table).replace("[rgb]{1,1,1}", "[rgb]{0.9,0.9,0.9}")
    tex = re.sub(r"(& )(9\d)", r"\1\\cellcolor[rgb]{0.9,0.9,0.9}\2", tex)
    pdflatex(tex, r"\usepackage{booktabs,colortbl}\pagestyle{empty}")
    pdf = next(tmp_path.rglob("*.pdf"))
    command = ["pdftoppm", "-r", "400", "-gray", "-singlefile", pdf, tmp_path / "page"]
    subprocess.run(command, check=True)
    grey = _column_of(tmp_path / "page.pgm")
    first = next(i for i, light in enumerate(grey) if 100 < light < 250)
    last = len(grey) - next(i for i, light in enumerate(grey[::-1]) if 100 < light < 250)
    assert max(grey[first:last]) < 250


def _column_of(path):
    """The lightness of one column of pixels through the shaded cells, left of their numbers."""
    data = path.read_bytes()
    _, size, _, pixels = re.split(rb"\n", data, maxsplit=3)
    width, height = map(int, size.split())
    rows = [pixels[y * width : (y + 1) * width] for y in range(height)]
    shades = [x for row in rows for x, light in enumerate(row) if 100 < light < 245]
    left = min(x for x in range(width) if shades.count(x) > 100)
    return [row[left + 4] for row in rows]
