import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.stats.spending import error_rate, looks

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "spending.json").read_text())
EQUAL = [0.2, 0.4, 0.6, 0.8, 1.0]


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_another_programs_bounds(spending):
    found = looks(EQUAL, 0.05, spending)
    assert [x.bound for x in found] == pytest.approx(REFERENCE[spending], abs=1e-5)
    assert [x.alpha for x in found] == pytest.approx(
        list(2 * scipy_stats.norm.sf(REFERENCE[spending])), rel=1e-4
    )
    assert found[-1].spent == pytest.approx(0.05)


def test_another_programs_one_sided_bounds():
    """Two-sided at twice alpha; both sides are crossed by so few that the bounds are the same."""
    theirs = REFERENCE["one_sided"]
    found = looks(theirs["fractions"], 2 * theirs["alpha"])
    assert [x.spent / 2 for x in found] == pytest.approx(theirs["spent"], rel=1e-5)
    assert [x.bound for x in found] == pytest.approx(theirs["bounds"], abs=1e-4)


@pytest.mark.parametrize(("count", "constant"), REFERENCE["pocock_constant"].items())
def test_pococks_constants(count, constant):
    """To five decimals: the error at the constant, half a unit up or down, holds .05."""
    fractions = np.arange(1, int(count) + 1) / int(count)
    above, below = (
        error_rate([constant + half] * int(count), fractions)[-1] for half in (0.6e-5, -0.6e-5)
    )
    assert above < 0.05 < below


@pytest.mark.parametrize(("count", "constant"), REFERENCE["obrien_fleming_constant"].items())
def test_obrien_and_flemings_constants(count, constant):
    fractions = np.arange(1, int(count) + 1) / int(count)
    above, below = (
        error_rate((constant + half) / np.sqrt(fractions), fractions)[-1]
        for half in (0.6e-5, -0.6e-5)
    )
    assert above < 0.05 < below


def test_looking_five_times_at_the_usual_level():
    z = scipy_stats.norm.ppf(0.975)
    assert error_rate([z] * 5, EQUAL) == pytest.approx(REFERENCE["repeated_at_1.96"], abs=1e-5)


def test_one_look_spends_all():
    (one,) = looks([1.0])
    assert one.alpha == pytest.approx(0.05)
    assert looks([0.3])[0].alpha == looks([0.3, 0.6])[0].alpha  # later looks need not be known
    (early,) = looks([0.01])
    assert 0 < early.alpha < 1e-40


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=5, unique=True),
    st.sampled_from([0.01, 0.05, 0.1]),
    st.sampled_from(["obrien-fleming", "pocock"]),
)
def test_the_bounds_spend_what_they_say(at, alpha, spending):
    fractions = [x / 40 for x in sorted(at)]
    found = looks(fractions, alpha, spending)
    rates = error_rate([x.bound for x in found], fractions)
    assert rates == pytest.approx([x.spent for x in found], abs=1e-7)
    assert all(0 < x.alpha <= alpha for x in found)


@pytest.mark.parametrize("fractions", [[0.5, 0.5], [0.5, 0.4], [0.0, 1.0], [0.5, 1.1]])
def test_fractions_that_do_not_grow(fractions):
    with pytest.raises(ValueError, match="growing"):
        looks(fractions)


def test_seeds_added_after_looking():
    """Paired t at 3, 5, 7 and 10 seeds, 10^4 times: .051 and .055 (Pocock) instead of the .13 of plain .05."""
    rng = np.random.default_rng(41)
    runs, at = 10_000, (3, 5, 7, 10)
    x = rng.normal(0, 1, (runs, 10))
    p = np.stack([scipy_stats.ttest_1samp(x[:, :n], 0, axis=1).pvalue for n in at], axis=1)
    assert (p < 0.05).any(axis=1).mean() > 0.1
    for spending in ("obrien-fleming", "pocock"):
        level = np.array([one.alpha for one in looks([n / 10 for n in at], 0.05, spending)])
        size = (p < level).any(axis=1).mean()
        assert 0.03 < size <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs), (spending, size)
