"""The noise of a picture, and the penalty that suppresses it."""

from __future__ import annotations

import math

import numpy as np

from lsalsa.errors import ShapeError
from lsalsa.metrics import noise_std

OVERLAP = 0.6
"""Factor on the penalty where patches overlap: their average removes most of the noise that slips through. Chosen once,
on four pictures of Set12 with noise of 10 to 40 grey levels; it is worth about one decibel."""


def estimate_noise(picture: np.ndarray) -> float:
    """Standard deviation of white noise in a picture.

    Parameters
    ----------
    picture : array, (height, width) or (height, width, n_channels)
        At least 2 x 2 pixels.

    Returns
    -------
    noise : float
        The median of the absolute diagonal details of the finest Haar wavelet over 0.6745, in the picture's unit; the
        mean over channels. Fine texture counts as noise, and a picture that was enlarged or packed with loss has less
        noise in its finest details than it has at larger scales.

    References
    ----------
    Donoho and Johnstone 1994, "Ideal spatial adaptation by wavelet shrinkage", section 5.
    """
    if min(picture.shape[:2]) < 2:
        raise ShapeError(f"noise is estimated from at least 2 x 2 pixels, found {picture.shape}")
    height, width = (length // 2 * 2 for length in picture.shape[:2])
    even = picture[:height, :width].astype(np.float64)
    details = (even[::2, ::2] - even[1::2, ::2] - even[::2, 1::2] + even[1::2, 1::2]) / 2
    return float(np.mean(noise_std(details, axis=(0, 1))))


def penalty_of_noise(noise: float, n_atoms: int, *, overlap: bool = False) -> float:
    """The penalty under which white noise alone has, most likely, a code of zeros.

    Parameters
    ----------
    noise : float
        Its standard deviation, above 0.
    n_atoms : int
        Atoms of norm 1.
    overlap : bool
        Whether the patches overlap, and are averaged.

    Returns
    -------
    penalty : float
        noise sqrt(2 log n_atoms): about the largest of the inner products of noise with that many atoms; `OVERLAP` of
        it for patches that overlap.

    References
    ----------
    Chen, Donoho and Saunders 1998, "Atomic decomposition by basis pursuit", section 5.
    """
    return (OVERLAP if overlap else 1.0) * noise * math.sqrt(2 * math.log(max(n_atoms, 2)))
