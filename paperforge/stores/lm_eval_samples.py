"""What lm-evaluation-harness logs of every example (--log_samples, --write_out).

A line (since 0.4.1), or a member of one JSON list (0.4.0; TASK_write_out_info.json before), has
doc_id, what was asked and answered, and numbers under the names of metrics; an example comes once
for every filter. Only metrics whose result is the mean over the examples are read: the parts of a
perplexity are no perplexities. Source, class SampleResult:
https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/result_schema.py
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from paperforge.errors import InputError
from paperforge.stores import documents, folders
from paperforge.stores.lm_eval_results import Evaluation, metric_name, number, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from paperforge.stores.runs import Collector

_OTHER = frozenset(
    (
        "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics",
        "doc_hash", "prompt_hash", "target_hash", "truth", "pred", "gold",
    )
)  # fmt: skip
"""Keys of an example that are no metrics."""
_PARTS = re.compile(r"(prompt|logit)_\d+")
_LOGGED = re.compile(rb'"(doc|arguments|resps|filtered_resps|prompt_0|logit_0)"\s*:')
_NAMED = re.compile(r"samples_(.+)_\d{4}-\d\d-\d\dT[\d.:\-]+\.jsonl")
_START = 200
_LONGEST = 16 << 20
"""Bytes of an example: Python's objects take up to thirty times as much."""
_BLOCK = 1 << 16
_CLOSE = 1e-6
_SHOWN = 6


@dataclass(slots=True)
class _File:
    """One file of examples."""

    path: Path
    one: Evaluation
    task: str
    damage: str = ""
    """What ended the last reading of it early."""
    left_out: set[str] = field(default_factory=set)
    rows: int = 0
    listed: bool = False
    """Whether it is one list rather than lines."""

    @property
    def results(self) -> Mapping[str, float | None]:
        return self.one.results.get(self.task, {})

    def values(self) -> Iterator[tuple[int, str, str, object]]:
        """(line or place in the list, example, metric with its filter, value) of all examples.

        0.4.0 names no filter: there, all examples under the first one come first.
        """
        filters = list(dict.fromkeys(name.partition(",")[2] or "none" for name in self.results))
        named: dict[tuple[str, str], str] = {}
        first: str | None = None
        turn = 0
        for at, record in self._records():
            example = str(record.get("doc_id"))
            turn += example == first
            first = example if first is None else first
            answers = record.get("filter")
            if not isinstance(answers, str):
                answers = filters[turn] if turn < len(filters) else "none"
            for metric in _metrics(record):
                key = (metric, answers)
                name = named.get(key) or named.setdefault(key, metric_name(metric, answers))
                yield at, example, name, record[metric]

    def _records(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """A damaged record ends the file. Raises InputError where a list cannot be read."""
        self.damage = ""
        with self.path.open("rb") as stream:
            self.listed = stream.read(64).lstrip().startswith(b"[")
            stream.seek(0)
            texts = (
                _members(stream) if self.listed else iter(lambda: stream.readline(_LONGEST), b"")
            )
            for at, text in enumerate(texts, 1):
                if not text.strip():
                    continue
                try:
                    record = documents.json_of(text, self.path.name)
                except InputError as error:
                    self.damage = f"{self.word} {at} {error.message}"
                    return
                if not isinstance(record, dict) or "doc_id" not in record:
                    self.damage = f"{self.word} {at} is no example"
                    return
                yield at, record

    @property
    def word(self) -> str:
        """What a place in the file is."""
        return "record" if self.listed else "line"


def _members(stream: BinaryIO) -> Iterator[bytes]:
    """The members of a JSON list that is written with an indentation, one at a time.

    A list of another form is one member too many, which is refused like a line that is too long.
    """
    start = stream.readline(_LONGEST).strip()
    if start != b"[":
        whole = start + stream.read(_LONGEST)
        if len(whole) > _LONGEST:
            raise InputError("is one long line", "list", "write one example a line (JSONL)")
        for record in documents.json_of(whole, "list"):
            yield json.dumps(record).encode()
        return
    held: list[bytes] = []
    size, close = 0, b""
    for line in iter(lambda: stream.readline(_LONGEST), b""):
        if not held and line.strip() == b"]":
            return
        close = line[: len(line) - len(line.lstrip())] + b"}" if not held else close
        held.append(line)
        size += len(line)
        if size > _LONGEST:
            raise InputError("has an example that is too large", "list")
        if line.rstrip().rstrip(b",") == close:
            yield b"".join(held).rstrip().rstrip(b",")
            held, size = [], 0
    if held:
        yield b"".join(held)


def are_samples(head: bytes) -> bool:
    """Whether a file that starts so holds logged examples."""
    first = head.lstrip(b"[ \r\n\t")
    named = first.startswith(b"{") and b'"doc_id"' in first[:_START]
    return named and _LOGGED.search(head) is not None


def add(out: Collector, paths: Sequence[Path], evaluations: Sequence[Evaluation]) -> str:
    """Tell the collector the examples of all files, in the given order; what a place in one is."""
    word = "line"
    for path in paths:
        place = out.found.place(path)
        file = _beside(path, evaluations) or _alone(path, out)
        try:
            _add(out, file)
        except InputError as error:
            out.note(place, f"left out: {error.message}", error.hint)
        if file.damage:
            out.note(place, f"{file.damage}; {file.rows} numbers before it are kept")
        if file.left_out:
            names = ", ".join(sorted(file.left_out)[:_SHOWN])
            text = f"not read for each example, where it is no part of a mean: {names}"
            out.note(place, text, warn=False)
        word = "record" if file.listed else word
    return word


def _beside(path: Path, evaluations: Sequence[Evaluation]) -> _File | None:
    """With the results that it was written with, by the time or the task in its name."""
    near = [one for one in evaluations if one.path.parent == path.parent]
    named = _NAMED.fullmatch(path.name)
    if named:
        stamp = stamp_of(path)
        return next((_File(path, one, named[1]) for one in near if one.stamp == stamp), None)
    stem = path.stem.removesuffix("_write_out_info")
    fits = [
        (len(task), one, task)
        for one in near
        for task in one.results
        if stem == task or stem.endswith(f"_{task}")
    ]
    # A task's name may end in another's.
    best = max(fits, key=lambda fit: fit[0], default=None)
    return _File(path, best[1], best[2]) if best else None


def _alone(path: Path, out: Collector) -> _File:
    """Without its results: the folder is called like the model."""
    said = folders.settings(out.found, path)
    named = _NAMED.fullmatch(path.name)
    model = re.sub(r"^([^_].*?)__(?=[^_])", r"\1/", path.parent.name)
    one = Evaluation(path, stamp_of(path), model, said)
    one.run = f"{path.parent.name}/{one.stamp or path.stem}"
    place = out.found.place(path)
    if "pattern.method" not in said:
        text = f"its results are not there: the folder names the model, {model!r}"
        out.note(place, text, "keep results_*.json beside it", warn=False)
    return _File(path, one, named[1] if named else path.stem.removesuffix("_write_out_info"))


def _run(out: Collector, file: _File) -> int:
    one, place = file.one, out.found.place(file.path)
    status = "finished" if one.results else "unknown"
    settings = one.settings(file.task)
    return out.run(one.run, place=place, folder=file.path, status=status, settings=settings)


def _add(out: Collector, file: _File) -> None:
    """Add every number that is one part of a mean."""
    odd = _no_means(file)
    block = _Block(out, file)
    for at, example, metric, value in file.values():
        x = number(value)
        odd_one = metric in odd or (not file.results and "perplexity" in metric)
        if odd_one or (x is None and value is not None):
            file.left_out.add(metric)
        else:
            block.add(at, example, metric, x)
    block.hand_over()


class _Block:
    """Numbers of one file on their way to the collector, many at once."""

    def __init__(self, out: Collector, file: _File) -> None:
        self._out, self._file = out, file
        self._run = -1
        self._rows: list[tuple[int, str, int, float]] = []

    def add(self, at: int, example: str, metric: str, value: float | None) -> None:
        """One number; None is none."""
        if self._run < 0:
            self._run = _run(self._out, self._file)
        if value is None:
            self.hand_over()
            roles = self._file.one.roles(self._file.task)
            self._out.add(self._run, metric, None, at=at, example=example, **roles)
        else:
            self._rows.append((at, example, self._out.number(metric), value))
        self._file.rows += 1
        if len(self._rows) >= _BLOCK:
            self.hand_over()

    def hand_over(self) -> None:
        """Give the collector what is held."""
        if not self._rows:
            return
        import numpy as np

        at, examples, metrics, values = zip(*self._rows, strict=True)
        count = len(at)
        roles = self._file.one.roles(self._file.task)
        said: dict[str, Any] = {
            role: [text] * count for role, text in roles.items() if text is not None
        }
        self._rows = []
        self._out.block(
            np.full(count, self._run, dtype=np.int64),
            np.array(metrics, dtype=np.int64),
            np.array(values, dtype=np.float64),
            at=np.array(at, dtype=np.int64),
            example=list(examples),
            **said,
        )


def _no_means(file: _File) -> set[str]:
    """Metrics whose result is not the mean of what the examples say.

    The task may say that it is; where it does not, the mean is worked out.
    """
    sure = {metric for task, metric in file.one.means if task == file.task}
    open_ = {name for name in file.results if not {name, name.rpartition(",")[0]} & sure}
    if not open_:
        return set()
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0])
    for _, _, metric, value in file.values():
        x = number(value)
        if metric in open_ and x is not None:
            sums[metric][0] += 1
            sums[metric][1] += x
    return {name for name in open_ if not _is_mean(sums[name], file.results[name])}


def _is_mean(sums: list[float], result: float | None) -> bool:
    if result is None or not sums[0]:
        return False
    mean = sums[1] / sums[0]
    if math.isnan(mean) or math.isnan(result):
        return math.isnan(mean) and math.isnan(result)
    return math.isclose(mean, result, rel_tol=_CLOSE, abs_tol=_CLOSE)


def _metrics(record: Mapping[str, Any]) -> Iterator[str]:
    listed = record.get("metrics")
    for metric in listed if isinstance(listed, list) else record:
        known = isinstance(metric, str) and metric in record and metric not in _OTHER
        if known and not _PARTS.fullmatch(metric):
            yield metric
