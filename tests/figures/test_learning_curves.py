"""What learning curves draw and say."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

import numpy as np
import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import thin
from paperforge.model import Severity
from paperforge.spec import Direction, FigureSpec, Metric

SPEC = FigureSpec("f", "learning-curves")


def lines(axes):
    return [x for x in axes.lines if len(x.get_xdata()) > 2]


def test_the_lines_are_the_curves_and_the_bands_their_intervals(study, paint):
    analysis = study(3, 2)
    with paint(SPEC, analysis) as page:
        for axes, place in zip(page.figure.axes, ("Digits", "Digits, rotated"), strict=True):
            curves = [c for c in analysis.curves if c.dataset == place]
            assert [tuple(x.get_ydata()) for x in lines(axes)] == [c.mean for c in curves]
            assert [tuple(x.get_xdata()) for x in lines(axes)] == [c.steps for c in curves]
            bands = [b.get_paths()[0].vertices[:, 1] for b in axes.collections]
            assert [(min(b), max(b)) for b in bands] == [(min(c.low), max(c.high)) for c in curves]


def test_data_holds_every_number(study):
    analysis = study(2, 2)
    rows = list(csv.DictReader(io.StringIO(figures.draw(SPEC, analysis).data)))
    wanted = [
        (c.dataset, c.method, s, m, lo, hi, n)
        for c in analysis.curves
        for s, m, lo, hi, n in zip(c.steps, c.mean, c.low, c.high, c.n, strict=True)
    ]
    found = [
        (
            r["dataset"],
            r["method"],
            float(r["step"]),
            float(r["mean"]),
            float(r["low"]),
            float(r["high"]),
            int(r["n"]),
        )
        for r in rows
    ]
    assert sorted(found) == sorted(wanted)


def test_note_and_alt_say_what_is_drawn(study):
    figure = figures.draw(SPEC, study(3, 1))
    assert figure.note == (
        "Lines: mean over 10 seeds; bands: 95% t intervals. The arrow points to better values."
    )
    assert figure.alt == (
        "Learning curves of Accuracy in %, steps 0 to 1000, for 3 methods. At the last step: "
        "Full fine-tuning 94.0, Bias only 90.0, Linear probe 86.0."
    )


def test_the_best_comes_first_also_where_lower_is_better(study):
    loss = Metric("loss", "Loss", Direction.LOWER)
    assert (
        "Linear probe 86.0, Bias only 90.0, Full" in figures.draw(SPEC, study(3, metric=loss)).alt
    )


@pytest.mark.parametrize(
    ("direction", "label"),
    [
        (Direction.HIGHER, "Accuracy (%) →"),
        (Direction.LOWER, "Accuracy (%) ←"),
        (None, "Accuracy (%)"),
    ],
)
def test_the_arrow_points_to_better_values(direction, label, study, paint):
    analysis = study(2, metric=Metric("accuracy", "Accuracy", direction, "%"))
    with paint(SPEC, analysis) as page:
        [upright] = [t for t in page.figure.texts if t.get_rotation() == 90]
        # Turned by 90 degrees → points up.
        assert upright.get_text() == label
    assert ("arrow" in figures.draw(SPEC, analysis).note) == (direction is not None)


def test_single_runs_have_no_bands_and_say_so(study, paint):
    analysis = study(3, seeds=1)
    with paint(SPEC, analysis) as page:
        assert not page.figure.axes[0].collections
    assert figures.draw(SPEC, analysis).note.startswith(
        "Lines: a single run each, so there are no bands."
    )


def test_no_steps_is_an_error_with_the_next_move(study):
    with pytest.raises(InputError, match="no steps") as caught:
        figures.draw(SPEC, replace(study(3), curves=()))
    assert "need a step column" in caught.value.hint
    assert "--map COLUMN=step" in caught.value.hint


def test_the_validation_split_is_the_default_and_another_can_be_asked_for(study):
    analysis = study(2)
    train = tuple(
        replace(c, split="train", mean=tuple(m + 1 for m in c.mean)) for c in analysis.curves
    )
    both = replace(analysis, curves=(*train, *analysis.curves))
    assert set(split(figures.draw(SPEC, both))) == {"val"}
    assert set(split(figures.draw(replace(SPEC, split="train"), both))) == {"train"}
    with pytest.raises(InputError) as caught:
        figures.draw(replace(SPEC, split="tain"), both)
    assert caught.value.hint == 'did you mean "train"? known: train, val'


def split(figure):
    return [row["split"] for row in csv.DictReader(io.StringIO(figure.data))]


def test_without_a_metric_the_first_with_steps_is_drawn(study):
    analysis = study(2)
    both = replace(analysis, metrics=(Metric("final", "Final"), *analysis.metrics))
    assert figures.draw(SPEC, both).alt.startswith("Learning curves of Accuracy")


def test_many_steps_are_thinned_and_ends_extremes_and_markers_are_kept(study, paint):
    analysis = study(2, steps=40_001)
    with paint(SPEC, analysis) as page:
        for line, curve in zip(lines(page.figure.axes[0]), analysis.curves, strict=True):
            xs, ys = list(line.get_xdata()), list(line.get_ydata())
            assert len(xs) < 20_000
            assert set(zip(xs, ys, strict=True)) <= set(zip(curve.steps, curve.mean, strict=True))
            assert (xs[0], ys[-1]) == (curve.steps[0], curve.mean[-1])
            assert (min(ys), max(ys)) == (min(curve.mean), max(curve.mean))
            assert len(line.get_markevery()) == 5
    assert figures.draw(SPEC, analysis).data.count("\n") == 1 + 2 * 40_001


def smooth(analysis, steps, noise=0.0):
    """The analysis with curves of very many steps; two methods, bands."""
    made = []
    rng = np.random.default_rng(5)
    x = np.arange(float(steps))
    for place, curve in enumerate(analysis.curves):
        mean = 90 - 40 * np.exp(-6 * x / steps) - 3 * place + 2 * np.sin(30 * x / steps)
        mean += rng.normal(0, noise, steps) if noise else 0.0
        half = 1 + np.cos(20 * x / steps) / 2
        columns = (tuple(v.tolist()) for v in (x, mean, mean - half, mean + half))
        names = ("steps", "mean", "low", "high")
        made.append(replace(curve, n=(5,) * steps, **dict(zip(names, columns, strict=True))))
    return replace(analysis, curves=tuple(made))


def grey(analysis, paint, monkeypatch, columns):
    """The picture at 200 dots an inch, in levels of grey."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    monkeypatch.setattr(thin, "COLUMNS_PER_PT", columns)
    with paint(SPEC, analysis) as page:
        page.figure.set_facecolor("white")
        page.figure.set_dpi(200)
        canvas = FigureCanvasAgg(page.figure)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].astype(float).mean(axis=2)


def test_thinning_does_not_change_the_picture(study, paint, monkeypatch):
    """Lines with dashes, markers and bands: no pixel by more than a level of grey in 255."""
    analysis = smooth(study(2), 60_000)
    usual = grey(analysis, paint, monkeypatch, thin.COLUMNS_PER_PT)
    whole = grey(analysis, paint, monkeypatch, 10**9)
    assert np.abs(usual - whole).max() <= 1
    assert usual.min() < 80  # something is drawn
    coarse = grey(analysis, paint, monkeypatch, 0.05)
    assert np.abs(coarse - whole).max() > 20


def test_noise_keeps_its_envelope(study, paint, monkeypatch):
    """A line of noise is a shape: fewer than one pixel in 500 moves by more than a level."""
    one = smooth(study(1), 60_000, noise=0.8)
    analysis = replace(one, curves=(replace(one.curves[0], n=(1,) * 60_000),))
    usual = grey(analysis, paint, monkeypatch, thin.COLUMNS_PER_PT)
    apart = np.abs(usual - grey(analysis, paint, monkeypatch, 10**9))
    assert (apart > 1).mean() < 0.002
    assert apart.mean() < 0.02


def test_points_without_a_finite_mean_are_left_out(study):
    analysis = study(2)
    bad = replace(analysis.curves[0], mean=(math.nan, math.inf, *analysis.curves[0].mean[2:]))
    figure = figures.draw(SPEC, replace(analysis, curves=(bad, *analysis.curves[1:])))
    assert "nan" not in figure.data
    assert "inf" not in figure.data


def test_one_wide_band_does_not_flatten_the_lines(study, paint):
    analysis = study(3)
    first = analysis.curves[0]
    wide = replace(
        first, low=tuple(m - 4000 for m in first.mean), high=tuple(m + 4000 for m in first.mean)
    )
    with paint(SPEC, replace(analysis, curves=(wide, *analysis.curves[1:]))) as page:
        low, high = page.figure.axes[0].get_ylim()
    assert high - low < 200


def test_panels_of_unlike_ranges_have_scales_of_their_own_and_the_note_says_so(study):
    analysis = study(2, 2)
    small = tuple(
        replace(
            c,
            mean=tuple(m / 100 for m in c.mean),
            low=tuple(m / 100 for m in c.low),
            high=tuple(m / 100 for m in c.high),
        )
        if c.dataset == "Digits"
        else c
        for c in analysis.curves
    )
    figure = figures.draw(SPEC, replace(analysis, curves=small))
    assert "Vertical scales differ between panels." in figure.note
    assert "scales differ" not in figures.draw(SPEC, analysis).note
    assert [d for d in figure.diagnostics if d.severity is not Severity.NOTE] == []


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_few_steps_are_drawn(steps, study):
    figure = figures.draw(SPEC, study(3, 2, steps=steps))
    assert [d for d in figure.diagnostics if d.severity is not Severity.NOTE] == []


def test_runs_that_stop_early_are_named_in_a_legend(study, paint):
    analysis = study(2, spread=30.0)
    short = analysis.curves[0]
    cut = replace(
        short, **{k: getattr(short, k)[:9] for k in ("steps", "mean", "low", "high", "n")}
    )
    with paint(SPEC, replace(analysis, curves=(cut, analysis.curves[1]))) as page:
        top = page.figure.axes[0].get_position().y1
        assert sum(t.get_position()[1] > top for t in page.figure.texts) == 2


def test_panels_of_one_scale_have_labels_at_the_edges_alone(study, paint):
    analysis = study(2, 4)
    with paint(SPEC, analysis) as page:
        shown = [
            (
                any(t.get_visible() for t in a.get_yticklabels()),
                any(t.get_visible() for t in a.get_xticklabels()),
            )
            for a in page.figure.axes
        ]
    assert shown == [(True, False), (False, False), (True, True), (False, True)]


def test_a_line_stops_where_its_first_run_does(study):
    analysis = study(2)
    first, second = analysis.curves
    short = replace(first, n=(10,) * 15 + (3,) * 6)
    figure = figures.draw(SPEC, replace(analysis, curves=(short, second)))
    rows = list(csv.DictReader(io.StringIO(figure.data)))
    assert len([r for r in rows if r["method"] == first.method]) == 15
    assert len([r for r in rows if r["method"] == second.method]) == 21
    assert "mean over 10 seeds" in figure.note
    assert "Lines stop at the last step that all their runs reached." in figure.note
    assert "Lines stop" not in figures.draw(SPEC, analysis).note


def test_a_metric_with_its_split_is_understood(study):
    with pytest.raises(InputError) as error:
        figures.draw(replace(SPEC, metric="val_accuracy"), study(2))
    assert "--metric accuracy --split val" in error.value.hint
