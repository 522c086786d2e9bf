"""How near learned filters are to the true ones, and events found in recordings to those that were there."""

from typing import Any

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.errors import DataError, ShapeError


def filter_errors(learned: Any, true: Any) -> np.ndarray:
    """Distance of learned filters from the true ones, whatever their order, signs and shifts.

    sqrt(1 - rho^2), with the largest correlation rho in absolute value over all shifts, of filters of norm 1 with zeros
    around them (Tolooshams, Dey and Ba 2018). Learned filters are given to the true ones with the least sum of errors.

    Parameters
    ----------
    learned, true : array, (..., n_filters)
        As many of both; none is zero.

    Returns
    -------
    errors : array, (n_filters,), float64
        In [0, 1], in the order of `true`.

    Raises
    ------
    ShapeError
        When there are more of one or the numbers of axes differ.
    DataError
        When a filter is zero, NaN or infinite.
    """
    from scipy.optimize import linear_sum_assignment  # here: every encoder's loss imports this module

    found, wanted = (np.moveaxis(to_host(bank).astype(np.float64), -1, 0) for bank in (learned, true))
    if found.ndim != wanted.ndim or len(found) != len(wanted):
        shapes = (np.moveaxis(bank, 0, -1).shape for bank in (wanted, found))
        raise ShapeError("learned filters must be as many as the true ones, {}, found {}".format(*shapes))
    for name, bank in {"learned": found, "true": wanted}.items():
        bad = ~(np.isfinite(bank).reshape(len(bank), -1).all(axis=1) & bank.reshape(len(bank), -1).any(axis=1))
        if bad.any():
            raise DataError(f"{name} filter {int(bad.argmax()) + 1} of {len(bank)} is zero, NaN or Inf")
    errors = np.array([[_filter_error(mine, theirs) for mine in found] for theirs in wanted])
    return errors[linear_sum_assignment(errors)]


def missed_and_false(estimated: Any, true: Any, tolerance: int) -> tuple[int, int]:
    """Events without an estimate nearby, and estimates without an event nearby.

    Near is a distance of at most `tolerance`. An estimate may be near several events and an event near several
    estimates: nothing is matched one to one (Tolooshams, Dey and Ba 2020 count in the same way, to one side only).

    Parameters
    ----------
    estimated, true : array, (n,), int
        Times in samples, ascending.
    tolerance : int
        In samples.

    Returns
    -------
    missed, false : int
    """
    found = strongest_near(true, estimated, np.ones(len(estimated)), tolerance)
    explained = strongest_near(estimated, true, np.ones(len(true)), tolerance)
    return int((found < 0).sum()), int((explained < 0).sum())


def strongest_near(times: Any, others: Any, strengths: Any, tolerance: int) -> np.ndarray:
    """The largest strength among other times that are near.

    Parameters
    ----------
    times : array, (n,), int
    others : array, (n_others,), int
        Ascending.
    strengths : array, (n_others,)
    tolerance : int
        Largest distance that is near.

    Returns
    -------
    strongest : array, (n,), float64
        -inf where none is near.
    """
    times, others = to_host(times), to_host(others)
    first = np.searchsorted(others, times - tolerance, side="left")
    stop = np.searchsorted(others, times + tolerance, side="right")
    padded = np.append(to_host(strengths).astype(np.float64), -np.inf)  # reduceat needs a last place to stop at
    if not len(times):
        return np.empty(0)
    strongest = np.maximum.reduceat(padded, np.stack([first, stop], axis=1).ravel())[::2]
    return np.where(stop > first, strongest, -np.inf)


def _filter_error(learned: np.ndarray, true: np.ndarray) -> float:
    from scipy.signal import correlate

    overlaps = correlate(learned, true, mode="full", method="direct")
    rho = np.abs(overlaps).max() / (np.linalg.norm(learned) * np.linalg.norm(true))
    return float(np.sqrt(max(0.0, 1.0 - rho**2)))
