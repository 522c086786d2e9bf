"""Noise on pictures, and how well it is removed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.seeds import generator, seed_for


def noisy_picture(clean: np.ndarray, noise: float, study_seed: int, pictures: str, name: str) -> np.ndarray:
    """Add Gaussian noise to a test picture: for each method the same.

    Parameters
    ----------
    clean : array, (height, width), float32
    noise : float
        Its standard deviation, in the unit of the picture.
    study_seed : int
    pictures, name : str
        The set, and the picture in it.

    Returns
    -------
    noisy : array, (height, width), float32
        Not clipped.
    """
    draws = generator(seed_for(study_seed, "crsae_test_noise", pictures, name))
    return clean + np.float32(noise) * draws.standard_normal(clean.shape, dtype=np.float32)


def psnr_db(clean: Any, found: Any) -> float:
    """Return the peak signal-to-noise ratio as the authors compute it.

    Parameters
    ----------
    clean, found : array, (height, width)

    Returns
    -------
    psnr : float
        In dB; the peak is the largest value of the clean picture, and nothing is clipped. Infinite for equal pictures.
    """
    clean, found = (to_host(picture).astype(np.float64) for picture in (clean, found))
    error = float(np.mean(np.square(clean - found)))
    return math.inf if error == 0 else 20 * math.log10(float(clean.max())) - 10 * math.log10(error)


def middle(picture: np.ndarray, side: int | None) -> np.ndarray:
    """Return the middle of a picture.

    Parameters
    ----------
    picture : array, (height, width)
    side : int or None
        Its largest height and width; None for the whole picture.

    Returns
    -------
    middle : array, contiguous
    """
    sizes = [size if side is None else min(size, side) for size in picture.shape]
    starts = [(size - own) // 2 for size, own in zip(picture.shape, sizes, strict=True)]
    cuts = tuple(slice(start, start + own) for start, own in zip(starts, sizes, strict=True))
    return np.ascontiguousarray(picture[cuts])
