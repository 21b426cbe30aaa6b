"""Bootstrap replicates of a statistic, keyed and in bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    Statistic = Callable[[np.ndarray], np.ndarray]

SMALL = 1000
"""Rows up to which indices are drawn; above, each row has a Poisson weight."""
BLOCK = 1 << 18
"""Weights at a time: they stay in the processor's cache."""
GPU_BLOCK = 1 << 25
GROUPS = 200
"""Parts that are left out in turn where leaving out every row would take too long."""


def replicates_of_sums(
    rows: np.ndarray,
    statistic: Statistic,
    seed: int,
    replicates: int,
    *,
    keys: np.ndarray | None = None,
    engine: str = "numpy",
) -> np.ndarray:
    """Replicates of a statistic of column sums: shape (B,).

    rows: shape (n, k). statistic: takes sums, shape (B, k), gives shape (B,). Up to 1,000 rows are
    drawn with replacement; more have keyed Poisson(1) weights (Hanley and MacGibbon 2006, Comput.
    Methods Programs Biomed. 83(1)), and their sums are scaled to n rows. keys: whole numbers that
    name the rows, shape (n,), default their order; for weights only. engine: keyed.engine().
    """
    import numpy as np

    from paperforge.stats import keyed

    n, found = len(rows), np.empty(replicates)
    names = np.arange(n) if keys is None else keys
    with_torch = keyed.engine(engine) == "torch"
    # a column of ones sums the weights; a multiple of four replicates uses whole hashes
    table = np.column_stack([rows, np.ones(n)])
    size = GPU_BLOCK if with_torch else BLOCK
    step = max(keyed.LANES, size // n // keyed.LANES * keyed.LANES)
    for start in range(0, replicates, step):
        part = np.arange(start, min(start + step, replicates))
        sums = (_torch_sums if with_torch else _sums)(table, seed, part, names)
        with np.errstate(all="ignore"):  # what is not finite is counted
            found[part] = statistic(sums[:, :-1] * (n / np.maximum(sums[:, -1:], 1.0)))
    return found


def _sums(table: np.ndarray, seed: int, part: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Sums of the drawn or weighted rows."""
    import numpy as np

    from paperforge.stats import keyed

    n = len(table)
    if n <= SMALL:
        return np.asarray(table[keyed.draws(seed, part, n, n)].sum(axis=1))
    return np.asarray(keyed.poisson(seed, part, keys).astype(float) @ table)


def _torch_sums(table: np.ndarray, seed: int, part: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Sums of the drawn or weighted rows, on the GPU where there is one."""
    import numpy as np
    import torch

    from paperforge.stats import keyed_torch

    n, on_device = len(table), torch.as_tensor(table, device=keyed_torch.device())
    if n <= SMALL:
        drawn = on_device[keyed_torch.draws(seed, part, n, n)].sum(dim=1)
    else:
        drawn = keyed_torch.poisson(seed, part, keys).to(torch.float64) @ on_device
    return np.asarray(drawn.cpu().numpy())


def replicates_of_rows(
    rows: np.ndarray, statistic: Statistic, seed: int, replicates: int
) -> np.ndarray:
    """Replicates of any statistic of rows drawn with replacement: shape (B,).

    rows: shape (n, k). statistic: takes shape (B, n, k), gives shape (B,).
    """
    import numpy as np

    from paperforge.stats import keyed

    n, found = len(rows), np.empty(replicates)
    step = max(1, 4 * BLOCK // max(1, rows.size))
    for start in range(0, replicates, step):
        part = np.arange(start, min(start + step, replicates))
        with np.errstate(all="ignore"):
            found[part] = statistic(rows[keyed.draws(seed, part, n, n)])
    return found


def jackknife_of_sums(rows: np.ndarray, statistic: Statistic) -> np.ndarray:
    """The statistic without each row, its sums scaled to n rows: shape (n,)."""
    import numpy as np

    n = len(rows)
    with np.errstate(all="ignore"):
        return np.asarray(statistic((rows.sum(axis=0) - rows) * (n / (n - 1))))


def jackknife_of_rows(rows: np.ndarray, statistic: Statistic) -> np.ndarray:
    """The statistic without each row, or without each of 200 parts where there are more rows."""
    import numpy as np

    n, part = len(rows), np.arange(len(rows)) % GROUPS
    with np.errstate(all="ignore"):
        return np.concatenate([statistic(rows[part != i][None]) for i in range(min(n, GROUPS))])
