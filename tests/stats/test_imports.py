import subprocess
import sys

PROGRAM = """
import sys
import paperforge.stats
assert "numpy" not in sys.modules, "at import"
assert "paperforge.stats.corpus_cells" not in sys.modules, "before there are sums"
import numpy as np
from paperforge.model import Sample
from paperforge.stats.cells import Grouping, cell, merge
from paperforge.stats.contrast import Ask
from paperforge.stats.exact import mcnemar
from paperforge.stats.means import welch
one = Sample("acc", "m", "d", np.arange(3), np.array([1.0, 2.0, 4.0]))
c = cell(one, *merge(one), Grouping())
welch(c, c, Ask(margin=1.0)).detects.at(0.05)
mcnemar(3, 9, 100, Ask(margin=0.2))
heavy = {"scipy.stats", "scipy.optimize", "scipy.linalg", "pandas", "statsmodels"} & set(sys.modules)
assert not heavy, heavy
"""


def test_nothing_heavy_is_imported():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
