"""The experiment itself: pre-train on the source, adapt on the target, measure.

Everything random hangs on `seed`: the split, the source model's initial weights, both batch
orders and the adapters' initial weights. All methods of one seed and family share the split and
the source model, and all methods of one seed and target set share the batch order, so that seeds
pair the methods. Nothing here writes a file.
"""

from __future__ import annotations

import copy
import json
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from networks import Classifier, Method, prepare, stable_rank
from shifted_data import (
    FAMILIES,
    TARGET_SETS,
    Domains,
    Split,
    family_of,
    make_domains,
    seeded_generator,
)
from sklearn.metrics import f1_score
from torch import Tensor, nn
from torch.nn import functional

SOURCE_EPOCHS = 40
SOURCE_LEARNING_RATE = 1e-3
SOURCE_BATCH = 32
EPOCHS = 50
BATCH = 10
WATTS_PER_CORE = 10.0  # assumed draw of one busy core, not measured
SECONDS_PER_HOUR = 3600.0
LEARNING_RATES = Path(__file__).parents[1] / "results" / "learning_rates.json"

METHODS = {
    method.name: method
    for method in (
        Method("none", train_head=False),
        Method("linear-probe"),
        Method("bias-only", train_biases=True),
        Method("lora-r1", rank=1),
        Method("lora-r2", rank=2),
        Method("lora-r4", rank=4),
        Method("lora-r8", rank=8),
        Method("full", train_biases=True, train_hidden_weights=True),
    )
}


@dataclass(frozen=True)
class Cost:
    """What the training steps took: wall-clock and processor time in seconds."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True)
class Run:
    """One method on one target set with one seed.

    `metrics` are final values, named `split/metric`. `val_curve` is the validation accuracy before
    adaptation and after each epoch (1 + epochs,); it has one entry if nothing is trained.
    """

    method: str
    dataset: str
    seed: int
    rank: int
    learning_rate: float
    metrics: dict[str, float]
    val_curve: tuple[float, ...]


def use_one_deterministic_thread() -> None:
    """Make results independent of the number of cores and of scheduling."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)


def train_epoch(
    model: Classifier,
    data: Split,
    optimiser: torch.optim.Optimizer,
    batch: int,
    stream: torch.Generator,
) -> None:
    """Take one pass over `data` in a fresh random order."""
    order = torch.randperm(len(data.y), generator=stream)
    for chosen in torch.split(order, batch):
        optimiser.zero_grad()
        loss = functional.cross_entropy(model(data.x[chosen]), data.y[chosen])
        torch.autograd.backward(loss)
        optimiser.step()


@torch.no_grad()
def logits_of(model: Classifier, data: Split) -> Tensor:
    """Compute logits (examples, classes)."""
    logits: Tensor = model(data.x)
    return logits


def accuracy(logits: Tensor, y: Tensor) -> float:
    """Compute the share of examples whose largest logit is the label's."""
    return float((logits.argmax(dim=1) == y).double().mean())


@cache
def source_model(family: str, seed: int, *, pretrained: bool) -> Classifier:
    """Give the model that adaptation of (family, seed) starts from; callers must copy it.

    Without pre-training it is the same initial network, untrained.
    """
    use_one_deterministic_thread()
    dataset = next(name for name in TARGET_SETS if family_of(name) == family)
    data = make_domains(dataset, seed).source_train
    inputs = data.x.shape[1]
    stream = seeded_generator(f"source-init/{family}", seed)
    model = Classifier(inputs, FAMILIES[family].classes, stream)
    if pretrained:
        optimiser = torch.optim.Adam(model.parameters(), lr=SOURCE_LEARNING_RATE, fused=True)
        batches = seeded_generator(f"source-batches/{family}", seed)
        for _ in range(SOURCE_EPOCHS):
            train_epoch(model, data, optimiser, SOURCE_BATCH, batches)
    return model


def adapt(
    model: Classifier,
    trained: list[nn.Parameter],
    domains: Domains,
    learning_rate: float,
    batches: torch.Generator,
) -> tuple[tuple[float, ...], Cost]:
    """Train on the target training set; return the validation curve and the cost.

    The clocks run during training steps only, not during evaluation.
    """
    val = domains.target_val
    curve, wall, cpu = [accuracy(logits_of(model, val), val.y)], 0.0, 0.0
    if not trained:
        return tuple(curve), Cost(wall, cpu)
    optimiser = torch.optim.Adam(trained, lr=learning_rate, fused=True)
    for _ in range(EPOCHS):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        train_epoch(model, domains.target_train, optimiser, BATCH, batches)
        wall += time.perf_counter() - wall_start
        cpu += time.process_time() - cpu_start
        curve.append(accuracy(logits_of(model, val), val.y))
    return tuple(curve), Cost(wall, cpu)


def measure(
    model: Classifier, source: Classifier, domains: Domains, cost: Cost
) -> dict[str, float]:
    """Evaluate an adapted model once; the test set is read here and nowhere else."""
    test, val, held_out = domains.target_test, domains.target_val, domains.source_held_out
    test_logits = logits_of(model, test)
    metrics = {
        "test/accuracy": accuracy(test_logits, test.y),
        "test/macro_f1": float(f1_score(test.y, test_logits.argmax(dim=1), average="macro")),
        "test/nll": float(functional.cross_entropy(test_logits, test.y)),
        "val/nll": float(functional.cross_entropy(logits_of(model, val), val.y)),
        "source/accuracy": accuracy(logits_of(source, held_out), held_out.y),
        "wall_time_s": cost.wall_s,
        "energy_wh": cost.cpu_s * WATTS_PER_CORE / SECONDS_PER_HOUR,
    }
    pairs = zip(model.hidden_layers(), source.hidden_layers(), strict=True)
    for index, (after, before) in enumerate(pairs, start=1):
        update = after.effective_weight() - before.effective_weight()
        if update.any():
            metrics[f"update/stable_rank_hidden{index}"] = stable_rank(update)
    return metrics


def chosen_learning_rate(method: str, dataset: str) -> float:
    """Look up the rate that the selection on separate seeds wrote down."""
    rates: dict[str, dict[str, float]] = json.loads(LEARNING_RATES.read_text(encoding="utf-8"))
    return rates[dataset][method]


def run_method(method: Method, dataset: str, seed: int, learning_rate: float) -> Run:
    """Adapt by any method, named or ablated, and measure it."""
    use_one_deterministic_thread()
    source = source_model(family_of(dataset), seed, pretrained=method.pretrained)
    domains = make_domains(dataset, seed, method.train_scale)
    model = copy.deepcopy(source)
    trained = prepare(model, method, seeded_generator("adapter-init", seed))
    batches = seeded_generator("target-batches", seed)
    curve, cost = adapt(model, trained, domains, learning_rate, batches)
    metrics = measure(model, source, domains, cost)
    metrics["params_trained"] = float(sum(parameter.numel() for parameter in trained))
    return Run(method.name, dataset, seed, method.rank, learning_rate, metrics, curve)


def run_one(method: str, dataset: str, seed: int, learning_rate: float | None = None) -> Run:
    """Run one cell of the study; without a learning rate, use the one chosen for the paper."""
    chosen = METHODS[method]
    if learning_rate is None:
        learning_rate = chosen_learning_rate(method, dataset) if chosen.train_head else 0.0
    return run_method(chosen, dataset, seed, learning_rate)
