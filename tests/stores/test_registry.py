from __future__ import annotations

import os

import pytest

from paperforge import stores
from paperforge.errors import InputError


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"a,b\n1,2\n", "CSV"),
        ("a.TSV", b"a\tb\n1\t2\n", "CSV"),
        ("a.dat", b"a|b\n1|2\n", "CSV"),
        ("a.ndjson", b"{}", "JSONL"),
        ("a.json", b'[\n {"a": 1}]', "JSON"),
        ("a.pq", b"PAR1", "Parquet"),
        ("a", b"PAR1", "Parquet"),
    ],
)
def test_recognised(write, name, content, expected):
    assert expected == stores.store_of(stores.recognise(write(content, name))).NAME


@pytest.mark.parametrize("name", ["a.png", "a.txt", "a.bin"])
def test_unknown(write, name):
    with pytest.raises(InputError, match="no known format") as caught:
        stores.recognise(write(b"prose without fields", name))
    assert "CSV" in caught.value.hint
    assert "MLflow" in caught.value.hint


def test_a_missing_file_has_a_near_name(write):
    path = write("a,b\n1,2\n", "results.csv")
    with pytest.raises(InputError, match="no such file") as caught:
        stores.recognise(path.with_name("result.csv"))
    assert "results.csv" in caught.value.hint


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(InputError, match="regular file"):
        stores.recognise(tmp_path / "pipe.csv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root opens all")
def test_a_file_without_permission(write):
    path = write("a,b\n1,2\n")
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be opened"):
        stores.recognise(path)


def test_a_folder_gives_its_files_sorted(write, tmp_path):
    for name in ("in/b.csv", "in/a.csv", "in/deep/c.jsonl"):
        write('{"a": 1}' if name.endswith("l") else "a,b\n1,2\n", name)
    for name in ("in/README.txt", "in/.hidden.csv", "in/plot.png", "in/config.json"):
        write("a,b\n1,2\n", name)
    found = _files(tmp_path / "in")
    assert [p.relative_to(tmp_path / "in").as_posix() for p in found] == [
        "a.csv",
        "b.csv",
        "deep/c.jsonl",
    ]


def test_links_do_not_lead_out_of_a_folder(write, tmp_path):
    write("a,b\n1,2\n", "in/a.csv")
    (tmp_path / "in" / "link.csv").symlink_to(write("a,b\n1,2\n", "secret.csv"))
    assert [path.name for path in _files(tmp_path / "in")] == ["a.csv"]


def test_pickles_of_a_folder_are_left_alone_and_counted(write, tmp_path):
    write("method,accuracy\na,1\n", "in/a.csv")
    for name in ("in/b.pkl", "in/deep/model.pt"):
        write(b"\x80\x04.", name)
    found, notes = stores.find(tmp_path / "in")
    assert [one.kind for one in found] == ["csv"]
    (said,) = [note.message for note in notes]
    assert said == "left alone: 2 pickles or checkpoints (b.pkl, deep/model.pt)"


def test_a_folder_without_results(tmp_path):
    with pytest.raises(InputError, match="no results"):
        stores.find(tmp_path)


def test_a_compressed_file_is_to_be_unpacked(write):
    with pytest.raises(InputError) as error:
        stores.recognise(write(b"\x1f\x8b\x08", "results.csv.xz"))
    assert error.value.hint == "unpack it first: unxz results.csv.xz"


def _files(folder):
    found, _ = stores.find(folder)
    return sorted(path for one in found for path in one.files)


def test_only_links_that_may_hold_results_are_mentioned(write, tmp_path):
    write("method,accuracy\na,1\n", "in/a.csv")
    away = write("x", "away/debug.log").parent
    for name in ("debug-core.log", "notes.md"):
        (tmp_path / "in" / name).symlink_to(away / "debug.log")
    assert not stores.find(tmp_path / "in")[1]
    (tmp_path / "in" / "more").symlink_to(away)
    (tmp_path / "in" / "b.csv").symlink_to(away / "debug.log")
    (note,) = stores.find(tmp_path / "in")[1]
    assert "2 links" in note.message and "b.csv, more" in note.message


def test_files_named_like_results_are_not_dropped_silently(write, tmp_path):
    row = '{"method": "a", "accuracy": 0.5}'
    write(row, "in/a/metrics.json")
    write(row[:20], "in/b/metrics.json")
    write("", "in/c/eval_results.json")
    for name in ("eval_config.json", "package.json", "evaluator.json"):
        write("{", f"in/{name}")
    (note,) = stores.find(tmp_path / "in")[1]
    assert "2 files named like results" in note.message
    assert "(b/metrics.json, c/eval_results.json)" in note.message
    assert "cut off" in note.hint


def test_what_a_store_owns_is_never_missed(write, tmp_path):
    write(b"x", "in/wandb/run-20260101_000000-abc/run-abc.wandb")
    write("{", "in/wandb/run-20260101_000000-abc/files/metrics.json")
    assert not stores.find(tmp_path / "in")[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("in/scores.npz", ".npz files are read where they are named: scores.npz"),
        ("in/runs.tar.gz", "runs.tar.gz: unpack it first: tar xf runs.tar.gz"),
    ],
)
def test_a_folder_of_what_is_not_read_in_folders_says_what_to_do(write, tmp_path, name, said):
    write(b"PK", name)
    with pytest.raises(InputError) as caught:
        stores.find(tmp_path / "in")
    assert said in caught.value.hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("r.xlsx", "save each sheet as CSV"),
        ("r.ods", "save each sheet as CSV"),
        ("r.tar.gz", "tar xf r.tar.gz"),
        ("r.tgz", "tar xf r.tgz"),
        ("r.bin.gz", "gunzip r.bin.gz"),
    ],
)
def test_files_that_need_a_step_before(tmp_path, name, hint):
    (tmp_path / name).write_bytes(b"PK\x03\x04" + bytes(60))
    with pytest.raises(InputError) as error:
        stores.recognise(tmp_path / name)
    assert hint in error.value.hint
