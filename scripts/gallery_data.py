"""Results made up for the gallery, one file a design: numbers from a seeded generator, no study."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

METHODS = ("full model", "no attention", "no augmentation", "small encoder", "linear")
TASKS = ("crossing", "digging", "flying", "mining", "racing", "sorting", "stacking", "swimming")


def write(path: Path, header: str, rows: Iterable[Iterable[object]]) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


def make(folder: Path) -> None:
    """Every file of the gallery."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20261129)
    _seeds(folder, rng)
    _datasets(folder, rng)
    _tasks(folder, rng)
    _examples(folder, rng)
    _ratings(folder, rng)
    _sizes(folder, rng)
    _curves(folder, rng)
    (folder / "datasets.csv").write_text(
        "dataset,train,test,classes,length (mean)\nnews,120000,7600,4,43.2\n"
        "reviews,25000,25000,2,233.8\nquestions,5452,500,6,10.1\n",
        encoding="utf-8",
    )


def _seeds(folder: Path, rng: np.random.Generator) -> None:
    """An ablation: five variants, three datasets, eight seeds; accuracy, loss and cost."""
    level = (0.86, 0.845, 0.835, 0.83, 0.74)
    cost = (410.0, 380.0, 395.0, 220.0, 24.0)
    size = (110.3, 96.1, 110.3, 42.7, 0.8)
    rate, layers = ("0.0003", "0.0003", "0.0003", "0.001", "0.01"), (12, 12, 12, 6, 1)
    rows = []
    for i, method in enumerate(METHODS):
        for j, dataset in enumerate(("news", "questions", "reviews")):
            shared = np.random.default_rng([7, j]).normal(0, 0.006, 8)
            own = rng.normal(0, 0.004, 8)
            for seed in range(8):
                accuracy = level[i] - 0.03 * j + shared[seed] + own[seed]
                rows.append(
                    (method, dataset, seed, f"{accuracy:.4f}", f"{1.9 * (1 - accuracy):.4f}",
                     f"{cost[i] * rng.normal(1, 0.03):.1f}", size[i], rate[i], layers[i], 32)
                )  # fmt: skip
    write(
        folder / "seeds.csv",
        "method,dataset,seed,accuracy,loss,wall_time_s,parameters_m,config.lr,config.layers,config.batch_size",
        rows,
    )


def _datasets(folder: Path, rng: np.random.Generator) -> None:
    """Five classifiers on 24 datasets: datasets as a sample."""
    rows = []
    for j in range(24):
        hard = rng.uniform(0.6, 0.9)
        for i, method in enumerate(("boosting", "forest", "tree", "nearest", "bayes")):
            rows.append((method, f"set {j + 1}", f"{hard - 0.02 * i + rng.normal(0, 0.02):.4f}"))
    write(folder / "many.csv", "method,dataset,accuracy", rows)


def _tasks(folder: Path, rng: np.random.Generator) -> None:
    """Three agents, eight tasks, ten runs: normalised scores."""
    rows = [
        (agent, task, seed, f"{rng.gamma(4, level / 4) * (0.6 + 0.1 * j):.4f}")
        for agent, level in (("PPO", 0.7), ("SAC", 0.85), ("ours", 1.0))
        for j, task in enumerate(TASKS)
        for seed in range(10)
    ]
    write(folder / "agents.csv", "agent,task,seed,score", rows)


def _examples(folder: Path, rng: np.random.Generator) -> None:
    """Two classifiers on 1,200 examples: label, prediction, confidence, right or wrong."""
    names = ("cat", "dog", "fox", "owl")
    rows = []
    labels = rng.integers(0, 4, 1200)
    hard = rng.beta(2, 5, 1200)
    for method, skill in (("calibrated", 1.0), ("overconfident", 1.0)):
        for k, (label, difficulty) in enumerate(zip(labels, hard, strict=True)):
            right = rng.random() > difficulty * skill
            other = (label + rng.integers(1, 4)) % 4
            guess = label if right else other
            sure = 1 - difficulty if method == "calibrated" else 1 - difficulty**2.2
            rows.append((method, k, names[label], names[guess], f"{sure:.4f}", int(right)))
    write(folder / "examples.csv", "method,example,label,prediction,confidence,accuracy", rows)


def _ratings(folder: Path, rng: np.random.Generator) -> None:
    """Three systems, 40 items, three raters: marks of 1 to 5."""
    rows = []
    for item in range(40):
        for method, level in (("human", 4.3), ("ours", 3.8), ("baseline", 2.9)):
            quality = level + rng.normal(0, 0.7)
            for rater in ("A", "B", "C"):
                mark = int(np.clip(round(quality + rng.normal(0, 0.5)), 1, 5))
                rows.append((method, item, rater, mark))
    write(folder / "ratings.csv", "method,item,rater,rating", rows)


def _sizes(folder: Path, rng: np.random.Generator) -> None:
    """Two families at six sizes: loss against parameters, and what a pass takes."""
    rows = []
    for family, top, slope in (("dense", 9.0, 0.10), ("sparse", 8.0, 0.105)):
        for size in (1e6, 4e6, 1.6e7, 6.4e7, 2.56e8, 1.024e9):
            for seed in range(3):
                loss = 1.7 + top * size ** (-slope) + rng.normal(0, 0.01)
                rows.append((family, f"{size:.0f}", seed, f"{loss:.4f}", f"{size:.0f}"))
    write(folder / "sizes.csv", "method,dataset,seed,loss,parameters", rows)


def _curves(folder: Path, rng: np.random.Generator) -> None:
    """Three methods, two datasets, five seeds, 40 epochs."""
    rows = []
    for method, speed, top in (("base", 0.10, 0.80), ("wide", 0.14, 0.83), ("ours", 0.18, 0.86)):
        for j, dataset in enumerate(("news", "reviews")):
            for seed in range(5):
                end = top - 0.04 * j + rng.normal(0, 0.008)
                for epoch in range(41):
                    value = end * (1 - np.exp(-speed * (epoch + 1))) + rng.normal(0, 0.006)
                    rows.append((method, dataset, seed, epoch, f"{value:.4f}"))
    write(folder / "curves.csv", "method,dataset,seed,epoch,accuracy", rows)
