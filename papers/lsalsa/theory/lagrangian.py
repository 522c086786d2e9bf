"""The cost function that an LSALSA network minimises, beside SALSA's own (LSALSA paper, sections 5.1 and 5.2).

Arrays are as an encoder keeps them: `filter` is the transpose of the paper's W_e, `splitting` of its S.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from papers.lsalsa.theory import Form


def data_fit(codes: np.ndarray, signals: np.ndarray, dictionary: np.ndarray) -> np.ndarray:
    """1/2 |y - A x|^2, the fidelity term of SALSA.

    Parameters
    ----------
    codes : array, (n_samples, n_atoms)
    signals : array, (n_samples, n_features)
    dictionary : array, (n_features, n_atoms)

    Returns
    -------
    value : array, (n_samples,)

    References
    ----------
    LSALSA paper, equation 4.
    """
    return 0.5 * np.sum((signals - codes @ dictionary.T) ** 2, axis=1)


def learned_fit(
    codes: np.ndarray,
    signals: np.ndarray,
    filter: np.ndarray,
    splitting: np.ndarray,
    mu: float,
    form: Form = "corrected",
) -> np.ndarray:
    """1/2 x^T (S^-1 - mu I) x - (W_e y)^T x + 1/2 y^T y, LSALSA's fidelity term in place of `data_fit`.

    Parameters
    ----------
    codes : array, (n_samples, n_atoms)
    signals : array, (n_samples, n_features)
    filter : array, (n_features, n_atoms)
    splitting : array, (n_atoms, n_atoms)
        Invertible.
    mu : float
    form : {"printed", "corrected"}
        Equation 44 in supplement C prints neither factor 1/2, equation 17 has both.

    Returns
    -------
    value : array, (n_samples,)

    References
    ----------
    LSALSA paper, equation 17 (corrected) and equation 44 (printed).
    """
    half = {"printed": 1.0, "corrected": 0.5}[form]
    curvature = np.linalg.inv(splitting) - mu * np.eye(len(splitting))
    squares = np.sum((codes @ curvature) * codes, axis=1) + np.sum(signals**2, axis=1)
    return half * squares - np.sum((signals @ filter) * codes, axis=1)


def augmented_lagrangian(
    fit: np.ndarray, codes: np.ndarray, u: np.ndarray, d: np.ndarray, penalties: np.ndarray, mu: float
) -> np.ndarray:
    """Fidelity + sum penalty |u| + mu/2 |u - x - d|^2 - mu/2 |d|^2.

    Parameters
    ----------
    fit : array, (n_samples,)
        `data_fit` for the Lagrangian of SALSA, `learned_fit` for that of LSALSA.
    codes, u, d : array, (n_samples, n_atoms)
        x, its sparse copy, and the scaled multipliers.
    penalties : array, (n_atoms,)
    mu : float

    Returns
    -------
    value : array, (n_samples,)

    References
    ----------
    LSALSA paper, equations 11 and 16.
    """
    penalty = np.sum(penalties * np.abs(u), axis=1)
    return fit + penalty + 0.5 * mu * np.sum((u - codes - d) ** 2, axis=1) - 0.5 * mu * np.sum(d**2, axis=1)


def splitting_update(filtered: np.ndarray, u: np.ndarray, d: np.ndarray, splitting: np.ndarray, mu: float):
    """x = S (W_e y + mu (u - d)), the x-update of a layer (LSALSA paper, Algorithm 4).

    Parameters
    ----------
    filtered : array, (n_samples, n_atoms)
        W_e y.
    u, d : array, (n_samples, n_atoms)
    splitting : array, (n_atoms, n_atoms)
    mu : float

    Returns
    -------
    codes : array, (n_samples, n_atoms)
    """
    return (filtered + mu * (u - d)) @ splitting


def curvature_correction(splitting: np.ndarray, dictionary: np.ndarray, mu: float) -> np.ndarray:
    """P = S^-1 - (mu I + A^T A), what learning adds to the curvature of the Lagrangian.

    Parameters
    ----------
    splitting : array, (n_atoms, n_atoms)
        Symmetric and invertible.
    dictionary : array, (n_features, n_atoms)
    mu : float

    Returns
    -------
    correction : array, (n_atoms, n_atoms)

    References
    ----------
    LSALSA paper, equations 19, 20 and 30.
    """
    return np.linalg.inv(splitting) - mu * np.eye(len(splitting)) - dictionary.T @ dictionary


def gradient(function: Callable[[np.ndarray], np.ndarray], codes: np.ndarray) -> np.ndarray:
    """Differentiate a quadratic function by central differences of step 1, which are exact for a quadratic.

    Parameters
    ----------
    function : callable
        Codes (n_samples, n_atoms) -> values (n_samples,).
    codes : array, (n_samples, n_atoms)

    Returns
    -------
    gradient : array, (n_samples, n_atoms)
    """
    steps = np.eye(codes.shape[1])
    return np.stack([0.5 * (function(codes + step) - function(codes - step)) for step in steps], axis=1)
