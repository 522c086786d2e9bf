"""Alternating stochastic gradient steps on a saddle-point problem (LSALSA paper, section 5.3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SaddleProblem:
    """min over the first blocks, max over the others, of 1/2 x^T H x; the solution is x = 0.

    It meets the paper's assumptions 1 to 3 with known constants. Each block is strongly convex (or concave) with
    modulus beta, and smooth with constant alpha. Two blocks disturb each other by at most gamma.

    Attributes
    ----------
    hessian : array, (n_blocks * size, n_blocks * size)
        Symmetric.
    n_min, n_max : int
        K1 blocks to minimise over, K2 to maximise over.
    smoothness, strong_convexity, coupling : float
        The paper's alpha, beta and gamma.

    References
    ----------
    LSALSA paper, equations 21 to 24.
    """

    hessian: np.ndarray
    n_min: int
    n_max: int
    smoothness: float
    strong_convexity: float
    coupling: float

    @property
    def n_blocks(self) -> int:
        """K, the number of blocks."""
        return self.n_min + self.n_max

    @property
    def size(self) -> int:
        """Entries of a block."""
        return len(self.hessian) // self.n_blocks

    def gradient(self, points: np.ndarray, block: int) -> np.ndarray:
        """Return the gradient in one block at points (n_runs, n_blocks, size): array, (n_runs, size)."""
        columns = self.hessian[:, block * self.size : (block + 1) * self.size]
        return points.reshape(len(points), -1) @ columns

    def direction(self, block: int) -> float:
        """-1 for a block that descends, +1 for one that ascends."""
        return -1.0 if block < self.n_min else 1.0

    def flattest(self) -> np.ndarray:
        """Return unit vectors of least curvature, one for each block: array, (n_blocks, size)."""
        size = self.size
        blocks = [self.hessian[d * size :, d * size :][:size, :size] for d in range(self.n_blocks)]
        found = [np.linalg.eigh(-self.direction(d) * block) for d, block in enumerate(blocks)]
        return np.stack([vectors[:, 0] for _, vectors in found])

    def gradient_bound(self, radius: float, noise: float) -> float:
        """Return sigma^2 = sum_d sigma_d^2, which bounds the mean square of the noisy gradient.

        Parameters
        ----------
        radius : float
            r: all blocks stay within this distance of the solution.
        noise : float
            Standard deviation of the noise on each entry of a gradient.

        Returns
        -------
        bound : float

        References
        ----------
        LSALSA paper, assumption 4.
        """
        steepest = radius * (self.smoothness + self.coupling * (self.n_blocks - 1))
        return self.n_blocks * (steepest**2 + self.size * noise**2)


def sample_saddle(
    rng: np.random.Generator,
    *,
    n_min: int,
    n_max: int,
    size: int,
    smoothness: float,
    strong_convexity: float,
    coupling: float,
) -> SaddleProblem:
    """Sample a `SaddleProblem` that attains each of the given constants.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_min, n_max, size : int
        Blocks to minimise over, blocks to maximise over, entries of each.
    smoothness, strong_convexity : float
        Largest and smallest curvature of a block, smoothness >= strong_convexity > 0.
    coupling : float
        Spectral norm of the Hessian between two blocks, at least 0.

    Returns
    -------
    problem : SaddleProblem
    """
    n_blocks = n_min + n_max
    hessian = np.zeros((n_blocks, size, n_blocks, size))
    for d in range(n_blocks):
        axes = np.linalg.qr(rng.standard_normal((size, size)))[0]
        sign = 1.0 if d < n_min else -1.0
        hessian[d, :, d] = sign * (axes * np.linspace(strong_convexity, smoothness, size)) @ axes.T
        for i in range(d):
            between = rng.standard_normal((size, size))
            hessian[d, :, i] = coupling * between / np.linalg.norm(between, 2)
            hessian[i, :, d] = hessian[d, :, i].T
    flat = hessian.reshape(n_blocks * size, n_blocks * size)
    return SaddleProblem(flat, n_min, n_max, smoothness, strong_convexity, coupling)


def gradient_operator(problem: SaddleProblem, points: np.ndarray, block: int, step_size: float) -> np.ndarray:
    """Take one exact gradient step of one block: down for a block to minimise over, up for one to maximise over.

    Parameters
    ----------
    problem : SaddleProblem
    points : array, (n_runs, n_blocks, size)
    block : int
    step_size : float

    Returns
    -------
    moved : array, (n_runs, size)

    References
    ----------
    LSALSA paper, equation 50.
    """
    return points[:, block] + problem.direction(block) * step_size * problem.gradient(points, block)


def alternating_step(
    problem: SaddleProblem, points: np.ndarray, step_size: float, noise: np.ndarray, radius: float
) -> np.ndarray:
    """Take one round over all blocks and project each on a ball. A block sees the new values of the blocks before it.

    Parameters
    ----------
    problem : SaddleProblem
    points : array, (n_runs, n_blocks, size)
    step_size : float
    noise : array, (n_runs, n_blocks, size)
        Added to the gradients.
    radius : float
        r; a block is projected on the ball of radius r / 2 around the solution.

    Returns
    -------
    points : array, (n_runs, n_blocks, size)

    References
    ----------
    LSALSA paper, equation 23.
    """
    points = points.copy()
    for d in range(problem.n_blocks):
        moved = gradient_operator(problem, points, d, step_size)
        moved += problem.direction(d) * step_size * noise[:, d]
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        points[:, d] = moved * np.minimum(1.0, 0.5 * radius / np.maximum(lengths, np.finfo(float).tiny))
    return points
