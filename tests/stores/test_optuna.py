from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores
from paperforge.errors import InputError
from paperforge.stores import optuna

DATA = Path(__file__).parents[1] / "data" / "optuna"
RUN = r"run (\S+ trial \d+)"
FUZZ = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=["study.db", "study.journal"])
def path(request):
    return DATA / request.param


@pytest.fixture
def truth(path, tracking):
    rows = json.loads((DATA / "truth.json").read_text())[path.name]
    return lambda study: tracking.rows_as_told([r for r in rows if r["run"].startswith(study)])


@pytest.fixture
def store(tmp_path):
    return Path(shutil.copy(DATA / "study.db", tmp_path / "optuna.db"))


def change(store, *statements):
    with closing(sqlite3.connect(store)) as database:
        for sql in statements:
            database.execute(sql)
        database.commit()


@pytest.mark.parametrize(("study", "kind"), [("tuning", "params"), ("front", "tags")])
def test_exactly_what_was_logged(path, study, kind, reading, tracking, truth):
    columns = {role: f"{kind}.{role}" for role in ("method", "dataset", "seed")}
    rows, _ = reading.tidy_of(path, where={"optuna.study": study}, columns=columns)
    assert tracking.told(rows, RUN) == truth(study)


def test_every_trial_is_a_row_and_none_is_picked(path, reading):
    rows, notes = reading.tidy_of(path)
    assert len({row["run"] for row in rows if row["status"] != "deleted"}) == 34
    (note,) = [note for note in notes if "each trial" in note.message]
    assert "--where optuna.best=true" in note.hint
    assert any("1 trial pruned" in note.message for note in notes)


def test_the_study_says_which_trial_it_found_best(path, reading):
    with reading.opened(path) as (rows, _):
        best = {row["run"]: row["value"] for row in rows if row["optuna.best"] == "true"}
    # The first objective is higher at full, the second lower at lora: both are on the front.
    assert best == {"tuning trial 14": float("inf"), "front trial 0": 12.0, "front trial 1": 30.0}


def test_a_trials_number_is_no_seed(path, reading):
    with reading.opened(path) as (_, raw):
        assert "seed" not in raw.known
        assert not any(column.endswith("trial") for column in raw.columns)


def test_parameters_are_what_the_program_saw(path, reading):
    with reading.opened(path) as (rows, _):
        said = next(row for row in rows if row["run"] == "tuning trial 7")
    assert (said["params.method"], said["params.dataset"]) == ("lora", "sst2")
    assert (said["params.seed"], said["params.lr"], said["tags.note"]) == ("2", "0.001", "a grid")


def test_infinities_and_missing_values(store, reading):
    change(
        store,
        "UPDATE trial_values SET value = NULL, value_type = 'INF_NEG' WHERE trial_id = 1",
        "UPDATE trial_intermediate_values SET intermediate_value = NULL, "
        "intermediate_value_type = 'INF_POS' WHERE trial_id = 1 AND step = 0",
    )
    with reading.opened(store) as (rows, _):
        found = [(r["step"], r["value"]) for r in rows if r["run"] == "tuning trial 0"]
    assert found[0] == (0, float("inf"))
    assert found[-1] == (None, float("-inf"))


def test_an_older_schema(store, reading):
    change(
        store,
        "ALTER TABLE trial_values DROP COLUMN value_type",
        "ALTER TABLE trial_intermediate_values DROP COLUMN intermediate_value_type",
        "DROP TABLE study_system_attributes",
    )
    rows, notes = reading.tidy_of(store, where={"optuna.study": "tuning"})
    assert {row["metric"] for row in rows} == {"value"}
    assert any(note.hint == "--higher value" for note in notes)


def test_final_values_alone_are_those_of_the_history(path, tracking):
    whole, count = tracking.finals(path, history=True)
    latest, fewer = tracking.finals(path, history=False)
    assert latest == whole
    assert fewer <= count


def test_hostile_settings(store, reading):
    choices = json.dumps({"name": "CategoricalDistribution", "attributes": {"choices": [1]}})
    change(
        store,
        f"UPDATE trial_params SET distribution_json = '{choices}', param_value = 1e300 "
        "WHERE trial_id = 1",
        "UPDATE trial_params SET distribution_json = 'no json' WHERE trial_id = 2",
        f"UPDATE trial_params SET distribution_json = '{'[' * 50000}' WHERE trial_id = 3",
        "UPDATE trial_values SET objective = 1000000000000 WHERE trial_id = 4",
        "UPDATE trials SET state = 'ODD' WHERE trial_id = 5",
    )
    with reading.opened(store) as (rows, _):
        states = {row["run"]: row["status"] for row in rows}
    assert len(states) == 34
    assert states["tuning trial 4"] == "unknown"


def test_no_trials(store, reading):
    change(store, "DELETE FROM trials")
    with pytest.raises(InputError, match="no trials"):
        reading.rows_of(store)


def test_another_database(tmp_path):
    path = tmp_path / "other.db"
    change(path, "CREATE TABLE trials (x)")
    assert not optuna.recognises(path)


def test_a_folder_of_both_is_read_as_both():
    (*found,), _ = stores.find(DATA)
    assert {"optuna", "optuna_journal"} <= {one.kind for one in found}


@FUZZ
@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=40))),
    st.floats(0.1, 1),
)
def test_a_mutated_database_is_rows_or_an_error(tmp_path, tracking, changes, kept):
    content = bytearray((DATA / "study.db").read_bytes())
    for place, data in changes:
        start = int(place * len(content))
        content[start : start + len(data)] = data
    path = tmp_path / "optuna.db"
    path.write_bytes(content[: int(kept * len(content))])
    tracking.survives(path)
