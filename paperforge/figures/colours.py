"""How far apart two colours are: in greyscale, and for readers with other colour vision.

Matrices of Machado, Oliveira & Fernandes (2009), A physiologically-based model for simulation of
color vision deficiency, IEEE TVCG 15(6), severity 1, applied to linear sRGB (IEC 61966-2-1);
CIE 1976 L*a*b* with white D65, and distances in it (CIE 15).
"""

from __future__ import annotations

from functools import cache
from math import dist

VISIONS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "full colour vision": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_GRAY = (0.30, 0.59, 0.11)
_LINEAR = 0.04045
"""Up to here sRGB is a straight line."""
GREY = 5.0
"""Lightness (CIE L*) that is this much apart can be told apart in greyscale print."""
SEEN = 12.0
"""Colours this far apart (CIE76) can be told apart on thin lines and small dots."""
PALE = 12.0
"""Chroma below which a colour is a grey: frames, grids, words."""


@cache
def lab(colour: str, vision: str = "full colour vision") -> tuple[float, float, float]:
    """Return L*, a*, b* of "#rrggbb" as a reader sees it. `vision`: a key of VISIONS."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [x / 12.92 if x <= _LINEAR else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    seen = [min(max(one, 0.0), 1.0) for one in _apply(VISIONS[vision], linear)]
    white = _apply(_XYZ, [1.0, 1.0, 1.0])
    f = [_root(a / b) for a, b in zip(_apply(_XYZ, seen), white, strict=True)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def printed(colour: str) -> float:
    """Return L* of the grey that printers and viewers make of "#rrggbb".

    PDF's conversion of DeviceRGB to DeviceGray is .30 R + .59 G + .11 B of the values as they are
    written (ISO 32000-1, 10.3.3), not of linear light: it turns #ff0000 and #008000 alike.
    """
    level = round(
        sum(w * int(colour[i : i + 2], 16) for w, i in zip(_GRAY, (1, 3, 5), strict=True))
    )
    return lab(f"#{level:02x}" + f"{level:02x}" * 2)[0]


def is_grey(colour: str) -> bool:
    """Whether a colour is black, white or a grey."""
    return dist(lab(colour)[1:], (0.0, 0.0)) < PALE


def alike(one: str, other: str) -> tuple[str, ...]:
    """Return how two colours cannot be told apart: "in greyscale", "with protanopia" … or not."""
    found = []
    ways = (lambda c: lab(c)[0], printed)  # what the eye, and what a printer makes of them
    if any(abs(grey(one) - grey(other)) < GREY for grey in ways):
        found.append("in greyscale")
    found += [f"with {v}" for v in VISIONS if dist(lab(one, v), lab(other, v)) < SEEN]
    return tuple(found)


def _apply(rows: tuple[tuple[float, float, float], ...], to: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, to, strict=True)) for row in rows]


def _root(t: float) -> float:
    """CIE's f: the cube root, and a line near black."""
    return t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29
