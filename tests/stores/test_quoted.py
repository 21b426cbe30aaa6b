"""Numbers quoted from papers: the two forms, what is kept as printed, and what is refused."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import quoted

DATA = Path(__file__).parents[1] / "data" / "quoted"
ENTRY = '[[quoted]]\nmethod = "a"\nmetric = "f1"\nvalue = 1.0\ncite = "x"\n'


@pytest.mark.parametrize("name", ["quoted.toml", "quoted.csv"])
def test_numbers_are_kept_as_printed(reading, name):
    rows = reading.rows_of(DATA / name)
    shown = ("method", "dataset", "metric", "value", "status")
    assert [tuple(row[key] for key in shown) for row in rows] == [
        ("baseline", "digits", "accuracy", 90.3, "quoted"),
        ("baseline", "wine", "accuracy", 88.1, "quoted"),
        ("older", "digits", "accuracy", -15.0, "quoted"),
    ]
    kept = ("value", "digits", "spread", "spread_digits", "kind", "n", "cite", "where")
    assert [tuple(row[f"quoted.{key}"] for key in kept) for row in rows] == [
        ("90.30", "2", "0.20", "2", "sd", "5", "smith2024", "Table 3"),
        ("88.1 ± 0.4", "1", "0.4", "1", "se", "3", "smith2024", "Table 3"),
        ("−1.5e1", "0", None, None, None, None, "jones2019", "p. 7"),
    ]


def test_rows_say_their_line(reading):
    assert reading.places_of(DATA / "quoted.toml") == ["line 6", "line 14", "line 21"]
    assert reading.places_of(DATA / "quoted.csv") == ["line 2", "line 3", "line 4"]


def test_they_are_tidy_rows_without_a_seed(reading):
    rows, _ = reading.tidy_of(DATA / "quoted.toml")
    assert {row["status"] for row in rows} == {"quoted"}
    assert {row["seed"] for row in rows} == {None}
    assert len({row["run"] for row in rows}) == 3
    assert all(row["kept"] for row in rows)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY.replace("1.0", '"about 9"'), "'about 9' is not a number"),
        (ENTRY.replace("1.0", '"1,234.5"'), "is not a number"),
        (ENTRY.replace("1.0", "1e999"), "too large"),
        (ENTRY.replace("1.0", "inf"), "is not a number"),
        (ENTRY.replace("1.0", "[1]"), "must be a text or a number"),
        (ENTRY.replace("cite", "sight"), "has no cite"),
        (ENTRY + 'kind = "range"\nspread = 2', "a spread cannot be 'range'"),
        (ENTRY + "spread = true", "'True' is not a spread"),
        (ENTRY + "sread = 2", "is no key"),
        (ENTRY + "n = 2.5", "n is '2.5'"),
        (ENTRY + "n = ", "is not TOML"),
        ("quoted = [1]", "must be entries"),
        ("a = " + "[" * 5000, "is not TOML"),
        ("a." * 5000 + "b = 1", "nothing but dots"),
        ("#" * (2 << 20), "too large"),
    ],
)
def test_what_is_refused(write, reading, text, message):
    path = write(text, "q.toml")
    with pytest.raises(InputError, match=message):
        reading.rows_of(path) if quoted.recognises(path) else _read_anyway(path)


def _read_anyway(path):
    from paperforge.engine import open_engine
    from paperforge.model import Found

    engine = open_engine([path])
    try:
        quoted.read(Found("quoted", path, (path,)), engine.connection, "raw")
    finally:
        engine.close()


def test_errors_name_the_line(write, reading):
    path = write(ENTRY + "\n" + ENTRY.replace("1.0", '"x"'), "q.toml")
    with pytest.raises(InputError) as caught:
        reading.rows_of(path)
    assert caught.value.where == "q.toml line 7"


def test_other_files_are_not_taken(write):
    assert not quoted.recognises(write("method,metric,value\na,b,1\n", "a.csv"))
    assert not quoted.recognises(write('[project]\nname = "x"\n', "pyproject.toml"))


def test_semicolons_and_other_names(write, reading):
    text = "\ufeffMethod;Metric;Value;Spread Kind;Spread;Citation;year\na;f1;0.5;std;0.1;k;2020\n"
    (row,) = reading.rows_of(write(text, "q.csv"))
    assert (row["quoted.kind"], row["quoted.cite"], row["quoted.year"]) == ("sd", "k", "2020")


@pytest.mark.parametrize("name", ["quoted.toml", "quoted.csv"])
@given(data=st.data())
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damage_gives_rows_or_an_error_of_ours(tmp_path, reading, name, data):
    content = bytearray((DATA / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        new = data.draw(
            st.sampled_from([b"", b"[", b"]", b'"', b"\xff", b"\0", b"=", b"\n", b",", b"9" * 50])
        )
        content[at : at + data.draw(st.integers(0, 12))] = new
    path = tmp_path / name
    path.write_bytes(bytes(content))
    with contextlib.suppress(InputError):
        if quoted.recognises(path):
            reading.rows_of(path)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("not reported", "not reported"),
        ("-", "not reported"),
        ("n/r", "not reported"),
        ("n/a", "not applicable"),
        ("OOM", "out of memory"),
        ("Crashed", "crashed"),
    ],
)
def test_a_word_says_why_the_paper_has_no_number(tmp_path, reading, word, status):
    path = tmp_path / "q.toml"
    entry = ENTRY.replace("1.0", f'"{word}"')
    path.write_text(f"{ENTRY}{entry.replace(chr(34) + 'a' + chr(34), chr(34) + 'b' + chr(34))}")
    assert [one.method for one in quoted.numbers(path)] == ["a"]
    assert [row["status"] for row in reading.rows_of(path)] == ["quoted", status]
