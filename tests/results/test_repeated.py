"""What the author names: each file counts once."""

from __future__ import annotations

import pytest

from paperforge.results import sources
from paperforge.spec import Source

TABLE = "method,dataset,accuracy\na,d,0.5\n"


@pytest.fixture
def write(tmp_path):
    """Write a file below the test's folder."""

    def write(text, name):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


def _expanded(*paths, **more):
    files, notes = sources.expand([Source(path, path.name, **more) for path in paths])
    named = [file.found.files for file in files]
    return [path.name for group in named for path in group], [note.message for note in notes]


@pytest.mark.parametrize("how", ["again", "spelling", "link"])
def test_a_file_that_is_named_twice_is_read_once(write, tmp_path, how):
    path = write(TABLE, "in/a.csv")
    (tmp_path / "link.csv").symlink_to(path)
    other = {
        "again": path,
        "spelling": path.parent / ".." / "in" / "a.csv",
        "link": tmp_path / "link.csv",
    }
    names, (said,) = _expanded(path, other[how])
    assert names == ["a.csv"]
    assert "already read" in said


def test_folders_that_overlap(write):
    path = write(TABLE, "in/a.csv")
    write(TABLE, "in/b.csv")
    names, (said,) = _expanded(path, path.parent)
    assert names == ["a.csv", "b.csv"]
    assert "1 file " in said
    names, (said,) = _expanded(path.parent, path)
    assert names == ["a.csv", "b.csv"]


def test_the_same_file_read_in_another_way_is_no_repetition(write):
    path = write(TABLE, "a.csv")
    given = [Source(path, "a.csv", where={"dataset": name}) for name in ("c", "d")]
    files, notes = sources.expand(given)
    assert len(files) == 2
    assert not notes
