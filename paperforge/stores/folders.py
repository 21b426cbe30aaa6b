"""What a run's folder says of the run: its config, the names of the folders, the author's pattern.

Settings are texts under dotted names: `config.model.name` from a config file in the folder,
`path.seed` from a folder called seed=3, `pattern.method` from --path '{method}/seed={seed}'.
Hydra's layout: https://hydra.cc/docs/tutorials/basic/running_your_app/working_directory/
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.stores import documents

if TYPE_CHECKING:
    from pathlib import Path

    from paperforge.model import Found

CONFIGS = (
    "config.yaml",
    "config.yml",
    "config.json",
    "args.json",
    "args.yaml",
    "hparams.yaml",
    "params.yaml",
    "params.json",
    "flags.json",
)
"""Files that describe the run whose metrics lie beside them; the first that is there counts."""
HYDRA = ".hydra"
_PAIR = re.compile(r"([A-Za-z][\w.\-]*)=([^,=/]+)")
_NUMBERED = re.compile(r"(seed|fold|trial|replicate)[-_]?(\d+)", re.IGNORECASE)
_BRACES = re.compile(r"\{([^{}]*)\}|(\*)")


def settings(found: Found, file: Path) -> dict[str, str]:
    """All that the place of a file (or of a run's folder) says of it."""
    folder = file if file.is_dir() else file.parent
    said = dict(_config(folder, found.root))
    relative = "" if file == found.root else file.relative_to(found.root).as_posix()
    said |= from_names(relative)
    said |= from_pattern(found.pattern, relative)
    return said


@lru_cache(maxsize=4096)
def _config(folder: Path, root: Path) -> tuple[tuple[str, str], ...]:
    """The nearest config: in the folder itself, else Hydra's of a folder above it, below root."""
    for name in CONFIGS:
        path = folder / name
        if path.is_file():
            return _flat(path)
    place = folder
    while place.is_relative_to(root):
        path = place / HYDRA / "config.yaml"
        if path.is_file():
            return _flat(path)
        if place == place.parent:
            break
        place = place.parent
    return ()


def _flat(path: Path) -> tuple[tuple[str, str], ...]:
    """A config's settings; one that cannot be read says nothing."""
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent):
        return ()
    try:
        load = documents.json_file if path.suffix == ".json" else documents.yaml_file
        content = load(path)
    except InputError:
        return ()
    return tuple(documents.flat(content, "config").items()) if isinstance(content, dict) else ()


def config_files(folder: Path, root: Path) -> list[Path]:
    """The files that `settings` may read for a folder: what a reading depends on."""
    found = [folder / name for name in CONFIGS]
    place = folder
    while place.is_relative_to(root) and place != place.parent:
        found.append(place / HYDRA / "config.yaml")
        place = place.parent
    return [path for path in found if path.is_file()]


def from_names(relative: str) -> dict[str, str]:
    """`path.KEY` from parts like seed=3, lr=0.1,model=x, seed_3; a later part wins."""
    said: dict[str, str] = {}
    for part in relative.split("/"):
        pairs = _PAIR.findall(part)
        for key, value in pairs:
            said[f"path.{key}"] = value.strip()
        if not pairs and (one := _NUMBERED.fullmatch(part)):
            said[f"path.{one[1].lower()}"] = one[2]
    return said


def from_pattern(pattern: str, relative: str) -> dict[str, str]:
    """`pattern.NAME` for every {NAME} of the pattern, where it fits the path; else nothing.

    It is matched from the start of the path, then from each later folder; folders behind the match
    make no difference, and the last part may go without its suffix.
    """
    if not pattern or not relative:
        return {}
    whole = expression(pattern)
    parts = relative.split("/")
    for start in range(len(parts)):
        found = whole.match("/".join(parts[start:]))
        if found:
            return {f"pattern.{name}": text for name, text in found.groupdict().items()}
    return {}


@lru_cache(maxsize=64)
def expression(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression. Raises InputError where a name in braces is no name."""
    built, end = "", 0
    text = pattern.strip("/")
    for found in _BRACES.finditer(text):
        built += re.escape(text[end : found.start()])
        end = found.end()
        name = found[1]
        if found[2] or name in ("", "_"):
            built += "[^/]+?"
        elif not name.isidentifier():
            raise InputError(
                f"{{{name}}} is no name",
                f"--path {pattern}",
                "write roles or words in braces: {dataset}/{method}/seed={seed}",
            )
        else:
            twice = f"(?P<{name}>" in built
            built += f"(?P={name})" if twice else f"(?P<{name}>[^/]+?)"
    built += re.escape(text[end:])
    return re.compile(built + r"(?:\.[A-Za-z0-9]+)*(?:/|$)")
