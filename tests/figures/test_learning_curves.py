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
from paperforge.figures import audit, sheet, steps, thin
from paperforge.model import Severity
from paperforge.spec import Direction, FigureSpec, Metric

SPEC = FigureSpec("f", "learning-curves")
FINER = 16


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
        "Lines: mean over 10 seeds on the validation split; bands: 95% t intervals. The arrow points "
        "to better values."
    )
    assert figure.alt == (
        "Learning curves of Accuracy in % on the validation split, steps 0 to 1000, for 3 methods. At the last step: "
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
        "Lines: a single run each on the validation split, so there are no bands."
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


@pytest.mark.parametrize(
    ("name", "asked", "sentence", "axis"),
    [
        ("train", "train", " on the training split", "Training accuracy"),
        ("test", "", " on the test split", "Accuracy"),
        ("dev", "dev", " on the split dev", "Accuracy on dev"),
        ("", "", "", "Accuracy"),
    ],
)
def test_the_split_drawn_is_said_and_on_the_axis_where_it_was_asked_for(
    study, name, asked, sentence, axis
):
    analysis = study(2)
    spec = replace(SPEC, split=asked)
    curves = tuple(replace(c, split=name) for c in analysis.curves)
    figure = figures.draw(spec, replace(analysis, curves=curves))
    assert figure.note.startswith(f"Lines: mean over 10 seeds{sentence}; bands")
    assert figure.alt.startswith(f"Learning curves of Accuracy in %{sentence}, steps")
    assert any(t.text.startswith(f"{axis} (%)") for t in audit.inspect(figure.pdf).texts)


def test_a_label_that_names_its_split_is_left_as_it_is():
    metric = Metric("loss", "Training loss")
    assert steps.of_split(metric, "train") is metric
    assert steps.of_split(replace(metric, label="F1"), "val").label == "Validation F1"


def split(figure):
    return [row["split"] for row in csv.DictReader(io.StringIO(figure.data))]


def test_without_a_metric_the_first_with_steps_is_drawn(study):
    analysis = study(2)
    both = replace(analysis, metrics=(Metric("final", "Final"), *analysis.metrics))
    assert figures.draw(SPEC, both).alt.startswith("Learning curves of Accuracy")


def test_many_steps_are_thinned_and_ends_extremes_and_markers_are_kept(study, paint):
    analysis = study(2, steps=40_001)
    with paint(SPEC, analysis) as page:
        for curve, colour in zip(analysis.curves, ("#312b9e", "#d88e26"), strict=True):
            drawn = [x for x in page.figure.axes[0].lines if x.get_color() == colour]
            ends = [(list(x.get_xdata()), list(x.get_ydata())) for x in drawn]
            points = [point for pair in ends for point in zip(*pair, strict=True)]
            assert len(points) < 10_000
            assert set(points) <= set(zip(curve.steps, curve.mean, strict=True))
            assert {(curve.steps[0], curve.mean[0]), (curve.steps[-1], curve.mean[-1])} <= set(
                points
            )
            ys = [y for _, y in points]
            assert (min(ys), max(ys)) == (min(curve.mean), max(curve.mean))
            marks = drawn[0].get_markevery() if len(drawn) == 1 else drawn[-1].get_xdata()
            assert len(marks) == 5
    assert figures.draw(SPEC, analysis).data.count("\n") == 1 + 2 * 40_001


def test_the_data_of_a_million_steps_is_cut_and_the_note_says_so(study):
    analysis = study(1)
    steps = tuple(map(float, range(200_000)))
    mean = (*(float(i % 7) for i in range(199_999)), 500.0)
    curve = replace(
        analysis.curves[0], steps=steps, mean=mean, low=mean, high=mean, n=(1,) * len(steps)
    )
    figure = figures.draw(SPEC, replace(analysis, curves=(curve,)))
    assert 20_000 < figure.data.count("\n") <= 50_001
    assert "500.0" in figure.data
    assert any("200,000 steps" in d.message for d in figure.diagnostics)


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


def grey(analysis, paint, monkeypatch, few, log=""):
    """The picture at 200 dots an inch in levels of grey, each the mean of 16 by 16 samples.

    A rasteriser that smooths edges adds up the parts of a pixel that strokes cover, though they may
    lie over each other: only fine samples show what is covered.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    monkeypatch.setattr(thin, "FEW", few)
    with paint(FigureSpec("f", "learning-curves", height_pt=66, log=log), analysis) as page:
        page.figure.set_facecolor("white")
        page.figure.set_dpi(200 * FINER)
        canvas = FigureCanvasAgg(page.figure)
        canvas.draw()
        fine = np.asarray(canvas.buffer_rgba())[..., 1]
        size = sheet.pdf(page.figure)
    high, wide = (side // FINER for side in fine.shape)
    fine = fine[: high * FINER, : wide * FINER].reshape(high, FINER, wide, FINER)
    return fine.mean(axis=(1, 3), dtype=np.float32), len(size)


def both(analysis, paint, monkeypatch, log=""):
    """The largest change of a pixel by thinning, the share changed by over 1, and both sizes."""
    usual, size = grey(analysis, paint, monkeypatch, thin.FEW, log)
    whole, large = grey(analysis, paint, monkeypatch, 10**9, log)
    assert usual.min() < 90  # something is drawn
    apart = np.abs(usual - whole)
    return apart.max(), (apart > 1).mean(), size, large


def test_thinning_does_not_change_the_picture(study, paint, monkeypatch):
    """Lines with dashes, markers and bands: no pixel by more than a level of grey in 255."""
    most, _, size, large = both(smooth(study(2), 60_000), paint, monkeypatch)
    assert most <= 1
    assert size < large / 10


@pytest.mark.parametrize("log", ["", "x"])
@pytest.mark.parametrize("methods", [1, 2])
def test_thinning_does_not_change_the_picture_of_noise(methods, log, study, paint, monkeypatch):
    noisy = smooth(study(methods), 60_000, noise=1.5)
    curves = (
        replace(c, n=(1,) * 60_000, steps=tuple(s + 1 for s in c.steps)) for c in noisy.curves
    )
    most, _, size, large = both(replace(noisy, curves=tuple(curves)), paint, monkeypatch, log)
    assert round(float(most)) <= 1
    assert size < large / 6


def test_a_noisy_band_stays_as_dark_as_it_was(study, paint, monkeypatch):
    """A band has no pen that hides: one level in all but a few pixels of its edges."""
    one = smooth(study(1), 60_000)
    half = 1 + np.abs(np.random.default_rng(6).normal(0, 1, 60_000))
    curve = one.curves[0]
    low, high = (tuple((np.array(curve.mean) + s * half).tolist()) for s in (-1, 1))
    analysis = replace(one, curves=(replace(curve, low=low, high=high),))
    most, share, size, large = both(analysis, paint, monkeypatch)
    assert most <= 5
    assert share < 0.04
    assert size < large / 3


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
