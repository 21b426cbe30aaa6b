"""What a decision says beside its test: effect sizes, what it holds for, its signature."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.model import Effect
from paperforge.spec import DesignSpec, Unit
from paperforge.stats.measure import Measure
from paperforge.stats.replicated import EXAMPLES, doubted, holds_for
from paperforge.stats.signature import fingerprint, signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paperforge.model import Results
    from paperforge.stats.cells import Cells
    from paperforge.stats.design import Replication
    from paperforge.stats.families import Case
    from paperforge.stats.signature import Settings


@dataclass(frozen=True, slots=True)
class Finish:
    """What every decision of an analysis is finished with. Nothing is said where no spec is."""

    spec: DesignSpec | None = None
    data: str = ""
    """The digest of the numbers; empty: signatures are without."""
    place: str = ""
    """What a decision holds for."""
    places: Mapping[str, str] = field(default_factory=dict)
    """The same of metrics that replicate something else."""
    of_shares: bool = False
    """Whether nothing is replicated, and what is tested are shares of examples."""
    effects: bool = False
    unit: Replication | None = None
    """What is replicated, for what makes that doubtful."""
    held: dict[str, str] = field(default_factory=dict)
    """Metric -> what its decisions hold for, with the doubt."""
    measures: dict[str, Measure] = field(default_factory=dict)
    """Metric -> its effect sizes, as they are asked for."""
    lines: dict[Settings, str] = field(default_factory=dict)
    """Signatures that were written: most comparisons have the same."""

    @classmethod
    def of(
        cls, results: Results, spec: DesignSpec, unit: Replication, *, signed: bool, effects: bool
    ) -> Finish:
        """signed: with the digest of the numbers that are compared. effects: with effect sizes."""
        return cls(
            spec,
            fingerprint(results, unit.unit) if signed else "",
            holds_for(unit, len(results.datasets)),
            {name: holds_for(one, len(results.datasets)) for name, one in unit.apart.items()},
            of_shares=unit.unit is Unit.NONE,
            effects=effects,
            unit=unit,
        )

    def effect(self, case: Case) -> Effect:
        """Effect sizes of a comparison, where they are asked for."""
        if not self.effects:
            return Effect()
        if case.one.cells is not None:  # cells of this comparison alone
            return Measure(case.cells).effect(case.one)
        name = case.cells.metric.name
        if name not in self.measures:
            self.measures[name] = Measure(case.cells)
        return self.measures[name].effect(case.one)

    def holds(self, cells: Cells, p: float | None) -> str:
        """What a decision generalises to, with the doubt where its rows may be no runs."""
        if self.of_shares and p:
            return EXAMPLES
        name = cells.metric.name
        if name not in self.held:
            said = self.places.get(name, self.place)
            if said and self.unit is not None:
                said = doubted(f"{said}.", self.unit.of(name), [(cells, ())]).removesuffix(".")
            self.held[name] = said
        return self.held[name]

    def signature(self, settings: Settings) -> str:
        """The line that gives a decision again."""
        if self.spec is None:
            return ""
        if settings not in self.lines:
            self.lines[settings] = signature(settings, self.spec, self.data)
        return self.lines[settings]


BARE = Finish()
"""Of decisions that nobody prints."""
