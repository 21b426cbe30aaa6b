"""That all lines of a JSONL file are like its first, found out while another pass reads values."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stores import json_bytes, json_keys, packed

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import duckdb

_CHUNK = 1 << 18
"""Bytes in which lines are counted: they fit into the processor's cache."""
_TAIL = 64


@dataclass(slots=True)
class Alike:
    """That each line is one sound object with the keys that the first ones have (Raw.proof)."""

    file: Path
    differs: str
    """SQL for whether a row has other keys."""
    tokens: tuple[bytes, ...] = ()
    """The keys as they stand in the first line (json_bytes), where that is a flat object; then the
    pass itself finds damaged lines."""
    _found: bool = False
    _cursor: duckdb.DuckDBPyConnection | None = None
    _thread: threading.Thread | None = None

    def begin(self, engine: duckdb.DuckDBPyConnection) -> None:
        """Look at all lines in another thread, which the engine lets work beside this one."""
        self._cursor = engine.cursor()
        self._thread = threading.Thread(target=self._look, args=(self._cursor,), daemon=True)
        self._thread.start()

    def holds(self, columns: Collection[str], rows: int) -> bool:  # noqa: ARG002  it looks itself
        """Whether it is so."""
        self._join()
        return self._found

    def drop(self) -> None:
        """Stop looking."""
        if self._cursor is not None:
            self._cursor.interrupt()
        self._join()

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
        self._thread = self._cursor = None

    def _look(self, cursor: duckdb.DuckDBPyConnection) -> None:
        import duckdb

        try:
            if self.tokens and json_bytes.count_alike(self.file, self.tokens) is not None:
                self._found = True
                return
            rows = json_keys.are_alike(cursor, self.file, self.differs, array=False)
            self._found = rows is not None and rows == count_lines(self.file)
        except (duckdb.Error, OSError, RuntimeError):
            # What is wrong is for a careful reading to say.
            self._found = False
        finally:
            cursor.close()


def count_lines(path: Path) -> int:
    """Lines of a file, without blank ones at the end; a last line without its end counts."""
    import numpy as np

    lines, tail = 0, b""
    with packed.opened(path) as stream:
        while chunk := stream.read(_CHUNK):
            lines += int(np.count_nonzero(np.frombuffer(chunk, dtype=np.uint8) == ord("\n")))
            tail = chunk[-_TAIL:] if len(chunk) >= _TAIL else (tail + chunk)[-_TAIL:]
    return lines + 1 - tail[len(tail.rstrip()) :].count(b"\n")
