"""What a run's folder says of the run: its config, the names of the folders, the author's pattern.

Settings are texts under dotted names: `config.model.name` from a config file in the folder,
`path.seed` from a folder called seed=3, `pattern.method` from --path '{method}/seed={seed}'.
Hydra's layout: https://hydra.cc/docs/tutorials/basic/running_your_app/working_directory/
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.stores import documents, guild_attrs, hydra

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from paperforge.model import Found

CONFIGS = (
    "config.yaml",
    "config.yml",
    "config.json",
    "args.json",
    "args.yaml",
    "hparams.yaml",
    "hparams.json",
    "params.yaml",
    "params.json",
    "flags.json",
)
"""Files that describe the run whose metrics lie beside them; an earlier one has the last word."""
_PAIR = re.compile(r"([A-Za-z][\w.\-]*)=([^,=/]+)")
_NUMBERED = re.compile(
    r"(?:^|(?<=[-_.,]))(seed|fold|trial|replicate)[-_]?(\d+)(?=$|[-_.,])", re.IGNORECASE
)
_BRACES = re.compile(r"\{([^{}]*)\}|(\*)")
_SUFFIXES = re.compile(r"(?<=.)(?:\.[A-Za-z][A-Za-z0-9]*)+$")
_REFERENCE = re.compile(r"\$\{([^${}]*)\}")
_DEEPEST = 10
_LONGEST = 4000
_LARGEST = 1 << 20
_SHOWN = 5
_MISSING = "???"
"""OmegaConf's word for a value that must still be given."""
_ABOVE = 2
"""Folders above a file's own in which Hydra's config counts, where the file itself is the source:
JOB/csv/version_0/metrics.csv is as deep as the usual templates go."""


def settings(found: Found, file: Path) -> dict[str, str]:
    """All that the place of a file (or of a run's folder) says of it."""
    is_folder = file.is_dir()
    said: dict[str, str] = {}
    for _, texts, _ in _configs(file if is_folder else file.parent, found.root):
        said |= dict(texts)
    # What the author named: a folder, or a file with the folders around it.
    root = found.root
    for name in (root.name,) if root.is_dir() else root.parts[-1 - _ABOVE : -1]:
        said |= _pairs(name)
    inside = file.is_relative_to(root) and file != root
    relative = file.relative_to(root).as_posix() if inside else ""
    said |= from_names(relative if is_folder else _SUFFIXES.sub("", relative or file.name))
    return said | _from_pattern(found, relative)


def settings_of_table(found: Found, file: Path) -> dict[str, str]:
    """`settings` of a file that has no runs of its own, and the Hydra job that it is of."""
    job = _job(file.parent, found.root) if found.root.is_dir() else None
    return settings(found, file) | ({hydra.JOB: run_id(found, job)} if job is not None else {})


def _from_pattern(found: Found, relative: str) -> dict[str, str]:
    """What --path says of a place; of a file that is given alone, by the folders around it."""
    if found.root.is_dir():
        return from_pattern(found.pattern, relative)
    count = found.pattern.strip("/").count("/") + 1
    parts = found.root.parts
    places = ("/".join(parts[-1 - count : -1]), "/".join(parts[-count:]))
    return next(filter(None, (from_pattern(found.pattern, one) for one in places)), {})


def run_id(found: Found, folder: Path) -> str:
    """What to call a run by its folder: where it is in the source, or its name."""
    if folder == found.root or not folder.is_relative_to(found.root):
        return folder.name
    return folder.relative_to(found.root).as_posix()


def notes(root: Path, files: Iterable[Path], claimed: Iterable[Path]) -> list[Diagnostic]:
    """What to say of the folders of a source: configs that cannot be read, jobs without results.

    `files`: all of the source; `claimed`: those that hold results.
    """
    claimed = list(claimed)
    found = {
        path: text
        for folder in dict.fromkeys(file.parent for file in claimed)
        for path, _, texts in _configs(folder, root)
        for text in texts
    }
    said = [
        Diagnostic(
            Severity.WARNING,
            root.name,
            f"{path.relative_to(root) if path.is_relative_to(root) else path.name}: {text}; "
            "the settings in it are not known",
        )
        for path, text in islice(found.items(), _SHOWN)
    ]
    return [*said, *hydra.silent(root, files, claimed)]


def _configs(
    folder: Path, root: Path
) -> Iterator[tuple[Path, tuple[tuple[str, str], ...], tuple[str, ...]]]:
    """(place, settings, complaints) of the configs of a folder, those with the last word last.

    Guild's flags of the run and Hydra's config of the job come first, then what the folder holds.
    """
    run = guild_attrs.run_of(folder)
    if run is not None and _is_inside(guild_attrs.flags_file(run), root):
        flags = guild_attrs.flags_file(run)
        yield flags, *_of_file(flags, _stamps(flags.parent, (flags.name,)))
    job = _job(folder, root)
    if job is not None:
        yield job, *_of_job(job, _stamps(job / hydra.FOLDER, hydra.FILES))
    for path in _beside(folder, root)[::-1]:
        yield path, *_of_file(path, _stamps(folder, (path.name,)))


def _is_inside(path: Path, root: Path) -> bool:
    """Whether a file is there, and in the source: or beside it, where that is a file."""
    top = root if root.is_dir() else root.parents[min(_ABOVE, len(root.parents) - 1)]
    return path.is_file() and path.resolve().is_relative_to(top)


def _job(folder: Path, root: Path) -> Path | None:
    """The nearest folder that Hydra made, from this one up to the source."""
    places = [folder, *folder.parents]
    if root.is_dir():
        inside = [place for place in places if place.is_relative_to(root)]
    else:
        inside = places[: 1 + _ABOVE]
    for place in inside:
        if hydra.is_job(place) and (place / hydra.FOLDER).resolve().parent == place.resolve():
            return place
    return None


def _beside(folder: Path, root: Path) -> list[Path]:
    """The configs in a folder; links that lead out of the source are none."""
    top = root if root.is_dir() else root.parent
    found = [folder / name for name in CONFIGS]
    return [
        path
        for path in found
        if path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(top))
    ]


def _stamps(folder: Path, names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """What changes when a file does."""
    found = [(folder / name).stat() for name in names if (folder / name).is_file()]
    return tuple((one.st_mtime_ns, one.st_size) for one in found)


@lru_cache(maxsize=4096)
def _of_job(job: Path, _stamp: object) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    said, complaints = hydra.settings(job)
    return tuple(resolved(said).items()), tuple(complaints)


@lru_cache(maxsize=4096)
def _of_file(path: Path, _stamp: object) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    load = documents.json_file if path.suffix == ".json" else documents.yaml_file
    if path.stat().st_size > _LARGEST:
        return (), ("the config is too large to be read",)
    try:
        content = load(path)
    except InputError as error:
        return (), (f"the config {error.message}",)
    if not isinstance(content, dict):
        return (), ()
    return tuple(resolved(documents.flat(content, "config")).items()), ()


def resolved(said: dict[str, str]) -> dict[str, str]:
    """Settings with OmegaConf's references to other settings of the file put in.

    `${model.name}-${seed}` becomes "lora-3"; a text with anything else in `${}` (times, the
    environment, parts of the config) is left out: it is not what the run saw.
    https://omegaconf.readthedocs.io/en/latest/usage.html#variable-interpolation
    """
    done: dict[str, str | None] = {}
    full = {name: _filled(name, said, done, 0) for name in said}
    return {name: text for name, text in full.items() if text is not None and text != _MISSING}


def _filled(name: str, said: dict[str, str], done: dict[str, str | None], depth: int) -> str | None:
    """A setting with its references put in; None where one leads nowhere, or in a circle."""
    text = said.get(name)
    if text is None or "${" not in text:
        return text
    if name in done or depth > _DEEPEST:
        return done.get(name)
    done[name] = None
    built, end = "", 0
    for reference in _REFERENCE.finditer(text):
        inner = _filled(f"config.{reference[1].strip()}", said, done, depth + 1)
        if inner is None or len(built) > _LONGEST:
            return None
        built += text[end : reference.start()] + inner
        end = reference.end()
    built += text[end:]
    done[name] = None if "${" in built else built
    return done[name]


def config_files(folder: Path, root: Path) -> list[Path]:
    """The files that `settings` may read for a folder: what a reading depends on."""
    job = _job(folder, root)
    found = [job / hydra.FOLDER / name for name in hydra.FILES] if job is not None else []
    run = guild_attrs.run_of(folder)
    found += [guild_attrs.flags_file(run)] if run is not None else []
    return [*_beside(folder, root), *(path for path in found if path.is_file())]


def from_names(relative: str) -> dict[str, str]:
    """`path.KEY` from parts like seed=3, lr=0.1,model=x, lora_seed3; a later part wins."""
    said: dict[str, str] = {}
    for part in relative.split("/"):
        numbered = {f"path.{key.lower()}": number for key, number in _NUMBERED.findall(part)}
        said |= _pairs(part) or numbered
    return said


def _pairs(name: str) -> dict[str, str]:
    return {f"path.{key}": value.strip() for key, value in _PAIR.findall(name)}


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
