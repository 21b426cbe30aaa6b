"""Write logs/, json/ and broken/ with inspect-ai 0.3.285 itself, and logs.csv, the truth.

    python tests/data/inspect_ai/make.py

The models are inspect's mockllm: what they answer is a hash of model, seed, question and epoch.
Ids and times are as inspect writes them; it runs in a temporary folder, so that no path says more.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(os.environ.get("OUT") or Path(__file__).parent)
SKILLS = {"mockllm/alpha": 0.4, "mockllm/beta": 0.6, "mockllm/gamma": 0.8}
SIZES = {"add": 3, "say-it": 3}


def chance(*parts: object) -> float:
    """A number in [0, 1) that depends on nothing but its parts."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def answers(model: str, seed: int, task: str, example: int, epoch: int, attempt: int) -> bool:
    """Whether the model is right."""
    return chance(model, seed, task, example, epoch, attempt) < SKILLS[model]


class Trial:
    """What no argument of a task says."""

    attempt = 0
    fail = -1
    slow = 0.0


def answering():
    """The solver: it asks no model."""
    from inspect_ai.solver import solver

    @solver
    def answer(name: str, model: str, seed: int):
        async def solve(state, _generate):
            import anyio

            number = int(str(state.sample_id).rpartition("-")[2])
            if number == Trial.fail:
                raise ValueError("made to fail")
            if Trial.slow:
                await anyio.sleep(Trial.slow)
            right = answers(model, seed, name, number, state.epoch, Trial.attempt)
            state.output.completion = state.target.text if right else "no idea"
            return state

        return solve

    return answer


def scorers():
    """Of `say-it`: one gives letters, one two numbers."""
    from inspect_ai.scorer import Score, accuracy, mean, scorer, stderr

    @scorer(metrics={"length": [mean()], "half": [mean(), stderr()]})
    def parts():
        async def score(state, _target):
            said = state.output.completion
            return Score(value={"length": len(said), "half": 0.5 if said else 0})

        return score

    @scorer(metrics=[accuracy(), stderr()])
    def partly():
        async def score(state, target):
            right = state.output.completion == target.text
            number = int(str(state.sample_id).rpartition("-")[2])
            return Score(value=("C" if number else "P") if right else ("N" if number else "I"))

        return score

    return [partly(), parts()]


def define():
    """The tasks: `add` has one scorer and numbers as ids, `say-it` two scorers and texts as ids."""
    from inspect_ai import Epochs, Task, task
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.scorer import match

    answer = answering()

    @task
    def add(model: str, seed: int):
        samples = [Sample(id=n, input=f"{n} + 1", target=f"{n + 1}") for n in range(1, 4)]
        return Task(
            dataset=MemoryDataset(samples),
            solver=answer("add", model, seed),
            scorer=match(),
            epochs=Epochs(2, "mean"),
        )

    @task(name="say-it")
    def say(model: str, seed: int):
        samples = [Sample(id=f"word-{n}", input=f"word {n}", target=f"w{n}") for n in range(3)]
        return Task(
            dataset=MemoryDataset(samples),
            solver=answer("say-it", model, seed),
            scorer=scorers(),
        )

    return {"add": add, "say-it": say}


def evaluate(name: str, model: str, seed: int, out: Path, form: str, attempt: int = 0, fail=-1):
    """One evaluation, as `inspect eval --seed SEED` does it."""
    from inspect_ai import eval as run

    Trial.attempt, Trial.fail = attempt, fail
    made = define()[name](model, seed)
    run(
        made,
        model=model,
        seed=seed,
        log_dir=str(out),
        log_format=form,
        display="none",
        metadata={"study": "toys"},
    )


def rows(model: str, seed: int, name: str, attempt: int, kept: int):
    """What a reader must find of one evaluation."""
    first, epochs = (1, 2) if name == "add" else (0, 1)
    for number in range(first, first + SIZES[name]):
        for epoch in range(1, epochs + 1):
            right = answers(model, seed, name, number, epoch, attempt)
            example = number if name == "add" else f"word-{number}"
            if name == "add":
                yield [model, name, seed, epoch, example, "accuracy", float(right), kept]
                continue
            value = (1.0 if number else 0.5) if right else 0.0
            length = float(len(f"w{number}") if right else len("no idea"))
            yield [model, name, seed, epoch, example, "partly", value, kept]
            yield [model, name, seed, epoch, example, "parts/length", length, kept]
            yield [model, name, seed, epoch, example, "parts/half", 0.5, kept]


def logs() -> None:
    """3 models x 2 tasks x 3 seeds; one evaluated twice, one that fails and is done again."""
    out = HERE / "logs"
    shutil.rmtree(out, ignore_errors=True)
    truth = []
    for model in SKILLS:
        for seed in range(3):
            for name in SIZES:
                if (model, seed, name) == ("mockllm/beta", 1, "add"):
                    evaluate(name, model, seed, out, "eval", fail=3)
                evaluate(name, model, seed, out, "eval")
                again = (model, seed, name) == ("mockllm/alpha", 0, "add")
                truth += rows(model, seed, name, 0, int(not again))
    evaluate("add", "mockllm/alpha", 0, out, "eval", attempt=1)
    truth += rows("mockllm/alpha", 0, "add", 1, 1)
    with (HERE / "logs.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        names = ["method", "dataset", "seed", "epoch", "example", "metric", "value", "kept"]
        writer.writerow(names)
        writer.writerows(truth)


def json_logs() -> None:
    """The other form of log, of one model."""
    out = HERE / "json"
    shutil.rmtree(out, ignore_errors=True)
    for model in list(SKILLS)[:1]:
        for name in SIZES:
            evaluate(name, model, 0, out, "json")


def broken() -> None:
    """A log of a process that was killed: only the journal is there."""
    out = HERE / "broken"
    shutil.rmtree(out, ignore_errors=True)
    child = subprocess.Popen([sys.executable, __file__, "slow", str(out)])
    for _ in range(600):
        time.sleep(0.1)
        found = list(out.glob("*.eval"))
        if found and b"_journal/summaries/2.json" in found[0].read_bytes():
            break
    child.send_signal(signal.SIGKILL)
    child.wait()


def slow(out: str) -> None:
    """Evaluate, taking two seconds a question."""
    from inspect_ai import eval as run

    Trial.slow = 2
    made = define()["add"]("mockllm/beta", 0)
    run(
        made, model="mockllm/beta", seed=0, log_dir=out, display="none", max_samples=1, log_buffer=1
    )


def main() -> None:
    """Write all, from a copy in a temporary folder: logs say where their task is."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(__file__, folder)
        names = {"HOME": folder, "XDG_DATA_HOME": folder, "OUT": str(HERE.resolve())}
        names["INSPECT_EVAL_LOG_FILE_PATTERN"] = "{task}_{model}_{id}"
        subprocess.run(
            [sys.executable, "make.py", "all"], cwd=folder, env={**os.environ, **names}, check=True
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["slow"]:
        slow(sys.argv[2])
    elif sys.argv[1:2] == ["all"]:
        logs()
        json_logs()
        broken()
    else:
        main()
