"""Which metrics the cost layout takes, in which unit, and what it adds up."""

import pytest

from paperforge.model.units import of_one, parted
from paperforge.names import is_cost, well_known

COSTS = "method,seed,accuracy,train_time_h,parameters_m,latency_ms,energy_wh\n" + "".join(
    f"{m},{s},.9{s},1{s}.5,{p},{ms}{s},30{s}\n"
    for m, p, ms in (("a", 110.5, 40), ("b", 7.5, 11))
    for s in range(3)
)


@pytest.fixture
def cost(paperforge, tmp_path):
    """`paperforge table --layout cost` as text."""
    (tmp_path / "r.csv").write_text(COSTS)

    def run(*options):
        return paperforge("table", "r.csv", "--layout", "cost", "--format", "text", *options)

    return run


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("train_time_h", "Time"),
        ("wall_time_min", "Time"),
        ("runtime_ms", "Time"),
        ("train_hours", "Time"),
        ("Training time (h)", "Time"),
        ("parameters_m", "Parameters"),
        ("n_params_b", "Parameters"),
        ("trainable_params_k", "Parameters"),
        ("params_millions", "Parameters"),
        ("energy_kj", "Energy"),
        ("emissions_g", "Emissions"),
    ],
)
def test_a_cost_is_known_in_every_unit(name, label):
    assert is_cost(name)
    assert well_known(name)[0] == label


@pytest.mark.parametrize("name", ["params.m", "rte/params_m", "time_b", "accuracy_h", "loss_min"])
def test_what_only_ends_like_a_cost_is_none(name):
    assert not is_cost(name)


def test_the_smallest_latency_is_in_no_minutes():
    assert parted("latency_min") == ("latency_min", "")
    assert parted("train_time_min") == ("train_time", "min")
    assert parted("latency_us") == ("latency", "µs")


def test_every_cost_is_a_column_without_being_asked_for(cost):
    said = cost()
    assert said.code == 0, said.err
    for head in ("Time", "Parameters", "Latency", "Energy"):
        assert head in said.out
    assert "per run (h)" in said.out and "per run (M)" in said.out
    assert "ignored" not in said.err


def test_an_asked_metric_is_a_column_or_an_error(cost):
    said = cost("--metric", "parameters_m", "--metric", "energy_wh")
    assert [line.split() for line in said.out.splitlines()[1:2]] == [["Parameters", "Energy"]]
    assert "110.5" in said.out and "7.5" in said.out
    said = cost("--metric", "accuracy", "--metric", "energy_wh")
    assert said.code == 1
    assert "no metric of what runs took: accuracy" in said.err


def test_a_metric_without_a_number_is_an_error(paperforge, tmp_path):
    rows = "method,seed,energy_wh,time_s\n" + "".join(
        f"{m},{s},,2{s}\n" for m in "ab" for s in "12"
    )
    (tmp_path / "r.csv").write_text(rows)
    asked = ("--metric", "energy_wh", "--metric", "time_s")
    said = paperforge("table", "r.csv", "--layout", "cost", *asked)
    assert said.code == 1
    assert "energy_wh" in said.err


def test_a_latency_is_not_added_up_and_keeps_its_unit(cost):
    out = cost("--metric", "latency_ms").out
    assert "total" not in out and "All" not in out
    assert "per run (ms)" in out and "401.0" in out


@pytest.mark.parametrize(
    ("name", "each"),
    [
        ("latency_ms", True),
        ("inference_time_s", True),
        ("time_per_query_s", True),
        ("step time (us)", True),
        ("train_time_s", False),
        ("energy_wh", False),
        ("gpu_hours", False),
    ],
)
def test_what_one_of_many_takes(name, each):
    assert of_one(name) is each
