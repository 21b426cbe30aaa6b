"""Fixtures of the store tests."""

from __future__ import annotations

import importlib.util
import resource
import sys
from pathlib import Path

import pytest


@pytest.fixture
def write(tmp_path):
    """Write a file of the given name and content, and give its path."""

    def writer(content, name="results.csv", encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return writer


def _helper(name):
    """A module beside this one (the tests are not a package)."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"stores_{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[f"stores_{name}"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def reading():
    """The helpers of reading.py."""
    return _helper("reading")


@pytest.fixture(scope="session")
def hostile():
    """The helpers of hostile.py."""
    return _helper("hostile")


@pytest.fixture(scope="session")
def tracking():
    """The helpers of tracking.py (the tests are not a package)."""
    path = Path(__file__).with_name("tracking.py")
    spec = importlib.util.spec_from_file_location("stores_tracking", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def within_a_gigabyte():
    """The test raises the process's largest memory by less: other tests may have raised it."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1 << 20
