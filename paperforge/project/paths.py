"""The files that a paper.toml names: inside the project where they must be, and there."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.project.problems import Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paperforge.project.lines import KeyPath

_DRIVE = re.compile(r"[A-Za-z]:")


def inside(written: str) -> str:
    """A path of the author's, "/"-separated and without "." and ".." where they cancel out."""
    return posixpath.normpath(written.replace("\\", "/")) if written else ""


def source_path(root: Path, written: str) -> Path:
    """Where a result store lies; links are kept, for the names that they give to stores."""
    return Path(os.path.abspath(root / Path(written).expanduser()))  # noqa: PTH100 (keeps links)


def path_problems(data: Mapping[str, Any], root: Path, *, early: bool = False) -> list[Problem]:
    """What is wrong with the paths of a parsed paper.toml; wrong types are passed over.

    early: a source may be missing yet.
    """
    problems = [_own_file(path, written, root) for path, written in _own(data)]
    problems += [_source(path, written, root, early=early) for path, written in _sources(data)]
    return [problem for problem in problems if problem]


def _own(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    for key in ("main", "bib"):
        if isinstance(data.get(key), str) and data[key]:
            yield (key,), data[key]
    yield from _each(data.get("sections"), ("sections",))


def _sources(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    yield from _each(data.get("results"), ("results",))
    sources = data.get("sources")
    for index, source in enumerate(sources if isinstance(sources, list) else []):
        if isinstance(source, dict) and isinstance(source.get("path"), str):
            yield ("sources", index, "path"), source["path"]
        elif isinstance(source, str):
            yield ("sources", index), source


def _each(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, str) and one:
                yield (*path, index), one


def _own_file(path: KeyPath, written: str, root: Path) -> Problem | None:
    """A file of the paper itself: it travels to Overleaf and arXiv, so it must be inside."""
    name = inside(written)
    if posixpath.isabs(name) or _DRIVE.match(name):
        return Problem(path, f"{written!r} must be relative to the project's folder")
    if name == ".." or name.startswith("../"):
        return Problem(path, f"{written!r} leads out of the project's folder")
    if name.startswith("generated/"):
        return None  # paperforge's own, written by the build
    try:
        candidates = [c for c in _spellings(path, name) if (root / c).is_file()]
        if candidates and not (root / candidates[0]).resolve().is_relative_to(root.resolve()):
            return Problem(path, f"{written!r} is a link that leads out of the project's folder")
    except (OSError, ValueError, RuntimeError) as error:
        return Problem(path, f"{written!r} cannot be opened: {error}")
    return None if candidates else Problem(path, _not_there(written, root / name, root))


def _spellings(path: KeyPath, name: str) -> list[str]:
    """A section may be named without ".tex", or by its name in sections/ alone."""
    if path[0] != "sections" or name.endswith(".tex"):
        return [name]
    return [f"{name}.tex"] if "/" in name else [f"sections/{name}.tex"]


def _source(path: KeyPath, written: str, root: Path, *, early: bool) -> Problem | None:
    if not written:
        return None  # the shape of the file says so
    try:
        place = source_path(root, written)
        there = place.exists()
    except (OSError, ValueError, RuntimeError) as error:
        return Problem(path, f"{written!r} cannot be opened: {error}")
    return None if there or early else Problem(path, _not_there(written, place, root))


def _not_there(written: str, place: Path, root: Path) -> str:
    """`There is no such file`, and the file that was probably meant: beside it, or below root."""
    near = ""
    for folder in (place.parent, root):
        try:
            entries = sorted(folder.iterdir())
            deeper = sorted(f for e in entries if e.is_dir() for f in e.iterdir())
        except OSError:
            continue
        names = {_relative(e, root): e for e in (*entries, *deeper)[:2000] if e.is_file()}
        by_name = {Path(name).name: name for name in reversed(names)}
        near = nearest(inside(written), [*names]) or by_name.get(
            nearest(place.name, [*by_name]), ""
        )
        if near:
            break
    return f"there is no file {written!r}" + (f" (did you mean {near!r}?)" if near else "")


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
