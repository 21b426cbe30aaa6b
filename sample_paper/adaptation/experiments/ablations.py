"""Ablations: one choice changed at a time, everything else as in the study.

An ablation runs at the learning rate chosen for its base method: the rate is not selected again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from study import METHODS
from tasks import Task

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from networks import Method

_LORA = METHODS["lora-r4"]
_FULL = METHODS["full"]

# Base method's name -> its variants.
ABLATIONS: dict[str, tuple[Method, ...]] = {
    "lora-r4": (
        replace(_LORA, name="lora-r4, first hidden layer only", lora_layers=(0,)),
        replace(_LORA, name="lora-r4, second hidden layer only", lora_layers=(1,)),
        replace(_LORA, name="lora-r4, biases trained", train_biases=True),
        replace(_LORA, name="lora-r4, head frozen", train_head=False),
        replace(_LORA, name="lora-r4, scale 0.25", lora_scale=0.25),
        replace(_LORA, name="lora-r4, scale 4", lora_scale=4.0),
        replace(_LORA, name="lora-r4, no pre-training", pretrained=False),
        replace(_LORA, name="lora-r4, half the data", train_scale=0.5),
        replace(_LORA, name="lora-r4, twice the data", train_scale=2.0),
    ),
    "full": (
        replace(_FULL, name="full, no pre-training", pretrained=False),
        replace(_FULL, name="full, half the data", train_scale=0.5),
        replace(_FULL, name="full, twice the data", train_scale=2.0),
    ),
}


def ablation_tasks(
    bases: Container[str],
    datasets: Iterable[str],
    seeds: Iterable[int],
    rates: dict[str, dict[str, float]],
) -> list[Task]:
    """List the variants of those base methods that are being run."""
    seeds = list(seeds)
    return [
        Task(variant, dataset, seed, rates[dataset][base])
        for dataset in datasets
        for seed in seeds
        for base, variants in ABLATIONS.items()
        if base in bases
        for variant in variants
    ]
