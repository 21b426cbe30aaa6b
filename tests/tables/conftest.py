"""Analyses made by hand: tables read nothing else, so no statistics run here."""

import math
import re
import subprocess
from types import SimpleNamespace

import pytest

from paperforge.model import Aggregate, Analysis, Decision, Design, Missing, Verdict
from paperforge.spec import Dataset, Direction, Method, Metric, Role, Unit


def design(unit=Unit.SEED, replicates=(10, 10), **changed):
    said = {
        "unit": unit,
        "inferred": False,
        "pair_by": (),
        "alpha": 0.05,
        "correction": "holm",
        "mcnemar": "mid-p",
        "clustered": False,
        "shared_runs": False,
        "replicates": replicates,
        "generalises": "This generalises to new seeds on these benchmarks.",
        "sentences": (),
    }
    return Design(**(said | changed))


def aggregate(metric, method, dataset, mean, sd=None, n=10, **more):
    se = None if sd is None else sd / math.sqrt(n)
    half = None if se is None else 2.262 * se
    return Aggregate(metric, method, dataset, n, mean, sd, se, half, **more)


def hole(metric, method, dataset, reason=Missing.NOT_RUN):
    return Aggregate(metric, method, dataset, 0, None, None, None, None, missing=reason)


def decision(a, b, verdict, metric="accuracy", scope=None, **more):
    said = {
        "estimate": 1.2, "low": 0.4, "high": 2.0, "level": 0.95, "p": 0.004, "p_adjusted": 0.012,
        "family": 3, "n": (10, 10), "unit": Unit.SEED, "paired": False, "test": "stratified Welch t",
        "statistic": 3.1, "df": 17.2, "primary": True,
    }  # fmt: skip
    return Decision(metric=metric, a=a, b=b, scope=scope, verdict=verdict, **(said | more))


def analysis(cells, methods, *, datasets=("",), metrics=None, decisions=(), **more):
    """cells: aggregates. methods: names or Methods."""
    named = tuple(m if isinstance(m, Method) else Method(m, m) for m in methods)
    return Analysis(
        design=more.pop("design", design()),
        metrics=metrics or (Metric("accuracy", "Accuracy", Direction.HIGHER, "%"),),
        methods=named,
        datasets=tuple(d if isinstance(d, Dataset) else Dataset(d, d) for d in datasets),
        aggregates=tuple(cells),
        decisions=tuple(decisions),
        **more,
    )


def table_of(columns, methods, **more):
    """One metric; columns: {dataset or None: [(mean, sd), …]}, one pair a method."""
    names = [m.name if isinstance(m, Method) else m for m in methods]
    cells = [
        aggregate("accuracy", name, dataset, *pair)
        for dataset, pairs in columns.items()
        for name, pair in zip(names, pairs, strict=True)
    ]
    datasets = tuple(d for d in columns if d is not None)
    return analysis(cells, methods, datasets=datasets, **more)


def paper(**more):
    """A table as in a paper: three baselines and ours, three datasets, two metrics, all sorts of cells."""
    methods = (
        Method("full", "Full fine-tuning", Role.BASELINE),
        Method("probe", "Linear probe", Role.BASELINE),
        Method("lora_r1", "LoRA ($r=1$) & 50%", Role.BASELINE),
        Method("lora", "LoRA_r8 (ours)", Role.OURS),
    )
    datasets = (
        Dataset("digits", "Digits"),
        Dataset("cancer", "Breast cancer"),
        Dataset("wine", "Wine_v2"),
    )
    accuracy = {
        "digits": [(95.342, 0.31), (88.12, 0.52), (9.97, 0.4), (95.338, 0.22)],
        "cancer": [(93.12, 1.31), (90.25, 2.2), (92.5, 1.1), (94.18, 1.21)],
        "wine": [(89.5, 3.1), (81.2, 12.5), None, (91.25, 2.8)],
        None: [(92.65, 1.13), (86.52, 4.3), None, (93.59, 1.03)],
    }
    seconds = {
        "digits": [(1.234, 0.05), (0.131, 0.012), (0.5, 0.02), (0.71, 0.03)],
        "cancer": [(-0.52, 0.1), (0.2, 0.1), (0.21, 0.1), (0.35, 0.1)],
        "wine": [(12345.2, 10), (123.1, 12), None, (512.2, 31)],
        None: [(4115.3, 8), (41.1, 4), None, (171.1, 10)],
    }
    cells = []
    for metric, columns in (("accuracy", accuracy), ("seconds", seconds)):
        for dataset, pairs in columns.items():
            for method, pair in zip(methods, pairs, strict=True):
                cells.append(
                    hole(metric, method.name, dataset, Missing.CRASHED)
                    if pair is None
                    else aggregate(metric, method.name, dataset, *pair, **_unlucky(method, dataset))
                )
    decisions = [
        decision("lora", "full", Verdict.INCONCLUSIVE),
        decision("lora", "probe", Verdict.BETTER),
        decision("lora", "lora_r1", Verdict.UNTESTED, p=None),
        *(
            decision("lora", b, v, "seconds")
            for b, v in (("full", Verdict.BETTER), ("probe", Verdict.WORSE))
        ),
    ]
    metrics = (
        Metric("accuracy", "Accuracy", Direction.HIGHER, "%"),
        Metric("seconds", "Time", Direction.LOWER, "s"),
    )
    return analysis(cells, methods, datasets=datasets, metrics=metrics, decisions=decisions, **more)


def _unlucky(method, dataset):
    return {"n": 8, "not_finite": 2} if (method.name, dataset) == ("probe", "cancer") else {}


@pytest.fixture
def make():
    """The makers of this file; tests are imported apart from each other and cannot import it."""
    return SimpleNamespace(
        design=design,
        aggregate=aggregate,
        hole=hole,
        decision=decision,
        analysis=analysis,
        table_of=table_of,
        paper=paper,
    )


PREAMBLES = {
    "computer modern": "",
    "times": r"\usepackage[T1]{fontenc}\usepackage{times}",
    "palatino": r"\usepackage[T1]{fontenc}\renewcommand{\rmdefault}{ppl}",
}


@pytest.fixture
def boxes(tmp_path):
    """boxes(face, bodies): the widths of boxes in TeX, in points."""

    def measure(face, bodies):
        measured = "".join(rf"\setbox0\hbox{{{b}\unskip}}\typeout{{W=\the\wd0.}}" for b in bodies)
        (tmp_path / "a.tex").write_text(
            rf"\documentclass{{article}}\usepackage{{booktabs,graphicx}}{PREAMBLES[face]}"
            rf"\begin{{document}}{measured}x\end{{document}}",
            encoding="utf-8",
        )
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
        return [float(w) for w in re.findall(r"W=([\d.]+)pt", (tmp_path / "a.log").read_text())]

    return measure
