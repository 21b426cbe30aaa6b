"""Samples of prompts: components against an analysis of variance, numbers as published, power."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from paperforge.stats.nested import Nested, Prompts, Samples, nested
from paperforge.stats.outlook import needed
from paperforge.stats.power import detectable_t


def stated(between, within, samples, prompts=0):
    return (Nested(between, within, prompts, samples),)


def test_prompts_needed_as_published():
    """Miller 2024: 969 questions for 3 points at variance 1/9, 3,876 with one sample of 1/6 each.

    Two more of each, for Student's quantiles: his are normal.
    """
    assert needed(Prompts(stated(1 / 9, 0.0, 1), 1), 0.03, 0.05).n == 971
    assert needed(Prompts(stated(1 / 9, 2 / 6, 1), 1), 0.03, 0.05).n == 3878
    assert needed(Prompts(stated(1 / 9, 2 / 6, 1), 10), -0.03, 0.05).n < 3878 / 3


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
    assert (found.prompts, found.samples, found.equal) == (12, 4, True)
    (part,) = Prompts((found,), 4).parts(12, cautious=False)
    assert part == pytest.approx((between / 48, 11))


def test_unequal_numbers_of_samples():
    found = nested(np.array([1.0, 0, 1, 1, 0]), np.array([7, 7, 3, 3, 9]))
    assert found.prompts == 3
    assert found.samples == pytest.approx(1.5)  # harmonic: 3 / (1/2 + 1/2 + 1)
    assert not found.equal
    assert found.within == pytest.approx(0.25)  # variances .5 and 0; one sample says nothing
    assert found.between == pytest.approx(0.25 - 0.25 * (0.5 + 0.5 + 1) / 3)


def test_a_negative_component_is_none():
    """Means that are closer than their samples: one variance of all, as statsmodels' REML has it."""
    import pandas as pd
    from statsmodels.regression.mixed_linear_model import MixedLM

    values = np.array([0.0, 2, 2, 0, 1, 1.5, 0.5, 1.2])
    prompts = np.repeat(np.arange(4), 2)
    found = nested(values, prompts)
    assert found.between == 0
    assert found.within == pytest.approx(values.var(ddof=1))
    frame = pd.DataFrame({"y": values, "p": prompts})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that the component is on its boundary
        theirs = MixedLM.from_formula("y ~ 1", frame, groups="p").fit(reml=True)
    assert found.within == pytest.approx(theirs.scale, rel=5e-3)


@pytest.mark.parametrize(
    ("values", "prompts"), [([1.0], [4]), ([1.0, 1.0], [4, 4]), ([1.0, 1.0], [4, 5])]
)
def test_degenerate(values, prompts):
    found = nested(np.array(values), np.array(prompts, dtype=int))
    assert (found.between, found.within) == (0, 0)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1)), min_size=1, max_size=40))
def test_no_component_is_negative(rows):
    prompts, values = np.array(rows).T
    found = nested(values.astype(float), prompts)
    assert found.between >= 0
    assert found.within >= 0
    assert 1 <= found.samples <= np.bincount(prompts).max()


def test_more_samples_stop_helping_where_the_prompts_are_few():
    law = Samples(stated(0.04, 0.4, 4), 50)
    found = [law.smallest(k, 0.05) for k in (1, 2, 5, 20, 1000)]
    assert found == sorted(found, reverse=True)
    assert law.floor(0.05) == pytest.approx(detectable_t(0.2 / np.sqrt(50), 49, 0.05))
    assert law.floor(0.05) < found[-1] < law.floor(0.05) * 1.01
    assert needed(law, law.floor(0.05) * 0.99, 0.05).n is None
    assert needed(law, found[2], 0.05).n == 5


def test_the_planned_power_is_had():
    """0/1 answers of two models to 80 prompts, 3 samples each; a t test of the prompts' means."""
    rng, n, k, gap = np.random.default_rng(4), 80, 3, 0.1
    chance = rng.beta(2, 2, (20_000, 1)) * (1 - gap)
    apart = rng.normal(0, 0.1, (20_000, 1))
    shares = np.clip(np.concatenate([chance + gap + apart, chance - apart], axis=1), 0, 1)
    known = Nested(np.var(np.diff(shares)), (shares * (1 - shares)).mean(axis=0).sum(), 0, k)
    true = float(np.mean(shares[:, 0] - shares[:, 1]))
    planned = Prompts((known,), k).power(true, n, 0.05)
    assert 0.5 < planned < 0.95
    runs = 2000
    drawn = shares[rng.integers(0, 20_000, (runs, n))]
    right = rng.binomial(k, drawn) / k
    p = scipy_stats.ttest_rel(right[..., 0], right[..., 1], axis=1).pvalue
    assert (p < 0.05).mean() == pytest.approx(planned, abs=3 * np.sqrt(0.2 / runs))
