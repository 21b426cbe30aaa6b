"""The interval that inverts a test: the shifts that it does not reject."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Tail = Callable[[float], float]

SMALLEST, LARGEST = 1e-300, 1 - 1e-16
STEPS = 100
PROBIT = 1e-8
"""A tail is met where it is right to this, on the scale of normal deviates."""
WIDTH = 1e-11
"""A bracket is closed at this share of the standard error (tails that are steps)."""
THIRD = 3
BEYOND = 1.001
"""Differences are in units of the largest."""


def interval_limits(
    up: Tail,
    down: Tail,
    level: float,
    at_zero: tuple[float, float],
    about: tuple[float, float],
) -> tuple[float | None, float | None]:
    """The smallest and the largest shift at which both tails are at least `level`.

    up: tail towards higher sums, as a function of the shift, not decreasing, at least 1/2 at the
    mean; down: the other one, not increasing. at_zero: both at 0. about: mean and standard
    error. No shift beyond -1 or 1 changes a tail; one that is never below the level has no limit.
    Limits are found from zero on, so that they leave it out exactly where a tail there is below the
    level.
    """
    mean, se = about
    low = lower_limit(up, level, at_zero[0], about)
    high = lower_limit(lambda d: down(-d), level, at_zero[1], (-mean, se))
    return low, None if high is None else 0.0 - high


def lower_limit(
    tail: Tail, level: float, at_zero: float, about: tuple[float, float]
) -> float | None:
    """The smallest shift at which the tail is at least `level`."""
    from scipy.special import ndtri

    mean, se = about
    goal = float(ndtri(level))

    def gap(value: float) -> float:
        return float(ndtri(min(max(value, SMALLEST), LARGEST))) - goal

    middle = gap(0.5)
    if at_zero < level:
        low, high, at_low, at_high = 0.0, mean, gap(at_zero), middle
    else:
        beyond = tail(-BEYOND)
        if beyond >= level:
            return None
        low, at_low = -BEYOND, gap(beyond)
        high, at_high = (0.0, gap(at_zero)) if mean >= 0 else (mean, middle)
    guess = mean + goal * se
    return first_at_least(lambda d: gap(tail(d)), (low, high), (at_low, at_high), guess, se)


def first_at_least(
    f: Callable[[float], float],
    between: tuple[float, float],
    ends: tuple[float, float],
    guess: float,
    unit: float,
) -> float:
    """Where an increasing function, smooth or of steps, first is 0 or more: f(low) < 0 <= f(high).

    Regula falsi with the Illinois rule (Dowell and Jarratt 1971, BIT 11(2)), every third step a
    bisection, for steps have no slope.
    """
    (low, high), (at_low, at_high), kept = between, ends, 0
    point = guess if low < guess < high else (low + high) / 2
    for step in range(STEPS):
        value = f(point)
        if abs(value) <= PROBIT:
            return point
        if value < 0:
            low, at_low = point, value
            at_high, kept = (at_high / 2 if kept < 0 else at_high), -1
        else:
            high, at_high = point, value
            at_low, kept = (at_low / 2 if kept > 0 else at_low), 1
        if high - low <= WIDTH * unit:
            break
        point = (low * at_high - high * at_low) / (at_high - at_low)
        if (step > THIRD and step % THIRD == 0) or not low < point < high:
            point = (low + high) / 2
            kept = 0
    return high
