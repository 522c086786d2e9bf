"""Values that several kinds of figures compute from the files of a task."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from lsalsa.errors import DataError
from lsalsa.study.repetitions import Measured
from lsalsa.study.shown import Shown

Curve = Mapping[int, Measured]
"""Depth -> value."""


def dictionaries_of(problem: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return the dictionaries (n_features, n_atoms) from the arrays of ``problems/{task}.npz``, in order."""
    n_dictionaries = sum(name.startswith("dictionary_") for name in problem)
    return [problem[f"dictionary_{i}"] for i in range(n_dictionaries)]


def blocks_of(problem: Mapping[str, np.ndarray]) -> list[slice]:
    """Return the columns of the codes that belong to each dictionary."""
    sizes = [dictionary.shape[1] for dictionary in dictionaries_of(problem)]
    return [slice(sum(sizes[:i]), sum(sizes[: i + 1])) for i in range(len(sizes))]


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


def square(vector: np.ndarray) -> np.ndarray:
    """Return a row or an atom of side * side pixels as a patch (side, side): the mean of its channels."""
    n_channels = 1 if math.isqrt(len(vector)) ** 2 == len(vector) else 3  # 3 n^2 is never a square
    side = math.isqrt(len(vector) // n_channels)
    return np.reshape(vector, (side, side, n_channels)).mean(axis=2)
