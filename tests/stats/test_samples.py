"""k samples a prompt, k unequal: prompts' means are compared, however samples are numbered."""

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import narrative, results
from paperforge.spec import DesignSpec, Project, Source, Unit
from paperforge.stats import analyse
from paperforge.stats.nested import of_means


def table(seed, prompts=14, most=6):
    """(method, prompt, number, hit): methods with unequal numbers of samples."""
    rng = np.random.default_rng(seed)
    return [
        (m, f"p{p}", k, int(rng.random() < 0.3 + 0.1 * (p % 5)))
        for p in range(prompts)
        for m in ("ours", "base")
        for k in range(rng.integers(1, most + 1))
    ]


def analysed(rows, header=("model", "prompt_id", "sample", "correct")):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "k.csv"
        path.write_text(text.getvalue())
        loaded = results.load([Source(path, "k.csv", {})], Project(root=Path(folder)))
        found = analyse(loaded, DesignSpec())
        loaded.close()
    return found


def told(found):
    """What a paper prints of the comparison, in one direction, and of the methods alone."""
    (one,) = found.primary()
    up = 1 if one.a == "ours" else -1
    ends = sorted((up * one.low, up * one.high))
    means = {a.method: a.mean for a in found.aggregates}
    return [up * one.estimate, *ends, one.p, means["ours"], means["base"]], one.n, one.test


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32 - 1), first=st.integers(0, 50))
def test_neither_numbers_of_samples_nor_the_order_of_rows_matter(seed, first):
    rows = table(seed % 100)
    rng = np.random.default_rng(seed)
    numbers = {m: rng.permutation(40) + first * (m == "base") for m in ("ours", "base")}
    other = [(m, p, int(numbers[m][k]), hit) for m, p, k, hit in rows]
    rng.shuffle(other)
    values, n, test = told(analysed(rows))
    again, n_again, test_again = told(analysed(other))
    assert again == pytest.approx(values, rel=1e-9, abs=1e-12)
    assert (n_again, test_again) == (n, test)
    bare = analysed([(m, p, hit) for m, p, _, hit in other], ("model", "prompt_id", "correct"))
    assert told(bare)[0] == pytest.approx(values, rel=1e-9, abs=1e-12)


def test_the_estimate_is_the_difference_of_the_printed_means():
    rows = table(3, prompts=30, most=10)
    of = {
        m: np.mean([
            np.mean([hit for a, b, _, hit in rows if (a, b) == (m, f"p{p}")]) for p in range(30)
        ])
        for m in ("ours", "base")
    }  # fmt: skip
    values, n, test = told(analysed(rows))
    assert values[0] == pytest.approx(of["ours"] - of["base"], abs=1e-12)
    assert values[4:] == pytest.approx([of["ours"], of["base"]], abs=1e-12)
    assert n == (30, 30)
    assert test.startswith("sign-flip")


def test_sorted_samples_of_unequal_number_decide_nothing():
    """What a matching by number gets wrong: the first of 10 sorted samples against 3 of base."""
    rng, rows = np.random.default_rng(31), []
    for p in range(30):
        q = rng.beta(2, 2)
        hits = sorted((rng.random(10) < q).astype(int), reverse=True)
        rows += [("ours", f"p{p}", k, int(v)) for k, v in enumerate(hits)]
        rows += [("base", f"p{p}", k, int(v)) for k, v in enumerate(rng.random(3) < q)]
    found = analysed(rows)
    values, *_ = told(found)
    assert abs(values[0]) < 0.1
    assert values[3] > 0.05
    said = narrative.methods.sentence(found)
    assert "(30 prompts, " in said
    assert "10 and 3 samples each" in said or "3 and 10 samples each" in said
    assert not any("without a partner" in s for s in found.design.sentences)


def test_what_is_said_of_a_prompt():
    found = analysed(table(4))
    (said,) = [s for s in found.design.sentences if "prompt" in s]
    assert "no sample is left out" in said
    assert "(1 to 6 samples each)" in said
    assert found.design.scored == ("prompts", "")
    assert found.design.unit is Unit.EXAMPLE


def test_components_of_unequal_samples():
    """Against the variances that the scores were drawn with."""
    rng, n = np.random.default_rng(6), 4000
    gap = rng.normal(0, 0.5, n)
    sides, means = [], []
    for k, spread in ((8, 1.0), (2, 0.6)):
        x = rng.normal(0, spread, (n, k))
        means.append(x.mean(axis=1))
        sides.append((np.full(n, k), ((x - means[-1][:, None]) ** 2).sum(axis=1)))
    found = of_means(gap + means[0] - means[1], sides)
    assert found.between == pytest.approx(0.25, rel=0.1)
    assert found.within == pytest.approx(1.36, rel=0.05)
    assert found.within / found.samples == pytest.approx(1 / 8 + 0.36 / 2, rel=0.05)
    assert not found.equal


def test_components_of_one_sample_or_none_between():
    one = of_means(np.array([1.0, 0.0, -1.0]), [(np.ones(3), np.zeros(3))] * 2)
    assert (one.between, one.within, one.samples) == (1.0, 0.0, 1.0)
    none = of_means(np.zeros(4), [(np.full(4, 2), np.full(4, 0.5))] * 2)
    assert none.between == 0
    assert none.within == pytest.approx(1.0 * 8 / 11)


def test_prompts_in_clusters_of_the_authors_own(tmp_path):
    """The prompt stays the example, and its category is the cluster."""
    rows = [(m, p, int(p[1:]) % 7, k, hit) for m, p, k, hit in table(5, prompts=28)]
    path = tmp_path / "k.csv"
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join(["model,prompt_id,category,sample,correct", *lines]))
    source = Source(path, "k.csv", {"cluster": "category"})
    loaded = results.load([source], Project(root=tmp_path))
    found = analyse(loaded, DesignSpec())
    (one,) = found.primary()
    assert one.test == "clustered paired t"
    assert one.n == (28, 28)
    assert found.design.clustered
    assert found.design.scored == ("prompts", "in 7 clusters")
    assert any("Prompts are grouped in 7 clusters" in s for s in found.design.sentences)
