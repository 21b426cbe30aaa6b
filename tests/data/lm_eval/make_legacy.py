"""Write legacy/ with lm-evaluation-harness 0.3.0, and lists/ with 0.4.0.

    python tests/data/lm_eval/make_legacy.py legacy   # lm_eval 0.3.0 (sacrebleu 1.5.0, torch)
    python tests/data/lm_eval/make_legacy.py lists    # lm_eval 0.4.0

0.3.0 knows no seeds; its file is what main.py writes with --output_path. 0.4.0 writes each task's
examples as one JSON list, into a file called .jsonl.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from make import HERE, LANDS, SKILLS, chance, write_tasks

os.environ["HF_HUB_OFFLINE"] = "1"


def right(model: str, task: str, number: int) -> bool:
    return chance(model, task, number) < SKILLS[model]


def task_of(base: type, name: str) -> type:
    """A task of six questions, yes or no."""

    class Toy(base):
        VERSION = 0
        DATASET_PATH = "none"

        def download(self, *_args, **_kwargs):
            self.dataset = {}

        def has_training_docs(self):
            return False

        has_validation_docs = has_training_docs

        def has_test_docs(self):
            return True

        def test_docs(self):
            choices = ["yes", "indeed not"]
            return [
                {"query": f"{name} {n}", "choices": choices, "gold": n % 2}
                for n, _ in enumerate(LANDS)
            ]

        def doc_to_text(self, doc):
            return doc["query"]

    return Toy


def model_of(base: type, name: str) -> object:
    """A model that is right with a chance of its skill."""

    class Model(base):
        def loglikelihood(self, requests):
            found = []
            for asked, said in requests:
                task, number = asked.split(" ")
                gold = ("yes", "indeed not")[int(number) % 2] == said.strip()
                high = right(name, task, int(number)) == gold
                found.append((-0.5 if high else -2.0, high))
            return found

        def greedy_until(self, requests):
            raise NotImplementedError

        loglikelihood_rolling = greedy_until

    return Model()


def legacy() -> None:
    """3 models x 2 tasks, a file a model."""
    from lm_eval import evaluator
    from lm_eval import tasks as registry
    from lm_eval.base import LM, MultipleChoiceTask

    out = HERE / "legacy"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    names = ("legacy_one", "legacy_two")
    for name in names:
        registry.TASK_REGISTRY[name] = task_of(MultipleChoiceTask, name)
    for name in SKILLS:
        results = evaluator.simple_evaluate(
            model=model_of(LM, name), tasks=list(names), no_cache=True, bootstrap_iters=5
        )
        # As the command does, which names the model in words.
        results["config"] |= {"model": "gpt2", "model_args": f"pretrained={name},dtype=float32"}
        (out / f"{name.replace('/', '-')}.json").write_text(json.dumps(results, indent=2))
    truth = {
        name: {
            task: sum(right(name, task, n) for n in range(len(LANDS))) / len(LANDS)
            for task in names
        }
        for name in SKILLS
    }
    (HERE / "legacy.json").write_text(json.dumps(truth, indent=1) + "\n")


class ExactMatch:
    """What lm_eval 0.4.0 asks of the metric."""

    @staticmethod
    def compute(predictions, references, **_options):
        pairs = zip(predictions, references, strict=True)
        return {"exact_match": sum(a == b for a, b in pairs) / len(references)}


def lists() -> None:
    """One model, with the command itself."""
    import evaluate

    # A script of the hub, which is not asked: 1 where both texts are equal.
    evaluate.load = lambda _name: ExactMatch()
    from lm_eval import __main__
    from lm_eval.api.model import LM
    from lm_eval.api.registry import register_model
    from make import toy_model

    out = HERE / "lists"
    shutil.rmtree(out, ignore_errors=True)

    @register_model("toy")
    class Toy(toy_model(LM)):
        def __init__(self):
            super().__init__()
            self.name = "toy/beta"

        @classmethod
        def create_from_arg_string(cls, *_args, **_kwargs):
            return cls()

    with tempfile.TemporaryDirectory() as folder:
        write_tasks(Path(folder))
        for name in ("toy_choice", "toy_text"):
            (Path(folder) / f"{name}.yaml").unlink()
        os.chdir(folder)
        sys.argv = ["lm_eval", "--model", "toy", "--model_args", "pretrained=toy/beta"]
        sys.argv += ["--tasks", "toy_capitals,toy_sums_2", "--include_path", ".", "--log_samples"]
        sys.argv += ["--output_path", str(out)]
        __main__.cli_evaluate()
        os.chdir(HERE)


if __name__ == "__main__":
    {"legacy": legacy, "lists": lists}[sys.argv[1]]()
