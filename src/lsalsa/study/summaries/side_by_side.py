"""Methods side by side: all that was measured of each at a depth, beside the certified optimal codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lsalsa.errors import DataError
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import Row, by_cell, measured, status

CERTIFIED = "exact_active_set"
"""Method of `exact/{task}.parquet` that returns certified codes, and method of its row here."""

CERTIFIED_LABEL = "certified (active set)"

COLUMNS = ("rmse", "rmse_std", "objective_excess_percent", "zero_share", "support_f1", "microseconds", "n_learned")


def rows_of(data: Mapping[str, Any], shown: Shown) -> list[dict[str, Any]]:
    """Return a row per task, depth and method, and a last one per task for the certified codes.

    Parameters
    ----------
    data : mapping
        ``evaluation``, ``timing`` and ``exact``: rows; ``codes``: task -> optimal codes and their objectives.
    shown : Shown

    Returns
    -------
    rows : list of dict
        task, method, depth (None for the certified codes), `COLUMNS`, n_repetitions, status. Means over the finished
        repetitions; what was not measured is None. objective_excess_percent : of the mean objective over that of the
        optimal codes, in percent. n_learned : numbers that training moved; None for a solver.

    Raises
    ------
    DataError
        A result that was not timed.
    """
    return [row for task in shown.tasks for row in _of_task(data, task, shown)]


def nearest(rows: Sequence[Row], task: str, depth: int, *, learned_at_most: float = np.inf) -> Row | None:
    """Return the learned method with the least RMSE at a depth; None where none has a result.

    Parameters
    ----------
    rows : sequence of rows
        Of `rows_of`.
    task : str
    depth : int
    learned_at_most : float
        Most numbers that it may have learned.
    """
    found = [row for row in rows if (row["task"], row["depth"]) == (task, depth) and row["rmse"] is not None]
    found = [row for row in found if row["n_learned"] is not None and row["n_learned"] <= learned_at_most]
    return min(found, key=lambda row: row["rmse"], default=None)


def _of_task(data: Mapping[str, Any], task: str, shown: Shown) -> Iterator[dict[str, Any]]:
    cells = by_cell([row for row in data["evaluation"] if row["task"] == task], shown.component)
    timing = [row for row in data["timing"] if row["task"] == task]
    seconds = {(row["method"], row["depth"]): row["seconds_per_sample"] for row in timing}
    optimum = float(np.mean(data["codes"][task]["objective"]))
    for depth in shown.depths:
        for method in shown.methods:
            if runs := cells.get((depth, method)):
                if (method, depth) not in seconds:
                    raise DataError(f"{method} at depth {depth} has a result, but no row in the timing of its task")
                time = {"microseconds": 1e6 * seconds[method, depth], "status": status(runs)}
                yield {"task": task, "method": method, "depth": depth, **_measured(runs, optimum), **time}
    if shown.component is None:
        yield from _certified(data, task)


def _measured(runs: Sequence[Row], optimum: float) -> dict[str, Any]:
    found = {name: measured(runs, name) for name in ("rmse", "objective", "zero_share", "support_f1")}
    means = {name: value.mean if value else None for name, value in found.items()}
    objective, rmse = means.pop("objective"), found["rmse"]
    excess = None if objective is None else 100 * (objective / optimum - 1)
    spread = {"rmse_std": rmse.std if rmse else None, "n_repetitions": rmse.n if rmse else 0}
    return {**means, **spread, "objective_excess_percent": excess, "n_learned": runs[0]["n_learned"]}


def _certified(data: Mapping[str, Any], task: str) -> Iterator[dict[str, Any]]:
    codes = data["codes"][task]["codes"]
    for row in data["exact"]:
        if (row["task"], row["method"], row["status"]) == (task, CERTIFIED, "ok"):
            yield {
                "task": task,
                "method": CERTIFIED,
                "depth": None,
                **dict.fromkeys(COLUMNS),
                "rmse": row["rmse"],
                "objective_excess_percent": 0.0,
                "zero_share": 1.0 - codes.nnz / np.prod(codes.shape),
                "support_f1": 1.0,
                "microseconds": 1e6 * row["seconds_per_sample"],
                "n_repetitions": 1,
                "status": "ok",
            }
