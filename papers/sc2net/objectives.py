"""Objectives over the steps of every method: for the table, the figure and the claims about convergence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lsalsa.study.summaries.repetitions import status, summary
from papers.sc2net.labels import family

Row = Mapping[str, Any]

LIMIT = "converged"
"""The variant whose codes solve the problem; it has no number of steps."""


def points_of(variants: Iterable[Row], solvers: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the runs of both in one form.

    Parameters
    ----------
    variants, solvers : iterable of rows
        Of ``sc2net/variants/{images}/{variant}.parquet`` and ``sc2net/solvers/{images}.parquet``.

    Returns
    -------
    runs : list of dict
        images, data, method, depth (None for converged codes), repetition, objective (under atoms of norm 1), status.
        The method of a network is its family of variants.
    """
    found = [{**run, "variant": run["method"]} for run in solvers]
    followed = {run["method"] for run in found}
    for run in variants:
        name = family(run["variant"])
        if name in followed:  # as a row of another table; its objective is among the solvers' own
            continue
        depth = None if name == LIMIT else run["depth"]
        found.append({**run, "method": name, "depth": depth, "objective": run["objective_unit_atoms"]})
    return found


def rows_of(variants: Iterable[Row], solvers: Iterable[Row], shown: Sequence[str]) -> list[dict[str, Any]]:
    """Average over the finished repetitions of each set of images, method and number of steps.

    Parameters
    ----------
    variants, solvers : iterable of rows
        As for `points_of`.
    shown : sequence of str
        Variants, in their order; the solvers come first.

    Returns
    -------
    rows : list of dict
        images, data, method, depth, objective, objective_std, n_repetitions, status.
    """
    solvers = list(solvers)
    runs = points_of([run for run in variants if run["variant"] in shown], solvers)
    cells: dict[tuple, list[Row]] = {}
    for run in runs:
        cells.setdefault((run["images"], run["method"], run["depth"]), []).append(run)
    order = list(dict.fromkeys(images for images, _, _ in cells))
    order += [*(run["method"] for run in solvers), *(name for name in map(family, shown) if name != LIMIT), LIMIT]
    keys = sorted(cells, key=lambda key: (order.index(key[0]), order.index(key[1]), key[2] or 0))
    return [_row(key, cells[key]) for key in keys]


def _row(key: tuple, runs: Sequence[Row]) -> dict[str, Any]:
    images, method, depth = key
    named = {"images": images, "data": runs[0]["data"], "method": method, "depth": depth}
    return {**named, **summary(runs, "objective"), "status": status(runs)}
