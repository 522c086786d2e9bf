"""Measure on a trained LSALSA network what the paper's theorems 1 and 2 assume."""

from __future__ import annotations

import numpy as np


def least_curvature(dictionary: np.ndarray) -> float:
    """Compute the smallest eigenvalue of A^T A, which all encoders of a task share; 0 where rounding takes it below.

    Parameters
    ----------
    dictionary : array, (n_features, n_atoms)
    """
    dictionary = np.asarray(dictionary, dtype=np.float64)
    return max(0.0, float(np.linalg.eigvalsh(dictionary.T @ dictionary)[0]))


def assumptions(splitting: np.ndarray, curvature: float, mu: float) -> dict[str, float]:
    """Measure what theorem 2 assumes of the learned matrix S, and how far theorem 1 holds for it.

    Parameters
    ----------
    splitting : array, (n_atoms, n_atoms)
        The transpose of the paper's S, as an encoder keeps it.
    curvature : float
        The `least_curvature` of the task's dictionary.
    mu : float

    Returns
    -------
    facts : dict of float
        strong_convexity : smallest eigenvalue of mu I + A^T A, the modulus beta of SALSA's Lagrangian in x.
        learned_strong_convexity : 1 / largest eigenvalue of (S + S^T) / 2, the modulus after learning. Theorem 2
        assumes that it is larger than `strong_convexity`. It needs a positive `smallest_eigenvalue`.
        asymmetry : |S - S^T| / |S| in the Frobenius norm; theorem 1 needs 0.
        smallest_eigenvalue : of (S + S^T) / 2; theorem 1 needs it positive.
        stationarity : size of the learned Lagrangian's gradient at the x-update, relative to |W_e y + mu (u - d)|, as a
        root mean square over the directions of the latter; theorem 1 says 0.

    References
    ----------
    LSALSA paper, theorems 1 and 2; equations 13, 16 and 17.
    """
    splitting = np.asarray(splitting, dtype=np.float64)
    eigenvalues = np.linalg.eigvalsh((splitting + splitting.T) / 2)
    inverse = np.linalg.inv(splitting)
    defect = splitting @ (inverse + inverse.T) / 2 - np.eye(len(splitting))
    return {
        "strong_convexity": mu + curvature,
        "learned_strong_convexity": 1 / float(eigenvalues[-1]),
        "asymmetry": float(np.linalg.norm(splitting - splitting.T) / np.linalg.norm(splitting)),
        "smallest_eigenvalue": float(eigenvalues[0]),
        "stationarity": float(np.linalg.norm(defect) / np.sqrt(len(splitting))),
    }
