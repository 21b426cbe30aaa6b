"""Read the package index of the distribution through apt; the only reader of outside data."""

from __future__ import annotations

import platform
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from collection import Package, parse_packages, parse_translations

APT_HELPER = "/usr/lib/apt/apt-helper"
# Containers often switch long descriptions off; the option asks for them in any case.
WITH_DESCRIPTIONS = ["-o", "Acquire::Languages=en"]
HELP = (
    "This study reads the package index of Debian or a distribution derived from it.\n"
    "On such a system run `sudo apt-get -o Acquire::Languages=en update` once, then try again."
)


class IndexUnavailableError(RuntimeError):
    """The package index cannot be read here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """The packages of one release, with what identifies the index."""

    distribution: str
    version: str
    codename: str
    component: str
    architecture: str
    date: str
    packages: list[Package]


def _output_of(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        message = f"`{Path(command[0]).name}` failed.\n{done.stderr.strip()}\n{HELP}"
        raise IndexUnavailableError(message)
    return done.stdout


def _index_file(kind: str, codename: str, options: list[str]) -> tuple[Path, dict[str, str]] | None:
    """Find a downloaded index of the main component of the base release."""
    listing = _output_of(["apt-get", *options, "indextargets", f"Created-By: {kind}"])
    for block in listing.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        wanted = (fields.get("Codename"), fields.get("Component")) == (codename, "main")
        if wanted and "/dists/" + codename + "/" in fields.get("Base-URI", ""):
            path = Path(fields["Filename"])
            if path.exists():
                return path, fields
    return None


def _release_date(index: Path) -> str:
    """Return the Date field of the release file the index belongs to."""
    prefix = index.name.partition("_main_")[0]
    for ending in ("_InRelease", "_Release"):
        release = index.with_name(prefix + ending)
        if release.exists():
            for line in release.read_text(encoding="utf-8").splitlines():
                if line.startswith("Date: "):
                    return line.removeprefix("Date: ")
    return "unknown"


def _read(codename: str, options: list[str]) -> PackageIndex | None:
    packages = _index_file("Packages", codename, options)
    translations = _index_file("Translations", codename, options)
    if packages is None or translations is None:
        return None
    path, fields = packages
    long_parts = parse_translations(_output_of([APT_HELPER, "cat-file", str(translations[0])]))
    return PackageIndex(
        distribution=fields.get("Origin", "unknown"),
        version=fields.get("Version", "unknown"),
        codename=codename,
        component=fields["Component"],
        architecture=fields.get("Architecture", "unknown"),
        date=_release_date(path),
        packages=parse_packages(_output_of([APT_HELPER, "cat-file", str(path)]), long_parts),
    )


def _fetch(codename: str) -> PackageIndex | None:
    """Read a temporary copy of the index; the system's own lists stay as they are."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "lists", "partial").mkdir(parents=True)
        Path(folder, "cache", "archives", "partial").mkdir(parents=True)
        options = [
            *WITH_DESCRIPTIONS,
            *("-o", f"Dir::State::Lists={folder}/lists"),
            *("-o", f"Dir::Cache={folder}/cache"),
            # The folder is private, so apt must not switch to a user who cannot enter it.
            *("-o", "APT::Sandbox::User="),
        ]
        _output_of(["apt-get", *options, "--quiet", "update"])
        return _read(codename, options)


def load_index() -> PackageIndex:
    """Read the installed index, or a temporary copy where long descriptions are missing."""
    if shutil.which("apt-get") is None or not Path(APT_HELPER).exists():
        message = f"No apt on this system.\n{HELP}"
        raise IndexUnavailableError(message)
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    index = _read(codename, WITH_DESCRIPTIONS)
    if index is None:
        print("The installed index lacks long descriptions: reading a temporary copy ...")
        index = _fetch(codename)
    if index is None:
        message = f"No package index with descriptions for release {codename!r}.\n{HELP}"
        raise IndexUnavailableError(message)
    return index
