"""Objective of every method over its steps: data sets and methods down, steps across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.study.pages.table import DASH, Column, Grid, Table
from lsalsa.study.shown import Shown
from papers.sc2net.findings import convergence
from papers.sc2net.labels import data_labels, variant_label
from papers.sc2net.objectives import rows_of

needs = ("sc2net.variants", "sc2net.solvers")
subject = "study"
caption = "Objective of solvers after some iterations and of networks with as many layers or steps."

NOTE = (
    "Mean objective of the codes of the test images after T iterations, layers or steps; smaller is better. ISTA,"
    " FISTA, LISTA and LFISTA share one dictionary, whose optimum the converged codes have; LISTA and LFISTA learned"
    " such codes of the train images. Adaptive ISTA and SLSTM learn a decoder of their own, so they can fall below"
    " that optimum; their atoms are scaled to norm 1 and their codes by the norms, which reconstructs the same images."
    " Each number of layers or steps is a network of its own; solvers are looked at only after the iterations of the"
    " columns."
)
OBJECTIVE = Column("objective", "objective", ".2f", spread=True)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row of the CSV file per set of images, method and number of steps."""
    rows = rows_of(data["sc2net.variants"], data["sc2net.solvers"], shown.details["variants"])
    return Table(shown.heading, rows, [_grid(rows)], [NOTE], convergence(rows))


def _grid(rows: Sequence[Mapping[str, Any]]) -> Grid:
    steps = sorted({row["depth"] for row in rows if row["depth"] is not None})
    names, lines = data_labels(rows), []
    for images, method in dict.fromkeys((row["images"], row["method"]) for row in rows):
        own = {row["depth"]: row for row in rows if (row["images"], row["method"]) == (images, method)}
        ended = ", ".join(dict.fromkeys(row["status"] for row in own.values()))
        limit = OBJECTIVE.text(own[None]) if None in own else DASH
        numbers = [OBJECTIVE.text(own[count]) if count in own else DASH for count in steps]
        lines.append([names[images], variant_label(method), *numbers, limit, ended])
    return Grid(["data", "method", *(f"T = {count}" for count in steps), "limit", "status"], lines, n_words=2)
