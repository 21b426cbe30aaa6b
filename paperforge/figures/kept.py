"""Drawn figures kept for another time, by everything that their bytes depend on.

A figure is two files, KEY.pdf and KEY.json, in a folder that the caller names. KEY is a digest of
what is drawn (the composed drawing), the figure's settings, its sizes, the fonts found, versions
and code. Nothing kept is trusted: what is damaged is as good as none, and no error of the folder
reaches the user.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import platform
import sys
import tempfile
import zlib
from array import array
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from paperforge import __version__
from paperforge.figures import fonts
from paperforge.model import Diagnostic, Figure, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.figures.painted import Job

FORM = 1
LONG = 1000
MOST = 128 << 20
"""Bytes that are kept; the figures that were used longest ago go first."""
HARMLESS = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


def key(job: Job) -> str:
    """Return the digest that a figure is kept by; empty where it has more than plain values."""
    try:
        told = [_plain(job.spec), _plain(job.drawing), _plain(job.style)]
    except TypeError:
        return ""
    text = json.dumps([FORM, _versions(), fonts.found(job.style.text_face), told])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def find(folder: Path, name: str) -> Figure | None:
    """Return the figure kept by a key; None where there is none, or it is damaged."""
    with contextlib.suppress(*HARMLESS):
        about = folder / f"{name}.json"
        figure = unpack(about.read_bytes(), (folder / f"{name}.pdf").read_bytes())
        os.utime(about)
        return figure
    return None


def keep(folder: Path, name: str, figure: Figure) -> None:
    """Put a figure in place, each file in one step; the JSON last, which makes it found."""
    with contextlib.suppress(*HARMLESS):
        folder.mkdir(mode=0o700, exist_ok=True)
        for data, ending in zip(pack(figure), ("json", "pdf"), strict=True):
            handle, made = tempfile.mkstemp(prefix="new-", dir=folder)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(made).replace(folder / f"{name}.{ending}")


def trim(folder: Path) -> None:
    """Remove the figures used longest ago until the rest fits, and what a killed process left."""
    with contextlib.suppress(*HARMLESS):
        known = {path: path.stat() for path in folder.iterdir()}
        size = sum(stat.st_size for stat in known.values())
        for path in sorted(known, key=lambda path: known[path].st_mtime):
            if size <= MOST:
                return
            path.unlink(missing_ok=True)
            size -= known[path].st_size


def pack(figure: Figure) -> tuple[bytes, bytes]:
    """Return a figure as JSON, which holds its own digest and that of the PDF, and the PDF."""
    body = {**asdict(figure), "pdf": hashlib.sha256(figure.pdf).hexdigest()}
    del body["other"]
    return json.dumps({"sum": _sum(body), "figure": body}).encode(), figure.pdf


def unpack(about: bytes, pdf: bytes) -> Figure:
    """Return the figure that `pack` took. Raises one of HARMLESS where it is not whole."""
    said: dict[str, Any] = json.loads(about)
    body = said["figure"]
    if said["sum"] != _sum(body) or body["pdf"] != hashlib.sha256(pdf).hexdigest():
        raise ValueError("damaged")
    found = tuple(
        Diagnostic(**{**one, "severity": Severity(one["severity"])}) for one in body["diagnostics"]
    )
    return Figure(**{**body, "pdf": pdf, "diagnostics": found})


def _sum(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> Any:  # noqa: ANN401, PLR0911  what JSON takes, a type a return
    """Return a value as JSON that says all of it. Raises TypeError for what is no plain value."""
    if value is None or (isinstance(value, bool | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return [type(value).__name__, value.name]
    if isinstance(value, int | float):
        return repr(float(value)) if isinstance(value, float) else int(value)
    if is_dataclass(value) and not isinstance(value, type):
        told = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return [type(value).__name__, told]
    if isinstance(value, Mapping):
        return ["mapping", [[_plain(k), _plain(v)] for k, v in value.items()]]
    if isinstance(value, tuple | list):
        long = len(value) > LONG and set(map(type, value)) == {float}
        return _numbers(value) if long else [_plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return ["set", sorted(json.dumps(_plain(one)) for one in value)]
    if isinstance(value, PurePath):
        return ["path", str(value)]
    raise TypeError(type(value).__name__)


def _numbers(values: Sequence[float]) -> list[object]:
    """A digest of very many numbers."""
    return ["floats", len(values), hashlib.sha256(array("d", values).tobytes()).hexdigest()]


@functools.cache
def _versions() -> list[str]:
    """What draws: versions, and a print of the code, for a checkout changes without its version."""
    room = Path(__file__).parent
    package = room.parent
    found = [*room.glob("*.py"), *room.glob("*.json"), *package.glob("model/*.py")]
    found.append(package / "spec.py")
    stamps = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in found)
    code = hashlib.sha256(repr(stamps).encode()).hexdigest()
    libraries = [version(name) for name in ("matplotlib", "numpy", "fonttools")]
    machine = [sys.version, sys.platform, platform.machine(), zlib.ZLIB_RUNTIME_VERSION]
    return [__version__, code, *libraries, *machine]
