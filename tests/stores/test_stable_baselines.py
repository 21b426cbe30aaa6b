"""Stable-Baselines3's monitors and evaluations, as the tool itself wrote them."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError

DATA = Path(__file__).parents[1] / "data" / "stable_baselines"
LOGS = DATA / "logs"
PATTERN = "{method}/{dataset}/seed_{seed}"
LOGGED = DATA / "logger" / "ppo" / "seed=0"
LEARNING_RATE = "train/learning_rate"
"""A setting that changes: no result (paperforge/data)."""
RUN = LOGS / "ppo" / "CartPole-v1" / "seed_0"


def _key(row):
    names = ("method", "dataset", "seed", "split", "metric")
    return (*(row[name] for name in names), float(row["step"]), round(float(row["value"]), 6))


def test_every_episode_and_evaluation_is_found(reading):
    with (DATA / "truth.csv").open() as stream:
        truth = list(csv.DictReader(stream))
    rows, _ = reading.tidy_of(LOGS, pattern=PATTERN)
    with_steps = [row for row in rows if row["step"] == row["step"]]
    assert sorted(map(_key, with_steps)) == sorted(map(_key, truth))


def test_the_environments_of_a_run_are_one_run(reading):
    with reading.opened(RUN) as (rows, raw):
        assert len({row["run"] for row in rows}) == 1
        assert {row["env_id"] for row in rows} == {"CartPole-v1"}
        steps = [r["step"] for r in rows if r["metric"] == "train/episode_return"]
    assert len(set(steps)) == len(steps)
    assert "mean of the 4 episodes" in raw.notes[0].message


def test_what_the_logger_wrote_three_times_counts_once(reading):
    with (LOGGED / "log" / "progress.csv").open() as stream:
        table = list(csv.DictReader(stream))
    wanted = [
        (name, float(row["time/total_timesteps"]), float(value))
        for row in table
        for name, value in row.items()
        if value and name not in ("time/total_timesteps", "time/time_elapsed", LEARNING_RATE)
    ]
    rows, notes = reading.tidy_of(LOGGED.parents[1], pattern="{method}")
    log = [row for row in rows if "/log/progress.csv" in row["source"]]
    prefix = {"train": "train/", "val": "eval/"}
    found = [(prefix.get(r["split"], "") + r["metric"], r["step"], r["value"]) for r in log]
    assert sorted(found) == sorted(wanted)
    assert {(r["method"], r["dataset"], r["seed"]) for r in rows} == {("ppo", "CartPole-v1", "0")}
    assert len({row["run"] for row in rows}) == 1
    assert all(row["kept"] == 1 for row in rows)
    assert "2 files in which the logger wrote the same again" in "".join(map(str, notes))


def test_the_logger_s_json_alone(reading, write, tmp_path):
    with reading.opened(LOGGED / "log" / "progress.json") as (rows, _):
        one = {(r["metric"], r["step"]): r["value"] for r in rows}
    with reading.opened(LOGGED / "log" / "progress.csv") as (rows, _):
        assert {(r["metric"], r["step"]): r["value"] for r in rows} == pytest.approx(one)
    path = write('{"time/total_timesteps": 5, "train/loss": 1.5}\n{"train', "progress.json")
    with reading.opened(path) as (rows, raw):
        assert [(r["metric"], r["step"], r["value"]) for r in rows] == [("train/loss", 5, 1.5)]
    assert "1 lines before it are kept" in raw.notes[0].message


def test_the_last_hundred_episodes_are_the_store_s_summary(reading, write):
    lines = ["#{}", "r,l,t", *(f"{n},1,{n}" for n in range(150))]
    path = write("\n".join(lines) + "\n", "monitor.csv")
    with reading.opened(path) as (rows, raw):
        found = [r for r in rows if r["__summary"] and r["metric"] == "train/episode_return"]
    assert raw.summary
    assert [row["value"] for row in found] == [np.mean(range(50, 150))]
    tidy, _ = reading.tidy_of(path, columns={"method": "run"})
    assert max(row["step"] for row in tidy if row["step"] == row["step"]) == 150


def test_axes_of_an_episode(reading, write):
    first = write(
        '#{"t_start": 10.0}\nr,l,t,is_success\n1,5,1.0,True\n3,2,4.0,False\n', "0.monitor.csv"
    )
    write('#{"t_start": 10.5}\nr,l,t,is_success\n2,4,1.0,True\n', "1.monitor.csv")
    with reading.opened(first.parent) as (rows, _):
        found = {
            (r["metric"], r["value"]): (r["step"], r["epoch"], r["time"], r["__unit"], r["__at"])
            for r in rows
            if r["step"] is not None
        }
    assert found["train/episode_return", 1.0] == (5, 1, 11.0, "/0.monitor.csv", 1)
    assert found["train/episode_return", 2.0] == (9, 2, 11.5, "/1.monitor.csv", 1)
    assert found["train/episode_return", 3.0] == (11, 3, 14.0, "/0.monitor.csv", 2)
    assert found["train/is_success", 0.0][0] == 11


def test_monitors_of_other_names_are_runs_of_their_own(reading, write):
    for name in ("ppo.monitor.csv", "sac.0.monitor.csv", "sac.1.monitor.csv"):
        path = write("#{}\nr,l,t\n1,5,1.0\n", name)
    with reading.opened(path.parent) as (rows, _):
        assert {row["run"] for row in rows} == {"ppo", "sac"}


def test_a_resumed_monitor_goes_on(reading, write):
    path = write("#{}\nr,l,t\n1,5,1.0\n2,5,9.0\n3,5,0.5\n4,5,2.0\n", "monitor.csv")
    with reading.opened(path) as (rows, _):
        found = [(r["value"], r["step"]) for r in rows if r["metric"] == "train/episode_return"]
    assert found[:4] == [(1, 5), (2, 10), (3, 15), (4, 20)]


@pytest.mark.parametrize("tail", ["3,", "x,5,2.0\r\n", "3,5,2.0,9,9\r\n", "3,5,2.0"])
def test_a_damaged_record_ends_the_monitor_with_a_note(reading, write, tail):
    path = write("#{}\r\nr,l,t\r\n1,5,1.0\r\n" + tail, "monitor.csv")
    with reading.opened(path) as (rows, raw):
        assert [r["value"] for r in rows if r["metric"] == "train/episode_return"][:1] == [1]
        assert len([r for r in rows if r["step"] is not None]) == 2
    assert "its record 2" in raw.notes[0].message


def _evaluations(**arrays):
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def test_the_value_of_a_run_is_the_mean_of_its_last_evaluation(reading, write):
    content = _evaluations(
        timesteps=[10, 20],
        results=[[1.0, 3.0], [2.0, 6.0]],
        ep_lengths=[[5, 7], [9, 9]],
        successes=[[True, False], [True, True]],
    )
    path = write(content, "evaluations.npz")
    with reading.opened(path) as (rows, _):
        found = [(r["metric"], r["step"], r["value"], r["__at"]) for r in rows]
    assert found == [
        ("eval/episode_return", 10, 2.0, 1),
        ("eval/episode_return", 20, 4.0, 2),
        ("eval/episode_length", 10, 6.0, 1),
        ("eval/episode_length", 20, 9.0, 2),
        ("eval/success_rate", 10, 0.5, 1),
        ("eval/success_rate", 20, 1.0, 2),
    ]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"timesteps": [1, 2], "results": [[1.0]]}, "does not fit"),
        ({"timesteps": [[1, 2]], "results": [[1.0]]}, "no list of numbers"),
        ({"timesteps": [1], "results": np.array([{}], dtype=object)}, "Python objects"),
    ],
)
def test_evaluations_that_make_no_sense_are_refused(hostile, write, arrays, message):
    with pytest.raises(InputError, match=message):
        hostile.read(write(_evaluations(**arrays), "evaluations.npz"))


def test_a_header_that_asks_for_more_memory_than_there_is(hostile, write):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776, 9), }"
    header = header.ljust(117) + b"\n"
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("timesteps.npy", array)
        archive.writestr("results.npy", array)
    with pytest.raises(InputError, match="more than 16777216 values"):
        hostile.read(write(out.getvalue(), "evaluations.npz"))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_logs_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    name = data.draw(st.sampled_from(["0.monitor.csv", "evaluations.npz", "results.npy"]))
    damage = data.draw(hostile.damages())
    if name == "results.npy":
        source = (RUN / "evaluations.npz").read_bytes()
        content = hostile.rezipped(source, name, lambda old: hostile.damaged(old, damage))
        name = "evaluations.npz"
    else:
        content = hostile.damaged((RUN / name).read_bytes(), damage)
    path = tmp_path / name
    path.write_bytes(content)
    hostile.attempt(path)
