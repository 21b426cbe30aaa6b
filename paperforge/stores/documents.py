"""JSON, YAML and the members of ZIP archives, read as if their writer meant harm.

Sizes are bounded before anything is allocated, depth is bounded by the interpreter, nothing is
unpickled or constructed, and no archive is unpacked to disk.
"""

from __future__ import annotations

import json
import struct
import sys
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, TypeGuard

from paperforge.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LARGEST = 128 << 20
"""Bytes of a document that is read as a whole."""
LARGEST_YAML = 2 << 20
_LARGEST_NUMBERS = 48 << 20
_MOST_CONTAINERS = 1_000_000
_MOST_VALUES = 8_000_000
"""Of a JSON document: an empty list is three bytes of text and eighty of memory."""
_RATIO = 200
"""Bytes out for a byte in: text compresses 5 to 50 times, a bomb a thousand times."""
_SMALL = 1 << 20
"""Members up to this size may compress as well as they like."""
_MOST_LEAVES = 5000
_MOST_NODES = 100_000
_MOST_KEYS = 100_000
"""Merge keys (`<<: *a`) multiply: a short text may say more keys than any memory holds."""
_MERGE = "tag:yaml.org,2002:merge"
_NAMED = "python/name:"
_DEEPEST = 40
_DEEPEST_YAML = 200
_MOST_TEXT = 4000


def json_of(data: bytes, where: str) -> Any:  # noqa: ANN401  JSON is any of six types
    """The value of a JSON document; the bare NaN and Infinity of Python's writer are numbers.

    Raises InputError where it is too large, nested too deep or no JSON.
    """
    if len(data) > LARGEST:
        raise _too_large(len(data), where)
    if sum(map(data.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise InputError(f"holds more than {_MOST_VALUES} values", where)
    try:
        value = json.loads(data)
        return _sound(value) if b"\\ud" in data or b"\\uD" in data else value
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where) from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"is not JSON: {error.msg} at line {error.lineno}",
            where,
            "was the run that writes it interrupted?",
        ) from None
    except RecursionError:
        raise InputError("is nested too deep", where) from None
    except ValueError:
        # The one thing that Python's parser refuses in sound JSON.
        most = sys.get_int_max_str_digits()
        raise InputError(f"holds a number with more than {most} digits", where) from None


def _sound(value: Any) -> Any:  # noqa: ANN401  JSON is any of six types
    """The same value without halves of characters (lone surrogates), which no text may hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_sound(one) for one in value]
    if isinstance(value, dict):
        return {_sound(key): _sound(one) for key, one in value.items()}
    return value


def json_file(path: Path, where: str = "") -> Any:  # noqa: ANN401  JSON is any of six types
    """The value of a JSON file. Raises InputError as json_of, or where it cannot be opened."""
    return json_of(_bytes(path, LARGEST, where or path.name), where or path.name)


def number_file(path: Path) -> Any:  # noqa: ANN401  JSON is any of six types
    """The value of a JSON file that holds long lists of numbers: a history that a tracker wrote.

    Raises InputError as json_file, where it has more than 48 MB, or more than a million lists and
    objects: Python's take up to thirty times the memory of the text.
    """
    data = _bytes(path, _LARGEST_NUMBERS, path.name)
    if data.count(b"[") + data.count(b"{") > _MOST_CONTAINERS:
        raise InputError(f"holds more than {_MOST_CONTAINERS} lists and objects", path.name)
    return json_of(data, path.name)


def yaml_file(path: Path, where: str = "") -> Any:  # noqa: ANN401  YAML is anything
    """The value of a YAML file; tags (`!!python/object`) are passed over, what they tag is read.

    Raises InputError where it is too large, nested too deep or no YAML.
    """
    where = where or path.name
    return yaml_of(_bytes(path, LARGEST_YAML, where), where)


def yaml_of(data: bytes, where: str) -> Any:  # noqa: ANN401  YAML is anything
    """The value of a YAML text, as yaml_file reads it."""
    import yaml

    try:
        _check_depth(data, where)
        return yaml.load(data, Loader=_loader())  # noqa: S506  a safe loader without tags
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"is not YAML: {reason}", where) from None
    except RecursionError:
        raise InputError("is nested too deep", where) from None


def _check_depth(data: bytes, where: str) -> None:
    """Raise InputError where nodes lie in nodes so deep that the C parser's stack would end."""
    import yaml

    depth = 0
    for event in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST_YAML:
            raise InputError("is nested too deep", where)


def _loader() -> Any:  # noqa: ANN401  PyYAML has no types here
    """PyYAML's safe loader, made to see a tagged node as the plain value that it holds."""
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    loader: Any = type("Loader", (base,), {})

    def plain(building: Any, tag: str, node: Any) -> Any:  # noqa: ANN401  PyYAML has no types here
        if isinstance(node, yaml.MappingNode):
            return building.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return building.construct_sequence(node, deep=True)
        # A class or function is written as its name in the tag, with nothing behind it.
        return building.construct_scalar(node) or tag.partition(_NAMED)[2]

    def flatten(building: Any, node: Any) -> None:  # noqa: ANN401  PyYAML has no types here
        keys = len(node.value)
        for key, value in node.value:
            if key.tag == _MERGE:
                merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for one in merged:
                    if isinstance(one, yaml.MappingNode):
                        building.flatten_mapping(one)
                        keys += len(one.value)
                    if keys > _MOST_KEYS:
                        raise yaml.YAMLError(f"a mapping has more than {_MOST_KEYS} keys")
        base.flatten_mapping(building, node)

    loader.add_multi_constructor("", plain)
    loader.flatten_mapping = flatten
    return loader


def flat(value: object, prefix: str = "") -> dict[str, str]:
    """Nested settings as texts under dotted names: {"model": {"name": "x"}} -> {"model.name": "x"}.

    True and False are "true" and "false"; null is left out; lists of plain values are JSON. At most
    5000 leaves are taken, 40 levels deep: an author's config has fewer.
    """
    if not prefix and _is_flat(value):
        return dict(value)
    found: dict[str, str] = {}
    for name, leaf in _leaves(value, prefix, 0, [_MOST_NODES]):
        if len(found) >= _MOST_LEAVES:
            break
        found[name] = leaf
    return found


def _is_flat(value: object) -> TypeGuard[dict[str, str]]:
    """Whether these are texts under names already: trackers have thousands of runs of such."""
    if not isinstance(value, dict) or len(value) > _MOST_LEAVES:
        return False
    return all(type(k) is type(v) is str and len(v) <= _MOST_TEXT for k, v in value.items())


def _leaves(value: object, name: str, depth: int, left: list[int]) -> Iterator[tuple[str, str]]:
    """(dotted name, text) of every leaf. Aliases of YAML can make a few nodes a million: `left`."""
    left[0] -= 1
    if depth > _DEEPEST or left[0] < 0:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            inside = f"{name}.{key}" if name else str(key)
            yield from _leaves(inner, inside[:_MOST_TEXT], depth + 1, left)
            if left[0] < 0:
                return
    elif isinstance(value, bool):
        yield name, str(value).lower()
    elif isinstance(value, list | tuple):
        if all(isinstance(one, str | int | float | bool | None.__class__) for one in value[:100]):
            yield name, json.dumps(value[:100])[:_MOST_TEXT]
    elif value is not None:
        yield name, str(value)[:_MOST_TEXT]


def _bytes(path: Path, most: int, where: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > most:
            raise _too_large(size, where)
        with path.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror or error}", where) from None


def _too_large(size: int, where: str) -> InputError:
    return InputError(
        f"is too large to be read as a whole ({size >> 20} MB)",
        where,
        "write one record a line (JSONL), or Parquet",
    )


def member(archive: zipfile.ZipFile, name: str, where: str, most: int = LARGEST) -> bytes:
    """The bytes of one member of an archive, unpacked in memory.

    Stored, deflated and zstd members are read (zstd by pyarrow: Python's zipfile cannot before
    3.14). Raises InputError where it is missing, damaged, encrypted, larger than `most`, or
    compressed beyond what text can be.
    """
    place = f"{where} member {name}"
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise InputError(f"has no member {name!r}", where) from None
    if info.file_size > most:
        raise _too_large(info.file_size, place)
    if info.file_size > max(_SMALL, _RATIO * max(info.compress_size, 1)):
        raise InputError("unpacks to far more than text can", place, "is it a trap?")
    try:
        if info.compress_type == _ZSTD:
            return _zstd(archive, info)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotImplementedError("its kind of compression is unknown")
        with archive.open(info) as stream:
            data = stream.read(info.file_size + 1)
    except _BROKEN as error:
        raise InputError(f"cannot be unpacked: {error}", place) from None
    if len(data) > info.file_size:
        raise InputError("is larger than it says", place)
    return data


_ZSTD = 93
_BROKEN = (
    *(OSError, ValueError, EOFError, RuntimeError, zlib.error, struct.error),
    zipfile.BadZipFile,
)
"""What Python's zipfile raises where an archive is damaged or encrypted, or of an unknown kind."""


def _zstd(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A zstd member: its raw bytes found by the offsets, unpacked by pyarrow."""
    import pyarrow as pa

    stream = archive.fp
    if stream is None:
        raise ValueError("the archive is closed")
    stream.seek(info.header_offset)
    header = stream.read(30)
    if header[:4] != b"PK\x03\x04" or len(header) != 30:  # noqa: PLR2004  the local header's size
        raise ValueError("the member's header is damaged")
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    stream.seek(info.header_offset + 30 + names)
    packed = stream.read(info.compress_size)
    data: bytes = pa.decompress(packed, info.file_size, codec="zstd", asbytes=True)
    if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
        raise ValueError("the member is damaged")
    return data


def open_zip(path: Path) -> zipfile.ZipFile:
    """An archive, for use in a `with`. Raises InputError where it is none or holds too much."""
    try:
        if _directory_size(path) > _LARGEST_DIRECTORY:
            raise InputError("holds too many members", path.name, "unpack it and name the folder")
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise InputError(f"is not a sound ZIP archive: {error}", path.name) from None
    return archive


_LARGEST_DIRECTORY = 24 << 20
"""Bytes of an archive's list of members: a member takes 50, and ten times that in memory."""
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 1 << 16
_END_64, _IS_64 = b"PK\x06\x06", 0xFFFFFFFF


def _directory_size(path: Path) -> int:
    """The bytes of the list of members, as the archive's end says; found as Python finds it."""
    with path.open("rb") as stream:
        stream.seek(0, 2)
        stream.seek(-min(stream.tell(), 2 * _LONGEST_COMMENT), 2)
        tail = stream.read()
    plain = len(tail) - _END_SIZE
    at = plain if tail[plain : plain + 4] == _END and plain >= 0 else tail.rfind(_END)
    if at < 0:
        return 0
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    if size == _IS_64 and (wide := tail.rfind(_END_64, 0, at)) >= 0:
        size = int.from_bytes(tail[wide + 40 : wide + 48], "little")
    return size


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object of JSON or YAML, else an empty one."""
    return value if isinstance(value, dict) else {}
