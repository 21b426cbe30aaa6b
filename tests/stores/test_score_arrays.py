"""Arrays of scores by method, and .npz files of columns."""

from __future__ import annotations

import io
import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import score_arrays

PPO = np.arange(6.0).reshape(3, 2)
SAC = PPO + 10


def _npz(**arrays):
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def _found(rows):
    return {(r["method"], r["axis0"], r["axis1"]): r["value"] for r in rows}


@pytest.mark.parametrize("kind", ["npz", "json"])
def test_scores_by_method_are_long_rows(reading, write, kind):
    content = _npz(ppo=PPO, sac=SAC)
    if kind == "json":
        content = json.dumps({"ppo": PPO.tolist(), "sac": SAC.tolist()})
    with reading.opened(write(content, f"scores.{kind}")) as (rows, raw):
        found = _found(rows)
    assert len(found) == 12
    assert found["ppo", "1", "0"] == 2
    assert found["sac", "2", "1"] == 15
    assert set(raw.asks) == {"axis0", "axis1"}


def test_what_an_axis_is_must_be_said(reading, write):
    path = write(_npz(ppo=PPO, sac=SAC), "scores.npz")
    with pytest.raises(InputError, match="nothing says what 'axis0' is") as caught:
        reading.tidy_of(path)
    assert "3 x 2" in caught.value.hint
    assert "--map axis0=seed --map axis1=dataset" in caught.value.hint
    with pytest.raises(InputError, match="axis1"):
        reading.tidy_of(path, columns={"seed": "axis0"})
    rows, _ = reading.tidy_of(path, columns={"seed": "axis0", "dataset": "axis1"})
    assert {(r["method"], r["seed"], r["dataset"]) for r in rows} == {
        (m, s, d) for m in ("ppo", "sac") for s in "012" for d in "01"
    }
    assert {r["metric"] for r in rows} == {"score"}


def test_a_list_of_names_says_what_an_axis_is(reading, write):
    path = write(_npz(ppo=PPO, sac=SAC[:2], tasks=["pong", "qbert"]), "scores.npz")
    with pytest.raises(InputError, match="axis0"):
        # Two runs of two tasks: the names fit both axes of sac, and only one of ppo.
        reading.tidy_of(write(_npz(sac=SAC[:2], tasks=["pong", "qbert"]), "square.npz"))
    rows, _ = reading.tidy_of(path)
    assert {(r["dataset"], r["seed"]) for r in rows if r["method"] == "sac"} == {
        (d, s) for d in ("pong", "qbert") for s in "01"
    }


def test_lists_of_scores_are_the_runs_of_each_method(reading, write):
    rows, _ = reading.tidy_of(write(_npz(ppo=[1.0, 2.0, 3.0], sac=[4.0]), "s.npz"))
    assert [(r["method"], r["seed"], r["value"]) for r in rows] == [
        ("ppo", "0", 1),
        ("ppo", "1", 2),
        ("ppo", "2", 3),
        ("sac", "0", 4),
    ]


def test_an_axis_of_methods(reading, write):
    scores = np.stack([PPO, SAC])
    path = write(_npz(success=scores, methods=["ppo", "sac"], tasks=["a", "b", "c", "d"]), "s.npz")
    with pytest.raises(InputError, match="nothing says"):
        reading.tidy_of(path)
    content = _npz(success=np.stack([PPO.T, SAC.T, SAC.T, SAC.T]), methods=list("wxyz"))
    rows, _ = reading.tidy_of(
        write(content, "t.npz"), columns={"dataset": "axis1", "seed": "axis2"}
    )
    assert {r["method"] for r in rows} == set("wxyz")
    assert {r["metric"] for r in rows} == {"success"}


def test_columns_of_one_length_are_a_table(reading, write):
    content = _npz(step=[1, 2], accuracy=[0.5, math.nan], done=[True, False], method="a")
    rows = reading.rows_of(write(content, "history.npz"))
    assert rows == [
        {"step": "1", "accuracy": "0.5", "done": "True", "method": "a"},
        {"step": "2", "accuracy": "nan", "done": "False", "method": "a"},
    ]


def test_one_array_is_named_after_its_file(reading, write):
    out = io.BytesIO()
    np.save(out, PPO)
    with reading.opened(write(out.getvalue(), "ppo.npy")) as (rows, _):
        assert {r["method"] for r in rows} == {"ppo"}


def test_a_missing_score_is_no_number(reading, write):
    path = write('{"ppo": [[1, null], [3, 4]], "sac": [[1, 2], [3, 4]]}', "s.json")
    with reading.opened(path) as (rows, _):
        assert math.isnan(_found(rows)["ppo", "0", "1"])


@pytest.mark.parametrize("content", ['{"loss": [1, 2], "acc": [1, 2]}', '{"a": {"b": 1}}', "[[1]]"])
def test_other_json_is_left_to_others(content, write):
    from paperforge.stores import score_arrays

    assert not score_arrays.recognises(write(content, "x.json"))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"X": PPO, "y": [1, 2, 3]}, "neither scores"),
        ({"a": [1, 2], "label": ["x", "y"], "b": [1, 2, 3]}, "several lengths"),
        ({"a": np.array([None])}, "Python objects"),
        ({"a": np.array([1j])}, "something else"),
        ({"a": np.zeros((0, 3))}, "neither scores|several"),
    ],
)
def test_what_cannot_be_scores_is_refused(hostile, write, arrays, message):
    with pytest.raises(InputError, match=message):
        hostile.read(write(_npz(**arrays), "x.npz"))


def test_a_bomb_is_refused_before_it_is_unpacked(hostile, write):
    content = _npz(a=np.zeros(40_000_000))
    with pytest.raises(InputError, match="larger than 128 MB"):
        hostile.read(write(content, "x.npz"))


def test_names_that_the_engine_takes_for_one(reading, write):
    content = _npz(**{"seed": [1, 2], "SEED": [3, 4], "": [5, 6], "acc": [7, 8]})
    assert list(reading.rows_of(write(content, "x.npz"))[0]) == ["seed", "SEED_", "column", "acc"]


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_characters_that_do_not_exist(hostile, write, byteorder):
    points = np.array([0x1000000 + ord("a")], f"{byteorder}u4")
    content = _npz(ppo=PPO, tasks=np.frombuffer(points.tobytes(), f"{byteorder}U1").repeat(2))
    with pytest.raises(InputError, match="characters that do not exist"):
        hostile.read(write(content, "x.npz"))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_files_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    damage = data.draw(hostile.damages())
    kind = data.draw(st.sampled_from(["npz", "member", "npy", "json"]))
    source = _npz(ppo=PPO, sac=SAC, tasks=["pong", "qbert"])
    if kind == "member":
        content = hostile.rezipped(source, "tasks.npy", lambda old: hostile.damaged(old, damage))
    elif kind == "npz":
        content = hostile.damaged(source, damage)
    elif kind == "npy":
        out = io.BytesIO()
        np.save(out, PPO)
        content = hostile.damaged(out.getvalue(), damage)
    else:
        text = json.dumps({"ppo": PPO.tolist(), "sac": SAC.tolist(), "tasks": ["a", "b"]})
        content = hostile.damaged(text.encode(), damage)
    path = tmp_path / f"x.{'npz' if kind == 'member' else kind}"
    path.write_bytes(content)
    hostile.attempt(path)


def test_lists_by_role_are_columns_however_long_they_are(write):
    path = write('{"method": ["a"], "accuracy": [3, 4]}', "x.json")
    assert not score_arrays.recognises(path)
