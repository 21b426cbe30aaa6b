"""An author's file as a table."""

import pytest

from paperforge import tables
from paperforge.errors import InputError
from paperforge.spec import TableSpec


@pytest.fixture
def listed(tmp_path):
    def make(text, name="f.csv", **more):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tables.listed(TableSpec(layout="listing", file=name, **more), tmp_path)

    return make


def rows(table):
    return {row.label: [cell.printed for cell in row.cells] for row in table.rows}


def test_numbers_keep_their_digits_and_thousands_are_parted_alike(listed):
    table = listed(
        'Set,Train,Rate,Year\nA,12000,0.50,1998\nB,950,+.5,2024\nC,"1,200,000",-3,2001\n'
    )
    assert rows(table) == {
        "A": ["12,000", "0.50", "1998"],
        "B": ["950", "0.5", "2024"],
        "C": ["1,200,000", "-3", "2001"],
    }
    assert [cell.value for cell in table.rows[2].cells] == [1_200_000, -3, 2001]
    assert not any(c.words for c in table.columns)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators(listed, mark):
    table = listed(f"Set{mark}n, m{mark}x\nA{mark}a, b{mark}1.5\n")
    assert rows(table) == {"A": ["a, b", "1.5"]}


def test_units_words_and_empty_cells(listed):
    table = listed("Set,Length [tokens],Licence,lr\nA,12.5,CC_BY & co,1e-4\nB,,,3e-5\n")
    assert table.stub == "Set"
    assert [(c.label, c.words) for c in table.columns] == [
        ("Length (tokens)", False), ("Licence", True), ("lr", True)
    ]  # fmt: skip
    assert rows(table)["B"] == ["–", "–", "3e−5"]
    assert [(n.text, n.symbol) for n in table.notes] == [("not given", "–")]
    assert r"CC\_BY \& co" in tables.render(table)


def test_columns_are_chosen_and_ordered(listed):
    text = "Set,a,b,c\nA,1,2,3\n"
    assert [c.label for c in listed(text, columns=("c", "a")).columns] == ["c", "a"]
    with pytest.raises(InputError, match='no column "d"'):
        listed(text, columns=("d",))


def test_toml_of_tables_of_an_array_and_of_keys(listed):
    tables_ = listed("[A]\nlr = 1e-4\ntags = ['x', 'y']\n[B]\nlr = 0.10\nbig = true\n", "f.toml")
    assert rows(tables_) == {"A": ["1e−4", "x, y", "–"], "B": ["0.10", "–", "yes"]}
    array = listed('[[set]]\nName = "A"\nn = 12000\n[[set]]\nName = "B"\nn = 5\n', "f.toml")
    assert rows(array) == {"A": ["12,000"], "B": ["5"]}
    assert rows(listed('lr = 0.1\nopt = "adam"\n', "f.toml")) == {"lr": ["0.1"], "opt": ["adam"]}


def test_names_are_those_of_the_paper(study, tmp_path):
    (tmp_path / "f.csv").write_text("Dataset,n\nwine_2,5\nother,6\n")
    table = tables.listed(TableSpec(layout="listing", file="f.csv"), tmp_path, study)
    assert [row.label for row in table.rows] == ["Wine_2", "other"]


@pytest.mark.parametrize(
    "name", ["../secret.csv", "/etc/passwd", "sub/../../secret.csv", "link.csv"]
)
def test_nothing_outside_the_papers_folder_is_read(tmp_path, name):
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    root = tmp_path / "paper"
    (root / "sub").mkdir(parents=True)
    (root / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(InputError, match="leads out of the paper's folder"):
        tables.listed(TableSpec(layout="listing", file=name), root)


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("a,b\n", "f.csv", "no row under its header"),
        ("a,b\n1,2,3\n", "f.csv", "3 fields under a header of 2"),
        ('a,b\n"1,2\n', "f.csv", "no CSV"),
        ("a = \n", "f.toml", "no TOML"),
        ("", "f.toml", "empty"),
        (",".join(map(str, range(50))) + "\n" + ",".join("1" * 50) + "\n", "f.csv", "50 columns"),
        ("a,b\n" + "1,2\n" * 501, "f.csv", "501 rows"),
        ("x" * (1 << 20) + "x", "f.csv", "1 MB"),
    ],
)
def test_what_is_no_table_is_refused(listed, text, name, message):
    with pytest.raises(InputError, match=message):
        listed(text, name)


def test_a_file_that_is_not_there_or_not_named_or_no_text(tmp_path):
    for spec, message in (
        (TableSpec(layout="listing", file="f.csv"), "is not there"),
        (TableSpec(layout="listing"), "no file is named"),
        (TableSpec(layout="listing", file="a\0b"), "cannot be opened"),
    ):
        with pytest.raises(InputError, match=message):
            tables.listed(spec, tmp_path)
    (tmp_path / "f.csv").write_bytes(b"a,b\n\xff,1\n")
    with pytest.raises(InputError, match="no UTF-8"):
        tables.listed(TableSpec(layout="listing", file="f.csv"), tmp_path)
