"""Iterative shrinkage-thresholding."""

from types import SimpleNamespace
from typing import ClassVar

import numpy as np

from lsalsa.arrays import namespace
from lsalsa.errors import ConfigError
from lsalsa.solvers.base import Solver


class ISTA(Solver):
    """ISTA (Daubechies et al. 2004; LSALSA paper, equation 35).

    x(0) = 0, x(t) = soft(x(t-1) - A^T (A x(t-1) - y) / L; penalty / L); the codes after T iterations are x(T).

    Settings
    --------
    step_size : float, optional
        1 / L with the exact largest eigenvalue L of A^T A by default.
    """

    step_size: float | None
    state: ClassVar[tuple[str, ...]] = ("x",)
    settings = {"step_size": None}

    def prepare(self):
        problem = self.problem
        step = 1.0 / problem.lipschitz if self.step_size is None else self.step_size
        if not (np.isfinite(step) and step > 0):
            raise ConfigError(f"step_size must be positive and finite, found {step}")
        self.filter, self.transition = gradient_step(problem, step)
        self.thresholds = self.scaled_thresholds(step)

    def start(self, signals, space):
        x, moved, fit = self.buffers(space, signals.shape[0], "x", "moved", "fit")
        self.xp.matmul(signals, self.filter, out=fit)
        x.fill(0)
        return SimpleNamespace(x=x, moved=moved, fit=fit)

    def step(self, state):
        self.xp.matmul(state.x, self.transition, out=state.moved)
        self.kernels.shrink_sum(state.moved, state.fit, self.thresholds, state.x)

    def codes(self, state, out):
        out[...] = state.x
        return out


def gradient_step(problem, step):
    """(step A, I - step A^T A) in the problem's dtype, so that a gradient step is y @ first + x @ second."""
    atoms = problem.dictionary.astype(np.float64)
    transition = -step * (atoms.T @ atoms)
    transition += namespace(atoms).eye(problem.n_atoms)
    return (step * atoms).astype(problem.dtype), transition.astype(problem.dtype)
