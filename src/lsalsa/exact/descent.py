"""Coordinate descent on the Gram matrix over an active set, finished on the support by a linear solve; compiled.

For one sample: cycle through the active atoms, each set to its optimum given the others, until little changes; then
solve the linear system that the signs on the support define. If the solution keeps those signs it is exact for the
active set; atoms outside it whose correlation with the residual exceeds the penalty join, and the cycle goes on until
none does.
"""

from typing import Any

import numpy as np
from numba import njit

from lsalsa.problem import SparseCodingProblem

SWEEPS = 5  # sweeps over the active set before a linear solve is tried
VIOLATION = 1e-9  # relative excess of a correlation over its penalty that still counts as none


class CoordinateDescent:
    """Solves tiles of signals of one problem; see the module's text."""

    def __init__(self, problem: SparseCodingProblem, tolerance: float, max_iterations: int):
        self.max_sweeps = max_iterations
        self.dictionary = np.ascontiguousarray(problem.dictionary)
        self.gram = np.ascontiguousarray(problem.gram)
        self.penalties = np.ascontiguousarray(problem.thresholds)

    def __call__(self, signals: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Optimal codes of a tile, (tile, n_atoms), float64, from the given ones, which are overwritten."""
        _solve_tile(self.gram, signals @ self.dictionary, self.penalties, codes, self.max_sweeps)
        return codes


@njit(nogil=True, cache=True)
def _solve_tile(gram: Any, correlations: Any, penalties: Any, codes: Any, max_sweeps: int) -> None:
    n_atoms = gram.shape[0]
    active = np.empty(n_atoms, np.int64)
    factor = np.empty((64, 64))
    for i in range(codes.shape[0]):
        factor = _solve_sample(gram, correlations[i], penalties, codes[i], active, factor, max_sweeps)


@njit(nogil=True, cache=True)
def _solve_sample(
    gram: Any, correlation: Any, penalties: Any, x: Any, active: Any, factor: Any, max_sweeps: int
) -> Any:
    n_active = 0
    for j in range(len(x)):
        if x[j] != 0.0:
            active[n_active] = j
            n_active += 1
    sweeps = 0
    while True:
        slope = _residual_correlation(gram, correlation, x, active, n_active)
        n_before, n_active = n_active, _admit(slope, penalties, x, active, n_active)
        if n_active == n_before and sweeps > 0:
            return factor
        settled = n_active == 0
        while not settled and sweeps < max_sweeps:
            for _ in range(SWEEPS):
                change = _sweep(gram, slope, penalties, x, active, n_active)
            sweeps += SWEEPS
            n_active = _drop_zeros(x, active, n_active)
            if n_active > factor.shape[0]:
                factor = np.empty((2 * n_active, 2 * n_active))
            settled = _finish(gram, correlation, penalties, x, active, n_active, factor) or change == 0.0
            if not settled:
                slope = _residual_correlation(gram, correlation, x, active, n_active)
        if sweeps >= max_sweeps or n_active == 0:
            return factor


@njit(nogil=True, cache=True)
def _residual_correlation(gram: Any, correlation: Any, x: Any, active: Any, n_active: int) -> Any:
    """A^T (y - A x) for all atoms."""
    slope = correlation.copy()
    for k in range(n_active):
        j = active[k]
        if x[j] != 0.0:
            row, value = gram[j], x[j]
            for m in range(len(slope)):
                slope[m] -= row[m] * value
    return slope


@njit(nogil=True, cache=True)
def _admit(slope: Any, penalties: Any, x: Any, active: Any, n_active: int) -> int:
    """Append the inactive atoms that violate optimality at least half as much as the worst of them."""
    inside = np.zeros(len(x), np.bool_)
    for k in range(n_active):
        inside[active[k]] = True
    worst = VIOLATION
    for j in range(len(x)):
        if not inside[j]:
            worst = max(worst, abs(slope[j]) / penalties[j] - 1.0)
    if worst <= VIOLATION:
        return n_active
    for j in range(len(x)):
        if not inside[j] and abs(slope[j]) / penalties[j] - 1.0 >= 0.5 * worst:
            active[n_active] = j
            n_active += 1
    return n_active


@njit(nogil=True, cache=True)
def _sweep(gram: Any, slope: Any, penalties: Any, x: Any, active: Any, n_active: int) -> float:
    """Each active atom once, set to its optimum given the others; the largest change. `slope` is kept for active
    atoms."""
    largest = 0.0
    for k in range(n_active):
        j = active[k]
        wanted = slope[j] + gram[j, j] * x[j]
        if wanted > penalties[j]:
            new = (wanted - penalties[j]) / gram[j, j]
        elif wanted < -penalties[j]:
            new = (wanted + penalties[j]) / gram[j, j]
        else:
            new = 0.0
        change = new - x[j]
        if change != 0.0:
            x[j] = new
            row = gram[j]
            for m in range(n_active):
                slope[active[m]] -= row[active[m]] * change
            largest = max(largest, abs(change))
    return largest


@njit(nogil=True, cache=True)
def _drop_zeros(x: Any, active: Any, n_active: int) -> int:
    """Keep the active atoms that are in use; one that would come back violates optimality and is admitted again."""
    kept = 0
    for k in range(n_active):
        if x[active[k]] != 0.0:
            active[kept] = active[k]
            kept += 1
    return kept


@njit(nogil=True, cache=True)
def _finish(gram: Any, correlation: Any, penalties: Any, x: Any, active: Any, n_active: int, factor: Any) -> bool:
    """Solve G_SS x_S = b_S - penalty sign(x_S) on the support S; take the solution if it keeps the signs."""
    solution = np.empty(n_active)
    for a in range(n_active):
        j = active[a]
        for b in range(a + 1):
            total = gram[j, active[b]]
            for c in range(b):
                total -= factor[a, c] * factor[b, c]
            if a == b:
                if total <= 1e-12 * gram[j, j]:
                    return False  # dependent atoms: the descent goes on without this short cut
                factor[a, a] = np.sqrt(total)
            else:
                factor[a, b] = total / factor[b, b]
        total = correlation[j] - penalties[j] * np.sign(x[j])
        for c in range(a):
            total -= factor[a, c] * solution[c]
        solution[a] = total / factor[a, a]
    for a in range(n_active - 1, -1, -1):
        total = solution[a]
        for c in range(a + 1, n_active):
            total -= factor[c, a] * solution[c]
        solution[a] = total / factor[a, a]
        if solution[a] * x[active[a]] <= 0.0:
            return False
    for a in range(n_active):
        x[active[a]] = solution[a]
    return True
