"""Performance profiles: the lines are the analysis', and the words are true of them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.spec import Direction, Metric

LOSS = Metric("accuracy", "Loss", Direction.LOWER)


def drawn(page):
    return [x for x in page.figure.axes[0].lines if x.get_drawstyle() == "steps-post"]


def test_lines_are_the_profiles(study, wealth, spec_of, paint):
    analysis = wealth(study(4, 2))
    with paint(spec_of("profile"), analysis) as page:
        for line, profile in zip(drawn(page), analysis.profiles, strict=True):
            assert tuple(line.get_xdata(orig=True))[1:-1] == profile.thresholds
            assert tuple(line.get_ydata(orig=True))[1:-1] == profile.share
        assert len(page.figure.axes[0].collections) == 4
        low, high = page.figure.axes[0].get_ylim()
        assert (low, high) == (0.0, 1.0)


def test_of_a_loss_the_share_at_most_tau_is_drawn(study, wealth, spec_of, paint):
    analysis = wealth(study(2))
    analysis = replace(analysis, metrics=(LOSS, *analysis.metrics[1:]))
    with paint(spec_of("profile"), analysis) as page:
        for line, profile in zip(drawn(page), analysis.profiles, strict=True):
            shares = [0.0, *(1 - s for s in profile.share), 1.0]
            assert line.get_ydata(orig=True) == pytest.approx(shares)
    figure = figures.draw(spec_of("profile"), analysis)
    rows = list(csv.DictReader(io.StringIO(figure.data)))
    assert all(float(r["low"]) <= float(r["share"]) <= float(r["high"]) for r in rows)
    assert "of at most τ" in figure.note
    assert figure.note.endswith("Higher lines are better.")


def test_many_lines_have_no_bands_and_say_so(study, wealth, spec_of, paint):
    names = tuple(f"method {i}" for i in range(20))
    with paint(spec_of("profile"), wealth(study(names))) as page:
        assert not page.figure.axes[0].collections
        assert len(drawn(page)) == 20
    assert "Bands are left out" in figures.draw(spec_of("profile"), wealth(study(names))).note


def test_bands_that_lie_over_each_other_are_left_out_and_the_note_says_so(
    study, wealth, spec_of, paint
):
    analysis = wealth(study(6))
    wide = tuple(
        replace(p, low=(0.0,) * len(p.share), high=(1.0,) * len(p.share)) for p in analysis.profiles
    )
    analysis = replace(analysis, profiles=wide)
    with paint(spec_of("profile"), analysis) as page:
        assert not page.figure.axes[0].collections
    assert "Bands are left out, as they would lie over each other" in (
        figures.draw(spec_of("profile"), analysis).note
    )


def test_alt_says_where_half_of_the_runs_are(study, wealth, spec_of):
    analysis = wealth(study(1))
    profile = analysis.profiles[0]
    middle = next(t for t, s in zip(profile.thresholds, profile.share, strict=True) if s <= 0.5)
    assert f"{middle:.0f}" in figures.draw(spec_of("profile"), analysis).alt


def test_scores_on_scales_of_their_own_are_warned_of(study, wealth, spec_of):
    analysis = wealth(study(2, 2))
    cells = tuple(
        replace(a, mean=a.mean * 1000) if a.dataset == "Digits" and a.mean else a
        for a in analysis.aggregates
    )
    found = figures.draw(spec_of("profile"), replace(analysis, aggregates=cells)).diagnostics
    assert any("normalise" in d.hint for d in found)
    assert not any(
        "normalise" in d.hint for d in figures.draw(spec_of("profile"), analysis).diagnostics
    )


def test_without_profiles_the_next_move_is_said(study, wealth, spec_of):
    with pytest.raises(InputError, match="no performance profiles") as caught:
        figures.draw(spec_of("profile"), replace(wealth(study(2)), profiles=()))
    assert "two runs" in caught.value.hint


def test_all_equal_values_can_be_drawn(study, wealth, spec_of):
    analysis = wealth(study(1))
    flat = replace(analysis.profiles[0], thresholds=(5.0,) * 40, share=(0.0,) * 40)
    figure = figures.draw(spec_of("profile"), replace(analysis, profiles=(flat,)))
    assert np.isfinite(figure.height_pt)


def test_equal_scores_are_a_line_across_the_panel_with_its_fall(study, wealth, spec_of, paint):
    analysis = wealth(study(3, 2))
    same = tuple(replace(p, thresholds=(50.0,), share=(0.0,), low=(0.0,), high=(0.4,))
                 for p in analysis.profiles)  # fmt: skip
    with paint(spec_of("profile"), replace(analysis, profiles=same)) as page:
        low, high = page.figure.axes[0].get_xlim()
        for line in drawn(page):
            assert tuple(line.get_xdata(orig=True)) == (low, 50.0, high)
            assert tuple(line.get_ydata(orig=True)) == (1.0, 0.0, 0.0)


def test_scores_of_all_sizes_are_refused(study, wealth, spec_of):
    analysis = wealth(study(4, 2))
    size = {m.name: 10.0 ** (4 * place - 9) for place, m in enumerate(analysis.methods)}
    cells = tuple(replace(a, mean=size[a.method]) for a in analysis.aggregates)
    with pytest.raises(InputError, match="share a scale: most are not seen"):
        figures.draw(spec_of("profile"), replace(analysis, aggregates=cells))
