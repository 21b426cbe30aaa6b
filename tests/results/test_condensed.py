"""One pass or row by row: the same results, notes and errors, whatever the rows hold."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from paperforge import results
from paperforge.engine import open_engine
from paperforge.errors import InputError
from paperforge.results import tidy
from paperforge.results.cells import Cells, Unproven
from paperforge.spec import Project, Source, Unit
from paperforge.stores import json_keys, parquet
from paperforge.stores.json_alike import Alike


def told(folder, name="r.csv", **options):
    """All that Results say, or the error."""
    try:
        found = results.load([Source(folder / name, name, **options)], Project(root=folder))
    except InputError as error:
        return str(error)
    metrics = [m.name for m in found.metrics]
    sampled = [
        (s.metric, s.method, s.dataset, s.keyed, s.not_finite, s.failed, s.keys.tolist(),
         s.values.tolist(), None if s.clusters is None else s.clusters.tolist())
        for m in metrics for unit in (Unit.SEED, Unit.EXAMPLE) for s in found.samples(m, unit)
    ]  # fmt: skip
    said = (
        found.metrics, found.methods, found.datasets, found.varies, found.present,
        found.shared_runs, found.notes, found.digest, found.rows, found.mapped,
        [found.missing(m) for m in metrics], [found.splits(m) for m in metrics],
        [list(found.traces(m, s)) for m in metrics for s in found.splits(m)],
        [found.sources(m, a.name, d.name)
         for m in metrics for a in found.methods for d in found.datasets],
    )  # fmt: skip
    found.close()
    return said, sampled


def both(folder, monkeypatch, **options):
    """What the quick and the careful way say, and which ways were gone."""
    ways = []
    tried = results._Reading._with
    monkeypatch.setattr(
        results._Reading,
        "_with",
        lambda self, way, **k: (ways.append(way), tried(self, way, **k))[1],
    )
    monkeypatch.setattr(tidy, "BIG", 1 << 60)
    careful = told(folder, **options)
    ways.clear()
    monkeypatch.setattr(tidy, "BIG", 0)
    quick = told(folder, **options)
    monkeypatch.undo()
    return quick, careful, ways


def same(quick, careful):
    assert quick == careful or np.testing.assert_equal(quick, careful) is None


METHODS, DATASETS = ["b", "a", "c d"], ["y", "x"]
ODD_VALUES = ["", "nan", "inf", "1_0", "crashed", "oops", "50%", " 0.5", "0,5", "1e400", "n/a"]
ODD_NAMES = ["", " a", "a ", "01", "1.0", "é", '"q"']


@st.composite
def tables(draw):  # noqa: C901  one choice after another
    """A CSV of results in one of the usual shapes, sometimes dirty."""
    axis = draw(st.sampled_from(["step", "example", "epoch", "none"]))
    wide = draw(st.booleans())
    roles = ["method", *draw(st.sampled_from([[], ["dataset"], ["dataset", "seed"], ["seed"]]))]
    roles += draw(st.sampled_from([[], ["fold"], ["split"], ["run"], ["status"]]))
    start, by = draw(st.sampled_from([(0, 1), (1, 1), (0, 10), (3, 7)]))
    count = draw(st.integers(1, 4))
    rows = []
    for method in METHODS[: draw(st.integers(1, 3))]:
        for dataset in DATASETS[: draw(st.integers(1, 2)) if "dataset" in roles else 1]:
            for seed in range(draw(st.integers(1, 3)) if "seed" in roles else 1):
                for k in range(count if axis != "none" else 1):
                    row = {"method": method, "dataset": dataset, "seed": str(seed), "fold": "1"}
                    row |= {"run": f"{method}{seed}", "split": "test", "status": "finished"}
                    row |= {"axis": str(start + by * k), "v": f"{(seed * 7 + k * 3) % 10 / 8}"}
                    row["w"] = f"{len(rows) / 16}"
                    rows.append(row)
    if draw(st.booleans()):
        rows = draw(st.permutations(rows))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        row = dict(rows[draw(st.integers(0, len(rows) - 1))])
        key = draw(st.sampled_from(["v", "w", "axis", "method", "dataset", "seed", "split"]))
        row[key] = draw(st.sampled_from(ODD_VALUES if key in "vw" else ODD_NAMES))
        if draw(st.booleans()):
            rows[draw(st.integers(0, len(rows) - 1))] = row
        else:
            rows.append(row)
    names = [*roles, *([] if axis == "none" else [axis])]

    def line(row):
        return [row["axis" if name == axis else name] for name in names]

    if wide:
        text = [",".join([*names, "accuracy", "val_loss"])]
        text += [",".join([*line(row), row["v"], row["w"]]) for row in rows]
    else:
        text = [",".join([*names, "metric", "value"])]
        for row in rows:
            text += [",".join([*line(row), "accuracy", row["v"]])]
            text += [",".join([*line(row), "val/loss", row["w"]])]
    return "\n".join(text) + "\n"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=tables())
@example(text="method,seed,step,acc\na,0,1,0.5\na,0,1,0.6\n")
@example(text="method,doc_id,group,acc\na,1,g,0.5\nb,1,g,0.6\na,2,g,0.5\nb,2,h,0.6\n")
@example(text="method,example,acc\na,01,0.5\nb,1,0.6\na,02,0.5\nb,2,0.6\n")
@example(text="method,seed,step,acc\na,0,1,0.5\n,,,\na,0,2,0.6\n,,,\nb,0,1,0.5\n")
@example(text="method,seed,step,acc\na,0,1,0.5\n,,3,0.25\n,,,\nb,0,1,0.5\n")
@example(text="step,acc\n1,0.5\n,\n2,0.6\n")
@example(text='method,doc_id,acc\na,q0,0.5\na,"",0.6\na,q1,0.5\n')
def test_one_pass_gives_what_row_by_row_gives(text, tmp_path, monkeypatch):
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    quick, careful, _ = both(tmp_path, monkeypatch)
    same(quick, careful)


LINES = [
    {"method": method, "dataset": "x", "seed": seed, "id": f"q{n}", "correct": (n + seed) % 2}
    for method in "ba"
    for seed in range(2)
    for n in range(5)
]
EVEN = [json.dumps(line) for line in LINES]


@pytest.fixture
def trusted(monkeypatch):
    """Whether the stores were trusted, reading after reading; small files are read as big ones."""
    monkeypatch.setattr(json_keys, "_SAMPLE", 2)
    monkeypatch.setattr(json_keys, "_SHALLOW", 0)
    found = []
    tried = results._Reading._with
    monkeypatch.setattr(
        results._Reading,
        "_with",
        lambda self, way, **k: (found.append((way, k.get("trusting"))), tried(self, way, **k))[1],
    )
    return found


def agree(folder, monkeypatch, lines, name="r.jsonl", end="\n"):
    """What a store takes for granted to save a pass is found out beside it: nobody can tell."""
    (folder / name).write_text("\n".join(lines) + end, encoding="utf-8")
    quick, careful, _ = both(folder, monkeypatch, name=name)
    same(quick, careful)
    return quick


def test_lines_that_are_all_alike_are_read_once(tmp_path, monkeypatch, trusted):
    agree(tmp_path, monkeypatch, EVEN)
    assert trusted[0] == ("careful", None)
    assert [one for one in trusted if one[0] != "careful"] == [("lean", True)]


def late(**more):
    return [*EVEN[:-1], json.dumps(LINES[-1] | more)]


@pytest.mark.parametrize(
    "lines",
    [
        late(split="test"),
        late(other=1),
        late(correct={"a": 1}),
        late(correct=1e-7),
        late(method=None),
        [*EVEN, ""],
        [*EVEN[:7], "", *EVEN[7:]],
        [*EVEN[:7], "  ", *EVEN[7:]],
        [*EVEN, EVEN[-1]],
        [*EVEN, EVEN[-1][:-9]],
        [*EVEN[:7], EVEN[7][:-9], *EVEN[8:]],
        [*EVEN, EVEN[-1].replace('"id"', '"seed"')],
        [*EVEN, "[1]"],
        [*EVEN, "{}"],
        [EVEN[0] + EVEN[1], *EVEN[2:]],
        [*EVEN[:7], EVEN[7] + EVEN[8], *EVEN[9:]],
        [*EVEN[:7], EVEN[7] + "\r", *EVEN[8:]],
        [line.replace('"seed"', '"Seed"') if n > 9 else line for n, line in enumerate(EVEN)],
    ],
)
@pytest.mark.parametrize("end", ["\n", "", "\n\n"])
def test_a_line_that_is_not_like_the_first(tmp_path, monkeypatch, trusted, lines, end):
    agree(tmp_path, monkeypatch, lines, end=end)
    assert trusted


def test_a_late_key_is_seen_without_reading_row_by_row(tmp_path, monkeypatch, trusted):
    agree(tmp_path, monkeypatch, late(note="late"))
    ways = [one for one in trusted if one[0] == "lean"]
    assert ways == [("lean", True), ("lean", False)]


@pytest.mark.parametrize("start", ["\ufeff", "\n", "[1]\n"])
def test_a_file_that_is_not_even_at_its_start(tmp_path, monkeypatch, trusted, start):
    agree(tmp_path, monkeypatch, [start + EVEN[0], *EVEN[1:]])
    assert trusted


def write_parquet(path, **options):
    count = 6000
    columns = {
        "method": ["b", "a"] * (count // 2),
        "example": [n // 2 for n in range(count)],
        "output": [f"because {n}" for n in range(count)],
        "acc": [n / count for n in range(count)],
    }
    pq.write_table(pa.table(columns), path, **options)


def told_of_parquet(folder, monkeypatch, **options):
    quick, careful, _ = both(folder, monkeypatch, name="r.parquet", **options)
    same(quick, careful)
    return quick


def test_pages_that_the_pass_reads_are_unpacked_once(tmp_path, monkeypatch):
    write_parquet(tmp_path / "r.parquet")
    asked = []
    unpack = parquet._unpack
    monkeypatch.setattr(parquet, "_unpack", lambda *a: (asked.append(a[2]), unpack(*a))[1])
    monkeypatch.setattr(tidy, "BIG", 0)
    assert told_of_parquet(tmp_path, monkeypatch)
    # row by row all of them; in one pass the one that it does not read.
    assert asked[0] == ["method", "example", "output", "acc", "file_row_number"]
    assert asked[1:3] == [[], ["output"]]


@pytest.mark.parametrize("column", ["method", "example", "output", "acc"])
@pytest.mark.parametrize("where", [{}, {"method": "a"}])
def test_a_damaged_page_is_seen_in_every_column(tmp_path, monkeypatch, column, where):
    path = tmp_path / "r.parquet"
    write_parquet(path, compression="gzip", row_group_size=1000, use_dictionary=False)
    known = pq.ParquetFile(path).metadata
    names = [known.row_group(0).column(n).path_in_schema for n in range(known.num_columns)]
    chunk = known.row_group(1).column(names.index(column))
    content = bytearray(path.read_bytes())
    content = (
        content[: chunk.data_page_offset] + b"\xff" * 40 + content[chunk.data_page_offset + 40 :]
    )
    path.write_bytes(content)
    assert "not a sound Parquet file" in told_of_parquet(tmp_path, monkeypatch, where=where)


def test_what_is_dropped_is_no_longer_looked_at(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text("\n".join(EVEN) + "\n", encoding="utf-8")
    engine = open_engine([path])
    for differs, sound in (("false", True), ("true", False), ("no such column", False)):
        proof = Alike(path, differs)
        proof.begin(engine.connection)
        assert proof.holds((), 0) is sound
        proof.drop()
    proof = Alike(path, "false")
    proof.drop()
    engine.close()


def test_the_thread_ends_with_the_pass(tmp_path, monkeypatch):
    stopped = []

    class Never:
        begin = staticmethod(lambda _: None)
        holds = staticmethod(lambda *_: False)
        drop = staticmethod(lambda: stopped.append(1))

    monkeypatch.setattr(Cells, "_group", lambda _: None)
    monkeypatch.setattr(Cells, "_read", lambda _: (frozenset(), 0))
    cells = Cells.__new__(Cells)
    cells.engine = None
    cells.one = type("One", (), {"raw": type("Raw", (), {"proof": Never, "streamed": False})})
    with pytest.raises(Unproven):
        cells.insert()
    assert stopped
