"""An interior-point method for recordings that uses the structure of a convolution.

A general solver factorises a sparse matrix with a row for each entry of a code. Here Newton's system is reduced to one
with a row for each sample (Woodbury). That matrix is banded, because a filter is short, and its band is a convolution.
It is the fastest way of this kind that we know of; what a coder gains over it is no gain over a general-purpose solver.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_solve_banded, cholesky_banded

from lsalsa.convolution import Convolution
from lsalsa.errors import ConfigError
from lsalsa.problem.convolutional import ConvolutionalProblem

BACK = 0.995  # share of the way to the boundary that a step goes at most
START = 0.1  # of the largest correlation: all entries of a code, and distances of correlations to penalties at least


@dataclass(frozen=True)
class Solution:
    """Codes of a window.

    Attributes
    ----------
    codes : array, (1, n_atoms), float64
        Positive where they must not be negative, and never exactly zero.
    n_iterations : int
    reached : bool
        Whether the relative duality gap is at most the tolerance.
    """

    codes: np.ndarray
    n_iterations: int
    reached: bool


class InteriorPoint:
    """Mehrotra's predictor-corrector method for the lasso of a convolution, on a recording's window.

    Codes of both signs are the difference of two non-negative ones, which costs little here: the matrix stays as it is.

    Parameters
    ----------
    problem : ConvolutionalProblem
        Of a recording, with stride 1, in host memory.
    tolerance : float
        Relative duality gap, measured as `relative_gap` does, at which to stop.
    max_iterations : int

    Raises
    ------
    ConfigError
        When the problem is another.

    References
    ----------
    Mehrotra 1992, "On the implementation of a primal-dual interior point method"; Nocedal and Wright 2006, "Numerical
    Optimization", section 16.6, for quadratic objectives.
    """

    def __init__(self, problem: ConvolutionalProblem, tolerance: float, max_iterations: int = 60):
        if problem.stride != (1,):
            raise ConfigError(f"the interior-point method needs recordings and stride 1, found stride {problem.stride}")
        self.problem, self.tolerance, self.max_iterations = problem.astype(np.float64), tolerance, max_iterations
        self.operator, self.weights = self.problem.operator, self.problem.penalty_of_atom
        self.signs = np.array([[1.0]] if problem.nonnegative else [[1.0], [-1.0]])
        length, n_filters = self.problem.filters.shape
        self._padded = np.zeros((1, (problem.n_features + length - 1) * n_filters))
        self._band = Convolution(_products_at_lags(self.problem.filters), (n_filters,), self._padded.shape[1:])

    def __call__(self, signals: np.ndarray) -> Solution:
        """Solve a window, (1, n_features), float64."""
        x, slack = self._begin(signals)
        for iteration in range(self.max_iterations):
            codes = self._codes(x)
            if float(self.problem.relative_gap(signals, codes)[0]) <= self.tolerance:
                return Solution(codes, iteration, True)
            try:
                x, slack = self._advance(signals, x, slack)
            except LinAlgError:  # rounding: the point is as near to the boundary as float64 lets it be
                return Solution(codes, iteration, False)
        return Solution(self._codes(x), self.max_iterations, False)

    def _codes(self, x: np.ndarray) -> np.ndarray:
        return (self.signs * x).sum(axis=0, keepdims=True)

    def _begin(self, signals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Equal entries of the code, and slacks of the optimality conditions that are not small."""
        scale = START * max(float(np.abs(self._correlate(signals)).max()), float(self.weights.max()))
        x = np.full((len(self.signs), self.problem.n_atoms), scale)
        return x, np.maximum(self._slope(signals, x), scale)

    def _slope(self, signals: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Gradient of the objective on non-negative entries, (n_signs, n_atoms)."""
        return self.weights - self.signs * self._correlate(signals - self._synthesize(x))

    def _advance(self, signals: np.ndarray, x: np.ndarray, slack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One iteration: aim at the boundary, see how far that leads, then aim at a point of the central path."""
        missing, mean = self._slope(signals, x) - slack, float(np.mean(x * slack))
        ratio = x / slack
        factor = self._factorised(ratio)

        def direction(target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            """Newton's step towards x * slack = target (both to first order) and missing = 0."""
            wanted = (target - x * slack) / x - missing
            inner = cho_solve_banded((factor, True), self._synthesize(ratio * wanted)[0], check_finite=False)
            of_x = ratio * (wanted - self.signs * self._correlate(inner[None]))
            return of_x, (target - x * slack - slack * of_x) / x

        of_x, of_slack = direction(np.zeros_like(x))
        step = min(_way(x, of_x), _way(slack, of_slack), 1.0)
        centring = (float(np.mean((x + step * of_x) * (slack + step * of_slack))) / mean) ** 3
        of_x, of_slack = direction(centring * mean - of_x * of_slack)
        step = min(BACK * _way(x, of_x), BACK * _way(slack, of_slack), 1.0)
        return x + step * of_x, slack + step * of_slack

    def _factorised(self, ratio: np.ndarray) -> np.ndarray:
        """Cholesky factor of I + H diag(ratio) H^T, lower band: array, (length, n_features)."""
        length, n_filters = self.problem.filters.shape
        first = (length - 1) * n_filters
        self._padded[0, first : first + self.problem.n_atoms] = ratio.sum(axis=0)
        band = self._band.correlate(self._padded, np.empty((1, self.problem.n_features * length)))
        band = band.reshape(-1, length)
        band[:, 0] += 1
        return cholesky_banded(band.T, overwrite_ab=True, lower=True, check_finite=False)

    def _synthesize(self, x: np.ndarray) -> np.ndarray:
        return self.operator.synthesize(self._codes(x), np.empty((1, self.problem.n_features)))

    def _correlate(self, signals: np.ndarray) -> np.ndarray:
        return self.operator.correlate(signals, np.empty((1, self.problem.n_atoms)))


def _products_at_lags(filters: np.ndarray) -> np.ndarray:
    """Products of each filter with itself at every lag, backwards in time: array, (length * n_filters, length)."""
    length, n_filters = filters.shape
    products = np.zeros((length, n_filters, length))
    for lag in range(length):
        products[lag:, :, lag] = (filters[: length - lag] * filters[lag:])[::-1]
    return products.reshape(length * n_filters, length)


def _way(values: np.ndarray, direction: np.ndarray) -> float:
    """How far positive values can go in a direction before one is zero."""
    falling = direction < 0
    return float((-values[falling] / direction[falling]).min()) if falling.any() else np.inf
