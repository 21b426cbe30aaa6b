"""One pass or row by row: the same results, notes and errors, whatever the rows hold."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from paperforge import results
from paperforge.errors import InputError
from paperforge.results import tidy
from paperforge.spec import Project, Source, Unit


def told(folder, name="r.csv", **options):
    """All that Results say, or the error."""
    try:
        found = results.load([Source(folder / name, name, **options)], Project(root=folder))
    except InputError as error:
        return str(error)
    metrics = [m.name for m in found.metrics]
    sampled = [
        (s.metric, s.method, s.dataset, s.keyed, s.not_finite, s.failed, s.keys.tolist(),
         s.values.tolist(), None if s.clusters is None else s.clusters.tolist())
        for m in metrics for unit in (Unit.SEED, Unit.EXAMPLE) for s in found.samples(m, unit)
    ]  # fmt: skip
    said = (
        found.metrics, found.methods, found.datasets, found.varies, found.present,
        found.shared_runs, found.notes, found.digest, found.rows, found.mapped,
        [found.missing(m) for m in metrics], [found.splits(m) for m in metrics],
        [list(found.points(m, s)) for m in metrics for s in found.splits(m)],
        [found.sources(m, a.name, d.name)
         for m in metrics for a in found.methods for d in found.datasets],
    )  # fmt: skip
    found.close()
    return said, sampled


def both(folder, monkeypatch, **options):
    """What the quick and the careful way say, and which ways were gone."""
    ways = []
    tried = results._Reading._with
    monkeypatch.setattr(
        results._Reading,
        "_with",
        lambda self, way, **k: (ways.append(way), tried(self, way, **k))[1],
    )
    monkeypatch.setattr(tidy, "BIG", 1 << 60)
    careful = told(folder, **options)
    ways.clear()
    monkeypatch.setattr(tidy, "BIG", 0)
    quick = told(folder, **options)
    monkeypatch.undo()
    return quick, careful, ways


def same(quick, careful):
    assert quick == careful or np.testing.assert_equal(quick, careful) is None


METHODS, DATASETS = ["b", "a", "c d"], ["y", "x"]
ODD_VALUES = ["", "nan", "inf", "1_0", "crashed", "oops", "50%", " 0.5", "0,5", "1e400", "n/a"]
ODD_NAMES = ["", " a", "a ", "01", "1.0", "é", '"q"']


@st.composite
def tables(draw):  # noqa: C901  one choice after another
    """A CSV of results in one of the usual shapes, sometimes dirty."""
    axis = draw(st.sampled_from(["step", "example", "epoch", "none"]))
    wide = draw(st.booleans())
    roles = ["method", *draw(st.sampled_from([[], ["dataset"], ["dataset", "seed"], ["seed"]]))]
    roles += draw(st.sampled_from([[], ["fold"], ["split"], ["run"], ["status"]]))
    start, by = draw(st.sampled_from([(0, 1), (1, 1), (0, 10), (3, 7)]))
    count = draw(st.integers(1, 4))
    rows = []
    for method in METHODS[: draw(st.integers(1, 3))]:
        for dataset in DATASETS[: draw(st.integers(1, 2)) if "dataset" in roles else 1]:
            for seed in range(draw(st.integers(1, 3)) if "seed" in roles else 1):
                for k in range(count if axis != "none" else 1):
                    row = {"method": method, "dataset": dataset, "seed": str(seed), "fold": "1"}
                    row |= {"run": f"{method}{seed}", "split": "test", "status": "finished"}
                    row |= {"axis": str(start + by * k), "v": f"{(seed * 7 + k * 3) % 10 / 8}"}
                    row["w"] = f"{len(rows) / 16}"
                    rows.append(row)
    if draw(st.booleans()):
        rows = draw(st.permutations(rows))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        row = dict(rows[draw(st.integers(0, len(rows) - 1))])
        key = draw(st.sampled_from(["v", "w", "axis", "method", "dataset", "seed", "split"]))
        row[key] = draw(st.sampled_from(ODD_VALUES if key in "vw" else ODD_NAMES))
        if draw(st.booleans()):
            rows[draw(st.integers(0, len(rows) - 1))] = row
        else:
            rows.append(row)
    names = [*roles, *([] if axis == "none" else [axis])]

    def line(row):
        return [row["axis" if name == axis else name] for name in names]

    if wide:
        text = [",".join([*names, "accuracy", "val_loss"])]
        text += [",".join([*line(row), row["v"], row["w"]]) for row in rows]
    else:
        text = [",".join([*names, "metric", "value"])]
        for row in rows:
            text += [",".join([*line(row), "accuracy", row["v"]])]
            text += [",".join([*line(row), "val/loss", row["w"]])]
    return "\n".join(text) + "\n"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=tables())
@example(text="method,seed,step,acc\na,0,1,0.5\na,0,1,0.6\n")
@example(text="method,doc_id,group,acc\na,1,g,0.5\nb,1,g,0.6\na,2,g,0.5\nb,2,h,0.6\n")
@example(text="method,example,acc\na,01,0.5\nb,1,0.6\na,02,0.5\nb,2,0.6\n")
@example(text="method,seed,step,acc\na,0,1,0.5\n,,,\na,0,2,0.6\n,,,\nb,0,1,0.5\n")
@example(text="method,seed,step,acc\na,0,1,0.5\n,,3,0.25\n,,,\nb,0,1,0.5\n")
@example(text="step,acc\n1,0.5\n,\n2,0.6\n")
@example(text='method,doc_id,acc\na,q0,0.5\na,"",0.6\na,q1,0.5\n')
def test_one_pass_gives_what_row_by_row_gives(text, tmp_path, monkeypatch):
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    quick, careful, _ = both(tmp_path, monkeypatch)
    same(quick, careful)
