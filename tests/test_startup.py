"""Start-up is a feature: what a command does not need, it does not import."""

import subprocess
import sys

import pytest

HEAVY = {
    "pandas",
    "scipy",
    "matplotlib",
    "pydantic",
    "torch",
    "numpy",
    "duckdb",
    "pyarrow",
    "jinja2",
    "rich",
}


def _loaded(code: str, *, cwd=None) -> set[str]:
    script = f"{code}\nimport sys; print(' '.join(sorted(n.split('.')[0] for n in sys.modules)), file=sys.__stderr__)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=cwd
    )
    return set(done.stderr.splitlines()[-1].split()) & HEAVY


def test_importing_the_cli_imports_nothing_heavy():
    assert _loaded("import paperforge.cli") == set()


@pytest.mark.parametrize(
    "command", ["", "build", "table", "stats", "venues", "plan", "reproduce", "sync"]
)
def test_help_imports_nothing_heavy(command):
    call = f"import paperforge.cli as c\nc.cli.main(['{command}', '--help'] if '{command}' else ['--help'], standalone_mode=False)"
    assert _loaded(call) == set()


def test_table_imports_no_pandas_and_no_matplotlib(tmp_path):
    rows = "\n".join(f"{m},{d},{s},{0.9 + s / 100}" for m in "ab" for d in "xy" for s in range(3))
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n" + rows)
    call = "import paperforge.cli as c\nc.cli.main(['table', 'r.csv'], standalone_mode=False)"
    assert _loaded(call, cwd=tmp_path) <= {"numpy", "duckdb", "scipy"}


def test_freezing_a_plan_imports_nothing_heavy(tmp_path):
    call = (
        "import paperforge.cli as c\n"
        "c.cli.main(['plan', '--write', '--ours', 'a', '--baseline', 'b', '--metric', 'accuracy'],"
        " standalone_mode=False)\n"
        "c.cli.main(['plan', '--freeze'], standalone_mode=False)"
    )
    assert _loaded(call, cwd=tmp_path) == set()
    assert (tmp_path / "plan.lock").exists()


@pytest.mark.parametrize("module", ["paperforge", "paperforge.cli"])
def test_both_modules_run_as_the_command(module):
    done = subprocess.run(
        [sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("paperforge")
