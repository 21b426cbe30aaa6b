"""One line that says how a decision was made, so that somebody else makes it again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from paperforge import __version__
from paperforge.spec import Unit
from paperforge.stats.keyed import STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paperforge.model import Results, Sample
    from paperforge.spec import DesignSpec

DIGITS = 16
"""Of the digest of the data: enough to tell two files apart."""


class Settings(NamedTuple):
    """What is the decision's own in its signature."""

    test: str
    unit: Unit
    paired: bool
    family: int | None
    """None for a secondary comparison."""
    drawn: bool
    """Whether p comes from numbers that were drawn."""


def signature(settings: Settings, spec: DesignSpec, data: str) -> str:
    """Test, unit, pairing, family, settings, seed, data and version, "|" between them.

    data: the digest of the numbers that were compared (hexadecimal); empty: left out. Where numbers
    were drawn, which stream of them is named too (keyed.STREAM).
    """
    size = settings.family
    named = {
        "test": settings.test or "none",
        "unit": str(settings.unit),
        "paired": "yes" if settings.paired else "no",
        "family": "secondary" if size is None else f"{size}",
        "correction": "none" if size is None or size <= 1 else spec.correction,
        "alpha": f"{spec.alpha:g}",
        "seed": f"{spec.seed}",
        "stream": f"{STREAM}" if settings.drawn else "",
        "data": data[:DIGITS],
        "paperforge": __version__,
    }
    return "|".join(f"{name}:{value}" for name, value in named.items() if value)


def fingerprint(results: Results, unit: Unit) -> str:
    """SHA-256 (hexadecimal) of the numbers that are compared: by their keys, in no file's order.

    unit: what is replicated; examples count where they are. Results.digest is another digest, of
    the bytes of the files: it says whether a reading can be used again.
    """
    whole = hashlib.sha256()
    for name in sorted({part for m in results.metrics for part in (m.name, *m.parts)}):
        units = (Unit.SEED, Unit.EXAMPLE) if unit in (Unit.EXAMPLE, Unit.BOTH) else (Unit.SEED,)
        for each in units:
            samples = results.samples(name, each)
            for sample in sorted(samples, key=lambda s: (s.method, s.dataset)):
                for part in parts(sample, each):
                    whole.update(part)
        for (method, dataset), quote in sorted(results.quotes(name).items()):
            said = [name, method, dataset, quote.spread, quote.kind, quote.n, quote.digits]
            whole.update(json.dumps(said).encode())
    return whole.hexdigest()


def parts(sample: Sample, unit: Unit) -> Iterator[bytes]:
    """One cell: its names, then keys, values and clusters of its rows in the order of the keys.

    Rows that nothing names have no key of their own: their values alone, sorted.
    """
    import numpy as np

    head = [sample.metric, unit, sample.method, sample.dataset, sample.keyed, len(sample.values)]
    yield json.dumps([*head, sample.not_finite, sample.failed]).encode()
    keys = sample.keys if sample.keyed else np.zeros_like(sample.keys)
    order = np.lexsort((sample.values, keys))
    yield np.asarray(keys[order], dtype="<i8").tobytes()
    yield np.asarray(sample.values[order], dtype="<f8").tobytes()
    if sample.clusters is not None:
        yield np.asarray(sample.clusters[order], dtype="<i8").tobytes()
