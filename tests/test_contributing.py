"""The worked example of CONTRIBUTING.md is a package that works."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from paperforge.stores.others import others

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The example as an installed package."""
    project = tomllib.loads(re.search(r"```toml\n(# pyproject.toml.*?)```", TEXT, re.DOTALL)[1])
    code = re.search(r"```python\n(# paperforge_notes.py.*?)```", TEXT, re.DOTALL)[1]
    (entry,) = project["project"]["entry-points"]["paperforge.stores"].items()
    site = tmp_path / "site"
    folder = site / f"{entry[1]}-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['project']['name']}\nVersion: 1.0\n"
    )
    (folder / "entry_points.txt").write_text(f"[paperforge.stores]\n{entry[0]} = {entry[1]}\n")
    (site / f"{entry[1]}.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    others.cache_clear()
    yield
    others.cache_clear()


@pytest.mark.usefixtures("installed")
def test_a_store_of_another_package(paperforge, tmp_path):
    lab = tmp_path / "lab"
    lab.mkdir()
    (lab / "lora-0.notes").write_text("test/accuracy@1 = 0.5\ntest/accuracy@2 = 0.75\n")
    (lab / "full-0.notes").write_text("test/accuracy@1 = nan\nhalf a li")
    said = paperforge("runs", "lab", "--format", "json")
    assert said.code == 0, said.err
    rows = json.loads(said.out)
    assert [(r["method"], r["seed"], r["split"], r["metric"], r["step"], r["value"]) for r in rows] == [
        ("full", "0", "test", "accuracy", 1, "NaN"),
        ("lora", "0", "test", "accuracy", 1, 0.5),
        ("lora", "0", "test", "accuracy", 2, 0.75),
    ]  # fmt: skip
    assert rows[2]["source"] == "lab/lora-0.notes line 2"
    assert "full-0.notes: line 2 is no note: the rest is not read" in said.err
    (lab / "full-0.notes").write_text("accuracy@1 = many\n")
    said = paperforge("runs", "lab")
    assert said.code == 1 and "'many' is no number" in said.err


def test_every_store_is_on_the_page_of_stores():
    from paperforge import stores

    text = (Path(__file__).parent.parent / "docs" / "stores.md").read_text(encoding="utf-8")
    page = text.lower()
    known = [stores.store_of(kind).NAME for kind in stores.STORES]
    names = {name: re.split(r"\W", name.lower())[0] for name in known}
    assert [name for name, word in names.items() if word not in page] == []
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (Path(__file__).parent.parent / "docs" / target).exists()
