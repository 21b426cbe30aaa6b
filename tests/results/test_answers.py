"""True and predicted classes: counted as scikit-learn counts them, over the rows that count."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from paperforge import results
from paperforge.errors import InputError
from paperforge.results import answers
from paperforge.spec import Project, Source, Unit

RNG = np.random.default_rng(2)
NAMES = np.array(["cat", "dog", "a, b", "c10", "c9"])
TRUE = NAMES[RNG.integers(0, 5, 300)]
SAID = np.where(RNG.random(300) < 0.7, TRUE, NAMES[RNG.integers(0, 5, 300)])


@pytest.fixture
def load(tmp_path):
    def call(lines, header, name="a.csv"):
        path = tmp_path / name
        path.write_text("\n".join([header, *lines]))
        return results.load([Source(path, name)], Project(root=tmp_path))

    return call


def rows(method="m", true=TRUE, said=SAID, more=""):
    return [
        f'{method},{i},"{t}","{p}",{int(t == p)}{more}'
        for i, (t, p) in enumerate(zip(true, said, strict=True))
    ]


HEADER = "method,example,{},{},correct"


@pytest.mark.parametrize(
    "names",
    [("label", "prediction"), ("y_true", "y_pred"), ("gold", "pred"), ("Target", "Predicted")],
)
def test_counts_are_scikit_learns(load, names):
    (found,) = load(rows(), HEADER.format(*names)).confusions(30)
    assert found.classes == ("a, b", "c9", "c10", "cat", "dog")
    expected = confusion_matrix(TRUE, SAID, labels=list(found.classes))
    assert np.array(found.counts).tolist() == expected.tolist()
    assert (found.method, found.dataset, found.runs, found.others) == ("m", "", 1, 0)


def test_beyond_the_most_the_smallest_classes_are_one(load):
    (found,) = load(rows(), HEADER.format("label", "pred")).confusions(3)
    sizes = {name: int((name == TRUE).sum()) for name in NAMES}
    largest = sorted(sorted(sizes), key=lambda n: -sizes[n])[:2]
    assert set(found.classes) == {*largest, answers.OTHER} and found.classes[-1] == answers.OTHER
    assert found.others == 3

    def fold(x):
        return np.where(np.isin(x, largest), x, answers.OTHER)

    expected = confusion_matrix(fold(TRUE), fold(SAID), labels=list(found.classes))
    assert np.array(found.counts).tolist() == expected.tolist()


def test_rows_that_do_not_count_are_not_counted(load):
    header = "method,seed,example,label,prediction,correct,status"
    lines = [
        "m,0,1,cat,cat,1,finished",
        "m,0,1,cat,cat,1,finished",  # the same again
        "m,0,2,cat,dog,0,finished",
        "m,1,1,cat,cat,1,finished",
        "m,1,2,cat,dog,0,crashed",
    ]
    (found,) = load(lines, header).confusions(30)
    assert dict(zip(found.classes, found.counts, strict=True))["cat"] == (2, 1)
    assert found.runs == 2


def test_several_metrics_a_row_count_it_once(load):
    lines = ["m,1,cat,cat,1,0.5", "m,2,cat,dog,0,0.1"]
    (found,) = load(lines, "method,example,label,prediction,accuracy,f1").confusions(30)
    assert sum(map(sum, found.counts)) == 2


def test_methods_and_datasets_have_matrices_of_their_own(load):
    lines = [
        f"{m},{d},{i},x,{'xy'[i % 2]},{1 - i % 2}" for m in "pq" for d in "ab" for i in range(6)
    ]
    found = load(lines, "method,dataset,example,label,prediction,correct").confusions(30)
    assert [(c.method, c.dataset) for c in found] == [(m, d) for m in "pq" for d in "ab"]
    assert all(c.counts == ((3, 3), (0, 0)) for c in found)


def test_no_such_columns_is_an_error_that_names_them(load):
    with pytest.raises(InputError, match="the true class and the predicted class") as caught:
        load(["m,1,1"], "method,example,correct").confusions(30)
    assert "label" in caught.value.hint and "prediction" in caught.value.hint


def test_classes_alone_give_an_accuracy(load):
    lines = [row.rsplit(",", 1)[0] for row in rows()]
    found = load(lines, "method,example,label,pred")
    assert [m.name for m in found.metrics] == ["accuracy"]
    (sample,) = found.samples("accuracy", Unit.EXAMPLE)
    assert sample.values.tolist() == (TRUE == SAID).astype(float).tolist()
    assert any("made of 'label' and 'pred'" in note.message for note in found.notes)
    (matrix,) = found.confusions(30)
    assert sum(row[i] for i, row in enumerate(matrix.counts)) == int((TRUE == SAID).sum())


def test_numbers_that_are_written_differently_are_one_class(load):
    lines = [f"m,{i},{t},{p}" for i, (t, p) in enumerate([(1, "1.0"), (0, "0.0"), (1, "0.0")] * 4)]
    found = load(lines, "method,example,label,pred")
    (matrix,) = found.confusions(30)
    assert (matrix.classes, matrix.counts) == (("0", "1"), ((4, 0), (4, 4)))


def test_a_regressions_targets_are_no_classes(load):
    lines = [f"m,{i},{i / 7:.3f},{i / 7:.3f}" for i in range(40)]
    with pytest.raises(InputError, match="no column holds numbers"):
        load(lines, "method,example,target,prediction")


def test_the_cache_gives_the_same(load, tmp_path, monkeypatch):
    monkeypatch.setenv("PAPERFORGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("paperforge.results.cache.SLOW", -1.0)
    first = load(rows(), HEADER.format("label", "pred"))
    again = load(rows(), HEADER.format("label", "pred"))
    assert again.anew is not None and not again.inputs
    assert again.confusions(30) == first.confusions(30)


def test_one_pass_over_a_big_file_gives_the_same(load, monkeypatch):
    slow = load(rows(), HEADER.format("label", "pred")).confusions(30)
    monkeypatch.setattr("paperforge.results.tidy.BIG", 0)
    quick = load(rows(), HEADER.format("label", "pred"), "b.csv")
    assert quick.again is not None
    assert quick.confusions(30) == slow
    alone = [row.rsplit(",", 1)[0] for row in rows()]
    assert load(alone, "method,example,label,pred", "c.csv").confusions(30) == slow
