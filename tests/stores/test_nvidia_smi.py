"""Logs of nvidia-smi, written here as its manual says (there is no GPU to ask)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.names import is_cost

HEADER = "timestamp, index, name, power.draw [W], utilization.gpu [%], memory.used [MiB]\n"


def _log(seconds, watts=(100, 300), *, units=True):
    """One line a GPU and second; watts of GPU 0 and GPU 1."""
    lines = [HEADER]
    for second in seconds:
        for gpu, power in enumerate(watts):
            stamp = (
                f"2026/05/09 {3 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.161"
            )
            values = (f"{power}.00 W", "97 %", f"{1000 + gpu} MiB")
            if not units:
                values = (f"{power}.00", "97", f"{1000 + gpu}")
            lines.append(", ".join((stamp, str(gpu), "NVIDIA A100", *values)) + "\n")
    return "".join(lines)


def _found(rows):
    return {r["metric"]: r["value"] for r in rows if not r["metric"].startswith("system/")}


@pytest.mark.parametrize("units", [True, False])
def test_costs_of_two_gpus_over_an_hour(reading, write, units):
    content = _log(range(0, 3601, 10), units=units)
    with reading.opened(write(content, "lora-digits-0.csv")) as (rows, _):
        found = _found(rows)
        first = rows[0]
    assert found["duration_s"] == pytest.approx(3600)
    assert found["gpu_hours"] == pytest.approx(2)
    assert found["energy_kwh"] == pytest.approx(0.4)
    assert found["peak_memory_mib"] == 1001
    assert first["nvidia_smi.gpu"] == "NVIDIA A100"
    assert all(is_cost(name) for name in found)


def test_the_name_of_the_file_says_what_the_run_is(reading, write):
    path = write(_log(range(5)), "lora-digits-0.csv")
    rows, _ = reading.tidy_of(path, pattern="{method}-{dataset}-{seed}")
    assert {(r["method"], r["dataset"], r["seed"]) for r in rows} == {("lora", "digits", "0")}


def test_power_over_time_is_there_too(reading, write):
    with reading.opened(write(_log(range(3)), "x.csv")) as (rows, _):
        found = [(r["step"], r["value"]) for r in rows if r["metric"] == "system/gpu1/power_w"]
    assert found == [(0, 300), (1, 300), (2, 300)]


@pytest.mark.parametrize("word", ["[N/A]", "N/A", "[Not Supported]", "[Unknown Error]"])
def test_what_a_gpu_does_not_say_is_no_number(reading, write, word):
    content = _log(range(3)).replace("100.00 W", word).replace("300.00 W", word)
    with reading.opened(write(content, "x.csv")) as (rows, _):
        assert set(_found(rows)) == {"duration_s", "gpu_hours", "peak_memory_mib"}


def test_a_pause_in_the_log_costs_nothing(reading, write):
    with reading.opened(write(_log([*range(60), *range(3000, 3060)]), "x.csv")) as (rows, raw):
        assert _found(rows)["duration_s"] == pytest.approx(118)
    assert "2 pauses" in raw.notes[0].message


def test_without_an_index_gpus_of_one_time_are_told_apart(reading, write):
    lines = ["timestamp, power.draw [W]\n"]
    lines += [f"2026/05/09 03:00:{s:02d}.000, {p} W\n" for s in range(11) for p in (100, 300)]
    with reading.opened(write("".join(lines), "x.csv")) as (rows, raw):
        assert _found(rows)["gpu_hours"] == pytest.approx(20 / 3600)
    assert not raw.notes
    with reading.opened(write("".join(lines[::2]), "y.csv")) as (rows, raw):
        assert "one GPU" in raw.notes[0].message


def test_a_damaged_line_ends_the_log_with_a_note(reading, write):
    content = _log(range(3)) + "Failed to initialize NVML: Driver/library version mismatch\n"
    with reading.opened(write(content, "x.csv")) as (rows, raw):
        assert _found(rows)["duration_s"] == pytest.approx(2)
    assert "line 8 does not fit" in raw.notes[0].message


def test_a_second_header_is_passed_over(reading, write):
    with reading.opened(write(_log(range(3)) + _log(range(3, 6)), "x.csv")) as (rows, raw):
        assert _found(rows)["duration_s"] == pytest.approx(5)
    assert not raw.notes


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    path = tmp_path / "gpu.csv"
    path.write_bytes(hostile.damaged(_log(range(20)).encode(), data.draw(hostile.damages())))
    hostile.attempt(path)
