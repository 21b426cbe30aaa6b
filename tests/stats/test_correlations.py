"""Correlations, held against scipy; over what they are taken."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats as reference

from paperforge.errors import InputError
from paperforge.model import Aggregate, Analysis, Design
from paperforge.spec import Dataset, Direction, FigureSpec, Method, Metric, Unit
from paperforge.stats import correlations as stage

RNG = np.random.default_rng(5)
SPEC = FigureSpec("f", "correlation")


@pytest.mark.parametrize("n", [4, 5, 9, 200])
@pytest.mark.parametrize("ties", [False, True])
def test_values_are_scipys(n, ties):
    x, y = RNG.normal(size=(2, n))
    if ties:
        x, y = np.round(x), np.round(y)
        x[0], x[1], y[0], y[1] = 0, 3, 0, 3  # never all equal
    assert stage.spearman(x, y) == pytest.approx(reference.spearmanr(x, y).statistic, abs=1e-12)
    assert stage.pearson(x, y) == pytest.approx(reference.pearsonr(x, y).statistic, abs=1e-12)
    assert stage.midranks(x).tolist() == reference.rankdata(x).tolist()


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e12, 1e300])
def test_scale_makes_no_difference(scale):
    x, y = RNG.normal(size=(2, 12))
    assert stage.pearson(x * scale, y) == pytest.approx(stage.pearson(x, y), abs=1e-12)


def test_without_spread_there_is_none():
    assert stage.spearman(np.ones(6), np.arange(6.0)) is None
    assert stage.pearson(np.full(6, 0.1 + 0.2), np.arange(6.0)) is None


def study(methods, datasets=("d",), metrics=("acc", "nll"), seeds=3):
    """Every mean by a rule: nll falls as acc rises, save on the last dataset."""
    rows = []
    for k, metric in enumerate(metrics):
        for i in range(methods):
            means = []
            for j, dataset in enumerate(datasets):
                mean = (-1) ** k * float(i * i + j) * (-1 if j == 2 else 1)
                means.append(mean)
                values = tuple(mean + (-1) ** k * s / 10 for s in range(seeds))
                keys = tuple(map(str, range(seeds)))
                rows.append(
                    Aggregate(
                        metric, f"m{i}", dataset, seeds, mean, 1, 1, 1, values=values, keys=keys
                    )
                )
            if len(datasets) > 1:
                rows.append(Aggregate(metric, f"m{i}", None, seeds, sum(means), 1, 1, 1))
    design = Design(
        Unit.SEED, True, (), 0.05, "holm", "mid-p", False, False, (seeds, seeds), "", ()
    )
    return Analysis(
        design,
        tuple(Metric(m, m.upper(), Direction.HIGHER) for m in metrics),
        tuple(Method(f"m{i}", f"M{i}") for i in range(methods)),
        tuple(Dataset(d, d.upper()) for d in datasets),
        tuple(rows),
        (),
    )


def test_metrics_are_correlated_over_the_methods():
    found = stage.correlations(study(6), SPEC)
    assert (found.of, found.over, found.names, found.labels) == (
        *("metrics", "method"),
        *(("acc", "nll"), ("ACC", "NLL")),
    )
    assert np.array(found.values) == pytest.approx(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    assert found.n == ((6, 6), (6, 6))
    assert (found.dataset, found.statistic) == ("d", "spearman")


def test_few_methods_are_correlated_over_their_runs():
    found = stage.correlations(study(2), SPEC)
    assert (found.over, found.n[0][1]) == ("run", 6)
    assert found.values[0][1] == pytest.approx(-1.0)
    lone = stage.correlations(study(2, seeds=1), SPEC)
    assert (lone.over, lone.values[0][1]) == ("method", None)  # two are no correlation


def test_datasets_are_correlated_where_a_metric_is_named():
    analysis = study(6, ("a", "b", "c"))
    assert stage.correlations(analysis, SPEC).of == "metrics"
    found = stage.correlations(analysis, replace(SPEC, metric="nll"))
    assert (found.of, found.metric, found.names) == ("datasets", "nll", ("a", "b", "c"))
    assert [row[2] for row in found.values] == pytest.approx([-1.0, -1.0, 1.0])
    two = stage.correlations(analysis, replace(SPEC, metric="nll", datasets=("a", "c")))
    assert two.names == ("a", "c")


def test_pearson_differs_from_spearman_on_squares():
    analysis = study(6, ("a", "b"), metrics=("acc",))
    bent = tuple(replace(a, mean=a.mean**3) if a.dataset == "b" else a for a in analysis.aggregates)
    found = stage.correlations(
        replace(analysis, aggregates=bent), replace(SPEC, statistic="pearson")
    )
    x = [a.mean for a in bent if a.dataset == "a"]
    y = [a.mean for a in bent if a.dataset == "b"]
    assert found.values[0][1] == pytest.approx(reference.pearsonr(x, y).statistic)
    assert found.values[0][1] < 0.999


def test_a_missing_cell_leaves_its_pair_out():
    analysis = study(6)
    fewer = tuple(
        replace(a, mean=None) if (a.metric, a.method) == ("acc", "m0") else a
        for a in analysis.aggregates
    )
    assert stage.correlations(replace(analysis, aggregates=fewer), SPEC).n == ((5, 5), (5, 6))


def test_one_metric_on_one_dataset_is_refused():
    with pytest.raises(InputError, match="two metrics, or two datasets"):
        stage.correlations(study(6, metrics=("acc",)), SPEC)
