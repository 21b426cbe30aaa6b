"""Stores that other packages bring."""

from __future__ import annotations

import pytest

from paperforge import stores
from paperforge.errors import InputError
from paperforge.stores.others import others

STORE = """
NAME = "Lines"

def recognises(path):
    return path.suffix == ".lines"

def read(found, engine, table):
    from paperforge.stores.runs import Collector
    out = Collector(found, engine, table)
    for path in found.files:
        run = out.run(path.stem, place=found.place(path), folder=path, status="finished")
        for number, line in enumerate(path.read_text().splitlines(), 1):
            out.add(run, "accuracy", float(line), step=number, at=number)
    return out.relation(place="line")
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Put a package with an entry point on the path."""

    def install(name, module, text):
        site = tmp_path / "site"
        folder = site / f"{name}-1.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(f"[paperforge.stores]\n{name} = {module}\n")
        (site / f"{module}.py").write_text(text)
        monkeypatch.syspath_prepend(str(site))
        others.cache_clear()

    yield install
    others.cache_clear()


def test_a_store_of_another_package_reads_its_files(installed, write, tmp_path, reading):
    installed("lines", "lines_store_of_test", STORE)
    write("0.5\n0.75\n", "in/method=a,seed=1/x.lines")
    rows, _ = reading.tidy_of(tmp_path / "in")
    assert [(r["method"], r["seed"], r["metric"], r["step"], r["value"]) for r in rows] == [
        ("a", "1", "accuracy", 1, 0.5),
        ("a", "1", "accuracy", 2, 0.75),
    ]
    assert rows[1]["source"] == "in/method=a,seed=1/x.lines line 2"


def test_a_broken_store_is_named_and_does_no_harm(installed, write, tmp_path):
    installed("broken", "broken_store_of_test", "raise RuntimeError('no')")
    write("method,accuracy\na,1\n", "in/a.csv")
    write("x", "in/b.lines")
    found, notes = stores.find(tmp_path / "in")
    assert [one.kind for one in found] == ["csv"]
    assert "package broken" in notes[0].message and "RuntimeError: no" in notes[0].message
    with pytest.raises(InputError, match="no known format"):
        stores.recognise(tmp_path / "in" / "b.lines")


@pytest.mark.parametrize("where", ["recognises", "read"])
def test_what_a_foreign_store_raises_is_said_in_its_name(installed, write, where):
    text = STORE.replace(
        'return path.suffix == ".lines"'
        if where == "recognises"
        else "from paperforge.stores.runs",
        'raise KeyError("x")' if where == "recognises" else 'raise KeyError("x")\n    from os',
    ).replace(
        "import Collector", "import path as Collector" if where == "read" else "import Collector"
    )
    installed("failing", f"failing_store_{where}", text)
    path = write("0.5\n", "x.lines")
    with pytest.raises(InputError, match=f"package failing_store_{where} failed .KeyError: 'x'"):
        _read(path)


def test_ours_cannot_be_replaced(installed):
    installed("csv", "other_csv_store_of_test", STORE)
    found, complaints = others(frozenset(stores.STORES))
    assert not found and "there is one of this name" in complaints[0]


def _read(path):
    found, _ = stores.find(path)
    return stores.read(found[0], None, "raw")
