"""Bootstrap replicates of a statistic, keyed and in bounded memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from paperforge.stats import keyed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np

    Statistic = Callable[[np.ndarray], np.ndarray]

SMALL = 1000
"""Rows up to which indices are drawn; above, each row has a Poisson weight."""
PART = 1 << 22
"""Draws or weights that a thread makes at a stretch, in tiles that stay in a processor's cache."""
TOGETHER = keyed.LANES * keyed.TALL
"""Replicates at the least whose weights are made at a stretch, however many rows."""
BLOCK = 1 << 18
"""Rows that are drawn, and numbers in them, at a time."""
ALONE = 1 << 18
"""Products of a matrix multiplication that OpenBLAS makes in one thread. It is called in threads
already: where its own wait for those of others, 10^8 weights took 5 seconds of work, else .2."""
SHALLOW = 32
"""Rows at the least in a multiplication: adding its product up costs as much as a row of it."""
GPU_BLOCK = 1 << 25


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

    n = len(rows)
    names = np.arange(n) if keys is None else keys
    with_torch = keyed.engine(engine) == "torch"
    # a column of ones sums the weights; a multiple of eight replicates uses whole hashes
    table = np.column_stack([rows, np.ones(n)])
    size, least = (GPU_BLOCK, keyed.LANES) if with_torch else (PART, TOGETHER)
    step = max(least, size // n // least * least)
    parts = [np.arange(i, min(i + step, replicates)) for i in range(0, replicates, step)]

    def one(part: np.ndarray) -> np.ndarray:
        return (_torch_sums if with_torch else _sums)(table, seed, part, names)

    found = []
    for sums in map(one, parts) if with_torch else in_threads(one, parts):
        with np.errstate(all="ignore"):  # what is not finite is counted
            found.append(statistic(sums[:, :-1] * (n / np.maximum(sums[:, -1:], 1.0))))
    return np.concatenate(found)


def in_threads(
    work: Callable[[np.ndarray], np.ndarray], parts: Sequence[np.ndarray]
) -> Iterator[np.ndarray]:
    """What is made of each part, in order: NumPy leaves the other processors free to work.

    The parts do not depend on how many threads there are, and so neither does the answer.
    """
    from concurrent.futures import ThreadPoolExecutor

    threads = min(processors(), len(parts))
    if threads <= 1:
        yield from map(work, parts)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work, parts)


def processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _sums(table: np.ndarray, seed: int, part: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Sums of the drawn or weighted rows."""
    return (_drawn if len(table) <= SMALL else _weighted)(table, seed, part, keys)


def _drawn(table: np.ndarray, seed: int, part: np.ndarray, _: np.ndarray) -> np.ndarray:
    import numpy as np

    n, sums = len(table), np.empty((len(part), table.shape[1]))
    step = max(1, BLOCK // table.size)
    for start in range(0, len(part), step):
        some = slice(start, start + step)
        table[keyed.draws(seed, part[some], n, n)].sum(axis=1, out=sums[some])
    return sums


def _weighted(table: np.ndarray, seed: int, part: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Sums under Poisson weights of replicates in a row, the first a multiple of eight."""
    import numpy as np

    across = np.ascontiguousarray(table.T)
    if len(across) % 4 == 3:  # noqa: PLR2004 - kernels take four rows at once, but not three
        across = np.vstack([across, np.zeros(len(table))])
    octets = np.arange(part[0] // keyed.LANES, part[-1] // keyed.LANES + 1)
    sums = np.zeros((len(across), len(octets), keyed.LANES))
    space = np.empty(0)
    for rows, columns, weights in keyed.poisson_tiles(seed, octets, keys):
        wide = weights[0].size
        deep = min(len(weights), max(SHALLOW, ALONE // (wide * len(across))))
        few = max(1, ALONE // (wide * deep))
        if space.size < deep * wide:
            space = np.empty(deep * wide)
        for left in range(0, len(weights), deep):
            some = weights[left : left + deep]
            factors = space[: some.size].reshape(len(some), wide)
            np.copyto(factors, some.reshape(factors.shape))
            units = across[:, columns.start + left : columns.start + left + len(some)]
            for top in range(0, len(across), few):
                product = units[top : top + few] @ factors
                sums[top : top + few, rows] += product.reshape(len(product), -1, keyed.LANES)
    return np.asarray(sums.reshape(len(across), -1).T[: len(part), : table.shape[1]])


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


def signed_sums(
    table: np.ndarray,
    seed: int,
    part: np.ndarray,
    keys: np.ndarray,
    *,
    engine: str = "numpy",
    flipped: bool = False,
) -> np.ndarray:
    """Sums of the rows of a table, shape (n, k), under keyed signs: shape (B, k).

    part: the replicates, shape (B,); keys: as in keyed.signs(). flipped: sums of the rows alone
    whose sign is -1. engine: keyed.engine().
    """
    import numpy as np

    if keyed.engine(engine) == "torch":
        import torch

        from paperforge.stats import keyed_torch

        on_device = torch.as_tensor(table, dtype=torch.float64, device=keyed_torch.device())
        drawn = keyed_torch.signs(seed, part, keys)
        found = (drawn < 0 if flipped else drawn).to(torch.float64) @ on_device
        return np.asarray(found.cpu().numpy())
    signs = keyed.signs(seed, part, keys)
    return np.asarray((signs < 0 if flipped else signs).astype(float) @ table)


def jackknife_of_sums(rows: np.ndarray, statistic: Statistic) -> np.ndarray:
    """The statistic without each row, its sums scaled to n rows: shape (n,)."""
    import numpy as np

    n = len(rows)
    with np.errstate(all="ignore"):
        return np.asarray(statistic((rows.sum(axis=0) - rows) * (n / (n - 1))))
