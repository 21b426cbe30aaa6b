"""--map step=epoch, where a tracker logged the epoch as a metric."""

import duckdb

from paperforge.model import Raw
from paperforge.results.axes import with_axis
from paperforge.spec import Source

ROWS = """
    ('r', 'loss', 0, 0.9, 1), ('r', 'loss', 10, 0.8, 2), ('r', 'epoch', 10, 0, 3),
    ('r', 'loss', 20, 0.7, 4), ('r', 'epoch', 20, 1, 5), ('r', 'loss', 25, 0.6, 6),
    ('r', 'epoch', 20, 2, 7), ('q', 'loss', 5, 0.5, 8), ('r', 'final', NULL, 0.4, 9)
"""
KNOWN = {"run": "run", "metric": "metric", "step": "step", "value": "value"}


def steps(tmp_path, wanted):
    raw = Raw("raw", ("run", "metric", "step", "value"), KNOWN)
    source = Source(tmp_path, "x", {"step": wanted} if wanted else {})
    with duckdb.connect() as engine:
        engine.execute(
            "CREATE TABLE raw AS SELECT run, metric, step, value::DOUBLE AS value, __row "
            f"FROM (VALUES {ROWS}) t(run, metric, step, value, __row)"
        )
        made = with_axis(engine, raw, source)
        if made is raw:
            return None
        assert made.columns == (*raw.columns, wanted)
        found = engine.execute(f'SELECT __row, "{wanted}" FROM "{made.table}" ORDER BY 1')
        return [row[1] for row in found.fetchall()]


def test_a_row_has_the_epoch_of_its_step(tmp_path):
    assert steps(tmp_path, "epoch") == [0, 0, 0, 2, 2, 2, 2, None, None]


def test_nothing_is_made_of_what_is_no_metric(tmp_path):
    assert steps(tmp_path, "") is None
    assert steps(tmp_path, "step") is None
    assert steps(tmp_path, "iteration") is None


def test_from_the_command_line(paperforge, tmp_path):
    (tmp_path / "wide.csv").write_text(
        "method,seed,epoch,step,accuracy\na,0,1,10,0.1\na,0,2,20,0.2\n"
    )
    out = paperforge("runs", "wide.csv", "--map", "step=epoch", "--format", "csv").out
    assert [line.split(",")[7] for line in out.splitlines()[1:]] == ["1", "2"]
