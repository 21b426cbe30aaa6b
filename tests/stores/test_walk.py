"""The files of a folder."""

from __future__ import annotations

import pytest

from paperforge.stores.walk import walk


def _names(paths, root):
    return [path.relative_to(root).as_posix() for path in paths]


def test_files_are_sorted_and_hidden_ones_left_alone(tmp_path):
    root = tmp_path / "in"
    for name in ("b/x.csv", "a.csv", ".git/x.csv", ".hidden.csv", "__pycache__/x.csv", ".trash/t"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    assert _names(walk(root).files, root) == [".trash/t", "a.csv", "b/x.csv"]


def test_links_count_once_and_never_lead_out(tmp_path):
    root = tmp_path / "in"
    (root / "run").mkdir(parents=True)
    (root / "run" / "x.csv").write_text("x")
    (root / ".cache").mkdir()
    (root / ".cache" / "blob").write_text("x")
    (root / "latest.csv").symlink_to(root / "run" / "x.csv")
    (root / "cached.csv").symlink_to(root / ".cache" / "blob")
    (root / "loop").symlink_to(root)
    (root / "dangling.csv").symlink_to(root / "nowhere")
    (tmp_path / "secret.csv").write_text("x")
    (root / "out.csv").symlink_to(tmp_path / "secret.csv")
    (root / "away").symlink_to(tmp_path)
    found = walk(root)
    assert _names(found.files, root) == ["cached.csv", "run/x.csv"]
    assert _names(found.outside, root) == ["away", "out.csv"]


def test_names_that_are_no_text_are_named(tmp_path):
    root = tmp_path / "in"
    root.mkdir()
    (root / "a.csv").write_text("x")
    try:
        (root / "\udcff.csv").write_text("x")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    found = walk(root)
    assert _names(found.files, root) == ["a.csv"] and len(found.nameless) == 1
