"""Samples of prompts: averaged within their prompt, which is what methods are matched by."""

import numpy as np
import pytest

from paperforge import results
from paperforge.spec import DesignSpec, Project, Source, Unit
from paperforge.stats import analyse

RNG = np.random.default_rng(3)
SCORES = RNG.integers(0, 2, (2, 30, 4))


@pytest.fixture
def load(tmp_path):
    def call(header="model,prompt_id,sample,correct", columns=None, first=0):
        path = tmp_path / "k.csv"
        lines = [header]
        for m, table in enumerate(SCORES):
            lines += [
                f"m{m},p{p},{s + first * p},{v}"
                for p, row in enumerate(table)
                for s, v in enumerate(row)
            ]
        path.write_text("\n".join(lines))
        return results.load([Source(path, "k.csv", columns or {})], Project(root=tmp_path))

    return call


@pytest.mark.parametrize("name", ["sample", "sample_id", "completion", "attempt"])
def test_no_sample_is_lost_and_the_prompt_is_the_example(load, name):
    found = load(f"model,prompt_id,{name},correct")
    (a, b) = found.samples("correct", Unit.EXAMPLE)
    assert len(a.values) == len(b.values) == 30
    assert a.repeats.tolist() == [4] * 30
    assert len(found.frame()) == SCORES.size
    assert not any("contradictory" in note.message for note in found.notes)
    decision = analyse(found, DesignSpec()).primary()[0]
    assert decision.test.startswith("sign-flip")
    assert decision.n == (30, 30)
    means = (SCORES[0] - SCORES[1]).mean(axis=1)
    assert decision.estimate == pytest.approx(means.mean())


@pytest.mark.parametrize(
    "columns",
    [
        {"example": "prompt_id"},
        {"cluster": "prompt_id"},
        {"example": "prompt_id", "cluster": "prompt_id"},
    ],
)
def test_a_declared_prompt_keeps_its_samples(load, columns):
    plain = load()
    found = load(columns=columns)
    assert found.samples("correct", Unit.EXAMPLE)[0].repeats.tolist() == [4] * 30
    assert found.mapped == plain.mapped


def test_what_was_saved_is_read_again(load):
    first = load()
    (source,) = first.mapped
    assert source.columns["example"] == "prompt_id/sample"
    again = load(columns=source.columns)
    assert again.samples("correct", Unit.EXAMPLE)[0].values.tolist() == (
        first.samples("correct", Unit.EXAMPLE)[0].values.tolist()
    )


def test_the_author_says_that_samples_are_runs(load):
    found = load(columns={"seed": "sample"})
    assert len(found.samples("correct", Unit.SEED)[0].values) == 4
    assert "cluster" not in found.present


def test_samples_with_names_of_their_own_stay_examples(load):
    found = load(first=4)
    assert len(found.samples("correct", Unit.EXAMPLE)[0].values) == 120
    assert "prompt_id/sample" not in str(found.mapped)
