"""Columns that a metric of a whole test set is computed from: that it exists is said."""

import pytest

from paperforge import results
from paperforge.spec import Project, Source

BLEU = [f"{what}_{n}" for what in ("correct", "total") for n in range(1, 5)]


def said(tmp_path, columns, metrics=None):
    head = ",".join(("method", "example_id", *columns))
    rows = [f"{m},{i},{','.join(str(1 + i % 3) for _ in columns)}" for m in "ab" for i in range(9)]
    (tmp_path / "r.csv").write_text("\n".join([head, *rows]))
    project = Project(root=tmp_path, metrics=metrics or {})
    found = results.load([Source(tmp_path / "r.csv", "r.csv", {})], project)
    return " ".join(f"{note.message} {note.hint}" for note in found.notes)


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        (["tp", "fp", "fn"], "f1"),
        (["TP", "FP", "FN", "TN"], "mcc"),
        (["sys_len", "ref_len", *BLEU], "bleu"),
    ],
)
def test_parts_of_a_metric_of_sums_are_known(tmp_path, columns, kind):
    assert f'[metrics.{kind}] with corpus = "{kind}"' in said(tmp_path, columns)


def test_nothing_is_said_where_a_part_is_missing_or_the_metric_is_declared(tmp_path):
    assert "corpus" not in said(tmp_path, ["tp", "fp"])
    assert "corpus" not in said(tmp_path, ["tp", "fp", "fn"], {"f1": {"corpus": "f1"}})
