"""Columns of times in typed files: with a zone they are read, and they are no numbers."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from paperforge import results
from paperforge.errors import InputError
from paperforge.spec import Project, Source


@pytest.fixture
def path(tmp_path):
    noon = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)
    table = pa.table(
        {
            "method": ["lora", "full"],
            "seed": [1, 1],
            "accuracy": [0.5, 0.75],
            "when": pa.array([noon, noon], pa.timestamp("us", "Europe/Berlin")),
        }
    )
    pq.write_table(table, tmp_path / "r.parquet")
    return tmp_path / "r.parquet"


def _load(path, **said):
    return results.load([Source(path, path.name, **said)], Project(root=path.parent))


def test_a_time_with_a_zone_takes_no_package(path):
    found = _load(path, columns={"run": "when"})
    assert [m.name for m in found.metrics] == ["accuracy"]
    assert set(found.frame()["run"]) == {"2026-01-02 12:00:00+00"}


@pytest.mark.parametrize("said", [{"columns": {"step": "when"}}, {"metrics": ("when",)}])
def test_a_time_is_no_number(path, said):
    with pytest.raises(InputError, match="'when' holds times"):
        _load(path, **said)
