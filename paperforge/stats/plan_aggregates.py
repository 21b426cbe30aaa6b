"""How many runs a task find a difference of an IQM, a median or an optimality gap: simulated."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.stats import keyed
from paperforge.stats.power import NORMAL_DF, POWER
from paperforge.stats.runs_bootstrap import freedom, runs, spread_of, task_variances
from paperforge.stats.runs_resample import paired_variance, prepare, resample

if TYPE_CHECKING:
    import numpy as np

    from paperforge.stats.runs_tasks import Scores

STUDIES, FEWEST = 400, 200
"""Simulated studies: the Monte Carlo error of a power of .8 is .02; .028 at the fewest."""
REPLICATES = 200
"""Of the bootstrap within each study: its standard error is off by a twentieth."""
NUMBERS = 60_000_000
SIMULATED = 20
"""Runs a task up to which studies are simulated; beyond, the error shrinks as a root."""
LEAST = 2


@dataclass(frozen=True, slots=True)
class Runs:
    """n runs a task of each method: the bootstrap t of an aggregate (runs_bootstrap.py).

    A study draws n runs of each task from the pilot's, with replacement, keyed by study, task and
    position; deviations from the task's mean are widened by sqrt(m / (m - 1)) for the m runs that
    they come from, so that the spread is the pilot's. Its own bootstrap gives it a standard error
    and df. A difference d is found where d plus the study's error is above t times its standard
    error: that error is taken to be the same at every d. Errors are those around the mean over the
    studies.
    """

    a: tuple[np.ndarray, ...]
    """T arrays of a pilot's scores, stored units."""
    b: tuple[np.ndarray, ...]
    name: str
    paired: bool
    scale: float = 1.0
    """Printed units of a stored one."""
    seed: int = 0
    known: dict[tuple[int, float], np.ndarray | None] = field(
        default_factory=dict, compare=False, repr=False
    )

    noun = "seeds"
    limit = ""
    fixed = ""
    spreads = ()

    def smallest(self, n: int, alpha: float, *, cautious: bool = False) -> float | None:
        """As in Law; the spread of an aggregate has no upper limit here."""
        import numpy as np

        if cautious or n < LEAST:
            return None
        found = self.limits(min(n, SIMULATED), alpha)
        if found is None:
            return None
        return self.scale * float(np.quantile(found, POWER)) * math.sqrt(min(1.0, SIMULATED / n))

    def power(self, difference: float, n: int, alpha: float) -> float:
        """As in Law."""
        found = self.limits(min(n, SIMULATED), alpha)
        far = abs(difference) / self.scale / math.sqrt(min(1.0, SIMULATED / n))
        return 0.0 if found is None else float((found < far).mean())

    def floor(self, alpha: float, *, cautious: bool = False) -> float:
        """As in Law."""
        del alpha, cautious
        return 0.0

    def amount(self, n: int) -> str:
        """As in Law."""
        word = "seed" if n == 1 else "seeds"
        return f"{n:,} {word} of each method on each of the {len(self.a)} datasets"

    @property
    def test(self) -> str:
        """As in Law."""
        kind = "paired bootstrap t" if self.paired else "bootstrap t"
        return f"{kind} of the {self.name} over the {len(self.a)} datasets"

    @property
    def assumed(self) -> tuple[str, ...]:
        """As in Law."""
        how = (
            "power is simulated by drawing runs from the pilot's (Monte Carlo error about .02); "
            f"beyond {SIMULATED} runs the difference shrinks as one over their root"
        )
        return how, "nothing is known of how lucky the spread of the pilot was: plan for more"

    def limits(self, n: int, alpha: float) -> np.ndarray | None:
        """The difference from which on each study finds it, shape (studies,); None: no spread."""
        import numpy as np

        if (n, alpha) not in self.known:
            errors, ses, dfs = self.studies(n)
            good = ses > 0
            made = None
            if good.any():
                from scipy.special import stdtrit

                t = stdtrit(np.minimum(dfs[good], NORMAL_DF), 1 - alpha / 2)
                made = t * ses[good] - (errors[good] - errors[good].mean())
            self.known[n, alpha] = made
        return self.known[n, alpha]

    def studies(self, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Differences, standard errors and df of studies with n runs a task."""
        import numpy as np

        count = NUMBERS // (2 * REPLICATES * n * len(self.a))
        count = max(FEWEST, min(STUDIES, count))
        drawn = [
            drawn_runs(side, n, count, self.seed + place * (not self.paired))
            for place, side in enumerate((self.a, self.b))
        ]
        one = [[prepare(scores, self.name, 1.0) for scores in side] for side in drawn]
        spreads = resample([*one[0], *one[1]], REPLICATES, self.seed)
        rows = []
        for i, (x, y) in enumerate(zip(*one, strict=True)):
            first, second = spreads[i], spreads[i + count]
            parts = [*task_variances(x, first.slopes), *task_variances(y, second.slopes)]
            variance = first.variance + second.variance
            if self.paired:
                both = zip(runs(x, first.slopes), runs(y, second.slopes), strict=True)
                parts = spread_of(u - v for u, v in both)
                variance = paired_variance(x, y, REPLICATES, self.seed)
            rows.append((x.estimate - y.estimate, math.sqrt(variance), freedom(parts, n)))
        return tuple(np.array(column) for column in zip(*rows, strict=True))  # type: ignore[return-value]


def drawn_runs(scores: Scores, n: int, count: int, seed: int) -> list[list[np.ndarray]]:
    """`count` studies of n runs a task, drawn from a pilot's."""
    import numpy as np

    tasks = []
    for place, x in enumerate(scores):
        m = len(x)
        wide = x.mean() + (x - x.mean()) * math.sqrt(m / max(1, m - 1))
        at = keyed.bits(seed, np.arange(count), (place << 32) + np.arange(n)) >> np.uint64(32)
        tasks.append(wide[((at * np.uint64(m)) >> np.uint64(32)).astype(np.int64)])
    return [[task[i] for task in tasks] for i in range(count)]
