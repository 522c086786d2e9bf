"""An accelerated proximal method on whole matrices, run until every sample is certified; for arrays on a GPU."""

from typing import Any

from lsalsa.arrays import kernels_for, namespace
from lsalsa.problem import SparseCodingProblem
from lsalsa.solvers.ista import gradient_step

CHECK_EVERY = 50


class RestartedProximal:
    """FISTA in float64 with a restart of a sample's momentum where it points uphill (O'Donoghue and Candes 2015).

    Samples leave the matrix as soon as their relative duality gap is below the tolerance.
    """

    def __init__(self, problem: SparseCodingProblem, tolerance: float, max_iterations: int):
        self.problem, self.tolerance, self.max_iterations = problem, tolerance, max_iterations
        step = 1.0 / problem.lipschitz
        self.filter, self.transition = gradient_step(problem, step)
        self.thresholds, self.kernels = problem.thresholds * step, kernels_for(problem.dictionary)

    def __call__(self, signals: Any, codes: Any) -> Any:
        """Optimal codes of a tile, (tile, n_atoms), float64, from the given ones, which are overwritten."""
        xp = namespace(signals)
        left = xp.flatnonzero(self.problem.relative_gap(signals, codes) > self.tolerance)
        state = self._begin(signals[left], codes[left])
        for _ in range(0, self.max_iterations, CHECK_EVERY):
            if not left.size:
                break
            state = self._advance(xp, state)
            fit, x, v, momentum = state
            codes[left] = x
            keep = xp.flatnonzero(self.problem.relative_gap(signals[left], x) > self.tolerance)
            left = left[keep]
            state = fit[keep], x[keep], v[keep], momentum[keep]
        return codes

    def _begin(self, signals: Any, codes: Any) -> tuple:
        xp = namespace(signals)
        return signals @ self.filter, codes.copy(), codes.copy(), xp.ones((signals.shape[0], 1))

    def _advance(self, xp: Any, state: tuple) -> tuple:
        fit, x, v, momentum = state
        for _ in range(CHECK_EVERY):
            moved = v @ self.transition
            new = xp.empty_like(moved)
            self.kernels.shrink_sum(moved, fit, self.thresholds, new)
            uphill = xp.sum((v - new) * (new - x), axis=1, keepdims=True) > 0
            momentum = xp.where(uphill, 1.0, momentum)
            following = (1.0 + xp.sqrt(1.0 + 4.0 * momentum * momentum)) / 2.0
            v = new + xp.where(uphill, 0.0, (momentum - 1.0) / following) * (new - x)
            x, momentum = new, following
        return fit, x, v, momentum
