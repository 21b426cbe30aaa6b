"""The edges of noisy bands: few points cover each pixel as very many do, and reach as far."""

import numpy as np
import pytest

from paperforge.figures import noise, thin

WIDE = 100.0
PIXEL = 72.27 / 200
LEVELS = 0.16 * 213
"""Of grey between a band of the darkest colour and no band."""
MANY = 400_000


def edges():
    rng = np.random.default_rng(7)
    x = np.linspace(0, WIDE, MANY)
    rising = 40 + 30 * (1 - np.exp(-x / 10))
    runs = rng.normal(0, 1, (3, MANY))
    return {
        "t interval": (x, rising + 8 * (runs.mean(0) + 2.5 * runs.std(0, ddof=1))),
        "even": (x, rising + 20 * rng.random(MANY)),
    }


def covered(x, y):
    """The share of each pixel below the line, columns x rows, by fine samples."""
    columns, rows, fine = int(WIDE / PIXEL), 320, 4000
    places = (np.arange(columns * fine) + 0.5) * PIXEL / fine
    tops = (np.interp(places, x, y) / PIXEL).reshape(columns, fine)
    return np.array([np.clip(tops - row, 0, 1).mean(axis=1) for row in range(60, rows)]).T


@pytest.mark.parametrize("name", ["t interval", "even"])
def test_pixels_stay_as_dark_as_they_were(name):
    x, y = edges()[name]
    along, up = thin.edge(x, y, 1)
    assert len(along) < MANY / 20
    assert (np.diff(along) >= 0).all()
    apart = LEVELS * np.abs(covered(along, up) - covered(x, y))
    assert apart.max() < 2.5
    assert (apart > 2).mean() < 0.001


@pytest.mark.parametrize("outward", [1, -1])
def test_the_farthest_heights_of_every_narrow_column_stay(outward):
    x, y = edges()["even"]
    along, up = noise.strokes(x, y, outward)
    for low in np.arange(0, WIDE - 0.2, 0.2):
        true = (outward * y)[(x >= low) & (x < low + 0.2)].max()
        kept = (outward * up)[(along >= low) & (along < low + 0.2)].max()
        assert kept == pytest.approx(true, abs=0.35)
    assert (outward * up).max() == (outward * y).max()


def test_what_rises_and_falls_in_order_is_no_noise():
    x = np.linspace(0, WIDE, MANY)
    assert noise.strokes(x, 40 + 10 * np.sin(x * 20), 1) is None
    assert noise.strokes(x[:9000], x[:9000], 1) is None
