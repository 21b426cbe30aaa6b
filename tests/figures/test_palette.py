"""The colours measured with formulas of our own: no shared code with the search that found them."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from paperforge import figures
from paperforge.figures import audit, palette
from paperforge.figures import colours as measure
from paperforge.model import Severity
from paperforge.project.forms import DASHES, MARKERS
from paperforge.spec import FigureSpec, Method, Role

# Machado, Oliveira & Fernandes (2009), A physiologically-based model for simulation of color vision
# deficiency, IEEE TVCG 15(6), severity 1.0; for linear RGB.
# www.inf.ufrgs.br/~oliveira/pubs_files/CVD_Simulation/CVD_Simulation.html
VISION = {
    "normal": np.eye(3),
    "protanope": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranope": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
# sRGB to CIE XYZ, D65 (IEC 61966-2-1).
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour, vision="normal"):
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(VISION[vision] @ linear, 0, 1)
    x, y, z = (XYZ @ linear) / XYZ.sum(axis=1)
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def colours(count):
    methods = [Method(str(i), str(i)) for i in range(count)]
    return [look.colour for look in palette.looks(methods).values()]


def test_the_yardstick_gives_published_values():
    assert lab("#ffffff") == pytest.approx([100, 0, 0], abs=0.02)
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.05)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(("count", "least"), [(4, 30), (6, 24), (8, 20), (12, 15)])
def test_colours_differ_for_every_reader(vision, count, least):
    gaps = [
        np.linalg.norm(lab(a, vision) - lab(b, vision)) for a, b in combinations(colours(count), 2)
    ]
    assert min(gaps) > least


def test_the_first_six_differ_in_greyscale_and_all_stand_out_from_paper():
    lightness = [lab(c)[0] for c in colours(12)]
    assert min(abs(a - b) for a, b in combinations(lightness[:6], 2)) > 6
    assert max(lightness) < 76


def test_without_colour_line_style_and_marker_still_tell_methods_apart():
    looks = list(palette.looks([Method(str(i), str(i)) for i in range(12)]).values())
    assert len({look.marker for look in looks}) == 12
    assert len({(look.dash, look.marker) for look in looks}) == 12
    assert all(a.dash != b.dash for a, b in pairwise(looks))


def test_more_methods_than_colours_still_have_looks_of_their_own():
    looks = palette.looks([Method(str(i), str(i)) for i in range(48)])
    assert len({(look.colour, look.dash, look.marker) for look in looks.values()}) == 48


def test_text_is_dark_enough_to_read():
    for colour in palette.looks([Method(str(i), str(i)) for i in range(12)]).values():
        assert lab(colour.ink)[0] < 57


def test_ours_is_heavier_and_the_colour_goes_by_place_alone():
    plain = palette.looks([Method("a", "a"), Method("b", "b")])
    marked = palette.looks([Method("a", "a", Role.BASELINE), Method("b", "b", Role.OURS)])
    assert marked["b"].width > marked["a"].width
    assert marked["b"].front > marked["a"].front
    assert [x.colour for x in plain.values()] == [x.colour for x in marked.values()]


@pytest.mark.parametrize("vision", VISION)
def test_the_package_measures_as_this_test_does(vision):
    names = {
        "normal": "full colour vision",
        "protanope": "protanopia",
        "deuteranope": "deuteranopia",
    }
    for colour in (*colours(12), "#000000", "#ffffff", "#030201", "#808080"):
        assert measure.lab(colour, names[vision]) == pytest.approx(lab(colour, vision), abs=1e-6)


def named(count, **changes):
    return [Method(str(i), str(i), **changes) for i in range(count)]


def test_the_looks_of_any_first_48_methods_can_be_told_apart():
    """Of 2, 3 … n methods together, hence of every figure of at most so many."""
    looks = palette.looks(named(48))
    assert audit.alike(looks, "here") == ()


def test_a_look_stays_when_methods_come_after_it_or_others_are_given_one():
    before = palette.looks(named(5))
    after = palette.looks([*named(5), Method("late", "late")])
    assert {name: after[name] for name in before} == before
    given = named(5)
    given[2] = Method("2", "2", colour="#123456", marker="h", dashes=(9.0, 3.0))
    changed = palette.looks(given)
    assert {n for n in before if changed[n] != before[n]} == {"2"}
    assert (changed["2"].colour, changed["2"].marker) == ("#123456", "h")
    assert changed["2"].line == (0.0, (9.0, 3.0))
    assert palette.looks([Method("a", "a", dashes=())])["a"].line == "-"


def test_what_an_author_may_give_is_what_the_palette_has():
    looks = palette.looks(named(60)).values()
    assert {look.marker for look in looks} == set(MARKERS)
    assert {look.dash for look in looks} >= {tuple(one) for one in DASHES.values()}


def alike(*methods):
    looks = palette.looks(
        [
            Method(
                m.label, *(getattr(m, k) for k in ("label", "role", "colour", "marker", "dashes"))
            )
            for m in methods
        ]
    )
    return [d.message for d in audit.alike(looks, "here")]


def test_colours_of_the_authors_that_look_alike_are_said():
    red, blue = "#d62728", "#1f77b4"
    same = {"marker": "o", "dashes": ()}
    one = Method("a", "A", None, red, **same)
    assert alike(one, Method("b", "B", None, blue, **same)) == [
        '"A" and "B" look alike in greyscale'
    ]
    assert alike(one, Method("b", "B", None, red, **same)) == [
        '"A" and "B" look alike in greyscale, with full colour vision, with protanopia and with deuteranopia'
    ]
    assert alike(one, Method("b", "B", None, blue, "s", ())) == []
    assert alike(one, Method("b", "B", None, blue, "o", (4.0, 1.0))) == []
    assert alike(one, Method("b", "B", None, "#000000", **same)) == []


def test_a_figure_says_which_of_its_own_methods_look_alike(study):
    from dataclasses import replace

    analysis = study(3)
    looks = {"colour": "#777777", "marker": "o", "dashes": ()}
    methods = [replace(m, **looks) if place < 2 else m for place, m in enumerate(analysis.methods)]
    analysis = replace(analysis, methods=tuple(methods))
    found = figures.draw(FigureSpec("f", "learning-curves"), analysis).diagnostics
    [message] = [d.message for d in found if d.severity is Severity.WARNING]
    assert message.startswith('"Full fine-tuning" and "Linear probe" look alike')
    part = figures.draw(FigureSpec("f", "learning-curves", methods=("m1", "m2")), analysis)
    assert [d for d in part.diagnostics if d.severity is Severity.WARNING] == []
