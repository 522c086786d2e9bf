"""Checks of arrays, counts and names, made before any work is done."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import numpy as np

from lsalsa.arrays.namespace import is_host, namespace
from lsalsa.errors import ConfigError, DataError, ShapeError

FEW = 8192  # numbers that are looked at one by one in less time than a sum takes with its error state
LARGEST = 1e150  # its square is a float64, and so is that of its inverse


def plain(name: str, value: Any) -> Any:
    """The value as a plain array of NumPy or CuPy, where there is exactly one it can mean.

    A data frame gives its numbers; a matrix, a memory map and a masked array without masked values lose their class;
    numbers in the byte order of other machines, as files may hold them, get that of this one.

    Parameters
    ----------
    name : str
        As a message shall call the value.
    value : array or object

    Returns
    -------
    array
        No copy where the value is an array in this machine's byte order.

    Raises
    ------
    DataError
        For masked values, sparse arrays and arrays of other libraries, with the way out.
    ShapeError
        For what is no array at all.
    """
    if not is_host(value):
        return value
    if type(value) is np.ndarray:
        return value if value.dtype.isnative else value.astype(value.dtype.newbyteorder("="))
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        count = int(np.ma.getmaskarray(value).sum())
        raise DataError(f"{name} has {count} masked values, which mean nothing here; fill them, with its method filled")
    if isinstance(value, np.ndarray | np.generic):
        return plain(name, np.asarray(value))
    if hasattr(value, "toarray"):
        raise DataError(f"{name} must be dense, found {type(value).__name__}; convert it with its method toarray")
    if hasattr(value, "shape"):
        raise DataError(f"{name} must be an array of NumPy or CuPy, found {_kind(value)}; convert it first")
    raise ShapeError(f"{name} must be an array, found {type(value).__name__}")


def check_matrix(name: str, array: Any, n_columns: int | None = None, n_rows: int | None = None) -> Any:
    """The array, if it is a finite matrix of real floating-point numbers with the expected shape.

    Parameters
    ----------
    name : str
        As a message shall call the array.
    array : array or data frame
    n_columns, n_rows : int, optional
        Any number by default.

    Returns
    -------
    array
        Plain, see `plain`: to be used instead of the one that was given.

    Raises
    ------
    ShapeError
        Naming the array, the expected and the found shape.
    DataError
        When the dtype is not float32 or float64, or a value is masked, NaN or infinite (the first such row is named).
    """
    if len(getattr(array, "shape", ())) != 2:
        raise ShapeError(f"{name} must be a matrix of shape {_expected(n_rows, n_columns)}, found {describe(array)}")
    array = plain(name, array)
    shape = array.shape
    if (n_columns is not None and shape[1] != n_columns) or (n_rows is not None and shape[0] != n_rows):
        raise ShapeError(f"{name} must have shape {_expected(n_rows, n_columns)}, found {shape}")
    check_floating(name, array)
    check_finite(name, array)
    return array


def _expected(n_rows: int | None, n_columns: int | None) -> str:
    return f"({'n_samples' if n_rows is None else n_rows}, {'n_columns' if n_columns is None else n_columns})"


def check_out(name: str, out: Any, shape: tuple[int, ...], like: Any, any_layout: bool = False) -> None:
    """Refuse an array that results cannot be written into: compiled code writes where it believes the array to be.

    Parameters
    ----------
    name : str
        As a message shall call the array.
    out : array
    shape : tuple of int
    like : array
        One of the dtype and on the device that `out` must have.
    any_layout : bool
        Whether its rows may lie apart, or side by side.

    Raises
    ------
    ShapeError
        For another shape, or what is no array.
    DataError
        For another dtype, another device, another layout, or an array that is read-only.
    """
    found = getattr(out, "shape", None)
    if found != shape:
        raise ShapeError(f"{name} must have shape {shape}, found {type(out).__name__ if found is None else found}")
    if is_host(out) != is_host(like) or (is_host(like) and not isinstance(out, np.ndarray)):
        raise DataError(f"{name} must be an array {_place(like)}, found {_kind(out)}")
    if out.dtype != like.dtype:
        raise DataError(f"{name} must be {like.dtype}, found {out.dtype}")
    if is_host(out) and not out.flags.writeable:
        raise DataError(f"{name} is read-only; give an array that can be written")
    if not any_layout and not is_contiguous(out):
        raise DataError(f"{name} must be contiguous, row after row, found strides {out.strides}")


def check_device(name: str, array: Any, xp: Any, owner: str) -> None:
    """Raise DataError when an array is not on the device of what works with it.

    Parameters
    ----------
    name : str
        As a message shall call the array.
    array : array
    xp : module
        The array module of the owner.
    owner : str
        "the encoder", say.
    """
    if is_host(array) != (xp.__name__ != "cupy"):
        other = "on the GPU" if is_host(array) else "in host memory"
        raise DataError(f"{name} are {_place(array)}, but {owner} is {other}; move one of them")


def is_contiguous(array: Any) -> bool:
    """Whether the entries follow each other in memory, row by row."""
    step = array.itemsize
    for length, stride in zip(reversed(array.shape), reversed(array.strides), strict=True):
        if length > 1 and stride != step:
            return array.size == 0
        step *= length
    return True


def as_number(value: Any) -> float:
    """The value as float, NaN where it is no real number: no comparison with NaN holds, so a check refuses it."""
    if isinstance(value, str | bytes | bool | complex | np.bool_ | np.complexfloating) or np.ndim(value):
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def check_floating(name: str, array: Any) -> None:
    """Raise DataError when an array is neither float32 nor float64."""
    if array.dtype != np.float32 and array.dtype != np.float64:
        raise DataError(f"{name} must be float32 or float64, found {array.dtype}")


def check_finite(name: str, array: Any) -> None:
    """Raise DataError naming the first row of a matrix (or the first entry) that holds NaN or Inf."""
    xp = namespace(array)
    if is_finite(array):
        return
    rows = array.reshape(array.shape[0] if array.ndim else 1, -1)
    bad = ~xp.isfinite(rows).all(axis=1) if array.size else xp.zeros(0, bool)
    if bool(bad.any()):
        raise DataError(
            f"{name} holds NaN or Inf in {int(bad.sum())} of {len(bad)} rows, first in row {int(bad.argmax())}"
        )


def is_finite(array: Any) -> bool:
    """Whether no value is NaN or infinite; a sum that overflows is no proof."""
    xp = namespace(array)
    if array.size <= FEW:
        return bool(xp.isfinite(array).all())
    with np.errstate(over="ignore", invalid="ignore"):
        if bool(xp.isfinite(xp.sum(array))):  # NaN and Inf survive a sum: one pass, no temporary
            return True
    return bool(xp.isfinite(array).all())


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


def _place(array: Any) -> str:
    return "in host memory" if is_host(array) else "on the GPU"


def _kind(value: Any) -> str:
    """Type and dtype of something that is no array of the expected kind."""
    kind = f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}"
    return f"{kind} of {value.dtype}" if hasattr(value, "dtype") else kind


def describe(value: Any) -> str:
    """What was found instead of a matrix, in words."""
    shape = getattr(value, "shape", None)
    return f"{type(value).__name__}" if shape is None else f"shape {tuple(shape)}"
