"""The sync against the stand-in of Overleaf's bridge: its rules, its texts, its failures."""

import contextlib
import os
import threading

import pytest
from world import World

from paperforge.errors import InputError
from paperforge.overleaf import address
from paperforge.overleaf import sync as stage
from paperforge.overleaf.git import Passing, Trouble
from paperforge.overleaf.state import Room

BLANK = "\\documentclass{article}\n\\begin{document}\n\\maketitle\n\\end{document}\n"


@pytest.fixture
def online(world, bridge, monkeypatch):
    """A world whose other side is a project on the bridge, synced once."""
    project = bridge.project({"main.tex": BLANK})
    monkeypatch.setenv("PAPERFORGE_GIT_TOKEN", bridge.token)
    world.remote = project
    world.write("main.tex", BLANK.replace("\\maketitle", "Text.\n\\input{sections/a}"))
    world.write("sections/a.tex", "".join(f"line {n}\n" for n in range(12)))
    world.init()
    world.sync()
    assert project.files()["main.tex"] == (world.root / "main.tex").read_bytes()
    return world


def same(world):
    paper = world.paper()
    return {**paper.shared, **paper.ours} == world.remote.files()


def test_a_project_goes_there_and_back(online):
    online.remote.write("sections/a.tex", online.remote.read("sections/a.tex") + "online\n")
    online.remote.write("sections/new.tex", "a new file\n")
    online.write("sections/a.tex", "here\n" + online.read("sections/a.tex"))
    online.sync()
    assert online.read("sections/a.tex").startswith("here\n")
    assert online.read("sections/a.tex").endswith("online\n")
    assert online.read("sections/new.tex") == "a new file\n"
    assert same(online)


@pytest.mark.parametrize("branch", ["main", "master"])
def test_the_branch_is_whatever_the_project_has(world, bridge, monkeypatch, branch):
    project = bridge.project({"main.tex": BLANK}, branch=branch)
    monkeypatch.setenv("PAPERFORGE_GIT_TOKEN", bridge.token)
    world.write("main.tex", BLANK + "% x\n")
    known = address.parse(project.url)
    assert stage.connect(world.root, known, world.ways()).branch == branch
    stage.sync(world.paper(), known, world.ways())
    assert project.branches() == [f"refs/heads/{branch}"]


@pytest.mark.parametrize("fault", ["busy", "limit_token", "limit_project", "fail", "time_out"])
def test_what_passes_is_waited_for(online, bridge, fault):
    getattr(bridge, fault)(times=2)
    online.write("main.tex", BLANK + "% changed\n")
    online.sync()
    assert online.waits
    assert same(online)


def test_a_push_that_timed_out_and_landed_as_a_commit_of_the_servers(online, bridge):
    bridge.time_out(landed=True)
    online.write("sections/a.tex", "here\n" + online.read("sections/a.tex"))
    online.remote.write("main.tex", online.remote.read("main.tex") + "% online\n")
    online.sync()
    assert online.read("sections/a.tex").count("here\n") == 1
    assert online.read("main.tex").endswith("% online\n")
    assert same(online)
    assert not online.sync().outcomes


def test_an_answer_that_is_lost_after_the_push(online, bridge):
    bridge.lose_answer()
    online.write("main.tex", BLANK + "% changed\n")
    online.sync()
    assert same(online)
    assert len([line for line in online.remote.history() if "paperforge" in line]) == 2


@pytest.mark.parametrize("after", [0, 1, 7, 40, 150, 600])
@pytest.mark.parametrize("way", ["cut_request", "cut_response"])
def test_a_line_cut_at_any_byte(online, bridge, way, after):
    steps = ("push",) if way == "cut_request" else ("list", "fetch", "list-push", "push")
    getattr(bridge, way)(after, steps=steps)
    online.write("main.tex", BLANK + f"% changed, {after}\n")
    online.remote.write("sections/a.tex", online.remote.read("sections/a.tex") + "online\n")
    try:
        online.sync()
    except Trouble:
        assert "online" not in online.read("sections/a.tex")
    online.sync()
    assert online.read("sections/a.tex").endswith("online\n")
    assert same(online)
    assert Room(online.root).intent() is None


def test_somebody_types_between_looking_and_pushing(online, bridge):
    bridge.before_push(lambda: online.remote.write("sections/a.tex", "typed\n"))
    online.write("main.tex", BLANK + "% changed\n")
    online.sync()
    assert online.read("sections/a.tex") == "typed\n"
    assert same(online)


def test_somebody_types_between_fetch_and_push(online, bridge):
    def types():
        online.remote.write("sections/a.tex", online.remote.read("sections/a.tex") + "typed\n")

    bridge.before_judging(types, times=2)
    online.write("sections/a.tex", "here\n" + online.read("sections/a.tex"))
    online.sync()
    assert online.read("sections/a.tex").startswith("here\n")
    assert online.read("sections/a.tex").count("typed\n") == 2
    assert same(online)


def test_a_remote_where_somebody_always_types_is_given_up(online, bridge):
    bridge.before_judging(
        lambda: online.remote.write("sections/a.tex", online.remote.read("sections/a.tex") + "x\n"),
        times=99,
    )
    online.write("main.tex", BLANK + "% changed\n")
    before = Room(online.root).state()
    with pytest.raises(InputError, match="edited 5 times"):
        online.sync()
    assert Room(online.root).state() == before


def test_a_lock_that_is_taken_while_looking_is_waited_for(online, bridge):
    bridge.busy(times=2, steps=("list",))
    online.write("main.tex", BLANK + "% changed\n")
    online.sync()
    assert same(online)


@pytest.mark.parametrize("after", [20, 60])
@pytest.mark.parametrize("step", ["list", "list-push"])
def test_a_line_that_is_cut_again_and_again_deletes_nothing(online, bridge, step, after):
    bridge.cut_response(after, steps=(step,), times=9)
    before = online.paper().shared
    online.write("main.tex", BLANK + "% changed\n")
    with contextlib.suppress(Trouble, InputError):
        online.sync()
    assert online.paper().shared.keys() == before.keys()
    assert online.remote.branches() == ["refs/heads/main"]
    bridge.faults.waiting.clear()
    online.sync()
    assert same(online)


def test_no_request_is_refused_once_more_than_needed(online, bridge):
    """A user in the address would cost a second refusal of each command."""
    online.sync()
    refused = [seen for seen in bridge.log if not seen.user]
    assert len(refused) <= len([seen for seen in bridge.log if seen.user])


def test_a_folder_that_git_cannot_have_is_named(online):
    online.remote.dot_git = True
    with pytest.raises(Trouble, match=r"folder named \.git"):
        online.sync()


def test_a_remote_that_stays_busy_is_given_up(online, bridge):
    bridge.busy(times=99)
    online.write("main.tex", BLANK + "% changed\n")
    with pytest.raises(Passing, match="Another operation"):
        online.sync()
    assert sum(online.waits) > 60


@pytest.mark.parametrize("kind", ["expired", "wrong", "none", "reader"])
def test_who_may_not_is_told_so(online, bridge, monkeypatch, kind):
    if kind == "expired":
        bridge.tokens[bridge.token] = "expired"
    elif kind == "wrong":
        monkeypatch.setenv("PAPERFORGE_GIT_TOKEN", "olp_wrong")
    elif kind == "none":
        monkeypatch.delenv("PAPERFORGE_GIT_TOKEN")
    else:
        online.remote.access = "read-only"
    online.write("main.tex", BLANK + "% changed\n")
    with pytest.raises(Trouble) as caught:
        online.sync()
    assert "token" in caught.value.hint or "right to edit" in caught.value.hint
    assert "olp_" not in str(caught.value)
    if kind == "reader":
        online.sync(outward=False)  # reading is allowed


def test_no_token_is_seen_anywhere(online, bridge, capfd):
    online.write("main.tex", BLANK + "% changed\n")
    bridge.fail(times=1)
    online.sync()
    assert not bridge.leaks()
    assert not bridge.written(online.root)
    assert bridge.token not in "".join(capfd.readouterr())


def test_what_the_bridge_refuses_is_refused_before_anything_is_sent(online, bridge):
    pushes = len([s for s in bridge.steps() if s == "push"])
    online.write("bad*name.tex", "x\n")
    with pytest.raises(InputError, match=r"\*"):
        online.sync()
    assert len([s for s in bridge.steps() if s == "push"]) == pushes


def test_what_only_the_bridge_knows_is_passed_on(online, bridge):
    bridge.refuse(
        "invalid files", ["You have 1 invalid files in your Overleaf project:", "x.tex (error)"]
    )
    online.write("main.tex", BLANK + "% changed\n")
    before = Room(online.root).state()
    with pytest.raises(Trouble, match=r"x.tex \(error\)"):
        online.sync()
    assert Room(online.root).state() == before


def test_two_people_with_a_copy_each_lose_nothing(online, bridge, tmp_path):
    """Both sync at once, again and again."""
    (tmp_path / "second").mkdir()
    other = World(tmp_path / "second", online.remote)
    other.init()
    other.sync()
    assert other.read("sections/a.tex") == online.read("sections/a.tex")
    failed = []

    def write(world, name):
        try:
            for n in range(4):
                world.write(f"sections/{name}.tex", f"{name} {n}\n")
                world.sync()
        except BaseException as error:  # noqa: BLE001  said by the test
            failed.append(error)

    threads = [
        threading.Thread(target=write, args=pair) for pair in ((online, "one"), (other, "two"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    online.sync()
    other.sync()
    online.sync()
    assert online.remote.read("sections/one.tex") == "one 3\n"
    assert online.remote.read("sections/two.tex") == "two 3\n"
    assert same(online)
    assert same(other)


def test_a_plain_server_takes_any_branch_name(world, plain, monkeypatch):
    project = plain.project({"main.tex": BLANK}, branch="trunk", name="lab/paper")
    monkeypatch.setenv("PAPERFORGE_GIT_TOKEN", plain.token)
    world.write("main.tex", "x\n")
    known = address.parse(project.url)
    assert not known.bridge
    assert stage.connect(world.root, known, world.ways()).branch == "trunk"
    stage.sync(world.paper(), known, world.ways())
    assert project.files()["main.tex"] == b"x\n"


def test_git_is_asked_without_a_terminal(online):
    assert os.environ["GIT_TERMINAL_PROMPT"] == "0"
