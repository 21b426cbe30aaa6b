"""BLEU of many systems resampled: against sacrebleu's paired bootstrap, from the same statistics.

    python benchmarks/corpus.py [--systems 16] [--sentences 3000] [--replicates 2000]
                                [--sacrebleu PYTHON]

The per-sentence statistics are made up once and given to both, so that neither counts n-grams. Each
is a process of its own with one thread, in turn, three times; wall and user + system time are of
the comparison alone, memory is the process's largest. "Scores" are what sacrebleu computes: the
BLEU of every system in every replicate. "Tests" are all systems against the first with their
standard errors in every replicate, which is what paperforge reports. Where PYTHON has no sacrebleu,
that is said and only ours is measured. Targets are printed, never asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

MEASURE = """
import json, resource, sys, time
import numpy as np
systems, replicates = np.load(sys.argv[1]), int(sys.argv[2])
def say(seconds, cpu, scores):
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "memory": memory, "scores": scores}))
"""
SACREBLEU = """
from sacrebleu.metrics import BLEU
from sacrebleu.significance import PairedTest
class Stored(BLEU):
    def _extract_corpus_statistics(self, hypotheses, references):
        return statistics[hypotheses[0]]
statistics = [one.tolist() for one in systems.astype(int)]
metric = Stored()
metric.num_refs = 1
names = [(str(i), [i] * len(one)) for i, one in enumerate(statistics)]
start, cpu = time.perf_counter(), time.process_time()
_, found = PairedTest(names, {"BLEU": metric}, [["-"] * len(statistics[0])], "bs", replicates)()
say(time.perf_counter() - start, time.process_time() - cpu, [one.score for one in found["BLEU"]])
"""
OURS = """
import scipy.special
from paperforge.stats.contrast import Ask
from paperforge.stats.corpus import value
from paperforge.stats.corpus_draws import Stratum
from paperforge.stats.corpus_resample import Linear, bootstrap, scores
stratum = Stratum("", np.arange(systems.shape[1]), tuple(systems))
start, cpu = time.perf_counter(), time.process_time()
if sys.argv[3] == "scores":
    found = scores("bleu", stratum, 0, replicates)
    assert found.shape == (replicates, len(systems))
else:
    others = np.arange(1, len(systems))
    weights = np.zeros((len(others), len(systems)))
    weights[:, 0], weights[others - 1, others] = -1, 1
    part = Linear.of("bleu", stratum, weights)
    found = bootstrap([part], Ask(), 0, paired=True, replicates=replicates)
    assert all(one.contrast.p is not None for one in found)
say(time.perf_counter() - start, time.process_time() - cpu, value("bleu", systems.sum(1)).tolist())
"""


def make(path: Path, systems: int, sentences: int) -> None:
    """Statistics of systems that translate the same sentences about as well."""
    rng = np.random.default_rng(0)
    reference = rng.integers(5, 50, sentences)
    made = []
    for _ in range(systems):
        length = np.maximum(4, reference + rng.integers(-4, 5, sentences))
        total = np.maximum(length[:, None] - np.arange(4), 0)
        correct = rng.binomial(total, [0.6, 0.4, 0.25, 0.15])
        made.append(np.column_stack([length, reference, correct, total]))
    np.save(path, np.array(made, dtype=float))


def measure(python: str, code: str, *arguments: str) -> dict[str, float | list[float]]:
    """What a process of its own says of its work."""
    command = [python, "-c", MEASURE + code, *arguments]
    one = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=one)
    answer: dict[str, float | list[float]] = json.loads(done.stdout.splitlines()[-1])
    return answer


def show(name: str, measured: list[dict[str, float | list[float]]]) -> tuple[float, float]:
    """Print the medians; give wall and user + system seconds."""
    wall, cpu = (statistics.median(one[kind] for one in measured) for kind in ("seconds", "cpu"))
    memory = max(one["memory"] for one in measured)
    print(f"{name:<28} {wall:7.2f} s wall {cpu:7.2f} s cpu {memory:5.0f} MB", flush=True)
    return wall, cpu


def main() -> None:
    """Make the statistics, resample them with both, print the ratios."""
    parser = argparse.ArgumentParser()
    for name, size in (("systems", 16), ("sentences", 3000), ("replicates", 2000)):
        parser.add_argument(f"--{name}", type=int, default=size)
    parser.add_argument("--sacrebleu", default=sys.executable, help="a Python that has sacrebleu")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statistics.npy"
        make(path, given.systems, given.sentences)
        command = [given.sacrebleu, "-c", "import sacrebleu"]
        has = not subprocess.run(command, check=False, capture_output=True).returncode
        scores, tests, theirs = [], [], []
        for _ in range(3):
            arguments = str(path), str(given.replicates)
            scores.append(measure(sys.executable, OURS, *arguments, "scores"))
            tests.append(measure(sys.executable, OURS, *arguments, "tests"))
            if has:
                theirs.append(measure(given.sacrebleu, SACREBLEU, *arguments))
        own = {
            "scores": show("paperforge, scores", scores),
            "tests": show("paperforge, tests", tests),
        }
        if not theirs:
            print("sacrebleu: not measured, that Python has no sacrebleu (--sacrebleu PYTHON)")
            return
        peer = show("sacrebleu, paired bootstrap", theirs)
        for kind, times in own.items():
            wall, cpu = (b / a for a, b in zip(times, peer, strict=True))
            target = "   target: 20" if kind == "scores" else ""
            print(f"{kind}: {wall:.1f} times faster by wall, {cpu:.1f} by cpu{target}")
        apart = np.abs(np.subtract(scores[0]["scores"], theirs[0]["scores"])).max()
        print(f"corpus scores differ by at most {apart:.1e}")


if __name__ == "__main__":
    main()
