"""Write TensorBoard event files with tensorboardX 2.6.5 and tensorboard 2.21.0: run by hand.

    python tests/data/tensorboard/make.py

`x/` has simple values, add_hparams, add_scalars, a restart and a torn file, as SummaryWriter (of
tensorboardX and PyTorch) writes them; `keras/` has tensors in `train` and `validation` folders as
Keras writes them, made of tensorboard's own protocol buffers; `truth.json` has every scalar. The
host's name in the files' names is "host", the clock counts from 1.7e9.
"""

from __future__ import annotations

import itertools
import json
import math
import shutil
import socket
import time
from pathlib import Path

HERE = Path(__file__).parent
METHODS = {"lora": 0.80, "full": 0.84, "probe": 0.70}
DATASETS = {"mnist": 0.1, "svhn": 0.0}
SEEDS = range(5)
STEPS = 4
NAN = ("probe", "svhn", 1)
RESUMED = ("lora", "svhn", 2)
TORN = ("full", "svhn", 4)

_clock = itertools.count()
time.time = lambda: 1.7e9 + next(_clock) / 64
socket.gethostname = lambda: "host"

import numpy as np  # noqa: E402  after the clock and the host's name
from tensorboard.compat.proto.event_pb2 import Event  # noqa: E402
from tensorboard.compat.proto.summary_pb2 import Summary  # noqa: E402
from tensorboard.plugins.hparams import summary_v2 as hp  # noqa: E402
from tensorboard.plugins.scalar import metadata  # noqa: E402
from tensorboard.summary.writer.event_file_writer import EventFileWriter  # noqa: E402
from tensorboard.util import tensor_util  # noqa: E402
from tensorboardX import SummaryWriter  # noqa: E402


def accuracy(cell: tuple, step: int, shift: float = 0.0) -> float:
    """Grows along the steps."""
    method, dataset, seed = cell
    score = METHODS[method] + DATASETS[dataset] + seed / 500 - (STEPS - step) / 50
    return float(np.float32(round(score + shift, 4)))


class Truth:
    """Every scalar, in the order written."""

    def __init__(self) -> None:
        self.rows: list[dict] = []

    def add(self, run: str, cell: tuple, split: str, metric: str, step: int, value: float) -> None:
        """One value: float32, null for NaN."""
        shown = None if math.isnan(value) else float(np.float32(value))
        method, dataset, seed = cell
        row = {"run": run, "method": method, "dataset": dataset, "seed": str(seed)}
        self.rows.append(
            {**row, "split": split, "metric": metric, "step": step, "value": shown, "kept": 1}
        )

    def replaced(self) -> list[dict]:
        """With kept = 0 where a later row is of the same step."""
        last = {}
        for number, row in enumerate(self.rows):
            last[row["run"], row["split"], row["metric"], row["step"]] = number
        for number, row in enumerate(self.rows):
            key = (row["run"], row["split"], row["metric"], row["step"])
            row["kept"] = int(last[key] == number)
        return self.rows


def write_x(folder: Path, cell: tuple, truth: Truth) -> None:
    """A run of SummaryWriter."""
    run = "{}/{}/seed={}".format(*cell)
    place = folder / run

    def fit(writer: SummaryWriter, steps: range, shift: float) -> None:
        for step in steps:
            score = accuracy(cell, step, shift)
            for split, metric, value in (("train", "loss", 1 - score), ("val", "accuracy", score)):
                writer.add_scalar(f"{split}/{metric}", value, step * 100)
                truth.add(run, cell, split, metric, step * 100, value)

    writer = SummaryWriter(str(place))
    shift = 0.0
    if cell == RESUMED:
        fit(writer, range(3), 0.0)
        writer.close()
        shift = 0.005
        writer = SummaryWriter(str(place))
        fit(writer, range(1, STEPS), shift)
    else:
        fit(writer, range(2 if cell == TORN else STEPS), 0.0)
    if cell == TORN:
        writer.add_scalar("train/loss", 9.0, 200)
        writer.close()
        path = next(place.glob("*tfevents*"))
        path.write_bytes(path.read_bytes()[:-7])
        return
    final = math.nan if cell == NAN else accuracy(cell, STEPS - 1, shift) - 0.01
    writer.add_scalar("test/accuracy", final, (STEPS - 1) * 100)
    truth.add(run, cell, "test", "accuracy", (STEPS - 1) * 100, final)
    if cell == ("lora", "mnist", 0):
        writer.add_histogram("weights", np.arange(10), 0)
        writer.add_text("about", "a run", 0)
        writer.add_scalars("rate", {"slow": 0.1, "fast": 0.2}, 5)
        truth.add(run, cell, "", "rate/slow", 5, 0.1)
        truth.add(run, cell, "", "rate/fast", 5, 0.2)
    if cell[0] == "lora":
        method, dataset, seed = cell
        settings = {"model": method, "dataset": dataset, "seed": seed, "lr": 1e-3, "bias": True}
        writer.add_hparams(settings, {"hparam/accuracy": final})
    writer.close()


def tensor_event(tag: str, value: float, step: int, dtype: type) -> Event:
    """A scalar as TensorFlow 2 writes it."""
    summary = Summary()
    about = metadata.create_summary_metadata(display_name="", description="")
    proto = tensor_util.make_tensor_proto(np.array(value, dtype=dtype))
    summary.value.add(tag=tag, tensor=proto, metadata=about)
    return Event(wall_time=time.time(), step=step, summary=summary)


def write_keras(folder: Path, cell: tuple, truth: Truth) -> None:
    """A run of the Keras callback, its settings in the run's own folder."""
    run = "{}-{}-{}".format(*cell)
    own = EventFileWriter(str(folder / run))
    settings = hp.hparams_pb(dict(zip(("model", "dataset", "seed"), cell, strict=True)))
    own.add_event(
        Event(wall_time=time.time(), summary=Summary.FromString(settings.SerializeToString()))
    )
    own.close()
    for split, name in (("train", "train"), ("val", "validation")):
        writer = EventFileWriter(str(folder / run / name))
        for step in range(STEPS):
            score = accuracy(cell, step) + (0.05 if split == "train" else 0)
            score = float(np.float32(score))
            # Keras writes float32; other writers of tensors do not.
            dtype = np.float64 if cell[2] == 1 else np.float32
            writer.add_event(tensor_event("epoch_accuracy", score, step, dtype))
            truth.add(run, cell, split, "epoch_accuracy", step, score)
        vector = tensor_util.make_tensor_proto(np.arange(3.0))
        summary = Summary(value=[Summary.Value(tag="bias/histogram", tensor=vector)])
        writer.add_event(Event(wall_time=time.time(), step=0, summary=summary))
        writer.close()


def main() -> None:
    """Write both, and the truth."""
    truth = {}
    for kind, write in (("x", write_x), ("keras", write_keras)):
        shutil.rmtree(HERE / kind, ignore_errors=True)
        told = Truth()
        for cell in itertools.product(METHODS, DATASETS, SEEDS):
            write(HERE / kind, cell, told)
        truth[kind] = told.replaced()
    (HERE / "truth.json").write_text(json.dumps(truth) + "\n")


if __name__ == "__main__":
    main()
