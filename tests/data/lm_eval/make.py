"""Write current/ and groups/ with lm-evaluation-harness 0.4.13 itself, and current.csv, the truth.

    python tests/data/lm_eval/make.py     # no torch needed

The models are toys: their answers are a hash of model, seed and question. Nothing is downloaded.
Only the clock and the description of the machine are replaced. legacy/ and lists/ are made by
make_legacy.py.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_CACHE"] = tempfile.mkdtemp()
os.environ["HF_HOME"] = os.environ["HF_DATASETS_CACHE"]

HERE = Path(__file__).parent
SKILLS = {"toy/alpha": 0.4, "toy/beta": 0.6, "toy/gamma": 0.8}
CAPITALS = ["Paris", "Rome", "Oslo", "Lima", "Bern", "Cairo"]
LANDS = ["France", "Italy", "Norway", "Peru", "Switzerland", "Egypt"]
TASKS = {
    "toy_capitals": """
task: toy_capitals
dataset_path: json
dataset_kwargs: {data_files: {test: capitals.jsonl}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{land}}:"
doc_to_target: "{{answer}}"
doc_to_choice: "{{choices}}"
metric_list: [{metric: acc, aggregation: mean, higher_is_better: true}]
metadata: {version: 1.0}
""",
    "toy_sums_2": """
task: toy_sums_2
dataset_path: json
dataset_kwargs: {data_files: {test: sums.jsonl}}
test_split: test
output_type: generate_until
doc_to_text: "{{question}}"
doc_to_target: "{{answer}}"
generation_kwargs: {until: ["\\n"]}
filter_list:
  - {name: strict, filter: [{function: regex, regex_pattern: "= (-?[0-9]+)"}, {function: take_first}]}
  - {name: loose, filter: [{function: regex, regex_pattern: "(-?[0-9]+)"}, {function: take_first}]}
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]
metadata: {version: 2.0}
""",
    "toy_words": """
task: toy_words
dataset_path: json
dataset_kwargs: {data_files: {test: capitals.jsonl}}
test_split: test
output_type: loglikelihood
doc_to_text: "{{land}}"
doc_to_target: "{{land}}"
metric_list:
  - {metric: perplexity, aggregation: perplexity, higher_is_better: false}
  - {metric: acc, aggregation: mean, higher_is_better: true}
metadata: {version: 1.0}
""",
    "toy_text": """
task: toy_text
dataset_path: json
dataset_kwargs: {data_files: {test: capitals.jsonl}}
test_split: test
output_type: loglikelihood_rolling
doc_to_text: ""
doc_to_target: "{{land}}"
metric_list: [{metric: word_perplexity}, {metric: bits_per_byte}]
metadata: {version: 1.0}
""",
}
GROUP = """
group: toy_choice
task: [toy_capitals, toy_words]
aggregate_metric_list: [{metric: acc, aggregation: mean, weight_by_size: true}]
metadata: {version: 1.0}
"""


def chance(*parts: object) -> float:
    """A number in [0, 1) that depends on nothing but its parts."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def write_tasks(folder: Path) -> None:
    """The questions, and the tasks that ask them."""
    with (folder / "capitals.jsonl").open("w") as stream:
        for number, land in enumerate(LANDS):
            doc = {"land": land, "choices": CAPITALS[:3], "answer": number % 3}
            stream.write(json.dumps(doc) + "\n")
    with (folder / "sums.jsonl").open("w") as stream:
        for number in range(5):
            doc = {"question": f"{number} + 1", "answer": str(number + 1)}
            stream.write(json.dumps(doc) + "\n")
    for name, text in TASKS.items():
        (folder / f"{name}.yaml").write_text(text)
    (folder / "toy_choice.yaml").write_text(GROUP)


def toy_model(base: type) -> type:
    """The toy: right with a chance of its skill."""

    class Toy(base):
        name, seed, attempt = "", 0, 0

        def _right(self, *parts: object) -> bool:
            return chance(self.name, self.seed, self.attempt, *parts) < SKILLS[self.name]

        def loglikelihood(self, requests, disable_tqdm=False):
            found = []
            for request in requests:
                asked, said = request.arguments
                number = LANDS.index(asked.strip(":")) if asked.strip(":") in LANDS else 0
                right = CAPITALS[number % 3] == said.strip() or asked == said.strip()
                high = self._right(asked) == right
                found.append((-0.5 if high else -2.0 - chance(asked, said), high))
            return found

        def loglikelihood_rolling(self, requests, disable_tqdm=False):
            return [-1.0 - chance(self.name, request.arguments) for request in requests]

        def generate_until(self, requests, disable_tqdm=False):
            found = []
            for request in requests:
                asked = request.arguments[0]
                answer = int(asked.split(" + ")[0]) + (1 if self._right(asked) else 2)
                found.append(f"= {answer}" if self._right(asked, "form") else f"it is {answer}")
            return found

    return Toy


class Clock(datetime):
    """A minute goes by from one look to the next."""

    at = datetime.fromisoformat("2026-03-01T12:00:00.250000")

    @classmethod
    def now(cls, tz=None):
        cls.at += timedelta(minutes=1)
        return cls.at


def evaluate(tasks: list[str], model: str, seed: int, attempt: int, out: Path) -> None:
    """One call of the command, as `lm_eval run --log_samples --seed SEED` does it."""
    from lm_eval import evaluator
    from lm_eval.api.model import LM
    from lm_eval.loggers import EvaluationTracker, evaluation_tracker
    from lm_eval.tasks import TaskManager

    evaluation_tracker.datetime = Clock
    evaluator.add_env_info = lambda results: results.update(pretty_env_info="")
    toy = toy_model(LM)()
    toy.name, toy.seed, toy.attempt = model, seed, attempt
    tracker = EvaluationTracker(output_path=str(out))
    results = evaluator.simple_evaluate(
        model=toy,
        model_args=f"pretrained={model},dtype=float32",
        tasks=tasks,
        num_fewshot=0,
        task_manager=TaskManager(include_path=".", include_defaults=False),
        log_samples=True,
        evaluation_tracker=tracker,
        bootstrap_iters=10,
        random_seed=seed,
        numpy_random_seed=seed,
        torch_random_seed=seed,
        fewshot_random_seed=seed,
    )
    results["date"] = Clock.at.timestamp()
    samples = results.pop("samples")
    tracker.general_config_tracker.start_time = 0.0
    tracker.general_config_tracker.log_end_time = lambda: None
    tracker.save_results_aggregated(results=results, samples=samples)
    for task in results["configs"]:
        tracker.save_results_samples(task_name=task, samples=samples[task])


def current() -> None:
    """3 models x 2 tasks x 5 seeds, one of them evaluated twice; and a group with odd metrics."""
    for name in ("current", "groups"):
        shutil.rmtree(HERE / name, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        write_tasks(Path(folder))
        os.chdir(folder)
        tasks = ["toy_capitals", "toy_sums_2"]
        for model in SKILLS:
            for seed in range(5):
                evaluate(tasks, model, seed, 0, HERE / "current")
        evaluate(tasks, "toy/alpha", 0, 1, HERE / "current")
        for model in list(SKILLS)[:2]:
            evaluate(["toy_choice", "toy_text"], model, 0, 0, HERE / "groups")
        os.chdir(HERE)
    truth(HERE / "current")


def truth(out: Path) -> None:
    """What the toys answered, worked out without the files."""
    rows = []
    for model in SKILLS:
        for seed in range(5):
            for attempt in (0, 1) if (model, seed) == ("toy/alpha", 0) else (0,):
                toy = toy_model(object)()
                toy.name, toy.seed, toy.attempt = model, seed, attempt
                kept = int((model, seed, attempt) != ("toy/alpha", 0, 0))
                for number, land in enumerate(LANDS):
                    value = float(toy._right(f"{land}:"))
                    rows.append([model, "toy_capitals", seed, number, "acc", value, kept])
                for number in range(5):
                    right = toy._right(f"{number} + 1")
                    form = toy._right(f"{number} + 1", "form")
                    named = {"strict": right and form, "loose": right}
                    for name, value in named.items():
                        metric = f"exact_match,{name}"
                        rows.append([model, "toy_sums_2", seed, number, metric, float(value), kept])
    with (HERE / f"{out.name}.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["method", "dataset", "seed", "example", "metric", "value", "kept"])
        writer.writerows(rows)


if __name__ == "__main__":
    current()
