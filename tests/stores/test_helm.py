"""HELM: what data/helm/make.py ran with the real one, read back."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import helm

DATA = Path(__file__).parents[1] / "data" / "helm" / "runs" / "toy"
BETA = "simple_mcqa:model=toy_beta"


@pytest.fixture
def root(tmp_path):
    """The runs under the names that HELM gives them."""
    for run in DATA.iterdir():
        shutil.copytree(run, tmp_path / "runs" / run.name.replace("__", ":"))
    return tmp_path / "runs"


def stats_of(run):
    """What a run's file says of exact_match on the questions as they are."""
    content = json.loads((run / "stats.json").read_text())
    names = [one["name"] for one in content]
    plain = {"name": "exact_match", "split": "test"}
    return content[names.index(plain)]["mean"]


def test_a_run_has_its_model_and_scenario(root, reading):
    rows, notes = reading.tidy_of(root)
    found = {
        (row["method"], row["dataset"]): row["value"]
        for row in rows
        if row["metric"] == "exact_match" and not isinstance(row["example"], str)
    }
    spelt = "simple_mcqa:data_augmentation=misspelling0.05"
    assert found == {
        ("toy/alpha", "simple_mcqa"): stats_of(root / "simple_mcqa:model=toy_alpha"),
        ("toy/beta", "simple_mcqa"): stats_of(root / BETA),
        ("toy/alpha", "simple_classification"): stats_of(
            root / "simple_classification:model=toy_alpha"
        ),
        ("toy/beta", "simple_classification"): stats_of(
            root / "simple_classification:model=toy_beta"
        ),
        ("toy/beta", spelt): stats_of(root / f"{BETA},data_augmentation=misspelling0.05"),
    }
    assert {row["split"] for row in rows} == {"test"}
    assert any("experimentally" in note.message for note in notes)


def test_questions_and_trials(root, reading):
    rows, _ = reading.tidy_of(root / BETA)
    found = [r for r in rows if r["metric"] == "exact_match" and isinstance(r["example"], str)]
    assert {row["seed"] for row in found} == {"0", "1"}
    assert len({row["example"] for row in found}) == 2
    assert sum(row["value"] for row in found) / len(found) == stats_of(root / BETA)


def test_counts_and_perturbed_copies_are_left_out(root, reading):
    rows, _ = reading.tidy_of(root)
    metrics = {row["metric"] for row in rows}
    assert not any(name.startswith(("num_", "finish_")) for name in metrics)
    cells = [
        (r["run"], r["metric"], r["example"]) for r in rows if not isinstance(r["example"], str)
    ]
    assert len(cells) == len({cell[:2] for cell in cells})


def test_stats_alone(root, reading):
    rows = reading.rows_of(root / BETA / "stats.json")
    assert {(row["method"], row["dataset"]) for row in rows} == {("toy/beta", "simple_mcqa")}


def test_other_stats_are_not_taken(write):
    assert not helm.recognises(write('[{"name": "x"}]', "stats.json"))
    assert not helm.recognises(write('{"name": "x"}', "run_spec.json"))


@pytest.mark.parametrize("name", ["stats.json", "run_spec.json", "per_instance_stats.json"])
@given(data=st.data())
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damage_gives_rows_or_an_error_of_ours(tmp_path, reading, name, data):
    run = tmp_path / "runs" / "a:model=b"
    shutil.copytree(DATA / BETA.replace(":", "__"), run, dirs_exist_ok=True)
    content = bytearray((run / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        new = data.draw(st.sampled_from([b"", b"[", b"}", b"null", b"1e999", b'"', b"9" * 400]))
        content[at : at + data.draw(st.integers(0, 30))] = new
    (run / name).write_bytes(bytes(content))
    with contextlib.suppress(InputError):
        reading.rows_of(tmp_path / "runs")
