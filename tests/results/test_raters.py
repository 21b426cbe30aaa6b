"""People's ratings: an example each, in the cluster of their item, and who gave them."""

import numpy as np
import pytest

from paperforge import results
from paperforge.spec import DesignSpec, Project, Source, Unit
from paperforge.stats import analyse

RNG = np.random.default_rng(4)
GIVEN = RNG.integers(1, 6, (2, 20, 3))


@pytest.fixture
def load(tmp_path):
    def call(header="item,annotator,system,rating", columns=None, given=GIVEN, name="r.csv"):
        path = tmp_path / name
        lines = [header]
        for m, table in enumerate(given):
            lines += [
                f"{i},ann{r},m{m},{v}" for i, row in enumerate(table) for r, v in enumerate(row)
            ]
        path.write_text("\n".join(lines))
        return results.load([Source(path, name, columns or {})], Project(root=tmp_path))

    return call


@pytest.mark.parametrize(
    "header",
    [
        "item,annotator,system,rating",
        "example_id,Rater ID,model,score",
        "prompt,judge,method,quality",
        "sentence_id,WorkerId,system,adequacy",
    ],
)
def test_no_rating_is_lost_and_the_item_is_the_cluster(load, header):
    found = load(header)
    (metric,) = found.metrics
    a, b = found.samples(metric.name, Unit.EXAMPLE)
    assert len(a.values) == len(b.values) == 60
    assert len(set(a.clusters.tolist())) == 20
    assert not any("contradictory" in note.message for note in found.notes)
    assert any("3 raters" in note.message for note in found.notes)
    given = found.ratings(metric.name)
    assert len(given) == 120
    back = np.zeros_like(GIVEN)
    for one in given:
        back[int(one.method[1:]), int(one.item), int(one.rater[3:])] = one.value
    assert (back == GIVEN).all()


def test_methods_are_compared_where_one_rater_saw_both(load):
    decision = analyse(load(), DesignSpec()).primary()[0]
    assert decision.test == "clustered paired t"
    means = (GIVEN[0] - GIVEN[1]).mean(axis=1)
    assert decision.estimate == pytest.approx(means.mean())
    se = means.std(ddof=1) / np.sqrt(20)
    assert abs(decision.estimate / decision.statistic) == pytest.approx(se, rel=1e-9)


def test_raters_are_said_to_be_fixed(load):
    found = analyse(load(), DesignSpec())
    assert found.design.generalises == (
        "This generalises to new items, not to other raters or retraining."
    )
    assert found.primary()[0].generalises == "new items, not to other raters or retraining"
    said = "The 3 raters are taken as fixed: how far others would differ is in no interval."
    assert said in found.design.sentences


def test_one_rater_an_item_is_fixed_too(load):
    one = analyse(load("item,annotator,system,rating", given=GIVEN[:, :, :1]), DesignSpec())
    assert "not to other raters" in one.design.generalises
    assert any(s.startswith("The one rater is taken as fixed") for s in one.design.sentences)


def test_where_nobody_rates_nothing_is_said_of_raters(load):
    found = analyse(load("item,seed,system,rating", name="s.csv"), DesignSpec())
    assert not any("rater" in s for s in (found.design.generalises, *found.design.sentences))


def test_what_was_saved_is_read_again(load):
    (source,) = load().mapped
    assert source.columns["example"] == "item/annotator"
    again = load(columns=source.columns)
    assert len(again.ratings("rating")) == 120


def test_the_author_says_that_raters_are_runs(load):
    found = load(columns={"seed": "annotator", "example": "item"})
    assert found.ratings("rating") == ()
    assert "cluster" not in found.present


def test_one_row_an_item_and_a_rater_who_is_no_rater(load):
    found = load("item,annotator,system,rating", given=GIVEN[:, :, :1])
    assert len(found.ratings("rating")) == 40  # each item rated once by one person
    plain = load("item,seed,system,rating", name="s.csv")
    assert plain.ratings("rating") == ()


def test_the_cache_keeps_raters_and_names(load, tmp_path, monkeypatch):
    from paperforge.results import cache

    monkeypatch.setenv("PAPERFORGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "SLOW", -1.0)
    first = load()
    again = load()
    assert again.anew is not None  # it came from the cache
    assert again.ratings("rating") == first.ratings("rating") != ()
    assert again.names == first.names


def test_one_rater_an_item_makes_no_clusters(load):
    """Also where another rater saw the other method: the item matches, not who rated it."""
    found = load("item,annotator,system,rating", given=GIVEN[:, :, :1])
    assert "cluster" not in found.present
    assert found.mapped[0].columns["example"] == "item"
    assert any("rated once" in note.message for note in found.notes)
    assert not analyse(found, DesignSpec()).design.clustered


def test_items_match_where_each_method_has_a_rater_of_its_own(tmp_path):
    lines = ["item,annotator,system,rating"]
    for m, table in enumerate(GIVEN[:, :, 0]):
        lines += [f"{i},ann{(i + m) % 7},m{m},{v}" for i, v in enumerate(table)]
    (tmp_path / "r.csv").write_text("\n".join(lines))
    found = results.load([Source(tmp_path / "r.csv", "r.csv", {})], Project(root=tmp_path))
    decision = analyse(found, DesignSpec()).primary()[0]
    assert decision.paired
    assert decision.n == (20, 20)
    assert decision.estimate == pytest.approx((GIVEN[0, :, 0] - GIVEN[1, :, 0]).mean())
    assert len(found.ratings("rating")) == 40  # none twice
