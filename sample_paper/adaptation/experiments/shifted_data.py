"""Source and target sets: scikit-learn's small data sets and fixed shifts of them.

A *family* is one of scikit-learn's bundled data sets; a *target set* is a family under one shift.
A shift is part of the target set's definition: it is drawn once, from a constant, and is the same
for every seed. A seed only decides which examples fall into which split.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from torch import Tensor
from torch.nn import functional

Shift = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]

IMAGE_SIDE = 8
ROTATION_DEGREES = 60.0
NOISE_STD = 0.4  # in units of the full grey-level range
LABEL_OFFSET = 3
DRIFT_OFFSET_STD = 3.0  # in units of each feature's standard deviation
DRIFT_LOG_GAIN_STD = 0.5
CROSSTALK_STRENGTH = 0.4


@dataclass(frozen=True)
class Family:
    """How one data set is divided. All sizes are numbers of examples."""

    per_class: int  # target training examples per class
    classes: int
    source_train: int
    source_held_out: int
    target_val: int
    target_test: int


@dataclass(frozen=True)
class Split:
    """Features (examples, features) in float32 and labels (examples,) in int64."""

    x: Tensor
    y: Tensor


@dataclass(frozen=True)
class Domains:
    """All splits of one family, target set and seed. No example is in two of them."""

    source_train: Split
    source_held_out: Split
    target_train: Split
    target_val: Split
    target_test: Split


FAMILIES = {
    "digits": Family(10, 10, 700, 150, 150, 597),
    "cancer": Family(10, 2, 200, 50, 79, 200),
    "wine": Family(6, 3, 60, 12, 20, 50),
}


def seeded_generator(purpose: str, seed: int) -> torch.Generator:
    """Give one random stream per purpose, so that adding a draw to one leaves the others alone."""
    return torch.Generator().manual_seed(zlib.crc32(f"{purpose}/{seed}".encode()))


@cache
def load_family(family: str) -> tuple[Tensor, Tensor]:
    """Load features (examples, features) and labels (examples,) of a bundled data set.

    Pixels are scaled to [0, 1]; tabular features to zero mean and unit variance over the data set.
    """
    loaders = {"digits": load_digits, "cancer": load_breast_cancer, "wine": load_wine}
    features, labels = loaders[family](return_X_y=True)
    if family == "digits":
        scaled = features / 16.0
    else:
        scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    return torch.from_numpy(scaled.astype(np.float32)), torch.from_numpy(labels.astype(np.int64))


def rotate(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Rotate each image about its centre, with bilinear interpolation."""
    angle = math.radians(ROTATION_DEGREES)
    matrix = torch.tensor(
        [[math.cos(angle), -math.sin(angle), 0.0], [math.sin(angle), math.cos(angle), 0.0]]
    )
    images = x.view(-1, 1, IMAGE_SIDE, IMAGE_SIDE)
    size = list(images.shape)
    grid = functional.affine_grid(matrix.expand(len(x), 2, 3), size, align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False).view_as(x), y


def add_noise(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Add Gaussian noise to each pixel and clip to the grey-level range."""
    noise = torch.randn(x.shape, generator=seeded_generator("noise", 0))
    return (x + NOISE_STD * noise).clamp(0.0, 1.0), y


def invert(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Swap ink and paper."""
    return 1.0 - x, y


def shuffle_pixels(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Apply one fixed permutation to the pixels of every image."""
    order = torch.randperm(x.shape[1], generator=seeded_generator("pixels", 0))
    return x[:, order], y


def relabel(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Keep the images and move every class to another label."""
    return x, (y + LABEL_OFFSET) % 10


def drift(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Give every feature its own gain and offset, as instruments that drifted apart."""
    stream = seeded_generator("drift", 0)
    gain = torch.exp(DRIFT_LOG_GAIN_STD * torch.randn(x.shape[1], generator=stream))
    offset = DRIFT_OFFSET_STD * torch.randn(x.shape[1], generator=stream)
    return gain * x + offset, y


def mix_features(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Leak every feature into every other one: a dense, full-rank linear map."""
    noise = torch.randn(x.shape[1], x.shape[1], generator=seeded_generator("mix", 0))
    return x @ (torch.eye(x.shape[1]) + CROSSTALK_STRENGTH * noise), y


TARGET_SETS: dict[str, tuple[str, Shift]] = {
    "digits-rotated": ("digits", rotate),
    "digits-noisy": ("digits", add_noise),
    "digits-inverted": ("digits", invert),
    "digits-shuffled": ("digits", shuffle_pixels),
    "digits-relabelled": ("digits", relabel),
    "cancer-drift": ("cancer", drift),
    "wine-crosstalk": ("wine", mix_features),
}


def family_of(dataset: str) -> str:
    """Name the family a target set is a shift of."""
    return TARGET_SETS[dataset][0]


def balanced_order(y: Tensor, stream: torch.Generator) -> Tensor:
    """Order examples (examples,) at random with the classes taking turns.

    Every prefix is class-balanced while no class has run out, so that a smaller training set is a
    subset of a larger one.
    """
    shuffled = torch.randperm(len(y), generator=stream)
    turn = torch.zeros(len(y), dtype=torch.int64)
    for label in range(int(y.max()) + 1):
        members = y[shuffled] == label
        turn[members] = torch.arange(int(members.sum()))
    return shuffled[torch.argsort(turn, stable=True)]


def make_domains(dataset: str, seed: int, train_scale: float = 1.0) -> Domains:
    """Split a family by `seed` and shift its target part.

    `train_scale` multiplies the target training set (at most 2); all other splits stay as they
    are, because twice the nominal training size is always set aside.
    """
    family_name, shift = TARGET_SETS[dataset]
    family = FAMILIES[family_name]
    x, y = load_family(family_name)
    shifted_x, shifted_y = shift(x, y)
    stream = seeded_generator(f"split/{family_name}", seed)
    order = balanced_order(y, stream)
    nominal = family.per_class * family.classes
    train = order[: round(train_scale * nominal)]
    rest = order[2 * nominal :]
    rest = rest[torch.randperm(len(rest), generator=stream)]
    sizes = [family.source_train, family.source_held_out, family.target_val, family.target_test]
    source_train, source_held_out, val, test = torch.split(rest[: sum(sizes)], sizes)
    return Domains(
        source_train=Split(x[source_train], y[source_train]),
        source_held_out=Split(x[source_held_out], y[source_held_out]),
        target_train=Split(shifted_x[train], shifted_y[train]),
        target_val=Split(shifted_x[val], shifted_y[val]),
        target_test=Split(shifted_x[test], shifted_y[test]),
    )
