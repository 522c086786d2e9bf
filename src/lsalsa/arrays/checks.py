"""Checks of arrays, counts and names, made before any work is done."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import numpy as np

from lsalsa.arrays.namespace import namespace
from lsalsa.errors import ConfigError, DataError, ShapeError

LARGEST = 1e150  # its square is a float64, and so is that of its inverse


def check_matrix(name: str, array: Any, n_columns: int | None = None, n_rows: int | None = None) -> Any:
    """The array itself, if it is a finite matrix of real floating-point numbers with the expected shape.

    Parameters
    ----------
    name : str
        As a message shall call the array.
    array : array
    n_columns, n_rows : int, optional
        Any number by default.

    Raises
    ------
    ShapeError
        Naming the array, the expected and the found shape.
    DataError
        When the dtype is not float32 or float64, or a value is NaN or infinite (the first such row is named).
    """
    expected = f"({'n_samples' if n_rows is None else n_rows}, {'n_columns' if n_columns is None else n_columns})"
    shape = getattr(array, "shape", None)
    if shape is None or len(shape) != 2:
        raise ShapeError(f"{name} must be a matrix of shape {expected}, found {describe(array)}")
    if (n_columns is not None and shape[1] != n_columns) or (n_rows is not None and shape[0] != n_rows):
        raise ShapeError(f"{name} must have shape {expected}, found {shape}")
    check_floating(name, array)
    check_finite(name, array)
    return array


def check_floating(name: str, array: Any) -> None:
    """Raise DataError when an array is neither float32 nor float64."""
    if str(array.dtype) not in ("float32", "float64"):
        raise DataError(f"{name} must be float32 or float64, found {array.dtype}")


def check_finite(name: str, array: Any) -> None:
    """Raise DataError naming the first row of a matrix (or the first entry) that holds NaN or Inf."""
    xp = namespace(array)
    with np.errstate(over="ignore", invalid="ignore"):
        if bool(xp.isfinite(xp.sum(array))):  # NaN and Inf survive a sum: one pass, no temporary
            return
    rows = array.reshape(array.shape[0] if array.ndim else 1, -1)
    bad = ~xp.isfinite(rows).all(axis=1) if array.size else xp.zeros(0, bool)
    if bool(bad.any()):
        raise DataError(
            f"{name} holds NaN or Inf in {int(bad.sum())} of {len(bad)} rows, first in row {int(bad.argmax())}"
        )


def check_squares(name: str, array: Any) -> None:
    """Refuse a matrix with a row whose squared norm is not zero, but so small or large that float64 cannot hold it.

    Parameters
    ----------
    name : str
        As a message shall call the array.
    array : array, (n_rows, n_columns)
        Finite.

    Raises
    ------
    DataError
        Naming the first such row.
    """
    if array.dtype != np.float64 or not array.size:  # float32 reaches from 1e-45 to 3e38
        return
    xp = namespace(array)
    largest = xp.maximum(xp.max(array, axis=1), -xp.min(array, axis=1))
    bad = (largest > LARGEST) | ((largest > 0) & (largest < 1 / LARGEST))
    if bool(bad.any()):
        row = int(bad.argmax())
        raise DataError(
            f"{name} must have rows of zeros or of numbers up to between {1 / LARGEST:g} and {LARGEST:g}, found up to "
            f"{float(largest[row]):.3g} in row {row}: their squares leave the range of float64; scale them"
        )


def check_count(name: str, value: Any, least: int = 1) -> int:
    """The value as int, if it is a whole number that is large enough.

    Parameters
    ----------
    name : str
        As a message shall call the value.
    value : int
        A NumPy integer as well, but no bool.
    least : int

    Raises
    ------
    ConfigError
        When it is no whole number of at least `least`.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < least:
        raise ConfigError(f"{name} must be a whole number of at least {least}, found {value!r}")
    return int(value)


def nearest(kind: str, name: str, known: Iterable[str]) -> ConfigError:
    """The error for a name that does not exist, with the nearest existing one and the whole list.

    Parameters
    ----------
    kind : str
        What the name was to name: "solver", say.
    name : str
    known : iterable of str

    Returns
    -------
    ConfigError
        To be raised by the caller.
    """
    known = sorted(known)
    close = get_close_matches(str(name), known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return ConfigError(f"{name!r} is not a known {kind}; {hint}known: {', '.join(known)}")


def describe(value: Any) -> str:
    """What was found instead of a matrix, in words."""
    shape = getattr(value, "shape", None)
    return f"{type(value).__name__}" if shape is None else f"shape {tuple(shape)}"
