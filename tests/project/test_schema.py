"""The published JSON Schema agrees with what load takes."""

import tomllib
from pathlib import Path

import jsonschema
import pytest

from paperforge import project
from paperforge.project.shape import PaperToml

SAMPLES = sorted((Path(__file__).parents[2] / "sample_paper").glob("*/paper.toml"))

VALIDATOR = jsonschema.Draft202012Validator(project.schema())
SHORT = """
title = "x"
authors = ["A", { name = "B" }]
results = "runs.csv"
sources = ["a.csv", { path = "b.csv", pattern = "{method}/*", table = "t", where = { split = "test", epoch = 1, last = true } }]
metrics = { accuracy = "higher", loss = { direction = "lower", digits = 2 } }
methods = { a = "A", b = { role = "ours" }, c = { label = { tex = '$\\gamma$', text = "gamma" } } }
design = { pair_by = "seed", replicate = "seed", margin = 0.5, final = "best:f1" }
tables = [{ metrics = "accuracy" }]
figures = [{ name = "x", kind = "learning-curves" }]
page = { width = "6.5in", height = 600, columns = 2 }
compute = { hardware = "x", total_hours = 1.5, shared = false }
checklist = { claims = "yes", limitations = { answer = "na" } }
limitations = "One."
"""
WRONG = [
    "vnue = 'x'", "title = 3", "mode = 'drat'", "metrics = { a = 'up' }", "design = { alpha = 2 }", "design = { pair_by = 'method' }",
    "sources = [{ path = 'x', columns = { sed = 'x' } }]", "figures = [{ name = 'x' }]", "compute = { x = [1] }", "checklist = { a = 'maybe' }",
    "design = { final = 'max' }", "sources = [{ path = 'x', pattern = '{a' }]", "tables = { name = 'x' }", "authors = [{ mail = 'x' }]", "methods = { a = { role = 'our' } }",
    "page = { columns = 2 }", "page = { width = 'wide' }", "page = { width = 0 }",
    "methods = { a = { label = { tex = 'x' } } }", "datasets = { a = { label = 3 } }", "metrics = { a = { label = { tex = '', text = 'x' } } }",
]  # fmt: skip


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(project.schema())
    assert project.schema()["title"] == "paper.toml"


@pytest.mark.parametrize(
    "text",
    [SHORT, *(p.read_text(encoding="utf-8") for p in SAMPLES)],
    ids=["short", *(p.parent.name for p in SAMPLES)],
)
def test_what_load_takes_is_valid(text):
    VALIDATOR.validate(tomllib.loads(text))
    PaperToml.model_validate(tomllib.loads(text))


@pytest.mark.parametrize("path", SAMPLES, ids=[p.parent.name for p in SAMPLES])
def test_the_samples_load_and_come_back(path):
    read = project.load(path)
    assert project.dump(read)


@pytest.mark.parametrize("text", WRONG)
def test_what_load_refuses_is_invalid(text):
    assert not VALIDATOR.is_valid(tomllib.loads(text))
    with pytest.raises(ValueError, match="validation error"):
        PaperToml.model_validate(tomllib.loads(text))


def properties(schema):
    for table in [schema, *schema["$defs"].values()]:
        for name, value in table.get("properties", {}).items():
            yield f"{table['title']}.{name}", value


def test_every_key_is_described_and_nothing_else_is_allowed():
    schema = project.schema()
    assert [name for name, value in properties(schema) if not value.get("description")] == []
    tables = [t for t in [schema, *schema["$defs"].values()] if t["type"] == "object"]
    assert len(tables) == 12
    assert all(t["additionalProperties"] is False for t in tables)
