"""Runs x tasks: stats shows the probability of improvement beside IQM and the other aggregates."""

import json

import numpy as np
import pytest

METHODS = {"ours": 0.15, "base": 0.0, "near": 0.05}


@pytest.fixture
def scores(tmp_path):
    """Scores of shape (methods, tasks, runs), and their file."""
    rng = np.random.default_rng(3)
    table = {m: 0.5 + g + rng.normal(0, 0.2, (6, 5)).round(2) for m, g in METHODS.items()}
    rows = [
        f"{m},t{t},{s},{x:.2f}"
        for m, scores in table.items()
        for t, row in enumerate(scores)
        for s, x in enumerate(row)
    ]
    (tmp_path / "runs.csv").write_text("\n".join(["method,task,seed,score", *rows]))
    return {m: scores.round(2) for m, scores in table.items()}


def by_hand(a, b, sign=1):
    """Of every run of a against every run of b on a task, the share that a wins; ties half."""
    wins = np.sign(sign * (a[:, :, None] - b[:, None, :]).round(6))
    return float(((wins + 1) / 2).mean())


@pytest.mark.parametrize(("direction", "sign"), [("higher", 1), ("lower", -1)])
@pytest.mark.parametrize("aggregate", ["iqm", "median"])
def test_it_is_that_of_all_pairs_of_runs(paperforge, scores, aggregate, direction, sign):
    ask = (
        "stats",
        "runs.csv",
        "--aggregate",
        aggregate,
        "--ours",
        "ours",
        f"--{direction}",
        "score",
    )
    found = json.loads(paperforge(*ask, "--format", "json").out)
    over = [one for one in found["improvements"] if one["dataset"] is None]
    assert [(one["a"], one["b"]) for one in over] == [("ours", "base"), ("ours", "near")]
    for one in over:
        assert one["estimate"] == pytest.approx(by_hand(scores["ours"], scores[one["b"]], sign))
        low, high = one["ci"]
        assert 0 <= low < one["estimate"] < high <= 1
    assert len(found["improvements"]) == 2 * 7  # and on each task
    share = f"{over[0]['estimate']:.2f}".removeprefix("0")
    for form in ("text", "markdown"):
        said = " ".join(paperforge(*ask, "--format", form).out.split())
        assert f"ours over base: {share}, 95% interval [" in said
        assert ("lower, which is better" in said) == (direction == "lower")


def test_of_means_nobody_asked_for_it(paperforge, scores):
    found = json.loads(paperforge("stats", "runs.csv", "--format", "json").out)
    assert found["improvements"] is None
    assert "Probability of improvement" not in paperforge("stats", "runs.csv").out
