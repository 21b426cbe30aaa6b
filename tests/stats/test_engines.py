"""Whichever library resamples, an analysis says the same; and memory is bounded with either."""

import csv
import importlib.util
import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from paperforge.errors import InputError
from paperforge.spec import DesignSpec, Unit
from paperforge.stats import analyse, keyed
from paperforge.stats.best import flipped_p
from paperforge.stats.contrast import Ask
from paperforge.stats.signflip import sign_flip

NEEDS_TORCH = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed"
)
CLOSE = 1e-12


def same(one, two, at=""):
    """Whether two documents agree: numbers within 1e-12, all else exactly."""
    if isinstance(one, dict):
        assert list(one) == list(two), at
        for key in one:
            same(one[key], two[key], f"{at}.{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(two), at
        for i, (x, y) in enumerate(zip(one, two, strict=True)):
            same(x, y, f"{at}[{i}]")
    elif isinstance(one, float):
        assert two == pytest.approx(one, rel=CLOSE, abs=CLOSE), at
    else:
        assert one == two, at


def watched(monkeypatch):
    """What torch is asked for while a test runs."""
    import torch

    from paperforge.stats import keyed_torch

    torch.set_num_threads(1)  # more wait for each other where tests run beside each other
    asked = []
    for name in ("bits", "poisson"):
        real = getattr(keyed_torch, name)
        monkeypatch.setattr(
            keyed_torch, name, lambda *a, _n=name, _f=real: (asked.append(_n), _f(*a))[1]
        )
    return asked


def runs(spread=1.0):
    rng = np.random.default_rng(4)
    return {
        (m, f"d{d}"): gap + rng.lognormal(0, spread, 5)
        for m, gap in (("x", 0.5), ("y", 0.0), ("z", 0.1))
        for d in range(4)
    }


def outliers(n=400):
    """Differences of which three decide, so that no formula will do and signs are drawn."""
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1e-3, n)
    x[:3] = 5.1, -4.2, 6.3
    base = rng.normal(0, 1, n)
    return {("x", "d"): base + x, ("y", "d"): base}


@NEEDS_TORCH
@pytest.mark.parametrize("aggregate", ["iqm", "median", "optimality-gap"])
@pytest.mark.parametrize("pair_by", [(), ("seed",)])
def test_aggregates_of_runs_are_the_same(monkeypatch, fake, aggregate, pair_by):
    spec = DesignSpec(aggregate=aggregate, pair_by=pair_by, seed=3)
    numpy, torch = _both(monkeypatch, fake(runs()), spec)
    assert numpy["profiles"]
    same(numpy, torch)


@NEEDS_TORCH
def test_drawn_signs_are_the_same(monkeypatch, fake):
    spec = DesignSpec(best_set=True, seed=3)
    numpy, torch = _both(monkeypatch, fake(outliers(), unit=Unit.EXAMPLE), spec)
    assert numpy["decisions"][0]["test"] == "sign-flip (Monte Carlo)"
    assert numpy["best"]
    same(numpy, torch)


@NEEDS_TORCH
@pytest.mark.parametrize("correction", ["max-t", "romano-wolf"])
@pytest.mark.parametrize("grouped", [False, True])
def test_joint_flips_are_the_same(monkeypatch, fake, correction, grouped):
    """Over two datasets, the examples of one in clusters."""
    rng = np.random.default_rng(6)
    cells = {
        (m, d): {
            "values": rng.lognormal(0, 1, n) + 0.2 * i,
            "keys": np.arange(n) + 1000 * k,
            **({"clusters": np.arange(n) // 2 + 1000 * k} if grouped else {}),
        }
        for k, (d, n) in enumerate((("d1", 130), ("d2", 160)))
        for i, m in enumerate("xyz")
    }
    spec = DesignSpec(correction=correction, seed=3)
    numpy, torch = _both(monkeypatch, fake(cells, unit=Unit.EXAMPLE), spec)
    assert numpy["design"]["correction"] == correction
    assert all(d["p_adjusted"] is not None for d in numpy["decisions"] if d["primary"])
    same(numpy, torch)


def _both(monkeypatch, results, spec):
    """The analysis by numpy and by torch, which is seen to have been used by the second alone."""
    asked = watched(monkeypatch)
    numpy = asdict(analyse(results, replace(spec, engine="numpy"), effects=True))
    assert not asked
    torch = asdict(analyse(results, replace(spec, engine="torch"), effects=True))
    assert asked
    assert [d["signature"] for d in numpy["decisions"]] == [
        d["signature"] for d in torch["decisions"]
    ]
    return numpy, torch


CORPUS = """
[[sources]]
path = "scores.csv"
[metrics.f1]
corpus = "f1"
from = ["tp", "fp", "fn"]
[design]
engine = "ENGINE"
seed = 5
"""


def write_scores(folder, n=50):
    rng = np.random.default_rng(2)
    with (folder / "scores.csv").open("w", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["method", "dataset", "example", "tp", "fp", "fn"])
        for m, rate in (("x", 0.8), ("y", 0.7), ("z", 0.75)):
            for d in ("one", "two"):
                for i in range(n):
                    tp = rng.binomial(6, rate)
                    out.writerow([m, d, f"{d}{i}", tp, rng.binomial(3, 0.3), 6 - tp])


@NEEDS_TORCH
@pytest.mark.parametrize("weighted", [False, True])
def test_the_command_says_the_same_of_a_corpus_metric(paperforge, tmp_path, monkeypatch, weighted):
    """Declared or as an option; n draws from n examples, or Poisson weights."""
    from paperforge.stats import corpus_draws, corpus_resample

    monkeypatch.setattr(corpus_resample, "REPLICATES", 1999)
    if weighted:
        monkeypatch.setattr(corpus_draws, "SMALL", 10)
    asked, said = watched(monkeypatch), {}
    write_scores(tmp_path)
    for engine in ("numpy", "torch"):
        (tmp_path / "paper.toml").write_text(CORPUS.replace("ENGINE", engine))
        answer = paperforge("stats", "--why", "--format", "json")
        assert answer.code == 0, answer.err
        said[engine] = json.loads(answer.out)
        assert ("poisson" in asked) == (weighted and engine == "torch")
        assert ("bits" in asked) == (engine == "torch")
    assert said["numpy"]["decisions"][0]["p"] < 0.05
    same(said["numpy"], said["torch"])
    (tmp_path / "paper.toml").write_text(CORPUS.replace("ENGINE", "numpy"))
    asked.clear()
    answer = paperforge("stats", "--why", "--engine", "torch", "--format", "json")
    assert asked
    same(said["torch"], json.loads(answer.out))


@NEEDS_TORCH
def test_the_best_of_several_by_drawn_signs_is_the_same():
    apart = np.random.default_rng(0).normal(-0.3, 1, (30, 3))
    ours, theirs = (flipped_p(apart, 5000, 1, engine) for engine in ("numpy", "torch"))
    assert 0.001 < ours < 1
    assert ours == theirs


@NEEDS_TORCH
def test_sign_flips_of_clusters_are_the_same():
    x, y = outliers().values()
    groups = np.arange(len(x)) // 2
    ours, theirs = (
        sign_flip(x - y, groups, Ask(engine=engine, margin=1.0), 7) for engine in ("numpy", "torch")
    )
    assert ours.method == "Monte Carlo"
    same(asdict(ours), asdict(theirs))


def test_torch_asked_for_and_not_installed(monkeypatch, fake, paperforge, results_csv):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else real(name)
    )
    assert keyed.engine("auto") == "numpy"
    monkeypatch.setattr(keyed, "GPU_DEVICES", ("/",))  # as if there were one
    assert keyed.engine("auto") == "numpy"
    with pytest.raises(InputError, match="not installed"):
        analyse(fake(runs()), DesignSpec(engine="torch"))
    said = paperforge("stats", results_csv, "--engine", "torch")
    assert said.code == 1
    assert 'pip install "paperforge[torch]"' in said.err
    assert paperforge("stats", results_csv, "--engine", "auto").code == 0


def test_torch_is_not_imported_without_a_gpu(monkeypatch):
    monkeypatch.setattr(keyed, "GPU_DEVICES", ("/nowhere/at/all",))
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it would fail
    assert keyed.engine("auto") == "numpy"


MEMORY = """
import sys
from pathlib import Path
import numpy as np
from paperforge.stats.contrast import Ask
from paperforge.stats.corpus_draws import Stratum
from paperforge.stats.corpus_resample import Linear, bootstrap
engine, systems, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if engine == "torch":
    import torch
def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024
before = held()
rng = np.random.default_rng(0)
sums = rng.integers(1, 9, (n, 10)).astype(float)
tables = [sums + rng.integers(0, 2, sums.shape) for _ in range(systems)]
weights = np.zeros((systems - 1, systems))
weights[:, 0], weights[np.arange(systems - 1), np.arange(1, systems)] = 1, -1
part = Linear.of("bleu", Stratum("d", np.arange(n), tuple(tables)), weights)
found = bootstrap([part], Ask(engine=engine), 0, paired=True, replicates=59)
assert all(one.contrast.p is not None for one in found)
print(held(), before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's own count")
@pytest.mark.parametrize("engine", ["numpy", pytest.param("torch", marks=NEEDS_TORCH)])
@pytest.mark.parametrize(("systems", "n"), [(16, 3000), (2, 100_000)])
def test_memory_of_a_large_corpus(engine, systems, n):
    """Below 300 MB; torch holds most of that once it is imported, and may add less than 200."""
    command = [sys.executable, "-c", MEMORY, engine, str(systems), str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    most, before = map(int, done.stdout.split())
    assert most < 300 if engine == "numpy" else most - before < 200
