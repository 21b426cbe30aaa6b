"""TensorBoard's event files: those that its writers wrote, and crafted ones."""

from __future__ import annotations

import json
import math
import shutil
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import crc32c, tensorboard

DATA = Path(__file__).parents[1] / "data" / "tensorboard"
TRUTH = json.loads((DATA / "truth.json").read_text())
EVENTS = "events.out.tfevents.1.host"
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    content = content if isinstance(content, bytes) else content.encode()
    return varint(number << 3 | 2) + varint(len(content)) + content


def simple(tag, number):
    return field(1, field(1, tag) + varint(2 << 3 | 5) + struct.pack("<f", number))


def tensor(tag, dtype, content, shape=b"", plugin="scalars"):
    about = field(9, field(1, field(1, plugin))) if plugin else b""
    return field(1, field(1, tag) + field(8, field(1, dtype) + field(2, shape) + content) + about)


def event(*values, step=0, wall=1.7e9):
    stamp = varint(1 << 3 | 1) + struct.pack("<d", wall)
    return stamp + (field(2, step) if step else b"") + field(5, b"".join(values))


def record(data, length=None):
    head = struct.pack("<Q", len(data) if length is None else length)
    checks = [struct.pack("<I", crc32c.masked(crc32c.of(part))) for part in (head, data)]
    return head + checks[0] + data + checks[1]


VERSION = record(varint(1 << 3 | 1) + struct.pack("<d", 1.7e9) + field(3, "brain.Event:2"))


def file_of(*events):
    return VERSION + b"".join(map(record, events))


def history(tag, count, start=0, wall=1.7e9):
    return [event(simple(tag, n / 2), step=n, wall=wall + n) for n in range(start, start + count)]


def values(rows, metric):
    return [(row["step"], row["value"]) for row in rows if row["metric"] == metric]


def hparams(said, status=None):
    """session_start_info with a map of values, and session_end_info."""
    double = varint(2 << 3 | 1)
    shown = {
        key: double + struct.pack("<d", v) if isinstance(v, float) else field(3, v)
        for key, v in said.items()
    }
    start = b"".join(field(1, field(1, k) + field(2, v)) for k, v in shown.items())
    parts = [field(3, start)] + ([field(4, field(1, status))] if status else [])
    return event(
        *(
            field(
                1, field(1, "_hparams_/x") + field(9, field(1, field(1, "hparams") + field(2, p)))
            )
            for p in parts
        )
    )


def key(row):
    value, split = row["value"], row["split"]
    shown = "nan" if value is None or math.isnan(value) else value
    said = [row[name] for name in ("run", "method", "dataset", "seed", "metric")]
    return (*said, split if isinstance(split, str) else "", row["step"], shown, row["kept"])


@pytest.mark.parametrize(
    ("kind", "pattern"), [("x", "{method}/{dataset}/seed={seed}"), ("keras", "")]
)
def test_what_the_writers_wrote_is_found_exactly(reading, kind, pattern):
    rows, _ = reading.tidy_of(DATA / kind, pattern=pattern)
    rows = [row for row in rows if isinstance(row["metric"], str)]
    assert sorted(map(key, rows)) == sorted(map(key, TRUTH[kind]))
    assert len({row["run"] for row in rows}) == 30
    assert {row["status"] for row in rows} <= {"unknown", ""}


def test_what_is_left_out_and_what_was_cut_off_is_said(reading):
    with reading.opened(DATA / "x") as (rows, raw):
        said = {note.message for note in raw.notes}
        row = next(row for row in rows if row["run"] == "lora/svhn/seed=2")
    assert "ends in the middle of a record; the 5 records before it are read" in said
    assert any("histograms (weights), text (about/text_summary)" in text for text in said)
    assert (row["params.model"], row["params.seed"], row["params.lr"]) == ("lora", "2", "0.001")
    assert row["params.bias"] == "true" and row["path.seed"] == "2"
    assert row["__unit"].startswith("/lora/svhn/seed=2/events") and row["__at"] == 2


def test_one_file_alone(reading, tmp_path):
    source = next((DATA / "x/full/mnist/seed=1").glob("*tfevents*"))
    path = Path(shutil.copy(source, tmp_path / source.name))
    rows = reading.rows_of(path)
    assert len(rows) == 9 and {row["run"] for row in rows} == {tmp_path.name}


def test_nothing_is_sampled_and_the_order_is_as_written(reading, write):
    tags = ["loss", "acc", "lr", "grad/a", "grad/b", "a much longer tag"]
    events = [
        event(simple(tags[n % 6], n / 8), step=(n * 7919) % 30_000, wall=1.7e9 + n)
        for n in range(30_000)
    ]
    rows = reading.rows_of(write(file_of(*events), EVENTS))
    for index, tag in enumerate(tags):
        mine = [((n * 7919) % 30_000, n / 8) for n in range(index, 30_000, 6)]
        assert values(rows, tag) == mine
    assert rows[0]["time"] == 1.7e9


def test_many_tags_of_one_length_and_several_values_an_event(reading, write):
    names = [f"layer{n:04d}" for n in range(500)]
    events = [event(simple(names[n % 500], n), simple("all", n), step=n) for n in range(5000)]
    rows = reading.rows_of(write(file_of(*events), EVENTS))
    assert values(rows, "all") == [(n, n) for n in range(5000)]
    assert values(rows, "layer0007") == [(n, n) for n in range(7, 5000, 500)]


TENSORS = {
    "float": (1, field(5, struct.pack("<f", 0.5)), 0.5),
    "float, not packed": (1, varint(5 << 3 | 5) + struct.pack("<f", 0.5), 0.5),
    "double": (2, field(6, struct.pack("<d", 0.1)), 0.1),
    "content": (2, field(4, struct.pack("<d", 0.1)), 0.1),
    "content float": (1, field(4, struct.pack("<f", 0.25)), 0.25),
    "int": (3, field(7, varint(-3)), -3),
    "int, not packed": (3, field(7, 5), 5),
    "int64": (9, field(10, varint(1 << 40)), 1 << 40),
    "int64 content": (9, field(4, struct.pack("<q", -9)), -9),
    "bool": (10, field(11, varint(1)), 1),
    "half": (19, field(13, varint(0x3800)), 0.5),
    "bfloat": (14, field(13, varint(0x3F00)), 0.5),
    "uint64": (23, field(17, varint((1 << 64) - 1)), float((1 << 64) - 1)),
    "no value": (1, b"", 0.0),
    "nan": (1, field(5, struct.pack("<f", math.nan)), math.nan),
    "inf": (2, field(6, struct.pack("<d", -math.inf)), -math.inf),
}


@pytest.mark.parametrize("count", [1, 20])
def test_tensors_of_one_number(reading, write, count):
    events = [
        event(tensor(name, dtype, content), step=n)
        for n in range(count)
        for name, (dtype, content, _) in TENSORS.items()
    ]
    rows = reading.rows_of(write(file_of(*events), EVENTS))
    for name, (_, _, value) in TENSORS.items():
        found = [v for _, v in values(rows, name)]
        assert len(found) == count
        assert all(v == value or (math.isnan(v) and math.isnan(value)) for v in found), name


def test_tensors_that_are_no_scalars(reading, write):
    dim = field(2, field(1, 3))
    odd = [
        tensor("vector", 1, field(5, bytes(12)), dim),
        tensor("words", 7, field(8, "hello")),
        tensor("curve", 1, field(5, bytes(4)), plugin="pr_curves"),
        tensor("pair", 1, field(5, bytes(8))),
        tensor("complex", 8, field(9, bytes(8))),
        field(1, field(1, "picture") + field(4, b"png")),
        field(1, field(1, "empty")),
    ]
    one = tensor("one", 1, field(5, bytes(4)), field(2, field(1, 1)))
    events = [event(*odd, one), *(event(value, step=9) for value in odd)]
    with reading.opened(write(file_of(*events), EVENTS)) as (rows, raw):
        assert [(row["metric"], row["value"]) for row in rows] == [("one", 0)]
    said = raw.notes[0].message
    for left in ("tensors (complex, pair, vector)", "text (words)", "pr_curves (curve)"):
        assert left in said
    assert "images (picture)" in said and "without a number (empty)" in said


def test_a_resumed_run_is_one_run_in_the_order_of_time(reading, write, tmp_path):
    write(file_of(*history("loss", 6)), "r/events.out.tfevents.2.host")
    start = record(varint(1 << 3 | 1) + struct.pack("<d", 1.8e9) + field(3, "brain.Event:2"))
    again = start + b"".join(map(record, history("loss", 4, 4, 1.8e9)))
    write(again, "r/events.out.tfevents.1.host")
    with reading.opened(tmp_path) as (rows, _):
        steps = [row["step"] for row in rows]
        units = [row["__unit"][-6] for row in rows]
    assert steps == [0, 1, 2, 3, 4, 5, 4, 5, 6, 7]
    assert units == ["2"] * 6 + ["1"] * 4
    tidy, _ = reading.tidy_of(tmp_path)
    assert [row["kept"] for row in tidy] == [1, 1, 1, 1, 0, 0, 1, 1, 1, 1]


def test_steps_below_zero_and_without_a_time(reading, write):
    events = [event(simple("a", 1), step=-5), field(2, 3) + field(5, simple("a", 2))]
    rows = reading.rows_of(write(file_of(*events, *events, *events), EVENTS))
    assert values(rows, "a") == [(-5, 1), (3, 2)] * 3


def test_folders_of_add_scalars_and_of_splits(reading, write, tmp_path):
    write(file_of(*history("val/acc", 3)), f"run/{EVENTS}")
    write(file_of(event(simple("a/loss", 1))), f"run/a_loss_train/{EVENTS}")
    write(file_of(event(simple("a/loss", 2))), f"run/a_loss_other/{EVENTS}")
    # tensorboardX makes a folder of the tag, in which the names are splits here.
    write(file_of(event(simple("b", 5))), f"run/b/train/{EVENTS}")
    write(file_of(event(simple("b", 6))), f"run/b/val/{EVENTS}")
    write(file_of(event(simple("f1", 3))), f"run/eval/{EVENTS}")
    write(file_of(event(simple("f1", 4))), f"alone/{EVENTS}")
    rows = reading.rows_of(tmp_path)
    found = {(row["run"], row["metric"]): row["value"] for row in rows if row["step"] == 0}
    assert found == {
        ("run", "val/acc"): 0, ("run", "train/a/loss"): 1, ("run", "a/loss/other"): 2,
        ("run", "eval/f1"): 3, ("alone", "f1"): 4, ("run", "train/b"): 5, ("run", "val/b"): 6,
    }  # fmt: skip


def test_hparams_belong_to_the_run_above(reading, write, tmp_path):
    write(file_of(*history("acc", 3)), f"run/{EVENTS}")
    said = hparams({"lr": 0.5, "seed": 3.0, "model": "m"})
    finals = [event(simple("hparam/acc", 1)), event(simple("hparam/own", 7))]
    write(file_of(said, *finals), f"run/170000.5/{EVENTS}")
    with reading.opened(tmp_path) as (rows, _):
        assert {row["run"] for row in rows} == {"run"}
        assert {(row["params.lr"], row["params.seed"], row["params.model"]) for row in rows} == {
            ("0.5", "3", "m")
        }
        assert values(rows, "acc") == [(0, 0), (1, 0.5), (2, 1)]
        assert values(rows, "hparam/own") == [(0, 7)] and len(rows) == 4
    # Another final value than the last one is the run's own summary.
    write(file_of(said, event(simple("acc", 0.75))), f"run/170000.5/{EVENTS}")
    with reading.opened(tmp_path) as (rows, raw):
        assert [(r["value"], r["__summary"]) for r in rows][-1] == (0.75, True) and raw.summary
        assert [r["__summary"] for r in rows][:-1] == [False] * 3


def test_sessions_of_hparams_that_differ_are_runs(reading, write, tmp_path):
    for n in (1, 2):
        content = file_of(hparams({"lr": n / 8}), event(simple("hparam/acc", n)))
        write(content, f"search/{n}/{EVENTS}")
    assert {row["run"] for row in reading.rows_of(tmp_path)} == {"search/1", "search/2"}
    write(file_of(*history("loss", 2)), f"search/{EVENTS}")
    rows = reading.rows_of(tmp_path)
    assert {row["run"] for row in rows} == {"search", "search/1", "search/2"}


def test_a_session_that_failed_and_settings_beside_the_history(reading, write):
    content = file_of(hparams({"lr": 0.5}, status=2), *history("loss", 2))
    rows = reading.rows_of(write(content, EVENTS))
    assert {(row["status"], row["params.lr"]) for row in rows} == {("crashed", "0.5")}


def test_a_folder_of_folders_without_scalars_is_no_run(reading, write, tmp_path):
    experiment = event(field(1, field(1, "_hparams_/experiment")))
    write(file_of(experiment), EVENTS)
    write(file_of(hparams({"lr": 0.5}), *history("acc", 2)), f"run-0/{EVENTS}")
    write(VERSION, f"run-1/{EVENTS}")
    with reading.opened(tmp_path) as (rows, raw):
        found = {(row["run"], row["metric"]) for row in rows}
    assert found == {("run-0", "acc"), ("run-1", None)}
    assert any("holds no scalars" in note.message for note in raw.notes)


@pytest.mark.parametrize("place", ["length", "length check", "data", "data check"])
@pytest.mark.parametrize("spread", [1, 0])
def test_a_damaged_record_ends_its_file(reading, write, place, spread):
    # With spread every record has a length of its own, and none is decoded with its like.
    events = [event(simple("loss" + "s" * (n * spread), n), step=n + 1) for n in range(100)]
    records = [VERSION, *map(record, events)]
    at = sum(map(len, records[:61]))
    offset = {"length": 0, "length check": 9, "data": 20, "data check": len(records[61]) - 2}
    content = bytearray(b"".join(records))
    content[at + offset[place]] ^= 0x04
    with reading.opened(write(bytes(content), EVENTS)) as (rows, raw):
        assert [row["value"] for row in rows] == list(range(60))
    assert "record 62 is damaged" in raw.notes[0].message


def test_what_is_large_is_passed_over(reading, write):
    graph = field(4, b"x" * (5 << 20))
    content = file_of(*history("a", 3), graph, *history("a", 3, 3))
    with reading.opened(write(content, EVENTS)) as (rows, raw):
        assert [row["step"] for row in rows] == list(range(6))
        assert rows[-1]["__at"] == 8
    assert "1 record of more than 4 MB" in raw.notes[0].message
    content = file_of(*history("a", 3), graph)[:-9]
    with reading.opened(write(content, EVENTS)) as (rows, raw):
        assert len(rows) == 3 and "in the middle of a record" in raw.notes[0].message


def test_records_over_the_borders_of_what_is_read_at_once(reading, write, monkeypatch):
    monkeypatch.setattr("paperforge.stores.event_files._CHUNK", 1000)
    content = file_of(*history("a", 2000))
    rows = reading.rows_of(write(content, EVENTS))
    assert values(rows, "a") == [(n, n / 2) for n in range(2000)]


def test_lengths_that_are_lies(reading, write):
    for length in (1 << 63, 1 << 40, 1 << 21, 10):
        content = file_of(*history("a", 3)) + record(b"abc", length)
        with reading.opened(write(content, EVENTS)) as (rows, raw):
            assert len(rows) == 3 and raw.notes


def test_names(tmp_path):
    for name, content, known in (
        (EVENTS, file_of(), True),
        ("tfevents.csv", b"step,value\n1,2\n", False),
        ("events.json", file_of(), False),
        (EVENTS, b"short", False),
        (EVENTS, b"\0" + file_of()[1:], True),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert tensorboard.recognises(path) is known


def _readable(reading, path):
    try:
        with reading.opened(path) as (rows, _):
            return rows
    except InputError:
        return None


@FUZZ
@given(data=st.data())
def test_mutated_files_give_rows_or_an_error_of_ours(reading, tmp_path, data):
    kind = data.draw(st.sampled_from(["x/lora/mnist/seed=0", "keras/lora-mnist-0/train"]))
    content = bytearray(next((DATA / kind).glob("*tfevents*")).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "splice"])):
            case "flip":
                content[place] ^= data.draw(st.integers(1, 255))
            case "cut":
                del content[place : place + data.draw(st.integers(1, 60))]
            case "splice":
                content[place:place] = data.draw(st.binary(max_size=40))
    if data.draw(st.booleans()):
        content = _repaired(bytes(content))
    path = tmp_path / EVENTS
    path.write_bytes(content)
    _readable(reading, path)


def _repaired(content):
    """With every checksum made right, so that damage reaches the messages."""
    made, place = b"", 0
    while place + 16 <= len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        data = content[place + 12 : place + 12 + length]
        made += record(data)
        place += length + 16
    return made
