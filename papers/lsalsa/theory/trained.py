"""Measure what the theorems assume of a study's trained LSALSA encoders: a row per encoder, and their means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lsalsa.encoders.base import Encoder
from lsalsa.study.summaries.repetitions import FINISHED, measured, status
from papers.lsalsa.theory.assumptions import assumptions

Row = dict[str, Any]

KEYS = ("task", "method", "depth")
FACTS = ("strong_convexity", "learned_strong_convexity", "ratio", "asymmetry", "smallest_eigenvalue", "stationarity")
ROUNDING = 1e-5
"""Smaller relative differences are rounding: the matrices are kept in float32."""


def assumptions_of(encoder: Encoder, curvature: float) -> Row:
    """Measure one encoder.

    Parameters
    ----------
    encoder : Encoder
        An LSALSA, on the host.
    curvature : float
        The `least_curvature` of its task's dictionary.

    Returns
    -------
    row : dict
        mu : as the encoder has it.
        facts : those of `papers.lsalsa.theory.assumptions.assumptions`.
        ratio : learned_strong_convexity over strong_convexity.
        theorem_1, theorem_2 : whether their assumptions hold.
        status : "ok", or "diverged" if the splitting matrix is not finite or not invertible; then all facts are NaN.
    """
    mu, splitting = encoder.settings["mu"], encoder.arrays["splitting"]
    usable = np.isfinite(splitting).all() and np.linalg.matrix_rank(splitting) == len(splitting)
    facts = assumptions(splitting, curvature, mu) if usable else dict.fromkeys(FACTS, float("nan"))
    facts["ratio"] = facts["learned_strong_convexity"] / facts["strong_convexity"]
    definite = facts["smallest_eigenvalue"] > 0
    return {
        "mu": mu,
        **{name: facts[name] for name in FACTS},
        "theorem_1": definite and facts["asymmetry"] <= ROUNDING,
        "theorem_2": definite and facts["ratio"] > 1 + ROUNDING,
        "status": "ok" if usable else "diverged",
    }


def table_rows(rows: Sequence[Row]) -> list[Row]:
    """Average over the repetitions of each task, method and depth; count how many meet each assumption."""
    cells: dict[tuple, list[Row]] = {}
    for row in rows:
        cells.setdefault(tuple(row[name] for name in KEYS), []).append(row)
    return [_row(key, runs) for key, runs in cells.items()]


def _row(key: tuple, runs: Sequence[Row]) -> Row:
    means = {name: measured(runs, name) for name in FACTS}
    done = [run for run in runs if run["status"] in FINISHED]
    counts = {name: sum(run[name] for run in done) for name in ("theorem_1", "theorem_2")}
    return {
        **dict(zip(KEYS, key, strict=True)),
        **{name: found.mean if found else None for name, found in means.items()},
        **counts,
        "n_repetitions": len(done),
        "status": status(runs),
    }


def findings(table: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> list[str]:
    """Say for each task and method whether trained encoders meet what the theorems assume.

    Parameters
    ----------
    table : sequence of rows
        As `table_rows` returns them.
    labels : mapping
        Method -> its name in print.

    Returns
    -------
    sentences : list of str
    """
    groups = dict.fromkeys((row["task"], row["method"]) for row in table)
    return [
        _finding(
            f"{labels[method]} on {task}", [row for row in table if (row["task"], row["method"]) == (task, method)]
        )
        for task, method in groups
    ]


def _finding(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    total = sum(row["n_repetitions"] for row in rows)
    if not total:
        return f"{name}: no encoder could be measured."
    steeper, definite = (sum(row[name] for row in rows) for name in ("theorem_2", "theorem_1"))
    done = [row for row in rows if row["n_repetitions"]]
    low, high = (pick(row["ratio"] for row in done) for pick in (min, max))
    asymmetric = max(100 * row["asymmetry"] for row in done)
    gradient = max(100 * row["stationarity"] for row in done)
    return (
        f"{name}: the learned cost curves more than SALSA's, as theorem 2 assumes, in {steeper} of {total} encoders"
        f" (learned over original curvature, means: {low:.4g} to {high:.4g}). S is symmetric and positive definite, as"
        f" theorem 1 needs, in {definite} of {total}; it is asymmetric by up to {asymmetric:.2g} %, and the gradient at"
        f" the x-update, which theorem 1 puts at 0, reaches {gradient:.2g} % of its terms."
    )
