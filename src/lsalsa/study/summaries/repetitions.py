"""Summaries over the repetitions of a run: mean, spread and status. Every table, curve and claim uses them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsalsa.errors import DataError

Row = Mapping[str, Any]

OK = "ok"
"""Status of a run that succeeded, and of a cell whose runs all finished."""

FINISHED = (OK, "converged", "epochs_used", "max_iterations")
"""Statuses of runs that enter a mean; a cell's status names all other runs."""


@dataclass(frozen=True)
class Measured:
    """A mean with its spread.

    Attributes
    ----------
    mean : float
    std : float or None
        Sample standard deviation over the repetitions; None for a single one, or where one is infinite.
    n : int
        Number of repetitions.
    """

    mean: float
    std: float | None
    n: int

    def against(self, other: Measured) -> str:
        """Compare two means: "below", "above", or "tie" where they differ by at most both spreads, added in squares."""
        spread = math.hypot(self.std or 0.0, other.std or 0.0)
        if self.mean == other.mean or abs(self.mean - other.mean) <= spread:
            return "tie"
        return "below" if self.mean < other.mean else "above"

    def reaches(self, goal: Measured, *, larger: bool = False) -> bool:
        """Return whether this is as good as a goal: better, or a tie. Claims, figures and notebooks all ask here."""
        return self.against(goal) != ("below" if larger else "above")


def measured(runs: Iterable[Row], column: str) -> Measured | None:
    """Average a column over the finished runs that have a value; return None without one."""
    values = [float(run[column]) for run in runs if run["status"] in FINISHED and run.get(column) is not None]
    if not values:
        return None
    spread = statistics.stdev(values) if len(values) > 1 and all(map(math.isfinite, values)) else None
    return Measured(statistics.fmean(values), spread, len(values))


def summary(runs: Sequence[Row], column: str, written: str | None = None) -> dict[str, Any]:
    """Summarise a column over the runs of one cell.

    Parameters
    ----------
    runs : sequence of rows
    column : str
        Of the runs.
    written : str, optional
        The column's name in the table; `column` if it is not given.

    Returns
    -------
    columns : dict
        ``<written>``, ``<written>_std`` and ``n_repetitions``; None where no finished run has a value.
    """
    found, written = measured(runs, column), written or column
    return {
        written: found.mean if found else None,
        f"{written}_std": found.std if found else None,
        "n_repetitions": found.n if found else 0,
    }


def status(runs: Sequence[Row]) -> str:
    """Name how the runs of a cell ended: "ok", or each failure with its repetitions; "" without a run."""
    if not runs:
        return ""
    failed: dict[str, list[str]] = {}
    for run in runs:
        if run["status"] not in FINISHED:
            failed.setdefault(run["status"], []).append(str(run["repetition"]))
    return "; ".join(f"{name} (repetition {', '.join(who)})" for name, who in failed.items()) or OK


def curve(evaluations: Iterable[Row], column: str, *, method: str, component: str | None = None) -> dict[int, Measured]:
    """Return a method's values over depth, for the depths with a finished run.

    Parameters
    ----------
    evaluations : iterable of rows
        Rows of ``evaluation/{task}/{method}.parquet``.
    column : str
        One of their columns.
    method : str
        A name of the configuration.
    component : str, optional
        None for the whole code.

    Returns
    -------
    curve : dict of int to Measured
        In ascending depth.

    Raises
    ------
    DataError
        A finished run has no value in the column.
    """
    runs = [row for row in evaluations if row["method"] == method]
    cells = sorted(by_cell(runs, component).items())
    found = {depth: measured(require(rows, column), column) for (depth, _), rows in cells}
    return {depth: value for depth, value in found.items() if value}


def by_cell(evaluations: Iterable[Row], component: str | None) -> dict[tuple[int, str], list[Row]]:
    """Group runs by (depth, method), for the whole code or for one component's part of it."""
    cells: dict[tuple[int, str], list[Row]] = {}
    for row in evaluations:
        if row["component"] == (component or "all"):
            cells.setdefault((int(row["depth"]), row["method"]), []).append(row)
    return cells


def require(runs: Sequence[Row], column: str) -> Sequence[Row]:
    """Return the runs; raise DataError if a finished run has no value in the column."""
    for run in runs:
        if run["status"] in FINISHED and run.get(column) is None:
            raise DataError(
                f"the evaluation of {run['method']} at depth {run['depth']} has no {column} for component"
                f" {run['component']}; a table of classification errors needs the name of one component"
            )
    return runs
