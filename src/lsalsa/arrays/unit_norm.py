"""Arrays whose columns, along the last axis, have norm 1: the filters of a convolution, say."""

from typing import Any

import numpy as np

from lsalsa.arrays.namespace import namespace


def column_norms(array: Any) -> Any:
    """Norms along all axes but the last: array, (n_columns,), float64."""
    squares = namespace(array).square(array.astype(np.float64))
    return namespace(array).sqrt(namespace(array).sum(squares, axis=tuple(range(array.ndim - 1))))


def normalise(array: Any) -> None:
    """Scale the columns, none of them zero, in place to norm 1."""
    array /= column_norms(array).astype(array.dtype)


def remove_radial_part(gradient: Any, array: Any) -> None:
    """Take from a gradient, in place, what would only change the norms of the columns.

    A step along a column is undone when the column is scaled back to norm 1. But an optimiser that divides by running
    squares, such as Adam, turns that part into a step in another direction, and the column drifts.

    Parameters
    ----------
    gradient, array : array, (..., n_columns)
        No column of the array is zero.
    """
    xp, axes = namespace(array), tuple(range(array.ndim - 1))
    gradient -= array * (xp.sum(gradient * array, axis=axes) / xp.sum(array * array, axis=axes))
