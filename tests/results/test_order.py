"""One order of methods: [methods] first, then the others as they appear; ours after all of them."""

from __future__ import annotations

import pytest

RUNS = [f"{m},{d},{s},{60 + s}" for m in ("c", "ours", "a", "b") for d in "xy" for s in range(2)]
QUOTED = (
    '[[quoted]]\nmethod = "Paper"\nmetric = "accuracy"\ndataset = "x"\nvalue = 61\ncite = "k"\n'
)
ROLES = 'b = { role = "baseline" }\na = { role = "baseline" }\nc = { role = "baseline" }\n'


@pytest.fixture
def order(paperforge, tmp_path):
    """The names of a table's rows, and of a figure's."""
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n" + "\n".join(RUNS))
    (tmp_path / "q.toml").write_text(QUOTED)

    def read(methods="", *options):
        if methods:
            sources = '[[sources]]\npath = "r.csv"\n[[sources]]\npath = "q.toml"\n'
            (tmp_path / "paper.toml").write_text(f"{sources}[methods]\n{methods}")
        where = ("paper.toml",) if methods else ("r.csv", "q.toml")
        text = paperforge("table", *where, "--format", "markdown", *options).out
        rows = [line.split("|")[1].split()[0] for line in text.splitlines() if line[:1] == "|"]
        paperforge("figure", *where, "--kind", "intervals", "--data", "d.csv", *options)
        lines = (tmp_path / "d.csv").read_text().splitlines()[1:]
        drawn = list(dict.fromkeys(line.split(",")[3] for line in lines))
        assert drawn == [{"Fore": "ours"}.get(name, name) for name in rows[2:]]
        return rows[2:]

    return read


def test_methods_in_order_then_the_others_then_ours(order):
    expected = ["b", "a", "c", "Paper"]
    assert order(ROLES + 'ours = { role = "ours" }\n') == [*expected, "ours"]
    labelled = 'ours = { role = "ours", label = "Fore" }\n'
    assert order(ROLES + labelled) == [*expected, "Fore"]
    assert order(labelled + ROLES) == [*expected, "Fore"]


def test_some_of_them_come_first(order):
    assert order('b = { role = "baseline" }\n') == ["b", "c", "ours", "a", "Paper"]


def test_options_have_no_place_in_the_order(order):
    assert order("", "--ours", "ours") == ["c", "a", "b", "Paper", "ours"]
    asked = ("--baseline", "b", "--baseline", "a", "--baseline", "c", "--ours", "ours")
    assert order("", *asked) == ["c", "a", "b", "Paper", "ours"]
    assert order('b = { role = "baseline" }\n', "--ours", "ours")[:2] == ["b", "c"]


def test_a_look_moves_nobody(order):
    assert order('b = { colour = "#112233" }\n') == ["c", "ours", "a", "b", "Paper"]


def test_what_is_saved_keeps_the_order(order, paperforge, tmp_path):
    before = order("", "--ours", "ours")
    paperforge("table", "r.csv", "q.toml", "--ours", "ours", "--save", "paper.toml")
    text = paperforge("table", "paper.toml", "--format", "markdown").out
    rows = [line.split("|")[1].split()[0] for line in text.splitlines() if line[:1] == "|"]
    assert rows[2:] == before
