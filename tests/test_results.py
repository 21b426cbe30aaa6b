# ruff: noqa: PD011  a Sample's values are an array
from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from array import array
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import results
from paperforge.errors import InputError, UsageError
from paperforge.model import Missing, Trace
from paperforge.results import tidy
from paperforge.spec import TIDY_COLUMNS, Direction, Project, Role, Source, Unit

DB = Path(__file__).parent / "data" / "mlflow.db"


@pytest.fixture
def load(tmp_path):
    """Load results from texts: load({"results.csv": text}, Source options, project=...)."""
    opened = []

    def loader(files, *, project=None, sources=None, **options):
        if isinstance(files, str):
            files = {"results.csv": files}
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        found = results.load(
            [Source(tmp_path / name, name, **options) for name in (sources or files)],
            project or Project(root=tmp_path),
        )
        opened.append(found)
        return found

    yield loader
    for one in opened:
        one.close()


def table(found, metric="accuracy", unit=Unit.SEED):
    """{(method, dataset): {key: value}} of the cells that have one."""
    return {
        (s.method, s.dataset): dict(zip(s.keys.tolist(), s.values.tolist(), strict=True))
        for s in found.samples(metric, unit)
        if len(s.values)
    }


def said(found):
    return "\n".join(f"{n.severity}|{n.where}|{n.message}" for n in found.notes)


WIDE = """model,task,seed,accuracy,loss,lr
lora,digits,0,0.93,0.2,0.1
lora,digits,1.0,0.94,0.3,0.1
full,digits,0,0.95,0.2,0.1
full,wine,1,0.96,0.25,0.1
"""


def test_wide(load):
    found = load(WIDE)
    assert [(m.name, m.label, m.direction) for m in found.metrics] == [
        ("accuracy", "Accuracy", Direction.HIGHER),
        ("loss", "Loss", Direction.LOWER),
    ]
    assert [m.name for m in found.methods] == ["lora", "full"]
    assert [d.name for d in found.datasets] == ["digits", "wine"]
    assert table(found) == {
        ("lora", "digits"): {0: 0.93, 1: 0.94},
        ("full", "digits"): {0: 0.95},
        ("full", "wine"): {1: 0.96},
    }
    assert found.missing("accuracy") == {("lora", "wine"): Missing.NOT_RUN}
    assert found.varies == {"seed"}
    assert found.present == {"method", "dataset", "seed", "metric", "value"}
    assert not found.shared_runs
    assert found.rows == 8
    assert found.samples("accuracy", Unit.EXAMPLE) == ()
    assert (
        "method <- model, dataset <- task, seed <- seed; metrics: accuracy (higher is better), "
        "loss (lower is better)"
    ) in said(found)
    assert "ignored: lr" in said(found)


def test_long_gives_the_same_as_wide(load):
    rows = [line.split(",") for line in WIDE.splitlines()[1:]]
    lines = ["model,task,seed,metric,value"]
    lines += [f"{m},{t},{s},accuracy,{a}" for m, t, s, a, _, _ in rows]
    lines += [f"{m},{t},{s},loss,{x}" for m, t, s, _, x, _ in rows]
    long, wide = load({"long.csv": "\n".join(lines)}), load({"wide.csv": WIDE})
    for metric in ("accuracy", "loss"):
        assert table(long, metric) == table(wide, metric)
    assert long.metrics == wide.metrics


def test_places_are_lines_of_the_file(load):
    found = load(WIDE)
    assert found.sources("accuracy", "lora", "digits") == (
        "results.csv line 2",
        "results.csv line 3",
    )
    frame = found.frame()
    assert tuple(frame.columns) == TIDY_COLUMNS
    assert frame["source"].tolist()[-1] == "results.csv line 5"
    assert frame["kept"].all()
    assert frame["seed"].tolist()[2] == "1"


def test_declared_names_orders_and_units(load, tmp_path):
    project = Project(
        root=tmp_path,
        metrics={"loss": {"label": "CE", "digits": 2}, "accuracy": {"unit": "%", "margin": 0.5}},
        methods={"full": {"label": "Full FT", "role": "baseline"}, "lora": {"role": Role.OURS}},
        datasets={"wine": {"label": "Wine"}},
    )
    found = load(WIDE, project=project)
    assert [(m.name, m.label, m.unit, m.scale, m.digits, m.margin) for m in found.metrics] == [
        ("loss", "CE", "", 1.0, 2, None),
        ("accuracy", "Accuracy", "%", 100.0, None, 0.5),
    ]
    assert [(m.name, m.label, m.role) for m in found.methods] == [
        ("full", "Full FT", Role.BASELINE),
        ("lora", "lora", Role.OURS),
    ]
    assert [(d.name, d.label) for d in found.datasets] == [("wine", "Wine"), ("digits", "digits")]
    assert "printed times 100" in said(found)


def test_a_declared_role_gives_a_place_and_one_of_an_option_does_not(load, tmp_path):
    project = Project(root=tmp_path, methods={"full": {"role": "ours"}})
    assert [m.name for m in load(WIDE, project=project).methods] == ["full", "lora"]
    beside = replace(project, beside=frozenset({"full"}))
    assert [m.name for m in load(WIDE, project=beside).methods] == ["lora", "full"]


def test_what_is_declared_and_missing_is_said(load, tmp_path):
    project = Project(root=tmp_path, metrics={"bleu": {}}, methods={"adapter": {"label": "A"}})
    found = load(WIDE, project=project)
    assert "the method 'adapter' is declared and has no results" in said(found)
    assert next(n for n in found.notes if "adapter" in n.message).hint.startswith(
        "there is: lora, full; [methods.NAME]"
    )
    assert "the metric 'bleu' is declared" in said(found)
    assert [m.name for m in found.methods] == ["adapter", "lora", "full"]
    assert found.missing("accuracy")["adapter", "digits"] == Missing.NOT_RUN


def test_percent_above_one_is_not_scaled(load, tmp_path):
    project = Project(root=tmp_path, metrics={"accuracy": {"unit": "%"}})
    found = load("method,accuracy\na,0.5\nb,93\n", project=project)
    assert found.metrics[0].scale == 1.0


def test_percent_signs_are_the_unit(load):
    found = load("method,seed,accuracy\na,0,0.5%\na,1,0.6%\n")
    assert (found.metrics[0].unit, found.metrics[0].scale) == ("%", 1.0)
    assert table(found) == {("a", ""): {0: 0.5, 1: 0.6}}


def test_decimal_commas(load):
    text = "method;seed;accuracy;loss\na;0;0,93;1,234\na;1;0,941;2,345\n"
    found = load(text)
    assert table(found) == {("a", ""): {0: 0.93, 1: 0.941}}
    # 1,234 alone may be either; another column of the file decides.
    assert table(found, "loss") == {("a", ""): {0: 1.234, 1: 2.345}}
    assert "decimal comma" in said(found)


def test_no_seed_column_makes_each_row_a_replicate(load):
    found = load("method,accuracy\na,0.9\na,0.8\na,0.9\nb,0.7\n")
    first, second = found.samples("accuracy", Unit.SEED)
    assert first.values.tolist() == [0.9, 0.8, 0.9]
    assert len(set(first.keys.tolist())) == 3
    assert not first.keyed
    assert not set(first.keys.tolist()) & set(second.keys.tolist())
    assert found.varies == {"run"}
    assert "each row counts as a run of its own" in said(found)


def test_one_row_a_cell_says_nothing_of_runs(load):
    found = load("method,accuracy\na,0.9\nb,0.8\n")
    assert found.varies == frozenset()
    assert "run of its own" not in said(found)


def test_rows_without_their_seed(load):
    found = load("method,seed,accuracy\na,0,0.9\na,,0.8\na,,0.7\nb,0,0.6\n")
    first, second = found.samples("accuracy", Unit.SEED)
    assert sorted(first.values.tolist()) == [0.7, 0.8, 0.9]
    assert not first.keyed
    assert second.keyed
    assert "warning|results.csv line 3|2 numbers name no seed" in said(found)


def test_words_for_missing_numbers(load):
    rows = ["OOM", "crashed", "diverged", "n/a", "", "-", "nan", "NR", "-inf", "0.5"]
    text = "method,dataset,seed,accuracy\n"
    text += "".join(f"a,d{i},0,{word}\n" for i, word in enumerate(rows))
    found = load(text)
    reasons = [found.missing("accuracy").get(("a", f"d{i}")) for i in range(len(rows))]
    assert reasons == [
        Missing.OUT_OF_MEMORY,
        Missing.CRASHED,
        Missing.DIVERGED,
        Missing.NOT_APPLICABLE,
        Missing.NOT_REPORTED,
        Missing.NOT_REPORTED,
        Missing.NOT_FINITE,
        Missing.NOT_REPORTED,
        Missing.NOT_FINITE,
        None,
    ]


def test_failed_and_not_finite_replicates_are_counted(load):
    text = "method,seed,accuracy\na,0,0.5\na,1,nan\na,2,inf\na,3,OOM\na,4,crashed\na,5,diverged\n"
    (sample,) = load(text).samples("accuracy", Unit.SEED)
    assert sample.values.tolist() == [0.5]
    assert (sample.not_finite, sample.failed) == (3, 2)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("foo", "accuracy: 'foo' is not a number"),
        ("0.931 ± 0.004", "mean and its spread"),
        ('"1,234"', "thousands separator"),
        ("93.1%", "percent sign"),
        ("1_000", "'1_000' has thousands separators"),
        ("2024-01-01", "not a number"),
    ],
)
def test_text_in_a_number_column_names_the_row(load, cell, message):
    with pytest.raises(InputError, match=message) as caught:
        load(f"method,seed,accuracy\na,0,0.5\na,1,0.6\na,2,{cell}\na,3,0.5\n")
    assert caught.value.where == "results.csv line 4"
    assert caught.value.hint


def test_text_far_down_is_found_too(load):
    lines = ["method,seed,accuracy", *(f"a,{i},0.5" for i in range(15_000)), "a,15000,oops"]
    with pytest.raises(InputError, match="oops") as caught:
        load("\n".join(lines))
    assert caught.value.where == "results.csv line 15002"


def test_a_step_that_is_no_number(load):
    with pytest.raises(InputError, match="step: 'x' is not a number") as caught:
        load("method,step,accuracy\na,0,0.5\na,x,0.6\n")
    assert caught.value.where == "results.csv line 3"


def test_an_empty_name_is_refused(load):
    with pytest.raises(InputError, match="method is empty") as caught:
        load("method,seed,accuracy\na,0,0.5\n,1,0.6\n")
    assert caught.value.where == "results.csv line 3"


def test_rows_of_nothing_but_delimiters_are_skipped(load):
    assert load("method,seed,accuracy\na,0,0.5\n,,\n,,\n").rows == 1


def test_duplicates_with_the_same_value(load):
    found = load("method,seed,accuracy\na,0,0.5\na,1,0.6\na,0,0.5\n")
    assert table(found) == {("a", ""): {0: 0.5, 1: 0.6}}
    assert "note|results.csv line 2|a number is there again with the same value" in said(found)
    assert "results.csv line 4" in said(found)
    assert found.frame()["kept"].tolist() == [False, True, True]


def test_contradicting_duplicates(load):
    found = load("method,seed,accuracy\na,0,0.5\na,1,0.6\na,0,0.7\na,1,0.6\n")
    assert table(found) == {("a", ""): {0: 0.7, 1: 0.6}}
    (note,) = [n for n in found.notes if "again" in n.message]
    assert note.severity == "warning"
    assert note.where == "results.csv line 2"
    assert "2 numbers are there again with contradictory values (1 case)" in note.message
    assert "results.csv line 4" in note.message
    assert "--map COLUMN=seed" in note.hint


def test_the_last_source_wins(load):
    old, new = "method,seed,accuracy\na,0,0.5\n", "method,seed,accuracy\na,0,0.7\n"
    found = load({"old.csv": old, "new.csv": new})
    assert table(found) == {("a", ""): {0: 0.7}}
    assert found.sources("accuracy", "a", "") == ("new.csv line 2",)


STEPS = """method,seed,step,test/accuracy,val/accuracy,train_loss
a,0,1,,0.5,1.0
a,0,2,,0.6,0.8
a,0,3,0.7,,
b,0,2,0.8,0.65,0.9
b,0,1,,0.55,1.1
"""


def test_the_last_step_counts_and_test_before_val(load):
    found = load(STEPS)
    assert table(found) == {("a", ""): {0: 0.7}, ("b", ""): {0: 0.8}}
    assert table(found, "loss") == {("a", ""): {0: 0.8}, ("b", ""): {0: 0.9}}
    assert found.splits("accuracy") == ("test", "val")
    assert found.splits("loss") == ("train",)
    first, *others = found.traces("accuracy", "val")
    assert first == Trace("a", "", "0", array("d", [1.0, 2.0]), array("d", [0.5, 0.6]))
    assert [list(one.values) for one in others if one.method == "b"] == [[0.55, 0.65]]
    assert "note|accuracy|the numbers are those of split 'test'; not used: val" in said(found)
    assert "warning|loss|the numbers are those of split 'train'" in said(found)
    assert "last step" in said(found)


def test_curves_of_runs_without_steps_are_empty(load):
    found = load(WIDE)
    assert list(found.traces("accuracy", "")) == []
    assert found.splits("accuracy") == ()


def test_reading_traces_and_samples_at_the_same_time(load):
    found = load(STEPS)
    traces = found.traces("accuracy", "val")
    next(traces)
    found.samples("accuracy", Unit.SEED)
    assert sum(len(one.steps) for one in traces) == 2


def test_a_split_column(load):
    text = "method,seed,split,accuracy\na,0,Dev,0.5\na,0,train,0.9\na,0,dev2,0.4\n"
    assert table(load(text)) == {("a", ""): {0: 0.5}}
    with pytest.raises(InputError, match="splits id, ood") as caught:
        load("method,seed,split,accuracy\na,0,id,0.5\na,0,ood,0.9\n")
    assert "--where split=id" in caught.value.hint
    found = load(text, where={"split": "train"})
    assert table(found) == {("a", ""): {0: 0.9}}


def test_filters(load):
    found = load(WIDE, where={"task": "digits"})
    assert [d.name for d in found.datasets] == ["digits"]
    assert load(WIDE, where={"dataset": "wine"}).rows == 2
    with pytest.raises(InputError, match="no row has 'nope'") as caught:
        load(WIDE, where={"task": "nope"})
    assert "'digits', 'wine'" in caught.value.hint
    with pytest.raises(InputError, match="no column 'x'"):
        load(WIDE, where={"x": "nope"})


EXAMPLES = """model,dataset,seed,doc_id,cluster,correct
A,x,0,q2,c1,true
A,x,0,q1,c1,false
A,x,0,q3,c2,True
A,x,1,q2,c1,correct
A,x,1,q1,c1,1
A,x,1,q3,c2,0
B,x,0,q1,c1,true
B,x,0,q3,c2,false
A,y,0,q1,c1,true
"""


def test_examples(load):
    found = load(EXAMPLES)
    cells = {(s.method, s.dataset): s for s in found.samples("correct", Unit.EXAMPLE)}
    a, b, other = (cells[cell] for cell in (("A", "x"), ("B", "x"), ("A", "y")))
    assert a.values.tolist() == [0.5, 1.0, 0.5]  # q1, q2, q3 over two seeds
    assert a.keyed
    by_key = dict(zip(a.keys.tolist(), a.values.tolist(), strict=True))
    assert [by_key[key] for key in b.keys.tolist()] == [0.5, 0.5]  # q1, q3
    assert a.clusters[0] == a.clusters[1] != a.clusters[2]
    # The same item in two datasets (a full and a shortened text) is one item.
    assert other.keys.tolist() == [b.keys.tolist()[0]]
    assert other.clusters.tolist() == [a.clusters.tolist()[0]]
    seeds = table(found, "correct")
    assert seeds["A", "x"] == pytest.approx({0: 2 / 3, 1: 2 / 3})
    assert seeds["B", "x"] == {0: 0.5}
    assert found.varies == {"seed", "example", "cluster"}
    assert "true and false count as 1 and 0" in said(found)


def test_examples_without_seeds_are_one_run(load):
    found = load("model,doc_id,accuracy\nA,1,1\nA,2,0\nB,1,1\nB,2,1\n")
    assert found.varies == {"example"}
    first, _ = found.samples("accuracy", Unit.SEED)
    assert first.values.tolist() == [0.5]
    assert not first.keyed


def test_a_summary_beside_examples_is_not_one_more_run(load):
    text = {
        "examples.csv": "model,doc_id,accuracy\nA,1,1\nA,2,0\n",
        "sum.csv": "model,accuracy\nA,0.5\n",
    }
    found = load(text)
    (sample,) = found.samples("accuracy", Unit.SEED)
    assert sample.values.tolist() == [0.5]
    assert "name no example" in said(found)


def test_runs_shared_by_datasets(load):
    text = "run_id,method,dataset,accuracy\nr1,a,x,0.1\nr1,a,y,0.2\nr2,a,x,0.3\nr2,a,y,0.4\nr3,b,x,0.5\n"
    found = load(text)
    assert found.shared_runs
    assert found.varies == {"run"}
    assert table(found)["a", "x"] == {0: 0.1, 1: 0.3}
    assert table(found)["a", "y"] == {0: 0.2, 1: 0.4}
    numbered = load("run,method,dataset,accuracy\n0,a,x,0.1\n0,a,y,0.2\n0,b,x,0.3\n0,b,y,0.4\n")
    assert not numbered.shared_runs


FOLDS = "".join(f"{m},{s},{f},0.{s}{f}\n" for m in "ab" for s in (0, 1) for f in (1, 2, 3))


def test_folds_of_several_seeds_are_the_same_folds(load):
    found = load("method,seed,fold,accuracy\n" + FOLDS)
    first, second = found.samples("accuracy", Unit.SEED)
    assert first.values.tolist() == pytest.approx([0.06, 0.07, 0.08])
    assert first.keys.tolist() == second.keys.tolist() == [1, 2, 3]
    assert found.names == {1: "1", 2: "2", 3: "3"}
    assert (found.fold_runs, found.folds) == ((2, 2), {"": 3})
    assert found.varies == {"seed", "fold"}


@pytest.mark.parametrize("column", ["repeat", "repetition", "rep"])
def test_repeats_are_new_splits(load, column):
    found = load(f"method,{column},fold,accuracy\n" + FOLDS)
    first, second = found.samples("accuracy", Unit.SEED)
    assert first.values.tolist() == [0.01, 0.02, 0.03, 0.11, 0.12, 0.13]
    assert first.keys.tolist() == second.keys.tolist() == [0, 1, 2, 3, 4, 5]
    assert (found.fold_runs, found.folds) == ((1, 1), {"": 3})


def test_runs_on_the_same_folds_are_the_same_folds(load):
    found = load("method,run,fold,accuracy\n" + FOLDS)
    assert [s.values.tolist() for s in found.samples("accuracy", Unit.SEED)] == [
        pytest.approx([0.06, 0.07, 0.08])
    ] * 2
    assert found.fold_runs == (2, 2)


def test_seeds_on_one_split_stay_seeds(load):
    found = load("method,seed,fold,accuracy\na,0,2,0.1\na,1,2,0.2\nb,0,2,0.3\nb,1,2,0.5\n")
    assert table(found) == {("a", ""): {0: 0.1, 1: 0.2}, ("b", ""): {0: 0.3, 1: 0.5}}
    assert found.fold_runs == (1, 1)


def test_seeds_that_are_no_numbers_have_keys_in_their_order(load):
    found = load("method,seed,accuracy\na,s10,0.1\na,s9,0.2\nb,s9,0.3\n")
    assert table(found) == {("a", ""): {0: 0.1, 1: 0.2}, ("b", ""): {1: 0.3}}


def test_mlflow():
    found = results.load([Source(DB, "mlflow.db")], Project(root=Path()))
    assert table(found) == {
        ("lora", "digits"): {0: 0.65, 1: 0.66},
        ("lora", "moons"): {0: 0.5, 1: 0.6},
        ("full", "digits"): {0: 0.75, 1: 0.76},
    }
    assert [m.name for m in found.metrics] == ["accuracy"]
    assert found.missing("accuracy") == {
        ("lora", "wine"): Missing.NOT_FINITE,
        ("full", "wine"): Missing.CRASHED,
        ("full", "moons"): Missing.NOT_RUN,
    }
    traces = [one for one in found.traces("accuracy", "val") if one.method == "lora"]
    assert sorted((one.steps[0], one.values[0]) for one in traces)[:2] == [(0.0, 0.5), (0.0, 0.51)]
    assert found.sources("accuracy", "lora", "digits")[0].startswith("mlflow.db run lora-0 (")
    text = said(found)
    assert "method <- params.method, dataset <- params.dataset, seed <- params.seed" in text
    assert "left out: 1 run still running: running (" in text
    assert not found.frame().query("run == run and not kept").empty
    found.close()


def test_mlflow_reruns_of_a_seed(tmp_path):
    path = Path(shutil.copy(DB, tmp_path / "m.db"))
    database = sqlite3.connect(path)
    database.execute(
        "UPDATE params SET value = '0' WHERE key = 'seed' AND run_uuid = "
        "(SELECT run_uuid FROM runs WHERE name = 'lora-1')"
    )
    database.commit()
    database.close()
    found = results.load([Source(path, "m.db")], Project(root=tmp_path))
    assert table(found)["lora", "digits"] == {0: 0.66}
    (note,) = [n for n in found.notes if "several runs have the same" in n.message]
    assert "lora, digits, seed 0" in note.message
    assert "--map COLUMN=method" in note.hint
    found.close()


def test_a_folder(load, tmp_path):
    text = "method,dataset,accuracy\na,x,{}\n"
    found = load(
        {"in/1.csv": text.format(0.1), "in/2.csv": text.format(0.2), "in/notes.txt": "hello"},
        sources=["in"],
    )
    assert sorted(table(found)["a", "x"].values()) == [0.1, 0.2]
    assert set(found.sources("accuracy", "a", "x")) == {"in/1.csv line 2", "in/2.csv line 2"}
    assert sum("method <- method" in n.message for n in found.notes) == 1


def test_files_of_a_folder_that_name_no_run_are_runs(load):
    text = "method,step,accuracy\na,0,{}\na,1,{}\n"
    found = load(
        {"in/1.csv": text.format(0.1, 0.2), "in/2.csv": text.format(0.3, 0.4)}, sources=["in"]
    )
    assert table(found)["a", ""] == {0: 0.2, 1: 0.4}


def test_the_digest_knows_content_and_mapping(load):
    first = load(WIDE).digest
    assert first == load(WIDE).digest
    assert first != load(WIDE + "b,wine,0,0.5,0.2,0.1\n").digest
    assert first != load(WIDE, metrics=("loss",)).digest
    assert first != load(WIDE, where={"task": "digits"}).digest


HOSTILE = r"""_%&#${}~^\ 中文 😀 עברית 'x"y;--"""


def test_hostile_names_pass_through(load):
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    text = f'"me""thod; DROP TABLE x",data😀,seed,{quoted}\n{quoted},{quoted},0,0.5\n'
    found = load(
        text,
        columns={"method": 'me"thod; DROP TABLE x', "dataset": "data😀"},
        metrics=(HOSTILE,),
    )
    assert found.methods[0].name == found.datasets[0].name == found.metrics[0].name == HOSTILE
    assert table(found, HOSTILE) == {(HOSTILE, HOSTILE): {0: 0.5}}
    assert found.missing(HOSTILE) == {}
    assert found.sources(HOSTILE, HOSTILE, HOSTILE) == ("results.csv line 2",)


def test_names_that_look_the_same_are_said(load):
    found = load("method,seed,accuracy\nLoRA,0,0.5\nlora,0,0.6\ncafé,0,0.1\ncafe\u0301,0,0.2\n")
    assert len(found.methods) == 4
    assert "'LoRA' and 'lora' differ only in case" in said(found)
    assert said(found).count("differ only") == 2


def test_unknown_directions_stay_unknown(load):
    found = load("method,seed,foo\na,0,1\n")
    assert found.metrics[0].direction is None
    assert "foo (direction not known)" in said(found)


def test_columns_of_a_tracker_export(load):
    text = "run_id,status,params.model,params.lr,metrics.test_accuracy\nr1,FINISHED,a,0.1,0.5\nr2,FAILED,b,0.1,\n"
    found = load(text)
    assert table(found) == {("a", ""): {0: 0.5}}
    assert found.missing("accuracy") == {("b", ""): Missing.CRASHED}


def test_no_sources():
    with pytest.raises(UsageError, match="no results given"):
        results.load([], Project(root=Path()))


def test_nothing_left(load):
    with pytest.raises(InputError, match="no numbers are left"):
        load("method,seed,accuracy\na,0,\n")


def test_errors_name_the_file_as_the_user_did(load):
    with pytest.raises(InputError) as caught:
        load({"deep/er/r.csv": "a,b\n"})
    assert caught.value.where == "deep/er/r.csv"


def test_what_was_guessed_can_be_kept(load):
    (source,) = load(WIDE).mapped
    assert source.columns == {"method": "model", "dataset": "task", "seed": "seed"}
    assert source.metrics == ("accuracy", "loss")
    again = load(WIDE, columns=source.columns, metrics=source.metrics)
    assert table(again) == table(load(WIDE))
    assert "method <-" not in said(again)


def test_parquet(tmp_path, load):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "method": np.repeat(["a", "b"], 20),
            "seed": np.tile(np.arange(20, dtype=float), 2),
            "accuracy": rng.random(40),
            "ok": np.tile([True, False], 20),
        }
    )
    frame.to_parquet(tmp_path / "r.parquet")
    found = results.load([Source(tmp_path / "r.parquet", "r.parquet")], Project(root=tmp_path))
    expected = frame.set_index("seed").query("method == 'a'")["accuracy"].to_dict()
    assert table(found)["a", ""] == {int(seed): value for seed, value in expected.items()}
    assert found.sources("accuracy", "a", "")[0] == "r.parquet row 1"
    found.close()


def test_lists_in_a_column_are_refused(tmp_path):
    pd.DataFrame({"method": ["a"], "accuracy": [[0.5, 0.6]]}).to_parquet(tmp_path / "r.parquet")
    source = Source(tmp_path / "r.parquet", "r.parquet", metrics=("accuracy",))
    with pytest.raises(InputError, match="lists or records"):
        results.load([source], Project(root=tmp_path))


def test_big_inputs_are_coded_and_give_the_same(load, monkeypatch):
    texts = {"steps.csv": STEPS, "wide.csv": WIDE, "examples.csv": EXAMPLES}
    for name, text in texts.items():
        small = load({name: text})
        with monkeypatch.context() as patch:
            patch.setattr(tidy, "BIG", 0)
            big = load({name: text})
        pd.testing.assert_frame_equal(small.frame(), big.frame())
        assert small.notes == big.notes
        for metric in small.metrics:
            assert table(small, metric.name) == table(big, metric.name)
            assert small.missing(metric.name) == big.missing(metric.name)
            for split in small.splits(metric.name):
                assert list(small.traces(metric.name, split)) == list(
                    big.traces(metric.name, split)
                )
    with monkeypatch.context() as patch:
        patch.setattr(tidy, "BIG", 0)
        with pytest.raises(InputError, match="'foo' is not a number") as caught:
            load("method,seed,accuracy\na,0,0.5\na,1,foo\n")
        assert caught.value.where == "results.csv line 3"
        mlflow = results.load([Source(DB, "mlflow.db")], Project(root=Path()))
        assert table(mlflow)["lora", "digits"] == {0: 0.65, 1: 0.66}
        mlflow.close()


def test_only_named_columns_reach_sql(load):
    text = "method,seed,accuracy,n0,w0,name,kept,value\na,0,0.5,7,8,9,10,11\n"
    assert table(load(text)) == {("a", ""): {0: 0.5}}


def test_the_private_folder_goes_away(load):
    found = load(WIDE)
    scratch = found.engine.scratch
    found.close()
    assert not scratch.exists()


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), NUMBERS), min_size=1, max_size=8, unique_by=lambda t: t[0]
    )
)
def test_values_are_read_exactly(load, rows):
    text = "method,seed,accuracy\n" + "".join(f"m,{seed},{value!r}\n" for seed, value in rows)
    assert table(load(text)) == {("m", ""): dict(sorted(rows))}


def test_the_path_of_a_table_imports_nothing_heavy(tmp_path):
    (tmp_path / "results.csv").write_text(WIDE)
    (tmp_path / "cp1252.csv").write_bytes(WIDE.replace("lora", "lor\x92").encode("latin-1"))
    code = (
        "import sys\nfrom pathlib import Path\nfrom paperforge import results\n"
        "from paperforge.spec import Project, Source, Unit\n"
        "assert not {'numpy', 'duckdb'} & set(sys.modules), 'imported before it is needed'\n"
        # Rows that the engine does not take come in Arrow batches.
        "for name, arrow in (('results.csv', set()), ('cp1252.csv', {'pyarrow'})):\n"
        "    found = results.load([Source(Path(name).resolve(), name)], Project(root=Path('.')))\n"
        "    found.samples('accuracy', Unit.SEED), found.missing('accuracy')\n"
        "    list(found.traces('accuracy', '')), found.sources('accuracy', 'full', 'wine')\n"
        "    heavy = {'pandas', 'pyarrow', 'scipy', 'matplotlib', 'pydantic', 'jinja2', 'rich'}\n"
        "    assert not (heavy - arrow) & set(sys.modules), sorted(heavy & set(sys.modules))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


ROW = st.tuples(
    st.sampled_from("ab"),
    st.sampled_from("xy"),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(0, 9),
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(ROW, min_size=1, max_size=20), st.booleans())
def test_final_values_are_those_of_a_plain_loop(load, rows, with_steps):
    header = "method,dataset,seed,step,accuracy" if with_steps else "method,dataset,seed,accuracy"
    lines, last = [header], {}
    for method, dataset, seed, step, value in rows:
        cells = [method, dataset, seed, *([step] if with_steps else []), value]
        lines.append(",".join(map(str, cells)))
        step_of_best, _ = last.get((method, dataset, seed), (-1, None))
        if not with_steps or step >= step_of_best:
            last[method, dataset, seed] = (step, float(value))
    expected = {}
    for (method, dataset, seed), (_, value) in last.items():
        expected.setdefault((method, dataset), {})[seed] = value
    found = load("\n".join(lines))
    assert table(found) == expected
    keys = {tuple(row[: 4 if with_steps else 3]) for row in rows}
    assert found.frame()["kept"].sum() == len(keys)


def test_numbers_of_another_split_are_not_reported(load):
    rows = "method,seed,split,accuracy\na,0,val,.9\na,1,val,.91\nb,0,test,.8\nb,1,test,.82\n"
    found = load(rows)
    assert found.missing("accuracy") == {("a", ""): Missing.NOT_REPORTED}
    (note,) = [n for n in found.notes if "cells" in n.message]
    assert note.severity == "warning"
    assert note.message == (
        "the numbers are those of split 'test', which covers 1 of 2 method-dataset cells"
    )
    assert note.hint == "--where split=val uses the other"
    assert "cells" not in said(load(rows, where={"split": "val"}))


def test_numbers_of_another_split_in_its_own_column(load):
    found = load("method,seed,val_acc,test_acc\na,0,.9,\nb,0,.8,.7\nc,0,.8,nan\n")
    assert found.missing("acc") == {
        ("a", ""): Missing.NOT_REPORTED,
        ("c", ""): Missing.NOT_FINITE,
    }
    (note,) = [n for n in found.notes if "cells" in n.message]
    assert note.hint == ""


@pytest.mark.parametrize(
    ("kind", "name", "keys", "near"),
    [
        ("method", "loar", {"role": "ours"}, "did you mean 'lora'?"),
        ("method", "LoRA", {"role": "ours"}, "did you mean 'lora'?"),
        ("method", "lo-ra", {"label": "L"}, "did you mean 'lora'?"),
        ("method", "adapter", {"role": "baseline"}, "the methods are: lora, full"),
        ("dataset", "digit", {"label": "D"}, "did you mean 'digits'?"),
        ("metric", "acuracy", {"direction": "higher"}, "did you mean 'accuracy'?"),
    ],
)
def test_a_slip_in_a_declared_name(load, tmp_path, kind, name, keys, near):
    project = Project(root=tmp_path, **{f"{kind}s": {name: keys}})
    with pytest.raises(InputError) as error:
        load(WIDE, project=project)
    assert error.value.message == f"there is no {kind} {name!r}"
    assert error.value.where == f"{kind} {name!r}"
    assert error.value.hint.startswith(near)


def test_a_planned_method_beside_a_declared_one_of_a_similar_name(load, tmp_path):
    methods = {"lora": {"label": "LoRA"}, "lora2": {"label": "LoRA 2"}}
    found = load(WIDE, project=Project(root=tmp_path, methods=methods))
    assert "the method 'lora2' is declared and has no results" in said(found)
    assert found.missing("accuracy")["lora2", "digits"] == Missing.NOT_RUN


def test_a_declared_metric_that_is_not_asked_for_is_no_slip(load, tmp_path):
    project = Project(root=tmp_path, metrics={"accuracy_b": {"label": "B"}})
    rows = "method,accuracy,accuracy_b\na,1,2\nb,2,3\n"
    found = load(rows, project=project, metrics=("accuracy",))
    assert "the metric 'accuracy_b' is declared and has no results" in said(found)


def test_directions_units_and_digits_say_nothing_of_the_order(load, tmp_path):
    for declared in ({"loss": {"direction": "lower"}}, {"loss": {"digits": 2}, "accuracy": {}}):
        found = load(WIDE, project=Project(root=tmp_path, metrics=declared))
        assert [m.name for m in found.metrics] == ["accuracy", "loss"]


def test_a_dataset_called_average(load):
    found = load("method,dataset,accuracy\na,x,1\na,Average,1\n")
    assert "'Average' sounds like an average over the other datasets" in said(found)


def test_metrics_with_one_label_keep_their_names(load):
    found = load("method,acc,accuracy\na,1,1\n")
    assert [m.label for m in found.metrics] == ["acc", "accuracy"]


CROSSED = "Model,Seed,MNLI,SST-2,RTE\na,0,80,90,60\na,1,81,91,61\nb,0,82,92,\nb,1,83,93,63\n"


def test_columns_that_are_datasets(load):
    found = load(CROSSED, columns={"dataset": "*"}, metrics=("accuracy",))
    assert [(m.name, m.direction) for m in found.metrics] == [("accuracy", Direction.HIGHER)]
    assert [d.name for d in found.datasets] == ["MNLI", "SST-2", "RTE"]
    assert table(found)["b", "RTE"] == {1: 63}
    assert table(found)["a", "SST-2"] == {0: 90, 1: 91}
    assert "dataset <- the columns MNLI, SST-2, RTE" in said(found)
    again = load(CROSSED, columns=found.mapped[0].columns, metrics=found.mapped[0].metrics)
    assert again.mapped == found.mapped
    assert table(again) == table(found)


def test_well_known_datasets_as_columns_are_guessed(load):
    found = load(CROSSED)
    assert [m.name for m in found.metrics] == ["score"]
    assert [d.name for d in found.datasets] == ["MNLI", "SST-2", "RTE"]
    assert "MNLI, SST-2, RTE are taken for datasets" in said(found)
    found = load(CROSSED, metrics=("MNLI", "RTE"))
    assert [m.name for m in found.metrics] == ["MNLI", "RTE"]
    assert found.datasets[0].name == ""


def test_a_declared_direction_of_the_score(load, tmp_path):
    project = Project(root=tmp_path, metrics={"score": {"direction": "higher"}})
    (metric,) = load(CROSSED, project=project).metrics
    assert metric.direction is Direction.HIGHER


def test_a_bad_number_names_its_column_where_columns_are_datasets(load):
    with pytest.raises(InputError) as error:
        load("model,MNLI,RTE\na,1,2\nb,1,2\nc,1,x\n")
    assert error.value.message.startswith("RTE: 'x'")


def test_an_unknown_metric_of_a_long_table_has_a_near_name(load):
    with pytest.raises(InputError) as error:
        load("method,metric,value\na,accuracy,1\n", metrics=("acc",))
    assert error.value.hint == "did you mean accuracy?"


def test_an_index_that_every_method_shares_numbers_examples(load):
    rows = "\n".join(f"{m},{i},{(i + k) % 2}" for k, m in enumerate("ab") for i in range(4))
    found = load("method,index,correct\n" + rows)
    assert "'index' is taken for the example" in said(found)
    assert "example" in found.varies
    assert len(found.samples("correct", Unit.EXAMPLE)[0].keys) == 4
    assert found.mapped[0].columns["example"] == "index"
    other = "\n".join(f"{m},{i + 9 * k},{i % 2}" for k, m in enumerate("ab") for i in range(4))
    assert "example" not in load("method,index,correct\n" + other).present
    seeds = "method,index,seed,accuracy\na,0,0,1\na,1,1,1\nb,0,0,1\nb,1,1,1\n"
    assert "example" not in load(seeds).present


def test_an_index_of_one_dataset_or_one_method_is_not_enough(load):
    assert "example" not in load("method,index,accuracy\na,0,1\na,1,0\n").present
    rows = "method,task,index,accuracy\na,x,0,1\na,x,1,0\nb,x,0,1\nb,x,1,1\na,y,0,1\nb,y,5,1\n"
    assert "example" not in load(rows).present


def test_many_rows_of_0_and_1_look_like_examples(load):
    rows = "\n".join(f"{m},{i % 2}" for m in "ab" for i in range(20))
    found = load("method,accuracy\n" + rows)
    assert "warning|results|accuracy is 0 or 1 in every row" in said(found)
    assert "0 or 1" not in said(load("method,accuracy\n" + rows + "\na,0.5\n"))


@pytest.mark.parametrize(
    ("column", "values", "hint"),
    [
        ("lr", ("0.1", "0.01"), "--where lr=0.01 keeps one setting, --map lr=method compares"),
        ("batch_size", ("8", "16"), "--map batch_size=method"),
        ("rank", ("8", "16"), "--map rank=method"),
        ("variant", ("u", "v"), "--map variant=seed (or run, fold, method)"),
        ("variant", ("u", "u"), "--map COLUMN=seed"),
        ("timestamp", ("1", "2"), "--map COLUMN=seed"),
    ],
)
def test_what_tells_contradicting_rows_apart(load, column, values, hint):
    found = load(
        f"method,seed,note,{column},accuracy\na,0,x,{values[0]},0.5\na,0,x,{values[1]},0.6\n"
    )
    (note,) = [n for n in found.notes if "again" in n.message]
    assert hint in note.hint
    assert ("=seed" in note.hint) is (column not in ("lr", "batch_size", "rank"))


def test_means_and_spreads_are_aggregated_already(load):
    found = load("method,acc_mean,acc_std\na,0.5,0.1\nb,0.6,0.1\n")
    assert [(m.name, m.label, m.direction) for m in found.metrics] == [
        ("acc", "Accuracy", Direction.HIGHER)
    ]
    assert "warning|results.csv|'acc_mean' holds means, aggregated already" in said(found)
    assert "aggregated" not in said(load("method,acc_mean\na,0.5\n"))


def test_fractions_and_percent_are_not_mixed_silently(load):
    found = load("method,dataset,accuracy\na,x,0.91\na,y,88.5\nb,x,0.9\nb,y,86\n")
    (note,) = [n for n in found.notes if "mixed" in n.message]
    assert note.severity == "warning"
    assert "0.91 for a, x, and 88.5 for a, y" in note.message
    assert table(found)["a", "x"] == dict.fromkeys(table(found)["a", "x"], 0.91)
    for metric in ("reward", "perplexity"):
        assert "mixed" not in said(load(f"method,dataset,{metric}\na,x,0.91\na,y,88.5\n"))
    assert "mixed" not in said(load("method,dataset,accuracy\na,x,0.91\na,y,1\nb,x,0\nb,y,0\n"))


def test_mlflow_running_runs_count_where_there_are_no_others(tmp_path):
    path = Path(shutil.copy(DB, tmp_path / "m.db"))
    found = results.load(
        [Source(path, "m.db", where={"mlflow.status": "RUNNING"})], Project(root=tmp_path)
    )
    assert table(found) == {("full", "moons"): {0: 0.3}}
    assert "1 run still running: numbers are not final" in said(found)
    assert "runs still running" not in said(found)
    found.close()


def test_a_filter_on_the_experiment_makes_its_hint_needless(tmp_path):
    path = Path(shutil.copy(DB, tmp_path / "m.db"))
    database = sqlite3.connect(path)
    database.execute("UPDATE experiments SET name = 'one' WHERE name = 'Default'")
    database.execute(
        "INSERT INTO experiments (experiment_id, name, lifecycle_stage) VALUES (77, 'two', 'active')"
    )
    database.execute("UPDATE runs SET experiment_id = 77 WHERE name LIKE 'lora%'")
    database.commit()
    database.close()
    found = results.load([Source(path, "m.db")], Project(root=tmp_path))
    assert "the runs of all experiments are used: " in said(found)
    found.close()
    for key in ("mlflow.experiment", "experiment"):
        found = results.load([Source(path, "m.db", where={key: "two"})], Project(root=tmp_path))
        assert "all experiments" not in said(found)
        assert [m.name for m in found.methods] == ["lora"]
        found.close()


@pytest.mark.parametrize("content", ["", "method,accuracy\n", "a\0b"])
def test_a_file_of_a_folder_without_results_is_skipped(load, content):
    files = {"in/1.csv": content, "in/2.csv": "method,accuracy\na,0.5\n"}
    found = load(files, sources=["in"])
    assert "warning|in/1.csv|skipped: " in said(found)
    assert list(table(found)) == [("a", "")]
    with pytest.raises(InputError):
        load({"out/1.csv": content, "out/2.csv": content}, sources=["out"])
    with pytest.raises(InputError):
        load({"single.csv": content})


def test_an_index_without_a_name_is_the_method(load):
    found = load(",accuracy,f1\nsvm,0.5,0.4\nforest,0.6,0.7\n")
    assert [m.name for m in found.methods] == ["svm", "forest"]
    assert "--map 'column 1=method'" in said(found)
    with pytest.raises(InputError) as error:
        load(",note,where,accuracy\nsvm,x,y,0.5\n")
    assert error.value.hint == "say which one does: --map 'column 1=method'"


def test_what_a_tracker_writes_for_itself_is_no_metric(load):
    found = load("method,_runtime,_timestamp,_wandb.runtime,wibble\na,10,20,10,0.5\n")
    assert [m.name for m in found.metrics] == ["wibble"]


def test_thousands_separators_are_the_reason(load):
    with pytest.raises(InputError) as error:
        load("method,lr,wibble\na,1,1'200'000\nb,2,950'000\n")
    assert error.value.message.startswith("wibble: \"1'200'000\" has thousands separators")


def test_lines_of_comment_before_the_header(load):
    found = load("# made by run.py\n# 2026\nmethod,accuracy\na,0.5\n")
    assert "2 lines above the header: not read" in said(found)
    assert found.sources("accuracy", "a", "") == ("results.csv line 4",)
    assert table(found)["a", ""] != {}
