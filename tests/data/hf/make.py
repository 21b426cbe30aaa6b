"""Write results/ with the Trainer of Hugging Face transformers 5.23 (torch 2.13 for CPU).

    python tests/data/hf/make.py

3 methods x 2 datasets x 5 seeds in folders METHOD/DATASET/seed=SEED, by the usual script: train,
save_metrics("train"), save_state, evaluate, save_metrics("eval"), predict, save_metrics("predict").
The network has one weight; the accuracies are given. One run crashes in its last epoch and leaves
checkpoints only; one is started again from its first checkpoint (transformers cuts the history
back: no step comes twice); in one the last accuracy on validation is not a number. Weights,
optimizer states and the pickled arguments are taken out again: they hold no results; and to save room, so are the
checkpoints of all runs but those three.
truth.csv holds every value but speeds and times.

sets/seed=0 is one run that is evaluated on two sets, {"rte": ..., "mnli_mm": ...}, and once on test data of a third.
"""

from __future__ import annotations

import csv
import itertools
import math
import os
import shutil
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers

HERE = Path(__file__).parent
RESULTS = HERE / "results"
METHODS, DATASETS, SEEDS = ("full", "lora", "probe"), ("digits", "wine"), range(5)
CRASHED, RESUMED, NAN = ("full", "wine", 2), ("lora", "digits", 1), ("probe", "digits", 0)


def accuracy(method, dataset, seed, epoch):
    """The accuracy that this training "reaches"."""
    base = {"full": 52, "lora": 48, "probe": 40}[method] + {"digits": 4, "wine": 0}[dataset]
    return (base + seed) / 64 + epoch / 512


class Net(torch.nn.Module):
    """One weight."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x, labels=None):
        logits = self.weight * x
        return {"loss": ((logits - labels) ** 2).mean(), "logits": logits}


class Stop(transformers.TrainerCallback):
    """The crash."""

    def on_step_begin(self, args, state, control, **_):
        if state.global_step == 10:
            raise RuntimeError("out of luck")


def train(cell):
    """One run, as the example scripts of transformers do it."""
    method, dataset, seed = cell
    folder = RESULTS / method / dataset / f"seed={seed}"
    data = [{"x": torch.ones(1) * i, "labels": torch.ones(1)} for i in range(8)]
    calls = {"prefix": "eval"}

    def score(_):
        epoch = round(trainer.state.epoch)
        if calls["prefix"] == "predict":
            return {"accuracy": accuracy(*cell, 4)}
        return {"accuracy": math.nan if cell == NAN and epoch == 3 else accuracy(*cell, epoch)}

    def new_trainer(**options):
        arguments = transformers.TrainingArguments(
            str(folder),
            per_device_train_batch_size=2,
            num_train_epochs=3,
            eval_strategy="epoch",
            save_strategy="epoch",
            logging_steps=2,
            learning_rate=0.125,
            seed=seed,
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
            metric_for_best_model="eval_accuracy",
        )
        return transformers.Trainer(
            Net(),
            arguments,
            train_dataset=data,
            eval_dataset=data,
            compute_metrics=score,
            **options,
        )

    trainer = new_trainer(callbacks=[Stop()] if cell == CRASHED else None)
    try:
        result = trainer.train()
    except RuntimeError:
        return
    if cell == RESUMED:
        trainer = new_trainer()
        result = trainer.train(resume_from_checkpoint=str(folder / "checkpoint-4"))
    trainer.save_metrics("train", result.metrics)
    trainer.save_state()
    metrics = trainer.evaluate()
    trainer.save_metrics("eval", metrics)
    calls["prefix"] = "predict"
    trainer.save_metrics("predict", trainer.predict(data, metric_key_prefix="predict").metrics)


def several_sets():
    """One run with several evaluation sets: the Trainer puts their names into the metrics."""
    folder = HERE / "sets" / "seed=0"
    shutil.rmtree(folder, ignore_errors=True)
    data = [{"x": torch.ones(1) * i, "labels": torch.ones(1)} for i in range(8)]
    scores = iter([0.5, 0.25, 0.625, 0.375, 0.625, 0.375, 0.75])
    trainer = transformers.Trainer(
        Net(),
        transformers.TrainingArguments(
            str(folder),
            per_device_train_batch_size=4,
            num_train_epochs=2,
            eval_strategy="epoch",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
        ),
        train_dataset=data,
        eval_dataset={"rte": data, "mnli_mm": data},
        compute_metrics=lambda _: {"accuracy": next(scores)},
    )
    trainer.train()
    trainer.save_state()
    trainer.save_metrics("eval", trainer.evaluate())
    trainer.save_metrics("test_hans", trainer.predict(data, metric_key_prefix="test_hans").metrics)
    (folder / "all_results.json").unlink()
    (folder / "config.json").write_text('{"model": "lora", "dataset": "mnli"}\n')


def tidy_up():
    """Only results stay."""
    kept = {"/".join((*cell[:2], f"seed={cell[2]}")) for cell in (CRASHED, RESUMED, NAN)}
    for path in sorted(RESULTS.rglob("*"), reverse=True):
        run = "/".join(path.relative_to(RESULTS).parts[:3])
        extra = "checkpoint-" in str(path) and run not in kept
        if path.is_file() and (extra or path.suffix != ".json"):
            path.unlink()
        elif path.is_file():
            path.write_text(path.read_text().replace(str(HERE), "/project"))
        elif not any(path.iterdir()):
            path.rmdir()


def truth():
    """Every accuracy, from the formula."""
    with (HERE / "truth.csv").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["method", "dataset", "seed", "metric", "step", "value"])
        for cell in itertools.product(METHODS, DATASETS, SEEDS):
            for epoch in (1, 2, 3)[: 2 if cell == CRASHED else 3]:
                value = math.nan if cell == NAN and epoch == 3 else accuracy(*cell, epoch)
                out.writerow([*cell, "eval_accuracy", 4 * epoch, value])
            if cell != CRASHED:
                out.writerow([*cell, "predict_accuracy", 12, accuracy(*cell, 4)])


def main():
    """Make all of it anew."""
    warnings.simplefilter("ignore")
    shutil.rmtree(RESULTS, ignore_errors=True)
    for cell in itertools.product(METHODS, DATASETS, SEEDS):
        train(cell)
    several_sets()
    tidy_up()
    truth()


if __name__ == "__main__":
    main()
