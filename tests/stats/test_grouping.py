"""What is said of examples that belong together."""

import numpy as np
import pytest

from paperforge import narrative, results
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse
from paperforge.stats.nested import ITEMS, Nested, Prompts, Samples


def loaded(tmp_path, header, rows):
    (tmp_path / "r.csv").write_text("\n".join([header, *rows]))
    return results.load([Source(tmp_path / "r.csv", "r.csv", {})], Project(root=tmp_path))


def scores(ids):
    rng = np.random.default_rng(5)
    return [f"{m},{one},{rng.integers(0, 2)}" for m in ("a", "b") for one in ids]


@pytest.mark.parametrize(
    ("header", "ids", "said"),
    [
        ("model,prompt_id,sample", [f"p{i},{k}" for i in range(12) for k in range(3)],
         "12 prompts, 3 samples each"),
        ("model,item_id,rater", [f"i{i},r{k}" for i in range(12) for k in range(3)],
         "36 ratings of 12 items"),
        ("model,example_id,document_id", [f"e{i},d{i // 6}" for i in range(36)],
         "36 examples in 6 clusters"),
        ("model,example_id,note", [f"e{i},x" for i in range(36)], "36 examples"),
    ],
)  # fmt: skip
def test_the_methods_sentence_says_what_is_scored(tmp_path, header, ids, said):
    found = analyse(loaded(tmp_path, f"{header},correct", scores(ids)), DesignSpec())
    assert f"({said}, one run a method)" in narrative.methods.sentence(found)


def test_clusters_of_examples_beside_seeds_are_said(tmp_path):
    rows = [
        row.replace("@", str(seed))
        for seed in range(3)
        for row in scores([f"@,e{i},d{i // 6}" for i in range(36)])
    ]
    found = analyse(
        loaded(tmp_path, "model,seed,example_id,document_id,correct", rows), DesignSpec()
    )
    assert found.design.clustered
    assert "Examples are grouped in 6 clusters" in " ".join(found.design.sentences)
    said = narrative.methods.sentence(found)
    assert "standard errors robust to clusters" in said
    assert "every run scored on the same examples in 6 clusters" in said


def test_ratings_are_planned_as_items():
    part = Nested(1.0, 2.0, 20, 3.0)
    items, ratings = Prompts((part,), 3.0, ITEMS), Samples((part,), 20, ITEMS)
    assert (items.noun, ratings.noun) == ("items", "ratings")
    assert items.amount(5) == "5 items, 3 ratings each"
    assert ratings.amount(2) == "2 ratings each of the 20 items"
    assert "however often each is rated; more items lower it" in ratings.limit
    assert Prompts((part,), 3.0).amount(5) == "5 prompts, 3 samples each"
