"""The cache: a hit gives what a reading gives; nothing in it is trusted; nothing of it is an error."""

from __future__ import annotations

import os
import shutil

import pytest

from paperforge import results
from paperforge.results import cache, digest, tidy
from paperforge.spec import Project, Source, Unit

TEXT = "method,dataset,seed,step,accuracy\n" + "".join(
    f"{m},{d},{s},{k},0.{s}{k}\n" for m in "ab" for d in "xy" for s in (0, 1) for k in (0, 1, 2)
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with results.csv, and an own cache that keeps whatever is read."""
    monkeypatch.setenv("PAPERFORGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "SLOW", -1)
    monkeypatch.setattr(cache, "_RACY", 0)
    (tmp_path / "results.csv").write_text(TEXT, encoding="utf-8")
    return tmp_path


def load(folder, **options):
    return results.load(
        [Source(folder / "results.csv", "results.csv", **options)], Project(root=folder)
    )


def all_of(found):
    cells = [
        (s.method, s.dataset, s.keys.tolist(), s.values.tolist(), s.keyed, s.not_finite)
        for m in found.metrics
        for s in found.samples(m.name, Unit.SEED)
    ]
    said = (found.metrics, found.methods, found.datasets, found.notes, found.digest, found.rows)
    more = (sorted(found.varies), sorted(found.present), found.shared_runs, found.mapped)
    points = list(found.traces("accuracy", ""))
    rows = found.frame().to_dict("list")
    return cells, said, more, points, rows, found.sources("accuracy", "a", "x")


def entries(folder):
    return sorted((folder / "cache").glob("*/*/about.json"))


def was_read(monkeypatch):
    """A list that grows with every reading of the files."""
    read = []
    tried = results._Reading._with
    monkeypatch.setattr(
        results._Reading,
        "_with",
        lambda self, way, **k: (read.append(way), tried(self, way, **k))[1],
    )
    return read


@pytest.mark.parametrize("big", [0, 1 << 60])
def test_a_second_read_is_none_and_gives_the_same(place, monkeypatch, big):
    monkeypatch.setattr(tidy, "BIG", big)
    first = all_of(load(place))
    read = was_read(monkeypatch)
    found = load(place)
    assert read == []
    again = all_of(found)
    assert str(again) == str(first)
    assert read == []


def test_other_bytes_or_another_question_is_another_entry(place, monkeypatch):
    load(place)
    read = was_read(monkeypatch)
    path = place / "results.csv"
    before = path.stat()
    path.write_text(TEXT.replace("0.12", "0.13"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    changed = load(place)
    assert len(read) == 1
    assert 0.13 in [v for s in changed.samples("accuracy", Unit.SEED) for v in s.values.tolist()]
    load(place, where={"dataset": "x"})
    assert len(read) == 2


def test_a_touched_file_is_digested_and_found(place, monkeypatch):
    load(place)
    read = was_read(monkeypatch)
    os.utime(place / "results.csv", (1, 1))
    load(place)
    assert read == []


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"tables": {"final": "0"}}', b"\xff"])
def test_a_damaged_entry_is_as_good_as_none(place, monkeypatch, damage):
    first = all_of(load(place))
    for about in entries(place):
        about.write_bytes(damage)
    read = was_read(monkeypatch)
    assert str(all_of(load(place))) == str(first)
    assert read


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"{}", b"\xff"])
def test_a_damaged_cache_is_written_anew(place, monkeypatch, damage):
    load(place)
    damaged = list((place / "cache").glob("**/*.json"))
    assert {path.name for path in damaged} == {"about.json", "digests.json"}
    for path in damaged:
        path.write_bytes(damage)
    read = was_read(monkeypatch)
    load(place)
    assert len(read) == 1
    looked = hashed(monkeypatch)
    load(place)
    assert (len(read), looked) == (1, [])


def test_a_table_that_is_not_what_was_kept_is_not_used(place, monkeypatch):
    first = all_of(load(place))
    for path in (place / "cache").glob("*/*/final.parquet"):
        other = path.with_name("tidy_rows.parquet")
        shutil.copyfile(other, path)
    read = was_read(monkeypatch)
    assert str(all_of(load(place))) == str(first)
    assert read


def test_a_cache_that_others_can_write_is_not_read(place, monkeypatch):
    load(place)
    (place / "cache").chmod(0o777)
    read = was_read(monkeypatch)
    load(place)
    assert read
    (place / "cache").chmod(0o700)


def test_a_cache_that_cannot_be_written_is_no_error(place, monkeypatch):
    (place / "cache").write_text("a file", encoding="utf-8")
    assert load(place).rows == 24
    monkeypatch.setenv("PAPERFORGE_CACHE", "/proc/nowhere")
    assert load(place).rows == 24


def test_off_and_private(place, monkeypatch):
    load(place)
    assert (place / "cache").stat().st_mode & 0o777 == 0o700
    kept = len(entries(place))
    monkeypatch.setenv("PAPERFORGE_CACHE", "off")
    assert cache.folder() is None
    load(place, where={"dataset": "x"})
    assert len(entries(place)) == kept


def test_the_oldest_go_first(place, monkeypatch):
    load(place)
    for about in entries(place):
        os.utime(about, (1, 1))
    old = entries(place)
    size = sum(path.stat().st_size for path in old[0].parent.iterdir())
    monkeypatch.setattr(cache, "MOST", size + 100)
    load(place, where={"dataset": "x"})
    assert not old[0].exists()
    assert entries(place)


def test_what_is_read_fast_is_not_kept(place, monkeypatch):
    monkeypatch.setattr(cache, "SLOW", 60)
    load(place)
    assert entries(place) == []


def test_examples_are_kept_when_they_were_asked_for(place, monkeypatch):
    text = "method,seed,example,acc\n" + "".join(
        f"{m},{s},q{k},{(k + s) % 2}\n" for m in "ab" for s in (0, 1) for k in range(3)
    )
    (place / "results.csv").write_text(text, encoding="utf-8")
    monkeypatch.setattr(tidy, "BIG", 0)
    first = load(place).samples("acc", Unit.EXAMPLE)
    read = was_read(monkeypatch)
    again = load(place).samples("acc", Unit.EXAMPLE)
    assert [s.values.tolist() for s in again] == [s.values.tolist() for s in first] != []
    assert read == []


def test_a_stamp_of_now_is_not_remembered(place, monkeypatch):
    monkeypatch.setattr(cache, "_RACY", 2 * 10**9)
    load(place)
    assert not list((place / "cache").glob("*/digests.json"))


@pytest.fixture
def huge(place, monkeypatch):
    """The same, as if its file were too large to be hashed for the cache."""
    monkeypatch.setattr(cache, "CHEAP", -1)
    monkeypatch.setattr(cache, "_HASHED", 1e-9)
    return place


def hashed(monkeypatch):
    """A list that grows with every look at all bytes of a file."""
    found = []
    look = digest._look
    monkeypatch.setattr(digest, "_look", lambda path, **k: (found.append(path), look(path, **k))[1])
    return found


def test_a_huge_file_is_found_by_its_stamps_without_hashing(huge, monkeypatch):
    looked = hashed(monkeypatch)
    load(huge)
    read = was_read(monkeypatch)
    found = load(huge)
    assert (read, looked) == ([], [])
    assert [e.parent.name[:2] for e in entries(huge)] == ["s-"]
    again = str(all_of(found))
    monkeypatch.setenv("PAPERFORGE_CACHE", "off")
    assert again == str(all_of(load(huge)))


@pytest.mark.parametrize("change", ["touch", "bytes", "copy"])
def test_a_huge_file_that_may_be_another_is_read(huge, monkeypatch, change):
    load(huge)
    path = huge / "results.csv"
    before = path.stat()
    if change == "touch":
        os.utime(path, (1, 1))
    elif change == "bytes":
        path.write_text(TEXT.replace("0.12", "0.13"), encoding="utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    else:
        shutil.copy2(path, huge / "other.csv")
        (huge / "other.csv").replace(path)
    read = was_read(monkeypatch)
    load(huge)
    assert read


def test_a_huge_file_just_written_is_not_kept(huge, monkeypatch):
    monkeypatch.setattr(cache, "_RACY", 60 * 10**9)
    load(huge)
    assert entries(huge) == []


def test_a_digest_asked_late_is_not_that_of_other_bytes(huge):
    first = load(huge).digest
    found = load(huge)
    (huge / "results.csv").write_text(TEXT.replace("0.12", "0.13"), encoding="utf-8")
    assert found.digest not in (first, load(huge).digest)
