"""Numbers in checkpoints: PyTorch's .pt, .pth, .ckpt and .bin, and the metadata of safetensors.

A PyTorch file is a pickle in a ZIP archive; it is loaded by torch itself with weights_only=True
(https://docs.pytorch.org/docs/stable/generated/torch.load.html), which builds plain containers and
tensors and nothing else. Tensors are left out, and their storages are not read. A safetensors file
starts with the length of a JSON header, whose `__metadata__` holds texts; nothing else is read
(https://huggingface.co/docs/safetensors/index).
"""

from __future__ import annotations

import re
import struct
import warnings
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import archives, documents
from paperforge.stores.archives import number
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.pickles import line, quoted
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "checkpoint"
ALONE = True
TORCH = (".pt", ".pth", ".ckpt", ".bin", ".tar")
SAFE = ".safetensors"
SUFFIXES = (*TORCH, SAFE)
_LARGEST_HEADER = 16 << 20
"""Bytes of a safetensors header: 100,000 tensors have as much."""
_LARGEST_PICKLE = 32 << 20
"""Bytes of the containers in a checkpoint, without tensors."""
_MOST_VALUES = 100_000
_DEEPEST = 20
_STEPS = ("global_step", "step", "steps", "iteration", "iter", "num_updates")
_EPOCHS = ("epoch", "epochs", "current_epoch")
_WEIGHTS = frozenset(
    (
        *("state_dict", "model", "model_state_dict", "ema", "optimizer", "optimizer_state_dict"),
        *("optimizer_states", "scheduler", "lr_scheduler", "lr_schedulers", "scaler", "loops"),
    )
)
"""Parts that hold weights and what optimisers and loops remember, no results."""
_CONFIGS = ("config", "cfg", "args", "hparams", "hyper_parameters", "params")
_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")


def recognises(path: Path) -> bool:
    """A PyTorch archive or an old pickle of PyTorch's, or a safetensors file."""
    suffix = path.suffix.lower()
    if suffix == SAFE:
        return True
    if suffix not in TORCH:
        return False
    try:
        with path.open("rb") as stream:
            start = stream.read(2)
    except OSError:
        return False
    return start == b"\x80\x02" or (start == b"PK" and bool(_pickle_of(path)))


def _pickle_of(path: Path) -> str:
    """The member that holds the containers: FOLDER/data.pkl; empty: there is none."""
    names = archives.members(path)
    return next((n for n in names if n == "data.pkl" or n.endswith("/data.pkl")), "")


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run; its numbers as metrics under dotted names, its texts as settings.

    The step and epoch of the checkpoint (`global_step`, `epoch`) are those of all its numbers.
    Raises InputError where torch is missing, the file is unsafe, damaged or holds no number.
    """
    path = found.files[0]
    content = _metadata(path) if path.suffix.lower() == SAFE else _checkpoint(path)
    leaves = dict(_leaves(content))
    numbers = {name: value for name, value in leaves.items() if isinstance(value, float)}
    texts = {name: value for name, value in leaves.items() if isinstance(value, str)}
    step = _first(numbers, _STEPS)
    epoch = _first(numbers, _EPOCHS)
    settings = texts | {n: f"{numbers.pop(n):.17g}" for n in list(numbers) if _is_setting(n)}
    if not numbers:
        raise NothingToRead(
            "holds no numbers besides weights",
            path.name,
            'save some: torch.save({"epoch": epoch, "metrics": {"accuracy": accuracy}}, FILE)',
        )
    settings = {_setting(name): text for name, text in settings.items()}
    out = Collector(found, engine, table)
    run = out.run(path.stem, name=path.stem, folder=path, settings={"config": settings})
    for name, value in numbers.items():
        out.add(run, name.removeprefix("metrics."), value, step=step, epoch=epoch)
    return out.relation()


def _first(numbers: dict[str, float], names: tuple[str, ...]) -> float | None:
    """The value of the first of these names at the top; they are no metrics then."""
    given = [numbers.pop(name) for name in names if name in numbers]
    return given[0] if given else None


def _is_setting(name: str) -> bool:
    """Whether a number is of the run's settings: under `config`, `args`, `hparams`; a seed."""
    return name.partition(".")[0].lower() in (*_CONFIGS, "seed")


def _setting(name: str) -> str:
    """Its name as a setting: `lr` of `hyper_parameters.lr`."""
    head, _, rest = name.partition(".")
    return rest if rest and head.lower() in _CONFIGS else name


@dataclass(frozen=True, slots=True)
class _Scalar:
    """A tensor of one number that was not read."""


def _leaves(content: object) -> Iterator[tuple[str, float | str | _Scalar]]:
    """Numbers and texts under dotted names; tensors, and the parts that hold them, are left out."""
    waiting: list[tuple[str, object, int]] = [("", content, 0)]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        name, value, depth = waiting.pop()
        if isinstance(value, dict) and depth < _DEEPEST:
            inside = [
                (f"{name}.{key}" if name else str(key), one, depth + 1)
                for key, one in islice(value.items(), _MOST_VALUES)
                if depth or str(key) not in _WEIGHTS
            ]
            waiting += reversed(inside)
            continue
        found = number(value) if isinstance(value, int | float) else _single(value)
        if found is not None:
            yield name or "value", found
        elif isinstance(value, str) and name:
            yield name, value[:1000]


def _single(value: Any) -> float | _Scalar | None:  # noqa: ANN401  torch comes late
    """The number of a tensor that holds but one."""
    if getattr(value, "ndim", None) != 0 or not hasattr(value, "is_meta"):
        return None
    return _Scalar() if value.is_meta else number(value.item())


# -- safetensors ------------------------------------------------------------------------------


def _metadata(path: Path) -> Mapping[str, object]:
    """The texts of `__metadata__`, those that are numbers as numbers."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > min(size - 8, _LARGEST_HEADER):
                raise InputError("is damaged: its header is longer than the file", path.name)
            header = documents.json_of(stream.read(length), path.name)
    except (OSError, struct.error) as error:
        raise InputError(f"is no safetensors file: {error}", path.name) from None
    held = documents.mapping(documents.mapping(header).get("__metadata__"))
    return {name: _parsed(value) for name, value in held.items()}


def _parsed(text: object) -> object:
    """A text as the number or the object of JSON that it holds, else as it is."""
    if not isinstance(text, str):
        return text
    try:
        return float(text)
    except ValueError:
        pass
    if not text.lstrip().startswith("{"):
        return text
    try:
        return documents.json_of(text.encode("utf-8", "replace"), "metadata")
    except InputError:
        return text


# -- PyTorch ----------------------------------------------------------------------------------


def _checkpoint(path: Path) -> Any:  # noqa: ANN401  whatever was saved
    """What torch.load gives without running code; of tensors, only single numbers are read."""
    _check(path)
    try:
        import torch
    except ImportError:
        raise InputError(
            "is a PyTorch checkpoint, and PyTorch is not installed",
            path.name,
            'pip install "paperforge[torch]", or save the numbers as JSON beside it',
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # On the meta device no storage is allocated or read; mapped ones are read where needed.
            content = torch.load(path, map_location="meta", weights_only=True)
            if _holds_scalars(content):
                content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # noqa: BLE001  a damaged pickle raises anything
        raise _refusal(path, str(error)) from None
    return content


def _check(path: Path) -> None:
    """Raise InputError where the file is no archive of today's torch, or could fill the memory."""
    name = _pickle_of(path)
    if not name:
        raise InputError(
            "was written by a PyTorch older than 1.6, as a plain pickle; it is not read",
            path.name,
            "if you trust the file, load and save it again: "
            + line(
                f"import torch; torch.save(torch.load({quoted(path.name)}), {quoted(path.name)})"
            ),
        )
    with documents.open_zip(path) as archive:
        if any(info.compress_type for info in archive.infolist()):
            raise InputError("has compressed members, which torch never writes", path.name)
        if archive.getinfo(name).file_size > _LARGEST_PICKLE:
            raise InputError("holds more than 32 MB besides tensors", path.name)


def _holds_scalars(content: object) -> bool:
    """Whether there is a tensor of one number among the values."""
    return any(isinstance(value, _Scalar) for _, value in _leaves(content))


def _refusal(path: Path, error: str) -> InputError:
    """What torch said, in words that lead on."""
    refused = _GLOBAL.search(error)
    if refused or "weights_only" in error:
        what = f" ({refused[1]})" if refused else ""
        return InputError(
            f"holds Python objects{what}, and loading those runs any code that the file's writer "
            "put in; it is not read",
            path.name,
            "save plain numbers, or, if you trust the file, export them yourself: "
            + line(
                f"import json, torch; c = torch.load({quoted(path.name)}, weights_only=False, "
                'map_location="cpu"); json.dump({k: float(v) for k, v in c.items() '
                f'if hasattr(v, "__float__")}}, open({quoted(path.stem + ".json")}, "w"))'
            ),
        )
    reason = next(iter(error.splitlines()), "it is damaged")[:200]
    return InputError(f"cannot be loaded: {reason}", path.name)
