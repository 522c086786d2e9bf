"""The largest eigenvalue of H^T H, bounded for signals of every size."""

from typing import Any

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.arrays.unit_norm import power_of_two
from lsalsa.convolution.operator import as_picture
from lsalsa.errors import DataError, DivergedError

OVERSAMPLING = 16  # frequencies for each degree of the symbol; the bound is then at most 2 % high for each axis


def lipschitz_bound(filters: Any, stride: tuple[int, ...], ceiling: float = np.inf) -> float:
    """An upper bound on the largest eigenvalue of H^T H, whatever the size of the signals.

    On an endless signal, H is a multiplication with its polyphase symbol at each frequency: a matrix that maps the
    filters' codes to the stride's phases, a trigonometric polynomial in the frequency. A finite signal has a section
    of that operator, whose norm is not larger. The squared norm of the symbol is maximised over a grid of
    frequencies; a trigonometric polynomial of degree d on M equidistant points misses at most the factor
    cos(pi d / M), by which the maximum is divided.

    Parameters
    ----------
    filters : array, (length, n_filters) or (height, width, n_filters)
    stride : tuple of int
    ceiling : float
        What counts as run away.

    Returns
    -------
    lipschitz : float
        A few percent above the exact value for long signals, more above it for short ones.

    Raises
    ------
    DivergedError
        When the bound is above the ceiling or the filters are not finite, as happens to filters that are being learned
        at too high a rate: they all turn into the same low-pass.
    DataError
        When the filters are so small or large that float64 does not hold their squares.

    References
    ----------
    Ehlich and Zeller 1964, "Schwankung von Polynomen zwischen Gitterpunkten", for the factor.
    """
    taps, step = as_picture(to_host(filters).astype(np.float64), stride)
    if not np.isfinite(taps).all():
        raise DivergedError("the filters have run away: they hold NaN or Inf; lower the learning rate")
    scale = float(power_of_two(taps))
    phases = _phases(taps / scale, step)
    degrees = np.array(phases.shape[2:]) - 1
    sizes = np.maximum(1, OVERSAMPLING * degrees)
    symbol = np.moveaxis(np.fft.rfftn(phases, sizes, axes=(2, 3)), (0, 1), (2, 3))
    if symbol.shape[2] > symbol.shape[3]:
        symbol = symbol.swapaxes(2, 3)
    largest = np.linalg.eigvalsh(symbol @ symbol.conj().swapaxes(2, 3)).max()
    with np.errstate(over="ignore", under="ignore"):
        bound = float(largest / np.cos(np.pi * degrees / sizes).prod()) * scale**2 if 1e-150 < scale < 1e150 else 0.0
    if not 1e-300 < bound < np.inf:
        raise DataError(
            f"the filters have entries up to about {scale:.3g}, whose squares leave the range of float64; "
            f"scale filters and penalties by one factor"
        )
    if bound > ceiling:
        raise DivergedError(
            f"the filters have run away: the largest eigenvalue of H^T H is {bound:.3g}, above {ceiling:g}; "
            f"lower the learning rate or take more iterations"
        )
    return bound


def _phases(taps: np.ndarray, stride: tuple[int, int]) -> np.ndarray:
    """Every stride-th tap from each phase on: array, (n_phases, n_filters, taps of a phase down, and across)."""
    height, width, n_filters = taps.shape
    lengths = [-(-size // step) for size, step in zip((height, width), stride, strict=True)]
    padded = np.zeros((lengths[0] * stride[0], lengths[1] * stride[1], n_filters))
    padded[:height, :width] = taps
    parts = padded.reshape(lengths[0], stride[0], lengths[1], stride[1], n_filters)
    return parts.transpose(1, 3, 4, 0, 2).reshape(stride[0] * stride[1], n_filters, *lengths)
