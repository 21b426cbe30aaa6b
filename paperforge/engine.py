"""The embedded engine: one DuckDB connection that may read the given files and nothing else.

Memory is bounded; what does not fit goes to a private folder that is removed with the engine.
"""

from __future__ import annotations

import _thread
import os
import shutil
import tempfile
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

_MOMENT = 0.05
MEMORY = "1GB"
"""Of the engine alone; with Python, numpy and the results' arrays a process stays below 2 GB."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Engine:
    """An open connection and its private folder."""

    connection: duckdb.DuckDBPyConnection
    scratch: Path

    def close(self) -> None:
        """Give back the memory and the folder; done anyway when the engine is forgotten."""
        _close(self.connection, self.scratch)


def open_engine(files: Sequence[Path], memory: str = MEMORY) -> Engine:
    """A fresh in-memory engine that may open `files` (absolute paths) and write only its scratch.

    SQL built from a hostile store could otherwise read or write any file, or load an extension.
    The order matters: the allowed paths are set first, then access is closed, then the settings
    are locked. Raises InputError where no temporary folder can be made.
    """
    import duckdb

    from paperforge.errors import InputError

    try:
        scratch = Path(tempfile.mkdtemp(prefix="paperforge-"))
    except OSError as error:
        raise InputError(
            f"no temporary folder can be made: {error.strerror or error}",
            tempfile.gettempdir(),
            "make room there, or set TMPDIR to a folder that can be written",
        ) from None
    try:
        connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory,
                "temp_directory": str(scratch / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        paths = ", ".join(literal(text) for path in files for text in _with_log(path))
        connection.execute(f"SET allowed_paths = [{paths}]")
        connection.execute(f"SET allowed_directories = [{literal(str(scratch) + os.sep)}]")
        connection.execute("SET enable_external_access = false")
        # Kept count of, never printed: commands/progress.py asks for it.
        connection.execute("SET enable_progress_bar_print = false")
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    engine = Engine(connection, scratch)
    weakref.finalize(engine, _close, connection, scratch)
    return engine


def _close(connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    try:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)
    except KeyboardInterrupt:
        # Where an engine is forgotten Python prints and drops what is raised here: it is raised
        # again, a moment later, where somebody can catch it.
        shutil.rmtree(scratch, ignore_errors=True)
        threading.Timer(_MOMENT, _thread.interrupt_main).start()


def _with_log(path: Path) -> list[str]:
    """A file as the engine names it; DuckDB looks for the log of a database beside it."""
    try:
        with path.open("rb") as stream:
            is_database = stream.read(12)[8:] == b"DUCK"
    except OSError:
        is_database = False
    return [str(path), f"{path}.wal"] if is_database else [str(path)]


def identifier(name: str) -> str:
    """A column or table name as SQL, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


def pairs(entries: dict[str, str] | dict[str, int]) -> str:
    """A dictionary as an SQL map literal of texts to texts or whole numbers."""
    keys = ", ".join(literal(key) for key in entries)
    values = ", ".join(literal(v) if isinstance(v, str) else str(v) for v in entries.values())
    return f"MAP([{keys}], [{values}])"
