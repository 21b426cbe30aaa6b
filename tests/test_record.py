"""What went into a build: nothing is done twice, and no change is missed."""

import json
import os

import pytest

from paperforge import record


@pytest.fixture
def built(tmp_path):
    """A project with one recorded build; returns (project, work, save)."""
    project = tmp_path / "p"
    (project / "build" / "out").mkdir(parents=True)
    (project / "paper.toml").write_text("x")
    (project / "a.tex").write_text("one")
    store = tmp_path / "data" / "r.csv"
    store.parent.mkdir()
    store.write_text("1")
    pdf = project / "build" / "out" / "paper.pdf"
    pdf.write_bytes(b"pdf")
    work = project / "build" / ".work"
    work.mkdir()
    stamps = record.take(project, [store])

    def save(version=record.__version__, code=0):
        entry = record.Record(
            version,
            (str(project), str(store)),
            record.seal(stamps),
            record.stamps([pdf]),
            {"generated/macros.tex": "the results"},
            {"code": code},
            code,
        )
        record.path(project / "build" / "out").write_text(record.text(entry))
        (work / record.INDEX).write_text(record.index(work, "k", project / "build" / "out"))

    return project, store, work, save


def test_nothing_changed_is_fresh(built):
    _, _, work, save = built
    save()
    folder, found = record.fresh(work, "k")
    assert folder.name == "out" and found.code == 0
    assert record.fresh(work, "other options") is None


@pytest.mark.parametrize("change", ["edit", "new file", "deleted file", "store", "deleted pdf"])
def test_every_change_is_seen(built, change):
    project, store, work, save = built
    save()
    if change == "edit":
        (project / "a.tex").write_text("two")
    elif change == "new file":
        (project / "b.bib").write_text("")
    elif change == "deleted file":
        (project / "a.tex").unlink()
    elif change == "store":
        store.write_text("2")
    else:
        (project / "build" / "out" / "paper.pdf").unlink()
    assert record.fresh(work, "k") is None


def test_a_change_of_time_alone_is_none(built):
    project, _, work, save = built
    save()
    os.utime(project / "a.tex")
    assert record.fresh(work, "k") is not None


def test_what_sqlite_keeps_beside_the_database_is_an_input(built):
    _, store, work, save = built
    save()
    store.with_name(store.name + "-wal").write_text("new rows")
    assert record.fresh(work, "k") is None


def test_a_huge_file_is_not_digested_and_its_time_decides(built, monkeypatch):
    _, store, work, save = built
    monkeypatch.setattr(record, "_LARGEST", 0)
    save()
    assert record.fresh(work, "k")
    os.utime(store, (1, 1))
    assert record.fresh(work, "k") is None


def test_a_change_while_the_build_ran_is_a_change(built):
    """The stamps are older than the edit, the record is written after it."""
    project, _, work, save = built
    (project / "a.tex").write_text("two")
    save()
    assert record.fresh(work, "k") is None


def test_another_version_and_a_build_that_stopped_are_never_fresh(built):
    _, _, work, save = built
    save(version="0.0.1")
    assert record.fresh(work, "k") is None
    for code, fresh in ((1, False), (4, False), (5, True)):
        save(code=code)
        assert (record.fresh(work, "k") is not None) is fresh


@pytest.mark.parametrize("damage", ["", "{", "[]", json.dumps({"version": 1})])
def test_a_damaged_record_is_no_record(built, damage):
    project, _, work, save = built
    save()
    record.path(project / "build" / "out").write_text(damage)
    assert record.fresh(work, "k") is None


def test_what_is_built_and_hidden_is_no_input(built):
    project, *_ = built
    (project / ".git").mkdir()
    (project / ".git" / "x.tex").write_text("")
    (project / "build" / "y.tex").write_text("")
    assert {
        p.rsplit("/", 1)[-1] for p in record.take(project, []) if p.startswith(str(project))
    } == {"paper.toml", "a.tex"}


def test_a_copied_project_is_another_project(built):
    """The copy holds the records of the original, whose files have not changed."""
    import shutil

    project, _, _, save = built
    save()
    copy = project.with_name("copy")
    shutil.copytree(project, copy)
    (copy / "a.tex").write_text("edited in the copy")
    assert record.fresh(copy / "build" / ".work", "k") is None


def test_the_record_stays_out_of_the_folder_that_leaves_the_house(built):
    project, _, _, save = built
    save()
    assert [p.name for p in (project / "build" / "out").iterdir()] == ["paper.pdf"]
