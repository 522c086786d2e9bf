"""The usual methods of denoising, from well-kept packages: the scale on which a reader can place learned filters.

None of them is trained on other pictures. Each has a few settings, chosen on BSD68 at sigma 20/255 and scaled with the
noise; the numbers in the comments are the mean peak signal-to-noise ratios in dB, of twelve whole pictures (every
sixth) unless another number is said. The noisy pictures have 22.1 dB. So BSD68 is no test set for these methods.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from lsalsa.arrays import nearest
from lsalsa.arrays.checks import check_finite
from lsalsa.errors import ConfigError, ShapeError
from lsalsa.extras import from_extra
from lsalsa.study.scoring.exact_peers import load
from papers.crsae.denoising.patch_dictionary import denoise_by_patches

Denoiser = Callable[[np.ndarray, float], np.ndarray]

SMALLEST = 64
"""Least height and width of a picture: three levels of the wavelets, and windows of non-local means, need room."""

# 3 levels 27.07, 2 levels 26.90; db2 26.87, coif1 26.89, db1 (Haar) 26.50
WAVELETS: Mapping[str, Any] = {
    "wavelet": "sym4",
    "wavelet_levels": 3,
    "method": "BayesShrink",
    "mode": "soft",
    "rescale_sigma": True,
}

# 16 shifts 27.84 with sym4, 27.86 with db2, 27.81 with db1; 64 shifts with db1 27.83
LARGEST_SHIFT = 3

# 0.5: 27.49, 0.6: 27.79, 0.65: 27.83, 0.7: 27.81. The best weight grows faster than the noise: at 40/255 it is above
# 0.7, and at 10/255 at most 0.5, where 0.65 loses 0.2 dB.
TV_WEIGHT = 0.65

# Patches of 5 in windows of 15: 0.5: 27.81, 0.6: 27.96, 0.7: 27.91. At 0.6, windows of 21: 27.94. Patches of 3: 27.34
# at 0.7; patches of 7: 27.58.
NON_LOCAL_WIDTH = 0.6
NON_LOCAL: Mapping[str, Any] = {"patch_size": 5, "patch_distance": 7, "fast_mode": True}


def peers(names: Iterable[str] | None = None) -> dict[str, Denoiser]:
    """Return methods of denoising by their names.

    Parameters
    ----------
    names : iterable of str, optional
        Some of `TITLES`, in the order wanted; all by default.

    Returns
    -------
    peers : dict of str to callable
        (noisy, sigma) -> picture. `noisy` is an array (height, width) of at least 64 x 64 float32 or float64 numbers,
        black 0 and white 1, `sigma` the standard deviation of its noise in that unit. The picture has its shape, in
        float32, and is not clipped. The same input gives the same picture.

        A call raises `lsalsa.study.scoring.exact_peers.AbsentPeer` with the reason where the package of an optional
        method is not installed (``bm3d``), and ShapeError, DataError or ConfigError for what is no such picture or
        noise.

    Raises
    ------
    ConfigError
        When there is no such method.
    """
    chosen = list(_METHODS if names is None else names)
    for name in chosen:
        if name not in _METHODS:
            raise nearest("method of denoising", name, _METHODS)
    return {name: partial(_checked, _METHODS[name]) for name in chosen}


def _checked(method: Denoiser, noisy: np.ndarray, sigma: float) -> np.ndarray:
    if noisy.ndim != 2 or noisy.dtype not in (np.float32, np.float64) or min(noisy.shape) < SMALLEST:
        expected = f"float32 or float64 of shape (height, width), at least {SMALLEST} x {SMALLEST}"
        raise ShapeError(f"a noisy picture must be {expected}, found {noisy.dtype} of shape {noisy.shape}")
    check_finite("a noisy picture", noisy)
    if not 0 < sigma < math.inf:
        raise ConfigError(f"sigma must be a positive number, found {sigma}")
    return np.asarray(method(noisy.astype(np.float32), float(sigma)), dtype=np.float32)


def _wavelet(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Shrink wavelet coefficients, with a threshold for each band (BayesShrink: Chang, Yu and Vetterli, 2000)."""
    with from_extra("pywavelets", "denoising by wavelets"):
        import_module("pywt")  # scikit-image imports it in the midst of its work
    return _restoration().denoise_wavelet(noisy, sigma=sigma, **WAVELETS)


def _cycle_spun(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Average what the wavelets make of shifted pictures (Coifman and Donoho, 1995)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that dask is absent: shifts are worked on one after the other
        return _restoration().cycle_spin(noisy, partial(_wavelet, sigma=sigma), LARGEST_SHIFT)


def _total_variation(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Minimise total variation (Rudin, Osher and Fatemi, 1992; algorithm of Chambolle, 2004)."""
    return _restoration().denoise_tv_chambolle(noisy, weight=TV_WEIGHT * sigma)


def _non_local_means(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Average pixels with alike surroundings (Buades, Coll and Morel, 2005)."""
    return _restoration().denoise_nl_means(noisy, h=NON_LOCAL_WIDTH * sigma, sigma=sigma, **NON_LOCAL)


def _bm3d(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Filter stacks of alike patches together (Dabov et al., 2007; the authors' package, for non-commercial use)."""
    return load("bm3d").bm3d(noisy, sigma)


def _restoration() -> Any:
    with from_extra("scikit-image", "the usual methods of denoising"):
        from skimage import restoration
    return restoration


_METHODS: dict[str, Denoiser] = {
    "wavelet": _wavelet,
    "cycle_spun": _cycle_spun,
    "total_variation": _total_variation,
    "non_local_means": _non_local_means,
    "patch_dictionary": denoise_by_patches,
    "bm3d": _bm3d,
}

TITLES = {
    "wavelet": "wavelets (BayesShrink)",
    "cycle_spun": "wavelets, cycle-spun",
    "total_variation": "total variation",
    "non_local_means": "non-local means",
    "patch_dictionary": "patch dictionary (OMP)",
    "bm3d": "BM3D",
}
"""Name of every method -> its words in tables."""
