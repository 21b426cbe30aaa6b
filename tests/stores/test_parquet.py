from __future__ import annotations

import pandas as pd
import pytest

from paperforge.errors import InputError


@pytest.fixture
def frame():
    return pd.DataFrame(
        {"method": ["lora", "full"], "seed": [0, 1], "accuracy": [0.5, float("nan")]}
    )


def test_types_are_kept_and_row_labels_dropped(tmp_path, reading, frame):
    path = tmp_path / "results.parquet"
    frame.set_index(pd.Index(["p", "q"])).to_parquet(path)
    rows = reading.rows_of(path)
    assert rows[0] == {"method": "lora", "seed": 0, "accuracy": 0.5}
    assert reading.places_of(path) == ["row 1", "row 2"]


def test_the_first_bytes_tell(tmp_path, reading, frame):
    path = tmp_path / "results.out"
    frame.to_parquet(path)
    assert len(reading.rows_of(path)) == 2


def test_a_cut_off_file(tmp_path, reading, frame):
    path = tmp_path / "results.parquet"
    frame.to_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="not a sound Parquet file") as caught:
        reading.rows_of(path)
    assert str(tmp_path) not in str(caught.value)


def test_no_rows(tmp_path, reading, frame):
    path = tmp_path / "results.parquet"
    frame[:0].to_parquet(path)
    with pytest.raises(InputError, match="no rows"):
        reading.rows_of(path)
