"""Which column plays a role: by its name, in the order of precedence; two different ones are asked about."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from paperforge import columns, results
from paperforge.columns.candidates import candidates
from paperforge.errors import InputError
from paperforge.model import Raw
from paperforge.results.peek import Peek
from paperforge.spec import Project, Source

KNOWN = {"run": "run", "metric": "metric", "step": "step", "value": "value"}


def tracked(*settings, name="", rows=None, mapping=None):
    """The roles of a tracker's relation with these settings."""
    raw = Raw("raw", ("run", *settings, "metric", "step", "value"), KNOWN, name=name)
    source = Source(Path("/mlruns"), "mlruns", columns=mapping or {})
    return columns.guess(raw, {}, source, (), rows)


@pytest.mark.parametrize(
    ("role", "column"),
    [
        ("method", "config.model.name"), ("method", "config.model"), ("method", "params.algo"),
        ("method", "config.algo.name"), ("method", "config.model._target_"),
        ("method", "config.agent.type"), ("method", "config.experiment.model"),
        ("method", "config.model.arch"), ("method", "config.model_name_or_path"),
        ("method", "hparams.method"), ("method", "model.name"), ("method", "model/name"),
        ("method", "tags.method"), ("method", "path.method"), ("method", "pattern.method"),
        ("dataset", "config.dataset.name"), ("dataset", "config.data"), ("dataset", "config.env.id"),
        ("dataset", "config.task.name"), ("dataset", "config.data.dataset"),
        ("dataset", "config.datamodule._target_"), ("dataset", "config.env_name"),
        ("seed", "config.trainer.seed"), ("seed", "config.seed"), ("seed", "config.random_state"),
        ("seed", "config.seed_everything"), ("seed", "path.seed"), ("seed", "params.random_seed"),
        ("seed", "config.experiment.random_state"), ("seed", "trial"), ("fold", "config.fold"),
    ],
)  # fmt: skip
def test_names_of_roles(role, column):
    assert candidates(role, ["config.lr", column, "config.optimizer.name"]) == [column]


@pytest.mark.parametrize(
    "column",
    ["config.optimizer.name", "config.model.lr", "config.logger.name", "config.data.path", "name",
     "config.scheduler._target_", "config.model.encoder.type", "config.number", "config.model.path"],
)  # fmt: skip
def test_names_of_nothing(column):
    assert not any(candidates(role, [column]) for role in ("method", "dataset", "seed"))


def test_the_stated_precedence():
    order = ["pattern.seed", "config.seed", "config.trainer.seed", "params.seed", "hparams.trainer.seed",
             "tags.seed", "path.seed"]  # fmt: skip
    for place, column in enumerate(order):
        assert candidates("seed", reversed(order[place:])) == [column]
    assert tracked("model", *order, mapping={"seed": "tags.seed"}).roles["seed"] == "tags.seed"
    assert candidates("method", ["tags.model", "method", "params.model"]) == ["method"]


def test_a_tables_own_columns_and_its_config_are_of_one_precedence():
    assert candidates("method", ["config.model", "method"]) == ["config.model", "method"]


def test_of_one_models_fields_the_name_is_meant():
    fields = ["config.algo._target_", "config.algo.type", "config.algo.name"]
    assert candidates("method", fields) == ["config.algo.name"]
    assert candidates("method", ["config.algo.id", "config.policy.id"]) == [
        "config.algo.id",
        "config.policy.id",
    ]


@pytest.fixture
def peek():
    """Rows of a relation, given as {column: values}."""
    with duckdb.connect() as engine:

        def make(given):
            names = ", ".join(f'"{name}"' for name in given)
            rows = ", ".join(str(tuple(row)) for row in zip(*given.values(), strict=True))
            engine.execute(
                f"CREATE OR REPLACE TABLE raw AS SELECT * FROM (VALUES {rows}) t({names})"
            )
            return Peek(engine, "raw")

        yield make


def test_two_different_candidates_are_an_error_that_lists_them_with_their_values(peek):
    rows = peek(
        {"config.model.name": ("bert", "gpt", "t5", "opt"), "config.method": ("a", "b", "b", "a")}
    )
    with pytest.raises(InputError) as caught:
        tracked("config.model.name", "config.method", rows=rows)
    assert caught.value.message == (
        "'config.model.name' and 'config.method' could each be the method: "
        "config.model.name holds bert, gpt, opt, …; config.method holds a, b"
    )
    assert caught.value.hint == (
        "say which: --map config.model.name=method or --map config.method=method"
    )
    mapped = tracked(
        "config.model.name", "config.method", rows=rows, mapping={"method": "config.method"}
    )
    assert mapped.roles["method"] == "config.method"


def test_two_columns_with_the_same_values_are_no_ambiguity(peek):
    rows = peek(
        {"config.seed": ("1", "2", "3"), "seed": (1.0, 2.0, 3.0), "config.model": ("a", "b", "b")}
    )
    assert tracked("config.seed", "seed", "config.model", rows=rows).roles["seed"] == "config.seed"


def test_a_missing_dataset_or_seed_is_allowed():
    assert set(tracked("config.model").roles) == {*KNOWN, "method"}


def test_the_runs_own_name_is_the_method_where_nothing_else_is():
    mapped = tracked("run_name", "config.lr", name="run_name")
    assert mapped.roles["method"] == "run_name"
    assert "run's own name" in mapped.notes[0].message
    assert tracked("run_name", "tags.model", name="run_name").roles["method"] == "tags.model"


def test_map_names_any_column_with_or_without_its_head():
    for written in ("config.model.name", "model.name", "CONFIG.Model.Name"):
        mapped = tracked("config.model.name", "config.method", mapping={"method": written})
        assert mapped.roles["method"] == "config.model.name"
    mapped = tracked("config.model", "epoch", mapping={"step": "epoch"})
    assert mapped.roles["step"] == "epoch"


def test_a_role_that_runs_have_in_different_places_is_taken_row_by_row(peek):
    rows = peek(
        {"config.model": ("a", "", ""), "tags.model": ("b", "b", ""), "path.method": ("c",) * 3}
    )
    mapped = tracked("config.model", "tags.model", "path.method", rows=rows)
    assert mapped.roles["method"] == "config.model"
    assert mapped.others == {"method": ("tags.model", "path.method")}
    rows = peek({"config.model": ("a", "a"), "tags.model": ("b", "b")})
    assert tracked("config.model", "tags.model", rows=rows).others == {}
    mapped = tracked("config.model", "tags.model", mapping={"method": "config.model or tags.model"})
    assert mapped.others == {"method": ("tags.model",)}


def test_path_comes_before_what_the_store_itself_knows(peek):
    raw = Raw("raw", ("run", "dataset", "pattern.dataset", "config.model", "metric", "value"),
              {**KNOWN, "dataset": "dataset"})  # fmt: skip
    source = Source(Path("/logs"), "logs", pattern="{dataset}/*")
    rows = peek({"pattern.dataset": ("x", ""), "config.model": ("a", "a")})
    mapped = columns.guess(raw, {}, source, (), rows)
    assert mapped.roles["dataset"] == "pattern.dataset"
    assert mapped.others == {"dataset": ("dataset",)}
    source = Source(Path("/logs"), "logs", {"dataset": "dataset"}, pattern="{dataset}/*")
    assert columns.guess(raw, {}, source, (), rows).roles["dataset"] == "dataset"


def test_a_candidate_that_is_empty_in_every_row_is_none(peek):
    given = {"params.method": ("a", "b", "b"), "params.model_name": (" ", "", "")}
    rows = peek({**given, "n": (1, 2, 3)})
    assert tracked(*given, rows=rows).roles["method"] == "params.method"


def test_only_rows_that_pass_the_filters_are_looked_at(tmp_path):
    text = "part,method,model,seed,accuracy\nx,a,,0,0.5\nx,b,,0,0.6\ny,c,big,0,0.7\n"
    (tmp_path / "r.csv").write_text(text)

    def load(where):
        source = Source(tmp_path / "r.csv", "r.csv", where=where)
        return results.load([source], Project(root=tmp_path))

    with pytest.raises(InputError, match="could each be the method"):
        load({})
    assert [m.name for m in load({"part": "x"}).methods] == ["a", "b"]
    with pytest.raises(InputError, match="could each be the method"):
        load({"part": "z"})
