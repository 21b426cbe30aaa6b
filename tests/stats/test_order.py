"""The order of rows, methods and datasets says nothing: the numbers are the same."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from paperforge.model import Analysis, Decision
from paperforge.spec import DesignSpec, Unit
from paperforge.stats import analyse

DRAWS = 499
METHODS, DATASETS = ("b", "c", "a"), ("q", "r", "p", "s")


@dataclass(frozen=True)
class Study:
    """A design, and the runs (or examples) of each of its cells."""

    spec: DesignSpec
    sizes: tuple[int, ...] = (5,)
    datasets: tuple[str, ...] = DATASETS
    unit: Unit = Unit.SEED
    decimals: int = 6
    more: dict = field(default_factory=dict)

    def cells(self):
        """Values of every cell; spreads differ, so that it matters which cell a draw is for."""
        rng = np.random.default_rng(5)
        places = [(m, d) for m in METHODS for d in self.datasets]
        made = {}
        for i, place in enumerate(places):
            n = self.sizes[i % len(self.sizes)]
            values = rng.normal(0.5 + 0.02 * (i % 5), 0.02 * (1 + i % 4), n)
            made[place] = np.round(values, self.decimals)
        return made


def of(correction="holm", **more):
    return DesignSpec(correction=correction, draws=DRAWS, **more)


PAIRED = {"pair_by": ("seed",)}
EXAMPLES = {"unit": Unit.EXAMPLE, "sizes": (60,)}
STUDIES = {
    "seeds": Study(of()),
    "seeds, unequal": Study(of(), sizes=(5, 3, 4)),
    "seeds, two against many": Study(of(), sizes=(2, 12, 4)),
    "seeds, one dataset": Study(of(), sizes=(4, 3, 6), datasets=("q",)),
    "seeds, two datasets": Study(of(), sizes=(2, 9, 12), datasets=("q", "p")),
    "IQM": Study(of(aggregate="iqm")),
    "IQM, unequal": Study(of(aggregate="iqm"), sizes=(5, 3, 4)),
    "IQM, paired": Study(of(aggregate="iqm", **PAIRED)),
    "median": Study(of(aggregate="median")),
    "max-T": Study(of("max-t")),
    "max-T, unequal": Study(of("max-t"), sizes=(5, 3, 4)),
    "max-T, one dataset": Study(of("max-t"), datasets=("q",)),
    "max-T, ties": Study(of("max-t"), datasets=("q",), decimals=1),
    "max-T, paired runs": Study(of("max-t", **PAIRED), sizes=(12,)),
    "max-T, examples": Study(of("max-t"), **EXAMPLES),
    "Romano-Wolf": Study(of("romano-wolf")),
    "Romano-Wolf, one dataset": Study(of("romano-wolf"), datasets=("q",)),
    "Romano-Wolf, examples": Study(of("romano-wolf"), **EXAMPLES),
    "best-set": Study(of(best_set=True), sizes=(5, 3, 4)),
    "best-set, examples": Study(of(best_set=True), **EXAMPLES),
}
"""Where something is drawn, or summed over cells."""


def results_of(fake, study, order=None):
    """The results: with an order the rows, the methods and the datasets permuted."""
    rng = None if order is None else np.random.default_rng(order)
    cells = study.cells()
    places = list(cells)
    if rng is not None:
        rng.shuffle(places)
    given = {}
    for place in map(tuple, places):
        values, keys = cells[place], np.arange(len(cells[place]))
        at = keys if rng is None else rng.permutation(keys)
        given[place] = {"values": values[at], "keys": keys[at]}
    return fake(given, unit=study.unit, **study.more)


def numbers(d: Decision) -> dict[str, object]:
    """What is said of a comparison, as the difference of the first from the second by name."""
    sign = 1.0 if d.a < d.b else -1.0

    def ends(pair):
        return None if pair is None else sorted(sign * x for x in pair)

    return {
        "p": d.p,
        "p_adjusted": d.p_adjusted,
        "detectable": d.detectable,
        "smallest_p": d.smallest_p,
        "monte_carlo": d.monte_carlo,
        "df": d.df,
        "estimate": None if d.estimate is None else sign * d.estimate,
        "interval": None if d.low is None or d.high is None else ends((d.low, d.high)),
        "simultaneous": ends(d.simultaneous),
    }


def told(analysis: Analysis) -> dict[tuple[str, ...], dict[str, object]]:
    """Comparison -> its numbers."""
    return {(d.scope or "", *sorted((d.a, d.b))): numbers(d) for d in analysis.decisions}


def same(found, known):
    assert found.keys() == known.keys()
    for place, row in known.items():
        for name, value in row.items():
            if value is None:
                assert found[place][name] is None, (place, name)
            else:
                close = pytest.approx(value, rel=1e-12, abs=1e-12)
                assert found[place][name] == close, (place, name)


@pytest.mark.parametrize("name", STUDIES)
def test_the_order_of_rows_methods_and_datasets_changes_no_number(fake, name):
    study = STUDIES[name]
    known = analyse(results_of(fake, study), study.spec)
    assert any(d.p is not None and d.detectable for d in known.decisions)
    for order in range(3):
        results = results_of(fake, study, order)
        found = analyse(results, study.spec)
        same(told(found), told(known))
        for new, old in zip(found.best, known.best, strict=True):
            assert set(new.methods) == set(old.methods)
            assert dict(new.ps) == pytest.approx(dict(old.ps), rel=1e-12)
