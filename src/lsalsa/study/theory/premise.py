"""What the theorems assume of the trained LSALSA encoders of a study: a row per encoder, and their means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from lsalsa.encoders.base import Encoder
from lsalsa.study.tables import method_label
from lsalsa.theory.premise import premise

Row = dict[str, Any]

FACTS = ("convexity", "learned_convexity", "ratio", "asymmetry", "smallest_eigenvalue", "stationarity")
ROUNDING = 1e-5
"""Relative size below which a difference between matrices kept in float32 says nothing."""


def premise_row(encoder: Encoder, dictionary: np.ndarray) -> Row:
    """Measure one encoder against the dictionary of its task.

    Parameters
    ----------
    encoder : Encoder
        An LSALSA, on the host.
    dictionary : array, (n_features, n_atoms)

    Returns
    -------
    row : dict
        mu; the facts of `lsalsa.theory.premise.premise` and ratio, learned_convexity over convexity; theorem_1 and
        theorem_2, whether what these assume holds; status "done", or "diverged" for matrices that are not finite or
        cannot be inverted: then all facts are NaN.
    """
    mu, splitting = encoder.settings["mu"], encoder.arrays["splitting"]
    usable = np.isfinite(splitting).all() and np.linalg.matrix_rank(splitting) == len(splitting)
    facts = premise(splitting, dictionary, mu) if usable else dict.fromkeys(FACTS, float("nan"))
    facts["ratio"] = facts["learned_convexity"] / facts["convexity"]
    definite = facts["smallest_eigenvalue"] > 0
    return {
        "mu": mu,
        **{name: facts[name] for name in FACTS},
        "theorem_1": definite and facts["asymmetry"] <= ROUNDING,
        "theorem_2": definite and facts["ratio"] > 1 + ROUNDING,
        "status": "done" if usable else "diverged",
    }


def premise_table(rows: Sequence[Row]) -> list[Row]:
    """Means over the repetitions of each task, method and depth, and how many of them meet each premise."""
    cells = dict.fromkeys((row["task"], row["method"], row["depth"]) for row in rows)
    return [_mean(cell, [row for row in rows if _cell(row) == cell]) for cell in cells]


def _cell(row: Row) -> tuple[str, str, int]:
    return row["task"], row["method"], row["depth"]


def _mean(cell: tuple[str, str, int], rows: Sequence[Row]) -> Row:
    done = [row for row in rows if row["status"] == "done"]
    means = {name: float(np.mean([row[name] for row in done])) if done else None for name in FACTS}
    counts = {name: sum(row[name] for row in done) for name in ("theorem_1", "theorem_2")}
    keys = dict(zip(("task", "method", "depth"), cell, strict=True))
    status = "done" if len(done) == len(rows) else "diverged"
    return {**keys, **means, **counts, "n_repetitions": len(done), "status": status}


def premise_story(table: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence per task and method, worked out from its means: do trained encoders meet what the theorems assume?"""
    table = list(table)
    groups = dict.fromkeys((row["task"], row["method"]) for row in table)
    return [_told(group, [row for row in table if (row["task"], row["method"]) == group]) for group in groups]


def _told(group: tuple[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    name, total = f"{method_label(group[1])} on {group[0]}", sum(row["n_repetitions"] for row in rows)
    if not total:
        return f"{name}: no encoder could be measured."
    steeper, definite = (sum(row[name] for row in rows) for name in ("theorem_2", "theorem_1"))
    done = [row for row in rows if row["n_repetitions"]]
    low, high = (pick(row["ratio"] for row in done) for pick in (min, max))
    twisted = max(100 * row["asymmetry"] for row in done)
    slope = max(100 * row["stationarity"] for row in done)
    return (
        f"{name}: the learned cost curves more than SALSA's, as theorem 2 assumes, in {steeper} of {total} encoders"
        f" (learned over original curvature, means: {low:.4g} to {high:.4g}). S is symmetric and positive definite, as"
        f" theorem 1 needs, in {definite} of {total}; it is asymmetric by up to {twisted:.2g} %, and the slope at"
        f" the x-update, which theorem 1 puts at 0, reaches {slope:.2g} % of its terms."
    )
