"""Golden files are exact; PAPERFORGE_GOLDEN=write writes them anew, and the diff is read."""

import json
import os
import re
from pathlib import Path

import pytest

from paperforge import tables
from paperforge.spec import TableSpec

GOLDEN = Path(__file__).parents[2] / "golden"
LISTED = "Dataset,Train,Length [tokens],Source\nDigits,12000,12.5,UCI_1\nWine,118,,50% of A & B\n"
SPECS = {
    "ablation": TableSpec(
        layout="ablation",
        metrics=("accuracy",),
        datasets=("digits",),
        groups={"Architecture": ("gate",), "Size": ("small",)},
    ),
    "pairwise": TableSpec(layout="pairwise", metrics=("accuracy",), datasets=("wine_2",)),
    "per-seed": TableSpec(layout="per-seed", metrics=("accuracy",)),
    "cost": TableSpec(layout="cost"),
    "settings": TableSpec(layout="settings"),
    "ratings": TableSpec(layout="ratings", methods=("full", "gate")),
    "listing": TableSpec(layout="listing", file="datasets.csv"),
    "headings": TableSpec(
        metrics=("accuracy",), groups={"Baselines & co": ("gate", "small"), "Toys": ("digits",)}
    ),
    "headings-turned": TableSpec(
        layout="dataset-by-method", metrics=("accuracy",), groups={"Toys": ("digits",)}
    ),
}


@pytest.fixture
def table(study, tmp_path):
    def make(name):
        spec = SPECS[name]
        if tables.is_listing(spec):
            (tmp_path / spec.file).write_text(LISTED)
            return tables.listed(spec, tmp_path, study)
        return tables.arrange(study, spec)

    return make


@pytest.mark.parametrize("name", SPECS)
def test_golden(table, name):
    text = tables.render(table(name), "latex", notes=True)
    path = GOLDEN / f"layout-{name}.tex"
    if os.environ.get("PAPERFORGE_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", tables.FORMATS)
@pytest.mark.parametrize("name", SPECS)
def test_every_format_has_every_cell_note_and_heading(table, name, form):
    made = table(name)
    text = tables.render(made, form, notes=True)
    if form == "json":
        rows = json.loads(text)["rows"]
        assert [[c["printed"] for c in row["cells"]] for row in rows] == [
            [c.printed for c in row.cells] for row in made.rows
        ]
        return
    digits = re.sub(r"[^0-9]", "", text)
    for row in made.rows:
        for cell in row.cells:
            for run in re.findall(r"\d+", cell.printed):
                assert run in digits
    for group in {row.group for row in made.rows if made.headings and row.group}:
        assert group.split(" ")[0] in text
    count = {"latex": r"\\", "markdown": "\n| ", "html": "<tr>", "text": "\n"}[form]
    assert text.count(count) >= len(made.rows)


@pytest.mark.tex
def test_all_compile(table, pdflatex):
    body = "\n\n".join(tables.render(table(name), "latex", notes=True) for name in SPECS)
    text = pdflatex(body)
    for words in ("Architecture", "All methods", "Krippendorff", "50% of A & B", "secondary"):
        assert words in text
