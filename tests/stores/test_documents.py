"""JSON, YAML and archives of writers who mean harm."""

from __future__ import annotations

import contextlib
import json
import math
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import documents


def test_json_of_pythons_writer():
    value = documents.json_of(b'{"a": NaN, "b": [Infinity, -Infinity]}', "x.json")
    assert math.isnan(value["a"]) and value["b"] == [math.inf, -math.inf]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[" * 200_000, "nested too deep"),
        (b'{"a": ', "is not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"1" * 5000, "holds a number with more than 4300 digits"),
    ],
)
def test_json_that_is_refused(data, said):
    with pytest.raises(InputError, match=said):
        documents.json_of(data, "x.json")


def test_a_large_document_is_not_read(tmp_path):
    path = tmp_path / "x.json"
    with path.open("wb") as stream:
        stream.truncate(documents.LARGEST + 1)
    with pytest.raises(InputError, match="too large"):
        documents.json_file(path)


def test_yaml_sees_through_tags_and_runs_nothing(tmp_path):
    path, proof = tmp_path / "c.yaml", tmp_path / "proof"
    path.write_text(
        "model: !!python/object:torch.nn.Linear {size: 3}\n"
        f"trap: !!python/object/apply:os.system ['touch {proof}']\n"
        "name: !!python/name:os.system\nkeys: !custom [1, 2]\nseed: 3\n"
    )
    value = documents.yaml_file(path)
    assert value["model"] == {"size": 3} and value["seed"] == 3 and value["keys"] == [1, 2]
    assert not proof.exists()


def test_a_bomb_of_aliases_is_flattened_no_further_than_a_config_goes(tmp_path):
    path = tmp_path / "c.yaml"
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} {{p: *a{n - 1}, q: *a{n - 1}}}" for n in range(1, 60)]
    path.write_text("\n".join(lines))
    assert len(documents.flat(documents.yaml_file(path))) == 5000


@pytest.mark.parametrize("text", ["a: [1", "? {a: 1}\n: 2", "[" * 5000, "a: *b", "&a [*a]\n---\n1"])
def test_yaml_that_is_refused(tmp_path, text):
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(InputError):
        documents.yaml_file(path)


@given(st.binary(max_size=300))
def test_yaml_of_any_bytes_is_a_value_or_an_error_of_ours(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("yaml") / "c.yaml"
    path.write_bytes(data)
    with contextlib.suppress(InputError):
        documents.flat(documents.yaml_file(path))


def test_nested_settings_are_texts():
    value = {"model": {"name": "x", "big": True, "no": None}, "layers": [1, 2], "lr": 0.1}
    assert documents.flat(value, "config") == {
        "config.model.name": "x",
        "config.model.big": "true",
        "config.layers": "[1, 2]",
        "config.lr": "0.1",
    }


def test_members_of_archives(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", json.dumps([1]), zipfile.ZIP_DEFLATED)
        archive.writestr("bomb", b"\0" * (8 << 20), zipfile.ZIP_DEFLATED)
    with documents.open_zip(path) as archive:
        assert documents.member(archive, "a.json", "x.zip") == b"[1]"
        for name, said in (("bomb", "trap"), ("none", "no member")):
            with pytest.raises(InputError, match=said):
                documents.member(archive, name, "x.zip")
        with pytest.raises(InputError, match="too large"):
            documents.member(archive, "bomb", "x.zip", most=1 << 20)


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_archive_is_a_value_or_an_error_of_ours(tmp_path_factory, place, byte):
    path = tmp_path_factory.mktemp("zip") / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", json.dumps(list(range(50))), zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    data[place % len(data)] = byte
    path.write_bytes(data)
    try:
        with documents.open_zip(path) as archive:
            for name in archive.namelist():
                documents.member(archive, name, "x.zip")
    except InputError:
        pass
