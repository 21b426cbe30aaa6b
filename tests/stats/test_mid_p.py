"""The size of McNemar's test, given what disagrees and over studies."""

from math import comb

import numpy as np
import pytest

from paperforge.stats.exact import mcnemar_p
from paperforge.stats.mid_p import conditional, unconditional


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("m", [0, 1, 5, 16, 19, 40])
def test_given_what_disagrees(m, exact):
    every = sum(comb(m, k) for k in range(m + 1) if mcnemar_p(k, m - k, exact=exact) < 0.05)
    assert conditional(m, 0.05, exact=exact) == pytest.approx(every / 2**m, abs=1e-12)


def test_over_studies():
    """19 of 137: .064 given those, below .05 where the number varies; as simulated."""
    assert conditional(19, 0.05, exact=False) > 0.06
    found = unconditional(19, 137, 0.05)
    assert found < 0.0505
    rng = np.random.default_rng(3)
    ks = rng.binomial(137, 19 / 137, 20_000)
    wins = rng.binomial(ks, 0.5)
    drawn = list(zip(wins.tolist(), (ks - wins).tolist(), strict=True))
    table = {at: mcnemar_p(*at, exact=False) for at in set(drawn)}
    rate = np.mean([table[at] < 0.05 for at in drawn])
    assert found == pytest.approx(rate, abs=0.005)


def test_a_default_is_no_failed_check(paperforge, tmp_path):
    """16 of 64 disagree: .077 of the nulls given those, and the test holds its level."""
    rows = [f"{m},{i},{int(i % 2 if i >= 16 else (m == 'a') == (i < 8))}"
            for m in "ab" for i in range(64)]  # fmt: skip
    (tmp_path / "x.csv").write_text("model,example_id,correct\n" + "\n".join(rows) + "\n")
    said = paperforge("stats", "x.csv", "--calibrate", "--runs", "1000")
    assert said.code == 0
    assert "given the 16 examples that only one method has right" in said.out
    assert "does not hold its level" not in said.out
