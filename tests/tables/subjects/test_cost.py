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
