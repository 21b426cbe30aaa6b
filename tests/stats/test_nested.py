import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from paperforge.stats.nested import nested, prompts_needed


def test_prompts_needed_as_published():
    """Miller 2024: 969 questions to find 3 points with variance 1/9; 3,876 with one sample of 1/6."""
    assert prompts_needed(0.03, 1 / 9) == pytest.approx(968.9974980678, rel=1e-9)
    once = prompts_needed(0.03, 1 / 9, (1 / 6, 1 / 6))
    assert once == pytest.approx(3875.98999, rel=1e-8)
    assert prompts_needed(0.03, 1 / 9, (1 / 6, 1 / 6), (10, 10)) < once / 3
    with pytest.raises(ValueError, match="zero"):
        prompts_needed(0.0, 1.0)


def test_components_are_those_of_the_anova_table():
    import pandas as pd

    rng = np.random.default_rng(3)
    prompts = np.repeat(np.arange(12), 4)
    values = rng.normal(0, 1, 12)[prompts] + rng.normal(0, 0.7, 48)
    table = anova_lm(ols("y ~ C(p)", pd.DataFrame({"y": values, "p": prompts})).fit())
    between, within = table["mean_sq"]
    found = nested(values, prompts)
    assert found.within == pytest.approx(within)
    assert found.between == pytest.approx((between - within) / 4)
    assert found.se == pytest.approx(np.sqrt(between / 48))
    assert found.mean == pytest.approx(values.mean())


def test_unequal_numbers_of_samples():
    found = nested(np.array([1.0, 0, 1, 1, 0]), np.array([7, 7, 3, 3, 9]))
    assert found.prompts.tolist() == [3, 7, 9]
    assert found.means.tolist() == [1, 0.5, 0]
    assert found.counts.tolist() == [2, 2, 1]
    assert found.mean == 0.5
    assert found.within == pytest.approx(0.25)  # variances .5 and 0; one sample says nothing
    assert found.between == pytest.approx(0.25 - 0.25 * (0.5 + 0.5 + 1) / 3)


@pytest.mark.parametrize(
    ("values", "prompts"), [([], []), ([1.0], [4]), ([1.0, 1.0], [4, 4]), ([1.0, 1.0], [4, 5])]
)
def test_degenerate(values, prompts):
    found = nested(np.array(values), np.array(prompts, dtype=int))
    assert (found.se, found.within, found.between) == (0, 0, 0)
    assert not found.negative


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1)), min_size=1, max_size=40))
def test_the_mean_is_that_of_the_prompts(rows):
    prompts, values = np.array(rows).T
    found = nested(values.astype(float), prompts)
    assert found.mean == pytest.approx(
        np.mean([values[prompts == p].mean() for p in np.unique(prompts)])
    )
    assert found.counts.sum() == len(rows)
    assert found.between >= 0


def test_samples_taken_for_prompts_would_be_too_sure():
    """Ten samples of 30 prompts each: the interval of 300 independent values covers far too little."""
    from scipy import stats as scipy_stats

    rng = np.random.default_rng(4)
    prompts, covered, naive, n = np.repeat(np.arange(30), 10), 0, 0, 3000
    for _ in range(n):
        chance = rng.beta(1, 1, 30)
        values = (rng.random(300) < chance[prompts]).astype(float)
        found = nested(values, prompts)
        covered += abs(found.mean - 0.5) <= scipy_stats.t.ppf(0.975, 29) * found.se
        naive += abs(found.mean - 0.5) <= 1.96 * values.std(ddof=1) / np.sqrt(300)
    assert covered / n >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / n)
    assert naive / n < 0.75
