"""An analysis that has what every layout asks for."""

from dataclasses import replace

import pytest

from paperforge.model import Agreement, Cost, Hyperparameter, Ratings, Verdict
from paperforge.spec import Dataset, Direction, Method, Metric, Role

METHODS = (
    Method("full", "Full_v2 (ours)", Role.OURS),
    Method("gate", "w/o gate & norm", Role.BASELINE),
    Method("small", "50% width", Role.BASELINE),
)
SCORES = {
    "digits": [(0.12, 0.2, -0.1), (0.5, 0.1, 0.0), (-0.3, 0.4, 0.2)],
    "wine_2": [(0.31, -0.2, 0.4), (0.2, 0.0, 0.3), (1.1, -0.6, 0.2)],
}
LEVEL = {"full": 91.0, "gate": 88.5, "small": 90.75}


def _cells(make):
    for d, (dataset, rows) in enumerate(SCORES.items()):
        for method, offsets in zip(METHODS, rows, strict=True):
            values = tuple(LEVEL[method.name] - 3 * d + x for x in offsets)
            mean = sum(values) / 3
            sd = (sum((v - mean) ** 2 for v in values) / 2) ** 0.5
            one = make.aggregate("accuracy", method.name, dataset, mean, sd, n=3)
            yield replace(one, values=values, keys=("0", "7", "42"))
    for method in METHODS:
        yield make.aggregate("accuracy", method.name, None, LEVEL[method.name] - 1.4, 0.3, n=3)


def _decisions(make):
    said = {"n": (3, 3), "family": 2}
    yield make.decision("full", "gate", Verdict.BETTER, estimate=2.5, low=1.62, high=3.38, **said)
    yield make.decision(
        "full", "small", Verdict.INCONCLUSIVE, estimate=0.25, low=-0.63, high=1.13, p=0.31,
        p_adjusted=0.31, **said
    )  # fmt: skip
    for dataset in SCORES:
        yield make.decision(
            "full", "gate", Verdict.BETTER, scope=dataset, primary=False, estimate=2.5, low=1.5,
            high=3.5, p_adjusted=None, n=(3, 3), family=0
        )  # fmt: skip


@pytest.fixture
def study(make):
    """Three methods, two datasets, three seeds; costs, settings and ratings beside them."""
    costs = [
        Cost("seconds", m.name, "s", 6, mean, sd, mean - 60, mean + 60, 6 * mean)
        for m, mean, sd in zip(
            METHODS, (5400.0, 4200.0, 2700.0), (310.0, 250.0, 100.0), strict=True
        )
    ]
    costs += [
        Cost("size", m.name, "", 6, n, 0.0, n, n, 6 * n)
        for m, n in zip(METHODS, (12.5e6, 11e6, 3.2e6), strict=True)
    ]
    settings = (
        Hyperparameter("batch_size", tuple((m.name, ("32",)) for m in METHODS)),
        Hyperparameter(
            "lr", (("full", ("0.0003", "0.001")), ("gate", ("1e-05",)), ("small", ("0.10",)))
        ),
        Hyperparameter("width", (("full", ("20000",)), ("small", ("10000",)))),
    )
    ratings = [
        Ratings("fluency", m.name, 60, 20, 3, mean, quartiles, tuple(zip((1.0, 2.0, 3.0, 4.0, 5.0), c, strict=True)))
        for m, mean, quartiles, c in (
            (METHODS[0], 3.9, (3.0, 4.0, 5.0), (2, 4, 12, 22, 20)),
            (METHODS[1], 3.1, (2.0, 3.0, 4.0), (6, 12, 18, 18, 6)),
        )
    ]  # fmt: skip
    fluency = [
        make.aggregate("fluency", "full", None, 3.9, 0.14, n=60),
        make.aggregate("fluency", "gate", None, 3.1, 0.15, n=60),
    ]
    agreement = Agreement("fluency", "ordinal", 0.6174, 0.5512, 0.6791, 0.95, 3, 40, 120, 20)
    metrics = (
        Metric("accuracy", "Accuracy", Direction.HIGHER, "%"),
        Metric("seconds", "Time", Direction.LOWER, "", tested=False),
        Metric("size", "Parameters", Direction.LOWER, "", tested=False),
        Metric("fluency", "Fluency", Direction.HIGHER),
    )
    return make.analysis(
        [*_cells(make), *fluency],
        METHODS,
        datasets=(Dataset("digits", "Digits"), Dataset("wine_2", "Wine_2")),
        metrics=metrics,
        decisions=list(_decisions(make)),
        design=make.design(replicates=(3, 3)),
        costs=tuple(costs),
        settings=settings,
        ratings=tuple(ratings),
        agreements=(agreement,),
    )
