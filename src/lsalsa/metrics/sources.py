"""How good reconstructed and separated signals are, against the true ones."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.metrics._values import check_same_shape, squares, values_of

CHUNK_ROWS = 256  # of samples that are measured together, so that copies in float64 stay in the cache


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
    check_same_shape(estimates, targets)
    sums = [float(squares(estimates[rows], targets[rows]).sum()) for rows in _chunks(len(targets))]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.float64(sum(sums)) / np.prod(targets.shape)
        return float(20.0 * np.log10(peak) - 10.0 * np.log10(mean))


def si_sdr(estimates: Any, targets: Any) -> float:
    """The median of `si_sdr_per_sample` over the samples that have one; NaN if none has, or an estimate is not finite.

    A median, as SiSEC reports its ratios (Stöter, Liutkus and Ito 2018): a sample without anything of its source has
    -inf, one that is exact has inf, and a mean would know nothing else. Of an even number the lower one.
    """
    values = si_sdr_per_sample(estimates, targets)
    values = values[~_is_constant(to_host(values_of("targets", targets)))]
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
    check_same_shape(estimates, targets)
    found, wanted = to_host(values_of("estimates", estimates)), to_host(values_of("targets", targets))
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
        check_same_shape(estimates, other)
    found, *sources = (to_host(values_of("sources", each)) for each in (estimates, target, *others))
    energies = [_leaked([each[rows] for each in sources], found[rows]) for rows in _chunks(len(found))]
    left, whole = np.sum(energies, axis=0) if energies else (0.0, 0.0)
    return float(np.sqrt(left / whole)) if whole else float("nan")


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


def _is_constant(values: np.ndarray) -> np.ndarray:
    return (values == values[:, :1]).all(axis=1)


def _chunks(n_rows: int) -> Iterator[slice]:
    """A few rows at a time."""
    return (slice(start, start + CHUNK_ROWS) for start in range(0, n_rows, CHUNK_ROWS))
