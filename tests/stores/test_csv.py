from __future__ import annotations

import csv
import gzip
import io

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores
from paperforge.errors import InputError


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(write, reading, delimiter):
    text = "method,seed,accuracy\nlora,0,1.5\nfull,1,2\n".replace(",", delimiter)
    expected = [
        {"method": "lora", "seed": "0", "accuracy": "1.5"},
        {"method": "full", "seed": "1", "accuracy": "2"},
    ]
    assert reading.rows_of(write(text)) == expected
    assert reading.rows_of(write(text, "results.txt")) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_line_numbers(write, reading, end, last):
    text = end.join(["a,b", "1,2", "3,4"]) + (end if last else "")
    path = write(text.encode())
    assert [row["b"] for row in reading.rows_of(path)] == ["2", "4"]
    assert reading.places_of(path) == ["line 2", "line 3"]


def test_mixed_line_ends_are_read_the_slow_way(write, reading):
    path = write(b"a,b\r\n1,2\n3,4\r\n5,6")
    assert [row["a"] for row in reading.rows_of(path)] == ["1", "3", "5"]
    assert reading.places_of(path) == ["line 2", "line 3", "line 4"]


def test_quoted_newlines_delimiters_and_quotes(write, reading):
    path = write('a,b\n"x\ny",1\n"p,q",2\n"say ""yes""",3\n')
    assert [row["a"] for row in reading.rows_of(path)] == ["x\ny", "p,q", 'say "yes"']
    # Lines no longer number rows: the row of a spreadsheet is given.
    assert reading.places_of(path) == ["row 2", "row 3", "row 4"]


def test_blank_lines_are_no_rows(write, reading):
    path = write("a,b\n1,2\n\n3,4\n\n\n")
    assert [row["a"] for row in reading.rows_of(path)] == ["1", "3"]
    assert reading.places_of(path) == ["row 2", "row 3"]
    assert reading.places_of(write("a,b\n1,2\n3,4\n\n")) == ["line 2", "line 3"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_byte_order_marks(write, reading, encoding):
    text = "méthode,accuracy\n模型,1\n"
    marked = text if encoding in ("utf-8-sig", "utf-16") else "\ufeff" + text
    assert reading.rows_of(write(marked, encoding=encoding)) == [
        {"méthode": "模型", "accuracy": "1"}
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_named(write, reading, encoding):
    with pytest.raises(InputError, match="UTF-16 without the mark") as error:
        reading.rows_of(write("method,accuracy\na,1\n", encoding=encoding))
    assert "iconv" in error.value.hint


@pytest.mark.parametrize(
    ("encoding", "text", "name"),
    [("latin-1", "Müller", "Latin-1"), ("cp1252", "Müller’s", "Windows-1252")],
)
def test_other_encodings_are_read_and_said(write, reading, encoding, text, name):
    path = write(f"method,accuracy\nplain,0\n{text},1\n", encoding=encoding)
    with reading.opened(path) as (rows, raw):
        assert rows[1]["method"] == text
    (note,) = raw.notes
    assert name in note.message
    assert note.where == "results.csv line 3"


def test_a_cut_off_last_character_is_not_utf8(write, reading):
    path = write("a,b\n1,2\n3,é".encode()[:-1])
    with reading.opened(path) as (rows, raw):
        assert len(rows) == 2
    assert "not UTF-8" in raw.notes[0].message


def test_trailing_empty_columns(write, reading):
    expected = [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
    assert reading.rows_of(write("a,b,,\n1,2,,\n3,4,,\n")) == expected
    assert reading.rows_of(write("a,b\n1,2,\n3,4,\n")) == expected


def test_an_unnamed_column_with_content_is_kept(write, reading):
    assert reading.rows_of(write(",a,b\nx,1,2\n"))[0] == {"column 1": "x", "a": "1", "b": "2"}


def test_blanks_around_names_do_not_count(write, reading):
    assert set(reading.rows_of(write("a , b\n1, 2\n"))[0]) == {"a", "b"}


@pytest.mark.parametrize(
    ("content", "message", "where"),
    [
        (b"", "empty", "results.csv"),
        (b"\n\r\n\n", "empty", "results.csv"),
        (b"a,b\n", "no rows", "results.csv"),
        (b"a,b", "no rows", "results.csv"),
        (
            b"a,b,a\n1,2,3\n",
            "two columns are called 'a': the 1st and the 3rd",
            "results.csv line 1",
        ),
        (b"a,A\n1,2\n", "case does not count", "results.csv line 1"),
        (b"a,b\n1,2\n3\n", "1 fields, the header 2", "results.csv line 3"),
        (b"a,b\n1,2\n3,4,5\n", "3 fields, the header 2", "results.csv line 3"),
        (b'a,b\n1,2\n"3,4\n', "quoted field", "results.csv line 3"),
        (
            b"lora,0.93\nfull,0.95\n",
            "'0.93' is where a column's name should be",
            "results.csv line 1",
        ),
        (b"a\n1\n2\n", "one column only", "results.csv"),
        (b"a,b\n1,\x00\n", "not a text file", "results.csv"),
        (b"__row,b\n1,2\n", "two underscores", "results.csv line 1"),
    ],
)
def test_bad_files(write, reading, content, message, where):
    with pytest.raises(InputError, match=message) as caught:
        reading.rows_of(write(content))
    assert caught.value.where == where


def test_a_ragged_row_far_down_is_named(write, reading):
    lines = ["a,b", *("1,2" for _ in range(30_000)), "1,2,3", "1,2"]
    with pytest.raises(InputError, match="3 fields") as caught:
        reading.rows_of(write("\n".join(lines)))
    assert caught.value.where == "results.csv line 30002"


NAMES = ['a"b', "a;DROP TABLE x;--", "😀", "عربي", "a'b", "_%&#${}~^\\", "select", "a b"]


def test_hostile_names_pass_through(write, reading):
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([NAMES, [n + "!" for n in NAMES]])
    (row,) = reading.rows_of(write(stream.getvalue()))
    assert row == {name: name + "!" for name in NAMES}


FIELDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=6))
def test_what_python_writes_is_read_back(write, reading, rows):
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("first", "second"), *rows])
    found = reading.rows_of(write(stream.getvalue()))
    assert [(row["first"] or "", row["second"] or "") for row in found] == rows


def test_comments_before_the_header(reading, write):
    path = write('# a "b\n# c, d\nmethod,acc\nx,1\n"y\nz",2\n')
    assert [row["method"] for row in reading.rows_of(path)] == ["x", "y\nz"]
    path = write("# c\r\nmethod,acc\r\nx,1\ny,2\r\n", "mixed.csv")
    assert reading.rows_of(path)[1] == {"method": "y", "acc": "2"}
    assert reading.places_of(path) == ["line 3", "line 4"]
    with pytest.raises(InputError) as error:
        reading.rows_of(write("# c\nmethod,acc\nx,1\ny,2,3\n", "ragged.csv"))
    assert error.value.where == "ragged.csv line 4"


def test_a_header_that_begins_with_a_hash(reading, write):
    assert reading.rows_of(write("# made\n# method,acc\nx,1\n")) == [{"# method": "x", "acc": "1"}]
    assert reading.rows_of(write("#method,acc\nx,1\n", "b.csv")) == [{"#method": "x", "acc": "1"}]
    with pytest.raises(InputError):
        reading.rows_of(write("# nothing\n# else\n", "c.csv"))


@pytest.mark.parametrize(
    "content", [b"a,b\n1,2\n3", b'a,b\n1,2\n3,"x', "a,b\n1,2\n3".encode("utf-16")]
)
def test_a_last_line_that_is_cut_off_is_left_out(reading, write, content):
    with reading.opened(write(content)) as (rows, raw):
        assert [row["a"] for row in rows] == ["1"]
    assert "cut off" in raw.notes[-1].message
    assert raw.notes[-1].where == "results.csv line 3"


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_compressed_files_are_read_as_they_are(reading, write, packed):
    text = b"method,accuracy\nlora,0.5\nfull,0.25\n"
    path = write(pack(text, packed), "results.csv" + packed)
    assert reading.rows_of(path)[1] == {"method": "full", "accuracy": "0.25"}
    assert reading.places_of(path)[1] == "line 3"
    lines = b'{"method": "lora", "accuracy": 0.5}\n' * 2
    assert len(reading.rows_of(write(pack(lines, packed), "results.jsonl" + packed))) == 2


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_damaged_and_hostile_compressed_files(reading, write, packed):
    sound = pack(b"a,b\n" + b"1,2\n" * 5000, packed)
    with pytest.raises(InputError, match="cannot be unpacked"):
        reading.rows_of(write(sound[:-20], "torn.csv" + packed))
    with pytest.raises(InputError, match="cannot be unpacked"):
        reading.rows_of(write(b"a,b\n1,2\n", "none.csv" + packed))
    bomb = pack(b"a,b\n" + b"1,2\n" * (20 << 20), packed)
    with pytest.raises(InputError, match="unpacks to far more"):
        reading.rows_of(write(bomb, "bomb.csv" + packed))


def pack(data, ending):
    if ending == ".gz":
        return gzip.compress(data, 9)
    return pa.compress(data, codec="zstd", asbytes=True)


def test_files_of_one_header_are_one_relation(reading, write, tmp_path):
    for seed in range(3):
        write(f"step,loss\n1,0.{seed}\n2,0.5\n", f"in/lora/seed={seed}/log.csv")
    write("loss,step\n0.9,1\n", "in/lora/seed=9/log.csv")
    write("step,loss\n", "in/lora/seed=8/log.csv")
    write("step,loss\n1,0.7\n2", "in/full/seed=0/log.csv")
    found, _ = stores.find(tmp_path / "in")
    assert sorted(len(one.files) for one in found) == [1, 5]
    (many,) = (one for one in found if one.files[1:])
    with reading.engine_of(many) as engine:
        raw = stores.read(many, engine, "raw")
        rows = engine.execute('SELECT __unit, __at, loss, "path.seed" FROM raw ORDER BY __row')
        assert rows.fetchall() == [
            ("/full/seed=0/log.csv", 2, "0.7", "0"),
            ("/lora/seed=0/log.csv", 2, "0.0", "0"),
            ("/lora/seed=0/log.csv", 3, "0.5", "0"),
            ("/lora/seed=1/log.csv", 2, "0.1", "1"),
            ("/lora/seed=1/log.csv", 3, "0.5", "1"),
            ("/lora/seed=2/log.csv", 2, "0.2", "2"),
            ("/lora/seed=2/log.csv", 3, "0.5", "2"),
        ]
    assert [(d.where, d.message[:8]) for d in raw.notes] == [
        ("in/full/seed=0/log.csv line 3", "the last"),
        ("in/lora/seed=8/log.csv", "skipped:"),
    ]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "sep=;;;"])
def test_a_first_line_that_tells_excel_the_delimiter(write, reading, first):
    path = write(f"{first}\nmethod;dataset;accuracy\na;x;0,5\n")
    assert reading.rows_of(path) == [{"method": "a", "dataset": "x", "accuracy": "0,5"}]
    assert reading.places_of(path) == ["line 3"]


@pytest.mark.parametrize("above", ["\n", "\n  \n", "\n# made by eval.py\n", "\nsep=,\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_stands_above_the_header_is_passed_over(write, reading, above, end):
    text = above + "method,accuracy\na,0.5\nb,0.25\n"
    path = write(text.replace("\n", end))
    with reading.opened(path) as (rows, raw):
        assert [row["method"] for row in rows] == ["a", "b"]
    assert reading.places_of(path)[0] == f"line {above.count(chr(10)) + 2}"
    assert "above the header: not read" in raw.notes[0].message


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (",acc,acc\n,x,y\nmethod,,\na,1,2\n", "take several lines", "df.columns"),
        ("method,acc,acc,f1,f1\n,mean,std,mean,std\na,1,2,3,4\n", "'acc' with 'mean'", "join"),
        ("Results,,\nmethod,seed,acc\na,0,1\n", "'Results' stands alone", "delete"),
        ("method,acc,acc\na,1,2\n", "two columns are called 'acc'", "rename"),
        ("method,acc,acc\na,oom,oom\nb,1,2\n", "two columns are called 'acc'", "rename"),
    ],
)
def test_headers_of_several_lines(write, reading, text, message, hint):
    with pytest.raises(InputError, match=message) as error:
        reading.rows_of(write(text))
    assert hint in error.value.hint


def test_a_first_column_without_others_is_no_title(write, reading):
    assert reading.rows_of(write("method,,\na,1,2\n"))[0]["method"] == "a"
