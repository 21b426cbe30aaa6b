"""Every row of docs/error-rates.md: its bounds, and that the table says what is measured.

Nominal .05 and .95, 10^4 runs, bounds with three standard errors of the simulation. Where the
nominal rate is missed the row says by how much, and the table prints it bold.
"""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from error_rates import DOC, HEAD, line, share
from rates import ROWS, joint
from rates.row import NOMINAL, RUNS, decided, error, holds, primary, results
from rates.runs import TASKS, scored

from paperforge.spec import DesignSpec, Role, Unit
from paperforge.stats import analyse
from paperforge.stats.added import ADDED
from paperforge.stats.contrast import Ask
from paperforge.stats.runs_bootstrap import aggregate_difference
from paperforge.stats.simultaneous import Mean

TABLE = DOC.read_text(encoding="utf-8").split(HEAD)[1].strip().splitlines()
CELLS = {
    row.name: [cell.strip() for cell in text.strip("|").split("|")[3:]]
    for row, text in zip(ROWS, TABLE, strict=True)
}
THROUGH = [row for row in ROWS if row.drawn]
NAMED = {"ids": lambda row: row.name}


def printed(text):
    return float(text.strip("*"))


def first(row, count):
    return list(islice(row.drawn(np.random.default_rng(3), 200), count))


def test_the_table_has_every_row():
    assert [text.split(" | ")[:3] for text in TABLE] == [
        [f"| {row.path}", row.data, str(row.n)] for row in ROWS
    ]
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, **NAMED)
def test_a_rate_that_is_missed_is_bold_and_bounded_by_its_own(row):
    _, size, coverage, runs = CELLS[row.name]
    assert runs in ("enumerated", f"{RUNS:,}")
    assert (row.most > NOMINAL) == size.startswith("**")
    assert (row.covers < 1 - NOMINAL) == coverage.startswith("**")


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, **NAMED)
def test_rates(row):
    found = row.run()
    assert row.least - error(NOMINAL, found.runs) <= found.size
    assert found.size <= row.most + error(row.most, found.runs)
    test, size, coverage, _ = CELLS[row.name]
    assert found.test == test
    rounding = 5e-4 + 1.5 * error(max(found.size, 1e-3), found.runs)  # of another stream of chance
    assert printed(size) == pytest.approx(found.size, abs=rounding)
    if found.coverage is None:
        assert coverage == "–"
    else:
        assert found.coverage >= row.covers - error(row.covers, found.runs)
        assert printed(coverage) == pytest.approx(found.coverage, abs=rounding)


@pytest.mark.parametrize("row", THROUGH, **NAMED)
def test_what_is_simulated_is_what_analyse_says(row):
    for one in first(row, 3):
        ours, theirs = primary(one, row.spec), analyse(one, row.spec).primary()[0]
        assert (ours.p, ours.low, ours.high, ours.test) == (
            theirs.p,
            theirs.low,
            theirs.high,
            theirs.test,
        )
        assert decided(ours) == theirs.decided


@pytest.mark.parametrize("row", [row for row in THROUGH if row.shifts], **NAMED)
def test_the_interval_moves_along_with_a_difference(row):
    """So what it covers at no difference, it covers at any.

    But for 0/1 scores: cut at 1, where no shares lie beyond, and widened to 0 where nothing could
    have been decided; moved scores are no shares, and their interval is the plain one.
    """
    for one in first(row, 2):
        moved = replace(one, by_run=lifted(one.by_run), by_example=lifted(one.by_example))
        before, after = primary(one, row.spec), primary(moved, row.spec)
        if before.test.endswith(ADDED):  # a right and a wrong answer, and moved scores are neither
            assert not after.test.endswith(ADDED)
            continue
        for a, b in ((before.low, after.low), (before.high, after.high)):
            assert (a is None) == (b is None)
            if "0/1" in row.data and a is not None and abs(a) in (0.0, 1.0):
                plain = b - 2.5
                if a:  # cut, on this side
                    assert plain * a >= 1 - 1e-9
                else:  # widened to zero, which the plain one had left on this side
                    assert before.smallest_p >= 0.05
                    assert (plain >= -1e-9) if a is before.low else (plain <= 1e-9)
                continue
            assert a is None or b == pytest.approx(a + 2.5, abs=1e-6)


def lifted(samples):
    return tuple(replace(s, values=s.values + 2.5) if s.method == "x" else s for s in samples)


@pytest.mark.parametrize("paired", [True, False])
def test_the_iqm_of_an_analysis_is_the_one_that_is_simulated(paired):
    a, b = (scored(np.random.default_rng(i), "normal", (TASKS, 5)) for i in (1, 2))
    cells = {(m, f"d{t}"): x[t] for m, x in (("x", a), ("y", b)) for t in range(TASKS)}
    spec = DesignSpec(aggregate="iqm", pair_by=("seed",) if paired else ())
    theirs = analyse(results(cells), spec).primary()[0]
    ours = aggregate_difference(list(a), list(b), "IQM", Ask(), paired=paired)
    assert (theirs.p, theirs.low, theirs.high) == (ours.p, ours.low, ours.high)
    few = aggregate_difference(list(a), list(b), "IQM", Ask(), paired=paired, replicates=400)
    assert few.high - few.low == pytest.approx(ours.high - ours.low, rel=0.12)  # se / sqrt(800)


@pytest.mark.parametrize("correction", ["max-t", "romano-wolf"])
def test_a_family_of_an_analysis_is_the_one_that_is_simulated(correction):
    x = np.random.default_rng(4).standard_normal((5, 6)) + np.array([[2], [0], [0], [1], [0]])
    roles = {"a": Role.OURS} | dict.fromkeys("pqrs", Role.BASELINE)  # draws go by name
    one = results({(m, "d"): row for m, row in zip(roles, x, strict=True)}, roles=roles)
    found = analyse(one, DesignSpec(correction=correction, draws=joint.DRAWS)).primary()
    means = [Mean(row.mean(), row.var(ddof=1) / 6, 5.0) for row in x]
    ours = joint.independent(joint.FOUR, means, replicates=joint.DRAWS)
    ps = ours.p_adjusted if correction == "max-t" else ours.p_stepdown
    told = [max(p, d.p) for p, d in zip(ps, found, strict=True)]
    assert [d.p_adjusted for d in found] == pytest.approx(told)


def test_what_a_family_claims_falsely_is_counted():
    """A row of methods that do differ is wrong nearly always."""

    def apart(rng, shift, run):
        return joint.of_seeds(5)(rng, shift + np.array([9, 0, 0, 0, 0]), run)

    row = joint.max_t("", "", 5, apart)
    found = row.run(20)
    assert (found.size, found.coverage) == (1, 0)


def test_a_row_that_is_printed_reads_back():
    row = ROWS[0]
    found = row.run(200)
    assert line(row, found).startswith(f"| {row.name} | {found.test} | ")
    assert share(0.0494) == ".049"
    assert (share(0.0), share(1.0)) == ("0", "1")
    assert holds(primary(first(row, 1)[0], row.spec), true=np.inf) is False
    assert first(row, 1)[0].samples("acc", Unit.EXAMPLE) == ()
