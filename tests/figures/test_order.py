"""Methods stand in one order in tables and figures, and keep their looks."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.figures import palette
from paperforge.model.order import ours_last
from paperforge.spec import Role

KINDS = ("intervals", "bars", "distributions", "learning-curves", "scaling")

ORDER = ["bert", "deberta", "ours"]


@pytest.fixture
def declared(study, wealth):
    """Ours first in the results, then two baselines."""
    base = wealth(study(("ours", "bert", "deberta")))
    given = {"ours": Role.OURS, "bert": Role.BASELINE, "deberta": Role.BASELINE}
    return replace(base, methods=tuple(replace(m, role=given[m.name]) for m in base.methods))


@pytest.mark.parametrize("kind", KINDS)
def test_ours_comes_after_the_baselines(declared, spec_of, kind):
    rows = list(csv.DictReader(io.StringIO(figures.draw(spec_of(kind), declared).data)))
    assert list(dict.fromkeys(r["method"] for r in rows if r["method"])) == ORDER


def test_the_order_asked_for_is_taken_with_ours_last(declared, spec_of):
    spec = spec_of("intervals", methods=("ours", "deberta", "bert"))
    rows = list(csv.DictReader(io.StringIO(figures.draw(spec, declared).data)))
    assert list(dict.fromkeys(r["method"] for r in rows)) == ["deberta", "bert", "ours"]


def test_colours_stay_with_the_place_in_the_paper(declared, spec_of, paint):
    looks = palette.looks(declared.methods)
    with paint(spec_of("intervals"), declared) as page:
        axes = page.figure.axes[0]
        rows = [t.get_text() for t in axes.get_yticklabels()]
        drawn = [x for x in axes.lines if len(x.get_xdata()) == 1]
        colours = {rows[i]: x.get_color() for i, x in enumerate(drawn)}
    labels = {m.label: looks[m.name].colour for m in declared.methods}
    assert colours == labels
    assert rows == [m.label for m in ours_last(declared.methods)]
