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


QUOTED = """
metric = "{metric}"
[[quoted]]
method = "theirs"
dataset = "x"
value = {value}
spread = {spread}
kind = "sd"
n = 5
cite = "hu2022"
[[quoted]]
method = "theirs"
dataset = "y"
value = 71
cite = "hu2022"
"""


def beside(tmp_path, value, spread, *, metric="accuracy", runs="0.6{s}", keys=None):
    """Results of own runs and a file of quoted numbers."""
    rows = "".join(f"ours,{d},{s},{runs.format(s=s)}\n" for d in "xy" for s in range(3))
    (tmp_path / "r.csv").write_text(f"method,dataset,seed,{metric}\n{rows}")
    (tmp_path / "q.toml").write_text(QUOTED.format(metric=metric, value=value, spread=spread))
    sources = [Source(tmp_path / name, name) for name in ("r.csv", "q.toml")]
    return results.load(sources, Project(root=tmp_path, metrics=keys or {}))


def cells_of(found):
    every = analyse(found, DesignSpec()).aggregates
    return {(a.method, a.dataset): a for a in every if a.dataset}


@pytest.mark.parametrize(("unit", "factor"), [("%", 1), ("", 0.01)])
def test_quoted_percentages_stand_beside_runs_that_are_fractions(tmp_path, unit, factor):
    found = beside(tmp_path, "90.30", "0.25", keys={"accuracy": {"unit": unit}})
    assert any("(71 to 90.3) are taken as percent" in n.message for n in found.notes)
    assert not any("seem mixed" in n.message for n in found.notes)
    cells = cells_of(found)
    one = cells["theirs", "x"]
    assert one.mean == pytest.approx(90.3 * factor)
    assert one.quoted.spread == pytest.approx(0.25 * factor)
    assert (one.quoted.digits, cells["theirs", "y"].quoted.digits) == ((2, 0) if unit else (4, 2))
    assert cells["ours", "x"].mean == pytest.approx(61 * factor)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("90.30", {"runs": "61.{s}"}),  # percent both
        ("0.903", {}),  # 0.903 and 71: nobody knows
        ("190.3", {}),  # no percentage
        ("90.30", {"metric": "margin"}),  # no share by its name
        ("90.30", {"runs": "-0.6{s}"}),
        ("90.30", {"keys": {"accuracy": {"scale": 100}}}),  # the author says what is printed
    ],
)
def test_nothing_else_is_scaled(tmp_path, value, said):
    found = beside(tmp_path, value, "0.25", **said)
    assert not any("are taken as percent" in n.message for n in found.notes)
    one = cells_of(found)["theirs", "x"]
    scale = 100 if "keys" in said else 1
    assert one.mean == pytest.approx(float(value) * scale)
