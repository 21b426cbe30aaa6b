"""How the cost layout prints what is far apart."""

from dataclasses import replace

from paperforge import tables
from paperforge.model import Cost
from paperforge.spec import TableSpec


def test_the_time_of_a_fast_method_is_no_zero(study):
    """A microsecond beside a second: powers of ten, in both columns of the metric."""
    times = {"full": (1.0, 0.04), "gate": (0.031, 0.002), "small": (9.8e-7, 1e-8)}
    costs = tuple(
        Cost("seconds", name, "s", 5, mean, sd, mean - sd, mean + sd, 5 * mean)
        for name, (mean, sd) in times.items()
    )
    table = tables.arrange(replace(study, costs=costs), TableSpec(layout="cost"))
    shown = {row.label: [cell.printed for cell in row.cells[1:]] for row in table.rows}
    assert shown["50% width"] == ["9.80e-4", "4.90e-6"]
    assert shown["Full_v2 (ours)"] == ["1.00e3", "5.00e0"]
    assert shown["All"][1] == "5.16e0"


def test_memory_without_a_unit_stands_as_it_is_written_and_the_author_is_told(paperforge, tmp_path):
    rows = "".join(f"{m},{s},.8{s},{17179869184 + s}\n" for m in "ab" for s in range(2))
    (tmp_path / "r.csv").write_text("method,seed,accuracy,gpu_memory\n" + rows)
    said = paperforge("table", "r.csv", "--layout", "cost", "--format", "text")
    assert said.code == 0, said.err
    assert "GPU memory" in said.out and "per run" in said.out
    assert "(B)" not in said.out
    assert "the unit of GPU memory is not known" in said.err
    assert "--unit gpu_memory=MB" in said.err
    said = paperforge(
        "table", "r.csv", "--layout", "cost", "--format", "text", "--unit", "gpu_memory=B"
    )
    assert "per run (GB)" in said.out
    assert "not known" not in said.err
