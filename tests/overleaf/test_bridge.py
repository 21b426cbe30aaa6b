"""The stand-in against a stock git client: what git shows is what Overleaf's bridge makes it show."""

import http.client
import os
import shutil

import pytest
from bridge import Limits, NotEditable, Project, git, rules, texts
from bridge.client import Client

MAIN = "\\documentclass{article}\n\\begin{document}\nHello.\n\\end{document}\n"


@pytest.fixture
def paper(bridge):
    return bridge.project({"main.tex": MAIN, "refs.bib": "@misc{a}\n"})


@pytest.fixture
def bea(author, bridge, paper):
    return author(bridge, paper)


def listed(bridge, project, url=None, **named):
    """git ls-remote with the given user and token."""
    url = url or project.url
    return Client(bridge.folder, url, **{"token": bridge.token} | named).git("ls-remote", url)


def ask(bridge, method, path, **headers):
    """A request of our own making: status, content type and text."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(bridge.url.rpartition(":")[2]), timeout=10
    )
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer, answer.read().decode()
    finally:
        connection.close()


# A push that is fine


@pytest.mark.parametrize("branch", ["main", "master"])
def test_a_push_moves_the_branch_of_head_whatever_its_name(bridge, author, branch):
    project = bridge.project({"main.tex": MAIN}, branch=branch)
    client = author(bridge, project)
    assert (
        f"ref: refs/heads/{branch}\tHEAD"
        in client.git("ls-remote", "--symref", "origin", "HEAD").out
    )
    done = client.commit({"main.tex": MAIN + "% more\n"}).push()
    assert (done.code, done.fates[f"refs/heads/{branch}"][0]) == (0, " ")
    assert project.head() == client.git("rev-parse", "HEAD").out.strip()
    assert project.read("main.tex") == MAIN + "% more\n"
    assert project.branches() == [f"refs/heads/{branch}"]


def test_a_big_push_comes_in_chunks_after_a_probe(bridge, paper, bea):
    content = os.urandom(300_000)
    done = bea.commit({"big.dat": content}).git(
        "-c", "http.postBuffer=65536", "push", "--porcelain", "origin"
    )
    assert done.code == 0, done.err
    assert bridge.steps()[-3:] == ["list-push", "probe", "push"]
    assert paper.files()["big.dat"] == content


def test_what_is_edited_online_comes_with_the_next_pull(paper, bea):
    paper.write("main.tex", MAIN.replace("Hello", "Hello there"), author="Cy <cy@example.org>")
    paper.write("sections/new.tex", "New.\n")
    paper.rename("refs.bib", "bib/refs.bib")
    paper.rename("sections", "parts")
    paper.upload("figures/plot.png", b"\x89PNG\0")
    assert bea.pull().code == 0
    inside = {
        p.relative_to(bea.at).as_posix()
        for p in bea.at.rglob("*")
        if p.is_file() and ".git/" not in str(p)
    }
    assert inside == {"main.tex", "parts/new.tex", "bib/refs.bib", "figures/plot.png"}
    assert bea.git("log", "--format=%an <%ae>: %s", "--reverse").out.splitlines()[1] == (
        "Cy <cy@example.org>: Update on Overleaf."
    )
    paper.delete("parts")
    bea.pull()
    assert not (bea.at / "parts" / "new.tex").exists()
    with pytest.raises(KeyError):
        paper.delete("parts")


# Who may come in


def test_without_credentials_git_is_asked_for_them(bridge, paper):
    status, answer, text = ask(bridge, "GET", f"/{paper.id}/info/refs?service=git-upload-pack")
    assert (status, answer.getheader("WWW-Authenticate")) == (401, 'Basic realm="Git Bridge"')
    assert text.startswith("Enter your Git authentication token")
    done = Client(bridge.folder, paper.url, "").git(
        "-c", "credential.helper=", "ls-remote", paper.url
    )
    assert done.code == 128 and "could not read Username" in done.err


@pytest.mark.parametrize(
    ("state", "first", "last"),
    [
        (
            "expired",
            "Your Overleaf Git authentication token has expired.",
            "Authentication failed for",
        ),
        (
            "unknown",
            "Enter your Git authentication token when prompted for a password.",
            "Authentication failed for",
        ),
        (
            "limited",
            "Rate limit exceeded. Please wait and try again later.",
            "The requested URL returned error: 429",
        ),
        (
            "broken",
            "Unexpected server error. Please try again later.",
            "The requested URL returned error: 500",
        ),
    ],
)
def test_a_token_that_is_no_good(bridge, paper, state, first, last):
    bridge.tokens["olp_other"] = state
    done = listed(bridge, paper, token="olp_other")
    assert (done.code, done.remote[0]) == (128, first)
    assert last in done.err.splitlines()[-1]


def test_a_refused_token_is_answered_without_the_header(bridge, paper):
    code = "Z2l0Om5v"  # git:no
    status, answer, _ = ask(
        bridge,
        "GET",
        f"/{paper.id}/info/refs?service=git-upload-pack",
        Authorization=f"Basic {code}",
    )
    assert (status, answer.getheader("WWW-Authenticate")) == (401, None)


def test_the_user_is_git(bridge, paper):
    assert "Authentication failed" in listed(bridge, paper, user="ada@example.org").err
    bridge.names_passwords = True
    done = listed(bridge, paper, user="ada@example.org")
    assert done.remote[0].startswith("Overleaf now only supports Git authentication tokens")
    assert "returned error: 403" in done.err


@pytest.mark.parametrize(
    ("path", "first"),
    [
        (
            "project/0123456789abcdef01234567",
            "Invalid Project ID (must not have a '/project' prefix)",
        ),
        ("12345678bcdfghjk", "Git access via link sharing link is not supported."),
        ("0123456789ABCDEF01234567", "This Overleaf project does not exist."),
        ("paper", "This Overleaf project does not exist."),
    ],
)
def test_addresses_that_are_none(bridge, paper, path, first):
    done = listed(bridge, paper, url=f"{bridge.url}/{path}")
    assert (done.code, done.remote[0]) == (128, first)
    assert f"repository '{bridge.url}/{path}/' not found" in done.err


def test_the_order_of_the_checks(bridge):
    """/project, credentials present, share link, shape, user, token."""
    refs = "info/refs?service=git-upload-pack"
    bad = {"Authorization": "Basic " + "eDp5"}  # x:y
    assert ask(bridge, "GET", f"/project/1/{refs}")[0] == 404
    assert ask(bridge, "GET", f"/123bcdfgh/{refs}")[0] == 401
    assert ask(bridge, "GET", f"/123bcdfgh/{refs}", **bad)[2].startswith("Git access via link")
    assert ask(bridge, "GET", f"/short/{refs}", **bad)[0] == 404
    bridge.names_passwords = True
    assert ask(bridge, "GET", f"/{'0' * 24}/{refs}", **bad)[0] == 403


def test_a_trailing_git_and_slash_are_stripped(bridge, paper):
    for end in (".git", "/", ".git/"):
        assert listed(bridge, paper, url=paper.url + end).code == 0


# Errors in place of the advertisement


def test_errors_of_the_advertisement_are_remote_errors(bridge, paper):
    missing = listed(bridge, paper, url=f"{bridge.url}/{'0' * 24}")
    assert missing.err.startswith(
        "fatal: remote error: no git access\nThis Overleaf project currently has no git access"
    )
    fault = bridge.limit_project(times=1)
    limited = listed(bridge, paper)
    assert limited.err.splitlines()[:2] == [
        "fatal: remote error: no git access",
        "Rate-limit exceeded. Please wait a while and try again.",
    ]
    assert (limited.code, fault.left, fault.happened) == (128, 0, 1)
    assert listed(bridge, paper).code == 0
    paper.dot_git = True
    assert (
        "\nGit access won't work when a project contains a folder named '.git'.\n"
        in listed(bridge, paper).err
    )


def test_a_project_without_access_is_unauthorized(bridge, paper):
    paper.access = "none"
    done = listed(bridge, paper)
    assert "Authentication failed" in done.err and done.code == 128


def test_a_file_as_big_as_the_limit_can_be_pushed_and_never_read_again(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(size=1000))
    client = author(bridge, project).commit({"plot.dat": b"x" * 1000})
    assert client.push().code == 0
    done = client.pull()
    assert done.err.startswith("fatal: remote error: file too big\nFile 'plot.dat' is too large")


# The checks of a push


def refused(done, reason, *remote, ref="refs/heads/main"):
    """A push of which git shows this reason and these lines of the server."""
    assert done.code == 1
    assert done.fates[ref] == ("!", f"[remote rejected] ({reason})")
    assert done.remote == list(remote)


def test_another_branch_or_a_tag_is_the_wrong_branch_and_the_right_one_still_lands(paper, bea):
    bea.commit({"a.tex": "a"})
    done = bea.push("HEAD:refs/heads/topic", "HEAD:refs/heads/main", "HEAD:refs/tags/v1")
    hints = [
        "error: wrong branch",
        "",
        "hint: You can't push any new branches.",
        "hint: Please use the main branch.",
    ]
    refused(done, "wrong branch", *hints, *hints, ref="refs/heads/topic")
    assert done.fates["refs/tags/v1"] == ("!", "[remote rejected] (wrong branch)")
    assert done.fates["refs/heads/main"][0] == " "
    assert paper.branches() == ["refs/heads/main"] and paper.read("a.tex") == "a"


def test_main_is_the_wrong_branch_of_an_older_project(bridge, author):
    project = bridge.project({"main.tex": MAIN}, branch="master")
    done = author(bridge, project).commit({"a.tex": "a"}).push("HEAD:main")
    refused(done, "wrong branch", "error: wrong branch", "", "hint: You can't push any new branches.",
            "hint: Please use the master branch.")  # fmt: skip


def test_a_forced_push_is_prohibited(paper, bea):
    head = paper.head()
    bea.git("commit", "--amend", "-m", "Rewritten")
    done = bea.push("+HEAD:main")
    assert done.fates["refs/heads/main"] == ("!", "[remote rejected] (forced push prohibited)")
    assert done.remote[:3] == [
        "error: forced push prohibited",
        "",
        "hint: You can't git push --force to a Overleaf project.",
    ]
    assert paper.head() == head


def test_the_branch_cannot_be_deleted(paper, bea):
    head = paper.head()
    assert bea.push(":main").code == 1
    assert paper.head() == head


def test_a_submodule_is_an_invalid_repository(paper, bea):
    bea.git("update-index", "--add", "--cacheinfo", f"160000,{paper.head()},lib")
    bea.git("commit", "-qm", "Submodule")
    refused(
        bea.push(),
        "invalid git repo",
        "error: invalid git repo",
        "",
        "hint: Your Git repository is invalid.",
        "hint: If your project contains a Git submodule,",
        "hint: please remove it and try again.",
    )


def test_a_file_over_the_limit_is_too_big(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(size=1000))
    done = author(bridge, project).commit({"fig/plot.dat": b"x" * 1001}).push()
    refused(
        done,
        "file too big",
        "error: file too big",
        "",
        "hint: File 'fig/plot.dat' is too large to push to Overleaf via git",
        "hint: the recommended maximum file size is 50 MiB",
    )


def test_files_over_the_limit_are_too_many(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(files=3))
    client = author(bridge, project).commit({"a": "", "b": ""})
    assert client.push().code == 0
    refused(
        client.commit({"c": ""}).push(),
        "too many files",
        "error: too many files",
        "",
        "hint: repository contains 4 files, which exceeds the limit of 3 files",
    )


def test_names_that_overleaf_refuses_are_listed(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(refused=(".exe",)))
    names = [
        "a*b.tex",
        "x\\y",
        " lead.tex",
        "trail ",
        "tab\there",
        "run.exe",
        "constructor",
        "dir/toString",
    ]
    done = author(bridge, project).commit(dict.fromkeys(names, "")).push()
    assert done.fates["refs/heads/main"] == ("!", "[remote rejected] (invalid files)")
    assert done.remote[2] == "hint: You have 7 invalid files in your Overleaf project:"
    assert sorted(line.removeprefix("hint: ").strip() for line in done.remote[3:]) == sorted(
        [
            "a*b.tex (rename to: a_b.tex)",
            "x\\y (rename to: x_y)",
            "lead.tex (rename to: _lead.tex)",
            "trail  (rename to: trail_)",
            "tab\there (rename to: tab_here)",
            "run.exe (invalid file extension)",
            "constructor (rename to: @constructor)",
        ]
    )


@pytest.mark.parametrize(
    ("path", "better"),
    [
        ("main.tex", "main.tex"),
        ("dir/über uns.tex", "dir/über uns.tex"),
        ("a/..", "a/__"),
        ("a/./b", "a/_/b"),
        ("\x7f\x85", "__"),
        ("smile 😀.png", "smile __.png"),
        ("__proto__/a", "@__proto__/a"),
        ("a/__proto__", "a/__proto__"),
    ],
)
def test_clean_names(path, better):
    assert rules.clean(path) == better


def test_a_link_and_an_endless_name_are_errors(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(path=20))
    client = author(bridge, project)
    (client.at / "link.tex").symlink_to("main.tex")
    done = client.commit({"long/" * 4 + "x.tex": ""}).push()
    assert done.remote[-2:] == ["hint: link.tex (error)", "hint: long/long/long/long/x.tex (error)"]


def test_a_project_needs_an_editable_main_file(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(text=100))
    text = [
        "error: invalid project",
        "",
        "hint: The project would have no (editable) main .tex file.",
    ]
    client = author(bridge, project)
    refused(
        client.commit({"main.tex": "% \\documentclass{article}\n"}).push(), "invalid project", *text
    )
    refused(client.commit({"main.tex": MAIN + "%" * 100}).push(), "invalid project", *text)
    assert client.commit({"main.tex": "%\n", "sub/paper.tex": MAIN}).push().code == 0


def test_folders_count_among_the_entities(bridge, author):
    project = bridge.project({"main.tex": MAIN}, limits=Limits(entities=4))
    done = author(bridge, project).commit({"a/b/c.tex": "", "a/d.tex": ""}).push()
    refused(done, "invalid project", "error: invalid project", "",
            "hint: The project would have 5 files and folders, more than 4.")  # fmt: skip


def test_the_order_of_a_pushs_checks(bridge, author):
    """Each push has all faults of those before; mending the first shows the next."""
    project = bridge.project({"main.tex": MAIN}, limits=Limits(files=4, size=200))
    client = author(bridge, project)
    bad = {"main.tex": "%", "b*d": "", "x1": "", "x2": "", "z_big": "x" * 201}

    def push(files, ref="HEAD:main"):
        return client.commit(files).push(ref).fates.popitem()[1][1]

    client.git("update-index", "--add", "--cacheinfo", f"160000,{project.head()},lib")
    client.git("commit", "-qm", "Submodule")
    (client.at / "lib").mkdir()
    assert "wrong branch" in push(bad, "HEAD:other")
    assert "invalid git repo" in push({})
    client.git("rm", "-q", "--cached", "lib")
    assert "file too big" in push({})
    assert "too many files" in push({"z_big": ""})
    bridge.before_judging(lambda: project.upload("online", b""))
    bridge.refuse("internal error")
    assert "[rejected] (non-fast-forward)" in push({"x1": None})
    client.pull()
    assert "invalid files" in push({"x2": None})
    assert "invalid project" in push({"b*d": None})
    assert "internal error" in push({"main.tex": MAIN})
    assert client.push().code == 0


@pytest.mark.parametrize("reason", ["Overleaf error", "internal error"])
def test_errors_of_the_web_app(bridge, paper, bea, reason):
    head = paper.head()
    bridge.refuse(reason)
    done = bea.commit({"a.tex": "a"}).push()
    refused(
        done, reason, f"error: {reason}", "", *[f"hint: {line}" for line in texts.HINTS[reason]]
    )
    assert paper.head() == head
    assert bea.push().code == 0


def test_a_read_only_collaborator_pulls_and_cannot_push(bridge, paper, bea):
    paper.access = "read-only"
    paper.write("new.tex", "new")
    assert bea.pull().code == 0
    refused(
        bea.commit({"a.tex": "a"}).push(), "forbidden", "error: forbidden", "", "hint: forbidden"
    )


def test_lfs_is_refused(bridge, paper):
    status, answer, text = ask(bridge, "POST", f"/{paper.id}.git/info/lfs/objects/batch")
    assert (status, answer.getheader("Content-Type")) == (422, "application/vnd.git-lfs+json")
    assert text == '{"message": "ERROR: Git LFS is not supported on Overleaf"}\n'


# What the web app keeps


def test_what_is_no_text_online_can_only_be_uploaded_anew(bridge):
    project = bridge.project({"main.tex": MAIN, "data.csv": "a,b\n"}, limits=Limits(text=200))
    for path, text in [
        ("data.csv", "a"),
        ("a.json", "{}"),
        ("long.tex", "x" * 201),
        ("a.tex", "\0"),
        ("a.tex", "😀"),
    ]:
        with pytest.raises(NotEditable):
            project.write(path, text)
    with pytest.raises(ValueError, match="rename to 'a_b.tex'"):
        project.write("a*b.tex", "")
    project.write(".latexmkrc", "$pdf_mode = 1;")
    project.write("x.tex", "x" * 200)
    project.upload("data.csv", b"c")
    assert project.files()["data.csv"] == b"c"


def test_modes_are_lost_with_the_next_online_edit(paper, bea):
    (bea.at / "run.sh").write_text("#!/bin/sh\n")
    (bea.at / "run.sh").chmod(0o755)
    assert bea.commit({}).push().code == 0
    paper.write("main.tex", MAIN + "\n")
    assert {entry.mode for entry in paper.entries()} == {"100644"}
    assert bea.pull().code == 0
    assert not (bea.at / "run.sh").stat().st_mode & 0o100


def test_a_change_of_nothing_makes_no_version(paper):
    head = paper.head()
    assert paper.write("main.tex", MAIN) == head == paper.head()


def test_the_server_may_drop_what_its_upload_ignores(paper, bea):
    paper.drops_ignored = True
    kept = {"main.tex", "refs.bib", ".latexmkrc"}
    dropped = {"main.bbl", ".gitignore", ".hidden/a.tex", "x.AUX"}
    assert (
        bea.commit(dict.fromkeys((kept | dropped) - {"main.tex", "refs.bib"}, "a")).push().code == 0
    )
    assert set(paper.files()) == kept
    assert bea.pull().code == 0 and not (bea.at / "main.bbl").exists()


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
    from bridge import Bridge

    with pytest.raises(ZeroDivisionError), Bridge(tmp_path / "other") as bridge:
        project = bridge.project()
        bridge.before_judging(lambda: 1 / 0)
        client = author(bridge, project).commit({"a.tex": "a"})
        assert client.push().fates["refs/heads/main"] == ("!", "[remote rejected] (internal error)")


# What is seen of a token


def test_a_token_in_the_address_is_seen_and_a_helpers_is_not(bridge, paper, bea):
    assert bea.commit({"a.tex": "a"}).push().code == 0
    assert bridge.leaks() == [] and {seen.user for seen in bridge.log} == {"", "git"}
    with_token = paper.url.replace("//", f"//git:{bridge.token}@")
    assert bea.git("ls-remote", with_token).code == 0
    if os.path.isdir("/proc/self"):
        assert {seen.leak for seen in bridge.leaks()} == {"process list"}
    ask(bridge, "GET", f"/{paper.id}?token={bridge.token}")
    assert bridge.log[-1].leak == "url"
    ask(bridge, "GET", f"/{paper.id}", Referer=with_token)
    assert bridge.log[-1].leak == "header Referer"


# Plain git servers


def test_a_plain_server_takes_any_user_branch_and_force(plain, author):
    project = plain.project({"main.tex": MAIN, "run.sh": "x"}, name="ada/paper", branch="trunk")
    client = author(plain, project, user="ada@example.org").commit({"b*d.tex": "a"})
    assert project.url.endswith("/ada/paper.git")
    assert client.push("HEAD:topic", "HEAD:trunk", "HEAD:refs/tags/v1").code == 0
    client.git("commit", "--amend", "-m", "Rewritten")
    assert client.push().fates["refs/heads/trunk"] == ("!", "[rejected] (non-fast-forward)")
    assert client.push("--force").fates["refs/heads/trunk"][0] == "+"
    assert project.branches() == ["refs/heads/topic", "refs/heads/trunk", "refs/tags/v1"]
    client.token = "wrong"
    assert "Authentication failed" in client.git("fetch").err


def test_a_plain_server_lost_answer_and_a_cut(plain, author):
    project = plain.project({"main.tex": MAIN})
    client = author(plain, project).commit({"a.tex": "a"})
    head = project.head()
    plain.cut_request(50)
    assert client.push().code != 0 and project.head() == head
    plain.lose_answer()
    assert client.push().code != 0 and project.head() != head
    plain.before_push(lambda: project.edit({"b.tex": "b"}))
    assert client.commit({"c.tex": "c"}).push().fates["refs/heads/main"][0] == "!"


def test_a_plain_repository_by_its_path(tmp_path):
    project = Project.create(tmp_path / "paper.git", {})
    assert project.head() is None and project.history() == []
    client = Client(tmp_path / "clone", project.url, "").clone()
    assert client.commit({"main.tex": MAIN}).push("HEAD:main").code == 0
    project.edit({"main.tex": None, "paper.tex": MAIN}, branch="overleaf-2026-01-01-0000")
    assert project.branches() == ["refs/heads/main", "refs/heads/overleaf-2026-01-01-0000"]
    assert client.git("fetch").code == 0 and set(project.files()) == {"main.tex"}
    assert set(project.files(project.head("overleaf-2026-01-01-0000"))) == {"paper.tex"}


def test_nobodys_configuration_counts(tmp_path, monkeypatch):
    (tmp_path / ".gitconfig").write_text(
        "[init]\n\tdefaultBranch = odd\n[commit]\n\tgpgsign = true\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    project = Project.create(tmp_path / "paper.git")
    assert project.branches() == ["refs/heads/main"]
    assert git(project.path, "config", "--list").decode().count("gpgsign") == 0


# Compiled as on Overleaf


@pytest.mark.tex
def test_overleaf_compiles_output_with_the_projects_latexmkrc(bridge):
    """The job's name is output, errors are forced past, the author's latexmkrc counts, nothing is started from TeX."""
    body = "Job \\jobname. \\immediate\\write18{touch escaped}\\undefinedmacro Done."
    project = bridge.project(
        {
            "paper.tex": MAIN.replace("Hello.", body),
            ".latexmkrc": "open(F, '>', 'read-rc'); close F; $pdflatex = 'pdflatex -shell-escape %O %S';",
        }
    )
    done = project.compile("paper.tex")
    assert (
        done.pdf is not None
        and done.pdf.name == "output.pdf"
        and done.pdf.read_bytes()[:5] == b"%PDF-"
    )
    assert "Undefined control sequence" in done.log and done.code not in {0, None}
    assert (done.folder / "read-rc").exists()
    assert (done.folder / "output.synctex.gz").exists()
    with pytest.raises(KeyError):
        project.compile("main.tex")


@pytest.mark.tex
def test_a_compilation_ends_in_time(bridge):
    project = bridge.project({"main.tex": MAIN.replace("Hello.", "\\def\\a{\\a}\\a")})
    done = project.compile(timeout=1.5)
    assert (done.code, done.pdf) == (None, None) and done.seconds < 10


def test_a_script_serves_until_it_is_interrupted(tmp_path):
    import signal
    import subprocess
    import sys
    from pathlib import Path

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "main.tex").write_text(MAIN)
    command = [
        sys.executable,
        "-m",
        "bridge",
        str(tmp_path / "srv"),
        str(tmp_path / "in"),
        "--branch",
        "master",
    ]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        said = dict(process.stdout.readline().split() for _ in range(3))
        done = Client(tmp_path, said["url"], said["token"]).git("ls-remote", said["url"])
        process.send_signal(signal.SIGINT)
    assert "refs/heads/master" in done.out and process.returncode == 0
    shutil.rmtree(tmp_path / "srv")
