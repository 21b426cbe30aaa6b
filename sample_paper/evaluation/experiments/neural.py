"""Neural classifiers trained from scratch: an average of embeddings and a transformer."""

from __future__ import annotations

import copy
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from models import Matrix, Texts

_WORD = re.compile(r"[a-z0-9+#]+")
PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2
MIN_COUNT = 2
MAX_LENGTH = 96
DIMENSION = 64
LAYERS = 2
HEADS = 4
FEED_FORWARD = 128
BATCH = 64
# Words are replaced by the unknown word at this rate in training, so that it has an embedding.
WORD_DROPOUT = 0.1
WEIGHT_DECAY = 0.01
WARMUP_SHARE = 0.1


def tokenise(text: str) -> list[str]:
    """Split lower-cased text into words, at most ``MAX_LENGTH`` of them."""
    return _WORD.findall(text.lower())[:MAX_LENGTH]


def build_vocabulary(texts: Sequence[str]) -> dict[str, int]:
    """Number the words seen at least ``MIN_COUNT`` times, most frequent first."""
    counts = Counter(word for text in texts for word in tokenise(text))
    words = sorted((w for w in counts if counts[w] >= MIN_COUNT), key=lambda w: (-counts[w], w))
    return {word: number for number, word in enumerate(words, FIRST_WORD)}


def _pad(rows: Sequence[list[int]]) -> Tensor:
    longest = max(len(row) for row in rows)
    return torch.tensor([row + [PADDING] * (longest - len(row)) for row in rows])


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    """Average the states of real words."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(dim=1) / weights.sum(dim=1)


class MeanEmbedding(nn.Module):
    """Average of word embeddings and a linear layer (as in fastText, words only)."""

    def __init__(self, words: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, DIMENSION, padding_idx=PADDING)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(DIMENSION, classes)

    def forward(self, words: Tensor) -> Tensor:
        """Return logits."""
        mean = _mean(self.embedding(words), words != PADDING)
        return torch.as_tensor(self.output(self.dropout(mean)))


class Transformer(nn.Module):
    """Transformer encoder with learned positions, mean pooling and a linear layer."""

    def __init__(self, words: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, DIMENSION, padding_idx=PADDING)
        self.position = nn.Embedding(MAX_LENGTH, DIMENSION)
        nn.init.normal_(self.position.weight, std=0.02)
        layer = nn.TransformerEncoderLayer(
            DIMENSION, HEADS, FEED_FORWARD, dropout, batch_first=True, norm_first=True
        )
        # Without dropout of attention weights torch uses its fused kernel, much faster on a CPU.
        layer.self_attn.dropout = 0.0
        self.encoder = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(DIMENSION)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(DIMENSION, classes)

    def forward(self, words: Tensor) -> Tensor:
        """Return logits."""
        states = self.embedding(words) + self.position.weight[: words.shape[1]]
        states = self.encoder(self.dropout(states), src_key_padding_mask=words == PADDING)
        mean = _mean(self.norm(states), words != PADDING)
        return torch.as_tensor(self.output(self.dropout(mean)))


@dataclass
class NeuralClassifier:
    """Train a network with AdamW; the epoch with the best validation accuracy is kept."""

    architecture: type[MeanEmbedding | Transformer]
    learning_rate: float
    dropout: float
    epochs: int
    seed: int
    vocabulary: dict[str, int] = field(init=False)
    network: MeanEmbedding | Transformer = field(init=False)

    def fit(self, train: Texts, validation: Texts, classes: int) -> dict[str, int | float]:
        """Train from a fixed seed and keep the best epoch."""
        torch.manual_seed(self.seed)
        self.vocabulary = build_vocabulary(train.texts)
        words = len(self.vocabulary) + FIRST_WORD
        self.network = self.architecture(words, classes, self.dropout)
        rows = self._encode(train.texts)
        steps = self.epochs * math.ceil(len(rows) / BATCH)
        optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=self.learning_rate, weight_decay=WEIGHT_DECAY
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
        best_accuracy, best_epoch, best_state = -1.0, 0, self.network.state_dict()
        for epoch in range(1, self.epochs + 1):
            self._train_epoch(rows, train, optimiser, schedule)
            predicted = self.scores(validation.texts).argmax(axis=1)
            reached = float((predicted == validation.labels).mean())
            if reached > best_accuracy:
                best_accuracy, best_epoch = reached, epoch
                best_state = copy.deepcopy(self.network.state_dict())
        self.network.load_state_dict(best_state)
        parameters = sum(weights.numel() for weights in self.network.parameters())
        return {"features": words, "parameters": parameters, "best_epoch": best_epoch}

    def scores(self, texts: Sequence[str]) -> Matrix:
        """Return logits, a batch at a time."""
        self.network.eval()
        rows = self._encode(texts)
        with torch.no_grad():
            parts = [self.network(_pad(rows[i : i + BATCH])) for i in range(0, len(rows), BATCH)]
        return np.asarray(torch.cat(parts).numpy(), dtype=np.float64)

    def _encode(self, texts: Sequence[str]) -> list[list[int]]:
        # A text without any word still needs one position.
        return [
            [self.vocabulary.get(word, UNKNOWN) for word in tokenise(text)] or [UNKNOWN]
            for text in texts
        ]

    def _train_epoch(
        self,
        rows: list[list[int]],
        train: Texts,
        optimiser: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LambdaLR,
    ) -> None:
        self.network.train()
        labels = torch.from_numpy(train.labels)
        for batch in _batches([len(row) for row in rows]):
            words = _pad([rows[i] for i in batch])
            dropped = (torch.rand(words.shape) < WORD_DROPOUT) & (words != PADDING)
            logits = self.network(words.masked_fill(dropped, UNKNOWN))
            loss = nn.functional.cross_entropy(logits, labels[batch])
            optimiser.zero_grad()
            # The stubs of torch leave this method without types.
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            optimiser.step()
            schedule.step()


def _rate(step: int, steps: int) -> float:
    """Warm up linearly, then decay linearly to zero."""
    warmup = max(1, int(WARMUP_SHARE * steps))
    return min((step + 1) / warmup, (steps - step) / max(1, steps - warmup))


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Shuffle, group texts of like length within windows of 32 batches, shuffle the batches."""
    order = torch.randperm(len(lengths)).tolist()
    window = BATCH * 32
    batches = []
    for start in range(0, len(order), window):
        part = sorted(order[start : start + window], key=lambda i: lengths[i])
        batches += [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
    for number in torch.randperm(len(batches)).tolist():
        yield batches[number]
