"""Iterative shrinkage-thresholding."""

from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import Space
from lsalsa.arrays.checks import as_number
from lsalsa.errors import ConfigError
from lsalsa.solvers.base import Solver


class ISTA(Solver):
    """ISTA (Daubechies et al. 2004; LSALSA paper, equation 35).

    x(0) = 0, x(t) = soft(x(t-1) - A^T (A x(t-1) - y) / L; penalty / L); the codes after T iterations are x(T).

    Parameters
    ----------
    step_size : float, optional
        1 / L with the exact largest eigenvalue L of A^T A by default.
    """

    step_size: float | None
    state: ClassVar[tuple[str, ...]] = ("x",)
    settings: ClassVar[dict[str, Any]] = {"step_size": None}

    def prepare(self) -> None:
        step = 1.0 / self.problem.lipschitz if self.step_size is None else self.step_size
        if not 0 < as_number(step) < np.inf:
            raise ConfigError(f"step_size must be positive and finite, found {step!r}")
        self.gradient_step = self.problem.gradient_step(step)
        self.thresholds = self.problem.thresholds(step)

    def start(self, signals: Any, space: Space) -> SimpleNamespace:
        x, moved, filtered = self.buffers(space, signals.shape[0], "x", "moved", "filtered")
        self.gradient_step.of_signals(signals, out=filtered)
        x.fill(0)
        return SimpleNamespace(x=x, moved=moved, filtered=filtered)

    def step(self, state: SimpleNamespace) -> None:
        self.gradient_step.of_codes(state.x, out=state.moved)
        self.kernels.soft_threshold_sum(state.moved, state.filtered, self.thresholds, state.x)

    def codes(self, state: SimpleNamespace, out: Any) -> Any:
        out[...] = state.x
        return out
