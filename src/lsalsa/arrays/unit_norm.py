"""Arrays whose columns, along the last axis, have norm 1: the filters of a convolution, say."""

from typing import Any

import numpy as np

from lsalsa.arrays.namespace import namespace


def power_of_two(array: Any, axis: Any = None) -> Any:
    """A power of two near the largest absolute value, 1 where all are zero: what is divided by it has squares.

    Parameters
    ----------
    array : array
    axis : int or tuple of int, optional
        Axes along which the largest is taken; all by default.

    Returns
    -------
    array, float64
        The shape of the axes that are left.
    """
    xp = namespace(array)
    largest = xp.max(xp.abs(array), axis=axis).astype(np.float64)
    return xp.ldexp(xp.ones_like(largest), xp.where(largest > 0, xp.frexp(largest)[1], 1) - 1)


def column_norms(array: Any) -> Any:
    """Norms along all axes but the last, of numbers of any size: array, (n_columns,), float64."""
    xp, axes = namespace(array), tuple(range(array.ndim - 1))
    if not array.size:
        return xp.zeros(array.shape[-1])
    scale = power_of_two(array, axes)
    return scale * xp.sqrt(xp.sum(xp.square(array.astype(np.float64) / scale), axis=axes))


def normalise(array: Any) -> None:
    """Scale the columns, none of them zero, in place to norm 1."""
    array[...] = unit_columns(array)


def unit_columns(array: Any) -> Any:
    """The columns scaled to norm 1, as a new array; a column of zeros stays as it is."""
    xp = namespace(array)
    norms = column_norms(array)
    norms = xp.where(norms > 0, norms, 1.0)
    limits = np.finfo(array.dtype)
    if bool(((norms >= limits.tiny) & (norms <= limits.max)).all()):
        return array / norms.astype(array.dtype)
    scale = power_of_two(array, tuple(range(array.ndim - 1)))  # a norm that the dtype does not hold
    return (array.astype(np.float64) / scale / (norms / scale)).astype(array.dtype)


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
