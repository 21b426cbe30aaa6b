"""Faults on demand, as a stock git client meets them."""

import base64
import os
import socket
import threading
import time

import pytest
from bridge import Bridge, texts
from stock import MAIN, listed, refused

# Faults


def test_an_online_edit_before_the_push_is_judged_makes_it_out_of_date(bridge, paper, bea):
    fault = bridge.before_judging(lambda: paper.write("refs.bib", "@misc{b}\n"))
    done = bea.commit({"a.tex": "a"}).push()
    assert done.fates["refs/heads/main"] == ("!", "[rejected] (non-fast-forward)")
    assert done.code == 1 and done.remote == []
    assert "Updates were rejected because the tip of your current branch is behind" in done.err
    assert fault.happened == 1 and "a.tex" not in paper.files()
    assert bea.pull().code == 0 and bea.push().code == 0
    assert paper.read("refs.bib") == "@misc{b}\n" and paper.read("a.tex") == "a"


def test_an_online_edit_between_the_two_requests_of_a_push(bridge, paper, bea):
    bridge.before_push(lambda: paper.write("refs.bib", "@misc{b}\n"))
    refused(bea.commit({"a.tex": "a"}).push(), "invalid old id sent")
    assert bea.pull().code == 0 and bea.push().code == 0


def test_an_online_edit_before_the_push_is_seen_by_git_itself(paper, bea):
    paper.write("refs.bib", "@misc{b}\n")
    assert bea.commit({"a.tex": "a"}).push().fates["refs/heads/main"] == (
        "!",
        "[rejected] (fetch first)",
    )


def test_a_lock_that_is_busy(bridge, paper, bea):
    text = "Another operation is in progress. Please try again later."
    fault = bridge.busy(times=2)
    bea.commit({"a.tex": "a"})
    for _ in range(2):
        refused(bea.push(), text, f"error: {text}")
    assert bea.push().code == 0 and fault.happened == 2
    bridge.busy(steps=("list",))
    assert "returned error: 403" in bea.git("fetch").err


def test_the_tokens_rate_limit(bridge, paper, bea):
    bridge.limit_token(times=2)
    for _ in range(2):
        done = bea.git("fetch")
        assert done.remote == list(texts.TOKEN_LIMIT) and "returned error: 429" in done.err
    assert bea.git("fetch").code == 0


def test_a_server_that_is_down(bridge, paper, bea):
    bridge.fail(502)
    bridge.fail(503, steps=("push",))
    assert "returned error: 502" in bea.git("fetch").err
    head = paper.head()
    done = bea.commit({"a.tex": "a"}).push()
    assert "HTTP 503" in done.err and done.code == 1
    assert paper.head() == head
    assert bea.push().code == 0


@pytest.mark.parametrize("landed", [False, True])
def test_a_push_that_times_out(bridge, paper, bea, landed):
    bridge.time_out(landed=landed)
    done = bea.commit({"a.tex": "a", "refs.bib": None}).push()
    reason = "Request timed out (after 360 seconds)"
    refused(done, reason, f"error: {reason}", "", "hint: The Overleaf server is currently unavailable.",
            "hint: Please try again later.")  # fmt: skip
    assert set(paper.files()) == ({"main.tex", "a.tex"} if landed else {"main.tex", "refs.bib"})
    assert paper.head() != bea.git("rev-parse", "HEAD").out.strip()


def test_a_push_whose_answer_is_lost_has_landed(bridge, paper, bea):
    fault = bridge.lose_answer()
    done = bea.commit({"a.tex": "a"}).push()
    assert done.code != 0 and fault.cut == 1
    assert paper.head() == bea.git("rev-parse", "HEAD").out.strip()
    assert bea.git("rev-parse", "origin/main").out.strip() != paper.head()
    assert bea.push().fates["refs/heads/main"] == ("=", "[up to date]")


def test_a_request_that_is_cut_anywhere_changes_nothing(bridge, paper, bea):
    head = paper.head()
    bea.commit({"a.tex": "a"})
    for after in (0, 1, 100, 150, 200):
        fault = bridge.cut_request(after)
        assert bea.push().code != 0
        assert (fault.cut, paper.head()) == (1, head)
    fault = bridge.cut_request(1_000_000)
    assert bea.push().code == 0 and fault.cut == 0 and fault.happened == 1


def test_a_chunked_request_that_is_cut_changes_nothing(bridge, paper, bea):
    head = paper.head()
    bea.commit({"big.dat": os.urandom(300_000)})
    fault = bridge.cut_request(200_000)
    assert bea.git("-c", "http.postBuffer=65536", "push", "--porcelain", "origin").code != 0
    assert fault.cut == 1 and paper.head() == head


def test_an_answer_that_is_cut_anywhere_is_a_failure_or_whole(bridge, paper, bea):
    paper.write("main.tex", MAIN + "% more\n")
    start = bea.git("rev-parse", "origin/main").out
    for step, after in [
        ("list", 0),
        ("list", 120),
        ("list", 280),
        ("fetch", 0),
        ("fetch", 50),
        ("fetch", 190),
    ]:
        fault = bridge.cut_response(after, steps=(step,))
        assert bea.git("fetch").code != 0
        assert fault.cut == 1
    assert bea.git("rev-parse", "origin/main").out == start
    fault = bridge.cut_response(1_000_000)
    assert bea.git("fetch").code == 0 and fault.cut == 0
    assert bea.git("rev-parse", "origin/main").out.strip() == paper.head()


def test_an_answer_that_is_cut_in_its_head_looks_like_an_empty_repository(bridge, paper):
    """Stock git takes a head without Content-Type for a server of plain files, finds none, and calls that a success."""
    bridge.cut_response(60, steps=("list",))
    done = listed(bridge, paper)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_an_error_in_a_callback_is_raised_at_the_end(tmp_path, author):
    bridge = Bridge(tmp_path / "other").__enter__()
    project = bridge.project()
    bridge.before_judging(lambda: 1 / 0)
    done = author(bridge, project).commit({"a.tex": "a"}).push()
    assert done.fates["refs/heads/main"] == ("!", "[remote rejected] (internal error)")
    with pytest.raises(ZeroDivisionError):
        bridge.close()


def test_a_server_that_hangs(bridge, paper, bea):
    fault = bridge.delay(0.5, steps=("list",))
    start = time.monotonic()
    assert bea.git("fetch").code == 0 and fault.happened == 1
    assert time.monotonic() - start >= 0.5


def test_an_edit_between_the_list_and_the_objects(bridge, paper, bea):
    """What git asked for is still there, though the branch has moved."""
    paper.write("refs.bib", "@misc{b}\n")
    listed_head = paper.head()
    bridge.before(lambda: None, "fetch")
    bridge.before(lambda: paper.write("refs.bib", "@misc{c}\n"), "fetch")
    assert bea.git("fetch").code == 0
    assert bea.git("rev-parse", "origin/main").out.strip() == listed_head != paper.head()


def test_limits_and_locks_of_a_fetch(bridge, paper, bea):
    bridge.limit_project(steps=("fetch",))
    assert bea.git("fetch").err.startswith(
        "fatal: remote error: no git access\nRate-limit exceeded."
    )
    bridge.busy(steps=("fetch",))
    assert "HTTP 403" in bea.git("fetch").err
    assert bea.git("fetch").code == 0


def test_what_several_push_and_edit_at_once_all_lands(bridge, author, paper):
    """Two co-authors push, a third types: each push is fine, or refused and tried again."""
    clients = [author(bridge, paper) for _ in range(2)]
    failed = []

    def work(number, client):
        for turn in range(2):
            client.commit({f"{number}-{turn}.tex": "x"})
            for _ in range(20):
                if client.push().code == 0:
                    break
                client.pull()
            else:
                failed.append(number)

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    for turn in range(6):
        paper.write("online.tex", f"{turn}\n")
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    expected = {f"{number}-{turn}.tex" for number in range(2) for turn in range(2)}
    assert not failed and set(paper.files()) == expected | {"main.tex", "refs.bib", "online.tex"}
    assert len(paper.history()) >= 1 + 4 + 6


def test_a_client_that_hangs_does_not_hold_the_server(tmp_path):
    bridge = Bridge(tmp_path / "other").__enter__()
    port = int(bridge.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as idle:
        idle.sendall(b"POST /x HTTP/1.1\r\nContent-Length: 10\r\n\r\n123")
        start = time.monotonic()
        bridge.close()
        assert time.monotonic() - start < 10


def test_a_client_that_is_killed_in_its_push_changes_nothing(bridge, paper, bea):
    """Half a body, and the client is gone."""
    head = paper.head()
    code = base64.b64encode(f"git:{bridge.token}".encode()).decode()
    fields = f"Authorization: Basic {code}\r\nContent-Length: 500\r\n"
    port = int(bridge.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(f"POST /{paper.id}/git-receive-pack HTTP/1.1\r\n{fields}\r\n0123".encode())
    last = time.monotonic() + 10
    while "push" not in bridge.steps() and time.monotonic() < last:
        time.sleep(0.01)
    bea.commit({"a.tex": "a"})
    assert bridge.log[-1].step == "push" and bridge.log[-1].status == 0 and paper.head() == head
    assert bea.push().code == 0
