"""Guild AI's runs against what it wrote (tests/data/guild/make.py)."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores
from paperforge.stores import guild, guild_attrs

HOME = Path(__file__).parents[1] / "data" / "guild" / "home"
TRUTH = HOME.parent / "truth.csv"
RUN = next(
    run
    for run in sorted((HOME / "runs").iterdir())
    if len(list((run / ".guild").glob("*tfevents*"))) == 2
)


def test_every_value_and_state(reading):
    with TRUTH.open(newline="") as file:
        truth = list(csv.DictReader(file))
    rows, _ = reading.tidy_of(HOME)
    found = sorted(
        (
            *(r["method"], r["dataset"], str(r["seed"]), r["split"], r["metric"], r["step"]),
            *(round(r["value"], 4), r["status"]),
        )
        for r in rows
        if isinstance(r["metric"], str)
    )
    wanted = sorted(
        (
            *(r["method"], r["dataset"], r["seed"], "val", "accuracy", float(r["step"])),
            *(float(r["value"]), r["status"]),
        )
        for r in truth
    )
    assert found == wanted
    assert sum(r["kept"] == 0 for r in rows) == 6
    (silent,) = [r for r in rows if not isinstance(r["metric"], str)]
    assert (silent["method"], silent["dataset"], silent["seed"]) == ("full", "wine", "1")
    assert silent["status"] == "crashed"


def test_the_restarted_run_has_two_files(reading):
    with reading.opened(RUN) as (rows, _):
        assert len(rows) == 6
        assert {(r["run"], r["status"]) for r in rows} == {(RUN.name, "finished")}
        assert {r["config.method"] for r in rows} == {"lora"}
        assert len({r["__unit"] for r in rows}) == 2
    event = next((RUN / ".guild").glob("*tfevents*"))
    with reading.opened(event) as (rows, _):
        assert {(r["run"], r["status"], r["config.seed"]) for r in rows} == {
            (RUN.name, "finished", "1")
        }


def test_copies_of_sources_are_not_results(write, tmp_path):
    shutil.copytree(RUN, tmp_path / "run")
    write("method,acc\nx,1\n", "run/.guild/sourcecode/old.csv")
    path = write("method,acc\nx,1\n", "run/own.csv")
    found, _ = stores.find(path.parent)
    assert [(one.kind, len(one.files)) for one in found] == [("guild", 2), ("csv", 1)]


@pytest.mark.parametrize(
    ("attrs", "expected"),
    [
        ({"exit_status": "0"}, "finished"),
        ({"exit_status": "1"}, "crashed"),
        ({"exit_status": "-9"}, "crashed"),
        ({"exit_status": "["}, "unknown"),
        ({"started": "1"}, "running"),
        ({"id": "x"}, "unknown"),
    ],
)
def test_states(write, attrs, expected):
    for name, content in attrs.items():
        run = write(content, f"runs/a/.guild/attrs/{name}").parents[2]
    assert guild_attrs.status(run) == expected


def test_other_event_files_are_tensorboards(tmp_path):
    event = next((RUN / ".guild").glob("*tfevents*"))
    assert guild.recognises(event)
    assert not guild.recognises(Path(shutil.copy(event, tmp_path)))


@pytest.mark.usefixtures("within_a_gigabyte")
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    files = [path.relative_to(RUN) for path in sorted(RUN.rglob("*")) if path.is_file()]
    name = data.draw(st.sampled_from(files))
    damage = data.draw(hostile.damages())
    shutil.copytree(RUN, tmp_path / "run", dirs_exist_ok=True)
    (tmp_path / "run" / name).write_bytes(hostile.damaged((RUN / name).read_bytes(), damage))
    hostile.attempt(tmp_path / "run")
