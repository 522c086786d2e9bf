"""Errors of filters learned from simulated spikes: a row for each gradient, step and start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.study.pages.table import DASH, Column, Table, grid
from lsalsa.study.shown import Shown
from papers.crsae.simulation.summaries import LABELS, NEAR, STARTS, STEPS, by_cell

needs = ("crsae.simulation_runs",)
subject = "study"
caption = "Errors of filters learned from simulated spikes, by gradient, optimiser's step and start."

Row = Mapping[str, Any]
CELL = ("gradient", "tangent", "start")

NOTES = (
    "Every window holds three spikes of each of two filters, at any places, and noise. The error of a filter is"
    " sqrt(1 - rho^2), with the largest correlation rho over shifts with the true one: 0 is perfect. The wave forms are"
    " ours; those of the authors are not public.",
    "Worst: the larger error of the two filters after the last epoch, mean over seeds; next to it the largest of all"
    f" seeds. Found: first epoch with both errors below {NEAR:g}, seed by seed.",
    "Start: half wrong (errors from 0.4 to 0.5), or the true filters, which nothing should change. Tangent: the part of"
    " the gradient that only makes a filter longer is removed before Adam. Both then scale filters to norm 1.",
)
COLUMNS = (
    Column("gradient", "gradient", LABELS.__getitem__),
    Column("start", "start", STARTS.__getitem__),
    Column("tangent", "step", STEPS.__getitem__),
    Column("start_error", "error before", ".3f"),
    Column("worst_error", "worst", ".3f", spread=True),
    Column("largest_error", "of all seeds", ".3f"),
    Column("first_epochs", "found in epoch"),
    Column("lipschitz", "lambda max", ".1f"),
    Column("status", "status"),
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row per gradient, start and step."""
    rows = by_cell(data["crsae.simulation_runs"], CELL)
    rows.sort(key=lambda row: (row["start"] != "close", list(LABELS).index(row["gradient"]), not row["tangent"]))
    printed = [row if row["start"] == "close" else {**row, "first_epochs": None} for row in rows]
    return Table(shown.heading, rows, [grid(COLUMNS, printed, n_words=3)], NOTES, _sentences(rows))


def _sentences(rows: Sequence[Row]) -> list[str]:
    """Say what both steps end at, from each start."""
    found = {tuple(row[name] for name in CELL): row for row in rows}
    said = []
    for start, words in {"close": "From filters half wrong", "truth": "From the true filters"}.items():
        pairs = []
        for gradient in LABELS:
            tangent, plain = (_error(found.get((gradient, step, start))) for step in (True, False))
            if DASH not in (tangent, plain):
                pairs.append(f"{LABELS[gradient]} {tangent} and {plain}")
        if pairs:
            said.append(f"{words}, the worst error after the last epoch is, tangent and plain: {'; '.join(pairs)}.")
    return said


def _error(row: Row | None) -> str:
    return DASH if row is None or row["worst_error"] is None else f"{row['worst_error']:.3f}"
