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
    Groups,
    Omnibus,
    Profile,
    Rank,
    Verdict,
)
from paperforge.model.charts import Bin, Confusion, Correlations, Distribution, Reliability
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
    Run,
    Spending,
    Stopping,
)
from paperforge.model.reading import (
    Binned,
    Found,
    Meter,
    Missing,
    Point,
    Proof,
    Quote,
    Rating,
    Raw,
    Results,
    Sample,
    Store,
)
from paperforge.model.reported import Agreement, Cost, Hyperparameter, Ratings
from paperforge.model.setting import Cell, Column, Figure, Fit, Macro, Mark, Note, Row, Table

__all__ = [
    "TEX_FILES",
    "Aggregate",
    "Agreement",
    "Alternative",
    "Analysis",
    "BestSet",
    "Bin",
    "Binned",
    "Build",
    "Calibration",
    "Cell",
    "Check",
    "Column",
    "ComparisonRates",
    "Confusion",
    "Correlations",
    "Cost",
    "Curve",
    "Decision",
    "Design",
    "Diagnostic",
    "Distribution",
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
    "Hyperparameter",
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
    "Rating",
    "Ratings",
    "Raw",
    "Reliability",
    "Results",
    "Row",
    "Run",
    "Sample",
    "Severity",
    "Spending",
    "Stopping",
    "Store",
    "Table",
    "Venue",
    "Verdict",
    "Why",
]
