"""The line that says how far reading is: on a terminal, after a second, and gone afterwards."""

import contextlib
import os
import re
import sys
import time
from types import SimpleNamespace

import pytest

from paperforge.commands import progress
from paperforge.model import Meter

pty = pytest.importorskip("pty", reason="no terminals here")


@pytest.fixture
def terminal(monkeypatch):
    """A terminal as stderr; gives what was written to it."""
    main, other = pty.openpty()
    stream = os.fdopen(other, "w", encoding="utf-8")
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream))
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    monkeypatch.setenv("TERM", "xterm")

    def written():
        stream.flush()
        os.set_blocking(main, False)
        parts = []
        with contextlib.suppress(BlockingIOError):
            while part := os.read(main, 1 << 16):
                parts.append(part)
        return b"".join(parts).decode()

    yield written
    stream.close()
    os.close(main)


def test_the_line_grows_and_goes(terminal):
    with progress.watching() as meter:
        meter.begin("runs/mlflow.db", 0, 200)
        meter.advance(100)
        time.sleep(0.4)
    text = terminal()
    assert "reading runs/mlflow.db" in text and "50%" in text
    assert text.endswith("\r\x1b[2K") and "\n" not in text


def test_an_interrupt_leaves_no_line(terminal):
    def interrupted():
        with progress.watching():
            time.sleep(0.2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert terminal().endswith("\r\x1b[2K")


def test_what_is_quick_shows_nothing(terminal, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 60)
    start = time.monotonic()
    with progress.watching() as meter:
        meter.begin("x")
    assert time.monotonic() - start < 5
    assert not terminal()


@pytest.mark.parametrize("quiet", [True, False])
def test_nothing_in_a_pipe_or_where_it_is_not_wanted(terminal, monkeypatch, capsys, quiet):
    if not quiet:
        monkeypatch.setattr(progress, "sys", sys)
    with progress.watching(quiet=quiet):
        time.sleep(0.2)
    assert not terminal()
    assert not "".join(capsys.readouterr())


def test_the_line_fits_and_hides_what_a_name_could_do_to_a_terminal():
    meter = Meter()
    meter.begin("\x1b[31m" + "long/" * 40, 1, 3)
    for width in (10, 40, 80, 200):
        text = progress.line(meter, 75, width)
        assert len(text) < width and "\x1b" not in text
    assert "33%" in progress.line(meter, 75, 80) and progress.line(meter, 75, 80).endswith("1:15")
    meter.begin("x")
    assert "%" not in progress.line(meter, 0, 80)
    meter.query = lambda: 12.5
    assert "12%" in progress.line(meter, 0, 80)

    def closed():
        raise RuntimeError("closed")

    meter.query = closed
    assert "%" not in progress.line(meter, 0, 80)


def test_a_real_reading_is_followed(terminal, tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    rows = "\n".join(f"m{i % 3},d,{i},{i / 7:.4f}" for i in range(200_000))
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n" + rows)
    from paperforge.commands.inputs import ResultOptions, project_of

    results = progress.load(project_of(ResultOptions(sources=(tmp_path / "r.csv",))))
    assert results.rows == 200_000
    text = terminal()
    assert "reading" in text and re.search(r"r\.csv|the rows", text)
    assert text.endswith("\r\x1b[2K")
