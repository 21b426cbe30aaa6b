"""paperforge doctor: what this machine has and lacks for building papers."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass

import click

NO_TEX = 4
STYLES = [
    "booktabs.sty",
    "natbib.sty",
    "hyperref.sty",
    "microtype.sty",
    "times.sty",
    "lineno.sty",
    "fancyhdr.sty",
    "caption.sty",
    "eso-pic.sty",
    "forloop.sty",
    "xcolor.sty",
    "plainnat.bst",
    "t1lmtt.fd",
]
INSTALL = {
    "debian": "sudo apt-get install --no-install-recommends latexmk texlive-latex-base "
    "texlive-latex-recommended texlive-latex-extra texlive-fonts-recommended fonts-texgyre lmodern",
    "fedora": "sudo dnf install latexmk texlive-scheme-medium texlive-collection-latexextra",
    "macos": "brew install --cask mactex-no-gui",
    "windows": "winget install MiKTeX.MiKTeX (then MiKTeX Console: install latexmk)",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    ok: bool
    found: str
    hint: str = ""


def doctor(*, form: str = "text") -> int:
    """Print what was found; 4 where papers cannot be made into PDFs."""
    findings = look()
    if form == "json":
        click.echo(json.dumps([asdict(f) for f in findings], indent=1))
    else:
        hints: list[str] = []
        for finding in findings:
            mark = click.style("ok  ", fg="green") if finding.ok else click.style("no  ", fg="red")
            click.echo(f"{mark}{finding.name:<12} {finding.found}")
            if finding.hint and finding.hint not in hints:
                hints.append(finding.hint)
        for hint in hints:
            click.echo(f"to install what is missing: {hint}")
    return 0 if all(f.ok for f in findings if f.name != "git") else NO_TEX


def look() -> list[Finding]:
    """Python, TeX, latexmk, the styles that the templates load; git, which sync alone needs."""
    hint = install_hint()
    found = [Finding("Python", sys.version_info >= (3, 11), platform.python_version())]
    found += [_program(name, hint) for name in ("latexmk", "pdflatex", "bibtex")]
    if found[-2].ok and shutil.which("kpsewhich"):
        missing = _missing_styles()
        said = "all that the templates load" if not missing else "missing: " + ", ".join(missing)
        found.append(Finding("styles", not missing, said, hint if missing else ""))
    git = shutil.which("git")
    found.append(Finding("git", git is not None, git or "missing: paperforge sync needs it"))
    return found


def install_hint() -> str:
    """The command that installs TeX on this system, or on the four common ones."""
    system = platform.system()
    if system == "Darwin":
        return INSTALL["macos"]
    if system == "Windows":
        return INSTALL["windows"]
    if shutil.which("apt-get"):
        return INSTALL["debian"]
    if shutil.which("dnf"):
        return INSTALL["fedora"]
    return "; ".join(f"{name}: {command}" for name, command in INSTALL.items())


def _program(name: str, hint: str) -> Finding:
    path = shutil.which(name)
    if path is None:
        return Finding(name, ok=False, found="not found", hint=hint)
    said = subprocess.run(  # noqa: S603  a list, no shell; the path is the one just found
        [path, "--version"], capture_output=True, text=True, timeout=30, check=False
    )
    lines = [line for line in (said.stdout + said.stderr).splitlines() if line.strip()]
    return Finding(name, ok=True, found=lines[0] if lines else path)


def _missing_styles() -> list[str]:
    said = subprocess.run(  # noqa: S603  a list, no shell
        ["kpsewhich", *STYLES],  # noqa: S607  found on PATH a moment ago
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    there = {line.replace("\\", "/").rsplit("/", 1)[-1] for line in said.stdout.splitlines()}
    return [name for name in STYLES if name not in there]
