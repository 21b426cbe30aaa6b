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


def levels(outer, inner, *, number=False, of=lambda outer, _inner: outer, first="outer"):
    """Ten outer groups of six inner ones of three examples each, all alike in their outer group."""
    rng = np.random.default_rng(8)
    names = (outer, inner) if first == "outer" else (inner, outer)
    rows = [f"method,{names[0]},{names[1]},example_id,score"]
    for o in range(10):
        shift = rng.normal()
        for i in range(6):
            for e in range(3):
                upper = of(o, i)
                pair = (upper, 6 * o + i) if number else (f"o{upper}", f"i{o}-{i}")
                pair = pair if first == "outer" else pair[::-1]
                place = f"{pair[0]},{pair[1]},e{o}-{i}-{e}"
                rows += [f"a,{place},{0.5 + shift + rng.normal(0, 0.2):.4f}"]
                rows += [f"b,{place},{rng.normal(0, 0.2):.4f}"]
    return "\n".join(rows) + "\n"


def taken(found):
    return found.mapped[0].columns.get("cluster")


@pytest.mark.parametrize("first", ["outer", "inner"])
@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("hospital", "patient"),
        ("user", "document"),
        ("group", "document"),  # a name that means nothing else, and one within it
        ("user", "document_id"),  # the other way round
        ("group", "speaker_id"),  # two that mean nothing else
    ],
)
def test_the_coarsest_level_that_a_name_tells_of_is_the_cluster(load, outer, inner, first):
    found = load(levels(outer, inner, first=first))
    assert taken(found) == outer
    (mine,) = analyse(found, DesignSpec()).primary()
    (declared,) = analyse(
        load(levels("kind", "other", first=first), cluster="kind"), DesignSpec()
    ).primary()
    (finer,) = analyse(load(levels("kind", "other"), cluster="other"), DesignSpec()).primary()
    assert (mine.p, mine.low, mine.high) == (declared.p, declared.low, declared.high)
    assert mine.high - mine.low > 2 * (finer.high - finer.low)


def test_what_lies_within_the_cluster_is_said(load):
    (said,) = [n for n in load(levels("hospital", "patient")).notes if "nests" in n.message]
    assert "'hospital' nests the examples, 10 of 18 each: taken for the cluster" in said.message
    assert "'patient' (60) lies within it" in said.message
    assert "--map patient=cluster" in said.hint


@pytest.mark.parametrize(
    ("outer", "inner"),
    [("subject", "document_id"), ("source", "document"), ("site", "patient"), ("kind", "patient")],
)
def test_a_coarser_level_of_another_meaning_is_a_warning_with_its_map(load, outer, inner):
    found = load(levels(outer, inner))
    assert taken(found) == inner
    (said,) = [note for note in found.notes if "nests the clusters" in note.message]
    assert f"'{outer}' nests the clusters ('{inner}'), 10 of 6 each" in said.message
    assert said.severity == Severity.WARNING
    assert f"--map {outer}=cluster" in said.hint
    assert taken(load(levels(outer, inner), cluster=outer)) == outer


def test_who_declares_the_finer_level_is_told_of_the_coarser_one(load):
    found = load(levels("hospital", "patient"), cluster="patient")
    (said,) = [note for note in found.notes if "nests the clusters" in note.message]
    assert (taken(found), said.severity) == ("patient", Severity.NOTE)
    assert not any(
        "nests" in n.message for n in load(levels("hospital", "patient"), cluster="hospital").notes
    )


def test_levels_that_are_numbered_are_no_metrics(load):
    found = load(levels("hospital", "patient", number=True))
    assert taken(found) == "hospital"
    assert [metric.name for metric in found.metrics] == ["score"]


@pytest.mark.parametrize("named", ["topic", "user"])
def test_groups_across_the_clusters_are_said(load, named):
    rng = np.random.default_rng(8)
    rows = [f"method,document_id,{named},example_id,score"]
    for n in range(180):
        rows += [f"{m},d{n % 15},g{n // 15},e{n},{rng.normal():.3f}" for m in "ab"]
    found = load("\n".join(rows) + "\n")
    assert taken(found) == "document_id"
    (said,) = [note for note in found.notes if "nests" in note.message]
    assert f"'{named}' nests the examples too, 12 of 15 each, across the clusters" in said.message
    assert said.severity == Severity.WARNING
    assert f"--map {named}=cluster" in said.hint


def test_a_property_of_the_dataset_is_no_level(load):
    head, *rows = levels("dataset", "document").splitlines()
    rows = [f"{row},from-{row.split(',')[1]}" for row in rows]
    found = load("\n".join([f"{head},source", *rows]) + "\n")
    assert taken(found) == "document"
    assert not any("'source'" in n.message for n in found.notes if "nests" in n.message)
