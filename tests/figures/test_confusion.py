"""What confusion matrices draw: shares of the rows, counts, and which methods."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import audit, heat
from paperforge.model import Confusion
from paperforge.spec import FigureSpec

SPEC = FigureSpec("f", "confusion", methods=("m0",), datasets=("",))


def with_classes(analysis, size, rows=200, method="m0", dataset=""):
    """The analysis with one matrix of so many classes."""
    names = tuple(f"class {i}" for i in range(size))
    counts = tuple(
        tuple(rows - 20 if i == j else 20 if j == (i + 1) % size else 0 for j in range(size))
        for i in range(size)
    )
    return replace(analysis, confusions=(Confusion(method, dataset, names, counts, 1),))


def cell_texts(page):
    labels = {"True class", "Predicted class"}
    return [
        t.get_text()
        for t in page.figure.texts
        if t.get_text() not in labels and not t.get_text().startswith("class")
    ]


def test_cells_are_shares_of_their_row_with_counts_under_them(study, paint):
    analysis = study(1)
    counts = ((150, 50, 0), (1, 998, 1), (0, 0, 0))
    one = Confusion("m0", "", ("class a", "class b", "class c"), counts, 1)
    analysis = replace(analysis, confusions=(one,))
    with paint(SPEC, analysis) as page:
        (axes,) = page.figure.axes
        shades = [patch.get_facecolor()[:3] for patch in axes.patches]
        shares = [0.75, 0.25, 0.0, 0.001, 0.998, 0.001, None, None, None]
        assert shades == [pytest.approx(heat.shade(share)) for share in shares]
        assert cell_texts(page) == [
            *("75", "(150)", "25", "(50)"),
            *("<1", "(1)", ">99", "(998)", "<1", "(1)", "–", "–", "–"),
        ]
        names = {t.get_text() for t in axes.get_yticklabels()}
        assert names == {"class a (200)", "class b (1000)", "class c (0)"}
        assert audit.overlaps(page.figure) == ()


def test_ours_is_drawn_or_the_rightest_and_others_are_named(study):
    figure = figures.draw(replace(SPEC, methods=(), datasets=()), study(6, 2))
    assert "of LoRA (r = 8) on Digits." in figure.note
    assert ["of 6 methods" in d.message or "of 2 datasets" in d.message for d in figure.diagnostics]
    bare = study(3)
    bare = replace(bare, methods=tuple(replace(m, role=None) for m in bare.methods))
    best = with_classes(bare, 3, rows=900, method="m2").confusions[0]
    figure = figures.draw(
        replace(SPEC, methods=()), replace(bare, confusions=(*bare.confusions[:2], best))
    )
    assert "of Bias only." in figure.note


def test_panels_for_methods_and_datasets_that_are_named(study, paint):
    spec = FigureSpec(
        "f", "confusion", methods=("m0", "m2"), datasets=("Digits", "Wine"), width="text"
    )
    with paint(spec, study(3, 4)) as page:
        assert len(page.figure.axes) == 4
        titles = [t.get_text() for t in page.figure.texts]
        assert "Bias only, Wine" in titles
        assert audit.overlaps(page.figure) == ()
    every = replace(spec, methods=("m0", "m1", "m2"), datasets=("Digits", "Wine", "Breast cancer"))
    with pytest.raises(InputError, match="9 confusion matrices are more"):
        figures.draw(every, study(3, 4))


@pytest.mark.parametrize(
    ("size", "width"), [(2, "column"), (10, "column"), (20, "text"), (30, "text")]
)
def test_from_two_to_thirty_classes(size, width, study, paint):
    with paint(replace(SPEC, width=width), with_classes(study(1), size)) as page:
        assert len(page.figure.axes[0].patches) == size * size
        assert audit.overlaps(page.figure) == ()
        assert "90" in cell_texts(page)


def test_where_numbers_have_no_room_a_key_explains_the_shades(study, paint):
    names = tuple(f"class {i}" for i in range(17))
    counts = tuple(tuple(100 * (i == j) for j in range(17)) for i in range(17))
    right = replace(study(1), confusions=(Confusion("m0", "", names, counts, 1),))
    with paint(SPEC, right) as page:
        assert cell_texts(page) == ["0%", "25%", "50%", "75%", "100%"]
        assert audit.overlaps(page.figure) == ()
    note = figures.draw(SPEC, right).note
    assert "Shade: share of the row, of 1700 answers" in note
    assert "arenthes" not in note and "Empty" not in note


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        (((9, 1), (2, 8)), ". In parentheses: the number of answers."),
        (((9, 1), (0, 8)), ". In parentheses: the number of answers. Empty cells: no answer."),
        (((9, 1), (0, 0)), ". In parentheses: the number of answers. –: the class has no answers."),
    ],
)
def test_what_stands_in_the_cells_is_said(study, paint, counts, told):
    one = replace(study(1), confusions=(Confusion("m0", "", ("class a", "class b"), counts, 1),))
    note = figures.draw(SPEC, one).note
    assert "Shade and numbers: share of the row, in percent, of" in note
    assert note.endswith(told)
    with paint(SPEC, one) as page:
        texts = cell_texts(page)
    assert any(t.startswith("(") for t in texts) and ("–" in texts) == ("–" in told)


def test_counts_that_have_no_room_are_not_said(study):
    note = figures.draw(replace(SPEC, width="text"), with_classes(study(1), 30)).note
    assert "Shade and numbers" in note and "parentheses" not in note


def test_where_names_have_no_room_it_is_refused(study):
    with pytest.raises(InputError, match="30 rows and columns leave no room for their names"):
        figures.draw(SPEC, with_classes(study(1), 30))


def test_a_refusal_says_of_how_many_classes_these_are(study):
    many = with_classes(study(1), 30)
    some = replace(many.confusions[0], others=31)
    with pytest.raises(InputError, match=r"\(the 29 largest of 60 classes, and the others\)"):
        figures.draw(SPEC, replace(many, confusions=(some,)))


def test_others_and_runs_are_said(study):
    one = Confusion("m0", "", ("class a", "other"), ((9, 1), (2, 8)), 3, others=7)
    figure = figures.draw(SPEC, replace(study(1), confusions=(one,)))
    assert "of 20 answers (3 seeds counted together)" in figure.note
    assert '"other": 7 smaller classes together' in figure.note
    assert "1 largest classes are shown; 7 others" in figure.diagnostics[0].message
    assert "are right" not in figure.alt


def test_data_hold_every_count(study):
    figure = figures.draw(SPEC, study(1))
    assert len(figure.data.splitlines()) == 1 + 16
    assert "m0,,class 0,class 1,20," in figure.data
    assert "class 0 as class 1 20 (10%)" in figure.alt


def test_without_answers_it_is_refused(study):
    with pytest.raises(InputError, match="no true and predicted classes"):
        figures.draw(SPEC, replace(study(1), confusions=()))
    lone = Confusion("m0", "", ("class a",), ((9,),), 1)
    with pytest.raises(InputError, match="one class only"):
        figures.draw(SPEC, replace(study(1), confusions=(lone,)))


def test_a_table_of_examples_is_drawn_from_file_to_page(tmp_path):
    from paperforge import pipeline
    from paperforge.spec import Project, Source

    path = tmp_path / "a.csv"
    rows = [f"m,{i},{'abc'[i % 3]},{'abc'[i % 3 if i % 5 else 0]}" for i in range(60)]
    path.write_text("\n".join(["method,example,label,prediction", *rows]))
    spec = FigureSpec("f", "confusion")
    project = Project(root=tmp_path, sources=(Source(path, "a.csv"),), figures=(spec,))
    analysis = pipeline.analyse(pipeline.load(project), project)
    figure = pipeline.draw(analysis, spec, None)
    assert figure.data.splitlines()[1:4] == ["m,,a,a,20,1.0", "m,,a,b,0,0.0", "m,,a,c,0,0.0"]
    assert "m,,b,a,4,0.2" in figure.data


def test_what_the_rows_are_stands_beside_their_names(study, paint):
    """On a wide page too, where the matrix stands in the middle."""
    with paint(replace(SPEC, width="text"), study(1)) as page:
        (label,) = [t for t in page.figure.texts if t.get_text() == "True class"]
        left = page.figure.axes[0].get_position().x0
        assert (left - label.get_position()[0]) * page.width < 70
        assert audit.overlaps(page.figure) == ()
