"""Weights of a new recurrent network."""

import numpy as np


def glorot(rng: np.random.Generator, n_in: int, n_out: int) -> np.ndarray:
    """Uniform weights of the width that keeps the size of a signal (Glorot and Bengio 2010).

    Parameters
    ----------
    rng : numpy.random.Generator
    n_in, n_out : int

    Returns
    -------
    array, (n_in, n_out), float64
    """
    width = (6.0 / (n_in + n_out)) ** 0.5
    return rng.uniform(-width, width, (n_in, n_out))


def orthogonal(rng: np.random.Generator, n: int) -> np.ndarray:
    """A random orthogonal matrix, without the bias that a QR factorisation leaves in the signs: (n, n), float64."""
    q, r = np.linalg.qr(rng.standard_normal((n, n)))
    return q * np.sign(np.diag(r))
