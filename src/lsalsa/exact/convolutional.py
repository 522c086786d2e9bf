"""Exact convolutional codes on the host, one signal after the other; the method is in `clusters`."""

import numpy as np

from lsalsa.arrays import is_host
from lsalsa.errors import ConfigError
from lsalsa.exact.clusters import solve_codes, support_of
from lsalsa.problem.convolutional import ConvolutionalProblem

SMALLEST = 1e-12  # violation of an optimality condition, as a share of the penalty, that rounding lets be found


class ClusterActiveSet:
    """Solves tiles of signals of one convolutional problem, in float64.

    Filters are divided by their penalties, so that all penalties are 1, as `clusters` has it; codes are multiplied.

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
        self.given, self.tolerance, self.max_iterations = problem, tolerance, max_iterations
        self.penalties, self.problem = np.asarray(problem.penalties), problem.of_unit_penalties()
        self.violation = max(tolerance / 2, SMALLEST)
        self.rows = problem.grid[0] if len(problem.grid) == 2 else 1
        self.max_solves = max_iterations * self.rows * -(-problem.grid[-1] // self.problem.taps.shape[2])

    def __call__(self, signals: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Optimal codes of a tile, (tile, n_atoms), from the given ones, which are overwritten."""
        if self.problem.nonnegative:
            np.maximum(codes, 0.0, out=codes)
        if codes.any():
            self._scale(codes, self.penalties)
            signals = signals - self.problem.operator.synthesize(codes, np.empty_like(signals))
        self.repair(signals, codes)
        self._scale(codes, 1 / self.penalties)
        return codes

    def repair(self, residual: np.ndarray, codes: np.ndarray) -> None:
        """Make codes optimal.

        Parameters
        ----------
        residual : array, (tile, n_features)
            y - H x.
        codes : array, (tile, n_atoms)
            x times the penalties, not negative where that is not allowed; overwritten.
        """
        correlations = self.problem.operator.correlate(residual, np.empty_like(codes))
        for code, correlation in zip(codes, correlations, strict=True):
            x, left = code.reshape(self.rows, -1), correlation.reshape(self.rows, -1)
            solve_codes(self.problem.taps, self.problem.nonnegative, x, left, self.violation, self.max_solves)

    def again(self, signals: np.ndarray) -> np.ndarray:
        """Codes of signals that missed the tolerance, by another method."""
        from lsalsa.exact.proximal import RestartedProximal

        solver = RestartedProximal(self.given, self.tolerance, self.max_iterations)
        return solver(signals, np.zeros((len(signals), self.given.n_atoms)))

    def _scale(self, codes: np.ndarray, factors: np.ndarray) -> None:
        """Multiply codes by a factor for each filter: those that are not zero, which are few."""
        for code in codes:
            support = support_of(code)
            code[support] *= factors[support % len(factors)]
