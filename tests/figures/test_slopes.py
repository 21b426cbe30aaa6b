"""What paired slopes join, and when they refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import audit
from paperforge.figures.slopes import ENDS, THIN
from paperforge.spec import Direction, FigureSpec, Metric, Unit

SPEC = FigureSpec("f", "slopes", methods=("m0", "m1"))


def pairs(axes):
    return [tuple(x.get_ydata()) for x in axes.lines if x.get_color() == THIN]


def unpaired(analysis, **changes):
    return replace(analysis, design=replace(analysis.design, pair_by=(), **changes))


def cells(analysis, dataset, method):
    return analysis.aggregate("accuracy", method, dataset)


def test_a_line_a_seed_by_its_key_and_the_means_bold(study, paint):
    analysis = study(3, 2)
    turned = tuple(
        replace(a, values=a.values[::-1], keys=a.keys[::-1]) if a.method == "m1" else a
        for a in analysis.aggregates
    )
    analysis = replace(analysis, aggregates=turned)
    with paint(SPEC, analysis) as page:
        for axes, dataset in zip(page.figure.axes, ("Digits", "Digits, rotated"), strict=True):
            a, b = (cells(analysis, dataset, m) for m in ("m0", "m1"))
            right = dict(zip(b.keys, b.values, strict=True))
            expected = [(v, right[k]) for k, v in zip(a.keys, a.values, strict=True)]
            assert pairs(axes) == expected
            bold = [x for x in axes.lines if x.get_linewidth() > 1.9 and x.get_color() != "white"]
            assert [tuple(x.get_ydata()) for x in bold if len(x.get_xdata()) == 2] == [
                (a.mean, b.mean)
            ]
            assert tuple(axes.get_xticks()) == ENDS
        assert audit.overlaps(page.figure) == ()


def test_dashes_mark_what_became_worse(study, paint):
    for direction, dashed in ((Direction.HIGHER, True), (Direction.LOWER, False)):
        metric = Metric("accuracy", "Accuracy", direction, "%")
        with paint(SPEC, study(2, metric=metric)) as page:  # m1 is below m0 in every seed
            thin = [x for x in page.figure.axes[0].lines if x.get_color() == THIN]
            assert {x.get_linestyle() == "--" for x in thin} == {dashed}
        note = figures.draw(SPEC, study(2, metric=metric)).note
        assert ("dashed where Linear probe is worse" in note) is dashed


def test_the_baseline_and_ours_are_joined_where_none_are_named(study):
    figure = figures.draw(replace(SPEC, methods=()), study(6))
    assert "from Full fine-tuning to LoRA (r = 8)." in figure.alt
    assert "of 6 methods" in figure.diagnostics[0].message


def test_seeds_that_one_method_has_alone_are_left_out_and_counted(study, paint):
    analysis = study(2)
    fewer = tuple(
        replace(a, values=a.values[:6], keys=a.keys[:6]) if a.method == "m1" else a
        for a in analysis.aggregates
    )
    analysis = replace(analysis, aggregates=fewer)
    with paint(SPEC, analysis) as page:
        assert len(pairs(page.figure.axes[0])) == 6
    assert "with 4 seeds that only one of the methods has" in figures.draw(SPEC, analysis).note


def test_unpaired_seeds_leave_the_datasets(study, paint):
    analysis = unpaired(study(2, 4))
    with paint(SPEC, analysis) as page:
        (axes,) = page.figure.axes
        names = [d.name for d in analysis.datasets]
        assert pairs(axes) == [
            (cells(analysis, d, "m0").mean, cells(analysis, d, "m1").mean) for d in names
        ]
        assert set(names) <= {t.get_text() for t in page.figure.texts}
    assert "Thin lines: one dataset each (4)" in figures.draw(SPEC, analysis).note


def test_many_datasets_are_a_line_each(study, paint):
    analysis = study(2, tuple(f"set {i}" for i in range(100)))
    with paint(SPEC, analysis) as page:
        (axes,) = page.figure.axes
        assert len(pairs(axes)) == 100
        assert page.height < 200


def test_nothing_paired_is_refused_with_the_reason(study):
    with pytest.raises(InputError, match="not declared to be the same") as caught:
        figures.draw(SPEC, unpaired(study(2)))
    assert "pair_by" in caught.value.hint
    with pytest.raises(InputError, match="too many for a line each"):
        figures.draw(SPEC, study(2, seeds=900, unit=Unit.EXAMPLE))
    bare = tuple(replace(a, keys=()) for a in study(2).aggregates)
    with pytest.raises(InputError, match="no seed has a number of both"):
        figures.draw(SPEC, replace(study(2), aggregates=bare))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"methods": ("m0",)}, "slopes join two methods"),
        ({"methods": (), "baseline": "m9"}, 'no method "m9"'),
    ],
)
def test_two_methods_are_needed(change, said, study):
    with pytest.raises(InputError, match=said):
        figures.draw(replace(SPEC, **change), study(3))


LONG = ("A pre-trained encoder with adapters", "A pre-trained encoder, fully fine-tuned")


@pytest.mark.parametrize("datasets", [1, 3])
def test_long_names_stand_whole_in_lines_under_their_ends(datasets, study, paint):
    spec = FigureSpec("f", "slopes", methods=LONG)
    with paint(spec, study(LONG, datasets, ours=1)) as page:
        box = page.figure.axes[0].get_position()
        for name, end in zip(LONG, ENDS, strict=True):
            middle = box.x0 + end * box.width
            lines = [
                t
                for t in page.figure.texts
                if t.get_position()[1] < box.y0 and abs(t.get_position()[0] - middle) < 1e-6
            ]
            lines = lines[: len(lines) if datasets == 1 else 3]
            assert " ".join(t.get_text() for t in lines) == name
            assert len(lines) == (2 if datasets == 1 else 3)
        assert audit.overlaps(page.figure) == ()
        assert page.ruler.cut == []


def test_names_that_fit_no_three_lines_are_shortened_and_differ(study, paint):
    names = tuple(
        f"A name of more than a hundred and twenty letters {'and on ' * 14}{i}" for i in "ab"
    )
    with paint(FigureSpec("f", "slopes", methods=names), study(names, 3, ours=1)) as page:
        assert audit.overlaps(page.figure) == ()
        assert sorted(page.ruler.cut) == sorted(names)
