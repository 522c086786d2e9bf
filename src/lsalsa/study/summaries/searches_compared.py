"""What a cheaper search gave up: ``lsalsa compare-searches results/laptop results/laptop_full``.

Both studies have run the same searches, one of them with ``candidates: all``, say. Printed is, by task and method, how
many candidates each compared, and the ratio of the best validation scores; of methods that were evaluated in both, the
ratio of the RMSE on test signals as well.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lsalsa.errors import ConfigError
from lsalsa.storage import read_rows
from lsalsa.study.pages.table import DASH, Grid

HEAD = ["task", "method", "T", "candidates", "of the other", "score", "of the other", "ratio", "test RMSE, ratio"]
Cell = tuple[str, str, int]


def compared(ours: Path, other: Path) -> Grid:
    """Compare the searches of two studies, cell by cell.

    Parameters
    ----------
    ours, other : path
        Folders of results.

    Returns
    -------
    grid : Grid
        One line per task, method and depth that both studies searched, and one with the geometric means of the ratios.

    Raises
    ------
    ConfigError
        The studies have no search in common.
    """
    searches, errors = (_searches(ours), _searches(other)), (_errors(ours), _errors(other))
    cells = [cell for cell in searches[0] if cell in searches[1]]
    if not cells:
        raise ConfigError(f"{ours} and {other} must have searches of the same methods, found none")
    lines, ratios = [], []
    for cell in cells:
        (mine, score), (others, best) = (found[cell] for found in searches)
        tested = errors[0][cell] / errors[1][cell] if all(cell in found for found in errors) else None
        ratios.append((score / best, tested))
        numbers = [str(mine), str(others), f"{score:.4g}", f"{best:.4g}", f"{score / best:.3f}", _ratio(tested)]
        lines.append([cell[0], cell[1], str(cell[2]), *numbers])
    known = [tested for _, tested in ratios if tested is not None]
    means = [_ratio(statistics.geometric_mean(found) if found else None) for found in ([r for r, _ in ratios], known)]
    counts = [str(sum(found[cell][0] for cell in cells)) for found in searches]
    return Grid(HEAD, [*lines, ["all", "", "", *counts, "", "", *means]], 2)


def _ratio(value: float | None) -> str:
    return DASH if value is None else f"{value:.3f}"


def _searches(results: Path) -> dict[Cell, tuple[int, float]]:
    """Return the number of candidates and the best score of every search."""
    found: dict[Cell, list[Mapping[str, Any]]] = {}
    for path in sorted((results / "search").rglob("*.parquet")):
        for row in read_rows(path):
            found.setdefault((row["task"], row["method"], row["depth"]), []).append(row)
    cells = sorted(found.items())
    return {cell: (len(rows), next(row["score"] for row in rows if row["chosen"])) for cell, rows in cells}


def _errors(results: Path) -> dict[Cell, float]:
    """Return the mean RMSE on test signals of every cell that was evaluated."""
    found: dict[Cell, list[float]] = {}
    for row in _evaluated(results):
        found.setdefault((row["task"], row["method"], row["depth"]), []).append(row["rmse"])
    return {cell: statistics.fmean(values) for cell, values in found.items()}


def _evaluated(results: Path) -> Iterator[Mapping[str, Any]]:
    for path in sorted((results / "evaluation").rglob("*.parquet")):
        yield from (row for row in read_rows(path) if row["component"] == "all")
