"""The wheel in an empty environment: templates travel, and a paper builds from another folder."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = [pytest.mark.slow, pytest.mark.tex]


def _run(*command, cwd=None):
    environment = {
        **os.environ,
        "PIP_CONSTRAINT": str(ROOT / "constraints.txt"),
        "PIP_BUILD_CONSTRAINT": str(ROOT / "constraints.txt"),
    }
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_the_templates_are_in_the_wheel(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for folder in (ROOT / "templates").iterdir():
        for path in folder.glob("*.*"):
            assert f"paperforge/templates/{folder.name}/{path.name}" in names
    assert not [n for n in names if n.startswith(("tests/", "sample_paper/", "benchmarks/"))]
    assert any(n.endswith("LICENSE") for n in names)


def test_the_wheel_builds_a_paper_from_another_folder(wheel, tmp_path, results_csv):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    _run(python, "-m", "pip", "install", "--quiet", wheel)
    program = tmp_path / "env" / "bin" / "paperforge"
    where = _run(python, "-c", "import paperforge; print(paperforge.__file__)", cwd=tmp_path).stdout
    assert str(ROOT) not in where
    _run(program, "new", "paper", "--venue", "arr", "--results", results_csv, cwd=tmp_path)
    said = _run(program, "build", "paper", cwd=tmp_path)
    assert (tmp_path / "paper" / "build" / "arr-2026-draft" / "paper.pdf").stat().st_size > 10_000
    assert "arr-2026-draft" in said.stdout
