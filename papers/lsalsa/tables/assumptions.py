"""Assumptions of the theorems about trained encoders: a row per task, method and depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Column, Table, grid
from lsalsa.study.shown import Shown
from papers.lsalsa.theory.checks import ROUNDING
from papers.lsalsa.theory.trained import findings, table_rows

needs = ("lsalsa.assumptions",)
subject = "study"
caption = "What the theorems of the LSALSA paper assume of trained encoders, measured on the encoders of this study."

NOTE = (
    "Means over repetitions. beta is the smallest eigenvalue of mu I + AᵀA, the curvature of SALSA's cost; learned beta"
    " is 1 / the largest eigenvalue of (S + Sᵀ) / 2. Theorem 2 assumes a ratio above 1. Theorem 1 needs S symmetric and"
    " positive definite; then the gradient at the x-update is 0."
)


def _percent(value: float) -> str:
    return f"{100 * value:.2g}" if value > ROUNDING else "0"


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row per task, method and depth, and a sentence per task and method."""
    rows, labels = table_rows(data["lsalsa.assumptions"]), shown.details["labels"]
    columns = (
        Column("task", "task"),
        Column("method", "method", labels.__getitem__),
        Column("depth", "T"),
        Column("strong_convexity", "beta", ".4g"),
        Column("learned_strong_convexity", "learned beta", ".4g"),
        Column("ratio", "ratio", ".4g"),
        Column("theorem_2", "ratio above 1"),
        Column("asymmetry", "asymmetry of S, %", _percent),
        Column("smallest_eigenvalue", "smallest eigenvalue of S", ".4g"),
        Column("stationarity", "gradient at the update, %", _percent),
        Column("theorem_1", "symmetric, definite"),
        Column("n_repetitions", "of"),
    )
    return Table(shown.heading, rows, [grid(columns, rows, n_words=2)], [NOTE], findings(rows, labels))
