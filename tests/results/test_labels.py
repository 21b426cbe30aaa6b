"""Labels: two that are the same are said, and a sentence keeps the capitals that are meant."""

import pytest

from paperforge import results
from paperforge.latex.escape import Label
from paperforge.model import Severity
from paperforge.model.wording import lower, spoken
from paperforge.spec import Project, Source


def load(tmp_path, names=("acc",), **declared):
    rows = [",".join(("method", "dataset", "seed", *names))]
    values = ",".join("0.5" for _ in names)
    rows += [f"{m},{d},{s},{values}{s}" for m in "ab" for d in "xy" for s in range(3)]
    (tmp_path / "r.csv").write_text("\n".join(rows), encoding="utf-8")
    source = Source(tmp_path / "r.csv", "r.csv", metrics=tuple(names))
    return results.load([source], Project(root=tmp_path, **declared))


@pytest.mark.parametrize(
    ("kind", "declared", "key"),
    [
        ("methods", {"a": {"label": "Same"}, "b": {"label": "Same"}}, "methods.b"),
        ("methods", {"a": {"label": "b"}}, "methods.b"),
        ("methods", {"a": {"label": Label("Same", r"$\alpha$")}, "b": {"label": "Same"}}, "methods.b"),
        ("datasets", {"x": {"label": "Set"}, "y": {"label": "Set"}}, "datasets.y"),
        ("metrics", {"acc": {"label": "Score"}, "pass@1": {"label": "Score"}}, 'metrics."pass@1"'),
    ],
)  # fmt: skip
def test_two_names_with_one_label_are_said_with_the_next_move(tmp_path, kind, declared, key):
    notes = load(tmp_path, ("acc", "pass@1"), **{kind: declared}).notes
    (found,) = (one for one in notes if "one label" in one.message)
    assert found.severity is Severity.WARNING and kind in found.message
    assert found.hint.startswith(f"[{key}] label = ")


def test_labels_that_differ_are_not_said(tmp_path):
    declared = {"acc": {"label": "Time", "unit": "s"}, "pass@1": {"label": "Time", "unit": "h"}}
    notes = load(tmp_path, ("acc", "pass@1"), metrics=declared, methods={"a": {"label": "A"}}).notes
    assert not [one for one in notes if "one label" in one.message]


@pytest.mark.parametrize(
    ("name", "keys", "said"),
    [
        ("acc", {}, "accuracy"),
        ("acc", {"label": "Acc"}, "Acc"),
        ("brier", {}, "Brier score"),
        ("spearman", {}, "Spearman ρ"),
        ("f1", {}, "F1"),
        ("rouge_l", {}, "ROUGE-L"),
        ("latency_ms", {}, "latency"),
        ("Perplexica", {}, "Perplexica"),
    ],
)
def test_a_sentence_keeps_names_and_the_authors_own_labels(tmp_path, name, keys, said):
    (metric,) = load(tmp_path, (name,), metrics={name: keys} if keys else {}).metrics
    assert spoken(metric) == said


def test_the_first_word_decides():
    assert [*map(lower, ("Rouge", "Fréchet distance", "Cohen's kappa", "Exact match"))] == [
        "Rouge", "Fréchet distance", "Cohen's kappa", "exact match",
    ]  # fmt: skip
