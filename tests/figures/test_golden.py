"""Pictures of every kind against stored ones: what is drawn must not move unseen.

Drawn in the fonts that matplotlib carries, for others differ between machines; turned into grey
pixels by poppler's pdftoppm at 72 dpi; compared by the share of the ink that differs. Rounding of
pixels between versions of poppler and matplotlib moves less than TOLERANCE; a dot that moves by a
tenth of an axis, or a lost label, more (the last test).

    PAPERFORGE_GOLDEN=write pytest tests/figures/test_golden.py     writes them anew: look at them
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paperforge import figures
from paperforge.figures import fonts
from paperforge.spec import FigureSpec

FOLDER = Path(__file__).parents[1] / "golden" / "figures"
TOLERANCE = 0.04
DPI = 72
CASES = {
    # name of the picture: the figure, and the arguments of the study that it shows
    "learning-curves": (FigureSpec("f", "learning-curves"), {"methods": 4}),
    "learning-curves-panels": (FigureSpec("f", "learning-curves"), {"methods": 6, "datasets": 4}),
    "intervals": (FigureSpec("f", "intervals"), {"methods": 6, "datasets": 3}),
    "differences": (FigureSpec("f", "differences"), {"methods": 6}),
}

pytestmark = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="no pdftoppm here")


@pytest.fixture(autouse=True)
def _carried(monkeypatch):
    """The fonts that matplotlib carries, on every machine."""
    monkeypatch.setattr(fonts, "_find", lambda name: None)


def pixels(path: Path) -> np.ndarray:
    """Grey levels of a PNG, 0 black to 255 white, rows x columns."""
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("L"), dtype=float)


def rendered(pdf: bytes, folder: Path) -> Path:
    """The PDF's page as a grey PNG."""
    (folder / "page.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(DPI), "-gray", "-png", "-singlefile", "page.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "page.png"


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """The ink that differs over the ink there is; 1 where the sizes differ."""
    if one.shape != other.shape:
        return 1.0
    return float(np.abs(one - other).sum() / (255 - other).sum())


@pytest.mark.parametrize("name", CASES)
def test_the_picture_is_as_it_was(name, study, venue, tmp_path):
    spec, how = CASES[name]
    drawn = rendered(figures.draw(spec, study(**how), venue("icml")).pdf, tmp_path)
    golden = FOLDER / f"{name}.png"
    if os.environ.get("PAPERFORGE_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        shutil.copyfile(drawn, golden)
    found = difference(pixels(drawn), pixels(golden))
    assert found < TOLERANCE, f"{100 * found:.1f}% of the ink differs: {drawn}, {golden}"


def test_every_kind_that_shows_results_has_a_picture():
    drawn = {spec.kind for spec, _ in CASES.values()}
    assert drawn <= set(figures.KINDS)
    assert {"learning-curves", "intervals", "differences"} <= drawn


@pytest.mark.parametrize("change", ["dot", "label"])
def test_a_small_change_is_seen(change, study, venue, tmp_path):
    spec, how = CASES["intervals"]
    analysis = study(**how)
    if change == "dot":
        first, *rest = analysis.aggregates
        analysis = replace(analysis, aggregates=(replace(first, mean=first.mean - 2), *rest))
    else:
        methods = tuple(replace(m, label=m.label.removesuffix("probe")) for m in analysis.methods)
        analysis = replace(analysis, methods=methods)
    drawn = rendered(figures.draw(spec, analysis, venue("icml")).pdf, tmp_path)
    assert difference(pixels(drawn), pixels(FOLDER / "intervals.png")) > TOLERANCE
