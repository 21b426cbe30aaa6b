"""Dopamine's lists, written here as its published files are (the tool only plots them)."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.stores import dopamine


def _records(game=None, *, by_run=True):
    """2 agents x 5 runs x 3 iterations, run after run as the real files are, or by iteration."""
    keys = [(a, r, i) for a in ("DQN", "Rainbow") for r in range(5) for i in range(3)]
    if not by_run:
        keys.sort(key=lambda key: (key[0], key[2], key[1]))
    more = {} if game is None else {"Game": game}
    return [
        {"Iteration": i, "Value": 100.0 * len(a) + 10 * r + i, "Agent": a, **more}
        for a, r, i in keys
    ]


def _truth(game):
    return {
        (a, game, r, i): 100.0 * len(a) + 10 * r + i
        for a in ("DQN", "Rainbow")
        for r in range(5)
        for i in range(3)
    }


def _found(rows):
    return {
        (r["method"], r["dataset"], int(r["run"].rsplit("/")[-1]), r["step"]): r["value"]
        for r in rows
    }


@pytest.mark.parametrize("by_run", [True, False])
def test_repeated_rows_are_runs_in_their_order(reading, write, by_run):
    content = json.dumps(_records(by_run=by_run), indent=1)
    with reading.opened(write(content, "airraid.json")) as (rows, raw):
        assert _found(rows) == _truth("airraid")
    assert "10 runs" in raw.notes[0].message


def test_games_by_file_or_by_column_and_five_runs_a_cell(reading, write):
    write(json.dumps(_records()), "data/airraid.json")
    text = io.StringIO()
    writer = csv.DictWriter(text, ["Iteration", "Value", "Agent", "Game"])
    writer.writeheader()
    writer.writerows(_records("Pong"))
    path = write(text.getvalue(), "data/all.csv")
    rows, _ = reading.tidy_of(path.parent)
    assert all(row["kept"] == 1 for row in rows)
    assert _found(rows) == _truth("airraid") | _truth("Pong")
    assert {row["metric"] for row in rows} == {"return"}


def test_a_table_with_a_seed_is_left_to_others(write):
    content = "Iteration,Value,Agent,Seed\n0,1,DQN,3\n"
    assert not dopamine.recognises(write(content, "x.csv"))
    assert not dopamine.recognises(write('[{"Iteration": 1, "Value": 2, "Seed": 3}]', "x.json"))


def test_a_damaged_record_ends_the_file_with_a_note(reading, write):
    write(json.dumps(_records()), "data/a.json")
    path = write('[{"Iteration": 0, "Value": 1, "Agent": "DQN"}, {"Agent": "DQN"}]', "data/b.json")
    with reading.opened(path.parent) as (rows, raw):
        assert len(rows) == 31
    assert "record 2" in raw.notes[0].message


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    content = json.dumps(_records()).encode()
    kind = data.draw(st.sampled_from(["json", "csv"]))
    if kind == "csv":
        content = b"Iteration,Value,Agent\n0,1.5,DQN\n1,2.5,DQN\n0,2,DQN\n"
    path = tmp_path / f"x.{kind}"
    path.write_bytes(hostile.damaged(content, data.draw(hostile.damages())))
    hostile.attempt(path)
