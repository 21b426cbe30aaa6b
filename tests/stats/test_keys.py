"""The replicates' names beside their values: what pairs them."""

import pytest

from paperforge import results
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse


@pytest.fixture
def cells(tmp_path):
    def call(header, lines, metrics=None):
        path = tmp_path / "a.csv"
        path.write_text("\n".join([header, *lines]))
        project = Project(root=tmp_path, metrics=metrics or {})
        analysis = analyse(results.load([Source(path, "a.csv")], project), DesignSpec())
        return {a.method: a for a in analysis.aggregates}

    return call


def test_keys_are_the_seeds_in_the_order_of_the_values(cells):
    found = cells("method,seed,accuracy", ["m,42,0.5", "m,7,0.25", "m,100,0.75", "n,7,0.1"])
    assert dict(zip(found["m"].keys, found["m"].values, strict=True)) == {
        "7": 0.25,
        "42": 0.5,
        "100": 0.75,
    }
    assert found["n"].keys == ("7",)


def test_runs_without_a_name_have_no_keys(cells):
    found = cells("method,accuracy", ["m,0.5", "m,0.25", "n,0.75"])
    assert len(found["m"].values) == 2
    assert found["m"].keys == ()


def test_lost_runs_that_count_as_a_number_keep_their_seed(cells):
    lines = ["m,0,0.5", "m,1,nan", "n,0,0.5", "n,1,0.25"]
    found = cells("method,seed,accuracy", lines, {"accuracy": {"diverged": 0.0}})
    assert found["m"].values == (0.5, 0.0)
    assert found["m"].keys == ("0", "1")
    assert found["n"].keys == ("0", "1")
