"""Ids of prompts beside seeds: samples that are declared as runs keep their prompts."""

import shlex

import numpy as np
import pytest

from paperforge import results
from paperforge.spec import Project, Source

RNG = np.random.default_rng(7)
HITS = RNG.integers(0, 2, (2, 25, 4))


@pytest.fixture
def load(tmp_path):
    def call(columns=None, prompt="prompt_id", sample="sample", skip=(), own="", twice=False):
        path = tmp_path / "k.csv"
        lines = [f"model,{prompt},{sample},correct"]
        for m, table in enumerate(HITS):
            lines += [
                f"m{m},p{i}{own.format(m=m, k=k)},{k},{hit}"
                for i, row in enumerate(table)
                for k, hit in enumerate(row)
                if (m, i, k) not in skip
            ]
        if twice:
            lines += [f"m0,p0,0,{1 - HITS[0, 0, 0]}"]
        path.write_text("\n".join(lines))
        return results.load([Source(path, "k.csv", columns or {})], Project(root=tmp_path))

    return call


def kept(found):
    """How many rows count, and how many examples they are of."""
    rows = found.frame().query("kept == 1")
    return len(rows), rows["example"].nunique()


def hint(found, text):
    (note,) = [n for n in found.notes if text in n.message]
    return note.hint


def declared(said):
    """The columns that a hint's --map options declare."""
    words = shlex.split(said)
    pairs = [words[i + 1].split("=") for i, word in enumerate(words) if word == "--map"]
    return {role: column for column, role in pairs}


@pytest.mark.parametrize("prompt", ["prompt_id", "my prompt", "question", "example_id"])
def test_the_hint_keeps_every_number(load, prompt):
    if prompt == "my prompt":
        found = load({"seed": "sample", "example": prompt}, prompt)
    else:
        asked = declared(hint(load(prompt=prompt), "belong together"))
        assert asked == {"seed": "sample", "example": prompt}
        found = load(asked, prompt)
    assert kept(found) == (HITS.size, 25)
    assert not any("contradictory" in n.message for n in found.notes)


@pytest.mark.parametrize("prompt", ["prompt_id", "question", "sentence_id", "prompt"])
def test_a_declared_seed_leaves_the_prompts(load, prompt):
    found = load({"seed": "sample"}, prompt)
    assert kept(found) == (HITS.size, 25)
    assert not any("contradictory" in n.message for n in found.notes)


def test_a_column_called_seed_leaves_the_prompts_too(load):
    found = load(sample="seed")
    assert hint(found, "'prompt_id' is taken for the example") == (
        "--map prompt_id=method if it is not"
    )
    assert kept(found) == (HITS.size, 25)


def test_so_do_prompts_that_one_seed_lacks(load):
    found = load({"seed": "sample"}, skip={(1, 3, 0)})
    assert kept(found) == (HITS.size - 1, 25)


def test_a_number_of_the_row_is_no_example_beside_seeds(load):
    found = load({"seed": "sample"}, "row_id")
    assert any("contradictory" in n.message for n in found.notes)


def test_a_row_that_is_there_again_costs_that_row(load):
    found = load({"seed": "sample"}, twice=True)
    assert kept(found) == (HITS.size, 25)
    (said,) = [n.message for n in found.notes if "contradictory" in n.message]
    assert said.startswith("a number is there again with contradictory values (1 case)")


def test_prompts_that_no_other_seed_has_are_named_as_examples(load):
    found = load({"seed": "sample"}, own=" of {m} {k}")
    assert hint(found, "contradictory") == (
        "if they are different examples, say so: --map prompt_id=example"
    )
