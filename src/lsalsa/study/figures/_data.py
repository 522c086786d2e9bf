"""Values that several kinds of figures compute from the files of a task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from lsalsa.errors import DataError
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import Measured
from lsalsa.study.summaries.source_images import blocks_of

Curve = Mapping[int, Measured]
"""Depth -> value."""


def block_of(problem: Mapping[str, np.ndarray], shown: Shown, task: str | None = None) -> slice:
    """Return the columns of the shown component's codes, in one task; all columns without a component."""
    if shown.component is None:
        return slice(None)
    return blocks_of(problem)[shown.tasks[task or shown.task]["components"].index(shown.component)]


def size_of(codes: Any) -> float:
    """Return the root mean square of sparse codes (n_samples, n_atoms): the RMSE of a code of zeros."""
    return float(np.sqrt(codes.multiply(codes).sum(dtype=np.float64) / np.prod(codes.shape)))


def over_depth(curve: Curve) -> list[tuple[float, float, float | None]]:
    """Return a curve as points: (depth, mean, standard deviation)."""
    return [(depth, value.mean, value.std) for depth, value in curve.items()]


def over_time(
    curve: Curve, method: str, timing: Iterable[Mapping[str, Any]]
) -> list[tuple[float, float, float | None]]:
    """Return a curve as points: (microseconds per sample, mean, standard deviation).

    Parameters
    ----------
    curve : mapping
        Depth -> value.
    method : str
    timing : iterable of rows
        Of ``timing/{task}.parquet``.

    Raises
    ------
    DataError
        A depth of the curve was not timed.
    """
    seconds = {row["depth"]: row["seconds_per_sample"] for row in timing if row["method"] == method}
    for depth in curve:
        if depth not in seconds:
            raise DataError(f"{method} at depth {depth} has a result, but no row in the timing of its task")
    return [(1e6 * seconds[depth], value.mean, value.std) for depth, value in curve.items()]


def marker_words(depths: Sequence[int], curves: Iterable[Curve]) -> str:
    """Explain the markers of a curve over time, and its bands if a point has a spread."""
    counts = [value.n for curve in curves for value in curve.values() if value.std is not None]
    words = f"Markers along a line over time: T = {', '.join(map(str, depths))}, as far as the method was run."
    if not counts:
        return words
    return f"{words} Bars and bands: one standard deviation over {max(counts)} trainings that differ in their seed."
