"""The classifier, its low-rank adapters, and which parameters each method trains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

HIDDEN_WIDTH = 128
HIDDEN_LAYERS = 2


@dataclass(frozen=True)
class Method:
    """What is trained on the target set; the classification head is, unless said otherwise.

    `rank` 0 means no adapter. `lora_scale` is alpha / r. `train_scale` multiplies the target
    training set.
    """

    name: str
    rank: int = 0
    lora_layers: tuple[int, ...] = (0, 1)
    lora_scale: float = 1.0
    train_head: bool = True
    train_biases: bool = False
    train_hidden_weights: bool = False
    pretrained: bool = True
    train_scale: float = 1.0


class AdaptedLinear(nn.Module):
    """A linear layer y = W x + b + s B A x, whose adapter (A, B) may be absent."""

    def __init__(self, inputs: int, outputs: int, stream: torch.Generator) -> None:
        """Draw W (outputs, inputs) and b (outputs,) uniformly within 1 / sqrt(inputs)."""
        super().__init__()
        bound = 1.0 / math.sqrt(inputs)
        weight = torch.empty(outputs, inputs).uniform_(-bound, bound, generator=stream)
        bias = torch.empty(outputs).uniform_(-bound, bound, generator=stream)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(bias)
        self.lora_a: nn.Parameter | None = None
        self.lora_b: nn.Parameter | None = None
        self.lora_scale = 0.0

    def add_adapter(self, rank: int, scale: float, stream: torch.Generator) -> None:
        """Add A (rank, inputs), Kaiming-uniform, and B (outputs, rank), zero.

        With B = 0 the adapted network starts as the source network.
        """
        outputs, inputs = self.weight.shape
        bound = 1.0 / math.sqrt(inputs)
        start = torch.empty(rank, inputs).uniform_(-bound, bound, generator=stream)
        self.lora_a = nn.Parameter(start)
        self.lora_b = nn.Parameter(torch.zeros(outputs, rank))
        self.lora_scale = scale

    def forward(self, x: Tensor) -> Tensor:
        """Map x (batch, inputs) to (batch, outputs)."""
        y = functional.linear(x, self.weight, self.bias)
        if self.lora_a is None or self.lora_b is None:
            return y
        low_rank = functional.linear(functional.linear(x, self.lora_a), self.lora_b)
        return y + self.lora_scale * low_rank

    def effective_weight(self) -> Tensor:
        """Merge the adapter into the weight: (outputs, inputs)."""
        if self.lora_a is None or self.lora_b is None:
            return self.weight.detach().clone()
        return (self.weight + self.lora_scale * self.lora_b @ self.lora_a).detach()


class Classifier(nn.Module):
    """A multilayer perceptron with two hidden layers of rectified linear units."""

    def __init__(self, inputs: int, classes: int, stream: torch.Generator) -> None:
        """Build the layers inputs -> 128 -> 128 -> classes."""
        super().__init__()
        widths = [inputs] + [HIDDEN_WIDTH] * HIDDEN_LAYERS
        self.hidden = nn.ModuleList(
            AdaptedLinear(fan_in, fan_out, stream) for fan_in, fan_out in pairwise(widths)
        )
        self.head = AdaptedLinear(HIDDEN_WIDTH, classes, stream)

    def forward(self, x: Tensor) -> Tensor:
        """Map x (batch, inputs) to logits (batch, classes)."""
        for layer in self.hidden:
            x = functional.relu(layer(x))
        logits: Tensor = self.head(x)
        return logits

    def hidden_layers(self) -> list[AdaptedLinear]:
        """List the hidden layers, first to last."""
        return [layer for layer in self.hidden if isinstance(layer, AdaptedLinear)]


def prepare(model: Classifier, method: Method, stream: torch.Generator) -> list[nn.Parameter]:
    """Freeze what `method` does not train, add its adapters, and list what it trains."""
    for parameter in model.head.parameters():
        parameter.requires_grad = method.train_head
    for index, layer in enumerate(model.hidden_layers()):
        layer.weight.requires_grad = method.train_hidden_weights
        layer.bias.requires_grad = method.train_biases
        if method.rank and index in method.lora_layers:
            layer.add_adapter(method.rank, method.lora_scale, stream)
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def stable_rank(update: Tensor) -> float:
    """Measure how many directions an update (outputs, inputs) spreads over.

    The squared Frobenius norm over the squared spectral norm: 1 for a rank-one matrix, at most
    min(outputs, inputs).
    """
    squared = torch.linalg.svdvals(update).double().square()
    return float(squared.sum() / squared.max())
