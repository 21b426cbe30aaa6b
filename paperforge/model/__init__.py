"""The value types that pass between stages: read this first, after spec.py.

    Project ─┐
    Source ──▶ Results ──▶ Analysis ──▶ Table, Figure, Macro ──▶ Manuscript ──▶ Build

All are frozen but Meter. A change makes a new value (`dataclasses.replace`). Nothing heavy is
imported here: numpy, pandas and duckdb arrive inside the methods that need them.
"""

from __future__ import annotations

from paperforge.model.analysis import (
    Aggregate,
    Analysis,
    BestSet,
    Curve,
    Decision,
    Design,
    Effect,
    Fit,
    Groups,
    Improvement,
    Omnibus,
    Profile,
    Rank,
    Scaling,
    Verdict,
)
from paperforge.model.explained import (
    Alternative,
    Calibration,
    ComparisonRates,
    FamilyRate,
    Flip,
    Fragility,
    Observed,
    Rate,
    Why,
)
from paperforge.model.messages import Diagnostic, Severity
from paperforge.model.paper import TEX_FILES, Build, Check, File, Manuscript, Owner, Venue
from paperforge.model.protocol import (
    Frozen,
    Look,
    PlannedMethod,
    PlannedMetric,
    Protocol,
    Spending,
    Stopping,
)
from paperforge.model.reading import (
    Found,
    Meter,
    Missing,
    Point,
    Proof,
    Quote,
    Raw,
    Results,
    Sample,
    Store,
)
from paperforge.model.setting import Cell, Column, Figure, Macro, Mark, Note, Row, Table

__all__ = [
    "TEX_FILES",
    "Aggregate",
    "Alternative",
    "Analysis",
    "BestSet",
    "Build",
    "Calibration",
    "Cell",
    "Check",
    "Column",
    "ComparisonRates",
    "Curve",
    "Decision",
    "Design",
    "Diagnostic",
    "Effect",
    "FamilyRate",
    "Figure",
    "File",
    "Fit",
    "Flip",
    "Found",
    "Fragility",
    "Frozen",
    "Groups",
    "Improvement",
    "Look",
    "Macro",
    "Manuscript",
    "Mark",
    "Meter",
    "Missing",
    "Note",
    "Observed",
    "Omnibus",
    "Owner",
    "PlannedMethod",
    "PlannedMetric",
    "Point",
    "Profile",
    "Proof",
    "Protocol",
    "Quote",
    "Rank",
    "Rate",
    "Raw",
    "Results",
    "Row",
    "Sample",
    "Scaling",
    "Severity",
    "Spending",
    "Stopping",
    "Store",
    "Table",
    "Venue",
    "Verdict",
    "Why",
]
