"""What stands beside means: spread and n, or n alone; and what the analysis makes of it."""

import pytest
from scipy import stats as scipy_stats

from paperforge import results
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse


@pytest.fixture
def load(tmp_path):
    def call(text):
        path = tmp_path / "r.csv"
        path.write_text(text)
        return results.load([Source(path, "r.csv")], Project(root=tmp_path))

    return call


@pytest.mark.parametrize(
    ("mean", "spread", "factor"),
    [
        ("accuracy_mean", "accuracy_std", 1.0),
        ("accuracy", "accuracy_se", 5**0.5),
        ("accuracy", "std", 1.0),
        ("accuracy", "std_accuracy", 1.0),
    ],
)
def test_means_with_spread_and_n_are_compared_by_welch(load, mean, spread, factor):
    found = load(f"model,{mean},{spread},n\nours,0.867,0.003,5\nbase,0.860,0.004,5\n")
    (decision,) = analyse(found, DesignSpec()).primary()
    theirs = scipy_stats.ttest_ind_from_stats(
        0.867, 0.003 * factor, 5, 0.860, 0.004 * factor, 5, equal_var=False
    )
    assert decision.p == pytest.approx(theirs.pvalue, rel=1e-9)
    assert decision.n == (5, 5)


def test_a_share_and_its_n_bound_mcnemars_test(load):
    """GSM8K: 84.1 against 85.0 % of 1,319 can be significant with at most 30 discordant answers."""
    found = load("model,accuracy,n\nours,85.0,1319\nbase,84.1,1319\n")
    (decision,) = analyse(found, DesignSpec(mcnemar="exact")).primary()
    assert "at most 30 discordant of 1,319" in decision.reason
    assert decision.verdict == "inconclusive"
    assert decision.low < 0 < decision.high
    row = analyse(found, DesignSpec()).aggregate("accuracy", "ours", None) or analyse(
        found, DesignSpec()
    ).aggregate("accuracy", "ours", "")
    assert row.interval[0] < 85.0 < row.interval[1]


def test_a_number_without_a_spread_that_is_no_share_stays_untested(load):
    found = load("model,loss,n\nours,0.5,100\nbase,0.6,100\n")
    (decision,) = analyse(found, DesignSpec()).primary()
    assert decision.verdict == "untested"


def test_the_rows_of_all_cells_at_once_are_those_of_each(load):
    rows = "".join(f"{m},{d},{s},0.{50 + s}\n" for s in range(60) for m in "ab" for d in ("x", "y"))
    found = load("method,dataset,seed,accuracy\n" + rows + "b,z,0,0.5\n")
    places = found.origins("accuracy")
    assert set(places) == {(m, d) for m in "ab" for d in "xy"} | {("b", "z")}
    for cell, rows in places.items():
        assert rows == found.sources("accuracy", *cell)
    assert len(places["a", "x"]) == 50
    assert found.origins("other") == {}
