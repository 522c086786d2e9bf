"""Exact convolutional codes on the host, one signal after the other; the method is in `clusters`."""

from typing import Any

import numpy as np

from lsalsa.arrays import is_host
from lsalsa.errors import ConfigError
from lsalsa.exact.clusters import solve_codes
from lsalsa.problem.convolutional import ConvolutionalProblem

SMALLEST = 1e-12  # violation of an optimality condition, as a share of the penalty, that rounding lets be found


class ClusterActiveSet:
    """Solves tiles of signals of one convolutional problem, in float64.

    Parameters
    ----------
    problem : ConvolutionalProblem
        In float64, in host memory.
    tolerance : float
        Largest relative duality gap wanted. A code is accepted when no optimality condition is violated by more than
        half of it, as a share of the penalty: the gap is then at most the tolerance.
    max_iterations : int
        Clusters solved after which a signal is given up, as a mean over the blocks of its positions.

    Raises
    ------
    ConfigError
        When the filters are on a GPU.
    """

    def __init__(self, problem: ConvolutionalProblem, tolerance: float, max_iterations: int):
        if not is_host(problem.filters):
            raise ConfigError("active_set needs filters in host memory, found them on a GPU; take proximal there")
        self.tolerance, self.max_iterations = tolerance, max_iterations
        self.problem, self.violation = problem, max(tolerance / 2, SMALLEST)
        penalties = np.asarray(problem.penalties)
        self.taps = problem.taps / penalties / penalties[:, None, None, None]  # in units of the penalty, as `clusters`
        self.penalties = problem.penalty_of_atom
        self.rows = problem.grid[0] if len(problem.grid) == 2 else 1
        self.max_solves = max_iterations * self.rows * -(-problem.grid[-1] // self.taps.shape[2])

    def __call__(self, signals: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Optimal codes of a tile, (tile, n_atoms), from the given ones, which are overwritten."""
        operator, residual = self.problem.operator, signals
        if self.problem.nonnegative:
            np.maximum(codes, 0.0, out=codes)
        if codes.any():
            residual = signals - operator.synthesize(codes, np.empty_like(signals))
        correlations = operator.correlate(residual, np.empty_like(codes))
        correlations /= self.penalties
        codes *= self.penalties
        for code, correlation in zip(codes, correlations, strict=True):
            self._solve(code.reshape(self.rows, -1), correlation.reshape(self.rows, -1))
        codes /= self.penalties
        return codes

    def again(self, signals: np.ndarray) -> np.ndarray:
        """Codes of signals that missed the tolerance, by another method."""
        from lsalsa.exact.proximal import RestartedProximal

        solver = RestartedProximal(self.problem, self.tolerance, self.max_iterations)
        return solver(signals, np.zeros((len(signals), self.problem.n_atoms)))

    def _solve(self, x: Any, correlations: Any) -> None:
        nonnegative, violation = self.problem.nonnegative, self.violation
        solve_codes(self.taps, nonnegative, x, correlations, violation, self.max_solves)
