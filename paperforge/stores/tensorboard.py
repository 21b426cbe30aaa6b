"""TensorBoard's event files: every scalar, a run a folder.

All `*tfevents*` files of a folder are one run, in the order of their first event: a resumed run
writes one more. Folders that writers make below a run belong to it: `train` and `validation`
(Keras), one for each name of PyTorch's add_scalars, and the one of add_hparams, which holds the
settings and once more the final metrics. Read without TensorBoard. Source:
https://github.com/tensorflow/tensorboard/tree/master/tensorboard/plugins/hparams and
https://github.com/pytorch/pytorch/blob/main/torch/utils/tensorboard/writer.py
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.names import split_of, splits
from paperforge.stores import hparams
from paperforge.stores.event_files import EventFile, starts_soundly
from paperforge.stores.events import HPARAMS, number
from paperforge.stores.left_out import LeftOut
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw
    from paperforge.stores.event_files import Batch

NAME = "TensorBoard"
_NAME = "tfevents"
_VERSION = b"brain.Event"
"""In the first event of every file."""
_START = 64
"""Bytes that are enough to know a file."""
_HEAD = 64
"""Records that are looked at to know what a file is for."""
_SMALL = 1 << 16
"""Bytes of the largest file that add_hparams writes."""
_PREFIX = "hparam/"
_AUTOMATIC = re.compile(
    r"(?:.*/)?(?:version_\d+|[A-Z][a-z]{2}\d\d_\d\d-\d\d-\d\d_[^/]*|[\d.:_T\-]+|runs|logs?)"
)
"""Folders that writers name: version_3, Nov23_06-25-01_host, 20261123-062501."""


@dataclass(slots=True)
class _Head:
    """What a file's first events say of it."""

    path: Path
    wall: float = 0.0
    tags: list[str] = field(default_factory=list)
    hparams: dict[str, object] | None = None


@dataclass(slots=True)
class _Folder:
    """A folder of event files, and whose they are."""

    path: Path
    heads: list[_Head]
    owner: Path
    """The run's folder: its own path, or the folder above."""
    use: str = ""
    """ "": a run of its own; "split", "scalars", "hparams": a part of the owner's."""
    name: str = ""
    """What its scalars are called behind their tag, or the split."""

    @property
    def tags(self) -> set[str]:
        """The tags near the beginnings of its files."""
        return {tag for head in self.heads for tag in head.tags}

    @property
    def hparams(self) -> dict[str, object] | None:
        """The settings near the beginnings of its files."""
        return next((head.hparams for head in self.heads if head.hparams is not None), None)


def recognises(path: Path) -> bool:
    """A file with tfevents in its name that begins with a record."""
    if _NAME not in path.name:
        return False
    with path.open("rb") as stream:
        start = stream.read(_START)
    return starts_soundly(start) or _VERSION in start


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """Every scalar of every file, in the order written; hparams are settings `params.X`.

    A later value at a step that was written before (after a restart) wins by the general rule. A
    run's state is not known, but for one that hparams call failed. Raises InputError where there is
    no file that can be read.
    """
    out = Collector(found, engine, table)
    left = LeftOut()
    folders: dict[Path, list[_Head]] = defaultdict(list)
    for path in found.files:
        folders[path.parent].append(_head(path, left))
    runs: dict[Path, list[_Folder]] = defaultdict(list)
    for place in _owners(found, folders):
        runs[place.owner].append(place)
    above = {folder for owner in runs for folder in owner.parents}
    for owner, parts in runs.items():
        _Reader(out, owner, left).read(parts, optional=owner in above)
    if said := str(left):
        out.note("", f"left out of TensorBoard's values: {said}", warn=False)
    named = not all(_AUTOMATIC.fullmatch(run.name) for run in out.runs)
    return out.relation(place="record", name="run_name" if named else "")


def _head(path: Path, left: LeftOut) -> _Head:
    head = _Head(path)
    try:
        for record, layout in EventFile(path, left).head(_HEAD):
            if not head.wall and layout.wall >= 0:
                head.wall = hparams.double(record, layout.wall)
            for value in layout.values:
                if value.kind == HPARAMS:
                    told = hparams.settings(record[value.at : value.end])
                    head.hparams = told if head.hparams is None else {**head.hparams, **told}
                elif number(record, value) is not None:
                    head.tags.append(record[slice(*value.tag)].decode("utf-8", "replace"))
    except OSError:
        return head
    return head


def _owners(found: Found, folders: dict[Path, list[_Head]]) -> list[_Folder]:
    """Which folders are runs, and which are parts of the run above them; runs first."""
    places = {}
    for path, heads in sorted(folders.items()):
        heads.sort(key=lambda head: (head.wall, head.path))
        places[path] = _Folder(path, heads, path)
    sessions: dict[Path, set[str]] = defaultdict(set)
    for place in places.values():
        if _is_of_add_hparams(place):
            sessions[place.path.parent].add(str(place.hparams))
    for place in places.values():
        if place.path != found.root and found.root.is_dir():
            _assign(place, places, sessions)
    for place in places.values():
        # A part of a part: runs/a/train/1700000000.5 belongs to runs/a.
        while (above := places.get(place.owner)) is not None and above.owner != place.owner:
            place.owner = above.owner
    return sorted(places.values(), key=lambda p: (p.use == "hparams", bool(p.use), p.path))


def _assign(place: _Folder, places: dict[Path, _Folder], sessions: dict[Path, set[str]]) -> None:
    """Say whose a folder is. `sessions`: the different settings below a folder."""
    above = places.get(place.path.parent)
    if scalars := _of_add_scalars(place, places):
        place.use = "scalars"
        place.owner, place.name = scalars
    elif place.path.name.lower() in splits():
        place.owner = place.path.parent
        place.use, place.name = "split", place.path.name
    elif (
        above is not None
        and above.tags
        and _is_of_add_hparams(place)
        # Settings that differ are runs of their own, beside one that wrote into their folder.
        and len(sessions[above.path]) == 1
    ):
        place.owner, place.use = above.path, "hparams"


def _of_add_scalars(place: _Folder, places: dict[Path, _Folder]) -> tuple[Path, str] | None:
    """The run and the name of add_scalars("a/loss", {name: 1}).

    It writes the tag a/loss in the run's folder a_loss_NAME, or a/loss/NAME (tensorboardX).
    """
    if len(tags := place.tags) != 1:
        return None
    (tag,) = tags
    folder = place.path.name
    start = tag.replace("/", "_") + "_"
    if place.path.parent in places and folder.startswith(start) and folder != start:
        return place.path.parent, folder.removeprefix(start)
    depth = tag.count("/") + 1
    if len(place.path.parents) > depth and (run := place.path.parents[depth]) in places:
        return (run, folder) if place.path.parent == run / tag else None
    return None


def _is_of_add_hparams(place: _Folder) -> bool:
    """Settings, and each metric once."""
    tags = [tag for head in place.heads for tag in head.tags]
    small = all(head.path.stat().st_size <= _SMALL for head in place.heads)
    return place.hparams is not None and small and len(tags) == len(set(tags))


class _Reader:
    """Reads the files of one run."""

    def __init__(self, out: Collector, owner: Path, left: LeftOut) -> None:
        self._out = out
        self._owner = owner
        self._left = left
        root = out.found.root
        inside = owner != root and root.is_dir()
        self._id = owner.relative_to(root).as_posix() if inside else owner.name
        self._runs: list[int] = []
        self._last: dict[str, float] = {}

    def read(self, parts: list[_Folder], *, optional: bool) -> None:
        """All files of all its folders. `optional`: without a scalar it is no run."""
        settings: dict[str, object] = {}
        failed = False
        for part in parts:
            for head in part.heads:
                file = EventFile(head.path, self._left)
                self._file(part, file)
                for content in file.hparams:
                    settings |= hparams.settings(content)
                    failed |= hparams.failed(content)
        if not self._runs:
            if optional and not settings:
                return
            self._open(parts[0].heads[-1].path)
            place = self._out.found.place(parts[0].heads[-1].path)
            self._out.note(place, "holds no scalars")
        for run in self._runs:
            self._out.runs[run].settings |= {f"params.{k}": str(v) for k, v in settings.items()}
            if failed:
                self._out.runs[run].status = "crashed"

    def _open(self, path: Path) -> int:
        """The collector's number of a file of the run: rows say which file they are from."""
        found = self._out.found
        folder = self._owner if found.root.is_dir() else path
        number_ = self._out.run(self._id, place=found.place(path), folder=folder, name=self._id)
        self._runs.append(number_)
        return number_

    def _file(self, part: _Folder, file: EventFile) -> None:
        run = -1
        try:
            for batch in file:
                if part.use == "hparams":
                    self._finals(file, batch)
                    continue
                if run < 0 and len(batch.tag):
                    run = self._open(file.path)
                self._take(run, [_metric(part, tag) for tag in file.tags], batch)
        except OSError as error:
            file.ended = f"cannot be read: {error.strerror or error}"
        place = self._out.found.place(file.path)
        if file.ended == "torn":
            text = f"ends in the middle of a record; the {file.records} records before it are read"
            self._out.note(place, text)
        elif file.ended == "damaged":
            text = f"record {file.records + 1} is damaged; the records before it are read"
            self._out.note(place, text)
        elif file.ended:
            self._out.note(place, file.ended)
        if file.large:
            text = f"left out: {file.large} record{'s' * (file.large > 1)} of more than 4 MB"
            self._out.note(place, text, warn=False)

    def _take(self, run: int, metrics: list[str], batch: Batch) -> None:
        """A batch's values, in the order written."""
        import numpy as np

        count = len(batch.tag)
        if not count:
            return
        last = np.full(len(metrics), -1)
        last[batch.tag] = np.arange(count)
        for metric, row in zip(metrics, last.tolist(), strict=True):
            if row >= 0:
                self._last[metric] = float(batch.value[row])
        numbers = np.array([self._out.number(metric) for metric in metrics])
        self._out.block(
            np.full(count, run),
            numbers[batch.tag],
            batch.value,
            steps=batch.step,
            at=batch.record,
            time=batch.wall,
        )

    def _finals(self, file: EventFile, batch: Batch) -> None:
        """What add_hparams says once more; what is only there is a value like others."""
        run = -1
        columns = (batch.tag, batch.value, batch.step, batch.record)
        for tag, value, step, record in zip(*(c.tolist() for c in columns), strict=True):
            name = file.tags[tag].removeprefix(_PREFIX)
            same = [m for m in self._last if name in (m, split_of(m)[0])]
            if any(_equal(self._last[m], value) for m in same):
                continue
            exact = [m for m in same if m in (file.tags[tag], name)]
            metric = exact[0] if exact else file.tags[tag]
            run = self._open(file.path) if run < 0 else run
            self._out.add(run, metric, value, step=None if exact else step, at=record, summary=True)


def _equal(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _metric(part: _Folder, tag: str) -> str:
    """A tag's name in the run: with what its folder says of it."""
    if part.use == "split":
        return tag if split_of(tag)[1] else f"{part.name}/{tag}"
    if part.use == "scalars":
        split = part.name.lower() in splits()
        return f"{part.name}/{tag}" if split else f"{tag}/{part.name}"
    return tag
