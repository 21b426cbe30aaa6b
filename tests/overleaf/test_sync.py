"""What a sync does with every pair of changes, and what it leaves where it fails."""

import stat

import pytest

from paperforge.errors import InputError
from paperforge.overleaf import sync as stage
from paperforge.overleaf.git import Cut, Git, Passing, Trouble, trouble
from paperforge.overleaf.state import Room
from paperforge.overleaf.threeway import Verdict


def verdicts(report):
    return {one.path: one.verdict for one in report.outcomes}


def test_everything_is_sent_to_an_empty_remote_on_the_branch_that_its_head_names(tmp_path, world):
    from remote import Remote

    world.remote = Remote(tmp_path / "other.git", branch="trunk")
    world.write("main.tex", "text\n")
    assert world.init().branch == "trunk"
    world.sync()
    assert world.remote.files() == {"main.tex": b"text\n", "generated/t.tex": b"1 & 2\n3 & 4\n"}


def test_a_second_sync_does_nothing(synced):
    head = synced.remote.head
    report = synced.sync()
    assert not report.outcomes
    assert report.same == 5
    assert synced.remote.head == head


def test_changes_of_different_files_go_both_ways(synced):
    synced.write("sections/a.tex", "mine\n")
    synced.remote.edit({"sections/b.tex": "theirs\n", "sections/new.tex": "a co-author's\n"})
    report = synced.sync()
    assert verdicts(report) == {
        "sections/a.tex": Verdict.SEND,
        "sections/b.tex": Verdict.FETCH,
        "sections/new.tex": Verdict.FETCH,
    }
    assert synced.read("sections/new.tex") == "a co-author's\n"
    assert synced.equal()


def test_changes_of_one_file_are_merged_line_by_line(synced):
    text = synced.read("sections/a.tex")
    synced.write("sections/a.tex", text.replace("line 2\n", "line 2, mine\n"))
    synced.remote.edit({"sections/a.tex": text.replace("line 9\n", "line 9, theirs\n")})
    assert verdicts(synced.sync()) == {"sections/a.tex": Verdict.MERGE}
    assert "line 2, mine\n" in synced.read("sections/a.tex")
    assert "line 9, theirs\n" in synced.read("sections/a.tex")
    assert synced.equal()


def clash(world):
    text = world.read("sections/a.tex")
    world.write("sections/a.tex", text.replace("line 2\n", "mine\n"))
    world.remote.edit(
        {"sections/a.tex": text.replace("line 2\n", "theirs\n"), "sections/b.tex": "new\n"}
    )


def test_a_conflict_writes_both_versions_here_and_nothing_there(synced):
    clash(synced)
    synced.write("main.tex", "would be sent\n")
    head = synced.remote.head
    report = synced.sync()
    assert [one.path for one in report.conflicts] == ["sections/a.tex"]
    assert "<<<<<<< here\nmine\n=======\ntheirs\n>>>>>>> there\n" in synced.read("sections/a.tex")
    assert synced.remote.head == head
    assert synced.read("sections/b.tex") == "new\n"  # what is clear comes


def test_markers_are_never_sent(synced):
    clash(synced)
    synced.sync()
    with pytest.raises(InputError, match="both versions") as caught:
        synced.sync()
    assert caught.value.where == "sections/a.tex line 3"
    with pytest.raises(InputError, match="both versions"):
        synced.sync(inward=False)


def test_a_resolved_conflict_is_sent_and_does_not_come_back(synced):
    clash(synced)
    synced.sync()
    text = synced.read("sections/a.tex").replace(
        "<<<<<<< here\nmine\n=======\ntheirs\n>>>>>>> there", "agreed"
    )
    synced.write("sections/a.tex", text)
    assert not synced.sync().conflicts
    assert b"agreed" in synced.remote.files()["sections/a.tex"]
    assert synced.equal()
    assert not synced.sync().outcomes


@pytest.mark.parametrize(("side", "here_now"), [("here", "mine"), ("there", "theirs")])
def test_a_person_can_decide_a_conflict_at_once(synced, side, here_now):
    clash(synced)
    report = synced.sync(keep={"sections/a.tex": side})
    assert not report.conflicts
    assert here_now in synced.read("sections/a.tex")
    assert synced.equal()


@pytest.mark.parametrize(
    ("side", "kept", "gone"), [("here", "mine", "theirs"), ("there", "theirs", "mine")]
)
def test_a_side_can_be_kept_when_the_markers_are_there_already(synced, side, kept, gone):
    clash(synced)
    synced.write("sections/a.tex", synced.read("sections/a.tex") + "mine alone\n")
    synced.sync()
    report = synced.sync(keep={"sections/a.tex": side})
    assert not report.conflicts
    assert f"{kept}\n" in synced.read("sections/a.tex")
    assert f"{gone}\n" not in synced.read("sections/a.tex")
    assert "mine alone\n" in synced.read("sections/a.tex")
    assert "<<<<" not in synced.read("sections/a.tex")
    assert synced.equal()


def test_deleted_here_and_edited_there_is_a_conflict_that_changes_nothing(synced):
    (synced.root / "sections/a.tex").unlink()
    synced.remote.edit({"sections/a.tex": "their edit\n"})
    head = synced.remote.head
    report = synced.sync()
    assert report.conflicts[0].why == "was deleted here and edited there"
    assert not (synced.root / "sections/a.tex").exists()
    assert synced.remote.head == head
    assert (synced.root / ".paperforge/there/sections/a.tex").read_text() == "their edit\n"
    assert synced.sync().conflicts  # until somebody decides
    synced.sync(keep={"sections/a.tex": "there"})
    assert synced.read("sections/a.tex") == "their edit\n"
    assert synced.equal()
    assert not (synced.root / ".paperforge/there").exists()


def test_edited_here_and_deleted_there_is_a_conflict(synced):
    synced.write("sections/a.tex", "my edit\n")
    synced.remote.edit({"sections/a.tex": None})
    assert synced.sync().conflicts[0].why == "was deleted there and edited here"
    synced.sync(keep={"sections/a.tex": "there"})
    assert not (synced.root / "sections/a.tex").exists()
    assert "sections/a.tex" not in synced.remote.files()


def test_renamed_there_and_edited_here_names_the_new_file(synced):
    text = synced.read("sections/a.tex")
    synced.write("sections/a.tex", text + "my edit\n")
    synced.remote.edit({"sections/a.tex": None, "sections/z.tex": text})
    report = synced.sync()
    assert report.conflicts[0].why == "was renamed to sections/z.tex there and edited here"


def test_renamed_here_and_edited_there_names_the_new_file(synced):
    text = synced.read("sections/a.tex")
    (synced.root / "sections/a.tex").rename(synced.root / "sections/z.tex")
    synced.remote.edit({"sections/a.tex": text + "their edit\n"})
    report = synced.sync()
    assert report.conflicts[0].why == "was renamed to sections/z.tex here and edited there"
    assert "sections/z.tex" not in synced.remote.files()


@pytest.mark.parametrize("side", ["here", "there"])
def test_what_is_deleted_stays_deleted(synced, side):
    if side == "here":
        (synced.root / "sections/a.tex").unlink()
    else:
        synced.remote.edit({"sections/a.tex": None})
    synced.sync()
    synced.sync()
    assert not (synced.root / "sections/a.tex").exists()
    assert "sections/a.tex" not in synced.remote.files()


def test_a_picture_changed_on_both_sides_is_not_merged(synced):
    synced.write("fig.png", b"\x89PNG\0mine")
    synced.remote.edit({"fig.png": b"\x89PNG\0theirs"})
    report = synced.sync()
    assert "cannot be merged" in report.conflicts[0].why
    assert (synced.root / "fig.png").read_bytes() == b"\x89PNG\0mine"
    assert (synced.root / ".paperforge/there/fig.png").read_bytes() == b"\x89PNG\0theirs"


def test_generated_files_go_one_way(synced):
    synced.ours = {"generated/t.tex": b"5 & 6\n", "generated/u.tex": b"new\n"}
    synced.sync()
    assert synced.remote.files()["generated/t.tex"] == b"5 & 6\n"
    synced.ours = {"generated/u.tex": b"new\n"}
    synced.sync()
    assert "generated/t.tex" not in synced.remote.files()


def test_an_online_edit_of_a_generated_file_is_kept_as_a_patch(synced, tmp_path):
    synced.remote.edit({"generated/t.tex": "1 & 99\n3 & 4\n"})
    synced.ours = {"generated/t.tex": b"1 & 2\n3 & 5\n"}
    report = synced.sync()
    (note,) = [n for n in report.notes if n.where == "generated/t.tex"]
    assert "[[tables]] t of paper.toml" in note.hint
    (kept,) = (synced.root / "build/edited/there/generated").iterdir()
    assert str(kept.relative_to(synced.root)) in note.hint
    text = kept.read_text()
    assert "-1 & 2\n+1 & 99\n" in text
    assert synced.remote.files()["generated/t.tex"] == b"1 & 2\n3 & 5\n"
    # It is a patch that git takes.
    (tmp_path / "x/generated").mkdir(parents=True)
    (tmp_path / "x/generated/t.tex").write_text("1 & 2\n3 & 4\n")
    import subprocess

    subprocess.run(["git", "apply", str(kept)], cwd=tmp_path / "x", check=True)
    assert (tmp_path / "x/generated/t.tex").read_text() == "1 & 99\n3 & 4\n"


def test_a_generated_file_deleted_online_is_sent_again_and_said(synced):
    synced.remote.edit({"generated/t.tex": None})
    report = synced.sync()
    assert "deleted there" in report.outcomes[0].why
    assert "generated/t.tex" in synced.remote.files()


def test_a_style_uploaded_online_comes_here_as_the_authors(synced):
    synced.ours["venue.sty"] = b"% stand-in\n"
    synced.sync()
    synced.remote.edit({"venue.sty": "% the official one\n"})
    synced.sync()
    assert synced.read("venue.sty") == "% the official one\n"
    assert synced.remote.files()["venue.sty"] == b"% the official one\n"


def test_what_is_no_latex_stays_where_it_is(synced):
    stays = {
        "notes.md": "x",
        "run.py": "import os",
        "paper.toml": "main = 'x'",
        ".gitignore": "*",
        "build/x.tex": "x",
    }
    synced.remote.edit(stays)
    synced.write("main.tex", "changed\n")
    synced.sync()
    assert not any((synced.root / name).exists() for name in stays)
    assert stays.keys() <= synced.remote.files().keys()


def test_a_latexmkrc_never_comes_here_unasked(synced):
    synced.remote.edit({"latexmkrc": "system('touch /tmp/owned');"})
    report = synced.sync()
    assert verdicts(report) == {"latexmkrc": Verdict.LEFT}
    assert not (synced.root / "latexmkrc").exists()
    synced.sync(keep={"latexmkrc": "there"})
    assert "owned" in synced.read("latexmkrc")


def test_the_authors_own_latexmkrc_is_sent(synced):
    synced.write("latexmkrc", "$pdf_mode = 4;\n")
    synced.sync()
    assert synced.remote.files()["latexmkrc"] == b"$pdf_mode = 4;\n"
    synced.remote.edit({"latexmkrc": "$pdf_mode = 1;\n"})
    assert verdicts(synced.sync()) == {"latexmkrc": Verdict.LEFT}
    assert synced.read("latexmkrc") == "$pdf_mode = 4;\n"


def test_links_and_submodules_of_the_remote_are_left_alone(synced):
    remote = synced.remote
    blob = remote.git("hash-object", "-w", "--stdin", given=b"/etc/passwd").decode().strip()
    index = remote.folder / "i"
    remote.git("read-tree", remote.head, index=index)
    lines = f"120000 {blob}\tlink.tex\n160000 {remote.head}\tsub.tex\n".encode()
    remote.git("update-index", "--index-info", given=lines, index=index)
    tree = remote.git("write-tree", index=index).decode().strip()
    commit = remote.git("commit-tree", tree, "-p", remote.head, given=b"x").decode().strip()
    remote.git("update-ref", "refs/heads/main", commit)
    synced.write("main.tex", "changed\n")
    synced.sync()
    assert not (synced.root / "link.tex").exists()
    listed = remote.git("ls-tree", "-r", remote.head).decode()
    assert "120000" in listed
    assert "160000" in listed


def test_nothing_is_written_through_a_link_that_leads_out(synced, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (synced.root / "extra").symlink_to(outside)
    synced.remote.edit({"extra/x.tex": "theirs\n"})
    with pytest.raises(InputError, match="leads out of the project"):
        synced.sync()
    assert not list(outside.iterdir())


def test_line_ends_of_each_side_stay(world):
    world.write("a.tex", "one\r\ntwo\r\nthree\r\nfour\r\nfive\r\n")
    world.remote.edit({"a.tex": "one\ntwo\nthree\nfour\nfive\n"})
    world.init()
    assert "a.tex" not in verdicts(world.sync())
    world.write("a.tex", "one!\r\ntwo\r\nthree\r\nfour\r\nfive\r\n")
    world.remote.edit({"a.tex": "one\ntwo\nthree\nfour\nfive!\n"})
    world.sync()
    assert (world.root / "a.tex").read_bytes() == b"one!\r\ntwo\r\nthree\r\nfour\r\nfive!\r\n"
    assert world.remote.files()["a.tex"] == b"one!\ntwo\nthree\nfour\nfive!\n"
    assert not world.sync().outcomes


def test_the_mode_of_an_authors_file_stays(synced):
    file = synced.root / "sections/a.tex"
    file.chmod(0o600)
    synced.remote.edit({"sections/a.tex": "theirs\n"})
    synced.sync()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


# A project that has a history of its own.


def test_an_existing_paper_takes_the_place_of_an_empty_project(world):
    world.remote.edit(
        {"main.tex": "\\documentclass{article}\n\\begin{document}\n\\maketitle\n\\end{document}\n"}
    )
    world.write(
        "main.tex", "\\documentclass{article}\n\\begin{document}\nA paper.\n\\end{document}\n"
    )
    world.init()
    assert not world.sync().conflicts
    assert b"A paper." in world.remote.files()["main.tex"]


def test_the_first_sync_takes_the_newer_of_an_older_and_a_newer_state(world):
    world.remote.edit({"a.tex": "old\n"})
    world.remote.edit({"a.tex": "new\n"})
    world.write("a.tex", "old\n")
    world.init()
    assert verdicts(world.sync())["a.tex"] is Verdict.FETCH
    assert world.read("a.tex") == "new\n"


def test_the_first_sync_does_not_bring_back_what_was_deleted_there(world):
    world.remote.edit({"a.tex": "text\n", "b.tex": "b\n"})
    world.remote.edit({"a.tex": None})
    world.write("a.tex", "text\n")
    world.init()
    assert "deleted there" in world.sync().conflicts[0].why
    assert world.sync().conflicts
    assert "a.tex" not in world.remote.files()
    world.sync(keep={"a.tex": "here"})
    assert world.equal()


def test_the_first_sync_keeps_every_line_of_two_texts_that_grew_apart(world):
    world.remote.edit({"a.tex": "one\ntwo\nthree\nfour\nonline\n"})
    world.write("a.tex", "here\none\ntwo\nthree\nfour\n")
    world.init()
    assert not world.sync().conflicts
    assert world.read("a.tex") == "here\none\ntwo\nthree\nfour\nonline\n"
    assert world.equal()


def test_the_first_sync_shows_lines_that_differ(world):
    world.remote.edit({"a.tex": "one\nonline\nthree\n"})
    world.write("a.tex", "one\nhere\nthree\n")
    world.init()
    assert world.sync().conflicts
    assert world.read("a.tex") == "one\n<<<<<<< here\nhere\n=======\nonline\n>>>>>>> there\nthree\n"


def test_a_main_file_that_paperforge_did_not_write_is_not_replaced(world):
    world.ours["main.tex"] = b"% Written by paperforge.\n"
    world.remote.edit({"main.tex": "\\documentclass{article}\nA whole paper.\n"})
    world.init()
    assert "did not write it" in world.sync().conflicts[0].why
    world.sync(keep={"main.tex": "here"})
    assert world.remote.files()["main.tex"] == b"% Written by paperforge.\n"
    (kept,) = (world.root / "build/edited/there").glob("main.tex.*")
    assert "A whole paper." in kept.read_text()


def test_the_main_file_of_an_empty_overleaf_project_makes_way(world):
    blank = (
        "\\documentclass{article}\n\\usepackage{graphicx} % Required for inserting images\n\\title{x}\n"
        "\\begin{document}\n\n\\maketitle\n\n\\section{Introduction}\n\n\\end{document}\n"
    )
    world.ours["main.tex"] = b"% Written by paperforge.\n"
    world.remote.edit({"main.tex": blank})
    world.init()
    assert not world.sync().conflicts
    assert world.equal()


def test_without_the_memory_of_the_last_sync_no_line_is_lost(synced):
    import shutil

    shutil.rmtree(synced.root / ".paperforge")
    synced.write("sections/a.tex", synced.read("sections/a.tex") + "mine\n")
    synced.remote.edit({"sections/b.tex": "first\n" + synced.read("sections/b.tex")})
    synced.init()
    assert not synced.sync().conflicts
    assert synced.equal()
    assert synced.read("sections/a.tex").endswith("mine\n")
    assert synced.read("sections/b.tex").startswith("first\n")


# One way, and only looking.


def test_pull_changes_nothing_there(synced):
    synced.write("main.tex", "mine\n")
    synced.remote.edit({"sections/a.tex": "theirs\n"})
    head = synced.remote.head
    synced.sync(outward=False)
    assert synced.remote.head == head
    assert synced.read("sections/a.tex") == "theirs\n"
    synced.sync()
    assert synced.remote.files()["main.tex"] == b"mine\n"


def test_a_pull_that_merges_is_sent_by_the_next_sync(synced):
    text = synced.read("sections/a.tex")
    synced.write("sections/a.tex", "mine\n" + text)
    synced.remote.edit({"sections/a.tex": text + "theirs\n"})
    synced.sync(outward=False)
    assert synced.read("sections/a.tex") == f"mine\n{text}theirs\n"
    assert verdicts(synced.sync()) == {"sections/a.tex": Verdict.SEND}
    assert synced.equal()


def test_push_changes_nothing_here(synced):
    synced.write("main.tex", "mine\n")
    synced.remote.edit({"sections/a.tex": "theirs\n"})
    synced.sync(inward=False)
    assert "line 1\n" in synced.read("sections/a.tex")
    assert synced.remote.files()["main.tex"] == b"mine\n"
    assert synced.remote.files()["sections/a.tex"] == b"theirs\n"
    synced.sync()
    assert synced.equal()


def test_push_refuses_what_must_be_merged(synced):
    clash(synced)
    head = synced.remote.head
    with pytest.raises(InputError, match="cannot only be sent"):
        synced.sync(inward=False)
    assert synced.remote.head == head


def test_looking_changes_nothing(synced):
    clash(synced)
    synced.remote.edit({"generated/t.tex": "online\n"})
    before = {p: p.read_bytes() for p in synced.root.rglob("*.tex")}
    state, head = Room(synced.root).state(), synced.remote.head
    report = synced.look()
    assert report.conflicts
    assert any("will be kept" in note.hint for note in report.notes)
    assert {p: p.read_bytes() for p in synced.root.rglob("*.tex")} == before
    assert Room(synced.root).state() == state
    assert synced.remote.head == head
    assert not (synced.root / "build").exists()


def test_a_paper_is_connected_first(world):
    with pytest.raises(InputError, match="not connected"):
        world.sync()


def test_another_address_is_not_taken_over_silently(synced, tmp_path):
    from remote import Remote

    synced.remote = Remote(tmp_path / "elsewhere.git")
    with pytest.raises(InputError, match="is synced with"):
        synced.init()


def test_the_repository_around_the_project_is_not_touched(world):
    import subprocess

    def git(*args):
        return subprocess.run(
            ["git", *args], cwd=world.root, capture_output=True, text=True, check=True
        ).stdout

    git("init", "--quiet")
    world.write("main.tex", "x\n")
    git("add", "-A")
    before = {p: p.stat().st_mtime_ns for p in (world.root / ".git").rglob("*") if p.is_file()}
    world.init()
    world.sync()
    assert {
        p: p.stat().st_mtime_ns for p in (world.root / ".git").rglob("*") if p.is_file()
    } == before
    assert ".paperforge" not in git("status", "--porcelain", "--untracked-files=all")


# Trouble on the way.


@pytest.fixture
def push_fails(monkeypatch):
    """The next pushes fail with these texts; `arrive`: after they did arrive."""
    failures = []
    real = Git.talk

    def talk(self, *args):
        if args[0] != "push" or not failures:
            return real(self, *args)
        said, arrive, act = failures.pop(0)
        if act:
            act()
        if arrive:
            real(self, *args)
        raise trouble(said, "there")

    monkeypatch.setattr(Git, "talk", talk)

    def fail(said, *, times=1, arrive=False, act=None):
        failures.extend([(said, arrive, act)] * times)

    return fail


@pytest.mark.parametrize(
    "said",
    [
        "fatal: remote error: no git access\nRate-limit exceeded. Please wait a while and try again.",
        "remote: Rate limit exceeded. Please wait and try again later.\nfatal: unable to access: The requested URL returned error: 429",
        "remote: Another operation is in progress. Please try again later.\nfatal: x",
        "fatal: unable to access 'x': The requested URL returned error: 503",
    ],
)
def test_a_busy_remote_is_asked_again(synced, push_fails, said):
    push_fails(said, times=2)
    synced.write("main.tex", "mine\n")
    synced.sync()
    assert synced.remote.files()["main.tex"] == b"mine\n"
    assert synced.waits == [2.0, 5.0]


def test_a_remote_that_stays_busy_ends_the_sync_and_changes_nothing(synced, push_fails):
    push_fails("remote: Rate limit exceeded. Please wait.\nerror: 429", times=99)
    synced.write("main.tex", "mine\n")
    synced.remote.edit({"sections/a.tex": "theirs\n"})
    state = Room(synced.root).state()
    with pytest.raises(Passing):
        synced.sync()
    assert Room(synced.root).state() == state
    assert "line 1\n" in synced.read("sections/a.tex")
    assert Room(synced.root).intent() is None


def test_a_push_that_arrived_although_the_line_broke_is_not_sent_twice(synced, push_fails):
    push_fails("fatal: the remote end hung up unexpectedly", arrive=True)
    synced.write("main.tex", "mine\n")
    synced.remote.edit({"sections/a.tex": "theirs\n"})
    synced.sync()
    assert synced.equal()
    assert synced.remote.git("rev-list", "--count", "main").strip() == b"3"


def test_an_edit_in_between_is_merged(synced, push_fails):
    text = synced.read("sections/a.tex")
    push_fails(
        "! [rejected] main -> main (non-fast-forward)",
        act=lambda: synced.remote.edit({"sections/a.tex": text + "in between\n"}),
    )
    synced.write("sections/a.tex", "mine\n" + text)
    synced.sync()
    assert synced.read("sections/a.tex") == f"mine\n{text}in between\n"
    assert synced.equal()


def test_a_remote_that_never_rests_ends_the_sync(synced, push_fails):
    push_fails("! [rejected] main -> main (non-fast-forward)", times=99)
    synced.write("main.tex", "mine\n")
    with pytest.raises(InputError, match="edited 5 times"):
        synced.sync()


def test_a_refusal_is_said_and_leaves_everything(synced, push_fails):
    push_fails(
        "remote: hint: You have 1 invalid files\n! [remote rejected] main -> main (invalid files)"
    )
    synced.write("main.tex", "mine\n")
    state = Room(synced.root).state()
    with pytest.raises(Trouble, match="invalid files"):
        synced.sync()
    assert Room(synced.root).state() == state
    synced.sync()
    assert synced.equal()


def test_a_sync_cut_short_is_completed_by_the_next_one(synced, monkeypatch):
    """The push arrives, and then the machine dies before anything is written here."""
    synced.remote.edit({"sections/a.tex": "theirs\n", "sections/b.tex": "theirs too\n"})
    synced.write("main.tex", "mine\n")

    def die(*args, **given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(stage, "carry_out", die)
        with pytest.raises(KeyboardInterrupt):
            synced.sync()
    assert Room(synced.root).intent() is not None
    assert "line 1\n" in synced.read("sections/a.tex")
    synced.write("sections/b.tex", synced.read("sections/b.tex") + "written meanwhile\n")
    report = synced.sync()
    assert synced.read("sections/a.tex") == "theirs\n"
    assert "written meanwhile\n" in synced.read("sections/b.tex")
    assert [o.path for o in report.conflicts] == ["sections/b.tex"]


def test_an_intent_that_never_arrived_is_forgotten(synced, monkeypatch):
    synced.write("main.tex", "mine\n")

    def die(*args, **given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(stage, "_send", die)
        with pytest.raises(KeyboardInterrupt):
            synced.sync()
    synced.sync()
    assert synced.equal()
    assert Room(synced.root).intent() is None


def test_a_full_disk_is_said_and_the_rest_follows(synced, monkeypatch):
    from paperforge.overleaf.folder import Folder

    synced.remote.edit({"sections/a.tex": "theirs\n", "sections/b.tex": "theirs too\n"})
    real = Folder.write

    def full(self, path, data):
        if path == "sections/b.tex":
            raise InputError("cannot be read or written: No space left on device", path)
        return real(self, path, data)

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "write", full)
        with pytest.raises(InputError, match="No space left"):
            synced.sync()
    synced.sync()
    assert synced.equal()
    assert synced.read("sections/b.tex") == "theirs too\n"


def test_a_broken_line_while_looking_is_tried_again_and_then_said(synced, monkeypatch):
    def cut(self, *args):
        raise Cut("the connection broke", "there")

    monkeypatch.setattr(Git, "talk", cut)
    with pytest.raises(Cut):
        synced.sync()
    assert len(synced.waits) == 4


def test_one_sync_at_a_time(synced):
    with Room(synced.root).lock(), pytest.raises(InputError, match="another sync"):
        synced.sync()


def test_what_git_hub_sync_left_on_a_branch_is_said_until_it_is_merged(synced):
    commit = synced.remote.head
    tree = synced.remote.git("rev-parse", f"{commit}^{{tree}}").decode().strip()
    aside = (
        synced.remote.git("commit-tree", tree, "-p", commit, given=b"from Overleaf")
        .decode()
        .strip()
    )
    synced.remote.git("update-ref", "refs/heads/overleaf-2026-11-29-0930", aside)
    (note,) = synced.sync().notes
    assert note.where == "branch overleaf-2026-11-29-0930"
    synced.remote.git("update-ref", "refs/heads/main", aside)
    assert not synced.sync().notes


def test_a_history_that_was_rewritten_there_deletes_nothing_here(synced):
    first = synced.remote.head
    synced.write("sections/a.tex", synced.read("sections/a.tex") + "mine, synced\n")
    synced.write("sections/mine.tex", "a whole file, synced\n")
    synced.sync()
    synced.remote.git("update-ref", "refs/heads/main", first)
    synced.remote.edit({"sections/b.tex": synced.read("sections/b.tex") + "theirs\n"})
    report = synced.sync()
    assert any("rewritten" in note.message for note in report.notes)
    assert synced.read("sections/a.tex").endswith("mine, synced\n")
    assert synced.read("sections/mine.tex") == "a whole file, synced\n"
    assert synced.read("sections/b.tex").endswith("theirs\n")
    assert synced.equal()
    assert not synced.sync().notes


def test_a_remote_that_looks_empty_deletes_nothing_here(synced):
    synced.remote.git("update-ref", "-d", "refs/heads/main")
    with pytest.raises(Trouble, match="nothing is taken for deleted"):
        synced.sync()
    assert (synced.root / "main.tex").exists()


# Undo.


def test_undo_brings_both_sides_back(synced):
    before = synced.remote.files()
    here = synced.read("sections/a.tex")
    synced.write("main.tex", "mine\n")
    synced.remote.edit(
        {"sections/a.tex": "theirs\n", "sections/new.tex": "new\n", "sections/b.tex": None}
    )
    there = synced.remote.files()
    synced.sync()
    done = synced.undo()
    assert done.there
    assert synced.remote.files() == there
    assert synced.read("sections/a.tex") == here
    assert (synced.root / "sections/b.tex").read_bytes() == before["sections/b.tex"]
    assert not (synced.root / "sections/new.tex").exists()
    assert synced.read("main.tex") == "mine\n"
    synced.sync()  # as if it had never been
    assert synced.equal()
    assert synced.read("sections/a.tex") == "theirs\n"


def test_undo_leaves_a_remote_that_somebody_has_edited_since(synced):
    synced.write("main.tex", "mine\n")
    synced.sync()
    synced.remote.edit({"sections/a.tex": "theirs\n"})
    done = synced.undo()
    assert not done.there
    assert "edited it since" in done.notes[0].message
    assert synced.remote.files()["main.tex"] == b"mine\n"


def test_undo_keeps_lines_written_since(synced):
    text = synced.read("sections/a.tex")
    synced.remote.edit({"sections/a.tex": text + "theirs\n"})
    synced.sync()
    synced.write("sections/a.tex", "since\n" + text + "theirs\n")
    synced.undo()
    assert synced.read("sections/a.tex") == "since\n" + text


def test_undo_has_a_bottom(synced):
    synced.undo()
    with pytest.raises(InputError, match="no sync to undo"):
        synced.undo()


def test_undo_of_the_conflict_takes_the_markers_out(synced):
    clash(synced)
    mine = synced.read("sections/a.tex")
    synced.sync()
    synced.undo()
    assert synced.read("sections/a.tex") == mine


# What a user of it found.


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_file_here_and_a_folder_of_its_name_there_is_a_conflict(synced, side):
    if side == "here":
        synced.write("x.tex", "mine\n")
        synced.remote.edit({"x.tex/a.tex": "theirs\n"})
    else:
        synced.write("x.tex/a.tex", "mine\n")
        synced.remote.edit({"x.tex": "theirs\n"})
    head, before = synced.remote.head, synced.paper().shared
    report = synced.sync()
    assert {one.path for one in report.conflicts} == {"x.tex", "x.tex/a.tex"}
    assert "a folder on the other" in report.conflicts[0].why
    assert synced.remote.head == head
    assert synced.paper().shared == before
    synced.sync(keep={one.path: "here" for one in report.conflicts})
    assert synced.equal()


def test_a_folder_in_the_way_is_said_before_anything_is_sent(synced):
    (synced.root / "new.tex").mkdir()
    synced.remote.edit({"new.tex": "theirs\n"})
    synced.write("main.tex", "mine\n")
    head = synced.remote.head
    with pytest.raises(InputError, match="in the way"):
        synced.sync()
    assert synced.remote.head == head
    assert Room(synced.root).intent() is None


def test_a_link_there_is_not_replaced_by_a_folder(synced):
    remote = synced.remote
    blob = remote.git("hash-object", "-w", "--stdin", given=b"/x").decode().strip()
    index = remote.folder / "i"
    remote.git("read-tree", remote.head, index=index)
    remote.git("update-index", "--index-info", given=f"120000 {blob}\tmore\n".encode(), index=index)
    tree = remote.git("write-tree", index=index).decode().strip()
    commit = remote.git("commit-tree", tree, "-p", remote.head, given=b"x").decode().strip()
    remote.git("update-ref", "refs/heads/main", commit)
    synced.write("more/x.tex", "mine\n")
    with pytest.raises(InputError, match="link or a submodule there"):
        synced.sync()
    assert remote.head == commit


def test_syncs_are_undone_one_after_the_other(synced):
    texts = [synced.read("main.tex")]
    for n in range(3):
        synced.write("main.tex", f"version {n}\n")
        synced.sync()
        texts.append(f"version {n}\n")
    for text in texts[-2::-1]:
        done = synced.undo()
        assert done.there
        assert not done.notes
        assert synced.remote.files()["main.tex"].decode() == text


def test_most_of_a_paper_is_not_deleted_unasked(synced):
    for name in ("sections/a.tex", "sections/b.tex", "fig.png"):
        (synced.root / name).unlink()
    head = synced.remote.head
    with pytest.raises(InputError, match="2 more of 4 files would be deleted there"):
        synced.sync(delete=False)
    assert synced.remote.head == head
    synced.sync()
    assert set(synced.remote.files()) == {"main.tex", "generated/t.tex"}


def test_most_of_a_paper_is_not_deleted_here_unasked(synced):
    synced.remote.edit({"sections/a.tex": None, "sections/b.tex": None, "fig.png": None})
    with pytest.raises(InputError, match="would be deleted here"):
        synced.sync(delete=False)
    assert (synced.root / "sections/a.tex").exists()


def test_a_main_file_is_not_deleted_unasked(synced, monkeypatch):
    from dataclasses import replace

    paper = type(synced).paper
    monkeypatch.setattr(type(synced), "paper", lambda self: replace(paper(self), main="main.tex"))
    synced.remote.edit({"main.tex": None})
    with pytest.raises(InputError, match="is the main file"):
        synced.sync(delete=False)
    assert (synced.root / "main.tex").exists()


def test_a_project_that_moved_keeps_its_memory(synced, tmp_path):
    state = Room(synced.root).state()
    synced.remote.folder = synced.remote.folder.rename(tmp_path / "moved.git")
    synced.init()
    assert Room(synced.root).state().base == state.base
    assert not synced.sync().outcomes


def test_a_pointer_of_lfs_does_not_come_as_the_picture(synced):
    synced.remote.edit(
        {"fig.png": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"}
    )
    report = synced.sync()
    assert verdicts(report) == {"fig.png": Verdict.LEFT}
    assert (synced.root / "fig.png").read_bytes() == b"\x89PNG\0one"


def test_what_stays_there_is_named(synced):
    synced.remote.edit({"generated/new.tex": "x", "a:b.tex": "x"})
    said = {note.where: note.message for note in synced.sync().notes}
    assert "folder of paperforge's" in said["generated/new.tex"]
    assert "name" in said["a:b.tex"]


def test_an_edited_stand_in_is_a_patch_and_not_a_style_of_the_authors(synced):
    synced.ours["venue.sty"] = b"% A stand-in for the venue's style.\n\\x\n"
    synced.sync()
    synced.remote.edit({"venue.sty": "% A stand-in for the venue's style.\n\\x\n% mine\n"})
    synced.sync()
    assert not (synced.root / "venue.sty").exists()
    assert list((synced.root / "build/edited/there").glob("venue.sty.*.patch"))


def test_two_new_names_of_one_file_are_said(synced):
    text = synced.read("sections/a.tex")
    (synced.root / "sections/a.tex").rename(synced.root / "sections/mine.tex")
    synced.remote.edit({"sections/a.tex": None, "sections/theirs.tex": text})
    (fetched,) = [o for o in synced.sync().outcomes if o.verdict is Verdict.FETCH]
    assert (
        fetched.why
        == "sections/a.tex was renamed to sections/mine.tex here and to sections/theirs.tex there: both are kept"
    )


def test_what_a_killed_sync_left_is_swept(synced):
    room = Room(synced.root)
    (room.folder / "tmpabc").mkdir()
    (room.folder / "tmpabc/x").write_text("x")
    (room.folder / ".state.json.1.tmp").write_text("x")
    (room.folder / "writing.1").write_text("x")
    synced.sync()
    assert sorted(p.name for p in room.folder.iterdir()) == [
        "backups",
        "clone.git",
        "lock",
        "state.json",
    ]


def test_a_file_that_got_what_came_and_was_edited_before_the_next_sync(synced, monkeypatch):
    """Killed after the file was written and before that was written down: no false conflict."""
    text = synced.read("sections/a.tex")
    synced.remote.edit({"sections/a.tex": text + "theirs 1\n"})

    def die(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Room, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            synced.sync()
    synced.write("sections/a.tex", "mine\n" + synced.read("sections/a.tex"))
    synced.remote.edit({"sections/a.tex": text + "theirs 1\ntheirs 2\n"})
    assert not synced.sync().conflicts
    assert synced.read("sections/a.tex") == f"mine\n{text}theirs 1\ntheirs 2\n"
    assert synced.equal()
