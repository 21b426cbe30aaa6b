"""What reliability diagrams draw: every bin at its confidence, its interval, its count, the error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paperforge import figures, pipeline
from paperforge.errors import InputError
from paperforge.figures import audit
from paperforge.spec import FigureSpec, Project, Source

SPEC = FigureSpec("f", "reliability", methods=("m0",), datasets=("",))


def test_dots_intervals_and_counts_are_the_bins(study, paint):
    analysis = study(1)
    (one,) = analysis.reliabilities
    filled = [b for b in one.bins if b.n]
    with paint(SPEC, analysis) as page:
        main, counts = page.figure.axes
        lines = [x for x in main.lines if len(x.get_xdata()) == len(filled)]
        assert [tuple(x.get_xdata()) for x in lines] == [tuple(b.confidence for b in filled)]
        assert [tuple(x.get_ydata()) for x in lines] == [tuple(b.accuracy for b in filled)]
        ends = [tuple(x.get_ydata()) for x in main.lines if len(set(x.get_xdata())) == 1]
        assert ends == [(b.accuracy_low, b.accuracy_high) for b in filled]
        diagonal = [x for x in main.lines if tuple(x.get_xdata()) == (0, 1)]
        assert [tuple(x.get_ydata()) for x in diagonal] == [(0, 1)]
        bars = [(p.get_x(), p.get_width(), p.get_height()) for p in counts.patches]
        assert bars == [(b.low, pytest.approx(b.high - b.low), b.n) for b in filled]
        assert "ECE 0.099" in [t.get_text() for t in page.figure.texts]
        assert main.get_position().x0 == counts.get_position().x0
        assert main.get_position().y0 > counts.get_position().y1


def test_a_panel_a_method_on_one_scale_of_counts(study, paint):
    with paint(FigureSpec("f", "reliability", width="text"), study(5, 2)) as page:
        assert len(page.figure.axes) == 10
        assert len({axes.get_ylim() for axes in page.figure.axes[1::2]}) == 1
        assert audit.overlaps(page.figure) == ()
    with pytest.raises(InputError, match="20 reliability diagrams"):
        figures.draw(FigureSpec("f", "reliability"), study(tuple(f"m {i}" for i in range(20))))


def test_the_error_and_the_intervals_are_defined(study):
    figure = figures.draw(SPEC, study(1))
    assert "in 10 bins of equal width (1290 answers)" in figure.note
    assert "95% Wilson intervals" in figure.note
    assert "ECE: mean over the answers of the absolute difference between accuracy and mean" in (
        figure.note
    )
    assert figure.alt.startswith("Reliability diagram, 10 bins. Full fine-tuning: ECE 0.099;")
    assert figure.data.splitlines()[1] == "m0,,0.0,0.1,0,,,,,0.0987"


def test_only_the_bins_asked_for_are_drawn(study):
    analysis = study(1)
    (one,) = analysis.reliabilities
    mass = replace(one, binning="mass", bins=one.bins[5:], ece=0.5, asked=5)
    analysis = replace(analysis, reliabilities=(one, mass))
    figure = figures.draw(replace(SPEC, binning="mass", bins=5), analysis)
    assert "5 bins of equal mass" in figure.note and "ECE 0.5" in figure.alt
    with pytest.raises(InputError, match="no confidences are known"):
        figures.draw(replace(SPEC, bins=7), analysis)
    with pytest.raises(InputError, match='binning "count" is not known'):
        figures.draw(replace(SPEC, binning="count"), analysis)


def test_a_table_of_examples_is_drawn_from_file_to_page(tmp_path):
    path = tmp_path / "a.csv"
    rows = [f"m,{i},{int(i % 4 > 0)},{0.5 + 0.25 * (i % 2)}" for i in range(80)]
    path.write_text("\n".join(["method,example,correct,confidence", *rows]))
    spec = FigureSpec("f", "reliability", bins=4)
    project = Project(root=tmp_path, sources=(Source(path, "a.csv"),), figures=(spec,))
    analysis = pipeline.analyse(pipeline.load(project), project)
    figure = pipeline.draw(analysis, spec, None)
    # .5 (right in half) and .75 (always right) lie on the upper edges of the second and third bin.
    rows = [line.split(",")[2:7] for line in figure.data.splitlines()[1:]]
    assert rows[1] == ["0.25", "0.5", "40", "0.5", "0.5"]
    assert rows[2] == ["0.5", "0.75", "40", "0.75", "1.0"]
    assert "ECE 0.125" in figure.alt


def test_the_numbers_of_counts_stand_clear_and_the_label_stands_at_the_panels(study, paint):
    """Counts just at the top of their scale; a panel in the middle of a wide page."""
    analysis = study(1)
    one = analysis.reliabilities[0]
    bins = tuple(replace(b, n=200 if place == 5 else b.n) for place, b in enumerate(one.bins))
    analysis = replace(analysis, reliabilities=(replace(one, bins=bins),))
    for width in ("column", "text"):
        with paint(FigureSpec("f", "reliability", width=width), analysis) as page:
            assert audit.overlaps(page.figure) == ()
            [label] = [t for t in page.figure.texts if t.get_text().startswith("Accuracy")]
            left = page.figure.axes[0].get_position().x0
            assert (left - label.get_position()[0]) * page.width < 32
