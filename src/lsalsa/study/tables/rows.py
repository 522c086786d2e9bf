"""The numbers of a table: one row per depth and method, the paper's number beside ours, and the status."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsalsa.arrays import nearest
from lsalsa.errors import DataError
from lsalsa.study.tables.skipped import skipped

Row = Mapping[str, Any]

FINISHED = ("done", "converged", "epochs_used", "max_iterations")
"""Statuses of runs that enter a mean; every other run is named in the cell instead."""


@dataclass(frozen=True)
class Kind:
    """What a kind of table shows: the column read from the evaluations, the column written, words for it."""

    column: str
    written: str
    words: str
    decimals: int
    less_is_better: bool = True


KINDS = {
    "classification": Kind("error_percent", "error_percent", "classification error in percent", 2),
    "rmse": Kind("rmse", "rmse", "RMSE of the code against the optimal code", 4),
    "objective": Kind("objective", "objective", "mean of 1/2 |y - A x|^2 + penalty |x|_1 over the test signals", 4),
    "zeros": Kind("zero_share", "zero_share", "share of entries that are exactly zero", 3, less_is_better=False),
    "near_zeros": Kind(
        "near_zero_share_0_01", "near_zero_share", "share of entries smaller than 0.01", 3, less_is_better=False
    ),
}


def make_table(
    kind: str,
    evaluations: Iterable[Row],
    *,
    methods: Sequence[str],
    depths: Sequence[int],
    component: str | None = None,
    protocol: str = "paper",
    paper_rows: Iterable[Row] | None = None,
) -> list[dict[str, Any]]:
    """One row per depth and method, in the order asked for; a cell that was not run is a row with its status.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    evaluations : iterable of rows
        Rows of ``evaluation/{task}/{method}.parquet`` of all methods together.
    methods, depths : sequences
        Order of the columns and rows.
    component : str, optional
        A component's name; None for the whole code.
    protocol : str
        "paper" or "honest", read by the kind "classification" only.
    paper_rows : iterable of rows, optional
        The paper's numbers: columns ``depth``, ``method`` and the value column of the kind.

    Returns
    -------
    rows : list of dict
        Columns ``depth, method, error_percent, error_percent_std, n_repetitions, paper_error_percent,
        status`` for "classification", the same with ``rmse`` for "rmse". The standard deviation is that of a
        sample; None for one run. ``status`` is "done", or names what happened to which repetition; where nothing was
        run it is "skipped", of a learned method with the training time that it would have taken.

    Raises
    ------
    ConfigError
        Unknown kind or protocol.
    DataError
        Finished rows without the asked value.
    """
    column = _value_column(kind, protocol)
    written = KINDS[kind].written
    cells = _group_by_cell(evaluations, component or "all")
    trained = {method: [row for (_, m), rows in cells.items() if m == method for row in rows] for method in methods}
    paper = {(row["depth"], row["method"]): row[written] for row in paper_rows or ()}
    return [
        {
            "depth": depth,
            "method": method,
            **_summary(cells.get((depth, method), []), column, written),
            f"paper_{written}": paper.get((depth, method)),
            "status": _cell_status(cells.get((depth, method), [])) or skipped(trained[method], depth),
        }
        for depth in depths
        for method in methods
    ]


def value_and_spread(evaluations: Iterable[Row], column: str, *, method: str, component: str | None = None):
    """Curve of a method: sorted list of (depth, mean, standard deviation or None, n_repetitions)."""
    cells = _group_by_cell((row for row in evaluations if row["method"] == method), component or "all")
    points = [(depth, _summary(rows, column, "value")) for (depth, _), rows in sorted(cells.items())]
    return [(depth, s["value"], s["value_std"], s["n_repetitions"]) for depth, s in points if s["value"] is not None]


def _value_column(kind: str, protocol: str) -> str:
    if kind not in KINDS:
        raise nearest("kind of table", kind, KINDS)
    if protocol not in ("paper", "honest"):
        raise nearest("protocol of classification", protocol, ("paper", "honest"))
    honest = kind == "classification" and protocol == "honest"
    return KINDS[kind].column + ("_honest" if honest else "")


def _group_by_cell(evaluations: Iterable[Row], component: str) -> dict[tuple[int, str], list[Row]]:
    cells: dict[tuple[int, str], list[Row]] = {}
    for row in evaluations:
        if row["component"] == component:
            cells.setdefault((int(row["depth"]), row["method"]), []).append(row)
    return cells


def _summary(rows: Sequence[Row], column: str, written: str) -> dict[str, Any]:
    values = [_value(row, column) for row in rows if row["status"] in FINISHED]
    return {
        written: statistics.fmean(values) if values else None,
        f"{written}_std": statistics.stdev(values) if len(values) > 1 else None,
        "n_repetitions": len(values),
    }


def _value(row: Row, column: str) -> float:
    if row.get(column) is None:
        raise DataError(
            f"the evaluation of {row['method']} at depth {row['depth']} has no {column} for component"
            f" {row['component']}; a table of classification errors needs the name of one component"
        )
    return float(row[column])


def _cell_status(rows: Sequence[Row]) -> str:
    """What became of the runs of a cell; empty without a run."""
    if not rows:
        return ""
    failed: dict[str, list[str]] = {}
    for row in rows:
        if row["status"] not in FINISHED:
            failed.setdefault(row["status"], []).append(str(row["repetition"]))
    return "; ".join(f"{status} (repetition {', '.join(who)})" for status, who in failed.items()) or "done"
