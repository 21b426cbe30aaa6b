"""Units that stand in metrics' names are said once."""

import pytest

from paperforge import results
from paperforge.spec import Project, Source


def labels(tmp_path, names, **declared):
    rows = [",".join(("method", "seed", *names))]
    rows += [f"{m},{s}," + ",".join(f"{s + 1}.5" for _ in names) for m in "ab" for s in range(3)]
    (tmp_path / "r.csv").write_text("\n".join(rows), encoding="utf-8")
    source = Source(tmp_path / "r.csv", "r.csv", metrics=tuple(names))
    found = results.load([source], Project(root=tmp_path, metrics=declared))
    return {m.name: (m.label, m.unit) for m in found.metrics}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["latency_ms"], {"latency_ms": ("Latency", "ms")}),
        (["wall_time_s", "time_s"], {"wall_time_s": ("wall_time", "s"), "time_s": ("time", "s")}),
        (["time_s", "runtime", "time"], {"time_s": ("time_s", "s"), "runtime": ("runtime", ""), "time": ("time", "")}),
    ],
)  # fmt: skip
def test_a_name_without_its_unit(tmp_path, names, expected):
    assert labels(tmp_path, names) == expected


def test_what_is_declared_stays(tmp_path):
    found = labels(tmp_path, ["wall_time_s", "time_s"], wall_time_s={"label": "Wall"}, time_s={})
    assert found["wall_time_s"][0] == "Wall"
