"""Denoising by a dictionary of the noisy picture's own patches, as K-SVD denoises (Elad and Aharon, 2006).

Differences from that paper: the atoms are learned by `lsalsa.dictionary.learn_dictionary`, with lasso codes and
gradient steps, not by K-SVD; there are 128 of them, not 256; and the picture is the plain mean of its patches, without
a share of the noisy picture.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lsalsa.dictionary import learn_dictionary
from lsalsa.extras import from_extra
from lsalsa.seeds import generator

SIDE = 8
"""Height and width of a patch."""

# Chosen on six crops of 160 x 160 pixels of BSD68 (every twelfth picture) at sigma 20/255; mean peak signal-to-noise
# ratio in dB. 128 atoms, penalty 3 sigma: error factor 1.0: 29.87, 1.05: 30.14, 1.1: 30.20, 1.15: 30.10; penalty
# 1.5 sigma: 30.21, 4 sigma: 30.17. 64 atoms: 30.17. 256 atoms: 30.26, in twice the time of learning.
N_ATOMS = 128
PENALTY = 3.0
"""Weight of the l1 norm while atoms are learned, in units of the noise."""
ERROR = 1.1
"""Root mean square of what a code leaves of its patch, in units of the noise."""

N_LEARNED = 8000
EPOCHS = 4
TILE = 20_000
"""Patches that are coded together: their codes take 20 MB."""


def denoise_by_patches(noisy: np.ndarray, sigma: float, *, seed: int = 0) -> np.ndarray:
    """Denoise a picture by a dictionary that is learned from it.

    Every patch without its mean gets the shortest greedy code (orthogonal matching pursuit) that leaves no more than
    the noise; each pixel is the mean over the patches that cover it.

    Parameters
    ----------
    noisy : array, (height, width), float32
        At least 8 x 8 pixels.
    sigma : float
        Standard deviation of the noise, in the unit of the picture.
    seed : int
        Of the patches that are learned from.

    Returns
    -------
    picture : array, (height, width), float32
    """
    windows = sliding_window_view(noisy, (SIDE, SIDE))
    grid = windows.shape[:2]
    patches = windows.reshape(-1, SIDE * SIDE)
    means = patches.mean(axis=1, keepdims=True)
    patches = patches - means
    chosen = patches[generator(seed).permutation(len(patches))[:N_LEARNED]]
    atoms = learn_dictionary(chosen, N_ATOMS, float(PENALTY * sigma), method="sgd", epochs=EPOCHS, seed=seed).dictionary
    allowed = SIDE * SIDE * (ERROR * sigma) ** 2
    for first in range(0, len(patches), TILE):
        tile = patches[first : first + TILE]
        tile[:] = _greedy_codes(tile, atoms, allowed) @ atoms.T
    patches += means
    return _mean_of_patches(patches.reshape(1, *grid, SIDE, SIDE), noisy.shape)


def _greedy_codes(patches: np.ndarray, atoms: np.ndarray, allowed: float) -> np.ndarray:
    """Codes, (n_patches, n_atoms), whose squared error is at most `allowed`; a patch below that has none."""
    with from_extra("scikit-learn", "the patch dictionary"):
        from sklearn.linear_model import orthogonal_mp_gram
    energies = np.square(patches).sum(axis=1, dtype=np.float64)
    above = np.flatnonzero(energies > allowed)
    codes = np.zeros((len(patches), atoms.shape[1]), dtype=patches.dtype)
    if len(above):
        with warnings.catch_warnings():
            # a patch that its atoms explain to the last bit ends early, which is no fault
            warnings.simplefilter("ignore", RuntimeWarning)
            products = atoms.T @ patches[above].T
            found = orthogonal_mp_gram(atoms.T @ atoms, products, tol=allowed, norms_squared=energies[above])
        codes[above] = found.reshape(atoms.shape[1], -1).T
    return codes


def _mean_of_patches(patches: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The picture in which each pixel is the mean of the patches, (1, rows, columns, height, width), that cover it."""
    from lsalsa.convolution.compiled import overlap_add  # here: Snakemake imports this module before every run

    total, count = np.zeros((2, 1, *shape), dtype=np.float32)
    overlap_add(patches, (1, 1), (0, 0), total)
    overlap_add(np.ones_like(patches), (1, 1), (0, 0), count)
    return (total / count)[0]
