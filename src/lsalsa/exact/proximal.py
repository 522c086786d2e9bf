"""An accelerated proximal method on whole matrices, run until every sample is certified; for arrays on a GPU."""

from typing import Any

from lsalsa.arrays import namespace
from lsalsa.problem import Problem

CHECK_EVERY = 50


class RestartedProximal:
    """FISTA in float64; it restarts a sample's momentum where that points uphill (O'Donoghue and Candes 2015).

    Samples leave the matrix as soon as their relative duality gap is below the tolerance.

    Parameters
    ----------
    problem : Problem
        float64, in the memory of the signals.
    tolerance : float
        Relative duality gap.
    max_iterations : int
        Steps at most, rounded up to a multiple of `CHECK_EVERY`.
    """

    def __init__(self, problem: Problem, tolerance: float, max_iterations: int):
        self.problem, self.tolerance, self.max_iterations = problem, tolerance, max_iterations
        step = 1.0 / problem.lipschitz
        self.gradient_step, self.thresholds = problem.gradient_step(step), problem.thresholds(step)
        self.kernels = problem.kernels

    def __call__(self, signals: Any, codes: Any) -> Any:
        """Optimal codes of a tile, (tile, n_atoms), float64, from the given ones, which are overwritten."""
        xp = namespace(signals)
        left = xp.flatnonzero(self.problem.relative_gap(signals, codes) > self.tolerance)
        state = self._begin(signals[left], codes[left])
        for _ in range(0, self.max_iterations, CHECK_EVERY):
            if not left.size:
                break
            state = self._advance(xp, state)
            filtered, x, v, momentum = state
            codes[left] = x
            keep = xp.flatnonzero(self.problem.relative_gap(signals[left], x) > self.tolerance)
            left = left[keep]
            state = filtered[keep], x[keep], v[keep], momentum[keep]
        return codes

    def _begin(self, signals: Any, codes: Any) -> tuple:
        xp = namespace(signals)
        filtered = self.gradient_step.of_signals(signals, out=xp.empty_like(codes))
        return filtered, codes.copy(), codes.copy(), xp.ones((signals.shape[0], 1))

    def _advance(self, xp: Any, state: tuple) -> tuple:
        filtered, x, v, momentum = state
        for _ in range(CHECK_EVERY):
            moved = self.gradient_step.of_codes(v, out=xp.empty_like(v))
            new = xp.empty_like(moved)
            self.kernels.soft_threshold_sum(moved, filtered, self.thresholds, new)
            uphill = xp.sum((v - new) * (new - x), axis=1, keepdims=True) > 0
            momentum = xp.where(uphill, 1.0, momentum)
            following = (1.0 + xp.sqrt(1.0 + 4.0 * momentum * momentum)) / 2.0
            v = new + xp.where(uphill, 0.0, (momentum - 1.0) / following) * (new - x)
            x, momentum = new, following
        return filtered, x, v, momentum
