"""What several rooms' tests share."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings

# A change is judged by its own cases: the suite draws the same ones each time. `make soak` draws new ones.
# No case is timed: a busy machine is no fault of the code.
UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same cases", derandomize=True, database=None, **UNTIMED)
settings.register_profile("new cases", print_blob=True, **UNTIMED)
settings.load_profile("new cases" if os.environ.get("PAPERFORGE_SOAK") else "same cases")

os.environ["PAPERFORGE_CACHE"] = "off"  # also for the commands that tests start


def pytest_collection_modifyitems(items):
    """Tests that need TeX are skipped where there is none; CI installs it, so there none is skipped."""
    if shutil.which("latexmk") and shutil.which("pdflatex"):
        return
    skip = pytest.mark.skip(reason="no TeX on this machine")
    for item in items:
        if item.get_closest_marker("tex"):
            item.add_marker(skip)


@pytest.fixture
def results_csv(tmp_path):
    """Three methods, two datasets, five seeds; 'ours' is clearly better than 'base', not than 'near'."""
    lines = ["method,dataset,seed,accuracy"]
    level = {"base": 0.80, "near": 0.899, "ours": 0.90}
    for m, (method, mean) in enumerate(level.items()):
        for d, dataset in enumerate(["alpha", "beta"]):
            lines += [
                f"{method},{dataset},{seed},{mean - 0.02 * d + ((seed * 7 + m * 3 + d) % 5 - 2) * 0.004:.4f}"
                for seed in range(5)
            ]
    path = tmp_path / "results.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@dataclass(frozen=True)
class Said:
    """What a command line left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def paperforge(monkeypatch, capsys, tmp_path):
    """The command line, run as a user runs it, in tmp_path: paperforge("table", "results.csv")."""
    from paperforge import cli

    monkeypatch.chdir(tmp_path)

    def run(*arguments) -> Said:
        monkeypatch.setattr(sys, "argv", ["paperforge", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err + said.out
        return Said(exit_.value.code, said.out, said.err)

    return run


@pytest.fixture
def pdflatex(tmp_path):
    """Compile a LaTeX body after the given preamble; returns the PDF's text. Fails with TeX's own words."""

    def run(body: str, preamble: str = r"\usepackage{booktabs}") -> str:
        folder = tmp_path / "tex"
        folder.mkdir(exist_ok=True)
        document = f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
        (folder / "t.tex").write_text(document, encoding="utf-8")
        done = subprocess.run(
            ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "t.tex"],
            cwd=folder, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-1500:]
        text = subprocess.run(
            ["pdftotext", "-layout", "t.pdf", "-"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return text.stdout

    return run
