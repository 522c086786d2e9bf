"""A layer of LSALSA as a function of all layers before it (LSALSA paper, supplement B)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from papers.lsalsa.theory import Form


def layers(
    filtered: np.ndarray, splitting: np.ndarray, thresholds: np.ndarray, mu: float, depth: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Run the layers of LSALSA as Algorithm 4 prints them.

    Parameters
    ----------
    filtered : array, (n_samples, n_atoms)
        W_e y.
    splitting : array, (n_atoms, n_atoms)
        The transpose of the paper's S.
    thresholds : array, (n_atoms,)
    mu : float
    depth : int

    Returns
    -------
    u : list of array, (n_samples, n_atoms)
        u(1) ... u(depth + 1).
    sums : list of array, (n_samples, n_atoms)
        x(t) + d(t) for t = 0 ... depth.

    References
    ----------
    LSALSA paper, Algorithm 4.
    """
    x, d = filtered, np.zeros_like(filtered)
    u, sums = [shrink(x, thresholds)], [x]
    for _ in range(depth):
        x = (filtered + mu * (u[-1] - d)) @ splitting
        d = d - u[-1] + x
        sums.append(x + d)
        u.append(shrink(x + d, thresholds))
    return u, sums


def shrink(values: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Soft thresholding, entry by entry (LSALSA paper, equation 12)."""
    return values - np.clip(values, -thresholds, thresholds)


def cross_layer(
    filtered: np.ndarray, u: Sequence[np.ndarray], splitting: np.ndarray, mu: float, form: Form
) -> np.ndarray:
    """Compute x(t) + d(t) from W_e y and u(1) ... u(t) alone.

    With M = I - mu S and Q = I - 2 mu S it is
    (2 I + Q sum_{n=0}^{t-2} M^n) S W_e y - Q sum_{n=0}^{t-1} M^n u(t-n).

    Parameters
    ----------
    filtered : array, (n_samples, n_atoms)
        W_e y.
    u : sequence of array, (n_samples, n_atoms)
        u(1) ... u(t), t >= 1.
    splitting : array, (n_atoms, n_atoms)
        The transpose of the paper's S; any matrix.
    mu : float
    form : {"printed", "corrected"}
        The print has + M u(t-1) instead of - M u(t-1).

    Returns
    -------
    sums : array, (n_samples, n_atoms)

    References
    ----------
    LSALSA paper, supplement B, the last display before equation 35.
    """
    identity = np.eye(len(splitting))
    decay, outer = identity - mu * splitting, identity - 2 * mu * splitting
    start = filtered @ splitting
    total = 2 * start
    power = identity
    for n, earlier in enumerate(reversed(u)):
        sign = 1.0 if form == "printed" and n == 1 else -1.0
        total = total + sign * earlier @ power @ outer
        if n < len(u) - 1:
            total = total + start @ power @ outer
        power = power @ decay
    return total
