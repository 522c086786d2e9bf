"""All metrics, computed in float64 and the same way for every method."""

from typing import Any

import numpy as np

from lsalsa.arrays import namespace, to_host
from lsalsa.arrays.checks import plain
from lsalsa.errors import DataError, ShapeError


def rmse(estimates: Any, targets: Any) -> float:
    """Root mean squared difference over samples and entries (docs/method.md, section 6).

    Parameters
    ----------
    estimates, targets : array, (n_samples, n_atoms)

    Returns
    -------
    float
        In the unit of the codes; NaN when an estimate is NaN or there are no samples.
    """
    return float(np.sqrt(_mean_or_nan(_squares(estimates, targets).mean(axis=1))))


def rmse_per_sample(estimates: Any, targets: Any) -> np.ndarray:
    """The `rmse` of each sample: array, (n_samples,), float64."""
    return np.sqrt(to_host(_squares(estimates, targets).mean(axis=1)))


def zero_share(codes: Any) -> float:
    """Share of entries that are exactly zero, in [0, 1] (the papers' sparsity)."""
    return _mean_or_nan(zero_share_per_sample(codes))


def zero_share_per_sample(codes: Any) -> np.ndarray:
    """The `zero_share` of each sample: array, (n_samples,), float64."""
    return to_host((_values("codes", codes) == 0).mean(axis=1, dtype=np.float64))


def near_zero_share(codes: Any, tolerance: float) -> float:
    """Share of entries smaller than `tolerance` in absolute value, in [0, 1]: sparsity of codes that have no zeros."""
    codes = _values("codes", codes)
    return _mean_or_nan(to_host((namespace(codes).abs(codes) < tolerance).mean(axis=1, dtype=np.float64)))


def error_percent(predicted: Any, labels: Any) -> float:
    """Share of samples whose predicted class is not their label, in percent."""
    predicted, labels = to_host(predicted), to_host(labels)
    _check_same_shape(predicted, labels)
    return 100.0 * _mean_or_nan(predicted != labels)


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


def _squares(estimates: Any, targets: Any) -> Any:
    estimates, targets = _values("estimates", estimates), _values("targets", targets)
    _check_same_shape(estimates, targets)
    xp = namespace(estimates, targets)
    with np.errstate(over="ignore", invalid="ignore"):  # a diverged run has huge codes, which is a result
        return xp.square(estimates.astype(np.float64) - targets)


def _values(name: str, given: Any) -> Any:
    """Sparse rows as they are, lists of numbers as an array, and what `plain` takes."""
    if isinstance(given, list | tuple):
        return np.asarray(given)
    return given if getattr(given, "format", None) == "csr" else plain(name, given)


def _mean_or_nan(values: Any) -> float:
    return float(values.mean()) if values.size else float("nan")


def _check_same_shape(estimates: Any, targets: Any) -> None:
    if estimates.shape != targets.shape:
        raise ShapeError(f"estimates have shape {estimates.shape}, but targets have shape {targets.shape}")
