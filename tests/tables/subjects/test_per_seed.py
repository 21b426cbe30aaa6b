"""Quoted means in the appendix of runs: they are no runs."""

from __future__ import annotations

import pytest

QUOTED = (
    'metric = "accuracy"\ncite = "x24"\nkind = "sd"\nn = 5\n'
    '[[quoted]]\nmethod = "{0}"\ndataset = "x"\nvalue = "91 ± 0.4"\n'
    '[[quoted]]\nmethod = "{0}"\ndataset = "y"\nvalue = "82.55 ± 1"\n'
)


@pytest.fixture
def rows(paperforge, tmp_path):
    """The rows below the header of a table of every run, without its notes; and the notes."""

    def read(runs, quoted):
        (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n" + "\n".join(runs))
        (tmp_path / "q.toml").write_text(QUOTED.format(quoted), encoding="utf-8")
        out = paperforge("table", "r.csv", "q.toml", "--layout", "per-seed", "--format", "text").out
        lines = [line.split() for line in out.splitlines() if not line.startswith("─")]
        return [line for line in lines if len(line) > 1], out

    return read


RUNS = [f"ours,{d},{s},{61 + s + i}" for i, d in enumerate("xy") for s in range(3)]


def test_a_method_that_is_quoted_has_its_mean_alone(rows):
    lines, out = rows(RUNS, "Paper")
    mine = next(line for line in lines if line[0] == "Paper")
    assert mine == ["Paper", "[x24]", "mean", "91", "±", "0.4", "82.55", "±", "1"]
    assert "#1" not in out
    assert "Mean ± standard deviation over 3 seeds." in out
    assert "Paper is quoted from [x24], ± is the standard deviation over 5 runs." in out


def test_a_quoted_mean_beside_own_runs_is_cited_at_its_cell(rows):
    own = [f"mixed,z,{s},{71 + s}" for s in range(3)]
    lines, out = rows([*RUNS, *own], "mixed")
    mean = next(line for line in lines if line[0] == "mean" and "91" in line)
    assert mean[:4] == ["mean", "91", "±", "0.4a"]
    assert "a: quoted from [x24], ± is the standard deviation over 5 runs." in out
    assert "#1" not in out
