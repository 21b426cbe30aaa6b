"""What the summary counts: comparisons that a test could be made of."""

from paperforge.model import Decision, Verdict
from paperforge.narrative.findings import _total
from paperforge.spec import Unit


def one(verdict, p, reason=""):
    return Decision(
        metric="acc",
        a="a",
        b="b",
        scope=None,
        primary=True,
        estimate=None,
        low=None,
        high=None,
        level=0.95,
        p=p,
        p_adjusted=p,
        family=2,
        n=(3, 3),
        unit=Unit.SEED,
        paired=False,
        test="Welch t",
        statistic=None,
        df=None,
        verdict=verdict,
        reason=reason,
    )


def test_what_was_never_tested_is_no_denominator():
    found = [one(Verdict.BETTER, 0.01), one(Verdict.INCONCLUSIVE, 0.3)]
    hole = one(
        Verdict.UNDECIDABLE, None, "no average: not reported on x (a), not reported on y (a)"
    )
    assert _total((*found, hole)) == (
        "a difference is found in 1 of the 2 comparisons that could be tested; 1 could not "
        "(not reported)."
    )
    assert _total(tuple(found)) == "a difference is found in 1 of 2 comparisons."
