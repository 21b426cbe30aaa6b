"""The value types that pass between stages: read this first, after spec.py.

    Project ─┐
    Source ──▶ Results ──▶ Analysis ──▶ Table, Figure, Macro ──▶ Manuscript ──▶ Build

All are frozen but Meter. A change makes a new value (`dataclasses.replace`). Nothing heavy is
imported here: numpy, pandas and duckdb arrive inside the methods that need them.
"""

from __future__ import annotations

from paperforge.model.analysis import Aggregate, Analysis, Curve, Decision, Design, Verdict
from paperforge.model.messages import Diagnostic, Severity
from paperforge.model.paper import TEX_FILES, Build, Check, File, Manuscript, Owner, Venue
from paperforge.model.reading import (
    Found,
    Meter,
    Missing,
    Point,
    Proof,
    Raw,
    Results,
    Sample,
    Store,
)
from paperforge.model.setting import Cell, Column, Figure, Macro, Mark, Note, Row, Table

__all__ = [
    "TEX_FILES",
    "Aggregate",
    "Analysis",
    "Build",
    "Cell",
    "Check",
    "Column",
    "Curve",
    "Decision",
    "Design",
    "Diagnostic",
    "Figure",
    "File",
    "Found",
    "Macro",
    "Manuscript",
    "Mark",
    "Meter",
    "Missing",
    "Note",
    "Owner",
    "Point",
    "Proof",
    "Raw",
    "Results",
    "Row",
    "Sample",
    "Severity",
    "Store",
    "Table",
    "Venue",
    "Verdict",
]
