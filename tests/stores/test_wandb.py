"""W&B's runs: those that wandb itself wrote (two versions), and crafted logs."""

from __future__ import annotations

import json
import math
import shutil
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import wandb

DATA = Path(__file__).parents[1] / "data" / "wandb"
TRUTH = json.loads((DATA / "truth.json").read_text())
VERSIONS = ("new", "old")
SPLITS = ("train", "val", "test")
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def varint(number):
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


def item(key, value, keys=1):
    names = [key] if isinstance(key, str) else key
    return field(1, b"".join(field(keys, name) for name in names) + field(16, json.dumps(value)))


def history(step, row):
    return field(2, b"".join(item(k, v) for k, v in row.items()) + item("_step", step))


def run(id="abc", **fields):  # noqa: A002  what W&B calls it
    numbers = {"project": 3, "group": 6, "name": 8}
    return field(17, field(1, id) + b"".join(field(numbers[k], v) for k, v in fields.items()))


def exited(code=0):
    return field(18, field(1, code) if code else b"")


def log(*records):
    """A .wandb file: fragments in blocks of 32 KiB."""
    out = bytearray(b":W&B\xe1\xbe\x00")
    for number, record in enumerate(records, 1):
        rest, first = field(1, number) + record, True
        while rest or first:
            left = 32768 - len(out) % 32768
            if left < 7:
                out += bytes(left)
                continue
            part, rest = rest[: left - 7], rest[left - 7 :]
            kind = (1 if first else 4) if not rest else (2 if first else 3)
            check = zlib.crc32(bytes([kind]) + part)
            out += struct.pack("<IHB", check, len(part), kind) + part
            first = False
    return bytes(out)


def values(rows, metric):
    return [(row["step"], row["value"]) for row in rows if row["metric"] == metric]


def key(run_, method, dataset, seed, split, metric, step, value, status, kept):
    shown = "nan" if value is None or math.isnan(value) else value
    split = split if isinstance(split, str) else ""
    return (run_, method, dataset, seed, split, metric, float(step), shown, status, kept)


def expected():
    later = {(p["run"], m, s): n for n, p in enumerate(TRUTH) for m, s, _ in p["values"]}
    status = {p["run"]: "finished" if p["end"] == "finished" else "crashed" for p in TRUTH}
    for number, part in enumerate(TRUTH):
        of = (part["run"], part["method"], part["dataset"], part["seed"])
        for name, step, value in part["values"]:
            head, _, tail = name.partition("/")
            split, metric = (head, tail) if head in SPLITS else ("", name)
            kept = int(later[part["run"], name, step] == number)
            yield key(*of, split, metric, step, value, status[part["run"]], kept)
        if part["end"] != "killed":
            yield key(*of, "", "parameters", -1, 1234.0, status[part["run"]], 1)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_wandb_wrote_is_found_exactly(reading, version):
    rows, _ = reading.tidy_of(DATA / version)
    names = ("run", "method", "dataset", "seed", "split", "metric", "step", "value")
    found = [
        key(
            *(-1 if n == "step" and math.isnan(row[n]) else row[n] for n in names),
            *(row["status"], row["kept"]),
        )
        for row in rows
        if row["metric"] != "epoch"
    ]
    assert sorted(found) == sorted(expected())
    assert len({row[0] for row in found}) == 31


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_left_out_and_what_was_cut_off_is_said(reading, version):
    with reading.opened(DATA / version) as (rows, raw):
        said = " ".join(note.message for note in raw.notes)
        states = {row["run"]: row["status"] for row in rows}
    assert "media (weights), text (phase)" in said
    assert version == "old" or "ends in the middle of a record" in said
    assert "without an exit record (full-svhn-4)" in said
    assert states["failed01"] == states["fs000004"] == "crashed"
    assert states["ls000002"] == "finished"  # killed, then resumed to the end


def test_settings_are_the_config_and_what_the_run_is_called(reading):
    with reading.opened(DATA / "new") as (rows, raw):
        row = next(row for row in rows if row["run"] == "lm000001")
    assert row["config.model.name"] == "lora" and row["config.model.layers"] == "2"
    assert row["config.debug"] == "false" and row["config.lr"] == "0.001"
    assert row["wandb.project"] == "adapters" and row["wandb.group"] == "lora"
    assert row["tags.machine"] == "cluster" and row["run_name"] == "lora-mnist-1"
    assert not any("_wandb" in column for column in raw.columns)
    assert row["__unit"].endswith("run-lm000001.wandb") and row["__at"] > 2


def test_a_wandb_file_alone_and_its_copies(reading, tmp_path):
    source = next((DATA / "new").rglob("*lm000001.wandb"))
    (tmp_path / "a").mkdir()
    shutil.copy(source, tmp_path / "a" / source.name)
    alone = reading.rows_of(tmp_path / "a" / source.name)
    assert alone == reading.rows_of(tmp_path)
    (tmp_path / "latest-run").mkdir()
    shutil.copy(source, tmp_path / "latest-run" / source.name)
    with reading.opened(tmp_path) as (rows, raw):
        assert len(rows) == len(alone)
        assert any("a copy of" in note.message for note in raw.notes)


def test_what_lies_in_the_runs_folder_is_nobody_elses(reading, tmp_path):
    folder = next((DATA / "new").rglob("*lm000001.wandb")).parent
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    before = reading.rows_of(tmp_path)
    for name in ("files/table.csv", "files/media/t.json", "logs/debug.log", "files/x.jsonl"):
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('method,value\na,1\n{"a": 1}\n')
    (copy / "files" / "wandb-summary.json").write_text('{"val/accuracy": 7}')
    assert reading.rows_of(tmp_path) == before


def test_numbers_as_wandb_writes_them(reading, write):
    row = {
        "nan": "NaN", "inf": "-Infinity", "bare": math.nan, "flag": True, "deep": {"a": {"b": 1}},
        "text": "1.5 apples", "none": None, "list": [1], "image": {"_type": "image-file", "size": 3},
    }  # fmt: skip
    whole = field(2, field(1, field(1, "int") + varint(5 << 3) + varint(3)))  # zigzag: -2
    double = varint(6 << 3 | 1) + struct.pack("<d", 0.1)
    decimal = field(2, field(1, field(1, "double") + double) + field(2, field(1, 9)))
    nested = field(2, b"".join(item(["h", k], v, 2) for k, v in (("_type", "x"), ("size", 5))))
    path = write(log(run(), history(3, row), whole, decimal, nested, exited()), "run-abc.wandb")
    with reading.opened(path) as (rows, raw):
        found = {row["metric"]: (row["step"], row["value"]) for row in rows}
        said = str(raw.notes)
    assert math.isnan(found.pop("nan")[1]) and math.isnan(found.pop("bare")[1])
    assert found == {
        "inf": (3, -math.inf), "flag": (3, 1), "deep.a.b": (3, 1), "int": (0, -2), "double": (9, 0.1)
    }  # fmt: skip
    for left in ("media (h, image)", "text (text)", "null (none)", "lists (list)"):
        assert left in said


def test_the_stores_own_summary(reading, write):
    summary = {"acc": {"max": 0.9}, "loss": {"min": 1, "max": 3}, "last": 0.2, "own": 5, "best": 7}
    rows = [
        history(n, {"acc": v, "loss": v, "last": v, "best": v}) for n, v in ((0, 0.9), (1, 0.2))
    ]
    update = field(3, b"".join(item(k, v) for k, v in summary.items()) + item("gone", 1))
    removed = field(3, field(2, field(1, "gone")))
    content = log(run(), *rows, update, removed, exited())
    with reading.opened(write(content, "run-abc.wandb")) as (found, raw):
        own = {row["metric"]: row["value"] for row in found if row["__summary"]}
        plain = {row["metric"] for row in found if row["__summary"] is None}
    # What repeats the last value says nothing more; "own" has no history and is a value like others.
    assert own == {"acc": 0.9, "best": 7}
    assert plain == {"own", "last", "loss"}
    assert "several summaries of one metric (loss)" in str(raw.notes)


def test_config_that_comes_later_and_a_name_that_is_given_later(reading, write):
    late = field(5, item("seed", 3) + item(["optim", "lr"], 0.1, 2) + item("_wandb", {"v": 1}))
    content = log(run(), late, history(0, {"acc": 1}), run(name="mine"), exited())
    (row,) = reading.rows_of(write(content, "run-abc.wandb"))
    assert (row["config.seed"], row["config.optim.lr"], row["run_name"]) == ("3", "0.1", "mine")


def test_names_that_wandb_made_up_are_not_offered(reading, write):
    path = write(log(run(name="bold-shark-12"), history(0, {"a": 1}), exited()), "run-abc.wandb")
    with reading.opened(path) as (_, raw):
        assert "run_name" not in raw.columns


def test_one_id_in_two_projects_is_two_runs(reading, write):
    for project in ("one", "two"):
        content = log(run(project=project), history(0, {"a": 1}), exited())
        path = write(content, f"{project}/run-abc.wandb")
    rows = reading.rows_of(path.parents[1])
    assert [row["run"] for row in rows] == ["one/abc", "two/abc"]


@pytest.mark.parametrize("start", [b":W&B\xe1\xbe\0", b""])
@pytest.mark.parametrize(("order", "status"), [((1, 2), "finished"), ((2, 1), "crashed")])
def test_a_session_without_records_is_of_the_run_that_was_resumed(
    reading, write, tmp_path, start, order, status
):
    place = "wandb/run-20260101_00000{}-abc/run-abc.wandb"
    write(start, place.format(order[0]))
    write(log(run(project="p"), history(0, {"a": 1}), exited()), place.format(order[1]))
    with reading.opened(tmp_path) as (rows, raw):
        assert [(row["run"], row["status"]) for row in rows] == [("abc", status)]
        said = str(raw.notes)
    assert "the run was killed before" in said and "damaged" not in said


def test_a_session_without_records_is_its_own_run_where_two_have_its_id(reading, write, tmp_path):
    write(b"", "c/run-abc.wandb")
    for project in ("one", "two"):
        content = log(run(project=project), history(0, {"a": 1}), exited())
        write(content, f"{project}/run-abc.wandb")
    rows = reading.rows_of(tmp_path)
    assert sorted(row["run"] for row in rows) == ["abc", "one/abc", "two/abc"]


def test_a_folder_without_its_log(reading, write, tmp_path):
    place = "wandb/run-20200101_000000-1a2b3c4d"
    config = "wandb_version: 1\n_wandb: {value: {a: 1}}\nlr: {desc: null, value: 0.1}\n"
    write(config, f"{place}/files/config.yaml")
    write('{"acc": 0.5, "_step": 9, "g": {"_type": "graph"}}', f"{place}/files/wandb-summary.json")
    write('{"exitcode": 0}', f"{place}/files/wandb-metadata.json")
    with reading.opened(tmp_path) as (rows, raw):
        (row,) = rows
    assert (row["run"], row["status"], row["value"]) == ("1a2b3c4d", "finished", 0.5)
    assert row["config.lr"] == "0.1" and "config._wandb" not in raw.columns
    write(
        '{"acc": 0.25, "_step": 4}\n{"acc": 0.5, "_step": 9}\n{"acc"',
        f"{place}/wandb-history.jsonl",
    )
    with reading.opened(tmp_path) as (rows, raw):
        assert values(rows, "acc") == [(4, 0.25), (9, 0.5)]
    assert any("line 3 is damaged" in note.message for note in raw.notes)


def test_an_unreadable_log_leaves_the_summary(reading, write, tmp_path):
    place = "run-20200101_000000-1a2b3c4d"
    write(b"garbage", f"{place}/run-1a2b3c4d.wandb")
    with pytest.raises(InputError, match="no record"):
        reading.rows_of(tmp_path)
    write('{"acc": 0.5}', f"{place}/files/wandb-summary.json")
    assert values(reading.rows_of(tmp_path), "acc") == [(None, 0.5)]


def test_a_damaged_record_ends_its_file(reading, write):
    rows = [history(n, {"acc": n}) for n in range(2000)]
    content = bytearray(log(run(), *rows, exited()))
    content[len(content) // 2] ^= 0x10
    with reading.opened(write(bytes(content), "run-abc.wandb")) as (found, raw):
        kept = values(found, "acc")
        states = {row["status"] for row in found}
    assert kept == [(n, n) for n in range(len(kept))] and 500 < len(kept) < 1500
    assert f"record {len(kept) + 2} is damaged" in raw.notes[0].message
    assert states == {"crashed"}


def test_a_long_history_is_whole_over_block_borders(reading, write):
    rows = [history(n, {"acc": n / 7, "text": "x" * (n % 997)}) for n in range(5000)]
    path = write(log(run(), *rows, exited()), "run-abc.wandb")
    assert values(reading.rows_of(path), "acc") == [(n, n / 7) for n in range(5000)]


BOMBS = [
    field(2, b"\x0a\xff\xff\xff\xff\x0f"),
    field(2, field(1, b"\x0a\xff\xff\xff\x7f")),
    field(2, field(1, field(1, "a") + b"\x82\x01\xff\xff\xff\x7f")),
    field(2, item("a", 1)[:-1] + b"[" * 5 + b"]"),
    field(2, field(1, field(1, "deep") + field(16, b'{"a":' * 100_000))),
    field(2, field(1, field(1, "number") + field(16, b"9" * 100_000))),
    field(2, field(1, field(2, "k") * 5000 + field(16, b"1"))),
    field(17, b"\xff" * 20),
    field(5, item("c", 1) * 10_000),
    b"\x13\x14" * 10,
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_lengths_and_depths_that_a_record_claims(reading, write, bomb):
    content = log(run(), history(0, {"acc": 1}), bomb, exited())
    assert (0, 1) in values(reading.rows_of(write(content, "run-abc.wandb")), "acc")


def _readable(reading, path):
    try:
        with reading.opened(path) as (rows, _):
            return rows
    except InputError:
        return None


@FUZZ
@given(data=st.data())
def test_mutated_logs_give_rows_or_an_error_of_ours(reading, tmp_path, data):
    version = data.draw(st.sampled_from(VERSIONS))
    content = bytearray(next((DATA / version).rglob("*lm000001.wandb")).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "splice", "repair"])):
            case "flip":
                content[place] ^= data.draw(st.integers(1, 255))
            case "cut":
                del content[place : place + data.draw(st.integers(1, 60))]
            case "splice":
                content[place:place] = data.draw(st.binary(max_size=40))
            case "repair":
                content = _repaired(content)
    path = tmp_path / "run-lm000001.wandb"
    path.write_bytes(_repaired(content) if data.draw(st.booleans()) else content)
    _readable(reading, path)


def _repaired(content):
    """With every fragment's checksum made right, so that damage reaches the records."""
    content, place = bytearray(content), 7
    while place + 7 <= len(content):
        (length,) = struct.unpack_from("<H", content, place + 4)
        body = bytes(content[place + 6 : place + 7 + length])
        struct.pack_into("<I", content, place, zlib.crc32(body))
        place += 7 + length
    return content


def test_recognises_by_name():
    assert wandb.recognises(Path("run-x.wandb"))
    assert not wandb.recognises(Path("wandb.csv"))
