"""Numbers in checkpoints; PyTorch's own need the extra."""

from __future__ import annotations

import ast
import io
import json
import os
import shlex
import struct
import sys
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError

torch = pytest.importorskip("torch")
CONTENT = {
    "epoch": 3,
    "global_step": 1200,
    "best_acc": 0.91,
    "metrics": {"test": {"f1": 0.8}, "loss": float("nan")},
    "config": {"model": {"name": "vit"}, "lr": 1e-3},
    "seed": 4,
    "model": {"w": torch.zeros(100, 100), "steps": 7},
    "history": [1.0, 2.0],
    "running": torch.tensor(0.25),
}


def _saved(content, **options):
    out = io.BytesIO()
    torch.save(content, out, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", ["last.pt", "best.pth", "last.ckpt", "x.bin", "x.pth.tar"])
def test_numbers_are_metrics_and_texts_are_settings(reading, write, name):
    with reading.opened(write(_saved(CONTENT), name)) as (rows, _):
        found = {row["metric"]: row["value"] for row in rows}
        first = rows[0]
    assert found.pop("loss") != found.get("loss")
    assert found == {"best_acc": 0.91, "test.f1": 0.8, "running": 0.25}
    assert (first["step"], first["epoch"]) == (1200, 3)
    assert first["config.model.name"] == "vit"
    assert first["config.seed"] == "4"


def test_weights_alone_hold_no_results(hostile, write):
    with pytest.raises(InputError, match="no numbers besides weights") as caught:
        hostile.read(write(_saved({"w": torch.zeros(3)}), "x.pt"))
    assert "torch.save" in caught.value.hint


class _Trap:
    def __init__(self, witness):
        self.witness = witness

    def __reduce__(self):
        return os.mkdir, (str(self.witness),)


@pytest.mark.parametrize("new", [True, False])
def test_code_in_a_checkpoint_is_never_run(hostile, write, tmp_path, new):
    witness = tmp_path / "ran"
    content = _saved({"x": _Trap(witness)}, _use_new_zipfile_serialization=new)
    with pytest.raises(InputError, match=r"Python objects|plain pickle") as caught:
        hostile.read(write(content, "x.pt"))
    assert "if you trust the file" in caught.value.hint
    assert not witness.exists()


@pytest.mark.parametrize("new", [True, False])
def test_the_line_to_copy_holds_a_name_and_no_more(hostile, write, tmp_path, new):
    name = "b'; touch X; '\"$(touch X).pt"
    content = _saved({"x": _Trap(tmp_path / "no")}, _use_new_zipfile_serialization=new)
    with pytest.raises(InputError) as caught:
        hostile.read(write(content, name))
    python, _, program = shlex.split("python -c " + caught.value.hint.partition("python -c ")[2])
    texts = [n.value for n in ast.walk(ast.parse(program)) if isinstance(n, ast.Constant)]
    assert python == "python" and name in texts


def test_without_torch_the_extra_is_named(hostile, write, monkeypatch):
    path = write(_saved(CONTENT), "x.pt")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InputError, match="not installed") as caught:
        hostile.read(path)
    assert "paperforge[torch]" in caught.value.hint


def test_compressed_members_are_refused(hostile, write):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data.pkl", b"0" * 10_000_000)
    with pytest.raises(InputError, match="compressed members"):
        hostile.read(write(out.getvalue(), "x.pt"))


def test_in_a_folder_checkpoints_are_left_alone(reading, write):
    write(_saved(CONTENT), "last.pt")
    path = write("method,accuracy\na,0.5\n", "results.csv")
    assert len(reading.rows_of(path.parent)) == 1


def _safetensors(metadata, length=None):
    header = json.dumps({"__metadata__": metadata}).encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + b"\0" * 8


def test_metadata_of_safetensors(reading, write):
    metadata = {"accuracy": "0.5", "step": "10", "model": "vit", "eval": '{"f1": 0.25}'}
    with reading.opened(write(_safetensors(metadata), "x.safetensors")) as (rows, _):
        found = [(row["metric"], row["value"], row["step"]) for row in rows]
    assert found == [("accuracy", 0.5, 10), ("eval.f1", 0.25, 10)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_safetensors({}, 1 << 40), "longer than the file"),
        (_safetensors({}, 3), "not JSON"),
        (b"abc", "no safetensors file"),
        (_safetensors({"format": "pt"}), "no numbers"),
    ],
)
def test_safetensors_that_hold_nothing_or_lie(hostile, write, content, message):
    with pytest.raises(InputError, match=message):
        hostile.read(write(content, "x.safetensors"))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_checkpoints_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    damage = data.draw(hostile.damages())
    kind = data.draw(st.sampled_from(["pt", "member", "safetensors"]))
    source = _saved(CONTENT)
    if kind == "member":
        content = hostile.rezipped(
            source, "archive/data.pkl", lambda old: hostile.damaged(old, damage)
        )
    elif kind == "pt":
        content = hostile.damaged(source, damage)
    else:
        content = hostile.damaged(_safetensors({"accuracy": "0.5"}), damage)
    path = tmp_path / f"x.{'safetensors' if kind == 'safetensors' else 'pt'}"
    path.write_bytes(content)
    hostile.attempt(path)
