"""Pickles are never loaded."""

from __future__ import annotations

import ast
import gzip
import os
import pickle
import shlex

import pytest

from paperforge.errors import InputError


class _Trap:
    """What runs a command when it is loaded."""

    def __init__(self, witness):
        self.witness = witness

    def __reduce__(self):
        return os.mkdir, (str(self.witness),)


@pytest.mark.parametrize("name", ["x.pkl", "x.pickle", "x.joblib", "x.pkl.gz", "x.dat"])
def test_a_pickle_is_refused_with_the_reason_and_the_way_out(hostile, write, tmp_path, name):
    witness = tmp_path / "ran"
    content = pickle.dumps(_Trap(witness))
    path = write(gzip.compress(content) if name.endswith("gz") else content, name)
    with pytest.raises(InputError, match="runs any code") as caught:
        hostile.read(path)
    assert "to_csv" in caught.value.hint
    assert ("joblib.load" in caught.value.hint) == ("joblib" in name)
    assert not witness.exists()


EVIL = ["b'; touch X; '.pkl", "$(touch X)`touch X`.pkl", 'a"); import os; ("é.joblib', "a\nb\\.pkl"]


@pytest.mark.parametrize("name", EVIL)
def test_the_line_to_copy_holds_a_name_and_no_more(hostile, write, name):
    path = write(b"x", name)
    with pytest.raises(InputError) as caught:
        hostile.read(path)
    command = caught.value.hint.partition("yourself: ")[2]
    python, _, program = shlex.split(command)
    texts = [n.value for n in ast.walk(ast.parse(program)) if isinstance(n, ast.Constant)]
    assert python == "python"
    assert {name, name.split(".")[0] + ".csv"} <= set(texts)


def test_in_a_folder_a_pickle_is_left_alone(reading, write):
    write(pickle.dumps({"a": 1}), "model.pkl")
    path = write("method,accuracy\na,0.5\n", "results.csv")
    assert len(reading.rows_of(path.parent)) == 1
