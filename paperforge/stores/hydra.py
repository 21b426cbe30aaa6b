"""What Hydra says of a job: the composed config, what was swept, and which jobs wrote no results.

A job's folder has `.hydra/config.yaml` (the composed config, interpolations as they were written),
`overrides.yaml` (what the command line said) and `hydra.yaml` (which option of each group was
chosen). Job numbers are places in a sweep, never seeds. Hydra keeps no state of a job.
https://hydra.cc/docs/tutorials/basic/running_your_app/working_directory/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.stores import documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

FOLDER = ".hydra"
JOB = "hydra.job"
"""The setting that says which job a file is of: all files of a job are one run."""
FILES = ("config.yaml", "overrides.yaml", "hydra.yaml")
_OVERRIDE = re.compile(r"[+]{0,2}([A-Za-z_][\w./\-]*)(?:@[\w./:\-]*)?=(.*)", re.DOTALL)
_CHOICES = re.compile(rb"^( +)choices:[ ]*\n((?:\1 +[^\n]*\n?)+)", re.MULTILINE)
_CHOICE = re.compile(r"^ +([\w./@:\-]+): ([\w.\-/]+)$", re.MULTILINE)
_PLAIN = re.compile(r"- ([+]{0,2}[A-Za-z_][\w./@\-]*=[\w./+\-]*)")
"""An override that YAML reads as the text that it is."""
_LARGEST = 1 << 20
_NAMES = ("name", "_name_")
_SHOWN = 5
_OF_HYDRA = ("hydra.", "hydra/")


def is_job(folder: Path) -> bool:
    """Whether the folder is that of a job: it has a config that Hydra wrote."""
    return (folder / FOLDER / FILES[0]).is_file()


def settings(job: Path) -> tuple[dict[str, str], list[str]]:
    """The job's config as texts under `config.KEY`, and what could not be read.

    What overrides.yaml says wins over config.yaml; the option chosen of a group is the setting of
    the group's name (`config.model` = "lora"), unless the group's own config has a name.
    """
    content, complaints = _yaml(job, FILES[0])
    config = documents.mapping(content)
    said = documents.flat(config, "config")
    chosen = {**_choices(job), **_groups(job)}
    for key, value in chosen.items():
        if value and "${" not in value and not _is_named(config, key):
            _put(said, f"config.{key}", value)
    return said, complaints


def _put(said: dict[str, str], name: str, value: str) -> None:
    """What the command line said; 1e-3 and 0.001 are the same number."""
    try:
        if name in said and float(said[name]) == float(value):
            return
    except ValueError:
        pass
    said[name] = value


def _is_named(config: Mapping[str, object], key: str) -> bool:
    """Whether a key stands for a part of the config that says itself what it is called."""
    place: object = config
    for part in key.split("."):
        place = documents.mapping(place).get(part)
    return any(isinstance(documents.mapping(place).get(name), str) for name in _NAMES)


def _groups(job: Path) -> dict[str, str]:
    """Key -> value of the overrides; `model/encoder@net=big` chooses an option of model.encoder."""
    found = {}
    for one in _overrides(job):
        override = _OVERRIDE.fullmatch(one)
        if override and not override[1].startswith(_OF_HYDRA):
            value = override[2].strip().strip("'\"")
            if value[:1] not in ("{", "[") and value != "null":
                found[override[1].replace("/", ".")] = value
    return found


def _choices(job: Path) -> dict[str, str]:
    """Group -> option, where the user's own groups are concerned.

    hydra.yaml is long and says little else: its few lines are cut out, not parsed as a whole.
    """
    path = job / FOLDER / FILES[2]
    try:
        with path.open("rb") as stream:
            found = _CHOICES.search(stream.read(_LARGEST))
    except OSError:
        return {}
    if found is None:
        return {}
    lines = _CHOICE.findall(found[2].decode("utf-8", "replace"))
    return {
        group.partition("@")[0].replace("/", "."): option
        for group, option in lines
        if option != "null" and not group.startswith(_OF_HYDRA)
    }


def _overrides(job: Path) -> list[str]:
    """The lines of overrides.yaml; as they are written by far most, without parsing YAML."""
    path = job / FOLDER / FILES[1]
    try:
        if path.stat().st_size <= _LARGEST:
            lines = path.read_text(encoding="utf-8").splitlines()
            plain = [found[1] for line in lines if (found := _PLAIN.fullmatch(line))]
            if len(plain) == len(lines):
                return plain
    except (OSError, UnicodeDecodeError):
        return []
    content, _ = _yaml(job, FILES[1])
    return [one for one in content if isinstance(one, str)] if isinstance(content, list) else []


def _yaml(job: Path, name: str) -> tuple[object, list[str]]:
    """A file of the job, or what is wrong with it."""
    path = job / FOLDER / name
    if not path.is_file():
        return None, []
    try:
        return documents.yaml_file(path), []
    except InputError as error:
        return None, [f"{FOLDER}/{name} {error.message}"]


def silent(root: Path, files: Iterable[Path], claimed: Iterable[Path]) -> Iterator[Diagnostic]:
    """Jobs in whose folder there are no results. `files`: all of the source; `claimed`: results."""
    jobs = {f.parent.parent for f in files if (f.parent.name, f.name) == (FOLDER, FILES[0])}
    if not jobs:
        return
    heard = {folder for file in claimed for folder in file.parents}
    found = sorted(jobs - heard)
    # A folder of jobs within jobs is a sweep, not a job that wrote nothing.
    if not found:
        return
    shown = "; ".join(_described(root, job) for job in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    jobs_wrote = "1 Hydra job wrote" if len(found) == 1 else f"{len(found)} Hydra jobs wrote"
    yield Diagnostic(
        Severity.WARNING,
        root.name,
        f"{jobs_wrote} no results: {shown}{more}",
        "did they crash, or are they running? Hydra does not say; they are not counted",
    )


def _described(root: Path, job: Path) -> str:
    """A job's folder and its overrides."""
    said = _overrides(job)
    place = job.relative_to(root).as_posix()
    return f"{place} ({' '.join(said)[:200]})" if said else place
