"""Metrics of a whole test set: functions of sums over its examples, and what is summed.

Nothing heavy is imported here; the formulas are in stats/corpus.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.spec import Direction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Corpus:
    """A metric of a whole test set: a function of sums over its examples."""

    parts: tuple[tuple[str, ...], ...]
    """What is summed, in order: the name of each, then other names for it."""
    direction: Direction | None = Direction.HIGHER
    fraction: bool = True
    """Whether its values are shares, printed times 100 where the unit is percent."""
    repeats: bool = False
    """Whether the parts are those of one class, and come again for every further class."""


_TP = ("tp", "true_positives", "true_positive", "n_tp")
_FP = ("fp", "false_positives", "false_positive", "n_fp")
_FN = ("fn", "false_negatives", "false_negative", "n_fn")
_TN = ("tn", "true_negatives", "true_negative", "n_tn")
_ORDERS = range(1, 5)
_BLEU = (
    ("sys_len", "hyp_len", "hypothesis_length"),
    ("ref_len", "reference_length"),
    *((f"correct_{n}", f"counts_{n}", f"matches_{n}") for n in _ORDERS),
    *((f"total_{n}", f"totals_{n}") for n in _ORDERS),
)
_CHARS = tuple((f"{what}_char_{n}",) for n in range(1, 7) for what in ("hyp", "ref", "match"))
_WORDS = tuple((f"{what}_word_{n}",) for n in (1, 2) for what in ("hyp", "ref", "match"))
_LOSS = ("loss", "sum_loss", "nll", "negative_log_likelihood")
_TOKENS = ("tokens", "n_tokens", "num_tokens", "words", "bytes", "characters")

CORPUS: dict[str, Corpus] = {
    "accuracy": Corpus((("correct", "hits", "right"), ("total", "count", "n"))),
    "precision": Corpus((_TP, _FP)),
    "recall": Corpus((_TP, _FN)),
    "f1": Corpus((_TP, _FP, _FN)),
    "f0.5": Corpus((_TP, _FP, _FN)),
    "f2": Corpus((_TP, _FP, _FN)),
    "macro-f1": Corpus((_TP, _FP, _FN), repeats=True),
    "mcc": Corpus((_TP, _FP, _FN, _TN)),
    "bleu": Corpus(_BLEU, fraction=False),
    "bleu-unsmoothed": Corpus(_BLEU, fraction=False),
    "chrf": Corpus(_CHARS, fraction=False),
    "chrf++": Corpus(_CHARS + _WORDS, fraction=False),
    "perplexity": Corpus((_LOSS, _TOKENS), Direction.LOWER, fraction=False),
    "bits": Corpus((_LOSS, _TOKENS), Direction.LOWER, fraction=False),
    "error-rate": Corpus(
        (("errors", "edits", "n_errors"), ("words", "ref_words", "characters", "total")),
        Direction.LOWER,
    ),
    "ratio": Corpus((("numerator",), ("denominator",)), None),
}
"""What `corpus` of a metric may be; the formulas are in stats/corpus.py."""


def corpus_parts(declared: Mapping[str, object]) -> tuple[str, ...]:
    """Names that the parts of a declared corpus metric may have among the values; empty: none."""
    kind = CORPUS.get(str(declared.get("corpus", "")))
    named = declared.get("from")
    if kind is None or isinstance(named, list | tuple):
        return tuple(str(name) for name in named) if isinstance(named, list | tuple) else ()
    return tuple(name for part in kind.parts for name in part)


def corpus_problem(kind: str, named: Sequence[str]) -> str:
    """What is wrong with the parts that a corpus metric is to be computed from; empty: nothing."""
    known = CORPUS[kind]
    order = [part[0] for part in known.parts]
    count, each = len(order), " for each class" if known.repeats else ""
    if not named and known.repeats:
        return f"{kind} needs from = [{', '.join(order)}]{each}, one after the other"
    if named and (len(named) % count if known.repeats else len(named) != count):
        return f"{kind} takes {count} values{each}, not {len(named)}: {', '.join(order)}"
    if len(set(named)) < len(named):
        return "the same value is named twice"
    places = {name: i for i, part in enumerate(known.parts) for name in part}
    for i, name in enumerate(named):
        plain = re.sub(r"[\W_]+", "_", name.casefold())
        if places.get(plain, i % count) != i % count:
            place = order[i % count]
            return f"{name!r} stands in the place of {place!r}: {kind} takes {', '.join(order)}"
    return ""
