"""All metrics, computed in float64 and the same way for every method."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import namespace, to_host
from lsalsa.arrays.checks import plain
from lsalsa.errors import DataError, ShapeError

CHUNK_ROWS = 256  # of samples that are measured together, so that copies in float64 stay in the cache
MAD_TO_STD = 0.6745  # median of the absolute values of normal noise, over its standard deviation


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


def support_f1(codes: Any, targets: Any) -> float:
    """F1 of the support: 2 |both| / (|codes| + |targets|), counting entries that are not zero over all samples.

    Parameters
    ----------
    codes, targets : array, (n_samples, n_atoms)

    Returns
    -------
    float
        In [0, 1], 1 where the same entries are not zero; NaN where neither has any.
    """
    mine, wanted = _values("codes", codes) != 0, _values("targets", targets) != 0
    _check_same_shape(mine, wanted)
    total = float(mine.sum()) + float(wanted.sum())
    both = mine.multiply(wanted) if hasattr(mine, "multiply") else mine & wanted
    return 2.0 * float(both.sum()) / total if total else float("nan")


def error_percent(predicted: Any, labels: Any) -> float:
    """Share of samples whose predicted class is not their label, in percent."""
    predicted, labels = to_host(predicted), to_host(labels)
    _check_same_shape(predicted, labels)
    return 100.0 * _mean_or_nan(predicted != labels)


def psnr(estimates: Any, targets: Any, *, peak: float = 1.0) -> float:
    """Peak signal-to-noise ratio: 10 log10(peak^2 / mean of (estimate - target)^2), over samples and entries.

    The error is averaged before the logarithm. Samples are patches: this is the PSNR of the picture that they tile, as
    image restoration reports it per picture. A mean of the patches' own PSNR would be infinite as soon as one blank
    patch is exact.

    Parameters
    ----------
    estimates, targets : array, (n_samples, n_features)
    peak : float
        Largest value that a target may have: 1 for images scaled to [0, 1].

    Returns
    -------
    float
        In dB, larger is better. Infinite where all is exact, -inf where an estimate is infinite, NaN where one is NaN
        or there are no samples.
    """
    _check_same_shape(estimates, targets)
    sums = [float(_squares(estimates[rows], targets[rows]).sum()) for rows in _chunks(len(targets))]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.float64(sum(sums)) / np.prod(targets.shape)
        return float(20.0 * np.log10(peak) - 10.0 * np.log10(mean))


def si_sdr(estimates: Any, targets: Any) -> float:
    """The median of `si_sdr_per_sample` over the samples that have one; NaN if none has, or an estimate is not finite.

    A median, as SiSEC reports its ratios (Stöter, Liutkus and Ito 2018): a sample without anything of its source has
    -inf, one that is exact has inf, and a mean would know nothing else. Of an even number the lower one.
    """
    values = si_sdr_per_sample(estimates, targets)
    values = values[~_is_constant(to_host(_values("targets", targets)))]
    return float(np.quantile(values, 0.5, method="lower")) if values.size else float("nan")


def si_sdr_per_sample(estimates: Any, targets: Any) -> np.ndarray:
    """Scale-invariant signal-to-distortion ratio of each sample (Le Roux, Wisdom, Erdogan and Hershey 2019).

    10 log10(|a s|^2 / |a s - e|^2) with a = <e, s> / <s, s>, of the target s and the estimate e without their means:
    it sees whether the picture is right, whatever its brightness and contrast.

    Parameters
    ----------
    estimates, targets : array, (n_samples, n_features)

    Returns
    -------
    ratios : array, (n_samples,), float64
        In dB. Infinite for an exact estimate up to scale and offset, -inf for one that is constant or has nothing of
        the target; NaN for a constant target, such as a blank patch, and for an estimate that is not finite.
    """
    _check_same_shape(estimates, targets)
    found, wanted = to_host(_values("estimates", estimates)), to_host(_values("targets", targets))
    ratios = [_si_sdr(found[rows], wanted[rows]) for rows in _chunks(len(wanted))]
    return np.concatenate([np.empty(0), *ratios])


def leak(estimates: Any, target: Any, others: Sequence[Any]) -> float:
    """How much of the other sources is left in the estimate of one: 0 for nothing, 1 for all of them.

    In each sample the estimate is fitted by a constant, its own source and the others, by least squares. What the
    others contribute is compared with the others themselves: root of the ratio of their energies over all samples,
    means removed (the interference of Vincent, Gribonval and Févotte 2006, over the sources that interfere).

    Parameters
    ----------
    estimates, target : array, (n_samples, n_features)
        The estimate of one source, and that source.
    others : sequence of array, (n_samples, n_features)
        The other sources of the same mixtures, at least one.

    Returns
    -------
    float
        NaN where an estimate is not finite, or the others are constant in every sample.
    """
    for other in (target, *others):
        _check_same_shape(estimates, other)
    found, *sources = (to_host(_values("sources", each)) for each in (estimates, target, *others))
    energies = [_leaked([each[rows] for each in sources], found[rows]) for rows in _chunks(len(found))]
    left, whole = np.sum(energies, axis=0) if energies else (0.0, 0.0)
    return float(np.sqrt(left / whole)) if whole else float("nan")


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


def _si_sdr(estimates: np.ndarray, targets: np.ndarray) -> np.ndarray:
    found, wanted = _centred(estimates), _centred(targets)
    energy = np.einsum("nf,nf->n", wanted, wanted)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.einsum("nf,nf->n", found, wanted) / energy
        rest = scale[:, None] * wanted - found
        ratios = 10.0 * (np.log10(scale**2 * energy) - np.log10(np.einsum("nf,nf->n", rest, rest)))
    ratios[_is_constant(estimates)] = -np.inf
    ratios[_is_constant(targets)] = np.nan
    return ratios


def _leaked(sources: Sequence[np.ndarray], estimates: np.ndarray) -> tuple[float, float]:
    """Energy that the sources after the first contribute to estimates of the first, and their own energy."""
    found, parts = _centred(estimates), np.stack([_centred(source) for source in sources], axis=1)
    if not np.isfinite(found).all():
        return float("nan"), float("nan")
    gram, seen = parts @ parts.transpose(0, 2, 1), (parts @ found[:, :, None])[:, :, 0]
    shares = (np.linalg.pinv(gram, hermitian=True) @ seen[:, :, None])[:, 1:, 0]
    inner = gram[:, 1:, 1:]
    return float(np.einsum("nd,nde,ne->", shares, inner, shares)), float(inner.sum())


def _centred(values: np.ndarray) -> np.ndarray:
    """Rows without their means, in float64; NaN in a row that is not finite."""
    with np.errstate(invalid="ignore"):
        values = values.astype(np.float64)
        return values - values.mean(axis=1, keepdims=True)


def _chunks(n_rows: int) -> Iterator[slice]:
    """A few rows at a time."""
    return (slice(start, start + CHUNK_ROWS) for start in range(0, n_rows, CHUNK_ROWS))


def _is_constant(values: np.ndarray) -> np.ndarray:
    return (values == values[:, :1]).all(axis=1)


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
