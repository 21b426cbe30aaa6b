"""Columns that nest the examples: taken for the cluster, or said to be there."""

import numpy as np
import pytest

from paperforge import results
from paperforge.model import Severity
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse


@pytest.fixture
def load(tmp_path):
    def call(text, **columns):
        path = tmp_path / "r.csv"
        path.write_text(text)
        return results.load([Source(path, "r.csv", columns)], Project(root=tmp_path))

    return call


def table(name, *, groups=40, each=5, of=lambda group, example: group):
    """Rows of two methods whose examples share what their group is like."""
    rng = np.random.default_rng(3)
    rows = [f"method,example_id,{name},score"]
    for group in range(groups):
        shift = rng.normal()
        for example in range(group * each, (group + 1) * each):
            rows += [f"a,{example},g{of(group, example)},{shift + rng.normal(0, 0.2):.4f}"]
            rows += [f"b,{example},g{of(group, example)},{rng.normal(0, 0.2):.4f}"]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    "name", ["document", "doc", "passage", "Paragraph", "conversation", "user"]
)
def test_a_telling_name_is_taken_for_the_cluster(load, name):
    found = load(table(name))
    assert f"{name!r} nests the examples, 40 of 5 each: taken for the cluster" in " ".join(
        note.message for note in found.notes
    )
    (mine,) = analyse(found, DesignSpec()).primary()
    (declared,) = analyse(load(table("kind"), cluster="kind"), DesignSpec()).primary()
    assert (mine.p, mine.low, mine.high) == (declared.p, declared.low, declared.high)
    (naive,) = analyse(load(table("kind")), DesignSpec()).primary()
    assert mine.high - mine.low > 1.5 * (naive.high - naive.low)


@pytest.mark.parametrize(("groups", "severity"), [(40, Severity.WARNING), (4, Severity.NOTE)])
def test_a_name_that_may_mean_something_else_is_said(load, groups, severity):
    found = load(table("topic", groups=groups))
    (said,) = [note for note in found.notes if "nests" in note.message]
    assert f"'topic' nests the examples, {groups} of 5 each" in said.message
    assert "--map topic=cluster" in said.hint
    assert said.severity == severity
    assert not analyse(found, DesignSpec()).design.clustered


@pytest.mark.parametrize(
    "of",
    [
        lambda _group, example: example,  # one example each
        lambda _group, _example: 0,  # all of one
        lambda group, example: (group + next(COUNTER)) % 7 + example * 0,  # differs by method
    ],
)
def test_what_does_not_nest_the_examples_is_no_cluster(load, of):
    found = load(table("document", of=of))
    assert not any("nests" in note.message for note in found.notes)
    assert not analyse(found, DesignSpec()).design.clustered


COUNTER = iter(range(100_000))


def test_sizes_that_differ(load):
    found = load(table("user", groups=4, each=6, of=lambda _group, example: example // 5))
    assert any("5 of 4 to 5" in note.message for note in found.notes)
