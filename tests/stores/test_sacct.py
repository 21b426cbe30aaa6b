"""Outputs of sacct, written here as its manual page says (there is no Slurm to ask)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.names import is_cost
from paperforge.stores import sacct

HEADER = "JobID|JobName|State|Elapsed|AllocTRES|ConsumedEnergyRaw|MaxRSS|Partition"
TRES = "billing=32,cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=64G,node=1"
ROWS = (
    f"101|lora-digits-0|COMPLETED|01:30:00|{TRES}|7200000||gpu",
    "101.batch|batch|COMPLETED|01:30:00|cpu=8,gres/gpu=2,mem=64G,node=1||2048K|",
    f"101.extern|extern|COMPLETED|01:30:00|{TRES}||0|",
    "101.0|python|COMPLETED|01:29:50|cpu=8,gres/gpu=2||3G|",
    f"102_7|lora-digits-1|OUT_OF_MEMORY|1-00:00:36|{TRES}|0||gpu",
    f"103|full-digits-0|PREEMPTED|00:30:00|{TRES}|||gpu",
    f"103|full-digits-0|COMPLETED|02:00:00|{TRES}|||gpu",
    f"104|full-digits-1|CANCELLED by 1000|00:10:00|{TRES}|||gpu",
    "105|full-digits-2|PENDING|00:00:00||||gpu",
    "106|prepare|COMPLETED|10:00|cpu=4,mem=8G|||cpu",
)


def _content(*rows):
    return "\n".join((HEADER, *rows)) + "\n"


def _found(rows):
    return {(r["run"], r["metric"]): r["value"] for r in rows if r["metric"]}


def test_costs_of_jobs_without_their_steps(reading, write):
    with reading.opened(write(_content(*ROWS), "sacct.txt")) as (rows, raw):
        found = _found(rows)
        names = {r["run"]: r["run_name"] for r in rows}
        states = {r["run"]: r["status"] for r in rows}
    assert found["101", "duration_s"] == 5400
    assert found["101", "gpu_hours"] == pytest.approx(3)
    assert found["101", "cpu_hours"] == pytest.approx(12)
    assert found["101", "energy_kwh"] == pytest.approx(2)
    assert found["101", "system/peak_memory_mib"] == 3072
    assert found["102_7", "duration_s"] == 86436
    assert found["106", "gpu_hours"] == 0
    assert found["106", "duration_s"] == 600
    assert names["101"] == "lora-digits-0"
    assert states == {
        "101": "completed",
        "102_7": "out_of_memory",
        "103": "completed",
        "104": "cancelled",
        "105": "pending",
        "106": "completed",
    }
    assert "101.batch" not in names
    assert raw.place == "line"


def test_attempts_of_a_requeued_job_are_added_up_and_that_is_said(reading, write):
    with reading.opened(write(_content(*ROWS), "sacct.txt")) as (rows, raw):
        assert _found(rows)["103", "gpu_hours"] == pytest.approx(5)
    assert "1 jobs have several attempts (103)" in raw.notes[0].message


def test_a_pattern_fits_the_name_of_a_job(reading, write):
    path = write(_content(*ROWS[:5]), "sacct.txt")
    rows, _ = reading.tidy_of(path, pattern="{method}-{dataset}-{seed}")
    assert {(r["method"], r["dataset"], r["seed"]) for r in rows} == {
        ("lora", "digits", "0"),
        ("lora", "digits", "1"),
    }
    assert all(is_cost(row["metric"]) for row in rows)


@pytest.mark.parametrize(
    ("resources", "gpus"),
    [
        ("cpu=1,gres/gpu=4", 4),
        ("cpu=1,gres/gpu:a100=1,gres/gpu:v100=2", 3),
        ("gpu:2", 2),
        ("gres:gpu:a100:2", 2),
        ("cpu=1", 0),
        ("", 0),
    ],
)
def test_ways_to_write_gpus(resources, gpus):
    assert sacct._gpus(resources)[0] == gpus


def test_with_bars_at_the_end_and_raw_seconds(reading, write):
    content = "JobIDRaw|JobName|ElapsedRaw|AllocCPUS|\n7|a|3600|2|\n"
    with reading.opened(write(content, "jobs.csv")) as (rows, _):
        assert _found(rows) == {("7", "duration_s"): 3600, ("7", "cpu_hours"): 2}


def test_a_row_that_does_not_fit_ends_the_file_with_a_note(reading, write):
    path = write(_content(ROWS[0], "x|y", ROWS[4]), "sacct.txt")
    with reading.opened(path) as (rows, raw):
        assert {r["run"] for r in rows} == {"101"}
    assert "line 3 does not fit" in raw.notes[0].message


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    path = tmp_path / "sacct.txt"
    damage = data.draw(hostile.damages())
    path.write_bytes(hostile.damaged(_content(*ROWS).encode(), damage))
    hostile.attempt(path)
