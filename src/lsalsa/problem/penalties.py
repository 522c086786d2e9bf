"""Penalties as a problem keeps them: one positive number for each of its parts."""

from typing import Any

import numpy as np

from lsalsa.arrays import namespace
from lsalsa.arrays.checks import as_number, describe
from lsalsa.errors import DataError, ShapeError


def checked_penalties(given: Any, count: int, noun: str) -> tuple[float, ...]:
    """One positive penalty for each of the parts of a problem, from one for all or one for each.

    Parameters
    ----------
    given : float or sequence of float
    count : int
        Parts.
    noun : str
        What the parts are called: "filters".

    Raises
    ------
    ShapeError, DataError
        For another number of them, or one that is not positive and finite.
    """
    if isinstance(given, str | bytes) or not hasattr(given, "__len__") or np.ndim(given) == 0:
        given = [given] * count
    if len(given) != count:
        raise ShapeError(f"penalties must be one number or one for each of {count} {noun}, found {len(given)}")
    found = tuple(as_number(each) for each in given)
    for number, (penalty, each) in enumerate(zip(found, given, strict=True), start=1):
        if not (np.isfinite(penalty) and penalty > 0):
            shown = describe(each) if np.ndim(each) else each
            raise DataError(f"penalty {number} must be positive and finite, found {shown}")
    return found


def rounded(thresholds: Any, dtype: Any) -> Any:
    """Positive numbers in a dtype: one that is too large becomes the largest, above which no code entry is."""
    return namespace(thresholds).minimum(thresholds, float(np.finfo(dtype).max)).astype(dtype)
