"""Runs that failed or diverged, as scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zlib import crc32

from paperforge.errors import InputError

if TYPE_CHECKING:
    from paperforge.model import Sample
    from paperforge.spec import Metric


def scored(sample: Sample, metric: Metric) -> Sample:
    """The sample with its lost runs as scores, where the author declares what they count as.

    Each keeps the key of its run where that is known of all, so that equal seeds match; otherwise
    they have keys of their own, below all others, and nothing is matched with them. Raises
    InputError where a fold's score is the mean of several seeds: it is not known whose it was.
    """
    import numpy as np

    lost = sample.not_finite + sample.failed + sample.unreported
    if metric.diverged is None or not lost:
        return sample
    if sample.repeats is not None:
        raise InputError(
            f"{lost} of the runs of {sample.method} have no number, and the score of a fold is the "
            "mean of several seeds",
            f"diverged of {metric.name}",
            "write what they count as into their rows",
        )
    keys = np.asarray(sample.keys, np.int64)
    first = min(0, int(keys.min(initial=0))) - (crc32(sample.method.encode()) << 20)
    own = np.unique(np.array(sample.lost, np.int64))
    if len(own) != lost or np.isin(own, keys).any():
        own = first - 1 - np.arange(lost)
    every = np.concatenate([keys, own])
    values = np.concatenate([sample.values, np.full(lost, metric.diverged / metric.scale)])
    order = np.argsort(every, kind="stable")
    return replace(
        sample,
        keys=every[order],
        values=values[order],
        lost=(),
        not_finite=0,
        failed=0,
        unreported=0,
        scored=lost,
    )
