"""Mean ranks over fixed datasets, against scipy's rankdata."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from paperforge.model import Aggregate, Analysis, Design, Rank
from paperforge.spec import Dataset, Direction, Method, Metric, Unit
from paperforge.stats.places import places


def analysis(scores, direction=Direction.HIGHER, **more):
    """scores: shape (datasets, methods); NaN is a hole."""
    n, k = np.shape(scores)
    cells = [
        Aggregate("m", f"a{j}", f"d{i}", 5, None if np.isnan(x) else x, None, None, None)
        for i, row in enumerate(scores)
        for j, x in enumerate(row)
    ]
    design = Design(
        Unit.SEED, False, (), 0.05, "holm", "mid-p", False, False, (5, 5), "", (),
    )  # fmt: skip
    return Analysis(
        design,
        (Metric("m", "M", direction),),
        tuple(Method(f"a{j}", "A") for j in range(k)),
        tuple(Dataset(f"d{i}", "D") for i in range(n)),
        tuple(cells),
        (),
        **more,
    )


@given(
    st.integers(2, 6).flatmap(
        lambda k: st.lists(
            st.lists(st.integers(0, 5).map(float), min_size=k, max_size=k), min_size=2, max_size=8
        )
    ),
    st.sampled_from(list(Direction)),
)
def test_ranks_are_scipys(scores, direction):
    found = places(analysis(scores, direction))
    turned = np.array(scores) * (-1 if direction is Direction.HIGHER else 1)
    theirs = rankdata(turned, axis=1).mean(axis=0)
    assert [r.mean_rank for r in found] == pytest.approx(theirs.tolist())
    assert {r.datasets for r in found} == {len(scores)}


def test_a_method_that_lacks_a_dataset_has_no_rank():
    hole = float("nan")
    found = places(analysis([[1.0, 2.0, 3.0], [1.0, hole, 3.0]]))
    assert [(r.method, r.mean_rank) for r in found] == [("a0", 2.0), ("a2", 1.0)]


def test_a_dataset_that_nobody_has_does_not_count():
    hole = float("nan")
    found = places(analysis([[1.0, 2.0], [hole, hole], [3.0, 2.0]]))
    assert [(r.mean_rank, r.datasets) for r in found] == [(1.5, 2), (1.5, 2)]


@pytest.mark.parametrize(
    ("scores", "direction", "more"),
    [
        ([[1.0, 2.0]], Direction.HIGHER, {}),
        ([[1.0], [2.0]], Direction.HIGHER, {}),
        ([[1.0, 2.0], [1.0, 2.0]], None, {}),
        (
            [[1.0, 2.0], [1.0, 2.0]],
            Direction.HIGHER,
            {"ranks": (Rank("m", "a0", 1.0), Rank("m", "a1", 2.0))},
        ),
    ],
)
def test_where_there_are_none(scores, direction, more):
    assert places(analysis(scores, direction, **more)) == ()
