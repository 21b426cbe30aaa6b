"""CodeCarbon's emissions.csv, as the tool itself wrote it."""

from __future__ import annotations

import csv
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DATA = Path(__file__).parents[1] / "data" / "codecarbon"
FILE = DATA / "emissions.csv"
METRICS = ("duration_s", "energy_kwh", "emissions_kg")


def test_every_run_s_cost_is_found(reading):
    with (DATA / "truth.csv").open() as stream:
        truth = list(csv.DictReader(stream))
    rows, _ = reading.tidy_of(FILE, pattern="{method}-{dataset}-{seed}")
    found = [
        (r["run"], r["method"], r["dataset"], r["seed"], r["metric"], r["value"], r["kept"])
        for r in rows
    ]
    expected = [
        (t["run"], t["method"], t["dataset"], t["seed"], m, float(t[m]), int(t["kept"]))
        for t in truth
        for m in METRICS
    ]
    assert sorted(found) == sorted(expected)


def test_costs_are_reported_and_not_tested(reading):
    from paperforge.names import is_cost

    assert all(is_cost(name) for name in METRICS)
    with reading.opened(FILE) as (rows, _):
        assert "system/cpu_energy_kwh" in {r["metric"] for r in rows}
        assert rows[0]["codecarbon.country_iso_code"] == "FRA"


def test_a_new_header_in_an_old_file(reading, write):
    old = "run_id,project_name,duration,emissions,emissions_rate\na,x-1,10,0.1,0.01\n"
    new = "run_id,project_name,duration,emissions,emissions_rate,pue\nb,x-2,20,0.2,0.01,1\n"
    with reading.opened(write(old + new, "emissions.csv")) as (rows, _):
        found = [(r["run_name"], r["value"]) for r in rows if r["metric"] == "duration_s"]
    assert found == [("x-1", 10), ("x-2", 20)]


def test_a_row_that_does_not_fit_ends_the_file_with_a_note(reading, write):
    content = "run_id,duration,emissions,emissions_rate\na,1,2,3\nb,1,2,3,4\nc,1,2,3\n"
    with reading.opened(write(content, "emissions.csv")) as (rows, raw):
        assert {r["run"] for r in rows} == {"a"}
    assert "record 2 does not fit" in raw.notes[0].message


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    path = tmp_path / "emissions.csv"
    path.write_bytes(hostile.damaged(FILE.read_bytes(), data.draw(hostile.damages())))
    hostile.attempt(path)
