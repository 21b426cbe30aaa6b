import re
import subprocess
from pathlib import Path

import pytest

from paperforge.latex.escape import Tex
from paperforge.latex.label import sentence
from paperforge.model import Aggregate, Analysis, Decision, Design, Missing, Verdict
from paperforge.narrative.macros import macros, render
from paperforge.spec import Dataset, Direction, Method, Metric, Unit
from paperforge.tables import arrange

HEAD = Path(__file__).parents[2] / "templates" / "_base" / "macros-head.tex"


def cell(method, dataset, mean, sd=0.6, n=4):
    if mean is None:
        return Aggregate(
            "accuracy", method, dataset, 0, None, None, None, None, missing=Missing.CRASHED
        )
    return Aggregate("accuracy", method, dataset, n, mean, sd, sd / 2, sd, None)


def decision(a, b, scope, **more):
    said = {
        "estimate": -1.26, "low": -2.04, "high": -0.48, "level": 0.95, "p": 0.004, "p_adjusted": 0.012,
        "family": 3, "n": (4, 4), "unit": Unit.SEED, "paired": False, "test": "Welch t",
        "statistic": 3.1, "df": 5.0, "primary": True, "verdict": Verdict.WORSE,
    }  # fmt: skip
    return Decision(metric="accuracy", a=a, b=b, scope=scope, **(said | more))


def analysis(cells, methods, datasets, decisions=(), unit=Unit.SEED):
    design = Design(unit, False, (), 0.05, "holm", "mid-p", False, False, (3, 4), "", ())
    return Analysis(
        design,
        (Metric("accuracy", "Accuracy", Direction.HIGHER, "%"),),
        tuple(Method(m, m) for m in methods),
        tuple(Dataset(d, d) for d in datasets),
        tuple(cells),
        tuple(decisions),
    )


def two_datasets(decisions=()):
    cells = [
        cell("LoRA (r=8)", d, v) for d, v in (("Digits", 91.26), ("wine", 80.0), (None, 85.63))
    ]
    cells += [cell("full", d, v) for d, v in (("Digits", 93.0), ("wine", None), (None, None))]
    return analysis(cells, ["LoRA (r=8)", "full"], ["Digits", "wine"], decisions)


def printed(made):
    return {macro.key: macro.printed for macro in macros(made)}


def test_keys_of_cells_and_averages():
    found = printed(two_datasets())
    assert found["accuracy/lora-r-8/digits"] == "91.3"
    assert found["accuracy/lora-r-8/digits/sd"] == "0.6"
    assert found["accuracy/lora-r-8/digits/se"] == "0.30"
    assert found["accuracy/lora-r-8/digits/pm"] == "91.3 ± 0.6"
    assert found["accuracy/lora-r-8/digits/n"] == "4"
    assert found["accuracy/lora-r-8"] == "85.6"
    assert found["accuracy/full/digits"] == "93.0"
    assert not any(key.startswith(("accuracy/full/wine", "accuracy/full/n")) for key in found)
    assert "accuracy/full" not in found
    assert (found["design/methods"], found["design/datasets"], found["design/replicates"]) == (
        "2",
        "2",
        "3–4",
    )


def test_they_are_sorted_and_one_to_one():
    made = macros(two_datasets([decision("LoRA (r=8)", "full", None)]))
    keys = [macro.key for macro in made]
    assert keys == sorted(set(keys))
    assert all(re.fullmatch(r"[a-z0-9./-]+", key) for key in keys)
    assert next(m for m in made if m.key == "accuracy/lora-r-8/digits").value == 91.26


def test_comparisons():
    made = two_datasets([
        decision("LoRA (r=8)", "full", None),
        decision("LoRA (r=8)", "full", "Digits", p_adjusted=None, primary=False, p=0.0004),
        decision("full", "LoRA (r=8)", "wine", estimate=None, p=None, p_adjusted=None),
    ])  # fmt: skip
    found = printed(made)
    assert (
        found["accuracy/lora-r-8-vs-full"]
        == found["accuracy/lora-r-8-vs-full/difference"]
        == "-1.3"
    )
    assert found["accuracy/lora-r-8-vs-full/size"] == "1.3"
    assert (found["accuracy/lora-r-8-vs-full/low"], found["accuracy/lora-r-8-vs-full/high"]) == (
        "-2.0",
        "-0.5",
    )
    assert found["accuracy/lora-r-8-vs-full/p"] == ".01"
    assert found["accuracy/lora-r-8-vs-full/digits/p"] == "<.001"
    assert not any(key.startswith("accuracy/full-vs") for key in found)


@pytest.mark.parametrize("name", ["", "Digits"])
def test_one_dataset_needs_no_name(name):
    made = analysis(
        [cell("a", name, 91.26), cell("b", name, 90.0)], "ab", [name], [decision("a", "b", name)]
    )
    found = printed(made)
    assert found["accuracy/a"] == "91.3"
    assert ("accuracy/a/digits" in found) == bool(name)
    assert found["accuracy/a-vs-b"] == "-1.3"


def test_names_that_collide_keep_keys_of_their_own():
    cells = [
        cell(m, d, 90.0 + i)
        for i, m in enumerate(["a-vs-b", "a", "b", "A b", "a_b"])
        for d in ("sd", "n")
    ]
    made = analysis(
        cells, ["a-vs-b", "a", "b", "A b", "a_b"], ["sd", "n"], [decision("a", "b", None)]
    )
    values = [
        m.value for m in macros(made) if re.fullmatch("accuracy/[^/]+/(sd|n)-[0-9a-f]+", m.key)
    ]
    assert sorted(values) == [90.0, 90.0, 91.0, 91.0, 92.0, 92.0, 93.0, 93.0, 94.0, 94.0]
    found = printed(made)
    assert found[next(key for key in found if key.startswith("accuracy/a-vs-b/n-"))] == "90.0"
    assert (
        found[next(key for key in found if re.fullmatch("accuracy/a-vs-b-[0-9a-f]+", key))]
        == "-1.3"
    )


def test_the_text_prints_what_the_table_prints():
    made = two_datasets()
    found = printed(made)
    table = arrange(made)
    for row, method in zip(table.rows, ("lora-r-8", "full"), strict=True):
        for one, column in zip(row.cells, table.columns, strict=True):
            place = f"/{column.dataset.lower()}" if column.dataset else ""
            if one.value is not None:
                assert found[f"accuracy/{method}{place}"] == one.printed
                assert (
                    found[f"accuracy/{method}{place}/pm"] == f"{one.printed} ± {one.printed_spread}"
                )


def test_the_spread_of_the_tables_can_be_given():
    found = {m.key: m.printed for m in macros(two_datasets(), "none")}
    assert "accuracy/lora-r-8/pm" not in found
    by_se = {
        m.key: m.printed for m in macros(analysis([cell("a", "", 91.266, 0.16)], "a", [""]), "se")
    }
    assert by_se["accuracy/a/pm"] == "91.27 ± 0.08"


def test_without_replicates_there_is_no_count_of_them():
    found = printed(
        analysis(
            [Aggregate("accuracy", "a", "", 1, 91.26, None, None, None)], "a", [""], unit=Unit.NONE
        )
    )
    assert found["accuracy/a"] == "91.3"
    assert "design/replicates" not in found
    assert "accuracy/a/sd" not in found


def test_render_is_sorted_escaped_and_ends_once():
    made = macros(two_datasets([decision("LoRA (r=8)", "full", None)]))
    text = render(reversed(made), {"main": Tex(r"Mean $\pm$ sd."), "also": "x"}, "% head\n")
    lines = text.splitlines()
    assert lines[0] == "% head"
    assert r"\pfdefine{accuracy/lora-r-8-vs-full}{\ensuremath{-}1.3}" in lines
    assert r"\pfdefine{accuracy/lora-r-8/pm}{85.6 \ensuremath{\pm} 0.6}" in lines
    assert lines[-2:] == [r"\pfdefinenote{also}{x}", r"\pfdefinenote{main}{Mean $\pm$ sd.}"]
    body = [line for line in lines if line.startswith(r"\pfdefine{")]
    assert body == [line for _, line in sorted((line.split("}")[0], line) for line in body)]
    assert text.endswith("}\n")


@pytest.mark.tex
def test_numbers_print_in_text_and_mathematics(tmp_path):
    made = macros(two_datasets([decision("LoRA (r=8)", "full", None, p_adjusted=0.0001)]))
    text = render(made, {"main": r"Mean $\pm$ sd."}, HEAD.read_text(encoding="utf-8"))
    (tmp_path / "macros.tex").write_text(text, encoding="utf-8")
    body = r"\section{\pf{accuracy/lora-r-8}}A\pf{accuracy/lora-r-8-vs-full}B$\pf{accuracy/lora-r-8-vs-full/p}$C\pf{accuracy/lora-r-8/pm}D\pfnote{main}"
    (tmp_path / "a.tex").write_text(
        rf"\documentclass{{article}}\input{{macros}}\begin{{document}}{body}\end{{document}}"
    )
    subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=60,
    )
    out = subprocess.run(
        ["pdftotext", "a.pdf", "-"], cwd=tmp_path, check=True, capture_output=True, timeout=60
    ).stdout.decode()
    squeezed = re.sub(r"\s", "", out)
    assert "85.6" in squeezed
    assert "A−1.3B" in squeezed
    assert "<.001C" in squeezed
    assert "85.6±0.6DMean±sd." in squeezed


@pytest.mark.tex
def test_a_description_stands_in_a_caption_and_its_list(tmp_path):
    alt = sentence("Curves of α_b: 95% → 3×10⁻⁵ & more #1.")
    text = render((), {"curves/alt": alt}, HEAD.read_text(encoding="utf-8"))
    (tmp_path / "macros.tex").write_text(text, encoding="utf-8")
    body = r"\listoffigures\begin{figure}\caption{\pfnote{curves/alt}}\end{figure}"
    (tmp_path / "a.tex").write_text(
        rf"\documentclass{{article}}\input{{macros}}\begin{{document}}{body}\end{{document}}"
    )
    for _ in range(2):
        subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            timeout=60,
        )
    out = subprocess.run(
        ["pdftotext", "a.pdf", "-"], cwd=tmp_path, check=True, capture_output=True, timeout=60
    ).stdout.decode()
    assert re.sub(r"\s", "", out).count("Curvesofαb:95%→3×10−5&more#1.") == 2


def test_a_tiny_spread_prints_as_in_the_table():
    cells = [cell("a", "d", 1.0, 0.5), cell("b", "d", 2.0, 0.4), cell("c", "d", 3.0, 1e-9)]
    found = printed(analysis(cells, ["a", "b", "c"], ["d"]))
    assert found["accuracy/c/sd"] == "<0.1"
    assert found["accuracy/c/pm"] == "3.0 ± <0.1"
    assert r"\pfdefine{accuracy/c/sd}{\ensuremath{<}0.1}" in render(
        macros(analysis(cells, ["a", "b", "c"], ["d"])), {}, ""
    )


def test_a_metric_has_one_notation_in_the_text():
    """Powers of ten that one dataset needs are those of the others, and of the average, too."""
    cells = [
        cell("a", "d1", 3.12e-2, 1e-3), cell("b", "d1", 4.1e-9, 1e-10), cell("c", "d1", 1.2, 0.1),
        cell("a", "d2", 3.1206e-2, 1e-4), cell("b", "d2", 2.9e-2, 1e-4),
    ]  # fmt: skip
    made = printed(analysis(cells, ["a", "b", "c"], ["d1", "d2"]))
    assert [made[f"accuracy/{key}"] for key in ("a/d1", "a/d2", "b/d1")] == [
        "3.12e-2", "3.121e-2", "4.10e-9",
    ]  # fmt: skip
