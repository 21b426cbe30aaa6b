"""TensorBoard: every scalar of an event file against EventAccumulator with nothing sampled.

    python benchmarks/stores_tensorboard.py [--scalars 1000000] [--tags 10] [--runs 3]

Both read the same file in turn, each in a process of its own, and the ratio is the median over the
pairs, of wall time with imports. It needs tensorboard for the peer and for writing the file.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OURS = """
import sys
from pathlib import Path
from paperforge import stores
from paperforge.engine import open_engine
(found,), _ = stores.find(Path(sys.argv[1]))
engine = open_engine(found.files)
raw = stores.read(found, engine.connection, "raw")
count, total = engine.connection.execute("SELECT count(value), sum(value) FROM raw").fetchone()
"""
PEER = """
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0})
events.Reload()
values = [e.value for tag in events.Tags()["scalars"] for e in events.Scalars(tag)]
count, total = len(values), sum(values)
"""
REPORT = """
import resource
print(count, round(total, 3), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def write(folder: Path, scalars: int, tags: int) -> None:
    """An event file as SummaryWriter writes it: one simple value an event."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(str(folder), max_queue_size=10_000)
    names = [f"train/metric_{'x' * (n % 5)}{n}" for n in range(tags)]
    for number in range(scalars):
        value = Summary.Value(tag=names[number % tags], simple_value=(number % 1000) / 1000)
        step = number // tags
        event = Event(wall_time=1.7e9 + number / 100, step=step, summary=Summary(value=[value]))
        writer.add_event(event)
    writer.close()


def timed(python: str, script: str, folder: Path) -> tuple[float, list[str]]:
    """Wall seconds of a process, and what it printed: count, sum, peak MB."""
    start = time.perf_counter()
    command = [python, "-c", script + REPORT, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, done.stdout.split()


def compare(scalars: int, tags: int, runs: int, peer: str) -> None:
    """Print the ratio, and that both found the same."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_it = f"write(Path({name!r}), {scalars}, {tags})"
        start = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        script = (
            f"{start}from pathlib import Path\nfrom stores_tensorboard import write\n{write_it}"
        )
        subprocess.run([peer, "-c", script], check=True)
        pairs = [
            (timed(sys.executable, OURS, folder), timed(peer, PEER, folder)) for _ in range(runs)
        ]
        same = all(a[1][0] == b[1][0] for a, b in pairs)
        ratio = statistics.median(b[0] / a[0] for a, b in pairs)
        own = statistics.median(a[0] for a, _ in pairs)
        other = statistics.median(b[0] for _, b in pairs)
        print(
            f"TensorBoard, {scalars} scalars of {tags} tags: {own:.1f} s ({pairs[0][0][1][2]} MB), "
            f"EventAccumulator {other:.1f} s ({pairs[0][1][1][2]} MB): {ratio:.1f} times faster   "
            f"target 5   {'same count' if same else 'COUNTS DIFFER'}"
        )


def main() -> None:
    """Compare, where tensorboard is installed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scalars", type=int, default=1_000_000)
    parser.add_argument("--tags", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", default=sys.executable, help="a Python that has tensorboard")
    asked = parser.parse_args()
    if asked.peer == sys.executable and importlib.util.find_spec("tensorboard") is None:
        print("TensorBoard: skipped, tensorboard is not installed (pip install tensorboard)")
        return
    compare(asked.scalars, asked.tags, asked.runs, asked.peer)


if __name__ == "__main__":
    main()
