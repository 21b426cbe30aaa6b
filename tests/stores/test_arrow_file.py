from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather

from paperforge import stores
from paperforge.errors import InputError


@pytest.fixture(scope="module")
def table():
    frame = pd.DataFrame(
        {
            "method": pd.Categorical(["lora", "full"] * 50),
            "seed": range(100),
            "accuracy": [0.25, np.nan] * 50,
            "ids": [[1]] * 100,
            "day": pd.Timestamp("2026-01-02"),
        },
        index=pd.Index([f"r{n}" for n in range(100)]),
    )
    return pa.Table.from_pandas(frame)


def written(path, table, *, stream=False, **options):
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with (
        pa.OSFile(str(path), "wb") as sink,
        make(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer,
    ):
        writer.write_table(table, max_chunksize=10)
    return path


@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
@pytest.mark.parametrize("stream", [True, False])
def test_files_and_streams(tmp_path, reading, table, stream, compression):
    path = written(tmp_path / "a.arrow", table, stream=stream, compression=compression)
    with reading.opened(path) as (rows, raw):
        assert raw.columns == ("method", "seed", "accuracy", "day")
        assert rows[0] == {
            "method": "lora", "seed": 0, "accuracy": 0.25,
            "day": "2026-01-02 00:00:00.000000", "__row": 1,
        }  # fmt: skip
        assert rows[1]["accuracy"] is None
        assert [row["seed"] for row in rows] == list(range(100))
    assert "ids" in raw.notes[0].message


def test_nan_stays_nan(tmp_path, reading):
    path = written(tmp_path / "a.arrow", pa.table({"x": pa.array([float("nan"), None, 1.0])}))
    first, second, _ = [row["x"] for row in reading.rows_of(path)]
    assert first != first  # noqa: PLR0124  NaN
    assert second is None


def test_the_first_bytes_tell(tmp_path, reading, table):
    path = tmp_path / "results.out"
    feather.write_feather(table, str(path))
    assert len(reading.rows_of(path)) == 100


def test_feather_of_version_1(tmp_path, reading):
    path = tmp_path / "old.feather"
    path.write_bytes(b"FEA1" + b"\0" * 100)
    with pytest.raises(InputError, match="version 1"):
        reading.rows_of(path)


@pytest.mark.parametrize("stream", [True, False])
def test_a_torn_file_keeps_its_batches(tmp_path, reading, table, stream):
    path = written(tmp_path / "a.arrow", table, stream=stream)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with reading.opened(path) as (rows, raw):
        assert 0 < len(rows) < 100
    assert f"the {len(rows)} rows before it are kept" in raw.notes[-1].message


def test_a_bomb_is_not_unpacked(tmp_path, reading):
    path = tmp_path / "bomb.feather"
    zeros = pa.table({"accuracy": np.zeros(40_000_000)})
    feather.write_feather(zeros, str(path), compression="zstd", chunksize=40_000_000)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(InputError, match="40000000 rows that unpacks to 305 MB"):
        reading.rows_of(path)


def test_rows_without_bytes(tmp_path, reading):
    batch = pa.RecordBatch.from_arrays([pa.nulls(1 << 30)], ["accuracy"])
    path = written(tmp_path / "nulls.arrows", pa.Table.from_batches([batch[:5]]), stream=True)
    with pytest.raises(InputError, match="no columns of numbers"):
        reading.rows_of(path)


def test_no_rows_and_no_columns(tmp_path, reading, table):
    with pytest.raises(InputError, match="no rows"):
        reading.rows_of(written(tmp_path / "a.arrow", table[:0]))
    with pytest.raises(InputError, match="no columns of numbers"):
        reading.rows_of(written(tmp_path / "b.arrow", table.select(["ids"])))
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"])
    with pytest.raises(InputError, match="one name"):
        reading.rows_of(written(tmp_path / "c.arrow", twice))


def test_in_a_folder(tmp_path, table):
    written(tmp_path / "a.arrow", table)
    (tmp_path / "b.arrow").write_bytes(b"text")
    found, _ = stores.find(tmp_path)
    assert [file.name for one in found for file in one.files] == ["a.arrow"]


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=8)), max_size=6),
    st.integers(0, 20_000),
    st.booleans(),
    st.sampled_from([None, "lz4", "zstd"]),
)
def test_any_damage_is_rows_or_an_error(
    write, reading, tmp_path, table, patches, end, stream, packed
):
    path = written(tmp_path / "whole", table, stream=stream, compression=packed)
    data = reading.damaged(path.read_bytes(), patches, end)
    reading.read_or_refused(write(data, "damaged.arrow"))
