"""The methods, their grids, and the fit of one point of a grid."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

import torch
from models import (
    Classifier,
    Config,
    MajorityClass,
    Matrix,
    SectionName,
    Texts,
    accuracy,
    average,
    best_temperature,
    char_svm,
    mean_log_loss,
    naive_bayes,
    scaled,
    word_logistic_regression,
)
from neural import MeanEmbedding, NeuralClassifier, Transformer
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SEED = 20240601
WORKERS = 2
DROPOUT = 0.2
NEURAL: dict[str, tuple[type[MeanEmbedding | Transformer], int]] = {
    "transformer": (Transformer, 8),
    "mean-embedding": (MeanEmbedding, 10),
}

# Slow methods come first, so that the two workers finish at about the same time.
GRID: dict[str, list[Config]] = {
    "transformer": [{"learning_rate": value} for value in (1e-3, 3e-3)],
    "logreg-word": [{"c": value} for value in (3.0, 10.0, 30.0)],
    "svm-char": [{"c": value} for value in (0.1, 0.3, 1.0)],
    "mean-embedding": [{"learning_rate": value} for value in (2e-3, 5e-3, 1e-2)],
    "nb-word": [{"alpha": value} for value in (0.03, 0.1, 0.3)],
    "section-name": [{"weight": value} for value in (0.25, 0.5, 0.75)],
    "majority": [{}],
}
AVERAGES: dict[str, tuple[str, ...]] = {
    "average-ngrams": ("nb-word", "logreg-word", "svm-char"),
    "average-ngrams-transformer": ("nb-word", "logreg-word", "svm-char", "transformer"),
}


@dataclass(frozen=True, slots=True)
class Data:
    """Training, validation and evaluation texts; all evaluation sets share their labels."""

    sections: list[str]
    train: Texts
    validation: Texts
    evaluations: dict[str, Texts]


@dataclass(frozen=True, slots=True)
class Fit:
    """One fitted model: its log-probabilities and what the fit cost."""

    method: str
    config: Config
    facts: dict[str, int | float]
    wall_s: float
    cpu_s: float
    temperature: float
    validation_accuracy: float
    validation_log_loss: float
    validation: Matrix
    evaluations: dict[str, Matrix]


def build(method: str, config: Config, sections: list[str]) -> Classifier:
    """Make the unfitted classifier of a grid point."""
    linear: dict[str, Callable[[], Classifier]] = {
        "majority": MajorityClass,
        "section-name": lambda: SectionName(sections, config["weight"]),
        "nb-word": lambda: naive_bayes(config["alpha"]),
        "logreg-word": lambda: word_logistic_regression(config["c"]),
        "svm-char": lambda: char_svm(config["c"], SEED),
    }
    if method in linear:
        return linear[method]()
    architecture, epochs = NEURAL[method]
    return NeuralClassifier(architecture, config["learning_rate"], DROPOUT, epochs, SEED)


def fit_one(method: str, config: Config, data: Data) -> Fit:
    """Fit one grid point on one thread and score validation and evaluation texts."""
    # One thread a fit: the order of additions, and so every digit, does not depend on cores.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    model = build(method, config, data.sections)
    with threadpool_limits(limits=1):
        wall, cpu = time.perf_counter(), time.process_time()
        facts = model.fit(data.train, data.validation, len(data.sections))
        wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
        raw = model.scores(data.validation.texts)
        temperature = best_temperature(raw, data.validation.labels)
        evaluations = {
            name: scaled(model.scores(texts.texts), temperature)
            for name, texts in data.evaluations.items()
        }
    validation = scaled(raw, temperature)
    return Fit(
        method=method,
        config=config,
        facts=facts,
        wall_s=wall_s,
        cpu_s=cpu_s,
        temperature=temperature,
        validation_accuracy=accuracy(validation, data.validation.labels),
        validation_log_loss=mean_log_loss(validation, data.validation.labels),
        validation=validation,
        evaluations=evaluations,
    )


def fit_grid(data: Data) -> Iterator[Fit]:
    """Fit every grid point, two at a time, and yield each as it is done."""
    # Spawned workers start clean: forking after torch has threads can deadlock.
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        tasks = [
            pool.submit(fit_one, method, config, data)
            for method, configs in GRID.items()
            for config in configs
        ]
        for task in as_completed(tasks):
            yield task.result()


def choose(fits: Iterable[Fit]) -> dict[str, Fit]:
    """Keep for each method the grid point with the best validation accuracy, then log-loss."""
    chosen: dict[str, Fit] = {}
    # Sorting makes the choice independent of which worker finished first.
    for fit in sorted(fits, key=lambda item: (item.method, sorted(item.config.items()))):
        best = chosen.get(fit.method)
        rank = (fit.validation_accuracy, -fit.validation_log_loss)
        if best is None or rank > (best.validation_accuracy, -best.validation_log_loss):
            chosen[fit.method] = fit
    return chosen


def averaged(name: str, chosen: Mapping[str, Fit], data: Data) -> Fit:
    """Average the probabilities of chosen members; its cost is the sum of theirs."""
    members = [chosen[member] for member in AVERAGES[name]]
    validation = average([member.validation for member in members])
    return Fit(
        method=name,
        config={},
        facts={"parameters": sum(int(member.facts["parameters"]) for member in members)},
        wall_s=sum(member.wall_s for member in members),
        cpu_s=sum(member.cpu_s for member in members),
        temperature=1.0,
        validation_accuracy=accuracy(validation, data.validation.labels),
        validation_log_loss=mean_log_loss(validation, data.validation.labels),
        validation=validation,
        evaluations={
            dataset: average([member.evaluations[dataset] for member in members])
            for dataset in data.evaluations
        },
    )
