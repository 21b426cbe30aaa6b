from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import optuna_journal

JOURNAL = Path(__file__).parents[1] / "data" / "optuna" / "study.journal"
FUZZ = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def journal(tmp_path):
    """Write operations, and give the file."""

    def writer(*operations, name="journal.log"):
        path = tmp_path / name
        lines = [
            json.dumps({"op_code": code, "worker_id": "w", **said}) for code, said in operations
        ]
        path.write_text("\n".join(lines) + "\n")
        return path

    return writer


STUDY = (0, {"study_name": "s", "directions": [1]})
TRIAL = (4, {"study_id": 0, "datetime_start": None})


def value(trial, number, state=1):
    return 6, {"trial_id": trial, "state": state, "values": number}


def test_any_name_is_recognised_by_its_first_line(journal, tmp_path):
    for name in ("journal.log", "study", "optuna.jsonl"):
        assert optuna_journal.recognises(journal(STUDY, name=name))
    other = tmp_path / "other.log"
    other.write_text('{"op_code": 1}\n')
    assert not optuna_journal.recognises(other)


def test_deleted_studies_keep_their_rows(reading):
    rows, notes = reading.tidy_of(JOURNAL)
    gone = [row for row in rows if row["status"] == "deleted"]
    assert [(row["value"], row["kept"]) for row in gone] == [(0.01, 0)]
    assert any("1 trial of deleted studies" in note.message for note in notes)


def test_a_row_is_found_again_by_its_line(reading):
    lines = JOURNAL.read_text().splitlines()
    rows, _ = reading.tidy_of(JOURNAL)
    for row in rows[:20]:
        record = json.loads(lines[int(row["source"].rpartition("line ")[2]) - 1])
        assert row["value"] in (record.get("intermediate_value"), *(record.get("values") or ()))


def test_what_is_done_to_a_finished_trial_has_no_effect(reading, journal):
    path = journal(
        STUDY,
        STUDY,
        TRIAL,
        (7, {"trial_id": 0, "step": 1, "intermediate_value": 0.1}),
        (7, {"trial_id": 0, "step": 1, "intermediate_value": 0.2}),
        value(0, [0.3]),
        value(0, [0.4]),
        (7, {"trial_id": 0, "step": 2, "intermediate_value": 0.5}),
        (4, {"study_id": 7, "datetime_start": None}),
        TRIAL,
        value(1, None, state=3),
        (10, {}),
    )
    with reading.opened(path) as (rows, raw):
        found = [(r["run"], r["step"], r["value"], r["status"], r["__at"]) for r in rows]
    assert sorted(found, key=str) == [
        ("s trial 0", 1, 0.1, "finished", 4),
        ("s trial 0", 1, 0.2, "finished", 5),
        ("s trial 0", None, 0.3, "finished", 6),
        ("s trial 1", None, None, "crashed", None),
    ]
    assert not any("damaged" in note.message for note in raw.notes)


def test_names_of_objectives_may_come_last(reading, journal):
    names = (3, {"study_id": 0, "system_attr": {"study:metric_names": ["loss"]}})
    with reading.opened(journal(STUDY, TRIAL, value(0, [0.3]), names)) as (rows, _):
        assert rows[0]["metric"] == "loss"


@pytest.mark.parametrize(
    "bad",
    [
        '{"op_code": 4, "worker_id": "w", "stu',
        "[1]",
        "[" * 100_000,
        '{"op_code": 7, "trial_id": "x"}',
        '{"op_code": 7, "trial_id": 0, "step": 1e999, "intermediate_value": 1}',
        '{"op_code": 5, "trial_id": 0, "param_name": 3, "param_value_internal": "a"}',
        '{"worker_id": "w"}',
        "x" * (5 << 20),
    ],
)
def test_a_damaged_line_ends_the_file(reading, journal, bad):
    path = journal(STUDY, TRIAL, (7, {"trial_id": 0, "step": 1, "intermediate_value": 0.1}))
    path.write_text(path.read_text() + bad)
    with reading.opened(path) as (rows, raw):
        assert [(row["step"], row["value"]) for row in rows][:1] == [(1, 0.1)]
    assert any("damaged at line 4" in note.message for note in raw.notes)


def test_no_trials(reading, journal):
    with pytest.raises(InputError, match="no trials"):
        reading.rows_of(journal(STUDY))


@FUZZ
@given(st.data())
def test_a_mutated_journal_is_rows_or_an_error(tmp_path, tracking, data):
    content = bytearray(JOURNAL.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(60, len(content)))
        end = start + data.draw(st.sampled_from([0, 1, 5, 200]))
        content[start:end] = data.draw(
            st.binary(max_size=10) | st.sampled_from([b"-1", b"null", b"[]"])
        )
    path = tmp_path / "study.journal"
    path.write_bytes(content)
    tracking.survives(path)
