"""Plans of metrics that replicate different things: each in its own unit, or said to be left out."""

import json

import numpy as np
import pytest


@pytest.fixture
def mixed(tmp_path):
    """Accuracy of 60 examples in each of four runs, and the runs' loss; loss alone as well."""
    rng = np.random.default_rng(3)
    scores, losses = ["method,seed,example_id,accuracy"], ["method,seed,loss"]
    for method, gain in (("ours", 0.05), ("base", 0.0)):
        for seed in range(4):
            of_run = 0.6 + gain + rng.normal(0, 0.02)
            scores += [f"{method},{seed},{i},{int(rng.random() < of_run)}" for i in range(60)]
            losses.append(f"{method},{seed},{0.4 - gain + rng.normal(0, 0.02):.4f}")
    (tmp_path / "scores.csv").write_text("\n".join(scores))
    (tmp_path / "losses.csv").write_text("\n".join(losses))
    return tmp_path


def planned(said):
    assert said.code == 0, said.err
    found = json.loads(said.out)
    return {one["metric"]: one for one in found["plans"]}, found["left_out"]


@pytest.mark.parametrize(
    ("declared", "unit"), [((), "seed and example"), (("--replicate", "example"), "example")]
)
def test_each_metric_is_planned_in_its_own_unit(paperforge, mixed, declared, unit):
    ask = ("--difference", "0.05", "--format", "json")
    both, missing = planned(paperforge("plan", "scores.csv", "losses.csv", *declared, *ask))
    assert list(both) == ["accuracy", "loss"]
    assert missing == []
    assert [one["unit"] for one in both.values()] == [unit, "seed"]
    assert both["loss"]["assumed"]["test"] == "Welch t"
    # as it is planned without the other, at the alpha of a family of two
    alone, _ = planned(
        paperforge("plan", "losses.csv", "--correction", "none", "--alpha", "0.025", *ask)
    )
    assert both["loss"]["needed"] == alone["loss"]["needed"]


def test_a_number_of_one_unit_is_a_question_to_the_metrics_that_have_it(paperforge, mixed):
    ask = ("plan", "scores.csv", "losses.csv", "--replicate", "example", "--format", "json")
    found, _ = planned(paperforge(*ask, "--seeds", "9"))
    assert (found["accuracy"]["n"], found["loss"]["n"]) == (60, 9)
    found, _ = planned(paperforge(*ask, "--examples", "500"))
    assert (found["accuracy"]["n"], found["loss"]["n"]) == (500, 4)
    # of one unit alone it stays a mistake
    assert paperforge("plan", "losses.csv", "--examples", "500").code == 2


def test_what_is_left_out_is_said_with_the_reason(paperforge, tmp_path):
    rows = [
        f"{m},{s},{0.7 + (s * k) % 3 / 50},0.5" for k, m in enumerate("ab", 1) for s in range(4)
    ]
    (tmp_path / "runs.csv").write_text("\n".join(["method,seed,accuracy,loss", *rows]))
    found, missing = planned(paperforge("plan", "runs.csv", "--format", "json"))
    assert list(found) == ["accuracy"]
    assert missing == [{"metric": "loss", "reason": "identical outputs at 1 decimal"}]
    said = paperforge("plan", "runs.csv").out
    assert said.rstrip().endswith("\n\nNot planned: Loss (identical outputs at 1 decimal).")
