"""What the bars of an ablation are: the decisions, from the full model's side."""

from __future__ import annotations

import csv
import itertools
from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.model import Verdict
from paperforge.spec import FigureSpec

SPEC = FigureSpec("f", "waterfall")


def bars(axes):
    """(from, to) of every bar, from the top."""
    return [(b.get_x(), b.get_x() + b.get_width()) for b in axes.patches]


def whiskers(axes):
    return [
        tuple(x.get_xdata())
        for x in axes.lines
        if len(set(x.get_ydata())) == 1 and x.get_color() not in ("white", "#e4e4e4")
    ]


def all_pairs(analysis, turned=()):
    """The analysis without roles and with a decision for each pair; those in `turned` b - a."""
    bare = tuple(replace(m, role=None) for m in analysis.methods)
    means = {m.name: 90.0 - 2.0 * i * i for i, m in enumerate(bare)}
    made = []
    for i, one in enumerate(bare):
        for other in bare[i + 1 :]:
            a, b = (
                (other.name, one.name)
                if (one.name, other.name) in turned
                else (one.name, other.name)
            )
            gap = means[a] - means[b]
            verdict = Verdict.BETTER if gap > 0 else Verdict.WORSE
            made.append(
                replace(
                    *(analysis.decisions[0],),
                    a=a,
                    b=b,
                    scope=None,
                    estimate=gap,
                    verdict=verdict,
                    low=gap - 1.0,
                    high=gap + 1.5,
                )
            )
    cells = tuple(replace(a, mean=means[a.method]) for a in analysis.aggregates)
    return replace(analysis, methods=bare, decisions=tuple(made), aggregates=cells)


def test_every_bar_is_the_method_minus_the_full_model(study, paint):
    analysis = study(6, 2)
    primary = [d for d in analysis.decisions if d.primary]  # each is m4 - other
    with paint(SPEC, analysis) as page:
        axes = page.figure.axes[0]
        expected = [tuple(sorted((0.0, -d.estimate))) for d in primary]
        assert bars(axes) == [pytest.approx(pair) for pair in expected]
        assert whiskers(axes)[: len(primary)] == [(-d.high, -d.low) for d in primary]
        faces = [patch.get_facecolor()[:3] != (1.0, 1.0, 1.0) for patch in axes.patches]
        assert faces == [d.decided for d in primary]
        names = [t.get_text() for t in axes.get_yticklabels()]
        assert "LoRA (r = 8)" not in names and len(names) == 5
        # BETTER is said of the full model: the variant is worse.
        words = [t.get_text() for t in page.figure.texts]
        assert words.count("worse") == sum(d.verdict is Verdict.BETTER for d in primary)
        assert words.count("better") == sum(d.verdict is Verdict.WORSE for d in primary)


def test_side_by_side_is_said(study):
    note = figures.draw(SPEC, study(6, 2)).note
    assert "each method minus LoRA (r = 8), side by side (not cumulative); average" in note
    assert "after Holm correction over 5 comparisons" in note


def test_a_chain_goes_on_from_each_bar(study, paint):
    analysis = all_pairs(study(4), turned={("m1", "m2")})
    spec = replace(SPEC, shape="chain", methods=("m0", "m1", "m2", "m3"), baseline="m0")
    with paint(spec, analysis) as page:
        axes = page.figure.axes[0]
        levels = [90.0, 88.0, 82.0, 72.0]
        expected = [(b, a) for a, b in itertools.pairwise(levels)]
        assert bars(axes) == [pytest.approx(pair) for pair in expected]
        # Each interval is that of the change, around the bar's end; m2 - m1 as it was tested.
        assert whiskers(axes) == [
            pytest.approx(pair) for pair in ((86.5, 89.0), (81.0, 83.5), (70.5, 73.0))
        ]
        assert next(t.get_text() for t in axes.get_yticklabels()) == "Full fine-tuning"
    figure = figures.draw(spec, analysis)
    assert "not cumulative" not in figure.note
    assert "Bias only after Linear probe −6.0" in figure.alt


def test_a_chain_needs_every_neighbour_compared(study):
    with pytest.raises(InputError, match="are not compared, so there is no chain"):
        figures.draw(replace(SPEC, shape="chain"), study(6))


def test_the_full_model_may_be_named_or_must_be_told(study):
    analysis = all_pairs(study(3))
    with pytest.raises(InputError, match="nothing says which method is the full model"):
        figures.draw(SPEC, analysis)
    figure = figures.draw(replace(SPEC, baseline="m1"), analysis)
    rows = [row.split(",")[2:5] for row in figure.data.splitlines()[1:]]
    assert rows == [["m0", "m1", "2.0"], ["m2", "m1", "-6.0"]]
    with pytest.raises(InputError, match='no method "m7"'):
        figures.draw(replace(SPEC, baseline="m7"), analysis)


def test_what_is_not_compared_with_it_is_named(study):
    analysis = study(6)
    more = (*analysis.methods, replace(analysis.methods[0], name="x", label="Extra", role=None))
    figure = figures.draw(SPEC, replace(analysis, methods=more))
    assert any("not compared with the full model: Extra" in d.message for d in figure.diagnostics)


def test_untested_changes_have_no_intervals(study, paint):
    analysis = study(4, seeds=1)
    bare = tuple(
        replace(d, low=None, high=None, p=None, p_adjusted=None, verdict=Verdict.UNTESTED)
        for d in analysis.decisions
    )
    analysis = replace(analysis, decisions=bare)
    with paint(SPEC, analysis) as page:
        assert whiskers(page.figure.axes[0]) == []
    note = figures.draw(SPEC, analysis).note
    assert "nothing is tested" in note and "whiskers" not in note


def test_one_dataset_or_the_average(study):
    analysis = study(6, 3)
    assert "; Digits;" in figures.draw(replace(SPEC, datasets=("Digits",)), analysis).note
    with pytest.raises(InputError, match="one dataset, or the average"):
        figures.draw(replace(SPEC, datasets=("Digits", "Breast cancer")), analysis)


PARTS = {"full": 0.90, "no-a": 0.86, "no-b": 0.89, "no-c": 0.80, "base": 0.70}


def ablation(tmp_path):
    rows = [
        f"{m},{d},{s},{mean - 0.1 * k + (s * 7 % 5 - 2) * 0.004:.4f}\n"
        for m, mean in PARTS.items()
        for k, d in enumerate("xy")
        for s in range(5)
    ]
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n" + "".join(rows))


@pytest.mark.parametrize("shape", ["", "chain"])
def test_what_the_family_leaves_out_is_drawn_hollow_and_said(paperforge, tmp_path, shape):
    ablation(tmp_path)
    roles = ("--ours", "full", "--baseline", "base")
    more = ("--shape", shape) if shape else ()
    said = paperforge(
        "figure", "r.csv", "--kind", "waterfall", *roles, *more, "-o", "f.pdf", "--data", "f.csv"
    )
    assert said.code == 0, said.err
    assert "not compared" not in said.err
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    means = list(PARTS.values())
    before = means[:-1] if shape else [means[0]] * 4
    gaps = [after - one for after, one in zip(means[1:], before, strict=True)]
    assert [float(r["change"]) for r in rows] == pytest.approx(gaps, abs=1e-9)
    if not shape:  # the family holds one pair: that of the full model and the baseline
        assert [r["verdict"] for r in rows] == ["untested"] * 3 + ["worse"]
        assert [bool(r["p_adjusted"]) for r in rows] == [False] * 3 + [True]
        assert "estimated and not tested: no-a, no-b, no-c." in said.err


def test_a_full_model_that_the_figure_does_not_name_among_its_methods(paperforge, tmp_path):
    ablation(tmp_path)
    (tmp_path / "paper.toml").write_text(
        'results = "r.csv"\n[methods.full]\n[methods.base]\nrole = "baseline"\n[[figures]]\nname = "f"\n'
        'kind = "waterfall"\nbaseline = "full"\nmethods = ["no-a", "no-c"]\n'
    )
    said = paperforge("figure", "paper.toml", "--name", "f", "-o", "f.pdf", "--data", "f.csv")
    assert said.code == 0, said.err
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))
    assert [(r["method"], r["from"]) for r in rows] == [("no-a", "full"), ("no-c", "full")]
