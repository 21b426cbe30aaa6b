"""The critical-difference diagram: Demsar's table, bars, a control, and clear refusals."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import audit
from paperforge.figures.critical_difference import rank_ticks
from paperforge.model import Groups, Rank
from paperforge.pipeline import analyse, load
from paperforge.spec import DesignSpec, FigureSpec, Project, Source, Unit

SPEC = FigureSpec("f", "critical-difference")
DEMSAR = json.loads(
    (Path(__file__).parents[1] / "references" / "demsar2006.json").read_text(encoding="utf-8")
)


@pytest.fixture
def demsar(tmp_path):
    """Demsar's table read as a user's file, under a post hoc."""

    def made(posthoc):
        path = tmp_path / "auc.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            rows = csv.writer(stream)
            rows.writerow(["method", "dataset", "auc"])
            for dataset, scores in zip(DEMSAR["datasets"], DEMSAR["scores"], strict=True):
                rows.writerows(
                    [m, dataset, s] for m, s in zip(DEMSAR["methods"], scores, strict=True)
                )
        design = DesignSpec(replicate=Unit.DATASET, posthoc=posthoc)
        project = Project(tmp_path, sources=(Source(path, path.name),), design=design)
        return analyse(load(project), project)

    return made


def bars(page):
    """(x from, x to, y) of the bars, in TeX points."""
    w, h = page.width, page.height
    found = [x for x in page.figure.artists if x.get_linewidth() > 2]
    return sorted((x.get_xdata()[0] * w, x.get_xdata()[1] * w, x.get_ydata()[0] * h) for x in found)


def test_demsars_table_has_his_ranks_and_his_critical_difference(demsar, paint):
    analysis = demsar("nemenyi")
    figure = figures.draw(SPEC, analysis)
    ranks = {r["method"]: float(r["mean_rank"]) for r in csv.DictReader(io.StringIO(figure.data))}
    # The printed table ties voting, so two ranks differ by .036 from the paper's 3.143 2.000 2.893.
    assert ranks == pytest.approx(
        {"C4.5": 3.143, "C4.5+m": 2.0, "C4.5+cf": 2.93, "C4.5+m+cf": 1.93}, abs=0.005
    )
    assert "CD: the critical difference, 1.25 ranks." in figure.note
    with paint(SPEC, analysis) as page:
        texts = [t.get_text() for t in page.figure.texts]
        assert "CD = 1.25" in texts
        assert [t for t in texts if t.isdigit()] == ["1", "2", "3", "4"]
        [(left, right, _)] = bars(page)
        unit = (right - left - 3.6) / (ranks["C4.5"] - ranks["C4.5+m+cf"])
        [ruler] = [x for x in page.figure.artists if x.get_linewidth() == 0.9 and _flat(x)]
        assert (ruler.get_xdata()[1] - ruler.get_xdata()[0]) * page.width == pytest.approx(
            1.2536 * unit, rel=0.01
        )


def _flat(line):
    return line.get_ydata()[0] == line.get_ydata()[-1]


def test_pairs_that_no_bar_can_join_are_said(demsar):
    note = figures.draw(SPEC, demsar("wilcoxon")).note
    assert "no bar can show it, between C4.5+m+cf and C4.5." in note
    assert "Wilcoxon's signed rank test after Holm correction, α = 0.05" in note
    assert "CD" not in note


def ranked(study, count, **more):
    """An analysis of so many methods with evenly spread ranks."""
    names = tuple(more.pop("names", [f"method {i}" for i in range(count)]))
    base = study(names)
    ranks = tuple(Rank("accuracy", n, 1 + i * 0.98) for i, n in enumerate(names))
    groups = Groups("accuracy", "wilcoxon", more.pop("datasets", 30), **more)
    return replace(base, ranks=ranks, groups=(groups,))


@pytest.mark.parametrize("count", [2, 3, 8, 20, 60])
@pytest.mark.parametrize("long", [False, True])
def test_no_text_touches_another(study, paint, count, long):
    names = [f"{'A method with a very long name indeed ' * long}{i}" for i in range(count)]
    runs = tuple(tuple(names[i : i + 3]) for i in range(count - 1))
    analysis = ranked(study, count, names=names, groups=runs)
    for width in ("column", "text"):
        if count == 60 and width == "column":
            continue
        with paint(replace(SPEC, width=width), analysis) as page:
            assert audit.overlaps(page.figure) == ()


def test_lines_that_lie_too_close_to_be_followed_are_refused_in_a_column(study):
    analysis = ranked(study, 60, groups=())
    with pytest.raises(InputError, match="60 methods lie too close") as error:
        figures.draw(SPEC, analysis)
    assert error.value.hint.startswith('use width = "text"; or name fewer methods')
    figures.draw(replace(SPEC, width="text"), analysis)
    figures.draw(SPEC, ranked(study, 40, groups=()))


def test_every_rank_has_a_tick_where_there_is_room(study, paint):
    with paint(SPEC, ranked(study, 6, groups=())) as page:
        shown = {t.get_text() for t in page.figure.texts}
    assert {"1", "2", "3", "4", "5", "6"} <= shown


def test_lines_go_from_the_rank_to_the_name_and_do_not_cross(study, paint):
    with paint(SPEC, ranked(study, 9)) as page:
        paths = [x for x in page.figure.artists if len(x.get_xdata()) == 3]
        ends = [(x.get_xdata()[0], x.get_xdata()[2], x.get_ydata()[2]) for x in paths]
    assert len(ends) == 9
    for side in ([e for e in ends if e[1] < e[0]], [e for e in ends if e[1] > e[0]]):
        # The outermost rank has the highest row: no horizontal passes under a longer vertical.
        outer = sorted(side, key=lambda e: abs(e[0] - e[1]))
        assert [e[2] for e in outer] == sorted((e[2] for e in side), reverse=True)


def test_bars_on_one_level_do_not_overlap_and_cover_their_groups(study, paint):
    names = [f"method {i}" for i in range(8)]
    groups = (tuple(names[0:3]), tuple(names[2:5]), tuple(names[5:8]))
    with paint(SPEC, ranked(study, 8, groups=groups)) as page:
        found = bars(page)
    assert len(found) == 3
    for i, (_, right, y) in enumerate(found):
        assert all(left > right for left, _, other in found[i + 1 :] if other == y)
    assert len({y for *_, y in found}) == 2


def test_a_control_has_dots_on_its_bar(study, paint):
    analysis = ranked(study, 5, control="method 1", like_control=("method 0", "method 3"))
    with paint(SPEC, analysis) as page:
        dots = [
            x for x in page.figure.artists if x.get_marker() == "o" and x.get_markersize() == 3.4
        ]
        assert len(dots) == 3
    assert "compared with method 1: dots on the bar" in figures.draw(SPEC, analysis).note


@pytest.mark.parametrize(
    ("groups", "hint"),
    [
        (
            Groups("accuracy", "wilcoxon", 7, reason="7 datasets: a diagram needs 10"),
            "add datasets",
        ),
        (
            Groups("accuracy", "wilcoxon", 20, reason="3 of 6 pairs were compared"),
            "leave the roles",
        ),
    ],
)
def test_no_diagram_says_why_and_what_next(study, groups, hint):
    analysis = replace(ranked(study, 4), groups=(groups,))
    with pytest.raises(InputError) as caught:
        figures.draw(SPEC, analysis)
    assert caught.value.message == groups.reason
    assert hint in caught.value.hint


def test_without_ranks_the_design_is_named(study):
    with pytest.raises(InputError, match="not ranked") as caught:
        figures.draw(SPEC, study(3))
    assert "--replicate dataset" in caught.value.hint


def test_too_low_a_page_says_how_high(study):
    with pytest.raises(InputError, match="too low") as caught:
        figures.draw(replace(SPEC, height_pt=60), ranked(study, 20))
    least = int(caught.value.hint.split("height_pt = ")[1].split()[0])
    assert figures.draw(replace(SPEC, height_pt=least), ranked(study, 20)).height_pt == least


def test_ticks_are_whole_ranks_apart():
    assert list(rank_ticks(4, 100, 18)) == [1, 2, 3, 4]
    for count in (2, 7, 20, 60, 200):
        ticks = rank_ticks(count, 100.0, 18)
        assert (ticks[0], ticks[-1]) == (1, count)
        steps = [(b - a) * 100 / (count - 1) for a, b in pairwise(ticks)]
        assert min(steps) >= 18
