"""Corpus metrics from a paper.toml: what they are computed from, and the snippet in the docs."""

import csv
import json
import re
import sys
import types
from pathlib import Path

import pytest

from paperforge import project, results
from paperforge.errors import InputError
from paperforge.spec import Direction, Unit
from paperforge.stats.contrast import Ask
from paperforge.stats.corpus_cells import cells, compare_corpus

ROOT = Path(__file__).parents[2]
REFERENCE = json.loads((ROOT / "tests" / "references" / "sacrebleu.json").read_text())


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load a paper.toml over a table of counts, without the cache."""
    monkeypatch.setenv("PAPERFORGE_CACHE", "off")

    def call(text, header="model,dataset,example_id,tp,fp,fn,accuracy", rows=None):
        rows = rows or [
            f"{m},{d},{i},{i % 3},{(i + k) % 2},{i % 2},{i % 2}"
            for k, m in enumerate("ab")
            for d in ("x", "y")
            for i in range(12)
        ]
        (tmp_path / "r.csv").write_text("\n".join([header, *rows]) + "\n")
        (tmp_path / "paper.toml").write_text(f'results = "r.csv"\n{text}')
        paper = project.load(tmp_path)
        return results.load(paper.sources, paper)

    return call


def test_a_corpus_metric_stands_for_what_it_sums(load):
    found = load('[metrics.f1]\ncorpus = "f1"\nfrom = ["tp", "fp", "fn"]\nunit = "%"\n')
    assert [m.name for m in found.metrics] == ["f1", "accuracy"]
    metric = found.metrics[0]
    assert (metric.corpus, metric.parts) == ("f1", ("tp", "fp", "fn"))
    assert (metric.label, metric.direction, metric.scale) == ("F1", Direction.HIGHER, 100)
    assert not found.samples("f1", Unit.EXAMPLE)
    assert len(cells(found, metric)) == 4
    assert cells(found, metric)["a", "x"].value == pytest.approx(24 / (24 + 6 + 6))


def test_parts_are_found_by_their_usual_names_and_shown_where_declared(load):
    header = "model,dataset,example_id,true_positives,fp,false_negatives,accuracy"
    found = load('[metrics.quality]\ncorpus = "f1"\n[metrics.fp]\ndirection = "lower"\n', header)
    assert found.metrics[0].parts == ("true_positives", "fp", "false_negatives")
    assert (found.metrics[0].label, found.metrics[0].direction) == ("quality", Direction.HIGHER)
    assert [m.name for m in found.metrics] == ["quality", "fp", "accuracy"]


def test_what_is_kept_in_the_cache_is_the_same(load, monkeypatch, tmp_path):
    monkeypatch.setattr("paperforge.results.cache.SLOW", 0.0)
    text = '[metrics.f1]\ncorpus = "f1"\nfrom = ["tp", "fp", "fn"]\n'
    load(text)
    monkeypatch.setenv("PAPERFORGE_CACHE", str(tmp_path / "cache"))
    first, second = load(text), load(text)
    assert first.metrics == second.metrics
    assert second.metrics[0].parts == ("tp", "fp", "fn")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[metrics.f1]\ncorpus = "f1"\nfrom = ["tp", "fp", "gone"]', "is computed from gone, of which the results have no numbers"),
        ('[metrics.bleu]\ncorpus = "bleu"', "is computed from sys_len, ref_len, correct_1"),
        ('[metrics.accuracy]\ncorpus = "ratio"\nfrom = ["tp", "fp"]', "the results have numbers called 'accuracy'"),
    ],
)  # fmt: skip
def test_mistakes(load, text, says):
    with pytest.raises(InputError, match=re.escape(says)):
        load(text)


def test_the_snippet_of_the_docs_writes_what_is_read(load, tmp_path, monkeypatch):
    """With a stand-in that says sacrebleu's own numbers; the metric is sacrebleu's corpus score."""
    said = REFERENCE["systems"]

    class Bleu:
        def __init__(self, effective_order):
            assert effective_order

        def sentence_score(self, hypothesis, references):
            system, i = hypothesis
            assert references == [i]
            sys_len, ref_len, *rest = said[system]["bleu"]["stats"][i]
            return types.SimpleNamespace(sys_len=sys_len, ref_len=ref_len, counts=rest[:4], totals=rest[4:])  # fmt: skip

    monkeypatch.setitem(sys.modules, "sacrebleu", types.ModuleType("sacrebleu"))
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics", types.SimpleNamespace(BLEU=Bleu))
    monkeypatch.chdir(tmp_path)
    docs = (ROOT / "docs" / "statistics-corpus.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", docs, re.DOTALL)
    names = {
        "systems": {system: [(system, i) for i in range(40)] for system in said},
        "references": list(range(40)),
    }
    exec(code, names)  # the docs' own
    header, *rows = csv.reader(Path("bleu.csv").read_text(encoding="utf-8").splitlines())
    assert len(rows) == 80
    found = load('[metrics.bleu]\ncorpus = "bleu"', ",".join(header), [",".join(r) for r in rows])
    (metric,) = found.metrics
    table = cells(found, metric)
    for system in said:
        assert table[system, ""].value == pytest.approx(said[system]["bleu"]["score"], rel=1e-13)
    one = compare_corpus([table["one", ""]], [table["two", ""]], metric, Ask())
    assert one.contrast.p < 0.01 and one.contrast.low > 10
