"""What Overleaf would refuse is found before anything is sent."""

import pytest

from paperforge.model import Severity
from paperforge.overleaf import limits


def look(contents, *, files=None, main="main.tex", bridge=True):
    contents = {"main.tex": b"\\documentclass{article}\n", **contents}
    sizes = {path: len(data) for path, data in contents.items()} | (files or {})
    return limits.look(sizes, contents, main, bridge=bridge)


def test_an_ordinary_paper_has_nothing_to_say():
    assert look({"sections/a.tex": "Änderung ∀\n".encode(), "fig.pdf": b"%PDF-1.5\0"}) == []


def test_too_many_files_count_their_folders():
    assert look({}, files={f"f/{n}.tex": 1 for n in range(1998)}) == []
    (found,) = look({}, files={f"f/{n}.tex": 1 for n in range(1999)})
    assert found.severity is Severity.ERROR
    assert "2000" in found.message


def test_a_file_of_over_50_mib_is_refused():
    assert look({}, files={"fig.pdf": 50 * 2**20}) == []
    (found,) = look({}, files={"fig.pdf": 50 * 2**20 + 1})
    assert found.where == "fig.pdf"


@pytest.mark.parametrize(
    ("path", "clean"),
    [
        ("a*b.tex", "a_b.tex"),
        ("a\\b.tex", "a_b.tex"),
        (" a.tex", "a.tex"),
        ("x/b .tex ", "b .tex"),
        ("a\x7f.tex", "a_.tex"),
    ],
)
def test_a_name_that_overleaf_refuses_comes_with_one_that_it_takes(path, clean):
    (found,) = look({path: b"x"})
    assert found.severity is Severity.ERROR
    assert repr(clean) in found.hint


@pytest.mark.parametrize("name", ["constructor", "__proto__", "prototype"])
def test_names_that_the_web_application_refuses_at_the_top(name):
    assert look({name: b"x"})
    assert look({f"folder/{name}": b"x"}) == []


def test_a_long_path_and_a_hidden_file_are_refused():
    assert look({"a/" * 600 + "x.tex": b"x"})
    (found,) = look({".hidden.tex": b"x"})
    assert "dot" in found.message
    assert look({".latexmkrc": b"x"}) == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a\0b", "NUL"),
        ("fine\nsmile \U0001f600\n".encode(), "U+1F600 in line 2"),
        (b"x" * (2 * 2**20 + 1), "longer than 2 MiB"),
    ],
)
def test_text_that_could_not_be_edited_online_is_a_warning(data, says):
    (found,) = look({"a.tex": data})
    assert found.severity is Severity.WARNING
    assert says in found.message
    assert look({"a.png": data}) == []


def test_a_pointer_of_lfs_is_never_sent():
    (found,) = look(
        {"fig.png": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"},
        bridge=False,
    )
    assert found.severity is Severity.ERROR


def test_a_missing_main_file_is_refused():
    found = limits.look({"a.tex": 1}, {"a.tex": b"x"}, "main.tex", bridge=True)
    assert [one.where for one in found] == ["main.tex"]


def test_a_second_document_class_is_said():
    (found,) = look({"supplement.tex": b"% \\documentclass\n  \\documentclass{article}"})
    assert found.where == "supplement.tex"
    assert "Main document" in found.hint
    assert (
        look({"commented.tex": b"% \\documentclass{article}", "sub/x.tex": b"\\documentclass{a}"})
        == []
    )


def test_a_plain_git_remote_is_only_warned():
    (found,) = look({"a*b.tex": b"x"}, bridge=False)
    assert found.severity is Severity.WARNING


def test_links_submodules_and_hidden_files_of_the_folder_are_said(tmp_path):
    (tmp_path / "real.tex").write_text("x")
    (tmp_path / "link.tex").symlink_to("real.tex")
    (tmp_path / "style/.git").mkdir(parents=True)
    (tmp_path / ".macros.tex").write_text("x")
    found = limits.local(tmp_path, {"link.tex": b"", "style/x.sty": b"", "real.tex": b""})
    assert [one.where for one in found] == ["link.tex", "style/", ".macros.tex"]
