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
from paperforge.results import first_rows, tidy
from paperforge.results.cells import Cells, Unproven
from paperforge.spec import Project, Source, Unit
from paperforge.stores import json_bytes, json_keys, line_starts, parquet
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


ENDS = ["\n", "\r\n", "\r"]
ODD_BYTES = [
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xe9",
    b"\0",
    b'"',
    b'"\n"',
    b"\n\n",
    b",",
    b"\xc3\xa9",
]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    text=tables(),
    end=st.sampled_from(ENDS),
    quoted=st.booleans(),
    odd=st.lists(st.tuples(st.sampled_from(ODD_BYTES), st.floats(0, 1)), max_size=2),
)
def test_one_pass_over_odd_bytes_gives_what_row_by_row_gives(
    text, end, quoted, odd, tmp_path, monkeypatch
):
    if quoted:
        text = "\n".join(
            ",".join('"' + cell.replace('"', '""') + '"' for cell in line.split(","))
            for line in text.splitlines()
        )
    content = text.replace("\n", end).encode()
    for piece, at in odd:
        place = int(at * len(content))
        content = content[:place] + piece + content[place:]
    (tmp_path / "r.csv").write_bytes(content)
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


ODD_LINES = [
    '{"method":"a","x":1}', '{"method":"a"}', '{"method" :"a","seed":1}', '{"method":"a","seed":{}}',
    '{"seed":1,"method":"a"}', r'{"method":"a\"seed\":","seed":1}', '{"method":"a:","seed":1}', "{}", "",
    '{"method":"a","seed":1}{"method":"a","seed":1}', '{"method":"a","seed":1,}', "null", "[1]",
    r'{"method":"a","x\"seed":1}', '{"method":"a","seed":"":"}', '{"method":"a","seed":[{"x":1}]}',
    r'{"method":"a","seed":"":"}', '{"a":"method":"b","seed":1}', '{"method":"a","seed":1} ', '{"method',
]  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    lines=st.lists(st.sampled_from(ODD_LINES), max_size=2),
    at=st.integers(0, 3),
    end=st.sampled_from(["", "\n"]),
    chunk=st.sampled_from([16, 40, 1 << 17]),
)
def test_lines_that_are_alike_by_their_bytes_have_the_keys(tmp_path_factory, lines, at, end, chunk):
    """What the bytes show is true of every line that is sound JSON; the others the engine finds."""
    even = [
        '{"method": "b", "seed": 0}',
        '{"method": "é:", "seed": "1"}',
        '{"method": "", "seed": 2}',
    ]
    lines = [*even[:at], *lines, *even[at:]]
    path = tmp_path_factory.mktemp("bytes") / "r.jsonl"
    path.write_text("\n".join(lines) + end, encoding="utf-8")
    tokens = json_bytes.tokens(even[0].encode(), ["seed", "method"])
    assert tokens == (b'\n{"method"', b' "seed"')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_bytes, "_CHUNK", chunk)
        count = json_bytes.count_alike(path, tokens)
    if lines == even:
        assert count == len(even)
    if count is None:
        return
    assert count == len(lines)
    for line in lines:
        try:
            pairs = json.loads(line, object_pairs_hook=list)
        except ValueError:
            continue
        assert [name for name, _ in pairs] == ["method", "seed"]


@pytest.mark.parametrize(
    "line",
    [
        '{"a": {"b": 1}, "c": 2}',
        '{"a": 1}',
        '{"a" : 1, "c": 2}',
        r'{"a": 1, "\u0063": 2}',
        "[1]",
        "x",
    ],
)
def test_lines_that_bytes_cannot_tell(line):
    assert json_bytes.tokens(line.encode(), ["a", "c"]) == ()


def sorted_lines(keys, methods="bac", rows=40):
    return [
        json.dumps({key: {"method": m, "dataset": d, "n": n, "acc": n / 64}[key] for key in keys})
        for m in methods
        for d in ("y", "x")
        for n in range(rows)
    ]


@pytest.mark.parametrize("chunk", [300, 1 << 18])
@pytest.mark.parametrize(
    "keys", [["method", "dataset", "n", "acc"], ["dataset", "method", "acc", "n"]]
)
def test_where_names_stand_first_in_sorted_lines(tmp_path, monkeypatch, keys, chunk):
    monkeypatch.setattr(line_starts, "_CHUNK", chunk)
    path = tmp_path / "r.jsonl"
    lines = sorted_lines(keys)
    path.write_text("\n".join(lines), encoding="utf-8")
    naive = [{}, {}]
    for number, line in enumerate(lines):
        for names, key in zip(naive, ("method", "dataset"), strict=True):
            names.setdefault(json.loads(line)[key], number)
    assert json_bytes.first_rows(path, ["method", "dataset"]) == naive
    assert json_bytes.first_rows(path, ["method", "acc"]) is None  # a text of the engine's own
    path.write_text("\n".join([*lines, "{}"]), encoding="utf-8")
    assert json_bytes.first_rows(path, ["method"]) is None


@pytest.mark.parametrize("methods", ["bac", ["b", "a", ""], ["b", "b", "a"], ["é", "a:", '"q"']])
@pytest.mark.parametrize("odd", [None, '{"method": null}', "{}", '{"method": "c", "acc": 0.5}'])
def test_sorted_lines_in_one_pass(tmp_path, monkeypatch, trusted, methods, odd):
    monkeypatch.setattr(first_rows, "_LOOK", 8)
    lines = sorted_lines(["method", "dataset", "n", "acc"], methods)
    agree(tmp_path, monkeypatch, [*lines, *([odd] if odd else [])])
    if odd is None and "" not in methods and len(set(methods)) == len(methods):
        assert [one for one in trusted if one[0] != "careful"] == [("lean", True)]


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
