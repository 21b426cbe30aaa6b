"""What is remembered survives a kill, and says so when it does not."""

import pytest

from paperforge.errors import InputError
from paperforge.overleaf.folder import Folder
from paperforge.overleaf.state import BACKUPS, Backup, Intent, Room, State, Write
from paperforge.overleaf.threeway import Pair

STATE = State(
    "url",
    "main",
    "c0ffee",
    {"a.tex": Pair("1", "2")},
    ("generated/x.tex",),
    settled=True,
    build="b",
)
WRITES = (
    Write("a.tex", None, "1", Pair("1", "1"), None),
    Write("b.tex", "2", None, None, Pair("2", "2")),
)


def test_what_is_saved_is_read_back(tmp_path):
    room = Room(tmp_path)
    room.create()
    room.save(STATE)
    assert room.state() == STATE
    backup = Backup(1, "2026-11-29", STATE, WRITES, "c", "p")
    intent = Intent("c", WRITES, STATE, 1)
    room.begin(intent, backup)
    assert room.intent() == intent
    assert room.backup() == backup
    room.finish(STATE)
    assert room.intent() is None
    assert room.backup() == backup


def test_git_does_not_see_the_folder(tmp_path):
    Room(tmp_path).create()
    assert (tmp_path / ".paperforge/.gitignore").read_text() == "*\n"


def test_an_intent_that_is_dropped_takes_its_backup_along(tmp_path):
    room = Room(tmp_path)
    room.create()
    intent = Intent("c", WRITES, STATE, 3)
    room.begin(intent, Backup(3, "t", STATE, WRITES, "c", "p"))
    room.drop(intent)
    assert room.intent() is None
    assert room.backup() is None


def test_so_many_syncs_can_be_undone(tmp_path):
    room = Room(tmp_path)
    room.create()
    for number in range(1, BACKUPS + 6):
        assert room.number() == number
        room.begin(Intent("", (), STATE, number), Backup(number, "t", STATE, (), "", ""))
        room.finish(STATE)
    assert len(list((room.folder / "backups").iterdir())) == BACKUPS


@pytest.mark.parametrize(
    "text", ["{", "null", "[1]", '{"url": "x"}', '{"base": {"a": ["1"]}, "url": "u", "ours": []}']
)
def test_a_damaged_state_is_said_with_what_to_do(tmp_path, text):
    room = Room(tmp_path)
    room.create()
    (room.folder / "state.json").write_text(text)
    with pytest.raises(InputError, match="damaged") as caught:
        room.state()
    assert "sync init" in caught.value.hint


def test_a_file_keeps_its_mode_and_empty_folders_go(tmp_path):
    folder = Folder(tmp_path, tmp_path)
    folder.write("a/b/x.tex", b"1")
    (tmp_path / "a/b/x.tex").chmod(0o640)
    folder.write("a/b/x.tex", b"2")
    assert (tmp_path / "a/b/x.tex").stat().st_mode & 0o777 == 0o640
    assert folder.read("a/b/x.tex") == b"2"
    folder.delete("a/b/x.tex")
    assert list(tmp_path.iterdir()) == []
    assert folder.read("a/b/x.tex") is None


@pytest.mark.parametrize("path", ["../x.tex", "a/../../x.tex", "/etc/x.tex"])
def test_no_path_leaves_the_folder(tmp_path, path):
    (tmp_path / "p").mkdir()
    folder = Folder(tmp_path / "p", tmp_path)
    with pytest.raises(InputError, match="leads out"):
        folder.write(path, b"x")
    with pytest.raises(InputError, match="leads out"):
        folder.delete(path)
